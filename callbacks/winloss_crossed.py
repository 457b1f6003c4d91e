"""Head to head on the win/loss page: competitors by the members of another dimension."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.winloss import PATH, SPLIT_BY, member_name
from callbacks.winloss_rivals import (
    MOST_RIVALS,
    cases_name,
    no_rivals,
)
from components import ids
from components.cards import Card
from components.filter_bar import menu
from components.links import aria, icon, to
from components.rate_heat import rate_heat
from components.view import View
from components.wording import dimension_words
from queries import rivals
from queries import winloss_findings as f
from queries.in_play import in_play_key
from queries.proportions import FEW

#: Members that stand across; further ones are in the table interface.
MOST_CROSSED = 12


def crossed_by(view: View) -> str:
    """The dimension that competitors are crossed with."""
    chosen = view.slice_.option("cross")
    return chosen if chosen in SPLIT_BY else "region"


@wiring.card(ids.HEAD_TO_HEAD, path=PATH)
def show_head_to_head(view: View) -> Card:
    """Competitors by the members of another dimension: win rate and deals; a cell opens its deals."""
    w, cross = view.w, crossed_by(view)
    tools = [_cross_menu(view, cross)]
    found = rivals.head_to_head(view.slice_, scope=view.scope, cross=cross)
    whole = rivals.reference(view.slice_, scope=view.scope)["rate"].iloc[0]
    share = w("words.na") if pd.isna(whole) else view.numbers.share(whole)
    subtitle = w("winloss.head_sub", share=share)
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=no_rivals(view, w("winloss.head")))
    frame = heat_frame(view, found, cross, float(whole))
    label = f"{dimension_words('competitor', view)} × {dimension_words(cross, view)}"
    body = rate_heat(frame, reference=float(whole), label=label, numbers=view.numbers)
    members = found["member"].nunique()
    foot = [html.Span(w("winloss.most_members", shown=MOST_CROSSED, n=members))] if members > MOST_CROSSED else []
    return Card(subtitle=subtitle, tools=tools, body=body, foot=foot)


def heat_frame(view: View, found: pd.DataFrame, cross: str, reference: float) -> pd.DataFrame:
    """Cells as the table takes them; outlined is where we surely lose most, if anywhere."""
    rows = list(dict.fromkeys(found["competitor"]))[:MOST_RIVALS]
    shown = found[found["competitor"].isin(rows) & found["member"].isin(columns_of(found))]
    below = f.surely_below(shown, reference)
    worst = None if below.empty else (below["cases"] - below["won"]).idxmax()
    key, reached, opens = cases_name(view), in_play_key(view.slice_), view.slice_.with_option
    return pd.DataFrame(
        {
            "row": shown["competitor"],
            "row_label": [view.name(row, "competitor") for row in shown.itertuples()],
            "column": shown["member"],
            "column_label": [column_name(view, row, cross) for row in shown.itertuples()],
            "column_place": shown["place"],
            **{name: shown[name] for name in ("rate", "won", "cases")},
            "is_thin": shown["cases"] < FEW,
            "is_current": shown.index == worst,
            "query": [
                opens("open", f"{key}|competitor:{r.competitor}|{cross}:{r.member}{reached}").to_query()
                for r in shown.itertuples()
            ],
        }
    )


def column_name(view: View, row: Any, cross: str) -> str:
    """A member as the head of a narrow column: a band of sizes by where it begins."""
    if cross == "size_band" and row.member.isdigit():
        return view.w("winloss.band_from", low=view.round_money(int(row.member)))
    return member_name(view, row, cross)


def columns_of(found: pd.DataFrame) -> set[str]:
    """The members that stand across: those with most deals."""
    return set(found.groupby("member")["cases"].sum().nlargest(MOST_CROSSED).index)


def _cross_menu(view: View, chosen: str) -> html.Details:
    items = [
        to(
            dimension_words(name, view),
            view.slice_.with_option("cross", name),
            className="on" if name == chosen else "",
        )
        for name in SPLIT_BY
    ]
    what = dimension_words(chosen, view)
    label = [view.w("attainment.across", what=what.lower() if view.lang == "en" else what), icon("chevron-down")]
    body = [html.Div(items, className="items")]
    return menu(label, body, name="cross", right=True, className="btn-q sm", **aria(view.w("attainment.across_choose")))
