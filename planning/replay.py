"""Replaying adjustments over a plan: the one mechanism behind every scenario, its undo, its comparison, its bridge.

Pure: a plan and an adjustment in, a plan out. Equal lists over equal plans give equal cells, on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from planning.adjustments import MODES, Adjustment
from planning.allocation import AllocationError, rescale, spread
from planning.children import MOST, SCALE, Children, exact, money, spoken
from planning.errors import WHOLE, Refused
from planning.exact import LARGEST, sums
from planning.following import followed
from planning.plan import TIMES, Node, Plan, Plane, unit_of

__all__ = ["MONTHS", "SCALE", "adjusted", "exact", "money", "replay"]

_OTHERS = -1
MONTHS = TIMES


def replay(base: Plan, adjustments: Iterable[Adjustment]) -> Plan:
    """The base after all adjustments, in their order; raises Refused where one cannot be made any more."""
    plan = base
    for adjustment in adjustments:
        plan = adjusted(plan, adjustment)
    return plan


def adjusted(plan: Plan, adjustment: Adjustment) -> Plan:
    """The plan after one adjustment; the given one is not changed.

    Raises Refused for what cannot be done to this plan, ValueError for an adjustment that is none.
    """
    if adjustment.operation in ("lock", "unlock"):
        return _locked(plan, adjustment)
    if adjustment.operation == "risk":
        return plan
    _check_form(adjustment)
    at = plan.index(adjustment.plane)
    if at is None:
        raise Refused("no_level", by=adjustment.by or adjustment.plane)
    after = _changed(plan.planes[at], plan.amounts[at], plan.locked[at], adjustment)
    if np.array_equal(after, plan.amounts[at]):
        return plan
    return replace(plan, amounts=followed(plan, at, after))


def _check_form(adjustment: Adjustment) -> None:
    """Raises ValueError where the parts of an adjustment do not fit together, Refused where it names no member."""
    if adjustment.by and not adjustment.members:
        raise Refused("nothing")
    count = len(adjustment.members) if adjustment.by else 1
    wanted = {"set": {1, count}, "add": {1, count}, "scale": {0}, "allocate": {0, 1}}[adjustment.operation]
    each = [adjustment.weights, adjustment.floors, adjustment.caps]
    fits = len(adjustment.amounts) in wanted and all(len(one) in (0, count) for one in each)
    if not fits or len(set(adjustment.members)) < len(adjustment.members) or adjustment.mode not in MODES:
        raise ValueError(f"The parts of an adjustment do not fit together: {adjustment}")
    if adjustment.operation == "scale" and adjustment.share is None:
        raise ValueError(f"An adjustment by a share names none: {adjustment}")


def _changed(plane: Plane, amounts: np.ndarray, locks: np.ndarray, adjustment: Adjustment) -> np.ndarray:
    """The cells of the adjustment's own plane after it."""
    children = Children.of(plane, amounts, locks, adjustment.node, adjustment.by)
    if not len(children.cells):
        raise Refused("no_cells", member=_spoken(adjustment))
    places = children.places(adjustment.members) if adjustment.by else [0]
    wanted = _wanted(children, places, adjustment)
    if adjustment.operation == "allocate":
        places, wanted = list(range(len(children.members))), _allocated(children, places, wanted[0], adjustment)
    _check(children, places, wanted)
    if adjustment.operation == "allocate" and adjustment.by not in TIMES:
        shared = _by_month(children, wanted)
        if shared is not None:
            return shared
    return _spread(children, places, wanted, adjustment)


def _wanted(children: Children, places: list[int], adjustment: Adjustment) -> list[int]:
    """What the members are to come to; for `allocate` the one total of the node."""
    now = children.totals[places].tolist()
    if adjustment.operation == "allocate":
        return [exact(adjustment.amounts[0]) if adjustment.amounts else int(children.totals.sum())]
    if adjustment.operation == "scale":
        assert adjustment.share is not None
        exact(adjustment.share)  # refuses what is no number
        unit = unit_of(children.totals)
        return [_rounded(Decimal(one) * (1 + adjustment.share), unit) for one in now]
    amounts = [exact(one) for one in adjustment.amounts]
    if len(amounts) == 1:
        amounts *= len(places)
    if adjustment.operation == "add":
        return [one + more for one, more in zip(now, amounts, strict=True)]
    return amounts


def _allocated(children: Children, places: list[int], total: int, adjustment: Adjustment) -> list[int]:
    """The node's total over all its children: by weight over those named, within limits; the others weigh nothing.

    Without weights those named share evenly.
    """
    if not -LARGEST <= total <= LARGEST:
        raise Refused("too_large", amount=money(total))
    weights = np.zeros(len(children.members))
    weights[places] = adjustment.weights or 1.0
    free = ~children.is_locked
    if not (np.isfinite(weights).all() and (weights[free] > 0).any()) and free.any():
        raise Refused("no_weights", basis=adjustment.basis)
    floors, caps = children.locked.copy(), np.full(len(weights), MOST)
    if adjustment.floors:
        floors[places] = np.maximum(floors[places], [_within(one) for one in adjustment.floors])
    if adjustment.caps:
        caps[places] = np.maximum(floors[places], [_within(one) for one in adjustment.caps])
    try:
        made = spread(
            total, weights, unit=unit_of(total, children.totals), floors=floors, caps=caps,
            locked=children.is_locked, current=children.totals,
        )  # fmt: skip
    except AllocationError as refused:
        raise _said(refused, children, None, total) from refused
    return [int(one) for one in made]


def _check(children: Children, places: list[int], wanted: list[int]) -> None:
    """Refuses what cannot be before anything is spread."""
    for place, amount in zip(places, wanted, strict=True):
        member, now = spoken([children.members[place]]), int(children.totals[place])
        if amount == now:
            continue
        if amount < 0:
            raise Refused("negative", member=member, amount=money(amount))
        if amount > MOST:
            raise Refused("too_large", amount=money(amount))
        if children.is_locked[place]:
            raise Refused("all_locked", member=member)
        if amount < children.locked[place]:
            raise Refused("below_locks", member=member, amount=money(amount), locked=money(children.locked[place]))
    if sum(wanted) - int(children.totals[places].sum()) + int(children.amounts.sum()) > LARGEST:
        raise Refused("too_large", amount=money(sum(wanted)))


def _spread(children: Children, places: list[int], wanted: list[int], adjustment: Adjustment) -> np.ndarray:
    """The plane's cells with new totals of children; each total goes over its cells in proportion to what they hold.

    Where the parent stays it stays in every month, not only on the whole: other planes then need not move.
    """
    group = np.full(len(children.members), _OTHERS)
    group[places] = np.arange(len(places))
    of = group[children.number]
    after = _rescaled(children, of, wanted, places)
    if adjustment.mode == "stays" and adjustment.by and adjustment.operation != "allocate":
        _give_way(after, children, of == _OTHERS, adjustment)
    return after


def _rescaled(children: Children, of: np.ndarray, totals: Sequence[int], places: Sequence[int]) -> np.ndarray:
    """A copy of the plane's amounts in which groups of cells come to totals; cells of no group stay."""
    own, after = of != _OTHERS, children.amounts.copy()
    cells = children.cells[own]
    unit = unit_of(after[cells], np.asarray(totals, dtype=np.int64))
    try:
        after[cells] = rescale(after[cells], of[own], totals, children.locks[cells], unit=unit)
    except AllocationError as refused:
        raise _said(refused, children, places[refused.group], int(totals[refused.group])) from refused
    return after


def _give_way(after: np.ndarray, children: Children, others: np.ndarray, adjustment: Adjustment) -> None:
    """Takes from the siblings, in place, what the adjusted members got; raises Refused where they have not got it."""
    said = {"member": _spoken(adjustment), "parent": _spoken_node(adjustment.node)}
    amounts, locks, plane = children.amounts, children.locks, children.plane
    if adjustment.by in TIMES:
        span, count = np.zeros(len(children.cells), dtype=np.int64), 1
    else:
        span, count = plane.month[children.cells], len(plane.months)
    more = sums(after[children.cells] - amounts[children.cells], span, count)
    if not more.any():
        return
    cells, of = children.cells[others], span[others]
    if not len(cells):
        raise Refused("no_siblings", **said)
    now, held = sums(amounts[cells], of, count), sums(np.where(locks[cells], amounts[cells], 0), of, count)
    free = np.bincount(of, ~locks[cells], count) > 0
    if not free[more != 0].any():
        raise Refused("siblings_locked", **said)
    left = now - more
    short = np.where(more == 0, 0, np.where(free, np.maximum(np.maximum(held, 0) - left, 0), np.abs(more)))
    if short.any():
        raise Refused("siblings_short", **said, amount=money((now - held).sum()), missing=money(short.sum()))
    after[cells] = rescale(amounts[cells], of, left, locks[cells], unit=unit_of(amounts[cells], left))


def _by_month(children: Children, wanted: list[int]) -> np.ndarray | None:
    """The cells when every child gets the same share of every month of the parent.

    The parent's months keep their proportions: exactly what they were where its total stays. Month after month is
    shared out by what each child has still to get, so that children and months both sum exactly. None where locked
    cells leave no such way.
    """
    amounts, cells, locks = children.amounts, children.cells, children.locks[children.cells]
    months, span = np.unique(children.plane.month[cells], return_inverse=True)
    size = (len(children.members), len(months))
    cell_of, count = children.number * size[1] + span, size[0] * size[1]
    now = sums(amounts[cells], cell_of, count).reshape(size)
    held = sums(np.where(locks, amounts[cells], 0), cell_of, count).reshape(size)
    free = (np.bincount(cell_of, ~locks, count) > 0).reshape(size)
    left = np.array(wanted, dtype=np.int64) - held.sum(axis=1)
    unit = unit_of(now, left)
    made = held.copy()
    try:
        of_months = spread(sum(wanted), now.sum(axis=0), unit=unit, floors=held.sum(axis=0)) - held.sum(axis=0)
        for at in range(size[1]):
            caps = np.where(free[:, at], left, 0)
            share = spread(int(of_months[at]), caps, unit=unit, caps=caps)
            made[:, at] += share
            left = left - share
        if left.any():
            return None
        after = amounts.copy()
        after[cells] = rescale(amounts[cells], cell_of, made.ravel(), locks, unit=unit_of(amounts[cells], made))
    except AllocationError:
        return None
    return after


def _locked(plan: Plan, adjustment: Adjustment) -> Plan:
    """The plan with members' cells locked, or free again, in every plane that knows them."""
    locked = list(plan.locked)
    found = False
    for at, plane in enumerate(plan.planes):
        if not (adjustment.node.keys | {adjustment.by}) - {"", *TIMES} <= plane.covered:
            continue
        mask = plane.mask(adjustment.node)
        if adjustment.by:
            number, members = plane.groups(adjustment.by)
            mask = mask & np.isin(
                number, [place for place, member in enumerate(members) if member in adjustment.members]
            )
        found |= bool(mask.any())
        locked[at] = locked[at] | mask if adjustment.operation == "lock" else locked[at] & ~mask
    if not found:
        raise Refused("no_cells", member=_spoken(adjustment))
    return replace(plan, locked=tuple(locked))


def _said(refused: AllocationError, children: Children, place: int | None, total: int) -> Refused:
    """What allocation refuses, in the plan's own words; without a place it is the node's total that is refused."""
    member = spoken(children.members if place is None else [children.members[place]])
    numbers = {name: money(value) for name, value in refused.numbers.items()}
    if refused.reason in ("floors_above_total", "caps_below_total", "floor_above_cap"):
        low, high = numbers.get("floors", "0"), numbers.get("caps", "…")
        return Refused("out_of_range", low=low, high=high, amount=money(total))
    if refused.reason == "locks_above_total":
        return Refused("below_locks", member=member, amount=money(total), locked=numbers["locked"])
    if refused.reason == "negative_total":
        return Refused("negative", member=member, amount=money(total))
    if refused.reason == "too_large":
        return Refused("too_large", amount=money(total))
    return Refused("all_locked", member=member)


def _within(limit: Decimal) -> int:
    """A floor or a cap; what is beyond any target is none."""
    return min(max(exact(limit), -MOST), MOST)


def _rounded(amount: Decimal, unit: int) -> int:
    return int((amount / unit).to_integral_value(ROUND_HALF_EVEN)) * unit


def _spoken(adjustment: Adjustment) -> str:
    return spoken(adjustment.members) or _spoken_node(adjustment.node)


def _spoken_node(node: Node) -> str:
    return spoken([one for _, members in node.members for one in members]) or WHOLE
