"""The course of a period: sales day by day beside what was due, last year, and where the run rate leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from planning.levels import Level
from queries.attainment import TOO_EARLY, as_of_day, landing_of, period_of
from queries.breakdown import statement
from queries.engine import question, rows_of
from queries.periods import Period, months_later
from queries.scope import EVERYTHING, Scope
from queries.semantic import measures as m
from queries.slices import Slice
from queries.stage_sums import ALL_TIME, column
from queries.targets import spread_of, target_course

#: A finished period is only a witness where it sold something; so many are wanted for an interval, so many are asked.
ENOUGH_PERIODS, MOST_PERIODS = 4, 12
#: Shares that differ by less are the same, computed on two ways.
_HAIR = 1e-9
#: 80 % of a normal distribution lie within so many standard deviations.
EIGHTY = 1.2816


@dataclass(frozen=True)
class Course:
    """A period day by day: cumulative `actual`, `on_track`, `previous`, `forecast`, `low`, `high` (NaN where none).

    `landing` is what the run rate leads to by the end, `spread` how far (as a factor) past periods strayed from theirs
    at the same point, root mean square; `witnesses` how many of those there were.
    """

    days: pd.DataFrame
    landing: float
    spread: float
    witnesses: int
    reason: str | None
    levels: dict[int, Level]


@question
def course(slice_: Slice, *, scope: Scope) -> Course:
    """The slice's period day by day, with the landing at its run rate and how sure that is.

    The interval holds 80 %: landing x exp(+-1.28 x s x sqrt(1 + 1/n)), s being the root mean square of
    ln(what came / what the run rate said at the same share elapsed) over up to twelve periods before.
    """
    period = period_of(slice_)
    if period.start is None or period.whole_end is None or period.end is None:
        return Course(pd.DataFrame(), float("nan"), float("nan"), 0, "all_time", {})
    sold = _sold_by_day(slice_, scope=scope)
    days = [period.start + timedelta(days=n) for n in range((period.whole_end - period.start).days + 1)]
    today = as_of_day(slice_)
    frame = pd.DataFrame({"day": pd.Series(days, dtype=object)})
    until = [day <= today for day in days]
    frame["actual"] = np.where(until, np.cumsum([sold.get(day, 0.0) for day in days]), np.nan)
    frame["previous"] = _last_year(slice_, sold, period)
    frame["on_track"] = target_course(slice_, days, scope=scope)
    so_far = float(sum(sold.get(day, 0.0) for day in days if day <= period.end))
    landing = landing_of(slice_, so_far, scope=scope)
    spread, witnesses = _strayed(slice_, sold, period, landing.elapsed)
    ahead = _ahead(slice_, len(days), so_far, landing.amount, period, spread, witnesses)
    frame["forecast"], frame["low"], frame["high"] = ahead.T
    return Course(frame, landing.amount, spread, witnesses, landing.reason, landing.levels)


@question
def _sold_by_day(slice_: Slice, *, scope: Scope) -> dict[date, float]:
    """What was sold on each day there is."""
    asked = statement([m.sales_amount], [column("sold_on")], slice_=slice_, scope=scope, period=ALL_TIME)
    return {day: float(amount or 0) for day, amount in rows_of(asked)[1] if day is not None}


@question
def _recorded_since(basis: str) -> date | None:
    """The first of the month in which the company's sales begin."""
    sold = _sold_by_day(Slice().with_option("basis", basis), scope=EVERYTHING)
    return min(sold).replace(day=1) if sold else None


def _last_year(slice_: Slice, sold: dict[date, float], period: Period) -> np.ndarray:
    """Last year's cumulative sales at each day of the period; NaN where the company's records begin later."""
    before, since = replace(period, end=period.whole_end).last_year(), _recorded_since(slice_.option("basis"))
    assert period.start is not None and period.whole_end is not None and before is not None
    assert before.start is not None and before.end is not None
    length = (period.whole_end - period.start).days + 1
    if since is None or since > before.start:
        return np.full(length, np.nan)
    course_, running, reached = [], 0.0, before.start - timedelta(days=1)
    for n in range(length):
        # A day stands beside the same date a year before: 29 February beside the 28th, nothing counted twice. Its last
        # day closes both: 28 February beside the 29th.
        same = before.end if n == length - 1 else months_later(period.start + timedelta(days=n), -12)
        while reached < same:
            reached += timedelta(days=1)
            running += sold.get(reached, 0.0)
        course_.append(running)
    return np.array(course_)


def _strayed(slice_: Slice, sold: dict[date, float], period: Period, elapsed: float) -> tuple[float, int]:
    """How far past periods of the same kind ended from what their run rate said at the same share elapsed."""
    if not TOO_EARLY <= elapsed < 1 or not sold:
        return float("nan"), 0
    curve, begun, logs, before = spread_of(slice_), min(sold), [], replace(period, end=period.whole_end).previous()
    while before is not None and before.start is not None and before.end is not None and before.start >= begun:
        passed = curve.course(before.start, before.end)
        reached = int(np.searchsorted(passed, elapsed + _HAIR, side="right"))
        amounts = [sold.get(before.start + timedelta(days=n), 0.0) for n in range(len(passed))]
        then, whole = sum(amounts[:reached]), sum(amounts)
        if then > 0 and whole > 0 and reached:
            logs.append(float(np.log(whole / (then / passed[reached - 1]))))
        if len(logs) >= MOST_PERIODS:
            break
        before = before.previous()
    if len(logs) < ENOUGH_PERIODS:
        return float("nan"), len(logs)
    return float(np.sqrt(np.mean(np.square(logs)))), len(logs)


def _ahead(
    slice_: Slice, length: int, actual: float, landing: float, period: Period, spread: float, witnesses: int
) -> np.ndarray:
    """Forecast, low and high from the as-of date on: the rest of the landing comes as the days' weights do."""
    ahead = np.full((length, 3), np.nan)
    today = as_of_day(slice_)
    assert period.start is not None and period.whole_end is not None
    if np.isnan(landing) or not period.start <= today < period.whole_end:
        return ahead
    place = (today - period.start).days
    passed = spread_of(slice_).course(period.start, period.whole_end)[place:]
    of_rest = (passed - passed[0]) / (1 - passed[0]) if passed[0] < 1 else np.zeros(len(passed))
    factor = np.exp(EIGHTY * spread * np.sqrt(1 + 1 / witnesses)) if witnesses and not np.isnan(spread) else np.nan
    # Below zero (returns) a larger factor leads further down.
    low, high = sorted((landing / factor, landing * factor))
    for number, end in enumerate((landing, low, high)):
        ahead[place:, number] = actual + (end - actual) * of_rest
    if actual >= 0:  # What has been sold stays sold: the lower edge never falls below it.
        ahead[place:, 1] = np.maximum(ahead[place:, 1], actual)
    return ahead
