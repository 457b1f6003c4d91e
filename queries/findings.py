"""Findings: small rules that turn the frames of a page into ranked statements. Frames in, findings out; no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import pandas as pd

#: A difference of shares has to be this many standard errors before it is called one.
SIGNIFICANT = 2.0
#: ... and this large, or nobody would act on it.
NOTABLE_POINTS = 0.02
NOTABLE_CHANGE = 0.05
NOTABLE_LATE = 0.15
NOTABLE_SHORT = 0.10
NOTABLE_PACE = 0.02


@dataclass(frozen=True)
class Finding:
    """One statement: its name (the words are looked up by it), how much it matters (0 to 1), its values."""

    name: str
    weight: float
    values: Mapping[str, Any] = field(default_factory=dict)


def ranked(findings: Iterable[Finding | None], *, most: int = 2) -> list[Finding]:
    """The weightiest findings first; one of each kind (the part of the name before the dot)."""
    best: dict[str, Finding] = {}
    for finding in sorted((f for f in findings if f is not None), key=lambda f: -f.weight):
        best.setdefault(finding.name.partition(".")[0], finding)
    return list(best.values())[:most]


def differs(won: float, cases: float, won_before: float, cases_before: float) -> bool:
    """Whether two shares differ by more than chance (two-proportion z test with pooled variance) and by enough."""
    if min(cases, cases_before) < 10:
        return False
    share, before = won / cases, won_before / cases_before
    pooled = (won + won_before) / (cases + cases_before)
    error = sqrt(pooled * (1 - pooled) * (1 / cases + 1 / cases_before))
    return error > 0 and abs(share - before) >= NOTABLE_POINTS and abs(share - before) / error >= SIGNIFICANT


def changed_step(rates: pd.DataFrame) -> Finding | None:
    """The stage whose success rate moved most against last year's same to-date, if any moved for certain.

    `rates` is what `funnel.step_rates` answers.
    """
    best: Finding | None = None
    for row in rates.itertuples():
        if not differs(row.advances, row.exits, row.advances_before, row.exits_before):
            continue
        share = row.advances / row.exits
        change = share - row.advances_before / row.exits_before
        name = "step.weaker" if change < 0 else "step.stronger"
        weight = min(1.0, 0.5 + 4 * abs(change)) * (1.0 if change < 0 else 0.7)
        finding = Finding(name, weight, {"from": row.stage, "share": share, "change": change})
        best = finding if best is None or finding.weight > best.weight else best
    return best


def changed_win_rate(numbers: pd.DataFrame, decided_last_year: float) -> Finding | None:
    """The win rate against last year's same to-date."""
    row = numbers.set_index("measure").loc["win_rate"]
    if pd.isna(row["value"]) or pd.isna(row["last_year"]):
        return None
    if not differs(row["over"], row["under"], row["last_year"] * decided_last_year, decided_last_year):
        return None
    change = row["value"] - row["last_year"]
    name = "win_rate.down" if change < 0 else "win_rate.up"
    return Finding(name, min(1.0, 0.45 + 4 * abs(change)), {"share": row["value"], "change": change})


def changed_amount(numbers: pd.DataFrame, measure: str, kind: str) -> Finding | None:
    """A money measure against last year's same to-date, as a share."""
    row = numbers.set_index("measure").loc[measure]
    if pd.isna(row["value"]) or pd.isna(row["last_year"]) or row["last_year"] <= 0:
        return None
    change = row["value"] / row["last_year"] - 1
    if abs(change) < NOTABLE_CHANGE:
        return Finding(f"{kind}.flat", 0.35, {"amount": row["value"], "change": change})
    name = f"{kind}.down" if change < 0 else f"{kind}.up"
    return Finding(name, min(0.95, 0.4 + abs(change)), {"amount": row["value"], "change": change})


def late_stock(stock: pd.DataFrame) -> Finding | None:
    """How much of the open pipeline is critically late, and where most of it stands."""
    total, late = stock["open_amount"].sum(), stock["critical_amount"].sum()
    if total <= 0 or late / total < NOTABLE_LATE:
        return None
    worst = stock.loc[stock["critical_amount"].idxmax()]
    return Finding(
        "late", min(0.9, 0.3 + late / total), {"amount": late, "share": late / total, "stage": worst["stage"]}
    )


def short_month(hint: pd.DataFrame) -> Finding | None:
    """The month that falls shortest of a usual one although only deals that are open today can still land in it.

    Later months are short as a matter of course: most of their deals have yet to be created.
    """
    decided = hint[hint["is_too_late"].astype(bool) & (hint["shortfall"] > NOTABLE_SHORT * hint["average"])]
    if decided.empty:
        return None
    worst = decided.loc[decided["shortfall"].astype(float).idxmax()]
    weight = min(0.85, 0.35 + worst["shortfall"] / worst["average"] / 2)
    return Finding("short", weight, {"month": worst["month"], "amount": worst["shortfall"]})


def pace(row: Any, *, is_over: bool) -> Finding:
    """How the view (`attainment`'s row) stands against what was due or, once the period is over, its target."""
    if pd.isna(row.target) or row.target <= 0:
        return Finding("target.none", 0.5, {"amount": row.actual})
    amount = -row.gap if is_over else row.variance
    base = row.target if is_over else row.on_track
    if is_over:
        return Finding("target.met" if amount >= 0 else "target.missed", 1.0, {"amount": abs(amount)})
    if base <= 0 or abs(amount) < NOTABLE_PACE * base:
        return Finding("target.on_pace", 0.5, {"amount": row.actual, "target": row.on_track})
    return Finding("target.ahead" if amount > 0 else "target.behind", 1.0, {"amount": abs(amount)})


def members_behind(frame: pd.DataFrame, dimension: str) -> Finding | None:
    """The members (`attainment_by`) that are notably behind what was due of them, and the one that is most."""
    due = frame["on_track"] > 0
    behind = frame[due & (frame["variance"] < -NOTABLE_PACE * frame["on_track"].where(due, 0))]
    if behind.empty or len(frame) < 2:
        return None
    worst = behind.loc[behind["variance"].idxmin()]
    values = {"amount": -behind["variance"].sum(), "count": len(behind), "member": worst[dimension]}
    return Finding("members.behind", 0.8, values)


def weakest_member(frame: pd.DataFrame, dimension: str, value: str, before: str) -> Finding | None:
    """The member that lost most against last year in money, where it lost at all notably."""
    known = frame[(frame[before] > 0) & (frame[dimension] != "unassigned")]
    if len(known) < 2:
        return None
    change = known[value] - known[before]
    worst = known.loc[change.idxmin()]
    loss = worst[value] - worst[before]
    if loss >= 0 or -loss < NOTABLE_CHANGE * worst[before]:
        return None
    weight = min(0.9, 0.4 - loss / max(known[before].sum(), 1) * 3)
    return Finding(
        "member.behind", weight, {"member": worst[dimension], "amount": loss, "change": loss / worst[before]}
    )


def coaching(stages: pd.DataFrame) -> Finding | None:
    """The stage in which a rep is surely and notably below the peers' median, the furthest of several.

    `stages` is what `peers.stages_against_peers` answers. Sure is what the whole interval says, from ten cases on.
    """
    surely = (stages["exits"] >= 10) & (stages["high"] < stages["peer_rate"]) & (stages["gap"] >= NOTABLE_POINTS)
    weak = stages[surely]
    if weak.empty:
        return None
    worst = weak.loc[weak["gap"].astype(float).idxmax()]
    values = {"stage": worst["stage"], "share": worst["rate"], "peers": worst["peer_rate"], "amount": worst["worth"]}
    return Finding("coaching", min(1.0, 0.5 + 2 * worst["gap"]), values)
