"""The facts: which tables the measures count, and how they stood at an earlier day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    ScalarSelect,
    Subquery,
    and_,
    case,
    cast,
    func,
    null,
    or_,
    select,
    type_coerce,
)

from crm import schema
from queries.semantic.model import Fact, Text

_CLOSED = ("won", "lost", "terminated")
_IN_PLAY = ("open", "paused")
#: Columns of an opportunity that its history keeps.
_KEPT = tuple(
    column.name
    for column in schema.opportunity_history.c
    if column.name in schema.opportunities.c and column.name != "opportunity_id"
)


@lru_cache(maxsize=32)
def opportunities_as_of(day: date) -> Subquery:
    """The opportunities as they stood at the end of the day, with the columns of the table; from the history.

    `active_days_in_stage` is null for deals that were closed by then, as in the table, and for those of which only
    creation and close are known.
    """
    now, history = schema.opportunities, schema.opportunity_history
    stage, passages = schema.stages.alias("stage_then"), schema.stage_passages
    spent = _days_in_stage(day)
    seen = (
        select(passages.c.opportunity_id, func.max(passages.c.position).label("position"))
        .where(passages.c.entered_on <= day)
        .group_by(passages.c.opportunity_id)
        .subquery("seen")
    )
    then = {
        **{name: history.c[name] for name in _KEPT},
        "closed_on": case((history.c.status.in_(_CLOSED), cast(history.c.valid_from, Date)), else_=null()),
        "probability": stage.c.probability,
        "furthest_position": case(
            (history.c.status == "won", _won_position()),
            else_=func.coalesce(func.greatest(seen.c.position, stage.c.position), stage.c.position),
        ),
        "active_days_in_stage": spent.c.days,
    }
    columns = [then.get(column.name, column).label(column.name) for column in now.c]
    return (
        select(*columns)
        .select_from(now)
        .join(history, history.c.opportunity_id == now.c.opportunity_id)
        .outerjoin(stage, stage.c.stage_id == history.c.stage_id)
        .outerjoin(seen, seen.c.opportunity_id == now.c.opportunity_id)
        .outerjoin(spent, spent.c.opportunity_id == now.c.opportunity_id)
        .where(_stood(history, day))
        .subquery("opportunities_then")
    )


@lru_cache(maxsize=32)
def open_deals_as_of(day: date) -> Subquery:
    """The deals that were open at the end of the day, by what the history alone knows of them; other columns are null.

    A third of the work of `opportunities_as_of`, to the same amounts and days.
    """
    history, stage, spent = schema.opportunity_history, schema.stages.alias("stage_then"), _days_in_stage(day)
    then = {
        **{name: history.c[name] for name in ("opportunity_id", *_KEPT)},
        "probability": stage.c.probability,
        "active_days_in_stage": spent.c.days,
    }
    unknown = {column.name: cast(null(), column.type) for column in schema.opportunities.c}
    return (
        select(*(column.label(name) for name, column in {**unknown, **then}.items()))
        .select_from(history)
        .outerjoin(stage, stage.c.stage_id == history.c.stage_id)
        .outerjoin(spent, spent.c.opportunity_id == history.c.opportunity_id)
        .where(_stood(history, day), history.c.status == "open")
        .subquery("open_deals_then")
    )


def _stood(history: FromClause, day: date) -> ColumnElement[bool]:
    """Whether an interval holds the end of the day."""
    end = datetime.combine(day + timedelta(days=1), time())
    return and_(history.c.valid_from < end, or_(history.c.valid_to.is_(None), history.c.valid_to >= end))


def _days_in_stage(day: date) -> Subquery:
    """Active days up to the day that each deal then in play had spent in its stage: re-entries added up, pauses not."""
    present, spent = schema.opportunity_history.alias("present"), schema.opportunity_history.alias("spent")
    until = func.least(func.coalesce(cast(spent.c.valid_to, Date), day), day, type_=Date)
    days = type_coerce(until - cast(spent.c.valid_from, Date), Integer)
    return (
        select(present.c.opportunity_id, cast(func.sum(days), Integer).label("days"))
        .join(
            spent,
            and_(spent.c.opportunity_id == present.c.opportunity_id, spent.c.stage_id == present.c.stage_id),
        )
        .where(
            _stood(present, day),
            present.c.status.in_(_IN_PLAY),
            spent.c.status == "open",
            spent.c.is_derived.is_not(True),
            cast(spent.c.valid_from, Date) <= day,
        )
        .group_by(present.c.opportunity_id)
        .subquery("days_in_stage")
    )


def _won_position() -> ScalarSelect[int]:
    """The position of the won stage of the opportunity's pipeline."""
    won = schema.stages.alias("won_stage")
    return (
        select(func.max(won.c.position))
        .where(won.c.is_won.is_(True), won.c.pipeline == schema.opportunities.c.pipeline)
        .scalar_subquery()
    )


@lru_cache(maxsize=32)
def reached(day: date | None = None) -> Subquery:
    """One row per opportunity and stage up to one past the furthest reached; `is_reached` marks those reached."""
    source = schema.opportunities if day is None else opportunities_as_of(day)
    stages = schema.stages
    hidden = {"stage_id"}
    return (
        select(
            *(column for column in source.c if column.name not in hidden),
            stages.c.stage_id.label("stage_id"),
            (source.c.furthest_position >= stages.c.position).label("is_reached"),
            (source.c.furthest_position >= stages.c.position - 1).label("is_due"),
        )
        .join(
            stages,
            and_(stages.c.pipeline == source.c.pipeline, stages.c.position <= source.c.furthest_position + 1),
        )
        .subquery("reached")
    )


OPPORTUNITIES = Fact(
    "opportunities",
    schema.opportunities,
    Text("one row per opportunity", "每个商机一行"),
    as_of=opportunities_as_of,
)
OPEN_DEALS = Fact(
    "open deals",
    schema.opportunities,
    Text("one row per opportunity that is open", "每个进行中的商机一行"),
    as_of=open_deals_as_of,
)
REACHED = Fact(
    "reached stages",
    reached(),
    Text("one row per opportunity and stage reached", "每个商机与到达阶段一行"),
    as_of=reached,
)
PASSAGES = Fact(
    "stage passages",
    schema.stage_passages,
    Text("one row per opportunity and stage it stood in", "每个商机与停留阶段一行"),
)
SALES = Fact(
    "sales",
    schema.sales,
    Text("one row per credited product line of a sale", "每笔销售的每条产品业绩一行"),
    basis="basis",
)
