"""Rate heat: a win rate by row and column as a table of links, coloured around one reference.

As the heat table of attainment it is read, reached by keyboard and scrolled like a table; `assets/33_attainment.css`
colours it and `assets/36_winloss.css` sets the counts.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from components.format import Numbers
from components.heat_table import DASH, NEUTRAL
from components.theme import HEAT_STEPS
from components.words import words

STEP = 0.07  # of the rate: how much a colour spans


def rate_step(rate: float, reference: float) -> int:
    """Which of the nine colours, 0 to 8; the middle one is the reference within half a step."""
    return min(max(NEUTRAL + round((rate - reference) / STEP + 1e-9), 0), HEAT_STEPS - 1)


def rate_heat(frame: pd.DataFrame, *, reference: float, label: str, numbers: Numbers) -> html.Div:
    """A table of rates in percent with their cases, every cell a link to the deals behind it.

    One row a cell: `row`, `row_label`, `column`, `column_label`, `rate` (fraction), `won`, `cases`, `is_thin`, `query`
    (of the slice that lists the deals), `is_current` (outlined: what is spoken of), `column_place` (by which columns
    are ordered). Rows in order of their first appearance; a pair without cases is empty. `label` names the table for
    screen readers.
    """
    rows = dict(zip(frame["row"], frame["row_label"], strict=True))
    across = frame.sort_values("column_place", kind="stable")
    columns = dict(zip(across["column"], across["column_label"], strict=True))
    cells = {(cell.row, cell.column): cell for cell in frame.itertuples()}
    entry = next(((c.row, c.column) for c in frame.itertuples() if c.is_current), next(iter(cells), None))
    head = html.Tr(
        [html.Th("", scope="col"), *(html.Th(html.Span(name, title=name), scope="col") for name in columns.values())]
    )
    body = [
        html.Tr(
            [
                html.Th(html.Span(name, title=name), scope="row"),
                *(_cell(cells.get((row, column)), reference, (row, column) == entry, numbers) for column in columns),
            ]
        )
        for row, name in rows.items()
    ]
    about = {"aria-label": label}
    size = {"--columns": str(len(columns))}
    table = html.Table([html.Thead(head), html.Tbody(body)], className="heat rates", role="grid", style=size, **about)
    return html.Div(table, className="heat-box")


def _cell(cell: Any, reference: float, is_entry: bool, numbers: Numbers) -> html.Td:
    if cell is None:
        return html.Td(DASH, className="no-cell")
    w = words(numbers.lang)
    share, count = numbers.share(cell.rate, 0), numbers.count(cell.cases)
    said = w(
        "winloss.heat_cell",
        row=cell.row_label,
        column=cell.column_label,
        share=share,
        won=numbers.count(cell.won),
        cases=count,
    )
    if cell.is_thin:
        said = w("words.comma").join([said, numbers.none("thin")])
    marks = [f"heat-{rate_step(float(cell.rate), reference)}"]
    marks += [name for name, on in (("is-thin", cell.is_thin), ("is-current", cell.is_current)) if on]
    about = {"tabIndex": 0 if is_entry else -1, "aria-label": said, "title": said, "data-slice": cell.query}
    text = [share.removesuffix("%"), html.Small(count)]
    return html.Td(html.A(text, href=f"?{cell.query}", className="cell", **about), className=" ".join(marks))
