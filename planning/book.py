"""Target rows as arrays: which of them answer for a level, and what they come to in a period.

A version may hold several plans of the whole, each at its own level (see `levels`). A question names the keys it asks
by and filters by; it is answered from the one level that has all of them and goes as little further as can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from planning.curves import Curve
from planning.levels import TREES, Level, level_of
from planning.tables import KEYS

_UNSET = -1
#: More days than any span has.
_LONGEST = 1_000_000


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
        holds = np.ones(len(self.starts), dtype=bool)
        if since is not None:
            holds &= self.ends >= np.datetime64(since, "D")
        if until is not None:
            holds &= self.starts <= np.datetime64(until, "D")
        return np.flatnonzero(holds)

    def answering(self, rows: np.ndarray, asked: Iterable[str]) -> tuple[np.ndarray, dict[int, Level | None]]:
        """Of the rows those that answer for the keys asked, and by version the level that does, None where none can."""
        wanted = frozenset(asked)
        chosen: dict[int, Level | None] = {}
        kept = []
        for version in np.unique(self.version[rows]):
            own = rows[self.version[rows] == version]
            able = [n for n in np.unique(self.level[own]) if wanted <= covered(self.levels[n])]
            best = min(able, key=lambda n: _beyond(self.levels[n], wanted), default=None)
            chosen[int(version)] = None if best is None else self.levels[best]
            if best is not None:
                kept.append(own[self.level[own] == best])
        return (np.concatenate(kept) if kept else rows[:0]), chosen

    def having(self, rows: np.ndarray, key: str, members: Sequence[str | None], *, without: bool = False) -> np.ndarray:
        """Of the rows those whose key is one of the members (None: those without one); or is none of them."""
        column = self.keys[key]
        codes = [_UNSET if member is None else int(column.categories.get_indexer([member])[0]) for member in members]
        known = [code for code, member in zip(codes, members, strict=True) if member is None or code != _UNSET]
        return rows[np.isin(column.codes[rows], known) != without]

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
        cells = self._cells(rows, np.zeros(len(rows), dtype=np.int64))
        return np.array([cells.within(curve, since, day, 1)[0] for day in days])

    def _grouped(self, rows: np.ndarray, by: Sequence[str]) -> tuple[np.ndarray, list[tuple[str | None, ...]]]:
        group = np.zeros(len(rows), dtype=np.int64)
        for name in by:
            column = self.keys[name]
            group = group * (len(column.categories) + 1) + column.codes[rows] + 1
        found, numbers = np.unique(group, return_inverse=True)
        members: list[tuple[str | None, ...]] = [()] * len(found)
        rest = found
        for name in reversed(by):
            categories = self.keys[name].categories
            rest, codes = np.divmod(rest, len(categories) + 1)
            members = [(None if code == 0 else str(categories[code - 1]), *tail)
                       for code, tail in zip(codes, members, strict=True)]  # fmt: skip
        return numbers, members

    def _cells(self, rows: np.ndarray, group: np.ndarray) -> _Cells:
        # There are few different spans of days, whatever the number of rows.
        low = self.starts[rows].astype(np.int64)
        spans, number = np.unique(low * _LONGEST + (self.ends[rows].astype(np.int64) - low), return_inverse=True)
        cells, place = np.unique(group * max(len(spans), 1) + number, return_inverse=True)
        amounts = np.zeros(len(cells), dtype=np.int64)
        np.add.at(amounts, place, self.amount_e4[rows])
        starts = spans // _LONGEST
        of_group, of_span = np.divmod(cells, max(len(spans), 1))
        return _Cells(
            starts.astype("datetime64[D]"),
            (starts + spans % _LONGEST).astype("datetime64[D]"),
            of_span,
            of_group,
            amounts,
        )


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
