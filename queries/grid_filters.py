"""The filter model of the grid as SQL. It comes from a browser: what makes no sense in it filters nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Date, String, and_, func, not_, or_

Columns = Mapping[str, ColumnElement[Any]]
Condition = ColumnElement[bool]
#: Larger than any amount there is, and still a number to every database.
_MOST = 1e15


def grid_filters(columns: Columns, model: Mapping[str, Any]) -> list[Condition]:
    """One condition per column that the model filters; texts are found in either language, whatever their case."""
    found = [_of_column(columns, name, one) for name, one in model.items() if name in columns]
    return [condition for condition in found if condition is not None]


def _of_column(columns: Columns, name: str, model: Any) -> Condition | None:
    if not isinstance(model, Mapping):
        return None
    parts = model.get("conditions")
    if isinstance(parts, list):
        several = [c for c in (_of_column(columns, name, part) for part in parts[:8]) if c is not None]
        if not several:
            return None
        return or_(*several) if model.get("operator") == "OR" else and_(*several)
    column, kind = columns[name], model.get("type")
    if not isinstance(kind, str):
        return None
    if kind in {"blank", "notBlank"}:
        return column.is_(None) if kind == "blank" else column.is_not(None)
    if isinstance(column.type, String):
        return _of_text(columns, name, kind, model.get("filter"))
    return (
        None if isinstance(column.type, Date) else _of_number(column, kind, model.get("filter"), model.get("filterTo"))
    )


def _of_text(columns: Columns, name: str, kind: str, value: Any) -> Condition | None:
    positive = {"notContains": "contains", "notEqual": "equals"}.get(kind, kind)
    if positive not in _TEXT or not isinstance(value, str) or not value.isprintable():
        return None
    spelled = [columns[name], *([columns[f"{name}_zh"]] if f"{name}_zh" in columns else [])]
    found = or_(*(_TEXT[positive](func.lower(func.coalesce(text, "")), value.lower()) for text in spelled))
    return found if kind == positive else not_(found)


def _of_number(column: ColumnElement[Any], kind: str, value: Any, to: Any) -> Condition | None:
    if kind not in _NUMBER or not _is_number(value) or (kind == "inRange" and not _is_number(to)):
        return None
    return _NUMBER[kind](column, value, to)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < _MOST
    )


_TEXT: dict[str, Callable[[Any, str], Condition]] = {
    "contains": lambda text, value: text.contains(value, autoescape=True),
    "equals": lambda text, value: text == value,
    "startsWith": lambda text, value: text.startswith(value, autoescape=True),
    "endsWith": lambda text, value: text.endswith(value, autoescape=True),
}
_NUMBER: dict[str, Callable[[Any, Any, Any], Condition]] = {
    "equals": lambda column, value, _: column == value,
    "notEqual": lambda column, value, _: column != value,
    "greaterThan": lambda column, value, _: column > value,
    "greaterThanOrEqual": lambda column, value, _: column >= value,
    "lessThan": lambda column, value, _: column < value,
    "lessThanOrEqual": lambda column, value, _: column <= value,
    "inRange": lambda column, value, to: column.between(value, to),
}
