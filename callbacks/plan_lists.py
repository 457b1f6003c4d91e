"""Lists on the planning page: what was changed, what it costs in commission, and which plans there are."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.plan_money import chosen, cost_of, payout_of, payouts_by_rep, scheme_name
from callbacks.plan_view import Showing, showing
from callbacks.planning import PATH
from components import ids
from components.cards import Card
from components.links import to
from components.plan_grid import act
from components.plan_words import adjustment_words
from components.states import state
from components.trail_words import who_words
from components.view import View
from planning.adjustments import Entry
from planning.commission import POINTS, marginal_rates
from planning.schemes import Scheme, schemes
from queries import plans
from queries.attainment import labels

MOST_REPS = 8
MOST_CHANGES = 60


@wiring.card(ids.PLAN_CHANGES, path=PATH)
def show_changes(view: View) -> Card:
    """Every adjustment in words, the last one first, with who, when and why; those undone stand above, in grey."""
    opened = plans.opened(view.slice_, scope=view.scope)
    scenario = None if opened is None else opened.scenario
    if scenario is None or not (scenario.done or scenario.undone):
        return Card(state=state("empty", view.w("plan.nothing_changed"), view.w("plan.changes_none"), symbol="list-ol"))
    listed: list[Any] = [_change(view, entry, undone=True, back=0) for entry in scenario.undone[::-1]]
    for back, entry in enumerate(scenario.done[::-1]):
        listed.append(_change(view, entry, undone=False, back=back if scenario.is_draft else 0))
    subtitle = view.w("plan.changes_sub", count=len(scenario.done), n=view.numbers.count(len(scenario.done)))
    return Card(subtitle=subtitle, body=html.Ol(listed[:MOST_CHANGES], className="feed-changes", reversed=True))


def _change(view: View, entry: Entry, *, undone: bool, back: int) -> html.Li:
    at = entry.at.astimezone()
    facts = [who_words(view, entry.who), f"{view.numbers.day(at.date())} {at:%H:%M}"]
    facts += [entry.adjustment.reason] if entry.adjustment.reason else []
    facts += [view.w("plan.undone")] if undone else []
    words = [adjustment_words(view, entry.adjustment, labels), html.Small(" · ".join(facts))]
    undo = act(view.w("plan.back_to"), "undo", data_value=str(back), className="btn-q bare sm") if back else None
    number = html.Span(str(entry.position), className="num")
    return html.Li([number, html.Span(words), undo], className="undone" if undone else "")


@wiring.card(ids.PLAN_COMMISSION, path=PATH)
def show_commission(view: View) -> Card:
    """What the plan costs under each scheme and what the scheme pays for; who is paid how much under the chosen one."""
    shown = showing(view)
    if shown is None or pd.isna(payout_of(shown).amount):
        return Card(state=state("empty", view.w("plan.no_reps"), view.w("plan.commission_none"), symbol="cash-stack"))
    scheme = chosen(view)
    subtitle = view.w("plan.commission_sub", period=shown.period_words)
    body = [
        _schemes(shown, scheme),
        html.H3(view.w("plan.by_rep", scheme=scheme_name(view, scheme))),
        _reps(shown, scheme),
    ]
    return Card(subtitle=subtitle, body=html.Div(body, className="commission"), foot=[html.Span(_answer(shown))])


def _schemes(shown: Showing, scheme: Scheme) -> html.Table:
    """One row a scheme: cost, change, share of sales, who it pays, and the rates at 80, 100 and 120 % of the target."""
    view, w = shown.view, shown.view.w
    heads = ["scheme", "cost", "cost_change", "cost_share", "below", "beyond", "rates"]
    rows = []
    for one in schemes():
        paid, cost = payout_of(shown, one), cost_of(shown, one)
        assert cost is not None
        rates = " · ".join(view.numbers.share(rate) for rate in marginal_rates(one, POINTS))
        cells = [
            to(scheme_name(view, one), view.slice_.with_option("scheme", one.key)),
            view.numbers.money(paid.amount),
            view.numbers.signed_money(paid.amount - paid.before),
            view.numbers.share(cost.cost_share),
            view.numbers.share(cost.below_share, 0),
            view.numbers.share(cost.beyond_share, 0),
            rates,
        ]
        rows.append(
            html.Tr(
                [html.Td(cell, className="num" if at else "") for at, cell in enumerate(cells)],
                className="on" if one.key == scheme.key else "",
            )
        )
    head = html.Tr([html.Th(w(f"plan.head_{name}"), className="num" if at else "") for at, name in enumerate(heads)])
    return html.Table([html.Thead(head), html.Tbody(rows)], className="plan-table")


def _reps(shown: Showing, scheme: Scheme) -> html.Table:
    view, w, numbers = shown.view, shown.view.w, shown.view.numbers
    paid = payouts_by_rep(shown, scheme)
    known = labels("rep")
    rows = []
    for row in paid.head(MOST_REPS).itertuples():
        name = known.get(row.key, {}).get("label_zh" if view.lang == "zh" else "label", row.key)
        reached = row.landing / row.proposed if row.proposed > 0 else float("nan")
        cells = [
            w("words.unassigned") if row.key == "unassigned" else name,
            numbers.money(row.proposed) if row.proposed > 0 else w("none.no_target"),
            numbers.money(row.landing),
            numbers.share(reached),
            numbers.exact(row.payout),
            numbers.signed_money(row.payout - row.before),
        ]
        rows.append(html.Tr([html.Td(cell, className="num" if at else "") for at, cell in enumerate(cells)]))
    heads = ["rep", "target", "landing", "attainment", "payout", "cost_change"]
    head = html.Tr([html.Th(w(f"plan.head_{name}"), className="num" if at else "") for at, name in enumerate(heads)])
    more = len(paid) - MOST_REPS
    foot = html.Tr(html.Td(w("plan.more_reps", count=more, n=numbers.count(more)), colSpan=6, className="sub"))
    return html.Table([html.Thead(head), html.Tbody([*rows, *([foot] if more > 0 else [])])], className="plan-table")


def _answer(shown: Showing) -> str:
    """Whether paying on the amount alone is a good idea: what flat schemes pay below and beyond targets, and others."""
    view = shown.view
    flat = next((one for one in schemes() if not hasattr(one, "tiers")), None)
    tiered = next((one for one in schemes() if hasattr(one, "tiers")), None)
    costs = [None if one is None else cost_of(shown, one) for one in (flat, tiered)]
    if flat is None or tiered is None or any(cost is None or cost.below_share is None for cost in costs):
        return ""
    said = [view.numbers.share(cost.below_share, 0) for cost in costs if cost is not None]
    return view.w(
        "plan.answer", flat=scheme_name(view, flat), share=said[0], tiers=scheme_name(view, tiered), other=said[1]
    )


@wiring.card(ids.PLAN_LIST, path=PATH)
def show_list(view: View) -> Card:
    """All plans and versions of the year, the last changed first."""
    found, year, w = plans.scenarios(), plans.year_of(view.slice_), view.w
    listed = found.listed() if found is not None else pd.DataFrame()
    own = listed[listed["fiscal_year"] == year] if len(listed) else listed
    if own.empty:
        return Card(state=state("empty", w("plan.list_none", year=year), w("plan.begin_hint"), symbol="sliders"))
    rows = []
    for row in own.itertuples(name="Row", index=False):
        at = pd.Timestamp(row.changed_at).tz_convert("UTC").to_pydatetime().astimezone()
        cells = [
            to(row.name, view.slice_.with_option("plan", str(row.version_id))),
            w(f"attainment.state_{row.state}"),
            w("plan.from_version", number=row.base_number),
            w("plan.count_changes", count=int(row.head), n=view.numbers.count(int(row.head))),
            f"{who_words(view, row.changed_by)}, {view.numbers.day(at.date())} {at:%H:%M}",
            row.note or "",
        ]
        rows.append(
            html.Tr(
                [html.Td(cell) for cell in cells],
                className="on" if str(row.version_id) == view.slice_.option("plan") else "",
            )
        )
    heads = ["name", "state", "base", "changes", "changed", "note"]
    head = html.Tr([html.Th(w(f"plan.list_{name}")) for name in heads])
    return Card(
        subtitle=w("plan.list_sub", year=year),
        body=html.Table([html.Thead(head), html.Tbody(rows)], className="plan-table"),
    )
