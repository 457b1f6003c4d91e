"""What figures share: the empty figure, the marks of the notation, and text columns that line up like a table.

A figure is a plain dict without a template; `meta.theme` tells the browser and `theme.with_template` which one to add.
Rows lie at y = 0, 1, 2 ... from the top; texts beside them are placed in pixels from the plot's edge.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from components.format import Numbers
from components.theme import colours

Figure = dict[str, Any]
Marks = dict[str, Any]

CLEAR = "rgba(0,0,0,0)"
TEXT, NOTE = 13, 12  # px: rows of a figure; heads, axes and everything beside the point
GAP = 16  # px between text columns
HEAD_ROOM = 28  # px above the first row, for the heads
FEWEST_ROWS = 5  # room is shared by at least as many, so that one row alone is no slab
FEW = 10  # cases below which a rate or a median says little
LOWERED = 0.16  # of a row: how far bars stand below the middle when the name stands above them


def drawing(traces: Sequence[Marks], *, theme: str, **layout: Any) -> Figure:
    """A figure of these traces for a theme."""
    return {"data": list(traces), "layout": {"meta": {"theme": theme}, **layout}}


def nothing(theme: str) -> Figure:
    """The figure of no rows: not even an axis; the card says why."""
    hidden = {"visible": False}
    return drawing([], theme=theme, xaxis=hidden, yaxis=hidden)


def amounts(column: pd.Series) -> list[float | None]:
    """A column of numbers of any type as floats, None where there is none."""
    return [None if pd.isna(value) else float(value) for value in column]


def amounts_if(frame: pd.DataFrame, name: str) -> list[float | None]:
    """A column's amounts; all None where the frame lacks it."""
    return amounts(frame[name]) if name in frame else [None] * len(frame)


def plain(texts: Any) -> list[str]:
    """Texts as Plotly must get them: what looks like markup in a name is shown, not obeyed."""
    return ["" if pd.isna(text) else html.escape(str(text), quote=False) for text in texts]


def hovers(frame: pd.DataFrame, *fallback: str | Sequence[str], column: str = "hover") -> list[str]:
    """The prepared hover texts of a frame, or else what these of its columns and these other texts say together."""
    if column in frame:
        return frame[column].fillna("").astype(str).tolist()
    pieces = [plain(frame[piece]) if isinstance(piece, str) else piece for piece in fallback]
    return ["  ".join(part) for part in zip(*pieces, strict=True)]


def outlined(colour: str, width: float = 1.25) -> Marks:
    """Target: an outline with nothing inside."""
    return {"color": CLEAR, "line": {"color": colour, "width": width}}


def hatched(colour: str, ground: str, *, solidity: float = 0.28) -> Marks:
    """Forecast: hatched in the colour that the actual would have, thinly outlined."""
    return {
        "color": ground,
        "line": {"color": colour, "width": 1},
        "pattern": {
            "shape": "/",
            "fgcolor": colour,
            "bgcolor": ground,
            "fillmode": "overlay",
            "size": 5,
            "solidity": solidity,
        },
    }


def bars(ys: Sequence[float], xs: Sequence[float | None], *, width: float, marker: Marks, **more: Any) -> Marks:
    """Horizontal bars; without customdata they neither answer the pointer nor say anything."""
    silent = {} if "customdata" in more else {"hoverinfo": "skip"}
    return {"type": "bar", "orientation": "h", "y": ys, "x": xs, "width": width, "marker": marker, **silent, **more}


def answering(keys: Sequence[Any], texts: Sequence[str]) -> dict[str, Any]:
    """What makes marks clickable: their keys, and what the pointer is told."""
    return {"customdata": list(keys), "hovertext": list(texts), "hovertemplate": "%{hovertext}<extra></extra>"}


def rows_height(rows: int, *, compact: bool, most: int) -> int | None:
    """Pixels that rows want: on a phone always, elsewhere only those that are more than a card has room for."""
    if compact:
        return HEAD_ROOM + 30 + 36 * rows
    return HEAD_ROOM + 30 + 24 * rows if rows > most else None


def row_ends(ys: Sequence[float], ends: Sequence[float], *, to: float, width: float, **answer: Any) -> Marks:
    """What is left of each row after its bars: unseen, but it answers too, so that the shortest bar can be hit."""
    rest = [to - end for end in ends]
    return bars(ys, rest, width=width, marker={"color": CLEAR}, base=list(ends), **answer)


def row_axis(rows: int) -> dict[str, Any]:
    """The y axis of `rows` rows from the top down, without tick labels."""
    return {"range": [max(rows, FEWEST_ROWS if rows < 4 else rows) - 0.5, -0.5], "showticklabels": False}


def column_axis(labels: Sequence[str], *, theme: str, every: int = 1) -> dict[str, Any]:
    """The x axis of columns at 0, 1, 2 ... with their labels below a line."""
    return {
        "tickvals": list(range(len(labels)))[::every],
        "ticktext": labels[::every],
        "tickangle": 0,
        "ticklabeloverflow": "allow",
        "range": [-0.55, len(labels) - 0.45],
        "showline": True,
        "linecolor": colours(theme)["ink-2"],
    }


@dataclass(frozen=True)
class Column:
    """A column of texts beside the rows; `most` is how many pixels it may take before names are cut."""

    head: str
    texts: Sequence[str]
    colour: str = "ink"
    weight: int = 400
    align: Literal["left", "right"] = "right"
    most: int = 160

    def width(self, size: int) -> int:
        """Pixels that the widest text takes."""
        widest = max((text_width(text, size) for text in self.texts), default=0) * (1.06 if self.weight > 500 else 1)
        return round(min(max(widest, text_width(self.head, NOTE)), self.most))


def rows_of(frame: pd.DataFrame, *, compact: bool, bar: float) -> tuple[list[float], float]:
    """Where the rows lie and how thick their bars are; on a phone names stand above their bars."""
    return ([row + LOWERED for row in range(len(frame))], 0.4) if compact else ([*range(len(frame))], bar)


def table(
    frame: pd.DataFrame, left: Sequence[Column], right: Sequence[Column], *, compact: bool, theme: str
) -> tuple[list[Marks], dict[str, int]]:
    """Names and text columns beside the rows, and the margins that they need; on a phone all columns stand right."""
    names = Column("", plain(frame["label"]), align="left", most=150)
    if compact:
        ys, _ = rows_of(frame, compact=True, bar=0)
        notes, margin = beside([*left, *right], "right", ys, theme=theme, gap=10)
        font = {"color": colours(theme)["ink"], "size": TEXT}
        place = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "middle", "font": font}
        notes += [{**place, "y": row - 0.28, "text": name} for row, name in enumerate(names.texts)]
        return notes, {"l": 8, "r": margin, "t": HEAD_ROOM, "b": 4}
    ys = [*range(len(frame))]
    before, margin_left = beside([names, *left], "left", ys, theme=theme)
    after, margin_right = beside(right, "right", ys, theme=theme)
    return before + after, {"l": margin_left, "r": margin_right, "t": HEAD_ROOM, "b": 4}


def beside(
    columns: Sequence[Column], side: Literal["left", "right"], ys: Sequence[float], *, theme: str, gap: int = GAP
) -> tuple[list[Marks], int]:
    """The columns as annotations left or right of the plot, and the margin that they need."""
    c, found = colours(theme), []
    widths = [column.width(TEXT) for column in columns]
    margin = 8 + sum(widths) + gap * len(columns)
    cursor = 8 - margin if side == "left" else gap
    for column, width in zip(columns, widths, strict=True):
        place = {"xref": "paper", "x": 0 if side == "left" else 1, "xanchor": column.align}
        place["xshift"] = cursor if column.align == "left" else cursor + width
        font = {"color": c[column.colour], "size": TEXT, "weight": column.weight}
        for y, text in zip(ys, column.texts, strict=True):
            if text:
                found.append({**place, "y": y, "yanchor": "middle", "text": fitted(text, width, TEXT), "font": font})
        if column.head:
            found.append(head_note(column.head, place, colour=c["ink-3"]))
        cursor += width + gap
    return found, margin


def marked_thin(rates: Sequence[float | None], thin: Sequence[bool], *, theme: str, numbers: Numbers) -> list[str]:
    """Rates as texts, those of few cases marked as such."""
    mark = coloured(numbers.none("thin"), colours(theme)["ink-3"], size=NOTE)
    return [
        numbers.share(rate, 0) if rate is None or not few else f"{mark} {numbers.share(rate, 0)}"
        for rate, few in zip(rates, thin, strict=True)
    ]


def spans(
    ys: Sequence[float], starts: Sequence[float | None], ends: Sequence[float | None], line: Marks
) -> list[Marks]:
    """A quiet line in each row from start to end, below the marks."""
    known = [(y, a, b) for y, a, b in zip(ys, starts, ends, strict=True) if a is not None and b is not None]
    return [{"type": "line", "x0": a, "x1": b, "y0": y, "y1": y, "line": line, "layer": "below"} for y, a, b in known]


def is_thin(cases: pd.Series) -> list[bool]:
    """Which rows stand on fewer than ten cases."""
    return [not count >= FEW for count in cases.fillna(0)]


def head_note(text: str, place: Marks, *, colour: str) -> Marks:
    """A head above the rows, at a horizontal place."""
    above = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 4}
    return {**place, **above, "text": text, "font": {"color": colour, "size": NOTE}}


def text_width(text: str, size: int) -> float:
    """About how many pixels a text takes in Inter and a Chinese companion."""
    bare = html.unescape(re.sub(r"<[^>]*>", "", text))
    return size * sum(_em(character) for character in bare)


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in " .,:;'|!iIljtfr()·":
        return 0.34
    return 0.88 if character in "MWmw%@" else 0.72 if character.isupper() else 0.6


def fitted(text: str, width: float, size: int) -> str:
    """The text, cut with an ellipsis where it would take more than `width` pixels."""
    if text_width(text, size) <= width + 1 or "<" in text:
        return text
    kept = html.unescape(text)
    while kept and text_width(kept, size) + size * 0.6 > width:
        kept = kept[:-1]
    return html.escape(kept.rstrip(), quote=False) + "…"


def coloured(text: str, colour: str, *, size: int | None = None) -> str:
    """A piece of a text in another colour."""
    style = f"color:{colour}" + (f";font-size:{size}px" if size else "")
    return f'<span style="{style}">{text}</span>'
