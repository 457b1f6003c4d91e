"""Presence lines: in which share of the deals each competitor is met, quarter by quarter; who is rising stands out."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours

DOT = 5  # px
NEAR = 0.068  # of the height: names at the lines' ends that would touch are put apart by as much


def presence_lines(frame: pd.DataFrame, *, compact: bool = False, theme: str, numbers: Numbers) -> Figure:
    """A line a member with its name and last share at its end; those that surely rise in orange, the others quiet.

    One row a member and quarter, members in order: `member`, `member_label`, `label` (of the quarter), `key`, `share`
    (fraction or null), `is_rising`, `hover`.
    """
    shares = parts.amounts(frame["share"])
    known = [value for value in shares if value is not None]
    if not known or not any(known):
        return parts.nothing(theme)
    c = colours(theme)
    members = [part for _, part in frame.groupby("member", sort=False)]
    top = max(known) * 1.12
    traces: list[Marks] = []
    ends: list[tuple[float, str, str, int]] = []
    for part in sorted(members, key=lambda one: bool(one["is_rising"].iloc[0])):
        rising = bool(part["is_rising"].iloc[0])
        values = parts.amounts(part["share"])
        traces.append(_line(part, values, c["behind"] if rising else c["shade-3"], 2.5 if rising else 1.5))
        last = [value for value in values if value is not None][-1:]
        name = parts.plain(part["member_label"])[0]
        ends += [
            (value, f"{numbers.share(value, 0)} {name}", "behind-text" if rising else "ink-2", 600 if rising else 400)
            for value in last
        ]
    notes, margin = _names(ends, top, theme)
    labels = parts.plain(members[0]["label"])
    return parts.drawing(
        traces,
        theme=theme,
        margin={"l": 8, "r": margin, "t": 12, "b": 4},
        xaxis=parts.column_axis(labels, theme=theme, every=2 if compact else 1),
        yaxis={"range": [0, top], "tickformat": ".0%", "nticks": 5, "showgrid": True},
        annotations=notes,
    )


def _line(part: pd.DataFrame, values: list[float | None], colour: str, width: float) -> Marks:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [*range(len(values))],
        "y": values,
        "line": {"color": colour, "width": width},
        "marker": {"color": colour, "size": DOT},
        "cliponaxis": False,
        **parts.answering(part["key"].tolist(), part["hover"].tolist()),
    }


def _names(ends: list[tuple[float, str, str, int]], top: float, theme: str) -> tuple[list[Marks], int]:
    """Names right of the plot, apart from each other and inside its height; and the margin they take."""
    c, told = colours(theme), sorted(ends)
    places = [value for value, *_ in told]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + top * NEAR)
    limit = top
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - top * NEAR
    found = [
        {
            "xref": "paper",
            "x": 1,
            "xanchor": "left",
            "xshift": 8,
            "y": place,
            "yanchor": "middle",
            "text": text,
            "font": {"color": c[colour], "size": parts.NOTE, "weight": weight},
        }
        for place, (_, text, colour, weight) in zip(places, told, strict=True)
    ]
    widest = max((parts.text_width(text, parts.NOTE) for _, text, *_ in told), default=0)
    return found, round(widest * 1.05) + 16
