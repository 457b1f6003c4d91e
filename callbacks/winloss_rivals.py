"""Competitors on the win/loss page: against whom we win and lose, where, and who is met more and more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import dcc, html

from callbacks import wiring
from callbacks.listing import date_label, stage_at
from callbacks.winloss import PATH, SPLIT_BY, member_name, no_cases
from callbacks.winloss_tables import against_table, bars_table, presence_table
from components import ids
from components.cards import Card, plain, switch
from components.figures import parts
from components.figures.interval_dots import interval_dots
from components.figures.member_bars import member_bars
from components.figures.parts import Column
from components.figures.presence_lines import presence_lines
from components.filter_bar import menu
from components.format import Unit
from components.links import address, aria, icon, to
from components.rate_heat import rate_heat
from components.states import not_recorded
from components.theme import colours
from components.view import View
from components.wording import dimension_words, fiscal_year, period_words
from queries import rivals, winloss
from queries import winloss_findings as f
from queries.in_play import first_position, in_play_key
from queries.intervals import FEW
from queries.periods import Period

#: Where the evidence against one competitor is.
EVIDENCE = "/against"
BUCKETS = (rivals.NOBODY, rivals.UNKNOWN, rivals.UNDETERMINED)
#: Competitors and members that are crossed or drawn; further ones are in the table interface.
MOST_RIVALS, MOST_CROSSED, MOST_PRESENT = 12, 12, 9


def rival_name(view: View, row: Any) -> str:
    """A competitor's name, or that nobody was there, or that nobody knows."""
    return view.w(f"winloss.{row.member}") if row.member in BUCKETS else view.name(row, "member")


def cases_name(view: View) -> str:
    """The measure that counts the deals of a win rate against competitors."""
    return winloss.counted_rate(view.slice_).under.name


def population_words(view: View) -> str:
    """Which deals are counted: the period, and from which stage on where that is set."""
    period = period_words(view.period, view)
    place = first_position(view.slice_)
    if place == 1:
        return period
    return view.w("words.comma").join([period, view.w("winloss.from_stage", stage=stage_at(view, place))])


def no_rivals(view: View, title: str) -> Any:
    """Why there is nobody to show: no decided deals, or nobody records competitors."""
    found = rivals.rivals(view.slice_, scope=view.scope)
    if found.empty:
        return no_cases(replace(view, slice_=view.slice_.with_option("rate", None)), title)
    return not_recorded(view, view.w("winloss.no_rivals"))


def named_only(found: pd.DataFrame) -> pd.DataFrame:
    """The rows of competitors, without nobody and unknown."""
    return found[~found["member"].isin(BUCKETS)]


@wiring.card(ids.AGAINST, path=PATH)
def show_against(view: View) -> Card:
    """Win rate against each competitor with its interval, or what was lost to whom."""
    w = view.w
    tools = [switch(view, "against", (("rate", w("winloss.rate")), ("lost", w("winloss.lost_to"))))]
    if view.slice_.option("against") == "lost":
        return _lost_to(view, tools)
    found = rivals.rivals(view.slice_, scope=view.scope)
    counted = w(f"winloss.rate_count_{view.slice_.option('nodecision')}")
    subtitle = w("winloss.against_sub", rate=counted, period=population_words(view))
    if named_only(found).empty:
        return Card(subtitle=subtitle, tools=tools, state=no_rivals(view, w("winloss.against")))
    whole = rivals.reference(view.slice_, scope=view.scope)["rate"].iloc[0]
    unit = view.numbers.unit_for(found["lost_to_amount"])
    shown = pd.concat([named_only(found).head(MOST_RIVALS), found[found["member"].isin(BUCKETS)]])
    drawn = against_frame(view, shown, unit)
    lost = Column(w("winloss.lost_head", unit=unit.label), drawn["lost_text"].tolist(), colour="ink-2")
    figure = interval_dots(
        drawn,
        heads=(w("winloss.deals"), w("winloss.rate")),
        between=[] if view.compact else [lost],
        after=[] if view.compact else [Column(w("against.last_year"), drawn["change"].tolist())],
        reference=float(whole),
        reference_label=w("winloss.we_win", share=view.numbers.share(whole)),
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    return Card(
        figure,
        subtitle,
        tools,
        height=parts.rows_height(len(drawn), compact=view.compact, most=9),
        table=against_table(view, drawn, unit),
    )


def against_frame(view: View, found: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """Competitors as the figure takes them, the change on last year in its colour with its sign and arrow."""
    key = cases_name(view)
    changes = [_change(view, row) for row in found.itertuples()]
    return pd.DataFrame(
        {
            "label": [rival_name(view, row) for row in found.itertuples()],
            "key": [f"{key}|{row.at}" for row in found.itertuples()],
            **{name: found[name].to_numpy() for name in ("rate", "low", "high", "cases")},
            "lost_text": [view.numbers.in_unit(value, unit) for value in found["lost_to_amount"]],
            "change": [coloured for coloured, _ in changes],
            "change_text": [text for _, text in changes],
        }
    )


def _change(view: View, row: Any) -> tuple[str, str]:
    """The change of the rate on last year, coloured and plain; too few cases in either year have none."""
    if pd.isna(row.last_year):
        return "", ""
    if min(row.cases, row.last_cases) < FEW:
        few = view.w("winloss.too_few")
        return parts.coloured(few, colours(view.theme)["ink-3"]), few
    change = row.rate - row.last_year
    text = view.numbers.signed_points(change)
    if not any(digit in text for digit in "123456789"):
        return text, text
    colour = colours(view.theme)["ahead-text" if change > 0 else "behind-text"]
    return parts.coloured(f"{'▲' if change > 0 else '▼'} {text}", colour), text


def _lost_to(view: View, tools: list[Any]) -> Card:
    """Whom lost deals went to: competitors, and the rows in which nobody is named; they add up to all lost."""
    w, found = view.w, rivals.lost_to(view.slice_, scope=view.scope)
    unit = view.numbers.unit_for(found["lost_to_amount"])
    by_amount = bool(found["lost_to_amount"].sum() > 0)
    what = unit.label if by_amount else w("winloss.deals")
    subtitle = w("winloss.lost_to_sub", what=what, period=population_words(view))
    if named_only(found).empty:
        return Card(subtitle=subtitle, tools=tools, state=no_rivals(view, w("winloss.against")))
    named = named_only(found)
    shown = pd.concat([named.head(MOST_RIVALS), found[found["member"].isin(BUCKETS)]])
    name = "lost_amount" if by_amount else "lost_count"
    column, other = ("lost_to_amount", "lost_to_count") if by_amount else ("lost_to_count", "lost_to_amount")
    write = (lambda v: view.numbers.in_unit(v, unit)) if by_amount else view.numbers.count
    drawn = pd.DataFrame(
        {
            "label": [rival_name(view, row) for row in shown.itertuples()],
            "key": [f"{name}|{at}" for at in shown["at"]],
            "value": shown[column].to_numpy(),
            "text": [write(value) for value in shown[column]],
            "note": [view.numbers.count(value) if by_amount else "" for value in shown[other if by_amount else column]],
        }
    )
    heads = (what, w("winloss.deals") if by_amount else "")
    figure = member_bars(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=view.numbers)
    more = w("winloss.most_members", shown=MOST_RIVALS, n=view.numbers.count(len(named)))
    foot = [html.Span(more)] if len(named) > MOST_RIVALS else []
    notes = [(w("winloss.deals"), "note", str)] if by_amount else []
    table = bars_table(drawn, w("winloss.lost_to"), what, *notes)
    return Card(
        figure,
        subtitle,
        tools,
        foot=foot,
        height=parts.rows_height(len(drawn), compact=view.compact, most=9),
        table=table,
    )


def crossed_by(view: View) -> str:
    """The dimension that competitors are crossed with."""
    chosen = view.slice_.option("cross")
    return chosen if chosen in SPLIT_BY else "region"


@wiring.card(ids.HEAD_TO_HEAD, path=PATH)
def show_head_to_head(view: View) -> Card:
    """Competitors by the members of another dimension: win rate and deals; a cell opens its deals."""
    w, cross = view.w, crossed_by(view)
    tools = [_cross_menu(view, cross)]
    found = rivals.head_to_head(view.slice_, scope=view.scope, cross=cross)
    whole = rivals.reference(view.slice_, scope=view.scope)["rate"].iloc[0]
    share = w("words.na") if pd.isna(whole) else view.numbers.share(whole)
    subtitle = w("winloss.head_sub", share=share)
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=no_rivals(view, w("winloss.head")))
    frame = heat_frame(view, found, cross, float(whole))
    label = f"{dimension_words('competitor', view)} × {dimension_words(cross, view)}"
    body = rate_heat(frame, reference=float(whole), label=label, numbers=view.numbers)
    members = found["member"].nunique()
    foot = [html.Span(w("winloss.most_members", shown=MOST_CROSSED, n=members))] if members > MOST_CROSSED else []
    return Card(subtitle=subtitle, tools=tools, body=body, foot=foot)


def heat_frame(view: View, found: pd.DataFrame, cross: str, reference: float) -> pd.DataFrame:
    """Cells as the table takes them; outlined is where we surely lose most, if anywhere."""
    rows = list(dict.fromkeys(found["competitor"]))[:MOST_RIVALS]
    shown = found[found["competitor"].isin(rows) & found["member"].isin(columns_of(found))]
    below = f.surely_below(shown, reference)
    worst = None if below.empty else (below["cases"] - below["won"]).idxmax()
    key, reached, opens = cases_name(view), in_play_key(view.slice_), view.slice_.with_option
    return pd.DataFrame(
        {
            "row": shown["competitor"],
            "row_label": [view.name(row, "competitor") for row in shown.itertuples()],
            "column": shown["member"],
            "column_label": [column_name(view, row, cross) for row in shown.itertuples()],
            "column_place": shown["place"],
            **{name: shown[name] for name in ("rate", "won", "cases")},
            "is_thin": shown["cases"] < FEW,
            "is_current": shown.index == worst,
            "query": [
                opens("open", f"{key}|competitor:{r.competitor}|{cross}:{r.member}{reached}").to_query()
                for r in shown.itertuples()
            ],
        }
    )


def column_name(view: View, row: Any, cross: str) -> str:
    """A member as the head of a narrow column: a band of sizes by where it begins."""
    if cross == "size_band" and row.member.isdigit():
        return view.w("winloss.band_from", low=view.round_money(int(row.member)))
    return member_name(view, row, cross)


def columns_of(found: pd.DataFrame) -> set[str]:
    """The members that stand across: those with most deals."""
    return set(found.groupby("member")["cases"].sum().nlargest(MOST_CROSSED).index)


def _cross_menu(view: View, chosen: str) -> html.Details:
    items = [
        to(
            dimension_words(name, view),
            view.slice_.with_option("cross", name),
            className="on" if name == chosen else "",
        )
        for name in SPLIT_BY
    ]
    what = dimension_words(chosen, view)
    label = [view.w("attainment.across", what=what.lower() if view.lang == "en" else what), icon("chevron-down")]
    body = [html.Div(items, className="items")]
    return menu(label, body, name="cross", right=True, className="btn-q sm", **aria(view.w("attainment.across_choose")))


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
