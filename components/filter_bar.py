"""Periods and as-of dates to choose from, and the chips that say in words what is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from dash import dcc, html

from components import links
from components.links import aria, icon, to
from components.markup import filled
from components.view import View
from components.wording import dimension_words, filter_words, period_words
from components.words import Words
from queries.periods import RELATIVE, fiscal_start, months_later, parse_period
from queries.semantic.dimensions import FILTERS
from queries.slices import Slice

#: Labels of members by dimension and key, for the filters in force.
Labels = Mapping[str, Mapping[str, str]]
#: Pages on which a period is looked at to its end, and coming ones are chosen.
PLANNED_ON = ("/planning", "/compare")
#: The filters that stand in the sentence even when nothing is chosen.
ALWAYS = ("region", "product_category", "channel_kind")


def menu(
    label: Sequence[Any],
    body: Sequence[Any],
    *,
    name: str,
    right: bool = False,
    className: str = "btn-q",  # noqa: N803 - Dash's own name
    **about: Any,
) -> html.Details:
    """A button that opens a small menu; closes on a choice, on Escape and on a click elsewhere."""
    return html.Details(
        [
            html.Summary(list(label), className=className, **about),
            html.Div(list(body), className="menu right" if right else "menu"),
        ],
        className="menu-of",
        **{"data-menu": name},
    )


def period_menu(view: View) -> html.Details:
    """The period in words; choices relative to the as-of date, recent quarters and years, any range."""
    first, as_of = view.first_month, view.slice_.as_of or view.as_of
    quarter, year = fiscal_start(as_of, 3, first), fiscal_start(as_of, 12, first)
    recent = [_quarter_code(months_later(quarter, -3 * back), first) for back in range(1, 5)]
    years = [str(months_later(year, -12 * back - 1).year) for back in range(3)]
    groups: list[Sequence[str]] = [RELATIVE, recent, years]
    looks_ahead = view.path in PLANNED_ON
    if looks_ahead:
        coming = [_quarter_code(months_later(quarter, 3 * ahead), first) for ahead in range(1, 5)]
        months = [f"{months_later(as_of.replace(day=1), ahead):%Y-%m}" for ahead in range(4)]
        groups = [
            ("mtd", "qtd", "ytd"),
            months[1:],
            coming,
            [str(months_later(year, 12 * ahead + 11).year) for ahead in (1, 0, -1)],
        ]
    items: list[Any] = []
    for group in groups:
        items += [html.Hr()] if items else []
        items += [_period_item(view, code) for code in group]
    period = replace(view.period, end=view.period.whole_end) if looks_ahead else view.period
    label = [icon("calendar3"), html.Span(period_words(period, view)), icon("chevron-down")]
    return menu(
        label,
        [html.Div(items, className="items"), _range_form(view)],
        name="period",
        **aria(view.w("period.choose")),
    )


def _quarter_code(start: date, first_month: int) -> str:
    year = start.year + (1 if first_month > 1 and start.month >= first_month else 0)
    return f"{year}Q{(start.month - first_month) % 12 // 3 + 1}"


def _period_item(view: View, code: str) -> html.A:
    period = parse_period(code, as_of=view.slice_.as_of or view.as_of, first_month=view.first_month)
    chosen = replace(view.slice_, period=code)
    if view.path in PLANNED_ON:
        period = replace(period, end=period.whole_end)
    return to(period_words(period, view), chosen, className="on" if code == view.slice_.period else "")


def _range_form(view: View) -> html.Form:
    w = view.w
    start, end = (view.period.start or view.as_of), (view.period.whole_end or view.as_of)
    field = {"type": "text", "className": "field", "debounce": True}
    return html.Form(
        [
            dcc.Input(id="range-start", name="start", value=start.isoformat(), pattern=r"\d{4}-\d{2}-\d{2}", **field),
            html.Span("–"),
            dcc.Input(id="range-end", name="end", value=end.isoformat(), pattern=r"\d{4}-\d{2}-\d{2}", **field),
            html.Button(w("period.apply"), type="submit", className="btn-q sm"),
        ],
        className="range",
        **{"data-range": "", "aria-label": w("period.choose")},
    )


def as_of_menu(view: View, *, is_late: bool) -> html.Details:
    """How fresh the data is, and looking back: the page as it stood at earlier month ends."""
    w, now = view.w, view.as_of
    month = now.replace(day=1)
    days = [now, *(months_later(month, -back) - timedelta(days=1) for back in range(3))]
    chosen = view.slice_.as_of or now
    items = [
        to(
            view.numbers.day(day, year=True),
            replace(view.slice_, as_of=None if day == now else day),
            className="on" if day == chosen else "",
        )
        for day in days
    ]
    dot = html.Span(className="dot late" if is_late or chosen != now else "dot")
    label = [
        dot,
        html.Small(w("as_of.label"), className="hide-tablet"),
        html.Span(view.numbers.day(chosen)),
        icon("chevron-down"),
    ]
    note = html.Div(w("as_of.note"), className="note")
    return menu(
        label, [html.Div(items, className="items"), note], name="as-of", right=True, **{"aria-label": w("as_of.choose")}
    )


def chips(view: View, labels: Labels, *, shown: Sequence[str] = ALWAYS, words: Sequence[Any] = ()) -> list[Any]:
    """The filters as a sentence: what is set can be taken off, what is not can be chosen.

    A phone has them in a sheet of their own, so that only the words that follow are left here.
    """
    chosen = dict(view.slice_.filters)
    out: list[Any] = []
    for name in [*shown, *(n for n in chosen if n not in shown)]:
        out.append(_chip(view, name, chosen.get(name, ()), labels.get(name, {})))
    for at, word in enumerate(words):
        between = html.Span("· ", className="" if at else "hide-phone")
        out.append(html.Span([between, word]) if isinstance(word, str) else word)
    others = offered([*shown, *chosen])
    out.append(
        html.Details(
            [
                html.Summary([icon("plus-lg"), view.w("chips.add")], className="chip add"),
                html.Div(
                    html.Div([links.panel(dimension_words(n, view), f"filter:{n}") for n in others], className="items"),
                    className="menu",
                ),
            ],
            className="menu-of hide-phone",
            **{"data-menu": "filters"},
        )
    )
    return out


def offered(named: Sequence[str]) -> list[str]:
    """The filters that there are beside those named, in the order of the menu."""
    return [n for n in FILTERS if n not in named and n not in {"status", "stage", "furthest"}]


def _chip(view: View, name: str, values: tuple[str, ...], labels: Mapping[str, str]) -> Any:
    if not values:
        text = view.w(
            "chips.all", what=dimension_words(name, view).lower() if view.lang == "en" else dimension_words(name, view)
        )
        if f"chips.{name}" in view.w:
            text = view.w(f"chips.{name}")
        return links.panel([text, icon("chevron-down")], f"filter:{name}", className="chip hide-phone")
    text = filter_words(values, dict(labels), view)
    open_ = links.panel(text, f"filter:{name}", className="chip-text")
    label = view.w("chips.remove", what=text)
    off = to(icon("x-lg"), view.slice_.with_filter(name, ()), className="chip-off", **aria(label))
    return html.Span([open_, off], className="chip set hide-phone")


def picker(view: View, name: str, members: pd.DataFrame, *, most: int = 400) -> list[Any]:
    """The members of a dimension to tick; each tick is a link, so the page behind follows at once."""
    w = view.w
    chosen = dict(view.slice_.filters).get(name, ())
    label = "label_zh" if view.lang == "zh" else "label"
    shown = members.sort_values("rows", ascending=False, kind="stable").head(most)
    rows = [_member(view, name, chosen, str(r.key), str(getattr(r, label)), int(r.rows)) for r in shown.itertuples()]
    head = html.Section(
        [
            links.panel(icon("chevron-left"), "filters", className="btn-q bare filters-back", **aria(w("chips.back"))),
            html.Div([html.H4(w("chips.filter_by")), html.P(dimension_words(name, view), className="headline")]),
            close_panel(view),
        ],
        className="drawer-head",
    )
    search = html.Section(
        [
            dcc.Input(
                id="picker-search",
                type="text",
                placeholder=w("chips.search"),
                className="field wide",
                autoComplete="off",
            ),
            html.Div(
                [
                    html.Span(w("chips.chosen", count=len(chosen)), className="note"),
                    to(w("chips.none"), view.slice_.with_filter(name, ()), className="btn-q sm bare") if chosen else "",
                ],
                className="row-set",
            ),
        ]
    )
    more = (
        [html.P(w("chips.more", n=view.numbers.count(len(members) - most)), className="note")]
        if len(members) > most
        else []
    )
    return [head, search, html.Section([html.Div(rows, className="picker", id="picker-rows"), *more])]


def _member(view: View, name: str, chosen: tuple[str, ...], key: str, label: str, rows: int) -> html.A:
    on = key in chosen or label in chosen
    left = [v for v in chosen if v not in {key, label}]
    text = view.key_words(name, key) or label
    return to(
        [icon("check-square-fill" if on else "square"), html.Span(text), html.Small(view.numbers.count(rows))],
        view.slice_.with_filter(name, left if on else [*left, key]),
        keep_open=True,
        className="pick on" if on else "pick",
        role="checkbox",
        **{"aria-checked": "true" if on else "false"},
    )


def close_panel(view: View) -> html.Button:
    """The cross of the panel beside the page."""
    return html.Button(
        icon("x-lg"),
        type="button",
        className="btn-q bare",
        **{"data-panel": "", "data-option": "explain=", "aria-label": view.w("shell.close")},
    )


def notation(w: Words, *marks: str) -> html.Div:
    """The key of the notation, once a page: only the marks that occur."""
    said = [html.Span([html.I(className=_MARKS[mark]), w(f"notation.{mark}")]) for mark in marks]
    return html.Div(className="notation hide-phone", **filled(said))


_MARKS = {
    "actual": "n-ac",
    "target": "n-pl",
    "forecast": "n-fc",
    "previous": "n-py",
    "ahead": "n-up",
    "behind": "n-down",
    "yours": "n-yours",
}


def notice(w: Words, slice_: Slice, dropped: Sequence[str]) -> Any:
    """Names what the address said and nobody understood."""
    if not dropped:
        return None
    return html.Div(
        [
            icon("info-circle"),
            html.Span([html.B(w("notice.dropped", count=len(dropped))), " ", w("words.comma").join(dropped[:6])]),
            to(w("notice.tidy"), slice_),
        ],
        className="banner quiet",
        role="status",
    )
