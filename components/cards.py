"""Cards and key numbers: the frames that callbacks fill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from dash import dcc, html

from components import ids
from components.download import card_menu, figure_table
from components.links import icon, to
from components.markup import PROPERTY, Raw, markup
from components.view import View
from components.words import Words, words
from queries.slices import Slice

#: Heads, and texts row by row.
Table = tuple[Sequence[str], Sequence[Sequence[str]]]
GRAPH_CONFIG = {"displayModeBar": False, "responsive": True, "displaylogo": False, "scrollZoom": False}


@dataclass(frozen=True)
class Card:
    """What a callback puts into a card: a figure or a body, and the words around it."""

    figure: dict[str, Any] = field(default_factory=dict)
    subtitle: str = ""
    tools: Sequence[Any] = ()
    body: Any = None
    table: Table | None = None  # the same as the figure, to be read: heads, and texts row by row
    state: Any = None
    foot: Sequence[Any] = ()
    height: int | None = None  # pixels that the figure wants; what the card has not got is scrolled to

    @property
    def style(self) -> dict[str, str]:
        """How high the figure is."""
        if self.height is None:
            return {}
        wanted = f"{self.height}px"  # paper shows all of it, see 40_print.css
        return {"height": f"max(calc(100% - 8px), {wanted})", "flex": "none", "--wanted": wanted}

    @property
    def written(self) -> Raw | None:
        """The table behind the figure."""
        return None if self.table is None else figure_table(*self.table)


def panel(w: Words, card: str, *, span: int, title: str, explain: str = "", height: int | None = None) -> html.Section:
    """The frame of a card with a figure: header, switch, (i), menu, figure, footer."""
    return html.Section(
        [
            dcc.Store(id=ids.part(card, "due"), data=None),
            html.Header(**{PROPERTY: _header(w.lang, card, title, explain)}),
            html.Div(
                dcc.Graph(
                    id=ids.figure(card),
                    figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                    config={**GRAPH_CONFIG, "locale": "zh-CN" if w.lang == "zh" else "en"},
                    className="plot clickable",
                    responsive=True,
                ),
                className="plot-slot",
            ),
            html.Div(className="slots", **{PROPERTY: _SLOTS}),
        ],
        id=ids.part(card, "parts"),
        className=f"panel drawn c{span}",
        style={"height": f"{height}px"} if height else None,
        **{"aria-labelledby": f"{card}-title", "data-card": card},
    )


@cache
def _header(lang: str, card: str, title: str, explain: str) -> str:
    """The head of a card as markup; one text for all pages that anybody opens."""
    w = words(lang)
    heading = html.Div([html.H2(title, id=f"{card}-title"), html.P(**slot("subtitle"))])
    fixed = html.Span([*_explain(w, explain), card_menu(w)], className="tools")
    return markup([heading, html.Div([html.Span(className="tools", **slot("tools")), fixed], className="tools")])


def slot(name: str) -> dict[str, str]:
    """Marks the element of a card that its part of that name is put into."""
    return {"data-slot": name}


#: What a card may have beside its figure. As markup: to Dash each of them would be a component more on every card.
_SLOTS = markup(
    [
        html.Div(className="card-table-slot scroll", **slot("table")),
        html.Div(className="card-body-slot scroll", **slot("body")),
        html.Div(className="card-state-slot", **slot("state")),
        html.Footer(**slot("foot")),
    ]
)


def parts_of(made: Card) -> str:
    """What a card says beside its figure, as the one property that `assets/49_markup.js` spreads over its slots."""
    said = {
        "subtitle": made.subtitle,
        "tools": made.tools,
        "table": made.written,
        "body": made.body,
        "state": made.state,
        "foot": made.foot,
    }
    texts = {name: markup(part) for name, part in said.items()}
    about = {
        "tall": made.height is not None,
        "rows": "<table" in texts["body"],
        "clipped": 'class="clip"' in texts["body"],
        "ways": len(made.foot) == 1 and texts["foot"].startswith('<div class="row-btns"'),
    }
    return json.dumps({**texts, **{name: "yes" * holds for name, holds in about.items()}}, ensure_ascii=False)


def _explain(w: Words, topic: str) -> list[Any]:
    if not topic:
        return []
    label = w("explain.open")
    return [
        html.Button(
            icon("info-circle"), type="button", title=label, **{"data-option": f"explain={topic}", "aria-label": label}
        )
    ]


def switch(view: View, option: str, choices: Sequence[tuple[str, str]]) -> html.Span:
    """A segmented switch of one slice option; each segment is a link."""
    now = view.slice_.option(option)
    return html.Span(
        [
            to(
                label,
                view.slice_.with_option(option, value),
                className="on" if value == now else "",
                **_pressed(value == now),
            )
            for value, label in choices
        ],
        className="seg sm",
        role="group",
    )


def by_switch(view: View, choices: Sequence[tuple[str, str]]) -> html.Span:
    """A segmented switch of the dimension a page compares by."""
    return html.Span(
        [
            to(
                label,
                replace(view.slice_, by=name),
                className="on" if name == view.slice_.by else "",
                **_pressed(name == view.slice_.by),
            )
            for name, label in choices
        ],
        className="seg sm",
        role="group",
    )


def _pressed(on: bool) -> dict[str, Any]:
    return {"aria-current": "true"} if on else {}


@dataclass(frozen=True)
class Delta:
    """A difference in words: which way, whether that is good, how much, against what.

    `hue` is said where it is neither good nor bad: `yours` for what the viewer changed.
    """

    direction: int
    is_good: bool | None
    text: str
    against: str
    hue: str = ""


def key_number(
    label: str,
    digits: str,
    unit: str,
    deltas: Sequence[Delta],
    *,
    view: View,
    explain: str,
    spark: Raw | None,
    note: Any = None,
) -> html.A:
    """One number of the strip: label, value and course, differences in words; a click explains it."""
    course = spark or html.Span()
    value = html.Div([digits, html.Small(unit)], className="value" if digits[:1].isdigit() or unit else "value words")
    return to(
        [html.Div(label, className="label"), value, course, *[_delta(x) for x in deltas], *([note] if note else [])],
        view.slice_.with_option("explain", explain),
        className="kpi",
        title=view.w("explain.open"),
    )


def _delta(delta: Delta) -> html.Div:
    colour = delta.hue if delta.is_good is None else "ahead" if delta.is_good else "behind"
    caret = [icon(f"caret-{'up' if delta.direction > 0 else 'down'}-fill"), " "] if delta.direction else []
    return html.Div([html.B([*caret, delta.text], className=colour), " ", delta.against], className="delta")


def bones(count: int) -> html.Div:
    """A strip of key numbers on its way."""
    lines = [
        html.Span(className="bone", style={"width": w, "height": h}) for w, h in (("55%", 14), ("40%", 26), ("60%", 14))
    ]
    return html.Div([html.Div(lines, className="kpi bones") for _ in range(count)], className="strip")


def plain(slice_: Slice) -> Slice:
    """The slice with nothing open on top of the page."""
    return slice_.with_option("open", None).with_option("explain", None)
