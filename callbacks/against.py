"""Against one competitor: the sentence, whom it is about, the key numbers, and all competitors to choose from."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Output, html

from callbacks import wiring
from callbacks.strip import strip
from components import ids
from components.cards import Card, Delta, key_number
from components.links import to
from components.states import empty, not_recorded, state
from components.view import View
from components.wording import dimension_words, period_words
from queries import against as a
from queries.evidence_window import evidence_period
from queries.findings import NOTABLE_POINTS, differs
from queries.proportions import wilson

PATH = "/against"
KEY_NUMBERS = ("win_rate", "won_count", "lost_count", "lost_amount")


@wiring.part([Output(ids.ALL_RIVALS, "hidden"), Output(ids.ONE_RIVAL, "hidden")])
def show_rivals_or_one(view: View) -> tuple[bool, bool]:
    """Which cards are there: the competitors to choose from, or the sheet of one."""
    is_one = bool(view.slice_.option("competitor"))
    return is_one, not is_one


def name_of(view: View, rival: str) -> str:
    """The competitor's name."""
    found = a.rivals_known(scope=view.scope).set_index("key")
    return str(found.loc[rival, "label_zh" if view.lang == "zh" else "label"])


def period_of(view: View) -> str:
    """The two years, or all time, in words."""
    return period_words(evidence_period(view.slice_), view)


def sentence(view: View) -> str:
    """How we do against the competitor, and where least and most; of none who there is."""
    asked = view.slice_.option("competitor")
    if not asked:
        return _of_all(view)
    rival = a.rival_of(view.slice_, scope=view.scope)
    if rival is None:
        return view.w("evidence.title_unknown", rival=asked)
    said: dict[str, Any] = {"rival": name_of(view, rival), "period": period_of(view)}
    row = a.facing(view.slice_, scope=view.scope, rival=rival).loc["both"]
    if not row["decided"]:
        return view.w("evidence.title_none", **said)
    rest, rest_won = row["all_decided"] - row["decided"], row["all_won"] - row["won"]
    said |= {"share": view.numbers.share(row["won"] / row["decided"], 0), "deals": view.numbers.count(row["decided"])}
    said["rest"] = _extremes(view, rival)
    if not differs(row["won"], row["decided"], rest_won, rest):
        return view.w("evidence.title_even" if rest else "evidence.title_alone", **said)
    change = row["won"] / row["decided"] - rest_won / rest
    key = "evidence.title_less" if change < 0 else "evidence.title_more"
    return view.w(key, change=view.numbers.points(abs(change), 0), **said)


def _extremes(view: View, rival: str) -> str:
    """Where we win least and most, as far as that is sure."""
    found = a.quadrants(a.comparisons(view.slice_, scope=view.scope, rival=rival))
    said = []
    for key, name, largest in (("title_worst", "weaknesses", False), ("title_best", "strengths", True)):
        rows = found[name].sort_values("share", ascending=not largest, kind="stable")
        for row in rows.head(1).itertuples():
            said.append(view.w(f"evidence.{key}", member=member_of(view, row), share=view.numbers.share(row.share, 0)))
    return "".join(said)


def member_of(view: View, row: Any) -> str:
    """The member that a row of `comparisons` is about."""
    label = row.label_zh if view.lang == "zh" else row.label
    return view.w("words.unassigned") if label == "unassigned" else str(label)


def _of_all(view: View) -> str:
    found = a.rivals(view.slice_, scope=view.scope)
    if found.empty:
        return view.w("evidence.title_nobody")
    most = view.name(next(found.itertuples()), "competitor")
    return view.w("evidence.title_choose", count=len(found), rival=most)


def words_of(view: View) -> list[Any]:
    """Which deals are evidence; the way back to all competitors."""
    said: list[Any] = [period_of(view)]
    if view.slice_.option("competitor"):
        said.append(to(view.w("evidence.other"), view.slice_.with_option("competitor", None), className="chip"))
    return said


def key_strip(view: View) -> html.Div:
    """Of one competitor deals, share won, presence and what was lost; else the usual numbers of winning and losing."""
    rival = a.rival_of(view.slice_, scope=view.scope)
    if rival is None:
        return strip(view, KEY_NUMBERS)
    spans, w, numbers = a.facing(view.slice_, scope=view.scope, rival=rival), view.w, view.numbers
    row = spans.loc["both"]
    none = (w("words.na"), "")
    money = numbers.money_parts(row["lost_amount"]) if row["decided"] else none
    told = [
        ("decided", (numbers.count(row["decided"]), ""),
         [Delta(0, None, "", w("evidence.decided_note", all=numbers.count(row["all_decided"])))]),
        ("rate", _percent(view, row["won"], row["decided"]), _rate_notes(view, row)),
        ("presence_label", _percent(view, row["decided"], row["all_decided"]), _presence_notes(view, spans)),
        ("lost_label", money, [Delta(0, None, "", w("evidence.lost_note"))]),
    ]  # fmt: skip
    made = [
        key_number(w(f"evidence.{name}"), *value, notes, view=view, explain="against", spark=None)
        for name, value, notes in told
    ]
    return html.Div(made, className="strip")


def _percent(view: View, over: float, under: float) -> tuple[str, str]:
    return (view.numbers.share(over / under).rstrip("%"), "%") if under else (view.w("words.na"), "")


def _rate_notes(view: View, row: pd.Series) -> list[Delta]:
    """The interval, and the share won without the competitor in play."""
    notes = []
    if row["decided"]:
        low, high = wilson(row["won"], row["decided"])
        span = f"{view.numbers.share(low)} – {view.numbers.share(high)}"
        notes.append(Delta(0, None, "", span))
    rest, won = row["all_decided"] - row["decided"], row["all_won"] - row["won"]
    if rest:
        notes.append(Delta(0, None, "", view.w("evidence.rate_without", share=view.numbers.share(won / rest))))
    return notes


def _presence_notes(view: View, spans: pd.DataFrame) -> list[Delta]:
    """How the share of deals with the competitor in play has moved; more of it is worse where that is sure."""
    now, then = spans.loc["recent"], spans.loc["before"]
    if not now["all_decided"] or not then["all_decided"]:
        return []
    change = now["decided"] / now["all_decided"] - then["decided"] / then["all_decided"]
    is_sure = differs(now["decided"], now["all_decided"], then["decided"], then["all_decided"])
    good = None if not is_sure else change < 0
    way = 0 if abs(change) < NOTABLE_POINTS / 40 else 1 if change > 0 else -1
    return [Delta(way, good, "", view.w("evidence.presence_note", change=view.numbers.signed_points(change)))]


@wiring.card(ids.OPPONENTS, path=PATH)
def show_rivals(view: View) -> Card:
    """All competitors, most deals first, each a link to its sheet."""
    found, w, numbers = a.rivals(view.slice_, scope=view.scope), view.w, view.numbers
    subtitle = w("evidence.choose_sub", period=period_of(view))
    if found.empty:
        if a.rivals_known(scope=view.scope).empty:
            return Card(subtitle=subtitle, state=not_recorded(view, w("evidence.not_recorded")))
        return Card(subtitle=subtitle, state=empty(view, w("evidence.list")))
    unit = numbers.unit_for(found["lost_amount"])
    heads = [w("evidence.competitor"), w("evidence.decided"), w("evidence.won"), w("evidence.interval"),
             w("evidence.lost_amount", unit=unit.label)]  # fmt: skip
    looks = ["", "num", "num", "num hide-phone", "num"]
    head = html.Tr([html.Th(text, className=look) for text, look in zip(heads, looks, strict=True)])
    lines = [
        html.Tr(
            [
                html.Td(
                    to(html.B(view.name(row, "competitor")), view.slice_.with_option("competitor", row.competitor))
                ),
                html.Td(numbers.count(row.decided), className="num"),
                html.Td(html.B(numbers.share(row.rate)), className="num"),
                html.Td(f"{numbers.share(row.low, 0)} – {numbers.share(row.high, 0)}", className="num sub hide-phone"),
                html.Td(numbers.in_unit(row.lost_amount, unit), className="num"),
            ]
        )
        for row in found.itertuples()
    ]
    return Card(subtitle=subtitle, body=html.Table([html.Thead(head), html.Tbody(lines)], className="t evidence"))


def _sheet_of(view: View, row: Any) -> html.A:
    return to(html.B(view.name(row, "competitor")), view.slice_.with_option("competitor", row.competitor))


def nobody(view: View) -> Card:
    """What a card of one competitor says where the address names none that there is."""
    asked = view.slice_.option("competitor")
    if a.rivals_known(scope=view.scope).empty:
        return Card(state=not_recorded(view, view.w("evidence.not_recorded")))
    back = to(view.w("evidence.choose"), view.slice_.with_option("competitor", None), className="btn-q")
    return Card(
        state=state(
            "empty", view.w("evidence.unknown"), view.w("evidence.unknown_why", rival=asked), back, symbol="shield"
        )
    )


def where(view: View, row: Any) -> str:
    """ "Region: East", "All deals": what a row of `comparisons` is about."""
    if not row.by:
        return view.w("evidence.everywhere")
    return view.w("evidence.line_of", what=dimension_words(row.by, view), member=member_of(view, row))
