"""Target bridge: where the gap comes from, step by step from the target to the actual."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.figures.variance import hue, ink, marked
from components.format import Numbers, Unit
from components.theme import colours

COLUMN, ROW = 0.56, 0.52  # of a place
MOST_UPRIGHT, MOST_ON_PHONE = 7, 5  # steps; with more the bridge lies down
USUAL_WIDTH, PHONE_WIDTH = 430, 300  # px of plot
ROW_HEIGHT, FOOT = 29, 6  # px
SPILL = 4  # px that a name of one word may stand over its column
APART = 6  # px between two names on one line
CUT_FROM, CUT_HEIGHT = 10, 4  # px above the axis: the gap that shows that it is cut
WORTH_CUTTING = 0.3  # of the highest level: a cut below it would gain little
HEADROOM = 0.11  # of the axis: for the labels over the highest and below the lowest
LABEL = 0.08  # of the axis: what a label takes
BELOW = 0.9  # of the steps' span: what is left of the totals below the lowest step


@dataclass(frozen=True)
class _Steps:
    """The rows with the levels between which each one stands."""

    kinds: list[str]
    values: list[float]
    starts: list[float]
    levels: list[float]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Steps:
        """Totals start at zero, steps where the one before ended; a step without a value is none."""
        kinds, values = frame["kind"].tolist(), [value or 0.0 for value in parts.amounts(frame["value"])]
        starts: list[float] = []
        levels: list[float] = []
        for kind, value in zip(kinds, values, strict=True):
            starts.append(levels[-1] if kind == "step" and levels else 0.0)
            levels.append(starts[-1] + value)
        return cls(kinds, values, starts, levels)


def axis_start(frame: pd.DataFrame) -> float:
    """Where the axis begins, in the unit of `value`: zero unless the totals are cut, which the subtitle then says."""
    if frame.empty:
        return 0.0
    levels = _Steps.of(frame).levels
    low, high = min(levels), max(levels)
    span = high - low
    if span <= 0 or low - BELOW * span < WORTH_CUTTING * high:
        return 0.0
    step = 10.0 ** math.floor(math.log10(span))
    return math.floor((low - BELOW * span) / step) * step


def lies_down(frame: pd.DataFrame, compact: bool = False) -> bool:
    """Whether the steps are rows instead of columns: too many, or with names too long for two lines."""
    steps = len(frame) - 2
    return steps > (MOST_ON_PHONE if compact else MOST_UPRIGHT) or any("…" in name for name in _wrapped(frame, compact))


def height_of(frame: pd.DataFrame, compact: bool = False) -> int | None:
    """Pixels that a bridge lying down wants; None where any height will do."""
    return 2 * FOOT + ROW_HEIGHT * len(frame) if lies_down(frame, compact) else None


def target_bridge(frame: pd.DataFrame, *, unit: Unit, compact: bool = False, theme: str, numbers: Numbers) -> Figure:
    """Outlined target, a step a member in blue or orange, solid actual; many steps or long names: lying down.

    One row each, in order: `label`, `key`, `value`, `kind` ('target', 'step' ..., 'actual'); optionally `hover`.
    The axis may be cut at `axis_start`, shown by a gap in both totals; levels below zero stand below zero.
    """
    if not frame.loc[frame["kind"] == "target", "value"].notna().any():
        return parts.nothing(theme)
    steps, start = _Steps.of(frame), axis_start(frame)
    down = lies_down(frame, compact)
    texts = [
        numbers.in_unit(value, unit) if kind != "step" else marked(value, numbers.signed_in_unit(value, unit))
        for kind, value in zip(steps.kinds, steps.values, strict=True)
    ]
    low, high = min(start, *steps.levels), max(0.0, *steps.levels)
    pad = 0.0 if down else (high - low) * HEADROOM
    reach = (low - 1.4 * pad if low < 0 else low, (high + pad) or 1.0)
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", _plain_texts(steps, numbers)))
    traces = _bars(steps, start, reach, down, theme, answer)
    shapes = _connectors(steps, down, theme) + (_cuts(steps, start, down, theme) if start else [])
    labels = _labels(steps, texts, reach, down, theme)
    draw = _lying if down else _upright
    layout = draw(frame, reach, texts, compact, theme)
    notes = layout.pop("annotations", [])
    return parts.drawing(traces, theme=theme, barmode="overlay", **layout, shapes=shapes, annotations=notes + labels)


def _bars(
    steps: _Steps, start: float, reach: tuple[float, float], down: bool, theme: str, answer: Marks
) -> list[Marks]:
    """A trace a look, then unseen ones from edge to edge, so that the smallest step can be hit."""
    c, places = colours(theme), list(range(len(steps.kinds)))
    looks: dict[str, Marks] = {"target": parts.outlined(c["target"], 1.5), "actual": {"color": c["actual"]}}
    looks["step"] = {"color": [hue(steps.values[at], theme=theme) for at in places if steps.kinds[at] == "step"]}
    looks["step"]["cornerradius"] = 0
    found = []
    for kind, marker in looks.items():
        of_kind = [at for at in places if steps.kinds[at] == kind]
        bases = [steps.starts[at] if kind == "step" else start for at in of_kind]
        lengths = [steps.levels[at] - base for at, base in zip(of_kind, bases, strict=True)]
        if of_kind:
            found.append(_turned(of_kind, lengths, bases, ROW if down else COLUMN, marker, down))
    whole = [reach[1] - reach[0]] * len(places)
    bases = [reach[0]] * len(places)
    return [*found, _turned(places, whole, bases, 0.9, {"color": parts.CLEAR}, down, answer)]


def _turned(
    places: list[int],
    lengths: list[float],
    bases: list[float],
    width: float,
    marker: Marks,
    down: bool,
    answer: Marks | None = None,
) -> Marks:
    along, across = ("y", "x") if down else ("x", "y")
    return {
        "type": "bar",
        "orientation": "h" if down else "v",
        along: places,
        across: lengths,
        "base": bases,
        "width": width,
        "marker": marker,
        **(answer or {"hoverinfo": "skip"}),
    }


def _connectors(steps: _Steps, down: bool, theme: str) -> list[Marks]:
    line = {"color": colours(theme)["ink-3"], "width": 1}
    half = (ROW if down else COLUMN) / 2
    along, across = ("y", "x") if down else ("x", "y")
    return [
        {
            "type": "line",
            f"{along}0": at + half,
            f"{along}1": at + 1 - half,
            f"{across}0": level,
            f"{across}1": level,
            "line": line,
        }
        for at, level in enumerate(steps.levels[:-1])
    ]


def _cuts(steps: _Steps, start: float, down: bool, theme: str) -> list[Marks]:
    """A gap through both totals a little above the axis."""
    along, across = ("y", "x") if down else ("x", "y")
    return [
        {
            "type": "rect",
            f"{along}0": at - 0.34,
            f"{along}1": at + 0.34,
            f"{across}sizemode": "pixel",
            f"{across}anchor": start,
            # Pixels count to the right and, on a y axis, upwards.
            f"{across}0": CUT_FROM,
            f"{across}1": CUT_FROM + CUT_HEIGHT,
            "fillcolor": colours(theme)["surface"],
            "line": {"width": 0},
            "layer": "above",
        }
        for at, kind in enumerate(steps.kinds)
        if kind != "step"
    ]


def _labels(steps: _Steps, texts: list[str], reach: tuple[float, float], down: bool, theme: str) -> list[Marks]:
    """Totals and rises over their bar, falls below it, unless there is no room left; lying down all to the right."""
    c, found = colours(theme), []
    for at, (kind, value) in enumerate(zip(steps.kinds, steps.values, strict=True)):
        first, last = steps.starts[at], steps.levels[at]
        total = kind != "step"
        size = parts.TEXT if total or down else parts.NOTE
        colour = c["ink"] if total else ink(value, theme=theme)
        font = {"color": colour, "size": size, "weight": 600 if total else 400}
        if down:
            place = {"y": at, "x": max(first, last), "xanchor": "left", "xshift": 6}
        else:
            room = (min(first, last) - reach[0]) / (reach[1] - reach[0])
            below = value < 0 and room > LABEL
            place = {"x": at, "y": min(first, last) if below else max(first, last)}
            place |= {"yanchor": "top" if below else "bottom", "yshift": -3 if below else 3}
        found.append({**place, "text": texts[at], "font": font, "bgcolor": c["surface"], "borderpad": 0})
    return found


def _upright(frame: pd.DataFrame, reach: tuple[float, float], _: list[str], compact: bool, theme: str) -> Figure:
    below_zero = reach[0] < 0
    axis = parts.column_axis(_wrapped(frame, compact), theme=theme) | {"range": [-0.5, len(frame) - 0.5]}
    return {
        "margin": {"l": 8, "r": 8, "t": 8, "b": 4},
        "xaxis": axis | {"showline": not below_zero},
        "yaxis": {
            "range": list(reach),
            "showticklabels": False,
            "zeroline": below_zero,
            "zerolinecolor": colours(theme)["ink-2"],
        },
    }


def _lying(frame: pd.DataFrame, reach: tuple[float, float], texts: list[str], compact: bool, theme: str) -> Figure:
    names = parts.Column("", parts.plain(frame["label"]), align="left", most=110 if compact else 150)
    notes, left = parts.beside([names], "left", range(len(frame)), theme=theme, gap=10)
    room = max(parts.text_width(text, parts.TEXT) for text in texts)
    return {
        "margin": {"l": left, "r": round(room) + 12, "t": FOOT, "b": FOOT},
        "xaxis": {
            "range": list(reach),
            "showticklabels": False,
            "zeroline": reach[0] < 0,
            "zerolinecolor": colours(theme)["ink-2"],
        },
        "yaxis": {"range": [max(len(frame), parts.FEWEST_ROWS) - 0.5, -0.5], "showticklabels": False},
        "annotations": notes,
    }


def _wrapped(frame: pd.DataFrame, compact: bool) -> list[str]:
    """The names on at most two lines of a column's width."""
    width = (PHONE_WIDTH if compact else USUAL_WIDTH) / max(len(frame), 1)
    return [_two_lines(name, width) for name in parts.plain(frame["label"])]


def _two_lines(name: str, width: float) -> str:
    if parts.text_width(name, parts.NOTE) <= width - APART:
        return name
    breaks = [at for at, sign in enumerate(name) if sign == " "]
    if not breaks and name.isascii():
        # A Latin word is not torn apart: it may come close to its neighbours, else the bridge lies down.
        return name if parts.text_width(name, parts.NOTE) <= width + SPILL else parts.fitted(name, width, parts.NOTE)
    breaks = breaks or [math.ceil(len(name) / 2)]
    at = min(breaks, key=lambda place: abs(place - len(name) / 2))
    lines = [parts.fitted(line.strip(), width, parts.NOTE) for line in (name[:at], name[at:])]
    return "<br>".join(lines)


def _plain_texts(steps: _Steps, numbers: Numbers) -> list[str]:
    return [
        numbers.money(value) if kind != "step" else numbers.signed_money(value)
        for kind, value in zip(steps.kinds, steps.values, strict=True)
    ]
