"""Findings of the win/loss page: frames in, ranked statements out; no words.

Whoever looks at eight competitors finds one below by chance alone: what is called sure is so after Bonferroni's
correction for how many were looked at.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from queries.findings import NOTABLE_POINTS, Finding, differs
from queries.proportions import FEW, wilson
from queries.winloss import IMMATURE

#: Share of the deals lost to a competitor that one reason, or one stage, must hold to be called where it happens.
MAIN_CAUSE = 1 / 3


def changed_rate(row: Any, *, is_count: bool) -> Finding:
    """The win rate (`winloss.overall`) against last year's same to-date.

    Of counts a change is one that is no chance; of amounts, which have no such test, one of two points. A cohort that
    is still open in part has no comparison: last year's has had a year longer.
    """
    values = {"share": row.rate, "cases": row.cases}
    if row.open_share > IMMATURE:
        return Finding("rate.young", 1.0, {**values, "open": row.open_share})
    if pd.isna(row.last_year):
        return Finding("rate.alone", 1.0, values)
    change = row.rate - row.last_year
    if is_count:
        changed = differs(row.over, row.under, row.last_year * row.last_cases, row.last_cases)
    else:
        changed = abs(change) >= NOTABLE_POINTS
    if not changed:
        return Finding("rate.flat", 1.0, values)
    return Finding("rate.up" if change > 0 else "rate.down", 1.0, {**values, "change": abs(change)})


def surely_below(frame: pd.DataFrame, reference: float) -> pd.DataFrame:
    """The rows (won, cases) whose whole interval is below the reference, at 95 % for all of them together."""
    enough = frame[frame["cases"] >= FEW]
    level = 1 - 0.05 / max(len(enough), 1)
    below = [wilson(r.won, r.cases, level=level)[1] < reference for r in enough.itertuples()]
    return enough[pd.Series(below, index=enough.index, dtype=bool)]


def feared_rival(rivals: pd.DataFrame, reference: float) -> Finding | None:
    """Of the competitors (`rivals.rivals`, without nobody and unknown) we surely win less against, the costliest."""
    below = surely_below(rivals, reference)
    if below.empty:
        return None
    worst = below.sort_values(["lost_to_amount", "lost"], ascending=False, kind="stable").iloc[0]
    return Finding("rival", 0.9, {"member": worst["member"], "share": worst["rate"]})


def main_cause(flow: pd.DataFrame, rival: str) -> dict[str, str]:
    """The reason (`close_reason`) and the stage that most deals lost to a competitor share; each only if a third do.

    `flow` is what `losses.loss_flow` answers.
    """
    lost = flow[flow["winner"] == rival]
    total, found = lost["lost_count"].sum(), {}
    for name in ("close_reason", "stage"):
        known = lost[lost[name] != "unassigned"].groupby(name)["lost_count"].sum()
        if len(known) and total >= FEW and known.max() >= MAIN_CAUSE * total:
            found[name] = str(known.idxmax())
    return found


def weak_member(rates: pd.DataFrame, reference: float) -> Finding | None:
    """Of the members (`winloss.rates_by`, by count) we surely win less in, the one with most cases."""
    named = rates[rates["member"] != "unassigned"].assign(won=lambda t: t["over"])
    below = surely_below(named, reference) if len(named) > 1 else named.head(0)
    if below.empty:
        return None
    worst = below.sort_values("cases", ascending=False, kind="stable").iloc[0]
    return Finding("member", 0.7, {"member": worst["member"], "share": worst["rate"]})


def rising(presence: pd.DataFrame) -> set[str]:
    """The competitors (`rivals.presence`) met surely more often in the later half of the quarters than in the earlier.

    By counts, corrected for how many competitors were looked at.
    """
    quarters = sorted(set(presence["quarter"]))
    later = set(quarters[len(quarters) // 2 :])
    found = set()
    for member, own in presence.groupby("member", sort=False):
        halves = [own[own["quarter"].isin(later) == is_later] for is_later in (False, True)]
        (before, cases_before), (now, cases) = ((half["deals"].sum(), half["cases"].sum()) for half in halves)
        if not min(cases, cases_before) > 0:
            continue
        level = 1 - 0.05 / presence["member"].nunique()
        risen = wilson(now, cases, level=level)[0] > before / cases_before
        if risen and differs(now, cases, before, cases_before):
            found.add(str(member))
    return found
