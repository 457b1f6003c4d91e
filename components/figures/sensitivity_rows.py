"""Sensitivity rows: what each driver, a tenth more or less, does to the attainment of a period."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.figures.variance import hue, ink
from components.format import Numbers
from components.theme import colours

BAR = 0.34  # of a row
HEAD = 28  # px
PLACE, PLACE_ON_PHONE = 1.5, 2.6  # the axis, to the longest bar: room for its text


def sensitivity_rows(
    frame: pd.DataFrame, *, heads: tuple[str, str], compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """A row a driver, the strongest first: `label`, `key`, `less` and `more` (points of attainment, as fractions),
    `needed` (in words); optionally `hover`. `heads` stand over the bars and over what would be needed.
    """
    less, more = parts.amounts(frame["less"]), parts.amounts(frame["more"])
    known = [abs(value) for value in (*less, *more) if value is not None]
    if not any(known):
        return parts.nothing(theme)
    c, ys = colours(theme), [*range(len(frame))]
    reach = max(known) * (PLACE_ON_PHONE if compact else PLACE)
    traces = []
    for values in (less, more):
        fills = [hue(value or 0.0, theme=theme) for value in values]
        traces.append(parts.bars(ys, values, width=BAR, marker={"color": fills, "cornerradius": 0}))
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label"))
    traces.append(
        parts.bars(
            ys, [2 * reach] * len(ys), width=0.9, marker={"color": parts.CLEAR}, base=[-reach] * len(ys), **answer
        )
    )
    names = Column("", parts.plain(frame["label"]), align="left", most=110 if compact else 170)
    needed = Column(heads[1], parts.plain(frame["needed"]), colour="ink-2", most=110)
    notes, left = parts.beside([names], "left", ys, theme=theme)
    if not compact:
        after, right = parts.beside([needed], "right", ys, theme=theme)
        notes += after
    notes += [
        _text(y, value, numbers, theme) for values in (less, more) for y, value in zip(ys, values, strict=True) if value
    ]
    notes.append(parts.head_note(heads[0], {"x": 0, "xanchor": "center"}, colour=c["ink-3"]))
    zero = {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": c["ink-2"], "width": 1},
    }
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": left, "r": 8 if compact else right, "t": HEAD, "b": 8},
        xaxis={"range": [-reach, reach], "showticklabels": False},
        yaxis=parts.row_axis(len(frame)),
        shapes=[zero],
        annotations=notes,
    )


def _text(y: int, value: float, numbers: Numbers, theme: str) -> Marks:
    side = {"xanchor": "left", "xshift": 5} if value > 0 else {"xanchor": "right", "xshift": -5}
    font = {"color": ink(value, theme=theme), "size": parts.NOTE}
    return {"x": value, "y": y, "text": numbers.signed_points(value), "yanchor": "middle", "font": font, **side}
