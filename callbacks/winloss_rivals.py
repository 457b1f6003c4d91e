"""Competitors on the win/loss page: how often we win against each, and to whom lost deals went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.listing import stage_at
from callbacks.winloss import PATH, no_cases
from callbacks.winloss_tables import against_table, bars_table
from components import ids
from components.cards import Card, switch
from components.figures import parts
from components.figures.interval_dots import interval_dots
from components.figures.member_bars import member_bars
from components.figures.parts import Column
from components.format import Unit
from components.states import not_recorded
from components.theme import colours
from components.view import View
from components.wording import period_words
from queries import rivals, winloss
from queries.in_play import first_position
from queries.proportions import FEW

BUCKETS = (rivals.NOBODY, rivals.UNKNOWN, rivals.UNDETERMINED)
#: Competitors that are drawn; further ones are in the table interface.
MOST_RIVALS = 12


def rival_name(view: View, row: Any) -> str:
    """A competitor's name, or that nobody was there, or that nobody knows."""
    return view.w(f"winloss.{row.member}") if row.member in BUCKETS else view.name(row, "member")


def cases_name(view: View) -> str:
    """The measure that counts the deals of a win rate against competitors."""
    return winloss.counted_rate(view.slice_).under.name


def population_words(view: View) -> str:
    """Which deals are counted: the period, and from which stage on where that is set."""
    period = period_words(view.period, view)
    place = first_position(view.slice_)
    if place == 1:
        return period
    return view.w("words.comma").join([period, view.w("winloss.from_stage", stage=stage_at(view, place))])


def no_rivals(view: View, title: str) -> Any:
    """Why there is nobody to show: no decided deals, or nobody records competitors."""
    found = rivals.rivals(view.slice_, scope=view.scope)
    if found.empty:
        return no_cases(replace(view, slice_=view.slice_.with_option("rate", None)), title)
    return not_recorded(view, view.w("winloss.no_rivals"))


def named_only(found: pd.DataFrame) -> pd.DataFrame:
    """The rows of competitors, without nobody and unknown."""
    return found[~found["member"].isin(BUCKETS)]


@wiring.card(ids.AGAINST, path=PATH)
def show_against(view: View) -> Card:
    """Win rate against each competitor with its interval, or what was lost to whom."""
    w = view.w
    tools = [switch(view, "against", (("rate", w("winloss.rate")), ("lost", w("winloss.lost_to"))))]
    if view.slice_.option("against") == "lost":
        return _lost_to(view, tools)
    found = rivals.rivals(view.slice_, scope=view.scope)
    counted = w(f"winloss.rate_count_{view.slice_.option('nodecision')}")
    subtitle = w("winloss.against_sub", rate=counted, period=population_words(view))
    if named_only(found).empty:
        return Card(subtitle=subtitle, tools=tools, state=no_rivals(view, w("winloss.against")))
    whole = rivals.reference(view.slice_, scope=view.scope)["rate"].iloc[0]
    unit = view.numbers.unit_for(found["lost_to_amount"])
    shown = pd.concat([named_only(found).head(MOST_RIVALS), found[found["member"].isin(BUCKETS)]])
    drawn = against_frame(view, shown, unit)
    lost = Column(w("winloss.lost_head", unit=unit.label), drawn["lost_text"].tolist(), colour="ink-2")
    figure = interval_dots(
        drawn,
        heads=(w("winloss.deals"), w("winloss.rate")),
        between=[] if view.compact else [lost],
        after=[] if view.compact else [Column(w("against.last_year"), drawn["change"].tolist())],
        reference=float(whole),
        reference_label=w("winloss.we_win", share=view.numbers.share(whole)),
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    return Card(
        figure,
        subtitle,
        tools,
        height=parts.rows_height(len(drawn), compact=view.compact, most=9),
        table=against_table(view, drawn, unit),
    )


def against_frame(view: View, found: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Competitors as the figure takes them, the change on last year in its colour with its sign and arrow."""
    key = cases_name(view)
    changes = [_change(view, row) for row in found.itertuples()]
    return pd.DataFrame(
        {
            "label": [rival_name(view, row) for row in found.itertuples()],
            "key": [f"{key}|{row.at}" for row in found.itertuples()],
            **{name: found[name].to_numpy() for name in ("rate", "low", "high", "cases")},
            "lost_text": [view.numbers.in_unit(value, unit) for value in found["lost_to_amount"]],
            "change": [coloured for coloured, _ in changes],
            "change_text": [text for _, text in changes],
        }
    )


def _change(view: View, row: Any) -> tuple[str, str]:
    """The change of the rate on last year, coloured and plain; too few cases in either year have none."""
    if pd.isna(row.last_year):
        return "", ""
    if min(row.cases, row.last_cases) < FEW:
        few = view.w("winloss.too_few")
        return parts.coloured(few, colours(view.theme)["ink-3"]), few
    change = row.rate - row.last_year
    text = view.numbers.signed_points(change)
    if not any(digit in text for digit in "123456789"):
        return text, text
    colour = colours(view.theme)["ahead-text" if change > 0 else "behind-text"]
    return parts.coloured(f"{'▲' if change > 0 else '▼'} {text}", colour), text


def _lost_to(view: View, tools: list[Any]) -> Card:
    """Whom lost deals went to: competitors, and the rows in which nobody is named; they add up to all lost."""
    w, found = view.w, rivals.lost_to(view.slice_, scope=view.scope)
    unit = view.numbers.unit_for(found["lost_to_amount"])
    by_amount = bool(found["lost_to_amount"].sum() > 0)
    what = unit.label if by_amount else w("winloss.deals")
    subtitle = w("winloss.lost_to_sub", what=what, period=population_words(view))
    if named_only(found).empty:
        return Card(subtitle=subtitle, tools=tools, state=no_rivals(view, w("winloss.against")))
    named = named_only(found)
    shown = pd.concat([named.head(MOST_RIVALS), found[found["member"].isin(BUCKETS)]])
    name = "lost_amount" if by_amount else "lost_count"
    column, other = ("lost_to_amount", "lost_to_count") if by_amount else ("lost_to_count", "lost_to_amount")
    write = (lambda v: view.numbers.in_unit(v, unit)) if by_amount else view.numbers.count
    drawn = pd.DataFrame(
        {
            "label": [rival_name(view, row) for row in shown.itertuples()],
            "key": [f"{name}|{at}" for at in shown["at"]],
            "value": shown[column].to_numpy(),
            "text": [write(value) for value in shown[column]],
            "note": [view.numbers.count(value) if by_amount else "" for value in shown[other if by_amount else column]],
        }
    )
    heads = (what, w("winloss.deals") if by_amount else "")
    figure = member_bars(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=view.numbers)
    more = w("winloss.most_members", shown=MOST_RIVALS, n=view.numbers.count(len(named)))
    foot = [html.Span(more)] if len(named) > MOST_RIVALS else []
    notes = [(w("winloss.deals"), "note", str)] if by_amount else []
    table = bars_table(drawn, w("winloss.lost_to"), what, *notes)
    return Card(
        figure,
        subtitle,
        tools,
        foot=foot,
        height=parts.rows_height(len(drawn), compact=view.compact, most=9),
        table=table,
    )
