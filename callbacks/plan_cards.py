"""Charts beside the planning grid: before and after, what moves the total, the year, what moves the landing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.figure_tables import plan_table
from callbacks.plan_view import Showing, showing
from callbacks.planning import PATH, plan_name
from components import ids
from components.cards import Card
from components.drill import into, key_of
from components.figures.before_after import before_after
from components.figures.before_after import height_of as rows_height
from components.figures.plan_bridge import height_of as bridge_height
from components.figures.plan_bridge import plan_bridge
from components.figures.plan_course import plan_course
from components.figures.sensitivity_rows import sensitivity_rows
from components.figures.target_bridge import axis_start
from components.plan_words import step_words
from components.states import state
from components.view import View
from planning.replay import SCALE
from planning.sensitivity import needed, sensitivity
from queries import planning as q
from queries import plans
from queries.attainment import labels

#: Members drawn before and after; the others are in the grid.
MOST_ROWS = 12
#: Steps of the bridge that stand alone; the smallest are taken together beyond them.
MOST_STEPS = 9


def _none(view: View) -> Card:
    return Card(state=state("empty", view.w("plan.none"), view.w("plan.no_level"), symbol="sliders"))


@wiring.card(ids.PLAN_BEFORE_AFTER, path=PATH)
def show_before_after(view: View) -> Card:
    """Each member's target as it is and as it is proposed, and where the member lands."""
    shown = showing(view)
    if shown is None:
        return _none(view)
    found = shown.members[shown.members["proposed"].notna()]
    rows = _most_changed(found) if len(found) > MOST_ROWS else found
    drawn = pd.DataFrame(
        {
            "label": [shown.name(shown.by, str(key)) for key in rows["key"]],
            "key": [_key(shown, str(key)) for key in rows["key"]],
            **{name: rows[name].tolist() for name in ("in_force", "proposed", "landing", "last_year", "actual")},
        }
    )
    drawn["hover"] = [_hover(view, row) for row in drawn.itertuples()]
    figure = before_after(drawn, unit=shown.unit, theme=view.theme, numbers=view.numbers)
    subtitle = view.w("plan.before_after_sub", unit=shown.unit.label)
    foot = [html.Span(view.w("plan.most_changed", count=len(drawn), n=len(found)))] if len(drawn) < len(found) else []
    table = plan_table(view, drawn, shown.unit, shown.level_words(shown.by))
    return Card(figure, subtitle, height=rows_height(len(drawn)), table=table, foot=foot)


def _most_changed(found: pd.DataFrame) -> pd.DataFrame:
    """The members that changed the most, in their order; the largest where nothing changed."""
    size = found["change"].abs().fillna(0)
    order = found.assign(size=size).sort_values(["size", "in_force"], ascending=False, kind="stable").index[:MOST_ROWS]
    return found.loc[sorted(order)]


def _key(shown: Showing, key: str) -> str:
    """Where a mark leads: into its member."""
    if shown.by in q.TIMES:
        return ""
    return key_of(into(shown.slice_, shown.by, key).with_option("path", None))


def _hover(view: View, row: Any) -> str:
    numbers, w = view.numbers, view.w
    said = [
        f"<b>{row.label}</b>",
        w("plan.hover", before=numbers.money(row.in_force), after=numbers.money(row.proposed)),
        w("plan.lands", amount=numbers.money(row.landing)),
    ]
    return "  ".join(said)


@wiring.card(ids.PLAN_BRIDGE, path=PATH)
def show_bridge(view: View) -> Card:
    """From the version that the plan begins from to the plan, a step an adjustment."""
    shown = showing(view)
    if shown is None:
        return _none(view)
    scenario = shown.opened.scenario
    if scenario is None or not scenario.done:
        hint = view.w("plan.bridge_none" if scenario is not None else "plan.bridge_version")
        return Card(state=state("empty", view.w("plan.nothing_changed"), hint, symbol="sliders"))
    totals = plans.desk().totals(scenario, shown.opened.base, shown.plane, shown.node)
    steps = [
        (step_words(view, entry.adjustment, labels), (after - before) / SCALE)
        for entry, before, after in zip(scenario.done, totals[:-1], totals[1:], strict=True)
        if after != before
    ]
    ends = (
        (view.w("plan.version", number=shown.opened.base_version.number), totals[0] / SCALE, "base"),
        (plan_name(view, shown.opened), totals[-1] / SCALE, "plan"),
    )
    rows = [ends[0], *((*step, "step") for step in _fewer(view, steps)), ends[1]]
    numbers, drawn = view.numbers, pd.DataFrame(rows, columns=["label", "value", "kind"]).assign(key="")
    drawn["hover"] = [
        f"<b>{row.label}</b>  {(numbers.signed_money if row.kind == 'step' else numbers.money)(row.value)}"
        for row in drawn.itertuples()
    ]
    figure = plan_bridge(drawn, unit=shown.unit, theme=view.theme, numbers=view.numbers)
    cut = axis_start(drawn.assign(kind=["target", *["step"] * (len(drawn) - 2), "actual"]))
    subtitle = view.w("plan.bridge_sub", unit=shown.unit.label)
    if cut:
        subtitle += view.w("plan.axis_from", amount=view.numbers.in_unit(cut, shown.unit))
    unmoved = len(scenario.done) - len(steps)
    foot = [html.Span(view.w("plan.unmoved", count=unmoved))] if unmoved else []
    table = plan_table(view, drawn.rename(columns={"value": "proposed"}), shown.unit, view.w("plan.changes"))
    return Card(figure, subtitle, height=bridge_height(len(drawn)), foot=foot, table=table)


def _fewer(view: View, steps: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """At most so many steps: the smallest together, at the end."""
    if len(steps) <= MOST_STEPS:
        return steps
    largest = sorted(range(len(steps)), key=lambda at: -abs(steps[at][1]))[: MOST_STEPS - 1]
    kept = [step for at, step in enumerate(steps) if at in largest]
    rest = sum(value for at, (_, value) in enumerate(steps) if at not in largest)
    return [*kept, (view.w("plan.other_steps", count=len(steps) - len(kept)), rest)]


@wiring.card(ids.PLAN_CURVE, path=PATH)
def show_curve(view: View) -> Card:
    """The fiscal year by month: the plan beside what is in force and last year's sales."""
    shown = showing(view)
    if shown is None:
        return _none(view)
    drawn = q.months_of(shown.opened, view.slice_, scope=view.scope, at=shown.at, node=shown.node)
    drawn["label"] = [view.numbers.month(date.fromisoformat(key)) for key in drawn["key"]]
    drawn["hover"] = [
        "  ".join(
            [
                f"<b>{row.label}</b>",
                view.w("plan.hover", before=view.numbers.money(row.in_force), after=view.numbers.money(row.proposed)),
                view.w("plan.hover_last", amount=view.numbers.money(row.previous)),
            ]
        )
        for row in drawn.itertuples()
    ]
    months = drawn.assign(key="")
    figure = plan_course(months, unit=shown.unit, compact=view.compact, theme=view.theme, numbers=view.numbers)
    subtitle = view.w("plan.curve_sub", unit=shown.unit.label)
    table = plan_table(view, drawn.rename(columns={"previous": "last_year"}), shown.unit, view.w("plan.by_month"))
    return Card(figure, subtitle, table=table)


@wiring.card(ids.PLAN_SENSITIVITY, path=PATH)
def show_sensitivity(view: View) -> Card:
    """What a tenth more or less of win rate, of deal size, of pipeline does to attainment."""
    shown = showing(view)
    if shown is None:
        return _none(view)
    total, w = shown.total, view.w
    numbers = {name: total[name] for name in ("proposed", "actual", "landing")}
    outlook = q.outlook(view.slice_, scope=view.scope, **numbers)
    if outlook is None or not outlook.target > 0:
        return Card(state=state("empty", w("plan.sensitivity_none"), w("plan.sensitivity_why"), symbol="sliders"))
    effects, wanted = sensitivity(outlook), needed(outlook)
    drivers = list(dict.fromkeys(effect.driver for effect in effects))
    by = {(effect.driver, effect.change): effect.delta_attainment for effect in effects}
    drawn = pd.DataFrame(
        {
            "label": [w(f"plan.driver_{driver}") for driver in drivers],
            "key": "",
            "less": [by[(driver, -0.1)] for driver in drivers],
            "more": [by[(driver, 0.1)] for driver in drivers],
            "needed": [_needed(view, wanted[driver]) for driver in drivers],
        }
    )
    points = view.numbers.signed_points
    drawn["hover"] = [
        f"<b>{row.label}</b>  −10%: {points(row.less)}  +10%: {points(row.more)}" for row in drawn.itertuples()
    ]
    heads = (w("plan.sensitivity_head"), w("plan.needed_head"))
    figure = sensitivity_rows(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=view.numbers)
    attained = view.numbers.share(outlook.attainment)
    subtitle = w("plan.sensitivity_sub", share=attained, period=shown.period_words)
    return Card(
        figure, subtitle, foot=[html.Span(w("plan.sensitivity_note", rate=view.numbers.share(outlook.win_rate)))]
    )


def _needed(view: View, share: float | None) -> str:
    if share is None:
        return view.w("plan.not_alone")
    return view.w("none.met") if share == 0 else view.numbers.signed_share(share)
