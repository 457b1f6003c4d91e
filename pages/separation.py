"""What separates wins from losses: a tree and a model of what is known early, and how far they can be trusted."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/what-separates", order=6, symbol="diagram-3", title="Sales performance")


def layout(**query: str) -> html.Div:
    """The tree; what moves the odds beside how the predictions came out."""
    w = words(access.language())
    cards = [
        panel(w, ids.SEPARATES, span=12, title=w("separation.tree"), explain="separation"),
        panel(w, ids.ODDS, span=7, title=w("separation.odds"), explain="separation", height=600),
        panel(w, ids.CALIBRATION, span=5, title=w("separation.calibration"), explain="separation", height=600),
    ]
    spec = Page("separation", cards, 4, [notation(w, "ahead", "behind")])
    return page(w, Slice.from_query(query), spec)
