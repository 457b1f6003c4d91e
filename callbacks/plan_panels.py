"""What opens beside the planning page: allocation, proposals from history, risk, entries from below, sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from dash import html

from callbacks.plan_changes import weights_of
from callbacks.plan_view import Showing, showing
from components.fields import field
from components.filter_bar import close_panel
from components.links import icon
from components.plan_grid import act, form
from components.view import View
from planning.errors import Refused
from planning.forecast import Proposal
from queries import planning as q
from queries import plans
from queries.slices import WEIGHTS

MOST_MEMBERS = 60


def drawer(view: View, name: str) -> list[Any]:
    """The panel of that name; a sentence where there is no draft to change."""
    shown = showing(view)
    base, _, more = name.partition("+")
    if shown is None or not shown.opened.is_editable or base not in _PANELS:
        return [_head(view, view.w("plan.more"), ""), html.Section(html.P(view.w("plan.read_only_version")))]
    return _PANELS[base](shown, more)


def _head(view: View, title: str, text: str) -> html.Section:
    said = [html.H4(view.w("nav.planning")), html.P(title, className="headline"), *([html.P(text)] if text else [])]
    return html.Section([html.Div(said), close_panel(view)], className="drawer-head")


def _submit(text: str) -> html.Button:
    return html.Button(text, type="submit", className="btn-q solid")


def _choice(name: str, value: str, label: Sequence[Any], *, on: bool) -> html.Label:
    about = {"type": "radio", "value": value, "className": ""}
    return html.Label([field(name, "", **about, checked=on), html.Span(list(label))], className="choice")


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Table:
    head = html.Tr([html.Th(text, className="num" if at else "") for at, text in enumerate(heads)])
    body = [html.Tr([html.Td(cell, className="num" if at else "") for at, cell in enumerate(row)]) for row in rows]
    return html.Table([html.Thead(head), html.Tbody(body)], className="plan-table")


def _allocate(shown: Showing, _: str) -> list[Any]:
    """Total, base or typed weights, limits of growth on last year."""
    view, w, numbers = shown.view, shown.view.w, shown.view.numbers
    chosen = view.slice_.option("weigh")
    usable = [name for name in WEIGHTS if shown.by not in q.TIMES or name in ("last_year", "last_target", "even")]
    chosen = chosen if chosen in usable else usable[0]
    bases = [_choice("weigh", name, [w(f"plan.weigh_{name}")], on=name == chosen) for name in usable]
    members = shown.members[shown.members["proposed"].notna()].head(MOST_MEMBERS)
    shares = _shares(shown, chosen)
    rows = [
        [
            shown.name(shown.by, str(row.key)),
            numbers.in_unit(row.last_year, shown.unit),
            numbers.share(shares.get(str(row.key))),
            field(
                f"weight:{row.key}", w("plan.weight_of", member=shown.name(shown.by, str(row.key))), className="field"
            ),
        ]
        for row in members.itertuples()
    ]
    heads = [shown.level_words(shown.by), w("plan.last_year"), w(f"plan.weigh_{chosen}"), w("plan.weight")]
    total = numbers.in_unit(shown.total["proposed"], shown.unit)
    fields = [
        html.Label([w("plan.total_label", unit=shown.unit.label), field("total", w("plan.total"), placeholder=total)]),
        html.Div(bases, className="choices", role="radiogroup", **{"aria-label": w("plan.allocate_by")}),
        html.Div(
            [
                html.Label([w("plan.least"), field("least", w("plan.least"), placeholder="−10%")]),
                html.Label([w("plan.most"), field("most", w("plan.most"), placeholder="+25%")]),
            ],
            className="two",
        ),
        _table(heads, rows),
        _submit(w("plan.allocate")),
    ]
    title = w("plan.allocate_title", levels=shown.level_words(shown.by), period=shown.period_words)
    return [
        _head(view, title, w("plan.allocate_text")),
        html.Section(form(fields, "allocate", w("plan.allocate"))),
    ]


def _shares(shown: Showing, weigh: str) -> dict[str, float]:
    try:
        weights = weights_of(shown, weigh)
    except Refused:
        return {}
    return (weights / weights.sum()).to_dict()


def _history(shown: Showing, more: str) -> list[Any]:
    """What each method proposes for the period, with the error it would have made."""
    view, w = shown.view, shown.view.w
    methods = q.METHODS if more == "all" else q.LIGHT
    found = q.proposed_by_history(view.slice_, scope=view.scope, methods=methods)
    rows = [_proposal(shown, one) for one in found]
    usable = [one.method for one in found if one.months is not None]
    if not usable:
        return [_head(view, w("plan.panel_history"), w("refused.no_history"))]
    first = "seasonal" if "seasonal" in usable else usable[0]
    choices = [_choice("method", name, [w(f"plan.method_{name}")], on=name == first) for name in usable]
    curves = [_choice("curve", name, [w(f"plan.curve_{name}")], on=name == "model") for name in ("model", "keep")]
    heads = [w("plan.method"), w("plan.total"), w("plan.change"), w("plan.error"), w("plan.error_naive")]
    slower = html.Button(w("plan.also_slow"), type="button", className="btn-q sm", **{"data-panel": "plan:history+all"})
    fields = [
        html.Div(choices, className="choices", role="radiogroup", **{"aria-label": w("plan.method")}),
        html.Div(curves, className="choices", role="radiogroup", **{"aria-label": w("plan.curve_label")}),
        _submit(w("plan.propose")),
    ]
    notes = [html.P(_why(view, one)) for one in found if not one.enough]
    return [
        _head(view, w("plan.history_title", period=shown.period_words), w("plan.history_text")),
        html.Section([_table(heads, rows), *notes, *([] if more == "all" else [slower])]),
        html.Section(form(fields, "history", w("plan.propose"))),
    ]


def _proposal(shown: Showing, one: Proposal) -> list[Any]:
    """One method: what it proposes for the period in sight, and how wrong it has been beside last year's months."""
    view, numbers = shown.view, shown.view.numbers
    months = q.proposal(view.slice_, scope=view.scope, method=one.method) or []
    known = shown.opened.plan.sums(shown.at, ["month"], shown.node)
    inside = [amount for month, amount in months if (month,) in known]
    total = sum(inside) if inside else float("nan")
    now = shown.total["proposed"]
    interval = []
    if one.low is not None and one.high is not None and inside:
        picked = [at for at, (month, _) in enumerate(months) if (month,) in known]
        low, high = float(one.low[picked].sum()), float(one.high[picked].sum())
        interval = [html.Small(f"{numbers.in_unit(low, shown.unit)} – {numbers.in_unit(high, shown.unit)}")]
    return [
        view.w(f"plan.method_{one.method}"),
        [numbers.in_unit(total, shown.unit), *interval],
        numbers.signed_share(total / now - 1) if now > 0 and inside else "",
        numbers.share(one.wape),
        numbers.share(one.naive_wape),
    ]


def _why(view: View, one: Proposal) -> str:
    """Why a method has too little to go by."""
    return view.w(f"plan.too_little_{one.reason}", method=view.w(f"plan.method_{one.method}"))


def _risk(shown: Showing, _: str) -> list[Any]:
    """A coefficient or padding at the top; the plan itself stays."""
    view, w = shown.view, shown.view.w
    kinds = [
        _choice("kind", "coefficient", [w("plan.risk_coefficient")], on=True),
        _choice("kind", "padding", [w("plan.risk_padding")], on=False),
    ]
    fields = [
        html.Div(kinds, className="choices", role="radiogroup", **{"aria-label": w("plan.panel_risk")}),
        html.Label([w("plan.risk_value"), field("value", w("plan.risk_value"), placeholder="0.9 / 5%", required=True)]),
        _submit(w("plan.risk_set")),
    ]
    return [
        _head(view, w("plan.risk_title"), w("plan.risk_text")),
        html.Section(form(fields, "risk", w("plan.risk_set"))),
    ]


def _below(shown: Showing, _: str) -> list[Any]:
    """What members hold to be possible beside what the plan asks of them; taken over by one change; handed down."""
    view, w, numbers = shown.view, shown.view.w, shown.view.numbers
    entered = q.entered(view.slice_, shown.by, shown.node)
    found = plans.scenarios()
    handed = found.handed_down(shown.opened.version.version_id, shown.by) if found is not None else {}
    rows, top, below = [], 0.0, 0.0
    members = shown.members[shown.members["proposed"].notna()].head(MOST_MEMBERS)
    for row in members.itertuples():
        key, name = str(row.key), shown.name(shown.by, str(row.key))
        amount = float(entered[key]) if key in entered else float("nan")
        top, below = top + row.proposed, below + (row.proposed if pd.isna(amount) else amount)
        done = html.Span(w("plan.handed"), title=handed.get(key)) if key in handed else None
        hand = done or act(w("plan.hand_down"), "hand_down", data_value=key, className="btn-q sm")
        value = "" if pd.isna(amount) else numbers.in_unit(amount, shown.unit)
        difference = "" if pd.isna(amount) else numbers.signed_in_unit(amount - row.proposed, shown.unit)
        box = field(f"entry:{key}", w("plan.entry_of", member=name), className="field", value=value)
        rows.append([name, numbers.in_unit(row.proposed, shown.unit), box, difference, hand])
    heads = [shown.level_words(shown.by), w("plan.proposed"), w("plan.entered"), w("plan.change"), ""]
    said = w(
        "plan.below_sum", below=numbers.money(below), top=numbers.money(top), change=numbers.signed_money(below - top)
    )
    take = act(w("plan.take_below"), "take_below", className="btn-q") if entered else None
    return [
        _head(view, w("plan.below_title", levels=shown.level_words(shown.by), period=shown.period_words), said),
        html.Section(form([_table(heads, rows), _submit(w("plan.enter"))], "enter", w("plan.enter"))),
        html.Section([html.P(w("plan.below_text")), take]),
    ]


def _sheet(shown: Showing, _: str) -> list[Any]:
    """The grid as a workbook, filled in elsewhere and brought back."""
    view, w = shown.view, shown.view.w
    download = html.A(
        [icon("download"), " ", w("plan.download")],
        href=f"/download/plan.xlsx?{view.slice_.to_query()}",
        download="",
        className="btn-q",
    )
    chooser = html.Label(
        [
            w("plan.sheet_file"),
            field("file", w("plan.sheet_file"), type="file", accept=".xlsx", className="", **{"data-plan-file": True}),
        ],
        className="plan-file",
    )
    return [
        _head(view, w("plan.sheet_title"), w("plan.sheet_text")),
        html.Section([html.P(download), chooser]),
    ]


_PANELS: dict[str, Callable[[Showing, str], list[Any]]] = {
    "allocate": _allocate,
    "history": _history,
    "risk": _risk,
    "below": _below,
    "sheet": _sheet,
}
