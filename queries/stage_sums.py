"""What stands in each stage and what has left it, by days: the sums that funnel, model and forecast are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Double, cast

from queries.balances import open_deals_at
from queries.breakdown import statement
from queries.engine import current, question, rows_of
from queries.funnel_model import Standing
from queries.periods import Period, parse_period
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import OPEN_DEALS
from queries.semantic.model import Dimension, Measure
from queries.slices import Slice

ALL_TIME = Period("all", None, None, None)
_SQUARES = replace(m.open_amount, name="squares", weight=lambda t: cast(t.c.amount, Double) * t.c.amount)
#: No deals at all.
NOTHING = Standing(*np.zeros((4, 0)))


@dataclass(frozen=True)
class Exits:
    """The deals that left one stage by the active days they spent in it: how many, and how many of them moved on."""

    days: np.ndarray  # NaN where not known
    exits: np.ndarray
    advances: np.ndarray


def column(name: str) -> Dimension:
    """A fact's own column as something to group by."""
    return replace(d.status, name=name, via=name)


def recent_period(slice_: Slice) -> Period:
    """The twelve months to the as-of date, from which success rates and durations are taken."""
    return parse_period("last12m", as_of=slice_.as_of or current().as_of)


@question
def open_by_age(slice_: Slice, *, scope: Scope) -> dict[str, Standing]:
    """The deals that are open at the as-of date, by stage and active days in it; days not known count as none."""
    rows = open_deals([m.open_count, m.open_amount, _SQUARES], [column("active_days_in_stage")], slice_, scope=scope)
    return {stage: Standing(*own.T) for stage, own in _by_stage(rows, unknown=0.0)}


@question
def exits_by_days(slice_: Slice, *, scope: Scope) -> dict[str, Exits]:
    """The deals that left each stage in the last twelve months; from these follow rates and all quantiles."""
    by = [column(name) for name in ("stage_id", "active_days")]
    period = recent_period(slice_)
    asked = statement([m.stage_exits, m.stage_advances], by, slice_=slice_, scope=scope, period=period)
    _, rows = rows_of(asked)
    found = {}
    for stage, own in _by_stage(rows, unknown=np.nan):
        days, exits, advances = own.T
        found[stage] = Exits(days, exits.astype(np.int64), advances.astype(np.int64))
    return found


def open_deals(
    measures: Sequence[Measure],
    by: Sequence[Dimension],
    slice_: Slice,
    *,
    scope: Scope,
    extra: Sequence[tuple[str, Any]] = (),
) -> list[tuple[Any, ...]]:
    """One row per stage and combination of the columns over the deals open at the as-of date: keys, then measures.

    From a snapshot where there is one of the day, else from the deals themselves or their history.
    """
    day = slice_.as_of or current().as_of
    past = open_deals_at(day) if day < current().recorded_to else None
    asked = statement(
        [replace(measure, fact=past or OPEN_DEALS) for measure in measures],
        [column("stage_id"), *by],
        slice_=slice_,
        scope=scope,
        period=ALL_TIME,
        extra=extra,
    )
    return rows_of(asked)[1]


def _by_stage(rows: list[tuple[Any, ...]], *, unknown: float) -> Iterator[tuple[str, np.ndarray]]:
    """Rows without their stage, by stage, ascending by their days; `unknown` stands for days that are not known."""
    if not rows:
        return
    stages, numbers = np.array([str(row[0]) for row in rows]), np.array([row[1:] for row in rows], dtype=float)
    numbers[np.isnan(numbers[:, 0]), 0] = unknown
    order = np.lexsort((numbers[:, 0], stages))
    names, starts = np.unique(stages[order], return_index=True)
    yield from zip(names.tolist(), np.split(numbers[order], starts[1:]), strict=True)
