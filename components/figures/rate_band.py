"""Rate band: a rate month by month on the band of its interval, last year beside it."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours

DOT, THIN_DOT = 5, 7  # px
NEAR = 0.075  # of the height: labels at the lines' ends that would touch are put apart by as much


def rate_band(
    frame: pd.DataFrame,
    *,
    names: tuple[str, str, str],
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """A line of the rate on its band, a grey line of last year's; points of few cases or of young cohorts are hollow.

    One row a month, in order: `label`, `key`, `rate`, `low`, `high` (fractions; null where there is no interval),
    `last_year`, `last_key`, `is_open` (to be drawn hollow), `hover`, `last_hover`. `names` stand at the ends of the
    line, of last year's and of the band. Null: a gap.
    """
    rate, low, high, last = (parts.amounts(frame[name]) for name in ("rate", "low", "high", "last_year"))
    known = [value for value in (*rate, *last) if value is not None]
    if not known:
        return parts.nothing(theme)
    c = colours(theme)
    bottom, top = _range(known, [value for value in (*low, *high) if value is not None])
    ends, margin = _ends(rate, last, high, names, (bottom, top), theme, numbers)
    traces = [
        *_band(low, high, c["band"]),
        _line(last, c["previous"], 2),
        _points(frame, last, "last", c["previous"], c["surface"], hollow=[False] * len(frame)),
        _line(rate, c["actual"], 2.5),
        _points(frame, rate, "", c["actual"], c["surface"], hollow=frame["is_open"].astype(bool).tolist()),
    ]
    return parts.drawing(
        traces,
        theme=theme,
        margin={"l": 8, "r": margin, "t": 12, "b": 4},
        xaxis=parts.column_axis(parts.plain(frame["label"]), theme=theme, every=3 if compact else 1),
        yaxis={"range": [bottom, top], "tickformat": ".0%", "nticks": 5, "showgrid": True},
        annotations=ends,
    )


def _range(lines: list[float], edges: list[float]) -> tuple[float, float]:
    """The axis: around the lines, with as much of the band as does not flatten them."""
    low, high = min(lines), max(lines)
    room = max(high - low, 0.08)
    bottom = max(0.0, min([low - 0.25 * room, *(edge for edge in edges if edge > low - 1.2 * room)]))
    top = min(1.02, max([high + 0.25 * room, *(edge for edge in edges if edge < high + 1.2 * room)]))
    return bottom, top


def _band(low: list[float | None], high: list[float | None], colour: str) -> list[Marks]:
    """The band in pieces, one for each run of months that have an interval: it must not close over a gap."""
    runs: list[list[int]] = []
    for place, value in enumerate(low):
        if value is None or high[place] is None:
            continue
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [*run, *run[::-1]],
            "y": [*(low[at] for at in run), *(high[at] for at in run[::-1])],
            "fill": "toself",
            "fillcolor": colour,
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
        for run in runs
    ]


def _line(values: list[float | None], colour: str, width: float) -> Marks:
    line = {"color": colour, "width": width}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*range(len(values))],
        "y": values,
        "line": line,
        "hoverinfo": "skip",
    }


def _points(
    frame: pd.DataFrame, values: list[float | None], kind: str, colour: str, ground: str, *, hollow: list[bool]
) -> Marks:
    """What answers the pointer on a line: small dots, the last one and hollow ones larger."""
    at = max((place for place, value in enumerate(values) if value is not None), default=None)
    size = [THIN_DOT if is_open else DOT + 4 * (place == at and not kind) for place, is_open in enumerate(hollow)]
    column = f"{kind}_" if kind else ""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [*range(len(values))],
        "y": values,
        "marker": {
            "size": size,
            "opacity": 1,
            "color": [ground if is_open else colour for is_open in hollow],
            "line": {"color": colour, "width": 1.5},
        },
        "cliponaxis": False,
        **parts.answering(frame[f"{column}key"].tolist(), frame[f"{column}hover"].tolist()),
    }


def _ends(
    rate: list[float | None],
    last: list[float | None],
    high: list[float | None],
    names: tuple[str, str, str],
    reach: tuple[float, float],
    theme: str,
    numbers: Numbers,
) -> tuple[list[Marks], int]:
    """What the lines and the band are, right of the plot and apart from each other; and the margin it takes."""
    c, (bottom, top) = colours(theme), reach
    told: list[tuple[float, str, str, int]] = []
    for values, name, colour, weight in ((rate, names[0], "ink", 600), (last, names[1], "ink-3", 400)):
        told += [(value, f"{numbers.share(value)} {name}", colour, weight) for value in values if value is not None][
            -1:
        ]
    edge = [value for value in high if value is not None][-1:]
    told += [(min(value, top), names[2], "ink-3", 400) for value in edge]
    found, least, widest = [], bottom, 0.0
    for value, text, colour, weight in sorted(told):
        at = max(min(value, top), least)
        least = at + (top - bottom) * NEAR
        widest = max(widest, parts.text_width(text, parts.NOTE))
        place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "y": at, "yanchor": "middle"}
        found.append({**place, "text": text, "font": {"color": c[colour], "size": parts.NOTE, "weight": weight}})
    return found, round(widest * 1.05) + 16
