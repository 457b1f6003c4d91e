"""Variance: signed bars from their own zero line, blue ahead and orange behind, never without arrow and sign."""

from __future__ import annotations

from collections.abc import Sequence

from components.figures import parts
from components.figures.parts import Marks
from components.theme import colours

ARROW = 10  # px
SMALLER = 0.75  # size of a triangle in a text, to the text's


def hue(value: float, *, theme: str) -> str:
    """The fill of a variance: ahead, or behind; zero is ahead."""
    return colours(theme)["ahead" if value >= 0 else "behind"]


def ink(value: float | None, *, theme: str) -> str:
    """The colour of a variance in words; what is neither ahead nor behind stays quiet."""
    c = colours(theme)
    return c["ink-3"] if not value else c["ahead-text" if value > 0 else "behind-text"]


def marked(value: float, text: str, *, size: int = parts.NOTE) -> str:
    """A signed text behind its triangle: ▲ +90, ▼ −40; zero has none."""
    if not value:
        return text
    return f'<span style="font-size:{round(size * SMALLER)}px">{"▲" if value > 0 else "▼"}</span> {text}'


def variance_rows(
    ys: Sequence[float], values: Sequence[float | None], texts: Sequence[str], *, width: float, theme: str
) -> list[Marks]:
    """Horizontal bars on the axes x2 and y with an arrow head at each end and the signed text beside it."""
    known = [(y, value, text) for y, value, text in zip(ys, values, texts, strict=True) if value is not None]
    fills = [hue(value, theme=theme) for _, value, _ in known]
    bars = parts.bars(
        [y for y, *_ in known],
        [value for _, value, _ in known],
        width=width,
        marker={"color": fills, "cornerradius": 0},
        xaxis="x2",
    )
    heads = {
        "type": "scatter",
        "mode": "markers+text",
        "xaxis": "x2",
        "y": bars["y"],
        "x": bars["x"],
        "marker": {
            "symbol": ["triangle-right" if value > 0 else "triangle-left" for _, value, _ in known],
            "size": [ARROW if value else 0 for _, value, _ in known],
            "color": fills,
            "opacity": 1,  # many sizes would make them translucent
        },
        "text": [f" {text} " for *_, text in known],
        "textposition": ["middle right" if value >= 0 else "middle left" for _, value, _ in known],
        "textfont": {"color": [ink(value, theme=theme) for _, value, _ in known], "size": parts.TEXT},
        "hoverinfo": "skip",
    }
    return [bars, heads]


def variance_columns(
    xs: Sequence[str], values: Sequence[float], expected: Sequence[bool], *, width: float, theme: str, **answer: object
) -> Marks:
    """Columns on the axes x and y2, hatched where the variance is one of a forecast; `width` in the unit of x."""
    fills = [hue(value, theme=theme) for value in values]
    return {
        "type": "bar",
        "yaxis": "y2",
        "x": list(xs),
        "y": list(values),
        "width": width,
        "marker": {
            "color": fills,
            "cornerradius": 0,
            "line": {"width": 1, "color": fills},
            "pattern": {
                "shape": ["/" if is_expected else "" for is_expected in expected],
                "fgcolor": fills,
                "bgcolor": colours(theme)["surface"],
                "size": 4,
                "solidity": 0.3,
            },
        },
        **answer,
    }
