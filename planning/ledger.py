"""The ledger: versions of targets, of which one a fiscal year is in force.

    draft -> submitted -> approved -> published -> superseded

Submitted and approved versions can be returned to draft, a superseded one published again. Every call that writes is
one transaction: the version, its audit trail and the ledger's revision change together or not at all. Whoever changes a
version says which revision of it they have seen; if somebody else was faster, nothing is saved and they are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, Engine, Select, cast, exists, func, select

from planning import rows as rows_of
from planning.database import in_sentences, migrate, open_engine, prepared, transaction
from planning.errors import BadRows, Conflict, LedgerError, NotAllowed, NotEditable, NotWritten, VersionMissing
from planning.levels import Level, level_of
from planning.rows import Rows, canonical
from planning.tables import KEYS, audit_trail, ledger_revision, taken_in, target_versions, targets
from planning.writer import Version, Writer
from settings import Settings

__all__ = [
    "BadRows",
    "Conflict",
    "Ledger",
    "LedgerError",
    "NotAllowed",
    "NotEditable",
    "Version",
    "VersionMissing",
    "migrate",
]

_TIMES = ("created_at", "changed_at", "published_at", "superseded_at")


class Ledger:
    """Targets in one application database; may be used by many threads, and by any number of processes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = prepared(engine)

    @classmethod
    def open(cls, settings: Settings) -> Ledger:
        """The ledger of the settings' application database, migrated; raises LedgerError where it does not open."""
        engine = open_engine(settings)
        with in_sentences(engine.url):
            migrate(engine)
        return cls(engine)

    def close(self) -> None:
        """Lets go of all connections; the next question opens new ones."""
        self.engine.dispose()

    def revision(self) -> int:
        """How often the ledger was written to: what was computed from it holds for one revision."""
        with self.engine.connect() as connection:
            return connection.scalars(select(ledger_revision.c.revision)).one()

    def versions(self, fiscal_year: int | None = None) -> pd.DataFrame:
        """One row per version: the columns of `target_versions` and `has_rows`, by year and number; times are UTC."""
        own = select(targets.c.row_number).where(targets.c.version_id == target_versions.c.version_id)
        statement = select(target_versions, exists(own).label("has_rows"))
        statement = statement.order_by(target_versions.c.fiscal_year, target_versions.c.number)
        if fiscal_year is not None:
            statement = statement.where(target_versions.c.fiscal_year == fiscal_year)
        return self._frame(statement).astype(
            {"based_on": "Int64", "has_rows": bool, **dict.fromkeys(_TIMES, "datetime64[us, UTC]")}
        )

    def version(self, version_id: int) -> Version:
        """The version of that id, as it is now; raises VersionMissing."""
        with self.engine.connect() as connection:
            row = connection.execute(select(target_versions).where(target_versions.c.version_id == version_id)).first()
        if row is None:
            raise VersionMissing(version_id)
        return Version.of(row)

    def in_force(self) -> dict[int, int]:
        """The published version of each fiscal year that has one."""
        statement = select(target_versions.c.fiscal_year, target_versions.c.version_id)
        statement = statement.where(target_versions.c.state == "published").order_by(target_versions.c.fiscal_year)
        with self.engine.connect() as connection:
            return {row.fiscal_year: row.version_id for row in connection.execute(statement)}

    def rows(self, version_ids: int | Sequence[int]) -> pd.DataFrame:
        """One row per target of the versions: `version_id`, `row_number` and the columns of `planning.rows`."""
        wanted = [version_ids] if isinstance(version_ids, int) else list(version_ids)
        with self.engine.connect() as connection:
            return rows_of.read(connection, wanted)

    def levels(self) -> pd.DataFrame:
        """One row per version and level it sets targets for: `version_id`, `level`, `row_count`, `amount_e4`."""
        has = {name: targets.c[name].is_not(None) for name in KEYS}
        amount = rows_of.ten_thousandths(self.engine.dialect.name)
        counted = [func.count().label("row_count"), cast(func.sum(amount), BigInteger).label("amount_e4")]
        statement = select(targets.c.version_id, *(one.label(name) for name, one in has.items()), *counted)
        found: dict[tuple[int, Level], list[int]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(statement.group_by(targets.c.version_id, *has.values())):
                level = level_of(name for name in KEYS if row._mapping[name])
                sums = found.setdefault((row.version_id, level), [0, 0])
                sums[0] += row.row_count
                sums[1] += row.amount_e4
        listed = [(version_id, level, *sums) for (version_id, level), sums in sorted(found.items())]
        return pd.DataFrame(listed, columns=["version_id", "level", "row_count", "amount_e4"])

    def trail(self, version_id: int | None = None, *, last: int = 1_000) -> pd.DataFrame:
        """One row per thing done, the last one first: `at`, `who`, `action`, `version_id`, `detail`."""
        statement = select(audit_trail).order_by(audit_trail.c.audit_id.desc()).limit(last)
        if version_id is not None:
            statement = statement.where(audit_trail.c.version_id == version_id)
        return self._frame(statement).astype({"at": "datetime64[us, UTC]", "version_id": "Int64"})

    def taken(self) -> tuple[str, str] | None:
        """The place and version of the CRM tables whose quotas were taken in last."""
        with self.engine.connect() as connection:
            row = connection.execute(select(taken_in.c.place, taken_in.c.data_version)).first()
        return None if row is None else (row.place, row.data_version)

    def draft(
        self,
        fiscal_year: int,
        rows: Rows,
        *,
        name: str,
        by: str,
        name_zh: str | None = None,
        note: str | None = None,
        based_on: int | None = None,
    ) -> int:
        """Begins a draft with these rows (see `planning.rows.canonical`) and returns its id; raises BadRows."""
        kept = canonical(rows)
        with self.writing(by=by) as writer:
            if based_on is not None:
                writer.find(based_on)
            columns: dict[str, Any] = {"name": name, "name_zh": name_zh, "note": note, "based_on": based_on}
            columns["origin"] = "planning"
            return writer.insert(fiscal_year, kept, action="drafted", **columns).version_id

    def replace_rows(self, version_id: int, rows: Rows, *, by: str, expected_revision: int) -> int:
        """Puts rows in the place of a draft's and returns its new revision.

        Raises Conflict where somebody has changed it since, NotEditable for anything but a draft, NotWritten for a
        scenario, whose rows come from its adjustments, BadRows.
        """
        kept = canonical(rows)
        with self.writing(by=by) as writer:
            version = writer.expected(version_id, expected_revision)
            if writer.is_scenario(version):
                raise NotWritten(version.title)
            return writer.replace(version, kept).revision

    def submit(self, version_id: int, *, by: str, expected_revision: int, note: str | None = None) -> int:
        """Hands a draft in for approval and returns its new revision; raises Conflict, NotAllowed."""
        return self._step(version_id, "submitted", by=by, note=note, expected_revision=expected_revision)

    def approve(self, version_id: int, *, by: str, expected_revision: int, note: str | None = None) -> int:
        """Approves a submitted version and returns its new revision; raises Conflict, NotAllowed."""
        return self._step(version_id, "approved", by=by, note=note, expected_revision=expected_revision)

    def return_(self, version_id: int, *, by: str, expected_revision: int, note: str | None = None) -> int:
        """Makes a submitted or approved version a draft again; raises Conflict, NotAllowed."""
        return self._step(version_id, "returned", by=by, note=note, expected_revision=expected_revision)

    def publish(self, version_id: int, *, by: str, expected_revision: int, note: str | None = None) -> int:
        """Puts an approved version in force, or a superseded one again, and supersedes the one that was.

        Returns its new revision; raises Conflict, NotAllowed.
        """
        return self._step(version_id, "published", by=by, note=note, expected_revision=expected_revision)

    @contextmanager
    def writing(self, *, by: str) -> Iterator[Writer]:
        """Several changes as one transaction; the ledger's revision goes up by one if there were any."""
        with transaction(self.engine) as connection:
            writer = Writer(connection, by=by)
            yield writer
            writer.end()

    def _step(self, version_id: int, action: str, *, by: str, note: str | None, expected_revision: int) -> int:
        with self.writing(by=by) as writer:
            return writer.step(writer.expected(version_id, expected_revision), action, note=note).revision

    def _frame(self, statement: Select[Any]) -> pd.DataFrame:
        with self.engine.connect() as connection:
            result = connection.execute(statement)
            return pd.DataFrame.from_records(result.fetchall(), columns=list(result.keys()))
