"""Periods in days: to date against the same to date, the period before, and what a person may type."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.periods import RELATIVE, Period, PeriodError, fiscal_start, months_later, parse_period

AS_OF = date(2026, 8, 27)
DAYS = st.dates(date(1950, 1, 1), date(2150, 12, 31))
MONTHS = st.integers(1, 12)


def days(text: str, as_of: date = AS_OF, first_month: int = 1) -> tuple[str, str]:
    return spelled(parse_period(text, as_of=as_of, first_month=first_month))


def spelled(period: Period | None) -> tuple[str, str]:
    assert period is not None
    return str(period.start), str(period.end)


@pytest.mark.parametrize(
    ("text", "start", "end", "is_to_date"),
    [
        ("mtd", "2026-08-01", "2026-08-27", True),
        ("qtd", "2026-07-01", "2026-08-27", True),
        ("ytd", "2026-01-01", "2026-08-27", True),
        ("last6m", "2026-02-28", "2026-08-27", False),
        ("last12m", "2025-08-28", "2026-08-27", False),
        ("2026", "2026-01-01", "2026-08-27", True),
        ("2025", "2025-01-01", "2025-12-31", False),
        ("2027", "2027-01-01", "2027-12-31", False),
        ("2026Q3", "2026-07-01", "2026-08-27", True),
        ("2026-Q2", "2026-04-01", "2026-06-30", False),
        ("2026q4", "2026-10-01", "2026-12-31", False),
        ("2026-08", "2026-08-01", "2026-08-27", True),
        ("2024-02", "2024-02-01", "2024-02-29", False),
        ("2026-07-15..2026-08-15", "2026-07-15", "2026-08-15", False),
        ("2026-07-15..2026-09-15", "2026-07-15", "2026-08-27", True),
        ("2027-01-15..2027-02-15", "2027-01-15", "2027-02-15", False),
    ],
)
def test_what_periods_mean(text, start, end, is_to_date):
    assert days(text) == (start, end)
    assert parse_period(text, as_of=AS_OF).is_to_date is is_to_date


def test_all_time_has_no_days():
    everything = parse_period("all", as_of=AS_OF)
    assert (everything.start, everything.end, everything.days) == (None, None, None)
    assert everything.previous() is None
    assert everything.last_year() is None


def test_a_period_that_ends_today_is_whole():
    assert not parse_period("mtd", as_of=date(2026, 8, 31)).is_to_date
    assert not parse_period("qtd", as_of=date(2026, 9, 30)).is_to_date
    assert not parse_period("ytd", as_of=date(2026, 12, 31)).is_to_date


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("ytd", "2026-04-01", "2026-08-27"),
        ("qtd", "2026-07-01", "2026-08-27"),
        ("2027", "2026-04-01", "2026-08-27"),  # named after the calendar year in which it ends
        ("2026", "2025-04-01", "2026-03-31"),
        ("2027Q1", "2026-04-01", "2026-06-30"),
        ("2027Q2", "2026-07-01", "2026-08-27"),
        ("2027Q4", "2027-01-01", "2027-03-31"),
        ("2026-08", "2026-08-01", "2026-08-27"),
    ],
)
def test_fiscal_years_that_start_in_april(text, start, end):
    assert days(text, first_month=4) == (start, end)


@pytest.mark.parametrize(
    ("text", "as_of", "start", "end"),
    [
        ("qtd", date(2026, 7, 23), "2025-07-01", "2025-07-23"),  # day 23 against the first 23 days
        ("ytd", date(2024, 2, 29), "2023-01-01", "2023-02-28"),
        ("ytd", date(2025, 2, 28), "2024-01-01", "2024-02-28"),
        ("mtd", date(2024, 2, 29), "2023-02-01", "2023-02-28"),  # a whole month against the whole month
        ("mtd", date(2025, 2, 28), "2024-02-01", "2024-02-29"),
        ("2024-02", AS_OF, "2023-02-01", "2023-02-28"),
        ("2025-02", AS_OF, "2024-02-01", "2024-02-29"),
        ("last12m", AS_OF, "2024-08-28", "2025-08-27"),
        ("2026-07-15..2026-09-15", AS_OF, "2025-07-15", "2025-08-27"),
        ("2026Q1", AS_OF, "2025-01-01", "2025-03-31"),
    ],
)
def test_the_same_days_last_year(text, as_of, start, end):
    assert spelled(parse_period(text, as_of=as_of).last_year()) == (start, end)


@pytest.mark.parametrize(
    ("text", "as_of", "start", "end"),
    [
        ("mtd", AS_OF, "2026-07-01", "2026-07-27"),
        ("mtd", date(2026, 3, 30), "2026-02-01", "2026-02-28"),  # February has no 30 days
        ("qtd", AS_OF, "2026-04-01", "2026-05-28"),  # day 58 of the quarter against day 58
        ("qtd", date(2026, 5, 1), "2026-01-01", "2026-01-31"),
        ("ytd", AS_OF, "2025-01-01", "2025-08-27"),
        ("last6m", AS_OF, "2025-08-28", "2026-02-27"),
        ("last12m", AS_OF, "2024-08-28", "2025-08-27"),
        ("2026Q2", AS_OF, "2026-01-01", "2026-03-31"),
        ("2026-03", AS_OF, "2026-02-01", "2026-02-28"),
        ("2024", AS_OF, "2023-01-01", "2023-12-31"),
        ("2026-07-11..2026-07-20", AS_OF, "2026-07-01", "2026-07-10"),
        ("2026-08-18..2026-09-06", AS_OF, "2026-07-29", "2026-08-07"),  # 10 of 20 days have passed
    ],
)
def test_the_period_before(text, as_of, start, end):
    assert spelled(parse_period(text, as_of=as_of).previous()) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "QTD", "qtd ", "last7m", "2026Q5", "2026Q0", "2026-13", "2026-00", "26", "20260", "2026-8",
        "2026-02-30..2026-03-01", "2026-03-02..2026-03-01", "2026-03-01..", "..", "1899", "2201", "0000", "9999",
        "9999-12", "0001-01-01..0001-01-02", "1900-01-01..9999-12-31", "٢٠٢٦", "２０２６", "2026\n", "2026'; --",
        "None", "all ", "2026Q3Q3", "-2026", "1e3", "2026-01-01..2026-01-01..2026-01-01",
    ],
)  # fmt: skip
@pytest.mark.parametrize("first_month", [1, 4, 12])
def test_what_is_no_period_is_refused(text, first_month):
    with pytest.raises(PeriodError):
        parse_period(text, as_of=AS_OF, first_month=first_month)


@given(text=st.text() | st.from_regex(r"[0-9q.\-QQ]{1,24}", fullmatch=True), as_of=DAYS, first_month=MONTHS)
def test_any_text_is_a_period_or_refused(text, as_of, first_month):
    try:
        parse_period(text, as_of=as_of, first_month=first_month)
    except PeriodError as refused:
        assert "period" in str(refused) or "far away" in str(refused) or "ends before" in str(refused)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    day = draw(DAYS)
    named = [f"{day.year}", f"{day.year}Q{draw(st.integers(1, 4))}", f"{day:%Y-%m}"]
    spans = [f"{day}..{day + timedelta(days=draw(st.integers(0, 800)))}"]
    text = draw(st.sampled_from([*(r for r in RELATIVE if r != "all"), *named, *spans]))
    near = draw(st.integers(-500, 500))
    return parse_period(text, as_of=day + timedelta(days=near), first_month=draw(MONTHS))


@given(periods())
def test_the_period_before_ends_before_this_one_starts(period):
    before = period.previous()
    assert before is not None and before.start is not None and before.end is not None and before.whole_end is not None
    assert before.start <= before.end <= before.whole_end < period.start
    assert before.whole_end + timedelta(days=1) == period.start
    if period.is_to_date:
        assert before.days <= period.days or period.kind in {"year", "last12m"}


@given(periods())
def test_last_year_is_twelve_months_back(period):
    before = period.last_year()
    assert before is not None and before.end is not None
    assert before.start == months_later(period.start, -12)
    assert abs((period.end - before.end).days - 365) <= 1


@given(DAYS, st.sampled_from([1, 3, 12]), MONTHS)
def test_a_fiscal_span_holds_its_day(day, span, first_month):
    start = fiscal_start(day, span, first_month)
    assert start.day == 1
    assert (start.month - first_month) % span == 0
    assert start <= day < months_later(start, span)


@given(DAYS, st.integers(-600, 600))
def test_months_later_keeps_the_day_where_the_month_has_it(day, count):
    there = months_later(day, count)
    assert (there.year * 12 + there.month) - (day.year * 12 + day.month) == count
    assert there.day == day.day or (there.day < day.day and (there + timedelta(days=1)).day == 1)
