"""Comparison questions: where plans of a year differ, member by member, cell by cell, change by change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from planning.adjustments import Entry
from planning.ledger import Version
from planning.plan import Node, Plan
from planning.replay import SCALE
from planning.scenarios import Scenario
from queries import plans
from queries.findings import Finding
from queries.plans import Opened
from queries.scope import Scope
from queries.slices import UNASSIGNED, Slice

#: So many plans stand side by side.
MOST = 4
#: Between ids in an address.
BETWEEN = "."
#: A member that makes up this share of a difference is named in the sentence.
MOSTLY = 0.5
#: Amounts nearer than half a cent are the same.
_SAME = 0.005


@dataclass(frozen=True)
class Compared:
    """The plans that an address names, in its order, and what of it there is not.

    `unknown` are ids that no plan has, `elsewhere` versions of other fiscal years than the one looked at.
    """

    plans: tuple[Opened, ...]
    unknown: tuple[str, ...] = ()
    elsewhere: tuple[Version, ...] = ()


class Placed(NamedTuple):
    """A plan, and the place of its plane that is compared; None where it has no such level."""

    plan: Plan
    at: int | None


class Changes(NamedTuple):
    """What one list of adjustments has and the other has not, each in its order."""

    only_first: tuple[Entry, ...]
    only_other: tuple[Entry, ...]
    is_reordered: bool


def ids_of(slice_: Slice) -> list[str]:
    """The ids that the address names, each once."""
    return [one for one in dict.fromkeys(slice_.option("compare").split(BETWEEN)) if one]


def with_ids(slice_: Slice, ids: Sequence[str]) -> Slice:
    """The slice that compares these plans."""
    return slice_.with_option("compare", BETWEEN.join(ids) or None)


def compared(slice_: Slice, *, scope: Scope) -> Compared:
    """The plans that the slice names, as they are now and as far as the viewer sees them."""
    year = plans.year_of(slice_)
    found = [(one, plans.named(int(one), scope=scope)) for one in ids_of(slice_)]
    return Compared(
        tuple(own for _, own in found if own is not None and own.version.fiscal_year == year),
        tuple(one for one, own in found if own is None),
        tuple(own.version for _, own in found if own is not None and own.version.fiscal_year != year),
    )


def choices(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per plan or version of the fiscal year that has something to show, the last changed first: version_id,
    number, name, name_zh, state, is_scenario.
    """
    columns = ["version_id", "number", "name", "name_zh", "state", "is_scenario"]
    found, year = plans.scenarios(), plans.year_of(slice_)
    if found is None:
        return pd.DataFrame(columns=columns)
    listed, versions = found.listed(), found.ledger.versions()
    own = versions[versions["fiscal_year"] == year]
    own = own.assign(is_scenario=own["version_id"].isin(listed["version_id"].tolist() if len(listed) else []))
    own = own[own["is_scenario"] | own["has_rows"]]
    if scope.limits:  # what is worked on is seen once it has been handed down
        own = own[[plans.named(int(one), scope=scope) is not None for one in own["version_id"]]]
    return own.sort_values(["changed_at", "version_id"], ascending=False, ignore_index=True)[columns]


def members_compared(placed: Sequence[Placed], by: str, node: Node) -> pd.DataFrame:
    """One row per member with a target in one of the plans: key, target_0, target_1 ..., difference_1 ... against the
    first plan, and `largest`, the largest of these without its sign; the largest first.

    A plan without that member has NaN there and counts as 0 in the difference; one without the level has NaN in both.
    """
    sums = [{} if one.at is None else one.plan.sums(one.at, [by], node) for one in placed]
    keys = list(dict.fromkeys(key for own in sums for (key,) in own))
    frame = pd.DataFrame({"key": [UNASSIGNED if key is None else key for key in keys]})
    for place, own in enumerate(sums):
        frame[f"target_{place}"] = [np.nan if (key,) not in own else own[(key,)] / SCALE for key in keys]
    for place, one in enumerate(placed[1:], 1):
        known = one.at is not None and placed[0].at is not None
        more = frame[f"target_{place}"].fillna(0) - frame["target_0"].fillna(0)
        frame[f"difference_{place}"] = more if known else np.nan
    differences = [f"difference_{place}" for place in range(1, len(placed))]
    frame["largest"] = frame[differences].abs().max(axis=1).fillna(0.0) if differences else 0.0
    order = frame.sort_values(["largest", "target_0"], ascending=False, kind="stable", ignore_index=True)
    return order if len(frame) else frame


def cells_that_differ(first: Placed, other: Placed, node: Node) -> tuple[int, int]:
    """How many monthly cells of the compared plane two plans set differently within a node, of how many."""
    if first.at is None or other.at is None:
        return 0, 0
    one, two = first.plan.planes[first.at], other.plan.planes[other.at]
    if one is two:  # plans from one base share all but their amounts
        mask = one.mask(node)
        return int((first.plan.amounts[first.at] != other.plan.amounts[other.at])[mask].sum()), int(mask.sum())
    mine, theirs = (
        own.plan.sums(at, [*one.level, "month"], node) for own, at in ((first, first.at), (other, other.at))
    )
    cells = mine.keys() | theirs.keys()
    return sum(mine.get(cell) != theirs.get(cell) for cell in cells), len(cells)


def changes_between(first: Scenario | None, other: Scenario | None) -> Changes:
    """The adjustments that two plans do not share; a version has none. Equal ones pair up, whoever made them."""
    mine, theirs = (() if one is None else one.done for one in (first, other))
    only_first, only_other = _without(mine, theirs), _without(theirs, mine)
    shared = [_said(one) for one in mine if one not in only_first]
    return Changes(only_first, only_other, shared != [_said(one) for one in theirs if one not in only_other])


def _without(entries: Sequence[Entry], others: Sequence[Entry]) -> tuple[Entry, ...]:
    """Those that have no equal among the others, as often as they are there more often."""
    left, found = Counter(map(_said, others)), []
    for entry in entries:
        if left[_said(entry)]:
            left[_said(entry)] -= 1
        else:
            found.append(entry)
    return tuple(found)


def _said(entry: Entry) -> tuple[str, str]:
    return entry.adjustment.operation, entry.adjustment.to_json()


def compare_finding(totals: Sequence[float], members: pd.DataFrame, *, elsewhere: int) -> Finding:
    """What tells the plans apart: that one of them whose total is furthest from the first's, and where most of it lies.

    `totals` are NaN for plans without the level; `elsewhere` is how many cells differ beyond what is in sight. Named
    `few` for less than two plans, `no_level`, `same`, `same_here`, `same_total` (values: plan, amount, member), and
    `more` or `less` (plan, amount, and `member` where most of it lies in one).
    """
    if len(totals) < 2:
        return Finding("few", 0.0, {"count": len(totals)})
    known = [place for place, total in enumerate(totals) if place and pd.notna(total)]
    if pd.isna(totals[0]) or not known:
        return Finding("no_level", 0.0, {})
    if not (members["largest"] >= _SAME).any():
        return Finding("same_here" if elsewhere else "same", 0.0, {"count": len(totals), "cells": elsewhere})
    furthest = max(known, key=lambda place: abs(totals[place] - totals[0]))
    more = totals[furthest] - totals[0]
    if abs(more) < _SAME:
        furthest = max(known, key=lambda place: float(members[f"difference_{place}"].abs().sum()))
        own = members[f"difference_{furthest}"].fillna(0.0)
        amount, at = float(own.abs().sum()) / 2, int(own.abs().to_numpy().argmax())
        way = "to" if own[at] > 0 else "from"
        return Finding(
            "same_total", amount, {"plan": furthest, "amount": amount, "member": members["key"][at], "way": way}
        )
    own = members[f"difference_{furthest}"].fillna(0.0) * (1 if more > 0 else -1)
    at = int(own.to_numpy().argmax())
    values = {"plan": furthest, "amount": abs(more)}
    if len(members) > 1 and own[at] >= MOSTLY * abs(more):
        values |= {"member": members["key"][at], "all": bool(own.drop(at).abs().max() < _SAME)}
    return Finding("more" if more > 0 else "less", abs(more), values)
