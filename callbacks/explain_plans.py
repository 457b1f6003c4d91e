"""Fills the drawer "how is this computed" for the numbers of a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from dash import html

from callbacks import compare
from callbacks.plan_money import chosen, reps_of, scheme_name
from callbacks.plan_values import outlook_of, values_of
from callbacks.plan_view import Showing, showing
from callbacks.planning import level_words, plan_name
from components.explain import InputLine, drawer, filled, row_buttons
from components.links import address, icon
from components.view import View
from planning.commission import POINTS, marginal_rates
from planning.replay import SCALE
from planning.sensitivity import sensitivity
from queries import plans, row_list
from queries.compare import ids_of
from queries.rows import Behind
from queries.semantic.plan_numbers import PLAN_NUMBERS, PlanNumber


def of_plan_number(view: View, number: PlanNumber, *, as_of: str) -> list[Any]:
    """One of the numbers; `as_of` says of which data."""
    shown = showing(_focused(view))
    values = {} if shown is None else values_of(shown)
    value = said(view, number, values)
    exact = {name: said(view, PLAN_NUMBERS[name], values, exact=True) for name in number.inputs}
    short = {name: said(view, PLAN_NUMBERS[name], values) for name in number.inputs}
    formula: Any = filled(number.said(view.lang), number.formula[view.lang].format(**short), value)
    if not number.inputs:
        result = html.Span(["= ", html.B(said(view, number, values, exact=True))])
        formula = html.Div([number.said(view.lang), result], className="formula")
    lines = [InputLine(view.say(PLAN_NUMBERS[name].label), text) for name, text in exact.items()]
    if shown is not None:
        lines += _MORE.get(number.name, _nothing_more)(shown)
    return drawer(
        view,
        title=view.say(number.label),
        value=value,
        meaning=view.say(number.meaning),
        formula=formula,
        inputs=lines,
        left_out=[view.say(number.left_out)] if number.left_out else [],
        as_of=" ".join([as_of, _plan(view, shown)]),
        rows=_rows(view, number),
    )


def _focused(view: View) -> View:
    """The view of the plan that is shown; where several are compared and none is clicked, of the first."""
    named = ids_of(view.slice_) if view.path == compare.PATH and not view.slice_.option("plan") else []
    return replace(view, slice_=view.slice_.with_option("plan", named[0])) if named else view


def said(view: View, number: PlanNumber, values: dict[str, float], *, exact: bool = False) -> str:
    """A number in its own format."""
    numbers, value = view.numbers, values.get(number.name, float("nan"))
    if pd.isna(value):
        return view.w("words.na")
    if number.format == "money":
        return numbers.exact(value) if exact else numbers.money(value)
    return numbers.share(value) if number.format == "share" else numbers.count(value)


def _plan(view: View, shown: Showing | None) -> str:
    """Which plan, in which state, from which version, at which level, of which period."""
    w = view.w
    if shown is None:
        return (
            w("plan.finding_none", year=plans.year_of(view.slice_))
            if plans.opened(view.slice_, scope=view.scope) is None
            else w("plan.no_level")
        )
    opened = shown.opened
    facts = {
        "plan": plan_name(view, opened),
        "state": w(f"attainment.state_{opened.version.state}"),
        "level": level_words(view, opened.plan.planes[shown.at].level),
        "period": shown.period_words,
    }
    if opened.scenario is None:
        return w("explain_plan.version", **facts)
    done = len(opened.scenario.done)
    return w(
        "explain_plan.scenario", count=done, n=view.numbers.count(done), number=opened.base_version.number, **facts
    )


def _nothing_more(_: Showing) -> list[InputLine]:
    return []


def _of_commission(shown: Showing) -> list[InputLine]:
    """The scheme with its rates, and what it is applied to."""
    view, w, numbers = shown.view, shown.view.w, shown.view.numbers
    scheme = chosen(view)
    reps = reps_of(shown, scheme.basis)
    rates = " · ".join(numbers.share(rate) for rate in marginal_rates(scheme, POINTS))
    lines = [InputLine(w("explain_plan.rates", scheme=scheme_name(view, scheme)), rates)]
    if reps is None:
        return lines
    with_target = int(np.count_nonzero(reps.proposed > 0))
    basis = w(f"plan.basis_{scheme.basis}")
    return [
        *lines,
        InputLine(w("explain_plan.reps"), numbers.count(with_target)),
        InputLine(w("explain_plan.rep_targets"), numbers.exact(float(reps.proposed.sum()) / SCALE)),
        InputLine(w("explain_plan.rep_landing"), numbers.exact(float(reps.landing.sum()) / SCALE), basis),
    ]


def _of_sensitivity(shown: Showing) -> list[InputLine]:
    """What a tenth less and a tenth more of each driver do."""
    outlook = outlook_of(shown)
    if outlook is None or outlook.attainment is None:
        return []
    view, points = shown.view, shown.view.numbers.signed_points
    return [
        InputLine(
            view.w(
                "explain_plan.driver", driver=view.w(f"plan.driver_{effect.driver}"), more=_signed(view, effect.change)
            ),
            points(effect.delta_attainment),
            view.numbers.signed_money(effect.delta_landing),
        )
        for effect in sensitivity(outlook)
    ]


def _signed(view: View, share: float) -> str:
    return view.numbers.signed_share(share, 0)


def _of_reach(shown: Showing) -> list[InputLine]:
    """How many members are marked."""
    members = shown.members[shown.members["proposed"].notna()]
    of = shown.view.w(
        "explain_plan.marked_of",
        n=shown.view.numbers.count(int(members["is_out_of_reach"].sum())),
        all=shown.view.numbers.count(len(members)),
    )
    return [InputLine(shown.view.w("explain_plan.marked"), of)]


_MORE: dict[str, Callable[[Showing], list[InputLine]]] = {
    "commission": _of_commission,
    "sensitivity": _of_sensitivity,
    "out_of_reach": _of_reach,
}


def _rows(view: View, number: PlanNumber) -> Any:
    """The deals behind sales and pipeline; for targets the plan itself, in the grid and as a sheet."""
    if number.behind != "targets":
        behind = Behind.parse(number.behind)
        assert behind is not None
        lines = row_list.total_behind(behind, view.slice_, scope=view.scope)["deals"].iloc[0]
        return row_buttons(view, str(behind), view.numbers.count(lines))
    slice_ = view.slice_.with_option("explain", None).with_option("compare", None)
    return html.Div(
        [
            html.A(
                [icon("sliders"), view.w("explain_plan.grid")],
                href=address("/planning", slice_),
                className="btn-q",
                **{"data-page": ""},
            ),
            html.A(
                [icon("download"), "XLSX"],
                href=f"/download/plan.xlsx?{slice_.to_query()}",
                download="",
                className="btn-q",
            ),
        ],
        className="row-btns",
    )
