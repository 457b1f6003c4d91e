"""Sparkline: which way a key number has gone, without an axis. Markup and not a figure: a page has many of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from components.markup import Raw

#: Units of the drawing, which is stretched over the room there is; the edges that lines and the last point keep.
WIDTH, HEIGHT, EDGE = 84, 34, 4


def sparkline(values: Sequence[float | None]) -> Raw | None:
    """A thin line through the values, its last point in ink; gaps where a value is missing. None for fewer than two."""
    course = [None if value is None or not math.isfinite(value) else float(value) for value in values]
    known = [value for value in course if value is not None]
    if len(known) < 2:
        return None
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(course) - 1)
    points = [
        None if value is None else (EDGE + place * step, HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE))
        for place, value in enumerate(course)
    ]
    last = next(point for point in reversed(points) if point is not None)
    return Raw(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true"><path d="{_path(points)}"/>'
        f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.5"/></svg>'
    )


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    """Lines from point to point; after a gap the next line begins anew."""
    drawn, pen = [], "M"
    for point in points:
        if point is not None:
            drawn.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "M" if point is None else "L"
    return "".join(drawn)
