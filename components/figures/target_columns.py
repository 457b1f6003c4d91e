"""Target columns: actual against target month by month, last year behind, and how far ahead or behind above them."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.month_columns import MOST_WITH_TEXT
from components.figures.parts import Figure, Marks
from components.figures.variance import ARROW, hue, ink
from components.format import Numbers, Unit
from components.theme import colours

COLUMN, TARGET_SHIFT, PREVIOUS_SHIFT = 0.44, -0.17, 0.15  # of a month
VARIANCE = 0.2
COLUMNS, TIER = [0, 0.66], [0.71, 1]  # of the plot's height
ROOM = 2.25  # of the largest variance: room for the numbers above and below


def target_columns(
    frame: pd.DataFrame, *, head: str, unit: Unit, compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """Solid columns of the actual before the outlined target and last year's grey ones; variance on its own zero line.

    One row a month, in order: `label`, `key`, `actual`, `target`, `previous`, `previous_key`, `variance`; optionally
    `hover`. Null: no mark. `head` names the variance above.
    """
    actual, target, previous, variance = (
        parts.amounts(frame[name]) for name in ("actual", "target", "previous", "variance")
    )
    known = [value for value in (*actual, *target, *previous) if value is not None]
    if not any(known):
        return parts.nothing(theme)
    c, labels = colours(theme), parts.plain(frame["label"])
    says = [_said(*pair, numbers) for pair in zip(actual, target, strict=True)]
    keys, hovers = frame["key"].tolist(), parts.hovers(frame, "label", says)
    before = parts.hovers(frame, "label", [numbers.money(value) for value in previous], column="previous_hover")
    drawn = [
        (previous, PREVIOUS_SHIFT, {"color": c["previous"]}, frame["previous_key"].tolist(), before),
        (target, TARGET_SHIFT, parts.outlined(c["target"]), keys, hovers),
        (actual, 0.0, {"color": c["actual"]}, keys, hovers),
    ]
    traces: list[Marks] = [_columns(*one) for one in drawn]
    has_variance = any(value is not None for value in variance)
    crowded = compact or len(frame) > MOST_WITH_TEXT
    notes = [] if crowded else _amounts(actual, target, unit, numbers, theme)
    if has_variance:
        traces += _variance(variance, keys, hovers, unit, theme, numbers, with_text=not crowded)
        notes.append(_head(head, c["ink-3"]))
    reach = max((abs(value) for value in variance if value is not None), default=0.0) * ROOM or 1.0
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 8 if has_variance else 18, "b": 4},
        xaxis={**parts.column_axis(labels, theme=theme, every=2 if compact else 1), "anchor": "y"},
        yaxis={
            "domain": COLUMNS if has_variance else [0, 1],
            "range": [min(0.0, *known) * 1.1, max(0.0, *known) * (1.02 if crowded else 1.12)],
            "showticklabels": False,
            "zeroline": min(known) < 0,
        },
        yaxis2={
            "domain": TIER,
            "range": [-reach, reach],
            "showticklabels": False,
            "zeroline": has_variance,
            "zerolinecolor": c["ink-2"],
        },
        annotations=notes,
    )


def _columns(values: list[float | None], shift: float, marker: Marks, keys: list[str], hovers: list[str]) -> Marks:
    places = [place + shift for place in range(len(values))]
    return {
        "type": "bar",
        "x": places,
        "y": values,
        "width": COLUMN,
        "marker": marker,
        **parts.answering(keys, hovers),
    }


def _variance(
    values: list[float | None],
    keys: list[str],
    hovers: list[str],
    unit: Unit,
    theme: str,
    numbers: Numbers,
    *,
    with_text: bool,
) -> list[Marks]:
    """Bars from the tier's zero line with an arrow head at each end and the signed amount beyond it."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    fills = [hue(value, theme=theme) for _, value in known]
    bars = {
        "type": "bar",
        "yaxis": "y2",
        "x": [at for at, _ in known],
        "y": [value for _, value in known],
        "width": VARIANCE,
        "marker": {"color": fills, "cornerradius": 0},
        **parts.answering([keys[at] for at, _ in known], [hovers[at] for at, _ in known]),
    }
    heads = {
        "type": "scatter",
        "mode": "markers+text" if with_text else "markers",
        "yaxis": "y2",
        "x": bars["x"],
        "y": bars["y"],
        "marker": {
            "symbol": ["triangle-up" if value > 0 else "triangle-down" for _, value in known],
            "size": [ARROW if value else 0 for _, value in known],
            "color": fills,
            "opacity": 1,
        },
        "text": [numbers.signed_in_unit(value, unit) for _, value in known],
        "textposition": ["top center" if value >= 0 else "bottom center" for _, value in known],
        "textfont": {"color": [ink(value, theme=theme) for _, value in known], "size": parts.NOTE},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    return [bars, heads]


def _amounts(
    actual: list[float | None], target: list[float | None], unit: Unit, numbers: Numbers, theme: str
) -> list[Marks]:
    """Above the month's own two columns, on the ground's colour where last year's is taller."""
    c = colours(theme)
    place = {"yanchor": "bottom", "yshift": 2, "bgcolor": c["surface"], "borderpad": 0}
    place |= {"font": {"color": c["ink"], "size": parts.NOTE}}
    return [
        {**place, "x": at, "y": max(0.0, value, goal or 0.0), "text": numbers.in_unit(value, unit)}
        for at, (value, goal) in enumerate(zip(actual, target, strict=True))
        if value is not None
    ]


def _said(actual: float | None, target: float | None, numbers: Numbers) -> str:
    known = [numbers.money(value) for value in (actual, target) if value is not None]
    return " / ".join(known)


def _head(text: str, colour: str) -> Marks:
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "top"}
    return {**place, "text": text, "font": {"color": colour, "size": parts.NOTE}}
