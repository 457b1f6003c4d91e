"""Cumulative course: how a period adds up day by day, beside its target and last year, and where it will end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from components.figures import parts
from components.figures.course_axes import amount_axis, day_ticks, spread
from components.figures.parts import Figure, Marks
from components.figures.variance import hue, ink, marked, variance_columns
from components.format import Numbers, Unit
from components.theme import colours
from components.words import words

TIER, COURSE = 0.2, 0.3  # of the height: where the variance ends and the course begins
HEADROOM = 1.05
PLOT, PHONE_PLOT = (520, 190), (216, 190)  # px of the usual plot: enough to tell whether labels would meet
BELOW_COURSE = 48  # px: room that the as-of day's two lines of text take below the course
BESIDE_COLUMN = 2.4  # of the largest variance: room for the number at its end
TIER_LABELS, PHONE_TIER_LABELS = 12, 3
DAY = 86_400_000  # ms


@dataclass(frozen=True)
class _Course:
    """The frame by day: each column with None where it says nothing."""

    days: list[date]
    actual: list[float | None]
    on_track: list[float | None]
    previous: list[float | None]
    forecast: list[float | None]
    low: list[float | None]
    high: list[float | None]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> _Course:
        """The days in order; columns that the frame lacks are empty."""
        names = ("actual", "on_track", "previous", "forecast", "low", "high")
        columns = {name: parts.amounts_if(frame, name) for name in names}
        return cls([pd.Timestamp(day).date() for day in frame["day"]], **columns)

    @property
    def as_of(self) -> int | None:
        """The place of the last day with an actual."""
        return max((place for place, value in enumerate(self.actual) if value is not None), default=None)

    @property
    def expects(self) -> bool:
        """Whether there is a forecast after the last actual: a finished period has none."""
        known = [place for place, value in enumerate(self.forecast) if value is not None]
        return bool(known) and known[-1] > (-1 if self.as_of is None else self.as_of)

    def known(self) -> list[float]:
        """Every amount there is."""
        columns = (self.actual, self.on_track, self.previous, self.forecast, self.low, self.high)
        return [value for column in columns for value in column if value is not None]

    def highest(self, places: Iterable[int]) -> float:
        """The highest amount of these days; zero where there is none."""
        columns = (self.actual, self.on_track, self.previous, self.forecast, self.high)
        at = list(places)
        return max((value for column in columns for value in (column[p] for p in at) if value is not None), default=0.0)


def cumulative_course(
    frame: pd.DataFrame,
    variance: pd.DataFrame | None = None,
    *,
    unit: Unit,
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """Actual, on-track target, last year and forecast with its interval, each named at its end; variance below.

    `frame`: one row a day, in order: `day`, cumulative `actual` (null after the as-of day), `on_track` and `previous`
    (the whole period), `forecast`, `low`, `high` (null before the as-of day, where they start at the actual);
    optionally `key` and `hover` for the day. All but `day` and `actual` may be missing or empty.
    `variance`: one row a column of the tier below: `day`, `value` (actual or forecast − on track), `is_forecast`.
    """
    course = _Course.of(frame)
    known = course.known()
    if not any(known):
        return parts.nothing(theme)
    c = colours(theme)
    tier = _tier_of(course, variance)
    bottom, top = min(0.0, *known) * HEADROOM, max(0.0, *known) * HEADROOM or -min(known) * 0.05
    ends = _end_labels(course, (bottom, top), unit, compact, theme, numbers)
    days = (course.days[0], course.days[-1])
    room = max((parts.text_width(note["text"], parts.NOTE) * 1.05 for note in ends), default=0)
    ticks = day_ticks(*days, course.days[course.as_of or 0] if course.expects else None, compact, numbers)
    amount = amount_axis(bottom, top, unit, numbers, theme)
    layout: Figure = {
        "barmode": "overlay",
        "margin": {"l": 8, "r": round(room) + 14, "t": 10, "b": 4},
        "xaxis": {**ticks, "anchor": "y2" if tier is not None else "y", "range": _padded(*days)},
        "yaxis": amount | {"domain": [0 if tier is None else COURSE, 1]},
        "shapes": _gap_line(course, theme),
        "annotations": ends + _today(course, (bottom, top), room, unit, compact, theme, numbers),
    }
    traces = (
        _interval(course, c["forecast"]) + _lines(course, theme) + _answering(course, (bottom, top), frame, numbers)
    )
    if tier is not None:
        traces.append(_tier(tier, theme, numbers))
        layout["yaxis2"] = _tier_axis(tier, theme)
        layout["annotations"] += _tier_labels(tier, course, unit, compact, theme, numbers)
    return parts.drawing(traces, theme=theme, **layout)


def _padded(first: date, last: date) -> list[str]:
    """The days on the axis, with a little more for the marks of the last one."""
    more = timedelta(hours=max((last - first).days, 1) * 24 * 0.014)
    return [first.isoformat(), (pd.Timestamp(last) + more).isoformat()]


def _line(course: _Course, values: Sequence[float | None], line: Marks) -> list[Marks]:
    """One line through the days that have a value; none where there are none."""
    known = [(day.isoformat(), value) for day, value in zip(course.days, values, strict=True) if value is not None]
    if not known:
        return []
    xs, ys = [day for day, _ in known], [value for _, value in known]
    return [{"type": "scatter", "mode": "lines", "x": xs, "y": ys, "line": line, "hoverinfo": "skip"}]


def _interval(course: _Course, colour: str) -> list[Marks]:
    if not course.expects:
        return []
    edges = [_line(course, values, {"width": 0}) for values in (course.low, course.high)]
    if not all(edges):
        return []
    (low,), (high,) = edges
    pattern = {"shape": "/", "fgcolor": colour, "bgcolor": parts.CLEAR, "size": 6, "solidity": 0.16}
    return [low, high | {"fill": "tonexty", "fillpattern": {**pattern, "fillmode": "replace"}}]


def _lines(course: _Course, theme: str) -> list[Marks]:
    c = colours(theme)
    found = _line(course, course.on_track, {"width": 1.25, "color": c["ink-2"]})
    found += _line(course, course.previous, {"width": 2, "color": c["previous"]})
    if course.expects:
        found += _line(course, course.forecast, {"width": 2, "color": c["actual"], "dash": "4px,3px"})
    found += _line(course, course.actual, {"width": 2.75, "color": c["actual"]})
    dot = {"size": 8, "color": c["actual"], "line": {"width": 2, "color": c["surface"]}}
    ring = {"size": 9, "color": c["surface"], "line": {"width": 1.5, "color": c["ink"]}}
    for values, marker in ((course.actual, dot), (course.on_track, ring)):
        known = [(day.isoformat(), value) for day, value in zip(course.days, values, strict=True) if value is not None]
        if known:
            place = {"x": [known[-1][0]], "y": [known[-1][1]]}
            found.append({"type": "scatter", "mode": "markers", **place, "marker": marker, "hoverinfo": "skip"})
    return found


def _answering(course: _Course, reach: tuple[float, float], frame: pd.DataFrame, numbers: Numbers) -> list[Marks]:
    """Unseen columns that answer for a whole day; they meet at the course, because there the answer is shown."""
    nearest = [
        next((value for value in values if value is not None), 0.0)
        for values in zip(course.actual, course.forecast, course.on_track, course.previous, strict=True)
    ]
    keys = frame["key"].fillna("").tolist() if "key" in frame else [""] * len(frame)
    days = [numbers.day(day) for day in course.days]
    answer = parts.answering(keys, parts.hovers(frame, days, [numbers.money(value) for value in nearest]))
    return [
        {
            "type": "bar",
            "x": [day.isoformat() for day in course.days],
            "y": [value - edge for value in nearest],
            "base": [edge] * len(nearest),
            "width": DAY,
            "marker": {"color": parts.CLEAR},
            **answer,
        }
        for edge in reach
    ]


def _end_labels(
    course: _Course, reach: tuple[float, float], unit: Unit, compact: bool, theme: str, numbers: Numbers
) -> list[Marks]:
    """What each line is, and where it ends; moved apart where they would meet."""
    c, w = colours(theme), words(numbers.lang)
    lines = [
        ("notation.target", course.on_track, "ink-2", 400),
        ("notation.forecast", course.forecast if course.expects else [], "ink", 600),
        ("notation.actual", [] if course.expects else course.actual, "ink", 600),
        ("notation.previous", course.previous, "ink-3", 400),
    ]
    found = []
    for key, values, colour, weight in lines:
        known = [value for value in values if value is not None]
        if known and (key != "notation.actual" or course.actual[-1] is not None):
            found.append((known[-1], f"{w(key)} {numbers.in_unit(known[-1], unit)}", c[colour], weight))
    pixels = (PHONE_PLOT if compact else PLOT)[1] / (reach[1] - reach[0])
    shifts = spread([value * pixels for value, *_ in found])
    place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "align": "left"}
    return [
        {**place, "y": value, "yshift": shift, "text": text, "font": {"color": colour, "weight": weight}}
        | {"yanchor": "middle"}
        for (value, text, colour, weight), shift in zip(found, shifts, strict=True)
    ]


def _gap(course: _Course) -> tuple[int, float, float] | None:
    """The as-of day's place, its actual and where it should be; None where one of them is not known."""
    place = course.as_of
    if place is None:
        return None
    actual, on_track = course.actual[place], course.on_track[place]
    return None if actual is None or on_track is None else (place, actual, on_track)


def _gap_line(course: _Course, theme: str) -> list[Marks]:
    """The variance of the as-of day, as a thick line between the two courses."""
    gap = _gap(course)
    if gap is None or gap[1] == gap[2]:
        return []
    at = course.days[gap[0]].isoformat()
    line = {"color": hue(gap[1] - gap[2], theme=theme), "width": 4}
    return [{"type": "line", "x0": at, "x1": at, "y0": gap[1], "y1": gap[2], "line": line, "layer": "below"}]


def _today(
    course: _Course,
    reach: tuple[float, float],
    margin: float,
    unit: Unit,
    compact: bool,
    theme: str,
    numbers: Numbers,
) -> list[Marks]:
    """Actual and variance of the as-of day: right below the course, early above it, late in the corner."""
    place, c, w = course.as_of, colours(theme), words(numbers.lang)
    if place is None:
        return []
    actual, gap, lines = course.actual[place], _gap(course), []
    if course.days[place] < course.days[-1]:
        lines.append(f"<b>{w('notation.actual')} {numbers.in_unit(actual, unit)}</b>")
    if gap is not None:
        off = gap[1] - gap[2]
        said = w("course.against", variance=numbers.signed_in_unit(off, unit), on_track=numbers.in_unit(gap[2], unit))
        lines.append(parts.coloured(marked(off, said), ink(off, theme=theme)))
    if not lines:
        return []
    note = {"text": "<br>".join(lines), "font": {"color": c["ink"], "size": parts.NOTE}}
    width = max(parts.text_width(line, parts.NOTE) for line in lines) + 8
    across, down = PHONE_PLOT if compact else PLOT
    per_day = across / max((course.days[-1] - course.days[0]).days, 1)
    start = {"x": course.days[place].isoformat(), "xanchor": "left", "align": "left", **note}
    if (len(course.days) - 1 - place) * per_day + margin < width:
        end = {"xref": "paper", "x": 1, "xanchor": "right", "align": "right", **note}
        return [{**end, "y": max(reach[0], 0), "yanchor": "bottom", "yshift": 4}]
    if ((actual or 0) - reach[0]) / (reach[1] - reach[0]) * down > BELOW_COURSE:
        return [{**start, "y": actual, "yanchor": "top", "xshift": 8, "yshift": -6}]
    beside = range(place, min(place + round(width / per_day) + 1, len(course.days)))
    return [{**start, "y": course.highest(beside), "yanchor": "bottom", "yshift": 6}]


# -- the tier below ---------------------------------------------------------------------------------------------


def _tier_of(course: _Course, variance: pd.DataFrame | None) -> pd.DataFrame | None:
    """The columns of the tier; None where there is no target to vary from."""
    if variance is None or all(value is None for value in course.on_track):
        return None
    known = variance[variance["value"].notna()]
    return None if known.empty else known.assign(day=[pd.Timestamp(day).date() for day in known["day"]])


def _tier(tier: pd.DataFrame, theme: str, numbers: Numbers) -> Marks:
    days, values = tier["day"].tolist(), tier["value"].astype(float).tolist()
    keys = tier["key"].fillna("").tolist() if "key" in tier else [""] * len(tier)
    texts = parts.hovers(tier, [numbers.day(day) for day in days], [numbers.signed_money(value) for value in values])
    steps = [(after - before).days for before, after in zip(days, days[1:], strict=False)]
    width = (min(sorted(steps)[len(steps) // 2] * 0.3, min(steps) * 0.8) if steps else 2) * DAY
    expected = [bool(is_forecast) for is_forecast in tier["is_forecast"]]
    answer = parts.answering(keys, texts)
    return variance_columns([d.isoformat() for d in days], values, expected, width=width, theme=theme, **answer)


def _tier_axis(tier: pd.DataFrame, theme: str) -> Marks:
    values = tier["value"].astype(float)
    largest = float(values.abs().max()) or 1.0
    low, high = (
        BESIDE_COLUMN * largest if some else 0.06 * largest for some in ((values < 0).any(), (values > 0).any())
    )
    return {
        "domain": [0, TIER],
        "range": [-low, high],
        "anchor": "x",
        "showticklabels": False,
        "zeroline": True,
        "zerolinecolor": colours(theme)["ink-2"],
    }


def _tier_labels(
    tier: pd.DataFrame, course: _Course, unit: Unit, compact: bool, theme: str, numbers: Numbers
) -> list[Marks]:
    """Numbers at the columns' ends as far as they have room: the as-of day's first, then the last, then in order."""
    days, values = tier["day"].tolist(), tier["value"].astype(float).tolist()
    actuals = [place for place, is_forecast in enumerate(tier["is_forecast"]) if not is_forecast]
    first = [*actuals[-1:], len(days) - 1]
    per_day = (PHONE_PLOT if compact else PLOT)[0] / max((course.days[-1] - course.days[0]).days, 1)
    texts = [numbers.signed_in_unit(value, unit) for value in values]
    halves = [parts.text_width(text, parts.NOTE) / 2 + 2 for text in texts]
    kept: dict[int, float] = {}
    for place in dict.fromkeys([*first, *range(len(days))]):
        away = [abs((day - days[place]).days) * per_day for day in days]
        # The number stands beyond every column that it reaches over; if that is another's, only the first two do.
        over = [value for value, gap in zip(values, away, strict=True) if gap < halves[place]]
        end = min(over) if values[place] < 0 else max(over)
        free = all(away[other] >= halves[place] + halves[other] for other in kept)
        if (
            free
            and len(kept) < (PHONE_TIER_LABELS if compact else TIER_LABELS)
            and (place in first or end == values[place])
        ):
            kept[place] = end
    return [
        {
            "x": days[place].isoformat(),
            "y": end,
            "yref": "y2",
            "text": texts[place],
            "yanchor": "top" if values[place] < 0 else "bottom",
            "yshift": -2 if values[place] < 0 else 2,
            "font": {"color": ink(values[place], theme=theme), "size": parts.NOTE},
        }
        for place, end in sorted(kept.items())
    ]
