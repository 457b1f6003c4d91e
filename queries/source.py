"""Where rows come from and which of them count: a fact, what its dimensions look up, period, filters and scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Integer, Select, Table, and_, false, func, not_, or_, select

from queries.engine import current
from queries.periods import Period
from queries.scope import Scope
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.facts import OPPORTUNITIES
from queries.semantic.model import Dimension, Fact
from queries.slices import UNASSIGNED, Slice


class CannotAnswer(ValueError):
    """Measures and dimensions that do not go together; the message says what would work."""


@dataclass(frozen=True)
class Source:
    """One fact as it stood at the slice's date, with the joins its dimensions need."""

    fact: Fact
    table: FromClause
    date: str | None

    @classmethod
    def of(cls, fact: Fact, slice_: Slice, date_column: str | None = None) -> Source:
        """The fact's table, or its past state where the slice looks back and the fact can."""
        day = slice_.as_of or current().as_of
        if day >= current().recorded_to or fact.as_of is None:
            return cls(fact, fact.table, date_column)
        return cls(fact, fact.as_of(day), date_column)

    def has(self, dimension: Dimension) -> bool:
        """Whether each row has one member of the dimension; else its deal has, or several."""
        return dimension.is_additive and dimension.fits(self.fact)

    def key(self, dimension: Dimension) -> ColumnElement:
        """The column whose values are the dimension's keys; `joins` brings in the table it may come from."""
        if self._holds_key(dimension):
            return self.table.c[dimension.via]
        return self.joined(dimension).c[dimension.key]

    def _holds_key(self, dimension: Dimension) -> bool:
        return dimension.table is None or (dimension.key == dimension.via and dimension.bridge is None)

    def joined(self, dimension: Dimension) -> FromClause:
        """The dimension's table under a name of its own; dimensions of one table and key share it."""
        assert dimension.table is not None
        return _alias(dimension.table, f"{dimension.table.name}_by_{dimension.via or self.date}")

    def joins(self, dimensions: Sequence[Dimension], *, names: bool = False) -> FromClause:
        """The fact outer-joined to what the keys (and names) of dimensions need, each table once."""
        select_from = self.table
        made: set[str] = set()
        for dimension in dimensions:
            if dimension.table is None or (self._holds_key(dimension) and not names):
                continue
            table = self.joined(dimension)
            if table.name in made:  # type: ignore[attr-defined]
                continue
            made.add(table.name)  # type: ignore[attr-defined]
            select_from = self._join(select_from, table, dimension)
        return select_from

    def _join(self, select_from: FromClause, table: FromClause, dimension: Dimension) -> FromClause:
        if dimension.of_date:
            return select_from.outerjoin(table, table.c.day == self.table.c[self.date or ""])
        if dimension.bridge is not None:
            bridge = _alias(dimension.bridge, f"{dimension.bridge.name}_bridge")
            select_from = select_from.outerjoin(bridge, bridge.c[dimension.via] == self.table.c[dimension.via])
            return select_from.outerjoin(table, table.c[dimension.on] == bridge.c[dimension.on])
        return select_from.outerjoin(table, table.c[dimension.on] == self.table.c[dimension.via])


@cache
def _alias(table: Table, name: str) -> FromClause:
    """One alias object a name: two equal aliases would be two tables to SQLAlchemy."""
    return table.alias(name)


def conditions(
    source: Source,
    *,
    slice_: Slice,
    scope: Scope,
    period: Period | None,
    extra: Sequence[tuple[str, Any]] = (),
) -> list[ColumnElement[bool]]:
    """Period, basis, filters and scope as SQL. A filter value matches a member's key or its name.

    What a fact has not got itself, its deal has: "passages of deals that are won". Rows of no deal are then out.
    """
    where = [] if period is None or source.date is None else within(source.table.c[source.date], period)
    day = slice_.as_of or current().as_of
    if source.date is not None and (slice_.as_of is not None or day < current().recorded_to):
        where.append(source.table.c[source.date] <= day)
    if source.fact.basis is not None:
        where.append(source.table.c[source.fact.basis] == slice_.option("basis"))
    for name, values in slice_.filters:
        where.append(_where(source, DIMENSIONS[name], values, test=_filtered, slice_=slice_))
    for name, allowed in scope.limits:
        where.append(_where(source, DIMENSIONS[name], sorted(allowed), test=_matches, slice_=slice_))
    for name, value in extra:
        members = value if isinstance(value, list) else [value]
        where.append(_where(source, DIMENSIONS[name], members, test=_matches, slice_=slice_))
    return where


def within(column: ColumnElement, period: Period) -> list[ColumnElement[bool]]:
    """The period's days; all time leaves out nothing, not even what has no date."""
    if period.start is None or period.end is None:
        return []
    return [column.between(period.start, period.end)]


_Test = Callable[[Source, Dimension, Sequence[Any]], ColumnElement[bool]]


def _where(
    source: Source, dimension: Dimension, values: Sequence[Any], *, test: _Test, slice_: Slice
) -> ColumnElement[bool]:
    if dimension.of_date and source.date is None:
        raise CannotAnswer(f"{source.fact.name} at the as-of date belong to no {dimension.name}.")
    if source.has(dimension):
        return test(source, dimension, values)
    deals = Source.of(OPPORTUNITIES, slice_)
    if dimension.bridge is None:
        such = select(deals.table.c.opportunity_id).where(test(deals, dimension, values))
    else:
        such = _bridged(deals, dimension, values)
    return source.table.c.opportunity_id.in_(such)


def _bridged(deals: Source, dimension: Dimension, values: Sequence[Any]) -> Select[Any]:
    """The deals that have any of the members, or `unassigned`: none at all."""
    assert dimension.bridge is not None and dimension.table is not None
    if UNASSIGNED not in values:  # only then do the deals themselves have to be read
        table, bridge = dimension.table, dimension.bridge
        found = select(table.c[dimension.on]).where(_named(table.c[dimension.key], table.c[_label(dimension)], values))
        return select(bridge.c[dimension.via]).where(bridge.c[dimension.on].in_(found))
    members = deals.joined(dimension)
    such = select(deals.table.c.opportunity_id).select_from(deals.joins([dimension], names=True))
    return such.where(_named(members.c[dimension.key], members.c[_label(dimension)], values))


def _filtered(source: Source, dimension: Dimension, values: Sequence[str]) -> ColumnElement[bool]:
    wanted = [v for v in values if not v.startswith("!")]
    unwanted = [v[1:] for v in values if v.startswith("!")]
    both = [_matches(source, dimension, wanted)] if wanted else []
    if unwanted:
        both.append(func.coalesce(not_(_matches(source, dimension, unwanted)), True))
    return and_(*both)


def _matches(source: Source, dimension: Dimension, values: Sequence[Any]) -> ColumnElement[bool]:
    """Whether a row's member is one of these keys or names. Members are found first: they are few, the rows are not."""
    table = dimension.table
    if table is None:
        key = source.table.c[dimension.via]
        return _named(key, source.table.c[_label(dimension)], values)
    own = source.table.c[source.date or "" if dimension.of_date else dimension.via]
    such = select(table.c[dimension.on]).where(_named(table.c[dimension.key], table.c[_label(dimension)], values))
    found = own.in_(such)
    return or_(found, own.is_(None)) if UNASSIGNED in values else found


def _named(key: ColumnElement, label: ColumnElement, values: Sequence[Any]) -> ColumnElement[bool]:
    named = [value for value in values if value != UNASSIGNED]
    keys = [k for k in (_as_key(key, value) for value in named) if k is not None]
    ways: list[ColumnElement[bool]] = []
    if len(named) < len(values):
        ways.append(key.is_(None))
    if keys:
        ways.append(key.in_(keys))
        if label is not key:
            ways.append(label.in_(keys))
    return or_(false(), *ways)


def _label(dimension: Dimension) -> str:
    """The column that a member is named by; its key where it has no name."""
    return dimension.names[0] if dimension.names is not None else (dimension.key or dimension.via)


def _as_key(key: ColumnElement, value: Any) -> Any | None:
    """What stands in an address as the column's own type; None for what can be no key of it."""
    text = str(value)
    if isinstance(key.type, Integer):
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if isinstance(key.type, Date):
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            return None
    return text
