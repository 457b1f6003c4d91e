"""Compared plans: a group of outlines a member, one a plan, its name before it and its amount behind it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.format import Numbers, Unit
from components.theme import colours

LINE = 21  # px of a bar with its room
GAP = 0.55  # of a line, between members
BAR = 0.62  # of a line
FOOT = 4  # px
ROOM, PHONE_ROOM = 132, 116  # px right of the longest bar, for the amount and the difference


def height_of(members: int, plans: int) -> int:
    """Pixels that so many members of so many plans want."""
    return round(2 * FOOT + LINE * members * (plans + 1 + GAP))


def compare_rows(
    frame: pd.DataFrame, plans: Sequence[str], *, unit: Unit, compact: bool = False, theme: str, numbers: Numbers
) -> Figure:
    """A group a member, in order; in it a bar a plan, in the order and under the names of `plans`.

    One row a member and plan: `label` (the member's), `key`, `place` (of the plan, from 0), `value`, `difference`
    (against the first plan; NaN for it); optionally `hover`. A plan without a target there has no bar.
    """
    values = parts.amounts(frame["value"])
    known = [value for value in values if value is not None]
    if not known:
        return parts.nothing(theme)
    c, size = colours(theme), len(plans) + 1 + GAP
    members = list(dict.fromkeys(frame["label"]))
    place_of = {label: place for place, label in enumerate(members)}
    ys = [place_of[row.label] * size + 1 + row.place for row in frame.itertuples()]
    reach = max(0.0, *known) or 1.0
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label"))
    traces = [
        parts.bars(
            [y for y, row in zip(ys, frame.itertuples(), strict=True) if row.place == place],
            [value for value, at in zip(values, frame["place"], strict=True) if at == place],
            width=BAR,
            marker=parts.outlined(c[f"shade-{place + 1}"], 1.75),
        )
        for place in range(len(plans))
    ]
    traces.append(parts.bars(ys, [reach * 1.5] * len(ys), width=1, marker={"color": parts.CLEAR}, **answer))
    names = [str(place + 1) if compact else f"{place + 1} {plans[place]}" for place in frame["place"]]
    column = Column("", parts.plain(names), colour="ink-2", align="left", most=24 if compact else 150)
    notes, left = parts.beside([column], "left", ys, theme=theme, gap=10)
    notes += _members(members, size, left, theme)
    notes += [
        _amount(y, value, difference, unit, theme, numbers)
        for y, value, difference in zip(ys, values, parts.amounts(frame["difference"]), strict=True)
    ]
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": left, "r": PHONE_ROOM if compact else ROOM, "t": FOOT, "b": FOOT},
        xaxis={"range": [min(0.0, *known), reach], "showticklabels": False},
        yaxis={"range": [len(members) * size - 0.5, -0.5], "showticklabels": False},
        annotations=notes,
    )


def _members(members: Sequence[str], size: float, left: int, theme: str) -> list[Marks]:
    """Each member's name, above its bars."""
    font = {"color": colours(theme)["ink"], "size": parts.TEXT, "weight": 550}
    place = {"xref": "paper", "x": 0, "xshift": 8 - left, "xanchor": "left", "yanchor": "middle", "font": font}
    return [
        {**place, "y": at * size, "text": parts.fitted(text, 260, parts.TEXT)}
        for at, text in enumerate(parts.plain(members))
    ]


def _amount(y: float, value: float | None, difference: float | None, unit: Unit, theme: str, numbers: Numbers) -> Marks:
    """The amount at the bar's end, and in plum how far it is from the first plan's."""
    c = colours(theme)
    text = numbers.none("no_target") if value is None else numbers.in_unit(value, unit)
    if difference:
        text += f"  {parts.coloured(numbers.signed_in_unit(difference, unit), c['yours-text'])}"
    font = {"color": c["ink"], "size": parts.TEXT}
    return {
        "x": max(value or 0.0, 0.0),
        "y": y,
        "text": text,
        "xanchor": "left",
        "xshift": 6,
        "yanchor": "middle",
        "font": font,
    }
