"""Win rates on the win/loss page: by month with last year beside, and by the members of any dimension."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.winloss import PATH, SPLIT_BY, chosen_mark, member_name, no_cases, rate_words, undated_state
from callbacks.winloss_tables import rates_table, trend_table
from components import ids
from components.cards import Card, switch
from components.figures import parts
from components.figures.interval_dots import interval_dots
from components.figures.rate_band import rate_band
from components.filter_bar import menu
from components.links import aria, icon, to
from components.states import not_recorded
from components.view import View
from components.wording import dimension_words, period_words
from queries import winloss
from queries.periods import months_later
from queries.proportions import FEW
from queries.semantic.model import Ratio

#: Members that are drawn; further ones are in the table interface.
MOST_MEMBERS = 14


def rate_switch(view: View) -> html.Span:
    """Win rate by deals, by value, by cohort."""
    return switch(view, "rate", [(name, view.w(f"winloss.switch_{name}")) for name in ("count", "amount", "cohort")])


@wiring.card(ids.RATE_TREND, path=PATH)
def show_rate_trend(view: View) -> Card:
    """The win rate by month on the band of its interval, last year beside it."""
    found, w = winloss.rate_trend(view.slice_, scope=view.scope), view.w
    rate, tools = winloss.rate_of(view.slice_), [rate_switch(view)]
    subtitle = w("winloss.trend_sub", rate=rate_words(view))
    if found[["rate", "last_year"]].isna().all().all():
        missing = winloss.undated(view.slice_, scope=view.scope)
        nothing = undated_state(view, missing) if missing else no_cases(view, w("winloss.trend"))
        if missing and view.period.start is None:
            nothing = not_recorded(view, w("winloss.no_months", n=view.numbers.count(missing)))
        return Card(subtitle=subtitle, tools=tools, state=nothing)
    drawn = trend_frame(view, found, rate)
    last = next(reversed([row for row in found.itertuples() if pd.notna(row.rate)]), None)
    month = "" if last is None else view.numbers.month(last.month)
    names = (month, w("against.last_year_short"), w("winloss.interval"))
    figure = rate_band(drawn, names=names, compact=view.compact, theme=view.theme, numbers=view.numbers)
    return Card(figure, subtitle, tools, foot=_trend_foot(view, found), table=trend_table(view, drawn))


def trend_frame(view: View, found: pd.DataFrame, rate: Ratio) -> pd.DataFrame:
    """Months as the figure takes them; points that stand on few deals or on a young cohort are hollow."""
    key, numbers = winloss.cases_of(rate).name, view.numbers
    return pd.DataFrame(
        {
            "label": [numbers.month(month) for month in found["month"]],
            "key": [f"{key}|month:{month.isoformat()}" for month in found["month"]],
            "last_key": [f"{key}|month:{months_later(month, -12).isoformat()}" for month in found["month"]],
            **{name: found[name] for name in ("rate", "low", "high", "last_year", "cases", "last_cases")},
            "is_open": found["is_immature"] | ((found["cases"] < FEW) & (found["cases"] > 0)),
            "hover": [_month_said(view, r.month, r.rate, r.cases, r.low, r.high) for r in found.itertuples()],
            "last_hover": [
                _month_said(view, months_later(r.month, -12), r.last_year, r.last_cases) for r in found.itertuples()
            ],
        }
    )


def _month_said(
    view: View, month: Any, rate: float, cases: float, low: float = float("nan"), high: float = float("nan")
) -> str:
    if pd.isna(rate):
        return ""
    numbers = view.numbers
    said = [f"<b>{numbers.month(month, with_year=True)}</b>", numbers.share(rate)]
    if low is not None and high is not None and pd.notna(low):
        said.append(f"{numbers.share(low, 0)} – {numbers.share(high, 0)}")
    return "  ".join([*said, view.w("figure.cases", count=int(cases))])


def _trend_foot(view: View, found: pd.DataFrame) -> list[Any]:
    """What is left out, and what is to be taken with care."""
    row, w = next(winloss.overall(view.slice_, scope=view.scope).itertuples()), view.w
    said: list[Any] = []
    young = found[found["is_immature"]]
    if len(young):
        since = view.numbers.month(young["month"].iloc[0], with_year=True)
        said.append(w("winloss.immature", month=since))
    elif view.slice_.option("rate") == "amount":
        said.append(w("winloss.no_interval"))
    if row.terminated_count and view.slice_.option("rate") != "cohort":
        opened = view.slice_.with_option("open", "terminated_count")
        text = w("winloss.left_out_terminated", n=view.numbers.count(row.terminated_count))
        said.append(to(text, opened, className="link"))
    if not row.reasoned_count and row.decided_count:
        said.append(w("winloss.no_reasons_foot"))
    return [html.Span(one) if isinstance(one, str) else one for one in said]


@wiring.card(ids.RATES_BY, path=PATH)
def show_rates_by(view: View) -> Card:
    """The win rate of the members of any dimension with its interval, against that of all."""
    by, w = view.slice_.by if view.slice_.by in SPLIT_BY else "region", view.w
    found = winloss.rates_by(view.slice_, scope=view.scope, by=by)
    whole = winloss.overall(view.slice_, scope=view.scope)["rate"].iloc[0]
    tools = [by_menu(view, by)]
    subtitle = w("winloss.by_sub", rate=rate_words(view), period=period_words(view.period, view))
    if found["rate"].isna().all():
        return Card(subtitle=subtitle, tools=tools, state=no_cases(view, w("winloss.by")))
    drawn = rates_frame(view, found.head(MOST_MEMBERS), by)
    reference = None if pd.isna(whole) else float(whole)
    figure = interval_dots(
        drawn,
        heads=(w("winloss.deals"), w("winloss.rate")),
        reference=reference,
        reference_label="" if reference is None else w("winloss.we_win", share=view.numbers.share(reference)),
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    more = w("winloss.most_members", shown=MOST_MEMBERS, n=view.numbers.count(len(found)))
    foot = [html.Span(more)] if len(found) > MOST_MEMBERS else []
    height = parts.rows_height(len(drawn), compact=view.compact, most=8)
    return Card(
        figure, subtitle, tools, foot=foot, height=height, table=rates_table(view, drawn, dimension_words(by, view))
    )


def rates_frame(view: View, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """Members as the figure takes them."""
    key = winloss.cases_of(winloss.rate_of(view.slice_)).name
    return pd.DataFrame(
        {
            "label": [member_name(view, row, by) for row in found.itertuples()],
            "key": [f"{key}|{by}:{row.member}" for row in found.itertuples()],
            **{name: found[name] for name in ("rate", "low", "high", "cases")},
        }
    )


def by_menu(view: View, chosen: str) -> html.Details:
    """By which dimension the win rate is told."""
    ways = {name: replace(view.slice_, by=name) for name in SPLIT_BY}
    items = [to(dimension_words(name, view), ways[name], className=chosen_mark(name, chosen)) for name in ways]
    what = dimension_words(chosen, view)
    label = [view.w("winloss.by_what", what=what.lower() if view.lang == "en" else what), icon("chevron-down")]
    body = [html.Div(items, className="items")]
    return menu(label, body, name="by", right=True, className="btn-q sm", **aria(view.w("winloss.by_choose")))
