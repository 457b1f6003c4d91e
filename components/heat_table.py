"""Heat table: attainment by row and column as a table of links, coloured around 100 %.

A table and not a drawing, so that it is read, reached by keyboard and scrolled like one. `assets/33_attainment.css`
colours it, `assets/52_heat.js` moves the focus by arrow keys.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd
from dash import html

from components.format import Numbers
from components.theme import HEAT_STEPS
from components.words import words

NEUTRAL = HEAT_STEPS // 2
STEP = 0.05  # of attainment: how much a colour spans
DASH = "–"


class _Cell(NamedTuple):
    """What one cell shows and says."""

    text: str
    title: str
    said: str
    css: str
    href: str


def heat_step(attainment: float) -> int:
    """Which of the nine colours, 0 to 8; 4 is 97.5 % to 102.5 %, the outer ones everything beyond."""
    away = round((attainment - 1) / STEP + 1e-9)
    return min(max(NEUTRAL + away, 0), HEAT_STEPS - 1)


def scale_words(numbers: Numbers) -> str:
    """The scale in one sentence, for the subtitle."""
    return words(numbers.lang)("heat.scale", pale=numbers.share(1, 0))


def heat_table(frame: pd.DataFrame, *, label: str, corner: str = "", numbers: Numbers) -> html.Div:
    """A table of attainment in percent, every cell a link to what is behind it; it scrolls in its own box.

    One row a cell, rows and columns in order of their first appearance: `row`, `column`, `attainment` (fraction or
    null), `actual`, `target` (money or null), `href`; optionally `row_label` and `column_label` where row and column
    are keys, `reason` (why there is no attainment; else no target), `is_current` and `is_thin`. `label` names the
    table for screen readers, `corner` heads the rows.
    """
    rows, columns = _labels(frame, "row"), _labels(frame, "column")
    frame = frame.assign(row_label=frame["row"].map(rows), column_label=frame["column"].map(columns))
    cells = {(cell.row, cell.column): cell for cell in frame.itertuples()}
    entry = _entry(frame)
    head = html.Tr([html.Th(corner, scope="col"), *[html.Th(label, scope="col") for label in columns.values()]])
    body = [
        html.Tr(
            [
                html.Th(html.Span(name, title=name), scope="row"),
                *[_shown(cells.get((row, column)), (row, column) == entry, numbers) for column in columns],
            ]
        )
        for row, name in rows.items()
    ]
    table = html.Table([html.Thead(head), html.Tbody(body)], className="heat", role="grid", **{"aria-label": label})
    return html.Div(table, className="heat-box")


def _labels(frame: pd.DataFrame, name: str) -> dict[Any, str]:
    """Rows or columns in their order, with what is shown for each."""
    labels = frame[f"{name}_label"] if f"{name}_label" in frame else frame[name]
    return dict(zip(frame[name], labels.astype(str), strict=True))


def _entry(frame: pd.DataFrame) -> tuple[Any, Any] | None:
    """The one cell that Tab reaches: the one now chosen, else the first; arrows go on from there."""
    if frame.empty:
        return None
    chosen = frame[frame["is_current"].eq(True)] if "is_current" in frame else frame.head(0)
    first = frame.iloc[0] if chosen.empty else chosen.iloc[0]
    return first["row"], first["column"]


def _shown(cell: Any, is_entry: bool, numbers: Numbers) -> html.Td:
    """A cell of the table; one that the frame does not have is empty and passed over."""
    if cell is None:
        return html.Td(className="no-cell")
    found = _cell(cell, numbers)
    about: dict[str, Any] = {"tabIndex": 0 if is_entry else -1, "aria-label": found.said, "title": found.title}
    if not found.href:
        # Without an address it is no link, but its words are still to be reached.
        return html.Td(html.Span(found.text, className="cell", role="note", **about), className=found.css)
    if found.href.startswith("?"):  # another slice of the same page, without loading it anew
        about["data-slice"] = found.href[1:]
    return html.Td(html.A(found.text, href=found.href, className="cell", **about), className=found.css)


def _cell(cell: Any, numbers: Numbers) -> _Cell:
    w = words(numbers.lang)
    marks = [name for name in ("current", "thin") if bool(getattr(cell, f"is_{name}", False))]
    place = {"row": cell.row_label, "column": cell.column_label, "actual": numbers.money(cell.actual)}
    if pd.isna(cell.attainment):
        reason = getattr(cell, "reason", None)
        reason = numbers.none("no_target") if reason is None or pd.isna(reason) or not reason else str(reason)
        said = w("heat.no_actual" if pd.isna(cell.actual) else "heat.cell_none", reason=reason, **place)
        text, title, css = DASH, reason, "no-heat"
    else:
        share = numbers.share(cell.attainment, 0)
        said = w("heat.cell", share=share, target=numbers.money(cell.target), **place)
        text, title, css = share.removesuffix("%"), said, f"heat-{heat_step(float(cell.attainment))}"
    extra = [w(f"heat.{mark}") for mark in marks]
    title, said = (w("words.comma").join([text_, *extra]) for text_ in (title, said))
    href = "" if pd.isna(cell.href) else str(cell.href)
    return _Cell(text, title, said, " ".join([css, *(f"is-{mark}" for mark in marks)]), href)
