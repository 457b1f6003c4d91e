"""Overview: the handful of numbers, who is ahead, and the deals that decide the quarter."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/", order=1, symbol="speedometer2", title="Sales performance")


def layout(**query: str) -> html.Div:
    """Six key numbers, the year by month, who is ahead, the deals at stake, where to go."""
    w = words(access.language())
    cards = [
        panel(w, ids.MONTHS, span=6, title=w("overview.months"), explain="won_amount"),
        panel(w, ids.MEMBERS, span=6, title=w("overview.members_title"), explain="won_amount"),
        panel(w, ids.DECIDING, span=8, title=w("overview.deciding"), explain="open_amount"),
        panel(w, ids.PEOPLE, span=4, title=w("overview.people")),
    ]
    spec = Page("overview", cards, 6, [notation(w, "actual", "previous", "behind")])
    return page(w, Slice.from_query(query), spec)
