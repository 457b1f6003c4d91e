"""Interval dots: a rate by member with how sure it is, against one reference."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers
from components.theme import colours

SHORTEST = 0.1  # of the axis: rates next to nothing are not blown up


def interval_dots(
    frame: pd.DataFrame,
    *,
    heads: tuple[str, str],
    reference: float | None = None,
    reference_label: str = "",
    between: Sequence[Column] = (),
    after: Sequence[Column] = (),
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """A dot a member on the line of its interval; orange only where the whole interval is below the reference.

    One row a member: `label`, `key`, `rate`, `low`, `high` (fractions), `cases`; optionally `hover`.
    `heads` stand over cases and rate; columns `between` them and `after` the drawing are texts row by row. Members of
    few cases are hollow and said to be thin.
    """
    rates, low, high = (parts.amounts(frame[name]) for name in ("rate", "low", "high"))
    if all(rate is None for rate in rates):
        return parts.nothing(theme)
    c = colours(theme)
    ys, _ = parts.rows_of(frame, compact=compact, bar=0)
    thin = parts.is_thin(frame["cases"])
    dots = _dots(ys, rates, high, thin, reference, theme)
    dots |= parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", _said(rates, low, high, numbers)))
    columns = [
        Column(heads[0], [numbers.count(cases) for cases in parts.amounts(frame["cases"])], colour="ink-2"),
        *between,
        Column(heads[1], parts.marked_thin(rates, thin, theme=theme, numbers=numbers), weight=600),
    ]
    notes, margin = parts.table(frame, columns, after, compact=compact, theme=theme)
    reach = max(SHORTEST, *(value for value in [*rates, *high, reference] if value is not None)) * 1.08
    shapes = parts.spans(ys, low, high, {"color": c["shade-4"], "width": 5})
    if reference is not None:
        shapes.append(_reference(reference, c["ink-2"]))
        anchor = "left" if reference < 0.2 * reach else "right" if reference > 0.85 * reach else "center"
        notes.append(parts.head_note(reference_label, {"x": reference, "xanchor": anchor}, colour=c["ink-2"]))
    return parts.drawing(
        [dots],
        theme=theme,
        margin=margin | {"r": max(margin["r"], 16), "b": 22},
        xaxis={"range": [0, min(reach, 1.02)], "tickformat": ".0%", "nticks": 5, "showgrid": True},
        yaxis=parts.row_axis(len(frame)),
        shapes=shapes,
        annotations=notes,
    )


def _dots(
    ys: list[float],
    rates: list[float | None],
    high: list[float | None],
    thin: list[bool],
    reference: float | None,
    theme: str,
) -> Marks:
    """Full where there are enough cases; orange where even the upper end is below the reference."""
    c = colours(theme)
    below = [reference is not None and top is not None and top < reference for top in high]
    ink = [c["behind"] if is_below else c["actual"] for is_below in below]
    fill = [c["surface"] if few else colour for few, colour in zip(thin, ink, strict=True)]
    marker = {"size": 11, "color": fill, "line": {"width": 1.5, "color": ink}}
    return {"type": "scatter", "mode": "markers", "x": rates, "y": ys, "marker": marker}


def _said(rates: list[float | None], low: list[float | None], high: list[float | None], numbers: Numbers) -> list[str]:
    return [
        numbers.share(rate)
        if least is None or most is None
        else f"{numbers.share(least, 0)} – {numbers.share(most, 0)}"
        for rate, least, most in zip(rates, low, high, strict=True)
    ]


def _reference(at: float, colour: str) -> Marks:
    ends = {"x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", **ends, "line": {"color": colour, "width": 1}, "layer": "below"}
