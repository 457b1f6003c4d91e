"""Calibration dots: what was predicted against what came, on the line where both are the same."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours


def calibration_dots(
    frame: pd.DataFrame, *, heads: tuple[str, str], names: tuple[str, str], theme: str, numbers: Numbers
) -> Figure:
    """A dot a group of deals with its interval; orange where the interval misses the line.

    One row a group: `predicted`, `rate`, `low`, `high` (fractions), `cases`; optionally `hover`. `heads` name the two
    axes, `names` the line and the dots.
    """
    predicted, rates = parts.amounts(frame["predicted"]), parts.amounts(frame["rate"])
    low, high = parts.amounts(frame["low"]), parts.amounts(frame["high"])
    known = [value for value in (*predicted, *rates, *low, *high) if value is not None]
    if not known:
        return parts.nothing(theme)
    c = colours(theme)
    ends = [max(0.0, min(known) - 0.03), min(1.0, max(known) + 0.03)]
    missed = [
        None not in (least, said, most) and not least <= said <= most  # type: ignore[operator]
        for least, said, most in zip(low, predicted, high, strict=True)
    ]
    inks = [c["behind"] if is_missed else c["actual"] for is_missed in missed]
    says = [f"{numbers.share(said)} | {numbers.share(rate)}" for said, rate in zip(predicted, rates, strict=True)]
    line: Marks = {"type": "scatter", "mode": "lines", "x": ends, "y": ends, "hoverinfo": "skip"}
    line["line"] = {"color": c["target"], "width": 1.25}
    dots: Marks = {
        "type": "scatter",
        "mode": "markers",
        "x": predicted,
        "y": rates,
        "marker": {"size": 11, "color": inks},
    }
    dots |= {"hovertext": parts.hovers(frame, says), "hovertemplate": "%{hovertext}<extra></extra>"}
    spans = [
        {"type": "line", "x0": x, "x1": x, "y0": a, "y1": b, "line": {"color": c["shade-4"], "width": 5}}
        | {"layer": "below"}
        for x, a, b in zip(predicted, low, high, strict=True)
        if None not in (x, a, b)
    ]
    axis = {"range": ends, "tickformat": ".0%", "nticks": 6, "showgrid": True, "tickangle": 0}
    return parts.drawing(
        [line, dots],
        theme=theme,
        margin={"l": 40, "r": 20, "t": 30, "b": 42},
        xaxis=axis,
        yaxis=axis,
        shapes=spans,
        annotations=_notes(heads, names[0], ends[1], c["ink-2"]),
    )


def _notes(heads: tuple[str, str], line: str, end: float, colour: str) -> list[Marks]:
    """What the axes are, and the line at its end."""
    font = {"color": colour, "size": parts.NOTE}
    above = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 8}
    below = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "paper", "y": 0, "yanchor": "top", "yshift": -20}
    at_end = {"x": end, "y": end, "xanchor": "right", "yanchor": "bottom", "yshift": 4}
    texts = ((at_end, line), (above, heads[1]), (below, heads[0]))
    return [{**place, "text": text, "font": font} for place, text in texts]
