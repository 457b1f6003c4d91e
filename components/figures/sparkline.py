"""Sparkline: which way a key number has gone, without an axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

from components.figures import parts
from components.figures.parts import Figure
from components.theme import colours


def sparkline(values: Sequence[float | None], *, theme: str) -> Figure:
    """A thin line through the values, its last point in ink; gaps where a value is missing."""
    course = [None if value is None or not math.isfinite(value) else float(value) for value in values]
    known = [place for place, value in enumerate(course) if value is not None]
    if len(known) < 2:
        return parts.nothing(theme)
    c, last = colours(theme), known[-1]
    hidden = {"visible": False}
    return parts.drawing(
        [
            {
                "type": "scatter",
                "mode": "lines",
                "y": course,
                "line": {"width": 1.5, "color": c["shade-3"]},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [last],
                "y": [course[last]],
                "marker": {"size": 5, "color": c["actual"]},
                "hoverinfo": "skip",
            },
        ],
        theme=theme,
        margin={"l": 3, "r": 5, "t": 4, "b": 4},
        xaxis=hidden,
        yaxis=hidden,
    )
