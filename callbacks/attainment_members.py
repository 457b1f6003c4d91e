"""Members of the attainment page: who is ahead or behind, and where the gap comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.attainment import PATH, is_over, label_of
from callbacks.figure_tables import attainment_table, bridge_table
from components import drill, ids
from components.cards import Card, by_switch, switch
from components.figures.bullet_bars import bullet_bars, height_of
from components.figures.target_bridge import axis_start, target_bridge
from components.figures.target_bridge import height_of as bridge_height
from components.filter_bar import menu
from components.links import icon, to
from components.states import empty
from components.view import View
from components.wording import dimension_words, period_words
from queries import attainment as a

#: Steps of the bridge that stand alone; the smallest are taken together beyond them.
MOST_STEPS = 9
#: Members that are drawn where there are very many: those furthest behind and those furthest ahead.
FURTHEST_BEHIND, FURTHEST_AHEAD = 30, 10


@wiring.card(ids.ATTAINMENT, path=PATH)
def show_attainment(view: View) -> Card:
    """Members against their targets; a bar leads into its member."""
    by = view.slice_.by
    found = a.attainment_by(view.slice_, scope=view.scope, by=by)
    unit = view.numbers.unit_for([*found["actual"], *found["target"].dropna()])
    w, reason = view.w, found.attrs["reason"]
    tools = [
        by_switch(view, [(name, way_words(name, view)) for name in _ways(view)]),
        switch(view, "variance", (("absolute", w("attainment.absolute")), ("relative", w("attainment.relative")))),
    ]
    kind = "_none" if reason else "_over" if is_over(view) else ""
    subtitle = w(f"attainment.bars_sub{kind}", unit=unit.label, period=period_words(view.period, view))
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=empty(view, w("attainment.heat_none")))
    members = found if len(found) <= FURTHEST_BEHIND + FURTHEST_AHEAD else _furthest(found)
    drawn = bars_frame(view, members, by)
    figure = bullet_bars(
        drawn,
        heads=(w("attainment.rate"), unit.label, w("attainment.target_head"), w("attainment.variance")),
        unit=unit,
        relative=view.slice_.option("variance") == "relative",
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    wanted = height_of(len(drawn), view.compact)
    table = attainment_table(view, drawn, unit)
    foot = [*_about_targets(view, found), *_how_many(view, members, found)]
    return Card(figure, subtitle, tools, foot=foot, height=wanted, table=table)


def way_words(name: str, view: View) -> str:
    """A way down in one short word."""
    return view.w(f"attainment.way_{name}") if f"attainment.way_{name}" in view.w else dimension_words(name, view)


def _furthest(found: pd.DataFrame) -> pd.DataFrame:
    """The members furthest behind and furthest ahead, in their order; those without a target come last."""
    known = found["target"].notna().sum()
    ahead = found.iloc[:known].tail(FURTHEST_AHEAD) if known > FURTHEST_BEHIND else found.tail(FURTHEST_AHEAD)
    return pd.concat([found.head(FURTHEST_BEHIND), ahead]).pipe(lambda both: both[~both.index.duplicated()])


def _ways(view: View) -> list[str]:
    """Dimensions to choose from: one a tree, and the present one."""
    ways = drill.ways(view.slice_)
    return ways if view.slice_.by in ways else [view.slice_.by, *ways]


def bars_frame(view: View, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Members as the figure takes them."""
    running = not is_over(view)
    drawn = pd.DataFrame(
        {
            "label": [label_of(view, row) for row in found.itertuples()],
            "key": [drill.key_of(drill.into(view.slice_, by, str(key))) for key in found[by]],
            "actual": found["actual"],
            "target": found["target"],
            "on_track": found["on_track"] if running else None,
            "previous": found["last_year"],
            "forecast": found["landing"] if running else None,
            "attainment": found["attainment"],
            "variance": found["variance"],
            "variance_share": found["variance_share"],
        }
    )
    drawn["hover"] = [_hover(view, label, row) for label, row in zip(drawn["label"], found.itertuples(), strict=True)]
    return drawn


def _hover(view: View, label: str, row: Any) -> str:
    numbers, w = view.numbers, view.w
    said = [f"<b>{label}</b>", f"{w('attainment.actual')} {numbers.money(row.actual)}"]
    if not pd.isna(row.target):
        said.append(f"{w('attainment.target_head')} {numbers.money(row.target)}")
        said.append(w("attainment.hover_due", amount=numbers.money(row.on_track)))
        said.append(numbers.signed_money(row.variance))
    return "  ".join(said)


def _how_many(view: View, drawn: pd.DataFrame, found: pd.DataFrame) -> list[Any]:
    if len(drawn) == len(found):
        return []
    said = view.w("attainment.furthest", behind=FURTHEST_BEHIND, ahead=FURTHEST_AHEAD, n=view.numbers.count(len(found)))
    return [html.Span([" ", said])]


def _about_targets(view: View, found: pd.DataFrame) -> list[Any]:
    """Why there is no target, or whether the members' targets add up to the one above."""
    w, reason, over = view.w, found.attrs["reason"], found.attrs["over_assigned"]
    derived = view.slice_.with_option("derived", "1")
    if found.attrs["is_derived"]:
        back = to(w("attainment.undo_derived"), view.slice_.with_option("derived", None))
        return [html.Span(w("attainment.derived"), className="pill"), " ", back]
    if reason == "no_level":
        return [html.Span(w("attainment.no_level")), " ", to(w("attainment.derive"), derived)]
    if reason:
        return [html.Span(w(f"attainment.{reason}"))]
    if pd.isna(over):
        return []
    if abs(over) < 0.00005:
        return [html.Span(w("attainment.agrees"))]
    children = found["target"].sum()
    difference = abs(children - children / (1 + over))
    name = "over_assigned" if over > 0 else "under_assigned"
    amount = view.numbers.money(difference)
    return [html.Span(w(f"attainment.{name}", share=view.numbers.share(abs(over)), amount=amount))]


@wiring.card(ids.BRIDGE, path=PATH)
def show_bridge(view: View) -> Card:
    """From what was due to actual, a step a member."""
    by, found = _bridged(view)
    ways = [name for name in drill.ways(view.slice_) if name != view.slice_.by] or [by]
    tools = [bridge_menu(view, ways, by)]
    known = found[found["target"].notna()]
    unit = view.numbers.unit_for([*known["actual"], *known["on_track"]])
    subtitle = view.w("attainment.bridge_sub", unit=unit.label)
    if known.empty:
        why = view.w(f"attainment.{found.attrs['reason'] or 'no_level'}")
        return Card(subtitle=subtitle, tools=tools, state=empty(view, view.w("attainment.bridge"), why=why))
    drawn = bridge_frame(view, found, by)
    figure = target_bridge(drawn, unit=unit, compact=view.compact, theme=view.theme, numbers=view.numbers)
    start = axis_start(drawn)
    if start:
        subtitle += view.w("attainment.bridge_cut", start=view.numbers.in_unit(start, unit))
    worst = known.loc[known["variance"].idxmin()]
    foot = view.w(
        "attainment.bridge_foot",
        member=label_of(view, worst),
        amount=view.numbers.signed_money(worst["variance"]),
    )
    height, table = bridge_height(drawn, view.compact), bridge_table(view, drawn, unit)
    return Card(figure, subtitle, tools, foot=[html.Span(foot)], height=height, table=table)


def _bridged(view: View) -> tuple[str, pd.DataFrame]:
    """The dimension of the bridge: the one chosen, else the first with targets that the bars do not show already."""
    chosen, ways = view.slice_.option("bridge"), drill.ways(view.slice_)
    others = [name for name in ("product_category", "product", *ways) if name in ways and name != view.slice_.by]
    asked = [chosen] if chosen in ways else [*dict.fromkeys(others), view.slice_.by]
    answers = ((name, a.attainment_by(view.slice_, scope=view.scope, by=name)) for name in asked)
    last = (asked[0], pd.DataFrame())
    for name, found in answers:
        last = (name, found)
        if found["target"].notna().any():
            break
    return last


def bridge_menu(view: View, ways: list[str], chosen: str) -> html.Details:
    """By what the gap is taken apart."""
    items = [
        to(
            dimension_words(name, view),
            view.slice_.with_option("bridge", name),
            className="on" if name == chosen else "",
        )
        for name in ways
    ]
    what = way_words(chosen, view)
    label = view.w("attainment.steps_by", what=what.lower() if view.lang == "en" else what)
    return menu(
        [label, icon("chevron-down")],
        [html.Div(items, className="items")],
        name="bridge",
        right=True,
        className="btn-q sm",
        title=view.w("attainment.steps_choose"),
    )


def bridge_frame(view: View, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Due, a step a member in the order of its weight, actual; what sold without a target is a step of its own."""
    known = found[found["target"].notna()]
    steps = known.assign(step=known["variance"], size=known["variance"].abs()).sort_values("size", ascending=False)
    rows = [
        (label_of(view, row), drill.key_of(drill.into(view.slice_, by, str(getattr(row, by)))), row.step)
        for row in steps.head(MOST_STEPS).itertuples()
    ]
    here = drill.key_of(replace(view.slice_, by=by))
    rest = steps["step"].iloc[MOST_STEPS:].sum() + found.loc[found["target"].isna(), "actual"].sum()
    if len(steps) > MOST_STEPS or rest:
        rows.append((view.w("attainment.bridge_others"), here, rest))
    first = (view.w("attainment.bridge_due"), here, known["on_track"].sum(), "target")
    last = (view.w("attainment.bridge_actual"), here, found["actual"].sum(), "actual")
    return pd.DataFrame(
        [first, *((label, key, value, "step") for label, key, value in rows), last],
        columns=["label", "key", "value", "kind"],
    )
