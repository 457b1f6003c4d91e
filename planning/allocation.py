"""Spreading a total over its parts: exact integers that always sum to the total, by largest remainder.

A part's share is x_i = clip(k w_i, floor_i, cap_i) with the one k by which the shares sum to what is left after locked
parts (water-filling). Shares are rounded to whole units by largest remainder (Hamilton): each is cut down to a whole
unit, what is missing goes a unit each to those that were cut by most, the earlier part first where they were cut alike
(to 2**-26 of a unit). What is left of a total, its locks, floors and caps that are no whole units is less than a unit,
and goes to the part next in line. No part ends a unit or more off its share, nor beyond its floor or cap.

Amounts are int64 in the smallest unit that is kept (ten-thousandths of currency in the ledger); `unit` is what plans
are rounded to: 100 for a cent, 10_000 for a whole currency unit. Weights of nothing or less weigh nothing; where no
part that is left has any weight, they share evenly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike

from planning.exact import LARGEST, sums, whole_weights
from planning.rounding import Cells, bounds_of, filled, rounded

#: About so many parts are worked on at a time.
_BLOCK = 2**14


class AllocationError(ValueError):
    """A total that cannot be spread as asked; nothing was changed.

    `reason` is one of the keys of `REASONS`, `group` the number of the first parent concerned, `numbers` the amounts
    to say it with, in the unit they came in.
    """

    def __init__(self, reason: str, group: int = 0, **numbers: int) -> None:
        super().__init__(REASONS[reason].format(**numbers))
        self.reason, self.group = reason, group
        self.numbers: Mapping[str, int] = numbers


REASONS = {
    "negative_total": "A total of {total} cannot be spread: it must not be negative.",
    "too_large": "A total of {total} is too large to be spread exactly.",
    "no_cells": "A total of {total} has nothing to be spread over.",
    "everything_locked": "All parts are locked and sum to {locked}, so that the total cannot become {total}.",
    "locks_above_total": "The locked parts sum to {locked}, which is more than the total of {total}.",
    "floor_above_cap": "A part has a floor of {floor} above its cap of {cap}.",
    "floors_above_total": "The floors sum to {floors}, but only {free} are left for the parts that are not locked.",
    "caps_below_total": "The caps sum to {caps}, but {free} are to be spread over the parts that are not locked.",
}


def spread(
    total: int,
    weights: ArrayLike,
    *,
    unit: int = 100,
    floors: ArrayLike | None = None,
    caps: ArrayLike | None = None,
    locked: ArrayLike | None = None,
    current: ArrayLike | None = None,
) -> np.ndarray:
    """One total over parts by weight, int64 in the order of the weights; sums exactly to the total.

    Locked parts keep `current`, the others share what is left within their floors and caps (of nothing where not
    given, and unlimited). Raises AllocationError.
    """
    if not -LARGEST <= total <= LARGEST:
        raise AllocationError("too_large", total=total)
    group = np.zeros(np.size(np.asarray(weights)), dtype=np.int64)
    return spread_grouped(
        [total], weights, group, unit=unit, floors=floors, caps=caps, locked=locked, current=current
    )  # fmt: skip


def spread_grouped(
    totals: ArrayLike,
    weights: ArrayLike,
    group: ArrayLike,
    *,
    unit: int = 100,
    floors: ArrayLike | None = None,
    caps: ArrayLike | None = None,
    locked: ArrayLike | None = None,
    current: ArrayLike | None = None,
) -> np.ndarray:
    """Many totals at once, each over the parts whose `group` is its position, in any order; as `spread` does each."""
    if unit < 1:
        raise ValueError(f"The unit must be at least 1, not {unit}.")
    whole, of = np.asarray(totals, dtype=np.int64), np.asarray(group, dtype=np.int64)
    cells = Cells.of(of, floors, caps, locked, current)
    left = _left(whole, cells)
    counted = whole_weights(np.asarray(weights), of, len(whole))
    result = np.empty(len(of), dtype=np.int64)
    for place, parents in _blocks(of, len(whole)):
        some = cells.at(place, parents.start)
        result[place] = rounded(whole[parents], filled(left[parents], counted[place], some), some, unit)
    return result


def _blocks(group: np.ndarray, groups: int) -> Iterator[tuple[slice, slice]]:
    """Places of parts and of their parents, some whole parents at a time, where the parts stand in their order.

    A part's share depends on no other parent, and what fits into a processor's cache is done in half the time.
    """
    if len(group) <= _BLOCK or (group[1:] < group[:-1]).any():
        yield slice(0, len(group)), slice(0, groups)
        return
    ends = np.cumsum(np.bincount(group, minlength=groups))
    first = cell = 0
    while first < groups:
        last = max(int(np.searchsorted(ends, cell + _BLOCK, side="right")), first + 1)
        place = slice(cell, int(ends[last - 1]))
        yield place, slice(first, last)
        first, cell = last, place.stop


def rescale(
    cells: ArrayLike,
    group: ArrayLike,
    totals: ArrayLike,
    locked: ArrayLike | None = None,
    *,
    unit: int = 100,
    floors: ArrayLike | None = None,
    caps: ArrayLike | None = None,
) -> np.ndarray:
    """Takes parts to new totals in proportion to what they are now; evenly where all that can change are nothing.

    A parent that already has its total, with its free parts within their bounds, keeps every part as it is, whole
    units or not. Raises AllocationError as `spread`; `group` in it is the position in `totals`.
    """
    now, of = np.asarray(cells, dtype=np.int64), np.asarray(group, dtype=np.int64)
    whole = np.asarray(totals, dtype=np.int64)
    free = None if locked is None else ~np.asarray(locked, dtype=bool)
    changes = sums(now, of, len(whole)) != whole
    if floors is not None or caps is not None:
        low, high = bounds_of(len(now), floors, caps)
        outside = (now < low) | (now > high)
        changes[of[outside if free is None else outside & free]] = True
    if changes.all():
        return spread_grouped(
            whole, now, of, unit=unit, floors=floors, caps=caps, locked=locked, current=now
        )  # fmt: skip
    moved, number = np.flatnonzero(changes[of]), np.cumsum(changes) - 1
    result = now.copy()
    if not len(moved) and not changes.any():
        return result
    some = [None if each is None else np.asarray(each)[moved] for each in (floors, caps, locked)]
    try:
        result[moved] = spread_grouped(
            whole[changes], now[moved], number[of[moved]], unit=unit, floors=some[0], caps=some[1], locked=some[2],
            current=now[moved],
        )  # fmt: skip
    except AllocationError as refused:
        raise AllocationError(refused.reason, int(np.flatnonzero(changes)[refused.group]), **refused.numbers) from None
    return result


def _left(totals: np.ndarray, cells: Cells) -> np.ndarray:
    """What is left of each total after its locked parts; raises AllocationError where it cannot be spread."""
    groups = len(totals)
    count = np.bincount(cells.group, minlength=groups)
    _refuse({"negative_total": totals < 0, "too_large": totals > LARGEST, "no_cells": (count == 0) & (totals != 0)},
            total=totals)  # fmt: skip
    if cells.free is None:
        left, any_free = totals, count > 0
    else:
        any_free = np.bincount(cells.group[cells.free], minlength=groups) > 0
        too_large = np.bincount(cells.group, np.abs(cells.held), groups) > LARGEST
        locked = sums(cells.held, cells.group, groups)
        left = totals - locked
        _refuse({"too_large": too_large, "everything_locked": (count > 0) & ~any_free & (left != 0),
                 "locks_above_total": left < 0}, total=totals, locked=locked)  # fmt: skip
    if cells.bounds is not None:
        _check_bounds(left, any_free, cells)
    return left


def _check_bounds(left: np.ndarray, any_free: np.ndarray, cells: Cells) -> None:
    """Raises AllocationError where what is left does not lie between the sums of floors and of caps."""
    assert cells.bounds is not None
    free = slice(None) if cells.free is None else cells.free
    group, low, high = cells.group[free], cells.bounds[0][free], cells.bounds[1][free]
    floors, caps = sums(low, group, len(left)), sums(high, group, len(left))
    # Sums of bounds may be more than int64 holds, where bounds are none; floats tell which.
    much, many = (np.bincount(group, bound, len(left)) > LARGEST for bound in (low, high))
    crossed, at = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=np.int64)
    across = np.flatnonzero(low > high)[::-1]
    crossed[group[across]], at[group[across]] = True, across
    if crossed.any():
        _refuse({"floor_above_cap": crossed}, floor=low[at], cap=high[at])
    too_low = any_free & ~many & (caps < left)
    _refuse({"too_large": much, "floors_above_total": floors > left, "caps_below_total": too_low},
            floors=floors, caps=caps, free=left, total=left)  # fmt: skip


def _refuse(wrong: Mapping[str, np.ndarray], **numbers: np.ndarray) -> None:
    """Raises AllocationError for the first reason that is true of a parent, with the numbers its sentence has."""
    for reason, where in wrong.items():
        if where.any():
            first = int(np.flatnonzero(where)[0])
            said = {name: int(values[first]) for name, values in numbers.items() if f"{{{name}}}" in REASONS[reason]}
            raise AllocationError(reason, first, **said)
