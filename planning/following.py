"""How the other planes of a plan follow when the cells of one change: in proportion, where they share keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from planning.allocation import rescale
from planning.children import money
from planning.errors import Refused
from planning.exact import LARGEST, sums
from planning.plan import Plan, Plane, numbered, unit_of


def followed(plan: Plan, at: int, after: np.ndarray) -> tuple[np.ndarray, ...]:
    """The cells of all planes after those of one have become `after`; raises Refused where one grows too large.

    Each plane follows the one nearest to it that has moved: the company follows its regions, not their reps, so that
    what reps are assigned over their region does not reach the company.
    """
    amounts = list(plan.amounts)
    amounts[at] = after
    for other, source in _order(plan.planes, at):
        if amounts[source] is not plan.amounts[source]:
            amounts[other] = _moved(plan, other, source, amounts[source])
    return tuple(amounts)


def _order(planes: Sequence[Plane], at: int) -> Iterator[tuple[int, int]]:
    """Planes in the order in which they follow, each with the one it follows; nearest by the keys they differ in."""
    moved, left = [at], [place for place in range(len(planes)) if place != at]
    while left:
        other, source = min(
            ((one, near) for one in left for near in moved),
            key=lambda pair: (len(planes[pair[0]].covered ^ planes[pair[1]].covered), pair),
        )
        yield other, source
        left.remove(other)
        moved.append(other)


def _moved(plan: Plan, other: int, source: int, after: np.ndarray) -> np.ndarray:
    """The cells of a plane, moved by parts: what shares keys with the source, month by month.

    Parts that are locked whole, or would have to go below what is locked in them, stay as they are.
    """
    amounts, locks = plan.amounts[other], plan.locked[other]
    mine, theirs, count = _together(plan.planes[source], plan.planes[other])
    was, now = sums(plan.amounts[source], mine, count), sums(after, mine, count)
    changed = was != now
    if not changed.any():
        return amounts
    held, free = sums(amounts, theirs, count), np.bincount(theirs, ~locks, count) > 0
    low = np.maximum(sums(np.where(locks, amounts, 0), theirs, count), 0)
    unit = unit_of(amounts, after)
    # Where both come to the same they still do afterwards; where there is no proportion both change by as much.
    rate = now / np.where(was > 0, was, 1)
    alike = (was <= 0) | (held == was)
    moved = np.where(alike, (held - was + now).astype(float), np.rint(held / unit * rate) * unit)
    goes = changed & free & (moved >= low)
    if float(np.where(goes, moved, held).sum()) > LARGEST:
        raise Refused("too_large", amount=money(int(moved[goes].max())))
    totals = np.where(goes, np.where(alike, held - was + now, np.where(goes & ~alike, moved, 0).astype(np.int64)), held)
    return rescale(amounts, theirs, totals, locks, unit=unit)


def _together(one: Plane, other: Plane) -> tuple[np.ndarray, np.ndarray, int]:
    """The parts that two planes share, by common keys and month: numbers of their cells' parts, and how many."""
    first, second, size = one.month.astype(np.int64), other.month.astype(np.int64), len(one.months)
    for name in sorted(one.covered & other.covered):
        names = len(one.names[name]) + 1
        first, second = first * names + one.codes[name] + 1, second * names + other.codes[name] + 1
        size *= names
        found, number = numbered(np.concatenate([first, second]), size)
        first, second, size = number[: len(one)], number[len(one) :], len(found)
    return first, second, size
