"""The funnel and forecast page: its sentence, its key numbers, and its cards about stages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.figure_tables import cohort_table, compare_table, days_table, stock_table
from components import ids
from components.cards import Card, by_switch, switch
from components.figures.funnel_multiples import funnel_multiples
from components.figures.stage_days import stage_days
from components.figures.stage_funnel import stage_funnel
from components.figures.stage_stock import stage_stock
from components.filter_bar import menu
from components.links import icon, to
from components.states import empty, not_recorded
from components.view import View
from components.wording import dimension_words, period_words
from queries import findings as f
from queries import forecast, funnel, headline
from queries.periods import fiscal_start, months_later
from queries.rows import Behind

PATH = "/funnel"
KEY_NUMBERS = ("open_amount", "weighted_pipeline", "win_rate", "cycle_days", "opportunity_count")
COMPARED = ("region", "rep", "product", "channel", "campaign", "source")
MOST_COMPARED = 8
COHORTS = ("auto", "period", "last6m", "last12m", "all")


def sentence(view: View) -> str:
    """What the open deals bring by the quarter's end, and the weightiest finding, or that nothing stands out."""
    scope, slice_ = view.scope, view.slice_
    steps = funnel.cohort_funnel(slice_, scope=scope)
    numbers = headline.key_numbers(slice_, scope=scope, names=KEY_NUMBERS)
    row = numbers.set_index("measure")["value"]
    if steps.empty or (steps["reached_count"].sum() == 0 and row["open_amount"] == 0):
        return view.w("finding.empty")
    decided = headline.key_numbers(slice_, scope=scope, names=("decided_count",))["last_year"].iloc[0]
    found = f.ranked(
        [
            f.changed_step(funnel.step_rates(slice_, scope=scope)),
            f.changed_win_rate(numbers, 0 if pd.isna(decided) else decided),
            f.late_stock(funnel.stage_stock(slice_, scope=scope)),
            f.short_month(forecast.pipeline_hint(slice_, scope=scope)),
        ],
    )
    lands = landing_words(view)
    if found and lands:
        return view.w("finding.and").join([lands, spoken(view, found[0], steps)])
    if lands:
        return view.w("finding.and").join([lands, view.w("finding.nothing_else")])
    if not found:
        share = view.w("words.na") if pd.isna(row["win_rate"]) else view.numbers.share(row["win_rate"])
        return view.w("finding.nothing_funnel", amount=view.numbers.money(row["open_amount"]), share=share)
    return view.w("finding.and").join(spoken(view, finding, steps) for finding in found)


def landing_words(view: View) -> str:
    """What the open deals should bring by the end of the running quarter; nothing where nobody can tell."""
    bars = forecast.funnel_forecast(view.slice_, scope=view.scope)
    end = months_later(fiscal_start(view.slice_.as_of or view.as_of, 3, view.first_month), 3) - timedelta(days=1)
    amount = sum(row.amount for row in bars.itertuples() if row.landing <= end.isoformat())
    return view.w("finding.lands", amount=view.numbers.money(amount), day=view.numbers.day(end)) if amount else ""


def spoken(view: View, finding: f.Finding, steps: pd.DataFrame) -> str:
    """A finding in words."""
    numbers, values = view.numbers, dict(finding.values)
    names = {row.stage: view.name(row) for row in steps.itertuples()}
    said: dict[str, Any] = {}
    if "from" in values:
        order = list(names)
        said["before"] = names[values["from"]]
        said["stage"] = names[order[order.index(values["from"]) + 1]]
    if "stage" in values:
        said["stage"] = names.get(values["stage"], values["stage"])
    if "share" in values:
        said["share"] = numbers.share(values["share"])
    if "change" in values:
        said["change"] = numbers.signed_points(values["change"])
    if "amount" in values:
        said["amount"] = numbers.money(values["amount"])
    if "month" in values:
        said["month"] = numbers.month(values["month"])
    return view.w(f"finding.{finding.name.replace('.', '_')}", **said)


def words_of(view: View) -> list[Any]:
    """Which cohort and which stock: said, not assumed."""
    day = view.numbers.day(view.slice_.as_of or view.as_of)
    return [cohort_menu(view), view.w("funnel.stock_of", day=day)]


def cohort_menu(view: View) -> html.Details:
    """The cohort in words, and which others there are."""
    w, chosen = view.w, view.slice_.option("cohort")
    own = {"auto": w("funnel.cohort_auto"), "period": w("funnel.cohort_period")}
    items = [
        to(
            own.get(name) or w(f"period.{name}"),
            view.slice_.with_option("cohort", name),
            className="on" if name == chosen else "",
        )
        for name in COHORTS
    ]
    now = period_words(funnel.cohort_period(view.slice_), view)
    label = [w("funnel.cohort_of", period=now), icon("chevron-down")]
    return menu(
        label, [html.Div(items, className="items")], name="cohort", className="chip", title=w("funnel.cohort_choose")
    )


@wiring.card(ids.COHORT, path=PATH)
def show_cohort(view: View) -> Card:
    """Deals of the cohort by the stage they reached."""
    steps = funnel.cohort_funnel(view.slice_, scope=view.scope)
    show = view.slice_.option("show")
    tools = [switch(view, "show", (("count", view.w("funnel.deals")), ("amount", view.w("funnel.amount"))))]
    what = view.w("funnel.deals" if show == "count" else "funnel.amount")
    period = period_words(funnel.cohort_period(view.slice_), view)
    subtitle = view.w("funnel.cohort_sub", what=what, period=period)
    if steps.empty or steps["reached_count"].iloc[0] == 0:
        return Card(subtitle=subtitle, tools=tools, state=empty(view, view.w("funnel.no_cohort")))
    drawn, unit = reached_frame(view, steps, show)
    figure = stage_funnel(
        drawn,
        heads=(unit or what, view.w("funnel.of_previous"), view.w("funnel.of_first")),
        weakest_note=None if view.compact else view.w("funnel.weakest"),
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    table = cohort_table(view, drawn, unit or what)
    return Card(figure, subtitle, tools, foot=[html.Span(immature(view, steps))], table=table)


def reached_frame(view: View, steps: pd.DataFrame, show: str) -> tuple[pd.DataFrame, str]:
    """The cohort as the figure takes it, and the unit of amounts."""
    numbers, prefix = view.numbers, "" if show == "count" else "amount_"
    values, dropped = steps[f"reached_{show}"], steps[f"dropped_{show}"]
    unit = numbers.unit_for(values) if show == "amount" else None
    write = numbers.count if unit is None else (lambda v: numbers.in_unit(v, unit))
    drawn = pd.DataFrame(
        {
            "label": [view.name(row) for row in steps.itertuples()],
            "key": [f"reached|stage:{stage}" for stage in steps["stage"]],
            "value": values,
            "text": [write(v) for v in values],
            "of_previous": steps[f"{prefix}of_previous"],
            "of_first": steps[f"{prefix}of_first"],
            "dropped": ["" if pd.isna(v) else view.w("figure.dropped", text=write(v)) for v in dropped],
            "dropped_text": ["" if pd.isna(v) else write(v) for v in dropped],
            "dropped_key": [f"dropped|stage:{stage}" for stage in steps["stage"]],
        }
    )
    share = f"{prefix}of_previous"
    drawn["weakest"] = False
    if steps[share].notna().any():
        drawn.loc[steps[share].idxmin(), "weakest"] = True
    return drawn, unit.label if unit else ""


def immature(view: View, steps: pd.DataFrame) -> str:
    """How many of the cohort may still move on."""
    first, won = steps["reached_count"].iloc[0], steps["reached_count"].iloc[-1]
    open_ = funnel.cohort_open(view.slice_, scope=view.scope)
    if open_ <= 0:
        return view.w("funnel.cohort_done", n=view.numbers.count(first), won=view.numbers.count(won))
    return view.w("funnel.cohort_immature", n=view.numbers.count(open_), of=view.numbers.count(first))


@wiring.card(ids.STAGE_DAYS, path=PATH)
def show_stage_days(view: View) -> Card:
    """How long deals stay in each stage and how many move on."""
    steps = funnel.stage_passage(view.slice_, scope=view.scope)
    subtitle = view.w("funnel.days_sub")
    if steps.empty or steps["stage_exits"].sum() == 0:
        return Card(subtitle=subtitle, state=not_recorded(view, view.w("funnel.no_history")))
    drawn = pd.DataFrame(
        {
            "label": [view.name(row) for row in steps.itertuples()],
            "key": [f"passed|stage:{stage}" for stage in steps["stage"]],
            "median": steps["stage_days"],
            "p75": steps["stage_days_p75"],
            "typical": steps["typical_days"],
            "success_rate": steps["stage_success_rate"],
            "cases": steps["stage_exits"],
        }
    )
    heads = (view.w("funnel.median"), view.w("funnel.p75"), view.w("funnel.success"))
    figure = stage_days(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=view.numbers)
    return Card(figure, subtitle, table=days_table(view, drawn))


@wiring.card(ids.STOCK, path=PATH)
def show_stock(view: View) -> Card:
    """Open deals standing in each stage now, and the critical ones among them; below, how many are late at all."""
    stock = funnel.stage_stock(view.slice_, scope=view.scope)
    show, numbers = view.slice_.option("stock"), view.numbers
    unit = numbers.unit_for(stock["open_amount"])
    tools = [switch(view, "stock", (("amount", unit.label), ("count", view.w("funnel.deals"))))]
    subtitle = view.w("funnel.stock_sub", unit=unit.label)
    if stock["open_count"].sum() == 0:
        return Card(subtitle=subtitle, tools=tools, state=empty(view, view.w("funnel.no_stock")))
    counts = [numbers.count(v) for v in stock["open_count"]]
    amounts = [numbers.in_unit(v, unit) for v in stock["open_amount"]]
    by_amount = show == "amount"
    critical = [numbers.in_unit(v, unit) if by_amount else numbers.count(v) for v in stock[f"critical_{show}"]]
    drawn = pd.DataFrame(
        {
            "label": [view.name(row) for row in stock.itertuples()],
            "key": [f"stock|stage:{stage}" for stage in stock["stage"]],
            "late_key": [f"critical|stage:{stage}" for stage in stock["stage"]],
            "value": stock[f"open_{show}"],
            "late": stock[f"critical_{show}"],
            "text": amounts if by_amount else counts,
            "other_text": counts if by_amount else amounts,
            "late_text": [view.w("figure.critical", text=text) for text in critical],
        }
    )
    heads = (view.w("funnel.deals"), unit.label) if by_amount else (unit.label, view.w("funnel.deals"))
    figure = stage_stock(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=numbers)
    table = stock_table(view, drawn, heads, critical)
    return Card(figure, subtitle, tools, foot=late_words(view, stock), table=table)


def late_words(view: View, stock: pd.DataFrame) -> list[Any]:
    """ "Late 812 deals, ¥120M · critical 301 deals, ¥47M": both limits, each leading to its deals."""
    said: list[Any] = []
    pipeline = stock["pipeline"].iloc[0]
    for name in ("late", "critical"):
        count, amount = stock[f"{name}_count"].sum(), stock[f"{name}_amount"].sum()
        text = view.w(f"funnel.{name}", n=view.numbers.count(count), amount=view.numbers.money(amount))
        opens = view.slice_.with_option("open", str(Behind(name, (("pipeline", pipeline),))))
        said.append(to(text, opens, className="link") if count else html.Span(text))
    return said


@wiring.card(ids.COMPARE, path=PATH)
def show_compare(view: View) -> Card:
    """The same funnel for the members of a dimension, on one scale."""
    tools = [by_switch(view, [(name, dimension_words(name, view)) for name in COMPARED])]
    found = funnel.cohort_funnels_by(view.slice_, scope=view.scope)
    period = period_words(funnel.cohort_period(view.slice_), view)
    subtitle = view.w("funnel.compare_sub", period=period, what=dimension_words(view.slice_.by, view))
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=empty(view, view.w("funnel.no_cohort")))
    members = list(dict.fromkeys(found["member"]))
    shown = found[found["member"].isin(members[:MOST_COMPARED])]
    drawn, unit = compared_frame(view, shown)
    figure = funnel_multiples(drawn, columns=2 if view.compact else 4, theme=view.theme, numbers=view.numbers)
    table = compare_table(view, drawn, unit)
    more = view.w("funnel.compare_more", shown=MOST_COMPARED, n=len(members))
    foot = [html.Span(more)] if len(members) > MOST_COMPARED else []
    return Card(figure, subtitle, tools, foot=foot, table=table)


def compared_frame(view: View, shown: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The funnels as the figure takes them, and the unit of amounts; a click on a bar opens that member's deals."""
    show, numbers = view.slice_.option("show"), view.numbers
    values = shown[f"reached_{show}"]
    unit = numbers.unit_for(values)
    write = numbers.count if show == "count" else (lambda v: numbers.in_unit(v, unit))
    drawn = pd.DataFrame(
        {
            "member": shown["member"],
            "member_label": [view.name(row, "member") for row in shown.itertuples()],
            "label": [view.name(row) for row in shown.itertuples()],
            "value": values,
            "text": [write(v) for v in values],
            "of_first": shown["of_first" if show == "count" else "amount_of_first"],
            "key": [f"reached|stage:{r.stage}|{view.slice_.by}:{r.member}" for r in shown.itertuples()],
        }
    )
    return drawn, unit.label if show == "amount" else ""
