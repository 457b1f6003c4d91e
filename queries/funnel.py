"""Funnel questions: the cohort by stage, the stock now, and how long and how well deals pass each stage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, case, false, or_, select

from crm import schema
from queries.breakdown import breakdown, statement
from queries.engine import current, frame_of, question
from queries.funnel_model import quartiles
from queries.periods import Period, parse_period
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.model import Measure
from queries.slices import Slice

#: Above this multiple of the stage's P75 of won deals, a deal is late enough to be marked.
LATE_INDEX = 1.5
#: A cohort of a running period that is younger than this says little about the last stages.
YOUNG_DAYS = 180


def cohort_period(slice_: Slice) -> Period:
    """The days in which the cohort was created: the slice's period, or what its `cohort` switch says.

    `auto` widens a running period younger than half a year to the last twelve months, because most of its deals
    have had no time to reach the last stages.
    """
    database = current()
    as_of = slice_.as_of or database.as_of
    chosen = slice_.option("cohort")
    if chosen not in {"auto", "period"}:
        return parse_period(chosen, as_of=as_of, first_month=database.first_month)
    period = slice_.resolved(as_of=database.as_of, first_month=database.first_month)
    if chosen == "auto" and period.is_to_date and (period.days or 0) < YOUNG_DAYS:
        return parse_period("last12m", as_of=as_of)
    return period


def recent_period(slice_: Slice) -> Period:
    """The twelve months to the as-of date, from which success rates and durations are taken."""
    return parse_period("last12m", as_of=slice_.as_of or current().as_of)


def stages(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage of the funnel's pipeline, in order, the won stage last.

    Columns: stage, stage_label, stage_label_zh, position, is_won, typical_days, pipeline. The pipeline is the one
    filtered for, else the one with most deals, whatever else is filtered and whenever the slice looks.
    """
    chosen_by_hand = tuple((name, values) for name, values in slice_.filters if name == "pipeline")
    return _stages_of(Slice(period="all", filters=chosen_by_hand), scope=scope)


@question
def _stages_of(everything: Slice, *, scope: Scope) -> pd.DataFrame:
    deals = breakdown(m.opportunity_count, by=[d.pipeline], slice_=everything, scope=scope)
    table = schema.stages
    found = frame_of(
        select(
            table.c.stage_id.label("stage"),
            table.c.name.label("stage_label"),
            table.c.name_zh.label("stage_label_zh"),
            table.c.position,
            table.c.is_won,
            table.c.typical_days,
            table.c.pipeline,
        ).order_by(table.c.pipeline, table.c.position)
    )
    found["stage_label_zh"] = found["stage_label_zh"].where(found["stage_label_zh"].notna(), found["stage_label"])
    deals = deals[deals["pipeline"].isin(found["pipeline"])]
    if deals.empty:
        return found.head(0)
    chosen = deals.loc[deals["opportunity_count"].idxmax(), "pipeline"]
    return found[found["pipeline"] == chosen].reset_index(drop=True)


def pipeline_of(steps: pd.DataFrame) -> list[tuple[str, Any]]:
    """The pipeline that stages belong to, as a restriction of the rows."""
    return [("pipeline", name) for name in steps["pipeline"].head(1)]


@question
def cohort_funnel(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage in order: deals created in the cohort's period that reached it or a later one.

    Columns of `stages`, then reached_count, reached_amount, of_previous, of_first (shares of the count),
    amount_of_previous, amount_of_first, dropped_count, dropped_amount (lost, open or resting before this stage).
    """
    return _reached(_furthest(slice_, scope, cohort_period(slice_)), stages(slice_, scope=scope))


@question
def step_rates(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per open stage in order: how many of the deals that left it in the period moved on, and a year before.

    Columns: stage, exits, advances, exits_before, advances_before. Deals that left are judged, not those still
    standing, so a period that has just begun compares fairly. Empty where the period has no year before.
    """
    period = slice_.resolved(as_of=current().as_of, first_month=current().first_month)
    steps = stages(slice_, scope=scope)
    rates = steps.loc[~steps["is_won"].fillna(False).astype(bool), ["stage"]]
    before = period.last_year()
    if before is None:
        return rates.head(0)
    for suffix, span in (("", period), ("_before", before)):
        found = breakdown(m.stage_exits, m.stage_advances, by=[d.stage], slice_=slice_, scope=scope, period=span)
        found = found[["stage", "stage_exits", "stage_advances"]]
        rates = rates.merge(found.set_axis(["stage", f"exits{suffix}", f"advances{suffix}"], axis=1), how="left")
    return rates.fillna(0.0)


@question
def cohort_funnels_by(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per member of the slice's `by` and stage, members with most deals first; as `cohort_funnel`.

    Columns `member`, `member_label`, `member_label_zh` in front.
    """
    dimension = d.DIMENSIONS[slice_.by]
    steps = stages(slice_, scope=scope)
    found = _furthest(slice_, scope, cohort_period(slice_), [dimension])
    if found.empty or steps.empty:
        return pd.DataFrame(
            columns=["member", "member_label", "member_label_zh", *_reached(None, steps.head(0)).columns]
        )
    name = dimension.name
    pieces = []
    order = found.groupby(name, sort=False)["opportunity_count"].sum().sort_values(ascending=False, kind="stable")
    for member in order.index:
        own = found[found[name] == member]
        piece = _reached(own, steps)
        piece.insert(0, "member", member)
        piece.insert(1, "member_label", own[f"{name}_label"].iloc[0] if dimension.names else member)
        piece.insert(2, "member_label_zh", own[f"{name}_label_zh"].iloc[0] if dimension.names else member)
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True)


@question
def cohort_open(slice_: Slice, *, scope: Scope) -> float:
    """How many deals of the funnel's cohort are still open or paused."""
    resting = replace(m.opportunity_count, name="resting", rows=lambda t: t.c.status.in_(("open", "paused")))
    pipeline = pipeline_of(stages(slice_, scope=scope))
    found = breakdown(resting, slice_=slice_, scope=scope, period=cohort_period(slice_), extra=pipeline)
    return float(found["resting"].iloc[0])


def _furthest(slice_: Slice, scope: Scope, period: Period, by: list[Any] | None = None) -> pd.DataFrame:
    return breakdown(
        m.opportunity_count,
        m.created_amount,
        by=list(dict.fromkeys([*(by or []), d.furthest])),
        slice_=slice_,
        scope=scope,
        period=period,
        extra=pipeline_of(stages(slice_, scope=scope)),
    )


def _reached(furthest: pd.DataFrame | None, steps: pd.DataFrame) -> pd.DataFrame:
    """Counts at or beyond each position; drop-offs are what the step before had and this one has not."""
    funnel = steps.copy()
    for name, column in (("count", "opportunity_count"), ("amount", "created_amount")):
        at = [] if furthest is None else list(zip(furthest["furthest"], furthest[column], strict=True))
        reached = [
            sum(value for position, value in at if isinstance(position, int | float) and position >= stage)
            for stage in funnel["position"]
        ]
        funnel[f"reached_{name}"] = pd.Series(reached, index=funnel.index, dtype=float)
        before = funnel[f"reached_{name}"].shift(1)
        prefix = "" if name == "count" else "amount_"
        funnel[f"{prefix}of_previous"] = funnel[f"reached_{name}"] / before.where(before > 0)
        first = funnel[f"reached_{name}"].iloc[0] if len(funnel) else 0
        funnel[f"{prefix}of_first"] = funnel[f"reached_{name}"] / first if first else float("nan")
        funnel[f"dropped_{name}"] = before - funnel[f"reached_{name}"]
    return funnel


def stage_age_limits(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage: P75 of the active days that deals won in the last twelve months spent in it.

    Filters are left out, so that a deal's age index does not change with what else is on screen.
    """
    return _age_limits(Slice(as_of=slice_.as_of), scope=scope)


@question
def _age_limits(plain: Slice, *, scope: Scope) -> pd.DataFrame:
    won = replace(
        m.stage_days_p75, name="won_days_p75", rows=lambda t: and_(t.c.is_won.is_(True), t.c.left_on.is_not(None))
    )
    return breakdown(won, by=[d.stage], slice_=plain, scope=scope, period=recent_period(plain))


def is_late(limits: pd.DataFrame, index: float = LATE_INDEX) -> Any:
    """The predicate "stands in its stage for longer than `index` times the stage's P75 of won deals"."""
    known = limits.dropna(subset=["won_days_p75"])

    def late(t: FromClause) -> ColumnElement[bool]:
        ways = [
            and_(t.c.stage_id == row.stage, t.c.active_days_in_stage > row.won_days_p75 * index)
            for row in known.itertuples()
        ]
        return and_(t.c.status == "open", or_(*ways) if ways else false())

    return late


def age_index(t: FromClause, limits: pd.DataFrame) -> ColumnElement[Any]:
    """Active days in the stage over the stage's P75 of won deals; null where the stage has no history."""
    known = limits.dropna(subset=["won_days_p75"])
    known = known[known["won_days_p75"] > 0]
    if known.empty:
        return case((false(), 0.0))
    return case(
        *((t.c.stage_id == row.stage, t.c.active_days_in_stage / row.won_days_p75) for row in known.itertuples())
    )


def late_measures(slice_: Slice, *, scope: Scope) -> tuple[Measure, Measure]:
    """`late_count` and `late_amount`: open deals standing in their stage for too long."""
    late = is_late(stage_age_limits(slice_, scope=scope))
    return replace(m.open_count, name="late_count", rows=late), replace(m.open_amount, name="late_amount", rows=late)


@question
def stage_stock(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per open stage in order: open_count, open_amount, late_count, late_amount at the as-of date."""
    steps = stages(slice_, scope=scope)
    late_count, late_amount = late_measures(slice_, scope=scope)
    stock = breakdown(
        m.open_count,
        m.open_amount,
        late_count,
        late_amount,
        by=[d.stage],
        slice_=slice_,
        scope=scope,
        extra=pipeline_of(steps),
    )
    open_steps = steps[~steps["is_won"].fillna(False).astype(bool)]
    merged = open_steps.merge(stock.drop(columns=["stage_label", "stage_label_zh"]), on="stage", how="left")
    numbers = ["open_count", "open_amount", "late_count", "late_amount"]
    merged[numbers] = merged[numbers].fillna(0.0)
    return merged


@question
def exits_by_days(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage and active days spent in it, over deals that left it in the last twelve months.

    Columns: stage_id, active_days, stage_exits, stage_advances. From these follow rates and all quantiles, in one
    grouping instead of one sort a quantile.
    """
    by = [replace(d.status, name=name, via=name) for name in ("stage_id", "active_days")]
    asked = statement([m.stage_exits, m.stage_advances], by, slice_=slice_, scope=scope, period=recent_period(slice_))
    return frame_of(asked)


@question
def stage_passage(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per open stage in order, over deals that left it in the last twelve months.

    Columns of `stages`, then stage_exits, stage_success_rate, stage_days (median), stage_days_p75.
    """
    steps = stages(slice_, scope=scope)
    found = exits_by_days(slice_, scope=scope)
    rows = []
    for stage in steps.loc[~steps["is_won"].fillna(False).astype(bool), "stage"]:
        own = found[(found["stage_id"] == stage) & (found["stage_exits"] > 0)]
        exits, timed = own["stage_exits"].sum(), own.dropna(subset=["active_days"])
        median, p75 = float("nan"), float("nan")
        if len(timed):
            _, median, p75 = quartiles(timed["active_days"].to_numpy(float), timed["stage_exits"].to_numpy(np.int64))
        rate = own["stage_advances"].sum() / exits if exits else float("nan")
        rows.append((stage, float(exits), rate, median, p75))
    numbers = pd.DataFrame(rows, columns=["stage", "stage_exits", "stage_success_rate", "stage_days", "stage_days_p75"])
    return steps.merge(numbers, on="stage")
