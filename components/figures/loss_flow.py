"""Loss flow: lost deals from the stage they were lost in, over the reason, to whoever won."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.theme import colours

PAD = 14  # px between nodes at the least
USUAL = 330  # px that a card gives the drawing
ROW = 30  # px that a node and its name want


def loss_flow(
    links: pd.DataFrame,
    nodes: pd.DataFrame,
    *,
    heads: Sequence[str],
    compact: bool = False,
    theme: str,
) -> Figure:
    """A Sankey drawing; the one path that is told of is orange.

    One row a node: `label`, `value`, `text` (its amount), `key`, `column` (0, 1, 2), `is_hot`; one row a link:
    `source` and `target` (rows of nodes), `value`, `text`, `key`, `is_hot`. Nodes of a column in their order. `heads`
    stand over the columns.
    """
    if links.empty:
        return parts.nothing(theme)
    c = colours(theme)
    names = parts.plain(nodes["label"])
    labels = [parts.fitted(name, 76 if compact else 150, parts.NOTE) for name in names]
    told = [name if compact else f"{name}  {text}" for name, text in zip(labels, nodes["text"], strict=True)]
    node = {
        "label": told,
        "color": [c["behind"] if hot else c["shade-2"] for hot in nodes["is_hot"]],
        "thickness": 7,
        "pad": PAD,
        "line": {"width": 0},
        **_places(nodes),
        "customdata": nodes["key"].tolist(),
        "hovertemplate": "%{label}<extra></extra>",
    }
    link = {
        "source": links["source"].tolist(),
        "target": links["target"].tolist(),
        "value": [float(value) for value in links["value"]],
        "color": [
            _through(c["behind"], 0.34) if hot else _through(c["shade-3"], 0.24) for hot in links["is_hot"].astype(bool)
        ],
        "customdata": links["key"].tolist(),
        "label": [
            f"{names[a]} → {names[b]}  {text}"
            for a, b, text in zip(links["source"], links["target"], links["text"], strict=True)
        ],
        "hovertemplate": "%{label}<extra></extra>",
    }
    trace: Marks = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": node,
        "link": link,
        "textfont": {"color": c["ink"], "size": parts.NOTE, "shadow": "none"},
    }
    places = zip(heads, (0, 0.5, 1), ("left", "center", "right"), strict=True)
    notes = [
        parts.head_note(text, {"xref": "paper", "x": x, "xanchor": anchor}, colour=c["ink-3"])
        for text, x, anchor in places
    ]
    margin = {"l": 10, "r": 10, "t": parts.HEAD_ROOM, "b": 10}
    return parts.drawing([trace], theme=theme, margin=margin, annotations=notes)


def _places(nodes: pd.DataFrame) -> dict[str, list[float]]:
    """Where the middles of the nodes lie, so that a column keeps its order: from the top, its gaps alike."""
    height, xs, ys = max(height_of(nodes), USUAL) - parts.HEAD_ROOM - 10, [], []
    sizes = [part["value"].astype(float) for _, part in nodes.groupby("column", sort=True)]
    scale = min((1 - (len(own) - 1) * PAD / height) / own.sum() for own in sizes)
    for column, own in enumerate(sizes):
        gap = (1 - own.sum() * scale) / max(len(own) - 1, 1)
        top = 0.0 if len(own) > 1 else (1 - own.iloc[0] * scale) / 2
        for size in own * scale:
            xs.append((0.001, 0.5, 0.999)[column])
            ys.append(min(max(top + size / 2, 0.001), 0.999))
            top += size + gap
    return {"x": xs, "y": ys}


def height_of(nodes: pd.DataFrame) -> int:
    """Pixels that the fullest column wants."""
    return int(nodes["column"].value_counts().max()) * ROW + parts.HEAD_ROOM + 10


def _through(colour: str, share: float) -> str:
    """A colour let through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
