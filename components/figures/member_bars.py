"""Member bars: one measure by the members of a dimension, as rows that read like a sentence."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure
from components.format import Numbers
from components.theme import colours

BAR = 0.5


def member_bars(
    frame: pd.DataFrame, *, heads: tuple[str, str], compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """A bar a member from zero, its number before it and a quiet note after; last year lies behind in grey.

    One row a member, in order: `label`, `key`, `value`, `text`; optionally `note` (text at the right), `previous`,
    `hover`. `heads` stand over the number and the note. A member without a value keeps its row.
    """
    values = parts.amounts(frame["value"])
    if not any(values):
        return parts.nothing(theme)
    c = colours(theme)
    ys, thick = parts.rows_of(frame, compact=compact, bar=BAR)
    texts = [text or numbers.none() for text in parts.plain(frame["text"])]
    previous = parts.amounts(frame["previous"]) if "previous" in frame else []
    quiet = [Column(heads[1], parts.plain(frame["note"]), colour="ink-2")] if "note" in frame else []
    notes, margin = parts.table(frame, [Column(heads[0], texts, weight=600)], quiet, compact=compact, theme=theme)
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", "text"))
    known = [value for value in (*values, *previous) if value is not None]
    traces = [
        parts.bars(ys, values, width=thick * 0.72 if previous else thick, marker={"color": c["actual"]}, **answer)
    ]
    if previous:
        traces.insert(0, parts.bars(ys, previous, width=thick * 1.2, marker={"color": c["previous"]}, **answer))
    ends = [max(0.0, *(value or 0.0 for value in pair)) for pair in zip(values, previous or values, strict=True)]
    traces.append(parts.row_ends(ys, ends, to=max(0.0, *known), width=thick, **answer))
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin=margin | {"r": max(margin["r"], 12)},
        xaxis={
            "range": [min(0, *known) * 1.02, max(0, *known) * 1.02],
            "showticklabels": False,
            "zeroline": min(known) < 0,
        },
        yaxis=parts.row_axis(len(frame)),
        annotations=notes,
    )
