"""Balances at earlier days: the open pipeline as it stood, from month-end snapshots and, between them, the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    FromClause,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    union_all,
)

from crm import schema
from queries.breakdown import breakdown
from queries.engine import current, frame_of, question, rows_of
from queries.scope import Scope
from queries.semantic.model import Fact, Measure, Text
from queries.slices import Slice
from queries.source import Source, conditions

HISTORY = Fact("history", schema.opportunity_history, Text("one row per interval", "每个区间一行"))
SNAPSHOTS = Fact(
    "snapshots", schema.pipeline_snapshots, Text("one row per month end and open deal", "每个月末与商机一行")
)


def balances_at(measures: Sequence[Measure], days: Sequence[date], *, slice_: Slice, scope: Scope) -> pd.DataFrame:
    """One row per day (the index, ascending), one column per balance.

    A day before the first recorded interval has no balance: NaN. Filters that the history does not keep are asked of
    the deal itself.
    """
    wanted = sorted(set(days))
    table = pd.DataFrame(index=wanted, columns=[x.name for x in measures], dtype=float)
    began, kept = _known_days()
    plain = replace(slice_, as_of=None)
    for day in [day for day in wanted if day >= current().recorded_to]:
        table.loc[day] = breakdown(*measures, slice_=plain, scope=scope).iloc[0]
    past = [day for day in wanted if began is not None and began <= day < current().recorded_to]
    for chosen, ask in ((kept & set(past), _at_month_ends), (set(past) - kept, _between)):
        if chosen:
            table.loc[sorted(chosen)] = ask(measures, sorted(chosen), plain, scope).to_numpy(float)
    return table


def open_deals_at(day: date) -> Fact | None:
    """The deals open at the end of a day, as they stood; None for a day without a snapshot."""
    _, kept = _known_days()
    if day not in kept:
        return None
    table = schema.pipeline_snapshots
    return Fact("open deals", select(table).where(table.c.snapshot_on == day).subquery("standing"), SNAPSHOTS.grain)


@question
def _known_days() -> tuple[date | None, frozenset[date]]:
    """The first day of the history, and the month ends of which there are snapshots."""
    history, snapshots = schema.opportunity_history, schema.pipeline_snapshots
    first = frame_of(select(func.min(history.c.valid_from).label("first")))["first"].iloc[0]
    days = frame_of(select(snapshots.c.snapshot_on).distinct())["snapshot_on"]
    began = None if pd.isna(first) else pd.Timestamp(first).date()
    return began, frozenset(pd.Timestamp(day).date() for day in days)


def _at_month_ends(measures: Sequence[Measure], days: list[date], slice_: Slice, scope: Scope) -> pd.DataFrame:
    source = Source(SNAPSHOTS, schema.pipeline_snapshots, "snapshot_on")
    t = source.table
    where = [*conditions(source, slice_=slice_, scope=scope, period=None), t.c.snapshot_on.in_(days)]
    return _summed(measures, days, _standing(t, t.c.snapshot_on, t.c.probability, where=where))


def _between(measures: Sequence[Measure], days: list[date], slice_: Slice, scope: Scope) -> pd.DataFrame:
    """Days between snapshots, from the intervals that hold each day's end."""
    source, stage = Source(HISTORY, schema.opportunity_history, None), schema.stages
    t, where = source.table, conditions(source, slice_=slice_, scope=scope, period=None)
    each = [
        _standing(t, literal(day, Date), t.c.stage_id, where=[*where, _stands(t, day)]).subquery(f"standing_{number}")
        for number, day in enumerate(days)
    ]
    standing = union_all(*(select(one) for one in each)).subquery("standing")
    found = select(standing, stage.c.probability)
    joined = standing.outerjoin(stage, stage.c.stage_id == standing.c.stage_id)
    return _summed(measures, days, found.select_from(joined))


def _standing(t: FromClause, day: ColumnElement, kind: ColumnElement, *, where: list[ColumnElement]) -> Select[Any]:
    """Open deals summed by day and what decides their chance, because few large products are cheaper than many."""
    sums = (func.sum(t.c.amount).label("amount"), func.count().label("deals"))
    made = select(day.label("day"), kind, t.c.status, *sums).where(t.c.status == "open", *where)
    return made.group_by(kind, t.c.status) if isinstance(day, BindParameter) else made.group_by(day, kind, t.c.status)


def _summed(measures: Sequence[Measure], days: list[date], standing: Select[Any]) -> pd.DataFrame:
    """The balances over sums of deals: weights go by the amount, so it may be summed first."""
    t = standing.subquery("standing_deals")
    values = [func.sum(x.weight(t) if x.weight else t.c.deals).label(x.name) for x in measures]
    columns, rows = rows_of(select(t.c.day, *values).group_by(t.c.day))
    found = {pd.Timestamp(day).date(): [float(value or 0) for value in row] for day, *row in rows}
    table = [found.get(day, [0.0] * len(measures)) for day in days]
    return pd.DataFrame(table, index=days, columns=columns[1:], dtype=float)


def _stands(t: FromClause, day: date) -> ColumnElement[bool]:
    return and_(t.c.valid_from < _after(day), or_(t.c.valid_to.is_(None), t.c.valid_to >= _after(day)))


def _after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time())
