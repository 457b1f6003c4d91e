"""Stage funnel: how many of a cohort reached each stage, as honest bars from zero."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers
from components.theme import colours

BAR = 0.56
WIDE, PHONE = 380, 130  # px of plot that the first stage takes, about: to tell where a drop-off's label fits
CLOSE, HALF = 0.6, 0.5  # of the first stage: bars that reach further leave no room for words at their end


def stage_funnel(
    frame: pd.DataFrame,
    *,
    heads: tuple[str, str, str],
    weakest_note: str | None = None,
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """Bars of what reached each stage; behind each, in grey, what the stage before had.

    One row a stage, in order: `label`, `key`, `value`, `text`, `of_previous` and `of_first` (fractions), `weakest`;
    optionally `hover`, and `dropped` (text) with `dropped_key`, `dropped_hover` for what was lost on the way.
    `heads` stand over the value, the share of the previous and of the first stage.
    """
    values = [max(value or 0.0, 0.0) for value in parts.amounts(frame["value"])]
    if not values or max(values) == 0:
        return parts.nothing(theme)
    c = colours(theme)
    ys, thick = parts.rows_of(frame, compact=compact, bar=BAR)
    before = [values[0], *values[:-1]]
    value = Column(heads[0], parts.plain(frame["text"]), weight=600, most=100)
    shares = _shares(frame, heads[1:], numbers, c["behind-text"])
    notes, margin = parts.table(frame, [value], shares, compact=compact, theme=theme)
    weakest = frame["weakest"].tolist().index(True) if weakest_note and frame["weakest"].any() else None
    if "dropped" in frame:
        notes += _drop_offs(frame, ys, values, before, c["ink-3"], but=None if compact else weakest, compact=compact)
    if weakest is not None and weakest_note:
        to_edge = margin["r"] - 8 if compact else None
        notes.append(_weakest(weakest, before, values, weakest_note, c["behind-text"], to_edge))
    return parts.drawing(
        _bars(frame, ys, values, before, thick, theme),
        theme=theme,
        barmode="stack",
        margin=margin,
        xaxis={"range": [0, max(values)], "showticklabels": False},
        yaxis=parts.row_axis(len(frame)),
        annotations=notes,
    )


def _bars(
    frame: pd.DataFrame, ys: list[float], values: list[float], before: list[float], thick: float, theme: str
) -> list[Marks]:
    """What is left, what was lost on the way, and the unseen rest of each row."""
    c = colours(theme)
    lost = [max(had - has, 0.0) for had, has in zip(before, values, strict=True)]
    ends = [max(had, has) for had, has in zip(before, values, strict=True)]
    keys, hovers = frame["key"].tolist(), parts.hovers(frame, "label", "text")
    lost_keys = frame["dropped_key"].tolist() if "dropped_key" in frame else keys
    lost_hovers = parts.hovers(frame, "label", "dropped", column="dropped_hover") if "dropped" in frame else hovers
    answer = parts.answering(keys, hovers)
    return [
        parts.bars(ys, values, width=thick, marker={"color": c["actual"]}, **answer),
        parts.bars(ys, lost, width=thick, marker={"color": c["band"]}, **parts.answering(lost_keys, lost_hovers)),
        parts.row_ends(ys, ends, to=max(values), width=thick, **answer),
    ]


def _shares(frame: pd.DataFrame, heads: tuple[str, ...], numbers: Numbers, warning: str) -> list[Column]:
    previous = ["–", *(numbers.share(share, 0) for share in parts.amounts(frame["of_previous"])[1:])]
    mark = parts.coloured("▼", warning, size=9)
    marked = [
        f"{mark} <b>{text}</b>" if is_weakest else text
        for text, is_weakest in zip(previous, frame["weakest"], strict=True)
    ]
    first = [numbers.share(share, 0) for share in parts.amounts(frame["of_first"])]
    return [Column(heads[0], marked), Column(heads[1], first, colour="ink-2")]


def _drop_offs(
    frame: pd.DataFrame,
    ys: list[float],
    values: list[float],
    before: list[float],
    colour: str,
    *,
    but: int | None,
    compact: bool,
) -> list[Marks]:
    """How much was lost, in the grey where it was lost, but not where the weakest step is written over it."""
    most = max(values)
    pixels = (PHONE if compact else WIDE) / most
    hidden = but if but is not None and before[but] > CLOSE * most and values[but] <= HALF * most else None
    font = {"color": colour, "size": parts.NOTE}
    return [
        {"x": (had + has) / 2, "y": ys[row], "text": text, "font": font}
        for row, (has, had, text) in enumerate(zip(values, before, parts.plain(frame["dropped"]), strict=True))
        if text and row != hidden and (had - has) * pixels >= parts.text_width(text, parts.NOTE) + 8
    ]


def _weakest(row: int, before: list[float], values: list[float], note: str, colour: str, to_edge: int | None) -> Marks:
    """The weakest step in words, where there is room: right of its bars, over the grey, or under them.

    On a phone (`to_edge` pixels from the plot to the figure's edge) it ends the line of the stage's name.
    """
    says = {"text": note, "font": {"color": colour, "size": parts.NOTE}}
    at_right = {"x": 1, "xref": "paper", "xanchor": "right"}
    if to_edge is not None:
        return {**says, **at_right, "xshift": to_edge, "y": row - 0.28}
    most = max(values)
    if before[row] > CLOSE * most and values[row] > HALF * most:
        return {**says, **at_right, "y": row + 0.5}
    start = before[row] if before[row] <= CLOSE * most else values[row]
    return {**says, "x": start, "y": row, "xanchor": "left", "xshift": 8}
