"""Funnel and forecast: how deals move through the stages, what stands there now, what it will bring."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/funnel", order=2, symbol="filter-left", title="Funnel and forecast")


def layout(**query: str) -> html.Div:
    """The cohort beside the stock now; the forecast beside time in stage; then comparison, hint and back-test."""
    w = words(access.language())
    cards = [
        panel(w, ids.COHORT, span=7, title=w("funnel.cohort"), explain="reached_count"),
        panel(w, ids.STOCK, span=5, title=w("funnel.stock"), explain="open_amount"),
        panel(w, ids.FORECAST, span=7, title=w("forecast.title"), explain="funnel_forecast"),
        panel(w, ids.STAGE_DAYS, span=5, title=w("funnel.days"), explain="stage_days"),
        panel(w, ids.COMPARE, span=12, title=w("funnel.compare"), explain="reached_count"),
        panel(w, ids.HINT, span=6, title=w("hint.title"), explain="funnel_forecast"),
        panel(w, ids.BACKTEST, span=6, title=w("backtest.title"), explain="backtest"),
    ]
    spec = Page("funnel", cards, 5, [notation(w, "actual", "forecast", "behind")])
    return page(w, Slice.from_query(query), spec)
