"""Audit trail: everything done to versions of targets and to plans, by whom, when and why."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(
    __name__, path="/audit", order=12, symbol="clock-history", title="Sales performance", group="plan"
)  # fmt: skip


def layout(**query: str) -> html.Div:
    """One list."""
    w = words(access.language())
    cards = [panel(w, ids.TRAIL, span=12, title=w("audit.title"))]
    return page(w, Slice.from_query(query), Page("audit", cards, 4))
