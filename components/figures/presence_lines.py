"""Presence lines: in which share of the deals each competitor is met, quarter by quarter; who is rising stands out."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours

DOT = 5  # px
#: Line, words and their weight by rank.
_LOOKS = (("shade-4", "ink-2", 400), ("actual", "ink", 600), ("behind", "behind-text", 600))
NEAR, NEAR_COMPACT = 0.068, 0.1  # of the height: names at the lines' ends that would touch are put apart by as much


def presence_lines(frame: pd.DataFrame, *, compact: bool = False, theme: str, numbers: Numbers) -> Figure:
    """A line a member with its name and last share at its end: in orange those that surely rise, else the first in ink.

    One row a member and quarter, members in order: `member`, `member_label`, `axis` (the quarter in short), `key`,
    `share` (fraction or null), `is_rising`, `hover`.
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
    first = str(frame["member"].iloc[0])
    for part in sorted(members, key=lambda one: _rank(one, first)):
        colour, words, weight = _LOOKS[_rank(part, first)]
        values = parts.amounts(part["share"])
        traces.append(_line(part, values, c[colour], 1.5 if weight == 400 else 2.5))
        last = [value for value in values if value is not None][-1:]
        name = parts.plain(part["member_label"])[0]
        ends += [(value, f"{numbers.share(value, 0)} {name}", words, weight) for value in last]
    notes, margin = _names(ends, top, top * (NEAR_COMPACT if compact else NEAR), theme)
    labels = members[0]["axis"].tolist()
    return parts.drawing(
        traces,
        theme=theme,
        margin={"l": 8, "r": margin, "t": 12, "b": 4},
        xaxis=parts.column_axis(labels, theme=theme, every=2 if compact else 1),
        yaxis={"range": [0, top], "tickformat": ".0%", "nticks": 5, "showgrid": True},
        annotations=notes,
    )


def _rank(part: pd.DataFrame, first: str) -> int:
    """What is drawn later lies above: the others, the first, those that rise."""
    return 2 if bool(part["is_rising"].iloc[0]) else int(part["member"].iloc[0] == first)


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


def _names(ends: list[tuple[float, str, str, int]], top: float, near: float, theme: str) -> tuple[list[Marks], int]:
    """Names right of the plot, apart from each other and inside its height; and the margin they take."""
    c, told = colours(theme), sorted(ends)
    places = [value for value, *_ in told]
    for at in range(1, len(places)):
        places[at] = max(places[at], places[at - 1] + near)
    limit = top
    for at in range(len(places) - 1, -1, -1):
        places[at] = min(places[at], limit)
        limit = places[at] - near
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
