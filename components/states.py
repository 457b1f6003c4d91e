"""What a card says when it has nothing to draw: why, and what to do about it."""

from __future__ import annotations

from typing import Any

from dash import html

from components.links import icon, to
from components.view import View
from components.wording import dimension_words
from queries.slices import Slice


def state(kind: str, title: str, text: str, *actions: Any, symbol: str) -> html.Div:
    """Icon, title, sentence, buttons."""
    return html.Div(
        [icon(symbol), html.H3(title), html.P(text), html.Div(list(actions), className="row-btns")],
        className=f"state {kind}",
        role="status",
    )


def empty(view: View, title: str, *, why: str = "") -> html.Div:
    """No rows: says so, and offers to undo the filters that stand in the way."""
    return state("empty", title, why or view.w("state.empty"), *_undo(view), symbol="funnel")


def _undo(view: View) -> list[Any]:
    filters = view.slice_.filters
    if not filters:
        return []
    narrowest = min(filters, key=lambda pair: len(pair[1]))[0]
    actions = [
        to(
            view.w("state.remove_filter", what=dimension_words(narrowest, view)),
            view.slice_.with_filter(narrowest, ()),
            className="btn-q",
        )
    ]
    if len(filters) > 1:
        bare = Slice(view.slice_.period, view.slice_.as_of, view.slice_.by, (), view.slice_.options)
        actions.append(to(view.w("state.clear_filters"), bare, className="btn-q bare"))
    return actions


def not_recorded(view: View, what: str, *actions: Any) -> html.Div:
    """The source does not keep what this card is about."""
    return state("empty", view.w("state.not_recorded"), what, *actions, symbol="database-slash")


def failed(view_words: Any, reason: str, reference: str) -> html.Div:
    """Something went wrong with this card alone."""
    retry = html.Button(view_words("state.retry"), type="button", className="btn-q", **{"data-retry": ""})
    copy = html.Button(
        [view_words("state.reference"), " ", html.B(reference)],
        type="button",
        className="btn-q bare",
        **{"data-copy": reference},
    )
    return state("failed", view_words("state.failed"), reason, retry, copy, symbol="exclamation-diamond")
