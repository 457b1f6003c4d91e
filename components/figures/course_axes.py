"""Axes of a course over days: few ticks, in the words of the language; labels that do not meet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta

from components.figures.parts import Marks
from components.format import Numbers, Unit
from components.theme import colours

LINE = 16  # px from label to label
AMOUNTS = 6  # steps on the axis of amounts
DAYS_APART, PHONE_DAYS_APART = 0.135, 0.25  # of the period: no two ticks are closer
BY_WEEK, BY_HALF_MONTH = 45, 135  # days of a period up to which it is divided so


def amount_axis(bottom: float, top: float, unit: Unit, numbers: Numbers, theme: str) -> Marks:
    """Amounts at round steps in a chart's unit, over quiet lines; zero needs no number."""
    step = round_step((top - bottom) / AMOUNTS)
    at = [place * step for place in range(math.ceil(bottom / step), math.floor(top / step) + 1) if place]
    digits = unit._replace(digits=0) if step >= unit.scale else unit
    return {
        "range": [bottom, top],
        "tickvals": at,
        "ticktext": [numbers.in_unit(value, digits) for value in at],
        "showgrid": True,
        "zeroline": True,
        "zerolinecolor": colours(theme)["line-strong"],
    }


def round_step(least: float) -> float:
    """The next of 1, 2, 5, 10 ... that is not less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def day_ticks(first: date, last: date, as_of: date | None, compact: bool, numbers: Numbers) -> Marks:
    """Ticks at the period's ends and the as-of day (bold), then at round days as far as they have room."""
    whole = max((last - first).days, 1)
    least = (PHONE_DAYS_APART if compact else DAYS_APART) * whole
    kept: list[date] = []
    for day in [*([as_of] if as_of else []), first, last, *_round_days(first, last)]:
        # The as-of day is never left out; an end that is too close to it is.
        if all(abs((day - other).days) >= least for other in kept):
            kept.append(day)
    kept.sort()
    texts = [f"<b>{numbers.day(day)}</b>" if day == as_of else numbers.day(day) for day in kept]
    return {"type": "date", "tickvals": [day.isoformat() for day in kept], "ticktext": texts, "tickangle": 0}


def _round_days(first: date, last: date) -> list[date]:
    """Days that divide the period as people do: weeks, half months, months."""
    whole = (last - first).days
    days = [first + timedelta(days=place) for place in range(whole + 1)]
    if whole <= BY_WEEK:
        return days[::7]
    starts = [day for day in days if day.day == 1]
    return starts + ([day for day in days if day.day == 16] if whole <= BY_HALF_MONTH else [])


def spread(places: Sequence[float]) -> list[float]:
    """By how many pixels to move labels at these heights so that they keep their order and a line's distance."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    groups: list[list[int]] = []
    for at in order:
        groups.append([at])
        while len(groups) > 1 and _edge(groups[-1], places, -1) < _edge(groups[-2], places, 1):
            groups[-2:] = [groups[-2] + groups[-1]]
    moved = {
        at: _middle(group, places) + (place - (len(group) - 1) / 2) * LINE - places[at]
        for group in groups
        for place, at in enumerate(group)
    }
    return [round(moved[at], 1) for at in range(len(places))]


def _middle(group: list[int], places: Sequence[float]) -> float:
    return sum(places[at] for at in group) / len(group)


def _edge(group: list[int], places: Sequence[float], side: int) -> float:
    return _middle(group, places) + side * len(group) * LINE / 2
