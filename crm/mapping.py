"""Running a source's SELECTs: from its staged files to our tables."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
from sqlalchemy import Table

from crm.issues import Issue, LoadError, Progress, counted
from crm.schema import DERIVED_COLUMNS
from crm.source import TARGETS, Source


@dataclass(frozen=True)
class Mapped:
    """Our tables as a source has filled them, and the way back to the rows of its files.

    `names` has the files' own names by those that SELECTs know them by.
    """

    connection: duckdb.DuckDBPyConnection
    source: Source
    names: Mapping[str, str]

    def example(self, table: str, condition: str, *, show: str) -> str | None:
        """The first row of the source for which the condition holds, with its value of the column `show`.

        None where the SELECT has no row numbers or no such column.
        """
        named = [self.names[file.name] for file in self.source.reads(table) if file.name in self.names]
        if not named:
            return None
        try:
            row = self.connection.execute(
                f"SELECT _row, CAST({show} AS VARCHAR) FROM ({self.source.selects[table]}) AS {table} "
                f"WHERE {condition} ORDER BY _row LIMIT 1"
            ).fetchone()
        except duckdb.Error:
            return None
        return f"row {row[0]} of {named[0]}: {row[1]}" if row else None


def map_tables(
    connection: duckdb.DuckDBPyConnection, source: Source, *, skipping: set[str], progress: Progress
) -> tuple[list[Issue], dict[str, list[str]]]:
    """Fills our tables, which must be there and empty; returns issues, and problems by table.

    `skipping` names staged files that could not be read; tables that are made from them are left empty.
    """
    issues: list[Issue] = []
    problems: dict[str, list[str]] = {}
    problems |= _create_views(connection, source, skipping=skipping)
    for done, (name, select) in enumerate(source.selects.items()):
        if any(file.name in skipping for file in source.reads(name)):
            continue
        progress(f"Mapping {name}", done / len(source.selects))
        try:
            issues += _map(connection, TARGETS[name], select)
        except LoadError as wrong:
            problems[name] = list(wrong.sentences)
    return issues, problems


def _create_views(connection: duckdb.DuckDBPyConnection, source: Source, *, skipping: set[str]) -> dict[str, list[str]]:
    """Creates the views of a source, those first that others are made from; returns problems by view."""
    waiting = {
        name: view for name, view in source.views.items() if not skipping & {file.name for file in source.reads(name)}
    }
    failed: dict[str, str] = {}
    tried = 0
    while len(waiting) != tried:
        tried, failed = len(waiting), {}
        for name, view in list(waiting.items()):
            try:
                connection.execute(f"CREATE TEMP VIEW {name} AS {view}")
                del waiting[name]
            except duckdb.Error as wrong:
                failed[name] = f"{name}.sql cannot be run: {wrong}"
    return {name: [sentence] for name, sentence in failed.items()}


def _map(connection: duckdb.DuckDBPyConnection, table: Table, select: str) -> list[Issue]:
    """Runs one SELECT and keeps what fits the table; raises LoadError where its columns do not."""
    try:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE mapped AS {select}")
    except duckdb.Error as wrong:
        raise LoadError(f"{table.name}.sql cannot be run: {wrong}") from wrong
    columns = [row[0] for row in connection.execute("DESCRIBE mapped").fetchall()]
    _refuse_misnamed(table, columns)
    given = [c.name for c in table.columns if c.name in columns and c.name not in DERIVED_COLUMNS]
    casts = ", ".join(f"TRY_CAST({name} AS {_type(table, name)}) AS {name}" for name in given)
    order = "_row" if "_row" in columns else "rowid"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE fitted AS SELECT {order} AS _row, {casts} FROM mapped")
    issues = _unfit(connection, table, names=given, order=order)
    issues += _without_key(connection, table)
    issues += _duplicates(connection, table)
    names = ", ".join(given)
    connection.execute(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM fitted ORDER BY {_key(table)}")
    connection.execute("DROP TABLE mapped; DROP TABLE fitted")
    return issues


def _refuse_misnamed(table: Table, columns: list[str]) -> None:
    """Raises LoadError for columns that the table has not got, and for key columns that the SELECT has not got."""
    known = [c.name for c in table.columns]
    sentences = []
    for name in columns:
        if name != "_row" and name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"its columns are {', '.join(known)}."
            sentences.append(f"{table.name}.sql gives a column {name}, which {table.name} has not got; {hint}")
    sentences += [
        f"{table.name}.sql gives no {c.name}, which is part of the key of {table.name}: add ... AS {c.name}."
        for c in table.primary_key
        if c.name not in columns
    ]
    if sentences:
        raise LoadError(sentences)


def _unfit(connection: duckdb.DuckDBPyConnection, table: Table, *, names: list[str], order: str) -> list[Issue]:
    """Values that do not fit their column, which became null: too large, or of another type altogether."""
    issues = []
    lost = ", ".join(f"count({name}) - count(TRY_CAST({name} AS {_type(table, name)}))" for name in names)
    counts = connection.execute(f"SELECT {lost} FROM mapped").fetchone() or ()
    for name, count in zip(names, counts, strict=True):
        if not count:
            continue
        type_ = _type(table, name)
        example = _example(
            connection,
            f"SELECT {name} FROM mapped WHERE {name} IS NOT NULL AND TRY_CAST({name} AS {type_}) IS NULL "
            f"ORDER BY {order} LIMIT 1",
        )
        message = (
            f"{counted(count, 'value')} for {table.name}.{name} cannot be kept as {type_} ({example}) and "
            f"{'was' if count == 1 else 'were'} left empty. Correct the source, or the expression in {table.name}.sql."
        )
        issues.append(Issue(table.name, "does_not_fit", name, count, example, message))
    return issues


def _without_key(connection: duckdb.DuckDBPyConnection, table: Table) -> list[Issue]:
    """Leaves out rows without a key, which nothing could refer to."""
    missing = " OR ".join(f"{c.name} IS NULL" for c in table.primary_key)
    gone = connection.execute(f"DELETE FROM fitted WHERE {missing} RETURNING _row").fetchall()
    if not gone:
        return []
    example = f"row {min(gone)[0]}"
    message = (
        f"{counted(len(gone), 'row')} for {table.name} had no {_key(table)} and could not be kept ({example}). "
        "Fill the key in the source."
    )
    return [Issue(table.name, "key_missing", table.primary_key.columns.keys()[0], len(gone), example, message)]


def _duplicates(connection: duckdb.DuckDBPyConnection, table: Table) -> list[Issue]:
    """Keeps the last row of those that share a key."""
    key = _key(table)
    gone = connection.execute(
        f"""
        DELETE FROM fitted WHERE rowid IN (
            SELECT rowid FROM fitted QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _row DESC, rowid DESC) > 1
        ) RETURNING _row, concat_ws(', ', {key})
        """
    ).fetchall()
    if not gone:
        return []
    row, shared = min(gone)
    example = f"row {row}: {shared}"
    message = (
        f"{counted(len(gone), 'row')} for {table.name} had the {key} of a later row ({example}); the last row of each "
        "was kept. Remove the others from the source."
    )
    return [Issue(table.name, "duplicate_key", table.primary_key.columns.keys()[0], len(gone), example, message)]


def _key(table: Table) -> str:
    return ", ".join(c.name for c in table.primary_key)


def _type(table: Table, column: str) -> str:
    return str(table.c[column].type.compile())


def _example(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    row = connection.execute(query).fetchone()
    return str(row[0])[:80] if row else ""
