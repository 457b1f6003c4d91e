"""The drawer "how is this computed": sentence, formula filled in, inputs, what is left out, as of, rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components.filter_bar import close_panel
from components.links import icon, to
from components.view import View


@dataclass(frozen=True)
class InputLine:
    """One input of a formula: what it is, its exact value, a remark."""

    label: str
    value: str
    remark: str = ""


def drawer(
    view: View,
    *,
    title: str,
    value: str,
    meaning: str,
    formula: Any,
    inputs: Sequence[InputLine],
    left_out: Sequence[str],
    as_of: str,
    rows: Any = None,
) -> list[Any]:
    """The sections from top to bottom; empty ones are not there."""
    w = view.w
    head = html.Section(
        [
            html.Div([html.H4(w("explain.title")), html.P([title, html.Span(value)], className="headline")]),
            close_panel(view),
        ],
        className="drawer-head",
    )
    sections = [
        head,
        html.Section(html.P(meaning)),
        _section(w("explain.formula"), formula),
        _section(w("explain.inputs"), input_table(inputs), flush=True) if inputs else None,
        _section(w("explain.left_out"), html.P(" ".join(left_out))) if left_out else None,
        _section(w("explain.as_of"), html.P(as_of)),
        _section(w("explain.rows"), rows) if rows is not None else None,
    ]
    return [section for section in sections if section is not None]


def _section(title: str, body: Any, *, flush: bool = False) -> html.Section:
    return html.Section([html.H4(title), body], className="flush" if flush else "")


def input_table(inputs: Sequence[InputLine]) -> html.Table:
    """Inputs to the yuan, with what each is made of."""
    return html.Table(
        html.Tbody(
            [
                html.Tr(
                    [
                        html.Th(x.label, scope="row"),
                        html.Td(html.B(x.value), className="num"),
                        html.Td(x.remark, className="num sub"),
                    ]
                )
                for x in inputs
            ]
        ),
        className="t",
    )


def fraction(over: str, under: str) -> html.Span:
    """Something over something."""
    return html.Span([html.Span(over), html.Span(under)], className="frac")


def filled(words: Any, numbers: Any, result: str) -> html.Div:
    """The formula beside the same formula with its inputs, and what comes out."""
    return html.Div([words, html.Span("="), numbers, html.Span(["= ", html.B(result)])], className="formula")


def row_buttons(view: View, opened: str, count: str) -> html.Div:
    """Opens the list behind the number, or takes it away as a file."""
    chosen = view.slice_.with_option("open", opened).with_option("explain", None)
    query = chosen.to_query()
    return html.Div(
        [
            to([icon("table"), view.w("explain.open_rows", n=count)], chosen, className="btn-q"),
            html.A([icon("download"), "CSV"], href=f"/download/deals.csv?{query}", download="", className="btn-q"),
            html.A([icon("download"), "XLSX"], href=f"/download/deals.xlsx?{query}", download="", className="btn-q"),
        ],
        className="row-btns",
    )
