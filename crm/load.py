"""Loading: stage, map, check, derive, verify, publish. All of it or nothing.

A new database file is built beside the current snapshot and becomes visible in one atomic step at the very end, so a
load that fails or is killed leaves what was there as it was.
"""

from __future__ import annotations

import errno
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from crm import snapshots
from crm.derive import create_tables, derive
from crm.filling import Filled, fill_tables
from crm.issues import Issue, LoadError, Progress, part
from crm.publish import into_database, refuse_unreachable, shown
from crm.report import Report
from crm.schema import metadata, shape
from crm.source import Source, find
from crm.verify import totals, verify
from settings import Settings

_Fill = Callable[[duckdb.DuckDBPyConnection, Path, Progress], Filled]


def silent(step: str, share: float) -> None:  # noqa: ARG001 - the signature of Progress
    """Progress that nobody watches."""


def load(
    source: str,
    path: Path,
    *,
    settings: Settings,
    into: str | None = None,
    check_only: bool = False,
    progress: Progress = silent,
) -> Report:
    """Loads the files in `path` by a source's name or mapping folder, into a new snapshot or the database `into`.

    With `check_only` nothing is written and the report says by table what a load would refuse. Raises LoadError,
    whose sentences say what to do, when nothing could be published.
    """
    mapping = find(source)
    if check_only:
        return _check_only(mapping, path, settings=settings, progress=progress)

    def fill(connection: duckdb.DuckDBPyConnection, scratch: Path, progress: Progress) -> Filled:
        filled, problems = fill_tables(connection, mapping, path, scratch=scratch, settings=settings, progress=progress)
        if problems:
            raise LoadError(sentence for sentences in problems.values() for sentence in sentences)
        return filled

    return publish_filled(fill, settings=settings, into=into, progress=progress)


def load_demo(
    *, settings: Settings, opportunities: int, seed: int, into: str | None = None, progress: Progress = silent
) -> Report:
    """Loads the made-up company; equal sizes, seeds and as-of dates give equal tables."""
    from crm.demo import write_demo  # only here: the company takes longer to import than a load to start

    as_of = settings.as_of or date.today()

    def fill(connection: duckdb.DuckDBPyConnection, _: Path, progress: Progress) -> Filled:
        write_demo(
            connection,
            opportunities=opportunities,
            seed=seed,
            as_of=as_of,
            fiscal_year_start=settings.fiscal_year_start,
            progress=progress,
        )
        facts = {"seed": str(seed), "opportunities": str(opportunities)}
        return Filled("demo", as_of, settings.currency, settings.fiscal_year_start, [], facts=facts)

    return publish_filled(fill, settings=settings, into=into, progress=progress)


def publish_filled(fill: _Fill, *, settings: Settings, into: str | None, progress: Progress) -> Report:
    """Builds a database file with what `fill` puts into it, and makes it the current one."""
    began = time.monotonic()
    if into is not None:
        refuse_unreachable(into)
    folder = settings.snapshots_dir
    with _in_sentences(folder), snapshots.building(folder) as built:
        with _database(built) as connection:
            filled = _build(connection, fill, scratch=built.parent, progress=progress)
            rows = _rows(connection)
            if into is not None:
                into_database(connection, into, scratch=built.parent, progress=part(progress, 0.8, 1.0))
        progress("Publishing", 0.95)
        published = shown(into) if into is not None else snapshots.publish(built, folder, shape=shape()).id
    progress("Done", 1.0)
    return Report(
        source=filled.source,
        rows=rows,
        issues=filled.issues,
        seconds=time.monotonic() - began,
        as_of=filled.as_of,
        currency=filled.currency,
        published=published,
    )


def _build(connection: duckdb.DuckDBPyConnection, fill: _Fill, *, scratch: Path, progress: Progress) -> Filled:
    """Fills, derives and verifies all tables; only what is complete leaves here."""
    create_tables(connection)
    filled = fill(connection, scratch, part(progress, 0.0, 0.6))
    before = totals(connection)
    progress("Deriving history and calendar", 0.6)
    derive(connection, as_of=filled.as_of, fiscal_year_start=filled.fiscal_year_start)
    _write_issues(connection, filled.issues)
    _write_info(connection, filled)
    progress("Verifying", 0.75)
    verify(connection, before=before)
    return filled


def _check_only(source: Source, path: Path, *, settings: Settings, progress: Progress) -> Report:
    """Does everything up to the checks in a place of its own, and throws the result away."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="crm-check-") as name,
        _in_sentences(scratch := Path(name)),
        _database(scratch / "check.duckdb") as connection,
    ):
        create_tables(connection)
        filled, problems = fill_tables(connection, source, path, scratch=scratch, settings=settings, progress=progress)
        rows = {table: count for table, count in _rows(connection).items() if table in source.selects}
    progress("Done", 1.0)
    return Report(
        source=source.name,
        rows=rows,
        issues=filled.issues,
        seconds=time.monotonic() - began,
        as_of=filled.as_of,
        currency=filled.currency,
        problems=problems,
        absent=filled.absent,
    )


def _write_issues(connection: duckdb.DuckDBPyConnection, issues: list[Issue]) -> None:
    for number, issue in enumerate(issues, 1):
        connection.execute(
            "INSERT INTO load_issues (issue_id, table_name, rule, column_name, count, example, message) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [number, issue.table_name, issue.rule, issue.column_name, issue.count, issue.example, issue.message],
        )


def _write_info(connection: duckdb.DuckDBPyConnection, filled: Filled) -> None:
    now = datetime.now(UTC)
    facts = {
        "as_of": filled.as_of.isoformat(),
        "source": filled.source,
        "currency": filled.currency,
        "fiscal_year_start": str(filled.fiscal_year_start),
        "version": f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:4]}",  # sorts by time, as the ids of snapshots do
        "loaded_at": now.isoformat(timespec="seconds"),
        "issues": str(len(filled.issues)),
        **filled.facts,
    }
    connection.execute("DELETE FROM load_info")
    connection.executemany("INSERT INTO load_info (key, value) VALUES (?, ?)", list(facts.items()))


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each table of the CRM has; what is about the load itself is left out."""
    names = (name for name in metadata.tables if not name.startswith("load_"))
    counts = ((name, connection.execute(f"SELECT count(*) FROM {name}").fetchone()) for name in names)
    return {name: row[0] if row else 0 for name, row in counts}


@contextmanager
def _database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a new database file, whose file is complete once it is closed."""
    connection = duckdb.connect(
        str(path), config={"temp_directory": str(path.parent / "spill"), "autoinstall_known_extensions": False}
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
        connection.execute("CHECKPOINT")
    finally:
        connection.close()


@contextmanager
def _in_sentences(folder: Path) -> Iterator[None]:
    """Says in a sentence what the disk or the folder refused."""
    unchanged = "Nothing was published; what was loaded before is as it was."
    try:
        yield
    except PermissionError as wrong:
        raise LoadError(f"{wrong.filename or folder} may not be written by this user. {unchanged}") from wrong
    except (OSError, duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException) as wrong:
        full = any(os.strerror(code) in str(wrong) for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
        what = f"The disk of {folder} is full: free some space and load again" if full else f"{folder}: {wrong}"
        raise LoadError(f"{what}. {unchanged}") from wrong
