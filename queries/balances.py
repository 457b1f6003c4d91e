"""Balances at earlier days: the open pipeline as it stood, from month-end snapshots and, between them, the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, func, or_, select

from crm import schema
from queries.breakdown import breakdown
from queries.engine import current, frame_of, question
from queries.scope import Scope
from queries.semantic.model import Fact, Measure, Text
from queries.slices import Slice
from queries.source import Source, conditions, joined

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
    where = [*conditions(source, slice_=slice_, scope=scope, period=None), source.table.c.snapshot_on.in_(days)]
    made = select(source.table.c.snapshot_on, *(x.value(source.table).label(x.name) for x in measures))
    made = made.select_from(joined(source, slice_=slice_, scope=scope)).where(*where)
    found = frame_of(made.group_by(source.table.c.snapshot_on))
    found.index = pd.Index([pd.Timestamp(day).date() for day in found.pop("snapshot_on")])
    return found.reindex(days).astype(float).fillna(0.0)


def _between(measures: Sequence[Measure], days: list[date], slice_: Slice, scope: Scope) -> pd.DataFrame:
    """Days between snapshots, all from one pass over the intervals that touch them."""
    source = Source(HISTORY, _with_probability(), None)
    t = source.table
    columns: list[ColumnElement[Any]] = [
        _while(measure, _stands(t, day)).value(t).label(f"{measure.name}_{number}")
        for number, day in enumerate(days)
        for measure in measures
    ]
    touching = and_(t.c.valid_from < _after(days[-1]), or_(t.c.valid_to.is_(None), t.c.valid_to >= _after(days[0])))
    where = [*conditions(source, slice_=slice_, scope=scope, period=None), t.c.status == "open", touching]
    row = frame_of(select(*columns).select_from(joined(source, slice_=slice_, scope=scope)).where(*where)).iloc[0]
    values = [[row[f"{x.name}_{number}"] for x in measures] for number in range(len(days))]
    return pd.DataFrame(values, index=days, columns=[x.name for x in measures]).astype(float).fillna(0.0)


def _while(measure: Measure, standing: ColumnElement[bool]) -> Measure:
    return replace(measure, rows=lambda t: and_(measure.rows(t), standing))


def _with_probability() -> FromClause:
    history, stage = schema.opportunity_history, schema.stages
    both = history.outerjoin(stage, stage.c.stage_id == history.c.stage_id)
    return select(history, stage.c.probability).select_from(both).subquery("history")


def _stands(t: FromClause, day: date) -> ColumnElement[bool]:
    return and_(t.c.valid_from < _after(day), or_(t.c.valid_to.is_(None), t.c.valid_to >= _after(day)))


def _after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time())
