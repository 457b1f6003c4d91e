"""The reps page: all reps to choose from, or one of them: sentence, words, key numbers beside the peers' median."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Output, html

from callbacks import attainment, wiring
from callbacks.attainment import is_over
from callbacks.attainment import words_of as targets_words
from components import drill, ids
from components.cards import Card, Delta, key_number
from components.links import to
from components.states import empty, state
from components.view import View
from components.wording import dimension_words, member_words, period_words
from queries import findings as f
from queries import peers as p
from queries import rep as r
from queries.attainment import attainment as attained
from queries.attainment import labels
from queries.funnel import stages
from queries.semantic import measures as m
from queries.semantic.planned import PLANNED

PATH = "/rep"
KEY_NUMBERS = ("sales_amount",)
SHARES = ("pace", "win_rate")
MONEY = ("actual", "landing", "open_amount")


@wiring.part([Output(ids.ALL_REPS, "hidden"), Output(ids.ONE_REP, "hidden")])
def show_part(view: View) -> tuple[bool, bool]:
    """Which cards are there: those of all reps or those of one."""
    is_one = r.rep_of(view.slice_, scope=view.scope) is not None
    return is_one, not is_one


def nobody(view: View) -> Card:
    """What a card of one rep says while none is chosen."""
    return Card(state=state("empty", view.w("rep.nobody"), view.w("rep.choose"), symbol="people"))


def sentence(view: View) -> str:
    """How many reps are behind; of one rep how far, and where coaching would help."""
    rep = r.rep_of(view.slice_, scope=view.scope)
    if rep is None:
        return _of_all(view)
    row = next(attained(view.slice_, scope=view.scope).itertuples())
    found = f.pace(row, is_over=is_over(view))
    said = {"rep": name_of(view, rep), "period": period_words(view.period, view)}
    said |= {"day": view.numbers.day(view.slice_.as_of or view.as_of)}
    said |= {name: view.numbers.money(value) for name, value in found.values.items()}
    first = view.w(f"rep.{found.name.replace('.', '_')}", **said)
    return view.w("finding.and").join(filter(None, [first, coaching_words(view, rep)]))


def _of_all(view: View) -> str:
    ranked, w = r.reps_ranked(view.slice_, scope=view.scope), view.w
    if ranked.empty:
        return w("finding.empty")
    said: dict[str, Any] = {"all": view.numbers.count(len(ranked)), "period": period_words(view.period, view)}
    if ranked["target"].isna().all():
        return w("rep.no_targets", amount=view.numbers.money(ranked["actual"].sum()), **said)
    found = f.members_behind(ranked, "rep")
    if found is None:
        return w("rep.none_behind", **said)
    row = next(ranked[ranked["rep"] == found.values["member"]].itertuples())
    amount = view.numbers.money(found.values["amount"])
    return w("rep.behind", count=found.values["count"], member=attainment.label_of(view, row), amount=amount, **said)


def name_of(view: View, rep: str) -> str:
    """The rep's name; of one who has left, with the day."""
    name = member_words(view, rep, labels("rep"))
    about = r.facts(rep, view.slice_, scope=view.scope)
    if about is None or about.left_on is None:
        return name
    return view.w("rep.who_left", rep=name, day=view.numbers.day(about.left_on))


def coaching_words(view: View, rep: str) -> str:
    """The one stage where coaching would help most, or that none stands out or can be compared; none left, no words."""
    found = p.stages_against_peers(view.slice_, scope=view.scope, rep=rep)
    if not found["exits"].sum():
        return ""
    weak = f.coaching(found)
    if weak is None:
        return view.w("rep.no_peers" if found["peer_rate"].isna().all() else "rep.no_coaching")
    named = {row.stage: view.name(row) for row in stages(view.slice_, scope=view.scope).itertuples()}
    shares = {name: view.numbers.share(weak.values[name], 0) for name in ("share", "peers")}
    return view.w("rep.coaching", stage=named[weak.values["stage"]], **shares)


def words_of(view: View) -> list[Any]:
    """Who the rep is and who the peers are; then basis, target version and spread."""
    rep = r.rep_of(view.slice_, scope=view.scope)
    if rep is None:
        return targets_words(view)
    return [*_about(view, rep), *targets_words(view)]


def _about(view: View, rep: str) -> list[Any]:
    """Region, office, manager, since when, and with whom the rep is compared."""
    about, w, numbers = r.facts(rep, view.slice_, scope=view.scope), view.w, view.numbers
    if about is None:
        return []
    office, region = view.name(about, "office"), view.name(about, "region")
    place = region if office == region else w("rep.place", office=office, region=region)
    said = [w("rep.moved_on", place=place, day=_day(view, about.moved_on)) if about.moved_on else place]
    if about.manager_label:
        said.append(w("rep.reports_to", manager=view.name(about, "manager")))
    if about.hired_on:
        said.append(w("rep.hired", month=numbers.month(about.hired_on, with_year=True)))
    if about.left_on:
        said.append(w("rep.left_on", day=_day(view, about.left_on)))
    found = p.peers(view.slice_, scope=view.scope, rep=rep)
    said.append(w("rep.peers_are", count=len(found.keys), region=region))
    return list(said)


def _day(view: View, day: Any) -> str:
    """With its year, where that is not the present one."""
    return view.numbers.day(day, year=day.year != (view.slice_.as_of or view.as_of).year)


def key_strip(view: View) -> html.Div:
    """Of one rep six numbers, each beside the peers' median; of all the numbers of the attainment page."""
    rep = r.rep_of(view.slice_, scope=view.scope)
    if rep is None:
        return attainment.key_strip(view)
    found = p.against_peers(view.slice_, scope=view.scope, rep=rep)
    return html.Div([_number(view, row) for row in found.itertuples()], className="strip")


def _number(view: View, row: Any) -> html.A:
    name, w = str(row.Index), view.w
    label = view.say(PLANNED[name].label if name in PLANNED else m.MEASURES[name].label)
    thin = w("words.thin", over=round(row.value * row.cases), under=int(row.cases)) if _is_thin(name, row) else ""
    return key_number(
        label,
        *_parts(view, name, row.value),
        _deltas(view, name, row),
        view=view,
        explain=name,
        spark=None,
        note=html.Div(html.Span(thin, className="pill"), className="delta") if thin else None,
    )


def _is_thin(name: str, row: Any) -> bool:
    return name == "win_rate" and 0 < row.cases < p.FEW


def _parts(view: View, name: str, value: float) -> tuple[str, str]:
    """Digits and unit."""
    if pd.isna(value):
        return view.w("words.na"), ""
    if name in MONEY:
        return view.numbers.money_parts(value)
    if name in SHARES:
        return view.numbers.share(value).rstrip("%"), "%"
    return view.numbers.count(value), view.w("words.days_unit")


def _deltas(view: View, name: str, row: Any) -> list[Delta]:
    """How far from the peers' median, and what that is."""
    w, numbers = view.w, view.numbers
    if pd.isna(row.peers):
        return [Delta(0, None, "", w("rep.few_peers"))]
    median = w("rep.median", value="".join(_parts(view, name, row.peers)), count=int(row.peer_count))
    if pd.isna(row.value):
        return [Delta(0, None, "", median)]
    change = row.value - row.peers
    if name in SHARES:
        text = numbers.signed_points(change, 0)
    elif name in MONEY:
        text = numbers.signed_share(change / row.peers, 0) if row.peers > 0 else numbers.signed_money(change)
    else:
        text = numbers.signed_days(change)
    way = 0 if not any(digit in text for digit in "123456789") else 1 if change > 0 else -1
    good = None if not way else (way > 0) == (name != "cycle_days")
    return [Delta(way, good, text, w("rep.on_peers")), Delta(0, None, "", median)]


@wiring.card(ids.REPS, path=PATH)
def show_reps(view: View) -> Card:
    """All reps of the slice, furthest behind first, each a link to its page."""
    found, w = r.reps_ranked(view.slice_, scope=view.scope), view.w
    unit = view.numbers.unit_for(found["actual"])
    is_planned = found["target"].notna().any()
    kind = "list_sub" if is_planned else "list_sub_none"
    subtitle = w(f"rep.{kind}", unit=unit.label, period=period_words(view.period, view))
    if found.empty:
        return Card(subtitle=subtitle, state=empty(view, w("rep.list"), why=w("rep.list_empty")))
    named = [
        (view.say(PLANNED["actual"].label), "num hide-phone"),
        (w("rep.of_target"), "num"),
        (w("rep.pace"), "num hide-phone"),
        (w("rep.variance"), "num"),
        (w("rep.open"), "num hide-phone"),
        (w("rep.win_rate"), "num hide-phone"),
    ]
    heads = [(dimension_words("rep", view), ""), (dimension_words("region", view), "hide-phone"), *named]
    head = html.Tr([html.Th(text, className=css, scope="col") for text, css in heads])
    lines = [_rep_line(view, row, unit) for row in found.itertuples()]
    body = html.Table([html.Thead(head), html.Tbody(lines)], className="t reps")
    nobodys = found.attrs["unassigned"]
    foot = [html.Span(w("rep.list_foot", amount=view.numbers.money(nobodys)))] if nobodys else []
    return Card(subtitle=subtitle, body=body, foot=foot)


def _rep_line(view: View, row: Any, unit: Any) -> html.Tr:
    numbers = view.numbers
    share, pace = (numbers.none("no_target") if pd.isna(row.target) else _rate(view, row.attainment), row.pace)
    known = not pd.isna(row.variance)
    css = "" if not known else "behind" if row.variance < 0 else "ahead" if row.variance > 0 else ""
    variance = html.B(numbers.signed_in_unit(row.variance, unit), className=css) if known else "–"
    marks = [name for name in ("new", "moved", "left") if getattr(row, {"new": "is_new"}.get(name, f"has_{name}"))]
    return html.Tr(
        [
            html.Td([link_to(view, row), *_pills(view, marks)]),
            html.Td(view.name(row, "region") if row.region == row.region else "–", className="sub hide-phone"),
            html.Td(numbers.in_unit(row.actual, unit), className="num hide-phone"),
            html.Td(share, className="num"),
            html.Td(_rate(view, pace), className="num hide-phone"),
            html.Td(variance, className="num"),
            html.Td(numbers.in_unit(row.open_amount, unit), className="num hide-phone"),
            html.Td(_won(view, row), className="num hide-phone"),
        ]
    )


def link_to(view: View, row: Any) -> Any:
    """A rep's name, leading to the page of that rep; of one without any sale or deal there is nothing to lead to."""
    name, chosen = html.B(attainment.label_of(view, row)), view.slice_.with_filter("rep", [row.rep])
    if r.rep_of(chosen, scope=view.scope) is None:
        return name
    return to(
        name, chosen.with_option("path", ".".join([*drill.path_of(view.slice_), "rep"])).with_option("open", None)
    )


def _pills(view: View, marks: list[str]) -> list[Any]:
    return [piece for mark in marks for piece in (" ", html.Span(view.w(f"rep.{mark}"), className="pill"))]


def _rate(view: View, share: float) -> str:
    return "–" if pd.isna(share) else view.numbers.share(share, 0)


def _won(view: View, row: Any) -> Any:
    """A win rate; of few deals how many of how many."""
    if not row.decided_count or pd.isna(row.win_rate):
        return "–"
    if row.decided_count < p.FEW:
        text = view.w("rep.thin", won=int(row.won_count), cases=int(row.decided_count))
        return html.Span(text, className="sub", title=view.numbers.none("thin"))
    return view.numbers.share(row.win_rate, 0)
