"""The demo company's time: everything happens on working days, which are counted from the first one on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from crm.demo.market import HOLIDAYS

_EPOCH = date(1970, 1, 1)
# How many deals are opened in each month of the year, and how much more every year.
_SEASON = np.array([0.98, 0.78, 1.18, 1.06, 1.00, 1.10, 0.95, 0.92, 1.12, 0.92, 1.08, 0.95])
_GROWTH = 0.10
#: Months of business, and the days before them in which deals that were taken over were opened.
MONTHS, BEFORE = 42, 230


@dataclass(frozen=True)
class Clock:
    """Days are whole days since 1970; `work` lists the working ones, and a time is a place in that list."""

    work: np.ndarray
    as_of: int
    live: int  # the time from which on the company's books are complete
    now: int  # the last time that has come
    quarter_end: np.ndarray  # for each time the last time of its fiscal quarter
    month_end: np.ndarray
    last_quarter: np.ndarray  # for each time whether its fiscal quarter is the year's last

    def day(self, time: np.ndarray) -> np.ndarray:
        """The days of times."""
        return self.work[np.clip(time, 0, len(self.work) - 1)]

    def time(self, day: np.ndarray) -> np.ndarray:
        """The first times at or after days."""
        return np.searchsorted(self.work, day)


def clock(as_of: date, *, fiscal_year_start: int) -> Clock:
    """Sets the clock for a company as it is at the end of a day."""
    months = as_of.year * 12 + as_of.month - 1 - MONTHS
    live = number(date(months // 12, months % 12 + 1, 1))
    days = np.arange(live - BEFORE, number(as_of) + 400)
    closed = {number(first) + n for _, _, first, length in HOLIDAYS for n in range(length)}
    work = days[((days + 3) % 7 < 5) & ~np.isin(days, list(closed))]  # 1970 began on a Thursday
    month = work.astype("datetime64[D]").astype("datetime64[M]").astype(int)
    fiscal = month - (fiscal_year_start - 1)
    return Clock(
        work=work,
        as_of=number(as_of),
        live=int(np.searchsorted(work, live)),
        now=int(np.searchsorted(work, number(as_of), side="right")) - 1,
        quarter_end=np.searchsorted(fiscal // 3, fiscal // 3, side="right") - 1,
        month_end=np.searchsorted(month, month, side="right") - 1,
        last_quarter=fiscal // 3 % 4 == 3,
    )


def openings(time: Clock) -> np.ndarray:
    """How likely a deal is opened at each time up to now, in proportion: growth, season, and Spring Festival."""
    work = time.work[: time.now + 1]
    month = work.astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    weight = _SEASON[month] * np.exp(np.log1p(_GROWTH) * (work - work[0]) / 365.25)
    for name, _, first, length in HOLIDAYS:
        if name == "Spring Festival":
            near = (work >= number(first) - 9) & (work < number(first) + length + 5)
            weight = np.where(near, weight * 0.45, weight)
    return weight


def number(day: date) -> int:
    """Days since 1970."""
    return (day - _EPOCH) // timedelta(days=1)
