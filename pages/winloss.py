"""Win and loss: how often we win, against whom we lose, where and why, and what winning it back would bring."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/win-loss", order=5, symbol="trophy", title="Win and loss")


def layout(**query: str) -> html.Div:
    """Rate and competitors; where we lose to whom and the way lost money went; then members, reasons, reviews."""
    w = words(access.language())
    cards = [
        panel(w, ids.RATE_TREND, span=5, title=w("winloss.trend"), explain="win_rate"),
        panel(w, ids.AGAINST, span=7, title=w("winloss.against"), explain="rivals"),
        panel(w, ids.HEAD_TO_HEAD, span=6, title=w("winloss.head"), explain="rivals"),
        panel(w, ids.LOSS_FLOW, span=6, title=w("winloss.flow"), explain="lost_amount"),
        panel(w, ids.RIVALS, span=12, title=w("winloss.rivals"), explain="rivals"),
        panel(w, ids.RATES_BY, span=6, title=w("winloss.by"), explain="win_rate"),
        panel(w, ids.PRESENCE, span=6, title=w("winloss.presence"), explain="presence"),
        panel(w, ids.REASONS, span=6, title=w("winloss.reasons"), explain="lost_count"),
        panel(w, ids.SILENCE, span=6, title=w("winloss.silence"), explain="idle_days"),
        panel(w, ids.WIN_BACK, span=12, title=w("winloss.back"), explain="winback"),
        panel(w, ids.REVIEWS, span=5, title=w("winloss.reviews"), explain="review_share"),
        panel(w, ids.NOTES, span=7, title=w("winloss.notes"), explain="reviewed_count"),
    ]
    spec = Page("winloss", cards, 5, [notation(w, "actual", "previous", "ahead", "behind")])
    return page(w, Slice.from_query(query), spec)
