"""Comparison: up to four plans of a year side by side, where they differ, and which changes make it so."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(
    __name__, path="/compare", order=11, symbol="layout-three-columns", title="Sales performance", group="plan"
)


def layout(**query: str) -> html.Div:
    """The plans chosen, their totals, all key numbers side by side, members, and the changes that differ."""
    w = words(access.language())
    chosen = html.Section(id=ids.COMPARE_BAR, className="scenario compare-bar", **{"aria-label": w("compare.bar")})
    cards = [
        panel(w, ids.COMPARE_NUMBERS, span=12, title=w("compare.numbers"), explain="growth_asked", height=486),
        panel(w, ids.COMPARE_ROWS, span=6, title=w("compare.rows"), height=520),
        panel(w, ids.COMPARE_MEMBERS, span=6, title=w("compare.members"), explain="proposed", height=520),
        panel(w, ids.COMPARE_CHANGES, span=12, title=w("compare.changes"), height=400),
    ]
    return page(w, Slice.from_query(query), Page("compare", cards, 4, [notation(w, "target")], [chosen]))
