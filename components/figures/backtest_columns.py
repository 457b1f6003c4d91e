"""Back-test columns: what each forecast would have said at a quarter's start, beside what came."""

from __future__ import annotations

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers, Unit
from components.theme import colours

COLUMN, STEP = 0.24, 0.27  # of a quarter's place
LINE = 18  # px


def backtest_columns(
    frame: pd.DataFrame,
    *,
    names: tuple[str, str, str],
    unit: Unit,
    compact: bool = False,
    theme: str,
    numbers: Numbers,
) -> Figure:
    """For each quarter the actual, solid, then the funnel forecast and the weighted pipeline, hatched.

    One row a quarter, in order: `label`, `actual`, `funnel`, `weighted`; optionally `key` and `hover`.
    Below each stand the actual and by how much the forecasts were off; `names` head those three lines.
    """
    series = {name: parts.amounts(frame[name]) for name in ("actual", "funnel", "weighted")}
    known = [value for values in series.values() for value in values if value is not None]
    if not any(known):
        return parts.nothing(theme)
    c = colours(theme)
    widest = 0 if compact else max(parts.text_width(f"■ {name}", parts.NOTE) for name in names)
    return parts.drawing(
        _columns(frame, series, numbers, theme),
        theme=theme,
        barmode="overlay",
        margin={"l": round(widest) + 28, "r": 8, "t": 26 if compact else 8, "b": 4 * LINE + 8},
        xaxis={
            "showticklabels": False,
            "range": [-0.55, max(len(frame), 2) - 0.45],
            "showline": True,
            "linecolor": c["ink-2"],
        },
        yaxis={"range": [min(0, *known), max(known) * 1.02], "showticklabels": False},
        annotations=_row_heads(names, theme, compact) + _lines(frame, series, unit, numbers, theme),
    )


def _columns(frame: pd.DataFrame, series: dict[str, list[float | None]], numbers: Numbers, theme: str) -> list[Marks]:
    c = colours(theme)
    looks = {
        "actual": {"color": c["actual"]},
        "funnel": parts.hatched(c["forecast"], c["surface"]),
        "weighted": parts.hatched(c["shade-3"], c["surface"]),
    }
    keys = frame["key"].tolist() if "key" in frame else frame["label"].tolist()
    return [
        {
            "type": "bar",
            "x": [place + offset for place in range(len(frame))],
            "y": series[name],
            "width": COLUMN,
            "marker": look,
            **parts.answering(keys, parts.hovers(frame, "label", [numbers.money(value) for value in series[name]])),
        }
        for offset, (name, look) in zip((-STEP, 0, STEP), looks.items(), strict=True)
    ]


def _row_heads(names: tuple[str, str, str], theme: str, compact: bool) -> list[Marks]:
    """The key of the columns, which also heads the lines of numbers; on a phone the names stand above."""
    c = colours(theme)
    signs = [parts.coloured(sign, c[role]) for sign, role in (("■", "actual"), ("▨", "forecast"), ("▨", "shade-3"))]
    named = [f"{sign} {name}" for sign, name in zip(signs, names, strict=True)]
    font = {"color": c["ink-2"], "size": parts.NOTE}
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 0, "xanchor": "right", "xshift": -12, "yanchor": "top"}
    notes = [
        {**place, "yshift": -LINE * line - 2, "text": text, "font": font}
        for line, text in enumerate(signs if compact else named, start=1)
    ]
    if compact:
        above = {"y": 1, "yanchor": "bottom", "yshift": 4, "xanchor": "left", "xshift": -24}
        notes.append({**place, **above, "text": "  ".join(named), "font": font})
    return notes


def _lines(
    frame: pd.DataFrame, series: dict[str, list[float | None]], unit: Unit, numbers: Numbers, theme: str
) -> list[Marks]:
    """Quarter, actual, and how far off each forecast was; in ink, because too high is no better than too low."""
    c, actual = colours(theme), series["actual"]
    off = [
        [
            "–" if value is None or not came else numbers.signed_share((value - came) / abs(came), 0)
            for value, came in zip(series[name], actual, strict=True)
        ]
        for name in ("funnel", "weighted")
    ]
    came = ["–" if value is None else numbers.in_unit(value, unit) for value in actual]
    rows = [
        (parts.plain(frame["label"]), "ink-3", 400),
        (came, "ink", 600),
        (off[0], "ink-2", 400),
        (off[1], "ink-2", 400),
    ]
    place = {"yref": "paper", "y": 0, "yanchor": "top"}
    return [
        {
            **place,
            "x": x,
            "yshift": -LINE * line - 2,
            "text": text,
            "font": {"color": c[colour], "size": parts.NOTE, "weight": weight},
        }
        for line, (texts, colour, weight) in enumerate(rows)
        for x, text in enumerate(texts)
    ]
