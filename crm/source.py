"""A source: which files it has, which columns and types they have, and the SELECTs that map them to our tables.

A source is a folder. `source.toml` lists files and columns; each `TABLE.sql` beside it is one SELECT over the staged
files (`staged.NAME`) whose result has the column names of our table. What several of them need is a view, a file whose
name begins with `_`. The built-in sources are in `crm/sources/`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric
from sqlalchemy.types import TypeEngine

from crm.issues import LoadError
from crm.schema import DERIVED_COLUMNS, SOURCE_TABLES, load_info

Kind = Literal["text", "number", "whole", "flag", "date", "date-dmy", "date-mdy", "time", "time-dmy", "time-mdy"]
FOLDER = Path(__file__).parent / "sources"
#: Our own tables as CSV files; this source is the schema itself and needs no folder.
OWN = "tables"
#: What a source may fill: our tables, and `load_info` for the as-of date, currency and fiscal year start.
TARGETS = {table.name: table for table in (*SOURCE_TABLES, load_info)}


@dataclass(frozen=True)
class FileColumn:
    """A column that a source's file has, and what its values are."""

    name: str
    kind: Kind
    optional: bool = False


@dataclass(frozen=True)
class SourceFile:
    """A file that a source has, under the name by which SELECTs know it; `names` are the file names it may carry.

    Rows whose flag has the value of `leave_out` are left out, for exports that mark rows instead of deleting them. So
    are rows that share a `key` with a later row, so that joining by it never multiplies rows.
    """

    name: str
    names: tuple[str, ...]
    columns: tuple[FileColumn, ...]
    key: tuple[str, ...] = ()
    leave_out: Mapping[str, bool] = field(default_factory=dict)
    optional: bool = False
    help: str = ""


@dataclass(frozen=True)
class Source:
    """Everything needed to turn a folder of files into our tables."""

    name: str
    files: tuple[SourceFile, ...]
    selects: Mapping[str, str]
    views: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    fiscal_year_start: int | None = None

    def reads(self, table: str) -> list[SourceFile]:
        """The files that one of our tables, or a view, is made from, as they are named in its SQL."""
        sql = self.selects.get(table) or self.views.get(table, "")
        read, following = sql, sql
        while following:
            views = [view for view in self.views if re.search(rf"\b{view}\b", following)]
            following = "".join(self.views[view] for view in views if self.views[view] not in read)
            read += following
        named = list(re.findall(r'\bstaged\."?(\w+)', read))
        return sorted((file for file in self.files if file.name in named), key=lambda file: named.index(file.name))


def built_in() -> list[str]:
    """Names of the sources that come with the application."""
    return sorted([OWN, *(path.parent.name for path in FOLDER.glob("*/source.toml"))])


def find(name: str) -> Source:
    """The source of that name, or the one in the folder of that path; raises LoadError with what is wrong."""
    if name == OWN:
        return own_tables()
    known = built_in()
    folder = FOLDER / name if name in known else Path(name)
    if not folder.is_dir():
        raise LoadError(
            f"There is no source {name}: it is neither one of {', '.join(known)} nor a folder with a source.toml."
        )
    return _read(folder)


def own_tables() -> Source:
    """The source whose files are our own tables, one CSV file each, as `export` writes them."""
    files = []
    for table in TARGETS.values():
        columns = tuple(
            FileColumn(column.name, _kind(column.type), optional=not column.primary_key)
            for column in table.columns
            if column.name not in DERIVED_COLUMNS
        )
        key = tuple(column.name for column in table.primary_key)
        files.append(SourceFile(table.name, (f"{table.name}.csv",), columns, key=key, optional=True))
    selects = {table: f'SELECT * FROM staged."{table}"' for table in TARGETS}
    return Source(name=OWN, files=tuple(files), selects=selects)


def _kind(type_: TypeEngine[Any]) -> Kind:
    kinds: list[tuple[type, Kind]] = [
        (Boolean, "flag"),
        (Integer, "whole"),
        (Numeric, "number"),
        (DateTime, "time"),
        (Date, "date"),
    ]
    return next((kind for kind_of, kind in kinds if isinstance(type_, kind_of)), "text")


def _read(folder: Path) -> Source:
    path = folder / "source.toml"
    try:
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LoadError(f"{folder} has no source.toml; docs/adding-a-source.md shows what goes into it.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise LoadError(f"{path} cannot be read: {wrong}.") from wrong
    statements = {sql.stem: sql.read_text(encoding="utf-8").strip().rstrip(";") for sql in sorted(folder.glob("*.sql"))}
    selects = {name: statement for name, statement in statements.items() if not name.startswith("_")}
    problems = [
        f"{folder / f'{table}.sql'}: there is no table {table}; the tables are {', '.join(TARGETS)}."
        for table in selects
        if table not in TARGETS
    ]
    files = []
    for name, entry in manifest.get("files", {}).items():
        try:
            files.append(_file(name, entry))
        except ValueError as wrong:
            problems.append(f"{path}: {wrong}")
    if not files:
        problems.append(f"{path} names no files: add a [files.NAME] with file and columns for each.")
    first_month = manifest.get("fiscal_year_start")
    if first_month not in (None, *range(1, 13)):
        problems.append(f"{path}: fiscal_year_start is {first_month!r}; it must be a month from 1 to 12.")
    if problems:
        raise LoadError(problems)
    return Source(
        name=folder.resolve().name,
        files=tuple(files),
        selects=selects,
        views={name: statement for name, statement in statements.items() if name not in selects},
        currency=manifest.get("currency"),
        fiscal_year_start=first_month,
    )


def _file(name: str, entry: Mapping[str, Any]) -> SourceFile:
    """One [files.NAME] of a manifest; raises ValueError for what it cannot mean."""
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"[files.{name}] may have only letters, digits and _ in its name.")
    columns = entry.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise ValueError(f'[files.{name}] needs columns, such as columns = {{ Amount = "number" }}.')
    key = _several(entry.get("key", ()))
    leave_out = dict(entry.get("leave_out", {}))
    if unknown := {*key, *leave_out} - set(columns):
        raise ValueError(f"[files.{name}] has no column {', '.join(sorted(unknown))} for its key or leave_out.")
    return SourceFile(
        name=name,
        names=_several(entry.get("file", f"{name}.csv")),
        columns=tuple(_column(name, column, kind) for column, kind in columns.items()),
        key=key,
        leave_out=leave_out,
        optional=bool(entry.get("optional", False)),
        help=str(entry.get("help", "")),
    )


def _several(names: str | Sequence[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _column(file: str, name: str, kind: object) -> FileColumn:
    bare = str(kind).removesuffix("?")
    if bare not in get_args(Kind):
        raise ValueError(f"[files.{file}] column {name} is {kind!r}; it must be one of {', '.join(get_args(Kind))}.")
    return FileColumn(name, bare, optional=str(kind).endswith("?"))  # type: ignore[arg-type]
