"""Funnel multiples: the same funnel for each member of a dimension, all on one scale."""

from __future__ import annotations

import math

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours

BAR = 0.64
TITLE_ROWS = 1.5  # height of a member's title, in rows of its funnel
BETWEEN = 0.06  # of the figure's width


def funnel_multiples(
    frame: pd.DataFrame, *, columns: int | None = None, last_head: str = "", theme: str, numbers: Numbers
) -> Figure:
    """A small funnel a member, titled with its name and the share of its first stage that reached the last.

    One row a member and stage, both in order: `member`, `member_label`, `label`, `key`, `value`, `text`,
    `of_first`; optionally `hover`. `last_head` follows the share in the title ("21% signed").
    """
    values = [value or 0.0 for value in parts.amounts(frame["value"])]
    if not any(values):
        return parts.nothing(theme)
    members = [part for _, part in frame.groupby("member", sort=False)]
    across = min(columns or _columns(len(members)), len(members))
    down, steps = math.ceil(len(members) / across), max(len(part) for part in members)
    names = parts.plain(members[0]["label"])
    room = 76 if columns and columns <= 2 else 120  # px for a member's name
    layout: Figure = {
        "margin": {"l": round(max(parts.text_width(n, parts.NOTE) for n in names)) + 18, "r": 8, "t": 4, "b": 4}
    }
    traces, notes = [], []
    for place, part in enumerate(members):
        axis = "" if place == 0 else str(place + 1)
        row, column = divmod(place, across)
        layout |= _axes(axis, row, column, across, down, steps, max(values))
        traces += _funnel(part, axis, theme)
        notes += _title(part, axis, last_head, room, numbers, theme) + _counts(part, axis, theme)
        if column == 0:
            notes += _stage_names(names, axis, theme)
    return parts.drawing(traces, theme=theme, barmode="stack", **layout, annotations=notes)


def _columns(members: int) -> int:
    """As many beside each other as keeps the rows equally full."""
    return members if members <= 3 else 4 if members in {4, 7, 8} or members > 9 else 3


def _axes(axis: str, row: int, column: int, across: int, down: int, steps: int, most: float) -> Figure:
    width, height = (1 - BETWEEN * (across - 1)) / across, 1 / down
    left, top = column * (width + BETWEEN), 1 - row * height
    # Room at the right for the count of the longest bar.
    x = {"domain": [left, left + width], "anchor": f"y{axis}", "range": [0, most * 1.34], "showticklabels": False}
    y = {
        "domain": [top - height * 0.94, top],
        "anchor": f"x{axis}",
        "range": [steps - 0.4, -TITLE_ROWS],
        "showticklabels": False,
    }
    return {f"xaxis{axis}": x, f"yaxis{axis}": y}


def _funnel(part: pd.DataFrame, axis: str, theme: str) -> list[Marks]:
    c, ys = colours(theme), list(range(len(part)))
    values = [value or 0.0 for value in parts.amounts(part["value"])]
    lost = [max(had - has, 0.0) for had, has in zip([values[0], *values[:-1]], values, strict=True)]
    on = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    answer = parts.answering(part["key"].tolist(), parts.hovers(part, "label", "text"))
    return [
        parts.bars(ys, values, width=BAR, marker={"color": c["actual"]}, **on, **answer),
        parts.bars(ys, lost, width=BAR, marker={"color": c["band"]}, **on, **answer),
    ]


def _title(part: pd.DataFrame, axis: str, last_head: str, room: int, numbers: Numbers, theme: str) -> list[Marks]:
    c = colours(theme)
    share = numbers.share(parts.amounts(part["of_first"])[-1], 0)
    name = parts.fitted(parts.plain(part["member_label"])[0], room, parts.TEXT)
    rest = parts.coloured(f"{share} {last_head}".rstrip(), c["ink-2"], size=parts.NOTE)
    font = {"color": c["ink"], "size": parts.TEXT}
    place = {"xref": f"x{axis}", "yref": f"y{axis}", "x": 0, "y": -0.98, "xanchor": "left"}
    return [{**place, "text": f"<b>{name}</b>  {rest}", "font": font}]


def _counts(part: pd.DataFrame, axis: str, theme: str) -> list[Marks]:
    values = [value or 0.0 for value in parts.amounts(part["value"])]
    ends = [max(pair) for pair in zip([values[0], *values[:-1]], values, strict=True)]
    font = {"color": colours(theme)["ink-2"], "size": parts.NOTE}
    place = {"xref": f"x{axis}", "yref": f"y{axis}", "xanchor": "left", "xshift": 4, "font": font}
    return [
        {**place, "x": end, "y": y, "text": text}
        for y, (end, text) in enumerate(zip(ends, parts.plain(part["text"]), strict=True))
    ]


def _stage_names(names: list[str], axis: str, theme: str) -> list[Marks]:
    font = {"color": colours(theme)["ink-3"], "size": parts.NOTE}
    place = {"xref": "paper", "x": 0, "yref": f"y{axis}", "xanchor": "right", "xshift": -8, "font": font}
    return [{**place, "y": y, "text": name} for y, name in enumerate(names)]
