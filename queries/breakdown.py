"""`breakdown`: any measures by any dimensions. The only builder of GROUP BY.

One statement per fact and date column; statements are merged on the shared dimensions after aggregation, so that
no fact multiplies another. Names are looked up after aggregation too: members are few, rows are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Label, Select, case, func, literal_column, or_, select, tuple_

from queries.engine import current, rows_of
from queries.periods import Period
from queries.scope import Scope
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.model import AnyMeasure, Dimension, Measure, Ratio, every, united
from queries.slices import UNASSIGNED, Slice
from queries.source import CannotAnswer, Source, conditions

__all__ = [
    "CannotAnswer", "beside", "breakdown", "over_periods", "over_periods_by_each", "refuse_unfitting", "statement",
]  # fmt: skip

#: Answers by their members' keys: what each column holds for them.
Table = dict[tuple[Any, ...], dict[str, Any]]


def breakdown(
    *measures: AnyMeasure,
    by: Sequence[Dimension] = (),
    slice_: Slice,
    scope: Scope,
    period: Period | None = None,
    extra: Sequence[tuple[str, Any]] = (),
    parts: bool = False,
) -> pd.DataFrame:
    """One row per combination of the dimensions' members that any measure has rows of, in the members' order.

    Columns: each dimension's key under its name, with `<name>_label` and `<name>_label_zh`, then the measures;
    with `parts`, also `<ratio>_over` and `<ratio>_under`. Keys that are null read `unassigned` and come last; dates
    stay null. Without `by`, one row. `period` overrides the slice's own. Raises CannotAnswer.
    """
    refuse_unfitting(measures, by)
    period = period or slice_.resolved(as_of=current().as_of, first_month=current().first_month)
    table: Table = {}
    for group in _groups(measures):
        made = statement(group, by, slice_=slice_, scope=scope, period=period, extra=extra)
        _collect(table, *rows_of(made), keys=len(by))
    return _frame(table, measures, by, parts)


def over_periods(
    *measures: AnyMeasure,
    periods: Mapping[str, Period],
    slice_: Slice,
    scope: Scope,
    by: Sequence[Dimension] = (),
    extra: Sequence[tuple[str, Any]] = (),
) -> dict[str, pd.DataFrame]:
    """For each named period what `breakdown` with `parts` says of it.

    Periods that share no day cost one statement a fact and date together.
    """
    refuse_unfitting(measures, by)
    if not _apart(list(periods.values())):
        asked: dict[str, Any] = {"by": by, "slice_": slice_, "scope": scope, "extra": extra, "parts": True}
        return {name: breakdown(*measures, period=period, **asked) for name, period in periods.items()}
    tables: list[Table] = [{} for _ in periods]
    for group in _groups(measures):
        made = statement(group, by, slice_=slice_, scope=scope, period=tuple(periods.values()), extra=extra)
        columns, rows = rows_of(made)
        for number, table in enumerate(tables):
            own = [row[1:] for row in rows if row[0] == number]
            _collect(table, columns[1:], own, keys=len(by))
    return {name: _frame(table, measures, by, True) for name, table in zip(periods, tables, strict=True)}


def over_periods_by_each(
    *measures: AnyMeasure,
    periods: Mapping[str, Period],
    dimensions: Sequence[Dimension],
    slice_: Slice,
    scope: Scope,
    extra: Sequence[tuple[str, Any]] = (),
) -> dict[str, dict[str, pd.DataFrame]]:
    """For each dimension, by its name, what `over_periods` says by it: all from one look at the rows.

    The periods must have ends and share no day.
    """
    refuse_unfitting(measures, dimensions)
    tables: dict[str, list[Table]] = {dimension.name: [{} for _ in periods] for dimension in dimensions}
    for group in _groups(measures):
        made = statement(
            group, dimensions, slice_=slice_, scope=scope, period=tuple(periods.values()), extra=extra, each=True
        )
        columns, rows = rows_of(made)
        for row in rows:
            number, told_apart, *rest = row
            for place, dimension in enumerate(dimensions):
                if not told_apart >> (len(dimensions) - 1 - place) & 1:  # grouped by this one
                    kept = [rest[place], *rest[len(dimensions) :]]
                    _collect(tables[dimension.name][number], ["", *columns[2 + len(dimensions) :]], [kept], keys=1)
    return {
        dimension.name: {
            name: _frame(table, measures, [dimension], True)
            for name, table in zip(periods, tables[dimension.name], strict=True)
        }
        for dimension in dimensions
    }


def _apart(periods: Sequence[Period]) -> bool:
    """Whether the periods have ends and share no day."""
    spans = sorted((p.start, p.end) for p in periods if p.start is not None and p.end is not None)
    return len(spans) == len(periods) and all(a[1] < b[0] for a, b in zip(spans, spans[1:], strict=False))


def statement(
    measures: Sequence[Measure],
    by: Sequence[Dimension],
    *,
    slice_: Slice,
    scope: Scope,
    period: Period | Sequence[Period],
    extra: Sequence[tuple[str, Any]] = (),
    each: bool = False,
) -> Select[Any]:
    """The SELECT for measures of one fact and one date column: keys, measures, then the names of the keys.

    With several periods that share no day, the number of the period comes first. With `each`, rows are grouped by each
    of the dimensions by itself; which one, SQL's GROUPING of them says in a column after the period.
    """
    source = Source.of(measures[0].fact, slice_, measures[0].date)
    table, counted = source.table, united(measure.rows for measure in measures)
    single = period if isinstance(period, Period) else None
    where = conditions(source, slice_=slice_, scope=scope, period=single, extra=extra)
    where += [] if counted is every else [counted(table)]
    keys: list[Label[Any]] = [source.key(dimension).label(dimension.name) for dimension in by]
    grouping: list[Any] = [key.element for key in keys]
    if not isinstance(period, Period):
        day = table.c[source.date or ""]
        where.append(or_(*(day.between(p.start, p.end) for p in period)))
        number = case(*((day.between(p.start, p.end), n) for n, p in enumerate(period)))
        keys.insert(0, number.label("period"))
        grouping.append("period")  # by its label: on PostgreSQL the expression, bound anew, would be another one
    values = [m.value(table, restricted=m.rows == counted).label(m.name) for m in measures]
    if each:
        own = grouping[: len(by)]
        keys.insert(1, func.grouping(*own).label("told_apart"))
        grouping = [func.grouping_sets(*(tuple_(literal_column("period"), key) for key in own))]
    made = select(*keys, *values, *_own_names(source, by)).select_from(source.joins(by)).where(*where)
    return _named(made.group_by(*dict.fromkeys(grouping)), by)


def _own_names(source: Source, by: Sequence[Dimension]) -> list[Label[Any]]:
    """The names that the fact itself holds. Where a key has several, the first stands for all."""
    return [
        func.min(source.table.c[column]).label(f"{dimension.name}_{suffix}")
        for dimension in by
        if dimension.table is None and dimension.names is not None
        for column, suffix in zip(dimension.names, ("label", "label_zh"), strict=True)
    ]


def _named(made: Select[Any], by: Sequence[Dimension]) -> Select[Any]:
    """The grouped rows with names and order of their members from the dimensions' tables."""
    looked_up = [dimension for dimension in by if dimension.table is not None and not dimension.of_date]
    if not looked_up:
        return made
    grouped = made.subquery("grouped")
    tables: FromClause = grouped
    columns: list[ColumnElement[Any]] = list(grouped.c)
    for dimension in looked_up:
        names = _names(dimension)
        tables = tables.outerjoin(names, names.c.key == grouped.c[dimension.name])
        columns += [column.label(f"{dimension.name}_{column.name}") for column in names.c if column.name != "key"]
    return select(*columns).select_from(tables)


def _names(dimension: Dimension) -> FromClause:
    """One row per key: its name, Chinese name and order, where the dimension has them."""
    assert dimension.table is not None
    table, key = dimension.table, dimension.table.c[dimension.key]
    known = dict(zip(("label", "label_zh"), dimension.names or (), strict=False))
    known |= {"order": dimension.order} if dimension.order is not None else {}
    if key.primary_key:
        columns = [table.c[column].label(name) for name, column in known.items()]
        return select(key.label("key"), *columns).subquery(f"names_of_{dimension.name}")
    columns = [func.min(table.c[column]).label(name) for name, column in known.items()]
    return select(key.label("key"), *columns).group_by(key).subquery(f"names_of_{dimension.name}")


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


def _groups(measures: Sequence[AnyMeasure]) -> Iterator[list[Measure]]:
    """The plain measures that one statement each can answer: those of one fact and date."""
    groups: dict[tuple[str, str | None], list[Measure]] = {}
    for part in _basic(measures):
        groups.setdefault((part.fact.name, part.date), []).append(part)
    yield from groups.values()


def _collect(table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, keys: int) -> None:
    """Puts one answer beside the others; names and order come from whichever knows them."""
    names = columns[keys:]
    for row in rows:
        found = table.setdefault(tuple(row[:keys]), {})
        found.update((name, value) for name, value in zip(names, row[keys:], strict=True) if value is not None)


def _frame(table: Table, measures: Sequence[AnyMeasure], by: Sequence[Dimension], parts: bool) -> pd.DataFrame:
    """The table in the members' order, with ratios and with names for all."""
    order = sorted(table, key=lambda keys: _place(keys, table[keys], by)) if by else [()]
    rows = [table.get(keys, {}) for keys in order]
    columns: dict[str, Any] = {}
    for number, dimension in enumerate(by):
        own = [keys[number] for keys in order]
        columns |= _members(dimension, own, rows)
    for part in _basic(measures):
        nothing = 0.0 if part.additive else None
        values = (row.get(part.name, nothing) for row in rows)
        columns[part.name] = np.array([np.nan if v is None else float(v) for v in values], dtype=float)
    for measure in measures:
        if isinstance(measure, Ratio):
            columns |= _divided(columns, measure)
    return pd.DataFrame({name: columns[name] for name in _columns(measures, by, parts)})


def _place(keys: tuple[Any, ...], row: dict[str, Any], by: Sequence[Dimension]) -> list[tuple[Any, ...]]:
    """What rows are sorted by: the members' own order, else their keys; nulls come last."""
    own = [row.get(f"{dimension.name}_order", key) for dimension, key in zip(by, keys, strict=True)]
    return [(place is None, 0 if place is None else place) for place in own]


def _members(dimension: Dimension, keys: list[Any], rows: list[dict[str, Any]]) -> dict[str, pd.Series[Any]]:
    """Null keys read `unassigned`; a missing name reads as its key, a missing Chinese name as the name."""
    name = dimension.name
    if not dimension.of_date:
        keys = [UNASSIGNED if key is None else key for key in keys]
    columns = {name: pd.Series(keys, dtype=object)}
    if dimension.names is not None:
        plain = [row.get(f"{name}_label", key) for row, key in zip(rows, keys, strict=True)]
        chinese = [row.get(f"{name}_label_zh", label) for row, label in zip(rows, plain, strict=True)]
        columns |= {f"{name}_label": pd.Series(plain, dtype=object)}
        columns |= {f"{name}_label_zh": pd.Series(chinese, dtype=object)}
    return columns


def beside(left: pd.DataFrame, right: pd.DataFrame, *, on: list[str]) -> pd.DataFrame:
    """Both answers by their keys; names and order from whichever knows them."""
    both = left.merge(right, on=on, how="outer", suffixes=("", " too"))
    for name in [column for column in both if column.endswith(" too")]:
        known = both[name.removesuffix(" too")]
        both[known.name] = known.where(known.notna(), both.pop(name))
    return both


def _divided(columns: Mapping[str, np.ndarray], measure: Ratio) -> dict[str, np.ndarray]:
    over, under = columns[measure.over.name], columns[measure.under.name]
    value = np.full(len(under), np.nan)
    np.divide(np.nan_to_num(over), under, out=value, where=under > 0)
    if measure.recorded is not None:
        counted, amount = (np.nan_to_num(columns[part.name]) for part in measure.recorded)
        value[(counted > 0) & (amount == 0)] = np.nan
    return {measure.name: value, f"{measure.name}_over": over, f"{measure.name}_under": under}


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


def refuse_unfitting(measures: Sequence[AnyMeasure], by: Sequence[Dimension]) -> None:
    """Raises CannotAnswer, with what would work, where a measure cannot be told by a dimension."""
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
