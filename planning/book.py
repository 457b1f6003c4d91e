"""Target rows as arrays: which of them answer for a level, and what they come to in a period.

A version may hold several plans of the whole, each at its own level (see `levels`). A question names the keys it asks
by and filters by; it is answered from the one level that has all of them and goes as little further as can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from planning.curves import Curve
from planning.levels import TREES, Level, level_of
from planning.tables import KEYS

_UNSET = -1
#: More days than any span has.
_LONGEST = 1_000_000
#: Numbers up to this are told apart by marking them, which is quicker than sorting.
_MOST_MARKED = 1_000_000


@dataclass(frozen=True, eq=False)
class Book:
    """The rows of some versions; every array has one entry per row."""

    version: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    amount_e4: np.ndarray
    keys: Mapping[str, pd.Categorical]
    levels: tuple[Level, ...]
    level: np.ndarray  # a number in `levels`

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Book:
        """From the rows as `Ledger.rows` gives them."""
        keys = {name: rows[name].array for name in KEYS}
        bits = np.zeros(len(rows), dtype=np.int64)
        for place, name in enumerate(KEYS):
            bits |= (np.asarray(keys[name].codes) >= 0).astype(np.int64) << place
        kinds, number = np.unique(bits, return_inverse=True)
        named = [level_of(name for place, name in enumerate(KEYS) if kind >> place & 1) for kind in kinds]
        levels = tuple(dict.fromkeys(named))
        place_of = np.array([levels.index(one) for one in named], dtype=np.int64)
        return cls(
            version=rows["version_id"].to_numpy(np.int64),
            starts=rows["starts_on"].to_numpy("datetime64[D]"),
            ends=rows["ends_on"].to_numpy("datetime64[D]"),
            amount_e4=rows["amount_e4"].to_numpy(np.int64),
            keys=keys,
            levels=levels,
            level=place_of[number] if len(rows) else number,
        )

    @property
    def size(self) -> int:
        """Bytes held by the arrays."""
        arrays = [self.version, self.starts, self.ends, self.amount_e4, self.level]
        return sum(array.nbytes for array in arrays) + sum(key.codes.nbytes for key in self.keys.values())

    def within(self, since: date | None, until: date | None) -> np.ndarray:
        """Numbers of the rows that share a day with [since, until]; None is open."""
        starts, ends, number = self._spans
        holds = np.ones(len(starts), dtype=bool)
        if since is not None:
            holds &= ends >= np.datetime64(since, "D")
        if until is not None:
            holds &= starts <= np.datetime64(until, "D")
        return np.arange(len(number)) if holds.all() else np.flatnonzero(holds[number])

    def answering(self, rows: np.ndarray, asked: Iterable[str]) -> tuple[np.ndarray, dict[int, Level | None]]:
        """Of the rows those that answer for the keys asked, and by version the level that does, None where none can."""
        wanted = frozenset(asked)
        versions, plan = self._plans
        own = plan[rows]
        there = (
            np.bincount(own, minlength=len(versions) * len(self.levels)).reshape(len(versions), len(self.levels)) > 0
        )
        chosen: dict[int, Level | None] = {}
        answers = np.zeros(there.shape, dtype=bool)
        for place in np.flatnonzero(there.any(axis=1)):
            able = [n for n in np.flatnonzero(there[place]) if wanted <= covered(self.levels[n])]
            best = min(able, key=lambda n: _beyond(self.levels[n], wanted), default=None)
            chosen[int(versions[place])] = None if best is None else self.levels[best]
            answers[place, [] if best is None else best] = True
        return rows[answers.ravel()[own]], chosen

    def having(self, rows: np.ndarray, key: str, members: Sequence[str | None], *, without: bool = False) -> np.ndarray:
        """Of the rows those whose key is one of the members (None: those without one); or is none of them."""
        column, known = self.keys[key], self._codes[key]
        holds = np.zeros(len(column.categories) + 1, dtype=bool)  # the last one for rows without: their code is -1
        holds[[known[member] for member in members if member in known]] = True
        return rows[holds[column.codes[rows]] != without]

    def sums(
        self, rows: np.ndarray, by: Sequence[str], curve: Curve, periods: Sequence[tuple[date | None, date | None]]
    ) -> dict[tuple[str | None, ...], list[float]]:
        """For each combination of keys that the rows have, what they come to in each period.

        A row counts with the share of its days that lies in the period; whole rows are summed exactly.
        """
        group, members = self._grouped(rows, by)
        cells = self._cells(rows, group)
        sums = np.column_stack([cells.within(curve, since, until, len(members)) for since, until in periods])
        return {member: [float(value) for value in own] for member, own in zip(members, sums, strict=True)}

    def course(self, rows: np.ndarray, curve: Curve, since: date, days: Sequence[date]) -> np.ndarray:
        """What the rows together come to from `since` to each of the days."""
        return self._cells(rows, np.zeros(len(rows), dtype=np.int64)).course(curve, since, days)

    @cached_property
    def _spans(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """First and last days of the spans there are, which are few, and for each row the number of its own."""
        low = self.starts.astype(np.int64)
        spans, number = np.unique(low * _LONGEST + (self.ends.astype(np.int64) - low), return_inverse=True)
        starts = spans // _LONGEST
        ends = starts + spans % _LONGEST
        return starts.astype("datetime64[D]"), ends.astype("datetime64[D]"), number.astype(np.int32)

    @cached_property
    def _plans(self) -> tuple[np.ndarray, np.ndarray]:
        """The versions there are, and for each row the number of its version and level."""
        versions, number = np.unique(self.version, return_inverse=True)
        return versions, (number * len(self.levels) + self.level).astype(np.int32)

    @cached_property
    def _codes(self) -> dict[str, dict[str | None, int]]:
        """Codes by key and member; of those that a key has not been set for, None's."""
        return {
            name: {None: _UNSET, **{str(member): code for code, member in enumerate(column.categories)}}
            for name, column in self.keys.items()
        }

    def _grouped(self, rows: np.ndarray, by: Sequence[str]) -> tuple[np.ndarray, list[tuple[str | None, ...]]]:
        group = np.zeros(len(rows), dtype=np.int64)
        for name in by:
            column = self.keys[name]
            group = group * (len(column.categories) + 1) + column.codes[rows] + 1
        found, numbers = _numbered(group)
        members: list[tuple[str | None, ...]] = [()] * len(found)
        rest = found
        for name in reversed(by):
            categories = self.keys[name].categories
            rest, codes = np.divmod(rest, len(categories) + 1)
            members = [(None if code == 0 else str(categories[code - 1]), *tail)
                       for code, tail in zip(codes, members, strict=True)]  # fmt: skip
        return numbers, members

    def _cells(self, rows: np.ndarray, group: np.ndarray) -> _Cells:
        starts, ends, number = self._spans
        cells, place = _numbered(group * max(len(starts), 1) + number[rows])
        amounts = np.zeros(len(cells), dtype=np.int64)
        np.add.at(amounts, place, self.amount_e4[rows])
        of_group, of_span = np.divmod(cells, max(len(starts), 1))
        return _Cells(starts, ends, of_span, of_group, amounts)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Amounts by group and span of days: the spans' ends, and for each cell its span, its group and what it holds."""

    starts: np.ndarray
    ends: np.ndarray
    span: np.ndarray
    group: np.ndarray
    amount_e4: np.ndarray

    def within(self, curve: Curve, since: date | None, until: date | None, groups: int) -> np.ndarray:
        """The groups' amounts in a period; spans that lie in it whole are summed exactly."""
        share = curve.share(self.starts, self.ends, since, until)[self.span]
        whole = np.zeros(groups, dtype=np.int64)
        inside, partly = share == 1, (share > 0) & (share < 1)
        np.add.at(whole, self.group[inside], self.amount_e4[inside])
        part = np.bincount(self.group[partly], self.amount_e4[partly] * share[partly], minlength=groups)
        return (whole + part) / 10_000

    def course(self, curve: Curve, since: date, days: Sequence[date]) -> np.ndarray:
        """The amounts of all groups together from `since` to each of the days."""
        until = np.array(days, dtype="datetime64[D]")
        share = curve.share(self.starts[:, None], self.ends[:, None], since, until)[self.span]
        amounts = self.amount_e4[:, None]
        whole = np.where(share == 1, amounts, 0).sum(axis=0)
        part = np.where((share > 0) & (share < 1), amounts * share, 0.0).sum(axis=0)
        return (whole + part) / 10_000


def _numbered(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different values in ascending order, and for each value its place among them."""
    most = int(values.max(initial=-1)) + 1
    if most > _MOST_MARKED:
        return np.unique(values, return_inverse=True)
    marked = np.zeros(most, dtype=bool)
    marked[values] = True
    return np.flatnonzero(marked), (np.cumsum(marked) - 1)[values]


def covered(level: Level) -> frozenset[str]:
    """The keys that every row of a level has, or has none of because there is none above it: itself, and its ancestors.

    A rep stands for a manager and an office as well, a manager for nobody else.
    """
    return frozenset(
        name
        for tree in TREES
        for deepest in level
        if deepest in tree
        for name in (tree[tree.index(deepest) :] if deepest != "manager" else (deepest,))
    )


def _beyond(level: Level, asked: frozenset[str]) -> tuple[int, int, int]:
    """How much further than asked a level goes: in the trees asked for, into how many others, and how far there."""
    depths = [max((len(tree) - tree.index(name) for name in level if name in tree), default=0) for tree in TREES]
    wanted = [max((len(tree) - tree.index(name) for name in asked if name in tree), default=0) for tree in TREES]
    inside = sum(depth - want for depth, want in zip(depths, wanted, strict=True) if want)
    others = [depth for depth, want in zip(depths, wanted, strict=True) if not want and depth]
    return inside, len(others), sum(others)
