"""The form in which success rates and lead times are typed by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import dcc, html

from components.filter_bar import close_panel
from components.view import View


def model_editor(view: View, stages: pd.DataFrame) -> list[Any]:
    """One number a stage, comma separated; the address carries what was typed."""
    w = view.w
    names = [view.name(row) for row in stages.itertuples() if not row.is_won]
    fields = [
        html.Label([html.Span(w(f"forecast.{name}")), _field(view, name, hint)], className="typed")
        for name, hint in (("rates", "0.5, 0.8, 0.9"), ("leads", "2, 1, 1"))
    ]
    return [
        html.Section(
            [
                html.Div([html.H4(w("forecast.funnel")), html.P(w("forecast.edit"), className="headline")]),
                close_panel(view),
            ],
            className="drawer-head",
        ),
        html.Section(html.P(w("forecast.editor_note", stages=w("words.comma").join(names)))),
        html.Section(
            html.Form(
                [*fields, html.Button(w("forecast.apply"), type="submit", className="btn-q solid")],
                **{"data-options": "", "aria-label": w("forecast.edit")},
            )
        ),
    ]


def _field(view: View, name: str, hint: str) -> dcc.Input:
    value = view.slice_.option(name).replace(",", ", ")
    return dcc.Input(
        id=f"typed-{name}",
        name=name,
        type="text",
        value=value,
        placeholder=hint,
        className="field wide",
        autoComplete="off",
    )
