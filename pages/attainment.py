"""Target attainment: are we on pace, who is behind, where the gap comes from, down to the deals that close it."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/attainment", order=3, symbol="bullseye", title="Sales performance")


def layout(**query: str) -> html.Div:
    """Five key numbers, members against targets, the bridge, the course, months, shares, deals to act on."""
    w = words(access.language())
    cards = [
        panel(w, ids.ATTAINMENT, span=7, title=w("attainment.bars"), explain="pace"),
        panel(w, ids.BRIDGE, span=5, title=w("attainment.bridge"), explain="actual"),
        panel(w, ids.COURSE, span=7, title=w("attainment.course"), explain="landing"),
        panel(w, ids.HEAT, span=5, title=w("attainment.heat")),
        panel(w, ids.CLOSING, span=7, title=w("attainment.closing"), explain="coverage"),
        panel(w, ids.SHARES, span=5, title=w("attainment.shares")),
    ]
    marks = [notation(w, "actual", "target", "forecast", "previous", "ahead", "behind")]
    return page(w, Slice.from_query(query), Page("attainment", cards, 5, marks))
