"""What if we won back a part of what we lose to a competitor: its effect on attainment."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.winloss import PATH, no_cases
from callbacks.winloss_rivals import BUCKETS, rival_name
from components import ids
from components.cards import Card
from components.filter_bar import menu
from components.format import Unit
from components.links import icon, to
from components.states import not_recorded
from components.view import View
from components.wording import period_words
from queries import rivals
from queries import winback as b


def chosen_rival(view: View) -> tuple[str, pd.DataFrame]:
    """The competitor that is asked about, else the costliest; and all who won a deal, most money first."""
    lost = rivals.lost_to(view.slice_.with_option("inplay", None), scope=view.scope)
    known = lost[~lost["member"].isin(BUCKETS)]
    asked = view.slice_.option("rival")
    return (asked if asked in set(known["member"]) else str(known["member"].iloc[0]) if len(known) else ""), known


@wiring.card(ids.WIN_BACK, path=PATH)
def show_win_back(view: View) -> Card:
    """ "If we won back a third of what we lose to X in the East": attainment before and after, by region."""
    w, (rival, known) = view.w, chosen_rival(view)
    subtitle = w("winloss.back_sub", period=period_words(view.period, view))
    if not rival:
        everything = rivals.lost_to(view.slice_, scope=view.scope)
        state = no_cases(view, w("winloss.back")) if everything.empty else not_recorded(view, w("winloss.no_winners"))
        return Card(subtitle=subtitle, state=state)
    if known["lost_to_amount"].sum() == 0:
        return Card(subtitle=subtitle, state=not_recorded(view, w("winloss.no_lost_amounts")))
    part = view.slice_.option("back")
    regions = b.win_back(view.slice_, scope=view.scope, rival=rival, region="", part=part)
    asked = view.slice_.option("where")
    region = asked if asked in set(regions["member"]) - {b.WHOLE} else ""
    found = b.win_back(view.slice_, scope=view.scope, rival=rival, region=region, part=part) if region else regions
    body = html.Div([_question(view, known, rival, found, region, part), answer(view, found, rival, region)])
    return Card(subtitle=subtitle, body=html.Div(body, className="win-back"), foot=[html.Span(w("winloss.back_foot"))])


def _question(view: View, known: pd.DataFrame, rival: str, found: pd.DataFrame, region: str, part: str) -> html.Div:
    """The sentence, whose words are menus."""
    w = view.w
    names = {row.member: rival_name(view, row) for row in known.itertuples()}
    places = {row.member: view.name(row, "member") for row in found.itertuples() if row.member != b.WHOLE}
    everywhere = w("winloss.everywhere")
    menus = {
        "part": _menu(view, "back", part, [(name, w(f"winloss.part_{name}")) for name in b.PARTS]),
        "rival": _menu(view, "rival", rival, list(names.items())),
        "where": _menu(view, "where", region, [("", everywhere), *places.items()]),
    }
    pieces: list[Any] = []
    for piece in w("winloss.back_question").split("|"):
        pieces.append(menus[piece] if piece in menus else html.Span(piece))
    return html.Div(pieces, className="question")


def _menu(view: View, option: str, chosen: str, choices: list[tuple[str, str]]) -> html.Details:
    items = [
        to(text, view.slice_.with_option(option, value or None), className="on" if value == chosen else "")
        for value, text in choices
    ]
    label = dict(choices)[chosen]
    body = [html.Div(items, className="items")]
    return menu([label, icon("chevron-down")], body, name=f"back-{option}", className="btn-q sm")


def answer(view: View, found: pd.DataFrame, rival: str, region: str) -> html.Table:
    """A line for all that is looked at and one per region: lost, won back, attainment before and after."""
    w, numbers = view.w, view.numbers
    unit = numbers.unit_for(found["lost_amount"])
    heads = [
        w("winloss.place"), w("winloss.deals"), w("table.in_unit", what=w("winloss.lost_to"), unit=unit.label),
        w("table.in_unit", what=w("winloss.won_back"), unit=unit.label), w("winloss.attainment_now"),
        w("winloss.attainment_then"), w("winloss.change"),
    ]  # fmt: skip
    head = html.Tr([html.Th(text, className="num" if at else "") for at, text in enumerate(heads)])
    lines = [_line(view, row, unit, rival, region) for row in found.itertuples()]
    return html.Table([html.Thead(head), html.Tbody(lines)], className="t")


def _line(view: View, row: Any, unit: Unit, rival: str, region: str) -> html.Tr:
    numbers, w = view.numbers, view.w
    is_whole = row.member == b.WHOLE
    name = w("winloss.all_of_view") if is_whole else view.name(row, "member")
    place = region if is_whole else row.member
    key = f"lost_amount|winner:{rival}" + (f"|region:{place}" if place else "")
    deals = to(numbers.count(row.lost_count), view.slice_.with_option("open", key), className="link")
    none = numbers.none("no_target")
    before, after = (none if pd.isna(value) else numbers.share(value) for value in (row.before, row.after))
    change = "" if pd.isna(row.change) else numbers.signed_points(row.change)
    yours = "yours-text" if row.won_back else ""
    cells = [
        deals,
        numbers.in_unit(row.lost_amount, unit),
        html.Span(numbers.in_unit(row.won_back, unit), className=yours),
        before,
        html.B(after),
        html.B(change, className=yours),
    ]
    head = html.Th(html.B(name) if is_whole else name, scope="row")
    return html.Tr([head, *(html.Td(cell, className="num") for cell in cells)])
