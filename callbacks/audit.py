"""The audit trail: the sentence, what the list is narrowed down to, a page of it, all of it as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import dcc, html

from callbacks import wiring
from components import ids
from components.cards import Card
from components.filter_bar import menu
from components.links import address, icon, to
from components.states import state
from components.trail_words import kind_words, line_words, version_words, who_words
from components.view import View
from queries import trail as t
from queries.attainment import labels
from queries.slices import OF_TRAIL, Slice

PATH = "/audit"
KEY_NUMBERS = ()
#: No period and no filter of deals narrows down what was done to targets.
IS_SLICED = False
#: The most versions or people that a menu offers, those of whom something was heard last.
MOST = 40


def sentence(view: View) -> str:
    """How much was changed lately, and since when which targets are in force."""
    found, w, numbers = t.standing(view.slice_), view.w, view.numbers
    if found.name == "trail.nothing":
        return w("audit.nothing_here" if _is_narrowed(view.slice_) else "audit.nothing", count=len(t.versions()))
    said = {name: numbers.day(day, year=True) for name, day in found.values.items() if name in ("day", "since")}
    others = {name: own for name, own in found.values.items() if name not in said}
    return w(f"audit.{found.name.removeprefix('trail.')}", n=numbers.count(found.values["count"]), **said, **others)


def key_strip(view: View) -> html.Div:
    """Changes lately, drafts being worked on, versions waiting for a step, and what is in force."""
    w, numbers, states = view.w, view.numbers, t.versions()["state"].tolist()
    found = t.standing(view.slice_.with_option("version", None).with_option("who", None).with_option("kind", None))
    force = t.in_force(t.versions())
    day = found.values.get("day")
    people = int(found.values.get("people", 0))
    by = w("audit.key_people", count=people, n=numbers.count(people), day=numbers.day(day)) if day else ""
    waiting = {name: numbers.count(states.count(name)) for name in ("submitted", "approved")}
    note = w("audit.key_waiting_note", **waiting)
    version = w("attainment.version", year=force["year"], number=force["number"]) if force else numbers.none()
    since = w("audit.key_since", day=numbers.day(force["since"], year=True)) if force else ""
    cells = [
        (w("audit.key_lately"), numbers.count(found.values.get("count", 0)), by),
        (w("audit.key_drafts"), numbers.count(states.count("draft")), w("audit.key_drafts_note")),
        (w("audit.key_waiting"), numbers.count(states.count("submitted") + states.count("approved")), note),
        (w("audit.key_force"), version, since),
    ]
    return html.Div([_fact(*cell) for cell in cells], className="strip")


def _fact(label: str, value: str, note: str) -> html.Div:
    parts = [(label, "label"), (value, "value"), ("", ""), (note, "delta")]
    return html.Div([html.Div(text, className=css) for text, css in parts], className="kpi fact")


def words_of(view: View) -> list[Any]:
    """Of which version, by whom, what: each a menu of links."""
    return [_menu(view, name, _choices(view, name)) for name in ("version", "who", "kind")]


def _menu(view: View, option: str, choices: Sequence[tuple[str, str]]) -> html.Details:
    chosen, w = view.slice_.option(option), view.w
    items = [
        to(text, _narrowed(view.slice_, option, value), className="on" if value == chosen else "")
        for value, text in [("", w(f"audit.all_{option}")), *choices]
    ]
    label = dict(choices).get(chosen, chosen) or w(f"audit.all_{option}")
    css = "chip set" if chosen else "chip"
    body = [html.Div(items, className="items tall")]
    return menu([label, icon("chevron-down")], body, name=option, className=css, title=w(f"audit.which_{option}"))


def _choices(view: View, option: str) -> list[tuple[str, str]]:
    """The values that something was done under, each with its words."""
    counts = t.trail(view.slice_, scope=view.scope).counts
    if counts.empty:
        return []
    if option == "version":
        named = {row.version_id: row for row in t.versions().itertuples()}
        last = counts.dropna(subset="version_id").groupby("version_id")["last_at"].max().sort_values(ascending=False)
        return [(str(one), version_words(view, named[one])) for one in last.index[:MOST] if one in named]
    if option == "who":
        last = counts.groupby("who")["last_at"].max().sort_values(ascending=False)
        return [(who, who_words(view, who)) for who in last.index[:MOST]]
    done = set(counts["kind"])
    return [(kind.replace(" ", "_"), kind_words(view, kind)) for kind in t.KINDS if kind in done]


@wiring.card(ids.TRAIL, path=PATH)
def show_trail(view: View) -> Card:
    """A page of what was done, newest first."""
    found, w = t.trail(view.slice_, scope=view.scope), view.w
    if found.lines.empty:
        return Card(state=_nothing(view))
    n = _count(found.counts, view.slice_)
    subtitle = w("audit.sub", what=w("audit.lines", count=n, n=view.numbers.count(n)))
    heads = [html.Th(w(f"audit.column_{name}"), scope="col") for name in ("when", "who", "what", "version", "why")]
    body = html.Table(
        [html.Thead(html.Tr(heads)), html.Tbody([_line(view, row) for row in found.lines.itertuples()])],
        className="t trail",
    )
    return Card(subtitle=subtitle, body=body, foot=_foot(view, found, n))


def _line(view: View, row: Any) -> html.Tr:
    said = line_words(view, row, labels)
    mark = [" ", html.Span(said.effect, className="pill")] if said.effect else []
    what = [html.B(said.kind), " ", html.Span(said.what, className="gone" if said.effect else ""), *mark]
    cells = [
        (html.Time(said.when, dateTime=row.at.isoformat()), "when"),
        (said.who, "who"),
        (what, "what"),
        (_link(row, said.version), "version"),
        (said.why, "why sub"),
    ]
    return html.Tr([html.Td(text, className=css) for text, css in cells])


def _link(row: Any, text: str) -> Any:
    """A scenario leads to planning, a version with rows to attainment under it."""
    if not row.is_scenario and not row.has_rows:
        return text
    if row.is_scenario:
        return dcc.Link(text, href=f"/planning?plan={row.version_id}")
    return dcc.Link(text, href=address("/attainment", Slice().with_option("target", str(row.version_id))))


def _foot(view: View, found: t.Trail, whole: int) -> list[Any]:
    page, w, count = int(view.slice_.option("page")), view.w, view.numbers.count
    first = (page - 1) * t.PAGE + 1
    ways = []
    if page > 1:
        newer = view.slice_.with_option("page", str(page - 1))
        ways.append(to([icon("chevron-left"), w("audit.newer")], newer, className="btn-q sm"))
    if found.has_older:
        older = view.slice_.with_option("page", str(page + 1))
        ways.append(to([w("audit.older"), icon("chevron-right")], older, className="btn-q sm"))
    last = first + len(found.lines) - 1
    query = view.slice_.with_option("page", None).to_query()
    save = [icon("download"), w("audit.csv")]
    ways.append(html.A(save, href=f"/download/trail.csv?{query}", download="", className="btn-q sm"))
    return [
        html.Span(w("audit.range", first=count(first), last=count(last), all=count(whole))),
        html.Div(ways, className="row-btns"),
    ]


def _nothing(view: View) -> html.Div:
    w = view.w
    if not _is_narrowed(view.slice_) and view.slice_.option("page") == "1":
        return state("empty", w("audit.empty"), w("audit.empty_why"), symbol="clock-history")
    bare = view.slice_
    for name in OF_TRAIL:
        bare = bare.with_option(name, None)
    clear = to(w("audit.clear"), bare, className="btn-q")
    return state("empty", w("audit.empty_here"), w("audit.empty_here_why"), clear, symbol="clock-history")


def _narrowed(slice_: Slice, option: str, value: str) -> Slice:
    """The slice with one choice made, from its first page."""
    return slice_.with_option(option, value or None).with_option("page", None)


def _is_narrowed(slice_: Slice) -> bool:
    return any(slice_.option(name) for name in ("version", "who", "kind"))


def _count(counts: pd.DataFrame, slice_: Slice) -> int:
    """How many lines there are of what is asked for."""
    asked, kept = t.asked_of(slice_), counts
    for name in ("version_id", "who", "kind"):
        wanted = getattr(asked, name)
        kept = kept if wanted is None else kept[kept[name] == wanted]
    return int(kept["count"].sum())
