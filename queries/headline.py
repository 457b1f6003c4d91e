"""Key numbers: each with the period before, the same to-date of last year, and its recent course."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from queries.balances import balances_at
from queries.breakdown import breakdown, over_periods
from queries.engine import current, question
from queries.periods import Period, months_later
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.model import AnyMeasure, Measure, Ratio
from queries.slices import Slice

COURSE_MONTHS = 12


def period_of(slice_: Slice) -> Period:
    """The slice's period in days."""
    return slice_.resolved(as_of=current().as_of, first_month=current().first_month)


@question
def key_numbers(slice_: Slice, *, scope: Scope, names: tuple[str, ...]) -> pd.DataFrame:
    """One row per measure asked for: value, previous, last_year, over, under (parts of a ratio), better, format.

    A flow is compared with its own period before and with last year's same to-date. A balance stands at the as-of
    date, so it is compared with a year before that date and, while the period is running, with the same point of the
    period before. NaN where there is nothing to compare with.
    """
    measures = [m.MEASURES[name] for name in names]
    flows = [x for x in measures if x.date is not None]
    balances = [x for x in measures if isinstance(x, Measure) and x.date is None]
    period = period_of(slice_)
    spans = {"value": period, "previous": period.previous(), "last_year": period.last_year()}
    table = pd.DataFrame(index=list(names), columns=["value", "previous", "last_year", "over", "under"], dtype=float)
    compared = {name: span for name, span in spans.items() if span is not None}
    if flows:
        found = over_periods(*flows, periods=compared, slice_=slice_, scope=scope)
        for column in compared:
            _fill(table, column, flows, found[column])
    if balances:
        days = _balance_days(slice_, period)
        stood = balances_at(balances, list(days.values()), slice_=slice_, scope=scope)
        for column, day in days.items():
            for measure in balances:
                table.loc[measure.name, column] = stood.loc[day, measure.name]
    table.index.name = "measure"
    return table.reset_index()


def as_of_day(slice_: Slice) -> date:
    """The day at which the slice looks."""
    return slice_.as_of or current().as_of


def _balance_days(slice_: Slice, period: Period) -> dict[str, date]:
    """At which day a balance stands for each column; a period of all time has nothing beside it."""
    day, before = as_of_day(slice_), period.previous()
    days = {"value": day}
    if period.end is not None:
        days["last_year"] = months_later(day, -12)
    if period.end == day and before is not None and before.end is not None:
        days["previous"] = before.end
    return days


def _fill(table: pd.DataFrame, column: str, measures: Sequence[AnyMeasure], answer: pd.DataFrame) -> None:
    for measure in measures:
        table.loc[measure.name, column] = answer[measure.name].iloc[0]
        if column == "value" and isinstance(measure, Ratio):
            table.loc[measure.name, "over"] = answer[f"{measure.name}_over"].iloc[0]
            table.loc[measure.name, "under"] = answer[f"{measure.name}_under"].iloc[0]


@question
def course(slice_: Slice, *, scope: Scope, names: tuple[str, ...]) -> pd.DataFrame:
    """One row per month, the last twelve to the as-of date, oldest first; the running month is to date.

    Columns: month (first day), then each measure; balances stand at each month's end.
    """
    as_of = slice_.as_of or current().as_of
    starts = [months_later(as_of.replace(day=1), -back) for back in range(COURSE_MONTHS - 1, -1, -1)]
    period = Period("range", starts[0], as_of, as_of)
    measures = [m.MEASURES[name] for name in names]
    table = pd.DataFrame({"month": starts})
    flows = [x for x in measures if x.date is not None]
    if flows:
        found = breakdown(*flows, by=[d.month], slice_=slice_, scope=scope, period=period)
        found["month"] = pd.to_datetime(found["month"]).dt.date
        table = table.merge(found, on="month", how="left")
        for measure in flows:
            if measure.additive:
                table[measure.name] = table[measure.name].fillna(0.0)
    balances = [x for x in measures if isinstance(x, Measure) and x.date is None]
    if balances:
        ends = [min(months_later(start, 1) - timedelta(days=1), as_of) for start in starts]
        stood = balances_at(balances, ends, slice_=slice_, scope=scope)
        for measure in balances:
            table[measure.name] = [stood.loc[end, measure.name] for end in ends]
    return table
