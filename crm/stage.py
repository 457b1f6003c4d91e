"""Reading a source's files: every CSV file that it names becomes one typed table, with what was wrong in them.

Files are first read as text, so that each value that is not what its column should be can be named with its file,
column and row. Rows are counted as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from crm.convert import MACROS, NAMES, SQL_TYPES, Reading, day_order, reading
from crm.files import CsvFile, inspect, plain, repaired
from crm.issues import Issue, LoadError, Progress, counted
from crm.source import FileColumn, Source, SourceFile

#: The attached database that holds the staged files, so that none of them ends up in a snapshot. It is in memory and
#: spills to the connection's temporary directory.
CATALOG = "staged"
#: The file being read, as text; and the same with its row numbers.
_TEXT = f"{CATALOG}.raw.text"
_RAW = f"{CATALOG}.raw.numbered"


@dataclass(frozen=True)
class Staged:
    """What became of a source's files: what they are called, issues, what may be missing and is, and what may not.

    Names, what is absent and problems are by the name that SELECTs know a file by.
    """

    names: dict[str, str]
    issues: list[Issue]
    absent: dict[str, list[str]]
    problems: dict[str, list[str]]


def stage(
    connection: duckdb.DuckDBPyConnection, source: Source, *, folder: Path, scratch: Path, progress: Progress
) -> Staged:
    """Reads the files of a source in `folder` into tables `staged.NAME`; `scratch` is for files written anew.

    A file or column that may be missing and is leaves an empty table or column. Problems are gathered, not raised,
    so that all of them can be told at once; a folder that is not there raises LoadError.
    """
    if not folder.is_dir():
        raise LoadError(f"There is no folder {folder}; give the folder that holds the CSV files.")
    connection.execute(f"ATTACH ':memory:' AS {CATALOG}")
    connection.execute(f"CREATE SCHEMA {CATALOG}.raw")
    connection.execute(MACROS)
    staged = Staged(names={}, issues=[], absent={}, problems={})
    present = {path.name.casefold(): path for path in sorted(folder.iterdir()) if path.is_file()}
    if not any(name.casefold() in present for file in source.files for name in file.names):
        wanted = ", ".join(file.names[0] for file in source.files[:8])
        raise LoadError(f"{folder} has none of the files of {source.name}, such as {wanted}. Is it the right folder?")
    for done, file in enumerate(source.files):
        progress(f"Reading {file.names[0]}", done / len(source.files))
        path = next((present[name.casefold()] for name in file.names if name.casefold() in present), None)
        if path is not None:
            staged.names[file.name] = path.name
        try:
            issues, absent = _stage_file(connection, file, path=path, folder=folder, scratch=scratch)
        except LoadError as wrong:
            staged.problems[file.name] = list(wrong.sentences)
            continue
        except OSError as wrong:
            staged.problems[file.name] = [f"{path} cannot be read: {wrong.strerror}."]
            continue
        staged.issues.extend(issues)
        if absent:
            staged.absent[file.name] = absent
    return staged


def _stage_file(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, *, path: Path | None, folder: Path, scratch: Path
) -> tuple[list[Issue], list[str]]:
    """Makes the table of one file; returns issues, and what may be missing and is."""
    if path is None:
        if not file.optional:
            named = " or ".join(file.names)
            raise LoadError(f"{named} is missing in {folder}. {file.help}".strip())
        columns = ", ".join(f"{_quoted(c.name)} {_type(c)}" for c in file.columns)
        connection.execute(f'CREATE TABLE {CATALOG}."{file.name}" (_row BIGINT, {columns})')
        return [], [f"{file.names[0]} is not there, which it may be."]
    found = inspect(path, wanted=[column.name for column in file.columns], scratch=scratch)
    texts = _texts(file, found)
    found = _read_text(connection, found, scratch=scratch)
    readings = _readings(connection, file, texts=texts, name=found.name)
    selected = ", ".join(f"{one.expression} AS {_quoted(one.column.name)}" for one in readings)
    connection.execute(f'CREATE TABLE {CATALOG}."{file.name}" AS SELECT _row, {selected} FROM {_RAW}')
    issues = [*found.issues, *_no_rows(connection, name=found.name), *(one.issue for one in readings if one.issue)]
    issues += _unread(connection, file, readings=readings, texts=texts, name=found.name)
    issues += _left_out(connection, file, name=found.name)
    issues += _duplicates(connection, file, name=found.name)
    connection.execute(f"DROP VIEW {_RAW}; DROP TABLE {_TEXT}")
    absent = [f"{found.name} has no column {c.name!r}, which it may." for c in file.columns if c.name not in texts]
    return issues, absent


def _texts(file: SourceFile, found: CsvFile) -> dict[str, str]:
    """Which column of the file's text holds each column that the source knows; raises LoadError for those missing."""
    exact = {name: place for place, name in reversed(list(enumerate(found.header)))}
    alike = {plain(name): place for place, name in reversed(list(enumerate(found.header)))}
    texts, missing = {}, []
    for column in file.columns:
        place = exact.get(column.name, alike.get(plain(column.name)))
        if place is not None:
            texts[column.name] = f"c{place}"
        elif not column.optional:
            close = difflib.get_close_matches(column.name, found.header, n=1, cutoff=0.5)
            hint = f" Is it {close[0]!r}? Then rename it." if close else ""
            missing.append(f"{found.name} has no column {column.name!r}.{hint} Export it with that column.")
    if missing:
        columns = ", ".join(found.header[:20]) + (", ..." if len(found.header) > 20 else "")
        raise LoadError([*missing, f"The columns of {found.name} are: {columns}."])
    return texts


def _read_text(connection: duckdb.DuckDBPyConnection, found: CsvFile, *, scratch: Path) -> CsvFile:
    """Reads the file as text; one that DuckDB will not read is repaired first, which loses only its broken rows."""
    try:
        _read_csv(connection, found)
    except duckdb.InvalidInputException:
        found = repaired(found, scratch=scratch)
        _read_csv(connection, found)
    row = "CAST(row_text AS BIGINT)" if found.is_numbered else "rowid + 2"
    connection.execute(f"CREATE VIEW {_RAW} AS SELECT {row} AS _row, * FROM {_TEXT}")
    return found


def _read_csv(connection: duckdb.DuckDBPyConnection, found: CsvFile) -> None:
    names = (["row_text"] if found.is_numbered else []) + [f"c{place}" for place in range(len(found.header))]
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    connection.execute(
        f"""
        CREATE TABLE {_TEXT} AS FROM read_csv($path, columns = {{{columns}}}, delim = $delimiter, auto_detect = false,
            header = true, quote = '"', escape = '"', strict_mode = true, encoding = 'utf-8')
        """,
        {"path": str(found.path), "delimiter": found.delimiter},
    )


def _readings(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, *, texts: dict[str, str], name: str
) -> list[Reading]:
    dates = [texts[c.name] for c in file.columns if c.kind in ("date", "time") and c.name in texts]
    usual = day_order(connection, raw=_RAW, texts=dates)
    return [
        reading(connection, raw=_RAW, text=texts[column.name], file=name, column=column, day_first=usual)
        if column.name in texts
        else Reading(column, f"CAST(NULL AS {_type(column)})")
        for column in file.columns
    ]


def _no_rows(connection: duckdb.DuckDBPyConnection, *, name: str) -> list[Issue]:
    if connection.execute(f"SELECT 1 FROM {_RAW} LIMIT 1").fetchone():
        return []
    return [Issue(name, "no_rows", None, 0, None, f"{name} has a header and no rows; what it feeds is empty.")]


def _left_out(connection: duckdb.DuckDBPyConnection, file: SourceFile, *, name: str) -> list[Issue]:
    """Leaves out the rows that the source marks as deleted or superseded."""
    issues = []
    for flag, value in file.leave_out.items():
        gone = connection.execute(
            f'DELETE FROM {CATALOG}."{file.name}" WHERE {_quoted(flag)} = $value RETURNING _row', {"value": value}
        ).fetchall()
        if gone:
            said = f"{flag} = {str(value).lower()}"
            message = f"{counted(len(gone), 'row')} of {name} with {said} left out, the first in row {min(gone)[0]}."
            issues.append(Issue(name, "left_out", flag, len(gone), f"row {min(gone)[0]}", message))
    return issues


def _duplicates(connection: duckdb.DuckDBPyConnection, file: SourceFile, *, name: str) -> list[Issue]:
    """Keeps the last row of those that share the file's key."""
    if not file.key:
        return []
    key = ", ".join(map(_quoted, file.key))
    gone = connection.execute(
        f"""
        DELETE FROM {CATALOG}."{file.name}" WHERE _row IN (
            SELECT _row FROM {CATALOG}."{file.name}"
            QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY _row DESC) > 1
        ) RETURNING _row, concat_ws(', ', {key})
        """
    ).fetchall()
    if not gone:
        return []
    columns, (row, shared) = " and ".join(file.key), min(gone)
    example = f"row {row}: {shared}"
    message = (
        f"{counted(len(gone), 'row')} of {name} with the {columns} of a later row ({example}); the last row of each "
        "was kept. Remove the others from the source."
    )
    return [Issue(name, "duplicate_key", columns, len(gone), example, message)]


def _unread(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    *,
    readings: list[Reading],
    texts: dict[str, str],
    name: str,
) -> list[Issue]:
    """An issue for each typed column with values that could not be read as its type, with the first of them."""
    issues = []
    for one in readings:
        if one.kind == "text" or one.column.name not in texts:
            continue
        text, value = f"raw.{texts[one.column.name]}", f"typed.{_quoted(one.column.name)}"
        row = connection.execute(
            f"""
            SELECT count(*), min(_row), arg_min({text}, _row)
            FROM {_RAW} AS raw JOIN {CATALOG}."{file.name}" AS typed USING (_row)
            WHERE {value} IS NULL AND trim({text}) <> ''
            """
        ).fetchone()
        if row and row[0]:
            issues.append(_unread_issue(name, one, count=row[0], line=row[1], text=row[2]))
    return issues


def _unread_issue(name: str, one: Reading, *, count: int, line: int, text: str) -> Issue:
    example = f"row {line}: {text[:80]}"
    message = (
        f"{counted(count, 'value')} in column {one.column.name} of {name} "
        f"{'is' if count == 1 else 'are'} not {NAMES[one.kind]} ({example}); left empty. Correct the source."
    )
    return Issue(name, f"not_{NAMES[one.kind].replace(' ', '_')}", one.column.name, count, example, message)


def _type(column: FileColumn) -> str:
    return SQL_TYPES[column.kind.split("-")[0]]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
