"""Against one competitor, a sheet of evidence: strengths, weaknesses, opportunities, threats."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/against", order=7, symbol="shield", title="Sales performance")


def layout(**query: str) -> html.Div:
    """All competitors to choose from; of one the four quarters of the sheet."""
    w, slice_ = words(access.language()), Slice.from_query(query)
    is_one = bool(slice_.option("competitor"))
    one = [
        panel(w, ids.STRENGTHS, span=6, title=w("evidence.strengths"), explain="against"),
        panel(w, ids.WEAKNESSES, span=6, title=w("evidence.weaknesses"), explain="against"),
        panel(w, ids.OPPORTUNITIES, span=6, title=w("evidence.opportunities"), explain="against"),
        panel(w, ids.THREATS, span=6, title=w("evidence.threats"), explain="against"),
    ]
    everybody = [panel(w, ids.OPPONENTS, span=12, title=w("evidence.list"), explain="win_rate")]
    cards = [
        html.Div(everybody, id=ids.ALL_RIVALS, className="grid c12", hidden=is_one),
        html.Div(one, id=ids.ONE_RIVAL, className="grid c12", hidden=not is_one),
    ]
    return page(w, slice_, Page("against", cards, 4, [notation(w, "ahead", "behind")]))
