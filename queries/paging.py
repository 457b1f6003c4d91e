"""A page of rows with names: the rows are chosen first, and only those few look their names up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, select
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.sql.visitors import iterate


def page_of(
    columns: Sequence[ColumnElement[Any]],
    table: FromClause,
    looked_up: FromClause,
    *,
    where: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    limit: int,
    offset: int = 0,
) -> Select[Any]:
    """A SELECT of `columns` from `looked_up`, which is `table` joined to what its rows look up, each at most once.

    Where neither `where` nor `order` asks what is looked up, names are looked up for the page alone: a database joins
    before it sorts, so a list of six deals of a million would look up a million names.
    """
    if not all(_is_of(expression, table) for expression in (*where, *order)):
        return select(*columns).select_from(looked_up).where(*where).order_by(*order).limit(limit).offset(offset)
    page = select(table).where(*where).order_by(*order).limit(limit).offset(offset).subquery("page")
    named = select(*columns).select_from(looked_up).order_by(*order)
    made: Select[Any] = ClauseAdapter(page).traverse(named)
    return made


def _is_of(expression: ColumnElement[Any], table: FromClause) -> bool:
    """Whether an expression asks the table alone; what stands in a subquery of its own does not count."""
    inner: set[Any] = set()
    for part in iterate(expression):
        if isinstance(part, Select):
            inner |= set(part.get_final_froms())
    return all(getattr(part, "table", table) in {table, *inner} for part in iterate(expression))
