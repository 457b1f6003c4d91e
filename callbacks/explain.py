"""Fills the drawer "how is this computed" for a measure or for one of the page's models."""

from __future__ import annotations

from typing import Any

import pandas as pd

from callbacks import explain_winloss
from callbacks.explain_against import of_against
from callbacks.explain_peers import of_peers
from callbacks.explain_plans import of_plan_number
from callbacks.explain_separation import of_separation
from callbacks.explain_targets import of_planned
from components.explain import InputLine, drawer, filled, fraction, row_buttons
from components.view import View
from components.wording import period_words
from queries import backtest, forecast, funnel, headline, row_list
from queries.engine import current
from queries.rows import Behind
from queries.semantic import measures as m
from queries.semantic.model import AnyMeasure, Ratio
from queries.semantic.plan_numbers import PLAN_NUMBERS
from queries.semantic.planned import PLANNED


def explanation(view: View, topic: str) -> list[Any]:
    """The drawer's content for a topic: a measure's name, or a model of the funnel page."""
    if topic in _BY_STAGE:
        return _BY_STAGE[topic](view)
    if topic == "peers":
        return of_peers(view, as_of=as_of_words(view, has_period=False))
    if topic in explain_winloss.TOPICS:
        return explain_winloss.TOPICS[topic](view, as_of=as_of_words(view, has_period=topic != "presence"))
    if topic == "separation":
        return of_separation(view, as_of=as_of_words(view, has_period=False))
    if topic == "against":
        return of_against(view, as_of=as_of_words(view, has_period=False))
    if topic in PLANNED:
        return of_planned(view, PLANNED[topic], as_of=as_of_words(view, has_period=True))
    if topic in PLAN_NUMBERS:
        return of_plan_number(view, PLAN_NUMBERS[topic], as_of=as_of_words(view, has_period=False))
    return of_measure(view, m.MEASURES[topic])


def formatted(view: View, measure: AnyMeasure, value: float, *, exact: bool = False) -> str:
    """A value in its measure's own format."""
    numbers = view.numbers
    if pd.isna(value):
        return view.w("words.na")
    styles = {
        "money": numbers.exact if exact else numbers.money,
        "count": numbers.count,
        "share": numbers.share,
        "days": numbers.days,
        "money_per_day": numbers.money,
    }
    return styles[measure.format](value)


def of_measure(view: View, measure: AnyMeasure) -> list[Any]:
    """A number of the vocabulary."""
    table = headline.key_numbers(view.slice_, scope=view.scope, names=(measure.name,)).iloc[0]
    value = formatted(view, measure, table["value"])
    if isinstance(measure, Ratio):
        over, under = table["over"], table["under"]
        words = fraction(view.say(measure.over.label), view.say(measure.under.label))
        numbers = fraction(formatted(view, measure.over, over), formatted(view, measure.under, under))
        inputs = [_input(view, measure.over, over), _input(view, measure.under, under)]
        formula: Any = filled(words, numbers, value)
    else:
        formula = filled(view.say(measure.formula), formatted(view, measure, table["value"], exact=True), value)
        inputs = [_input(view, measure, table["value"])]
    return drawer(
        view,
        title=view.say(measure.label),
        value=value,
        meaning=view.say(measure.meaning),
        formula=formula,
        inputs=inputs,
        left_out=[view.say(measure.left_out)] if measure.left_out else [],
        as_of=as_of_words(view, has_period=measure.date is not None),
        rows=_rows(view, measure),
    )


def _input(view: View, measure: AnyMeasure, value: float) -> InputLine:
    remark = view.w(f"date.{measure.date}") if measure.date else view.w("date.balance")
    return InputLine(view.say(measure.label), formatted(view, measure, value, exact=True), remark)


def _rows(view: View, measure: AnyMeasure) -> Any:
    behind = Behind.parse(measure.name)
    if behind is None:
        return None
    deals = row_list.total_behind(behind, view.slice_, scope=view.scope)["deals"].iloc[0]
    return row_buttons(view, str(behind), view.numbers.count(deals))


def as_of_words(view: View, *, has_period: bool) -> str:
    """The as-of date, the snapshot, and the period in days."""
    day = view.numbers.day(view.slice_.as_of or view.as_of, year=True)
    text = view.w("explain.as_of_text", day=day, version=current().data_version)
    if not has_period:
        return text
    period = view.period
    if period.start is None or period.end is None:
        return f"{text} {period_words(period, view)}"
    span = view.w(
        "period.range", start=view.numbers.day(period.start, year=True), end=view.numbers.day(period.end, year=True)
    )
    return f"{text} {span}"


def of_cohort(view: View) -> list[Any]:
    """Reached and conversion, stage by stage."""
    steps = funnel.cohort_funnel(view.slice_, scope=view.scope)
    lines = []
    for before, row in zip([None, *steps.itertuples()], steps.itertuples(), strict=False):
        share = "" if before is None or pd.isna(row.of_previous) else view.numbers.share(row.of_previous)
        detail = (
            f"{view.numbers.count(row.reached_count)} / {view.numbers.count(before.reached_count)}" if before else ""
        )
        lines.append(InputLine(view.name(row), share or view.numbers.count(row.reached_count), detail))
    measure = m.step_conversion
    return drawer(
        view,
        title=view.w("funnel.cohort"),
        value="",
        meaning=view.say(m.reached_count.meaning),
        formula=view.say(measure.formula),
        inputs=lines,
        left_out=[view.w("explain.cohort_note")],
        as_of=f"{as_of_words(view, has_period=False)} {period_words(funnel.cohort_period(view.slice_), view)}",
    )


def of_passage(view: View) -> list[Any]:
    """Success rate and days, stage by stage."""
    steps = funnel.stage_passage(view.slice_, scope=view.scope)
    lines = [
        InputLine(
            view.name(row),
            view.w("words.na") if pd.isna(row.stage_success_rate) else view.numbers.share(row.stage_success_rate),
            view.w("explain.exits", count=int(row.stage_exits)),
        )
        for row in steps.itertuples()
    ]
    return drawer(
        view,
        title=view.w("funnel.days"),
        value="",
        meaning=f"{view.say(m.stage_success_rate.meaning)} {view.say(m.stage_days.meaning)}",
        formula=view.say(m.stage_success_rate.formula),
        inputs=lines,
        left_out=[view.w("explain.passage_note")],
        as_of=as_of_words(view, has_period=False),
    )


def of_forecast(view: View) -> list[Any]:
    """Rates and lead times the forecast uses, stage by stage, and where each came from."""
    model = forecast.stage_model(view.slice_, scope=view.scope)
    lines = []
    for row in model.itertuples():
        origin = "assumed" if row.is_assumed else "borrowed" if row.is_borrowed else "own"
        lines.append(
            InputLine(
                view.name(row),
                f"{view.numbers.share(row.success_rate)} · {view.numbers.days(row.lead_days)}",
                view.w(f"explain.rate_{origin}", n=view.numbers.share(row.product)),
            )
        )
    return drawer(
        view,
        title=view.w("forecast.title"),
        value="",
        meaning=view.w("forecast.meaning"),
        formula=view.w("forecast.formula"),
        inputs=lines,
        left_out=[view.w("forecast.left_out"), view.w("forecast.interval_note")],
        as_of=as_of_words(view, has_period=False),
    )


def of_backtest(view: View) -> list[Any]:
    """Forecast errors as they are computed."""
    errors = backtest.forecast_errors(backtest.backtest(view.slice_, scope=view.scope))
    lines = [
        InputLine(view.w(f"backtest.{row.method}"), view.numbers.share(row.wape), view.numbers.signed_share(row.bias))
        for row in errors.itertuples()
        if pd.notna(row.wape)
    ]
    return drawer(
        view,
        title=view.w("backtest.title"),
        value="",
        meaning=view.w("backtest.meaning"),
        formula=view.w("backtest.formula"),
        inputs=lines,
        left_out=[view.w("backtest.left_out")],
        as_of=as_of_words(view, has_period=False),
    )


_BY_STAGE = {
    "reached_count": of_cohort,
    "stage_days": of_passage,
    "funnel_forecast": of_forecast,
    "backtest": of_backtest,
}
