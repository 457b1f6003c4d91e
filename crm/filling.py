"""Filling our tables from a source's files: stage, map, check, and find out what the data say about themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from crm.checks import check
from crm.issues import Issue, LoadError, Progress, part
from crm.mapping import Mapped, map_tables
from crm.source import Source
from crm.stage import stage
from settings import Settings


@dataclass(frozen=True)
class Filled:
    """What is known once our tables are filled and before anything is derived from them."""

    source: str
    as_of: date
    currency: str
    fiscal_year_start: int
    issues: list[Issue]
    facts: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fill_tables(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    path: Path,
    *,
    scratch: Path,
    settings: Settings,
    progress: Progress,
) -> tuple[Filled, dict[str, list[str]]]:
    """Stages, maps and checks a source's files; problems, by table, are for the caller to refuse."""
    staged = stage(connection, source, folder=path, scratch=scratch, progress=part(progress, 0.0, 0.5))
    mapped, mapped_problems = map_tables(
        connection, source, skipping=set(staged.problems), progress=part(progress, 0.5, 0.8)
    )
    problems = _by_table(source, staged.problems, mapped_problems)
    progress("Checking", 0.8)
    checked = [] if problems else check(Mapped(connection, source, staged.names))
    connection.execute("DETACH staged")
    said = dict(connection.execute("SELECT key, value FROM load_info").fetchall())
    filled = Filled(
        source=source.name,
        as_of=settings.as_of or _said_day(said.get("as_of")) or _last_day(connection),
        currency=said.get("currency") or source.currency or settings.currency,
        fiscal_year_start=_said_month(said.get("fiscal_year_start"))
        or source.fiscal_year_start
        or settings.fiscal_year_start,
        issues=[*staged.issues, *mapped, *checked],
        absent=_by_table(source, staged.absent, {}),
    )
    return filled, problems


def _by_table(source: Source, files: dict[str, list[str]], tables: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is said of files as said of the tables that are made from them, with what is said of tables."""
    said = dict(tables)
    for file, sentences in files.items():
        readers = [table for table in source.selects if file in {one.name for one in source.reads(table)}]
        said.setdefault(", ".join(readers) or file, []).extend(sentences)
    return said


def _said_day(said: str | None) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as wrong:
        raise LoadError(f"as_of in load_info is {said!r}; it must be a date like 2026-08-27.") from wrong


def _said_month(said: str | None) -> int | None:
    if not said:
        return None
    if said not in map(str, range(1, 13)):
        raise LoadError(f"fiscal_year_start in load_info is {said!r}; it must be a month from 1 to 12.")
    return int(said)


def _last_day(connection: duckdb.DuckDBPyConnection) -> date:
    """The last day, up to today, on which anything happened in the data; today where nothing has."""
    today = date.today()
    row = connection.execute(
        """
        SELECT max(day) FROM (
            SELECT created_on AS day FROM opportunities UNION ALL SELECT closed_on FROM opportunities
            UNION ALL SELECT CAST(valid_from AS DATE) FROM opportunity_history
            UNION ALL SELECT sold_on FROM sales UNION ALL SELECT done_on FROM activities
            UNION ALL SELECT happened_on FROM contract_events
        ) WHERE day <= $today
        """,
        {"today": today},
    ).fetchone()
    return row[0] if row and row[0] else today
