"""Peer dots: a rate by row with how sure it is, beside the others' on the same line."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.figures.variance import SMALLER
from components.format import Numbers
from components.theme import colours

DOT, TICK = 11, 15  # px
ROW, PHONE_ROW = 32, 46  # px


def height_of(rows: int, compact: bool = False) -> int:
    """Pixels that the figure wants for so many rows."""
    return parts.HEAD_ROOM + 26 + max(rows, parts.FEWEST_ROWS if rows < 4 else rows) * (PHONE_ROW if compact else ROW)


def peer_dots(
    frame: pd.DataFrame,
    *,
    heads: Sequence[str],
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """A dot a row on the line of its interval, a tick where the others are, and the difference in points at the end.

    One row each, in order: `label`, `key`, `rate`, `others` (fractions); optionally `low` and `high` (without them a
    line leads from the others to the dot), `cases` (few: hollow, and said), `text` (a quiet column before the rate),
    `note` (one at the end), `is_behind` (the difference is orange) and `hover`. A row whose `is_head` is true heads
    the rows below it. `heads` stand over text, rate, difference and note, as many of them as there are.
    """
    rates, others = parts.amounts(frame["rate"]), parts.amounts(frame["others"])
    known = [value for value in (*rates, *others) if value is not None]
    if not known:
        return parts.nothing(theme)
    c = colours(theme)
    ys, _ = parts.rows_of(frame, compact=compact, bar=0)
    is_head = _flags(frame, "is_head")
    thin = parts.is_thin(frame["cases"]) if "cases" in frame else [False] * len(frame)
    low, high = parts.amounts_if(frame, "low"), parts.amounts_if(frame, "high")
    spans = parts.spans(ys, low, high, {"color": c["shade-4"], "width": 5})
    if "low" not in frame:
        spans = parts.spans(ys, others, rates, {"color": c["shade-4"], "width": 3})
    left, right = _texts(frame, heads, rates, others, thin, is_head, theme, numbers)
    if compact:  # what is said beside the point gives way to the drawing
        left, right = left[-1:], right[:1]
    notes, margin = parts.table(frame, left, right, compact=compact, theme=theme)
    says = [f"{numbers.share(one, 0)} | {numbers.share(other, 0)}" for one, other in zip(rates, others, strict=True)]
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", says))
    reach = max(value for value in [*known, *high] if value is not None) * 1.06
    return parts.drawing(
        [_ticks(ys, others, c["ink-2"]), _dots(ys, rates, thin, _flags(frame, "is_behind"), theme) | answer],
        theme=theme,
        margin=margin | {"r": max(margin["r"], 16), "b": 22},
        xaxis={"range": [min(0.0, *known), min(max(reach, 0.1), 1.04)], "tickformat": ".0%"}
        | {"nticks": 4 if compact else 5, "tickangle": 0, "showgrid": True},
        yaxis=parts.row_axis(len(frame)),
        shapes=spans,
        annotations=_quiet(notes, frame, is_head, theme),
    )


def _flags(frame: pd.DataFrame, name: str) -> list[bool]:
    return frame[name].fillna(False).astype(bool).tolist() if name in frame else [False] * len(frame)


def _quiet(notes: list[Marks], frame: pd.DataFrame, is_head: list[bool], theme: str) -> list[Marks]:
    """The names of heads in the colour of heads."""
    heads = {text for text, head in zip(parts.plain(frame["label"]), is_head, strict=True) if head}
    font = {"color": colours(theme)["ink-3"], "size": parts.NOTE}
    return [{**note, "font": font} if note["text"] in heads else note for note in notes]


def _texts(
    frame: pd.DataFrame,
    heads: Sequence[str],
    rates: list[float | None],
    others: list[float | None],
    thin: list[bool],
    is_head: list[bool],
    theme: str,
    numbers: Numbers,
) -> tuple[list[Column], list[Column]]:
    """The columns before and after the dots; heads of rows have nothing in them."""
    titles = iter(heads)
    left = [Column(next(titles), parts.plain(frame["text"]), colour="ink-2")] if "text" in frame else []
    rated = parts.marked_thin(rates, thin, theme=theme, numbers=numbers)
    left.append(Column(next(titles), _without(rated, is_head), weight=600))
    told = [
        _difference(rate, other, is_behind, theme, numbers)
        for rate, other, is_behind in zip(rates, others, _flags(frame, "is_behind"), strict=True)
    ]
    right = [Column(next(titles), _without(told, is_head))]
    if "note" in frame:
        right.append(Column(next(titles), parts.plain(frame["note"]), colour="ink-2"))
    return left, right


def _without(texts: list[str], is_head: list[bool]) -> list[str]:
    return ["" if head else text for text, head in zip(texts, is_head, strict=True)]


def _difference(rate: float | None, other: float | None, is_behind: bool, theme: str, numbers: Numbers) -> str:
    """Signed points; orange with its triangle where it matters, quiet elsewhere."""
    if rate is None or other is None:
        return "–"
    text = numbers.signed_points(rate - other, 0)
    if not is_behind:
        return text
    mark = f'<span style="font-size:{round(parts.TEXT * SMALLER)}px">▼</span> '
    return parts.coloured(mark + text, colours(theme)["behind-text"])


def _dots(ys: list[float], xs: list[float | None], thin: list[bool], behind: list[bool], theme: str) -> Marks:
    c = colours(theme)
    ink = [c["behind"] if is_behind else c["actual"] for is_behind in behind]
    fill = [c["surface"] if few else colour for few, colour in zip(thin, ink, strict=True)]
    marker = {"size": DOT, "color": fill, "line": {"width": 1.5, "color": ink}}
    return {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker}


def _ticks(ys: list[float], xs: list[float | None], colour: str) -> Marks:
    marker = {"symbol": "line-ns", "size": TICK, "line": {"width": 2, "color": colour}}
    return {"type": "scatter", "mode": "markers", "x": xs, "y": ys, "marker": marker, "hoverinfo": "skip"}
