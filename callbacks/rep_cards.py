"""The drawings of one rep: months against targets, the trend, the funnel beside the peers, what is sold."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.rep import PATH, nobody
from callbacks.rep_tables import mix_table, stages_table, targets_table, trend_table
from components import ids
from components.cards import Card
from components.figures.peer_dots import height_of, peer_dots
from components.figures.rate_trend import rate_trend
from components.figures.target_columns import target_columns
from components.states import empty, not_recorded
from components.view import View
from components.wording import dimension_words, member_words, period_words
from queries import findings as f
from queries import peers as p
from queries import rep as r
from queries.attainment import labels
from queries.periods import months_later

MIXED = ("product_category", "channel_kind")
#: Members of a dimension that are told apart; further ones are in the table interface.
MOST_MIXED = 6


@wiring.card(ids.REP_MONTHS, path=PATH)
def show_rep_months(view: View) -> Card:
    """The fiscal year by month: actual, target, last year."""
    if r.rep_of(view.slice_, scope=view.scope) is None:
        return nobody(view)
    found, w, numbers = r.months(view.slice_, scope=view.scope), view.w, view.numbers
    unit = numbers.unit_for([*found["actual"], *found["target"].dropna(), *found["last_year"]])
    last = found["month"].iloc[-1]
    subtitle = w("rep.months_sub", unit=unit.label, year=last.year)
    if not found[["actual", "target", "last_year"]].fillna(0).to_numpy().any():
        return Card(subtitle=subtitle, state=empty(view, w("rep.months"), why=w("rep.months_none")))
    drawn = pd.DataFrame(
        {
            "label": [numbers.month(month) for month in found["month"]],
            "key": [f"sales_amount|month:{month.isoformat()}" for month in found["month"]],
            "previous_key": [f"sales_amount|month:{months_later(month, -12).isoformat()}" for month in found["month"]],
            "actual": found["actual"],
            "target": found["target"],
            "previous": found["last_year"],
            "variance": found["variance"],
            "hover": [_month_hover(view, row) for row in found.itertuples()],
        }
    )
    look: dict[str, Any] = {"compact": view.compact, "theme": view.theme, "numbers": numbers}
    figure = target_columns(drawn, head=w("rep.months_head"), unit=unit, **look)
    return Card(figure, subtitle, table=targets_table(view, drawn, unit))


def _month_hover(view: View, row: Any) -> str:
    numbers, w = view.numbers, view.w
    said = [f"<b>{numbers.month(row.month, with_year=True)}</b>"]
    for key, value in (("actual", row.actual), ("target", row.target), ("previous", row.last_year)):
        if not pd.isna(value):
            said.append(f"{w(f'notation.{key}')} {numbers.money(value)}")
    return "  ".join(said if pd.isna(row.variance) else [*said, numbers.signed_money(row.variance)])


@wiring.card(ids.REP_TREND, path=PATH)
def show_rep_trend(view: View) -> Card:
    """Attainment of the last twelve months, three together, beside the peers' median."""
    rep = r.rep_of(view.slice_, scope=view.scope)
    if rep is None:
        return nobody(view)
    others = p.peers(view.slice_, scope=view.scope, rep=rep)
    found = r.attainment_trend(view.slice_, scope=view.scope, peers=others.keys)
    w, numbers = view.w, view.numbers
    subtitle = w("rep.trend_sub")
    if found[["attainment", "trailing"]].isna().all().all():
        return Card(subtitle=subtitle, state=empty(view, w("rep.trend"), why=w("rep.trend_none")))
    drawn = pd.DataFrame(
        {
            "label": [numbers.month(month) for month in found["month"]],
            "key": [f"sales_amount|month:{month.isoformat()}" for month in found["month"]],
            "rate": found["trailing"],
            "single": found["attainment"],
            "others": found["peers"],
            "hover": [_trend_hover(view, row) for row in found.itertuples()],
        }
    )
    names = (member_words(view, rep, labels("rep")), w("rep.trend_peers"))
    look: dict[str, Any] = {"compact": view.compact, "theme": view.theme, "numbers": numbers}
    figure = rate_trend(drawn, names=names, **look)
    return Card(figure, subtitle, table=trend_table(view, drawn))


def _trend_hover(view: View, row: Any) -> str:
    share, w = view.numbers.share, view.w
    said = [f"<b>{view.numbers.month(row.month, with_year=True)}</b> {share(row.attainment, 0)}"]
    if not pd.isna(row.peers):
        said.append(f"{w('rep.trend_peers')} {share(row.peers, 0)}")
    return "  ".join(said)


@wiring.card(ids.REP_FUNNEL, path=PATH)
def show_rep_funnel(view: View) -> Card:
    """Each stage's success rate and days beside the peers' medians, and where coaching helps."""
    rep = r.rep_of(view.slice_, scope=view.scope)
    if rep is None:
        return nobody(view)
    found, w = p.stages_against_peers(view.slice_, scope=view.scope, rep=rep), view.w
    subtitle = w("rep.funnel_sub")
    if found.empty or found["exits"].sum() == 0:
        return Card(subtitle=subtitle, state=not_recorded(view, w("rep.funnel_none")))
    weak = f.coaching(found)
    drawn = stages_frame(view, found, weak.values["stage"] if weak else None)
    heads = [w(f"rep.{name}") for name in ("left_count", "moved_on_share", "to_peers", "days")]
    look: dict[str, Any] = {"compact": view.compact, "theme": view.theme, "numbers": view.numbers}
    figure, foot, wanted = peer_dots(drawn, heads=heads, **look), [_where(view, found, weak)], len(drawn)
    return Card(figure, subtitle, table=stages_table(view, drawn), foot=foot, height=height_of(wanted, view.compact))


def stages_frame(view: View, found: pd.DataFrame, weak: str | None) -> pd.DataFrame:
    """Stages as the figure takes them; the one to coach is marked."""
    count = view.numbers.count
    both = [
        view.w("rep.days_both", own=_or_dash(count, row.days), peers=_or_dash(count, row.peer_days))
        for row in found.itertuples()
    ]
    return pd.DataFrame(
        {
            "label": [view.name(row) for row in found.itertuples()],
            "key": [f"passed|stage:{stage}" for stage in found["stage"]],
            "rate": found["rate"],
            "low": found["low"],
            "high": found["high"],
            "others": found["peer_rate"],
            "cases": found["exits"],
            "text": [count(value) for value in found["exits"]],
            "note": both,
            "is_behind": found["stage"] == weak,
            "hover": [_stage_hover(view, row) for row in found.itertuples()],
        }
    )


def _or_dash(write: Any, value: float) -> str:
    return "–" if pd.isna(value) else write(value)


def _stage_hover(view: View, row: Any) -> str:
    share = view.numbers.share
    said = [f"<b>{view.name(row)}</b>", f"{share(row.rate, 0)} ({share(row.low, 0)} – {share(row.high, 0)})"]
    return "  ".join([*said, peers_words(view, row)]) if row.exits else said[0]


def peers_words(view: View, row: Any) -> str:
    """Where the peers are and how many of them, of a row of `stages_against_peers`."""
    if pd.isna(row.peer_rate):
        return view.w("rep.few_peers")
    return view.w("rep.peers_at", share=view.numbers.share(row.peer_rate, 0), count=int(row.peer_count))


def _where(view: View, found: pd.DataFrame, weak: f.Finding | None) -> html.Span:
    w = view.w
    if found["peer_rate"].isna().all():
        return html.Span(w("rep.not_enough"))
    if weak is None:
        return html.Span(w("rep.nowhere"))
    row = next(found[found["stage"] == weak.values["stage"]].itertuples())
    peers, amount = view.numbers.share(weak.values["peers"], 0), view.numbers.money(weak.values["amount"])
    return html.Span(html.B(w("rep.where", stage=view.name(row), peers=peers, amount=amount)))


@wiring.card(ids.REP_MIX, path=PATH)
def show_rep_mix(view: View) -> Card:
    """What the rep sells and through which channels, as shares beside those of the peers together."""
    rep = r.rep_of(view.slice_, scope=view.scope)
    if rep is None:
        return nobody(view)
    found, w = p.sales_mix(view.slice_, scope=view.scope, rep=rep, by=MIXED), view.w
    subtitle = w("rep.mix_sub", period=period_words(view.period, view))
    if found["share"].isna().all():
        return Card(subtitle=subtitle, state=empty(view, w("rep.mix"), why=w("rep.mix_none")))
    drawn = pd.concat([_mixed(view, found[found["by"] == name], name) for name in MIXED], ignore_index=True)
    look: dict[str, Any] = {"compact": view.compact, "theme": view.theme, "numbers": view.numbers}
    figure = peer_dots(drawn, heads=[w("rep.share"), w("rep.to_peers")], **look)
    wanted = height_of(len(drawn), view.compact)
    return Card(figure, subtitle, table=mix_table(view, drawn[~drawn["is_head"]]), height=wanted)


def _mixed(view: View, found: pd.DataFrame, by: str) -> pd.DataFrame:
    """The members of one dimension under its name."""
    shown = found.head(MOST_MIXED)
    known = {row.member: {"label": row.label, "label_zh": row.label_zh} for row in shown.itertuples()}
    labels_ = [member_words(view, key, known) for key in known]
    rows = pd.DataFrame(
        {
            "label": labels_,
            "key": [f"sales_amount|{by}:{key}" for key in shown["member"]],
            "rate": shown["share"].to_numpy(),
            "others": shown["peers"].to_numpy(),
            "is_head": False,
            "hover": [
                f"<b>{label}</b>  {view.numbers.money(row.actual)}  {view.numbers.share(row.share, 0)}"
                for label, row in zip(labels_, shown.itertuples(), strict=True)
            ],
        }
    )
    head = {"label": dimension_words(by, view), "key": "", "rate": None, "others": None, "is_head": True, "hover": ""}
    return pd.concat([pd.DataFrame([head]).astype({"rate": float, "others": float}), rows], ignore_index=True)
