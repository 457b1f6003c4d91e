"""The filters on a phone: a button with their count in the top bar, and the sheet that it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components.filter_bar import ALWAYS, Labels, close_panel, offered
from components.links import aria, icon, panel, to
from components.view import View
from components.wording import dimension_words, filter_words

#: The panel that the button opens.
PANEL = "filters"


def filters_button(view: View) -> html.Button:
    """Opens the sheet; says how many dimensions are filtered by. Only phones show it."""
    count = len(view.slice_.filters)
    label = view.w("chips.filters_set", count=count) if count else view.w("chips.filters")
    shown = [icon("sliders"), html.Small(str(count), className="count")] if count else [icon("sliders")]
    return panel(shown, PANEL, className="btn-q bare filters-button", **aria(label))


def filter_sheet(view: View, labels: Labels) -> list[Any]:
    """Every filter in a row of its own, what is set with a cross to take it off; each opens its members.

    Below them what a phone's top bar has no room for.
    """
    w, chosen = view.w, dict(view.slice_.filters)
    usual = [*ALWAYS, *(name for name in chosen if name not in ALWAYS)]
    clear = view.slice_
    for name in chosen:
        clear = clear.with_filter(name, ())
    head = html.Section([html.P(w("chips.filters"), className="headline"), close_panel(view)], className="drawer-head")
    lines = html.Section([_line(view, name, chosen.get(name, ()), labels.get(name, {})) for name in usual])
    off = [html.Section(to(w("state.clear_filters"), clear, keep_open=True, className="btn-q"))] if chosen else []
    more = html.Section([html.H4(w("chips.more_filters")), *(_line(view, n, (), {}) for n in offered(usual))])
    theme = [html.Span(w("shell.theme")), icon("moon" if view.theme == "light" else "sun")]
    switch = html.Button(theme, type="button", className="filter-row theme", **{"data-theme-switch": ""})
    return [head, lines, *off, more, html.Section(html.Div(switch, className="filter-line"))]


def _line(view: View, name: str, values: Sequence[str], labels: Mapping[str, str]) -> html.Div:
    what = dimension_words(name, view)
    text = filter_words(tuple(values), dict(labels), view) if values else view.w("chips.any")
    opens = [html.Span(what), html.B(text) if values else html.Span(text, className="sub"), icon("chevron-right")]
    parts: list[Any] = [panel(opens, f"filter:{name}", className="filter-row")]
    if values:
        label = view.w("chips.remove", what=text)
        off = view.slice_.with_filter(name, ())
        parts.append(to(icon("x-lg"), off, keep_open=True, className="filter-off", **aria(label)))
    return html.Div(parts, className="filter-line")
