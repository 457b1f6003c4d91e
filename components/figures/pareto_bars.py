"""Pareto bars: members from the largest down, with the share of each and of all down to it."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure
from components.format import Numbers
from components.theme import colours

BAR = 0.5


def pareto_bars(
    frame: pd.DataFrame, *, heads: tuple[str, str, str], compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """A bar a member; those that together make four fifths in ink, the others quiet.

    One row a member, in order: `label`, `key`, `value`, `text`, `share` (of all), `together` (of all down to it);
    `is_vital`. `heads` stand over the number, the share and the share together. No second axis: shares are columns.
    """
    values = parts.amounts(frame["value"])
    if not any(values):
        return parts.nothing(theme)
    c = colours(theme)
    ys, thick = parts.rows_of(frame, compact=compact, bar=BAR)
    shares = [
        Column(head, [numbers.share(value, 0) for value in frame[name]], colour=colour)
        for head, name, colour in ((heads[1], "share", "ink"), (heads[2], "together", "ink-2"))
    ]
    before = [Column(heads[0], parts.plain(frame["text"]), weight=600)]
    notes, margin = parts.table(frame, before, shares, compact=compact, theme=theme)
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", "text"))
    colour = [c["actual"] if vital else c["shade-4"] for vital in frame["is_vital"]]
    top = max(value for value in values if value is not None)
    ends = [max(0.0, value or 0.0) for value in values]
    traces = [
        parts.bars(ys, values, width=thick, marker={"color": colour}, **answer),
        parts.row_ends(ys, ends, to=top, width=thick, **answer),
    ]
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin=margin,
        xaxis={"range": [0, top * 1.02], "showticklabels": False},
        yaxis=parts.row_axis(len(frame)),
        annotations=notes,
    )
