"""The facts: which tables the measures count, and how they stood at an earlier day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import (
    Date,
    Integer,
    ScalarSelect,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)

from crm import schema
from queries.semantic.model import Fact, Text

_CLOSED = ("won", "lost", "terminated")


def opportunities_as_of(day: date) -> Subquery:
    """The opportunities as they stood at the end of the day, with the columns of the table; from the history."""
    now, history = schema.opportunities, schema.opportunity_history
    stage, passages = schema.stages.alias("stage_then"), schema.stage_passages
    end = datetime.combine(day + timedelta(days=1), time())
    seen = (
        select(passages.c.opportunity_id, func.max(passages.c.position).label("position"))
        .where(passages.c.entered_on <= day)
        .group_by(passages.c.opportunity_id)
        .subquery("seen")
    )
    then = {
        "rep_id": history.c.rep_id,
        "stage_id": history.c.stage_id,
        "status": history.c.status,
        "amount": history.c.amount,
        "expected_close_on": history.c.expected_close_on,
        "closed_on": case((history.c.status.in_(_CLOSED), cast(history.c.valid_from, Date)), else_=null()),
        "probability": stage.c.probability,
        "furthest_position": case(
            (history.c.status == "won", _won_position()),
            else_=func.coalesce(func.greatest(seen.c.position, stage.c.position), stage.c.position),
        ),
        "active_days_in_stage": type_coerce(literal(day) - cast(history.c.valid_from, Date), Integer),
    }
    columns = [then.get(column.name, column).label(column.name) for column in now.c]
    return (
        select(*columns)
        .select_from(now)
        .join(history, history.c.opportunity_id == now.c.opportunity_id)
        .outerjoin(stage, stage.c.stage_id == history.c.stage_id)
        .outerjoin(seen, seen.c.opportunity_id == now.c.opportunity_id)
        .where(and_(history.c.valid_from < end, or_(history.c.valid_to.is_(None), history.c.valid_to >= end)))
        .subquery("opportunities_then")
    )


def _won_position() -> ScalarSelect[int]:
    """The position of the won stage of the opportunity's pipeline."""
    won = schema.stages.alias("won_stage")
    return (
        select(func.max(won.c.position))
        .where(won.c.is_won.is_(True), won.c.pipeline == schema.opportunities.c.pipeline)
        .scalar_subquery()
    )


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
