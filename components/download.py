"""Downloads: the menu of the page, the menu of a card, and the table that stands behind a figure.

`assets/53_download.js` does what the buttons say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dash import html

from components.filter_bar import menu
from components.links import aria, icon
from components.markup import Raw
from components.view import View
from components.wording import period_words
from components.words import Words

#: What the script tells about a file on its way.
_TOLD = ("making", "waiting", "saved", "offline")


def page_menu(view: View, title: str, *, is_sliced: bool = True) -> html.Details:
    """The page as PDF, as a picture, or to the browser's printer; carries what stands at the foot of each sheet."""
    w, day = view.w, view.slice_.as_of or view.as_of
    of_deals = [period_words(view.period, view), f"{w('as_of.label')} {view.numbers.day(day, year=True)}"]
    foot = " · ".join([title, *(of_deals if is_sliced else [])])
    told = {f"data-{name}": w(f"download.{name}") for name in _TOLD} | {"data-foot": foot, "data-day": day.isoformat()}
    choices = [
        _button("filetype-pdf", w("download.pdf"), "download", "pdf"),
        _button("filetype-png", w("download.png"), "download", "png"),
        _button("printer", w("download.print"), "download", "print"),
    ]
    body = html.Div(choices, className="items", **told)
    label = aria(w("download.menu"))
    return menu([icon("download")], [body], name="download", right=True, className="btn-q bare hide-phone", **label)


def card_menu(w: Words) -> html.Details:
    """The figure as a table and back, the table as CSV, the figure as a picture; only what the card has is shown."""
    choices = [
        _button("table", w("download.table"), "card-table", "show", className="to-table"),
        _button("bar-chart-line", w("download.chart"), "card-table", "hide", className="to-chart"),
        _button("filetype-csv", w("download.csv"), "card-csv", ""),
        _button("filetype-png", w("download.picture"), "card-png", "", className="to-picture"),
    ]
    body = html.Div(choices, className="items")
    label = aria(w("download.card"))
    return menu([icon("three-dots-vertical")], [body], name="card", right=True, className="tool", **label)


def _button(symbol: str, label: str, does: str, value: str, **about: Any) -> html.Button:
    return html.Button([icon(symbol), label], type="button", **{f"data-{does}": value}, **about)


def figure_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Raw:
    """What a figure shows, in words and numbers: a row a mark, its name first; units stand in the heads.

    Written out at once: as components, its hundreds of cells would take longer to make than the figure.
    """
    head = "".join(f'<th class="{"num" if at else ""}" scope="col">{_said(text)}</th>' for at, text in enumerate(heads))
    lines = [f'<tr><th scope="row">{_said(first)}</th>{_cells(rest)}</tr>' for first, *rest in rows]
    return Raw(f'<table class="t"><thead><tr>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>')


def _said(text: object) -> str:
    return escape(str(text), quote=False)


def _cells(texts: Iterable[object]) -> str:
    return "".join(f'<td class="num">{_said(text)}</td>' for text in texts)
