"""Replaying adjustments over a plan: the one mechanism behind every scenario, its undo, its comparison, its bridge.

Pure: a plan and an adjustment in, a plan out. Equal lists over equal plans give equal cells, on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np

from planning.adjustments import Adjustment
from planning.allocation import AllocationError, rescale, spread
from planning.errors import Refused
from planning.exact import sums as summed
from planning.plan import Node, Plan, Plane, unit_of

#: The most that a target may be: what NUMERIC(18, 4) keeps, with room for sums.
_MOST = 10**16
SCALE = 10_000
_OTHERS = -1
MONTHS = ("month", "quarter")


def replay(base: Plan, adjustments: Iterable[Adjustment]) -> Plan:
    """The base after all adjustments, in their order; raises Refused where one cannot be made any more."""
    plan = base
    for adjustment in adjustments:
        plan = adjusted(plan, adjustment)
    return plan


def adjusted(plan: Plan, adjustment: Adjustment) -> Plan:
    """The plan after one adjustment; the given one is not changed. Raises Refused."""
    if adjustment.operation in ("lock", "unlock"):
        return _locked(plan, adjustment)
    if adjustment.operation == "risk":
        return plan
    at = plan.index(adjustment.plane)
    if at is None:
        raise Refused("no_level", by=adjustment.by or adjustment.plane)
    before = plan.amounts[at]
    after = _changed(plan.planes[at], before, plan.locked[at], adjustment)
    amounts = list(plan.amounts)
    amounts[at] = after
    for other, plane in enumerate(plan.planes):
        if other != at:
            amounts[other] = _followed(plan, at, before, after, other, plane)
    return replace(plan, amounts=tuple(amounts))


@dataclass(frozen=True, eq=False)
class Children:
    """The members of a dimension within a node: their names, and the number of each cell's member, or none's."""

    members: list[str | None]
    cells: np.ndarray  # places of the node's cells
    number: np.ndarray  # of each of these cells, the place of its member
    totals: np.ndarray
    locked: np.ndarray  # what the locked cells of each come to
    is_locked: np.ndarray  # whether all cells of it are

    @classmethod
    def of(cls, plane: Plane, amounts: np.ndarray, locks: np.ndarray, node: Node, by: str) -> Children:
        """The children of a node; without a dimension the node itself is the only one."""
        if by and by not in MONTHS and by not in plane.covered:
            raise Refused("no_level", by=by)
        cells = np.flatnonzero(plane.mask(node))
        number, members = plane.groups(by) if by else (np.zeros(len(plane), dtype=np.int64), [""])
        found, own = np.unique(number[cells], return_inverse=True)
        count = len(found)
        free = np.bincount(own, ~locks[cells], count)
        return cls(
            [members[at] for at in found],
            cells,
            own,
            summed(amounts[cells], own, count),
            summed(np.where(locks[cells], amounts[cells], 0), own, count),
            free == 0,
        )

    def places(self, members: Sequence[str | None]) -> list[int]:
        """Where members stand; raises Refused for one without cells."""
        known = {member: at for at, member in enumerate(self.members)}
        missing = [member for member in members if member not in known]
        if missing:
            raise Refused("no_cells", member=missing[0])
        return [known[member] for member in members]


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
    return _spread(children, plane, amounts, locks, places, wanted, adjustment)


def _wanted(children: Children, places: list[int], adjustment: Adjustment) -> list[int]:
    """What the members are to come to; for `allocate` the one total of the node."""
    now = children.totals[places].tolist()
    if adjustment.operation == "allocate":
        return [exact(adjustment.amounts[0]) if adjustment.amounts else int(children.totals.sum())]
    if adjustment.operation == "scale":
        assert adjustment.share is not None
        unit = unit_of(children.totals)
        return [_rounded(Decimal(one) * (1 + adjustment.share), unit) for one in now]
    amounts = [exact(one) for one in adjustment.amounts]
    if len(amounts) == 1:
        amounts *= len(places)
    if adjustment.operation == "add":
        return [one + more for one, more in zip(now, amounts, strict=True)]
    return amounts


def _allocated(children: Children, places: list[int], total: int, adjustment: Adjustment) -> list[int]:
    """The node's total over all its children: by weight over those named, within limits; the others weigh nothing."""
    weights = np.zeros(len(children.members))
    weights[places] = adjustment.weights
    free = ~children.is_locked
    if not (weights[free] > 0).any() and len(adjustment.weights):
        raise Refused("no_weights", basis=adjustment.basis)
    floors, caps = children.locked.copy(), np.full(len(weights), _MOST)
    if adjustment.floors:
        floors[places] = np.maximum(floors[places], [exact(one) for one in adjustment.floors])
    if adjustment.caps:
        caps[places] = np.maximum(floors[places], [exact(one) for one in adjustment.caps])
    try:
        made = spread(
            total, weights, unit=unit_of(total, children.totals), floors=floors, caps=caps,
            locked=children.is_locked, current=children.totals,
        )  # fmt: skip
    except AllocationError as refused:
        raise _said(refused, children, 0, total) from refused
    return [int(one) for one in made]


def _check(children: Children, places: list[int], wanted: list[int]) -> None:
    """Refuses what cannot be before anything is spread."""
    for place, amount in zip(places, wanted, strict=True):
        member, now = children.members[place], int(children.totals[place])
        if amount == now:
            continue
        if amount < 0:
            raise Refused("negative", member=member, amount=money(amount))
        if amount > _MOST:
            raise Refused("too_large", amount=money(amount))
        if children.is_locked[place]:
            raise Refused("all_locked", member=member)
        if amount < children.locked[place]:
            raise Refused("below_locks", member=member, amount=money(amount), locked=money(int(children.locked[place])))


def _spread(
    children: Children,
    plane: Plane,
    amounts: np.ndarray,
    locks: np.ndarray,
    places: list[int],
    wanted: list[int],
    adjustment: Adjustment,
) -> np.ndarray:
    """The plane's cells with new totals of children; each total goes over its cells in proportion to what they hold.

    Where the parent stays it stays in every month, not only on the whole: other planes then need not move.
    """
    if adjustment.operation == "allocate" and adjustment.by not in MONTHS:
        shared = _by_month(children, plane, amounts, locks, wanted)
        if shared is not None:
            return shared
    group = np.full(len(children.members), _OTHERS)
    group[places] = np.arange(len(places))
    of = group[children.number]
    after = _rescaled(amounts, children, of, wanted, locks, children.cells, places)
    if adjustment.mode == "stays" and adjustment.by and adjustment.operation != "allocate":
        _give_way(after, amounts, locks, children, plane, of == _OTHERS, adjustment)
    return after


def _rescaled(
    amounts: np.ndarray,
    children: Children,
    of: np.ndarray,
    totals: Sequence[int],
    locks: np.ndarray,
    cells: np.ndarray,
    places: Sequence[int],
) -> np.ndarray:
    """A copy of the amounts in which groups of cells come to totals; cells of no group stay."""
    own, after = of != _OTHERS, amounts.copy()
    unit = unit_of(amounts[cells[own]], np.asarray(totals, dtype=np.int64))
    try:
        after[cells[own]] = rescale(amounts[cells[own]], of[own], totals, locks[cells[own]], unit=unit)
    except AllocationError as refused:
        raise _said(refused, children, places[refused.group], int(totals[refused.group])) from refused
    return after


def _give_way(
    after: np.ndarray,
    amounts: np.ndarray,
    locks: np.ndarray,
    children: Children,
    plane: Plane,
    others: np.ndarray,
    adjustment: Adjustment,
) -> None:
    """Takes from the siblings, in place, what the adjusted members got; raises Refused where they have not got it."""
    said = {"member": _spoken(adjustment), "parent": _spoken_node(adjustment.node)}
    if adjustment.by in MONTHS:
        span = np.zeros(len(children.cells), dtype=np.int64)
    else:
        _, span = np.unique(plane.month[children.cells], return_inverse=True)
    count = int(span.max()) + 1
    more = summed(after[children.cells] - amounts[children.cells], span, count)
    if not more.any():
        return
    cells, of = children.cells[others], span[others]
    if not len(cells):
        raise Refused("no_siblings", **said)
    now, held = summed(amounts[cells], of, count), summed(np.where(locks[cells], amounts[cells], 0), of, count)
    free = np.bincount(of, ~locks[cells], count) > 0
    if not free[more != 0].any():
        raise Refused("siblings_locked", **said)
    short = np.maximum(held - (now - more), 0) * (more != 0) + np.where(free, 0, np.abs(more))
    if short.any():
        raise Refused("siblings_short", **said, amount=money(int((now - held).sum())), missing=money(int(short.sum())))
    unit = unit_of(amounts[cells], now - more)
    after[cells] = rescale(amounts[cells], of, now - more, locks[cells], unit=unit)


def _by_month(
    children: Children, plane: Plane, amounts: np.ndarray, locks: np.ndarray, wanted: list[int]
) -> np.ndarray | None:
    """The cells when every child gets the same share of every month of the parent.

    The parent's months keep their proportions: exactly what they were where its total stays. Month after month is
    shared out by what each child has still to get, so that children and months both sum exactly. None where locked
    cells leave no such way.
    """
    months, span = np.unique(plane.month[children.cells], return_inverse=True)
    size = (len(children.members), len(months))
    cell_of = children.number * size[1] + span
    now = summed(amounts[children.cells], cell_of, size[0] * size[1]).reshape(size)
    kept = np.where(locks[children.cells], amounts[children.cells], 0)
    held = summed(kept, cell_of, size[0] * size[1]).reshape(size)
    free = (np.bincount(cell_of, ~locks[children.cells], size[0] * size[1]) > 0).reshape(size)
    left = np.array(wanted, dtype=np.int64) - held.sum(axis=1)
    unit = unit_of(now, left)
    made = held.copy()
    try:
        of_months = spread(sum(wanted), now.sum(axis=0), unit=unit, floors=held.sum(axis=0)) - held.sum(axis=0)
        for at in range(size[1]):
            caps = np.where(free[:, at], left, 0)
            share = spread(int(of_months[at]), np.where(free[:, at], left, 0), unit=unit, caps=caps)
            made[:, at] += share
            left = left - share
        if left.any():
            return None
        after = amounts.copy()
        cells = children.cells
        unit = unit_of(amounts[cells], made)
        after[cells] = rescale(amounts[cells], cell_of, made.ravel(), locks[cells], unit=unit)
    except AllocationError:
        return None
    return after


def _followed(plan: Plan, at: int, before: np.ndarray, after: np.ndarray, other: int, plane: Plane) -> np.ndarray:
    """The cells of another plane, moved in proportion to what they share with the changed one, month by month.

    Parts that are locked whole, or would have to go below what is locked in them, stay as they are.
    """
    changed = plan.planes[at]
    amounts, locks = plan.amounts[other], plan.locked[other]
    if np.array_equal(before, after) or not len(plane):
        return amounts
    shared = sorted(changed.covered & plane.covered)
    mine, theirs = _together(changed, plane, shared)
    count = int(max(mine.max(initial=-1), theirs.max(initial=-1))) + 1
    was, now = summed(before, mine, count), summed(after, mine, count)
    held, free = summed(amounts, theirs, count), np.bincount(theirs, ~locks, count) > 0
    unit = unit_of(amounts, after)
    moved = np.where(was > 0, np.rint(held / unit * (now / np.where(was > 0, was, 1))) * unit, held + now - was)
    # What is in proportion already, to the unit, stays; so do parts that cannot move.
    low = summed(np.where(locks, amounts, 0), theirs, count)
    goes = (was != now) & free & (moved >= low) & (np.bincount(theirs, minlength=count) > 0)
    totals = np.where(goes, moved, held).astype(np.int64)
    return rescale(amounts, theirs, totals, locks, unit=unit)


def _together(one: Plane, other: Plane, shared: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the groups by shared keys and month that the cells of two planes of one plan are in."""
    first, second = one.month.astype(np.int64), other.month.astype(np.int64)
    for name in shared:
        size = len(one.names[name]) + 1
        first, second = first * size + one.codes[name] + 1, second * size + other.codes[name] + 1
    _, number = np.unique(np.concatenate([first, second]), return_inverse=True)
    return number[: len(one)], number[len(one) :]


def _locked(plan: Plan, adjustment: Adjustment) -> Plan:
    """The plan with members' cells locked, or free again, in every plane that knows them."""
    locked = list(plan.locked)
    found = False
    for at, plane in enumerate(plan.planes):
        if not (adjustment.node.keys | {adjustment.by} - {"", "month", "quarter"}) <= plane.covered:
            continue
        mask = plane.mask(adjustment.node)
        if adjustment.by:
            number, members = plane.groups(adjustment.by)
            mask &= np.isin(number, [place for place, member in enumerate(members) if member in adjustment.members])
        found |= bool(mask.any())
        locked[at] = locked[at] | mask if adjustment.operation == "lock" else locked[at] & ~mask
    if not found:
        raise Refused("no_cells", member=_spoken(adjustment))
    return replace(plan, locked=tuple(locked))


def _said(refused: AllocationError, children: Children, place: int | None, total: int) -> Refused:
    """What allocation refuses, in the plan's own words."""
    member = "" if place is None else children.members[place]
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


def exact(amount: Decimal) -> int:
    """Currency units as whole ten-thousandths; what is finer is rounded half to even."""
    return int((amount * SCALE).to_integral_value(ROUND_HALF_EVEN))


def money(amount_e4: int) -> str:
    """An amount for the sentence of a refusal, in currency units."""
    return f"{Decimal(amount_e4) / SCALE:,.2f}".removesuffix(".00")


def _rounded(amount: Decimal, unit: int) -> int:
    return int((amount / unit).to_integral_value(ROUND_HALF_EVEN)) * unit


def _spoken(adjustment: Adjustment) -> str:
    return ", ".join(str(one) for one in adjustment.members) or _spoken_node(adjustment.node)


def _spoken_node(node: Node) -> str:
    return ", ".join(str(one) for _, members in node.members for one in members) or "the whole plan"
