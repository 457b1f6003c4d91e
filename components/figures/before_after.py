"""Before and after: what a plan proposes inside the outline of what is in force, with a tick where it lands."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers, Unit
from components.theme import colours

OUTER, INNER = 0.62, 0.3  # of a row
ROOM = 64  # px right of the longest bar, for the change in numbers
ROW_HEIGHT, FOOT = 32, 4  # px


def height_of(rows: int) -> int:
    """Pixels that so many rows want."""
    return 2 * FOOT + ROW_HEIGHT * max(rows, parts.FEWEST_ROWS)


def before_after(frame: pd.DataFrame, *, unit: Unit, theme: str, numbers: Numbers) -> Figure:
    """A row a member, in order: `label`, `key`, `in_force`, `proposed`, `landing`; optionally `hover`.

    The change is written at the end of each row; a target is never solid, and a change neither blue nor orange. Where
    nothing differs there is nothing of the viewer's, and no plum.
    """
    before, after, landing = (parts.amounts(frame[name]) for name in ("in_force", "proposed", "landing"))
    known = [value for value in (*before, *after, *landing) if value is not None]
    if not known or not any(value is not None for value in after):
        return parts.nothing(theme)
    c, ys = colours(theme), [*range(len(frame))]
    reach = max(0.0, *known) or 1.0
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label"))
    traces = [
        parts.bars(ys, before, width=OUTER, marker=parts.outlined(c["target"])),
        *_ticks(ys, landing, theme),
        parts.bars(ys, [reach * 1.2] * len(ys), width=0.9, marker={"color": parts.CLEAR}, **answer),
    ]
    if any(old != new for old, new in zip(before, after, strict=True)):
        look = {"color": c["yours-soft"], "line": {"color": c["yours"], "width": 1.5}, "cornerradius": 0}
        traces.insert(1, parts.bars(ys, after, width=INNER, marker=look))
    names = Column("", parts.plain(frame["label"]), align="left", most=110)
    notes, left = parts.beside([names], "left", ys, theme=theme, gap=10)
    for y, old, new, lands in zip(ys, before, after, landing, strict=True):
        notes.append(
            _change(
                y, old, new, max(value for value in (old, new, lands, 0.0) if value is not None), unit, theme, numbers
            )
        )
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": left, "r": ROOM, "t": FOOT, "b": FOOT},
        xaxis={"range": [min(0.0, *known), reach], "showticklabels": False},
        yaxis=parts.row_axis(len(frame)),
        annotations=notes,
    )


def _ticks(ys: list[int], landing: list[float | None], theme: str) -> list[Marks]:
    """Where each row lands: a tick with a halo."""
    c = colours(theme)
    return [
        {
            "type": "scatter", "mode": "markers", "x": landing, "y": ys, "hoverinfo": "skip",
            "marker": {"symbol": "line-ns", "size": size, "line": {"width": width, "color": c[colour]}},
        }
        for size, width, colour in ((11, 5, "surface"), (12, 2, "ink"))
    ]  # fmt: skip


def _change(
    y: int, old: float | None, new: float | None, end: float, unit: Unit, theme: str, numbers: Numbers
) -> Marks:
    c = colours(theme)
    change = None if old is None or new is None else new - old
    text = "" if change is None else numbers.signed_in_unit(change, unit)
    font = {"color": c["yours-text" if change else "ink-3"], "size": parts.TEXT}
    return {"x": end, "y": y, "text": text, "xanchor": "left", "xshift": 8, "yanchor": "middle", "font": font}
