"""The lower half of the attainment page: the course of the period, by month, shares, and the deals to act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from dash import dcc, html

from callbacks import wiring
from callbacks.attainment import PATH, is_over
from callbacks.figure_tables import course_table, shares_table
from callbacks.overview import deal_table
from components import drill, ids
from components.cards import Card, plain
from components.figures.cumulative_course import cumulative_course
from components.figures.share_bars import share_bars
from components.filter_bar import menu
from components.heat_table import heat_table, scale_words
from components.links import address, icon, to
from components.states import empty
from components.view import View
from components.wording import dimension_words, fiscal_year, member_words, period_words
from queries import attainment as a
from queries import course as c
from queries import heat as h
from queries import overview
from queries.periods import fiscal_start, months_later
from queries.rep import rep_of
from queries.slices import UNASSIGNED

#: Columns of the variance tier under the course, the last day and today included.
TIER = 12
#: Rows of a heat table.
MOST_ROWS = 40
OVER_TIME = ("month", "quarter")


@wiring.card(ids.COURSE, path=PATH)
def show_course(view: View) -> Card:
    """Actual day by day against what was due and last year, and where the run rate leads."""
    found = c.course(view.slice_, scope=view.scope)
    days, w, numbers = found.days, view.w, view.numbers
    if found.reason == "all_time":
        return Card(state=empty(view, w("attainment.course"), why=w("attainment.course_all")))
    known = days[["actual", "on_track", "previous", "forecast", "high"]].stack()
    unit = numbers.unit_for([float(value) for value in known.dropna()])
    expects = days["forecast"].notna().any()
    subtitle = w("attainment.course_sub" if expects else "attainment.course_sub_plain", unit=unit.label)
    if known.abs().sum() == 0:
        return Card(subtitle=subtitle, state=empty(view, w("attainment.heat_none")))
    figure = cumulative_course(
        days, tier_of(days), unit=unit, compact=view.compact, theme=view.theme, numbers=view.numbers
    )
    foot = [html.Span(_landing_words(view, found))] if expects else []
    return Card(figure, subtitle, foot=foot, table=course_table(view, days, unit))


def tier_of(days: pd.DataFrame) -> pd.DataFrame:
    """Ahead or behind at a dozen days of the period: today, its last day, and evenly between."""
    value = days["actual"].where(days["actual"].notna(), days["forecast"]) - days["on_track"]
    today = int(days["actual"].notna().sum()) - 1
    step = max(len(days) // TIER, 1)
    places = {*range(step - 1, len(days), step), len(days) - 1}
    # What stands too near to today or to the end would lie on it.
    places = {place for place in places if abs(place - today) >= step and len(days) - 1 - place >= step}
    chosen = sorted({*places, len(days) - 1, *([today] if today >= 0 else [])})
    tier = pd.DataFrame({"day": days["day"].iloc[chosen], "value": value.iloc[chosen]})
    tier["is_forecast"] = [place > today for place in chosen]
    return tier[tier["value"].notna()].reset_index(drop=True)


def _landing_words(view: View, found: c.Course) -> str:
    last = view.period.whole_end
    assert last is not None
    if pd.isna(found.spread):
        return view.w("attainment.course_thin")
    return view.w(
        "attainment.course_foot",
        amount=view.numbers.money(found.landing),
        day=view.numbers.day(last),
        n=found.witnesses,
        share=view.numbers.share(found.spread),
    )


@wiring.card(ids.HEAT, path=PATH)
def show_heat(view: View) -> Card:
    """Attainment of the members by month, or crossed with another dimension; a cell leads into it."""
    by, columns = view.slice_.by, _columns(view)
    found = h.heat(view.slice_, scope=view.scope, by=by, columns=columns)
    choices = [*OVER_TIME, *(name for name in drill.ways(view.slice_) if name != by)]
    tools = [_column_menu(view, choices, columns)]
    year = view.w("period.year", year=fiscal_year(view.period, view.first_month) if view.period.start else "")
    shown_period = year if columns in OVER_TIME else period_words(view.period, view)
    subtitle = view.w("attainment.heat_sub", period=shown_period, scale=scale_words(view.numbers))
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=empty(view, view.w("attainment.heat_none")))
    label = f"{dimension_words(by, view)} × {dimension_words(columns, view)}"
    table = heat_table(heat_frame(view, found, by, columns), label=label, numbers=view.numbers)
    return Card(subtitle=subtitle, tools=tools, body=table)


def _columns(view: View) -> str:
    chosen = view.slice_.option("columns")
    return chosen if chosen != view.slice_.by and (chosen in OVER_TIME or chosen in drill.LEVELS) else "month"


def _column_menu(view: View, choices: list[str], chosen: str) -> html.Details:
    items = [
        to(
            dimension_words(name, view),
            view.slice_.with_option("columns", name),
            className="on" if name == chosen else "",
        )
        for name in choices
    ]
    what = dimension_words(chosen, view)
    label = view.w("attainment.across", what=what.lower() if view.lang == "en" else what)
    return menu(
        [label, icon("chevron-down")],
        [html.Div(items, className="items")],
        name="columns",
        right=True,
        className="btn-q sm",
        title=view.w("attainment.across_choose"),
    )


def heat_frame(view: View, found: pd.DataFrame, by: str, columns: str) -> pd.DataFrame:
    """Cells in the order of rows and columns, each with where it leads to."""
    suffix = "label_zh" if view.lang == "zh" else "label"
    rows = list(dict.fromkeys(found["row"]))[:MOST_ROWS]
    over_time = columns in OVER_TIME
    shown = found[found["row"].isin(rows)]
    order = sorted(set(shown["column"]), key=lambda key: (key == UNASSIGNED, key))
    cells = {(cell["row"], cell["column"]): cell for cell in shown.to_dict("records")}
    named = {axis: _labels(view, shown, axis, suffix) for axis in ("row", "column")}
    now = view.slice_.as_of or view.as_of
    lines: list[dict[str, Any]] = []
    for row in rows:
        for column in order:
            cell = cells.get((row, column), {})
            inside = drill.into(view.slice_, by, row)
            to_there = (
                replace(inside, period=_period_code(view, column, columns))
                if over_time
                else drill.into(replace(view.slice_, by=columns), columns, column).with_filter(by, [row])
            )
            start = date.fromisoformat(column) if over_time else None
            lines.append(
                {
                    "row": named["row"][row],
                    "column": named["column"][column] if start is None else _date_label(view, start, columns),
                    "attainment": cell.get("attainment"),
                    "actual": cell.get("actual"),
                    "target": cell.get("target"),
                    "href": f"?{to_there.to_query()}",
                    "is_current": start is not None and start <= now and start == _start_of(now, columns, view),
                }
            )
    return pd.DataFrame(lines)


def _labels(view: View, found: pd.DataFrame, axis: str, suffix: str) -> dict[str, str]:
    """What the members of an axis are called, by key."""
    labels = dict(zip(found[axis], found[f"{axis}_{suffix}"].astype(str), strict=True))
    return labels | {UNASSIGNED: view.w("words.unassigned")}


def _date_label(view: View, start: date, columns: str) -> str:
    if columns == "month":
        return view.numbers.month(start)
    return f"Q{(start.month - view.first_month) % 12 // 3 + 1}"


def _period_code(view: View, column: str, columns: str) -> str:
    start = date.fromisoformat(column)
    if columns == "month":
        return f"{start:%Y-%m}"
    year = start.year + (1 if view.first_month > 1 and start.month >= view.first_month else 0)
    return f"{year}Q{(start.month - view.first_month) % 12 // 3 + 1}"


def _start_of(day: date, columns: str, view: View) -> date:
    return fiscal_start(day, {"month": 1, "quarter": 3}[columns], view.first_month)


@wiring.card(ids.SHARES, path=PATH)
def show_shares(view: View) -> Card:
    """What each member contributes, this month, quarter and year."""
    by = view.slice_.by
    found = a.contribution(view.slice_, scope=view.scope, by=by)
    what = dimension_words(by, view)
    subtitle = view.w("attainment.shares_sub", what=what.lower() if view.lang == "en" else what)
    if found["actual"].abs().sum() == 0:
        return Card(subtitle=subtitle, state=empty(view, view.w("attainment.heat_none")))
    labels = {key: {"label": en, "label_zh": zh} for key, en, zh in found[[by, "label", "label_zh"]].values}
    drawn = pd.DataFrame(
        {
            "span": [view.w(f"attainment.span_{span}") for span in found["span"]],
            "label": [member_words(view, str(key), labels) for key in found[by]],
            "key": [drill.key_of(drill.into(view.slice_, by, str(key))) for key in found[by]],
            "share": found["share"],
            "text": [view.numbers.share(share, 0) for share in found["share"]],
        }
    )
    figure = share_bars(drawn, compact=view.compact, theme=view.theme, numbers=view.numbers)
    return Card(figure, subtitle, table=shares_table(view, drawn))


@wiring.card(ids.CLOSING, path=PATH)
def show_closing(view: View) -> Card:
    """The open deals expected by the period's end; and the sales and deals behind the numbers above."""
    w, last = view.w, view.period.whole_end
    day = last if last is not None and not is_over(view) else _quarter_end(view)
    links = [
        to([icon("table"), w(f"attainment.{name}")], view.slice_.with_option("open", opened), className="btn-q sm")
        for name, opened in (("rows", "sales_amount"), ("deals", "open_amount"))
    ]
    if rep_of(view.slice_, scope=view.scope) is not None:
        label = [icon("people"), w("rep.page")]
        links.append(dcc.Link(label, href=address("/rep", plain(view.slice_)), className="btn-q sm"))
    found = overview.deciding_deals(view.slice_, scope=view.scope, until=day)
    subtitle = w("attainment.closing_sub", day=view.numbers.day(day))
    foot = [html.Div(links, className="row-btns")]
    if found.empty:
        none = w("attainment.closing_none", day=view.numbers.day(day))
        return Card(subtitle=subtitle, state=empty(view, w("attainment.closing"), why=none), foot=foot)
    return Card(subtitle=subtitle, body=deal_table(view, found), foot=foot)


def _quarter_end(view: View) -> date:
    day = view.slice_.as_of or view.as_of
    return months_later(fiscal_start(day, 3, view.first_month), 3) - timedelta(days=1)
