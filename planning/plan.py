"""A plan in memory: the targets of one version as monthly cells, level by level, and what a part of them comes to.

A version may hold several plans of the whole, each at its own level (see `levels`): for the company, for regions and
products, for reps. Here each is a `Plane`. Who stands where and in which month never changes while a plan is worked on;
what its cells hold is an array of its own, so that every state of a plan shares everything but its amounts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from planning.book import covered
from planning.curves import Curve
from planning.exact import sums as summed
from planning.levels import Level, highest, level_of
from planning.rows import canonical
from planning.tables import KEYS

#: Ten-thousandths in a unit that amounts are kept whole in, from the coarsest: yuan, cents, ten-thousandths.
UNITS = (10_000, 100, 1)
#: What cells are grouped by besides keys.
TIMES = ("month", "quarter")
_NONE = -1
#: Parts of a plane that are kept: at most two numbers of four bytes a cell each.
_PARTS = 12
#: The members of the groups, the numbers of the cells (or that it is all of them), and of each the place of its group.
Parts = tuple[list[tuple[str | None, ...]], np.ndarray | slice, np.ndarray]
#: More days than any row has.
_LONGEST = 1_000_000


@dataclass(frozen=True)
class Node:
    """A part of a plan: the cells of some members, in the months that lie between two days; a period without
    ends is the whole of it. A member of None is what is set for nobody.
    """

    members: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None

    @classmethod
    def of(cls, starts_on: date | None = None, ends_on: date | None = None, **members: str | Sequence[str]) -> Node:
        """`Node.of(region="East")`: all months of East."""
        named = {name: (one,) if isinstance(one, str) else tuple(one) for name, one in members.items()}
        return cls(tuple(sorted(named.items())), starts_on, ends_on)

    @property
    def keys(self) -> frozenset[str]:
        """The keys it names."""
        return frozenset(name for name, _ in self.members)

    def within(self, name: str, member: str | None) -> Node:
        """The part of it that belongs to one member of a dimension."""
        kept = {**dict(self.members), name: (member,)}
        return Node(tuple(sorted(kept.items())), self.starts_on, self.ends_on)


@dataclass(frozen=True, eq=False)
class Plane:
    """The cells of one level: for each its members, by key, and its month; `codes` of -1 are of nobody."""

    level: Level
    codes: Mapping[str, np.ndarray]
    names: Mapping[str, tuple[str, ...]]
    month: np.ndarray
    months: np.ndarray  # datetime64[M], ascending; `month` counts in them
    first_month: int = 1  # of the fiscal year
    #: Groups that were asked for: cells never change theirs.
    _groups: dict[str, tuple[np.ndarray, list[str | None]]] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        """How many cells it has."""
        return len(self.month)

    @property
    def name(self) -> str:
        """The level in one word, as adjustments and addresses spell it; the company's is `company`."""
        return level_name(self.level)

    @cached_property
    def covered(self) -> frozenset[str]:
        """The keys that every cell has, or is known to have none of."""
        return covered(self.level)

    def codes_of(self, name: str, members: Iterable[str | None]) -> list[int]:
        """The codes of members; one that no cell has is left out."""
        place = self._places[name]
        found = [_NONE if member is None else place.get(member) for member in members]
        return [code for code in found if code is not None]

    def mask(self, node: Node) -> np.ndarray:
        """Which cells belong to a node: of one of the members, and in a month that it touches."""
        held = np.ones(len(self), dtype=bool)
        for name, members in node.members:
            held &= np.isin(self.codes[name], self.codes_of(name, members))
        return held & self.in_months(node.starts_on, node.ends_on)

    def in_months(self, since: date | None, until: date | None) -> np.ndarray:
        """Which cells lie in the months of a period; an open end has no bound."""
        held = np.ones(len(self.months), dtype=bool)
        if since is not None:
            held &= self.months >= np.datetime64(since, "M")
        if until is not None:
            held &= self.months <= np.datetime64(until, "M")
        return held[self.month]

    def groups(self, by: str) -> tuple[np.ndarray, list[str | None]]:
        """For each cell the number of its member of a dimension, and the members; `month` and `quarter` too.

        A month is named by its first day, a fiscal quarter by that of its first month.
        """
        if by not in self._groups:
            self._groups[by] = self._times(by) if by in TIMES else self._members(by)
        return self._groups[by]

    @cached_property
    def parts(self) -> Callable[[tuple[str, ...], Node | None], Parts]:
        """What of a node's cells belongs to which members of some dimensions; the last ones asked for are kept.

        A page asks for the same few parts in every state of a plan, and no state moves a cell to another part.
        """
        return lru_cache(maxsize=_PARTS)(self._parts)

    def _parts(self, by: tuple[str, ...], node: Node | None) -> Parts:
        held = None if node is None else self.mask(node)
        cells = slice(None) if held is None or held.all() else np.flatnonzero(held).astype(np.int32)
        grouped = [self.groups(name) for name in by]
        number = np.zeros(len(self.month[cells]), dtype=np.int64)
        size = 1
        for own, members in grouped:
            number, size = number * len(members) + own[cells], size * len(members)
        found, place = numbered(number, size)
        named: list[tuple[str | None, ...]] = [()] * len(found)
        for _, members in reversed(grouped):
            found, codes = np.divmod(found, len(members))
            named = [(members[code], *tail) for code, tail in zip(codes, named, strict=True)]
        return named, cells, place.astype(np.int32)

    def _times(self, by: str) -> tuple[np.ndarray, list[str | None]]:
        size = 1 if by == "month" else 3
        counted = self.months.astype(np.int64) - (self.first_month - 1)
        starts = (counted // size * size + (self.first_month - 1)).astype("datetime64[M]")
        held, month = numbered(self.month, len(self.months))
        found, number = np.unique(starts[held], return_inverse=True)
        return number[month].astype(np.int32), [f"{one}-01" for one in found.astype(str)]

    def _members(self, by: str) -> tuple[np.ndarray, list[str | None]]:
        names = self.names[by]
        found, number = numbered(self.codes[by].astype(np.int64) - _NONE, len(names) - _NONE)
        return number.astype(np.int32), [None if code == 0 else names[code + _NONE] for code in found]

    @cached_property
    def _places(self) -> dict[str, dict[str, int]]:
        return {name: {member: at for at, member in enumerate(names)} for name, names in self.names.items()}


def level_name(level: Level) -> str:
    """A level in one word: `region-product`, or `company`."""
    return "-".join(level) or "company"


@dataclass(frozen=True, eq=False)
class Plan:
    """The planes of a plan, with what their cells hold in ten-thousandths, and which of them are locked."""

    planes: tuple[Plane, ...]
    amounts: tuple[np.ndarray, ...]
    locked: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, rows: pd.DataFrame, curve: Curve, first_month: int = 1) -> Plan:
        """From the rows of one version (see `planning.rows`); those longer than a month are spread over theirs.

        Months of a row get what the curve gives them, in whole units that sum to the row.
        """
        months, amounts, source = _monthly(rows, curve)
        every = np.unique(months)
        keys = {name: rows[name].array for name in KEYS}
        kinds = np.zeros(len(rows), dtype=np.int64)
        for at, name in enumerate(KEYS):
            kinds |= (np.asarray(keys[name].codes) >= 0).astype(np.int64) << at
        planes, held = [], []
        by_level: dict[Level, list[int]] = {}
        for kind in np.unique(kinds):
            level = level_of(name for at, name in enumerate(KEYS) if kind >> at & 1)
            by_level.setdefault(level, []).append(int(kind))
        for level, own in sorted(by_level.items(), key=lambda one: (len(one[0]), one[0])):
            cells = np.flatnonzero(np.isin(kinds[source], own))
            rows_of = source[cells]
            planes.append(
                Plane(
                    level,
                    {name: np.asarray(keys[name].codes)[rows_of] for name in KEYS},  # as small as pandas makes them
                    {name: tuple(map(str, keys[name].categories)) for name in KEYS},
                    np.searchsorted(every, months[cells]).astype(np.int16),
                    every,
                    first_month,
                )
            )
            held.append(amounts[cells])
        return cls(tuple(planes), tuple(held), tuple(np.zeros(len(plane), dtype=bool) for plane in planes))

    def differs(self, other: Plan) -> bool:
        """Whether a cell holds something else than in another state of the plan, or is locked where it is not there."""
        pairs = [*zip(self.amounts, other.amounts, strict=True), *zip(self.locked, other.locked, strict=True)]
        return any(one is not two and not np.array_equal(one, two) for one, two in pairs)

    def index(self, name: str) -> int | None:
        """The place of the plane with that name."""
        return next((at for at, plane in enumerate(self.planes) if plane.name == name), None)

    def answering(self, keys: Iterable[str]) -> int | None:
        """The plane that answers for keys and goes as little further as can be; None where none has them all."""
        wanted = frozenset(keys) - frozenset(TIMES)
        able = [at for at, plane in enumerate(self.planes) if wanted <= plane.covered]
        return min(able, key=lambda at: (len(self.planes[at].covered), len(self.planes[at])), default=None)

    def total(self, at: int, node: Node | None = None) -> int:
        """What a node's cells of a plane come to, in ten-thousandths."""
        amounts = self.amounts[at]
        return int(amounts.sum() if node is None else amounts[self.planes[at].parts((), node)[1]].sum())

    def sums(self, at: int, by: Sequence[str], node: Node | None = None) -> dict[tuple[str | None, ...], int]:
        """What the members of some dimensions come to within a node; those without a cell in it are not there."""
        named, cells, place = self.planes[at].parts(tuple(by), node)
        totals = summed(self.amounts[at][cells], place, len(named))
        return dict(zip(named, totals.tolist(), strict=True))

    def rows(self) -> pd.DataFrame:
        """The plan as rows of targets, a row a cell: what a version keeps (see `planning.rows.canonical`)."""
        pieces = []
        for plane, amounts in zip(self.planes, self.amounts, strict=True):
            starts = plane.months[plane.month]
            columns: dict[str, object] = {
                "starts_on": starts.astype("datetime64[us]"),
                "ends_on": ((starts + 1).astype("datetime64[D]") - 1).astype("datetime64[us]"),
                "amount_e4": amounts,
            }
            for name in KEYS:
                categories = pd.Index(plane.names[name], dtype="str")
                columns[name] = pd.Categorical.from_codes(plane.codes[name], categories=categories)
            pieces.append(pd.DataFrame(columns))
        return pd.concat(pieces, ignore_index=True) if pieces else canonical([])

    @property
    def highest_total(self) -> int:
        """What the plane of the highest level comes to: the plan's total in ten-thousandths."""
        return highest({plane.level: int(own.sum()) for plane, own in zip(self.planes, self.amounts, strict=True)})


def numbered(values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The different ones among whole numbers from 0 to below `size`, ascending, and each value's place among them."""
    if size > 4 * len(values) + 1_000:
        return np.unique(values, return_inverse=True)
    found = np.flatnonzero(np.bincount(values, minlength=size))
    place = np.empty(size, dtype=np.int64)
    place[found] = np.arange(len(found))
    return found, place[values]


def unit_of(*amounts: int | np.ndarray) -> int:
    """The coarsest unit that all amounts are whole in."""
    return next(unit for unit in UNITS if all(not np.any(np.asarray(amount) % unit) for amount in amounts))


def _monthly(rows: pd.DataFrame, curve: Curve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Month, amount and row of each monthly cell."""
    starts = rows["starts_on"].to_numpy("datetime64[D]")
    ends = rows["ends_on"].to_numpy("datetime64[D]")
    amounts = rows["amount_e4"].to_numpy(np.int64)
    first, last = starts.astype("datetime64[M]"), ends.astype("datetime64[M]")
    count = (last - first).astype(np.int64) + 1
    source = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    months = first[source] + within
    if not len(rows) or count.max() == 1:
        return months, amounts.copy(), source
    # The share until each month's end, rounded to whole units, less that until the month before: sums to the row.
    unit = np.where(amounts % UNITS[0] == 0, UNITS[0], np.where(amounts % UNITS[1] == 0, UNITS[1], UNITS[2]))[source]
    shares = _shares(starts, ends, source, within, curve)
    reached = np.rint(amounts[source] / unit * shares).astype(np.int64) * unit
    reached = np.where(within == count[source] - 1, amounts[source], reached)
    before = np.where(within == 0, 0, np.roll(reached, 1))
    return months, reached - before, source


def _shares(starts: np.ndarray, ends: np.ndarray, source: np.ndarray, within: np.ndarray, curve: Curve) -> np.ndarray:
    """The share of its row that has passed at the end of each monthly cell."""
    # There are few different spans of days, whatever the number of rows.
    low = starts.astype(np.int64)
    spans, span = np.unique(low * _LONGEST + ends.astype(np.int64) - low, return_inverse=True)
    widest = int(within.max()) + 1
    found, number = numbered(span[source] * widest + within, len(spans) * widest)
    passed = []
    for own, month in zip(*(one.tolist() for one in np.divmod(found, widest)), strict=True):
        start, days = divmod(int(spans[own]), _LONGEST)
        first, last = np.datetime64(start, "D"), np.datetime64(start + days, "D")
        until = min((first.astype("datetime64[M]") + month + 1).astype("datetime64[D]") - 1, last)
        passed.append(curve.share(np.array([first]), np.array([last]), None, until.astype(date))[0])
    return np.array(passed)[number]
