"""Funnel questions: the cohort by stage, the stock now, and how long and how well deals pass each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, case, false, or_, select

from crm import schema
from queries.breakdown import breakdown, over_periods
from queries.engine import current, frame_of, question
from queries.funnel_model import quartiles
from queries.periods import Period, parse_period
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.slices import Slice
from queries.stage_sums import NOTHING, Exits, exits_by_days, open_by_age, recent_period

#: Above these multiples of the stage's P75 of won deals, a deal is late, and critical: late enough to be acted upon.
LATE_INDEX, CRITICAL_INDEX = 1.0, 1.5
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


def stages(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage of the funnel's pipeline, in order, the won stage last.

    Columns: stage, stage_label, stage_label_zh, position, is_won, typical_days, probability, pipeline. The pipeline is
    the one filtered for, else the one with most deals, whatever else is filtered and whenever the slice looks.
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
            table.c.probability,
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
    return _reached([_furthest(slice_, scope, cohort_period(slice_))], stages(slice_, scope=scope))


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
    spans = {"": period, "_before": before}
    asked = over_periods(m.stage_exits, m.stage_advances, periods=spans, by=[d.stage], slice_=slice_, scope=scope)
    for suffix, found in asked.items():
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
            columns=["member", "member_label", "member_label_zh", *_reached([found], steps.head(0)).columns]
        )
    name = dimension.name
    order = found.groupby(name, sort=False)["opportunity_count"].sum().sort_values(ascending=False, kind="stable")
    labels = found.drop_duplicates(name).set_index(name).loc[order.index]
    funnels = _reached([found[(found[name] == member).to_numpy()] for member in order.index], steps)
    members = {"member": order.index, "member_label": order.index, "member_label_zh": order.index}
    if dimension.names:
        members |= {"member_label": labels[f"{name}_label"], "member_label_zh": labels[f"{name}_label_zh"]}
    for place, (column, values) in enumerate(members.items()):
        funnels.insert(place, column, np.repeat(np.asarray(values, dtype=object), len(steps)))
    return funnels


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


def _reached(furthest: Sequence[pd.DataFrame], steps: pd.DataFrame) -> pd.DataFrame:
    """The steps once for each answer, with counts at or beyond each position and what was lost on the way there."""
    positions = np.tile(steps["position"].to_numpy(float), (len(furthest), 1))
    ends = [pd.to_numeric(answer["furthest"], errors="coerce").to_numpy(float) for answer in furthest]
    columns: dict[str, np.ndarray] = {}
    for name, column, prefix in (("count", "opportunity_count", ""), ("amount", "created_amount", "amount_")):
        values = [answer[column].to_numpy(float) for answer in furthest]
        reached = np.array(
            [
                np.where(end >= place[:, None], value, 0.0).sum(axis=1)
                for end, place, value in zip(ends, positions, values, strict=True)
            ]
        )
        before = np.column_stack([np.full(len(furthest), np.nan), reached])[:, : reached.shape[1]]
        with np.errstate(divide="ignore", invalid="ignore"):
            columns[f"reached_{name}"] = reached
            columns[f"{prefix}of_previous"] = np.where(before > 0, reached / before, np.nan)
            columns[f"{prefix}of_first"] = np.where(reached[:, :1] > 0, reached / reached[:, :1], np.nan)
        columns[f"dropped_{name}"] = before - reached
    repeated = steps.iloc[np.tile(np.arange(len(steps)), len(furthest))].reset_index(drop=True)
    flat = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
    return pd.concat([repeated, flat], axis=1)


def stage_age_limits(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage: P75 of the active days that deals won in the last twelve months spent in it.

    Filters are left out, so that a deal's age index does not change with what else is on screen.
    """
    return _age_limits(Slice(as_of=slice_.as_of), scope=scope)


@question
def _age_limits(plain: Slice, *, scope: Scope) -> pd.DataFrame:
    won = replace(
        m.stage_days_p75, name="won_days_p75", rows=lambda t: and_(_was_won(t, plain), t.c.left_on.is_not(None))
    )
    return breakdown(won, by=[d.stage], slice_=plain, scope=scope, period=recent_period(plain))


def _was_won(t: FromClause, slice_: Slice) -> ColumnElement[bool]:
    """Whether the deal of a passage had been won by the as-of date: what came later is not known then."""
    if slice_.as_of is None:
        return t.c.is_won.is_(True)
    deals = schema.opportunities
    by_then = select(deals.c.opportunity_id).where(deals.c.status == "won", deals.c.closed_on <= slice_.as_of)
    return t.c.opportunity_id.in_(by_then)


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


@question
def stage_stock(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per open stage in order, at the as-of date: columns of `stages`, then count and amount of what is open,
    late, and critical, each a part of the one before: open_count, open_amount, late_count ... critical_amount.
    """
    steps = stages(slice_, scope=scope)
    standing = open_by_age(slice_, scope=scope)
    limits = stage_age_limits(slice_, scope=scope).set_index("stage")["won_days_p75"]
    names = [f"{part}_{what}" for part in ("open", "late", "critical") for what in ("count", "amount")]
    rows = []
    for stage in steps["stage"]:
        own, limit = standing.get(stage, NOTHING), limits.get(stage, np.nan)
        parts = [own.ages >= 0, *(own.ages > limit * index for index in (LATE_INDEX, CRITICAL_INDEX))]
        rows.append([column[part].sum() for part in parts for column in (own.deals, own.amount)])
    stock = steps.join(pd.DataFrame(rows, columns=names, index=steps.index, dtype=float))
    return stock[~stock["is_won"].fillna(False).astype(bool)]


@question
def stage_passage(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per open stage in order, over deals that left it in the last twelve months.

    Columns of `stages`, then stage_exits, stage_success_rate, stage_days (median), stage_days_p75.
    """
    steps = stages(slice_, scope=scope)
    found = exits_by_days(slice_, scope=scope)
    steps = steps[~steps["is_won"].fillna(False).astype(bool)]
    rows = [_passed(found.get(stage)) for stage in steps["stage"]]
    names = ["stage_exits", "stage_success_rate", "stage_days", "stage_days_p75"]
    return steps.join(pd.DataFrame(rows, columns=names, index=steps.index, dtype=float))


def _passed(left: Exits | None) -> tuple[float, float, float, float]:
    """Exits, success rate, median and P75 of the days."""
    exits = 0 if left is None else left.exits.sum()
    if left is None or not exits:
        return 0.0, np.nan, np.nan, np.nan
    timed = ~np.isnan(left.days) & (left.exits > 0)
    _, median, p75 = quartiles(left.days[timed], left.exits[timed]) if timed.any() else (np.nan, np.nan, np.nan)
    return float(exits), left.advances.sum() / exits, median, p75
