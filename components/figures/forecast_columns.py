"""Forecast columns: what open deals are expected to bring, month by month and stage by stage."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers, Unit
from components.theme import colours

COLUMN = 0.56
KEY_LINE = 20  # px
SHADES = 5
HEADROOM = 1.12  # of the tallest column, for the total above it
USUAL_HEIGHT = 200  # px of plot: enough to tell whether two labels would meet
PHONE, WIDE = 300, 600  # px of plot


def forecast_columns(
    frame: pd.DataFrame,
    totals: pd.DataFrame,
    *,
    unit: Unit,
    average: float | None = None,
    average_label: str = "",
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """Hatched columns stacked by stage, the one closest to signing at the bottom; the interval as a whisker.

    `frame`: one row a month and stage, stages in order of the pipeline: `month_key`, `label`, `stage_key`,
    `stage_label`, `amount`; optionally `key` (else month and stage key together) and `hover`.
    `totals`: one row a month, in order: `month_key`, `label`, `total`, `low`, `high`; optionally `shortfall`, a
    text in orange under the average of what the months usually bring, which is a line at `average`.
    """
    months = totals["month_key"].tolist()
    sums = [total or 0.0 for total in parts.amounts(totals["total"])]
    if not months or not any(sums):
        return parts.nothing(theme)
    c = colours(theme)
    stages = frame.drop_duplicates("stage_key")[["stage_key", "stage_label"]]
    shades = dict(zip(reversed(stages["stage_key"].tolist()), _shades(theme, len(stages)), strict=True))
    traces = [
        _stage(frame[frame["stage_key"] == stage], months, shade, c["surface"], numbers)
        for stage, shade in shades.items()
    ]
    traces.append(_whiskers(totals, sums, c["ink"], 0.43 if compact else 0.36))
    tallest = max(sums + [high or 0.0 for high in parts.amounts(totals["high"])] + [average or 0.0])
    labels = dict(zip(stages["stage_key"], parts.plain(stages["stage_label"]), strict=True))
    where = "row" if compact else _key_place(None if average is None else average / tallest, len(labels))
    lines = _key_lines(labels, shades, PHONE if compact else WIDE) if where == "row" else []
    annotations = _totals(totals, sums, unit, numbers, theme, compact)
    annotations += _stage_key(labels, shades, c["ink-2"], where, lines)
    if average is not None:
        annotations.append(_average_note(average, average_label, c["ink-2"], compact))
    widest = max(parts.text_width(text, parts.NOTE) for text in [*labels.values(), *average_label.split("<br>")])
    return parts.drawing(
        traces,
        theme=theme,
        barmode="stack",
        margin={"l": 8, "r": 8 if compact else round(widest) + 34, "t": 18 + 18 * len(lines), "b": 4},
        xaxis=parts.column_axis(parts.plain(totals["label"]), theme=theme),
        yaxis={"range": [min(0, *sums), tallest * HEADROOM], "showticklabels": False},
        shapes=[] if average is None else [_average_line(average, c["ink-2"])],
        annotations=annotations,
    )


def _shades(theme: str, stages: int) -> list[str]:
    """Strongest first; past the fifth stage the quietest is used again, the gap between them still shows."""
    c = colours(theme)
    return [c[f"shade-{min(step, SHADES)}"] for step in range(1, stages + 1)]


def _stage(of_stage: pd.DataFrame, months: list[str], shade: str, gap: str, numbers: Numbers) -> Marks:
    places = [months.index(month) for month in of_stage["month_key"]]
    pairs = of_stage[["month_key", "stage_key"]].to_numpy().tolist()
    keys = of_stage["key"].tolist() if "key" in of_stage else pairs
    marker = parts.hatched(gap, shade, solidity=0.16)
    values = parts.amounts(of_stage["amount"])
    hovers = parts.hovers(of_stage, "label", "stage_label", [numbers.money(value) for value in values])
    return {
        "type": "bar",
        "x": places,
        "y": values,
        "width": COLUMN,
        "marker": marker,
        **parts.answering(keys, hovers),
    }


def _whiskers(totals: pd.DataFrame, sums: list[float], colour: str, aside: float) -> Marks:
    """The interval beside its column, because inside it would be lost in the hatching; none where it is not known."""
    ends = zip(sums, parts.amounts(totals["low"]), parts.amounts(totals["high"]), strict=True)
    known = [(place, s, a, b) for place, (s, a, b) in enumerate(ends) if a is not None and b is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place + aside for place, *_ in known],
        "y": [total for _, total, *_ in known],
        "marker": {"size": 1, "color": colour},
        "hoverinfo": "skip",
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [max(high - total, 0) for _, total, _, high in known],
            "arrayminus": [max(total - low, 0) for _, total, low, _ in known],
            "thickness": 1.5,
            "width": 4,
            "color": colour,
        },
    }


def _totals(
    totals: pd.DataFrame, sums: list[float], unit: Unit, numbers: Numbers, theme: str, compact: bool
) -> list[Marks]:
    c = colours(theme)
    short = parts.plain(totals["shortfall"]) if "shortfall" in totals else [""] * len(sums)
    size = parts.NOTE if len(sums) > 8 else parts.TEXT
    font = {"color": c["ink"], "size": size, "weight": 600}
    return [
        {
            "x": place,
            "y": total,
            "text": _two_lines(numbers.in_unit(total, unit), missing, c["behind-text"]),
            "yanchor": "bottom",
            "yshift": 3,
            "font": font,
            **({"xshift": -4} if compact else {"bgcolor": c["surface"], "borderpad": 1}),
        }
        for place, (total, missing) in enumerate(zip(sums, short, strict=True))
    ]


def _two_lines(total: str, missing: str, warning: str) -> str:
    return f"{parts.coloured(missing, warning, size=parts.NOTE)}<br>{total}" if missing else total


def _key_place(average: float | None, stages: int) -> str:
    """Right of the columns at the bottom or the top, away from the average's label; else in a row above."""
    key, label = (stages * KEY_LINE + 10) / USUAL_HEIGHT, 16 / USUAL_HEIGHT
    if average is None or average / HEADROOM - label > key:
        return "bottom"
    return "top" if average / HEADROOM + label < 1 - key else "row"


def _key_lines(labels: dict[str, str], shades: dict[str, str], width: int) -> list[str]:
    """The stages one after the other, broken into lines of a width."""
    lines: list[str] = []
    for key, label in labels.items():
        piece = f"{parts.coloured('■', shades[key])} {label}"
        if lines and parts.text_width(f"{lines[-1]}  {piece}", parts.NOTE) <= width:
            lines[-1] += f"  {piece}"
        else:
            lines.append(piece)
    return lines


def _stage_key(labels: dict[str, str], shades: dict[str, str], ink: str, where: str, lines: list[str]) -> list[Marks]:
    """The stages' names beside the columns, in the order in which they are stacked."""
    place = {"xref": "paper", "yref": "paper", "xanchor": "left", "font": {"color": ink, "size": parts.NOTE}}
    if where == "row":
        text = "<br>".join(lines)
        return [{**place, "x": 0, "y": 1, "yanchor": "bottom", "yshift": 14, "text": text, "align": "left"}]
    from_top = [f"{parts.coloured('■', shades[key])} {label}" for key, label in labels.items()]
    edge, first = (1, -0.5) if where == "top" else (0, len(from_top) - 0.5)
    return [
        {
            **place,
            "x": 1,
            "xshift": 10,
            "y": edge,
            "yanchor": "middle",
            "yshift": round(KEY_LINE * (first - step)),
            "text": text,
        }
        for step, text in enumerate(from_top)
    ]


def _average_line(average: float, colour: str) -> Marks:
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": average, "y1": average}
    return {"type": "line", **ends, "line": {"color": colour, "width": 1, "dash": "1px,3px"}, "layer": "below"}


def _average_note(average: float, text: str, colour: str, compact: bool) -> Marks:
    font = {"color": colour, "size": parts.NOTE}
    if compact:
        place = {"x": 1, "xanchor": "right", "yanchor": "bottom"}
    else:
        place = {"x": 1, "xanchor": "left", "yanchor": "middle", "xshift": 8}
    return {"xref": "paper", **place, "y": average, "text": text, "align": "left", "font": font}
