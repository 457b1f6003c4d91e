"""Shares of parts by water-filling within bounds, and their rounding to whole units by largest remainder.

What `allocation` is made of; how the two go is said there. All arrays have one entry per part, but for those by parent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planning.exact import each, shares, sums

#: A cap that is none.
NO_CAP = 2**62
#: Cut-off parts of a unit are compared to this many binary places.
_PLACES = 26
#: What a key of a sort has room for.
_KEY_BITS = 63


def bounds_of(size: int, floors: ArrayLike | None, caps: ArrayLike | None) -> tuple[np.ndarray, np.ndarray]:
    """Floors, of nothing at least, and caps."""
    low = np.zeros(size, np.int64) if floors is None else np.maximum(np.asarray(floors, dtype=np.int64), 0)
    return low, np.full(size, NO_CAP) if caps is None else np.asarray(caps, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Cells:
    """The parts: whose they are; which may change and what the others hold (None: all may); their bounds, if any."""

    group: np.ndarray
    free: np.ndarray | None
    held: np.ndarray
    bounds: tuple[np.ndarray, np.ndarray] | None

    @classmethod
    def of(
        cls,
        group: np.ndarray,
        floors: ArrayLike | None,
        caps: ArrayLike | None,
        locked: ArrayLike | None,
        current: ArrayLike | None,
    ) -> Cells:
        """From what `spread_grouped` is given."""
        bounds = None if floors is None and caps is None else bounds_of(len(group), floors, caps)
        if locked is None or not np.any(locked):
            return cls(group, None, np.zeros(len(group), dtype=np.int64), bounds)
        if current is None:
            raise ValueError("Locked parts keep what they have: say what that is (current).")
        free = ~np.asarray(locked, dtype=bool)
        return cls(group, free, np.where(free, 0, np.asarray(current, dtype=np.int64)), bounds)

    def at(self, place: slice, first: int) -> Cells:
        """Some of the parts, their parents numbered from the first on."""
        free = None if self.free is None else self.free[place]
        bounds = None if self.bounds is None else (self.bounds[0][place], self.bounds[1][place])
        return Cells(self.group[place] - first, free, self.held[place], bounds)


@dataclass(frozen=True, eq=False)
class Shares:
    """What each part comes to: whole + part, less than 1; settled where a lock or a bound says so (None: nowhere)."""

    whole: np.ndarray
    part: np.ndarray
    settled: np.ndarray | None


def filled(left: np.ndarray, weights: np.ndarray, cells: Cells) -> Shares:
    """Water-filling: parts beyond a bound are put on it and the others share what is then left, until none is.

    In each round a parent settles those below their floor if they lack more than the others exceed their caps by, and
    those above their cap if not: with the final k the same ones are still beyond.
    """
    groups, left, bounds = len(left), left.copy(), cells.bounds
    if bounds is None:
        return _unbounded(left, weights, cells)
    settled = np.zeros(len(weights), dtype=bool) if cells.free is None else ~cells.free
    whole, part = cells.held.copy(), np.zeros(len(weights))
    busy = np.flatnonzero(~settled)
    while len(busy):
        of = cells.group[busy]
        whole[busy], part[busy] = quotient, remainder = _even_or_shared(left, weights[busy], of)
        low, high = bounds[0][busy], bounds[1][busy]
        short, beyond = quotient < low, (quotient > high) | ((quotient == high) & (remainder > 0))
        if not (short.any() or beyond.any()):
            break
        lack = sums(np.where(short, low - quotient, np.where(beyond, high - quotient, 0)), of, groups)
        parts = np.bincount(of, np.where(short | beyond, remainder, 0.0), groups)
        put = np.where((lack >= parts)[of], short, beyond)
        bound, at = np.where(short, low, high)[put], busy[put]
        whole[at], part[at], settled[at] = bound, 0, True
        left -= sums(bound, of[put], groups)
        busy = busy[~put & (np.bincount(of[put], minlength=groups) > 0)[of]]
    return Shares(whole, part, settled)


def _unbounded(left: np.ndarray, weights: np.ndarray, cells: Cells) -> Shares:
    """Without bounds there is nothing to fill: each free part has its share."""
    if cells.free is None:
        return Shares(*_even_or_shared(left, weights, cells.group), settled=None)
    free = cells.free.astype(np.int64)
    whole, part = _even_or_shared(left, weights * free, cells.group, even=free)
    whole += cells.held
    return Shares(whole, part, ~cells.free)


def _even_or_shared(
    left: np.ndarray, weights: np.ndarray, group: np.ndarray, even: np.ndarray | int = 1
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Shares of what is left by weight, or evenly in a parent without any: the whole number below, and what is over."""
    together = sums(weights, group, len(left))
    without = together == 0
    if without.any():
        weights = np.where(without[group], even, weights)
        together = np.maximum(sums(weights, group, len(left)), 1)
    whole, rest = shares(left, weights, group, together)
    return whole, rest * each(1 / together, group)


def rounded(totals: np.ndarray, found: Shares, cells: Cells, unit: int) -> np.ndarray:
    """Shares in whole units within their bounds, by largest remainder; they sum to the totals. Uses `found` up."""
    cut = found.whole % unit
    if found.settled is not None:
        cut[found.settled] = 0
    base = found.whole - cut
    result = base if cells.bounds is None else np.where(_settled(found), base, np.maximum(base, cells.bounds[0]))
    missing = totals - sums(result, cells.group, len(totals))
    part = found.part
    part += cut
    part *= 2**_PLACES / unit
    line = np.flatnonzero(part if missing.all() else part * (missing > 0)[cells.group])
    if len(line):
        line = _ordered(cells.group[line], part[line].astype(np.int64), line)
        room = None if cells.bounds is None else np.minimum(base[line] + unit, cells.bounds[1][line]) - result[line]
        _hand_out(result, missing, line, cells.group[line], unit if room is None else room)
    return result


def _settled(found: Shares) -> np.ndarray:
    return np.zeros(len(found.whole), dtype=bool) if found.settled is None else found.settled


def _hand_out(
    result: np.ndarray, missing: np.ndarray, line: np.ndarray, group: np.ndarray, room: np.ndarray | int
) -> None:  # fmt: skip
    """Gives the parts in line what they have room for, until nothing is missing of their parent's total."""
    count = np.bincount(group, minlength=len(missing))
    first = np.cumsum(count) - count
    if isinstance(room, int):
        full, rest = np.divmod(missing, room)
        rank = np.arange(len(line)) - each(first, group)
        result[line[rank < each(full, group)]] += room
        some = np.flatnonzero(rest)
        result[line[first[some] + full[some]]] += rest[some]
        return
    before = np.cumsum(room)
    before -= room
    before -= before[np.minimum(first, len(line) - 1)][group]
    result[line] += np.clip(missing[group] - before, 0, room)


def _ordered(group: np.ndarray, part: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The places by group, the largest part of a unit first, the earlier place first where parts are alike."""
    key, bits = np.minimum(part, 2**_PLACES - 1, out=part), int(place[-1]).bit_length()
    if int(group.max()).bit_length() + _PLACES + bits > _KEY_BITS:
        return place[np.lexsort((place, -part, group))]
    # One number says it all, and numbers sort several times as fast as their positions do.
    np.subtract(2**_PLACES - 1, key, out=key)
    key |= group << _PLACES
    key <<= bits
    key |= place
    key.sort()
    key &= 2**bits - 1
    return key
