"""The rows of the comparison's first card: what each plan is, and its key numbers beside the first plan's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import html

from callbacks.compare_view import Comparison, Side
from callbacks.plan_figures import KeyFigures
from callbacks.plan_money import chosen, scheme_name
from callbacks.planning import level_words
from components.links import address
from components.trail_words import who_words
from planning.plan import Plan
from planning.replay import SCALE
from queries import compare as q
from queries import plans

Row = tuple[str, list[Any]]


def numbers_of(found: Comparison) -> list[Row]:
    """A label and a cell a plan: targets and what they come to first, then what the plans are."""
    w, numbers, view = found.view.w, found.view.numbers, found.view
    level = next(side.shown.opened.plan.planes[side.shown.at].level for side in found.sides if side.shown is not None)
    scheme = scheme_name(view, chosen(view))
    money: Callable[[float], str] = numbers.money
    return [
        (w("compare.row_target"), _row(found, lambda own: money(own.proposed))),
        (w("compare.row_difference"), [_difference(found, side) for side in found.sides]),
        (w("compare.row_change"), [_on_force(found, side) for side in found.sides]),
        (w("compare.row_growth"), _row(found, lambda own: _share(found, own.growth, signed=True))),
        (w("compare.row_landing"), _row(found, lambda own: _share(found, own.landing_share))),
        (w("compare.row_over", level=level_words(view, level)), _row(found, lambda own: _share(found, own.over))),
        (w("compare.row_commission", scheme=scheme), _row(found, lambda own: _paid(found, own))),
        (w("compare.row_cells"), [_cells(found, side) for side in found.sides]),
        (w("compare.row_state"), [w(f"attainment.state_{side.opened.version.state}") for side in found.sides]),
        (w("compare.row_base"), [_base(found, side) for side in found.sides]),
        (w("compare.row_changed"), [_changed(found, side) for side in found.sides]),
        (w("compare.row_open"), [_link(found, side) for side in found.sides]),
    ]


def _row(found: Comparison, said: Callable[[KeyFigures], str]) -> list[Any]:
    """A cell a plan; a plan without the level has nothing to say."""
    na = found.view.w("words.na")
    return [na if side.figures is None else said(side.figures) for side in found.sides]


def _share(found: Comparison, share: float, *, signed: bool = False) -> str:
    if pd.isna(share):
        return found.view.w("words.na")
    return found.view.numbers.signed_share(share) if signed else found.view.numbers.share(share)


def _paid(found: Comparison, own: KeyFigures) -> str:
    return found.view.w("words.na") if pd.isna(own.payout.amount) else found.view.numbers.money(own.payout.amount)


def _difference(found: Comparison, side: Side) -> Any:
    """How far a plan's target is from the first's, in plum."""
    if side.place == 0:
        return "–"
    return _plum(found, found.totals[side.place] - found.totals[0])


def _on_force(found: Comparison, side: Side) -> Any:
    """How far a plan's target is from that of the version in force."""
    force = plans.in_force(found.view.slice_)
    if force is None or side.figures is None or side.shown is None:
        return found.view.w("words.na")
    if force.version.version_id == side.opened.version.version_id:
        return found.view.w("compare.in_force")
    at = _same_plane(force.plan, side.opened.plan, side.shown.at)
    if at is None:
        return found.view.w("words.na")
    return _plum(found, side.figures.proposed - force.plan.total(at, found.node) / SCALE)


def _same_plane(plan: Plan, other: Plan, at: int) -> int | None:
    return plan.index(other.planes[at].name)


def _plum(found: Comparison, amount: float) -> Any:
    if pd.isna(amount):
        return found.view.w("words.na")
    if abs(amount) < 0.005:
        return "0"
    return html.B(found.view.numbers.signed_money(amount), className="yours")


def _cells(found: Comparison, side: Side) -> str:
    if side.place == 0:
        return "–"
    if side.shown is None or found.first.shown is None:
        return found.view.w("words.na")
    differ, of = found.cells(side)
    return found.view.w("compare.cells_of", n=found.view.numbers.count(differ), all=found.view.numbers.count(of))


def _base(found: Comparison, side: Side) -> str:
    scenario, w = side.opened.scenario, found.view.w
    if scenario is None:
        return w("compare.itself")
    done = w("plan.count_changes", count=len(scenario.done), n=found.view.numbers.count(len(scenario.done)))
    return f"{w('plan.version', number=scenario.base.number)}{w('words.comma')}{done}"


def _changed(found: Comparison, side: Side) -> str:
    version = side.opened.version
    at = version.changed_at.astimezone()
    when = f"{found.view.numbers.day(at.date())} {at:%H:%M}"
    return found.view.w("compare.changed_by", who=who_words(found.view, version.changed_by), when=when)


def _link(found: Comparison, side: Side) -> html.A:
    """Into the planning page with that plan."""
    slice_ = q.with_ids(found.view.slice_, []).with_option("plan", side.id)
    label = found.view.w("compare.open", name=side.name)
    marks = {"title": label, "aria-label": label, "data-page": ""}
    return html.A(found.view.w("compare.open_word"), href=address("/planning", slice_), **marks)
