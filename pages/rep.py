"""Reps: who is behind, and of one rep attainment, trend, the funnel beside the peers', open and slipping deals."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/rep", order=4, symbol="people", title="Sales performance")


def layout(**query: str) -> html.Div:
    """All reps to choose from; of one rep months and trend, funnel and mix, open deals and slipping ones."""
    w, slice_ = words(access.language()), Slice.from_query(query)
    is_one = len(dict(slice_.filters).get("rep", ())) == 1
    one = [
        panel(w, ids.REP_MONTHS, span=7, title=w("rep.months"), explain="pace"),
        panel(w, ids.REP_TREND, span=5, title=w("rep.trend"), explain="attainment"),
        panel(w, ids.REP_FUNNEL, span=7, title=w("rep.funnel"), explain="peers"),
        panel(w, ids.REP_MIX, span=5, title=w("rep.mix"), explain="sales_amount"),
        panel(w, ids.REP_DEALS, span=7, title=w("rep.deals"), explain="open_amount"),
        panel(w, ids.REP_SLIPPING, span=5, title=w("rep.slipping"), explain="open_amount"),
    ]
    everybody = [panel(w, ids.REPS, span=12, title=w("rep.list"), explain="pace")]
    cards = [
        html.Div(everybody, id=ids.ALL_REPS, className="grid c12", hidden=is_one),
        html.Div(one, id=ids.ONE_REP, className="grid c12", hidden=not is_one),
    ]
    marks = [notation(w, "actual", "target", "previous", "ahead", "behind")]
    return page(w, slice_, Page("rep", cards, 6 if is_one else 5, marks))
