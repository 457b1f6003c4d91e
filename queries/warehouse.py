"""Which database is read: the newest version of the CRM tables, and of the targets beside them, as they appear."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from crm import schema, snapshots
from queries.cache import ByteCache
from queries.engine import BESIDE, Database, NoData
from queries.ledger_reader import LedgerReader, Targets
from queries.memory import Allowance
from settings import Settings

#: How long what is known is taken for the newest.
LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


class Warehouse:
    """Opens database versions as they appear; one for a process. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cache = ByteCache(settings.cache_bytes)
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._open: dict[str, Database] = {}
        self._newest: str | None = None
        self._reader = LedgerReader(settings)
        self._targets: dict[int, Targets] = {}
        self._looked_at = -LOOK_SECONDS
        self.down_since: datetime | None = None

    def database(self, version: str | None = None) -> Database:
        """The version asked for while it can still be read, else the newest; raises NoData when there is none.

        A version is that of the CRM tables and, after a sign, the revision of the targets, so that versions sort by
        time: `20260827T120000~000000007`.
        """
        data, _, revision = (version or "").partition(BESIDE)
        pinned = self._pinned(data) if data else None
        newest = self._newest_database() if pinned is None else pinned
        targets = self._targets.get(int(revision)) if revision.isdigit() else None
        return self._with_targets(newest, targets)

    def _with_targets(self, database: Database, targets: Targets | None) -> Database:
        if targets is None:
            self._look_sometimes()
            targets = next(reversed(self._targets.values()), None)
        if targets is None:
            return database
        return replace(database, version=f"{database.version}{BESIDE}{targets.revision:09d}", targets=targets)

    def _newest_database(self) -> Database:
        self._look_sometimes()
        with self._lock:
            if self._newest is None and self.down_since is not None:
                raise NoData("The database does not answer.")
            if self._newest is None:
                raise NoData(
                    "There is no data yet: load a CRM export, or make a demo company with `dashboard.py demo`."
                )
            return self._open[self._newest]

    def _look_sometimes(self) -> None:
        # One thread looks for a newer version; the others go on with what is known, unless nothing is.
        if self._looking.acquire(blocking=self._newest is None):
            try:
                if time.monotonic() - self._looked_at > LOOK_SECONDS:
                    self._look()
            finally:
                self._looking.release()

    def looked_anew(self) -> str:
        """The newest version, looked for now: for who has just written to the ledger and wants to see it."""
        with self._looking:
            self._look()
        return self.database().version

    def named_version(self) -> str | None:
        """The newest version as far as it can be told without opening the CRM tables; None where there is no data."""
        data: str | None = self._newest or ""
        if self._settings.crm_url is None:
            found = snapshots.current(self._settings.snapshots_dir)
            data = self._newest if found is None else found.id
        revision = self._reader.revision() if data else None
        return data if revision is None else f"{data}{BESIDE}{revision:09d}"

    def close(self) -> None:
        """Lets go of all databases; a DuckDB that is still open when its process ends brings it down hard."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].engine.dispose()
            self._newest = None
        self._reader.close()

    def state(self) -> dict[str, Any]:
        """How things stand: `state` is ok, stale, down or empty; with version, as_of, age in hours, down since when."""
        try:
            database = self.database()
        except NoData:
            return {"state": "empty", "version": None}
        loaded = datetime.fromisoformat(database.info.get("loaded_at", datetime.now(UTC).isoformat()))
        hours = (datetime.now(UTC) - loaded.replace(tzinfo=loaded.tzinfo or UTC)).total_seconds() / 3600
        known = {"version": database.version, "as_of": database.as_of.isoformat(), "hours": round(hours)}
        if self.down_since is not None:
            return {"state": "down", "since": f"{self.down_since.astimezone():%H:%M}", **known}
        return {"state": "stale" if hours > self._settings.stale_hours else "ok", **known}

    def _pinned(self, version: str) -> Database | None:
        with self._lock:
            if version not in self._open and self._settings.crm_url is None:
                earlier = snapshots.find(self._settings.snapshots_dir, version)
                if earlier is not None:
                    self._open[version] = open_snapshot(earlier, self._settings, self._cache)
            return self._open.get(version)

    def _look(self) -> None:
        self._look_for_targets()
        try:
            newest = self._newest_now()
        except (SQLAlchemyError, OSError) as failed:
            if self.down_since is None:
                log.warning("the database does not answer", exc_info=failed)
            self.down_since = self.down_since or datetime.now(UTC)
            return
        finally:
            self._looked_at = time.monotonic()
        self.down_since = None
        if newest is None or newest.version == self._newest:
            return
        with self._lock:
            self._open[newest.version] = newest
            before, self._newest = self._newest, newest.version
            for old in [v for v in self._open if v not in {before, newest.version}]:
                self._open.pop(old).engine.dispose()

    def _look_for_targets(self) -> None:
        targets = self._reader.look()
        if targets is not None and targets.revision not in self._targets:
            kept = list(self._targets.values())[-2:]
            self._targets = {one.revision: one for one in (*kept, targets)}

    def _newest_now(self) -> Database | None:
        settings = self._settings
        if settings.crm_url is not None:
            return open_url(settings, self._cache, self._open.get(self._newest or ""))
        found = snapshots.current(settings.snapshots_dir)
        if found is None:
            if self._newest is not None:
                raise OSError("the snapshot is gone")
            return None
        return self._open.get(found.id) or open_snapshot(found, settings, self._cache)


def open_snapshot(snapshot: snapshots.Snapshot, settings: Settings, cache: ByteCache) -> Database:
    """A DuckDB snapshot, read-only; several processes may hold the same file open."""
    engine = create_engine(
        f"duckdb:///{snapshot.path}",
        connect_args={
            "read_only": True,
            "config": {
                "memory_limit": f"{settings.database_megabytes}MB",
                "threads": 2,
                "autoinstall_known_extensions": False,
                "late_materialization_max_rows": 1_000,  # a page of a list: which rows first, the rest of them then
                # What a question no longer needs goes back to the machine, instead of staying with the process.
                "allocator_flush_threshold": "1MB",
                "allocator_bulk_deallocation_flush_threshold": "1MB",
                "allocator_background_threads": True,
            },
        },
        pool_size=settings.threads,
        max_overflow=4,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
    )
    return _described(engine, snapshot.id, settings, cache, Allowance(settings.database_megabytes))


def open_url(settings: Settings, cache: ByteCache, known: Database | None) -> Database:
    """The same tables in another SQL engine; its version is the load's own. Reuses the known engine while it serves."""
    engine = known.engine if known else _engine_for(settings)
    with engine.connect() as connection:
        version = connection.scalar(select(schema.load_info.c.value).where(schema.load_info.c.key == "version"))
    if known is not None and known.version == version:
        return known
    return _described(engine, str(version), settings, cache)


def _engine_for(settings: Settings) -> Engine:
    assert settings.crm_url is not None
    url = make_url(settings.crm_url)
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=settings.threads,
        max_overflow=4,
        connect_args={"connect_timeout": 3} if url.get_backend_name() == "postgresql" else {},
    )
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET search_path TO crm, public")
                cursor.execute("SET default_transaction_read_only TO on")
                cursor.execute(f"SET statement_timeout TO {int(settings.query_seconds * 1000)}")
            connection.commit()

    return engine


def _described(
    engine: Engine, version: str, settings: Settings, cache: ByteCache, allowance: Allowance | None = None
) -> Database:
    with engine.connect() as connection:
        rows = connection.execute(select(schema.load_info.c.key, schema.load_info.c.value))
        info = {row.key: row.value for row in rows}
    as_of = settings.as_of or date.fromisoformat(info["as_of"])
    return Database(engine, version, as_of, info, cache, settings.query_seconds, allowance=allowance)
