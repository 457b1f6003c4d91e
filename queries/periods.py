"""Periods: what "Q3", "the year to date" and "the same last year" mean, in days, given the as-of date."""

from __future__ import annotations

import calendar as months_of
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

#: Periods that move with the as-of date, in the order in which a menu offers them.
RELATIVE = ("mtd", "qtd", "ytd", "last6m", "last12m", "all")
#: Years that a period may be named by: far enough, and well inside what a date can hold.
FIRST_YEAR, LAST_YEAR = 1900, 2200
_SPAN = {"mtd": 1, "qtd": 3, "ytd": 12}
_PATTERNS = {
    "year": re.compile(r"(\d{4})", re.ASCII),
    "quarter": re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII),
    "month": re.compile(r"(\d{4})-(\d{2})", re.ASCII),
    "range": re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", re.ASCII),
}


class PeriodError(ValueError):
    """Text that names no period."""


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included; None on both sides means all time.

    `whole_end` is where the period would end: later than `end` while the period is still running ("to date").
    """

    kind: str
    start: date | None
    end: date | None
    whole_end: date | None

    @property
    def is_to_date(self) -> bool:
        """Whether the period is still running at the as-of date."""
        return self.end is not None and self.whole_end is not None and self.end < self.whole_end

    @property
    def days(self) -> int | None:
        """How many days have elapsed; None for all time."""
        return None if self.start is None or self.end is None else (self.end - self.start).days + 1

    def last_year(self) -> Period | None:
        """The same days one year earlier: to-date against the same to-date, 29 February against the 28th."""
        return self._moved(-12, same_dates=True)

    def previous(self) -> Period | None:
        """The period before: a running one is cut after as many days as have elapsed in this one."""
        if self.start is None or self.end is None or self.whole_end is None:
            return None
        if self.kind == "range":
            length = timedelta(days=(self.whole_end - self.start).days + 1)
            return Period("range", self.start - length, self.end - length, self.start - timedelta(days=1))
        length_in_months = {"month": 1, "quarter": 3, "year": 12, "last6m": 6, "last12m": 12}[self.kind]
        return self._moved(-length_in_months, same_dates=length_in_months == 12)

    def _moved(self, count: int, *, same_dates: bool) -> Period | None:
        if self.start is None or self.end is None or self.whole_end is None:
            return None
        start, whole_end = months_later(self.start, count), _end_moved(self.whole_end, count)
        if not self.is_to_date:
            return replace(self, start=start, end=whole_end, whole_end=whole_end)
        end = months_later(self.end, count) if same_dates else start + (self.end - self.start)
        return replace(self, start=start, end=min(end, whole_end), whole_end=whole_end)


def months_later(day: date, count: int) -> date:
    """The same day of the month `count` months on, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


def _end_moved(end: date, count: int) -> date:
    """A period's last day moved by months; the last day of a month stays the last day of its month."""
    return months_later(end + timedelta(days=1), count) - timedelta(days=1)


def fiscal_start(day: date, span: int, first_month: int) -> date:
    """The first day of the fiscal month (span 1), quarter (3) or year (12) that holds the day."""
    into = (day.month - first_month) % 12
    return months_later(date(day.year, day.month, 1), -(into % span))


def parse_period(text: str, *, as_of: date, first_month: int = 1) -> Period:
    """Reads `mtd`, `qtd`, `ytd`, `last6m`, `last12m`, `all`, `2026`, `2026Q3`, `2026-08` or `2026-07-01..2026-08-15`.

    Years and quarters are fiscal; a fiscal year is named after the calendar year in which it ends.
    Raises PeriodError for anything else.
    """
    if text == "all":
        return Period("all", None, None, None)
    if text in _SPAN:
        kind = {"mtd": "month", "qtd": "quarter", "ytd": "year"}[text]
        return _running(kind, fiscal_start(as_of, _SPAN[text], first_month), _SPAN[text], as_of)
    if text in ("last6m", "last12m"):
        start = months_later(as_of + timedelta(days=1), -int(text[4:-1]))
        return Period(text, start, as_of, as_of)
    try:
        period = _named(text, as_of, first_month)
    except PeriodError:
        raise
    except ValueError as wrong:
        raise PeriodError(f"{text!r} is not a period") from wrong
    return period


def canonical(text: str) -> str:
    """The one spelling of a period: `2026-q3` is `2026Q3`."""
    match = _PATTERNS["quarter"].fullmatch(text)
    return f"{match[1]}Q{match[2]}" if match else text


def _named(text: str, as_of: date, first_month: int) -> Period:
    if not all(FIRST_YEAR <= int(year) <= LAST_YEAR for year in re.findall(r"[0-9]{4}", text)):
        raise PeriodError(f"{text!r} is too far away")
    if match := _PATTERNS["range"].fullmatch(text):
        start, end = date.fromisoformat(match[1]), date.fromisoformat(match[2])
        if end < start:
            raise PeriodError(f"{text!r} ends before it begins")
        return Period("range", start, as_of if start <= as_of < end else end, end)
    if match := _PATTERNS["quarter"].fullmatch(text):
        return _running(
            "quarter", months_later(_year_start(int(match[1]), first_month), 3 * int(match[2]) - 3), 3, as_of
        )
    if match := _PATTERNS["month"].fullmatch(text):
        return _running("month", date(int(match[1]), int(match[2]), 1), 1, as_of)
    if match := _PATTERNS["year"].fullmatch(text):
        return _running("year", _year_start(int(match[1]), first_month), 12, as_of)
    raise PeriodError(f"{text!r} is not a period")


def _year_start(fiscal_year: int, first_month: int) -> date:
    return date(fiscal_year if first_month == 1 else fiscal_year - 1, first_month, 1)


def _running(kind: str, start: date, span: int, as_of: date) -> Period:
    whole_end = months_later(start, span) - timedelta(days=1)
    return Period(kind, start, as_of if start <= as_of < whole_end else whole_end, whole_end)
