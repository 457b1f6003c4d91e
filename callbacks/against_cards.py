"""The four quarters of the sheet against one competitor: each line with its two shares, its test and its deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.against import PATH, name_of, nobody, period_of, where
from components import ids
from components.cards import Card
from components.links import to
from components.states import state
from components.view import View
from queries import against as a

#: The kinds of comparisons that each quarter is made of.
KINDS = {
    "strengths": ("win",),
    "weaknesses": ("win",),
    "opportunities": ("growth",),
    "threats": ("presence", "losses"),
}
#: Lines that a quarter holds at most, so that all four stay one sheet of paper.
MOST = 6


@wiring.card(ids.STRENGTHS, path=PATH)
def show_strengths(view: View) -> Card:
    """Segments where we win significantly more against the competitor than elsewhere."""
    return quarter(view, "strengths")


@wiring.card(ids.WEAKNESSES, path=PATH)
def show_weaknesses(view: View) -> Card:
    """Segments where we win significantly less against the competitor than elsewhere."""
    return quarter(view, "weaknesses")


@wiring.card(ids.OPPORTUNITIES, path=PATH)
def show_opportunities(view: View) -> Card:
    """Segments that grow and where we win."""
    return quarter(view, "opportunities")


@wiring.card(ids.THREATS, path=PATH)
def show_threats(view: View) -> Card:
    """Where the competitor is in play more often than a year ago, or wins more."""
    return quarter(view, "threats")


def quarter(view: View, name: str) -> Card:
    """One quarter of the sheet."""
    rival = a.rival_of(view.slice_, scope=view.scope)
    if rival is None:
        return nobody(view)
    w, kinds = view.w, KINDS[name]
    tried = a.comparisons(view.slice_, scope=view.scope, rival=rival)
    group = {"win": "win_sub", "growth": "growth_sub"}.get(kinds[0], "threats_sub")
    subtitle = w(f"evidence.{group}", rival=name_of(view, rival), period=period_of(view))
    foot = [html.Span(w("evidence.foot", tried=len(tried), rate=view.numbers.share(a.FALSE_SHARE, 0)))]
    found = a.quadrants(tried)[name]
    if found.empty:
        return Card(subtitle=subtitle, state=_none(view, tried[tried["kind"].isin(kinds)], kinds[0], rival), foot=foot)
    heads, lines = LINES[kinds[0]](view, found.head(MOST), rival)
    return Card(subtitle=subtitle, body=_table(heads, lines, BESIDE_THE_POINT[kinds[0]]), foot=foot)


def _none(view: View, tried: pd.DataFrame, kind: str, rival: str) -> html.Div:
    """Why a quarter is empty: no days, too few deals, or nothing that is sure."""
    w = view.w
    spans = a.facing(view.slice_, scope=view.scope, rival=rival)
    if kind != "win" and not spans.loc[["recent", "before"], ["all_decided", "opened"]].to_numpy().any():
        return state("empty", w("state.not_recorded"), w("evidence.no_dates"), symbol="database-slash")
    if tried.empty:
        return state("empty", w("evidence.none_cases", fewest=a.FEWEST), "", symbol="clipboard-x")
    key = {"win": "none_win", "growth": "none_growth"}.get(kind, "none_threats")
    return state("empty", w(f"evidence.{key}", count=len(tried)), "", symbol="check2")


Lines = tuple[list[str], list[list[Any]]]
#: Columns that a phone has no room for, by kind.
BESIDE_THE_POINT = {"win": (2, 4), "growth": (1, 3, 5), "presence": (2, 4)}


def _wins(view: View, found: pd.DataFrame, rival: str) -> Lines:
    w = view.w
    heads = [w(f"evidence.{name}") for name in ("where", "here", "elsewhere", "change", "p")]
    return heads, [
        [
            _open(view, where(view, row), _faced(row, rival, "both")),
            _share(view, row.share, row.under),
            _share(view, row.other, row.other_under),
            _change(view, row.change, is_good=row.change > 0),
            p_words(view, row.q),
        ]
        for row in found.itertuples()
    ]


def _grown(view: View, found: pd.DataFrame, rival: str) -> Lines:
    """Created in both years, how much more, how much more elsewhere, and what we win there against the competitor."""
    w, numbers = view.w, view.numbers
    heads = [w(f"evidence.{name}") for name in ("where", "now", "growth", "others_growth", "wins", "p")]
    return heads, [
        [
            _open(view, where(view, row), f"opened|span:recent|{row.by}:{row.member}"),
            numbers.count(row.over),
            html.B(["▲ ", numbers.signed_share(_growth(row.over, row.under), 0)], className="ahead"),
            numbers.signed_share(_growth(row.other_over, row.other_under), 0),
            _open(view, numbers.share(row.won_share, 0), _faced(row, rival, "both")),
            p_words(view, row.q),
        ]
        for row in found.itertuples()
    ]


def _growth(recent: float, both: float) -> float:
    """Of the last twelve months on the twelve before, as a share."""
    return recent / (both - recent) - 1 if both > recent else float("nan")


def _rises(view: View, found: pd.DataFrame, rival: str) -> Lines:
    w = view.w
    heads = [w(f"evidence.{name}") for name in ("where", "now", "before", "change", "p")]
    return heads, [
        [
            _open(view, [where(view, row), html.Span([" · ", w(f"evidence.{row.kind}")], className="sub")],
                  _faced(row, rival, "recent")),
            _share(view, row.share, row.under),
            _share(view, row.other, row.other_under),
            _change(view, row.change, is_good=False),
            p_words(view, row.q),
        ]
        for row in found.itertuples()
    ]  # fmt: skip


LINES = {"win": _wins, "growth": _grown, "presence": _rises}


def _faced(row: Any, rival: str, span: str) -> str:
    """The deals of a line: decided with the competitor in play, in the member."""
    at = f"|{row.by}:{row.member}" if row.by else ""
    return f"faced|span:{span}|competitor:{rival}{at}"


def _open(view: View, children: Any, behind: str) -> html.A:
    return to(children, view.slice_.with_option("open", behind))


def _share(view: View, share: float, cases: float) -> html.Span:
    """ "27% of 765"."""
    said = view.w("evidence.of_cases", share="\0", cases=view.numbers.count(cases))
    before, _, after = said.partition("\0")
    return html.Span(
        [html.Span(before, className="sub"), view.numbers.share(share, 0), html.Span(after, className="sub")]
    )


def _change(view: View, change: float, *, is_good: bool) -> html.B:
    """The difference in points, with its arrow and whether it is good."""
    arrow = "▲ " if change > 0 else "▼ "
    return html.B([arrow, view.numbers.signed_points(change, 0)], className="ahead" if is_good else "behind")


def p_words(view: View, p: float) -> str:
    """A p-value with three decimals."""
    return view.w("evidence.p_small") if p < 0.001 else f"{p:.3f}"


def _table(heads: Sequence[str], lines: Sequence[Sequence[Any]], beside: Sequence[int]) -> html.Table:
    looks = ["wide", *("num hide-phone" if at in beside else "num" for at in range(1, len(heads)))]
    head = html.Tr([html.Th(text, className=look) for text, look in zip(heads, looks, strict=True)])
    rows = [
        html.Tr([html.Td(cell, className=look) for cell, look in zip(cells, looks, strict=True)]) for cells in lines
    ]
    return html.Table([html.Thead(head), html.Tbody(rows)], className="t evidence")
