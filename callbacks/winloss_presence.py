"""All competitors on the win/loss page: one table of what we know of each, and who is met more and more."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import dcc, html

from callbacks import wiring
from callbacks.listing import date_label
from callbacks.winloss import PATH
from callbacks.winloss_rivals import (
    BUCKETS,
    cases_name,
    named_only,
    no_rivals,
    population_words,
    rival_name,
)
from callbacks.winloss_tables import presence_table
from components import ids
from components.cards import Card, plain
from components.figures.presence_lines import presence_lines
from components.format import Unit
from components.links import address, icon, to
from components.view import View
from components.wording import fiscal_year
from queries import rivals
from queries import winloss_findings as f
from queries.in_play import in_play_key
from queries.periods import Period
from queries.proportions import FEW

#: Where the evidence against one competitor is.
EVIDENCE = "/against"
#: Competitors that are drawn over time; the table names all.
MOST_PRESENT = 9


@wiring.card(ids.RIVALS, path=PATH)
def show_rivals(view: View) -> Card:
    """All competitors in one table; each leads to the evidence against it."""
    w, found = view.w, rivals.rivals(view.slice_, scope=view.scope)
    subtitle = w("winloss.rivals_sub", period=population_words(view))
    if named_only(found).empty:
        return Card(subtitle=subtitle, state=no_rivals(view, w("winloss.rivals")))
    unit = view.numbers.unit_for(found["lost_to_amount"])
    over_time = rivals.presence(view.slice_, scope=view.scope)
    risen = f.rising(over_time)
    heads = [
        w("column.rival"), w("winloss.in_play"), w("winloss.won_against"), w("winloss.lost_against"),
        w("winloss.rate"), w("winloss.interval_short"), w("winloss.lost_to"),
        w("table.in_unit", what=w("winloss.lost_to"), unit=unit.label), w("winloss.cycle"), w("winloss.discount"),
        w("winloss.presence_short"), "",
    ]  # fmt: skip
    head = html.Tr([html.Th(text, className="num" if 0 < at < 11 else "") for at, text in enumerate(heads)])
    course = dict(iter(over_time.groupby("member")))
    lines = [_rival_line(view, row, unit, course.get(row.member), row.member in risen) for row in found.itertuples()]
    body = html.Table([html.Thead(head), html.Tbody(lines)], className="t rivals")
    foot = [html.Span(w("winloss.not_added"))]
    return Card(subtitle=subtitle, body=body, foot=foot)


def _rival_line(view: View, row: Any, unit: Unit, course: pd.DataFrame | None, is_rising: bool) -> html.Tr:
    numbers, w = view.numbers, view.w
    lost_name = "lost_count" if view.slice_.option("nodecision") == "in" else "rejected_count"
    named = row.member not in BUCKETS
    lost_at = f"winner:{row.member}{in_play_key(view.slice_)}" if named else f"winner:unassigned|{row.at}"

    def opens(key: str, text: str, count: float) -> Any:
        return to(text, view.slice_.with_option("open", key), className="link") if count else text

    thin = [" ", html.Span(numbers.none("thin"), className="pill")] if row.cases < FEW else []
    evidence = ""
    if named:
        query = urlencode({"competitor": row.member})
        carried = plain(view.slice_).to_query()
        href = f"{address(EVIDENCE, plain(view.slice_))}{'&' if carried else '?'}{query}"
        evidence = dcc.Link([w("winloss.evidence"), icon("chevron-right")], href=href, className="link")
    cells = [
        opens(f"{cases_name(view)}|{row.at}", numbers.count(row.cases), row.cases),
        opens(f"won_count|{row.at}", numbers.count(row.won), row.won),
        opens(f"{lost_name}|{row.at}", numbers.count(row.lost), row.lost),
        [html.B(numbers.share(row.rate)), *thin],
        f"{numbers.share(row.low, 0)} – {numbers.share(row.high, 0)}",
        opens(f"lost_count|{lost_at}", numbers.count(row.lost_to_count), row.lost_to_count),
        opens(f"lost_amount|{lost_at}", numbers.in_unit(row.lost_to_amount, unit), row.lost_to_count),
        w("words.na") if pd.isna(row.cycle_days) else numbers.count(row.cycle_days),
        numbers.none("not_recorded") if pd.isna(row.average_discount) else numbers.share(row.average_discount),
        _course_words(view, course, is_rising) if named else "",
    ]
    name = html.Td(html.B(rival_name(view, row)) if named else html.Span(rival_name(view, row), className="sub"))
    return html.Tr([name, *(html.Td(cell, className="num") for cell in cells), html.Td(evidence)])


def _course_words(view: View, course: pd.DataFrame | None, is_rising: bool) -> Any:
    """ "12% → 18%, rising": the share of deals met in the first and the last half of two years."""
    if course is None:
        return ""
    half = len(course) // 2
    sums = [part[["deals", "cases"]].sum() for part in (course[:half], course[half:])]
    shares = [part["deals"] / part["cases"] if part["cases"] else float("nan") for part in sums]
    if any(pd.isna(share) for share in shares):
        return view.w("words.na")
    text = " → ".join(view.numbers.share(share, 0) for share in shares)
    return [text, " ", html.Span(view.w("winloss.rising"), className="pill behind")] if is_rising else text


@wiring.card(ids.PRESENCE, path=PATH)
def show_presence(view: View) -> Card:
    """In which share of the decided deals each competitor is met, quarter by quarter."""
    w, found = view.w, rivals.presence(view.slice_, scope=view.scope)
    subtitle = w("winloss.presence_sub")
    if found.empty or found["share"].isna().all():
        return Card(subtitle=subtitle, state=no_rivals(view, w("winloss.presence")))
    risen = f.rising(found)
    members = list(dict.fromkeys(found["member"]))
    shown = found[found["member"].isin(members[:MOST_PRESENT])]
    drawn = presence_frame(view, shown, risen)
    figure = presence_lines(drawn, compact=view.compact, theme=view.theme, numbers=view.numbers)
    names = dict(zip(drawn["member"], drawn["member_label"], strict=True))
    who = w("words.comma").join(names[key] for key in members if key in risen and key in names)
    foot = [html.Span(w("winloss.risen", who=who) if who else w("winloss.none_risen"))]
    return Card(figure, subtitle, foot=foot, table=presence_table(view, drawn))


def quarter_axis(view: View, start: date) -> str:
    """A quarter in short, with the year below its first one."""
    quarter = (start.month - view.first_month) % 12 // 3 + 1
    said = view.w("winloss.quarter_short", q=quarter, q_zh="一二三四"[quarter - 1])
    year = fiscal_year(Period("quarter", start, start, start), view.first_month)
    return f"{said}<br>{year}" if quarter == 1 else said


def presence_frame(view: View, found: pd.DataFrame, risen: set[str]) -> pd.DataFrame:
    """Competitors and quarters as the figure takes them."""
    key, reached, numbers = cases_name(view), in_play_key(view.slice_), view.numbers
    labels = [date_label(view, "quarter", quarter) for quarter in found["quarter"]]
    names = [view.name(row, "member") for row in found.itertuples()]
    said = [
        f"<b>{name}</b>  {label}  "
        + ("" if pd.isna(row.share) else f"{numbers.share(row.share)}  ")
        + view.w("winloss.of_deals", n=numbers.count(row.deals), of=numbers.count(row.cases))
        for name, label, row in zip(names, labels, found.itertuples(), strict=True)
    ]
    return pd.DataFrame(
        {
            "member": found["member"].to_numpy(),
            "member_label": names,
            "label": labels,
            "axis": [quarter_axis(view, quarter) for quarter in found["quarter"]],
            "key": [
                f"{key}|competitor:{r.member}|quarter:{r.quarter.isoformat()}{reached}" for r in found.itertuples()
            ],
            "share": found["share"].to_numpy(),
            "is_rising": found["member"].isin(risen).to_numpy(),
            "hover": said,
        }
    )
