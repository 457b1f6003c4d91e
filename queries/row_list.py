"""The list behind a number: its rows, sorted and filtered in the database, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Select, asc, desc, func, select

from crm import schema
from queries.engine import frame_of, question
from queries.funnel import age_index, stage_age_limits
from queries.grid_filters import grid_filters
from queries.paging import page_of
from queries.rows import Behind, Chosen, chosen
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import SALES
from queries.slices import Slice
from queries.source import Source


@question
def total_behind(behind: Behind, slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row: `deals`, their `amount`, and `weight`, the sum of what each adds to the number that was clicked."""
    rows = chosen(behind, slice_, scope=scope)
    columns = [
        func.count().label("deals"),
        func.sum(rows.source.table.c.amount).label("amount"),
        func.sum(rows.weight).label("weight"),
    ]
    answer = frame_of(select(*columns).select_from(rows.source.table).where(*rows.where))
    return answer.astype(float).fillna(0.0)


def deals_behind(
    behind: Behind,
    slice_: Slice,
    *,
    scope: Scope,
    limit: int | None = 100,
    offset: int = 0,
    sort: Sequence[tuple[str, str]] = (),
    filters: Mapping[str, Mapping[str, Any]] | None = None,
) -> pd.DataFrame:
    """One row per deal (sale) behind the number: its id and the columns that suit it, largest first unless sorted.

    `sort` is (column, "asc" | "desc"); `filters` are the grid's own, by column. Names come with their Chinese form
    in `<name>_zh`.
    """
    if limit is None:
        return frame_of(listing(behind, slice_, scope=scope, sort=sort, filters=filters))
    asked = _asked(behind, slice_, scope, sort, filters)
    table = asked.rows.source.table
    return frame_of(
        page_of(asked.columns, table, asked.tables, where=asked.where, order=asked.order, limit=limit, offset=offset)
    )


def listing(
    behind: Behind,
    slice_: Slice,
    *,
    scope: Scope,
    sort: Sequence[tuple[str, str]] = (),
    filters: Mapping[str, Mapping[str, Any]] | None = None,
) -> Select[Any]:
    """The SELECT of `deals_behind`, without a limit: what a download streams."""
    asked = _asked(behind, slice_, scope, sort, filters)
    return select(*asked.columns).select_from(asked.tables).where(*asked.where).order_by(*asked.order)


class _Asked(NamedTuple):
    rows: Chosen
    columns: list[ColumnElement[Any]]
    tables: FromClause
    where: list[ColumnElement[bool]]
    order: list[ColumnElement[Any]]


def _asked(
    behind: Behind,
    slice_: Slice,
    scope: Scope,
    sort: Sequence[tuple[str, str]],
    filters: Mapping[str, Mapping[str, Any]] | None,
) -> _Asked:
    rows = chosen(behind, slice_, scope=scope)
    limits = stage_age_limits(slice_, scope=scope)
    available = _available(rows, limits)
    wanted = [name for name in rows.columns if name in available]
    labelled: list[ColumnElement[Any]] = [_id_of(rows.source)]
    for name in wanted:
        labelled.append(available[name].label(name))
        if f"{name}_zh" in available:
            labelled.append(available[f"{name}_zh"].label(f"{name}_zh"))
    order = [(desc if way == "desc" else asc)(available[name]).nulls_last() for name, way in sort if name in available]
    order = order or [desc(rows.source.table.c.amount).nulls_last()]
    where = [*rows.where, *grid_filters(available, filters or {})]
    return _Asked(rows, labelled, _tables(rows.source), where, [*order, _id_of(rows.source)])


def _id_of(source: Source) -> ColumnElement[str]:
    return source.table.c.sale_id if source.fact is SALES else source.table.c.opportunity_id


def _tables(source: Source) -> FromClause:
    """The rows with what their columns look up; a sale also looks up its deal."""
    looked_up = source.joins([one for one in _LOOKED_UP if source.has(one)], names=True)
    if source.fact is not SALES:
        return looked_up
    return looked_up.outerjoin(_DEALS, _DEALS.c.opportunity_id == source.table.c.opportunity_id)


_DEALS = schema.opportunities.alias("deals")
_LOOKED_UP = (d.account, d.rep, d.region, d.product, d.channel, d.stage)


def _available(rows: Chosen, limits: pd.DataFrame) -> dict[str, ColumnElement[Any]]:
    t = rows.source.table
    found = _of_sale(t) if rows.source.fact is SALES else _of_deal(t, limits)
    found |= {"amount": t.c.amount, "weight": rows.weight}
    for dimension in (one for one in _LOOKED_UP if rows.source.has(one)):
        table = rows.source.joined(dimension)
        plain, zh = dimension.names or (dimension.key, dimension.key)
        found[dimension.name] = table.c[plain]
        found[f"{dimension.name}_zh"] = func.coalesce(table.c[zh], table.c[plain])
    return found


def _of_sale(t: FromClause) -> dict[str, ColumnElement[Any]]:
    return {
        "name": func.coalesce(_DEALS.c.name, t.c.opportunity_id, t.c.sale_id),
        "name_zh": func.coalesce(_DEALS.c.name_zh, _DEALS.c.name, t.c.opportunity_id, t.c.sale_id),
        "sold_on": t.c.sold_on,
        "credit_share": t.c.credit_share,
    }


def _of_deal(t: FromClause, limits: pd.DataFrame) -> dict[str, ColumnElement[Any]]:
    return {
        "name": func.coalesce(t.c.name, t.c.opportunity_id),
        "name_zh": func.coalesce(t.c.name_zh, t.c.name, t.c.opportunity_id),
        "status": t.c.status,
        "created_on": t.c.created_on,
        "closed_on": t.c.closed_on,
        "expected_close_on": t.c.expected_close_on,
        "active_days_in_stage": t.c.active_days_in_stage,
        "push_count": t.c.push_count,
        "age_index": age_index(t, limits),
        "close_reason": t.c.close_reason,
        "close_reason_zh": func.coalesce(t.c.close_reason_zh, t.c.close_reason),
        "cycle_days": m.cycle_days.weight(t) if m.cycle_days.weight else t.c.closed_on,
    }
