"""The strip of key numbers: each with its differences and its course."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from components.cards import Delta, key_number
from components.figures.sparkline import sparkline
from components.view import View
from components.wording import before_words
from queries import headline
from queries.semantic import measures as m
from queries.semantic.model import AnyMeasure, Ratio


def strip(view: View, names: tuple[str, ...]) -> html.Div:
    """Key numbers from left to right."""
    numbers = headline.key_numbers(view.slice_, scope=view.scope, names=names)
    course = headline.course(view.slice_, scope=view.scope, names=names)
    return html.Div(
        [_number(view, m.MEASURES[row.measure], row, course[row.measure]) for row in numbers.itertuples()],
        className="strip",
    )


def _number(view: View, measure: AnyMeasure, row: Any, course: pd.Series) -> Any:
    digits, unit = _value(view, measure, row.value)
    if pd.isna(row.value) and isinstance(measure, Ratio) and measure.recorded is not None and row.under > 0:
        digits = view.numbers.none("not_recorded")
    deltas = [_delta(view, measure, row.value, before, words) for before, words in _comparisons(view, row)]
    return key_number(
        view.say(measure.label),
        digits,
        unit,
        [delta for delta in deltas if delta is not None] or [Delta(0, None, "", view.w("against.nothing"))],
        view=view,
        explain=measure.name,
        spark=sparkline(list(course)),
        note=_thin(view, measure, row),
    )


def _comparisons(view: View, row: Any) -> list[tuple[float, str]]:
    """Last year first; the period before only where it is another one."""
    period = view.period
    pairs = [(row.last_year, view.w("against.last_year"))]
    if period.previous() != period.last_year():
        pairs.append((row.previous, before_words(view)))
    return pairs


def _value(view: View, measure: AnyMeasure, value: float) -> tuple[str, str]:
    numbers = view.numbers
    if pd.isna(value):
        return view.w("words.na"), ""
    if measure.format in {"money", "money_per_day"}:
        return numbers.money_parts(value)
    if measure.format == "share":
        return numbers.share(value).rstrip("%"), "%"
    if measure.format == "days":
        return numbers.count(value), view.w("words.days_unit")
    return numbers.count(value), ""


def _delta(view: View, measure: AnyMeasure, value: float, before: float, against: str) -> Delta | None:
    if pd.isna(value) or pd.isna(before):
        return None
    numbers, change = view.numbers, value - before
    if measure.format == "share":
        text = numbers.signed_points(change)
    elif measure.format == "days":
        text = numbers.signed_days(change)
    else:
        text = view.w("words.nm") if before <= 0 else numbers.signed_share(change / before)
    flat = text.lstrip("+\u2212").startswith("0") and not any(c in "123456789" for c in text)
    direction = 0 if flat else 1 if change > 0 else -1
    good = None if measure.better is None or not direction else (change > 0) == (measure.better == "up")
    return Delta(direction, good, text, against)


def _thin(view: View, measure: AnyMeasure, row: Any) -> Any:
    """Below ten cases a share says how many."""
    if not isinstance(measure, Ratio) or measure.format != "share" or pd.isna(row.under) or not 0 < row.under < 10:
        return None
    text = view.w("words.thin", over=int(row.over), under=int(row.under))
    return html.Div(html.Span(text, className="pill"), className="delta")
