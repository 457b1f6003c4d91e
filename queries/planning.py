"""Planning questions: what a plan sets for the members of a level, beside what they sold, sell and have open.

Amounts are in currency units. A plan is handed in as it is in memory (`queries.plans`); what is asked of the CRM tables
is kept by data version, so that a change of the plan asks nothing anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from planning.forecast import METHODS, Proposal, proposals
from planning.plan import Node, Plan
from planning.replay import SCALE
from planning.sensitivity import Outlook
from queries import options
from queries.attainment import as_of_day, contribution, labels
from queries.engine import current, question
from queries.periods import fiscal_start, months_later
from queries.plan_sales import average_deal, continued, open_by, sold_by_month, whole_period, win_share
from queries.plans import Opened, month_starts, plan_of, scenarios, year_of
from queries.scope import Scope
from queries.slices import UNASSIGNED, Slice
from queries.targets import keys_of

#: The dimensions that each way to take a plan apart goes through, from the outermost.
TREES = {
    "region": ("region", "office", "rep"),
    "product": ("product_category", "product"),
    "channel": ("channel_kind", "channel"),
    "time": ("quarter", "month"),
}
TIMES = ("quarter", "month")
#: The methods that answer at once; Holt-Winters takes seconds.
LIGHT = ("last_year", "moving_average", "seasonal")
#: A target above what trend and pipeline bring by this share is called out of reach.
OUT_OF_REACH = 0.05


def node_of(slice_: Slice, scope: Scope) -> Node:
    """What of a plan the slice looks at: its filters and the viewer's limits, in its whole period."""
    period = whole_period(slice_)
    members: dict[str, tuple[str | None, ...]] = {}
    for name, values in slice_.filters:
        wanted = [value for value in values if not value.startswith("!")]
        unwanted = keys_of(name, [value[1:] for value in values if value.startswith("!")])
        kept = keys_of(name, wanted) if wanted else _everybody(name, scope)
        members[name] = tuple(key for key in kept if key not in unwanted)
    for name, allowed in scope.limits:
        own = keys_of(name, sorted(allowed))
        members[name] = tuple(key for key in members.get(name, own) if key in own)
    return Node(tuple(sorted(members.items())), period.start, period.whole_end)


def _everybody(name: str, scope: Scope) -> list[str | None]:
    """All members of a dimension: those with sales or deals, and those that have targets alone as yet."""
    known = [None if key == UNASSIGNED else str(key) for key in options.members(name, scope=scope)["key"]]
    return list(dict.fromkeys([*known, *labels(name), None]))


def levels_of(plan: Plan, slice_: Slice, node: Node) -> tuple[int, list[str]] | None:
    """The plane that the slice's way goes through, and the dimensions of that way that it has below the node.

    None where the plan has no such level. A level that leads nowhere, a node of one member, is skipped.
    """
    way = TREES[slice_.option("tree")]
    if slice_.option("tree") == "time":
        at = plan.answering(node.keys)
        return None if at is None else (at, list(way))
    single = {name for name, members in node.members if len(members) == 1}
    for last in range(len(way), 0, -1):
        at = plan.answering({*node.keys, *way[:last]} - {"office"})
        if at is None:
            continue
        covered = plan.planes[at].covered
        found = [name for name in way[:last] if name in covered and name not in single]
        # Between a region and its reps an office is a step that few want to take.
        found = [name for name in found if name != "office" or "rep" not in found]
        if found:
            return at, found
    return None


def plan_rows(shown: Opened, slice_: Slice, *, scope: Scope, at: int, by: str, node: Node) -> pd.DataFrame:
    """One row per member of a level within a node: its key, labels, proposed, in_force, locked, change, change_share,
    actual, last_year, mtd, qtd, ytd (shares of the parent), landing, landing_share, open_amount, reach,
    is_out_of_reach, growth.

    landing is the projection for the period; reach is the actual so far and what open deals bring by the win rate of
    the last twelve months, NaN in a period that pipeline cannot speak for; shares are fractions, NaN without a ground.
    In the order of the plan in force, the largest first; months and quarters in theirs. Members without cells are those
    with sales only: their targets are NaN.
    """
    plan, base = shown.plan, shown.base
    proposed = plan.sums(at, [by], node)
    before = _same_plane(plan, base, at, by, node)
    locked = _locked(plan, at, by, node)
    keys: list[str | None] = [key for (key,) in proposed]
    sold = sold_by_month(slice_, scope=scope, by=by) if by not in TIMES else None
    if sold is not None:
        keys += [
            None if key == UNASSIGNED else key for key in sold.index if (None if key == UNASSIGNED else key) not in keys
        ]
    frame = pd.DataFrame({"key": [UNASSIGNED if key is None else key for key in keys]})
    frame["proposed"] = [_units(proposed.get((key,))) for key in keys]
    frame["in_force"] = [_units(before.get((key,))) for key in keys]
    frame["locked"] = [key in locked for key in keys]
    frame["change"] = frame["proposed"] - frame["in_force"]
    frame["change_share"] = frame["change"] / frame["in_force"].where(frame["in_force"] > 0)
    frame = _named(frame, by)
    frame = _sold(frame, slice_, scope, by, node)
    return _ordered(frame, by)


def _units(amount: int | None) -> float:
    return np.nan if amount is None else amount / SCALE


def _same_plane(plan: Plan, base: Plan, at: int, by: str, node: Node) -> dict[tuple[str | None, ...], int]:
    """What the base sets at the same level; nothing where it has no such level."""
    own = base.index(plan.planes[at].name)
    return {} if own is None else base.sums(own, [by], node)


def _locked(plan: Plan, at: int, by: str, node: Node) -> set[str | None]:
    """Members all of whose cells are locked."""
    plane, mask = plan.planes[at], plan.planes[at].mask(node)
    if not plan.locked[at].any():
        return set()
    number, members = plane.groups(by)
    free = np.bincount(number[mask & ~plan.locked[at]], minlength=len(members))
    some = np.bincount(number[mask], minlength=len(members))
    return {member for member, one, any_ in zip(members, free, some, strict=True) if any_ and not one}


def _named(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    names = {} if by in TIMES else labels(by)
    for suffix in ("label", "label_zh"):
        frame[suffix] = [names.get(key, {}).get(suffix, key) for key in frame["key"]]
    return frame


def _ordered(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    if by in TIMES:
        return frame.sort_values("key", ignore_index=True)
    place = frame.assign(nobody=frame["key"] == UNASSIGNED, none=frame["proposed"].isna())
    order = ["nobody", "none", "in_force", "last_year"]
    return place.sort_values(order, ascending=[True, True, False, False], kind="stable", ignore_index=True).drop(
        columns=["nobody", "none"]
    )


def _sold(frame: pd.DataFrame, slice_: Slice, scope: Scope, by: str, node: Node) -> pd.DataFrame:
    """Adds what members sold, sell and have open."""
    assert node.starts_on is not None and node.ends_on is not None
    if by in TIMES:
        return _sold_over_time(frame, slice_, scope, by)
    rows = frame["key"].tolist()
    months = month_starts(node.starts_on, node.ends_on)
    before = month_starts(months_later(node.starts_on, -12), months_later(node.ends_on, -12))
    sold = sold_by_month(slice_, scope=scope, by=by)
    frame["actual"] = _over(sold, months, rows)
    frame["last_year"] = _over(sold, before, rows)
    frame["landing"] = _over(continued(slice_, scope=scope, by=by), months, rows)
    shares = contribution(slice_, scope=scope, by=by)
    for span in ("mtd", "qtd", "ytd"):
        own = shares[shares["span"] == span]
        found = dict(zip(own[by].astype(str), own["share"], strict=True))
        frame[span] = [found.get(key, 0.0) for key in rows]
    return _reached(frame, slice_, scope, open_by(slice_, scope=scope, by=by), node)


def _sold_over_time(frame: pd.DataFrame, slice_: Slice, scope: Scope, by: str) -> pd.DataFrame:
    """The same for months and quarters, which are no members of anything sold."""
    sold, on = sold_by_month(slice_, scope=scope, by=""), continued(slice_, scope=scope, by="")
    size = 1 if by == "month" else 3
    for name, table, back in (("actual", sold, 0), ("last_year", sold, 12), ("landing", on, 0)):
        frame[name] = [
            float(_over(table, _span(date.fromisoformat(key), size, back), table.index.tolist()[:1] or [""])[0])
            for key in frame["key"]
        ]
    for span in ("mtd", "qtd", "ytd"):
        frame[span] = np.nan
    frame["open_amount"] = frame["reach"] = np.nan
    return _judged(frame)


def _span(first: date, size: int, back: int) -> list[str]:
    start = months_later(first, -back)
    return month_starts(start, months_later(start, size - 1))


def _over(table: pd.DataFrame, months: Sequence[str], members: Sequence[str]) -> np.ndarray:
    """What members come to over months; 0 for those that the table has not."""
    known = [month for month in months if month in table.columns]
    return table[known].sum(axis=1).reindex(members, fill_value=0.0).to_numpy(float)


def _reached(frame: pd.DataFrame, slice_: Slice, scope: Scope, opened: dict[str, float], node: Node) -> pd.DataFrame:
    """Open deals, and what they and the actual reach; only where the period is near enough to have its pipeline."""
    frame["open_amount"] = [opened.get(key, 0.0) for key in frame["key"]]
    day, rate = as_of_day(slice_), win_share(slice_, scope=scope)
    assert node.starts_on is not None and node.ends_on is not None
    speaks = node.starts_on <= day <= node.ends_on
    frame["reach"] = frame["actual"] + frame["open_amount"] * rate if speaks else np.nan
    return _judged(frame)


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    frame["landing_share"] = frame["landing"] / frame["proposed"].where(frame["proposed"] > 0) - 1
    best = frame[["landing", "reach"]].max(axis=1)
    frame["is_out_of_reach"] = frame["reach"].notna() & (frame["proposed"] > best * (1 + OUT_OF_REACH))
    frame["growth"] = frame["proposed"] / frame["last_year"].where(frame["last_year"] > 0) - 1
    return frame


def targets_last_year(slice_: Slice, node: Node, by: str, plane: str) -> dict[str, float]:
    """What the version in force a year before set for the members in the same months; empty where there was none."""
    targets = current().targets
    version = None if targets is None else targets.in_force.get(year_of(slice_) - 1)
    if targets is None or version is None or node.starts_on is None or node.ends_on is None:
        return {}
    plan = plan_of(targets.ledger.version(version))
    at = plan.index(plane)
    if at is None:
        return {}
    back = 12 if by not in TIMES else 0
    before = replace(node, starts_on=months_later(node.starts_on, -12), ends_on=months_later(node.ends_on, -12))
    found = plan.sums(at, [by], before)
    if not back:  # months are named by their first day: a year on they stand for the same ones
        found = {
            (months_later(date.fromisoformat(str(key)), 12).isoformat(),): amount for (key,), amount in found.items()
        }
    return {UNASSIGNED if key is None else str(key): amount / SCALE for (key,), amount in found.items()}


@question
def proposed_by_history(slice_: Slice, *, scope: Scope, methods: tuple[str, ...] = LIGHT) -> tuple[Proposal, ...]:
    """What each method proposes for the fiscal year of the slice's period, from all whole months before it.

    A year that has begun is proposed from the months before its first day.
    """
    sold = sold_by_month(slice_, scope=scope, by="")
    start = fiscal_start(whole_period(slice_).start or as_of_day(slice_), 12, current().first_month)
    day = as_of_day(slice_)
    whole = [month for month in sold.columns if month < min(start, day.replace(day=1)).isoformat()]
    history = sold[whole].sum(axis=0).to_numpy(float)
    first = date.fromisoformat(whole[0]) if whole else start
    skip = len(month_starts(date.fromisoformat(whole[-1]), start)) - 2 if whole else 0
    return proposals(history, first, methods=methods, skip=skip)


def proposal(slice_: Slice, *, scope: Scope, method: str) -> list[tuple[str, float]] | None:
    """The twelve months of one method, by first day; None where it has nothing to say."""
    if method not in METHODS:
        return None
    methods = LIGHT if method in LIGHT else METHODS
    asked = proposed_by_history(slice_, scope=scope, methods=methods)
    found = next((one for one in asked if one.method == method), None)
    if found is None or found.months is None:
        return None
    return [(months_later(found.first, n).isoformat(), float(amount)) for n, amount in enumerate(found.months)]


def entered(slice_: Slice, by: str, node: Node) -> dict[str, Decimal]:
    """What was entered from below for the members of a level in the node's period, by key."""
    found = scenarios()
    plan = slice_.option("plan")
    if found is None or not plan or node.starts_on is None or node.ends_on is None:
        return {}
    rows = found.entered(int(plan), by, (node.starts_on, node.ends_on))
    return dict(zip(rows["member"], rows["amount"], strict=True))


def months_of(shown: Opened, slice_: Slice, *, scope: Scope, at: int, node: Node) -> pd.DataFrame:
    """One row per month of the fiscal year that the node's period begins in: key (its first day), proposed, in_force,
    previous (last year's sales), actual (so far; NaN in months to come), all within the node's members.
    """
    start = fiscal_start(node.starts_on or as_of_day(slice_), 12, current().first_month)
    end = date.fromordinal(months_later(start, 12).toordinal() - 1)
    year = replace(node, starts_on=start, ends_on=end)
    proposed = shown.plan.sums(at, ["month"], year)
    before = _same_plane(shown.plan, shown.base, at, "month", year)
    sold = sold_by_month(slice_, scope=scope, by="").sum(axis=0)
    rows = []
    for month in month_starts(start, end):
        last = months_later(date.fromisoformat(month), -12).isoformat()
        rows.append(
            {
                "key": month,
                "proposed": _units(proposed.get((month,))),
                "in_force": _units(before.get((month,))),
                "previous": float(sold.get(last, np.nan)),
                "actual": float(sold.get(month, np.nan)),
            }
        )
    return pd.DataFrame(rows)


def outlook(slice_: Slice, *, scope: Scope, proposed: float, actual: float, landing: float) -> Outlook | None:
    """The period as sensitivity takes it: what lands beyond the actual is won of open deals, the rest of coming ones.

    None for a period that is over, or without anything won to judge by.
    """
    period, rate, deal = whole_period(slice_), win_share(slice_, scope=scope), average_deal(slice_, scope=scope)
    if period.whole_end is None or period.whole_end <= as_of_day(slice_) or not rate > 0 or not deal > 0:
        return None
    rest = max(landing - actual, 0.0)
    opened = open_by(slice_, scope=scope, by="").get("", 0.0)
    # What the trend does not leave for is not counted on: the outlook lands where the page says.
    counted = min(opened, rest / rate)
    return Outlook(
        target=proposed,
        actual=actual,
        open_amount=counted,
        win_rate=rate,
        average_deal=deal,
        coming_deals=max(rest - counted * rate, 0.0) / (deal * rate),
    )
