"""The deals of one rep: the largest open ones, and those that slip."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.rep import PATH, nobody
from components import ids
from components.cards import Card
from components.format import Unit
from components.links import icon, to
from components.states import empty
from components.view import View
from queries import rep as r
from queries import slipping as s
from queries.funnel import CRITICAL_INDEX, LATE_INDEX
from queries.row_list import deals_behind
from queries.rows import Behind

MOST_OPEN, MOST_SLIPPING = 8, 5


@wiring.card(ids.REP_DEALS, path=PATH)
def show_rep_deals(view: View) -> Card:
    """The largest open deals with what is wrong with each."""
    if r.rep_of(view.slice_, scope=view.scope) is None:
        return nobody(view)
    w, found = view.w, deals_behind(Behind("open_amount"), view.slice_, scope=view.scope, limit=MOST_OPEN)
    unit = view.numbers.unit_for(found["amount"])
    subtitle = w("rep.deals_sub", unit=unit.label)
    if found.empty:
        return Card(subtitle=subtitle, state=empty(view, w("rep.deals"), why=w("rep.deals_none")))
    deals = s.slipping_deals(view.slice_, scope=view.scope).set_index("way")["deals"]
    opened = view.slice_.with_option("open", "open_amount")
    link = to([icon("table"), w("rep.deals_all", count=int(deals["open"]))], opened, className="btn-q sm")
    return Card(subtitle=subtitle, body=_deal_table(view, found, unit), foot=[html.Div(link, className="row-btns")])


def _deal_table(view: View, found: pd.DataFrame, unit: Unit) -> html.Table:
    w = view.w
    heads = [(w("column.account"), ""), (w("column.stage"), "hide-phone"), (unit.label, "num")]
    heads += [(w("rep.close"), "num hide-phone"), (w("rep.why"), "")]
    head = html.Tr([html.Th(text, className=css, scope="col") for text, css in heads])
    return html.Table(
        [html.Thead(head), html.Tbody([_deal(view, row, unit) for row in found.itertuples()])], className="t"
    )


def _deal(view: View, row: Any, unit: Unit) -> html.Tr:
    suffix = "_zh" if view.lang == "zh" else ""
    account, stage, name = (getattr(row, f"{column}{suffix}") for column in ("account", "stage", "name"))
    rest = (name or "").removeprefix(account or "").lstrip(" ·,，")
    close = "–" if pd.isna(row.expected_close_on) else view.numbers.day(pd.Timestamp(row.expected_close_on).date())
    why = reasons(view, row)
    return html.Tr(
        [
            html.Td(
                [html.B(account or view.w("words.unassigned")), " ", html.Span(rest, className="sub")],
                className="clip",
            ),
            html.Td(stage, className="hide-phone"),
            html.Td(html.B(view.numbers.in_unit(row.amount, unit)), className="num"),
            html.Td(close, className="num hide-phone"),
            html.Td(why[0] if why else view.w("overview.on_time"), className="why behind" if why else "why"),
        ]
    )


def reasons(view: View, row: Any) -> list[str]:
    """Why a deal needs a look, the weightiest first: too long in its stage, past its close, put off again and again."""
    w, found = view.w, []
    if not pd.isna(row.age_index) and row.age_index > LATE_INDEX:
        key = "age_critical" if row.age_index > CRITICAL_INDEX else "age"
        found.append(w(f"overview.{key}", index=f"{float(row.age_index):.1f}"))
    today = view.slice_.as_of or view.as_of
    if not pd.isna(row.expected_close_on) and pd.Timestamp(row.expected_close_on).date() < today:
        found.append(w("overview.overdue"))
    if not pd.isna(row.push_count) and row.push_count >= s.PUSHED:
        found.append(w("overview.pushed", count=int(row.push_count)))
    return found


@wiring.card(ids.REP_SLIPPING, path=PATH)
def show_rep_slipping(view: View) -> Card:
    """How much slips in which way, and the largest deals that do."""
    if r.rep_of(view.slice_, scope=view.scope) is None:
        return nobody(view)
    w, found = view.w, s.slipping_deals(view.slice_, scope=view.scope).set_index("way")
    unit = view.numbers.unit_for(found["amount"].drop("open"))
    subtitle = w("rep.slipping_sub", unit=unit.label)
    if not found.loc["slipping", "deals"]:
        why = w("rep.slipping_none" if found.loc["open", "deals"] else "rep.deals_none")
        return Card(subtitle=subtitle, state=empty(view, w("rep.slipping"), why=why))
    heads = [
        ("", ""),
        (w("rep.slipping_count"), "num"),
        (unit.label, "num"),
        (w("rep.slipping_share"), "num hide-phone"),
    ]
    head = html.Tr([html.Th(text, className=css, scope="col") for text, css in heads])
    whole = found.loc["open", "amount"]
    lines = [_way(view, way, found.loc[way], whole, unit) for way in (*s.WAYS, "slipping")]
    return Card(subtitle=subtitle, body=html.Table([html.Thead(head), html.Tbody(lines)], className="t"))


def _way(view: View, way: str, row: pd.Series, whole: float, unit: Unit) -> html.Tr:
    """One way of slipping; its name opens the list."""
    named, numbers = view.w(f"rep.way_{way}"), view.numbers
    name = to(named, view.slice_.with_option("open", way)) if row["deals"] else named
    share = numbers.share(row["amount"] / whole, 0) if whole > 0 else "–"
    texts = [(numbers.count(row["deals"]), "num"), (numbers.in_unit(row["amount"], unit), "num")]
    texts.append((share, "num hide-phone"))
    cells = [html.Td(html.B(text) if way == "slipping" else text, className=css) for text, css in texts]
    return html.Tr([html.Th(html.B(name) if way == "slipping" else name, scope="row"), *cells])
