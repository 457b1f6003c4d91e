"""What the comparison shows: each plan at one level, in the order of the address; the first is what others stand by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from callbacks.plan_figures import KeyFigures, key_figures
from callbacks.plan_view import Showing, showing
from callbacks.planning import plan_name
from components.format import Unit
from components.view import View
from components.wording import period_words
from planning.plan import Node
from queries import compare as q
from queries import planning
from queries.compare import Compared, Placed
from queries.plan_sales import whole_period
from queries.plans import Opened
from queries.scope import EVERYTHING
from queries.slices import Slice


@dataclass(frozen=True, eq=False)
class Side:
    """One plan of the comparison: its place from 0, what it is called, and what of it is in sight, if it has that."""

    place: int
    name: str
    opened: Opened
    shown: Showing | None

    @property
    def id(self) -> str:
        """How an address names it."""
        return str(self.opened.version.version_id)

    @property
    def number(self) -> str:
        """The place as people count."""
        return str(self.place + 1)

    @property
    def placed(self) -> Placed:
        """The plan and its plane."""
        return Placed(self.opened.plan, None if self.shown is None else self.shown.at)

    @cached_property
    def figures(self) -> KeyFigures | None:
        """Its key numbers; None where it has no such level."""
        return None if self.shown is None else key_figures(self.shown)


@dataclass(frozen=True, eq=False)
class Comparison:
    """The plans that a view compares, at one level of one node."""

    view: View
    found: Compared
    sides: tuple[Side, ...]
    by: str

    @property
    def first(self) -> Side:
        """The one that the others are held against."""
        return self.sides[0]

    @property
    def others(self) -> tuple[Side, ...]:
        """All but the first."""
        return self.sides[1:]

    @cached_property
    def node(self) -> Node:
        """What of the plans is in sight."""
        return planning.node_of(self.view.slice_, self.view.scope)

    @cached_property
    def members(self) -> pd.DataFrame:
        """`queries.compare.members_compared` of the level."""
        return q.members_compared([side.placed for side in self.sides], self.by, self.node)

    @cached_property
    def totals(self) -> list[float]:
        """What each plan comes to; NaN without the level."""
        return [float("nan") if side.figures is None else side.figures.proposed for side in self.sides]

    def cells(self, side: Side) -> tuple[int, int]:
        """How many cells in sight differ from the first plan's, of how many."""
        return q.cells_that_differ(self.first.placed, side.placed, self.node)

    @property
    def elsewhere(self) -> int:
        """How many cells differ beyond what is in sight, in all that the viewer may see."""
        own = planning.node_of(Slice(period=self.view.slice_.period, as_of=self.view.slice_.as_of), self.view.scope)
        whole = replace(own, starts_on=None, ends_on=None) if self.view.scope != EVERYTHING else Node()
        return sum(
            q.cells_that_differ(self.first.placed, side.placed, whole)[0] - self.cells(side)[0] for side in self.others
        )

    @property
    def period_words(self) -> str:
        """The period that is compared."""
        return period_words(whole_period(self.view.slice_), self.view)

    @cached_property
    def unit(self) -> Unit:
        """The unit of members' amounts."""
        shown = next(side.shown for side in self.sides if side.shown is not None)
        return shown.unit

    def name(self, key: str) -> str:
        """A member in the language."""
        shown = next(side.shown for side in self.sides if side.shown is not None)
        return shown.name(self.by, key)

    @property
    def level_words(self) -> str:
        """The dimension in the language."""
        shown = next(side.shown for side in self.sides if side.shown is not None)
        return shown.level_words(self.by)


def comparison(view: View) -> Comparison:
    """The plans that the view's slice names; `by` is empty where none has targets for what is in sight."""
    found = q.compared(view.slice_, scope=view.scope)
    names = _names(view, found.plans)
    views = [_of_plan(view, opened) for opened in found.plans]
    leading = next((own for own in map(showing, views) if own is not None), None)
    by = "" if leading is None else _level(leading)
    sides = [
        Side(place, name, opened, None if leading is None else _alike(own, opened, leading, by))
        for place, (name, opened, own) in enumerate(zip(names, found.plans, views, strict=True))
    ]
    return Comparison(view, found, tuple(sides), by)


def _of_plan(view: View, opened: Opened) -> View:
    """The view as the planning page would have it of one plan."""
    return replace(view, slice_=view.slice_.with_option("plan", str(opened.version.version_id)))


def _level(leading: Showing) -> str:
    """The first level below that has more than one member, else the last one."""
    plan = leading.opened.plan
    return next((by for by in leading.ways if len(plan.sums(leading.at, [by], leading.node)) > 1), leading.ways[-1])


def _alike(view: View, opened: Opened, leading: Showing, by: str) -> Showing | None:
    """A plan shown as the leading one is: on the plane of that name, or else on one that answers the same."""
    at = opened.plan.index(leading.plane)
    if at is None:
        at = opened.plan.answering({*leading.node.keys, by} - {"office"})
    return None if at is None else Showing(view, opened, leading.node, at, [by])


def _names(view: View, found: tuple[Opened, ...]) -> list[str]:
    """What the plans are called; those of one name with their numbers."""
    names = [plan_name(view, opened) for opened in found]
    often = Counter(names)
    return [
        name if often[name] == 1 else view.w("compare.numbered", name=name, number=opened.version.number)
        for name, opened in zip(names, found, strict=True)
    ]
