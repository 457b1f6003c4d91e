"""When one open deal lands and what it adds, as SQL: bars of a forecast and the lists behind them say it alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, FromClause, Integer, Numeric, and_, case, cast, false, func, literal, true

from queries.engine import current
from queries.funnel_model import Model, limits, month_starts
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.model import Expression
from queries.slices import Slice
from queries.stage_model import model_of, open_stages, stage_model

#: Landings that are no month.
LATER, OVERDUE, UNDATED = "later", "overdue", "undated"


def as_of_day(slice_: Slice) -> date:
    """The day at which a forecast is made."""
    return slice_.as_of or current().as_of


def landings(day: date) -> list[tuple[str, date | None]]:
    """Name and first day of each month of the horizon, `later` last."""
    starts = month_starts(day)
    return [*((start.isoformat(), start) for start in starts[:-1]), (LATER, starts[-1])]


def expected_amount(model: Model) -> Expression:
    """What one open deal adds to the funnel forecast: exact, not rounded, so that lists add up to bars."""
    chances = list(zip(model.stages, model.products, strict=True))

    def weight(t: FromClause) -> ColumnElement[Any]:
        chance = case(*((t.c.stage_id == stage, cast(literal(p), Numeric(9, 8))) for stage, p in chances))
        return cast(t.c.amount, Numeric(28, 4)) * chance

    return weight


def landing_in(model: Model) -> Expression:
    """Whole days (months, where typed) until one open deal lands."""

    def remaining(t: FromClause) -> ColumnElement[int]:
        age = func.coalesce(t.c.active_days_in_stage, 0)
        ways = []
        for number, stage in enumerate(model.stages):
            if model.in_months:
                days: Any = literal(int(model.remaining(number, np.zeros(1))[0]))
            else:
                own, later = int(model.leads[number]), int(model.later[number])
                days = func.greatest(literal(own) - age, 0, type_=Integer) + later
            ways.append((t.c.stage_id == stage, days))
        return case(*ways)

    return remaining


def deals_landing(
    slice_: Slice, *, scope: Scope, method: str = "funnel", month: str | None = None, stage: str | None = None
) -> tuple[Expression, Expression]:
    """The deals of a bar as a predicate over opportunities, and what each of them adds to it.

    `month` is a `landing` of `funnel_forecast` (method `funnel`) or `weighted_forecast` (`weighted`); without one, and
    without a stage, all. The weights of the rows sum to the bar's amount.
    """
    day, model = as_of_day(slice_), model_of(stage_model(slice_, scope=scope))
    value: Expression
    weight: Expression | None
    edges: list[Any]
    if method == "weighted":
        known, weight = list(open_stages(slice_, scope=scope)["stage"]), m.weighted_pipeline.weight
        value, edges = (lambda t: t.c.expected_close_on), [day, *month_starts(day)[1:]]
    elif model is not None:
        known, weight = list(model.stages), expected_amount(model)
        value, edges = landing_in(model), [0, *limits(day, in_months=model.in_months).tolist()]
    else:
        known, weight = [], None
    chosen = [name for name in known if stage in (None, name)]
    if not chosen or weight is None:
        return (lambda _: false()), (lambda _: literal(0))
    names = [name for name, _ in landings(day)]
    return (
        lambda t: and_(t.c.status == "open", t.c.stage_id.in_(chosen), _lands(value(t), edges, names, month)),
        weight,
    )


def _lands(value: ColumnElement, edges: Sequence[Any], names: Sequence[str], name: str | None) -> ColumnElement[bool]:
    """Whether the value is in the named one of the spans that begin at the edges; the last of them has no end."""
    if name is None:
        return true()
    if name == OVERDUE:
        return value < edges[0]
    if name == UNDATED:
        return value.is_(None)
    if name not in names:
        return false()
    number = names.index(name)
    until = true() if name == LATER else value < edges[number + 1]
    return and_(value >= edges[number], until)
