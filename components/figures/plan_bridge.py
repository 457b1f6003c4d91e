"""Plan bridge: from the version in force to the plan, a step an adjustment, lying down; all steps are the viewer's."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.figures.target_bridge import axis_start
from components.format import Numbers, Unit
from components.theme import colours

BAR = 0.56  # of a row
ROW_HEIGHT, FOOT = 29, 4  # px
CUT_FROM, CUT_WIDTH = 10, 4  # px
HEADROOM = 1.02


def height_of(rows: int) -> int:
    """Pixels that so many rows want."""
    return 2 * FOOT + ROW_HEIGHT * rows


def plan_bridge(frame: pd.DataFrame, *, unit: Unit, theme: str, numbers: Numbers) -> Figure:
    """One row each, in order: `label`, `key`, `value`, `kind` ('base', 'step' ..., 'plan'); optionally `hover`.

    What adds is filled, what takes away is hollow. The axis may be cut (`target_bridge.axis_start`), with a gap in both
    totals.
    """
    if frame.empty or frame["value"].isna().all():
        return parts.nothing(theme)
    c, ys = colours(theme), [*range(len(frame))]
    starts, ends = _levels(frame)
    shown = frame.assign(kind=["target", *["step"] * (len(frame) - 2), "actual"])
    cut = axis_start(shown)
    low, high = min(cut, *starts[1:-1], *ends), max(0.0, *ends) * HEADROOM or 1.0
    kinds, values = frame["kind"].tolist(), parts.amounts(frame["value"])
    traces = [
        _bar([0], [cut], [ends[0]], parts.outlined(c["target"], 1.5)),
        _bar([len(ys) - 1], [cut], [ends[-1]], {"color": c["yours-soft"], "line": {"color": c["yours"], "width": 1.5}}),
    ]
    for adds, marker in (
        (True, {"color": c["yours"], "cornerradius": 0}),
        (False, {"color": c["yours-soft"], "line": {"color": c["yours"], "width": 1.5}, "cornerradius": 0}),
    ):
        own = [y for y in ys if kinds[y] == "step" and ((values[y] or 0) >= 0) == adds]
        traces.append(_bar(own, [starts[y] for y in own], [ends[y] for y in own], marker))
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label"))
    traces.append(
        parts.bars(ys, [high - low] * len(ys), width=0.9, marker={"color": parts.CLEAR}, base=[low] * len(ys), **answer)
    )
    names = Column("", parts.plain(frame["label"]), align="left", most=168)
    notes, left = parts.beside([names], "left", ys, theme=theme, gap=10)
    texts = [
        numbers.in_unit(value, unit) if kind != "step" else numbers.signed_in_unit(value, unit)
        for kind, value in zip(kinds, values, strict=True)
    ]
    room = max(parts.text_width(text, parts.TEXT) for text in texts)
    notes += [_text(y, max(starts[y], ends[y]), texts[y], kinds[y], theme) for y in ys]
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin={"l": left, "r": round(room) + 14, "t": FOOT, "b": FOOT},
        xaxis={"range": [low, high], "showticklabels": False},
        yaxis={"range": [max(len(frame), parts.FEWEST_ROWS) - 0.5, -0.5], "showticklabels": False},
        shapes=[*_connectors(ends, theme), *(_cuts(len(ys), cut, theme) if cut else [])],
        annotations=notes,
    )


def _levels(frame: pd.DataFrame) -> tuple[list[float], list[float]]:
    """Where each row begins and ends."""
    starts: list[float] = []
    ends: list[float] = []
    for kind, value in zip(frame["kind"], parts.amounts(frame["value"]), strict=True):
        starts.append(ends[-1] if kind == "step" else 0.0)
        ends.append(starts[-1] + (value or 0.0))
    return starts, ends


def _bar(ys: list[int], starts: list[float], ends: list[float], marker: Marks) -> Marks:
    lengths: list[float | None] = [end - start for start, end in zip(starts, ends, strict=True)]
    return parts.bars(ys, lengths, width=BAR, marker=marker, base=starts)


def _text(y: int, end: float, text: str, kind: str, theme: str) -> Marks:
    c = colours(theme)
    is_step = kind == "step"
    font = {"color": c["yours-text" if is_step else "ink"], "size": parts.TEXT, "weight": 400 if is_step else 600}
    return {"x": end, "y": y, "text": text, "xanchor": "left", "xshift": 6, "yanchor": "middle", "font": font}


def _connectors(ends: list[float], theme: str) -> list[Marks]:
    line = {"color": colours(theme)["ink-3"], "width": 1}
    return [
        {"type": "line", "x0": end, "x1": end, "y0": y + BAR / 2, "y1": y + 1 - BAR / 2, "line": line}
        for y, end in enumerate(ends[:-1])
    ]


def _cuts(rows: int, start: float, theme: str) -> list[Marks]:
    """A gap through both totals a little right of the axis."""
    place = {"type": "rect", "xsizemode": "pixel", "xanchor": start, "x0": CUT_FROM, "x1": CUT_FROM + CUT_WIDTH}
    look = {"fillcolor": colours(theme)["surface"], "line": {"width": 0}, "layer": "above"}
    return [{**place, **look, "y0": y - 0.34, "y1": y + 0.34} for y in (0, rows - 1)]
