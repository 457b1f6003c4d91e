"""Month columns: a flow month by month, last year standing behind."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers, Unit
from components.theme import colours

COLUMN, SHIFT = 0.52, 0.09
MOST_WITH_TEXT = 13  # columns that have room for their number


def month_columns(frame: pd.DataFrame, *, unit: Unit, compact: bool = False, theme: str, numbers: Numbers) -> Figure:
    """Solid columns of the actual with their amounts on top; last year's behind them in grey, a little to the left.

    One row a month, in order: `label`, `key`, `actual`; optionally `previous` with `previous_key`, and `hover`.
    """
    actual = parts.amounts(frame["actual"])
    previous = parts.amounts(frame["previous"]) if "previous" in frame else []
    known = [value for value in (*actual, *previous) if value is not None]
    if not any(known):
        return parts.nothing(theme)
    c, places = colours(theme), list(range(len(frame)))
    keys = frame["key"].tolist()
    columns = [(actual, SHIFT, c["actual"], keys)]
    if previous:
        before = frame["previous_key"].tolist() if "previous_key" in frame else keys
        columns.insert(0, (previous, -SHIFT, c["previous"], before))
    traces = [
        {
            "type": "bar",
            "x": [place + shift for place in places],
            "y": values,
            "width": COLUMN,
            "marker": {"color": colour},
            **parts.answering(of_column, parts.hovers(frame, "label", [numbers.money(value) for value in values])),
        }
        for values, shift, colour, of_column in columns
    ]
    crowded = compact and len(places) > 6
    texts = [] if crowded or len(places) > MOST_WITH_TEXT else _amounts(actual, previous, unit, numbers, c["ink"])
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 18, "b": 4},
        xaxis=parts.column_axis(parts.plain(frame["label"]), theme=theme, every=2 if crowded else 1),
        yaxis={
            "range": [min(0, *known) * 1.1, max(0, *known) * 1.1],
            "showticklabels": False,
            "zeroline": min(known) < 0,
        },
        annotations=texts,
    )


def _amounts(
    actual: list[float | None], previous: list[float | None], unit: Unit, numbers: Numbers, ink: str
) -> list[Marks]:
    """Over the taller of the two columns, so that the number never lies on last year's."""
    font = {"color": ink, "size": parts.NOTE}
    tops = [max(pair[0] or 0, pair[1] or 0, 0) for pair in zip(actual, previous or actual, strict=True)]
    return [
        {
            "x": place + SHIFT,
            "y": top,
            "text": numbers.in_unit(value, unit),
            "yanchor": "bottom",
            "yshift": 2,
            "font": font,
        }
        for place, (value, top) in enumerate(zip(actual, tops, strict=True))
        if value is not None
    ]
