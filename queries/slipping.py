"""Slipping deals: open ones whose close was put off again and again, is past, or that stand too long in their stage."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, or_

from queries.breakdown import breakdown
from queries.engine import current, question
from queries.funnel import is_late, stage_age_limits
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.model import Expression
from queries.slices import Slice

#: From so many moves of the expected close on, one more is likely.
PUSHED = 2
WAYS = ("pushed", "past", "late")
#: Populations whose list is told here; late deals have been a population of their own.
SLIPPING = ("pushed", "past", "slipping")


def slipping(way: str, slice_: Slice, *, scope: Scope) -> Expression:
    """Which open deals slip in a way: one of WAYS, or `slipping` for any of them."""
    if way == "pushed":
        return lambda t: and_(t.c.status == "open", t.c.push_count >= PUSHED)
    if way == "past":
        day = slice_.as_of or current().as_of
        return lambda t: and_(t.c.status == "open", t.c.expected_close_on < day)
    if way == "late":
        return is_late(stage_age_limits(slice_, scope=scope))
    ways = [slipping(one, slice_, scope=scope) for one in WAYS]

    def any_of(t: FromClause) -> ColumnElement[bool]:
        return or_(*(one(t) for one in ways))

    return any_of


@question
def slipping_deals(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per way of slipping, then `slipping` (any of them, each deal once) and `open` (all): way, deals, amount.

    At the as-of date. A deal may slip in several ways.
    """
    measures = []
    for way in (*WAYS, "slipping", "open"):
        rows = m.open_count.rows if way == "open" else slipping(way, slice_, scope=scope)
        measures += [
            replace(m.open_count, name=f"{way}_deals", rows=rows),
            replace(m.open_amount, name=f"{way}_amount", rows=rows),
        ]
    found = breakdown(*measures, slice_=slice_, scope=scope).iloc[0]
    return pd.DataFrame(
        [(way, found[f"{way}_deals"], found[f"{way}_amount"]) for way in (*WAYS, "slipping", "open")],
        columns=["way", "deals", "amount"],
    )
