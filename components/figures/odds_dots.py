"""Odds dots: by how much each fact multiplies the odds, with its interval, on both sides of "makes no difference"."""

from __future__ import annotations

from math import log10

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers
from components.theme import colours

ROW, PHONE_ROW, NAMES = 32, 46, 340  # px
#: Where the axis is labelled as far as it reaches, near one and far from it; beyond MOST it is cut.
NEAR, FAR, MOST = (0.2, 0.33, 0.5, 0.67, 1, 1.5, 2, 3, 5), (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100), 120.0


def height_of(rows: int, compact: bool = False) -> int:
    """Pixels that the figure wants for so many rows."""
    return parts.HEAD_ROOM + 26 + max(rows, parts.FEWEST_ROWS) * (PHONE_ROW if compact else ROW)


def odds_dots(
    frame: pd.DataFrame, *, heads: tuple[str, str], compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """A dot a row on the line of its interval; blue where all of it is above one, orange where all is below.

    One row each, in order: `label`, `key`, `odds`, `low`, `high` (multiples), `hover`. `heads` stand over the odds and,
    in the middle, over the line of no difference.
    """
    odds, low, high = (parts.amounts(frame[name]) for name in ("odds", "low", "high"))
    known = [value for value in (*odds, *low, *high) if value is not None and value > 0]
    if not known:
        return parts.nothing(theme)
    c = colours(theme)
    ys, _ = parts.rows_of(frame, compact=compact, bar=0)
    reach = min(max(max(known), 1 / min(known), 1.3) * 1.08, MOST)
    inks = [_ink(least, most) for least, most in zip(low, high, strict=True)]
    dots: Marks = {"type": "scatter", "mode": "markers", "y": ys, "cliponaxis": False}
    dots["x"] = [None if value is None else min(max(value, 1 / reach), reach) for value in odds]
    dots["marker"] = {"size": 11, "color": [c[ink] for ink in inks]}
    dots |= parts.answering(frame["key"].tolist(), parts.hovers(frame, "label"))
    notes, margin = _texts(frame, _column(heads[0], odds, numbers), compact, theme)
    notes.append(parts.head_note(heads[1], {"x": 0, "xanchor": "center"}, colour=c["ink-2"]))
    cut = [(max(x, 1 / reach) if x else x, min(y, reach) if y else y) for x, y in zip(low, high, strict=True)]
    shapes = parts.spans(ys, [x for x, _ in cut], [y for _, y in cut], {"color": c["shade-4"], "width": 5})
    line = {"type": "line", "x0": 1, "x1": 1, "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    shapes.append({**line, "line": {"color": c["ink-2"], "width": 1}})
    shown = [tick for tick in (NEAR if reach < 6 else FAR) if 1 / reach <= tick <= reach]
    return parts.drawing(
        [dots],
        theme=theme,
        margin=margin | {"r": max(margin["r"], 16), "b": 22},
        xaxis={"type": "log", "range": [-log10(reach), log10(reach)], "tickvals": shown}
        | {"ticktext": [f"{tick:g}" for tick in shown], "tickangle": 0, "showgrid": True},
        yaxis=parts.row_axis(len(frame)),
        shapes=shapes,
        annotations=notes,
    )


def _texts(frame: pd.DataFrame, odds: Column, compact: bool, theme: str) -> tuple[list[Marks], dict[str, int]]:
    """Names and odds beside the rows; on a desk the names get more room than a member's name needs."""
    if compact:
        return parts.table(frame, [], [odds], compact=True, theme=theme)
    ys = [*range(len(frame))]
    names = Column("", parts.plain(frame["label"]), align="left", most=NAMES)
    before, left = parts.beside([names], "left", ys, theme=theme)
    after, right = parts.beside([odds], "right", ys, theme=theme)
    return before + after, {"l": left, "r": right, "t": parts.HEAD_ROOM, "b": 4}


def _ink(low: float | None, high: float | None) -> str:
    if low is not None and low > 1:
        return "ahead"
    return "behind" if high is not None and high < 1 else "actual"


def _column(head: str, odds: list[float | None], numbers: Numbers) -> Column:
    return Column(head, ["–" if value is None else numbers.multiple(value, 2) for value in odds], weight=600)
