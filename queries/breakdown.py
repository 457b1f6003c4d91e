"""`breakdown`: any measures by any dimensions. The only builder of GROUP BY.

One statement per fact and date column; statements are merged on the shared dimensions after aggregation, so that
no fact multiplies another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import pandas as pd
from sqlalchemy import Label, Select, case, func, or_, select

from queries.engine import current, frame_of
from queries.periods import Period
from queries.scope import Scope
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.model import AnyMeasure, Dimension, Measure, Ratio
from queries.slices import UNASSIGNED, Slice
from queries.source import CannotAnswer, Source, conditions, joined

__all__ = ["CannotAnswer", "beside", "breakdown", "over_periods", "refuse_unfitting", "statement"]


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
    for measure in measures:
        if isinstance(measure, Ratio):
            _divide(merged, measure, parts)
    return merged[_columns(measures, by, parts)]


def over_periods(*measures: AnyMeasure, periods: Mapping[str, Period], slice_: Slice, scope: Scope) -> pd.DataFrame:
    """One row per named period, which is the index; columns as `breakdown` with `parts`.

    Periods that share no day cost one statement a fact and date together.
    """
    if not _apart(list(periods.values())):
        each = [breakdown(*measures, slice_=slice_, scope=scope, period=p, parts=True) for p in periods.values()]
        return pd.concat(each).set_axis(list(periods))
    groups: dict[tuple[str, str | None], list[Measure]] = {}
    for part in _basic(measures):
        groups.setdefault((part.fact.name, part.date), []).append(part)
    frames = [_by_period(group, periods, slice_, scope) for group in groups.values()]
    table = reduce(lambda left, right: left.join(right), frames).reindex(list(periods))
    for part in _basic(measures):
        filled = table[part.name].astype(float)
        table[part.name] = filled.fillna(0) if part.additive else filled
    for measure in measures:
        if isinstance(measure, Ratio):
            _divide(table, measure, True)
    return table


def _apart(periods: Sequence[Period]) -> bool:
    """Whether the periods have ends and share no day."""
    spans = sorted((p.start, p.end) for p in periods if p.start is not None and p.end is not None)
    return len(spans) == len(periods) and all(a[1] < b[0] for a, b in zip(spans, spans[1:], strict=False))


def _by_period(group: list[Measure], periods: Mapping[str, Period], slice_: Slice, scope: Scope) -> pd.DataFrame:
    source = Source.of(group[0].fact, slice_, group[0].date)
    day = source.table.c[source.date or ""]
    name = case(*((day.between(p.start, p.end), name) for name, p in periods.items())).label("period")
    where = [*conditions(source, slice_=slice_, scope=scope, period=None)]
    where.append(or_(*(day.between(p.start, p.end) for p in periods.values())))
    made = select(name, *(m.value(source.table).label(m.name) for m in group))
    made = made.select_from(joined(source, slice_=slice_, scope=scope)).where(*where)
    # By the label: on PostgreSQL the expression, bound anew, would be another one.
    return frame_of(made.group_by("period")).set_index("period").reindex(list(periods))


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
    members = [column for dimension in by for column in _member(source, dimension)]
    made = select(*members, *(m.value(source.table).label(m.name) for m in measures))
    made = made.select_from(joined(source, slice_=slice_, scope=scope, extra=extra, more=by))
    made = made.where(*where, or_(*(m.rows(source.table) for m in measures)))
    return made.group_by(*dict.fromkeys(source.key(dimension) for dimension in by)) if by else made


def _member(source: Source, dimension: Dimension) -> list[Label]:
    """Key, name, Chinese name and order of a dimension. Where a key has several names, the first stands for all."""
    columns = [source.key(dimension).label(dimension.name)]
    table = source.table if dimension.table is None else source.joined(dimension)
    if dimension.names is not None:
        columns.append(func.min(table.c[dimension.names[0]]).label(f"{dimension.name}_label"))
        columns.append(func.min(table.c[dimension.names[1]]).label(f"{dimension.name}_label_zh"))
    if dimension.order is not None and not dimension.of_date:
        columns.append(func.min(table.c[dimension.order]).label(f"{dimension.name}_order"))
    return columns


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
    names = [dimension.name for dimension in by]
    for frame in frames:
        frame[names] = frame[names].apply(_keys)
    merged = reduce(lambda left, right: beside(left, right, on=names), frames)
    order = [f"{name}_order" if f"{name}_order" in merged else name for name in names]
    merged = merged.sort_values(order, na_position="last", kind="stable", ignore_index=True)
    for dimension in by:
        _tidy(merged, dimension)
    return merged


def _keys(column: pd.Series) -> pd.Series:
    """Keys as plain objects, so that answers can be merged: whole numbers stay whole beside a missing one."""
    if pd.api.types.is_float_dtype(column):
        column = column.astype("Int64")
    return column.astype(object).where(column.notna(), None)


def beside(left: pd.DataFrame, right: pd.DataFrame, *, on: list[str]) -> pd.DataFrame:
    """Both answers by their keys; names and order from whichever knows them."""
    both = left.merge(right, on=on, how="outer", suffixes=("", " too"))
    for name in [column for column in both if column.endswith(" too")]:
        known = both[name.removesuffix(" too")]
        both[known.name] = known.where(known.notna(), both.pop(name))
    return both


def _tidy(frame: pd.DataFrame, dimension: Dimension) -> None:
    """Null keys read `unassigned`; a missing name reads as its key, a missing Chinese name as the name."""
    name = dimension.name
    if dimension.of_date:
        return
    frame[name] = frame[name].where(frame[name].notna(), UNASSIGNED)
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
