"""The deals behind the columns of a back-test, as SQL: what came, and what each method saw coming."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, FromClause, and_, false, literal

from queries.engine import current
from queries.landing import expected_amount, landing_in
from queries.periods import FIRST_YEAR, LAST_YEAR, Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.model import Expression
from queries.slices import Slice
from queries.stage_model import model_of, open_stages, stage_model


def quarter_of(key: str) -> Period | None:
    """The fiscal quarter of that first day; None for what is none."""
    try:
        start = date.fromisoformat(key[:10])
    except ValueError:
        return None
    if not FIRST_YEAR <= start.year <= LAST_YEAR or fiscal_start(start, 3, current().first_month) != start:
        return None
    end = months_later(start, 3) - timedelta(days=1)
    return Period("range", start, end, end)


def evening_before(quarter: Period, slice_: Slice) -> Slice:
    """The slice as it was looked at then; rates and lead times that are typed in are of today."""
    assert quarter.start is not None
    then = replace(slice_, as_of=quarter.start - timedelta(days=1))
    return then.with_option("rates", None).with_option("leads", None)


def came(quarter: Period) -> Expression:
    """Won in whatever period is asked for, and created before the quarter."""
    return lambda t: and_(m.won_amount.rows(t), t.c.created_on < quarter.start)


def seen_coming(quarter: Period, then: Slice, *, scope: Scope, method: str) -> tuple[Expression, Expression]:
    """The deals open the evening before that a method expected up to the quarter's end, and what each of them adds.

    The same as `backtest` sums up; `then` is the slice of that evening.
    """
    assert quarter.start is not None and quarter.end is not None
    start, end = quarter.start, quarter.end
    if method == "weighted":
        steps, weight = list(open_stages(then, scope=scope)["stage"]), m.weighted_pipeline.weight
        assert weight is not None
        return _open_in(steps, lambda t: t.c.expected_close_on <= end), weight
    model = model_of(stage_model(then, scope=scope))
    if model is None:
        return nothing, lambda _: literal(0)
    remaining, ahead = landing_in(model), (end - start).days + 1
    return _open_in(list(model.stages), lambda t: remaining(t) <= ahead), expected_amount(model)


def _open_in(steps: list[str], landing: Expression) -> Expression:
    return lambda t: and_(t.c.status == "open", t.c.stage_id.in_(steps), landing(t))


def nothing(_: FromClause) -> ColumnElement[bool]:
    """No deals at all."""
    return false()
