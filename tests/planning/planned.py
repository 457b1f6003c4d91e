"""A small plan to adjust, and the people who do.

| per month      | company | East | West | e1 | e2 | w1 |
|----------------|---------|------|------|----|----|----|
| January        | 100     | 60   | 40   | 44 | 22 | 40 |
| February       | 200     | 120  | 80   | 88 | 44 | 80 |

The reps of East are assigned a tenth over their region; regions come to the company exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from planning.adjustments import Adjustment
from planning.curves import Curve
from planning.fiscal import year_end
from planning.ledger import Ledger
from planning.plan import Node, Plan
from planning.rights import Planner
from planning.rows import canonical
from planning.scenarios import Scenario, Scenarios

YEAR = 2026
#: Every day counts alike.
EVENLY = Curve(date(YEAR, 1, 1), np.ones(365))
BOSS = Planner("Mei Lan")
EAST = Planner("He", limits=(("region", frozenset({"East"})),))
NOBODY = Planner("Guest", may=frozenset())

REPS = {"e1": "East", "e2": "East", "w1": "West"}
COMPANY = {"": (100, 200)}
REGIONS = {"East": (60, 120), "West": (40, 80)}
BY_REP = {"e1": (44, 88), "e2": (22, 44), "w1": (40, 80)}


def row(amount: Any, month: int, *, until: int | None = None, **keys: str) -> dict[str, Any]:
    """A target of whole months of the year."""
    last = until or month
    ends_on = year_end(YEAR, last % 12 + 1) if last < 12 else date(YEAR, 12, 31)
    return {"starts_on": date(YEAR, month, 1), "ends_on": ends_on.replace(year=YEAR), "amount": amount, **keys}


def base_rows() -> list[dict[str, Any]]:
    """The targets in the table above."""
    rows = [row(amount, month) for month, amount in enumerate(COMPANY[""], 1)]
    rows += [row(amount, month, region=name) for name, own in REGIONS.items() for month, amount in enumerate(own, 1)]
    return rows + [
        row(amount, month, region=REPS[name], rep=name)
        for name, own in BY_REP.items()
        for month, amount in enumerate(own, 1)
    ]


def plan_of(rows: list[dict[str, Any]] | None = None, *, first_month: int = 1) -> Plan:
    """The plan of these rows, or of those in the table above."""
    return Plan.of(canonical(base_rows() if rows is None else rows), EVENLY, first_month)


def cells(plan: Plan, plane: str, by: str) -> Mapping[str | None, tuple[float, ...]]:
    """What the members of a dimension come to, month by month in currency units."""
    at = plan.index(plane)
    assert at is not None
    found: dict[str | None, tuple[float, ...]] = {}
    for key, amount in sorted(plan.sums(at, [*([by] if by else []), "month"]).items(), key=str):
        member = key[0] if by else ""
        found[member] = (*found.get(member, ()), amount / 10_000)
    return found


def state(plan: Plan) -> tuple[Mapping[str | None, tuple[float, ...]], ...]:
    """The company's, the regions' and the reps' months."""
    return cells(plan, "company", ""), cells(plan, "region", "region"), cells(plan, "rep", "rep")


def change(operation: Any, plane: str = "region", **parts: Any) -> Adjustment:
    """An adjustment: amounts, floors, caps and the share as whole numbers or text, members as one or several."""
    for name in ("amounts", "floors", "caps"):
        if name in parts:
            given = parts[name] if isinstance(parts[name], tuple) else (parts[name],)
            parts[name] = tuple(map(Decimal, given))
    if "share" in parts:
        parts["share"] = Decimal(parts["share"])
    if isinstance(parts.get("members"), str):
        parts["members"] = (parts["members"],)
    return Adjustment(operation, plane, **parts)


def in_month(month: int, **members: str) -> Node:
    """A part of the plan in one month."""
    return Node.of(date(YEAR, month, 1), date(YEAR, month, 28), **members)


def base_version(ledger: Ledger, rows: list[dict[str, Any]] | None = None) -> int:
    """A draft with rows, that scenarios begin from."""
    return ledger.draft(YEAR, base_rows() if rows is None else rows, name="Budget", by="Mei Lan")


def begun(ledger: Ledger, base_id: int | None = None, *, name: str = "What if") -> Scenario:
    """A scenario without adjustments."""
    return Scenarios(ledger).begin(base_version(ledger) if base_id is None else base_id, name=name, viewer=BOSS)


def replayed(ledger: Ledger, scenario: Scenario) -> Plan:
    """The present state of a scenario, as a page would work it out."""
    from planning.replay import replay

    rows = ledger.rows(scenario.base.version_id)
    return replay(Plan.of(rows, EVENLY), scenario.adjustments)


def adjust(ledger: Ledger, scenario: Scenario, *made: Adjustment, viewer: Planner = BOSS) -> Scenario:
    """The scenario with more adjustments."""
    after, _ = Scenarios(ledger).adjust(
        scenario.version_id,
        made,
        plan=replayed(ledger, scenario),
        viewer=viewer,
        expected_revision=scenario.revision,
    )
    return after
