"""What the planning page shows of a plan: which part, at which level, as rows that grid, numbers and charts share."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from components.format import Unit
from components.view import View
from components.wording import dimension_words, member_words, period_words
from planning.plan import Node
from planning.replay import SCALE
from queries import planning as q
from queries import plans
from queries.attainment import labels, working_days
from queries.engine import current
from queries.periods import Period, months_later
from queries.plan_sales import whole_period
from queries.plans import Opened
from queries.slices import UNASSIGNED, Slice

#: Stands between the members that are unfolded, in the address.
BETWEEN = "|"
#: Said where all members are folded.
NONE = "-"
#: More parts than this are not shown before somebody asks for them: the other members would be out of sight.
MOST_UNFOLDED = 9
TOTAL = "[]"


@dataclass(frozen=True, eq=False)
class Showing:
    """A plan as one view looks at it: the node in sight, the plane that answers, the levels below."""

    view: View
    opened: Opened
    node: Node
    at: int
    ways: list[str]

    @property
    def slice_(self) -> Slice:
        """The slice."""
        return self.view.slice_

    @property
    def plane(self) -> str:
        """The name of the plane that answers."""
        return self.opened.plan.planes[self.at].name

    @property
    def by(self) -> str:
        """The dimension of the first level."""
        return self.ways[0]

    @cached_property
    def period(self) -> Period:
        """The period that is planned, to its end."""
        return whole_period(self.slice_)

    @property
    def period_words(self) -> str:
        """It in words."""
        return period_words(self.period, self.view)

    @cached_property
    def members(self) -> pd.DataFrame:
        """The rows of the first level (`queries.planning.plan_rows`)."""
        return self.below(self.by, self.node, self.slice_)

    def below(self, by: str, node: Node, slice_: Slice) -> pd.DataFrame:
        """The rows of a level within a node; not to be changed, for the other parts of the page read the same."""
        scope = self.view.scope
        key = ("rows", current().version, self.opened.key, slice_.asked(), scope, self.at, by, node)
        return plans.desk().once(
            key, lambda: q.plan_rows(self.opened, slice_, scope=scope, at=self.at, by=by, node=node)
        )

    @cached_property
    def total(self) -> dict[str, float]:
        """What all members come to: proposed, in_force, actual, last_year, landing, open_amount."""
        names = ("actual", "last_year", "landing", "open_amount")
        sums = {name: float(self.members[name].sum(min_count=1)) for name in names}
        base_at = self.opened.base.index(self.plane)
        before = float("nan") if base_at is None else self.opened.base.total(base_at, self.node) / SCALE
        return {"proposed": self.opened.plan.total(self.at, self.node) / SCALE, "in_force": before, **sums}

    @cached_property
    def unit(self) -> Unit:
        """The unit of the grid: thousands, or units where there are no thousands."""
        scale = 1000 if abs(self.total["proposed"]) >= 100_000 else 1
        label = self.view.w("unit.thousand" if scale > 1 else "unit.plain", symbol=self.view.numbers.symbol)
        return Unit(scale, label, 0)

    def name(self, by: str, key: str) -> str:
        """A member in the language; of one that the last load has not got, the key, and that it is gone."""
        if by == "month":
            return self.view.numbers.month(date.fromisoformat(key), with_year=True)
        if by == "quarter":
            first = date.fromisoformat(key)
            last = date.fromordinal(months_later(first, 3).toordinal() - 1)
            return period_words(Period("quarter", first, last, last), self.view)
        known = labels(by)
        if known and key not in known and key != UNASSIGNED:
            return self.view.w("plan.gone_member", member=key)
        return member_words(self.view, key, known)

    def level_words(self, by: str) -> str:
        """A dimension in the language."""
        return self.view.w(f"plan.by_{by}") if by in q.TIMES else dimension_words(by, self.view)

    @property
    def ways_words(self) -> str:
        """The levels in sight, from the first: "Region, rep"."""
        return _begun(self.view.w("words.comma").join(self.level_words(by).lower() for by in self.ways))

    @property
    def days_left(self) -> int:
        """Working days of the period that are still to come."""
        return working_days(self.slice_, self.period)[1]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def showing(view: View) -> Showing | None:
    """The plan that the view looks at; None where there is none, or none at the level asked for."""
    opened = plans.opened(view.slice_, scope=view.scope)
    if opened is None:
        return None
    node = q.node_of(view.slice_, view.scope)
    found = q.levels_of(opened.plan, view.slice_, node)
    return None if found is None else Showing(view, opened, node, *found)


def unfolded(shown: Showing) -> list[str]:
    """The members whose parts are shown below them: as the slice says, else the first one, if its parts are few."""
    said = shown.slice_.option("unfold")
    if said:
        return [key for key in said.split(BETWEEN) if key != NONE]
    first = [str(key) for key in shown.members["key"].head(1)]
    if len(shown.ways) < 2 or not first:
        return []
    node, _ = inside(shown, [(shown.by, first[0])])
    below = shown.opened.plan.sums(shown.at, [shown.ways[1]], node)
    return first if len(below) <= MOST_UNFOLDED else []


def toggled(shown: Showing, key: str) -> Slice:
    """The slice with one member unfolded, or folded again."""
    now = unfolded(shown)
    after = [one for one in now if one != key] if key in now else [*now, key]
    return shown.slice_.with_option("unfold", BETWEEN.join(after) or NONE)


def row_id(*steps: tuple[str, str]) -> str:
    """What a row of the grid is called: the way to it."""
    return json.dumps([list(step) for step in steps], ensure_ascii=False)


def steps_of(row: Any) -> list[tuple[str, str]]:
    """The way to a row from its id; raises ValueError for what is none."""
    try:
        steps = [(str(by), str(key)) for by, key in json.loads(row)]
    except (TypeError, ValueError) as wrong:
        raise ValueError(f"{row!r} is no row of a plan") from wrong
    return steps


def inside(showing_: Showing, steps: list[tuple[str, str]]) -> tuple[Node, Slice]:
    """The node and the slice within some steps of the grid."""
    node, slice_ = showing_.node, showing_.slice_
    for by, key in steps:
        if by in q.TIMES:
            first = date.fromisoformat(key)
            last = date.fromordinal(months_later(first, 1 if by == "month" else 3).toordinal() - 1)
            node = replace(node, starts_on=max(first, node.starts_on or first), ends_on=min(last, node.ends_on or last))
            slice_ = replace(slice_, period=f"{first}..{last}")
        else:
            node = node.within(by, None if key == "unassigned" else key)
            slice_ = slice_.with_filter(by, [key])
    return node, slice_
