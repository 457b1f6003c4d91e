"""How text becomes values: each kind, in the ways that exports write it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from crm.convert import MACROS, Reading, day_order, reading
from crm.source import FileColumn, Kind


def read(kind: Kind, *texts: str | None, day_first: bool | None = None) -> tuple[list[Any], Reading]:
    """Reads a column with these texts; row 2 is the first."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(MACROS)
        connection.execute("CREATE TABLE raw (_row BIGINT, c0 VARCHAR)")
        connection.executemany("INSERT INTO raw VALUES (?, ?)", list(enumerate(texts, 2)))
        column = FileColumn("Day", kind)
        how = reading(connection, raw="raw", text="c0", file="f.csv", column=column, day_first=day_first)
        typed = connection.execute(f"SELECT {how.expression} FROM raw ORDER BY _row").fetchall()
        return [value for (value,) in typed], how


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", "12"), (" 12 ", "12"), ("-1.5", "-1.5"), ("+5", "5"), (".5", "0.5"), ("1e3", "1000"),
        ("1,234", "1234"), ("1,234,567.89", "1234567.89"), ("2024.994000", "2024.994"),
        ("12x", None), ("NaN", None), ("1_000", None), ("1,23,4", None), ("Infinity", None), ("1e30", None), ("", None),
    ],
)  # fmt: skip
def test_number(text: str, value: str | None) -> None:
    assert read("number", text)[0] == [None if value is None else Decimal(value)]


def test_decimal_comma_is_found_out_over_the_column() -> None:
    assert read("number", "1.234,5", "1.000", "7")[0] == [Decimal("1234.5"), Decimal("1000"), Decimal("7")]
    assert read("number", "1,5", "1.5")[0] == [None, Decimal("1.5")]


def test_large_numbers_keep_four_decimals() -> None:
    assert read("number", "99999999999999.1234", "0.000001")[0] == [Decimal("99999999999999.1234"), 0]
    assert read("number", "1,000,000,000,000")[0] == [Decimal(10**12)]
    assert read("number", "999,999,999,999.123456")[0] == [Decimal("999999999999.123456")]


def test_whole_and_flag() -> None:
    assert read("whole", "3", "3.0", "3.5", "x")[0] == [3, 3, None, None]
    assert read("flag", "TRUE", "f", "Yes", "0", "是", "maybe")[0] == [True, False, True, False, True, None]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2021-08-17", date(2021, 8, 17)),
        ("2021/8/7", date(2021, 8, 7)),
        ("2021.08.17", date(2021, 8, 17)),
        ("20210817", date(2021, 8, 17)),
        ("2021年8月17日", date(2021, 8, 17)),
        ("2021-08-17 23:59:59", date(2021, 8, 17)),
        ("2021-08-17T23:30:00-08:00", date(2021, 8, 17)),
        ("17/08/2021", date(2021, 8, 17)),
        ("17.8.21", date(2021, 8, 17)),
        ("08/17/2021 03:15 PM", date(2021, 8, 17)),
        ("17-Aug-2021", date(2021, 8, 17)),
        ("Aug 17, 2021", date(2021, 8, 17)),
        ("2021-02-30", None),
        ("31/31/2021", None),
        ("2021-08-17 25:00", None),
        ("infinity", None),
        ("epoch", None),
        ("soon", None),
        ("44425", None),
    ],
)
def test_date(text: str, value: date | None) -> None:
    assert read("date", text)[0] == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2021-01-07 6:49:18", datetime(2021, 1, 7, 6, 49, 18)),
        ("2019-10-17T21:10:19.500+0000", datetime(2019, 10, 17, 21, 10, 19, 500000)),
        ("2021-08-17T23:30:00-08:00", datetime(2021, 8, 18, 7, 30)),
        ("08/17/2021 3:15:00 PM", datetime(2021, 8, 17, 15, 15)),
        ("17/08/2021 10:30", datetime(2021, 8, 17, 10, 30)),
    ],
)
def test_time_is_utc(text: str, value: datetime) -> None:
    assert read("time", text)[0] == [value]


def test_date_order_by_majority_by_the_file_by_declaration() -> None:
    fourth, march = date(2021, 4, 3), date(2021, 3, 4)
    assert read("date", "03/04/2021", "13/04/2021")[0][0] == fourth
    assert read("date", "03/04/2021", "04/13/2021")[0][0] == march
    assert read("date", "03/04/2021", day_first=False)[0] == [march]
    values, how = read("date-mdy", "03/04/2021")
    assert (values, how.issue) == ([march], None)
    values, how = read("date-mdy", "03/04/2021", "13/04/2021")
    assert values == [march, date(2021, 4, 13)]
    assert how.issue is not None
    assert how.issue.example == "row 3: 13/04/2021"
    same = read("date", "04/04/2021")[1]
    assert same.issue is None


def test_columns_of_a_file_tell_each_other_unless_they_disagree() -> None:
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        connection.execute(
            "CREATE TABLE raw AS SELECT 2 AS _row, '13/04/2021' AS a, '03/04/2021' AS b, '04/13/2021' AS c"
        )
        assert day_order(connection, raw="raw", texts=["a", "b"]) is True
        assert day_order(connection, raw="raw", texts=["a", "b", "c"]) is None
        assert day_order(connection, raw="raw", texts=["b"]) is None
