"""The cards of the comparison: key numbers side by side, members in a figure and a table, changes that differ."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.compare import PATH
from callbacks.compare_numbers import numbers_of
from callbacks.compare_view import Comparison, Side, comparison
from components import ids
from components.cards import Card, Table, switch
from components.compare import numbered
from components.drill import into, key_of
from components.figures.compare_rows import compare_rows, height_of
from components.links import to
from components.plan_words import adjustment_words
from components.states import state
from components.trail_words import who_words
from components.view import View
from planning.adjustments import Entry
from queries import compare as q
from queries import plans
from queries.attainment import labels
from queries.planning import TIMES

#: Members in the figure, members in the table, changes a list: what is more is counted.
MOST_DRAWN, MOST_ROWS, MOST_CHANGES = 8, 60, 30


def _none(found: Comparison) -> Card | None:
    """What a card says while there is nothing to compare."""
    w, view = found.view.w, found.view
    if len(found.sides) < 2:
        title, text = w("compare.none_title"), w("compare.none_text")
        return Card(state=state("empty", title, text, *_suggested(found), symbol="layout-three-columns"))
    if found.by:
        return None
    return Card(
        tools=[_ways(view)], state=state("empty", w("compare.no_level_title"), w("plan.no_level"), symbol="sliders")
    )


def _suggested(found: Comparison) -> list[Any]:
    """A way to begin: the plans of the year that were changed last, beside the version in force or what is chosen."""
    view, force = found.view, plans.in_force(found.view.slice_)
    named = [side.id for side in found.sides] or ([] if force is None else [str(force.version.version_id)])
    offered = [str(one) for one in q.choices(view.slice_, scope=view.scope)["version_id"] if str(one) not in named]
    if not named or not offered:
        return []
    first = to(view.w("compare.suggested"), q.with_ids(view.slice_, [*named, *offered[:2]]), className="btn-q solid")
    return [first]


def _ways(view: View) -> Any:
    """Which way the plans are taken apart."""
    return switch(
        view, "tree", [(name, view.w(f"plan.tree_{name}")) for name in ("region", "product", "channel", "time")]
    )


@wiring.card(ids.COMPARE_NUMBERS, path=PATH)
def show_numbers(view: View) -> Card:
    """Key numbers down, plans across."""
    found = comparison(view)
    none = _none(found)
    if none is not None:
        return none
    heads = [_head(side) for side in found.sides]
    rows = [
        html.Tr([html.Th(label, scope="row"), *(html.Td(cell, className="num") for cell in cells)])
        for label, cells in numbers_of(found)
    ]
    head = html.Tr([html.Th(view.w("compare.figure"), scope="col"), *heads])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="plan-table compare-table")
    subtitle = view.w("compare.numbers_sub", period=found.period_words, first=found.first.name)
    return Card(subtitle=subtitle, body=table)


def _head(side: Side) -> html.Th:
    """A plan over its column; on a phone its number alone."""
    name = html.Span([" ", side.name], className="hide-phone")
    return html.Th([numbered(side.place), name], className="num", scope="col", title=side.name)


@wiring.card(ids.COMPARE_ROWS, path=PATH)
def show_rows(view: View) -> Card:
    """The members that differ the most, a bar a plan."""
    found = comparison(view)
    none = _none(found)
    if none is not None:
        return none
    members = found.members.head(MOST_DRAWN)
    drawn = pd.DataFrame(
        [
            {
                "label": found.name(str(row["key"])),
                "key": _key(found, str(row["key"])),
                "place": side.place,
                "value": row[f"target_{side.place}"],
                "difference": row[f"difference_{side.place}"] if side.place else float("nan"),
            }
            for _, row in members.iterrows()
            for side in found.sides
        ]
    )
    drawn["hover"] = [_hover(found, row) for row in drawn.itertuples()]
    names = [side.name for side in found.sides]
    figure = compare_rows(drawn, names, unit=found.unit, compact=view.compact, theme=view.theme, numbers=view.numbers)
    subtitle = view.w("compare.rows_sub", unit=found.unit.label, level=found.level_words)
    more = len(members) < len(found.members)
    foot = [html.Span(view.w("compare.rows_most", count=len(members), n=len(found.members)))] if more else []
    height = height_of(len(members), len(names))
    return Card(figure, subtitle, height=height, table=_table(found), foot=foot)


def _hover(found: Comparison, row: Any) -> str:
    numbers = found.view.numbers
    said = [f"<b>{row.label}</b>", found.sides[row.place].name, numbers.money(row.value)]
    return "  ".join([*said, *([numbers.signed_money(row.difference)] if pd.notna(row.difference) else [])])


def _key(found: Comparison, key: str) -> str:
    """Where a mark leads: into its member."""
    return "" if found.by in TIMES else key_of(into(found.view.slice_, found.by, key).with_option("path", None))


def _table(found: Comparison) -> Table:
    """All members: each plan's target, and the difference against the first."""
    numbers, unit = found.view.numbers, found.unit
    rows = []
    for _, row in found.members.iterrows():
        cells = [found.name(str(row["key"]))]
        for side in found.sides:
            cells.append(_target(found, row, side))
            if side.place:
                away = row[f"difference_{side.place}"]
                cells.append("" if pd.isna(away) else numbers.signed_in_unit(away, unit))
        rows.append(cells)
    return _heads(found), rows


def _heads(found: Comparison) -> list[str]:
    heads = [found.level_words]
    for side in found.sides:
        heads += [f"{side.number} {side.name}"]
        heads += [found.view.w("compare.difference_to", plan=side.number)] if side.place else []
    return heads


def _target(found: Comparison, row: Any, side: Side) -> str:
    value = row[f"target_{side.place}"]
    return found.view.w("none.no_target") if pd.isna(value) else found.view.numbers.in_unit(value, found.unit)


@wiring.card(ids.COMPARE_MEMBERS, path=PATH)
def show_members(view: View) -> Card:
    """The members as a table, the largest differences first; a name leads into its member."""
    found = comparison(view)
    none = _none(found)
    if none is not None:
        return none
    _, texts = _table(found)
    lines = [
        html.Tr([html.Th(_name(found, str(key), name), scope="row"), *_cells(cells)])
        for key, (name, *cells) in list(zip(found.members["key"], texts, strict=True))[:MOST_ROWS]
    ]
    head = html.Tr([html.Th(found.level_words, scope="col"), *_short_heads(found)])
    subtitle = view.w("compare.members_sub", unit=found.unit.label, level=found.level_words, period=found.period_words)
    return Card(
        subtitle=subtitle,
        tools=[_ways(view)],
        body=html.Table([html.Thead(head), html.Tbody(lines)], className="plan-table compare-table"),
        foot=[html.Span(_cells_foot(found))],
    )


def _short_heads(found: Comparison) -> list[html.Th]:
    """The plans by their numbers, so that four of them and three differences fit."""
    heads = []
    for side in found.sides:
        heads.append(html.Th(numbered(side.place), className="num", scope="col", title=side.name))
        if side.place:
            away = found.view.w("compare.difference_to", plan=side.number)
            heads.append(html.Th(away, className="num", scope="col"))
    return heads


def _cells(texts: list[str]) -> list[html.Td]:
    """The first plan's target, then a target and a difference a plan; a difference that is one is plum."""
    cells = []
    for at, text in enumerate(texts):
        differs = at and at % 2 == 0 and any(digit in text for digit in "123456789")
        cells.append(html.Td(text, className="num yours" if differs else "num"))
    return cells


def _name(found: Comparison, key: str, name: str) -> Any:
    if found.by in TIMES:
        return name
    return to(name, into(found.view.slice_, found.by, key).with_option("path", None), className="who")


def _cells_foot(found: Comparison) -> str:
    """How many cells of each plan differ from the first."""
    view, said = found.view, []
    for side in found.others:
        differ, of = found.cells(side)
        numbers = {"n": view.numbers.count(differ), "all": view.numbers.count(of)}
        said.append(view.w("compare.cells_foot", count=differ, plan=side.number, **numbers))
    return " · ".join(said)


@wiring.card(ids.COMPARE_CHANGES, path=PATH)
def show_changes(view: View) -> Card:
    """Beside the first plan, the changes that only one of the two has: what, by whom, when and why."""
    found = comparison(view)
    if len(found.sides) < 2:
        return _none(found) or Card()
    if view.scope.limits:  # changes tell of other parts than one's own
        return Card(state=state("empty", view.w("compare.limited_title"), view.w("compare.limited"), symbol="list-ol"))
    body = html.Div([_beside(found, side) for side in found.others], className="compare-changes")
    return Card(subtitle=view.w("compare.changes_sub", first=found.first.name), body=body)


def _beside(found: Comparison, side: Side) -> html.Section:
    view, first, w = found.view, found.first, found.view.w
    one, other = first.opened.scenario, side.opened.scenario
    changes = q.changes_between(one, other)
    said: list[Any] = []
    bases = [own.opened.base_version for own in (side, first)]
    if bases[0].version_id != bases[1].version_id:
        base, else_ = (w("plan.version", number=version.number) for version in bases)
        said.append(html.P(w("compare.other_base", plan=side.name, first=first.name, base=base, other=else_)))
    for own, entries in ((side, changes.only_other), (first, changes.only_first)):
        if entries:
            said += [html.H4(w("compare.only_in", plan=own.name)), _listed(view, entries)]
    if changes.is_reordered:
        said.append(html.P(w("compare.reordered")))
    if not (changes.only_first or changes.only_other or changes.is_reordered):
        said.append(html.P(w("compare.no_changes" if one is None and other is None else "compare.same_changes")))
    title = html.H3([numbered(side.place), " ", w("compare.beside", plan=side.name, first=first.name)])
    return html.Section([title, *said])


def _listed(view: View, entries: tuple[Entry, ...]) -> html.Ol:
    items = []
    for entry in entries[:MOST_CHANGES]:
        at = entry.at.astimezone()
        facts = [who_words(view, entry.who), f"{view.numbers.day(at.date())} {at:%H:%M}"]
        facts += [entry.adjustment.reason] if entry.adjustment.reason else []
        words = html.Span([adjustment_words(view, entry.adjustment, labels), html.Small(" · ".join(facts))])
        items.append(html.Li([html.Span(str(entry.position), className="num"), words]))
    more = len(entries) - MOST_CHANGES
    if more > 0:
        items.append(html.Li([html.Span(), view.w("compare.most_changes", count=more, n=view.numbers.count(more))]))
    return html.Ol(items, className="feed-changes")
