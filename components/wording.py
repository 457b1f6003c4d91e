"""Periods, comparisons and slices in words."""

from __future__ import annotations

from collections.abc import Mapping

from components.view import View
from queries.periods import Period
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED


def period_words(period: Period, view: View) -> str:
    """ "Q3 2026 to date", "Jul 2026", "last 12 months", "all time"."""
    w, numbers = view.w, view.numbers
    if period.start is None or period.end is None or period.whole_end is None:
        return w("period.all")
    if period.kind in {"last6m", "last12m"}:
        return w(f"period.{period.kind}")
    if period.kind == "range":
        return w(
            "period.range", start=numbers.day(period.start, year=True), end=numbers.day(period.whole_end, year=True)
        )
    year = fiscal_year(period, view.first_month)
    quarter = (period.start.month - view.first_month) % 12 // 3 + 1
    name = {
        "month": lambda: numbers.month(period.start, with_year=True),
        "quarter": lambda: w("period.quarter", q=quarter, q_zh="一二三四"[quarter - 1], year=year),
        "year": lambda: w("period.year", year=year),
    }[period.kind]()
    return w("period.to_date", name=name) if period.is_to_date else name


def fiscal_year(period: Period, first_month: int) -> int:
    """The fiscal year, named after the calendar year in which it ends."""
    assert period.start is not None
    return period.start.year + (1 if first_month > 1 and period.start.month >= first_month else 0)


def before_words(view: View) -> str:
    """Against what "the period before" compares: "on last quarter"."""
    kind = view.period.kind
    return view.w(f"against.{kind if kind in {'month', 'quarter'} else 'before'}")


def filter_words(values: tuple[str, ...], labels: dict[str, str], view: View, *, most: int = 3) -> str:
    """ "East, North" or "without Online"; beyond `most` only how many more."""
    named = [labels.get(v.removeprefix("!"), v.removeprefix("!")) for v in values]
    named = [view.w("words.unassigned") if text == "unassigned" else text for text in named]
    joined = view.w("words.comma").join(named[:most]) + (f" +{len(named) - most}" if len(named) > most else "")
    out = all(value.startswith("!") for value in values)
    return view.w("chips.without", what=joined) if out else joined


def dimension_words(name: str, view: View) -> str:
    """A dimension's label."""
    return view.say(DIMENSIONS[name].label)


def member_words(view: View, key: str, labels: Mapping[str, Mapping[str, str]]) -> str:
    """A member's label in the language from its key; what has none reads as it is."""
    if key == UNASSIGNED:
        return view.w("words.unassigned")
    return labels.get(key, {}).get("label_zh" if view.lang == "zh" else "label", key)
