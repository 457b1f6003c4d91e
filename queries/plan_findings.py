"""What is worth saying of a plan: frames in, ranked findings out; words are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planning.plan import Node, Plan
from queries.findings import Finding

#: Differences below this share of a plan are none worth a sentence.
NOTABLE = 0.005


def plan_findings(total: Mapping[str, float], members: pd.DataFrame, *, has_scenario: bool) -> list[Finding]:
    """What the plan asks for, and where that leads: two findings at most; `unchanged` for a scenario without a change.

    `total` has proposed, in_force, last_year, landing; `members` are rows of `queries.planning.plan_rows`.
    """
    proposed, in_force = total["proposed"], total["in_force"]
    found = [_asked(proposed, in_force, total["last_year"], has_scenario)]
    if not proposed > 0:
        return found
    unreachable = members[members["is_out_of_reach"] & members["proposed"].notna()]
    ahead = total["landing"] / proposed - 1
    if abs(ahead) >= NOTABLE:
        name = "lands_ahead" if ahead > 0 else "lands_short"
        found.append(Finding(name, abs(ahead), {"amount": abs(total["landing"] - proposed)}))
    elif len(unreachable):
        worst = unreachable.sort_values("landing_share").iloc[0]
        found.append(
            Finding("out_of_reach", float(len(unreachable)), {"member": worst["key"], "count": len(unreachable)})
        )
    else:
        found.append(Finding("lands_on", 0.0, {}))
    return found


def _asked(proposed: float, in_force: float, last_year: float, has_scenario: bool) -> Finding:
    growth = proposed / last_year - 1 if last_year > 0 else float("nan")
    change = proposed - in_force
    if has_scenario and pd.notna(change) and abs(change) >= NOTABLE * max(abs(in_force), 1):
        return Finding("more" if change > 0 else "less", abs(change), {"amount": abs(change)})
    if has_scenario and pd.notna(change) and abs(change) < 0.005:
        return Finding("same_total", 0.0, {})
    if pd.isna(growth):
        return Finding("asks", proposed, {"amount": proposed})
    return Finding("asks_growth" if growth >= 0 else "asks_shrink", abs(growth), {"share": abs(growth)})


def over_assigned(plan: Plan, at: int, node: Node) -> float:
    """What a plane sets over the plan of the highest level that knows the node, as a share; 0 for that one itself.

    NaN where there is nothing to compare with.
    """
    top = plan.answering(node.keys)
    if top is None:
        return float("nan")
    whole = plan.total(top, node)
    return plan.total(at, node) / whole - 1 if whole > 0 else float("nan")
