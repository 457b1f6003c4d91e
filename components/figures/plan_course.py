"""Plan course: the plan by month beside what is in force, last year, and what came in so far."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers, Unit
from components.theme import colours

WIDE, NARROW = 0.62, 0.36  # of a place
MOST_WITH_TEXT = 13


def plan_course(frame: pd.DataFrame, *, unit: Unit, compact: bool = False, theme: str, numbers: Numbers) -> Figure:
    """Columns by month: last year grey behind, in force outlined, proposed in plum, actual solid within.

    One row a month, in order: `label`, `key`, `proposed`, `in_force`, `previous`, `actual`; optionally `hover`. The
    amounts proposed stand on top.
    """
    columns = {name: parts.amounts(frame[name]) for name in ("previous", "in_force", "proposed", "actual")}
    known = [value for values in columns.values() for value in values if value is not None]
    if not any(known):
        return parts.nothing(theme)
    c, places = colours(theme), list(range(len(frame)))
    yours = {"color": c["yours-soft"], "line": {"color": c["yours"], "width": 1.5}}
    looks: list[tuple[str, float, float, Marks]] = [
        ("previous", -0.2, WIDE, {"color": c["previous"]}),
        ("in_force", 0.06, WIDE, parts.outlined(c["target"])),
        ("proposed", 0.06, NARROW, yours),
        ("actual", 0.06, 0.14, {"color": c["actual"]}),
    ]
    traces = [
        {
            "type": "bar", "x": [place + shift for place in places], "y": columns[name], "width": width,
            "marker": marker, "hoverinfo": "skip",
        }
        for name, shift, width, marker in looks
    ]  # fmt: skip
    top = max(0.0, *known)
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label"))
    traces.append(
        {
            "type": "bar",
            "x": places,
            "y": [top * 1.1] * len(places),
            "width": 0.96,
            "marker": {"color": parts.CLEAR},
            **answer,
        }
    )
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": 8, "r": 8, "t": 20, "b": 24},
        xaxis=parts.column_axis(parts.plain(frame["label"]), theme=theme, every=2 if compact and len(frame) > 6 else 1),
        yaxis={"range": [min(0.0, *known), top * 1.12], "showticklabels": False},
        annotations=[] if compact or len(frame) > MOST_WITH_TEXT else _texts(columns, unit, theme, numbers),
    )


def _texts(columns: dict[str, list[float | None]], unit: Unit, theme: str, numbers: Numbers) -> list[Marks]:
    c, found = colours(theme), []
    for place, amount in enumerate(columns["proposed"]):
        if amount is None:
            continue
        top = max(value for values in columns.values() if (value := values[place]) is not None)
        changed = columns["in_force"][place] is not None and abs(amount - (columns["in_force"][place] or 0)) >= 0.005
        font = {"color": c["yours-text" if changed else "ink-2"], "size": parts.NOTE}
        text = numbers.in_unit(amount, unit)
        found.append({"x": place, "y": top, "text": text, "yanchor": "bottom", "yshift": 3, "font": font})
    return found
