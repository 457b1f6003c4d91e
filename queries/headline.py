"""Key numbers: each with the period before, the same to-date of last year, and its recent course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select

from crm import schema
from queries.breakdown import breakdown
from queries.engine import current, frame_of, question
from queries.periods import Period, months_later
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.model import AnyMeasure, Dimension, Fact, Measure, Ratio, Text
from queries.slices import Slice
from queries.source import Source, conditions, joined

HISTORY = Fact("history", schema.opportunity_history, Text("one row per interval", "每个区间一行"))
COURSE_MONTHS = 12


def period_of(slice_: Slice) -> Period:
    """The slice's period in days."""
    return slice_.resolved(as_of=current().as_of, first_month=current().first_month)


@question
def key_numbers(slice_: Slice, *, scope: Scope, names: tuple[str, ...]) -> pd.DataFrame:
    """One row per measure asked for: value, previous, last_year, over, under (parts of a ratio), better, format.

    A flow is compared with its own period before and with last year's same to-date; a balance with how it stood at
    the ends of those periods. NaN where there is nothing to compare with.
    """
    measures = [m.MEASURES[name] for name in names]
    flows = [x for x in measures if x.date is not None]
    balances = [x for x in measures if x.date is None]
    period = period_of(slice_)
    spans = {"value": period, "previous": period.previous(), "last_year": period.last_year()}
    table = pd.DataFrame(index=list(names), columns=["value", "previous", "last_year", "over", "under"], dtype=float)
    for column, span in spans.items():
        if span is not None and flows:
            _fill(table, column, flows, breakdown(*flows, slice_=slice_, scope=scope, period=span, parts=True))
    if balances:
        _fill(table, "value", balances, breakdown(*balances, slice_=slice_, scope=scope))
        days = {name: span.end for name, span in spans.items() if span and span.end and name != "value"}
        before = balances_at(balances, tuple(days.values()), slice_=slice_, scope=scope)
        for column, day in days.items():
            for measure in balances:
                table.loc[measure.name, column] = before.loc[day, measure.name]
    table.index.name = "measure"
    return table.reset_index()


def _fill(table: pd.DataFrame, column: str, measures: Sequence[AnyMeasure], answer: pd.DataFrame) -> None:
    for measure in measures:
        table.loc[measure.name, column] = answer[measure.name].iloc[0]
        if column == "value" and isinstance(measure, Ratio):
            table.loc[measure.name, "over"] = answer[f"{measure.name}_over"].iloc[0]
            table.loc[measure.name, "under"] = answer[f"{measure.name}_under"].iloc[0]


def balances_at(measures: Sequence[AnyMeasure], days: tuple[date, ...], *, slice_: Slice, scope: Scope) -> pd.DataFrame:
    """One row per day (the index), one column per balance, from one pass over the history.

    A day before the first recorded interval has no balance, nor has a filter that the history does not keep: NaN.
    """
    wanted = sorted(set(days))
    balances = [x for x in measures if isinstance(x, Measure)]
    table = pd.DataFrame(index=wanted, columns=[x.name for x in balances], dtype=float)
    if not all(dimension.fits(HISTORY) for dimension in _used(slice_, scope)):
        return table
    source = Source(HISTORY, _history_with_probability(), None)
    columns: list[ColumnElement] = [func.min(source.table.c.valid_from).label("first")]
    for number, day in enumerate(wanted):
        standing = _standing(source.table, day)
        for measure in balances:
            columns.append(_while(measure, standing).value(source.table).label(f"{measure.name}_{number}"))
    statement = _over(source, columns, slice_=replace(slice_, as_of=None), scope=scope)
    row = frame_of(statement).iloc[0]
    for number, day in enumerate(wanted):
        known = row["first"] is not None and not pd.isna(row["first"]) and pd.Timestamp(row["first"]).date() <= day
        for measure in balances:
            value = row[f"{measure.name}_{number}"]
            table.loc[day, measure.name] = (0.0 if pd.isna(value) else float(value)) if known else float("nan")
    return table


def _while(measure: Measure, standing: ColumnElement[bool]) -> Measure:
    return replace(measure, rows=lambda t: and_(measure.rows(t), standing))


def _history_with_probability() -> FromClause:
    history, stage = schema.opportunity_history, schema.stages
    joined = history.outerjoin(stage, stage.c.stage_id == history.c.stage_id)
    return select(history, stage.c.probability).select_from(joined).subquery("history")


def _standing(t: FromClause, day: date) -> ColumnElement[bool]:
    end = datetime.combine(day + timedelta(days=1), time())
    return and_(t.c.valid_from < end, or_(t.c.valid_to.is_(None), t.c.valid_to >= end))


def _over(source: Source, columns: Sequence[ColumnElement], *, slice_: Slice, scope: Scope) -> Select[Any]:
    where = conditions(source, slice_=slice_, scope=scope, period=None)
    return select(*columns).select_from(joined(source, slice_=slice_, scope=scope)).where(*where)


def _used(slice_: Slice, scope: Scope) -> list[Dimension]:
    return [d.DIMENSIONS[name] for name in dict.fromkeys([*dict(slice_.filters), *dict(scope.limits)])]


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
    balances = [x for x in measures if x.date is None]
    if balances:
        ends = [min(months_later(start, 1) - timedelta(days=1), as_of) for start in starts]
        stood = balances_at(balances, tuple(ends), slice_=slice_, scope=scope)
        for measure in balances:
            table[measure.name] = [stood.loc[end, measure.name] for end in ends]
    return table
