"""Stage stock: what stands in each stage now, and how much of it is late."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers
from components.theme import colours

BAR = 0.56


def stage_stock(
    frame: pd.DataFrame, *, heads: tuple[str, str], compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """Bars of what is open in each stage, the late part of each in orange at its end.

    One row a stage: `label`, `key`, `value` and `late` (a part of it, in the same unit), `text` for the value,
    `other_text` for a quiet column before it; optionally `late_text`, `late_key`, `hover`, `late_hover`.
    `heads` stand over `other_text` and `text`.
    """
    values = parts.amounts(frame["value"])
    if not any(values):
        return parts.nothing(theme)
    c = colours(theme)
    ys, thick = parts.rows_of(frame, compact=compact, bar=BAR)
    late = [min(part or 0.0, value or 0.0) for part, value in zip(parts.amounts(frame["late"]), values, strict=True)]
    in_time = [None if value is None else value - part for value, part in zip(values, late, strict=True)]
    keys, hovers = frame["key"].tolist(), parts.hovers(frame, "label", "text")
    late_keys = frame["late_key"].tolist() if "late_key" in frame else keys
    late_texts = _late_texts(frame, late, numbers)
    late_hovers = parts.hovers(frame, column="late_hover") if "late_hover" in frame else hovers
    columns = [
        Column(heads[0], parts.plain(frame["other_text"]), colour="ink-2"),
        Column(heads[1], parts.plain(frame["text"]), weight=600),
    ]
    notes, margin = parts.table(frame, columns, [], compact=compact, theme=theme)
    room = max((parts.text_width(text, parts.NOTE) for text in late_texts), default=0)
    reach = max(value or 0 for value in values)
    answer = parts.answering(keys, hovers)
    return parts.drawing(
        [
            parts.bars(ys, in_time, width=thick, marker={"color": c["actual"]}, **answer),
            parts.bars(ys, late, width=thick, marker={"color": c["behind"]}, **parts.answering(late_keys, late_hovers)),
            parts.row_ends(ys, [value or 0.0 for value in values], to=reach, width=thick, **answer),
        ],
        theme=theme,
        barmode="stack",
        margin=margin | {"r": margin["r"] + (0 if compact else round(room) + 4)},
        xaxis={
            "range": [min(0, *(value or 0 for value in values)), reach * 1.4 if compact else reach],
            "showticklabels": False,
        },
        yaxis=parts.row_axis(len(frame)),
        annotations=notes + _late_notes(ys, values, late_texts, c["behind-text"]),
    )


def _late_notes(ys: list[float], values: list[float | None], texts: list[str], colour: str) -> list[Marks]:
    font = {"color": colour, "size": parts.NOTE}
    return [
        {"x": value, "y": y, "text": text, "xanchor": "left", "xshift": 6, "font": font}
        for y, value, text in zip(ys, values, texts, strict=True)
        if text and value is not None
    ]


def _late_texts(frame: pd.DataFrame, late: list[float], numbers: Numbers) -> list[str]:
    if "late_text" in frame:
        return [text if part else "" for text, part in zip(parts.plain(frame["late_text"]), late, strict=True)]
    return [numbers.count(part) if part else "" for part in late]
