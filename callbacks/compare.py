"""The comparison: which plans stand side by side, what tells them apart in a sentence, and their totals."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Output, html

from callbacks import wiring
from callbacks.compare_view import Comparison, Side, comparison
from components import ids
from components.cards import Delta, key_number
from components.compare import Ways, chosen, numbered
from components.filter_bar import menu
from components.links import icon, to
from components.markup import PROPERTY
from components.view import View
from queries import compare as q
from queries import plans

PATH = "/compare"
KEY_NUMBERS = ("sales_amount",)


def sentence(view: View) -> str:
    """The plan that is furthest from the first, by how much, and where most of that lies."""
    found, w = comparison(view), view.w
    year = plans.year_of(view.slice_)
    if q.choices(view.slice_, scope=view.scope).empty:
        return w("plan.finding_none", year=year)
    members = found.members if found.by else pd.DataFrame({"key": [], "largest": []})
    finding = q.compare_finding(found.totals, members, elsewhere=found.elsewhere if found.by and found.others else 0)
    values = dict(finding.values) | {"year": year, "period": found.period_words}
    name = finding.name
    if "amount" in values:
        values["amount"] = view.numbers.money(values["amount"])
    if "plan" in values:
        values |= {"plan": found.sides[values["plan"]].name, "first": found.first.name}
    elif len(found.sides) == 2:
        values |= {"plan": found.sides[1].name, "first": found.first.name}
        name += "_two" if name in ("same", "same_here") else ""
    if "member" in values:
        values["member"] = found.name(values["member"])
        name += f"_{values['way']}" if "way" in values else "_all" if values["all"] else "_most"
    return w(f"compare.finding_{name}", **values)


def words_of(_: View) -> list[Any]:
    """Nothing to add to the chips: the bar says which plans these are."""
    return []


def key_strip(view: View) -> html.Div:
    """The target of each plan, and how far it is from the first's; a click says how it is computed."""
    found = comparison(view)
    if not found.sides:
        nothing = html.Div(html.Span(view.w("words.na"), className="value words"), className="kpi")
        return html.Div([nothing], className="strip")
    return html.Div([_total(found, side) for side in found.sides], className="strip")


def _total(found: Comparison, side: Side) -> html.A:
    view, figures = found.view, side.figures
    label = html.Span([numbered(side.place), " ", side.name], title=side.name)
    own = view if side.shown is None else side.shown.view
    if figures is None:
        none = [Delta(0, None, "", view.w("plan.no_level"))]
        return key_number(label, view.w("words.na"), "", none, view=own, explain="proposed", spark=None)
    digits, unit = view.numbers.money_parts(figures.proposed)
    return key_number(label, digits, unit, [_away(found, side)], view=own, explain="proposed", spark=None)


def _away(found: Comparison, side: Side) -> Delta:
    """How far a plan's total is from the first's: plum, for it is neither ahead nor behind."""
    view, state = found.view, found.view.w(f"attainment.state_{side.opened.version.state}")
    if side.place == 0:
        return Delta(0, None, "", view.w("compare.held_against", state=state))
    before, more = found.totals[0], found.totals[side.place] - found.totals[0]
    if pd.isna(more) or abs(more) < 0.005:
        return Delta(0, None, "", view.w("compare.as_first" if pd.notna(more) else "compare.no_ground"))
    share = f"{view.w('words.comma')}{view.numbers.signed_share(more / before)}" if before > 0 else ""
    return Delta(0, None, f"{view.numbers.signed_money(more)}{share}", view.w("compare.on_first"), "yours")


@wiring.part(Output(ids.COMPARE_BAR, PROPERTY))
def show_bar(view: View) -> list[Any]:
    """The plans with what takes each away or makes it the first, those to add, and what the address names in vain."""
    found = comparison(view)
    named = [side.id for side in found.sides]
    shown: list[Any] = [_chosen(view, side, named) for side in found.sides]
    if not shown:
        shown = [html.Span(view.w("compare.none_chosen"), className="note")]
    notes = [view.w("compare.unknown", id=one) for one in found.found.unknown]
    notes += [
        view.w("compare.elsewhere", name=version.name, year=version.fiscal_year, this=plans.year_of(view.slice_))
        for version in found.found.elsewhere
    ]
    said = html.Div([html.P(note) for note in notes], className="compare-notes", role="status") if notes else None
    return [html.Div(shown, className="compare-chosen"), _adding(view, named), said]


def _chosen(view: View, side: Side, named: list[str]) -> html.Span:
    others = [one for one in named if one != side.id]
    ways = Ways(
        plan=q.with_ids(view.slice_, []).with_option("plan", side.id),
        first=q.with_ids(view.slice_, [side.id, *others]) if side.place else None,
        without=q.with_ids(view.slice_, others),
    )
    state = view.w(f"attainment.state_{side.opened.version.state}")
    return chosen(view, side.place, side.name, state, ways)


def _adding(view: View, named: list[str]) -> Any:
    """A menu of the other plans of the year; with four there is no room for more."""
    w, offered = view.w, q.choices(view.slice_, scope=view.scope)
    if len(named) >= q.MOST:
        return html.Span(w("compare.full", most=q.MOST), className="note push")
    items = []
    for row in offered.itertuples():
        if str(row.version_id) in named:
            continue
        opened_name = (row.name_zh if view.lang == "zh" else None) or row.name
        name = opened_name if row.is_scenario else w("plan.version", number=row.number)
        state = w("compare.numbered_state", number=row.number, state=w(f"attainment.state_{row.state}"))
        items.append(
            to(
                [html.Span(name), html.Small(state)],
                q.with_ids(view.slice_, [*named, str(row.version_id)]),
                keep_open=True,
            )
        )
    body = html.Div(items, className="items") if items else html.P(w("compare.no_more"), className="note")
    return menu(
        [icon("plus-lg"), " ", w("compare.add")], [body], name="compare-add", right=True, className="btn-q push"
    )
