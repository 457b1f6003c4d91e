"""Stage days: how long deals stay in each stage, and how many get on from there."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers
from components.theme import colours

DOT = 9


def stage_days(
    frame: pd.DataFrame,
    *,
    heads: tuple[str, str, str],
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """A line from the median to the 75th percentile of days, with a tick where the stage is meant to be done.

    One row a stage: `label`, `key`, `median`, `p75`, `typical` (days), `success_rate` (fraction), `cases`;
    optionally `hover`. `heads` stand over median, P75 and success rate. Rows of few cases are hollow and pale.
    """
    median, p75, typical = (parts.amounts(frame[name]) for name in ("median", "p75", "typical"))
    known = [days for days in (*median, *p75) if days is not None]
    if not known:
        return parts.nothing(theme)
    c = colours(theme)
    ys, _ = parts.rows_of(frame, compact=compact, bar=0)
    thin = parts.is_thin(frame["cases"])
    columns = [
        Column(heads[0], _days(median, numbers), weight=600),
        Column(heads[1], _days(p75, numbers), colour="ink-2"),
    ]
    rates = parts.marked_thin(parts.amounts(frame["success_rate"]), thin, theme=theme, numbers=numbers)
    notes, margin = parts.table(frame, columns, [Column(heads[2], rates)], compact=compact, theme=theme)
    says = [f"{low} – {high}" for low, high in zip(_days(median, numbers), _days(p75, numbers), strict=True)]
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", says))
    fill = [c["surface"] if few else c["actual"] for few in thin]
    reach = max(known + [days for days in typical if days is not None]) * 1.06
    return parts.drawing(
        [
            _ticks(ys, typical, c["ink-2"]),
            _dots(ys, p75, fill=c["surface"], edge=c["actual"]) | answer,
            _dots(ys, median, fill=fill, edge=c["actual"]) | answer,
        ],
        theme=theme,
        margin=margin | {"b": 22},
        xaxis={"range": [0, reach], "nticks": 4 if compact else 6, "showgrid": True},
        yaxis=parts.row_axis(len(frame)),
        shapes=parts.spans(ys, median, p75, {"color": c["shade-4"], "width": 4}),
        annotations=notes,
    )


def _days(days: list[float | None], numbers: Numbers) -> list[str]:
    return ["–" if value is None else numbers.count(value) for value in days]


def _dots(ys: list[float], xs: list[float | None], *, fill: str | list[str], edge: str) -> Marks:
    marker = {"size": DOT, "color": fill, "line": {"width": 1.5, "color": edge}}
    return {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker}


def _ticks(ys: list[float], xs: list[float | None], colour: str) -> Marks:
    marker = {"symbol": "line-ns", "size": DOT, "line": {"width": 2, "color": colour}}
    return {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker, "hoverinfo": "skip"}
