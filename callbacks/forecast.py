"""The funnel page's cards about what comes: the forecast, which months fall short, how right it has been."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.figure_tables import backtest_table, forecast_table
from callbacks.funnel import PATH
from callbacks.listing import date_label
from components import ids
from components.cards import Card, switch
from components.figures.backtest_columns import backtest_columns
from components.figures.forecast_columns import forecast_columns
from components.links import aria, icon, panel, to
from components.states import empty, not_recorded
from components.view import View
from queries import backtest, forecast, funnel, landing


@wiring.card(ids.FORECAST, path=PATH)
def show_forecast(view: View) -> Card:
    """What the open deals bring by month, by one of two methods."""
    method, numbers = view.slice_.option("method"), view.numbers
    tools = [
        switch(view, "method", (("funnel", view.w("forecast.funnel")), ("weighted", view.w("forecast.weighted")))),
        panel(icon("pencil"), "model", **aria(view.w("forecast.edit"))),
    ]
    ask = forecast.funnel_forecast if method == "funnel" else forecast.weighted_forecast
    found = ask(view.slice_, scope=view.scope)
    if found.empty or found["amount"].sum() == 0:
        return Card(tools=tools, state=no_forecast(view))
    totals = forecast_totals(view, found, method)
    average = average_month(view)
    known = [] if average is None else [average]
    unit = numbers.unit_for([*totals["total"], *known])
    drawn = forecast_frame(view, found, method)
    figure = forecast_columns(
        drawn,
        totals,
        unit=unit,
        average=average,
        average_label=view.w("forecast.average", amount=numbers.in_unit(average, unit)) if known else "",
        compact=view.compact,
        theme=view.theme,
        numbers=numbers,
    )
    table = forecast_table(view, drawn, totals, unit)
    return Card(figure, view.w(f"forecast.sub_{method}", unit=unit.label), tools, foot=foot(view), table=table)


def no_forecast(view: View) -> html.Div:
    """Nothing is open, or nothing is known to forecast from; then the other method is offered."""
    if funnel.stage_stock(view.slice_, scope=view.scope)["open_count"].sum() == 0:
        return empty(view, view.w("forecast.none"))
    other = to(view.w("forecast.try_weighted"), view.slice_.with_option("method", "weighted"), className="btn-q")
    offered = [other] if view.slice_.option("method") == "funnel" else []
    return not_recorded(view, view.w("forecast.no_model"), *offered)


def average_month(view: View) -> float | None:
    """The average month of the last four quarters; None before there are any."""
    hint = forecast.pipeline_hint(view.slice_, scope=view.scope)
    return None if hint.empty else float(hint["average"].iloc[0])


def month_label(view: View, key: str) -> str:
    """A month's short name, "later", "overdue" or "undated"."""
    if key in {landing.LATER, landing.OVERDUE, landing.UNDATED}:
        return view.w(f"forecast.{key}")
    return view.numbers.month(pd.Timestamp(key).date())


def forecast_frame(view: View, found: pd.DataFrame, method: str) -> pd.DataFrame:
    """The forecast as the figure takes it; a click on a block opens its deals."""
    population = "landing" if method == "funnel" else "expected"
    return pd.DataFrame(
        {
            "month_key": found["landing"],
            "label": [month_label(view, key) for key in found["landing"]],
            "stage_key": found["stage"],
            "stage_label": [view.name(row) for row in found.itertuples()],
            "amount": found["amount"],
            "key": [f"{population}|landing:{r.landing}|stage:{r.stage}" for r in found.itertuples()],
        }
    )


def forecast_totals(view: View, found: pd.DataFrame, method: str) -> pd.DataFrame:
    """Total by month; the funnel method with its interval."""
    if method == "funnel":
        totals = forecast.forecast_totals(view.slice_, scope=view.scope).copy()
    else:
        totals = found.groupby("landing", sort=False)["amount"].sum().rename("total").reset_index()
        totals["low"] = totals["high"] = float("nan")
    totals["month_key"] = totals["landing"]
    totals["label"] = [month_label(view, key) for key in totals["landing"]]
    return totals


def foot(view: View) -> list[Any]:
    """That the model was typed in by hand, and the way back."""
    if view.slice_.option("rates") or view.slice_.option("leads"):
        back = view.slice_.with_option("rates", None).with_option("leads", None)
        typed = html.Span(view.w("forecast.typed"), className="yours")
        return [typed, to(view.w("forecast.from_history"), back, className="link")]
    return []


def error_lines(view: View, found: pd.DataFrame) -> list[Any]:
    """ "Funnel: error 8.4% · bias +1.2%" for each method that can be judged."""
    w, numbers = view.w, view.numbers
    lines = []
    for row in backtest.forecast_errors(found).itertuples():
        if pd.notna(row.wape):
            text = [w(f"backtest.{row.method}"), f": {w('backtest.error')} ", html.B(numbers.share(row.wape))]
            lines.append(html.Span([*text, f" · {w('backtest.bias')} ", html.B(numbers.signed_share(row.bias))]))
    return lines


@wiring.card(ids.BACKTEST, path=PATH)
def show_backtest(view: View) -> Card:
    """What each method would have said at the start of each of the last four quarters, against what came."""
    found = backtest.backtest(view.slice_, scope=view.scope)
    if found.empty:
        return Card(state=not_recorded(view, view.w("backtest.none")))
    unit = view.numbers.unit_for([*found["actual"], *found["funnel"], *found["weighted"]])
    names = (view.w("backtest.actual"), view.w("backtest.funnel"), view.w("backtest.weighted"))
    drawn = found.assign(label=[date_label(view, "quarter", day) for day in found["quarter"]])
    figure = backtest_columns(
        drawn,
        unit=unit,
        names=names,
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    opens = columns_open(figure, [f"{day:%Y-%m-%d}" for day in found["quarter"]])
    subtitle, table = view.w("backtest.sub", unit=unit.label), backtest_table(view, drawn, unit)
    return Card(opens, subtitle, foot=error_lines(view, found), table=table)


def columns_open(figure: dict[str, Any], quarters: list[str]) -> dict[str, Any]:
    """The figure with each column opening its own deals: those that came, or those a method saw coming."""
    columns = zip(figure["data"], ("came", "said_funnel", "said_weighted"), strict=False)  # none where nothing is drawn
    data = [{**column, "customdata": [f"{name}|quarter:{day}" for day in quarters]} for column, name in columns]
    return {**figure, "data": data}


@wiring.card(ids.HINT, path=PATH)
def show_hint(view: View) -> Card:
    """Which coming months fall short of a usual one, and what new pipeline that would take."""
    hint = forecast.pipeline_hint(view.slice_, scope=view.scope)
    if hint.empty:
        return Card(state=not_recorded(view, view.w("hint.none")))
    w, numbers = view.w, view.numbers
    unit = numbers.unit_for([*hint["forecast"], *hint["average"]])
    heads = [html.Th(w(f"hint.{name}"), className="num") for name in ("forecast", "short", "needed")]
    head = html.Tr([html.Th(w("hint.month")), *heads, html.Th(w("hint.by"))])
    lines = [_hint_line(view, row, unit) for row in hint.itertuples()]
    table = html.Table([html.Thead(head), html.Tbody(lines)], className="t")
    average = numbers.in_unit(hint["average"].iloc[0], unit)
    return Card(subtitle=w("hint.sub", unit=unit.label, average=average), body=table)


def _hint_line(view: View, row: Any, unit: Any) -> html.Tr:
    w, numbers = view.w, view.numbers
    is_short = row.shortfall > 0
    if not is_short:
        by: Any = w("hint.enough")
    elif row.is_too_late:
        by = html.Span(w("hint.too_late"), className="behind")
    else:
        by = numbers.day(row.must_start_by)
    short = numbers.in_unit(row.shortfall, unit) if is_short else "–"
    needed = numbers.in_unit(row.needed, unit) if is_short and not row.is_too_late else "–"
    cells = [
        html.Td(numbers.in_unit(row.forecast, unit), className="num"),
        html.Td(short, className="num behind" if is_short else "num"),
        html.Td(needed, className="num"),
    ]
    return html.Tr([html.Th(numbers.month(row.month, with_year=True), scope="row"), *cells, html.Td(by)])
