"""The win/loss page: its sentence, its key numbers, what counts, and what is said where there is nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import html

from callbacks.listing import stage_at
from callbacks.strip import strip
from components.filter_bar import menu
from components.links import icon, to
from components.states import empty, not_recorded, state
from components.view import View
from components.wording import dimension_words
from queries import funnel, losses, rivals, winloss
from queries import winloss_findings as f
from queries.in_play import first_position

PATH = "/win-loss"
KEY_NUMBERS = ("win_rate", "win_rate_amount", "won_amount", "lost_amount", "no_decision_share")
WITHOUT_NO_DECISION = {"win_rate": "win_rate_contested", "win_rate_amount": "win_rate_amount_contested"}
SPLIT_BY = (
    "region", "office", "manager", "rep", "product_category", "product", "channel_kind", "channel", "campaign_kind",
    "campaign", "industry", "segment", "size_band", "source",
)  # fmt: skip


def sentence(view: View) -> str:
    """How much we win and whether that has changed; against whom or where we surely win less, and why."""
    row = next(winloss.overall(view.slice_, scope=view.scope).itertuples())
    if row.cases == 0:
        missing = winloss.undated(view.slice_, scope=view.scope)
        if missing and view.period.start is not None:
            return view.w("winloss.undated_title", n=view.numbers.count(missing))
        return view.w("finding.empty")
    if pd.isna(row.rate):
        return view.w("winloss.no_amounts_title", n=view.numbers.count(row.cases))
    rate = winloss.rate_of(view.slice_)
    change = f.changed_rate(row, is_count=rate.under.aggregate == "count")
    said = {"share": view.numbers.share(row.rate), "n": view.numbers.count(row.cases)}
    if "change" in change.values:
        said["change"] = view.numbers.points(change.values["change"])
    if "open" in change.values:
        said["open"] = view.numbers.share(change.values["open"], 0)
    asked = view.slice_
    begin = view.w(f"winloss.we_win_{asked.option('rate')}_{asked.option('nodecision')}", **said)
    follows = view.w(f"winloss.{change.name.replace('.', '_')}", **said)
    return f"{begin}{follows}{_but(view)}"


def _but(view: View) -> str:
    """Against whom, else where, we surely win less; else that nobody and nothing stands out."""
    whole = rivals.reference(view.slice_, scope=view.scope).iloc[0]
    met = rivals.rivals(view.slice_, scope=view.scope)
    named = met[~met["member"].isin([rivals.NOBODY, rivals.UNKNOWN])]
    found = f.feared_rival(named, whole["rate"]) if pd.notna(whole["rate"]) else None
    if found is not None:
        row = next(met[met["member"] == found.values["member"]].itertuples())
        return view.w(
            "winloss.but_rival",
            share=view.numbers.share(found.values["share"], 0),
            rival=view.name(row, "member"),
            cause=_cause(view, str(row.member)),
        )
    counted = view.slice_.with_option("rate", None)
    rates = winloss.rates_by(counted, scope=view.scope, by=view.slice_.by)
    reference = winloss.overall(counted, scope=view.scope)["rate"].iloc[0]
    weak = f.weak_member(rates, reference)
    if weak is not None:
        row = next(rates[rates["member"] == weak.values["member"]].itertuples())
        member = member_name(view, row, view.slice_.by)
        return view.w("winloss.but_member", share=view.numbers.share(weak.values["share"], 0), member=member)
    what = dimension_words(view.slice_.by, view)
    key = "winloss.but_nothing" if len(named) else "winloss.but_no_member"
    return view.w(key, what=what.lower() if view.lang == "en" else what)


def _cause(view: View, rival: str) -> str:
    """ ", on price in bidding": what most deals lost to a competitor share."""
    flow = losses.loss_flow(view.slice_, scope=view.scope)
    causes = f.main_cause(flow, rival)
    named = {name: view.name(next(flow[flow[name] == key].itertuples()), name) for name, key in causes.items()}
    if view.lang == "en":
        named = {name: text.lower() for name, text in named.items()}
    key = {("close_reason", "stage"): "both", ("close_reason",): "reason", ("stage",): "stage"}.get(tuple(named), "")
    return view.w(f"winloss.cause_{key}", **{**{"close_reason": "", "stage": ""}, **named}) if key else ""


def key_strip(view: View) -> html.Div:
    """The key numbers; win rates without no decision where the view leaves it out."""
    leaves_out = view.slice_.option("nodecision") == "out"
    return strip(view, tuple(WITHOUT_NO_DECISION.get(name, name) if leaves_out else name for name in KEY_NUMBERS))


def words_of(view: View) -> list[Any]:
    """Whether no decision counts, and from which stage on competitors do: said, and to be changed."""
    return [_no_decision_menu(view), *_stage_menu(view)]


def _no_decision_menu(view: View) -> html.Details:
    chosen = view.slice_.option("nodecision")
    items = [
        to(
            view.w(f"winloss.nodecision_{value}"),
            view.slice_.with_option("nodecision", value),
            className=chosen_mark(value, chosen),
        )
        for value in ("in", "out")
    ]
    label = [view.w(f"winloss.nodecision_{chosen}"), icon("chevron-down")]
    body = [html.Div(items, className="items"), html.Div(view.w("winloss.nodecision_note"), className="note")]
    return menu(label, body, name="nodecision", className="chip", title=view.w("winloss.nodecision_choose"))


def _stage_menu(view: View) -> list[html.Details]:
    """Nothing to choose where nobody records competitors."""
    met = rivals.rivals(view.slice_.with_option("inplay", None), scope=view.scope)
    if met["member"].isin([rivals.NOBODY, rivals.UNKNOWN]).all():
        return []
    steps, chosen = funnel.stages(view.slice_, scope=view.scope), first_position(view.slice_)
    places = [int(row.position) for row in steps.itertuples() if not row.is_won]
    if len(places) < 2:
        return []
    items = [
        to(_from(view, place), view.slice_.with_option("inplay", str(place)), className=chosen_mark(place, chosen))
        for place in places
    ]
    label = [view.w("winloss.inplay", stage=_from(view, chosen)), icon("chevron-down")]
    body = [html.Div(items, className="items"), html.Div(view.w("winloss.inplay_note"), className="note")]
    return [menu(label, body, name="inplay", className="chip", title=view.w("winloss.inplay_choose"))]


def _from(view: View, position: int) -> str:
    return (
        view.w("winloss.any_stage") if position == 1 else view.w("winloss.from_stage", stage=stage_at(view, position))
    )


def chosen_mark(value: Any, chosen: Any) -> str:
    """The class of a menu's item."""
    return "on" if value == chosen else ""


def member_name(view: View, row: Any, by: str) -> str:
    """A member's name from a row with `member` and its labels; bands and the like by what they are called."""
    return view.key_words(by, str(row.member)) or view.name(row, "member")


def rate_words(view: View) -> str:
    """Which rate is shown and what it leaves out: the first words of a subtitle."""
    asked = view.slice_
    return view.w(f"winloss.rate_{asked.option('rate')}_{asked.option('nodecision')}")


def no_cases(view: View, title: str) -> Any:
    """Why there is nothing to compute: no close dates, no amounts of lost deals, or no such deals."""
    row = winloss.overall(view.slice_, scope=view.scope).iloc[0]
    if row["cases"] > 0 and not row["is_recorded"]:
        by_count = to(view.w("winloss.by_count"), view.slice_.with_option("rate", None), className="btn-q")
        return not_recorded(view, view.w("winloss.no_amounts"), by_count)
    missing = winloss.undated(view.slice_, scope=view.scope)
    if missing and row["cases"] == 0 and view.period.start is not None:
        return undated_state(view, missing)
    return empty(view, title)


def undated_state(view: View, missing: float) -> html.Div:
    """Deals without a close date belong to no period but all time, which is offered."""
    everything = to(view.w("period.all"), replace(view.slice_, period="all"), className="btn-q")
    said = view.w("winloss.undated", n=view.numbers.count(missing), count=int(missing))
    return state("empty", view.w("state.not_recorded"), said, everything, symbol="calendar-x")
