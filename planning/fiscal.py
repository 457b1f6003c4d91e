"""Fiscal years, as the product names them: after the calendar year in which they end."""

from __future__ import annotations

from datetime import date


def fiscal_year(day: date, first_month: int) -> int:
    """The fiscal year that holds the day, where fiscal years begin in the month `first_month`."""
    return day.year + (first_month > 1 and day.month >= first_month)


def year_start(year: int, first_month: int) -> date:
    """The first day of a fiscal year."""
    return date(year - (first_month > 1), first_month, 1)


def year_end(year: int, first_month: int) -> date:
    """The last day of a fiscal year."""
    return date.fromordinal(year_start(year + 1, first_month).toordinal() - 1)
