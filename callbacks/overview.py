"""The overview: the handful of numbers, who is ahead, which deals decide the quarter, where to go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
from dash import dcc, html

from callbacks import wiring
from callbacks.figure_tables import members_table, months_table
from callbacks.funnel import spoken
from components import ids
from components.cards import Card, by_switch
from components.figures.member_bars import member_bars
from components.figures.month_columns import month_columns
from components.links import address, icon
from components.states import empty
from components.view import View
from components.wording import dimension_words, period_words
from queries import findings as f
from queries import funnel, headline, overview
from queries.periods import fiscal_start, months_later
from queries.slices import Slice

PATH = "/"
KEY_NUMBERS = ("won_amount", "win_rate", "open_amount", "weighted_pipeline", "opportunity_count", "cycle_days")
COMPARED = ("region", "product_category", "channel_kind")


def sentence(view: View) -> str:
    """How much was won, and the weightiest thing about it."""
    numbers = headline.key_numbers(view.slice_, scope=view.scope, names=KEY_NUMBERS)
    row = numbers.set_index("measure")["value"]
    if row["open_amount"] == 0 and row["won_amount"] == 0 and row["opportunity_count"] == 0:
        return view.w("finding.empty")
    members = overview.won_by_member(view.slice_, scope=view.scope)
    won = f.changed_amount(numbers, "won_amount", "won")
    news = f.ranked(
        [
            f.weakest_member(members, view.slice_.by, "won_amount", "last_year"),
            f.late_stock(funnel.stage_stock(view.slice_, scope=view.scope)),
        ],
        most=1,
    )
    found = [*([won] if won else []), *news]
    period = period_words(view.period, view)
    if not found:
        return view.w("finding.nothing_overview", amount=view.numbers.money(row["won_amount"]), period=period)
    return view.w("finding.and").join(_spoken(view, finding, members, period) for finding in found)


def _spoken(view: View, finding: f.Finding, members: pd.DataFrame, period: str) -> str:
    values = finding.values
    if finding.name.startswith("won."):
        change = view.numbers.signed_share(values["change"])
        return view.w(
            f"finding.{finding.name.replace('.', '_')}",
            amount=view.numbers.money(values["amount"]),
            period=period,
            change=change,
        )
    if finding.name == "member.behind":
        row = next(members[members[view.slice_.by] == values["member"]].itertuples())
        amount = view.numbers.money(-values["amount"])
        return view.w("finding.member_behind", member=view.name(row, view.slice_.by), amount=amount)
    return spoken(view, finding, funnel.stages(view.slice_, scope=view.scope))


@wiring.card(ids.MONTHS, path=PATH)
def show_months(view: View) -> Card:
    """Won amount by month beside last year's."""
    found = overview.won_by_month(view.slice_, scope=view.scope)
    unit = view.numbers.unit_for([*found["won_amount"], *found["last_year"]])
    subtitle = view.w("overview.months_sub", unit=unit.label)
    if found[["won_amount", "last_year"]].sum().sum() == 0:
        return Card(subtitle=subtitle, state=empty(view, view.w("overview.months")))
    drawn = pd.DataFrame(
        {
            "label": [view.numbers.month(month) for month in found["month"]],
            "key": [f"won_amount|month:{month.isoformat()}" for month in found["month"]],
            "actual": found["won_amount"],
            "previous": found["last_year"],
            "previous_key": [f"won_amount|month:{months_later(month, -12).isoformat()}" for month in found["month"]],
        }
    )
    figure = month_columns(drawn, unit=unit, compact=view.compact, theme=view.theme, numbers=view.numbers)
    return Card(figure, subtitle, table=months_table(view, drawn, unit))


@wiring.card(ids.MEMBERS, path=PATH)
def show_members(view: View) -> Card:
    """Won amount by member beside the same days of last year."""
    found = overview.won_by_member(view.slice_, scope=view.scope).head(9)
    by = view.slice_.by
    tools = [by_switch(view, [(name, dimension_words(name, view)) for name in COMPARED])]
    unit = view.numbers.unit_for(found["won_amount"])
    subtitle = view.w("overview.members_sub", unit=unit.label, period=period_words(view.period, view))
    if found.empty or found["won_amount"].sum() == 0:
        return Card(subtitle=subtitle, tools=tools, state=empty(view, view.w("overview.months")))
    drawn = pd.DataFrame(
        {
            "label": [view.name(row, by) for row in found.itertuples()],
            "key": [f"won_amount|{by}:{key}" for key in found[by]],
            "value": found["won_amount"],
            "text": [view.numbers.in_unit(v, unit) for v in found["won_amount"]],
            "previous": found["last_year"],
            "note": [growth(view, r.won_amount, r.last_year) for r in found.itertuples()],
        }
    )
    heads = (unit.label, view.w("against.last_year"))
    figure = member_bars(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=view.numbers)
    return Card(figure, subtitle, tools, table=members_table(view, drawn, unit))


def growth(view: View, value: float, before: float) -> str:
    """The change against last year's same days; n/m where there was nothing."""
    return view.w("words.nm") if pd.isna(before) or before <= 0 else view.numbers.signed_share(value / before - 1)


@wiring.card(ids.DECIDING, path=PATH)
def show_deciding(view: View) -> Card:
    """The open deals on which the quarter hangs, with what is wrong with each."""
    as_of = view.slice_.as_of or view.as_of
    last_day = months_later(fiscal_start(as_of, 3, view.first_month), 3) - timedelta(days=1)
    subtitle = view.w("overview.deciding_sub", day=view.numbers.day(last_day))
    found = overview.deciding_deals(view.slice_, scope=view.scope)
    if found.empty:
        return Card(subtitle=subtitle, state=empty(view, view.w("funnel.no_stock")))
    return Card(subtitle=subtitle, body=deal_table(view, found))


def deal_table(view: View, found: pd.DataFrame) -> html.Table:
    """Deals with what is wrong with each; `found` is what `overview.deciding_deals` answers."""
    unit, w = view.numbers.unit_for(found["amount"]), view.w
    heads = [
        w("column.account"),
        w("column.rep"),
        w("column.stage"),
        unit.label,
        w("column.age_index"),
        w("column.close_reason"),
    ]
    head = html.Tr([html.Th(text, className="num" if at in {3, 4} else "") for at, text in enumerate(heads)])
    lines = [_deal_line(view, row, unit) for row in found.itertuples()]
    return html.Table([html.Thead(head), html.Tbody(lines)], className="t")


def _deal_line(view: View, row: Any, unit: Any) -> html.Tr:
    zh = view.lang == "zh"
    account, rep, stage, name = (getattr(row, f"{c}_zh" if zh else c) for c in ("account", "rep", "stage", "name"))
    index = "–" if pd.isna(row.age_index) else f"{float(row.age_index):.1f}"
    late, critical = (row.age_index > limit for limit in (funnel.LATE_INDEX, funnel.CRITICAL_INDEX))  # unknown: neither
    why, warned = _warning(view, row, "age_critical" if critical else "age" if late else "")
    rest = (name or "").removeprefix(account or "").lstrip(" ·,，")
    return html.Tr(
        [
            html.Td(
                [html.B(account or view.w("words.unassigned")), " ", html.Span(rest, className="sub")],
                className="clip",
            ),
            html.Td(rep or view.w("words.unassigned")),
            html.Td(stage),
            html.Td(html.B(view.numbers.in_unit(row.amount, unit)), className="num"),
            html.Td(html.B(index) if critical else index, className="num behind" if late else "num"),
            html.Td(why, className="behind" if warned else ""),
        ]
    )


def _warning(view: View, row: Any, age: str) -> tuple[str, bool]:
    if age:
        return view.w(f"overview.{age}", index=f"{float(row.age_index):.1f}"), True
    if bool(row.is_overdue):
        return view.w("overview.overdue"), True
    if not pd.isna(row.push_count) and row.push_count >= 2:
        return view.w("overview.pushed", count=int(row.push_count)), True
    return view.w("overview.on_time"), False


@wiring.card(ids.PEOPLE, path=PATH)
def show_people(view: View) -> Card:
    """Three ways in: the wall, the drill-down, the outlook."""
    w, here = view.w, view.slice_
    carried = Slice(here.period, here.as_of, here.by, here.filters, here.asked().options)
    what = dimension_words(here.by, view)
    ways = [
        ("display", "director", address("/", carried), {}),
        ("search", "manager", address("/funnel", carried), {"what": what.lower() if view.lang == "en" else what}),
        ("graph-up-arrow", "planner", address("/funnel", carried), {}),
    ]
    links = [
        dcc.Link(
            [
                icon(symbol),
                html.Div([html.B(w(f"overview.{name}")), html.P(w(f"overview.{name}_text", **said))]),
                icon("chevron-right"),
            ],
            href=href,
        )
        for symbol, name, href, said in ways
    ]
    return Card(subtitle=w("overview.people_sub"), body=html.Div(links, className="people"))


def words_of(view: View) -> list[Any]:
    """What the overview adds to the chips: the basis."""
    return [view.w("overview.basis")]
