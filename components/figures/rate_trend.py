"""Rate trend: a rate month by month, its course in ink beside that of others, against a reference line."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours

DOT = 6  # px
OVER = 1.3  # of the lines: single months that lie above are arrows at the edge, so that one does not flatten all others
NEAR = 0.075  # of the height: labels at the lines' ends that would touch are put apart by as much


def rate_trend(
    frame: pd.DataFrame,
    *,
    names: tuple[str, str],
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """A line with a dot at its end, grey dots of single months around it, a grey line of the others; 100 % as a line.

    One row a month, in order: `label`, `key`, `rate` (the line, fractions), `single` (the month alone), `others`;
    optionally `hover`. `names` stand at the ends of the line and of the others'. Null: a gap.
    """
    rates, single, others = (parts.amounts(frame[name]) for name in ("rate", "single", "others"))
    known = [value for value in (*rates, *others, *single) if value is not None]
    if not known:
        return parts.nothing(theme)
    c, top = colours(theme), _top(rates, others, single)
    low = min(0.0, *known)
    keys = frame["key"].tolist()
    hovers = parts.hovers(frame, "label", [numbers.share(value, 0) for value in single])
    shown = [None if value is None else min(value, top) for value in single]
    traces = [
        _line(others, c["previous"], 2),
        {
            "type": "scatter",
            "mode": "markers",
            "x": list(range(len(frame))),
            "y": shown,
            "marker": {
                "symbol": ["triangle-up" if value is not None and value > top else "circle" for value in single],
                "size": DOT,
                "color": c["surface"],
                "line": {"color": c["shade-3"], "width": 1.5},
            },
            "cliponaxis": False,
            **parts.answering(keys, hovers),
        },
        _line(rates, c["actual"], 2.75),
    ]
    ends, margin = _ends(rates, others, names, low, top, theme, numbers)
    traces += _last(rates, c["actual"])
    every = 3 if compact else 1
    return parts.drawing(
        traces,
        theme=theme,
        margin={"l": 8, "r": margin, "t": 12, "b": 4},
        xaxis=parts.column_axis(parts.plain(frame["label"]), theme=theme, every=every),
        yaxis={"range": [low, top], "tickformat": ".0%", "nticks": 5, "showgrid": True},
        shapes=[_reference(c["ink-2"])],
        annotations=ends,
    )


def _top(rates: list[float | None], others: list[float | None], single: list[float | None]) -> float:
    """Where the axis ends: a little above the lines, and no higher than the highest month."""
    lines = max([1.0, *(value for value in (*rates, *others) if value is not None)])
    return max(1.08 * lines, min(OVER * lines, 1.06 * max([0.0, *(value for value in single if value is not None)])))


def _line(values: list[float | None], colour: str, width: float) -> Marks:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(range(len(values))),
        "y": values,
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def _last(values: list[float | None], colour: str) -> list[Marks]:
    at = max((place for place, value in enumerate(values) if value is not None), default=None)
    if at is None:
        return []
    marker = {"size": DOT + 2, "color": colour}
    return [{"type": "scatter", "mode": "markers", "x": [at], "y": [values[at]], "marker": marker, "hoverinfo": "skip"}]


def _ends(
    rates: list[float | None],
    others: list[float | None],
    names: tuple[str, str],
    low: float,
    top: float,
    theme: str,
    numbers: Numbers,
) -> tuple[list[Marks], int]:
    """What each line is and where it ends, right of the plot, apart from each other; and the margin it takes."""
    c = colours(theme)
    lines: list[tuple[float, str, str, int]] = []
    for values, name, colour, weight in ((rates, names[0], "ink", 600), (others, names[1], "ink-3", 400)):
        lines += [(value, name, colour, weight) for value in values if value is not None][-1:]
    found, widest, least = [], 0.0, low
    for value, name, colour, weight in sorted(lines):
        texts = [numbers.share(value, 0), name]
        at = max(min(value, top), least)
        least = at + (top - low) * NEAR * 2
        widest = max(widest, *(parts.text_width(text, parts.NOTE) for text in texts))
        place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": at, "yanchor": "middle", "align": "left"}
        font = {"color": c[colour], "size": parts.NOTE, "weight": weight}
        found.append({**place, "text": f"{texts[0]}<br>{texts[1]}", "font": font})
    return found, round(widest * 1.08) + 14


def _reference(colour: str) -> Marks:
    line = {"color": colour, "width": 1}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1, "y1": 1, "line": line, "layer": "below"}
