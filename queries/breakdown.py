"""`breakdown`: any measures by any dimensions. The only builder of GROUP BY.

One statement per fact and date column; statements are merged on the shared dimensions after aggregation, so that
no fact multiplies another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, reduce
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Label, Select, Table, and_, func, not_, or_, select

from queries.engine import current, frame_of
from queries.periods import Period
from queries.scope import Scope
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.model import AnyMeasure, Dimension, Fact, Measure, Ratio
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
        day = slice_.as_of
        if day is None or day >= current().as_of or fact.as_of is None:
            return cls(fact, fact.table, date_column)
        return cls(fact, fact.as_of(day), date_column)

    def key(self, dimension: Dimension) -> ColumnElement:
        """The column whose values are the dimension's keys."""
        if dimension.table is None:
            return self.table.c[dimension.via]
        return self.joined(dimension).c[dimension.key]

    def joined(self, dimension: Dimension) -> FromClause:
        """The dimension's table under a name of its own; dimensions of one table and key share it."""
        assert dimension.table is not None
        return _named(dimension.table, f"{dimension.table.name}_by_{dimension.via or self.date}")

    def joins(self, select_from: FromClause, dimensions: Sequence[Dimension]) -> FromClause:
        """The fact outer-joined to what its dimensions need, each table once."""
        made: set[str] = set()
        for dimension in dimensions:
            if dimension.table is None:
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
            bridge = _named(dimension.bridge, f"{dimension.bridge.name}_bridge")
            select_from = select_from.outerjoin(bridge, bridge.c[dimension.via] == self.table.c[dimension.via])
            return select_from.outerjoin(table, table.c[dimension.on] == bridge.c[dimension.on])
        return select_from.outerjoin(table, table.c[dimension.on] == self.table.c[dimension.via])


@cache
def _named(table: Table, name: str) -> FromClause:
    """One alias object a name: two equal aliases would be two tables to SQLAlchemy."""
    return table.alias(name)


def breakdown(
    *measures: AnyMeasure,
    by: Sequence[Dimension] = (),
    slice_: Slice,
    scope: Scope,
    period: Period | None = None,
    extra: Sequence[tuple[str, Any]] = (),
    parts: bool = False,
) -> pd.DataFrame:
    """One row per combination of the dimensions' members that any measure has, in the order of the dimensions.

    Columns: each dimension's key under its name, with `<name>_label` and `<name>_label_zh`, then the measures;
    with `parts`, also `<ratio>_over` and `<ratio>_under`. Keys that are null read `unassigned`. Without `by`, one row.
    `period` overrides the slice's own. Raises CannotAnswer.
    """
    _refuse_unfitting(measures, by)
    needed = _basic(measures)
    period = period or slice_.resolved(as_of=current().as_of, first_month=current().first_month)
    groups: dict[tuple[str, str | None], list[Measure]] = {}
    for part in needed:
        groups.setdefault((part.fact.name, part.date), []).append(part)
    frames = [
        frame_of(statement(group, by, slice_=slice_, scope=scope, period=period, extra=extra))
        for group in groups.values()
    ]
    merged = _merged(frames, by)
    for part in needed:
        filled = merged[part.name].astype(float)
        merged[part.name] = filled.fillna(0) if part.additive else filled
    merged = _without_dateless(merged, by, [part.name for part in needed])
    for measure in measures:
        if isinstance(measure, Ratio):
            _divide(merged, measure, parts)
    return merged[_columns(measures, by, parts)]


def statement(
    measures: Sequence[Measure],
    by: Sequence[Dimension],
    *,
    slice_: Slice,
    scope: Scope,
    period: Period,
    extra: Sequence[tuple[str, Any]] = (),
) -> Select[Any]:
    """The SELECT for measures of one fact and one date column."""
    first = measures[0]
    source = Source.of(first.fact, slice_, first.date)
    where = conditions(source, slice_=slice_, scope=scope, period=period, extra=extra)
    keys = [column for dimension in by for column in _key_columns(source, dimension)]
    used = [*by, *_filtering(slice_, scope, extra)]
    made = select(*keys, *(m.value(source.table).label(m.name) for m in measures))
    made = made.select_from(source.joins(source.table, used)).where(*where)
    if len(measures) == 1:
        made = made.where(first.rows(source.table))
    return made.group_by(*dict.fromkeys(_inner(column) for column in keys)) if keys else made


def conditions(
    source: Source,
    *,
    slice_: Slice,
    scope: Scope,
    period: Period | None,
    extra: Sequence[tuple[str, Any]] = (),
) -> list[ColumnElement[bool]]:
    """Period, basis, filters and scope as SQL. A filter value matches a member's key or its name."""
    where = [] if period is None or source.date is None else within(source.table.c[source.date], period)
    if slice_.as_of is not None and source.date is not None:
        where.append(source.table.c[source.date] <= slice_.as_of)
    if source.fact.basis is not None:
        where.append(source.table.c[source.fact.basis] == slice_.option("basis"))
    for name, values in slice_.filters:
        where.append(_filtered(source, DIMENSIONS[name], values))
    for name, allowed in scope.limits:
        where.append(_matches(source, DIMENSIONS[name], sorted(allowed)))
    for name, value in extra:
        where.append(_matches(source, DIMENSIONS[name], value if isinstance(value, list) else [value]))
    return where


def within(column: ColumnElement, period: Period) -> list[ColumnElement[bool]]:
    """The period's days; all time leaves out nothing, not even what has no date."""
    if period.start is None or period.end is None:
        return []
    return [column.between(period.start, period.end)]


def _filtered(source: Source, dimension: Dimension, values: Sequence[str]) -> ColumnElement[bool]:
    wanted = [v for v in values if not v.startswith("!")]
    unwanted = [v[1:] for v in values if v.startswith("!")]
    both = [_matches(source, dimension, wanted)] if wanted else []
    if unwanted:
        both.append(func.coalesce(not_(_matches(source, dimension, unwanted)), True))
    return and_(*both)


def _matches(source: Source, dimension: Dimension, values: Sequence[Any]) -> ColumnElement[bool]:
    key = source.key(dimension)
    named = [v for v in values if v != UNASSIGNED]
    ways: list[ColumnElement[bool]] = []
    if UNASSIGNED in values:
        ways.append(key.is_(None))
    if dimension.of_date:
        ways.append(key.in_([_date_key(dimension, v) for v in named]))
    elif named:
        ways.append(key.in_(named))
        label = _label(source, dimension)
        if label is not None and label is not key:
            ways.append(label.in_(named))
    return or_(*ways) if len(ways) > 1 else ways[0]


def _date_key(dimension: Dimension, value: Any) -> Any:
    return int(value) if dimension.name == "year" else date.fromisoformat(str(value)[:10])


def _label(source: Source, dimension: Dimension) -> ColumnElement | None:
    if dimension.names is None:
        return None
    if dimension.table is None:
        return source.table.c[dimension.names[0]]
    return source.joined(dimension).c[dimension.names[0]]


def _key_columns(source: Source, dimension: Dimension) -> list[Label]:
    """Key, label, Chinese label and order of a dimension, labelled for the frame."""
    key = source.key(dimension)
    columns = [key.label(dimension.name)]
    if dimension.names is not None:
        table = source.table if dimension.table is None else source.joined(dimension)
        columns.append(table.c[dimension.names[0]].label(f"{dimension.name}_label"))
        columns.append(table.c[dimension.names[1]].label(f"{dimension.name}_label_zh"))
    if dimension.order is not None and not dimension.of_date:
        columns.append(source.joined(dimension).c[dimension.order].label(f"{dimension.name}_order"))
    return columns


def _inner(column: Label) -> ColumnElement:
    return column.element


def _filtering(slice_: Slice, scope: Scope, extra: Sequence[tuple[str, Any]]) -> list[Dimension]:
    names = [name for name, _ in slice_.filters] + [name for name, _ in scope.limits] + [name for name, _ in extra]
    return [DIMENSIONS[name] for name in dict.fromkeys(names)]


def _basic(measures: Sequence[AnyMeasure]) -> list[Measure]:
    """The plain measures that the ones asked for are made of, each once."""
    found: dict[str, Measure] = {}
    for measure in measures:
        if isinstance(measure, Ratio):
            for part in (measure.over, measure.under, *(measure.recorded or ())):
                found[part.name] = part
        else:
            found[measure.name] = measure
    return list(found.values())


def _merged(frames: list[pd.DataFrame], by: Sequence[Dimension]) -> pd.DataFrame:
    if not by:
        return reduce(lambda left, right: left.join(right), frames)
    for frame in frames:
        for dimension in by:
            _tidy(frame, dimension)
    on = [column for column in frames[0].columns if _is_key(column, by)]
    merged = reduce(lambda left, right: left.merge(right, on=on, how="outer"), frames)
    order = [f"{d.name}_order" if f"{d.name}_order" in merged else d.name for d in by]
    return merged.sort_values(order, na_position="last", kind="stable", ignore_index=True)


def _without_dateless(frame: pd.DataFrame, by: Sequence[Dimension], names: list[str]) -> pd.DataFrame:
    """Leaves out the group without a date where it holds nothing: what is open has no close date, yet is no loss."""
    dates = [dimension.name for dimension in by if dimension.of_date]
    if not dates:
        return frame
    holds = frame[names].fillna(0).ne(0).any(axis=1)
    return frame[frame[dates].notna().all(axis=1) | holds].reset_index(drop=True)


def _is_key(column: str, by: Sequence[Dimension]) -> bool:
    return any(column == d.name or column.startswith((f"{d.name}_label", f"{d.name}_order")) for d in by)


def _tidy(frame: pd.DataFrame, dimension: Dimension) -> None:
    """Null keys read `unassigned`; a missing name reads as its key, a missing Chinese name as the name."""
    name = dimension.name
    if dimension.of_date:
        return
    frame[name] = frame[name].astype(object).where(frame[name].notna(), UNASSIGNED)
    if dimension.names is not None:
        label, label_zh = f"{name}_label", f"{name}_label_zh"
        frame[label] = frame[label].astype(object).where(frame[label].notna(), frame[name])
        frame[label_zh] = frame[label_zh].astype(object).where(frame[label_zh].notna(), frame[label])


def _divide(frame: pd.DataFrame, measure: Ratio, parts: bool) -> None:
    over, under = frame[measure.over.name], frame[measure.under.name]
    value = over.fillna(0).where(under > 0) / under.where(under > 0)
    if measure.recorded is not None:
        counted, amount = (frame[part.name].fillna(0) for part in measure.recorded)
        value = value.where(~((counted > 0) & (amount == 0)))
    frame[measure.name] = value
    if parts:
        frame[f"{measure.name}_over"], frame[f"{measure.name}_under"] = over, under


def _columns(measures: Sequence[AnyMeasure], by: Sequence[Dimension], parts: bool) -> list[str]:
    columns: list[str] = []
    for dimension in by:
        columns.append(dimension.name)
        if dimension.names is not None:
            columns += [f"{dimension.name}_label", f"{dimension.name}_label_zh"]
    for measure in measures:
        columns.append(measure.name)
        if parts and isinstance(measure, Ratio):
            columns += [f"{measure.name}_over", f"{measure.name}_under"]
    return list(dict.fromkeys(columns))


def _refuse_unfitting(measures: Sequence[AnyMeasure], by: Sequence[Dimension]) -> None:
    for measure in measures:
        for dimension in by:
            if dimension.of_date and any(part.date is None for part in _basic([measure])):
                raise CannotAnswer(
                    f"{measure.name} is a balance at the as-of date and belongs to no {dimension.name}; "
                    f"ask for it as of a day, or take a measure with a date, such as won_amount."
                )
            if not dimension.fits(measure.fact):
                fitting = ", ".join(d.name for d in DIMENSIONS.values() if d.fits(measure.fact))
                raise CannotAnswer(
                    f"{measure.name} counts {measure.fact.name}, which have no {dimension.name}. It goes by: {fitting}."
                )
