"""The planning page: its sentence, its key numbers, and the bar that says which plan this is and what comes next."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import plan_panels
from callbacks.plan_figures import KeyFigures, key_figures
from callbacks.plan_money import payout_delta
from callbacks.plan_view import showing
from components.cards import Delta, key_number
from components.view import View
from queries import plan_findings as f
from queries import plans
from queries.plans import Opened

PATH = "/planning"
KEY_NUMBERS = ("sales_amount",)


def sentence(view: View) -> str:
    """What the plan asks for, beside last year, the version in force and where things lead."""
    shown = showing(view)
    if shown is None:
        return view.w("plan.finding_none", year=plans.year_of(view.slice_))
    numbers = view.numbers
    said = []
    for finding in f.plan_findings(shown.total, shown.members, has_scenario=shown.opened.scenario is not None):
        values = {name: _said(numbers, name, value) for name, value in finding.values.items()}
        if "member" in values:
            values["member"] = shown.name(shown.by, str(finding.values["member"]))
        values |= {
            "plan": plan_name(view, shown.opened),
            "base": _version_words(view, shown.opened.base_version.number),
        }
        said.append(view.w(f"plan.finding_{finding.name}", period=shown.period_words, **values))
    return view.w("finding.and").join(said)


def _said(numbers: Any, name: str, value: Any) -> Any:
    if name == "amount":
        return numbers.money(value)
    return numbers.share(value) if name == "share" else value


def plan_name(view: View, opened: Opened) -> str:
    """What the plan is called: the scenario's name, or the version's number."""
    version = opened.version
    if opened.scenario is None:
        return _version_words(view, version.number)
    return (version.name_zh if view.lang == "zh" else None) or version.name


def _version_words(view: View, number: int) -> str:
    return view.w("plan.version", number=number)


def words_of(_: View) -> list[Any]:
    """Nothing to add to the chips: the bar says which plan this is."""
    return []


def drawer(view: View, kind: str, name: str) -> list[Any]:
    """What opens beside the page."""
    return plan_panels.drawer(view, name if kind == "plan" else "")


def key_strip(view: View) -> html.Div:
    """Target, growth asked for, where it lands, what is assigned over the total, what it costs in commission."""
    shown = showing(view)
    if shown is None:
        return html.Div(
            [html.Div(html.Span(view.w("words.na"), className="value words"), className="kpi")], className="strip"
        )
    found, numbers, w = key_figures(shown), view.numbers, view.w
    base = _version_words(view, shown.opened.base_version.number)
    own = shown.opened.plan.planes[shown.at].level
    last_year = w("plan.last_year_amount", amount=numbers.money(found.last_year))
    cells = [
        (
            w("plan.kpi_target", period=shown.period_words),
            *numbers.money_parts(found.proposed),
            _change(view, found.change, found.in_force, base),
            "proposed",
        ),
        (
            w("plan.kpi_growth"),
            *_parts(view, found.growth, signed=True),
            _growth(view, found.growth - found.growth_before, last_year),
            "growth_asked",
        ),
        (w("plan.kpi_landing"), *_parts(view, found.landing_share), _short(view, found), "projected_landing"),
        (
            w("plan.kpi_over"),
            *_parts(view, found.over),
            Delta(0, None, "", w("plan.over_level", level=level_words(view, own))),
            "over_assignment",
        ),
        (
            w("plan.kpi_commission"),
            *numbers.money_parts(found.payout.amount),
            payout_delta(view, found.payout),
            "commission",
        ),
    ]
    return html.Div(
        [
            key_number(label, digits, unit, [delta], view=view, explain=topic, spark=None)
            for label, digits, unit, delta, topic in cells
        ],
        className="strip",
    )


def level_words(view: View, level: tuple[str, ...]) -> str:
    """A plane's level in words: reps, or regions × products."""
    if not level:
        return view.w("plan.level_company")
    return " × ".join(view.w(f"plan.level_{name}") for name in level)


def _parts(view: View, share: float, *, signed: bool = False) -> tuple[str, str]:
    if pd.isna(share):
        return view.w("words.na"), ""
    text = view.numbers.signed_share(share) if signed else view.numbers.share(share)
    return text.rstrip("%"), "%"


def _change(view: View, change: float, before: float, base: str) -> Delta:
    """A change of target is the viewer's: plum, neither ahead nor behind."""
    if pd.isna(change) or abs(change) < 0.005:
        return Delta(0, None, "", view.w("plan.as_in", base=base))
    share = f"{view.w('words.comma')}{view.numbers.signed_share(change / before)}" if before > 0 else ""
    return Delta(0, None, f"{view.numbers.signed_money(change)}{share}", view.w("plan.on_base", base=base), "yours")


def _growth(view: View, points: float, last_year: str) -> Delta:
    if pd.isna(points) or abs(points) < 0.0005:
        return Delta(0, None, "", last_year)
    return Delta(0, None, view.numbers.signed_points(points), f"· {last_year}", "yours")


def _short(view: View, found: KeyFigures) -> Delta:
    numbers, short = view.numbers, found.short
    said = view.w("plan.of", amount=numbers.money(found.landing), whole=numbers.money(found.proposed))
    return Delta((short > 0) - (short < 0), short > 0 if short else None, numbers.signed_money(short), said)
