"""Bullet bars: actual in its target, where it should be today, where it will land, and how far ahead or behind."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from components.figures import parts
from components.figures.parts import Column, Figure, Marks
from components.figures.variance import ARROW, variance_rows
from components.format import Numbers, Unit
from components.theme import colours

TARGET, ACTUAL, PREVIOUS, TICK, VARIANCE, WHOLE = 0.62, 0.34, 0.48, 0.78, 0.2, 0.96  # of a row
ROW, PHONE_ROW = 29, 46  # px
PHONE_THINNER = 0.66  # rows of a phone are higher, for the names above the bars
FOOT = 6  # px
USUAL_ROWS, FEWEST, PHONE_FEWEST = 7, 2, 3  # fewer rows get more room, not thicker bars
SPLIT, PHONE_SPLIT = (0.62, 0.68), (0.58, 0.63)  # of the plot: where the bullets end, where the variance begins
USUAL_HALF, PHONE_HALF = 74, 56  # px left and right of the variance's zero line on the usual card
ROOM = 1.75  # of the largest variance: the least room that its axis has
NUMBERS_ROOM = 58  # px of a phone's row that the number takes of the name's line


@dataclass(frozen=True)
class _Rows:
    """What the frame says, as floats, and where it lies."""

    ys: list[float]
    thick: float  # what the notation's thicknesses are multiplied with
    actual: list[float | None]
    target: list[float | None]
    on_track: list[float | None]
    previous: list[float | None]
    forecast: list[float | None]
    variance: list[float | None]

    @classmethod
    def of(cls, frame: pd.DataFrame, *, relative: bool, compact: bool) -> _Rows:
        """Rows of a frame; columns that it lacks are empty."""
        lowered = parts.LOWERED if compact else 0
        ys = [row + lowered for row in range(len(frame))]
        names = ("actual", "target", "on_track", "previous", "forecast")
        columns = {name: parts.amounts_if(frame, name) for name in names}
        shown = parts.amounts(frame["variance_share" if relative else "variance"])
        thick = PHONE_THINNER if compact else min(1.0, _slots(len(frame), compact) / USUAL_ROWS)
        return cls(ys, thick, **columns, variance=shown)

    @property
    def known(self) -> list[float]:
        """Every amount on the bullets' axis."""
        columns = (self.actual, self.target, self.on_track, self.previous, self.forecast)
        return [value for column in columns for value in column if value is not None]


def height_of(rows: int, compact: bool = False) -> int:
    """Pixels that the figure wants for so many rows."""
    least, row = (PHONE_FEWEST, PHONE_ROW) if compact else (USUAL_ROWS, ROW)
    return parts.HEAD_ROOM + 2 * FOOT + max(rows, least) * row


def bullet_bars(
    frame: pd.DataFrame,
    *,
    heads: tuple[str, str, str, str],
    unit: Unit,
    relative: bool = False,
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """A row a member: name, attainment, actual; solid actual in outlined target; variance on its own zero line.

    One row a member, in order: `label`, `key`, `actual`, `target`, `on_track` (the tick), `attainment`, `variance`
    (actual − on_track) and `variance_share` (of on_track; drawn instead if `relative`); optionally `previous` (last
    year), `forecast` (the landing, hatched from the actual on) and `hover`. Null: no mark; without a target the row
    says so. `heads` stand over attainment, actual, bullets and variance. The caller gives it `height_of` its rows.
    """
    rows = _Rows.of(frame, relative=relative, compact=compact)
    if not any(rows.known):
        return parts.nothing(theme)
    low, high = min(0.0, *rows.known) * 1.02, max(0.0, *rows.known) * 1.02
    texts = _signed(rows.variance, unit, relative, numbers)
    reach = _reach(rows.variance, texts, compact)
    answer = parts.answering(frame["key"].tolist(), parts.hovers(frame, "label", _said(rows, numbers)))
    traces = _bullets(rows, theme)
    # Unseen, from both sides to the actual: the whole row answers, and says it there.
    traces += [_unseen(rows.ys, edge, rows.actual, answer) for edge in (low, high)]
    traces += variance_rows(rows.ys, rows.variance, texts, width=VARIANCE * rows.thick, theme=theme)
    traces += [_unseen(rows.ys, edge, rows.variance, {"xaxis": "x2", **answer}) for edge in (-reach, reach)]
    notes, margin = _table(frame, rows, heads, unit, compact, theme, numbers)
    split = PHONE_SPLIT if compact else SPLIT
    hidden = {"showticklabels": False}
    shapes = _ticks(rows, theme)
    if any(value is not None for value in rows.variance):
        shapes.append(_zero(len(frame), theme))
    return parts.drawing(
        traces,
        theme=theme,
        barmode="overlay",
        margin=margin,
        xaxis={**hidden, "domain": [0, split[0]], "range": [low, high], "zeroline": low < 0},
        xaxis2={**hidden, "domain": [split[1], 1], "range": [-reach, reach], "anchor": "y"},
        yaxis={**hidden, "range": [_slots(len(frame), compact) - 0.5, -0.5]},
        shapes=shapes,
        annotations=notes + _missing(rows, theme, numbers),
    )


def _slots(rows: int, compact: bool) -> int:
    """Rows that share the height: one alone stands at the top."""
    return max(rows, PHONE_FEWEST if compact else FEWEST)


def _zero(rows: int, theme: str) -> Marks:
    """The zero line of the variance, as long as there are rows."""
    line = {"color": colours(theme)["ink-2"], "width": 1}
    return {"type": "line", "xref": "x2", "x0": 0, "x1": 0, "y0": -0.5, "y1": rows - 0.5, "line": line}


def _bullets(rows: _Rows, theme: str) -> list[Marks]:
    c = colours(theme)
    # What is below zero so far and will be above hides nothing of itself: the landing then starts at zero.
    bases = [
        0.0 if start is None or (end is not None and start * end < 0) else start
        for start, end in zip(rows.actual, rows.forecast, strict=True)
    ]
    landing = [None if end is None else end - base for end, base in zip(rows.forecast, bases, strict=True)]
    drawn = [
        (rows.previous, PREVIOUS, {"color": c["previous"]}, {}),
        (rows.target, TARGET, parts.outlined(c["target"]), {}),
        (rows.actual, ACTUAL, {"color": c["actual"]}, {}),
        (landing, ACTUAL, parts.hatched(c["forecast"], c["surface"]), {"base": bases}),
    ]
    return [
        parts.bars(rows.ys, values, width=width * rows.thick, marker=marker, **more)
        for values, width, marker, more in drawn
        if any(value is not None for value in values)
    ]


def _unseen(ys: list[float], edge: float, to: list[float | None], answer: Marks) -> Marks:
    """Bars as high as the rows, from an edge to where the answer is to be shown."""
    lengths, bases = [(end or 0.0) - edge for end in to], [edge] * len(ys)
    return parts.bars(ys, lengths, width=WHOLE, marker={"color": parts.CLEAR}, base=bases, **answer)


def _ticks(rows: _Rows, theme: str) -> list[Marks]:
    """Where each should be today, in ink on a halo, so that it shows on the solid bar too."""
    c, half = colours(theme), TICK * rows.thick / 2
    return [
        {
            "type": "line",
            "x0": at,
            "x1": at,
            "y0": y - half * longer,
            "y1": y + half * longer,
            "line": {"color": colour, "width": width},
        }
        for y, at in zip(rows.ys, rows.on_track, strict=True)
        if at is not None
        for colour, width, longer in ((c["surface"], 5, 0.78), (c["ink"], 2, 0.84))
    ]


def _table(
    frame: pd.DataFrame,
    rows: _Rows,
    heads: tuple[str, str, str, str],
    unit: Unit,
    compact: bool,
    theme: str,
    numbers: Numbers,
) -> tuple[list[Marks], dict[str, int]]:
    """Names, attainment and actual left of the bullets; on a phone name and actual stand above them."""
    c = colours(theme)
    actual = ["–" if value is None else numbers.in_unit(value, unit) for value in rows.actual]
    above = [parts.head_note(heads[3], {"xref": "x2", "x": 0, "xanchor": "center"}, colour=c["ink-3"])]
    start = {"xref": "paper", "x": 0, "xanchor": "left"}
    if not compact:
        shares = ["–" if v is None else numbers.share(v, 0) for v in parts.amounts(frame["attainment"])]
        columns = [Column(heads[0], shares, colour="ink-2"), Column(heads[1], actual)]
        notes, margin = parts.table(frame, columns, [], compact=False, theme=theme)
        above.append(parts.head_note(heads[2], start, colour=c["ink-3"]))
        return notes + above, margin | {"r": 12, "b": FOOT}
    width = 300 * PHONE_SPLIT[0]
    font = {"color": c["ink"], "size": parts.TEXT}
    ground = {"bgcolor": c["surface"], "borderpad": 0}  # where bars go left of zero, its line passes under the names
    notes = [
        {**place, **ground, "y": row - 0.27, "yanchor": "middle", "text": text, "font": font}
        for row, (name, number) in enumerate(zip(parts.plain(frame["label"]), actual, strict=True))
        for place, text in (
            (start, parts.fitted(name, width - NUMBERS_ROOM, parts.TEXT)),
            ({"xref": "x domain", "x": 1, "xanchor": "right"}, number),
        )
    ]
    above.append(parts.head_note(heads[1], {"xref": "x domain", "x": 1, "xanchor": "right"}, colour=c["ink-3"]))
    return notes + above, {"l": 8, "r": 14, "t": parts.HEAD_ROOM + FOOT, "b": FOOT}


def _missing(rows: _Rows, theme: str, numbers: Numbers) -> list[Marks]:
    """In place of a variance that there is not: no target, or nothing to compare with."""
    font = {"color": colours(theme)["ink-3"], "size": parts.NOTE}
    place = {"xref": "x2", "x": 0, "xanchor": "center", "font": font, "bgcolor": colours(theme)["surface"]}
    return [
        {**place, "y": y, "text": numbers.none("no_target" if target is None else "not_meaningful")}
        for y, target, value in zip(rows.ys, rows.target, rows.variance, strict=True)
        if value is None
    ]


def _signed(values: list[float | None], unit: Unit, relative: bool, numbers: Numbers) -> list[str]:
    if not relative:
        return ["" if value is None else numbers.signed_in_unit(value, unit) for value in values]
    digits = 1 if max((abs(value) for value in values if value is not None), default=0) < 0.1 else 0
    return ["" if value is None else numbers.signed_share(value, digits) for value in values]


def _reach(values: list[float | None], texts: list[str], compact: bool) -> float:
    """How far the variance's axis goes from zero, so that the longest text has room beside its bar."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    half = PHONE_HALF if compact else USUAL_HALF
    text = max(parts.text_width(text, parts.TEXT) for text in texts) + ARROW
    return (largest or 1.0) * max(ROOM, half / max(half - text, half / 3))


def _said(rows: _Rows, numbers: Numbers) -> list[str]:
    return [
        numbers.money(actual) if target is None else f"{numbers.money(actual)} / {numbers.money(target)}"
        for actual, target in zip(rows.actual, rows.target, strict=True)
    ]
