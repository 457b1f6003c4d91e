"""From the text in a file to typed values: which expression reads a column, and what finding it out showed.

Every value arrives as text. A column's manners are found out over all its values: whether 03/04/2021 is the third of
April or the fourth of March, whether 1,5 is one and a half. What cannot be read becomes null, and is counted later.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from crm.issues import Issue, counted
from crm.source import FileColumn

#: The SQL type of each kind of column, and what a value is not that cannot be read as one.
SQL_TYPES = {
    "text": "VARCHAR",
    "number": "DECIMAL(18, 6)",
    "whole": "BIGINT",
    "flag": "BOOLEAN",
    "date": "DATE",
    "time": "TIMESTAMP",
}
NAMES = {"number": "a number", "whole": "a whole number", "flag": "true or false", "date": "a date", "time": "a time"}

# A slashed date is two short numbers and a year, whatever is between them; a part above 12 tells which one is the day.
# Numbers have six decimals, four where one is too large for that; wider decimals are read a hundred times slower and
# cannot be multiplied by each other.
# Times with an offset become UTC; a date keeps the day that is written, whatever offset follows it.
MACROS = r"""
CREATE OR REPLACE TEMP MACRO crm_plain(v, comma) AS
    CASE WHEN comma THEN replace(replace(v, '.', ''), ',', '.')
         WHEN contains(v, '_') THEN NULL
         WHEN NOT contains(v, ',') THEN v
         WHEN regexp_full_match(v, '\s*[-+]?\d{1,3}(,\d{3})+(\.\d*)?\s*') THEN replace(v, ',', '')
    END;
CREATE OR REPLACE TEMP MACRO crm_number(v, comma) AS TRY_CAST(crm_plain(v, comma) AS DECIMAL(18, 6));
CREATE OR REPLACE TEMP MACRO crm_large_number(v, comma) AS TRY_CAST(crm_plain(v, comma) AS DECIMAL(18, 4));
CREATE OR REPLACE TEMP MACRO crm_has_comma(v) AS
    regexp_full_match(v, '\s*[-+]?(\d+|\d{1,3}(\.\d{3})+),(\d{1,2}|\d{4,})\s*');
CREATE OR REPLACE TEMP MACRO crm_has_point(v) AS regexp_matches(v, '\.(\d{1,2}|\d{4,})\s*$');
CREATE OR REPLACE TEMP MACRO crm_whole(v, comma) AS
    CASE WHEN crm_large_number(v, comma) = trunc(crm_large_number(v, comma))
         THEN CAST(crm_large_number(v, comma) AS BIGINT) END;
CREATE OR REPLACE TEMP MACRO crm_flag(v) AS
    CASE WHEN lower(trim(v)) IN ('true', 't', 'yes', 'y', '1', '是') THEN true
         WHEN lower(trim(v)) IN ('false', 'f', 'no', 'n', '0', '否') THEN false END;
CREATE OR REPLACE TEMP MACRO crm_slashed(v) AS
    regexp_full_match(v, '\s*\d{1,2}[/.-]\d{1,2}[/.-](\d{4}|\d{2})([ T,].*)?');
CREATE OR REPLACE TEMP MACRO crm_part(v, n) AS TRY_CAST(regexp_extract(v, '(\d+)\D+(\d+)\D+(\d+)', n) AS INTEGER);
CREATE OR REPLACE TEMP MACRO crm_is_day_first(v, day_first) AS
    CASE WHEN crm_part(v, 1) > 12 THEN true WHEN crm_part(v, 2) > 12 THEN false ELSE day_first END;
CREATE OR REPLACE TEMP MACRO crm_unslashed(v, day_first) AS
    (crm_part(v, 3) + CASE WHEN crm_part(v, 3) < 100 THEN 2000 ELSE 0 END) || '-'
    || CASE WHEN crm_is_day_first(v, day_first) THEN crm_part(v, 2) || '-' || crm_part(v, 1)
            ELSE crm_part(v, 1) || '-' || crm_part(v, 2) END
    || ' ' || coalesce(nullif(regexp_extract(v, '^\s*[\d/.-]+[ T,]+(.*?)\s*$', 1), ''), '00:00:00');
CREATE OR REPLACE TEMP MACRO crm_clock(v) AS coalesce(
    make_timestamp(epoch_us(TRY_CAST(v AS TIMESTAMPTZ))),
    try_strptime(v, ['%Y-%m-%d %I:%M:%S %p', '%Y-%m-%d %I:%M %p', '%d-%b-%Y', '%d %b %Y', '%d %B %Y', '%d-%b-%y',
                     '%b %d, %Y', '%B %d, %Y', '%Y%m%d']));
CREATE OR REPLACE TEMP MACRO crm_time(v, day_first) AS
    CASE WHEN regexp_matches(v, '^\s*\d{4}\D') THEN
             crm_clock(regexp_replace(v, '^\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?', '\1-\2-\3'))
         WHEN crm_slashed(v) THEN crm_clock(crm_unslashed(v, day_first))
         WHEN regexp_matches(v, '\d') THEN crm_clock(v) END;
CREATE OR REPLACE TEMP MACRO crm_date(v, day_first) AS
    CAST(crm_time(regexp_replace(v, '(:\d{2}(\.\d+)?) ?(Z|[+-]\d{2}:?\d{2})$', '\1'), day_first) AS DATE);
"""


@dataclass(frozen=True)
class Reading:
    """How one column of a raw table is read: a typed expression over its text, and what finding it out showed."""

    column: FileColumn
    expression: str
    issue: Issue | None = None

    @property
    def kind(self) -> str:
        """The kind of column without the order of its dates."""
        return self.column.kind.split("-")[0]


@dataclass(frozen=True)
class _Slashes:
    """How many of a column's dates can only be day first, only month first, or either, with an example of each."""

    day_first: int
    month_first: int
    either: int
    examples: tuple[str | None, ...]

    @property
    def says(self) -> bool | None:
        """Whether the day comes first; None when no value tells, or as many tell one as the other."""
        return None if self.day_first == self.month_first else self.day_first > self.month_first


def reading(
    connection: duckdb.DuckDBPyConnection, *, raw: str, text: str, file: str, column: FileColumn, day_first: bool | None
) -> Reading:
    """How to read the column that is `text` in the table `raw`.

    `day_first` is what the file's other dates say and decides where this column's own do not.
    """
    kind = column.kind.split("-")[0]
    if kind in ("number", "whole"):
        comma, is_large = _number_style(connection, raw=raw, text=text)
        return Reading(column, f"crm_{'large_' if is_large and kind == 'number' else ''}{kind}({text}, {comma})")
    if kind in ("date", "time"):
        slashes = _slashes(connection, raw=raw, text=text)
        declared = {"dmy": True, "mdy": False}.get(column.kind.partition("-")[2])
        chosen = next((order for order in (declared, slashes.says, day_first) if order is not None), True)
        issue = _order_issue(slashes, file=file, column=column, chosen=chosen, declared=declared is not None)
        return Reading(column, f"crm_{kind}({text}, {chosen})", issue)
    return Reading(column, f"crm_flag({text})" if kind == "flag" else text)


def day_order(connection: duckdb.DuckDBPyConnection, *, raw: str, texts: list[str]) -> bool | None:
    """Whether the dates in these columns of one file put the day first; None when they do not say or disagree."""
    said = {_slashes(connection, raw=raw, text=text).says for text in texts} - {None}
    return said.pop() if len(said) == 1 else None


def _slashes(connection: duckdb.DuckDBPyConnection, *, raw: str, text: str) -> _Slashes:
    first, second = f"crm_part({text}, 1)", f"crm_part({text}, 2)"
    tests = (
        f"{first} > 12 AND {second} <= 12",
        f"{second} > 12 AND {first} <= 12",
        f"{first} <= 12 AND {second} <= 12 AND {first} <> {second}",
    )
    counts = ", ".join(f"count(*) FILTER ({test})" for test in tests)
    examples = ", ".join(f"arg_min('row ' || _row || ': ' || {text}, _row) FILTER ({test})" for test in tests)
    row = connection.execute(f"SELECT {counts}, {examples} FROM {raw} WHERE crm_slashed({text})").fetchone()
    assert row is not None
    day_first, month_first, either, *found = row
    return _Slashes(day_first, month_first, either, tuple(found))


def _order_issue(slashes: _Slashes, *, file: str, column: FileColumn, chosen: bool, declared: bool) -> Issue | None:
    contrary = slashes.month_first if chosen else slashes.day_first
    agreeing = slashes.day_first if chosen else slashes.month_first
    order, other = ("day", "month") if chosen else ("month", "day")
    if contrary:
        example = slashes.examples[1 if chosen else 0]
        message = (
            f"{counted(contrary, 'date')} in column {column.name} of {file} can only have the {other} first "
            f"({example}), while the column is read {order} first. They were read the only way they can be; the "
            f"{slashes.either:,} that could be either were read {order} first. Write all dates as 2021-08-17."
        )
        return Issue(file, "date_order_mixed", column.name, contrary, example, message)
    if slashes.either and not agreeing and not declared:
        example = slashes.examples[2]
        message = (
            f"The dates in column {column.name} of {file} could have the day or the month first ({example}); they were "
            f"read {order} first. Write them as 2021-08-17, or say date-dmy or date-mdy for the column in source.toml."
        )
        return Issue(file, "date_order_unclear", column.name, slashes.either, example, message)
    return None


def _number_style(connection: duckdb.DuckDBPyConnection, *, raw: str, text: str) -> tuple[bool, bool]:
    """Whether the column writes 1.234,5 (some value can only be read so, none has a point) and has large numbers."""
    row = connection.execute(
        f"""
        SELECT coalesce(bool_or(crm_has_comma({text})) AND NOT bool_or(crm_has_point({text})), false),
               coalesce(bool_or(length(regexp_replace({text}, '\\.\\d*$|\\D', '', 'g')) > 12), false)
        FROM {raw} WHERE {text} <> ''
        """
    ).fetchone()
    return (row[0], row[1]) if row else (False, False)
