"""The scenario's bar: which plan this is, how far it has come, what comes next, and the ways to the other plans."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Output, html

import access
from callbacks import wiring
from callbacks.planning import plan_name
from components import ids
from components.fields import field
from components.filter_bar import menu
from components.links import aria, icon, to
from components.markup import PROPERTY
from components.plan_grid import act, form
from components.plan_words import span_words
from components.trail_words import who_words
from components.view import View
from planning.adjustments import risk_of
from planning.bases import with_padding, with_risk
from planning.replay import SCALE
from queries import plans
from queries.engine import current
from queries.plans import Opened
from queries.slices import Slice

STATES = ("draft", "submitted", "approved", "published")
#: The next step from each state: what it is called, and the right it takes.
NEXT = {"draft": ("submit", "submit"), "submitted": ("approve", "approve"), "approved": ("publish", "publish")}


@wiring.part(Output(ids.PLAN_BAR, PROPERTY))
def show_bar(view: View) -> list[Any]:
    """Name, workflow, where it comes from, undo and redo, what can be done next."""
    opened = plans.opened(view.slice_, scope=view.scope)
    if opened is None:
        return [
            html.B(view.w("plan.none")),
            html.Span(view.w("plan.none_hint"), className="note push"),
            _plans_menu(view),
        ]
    if opened.scenario is None:
        return _version_bar(view, opened)
    return _scenario_bar(view, opened)


def _version_bar(view: View, opened: Opened) -> list[Any]:
    """A version that holds, or an older one: to begin a plan from."""
    w, version = view.w, opened.version
    begin = form(
        [
            html.Label([w("plan.name"), field("name", w("plan.name"), required=True, maxlength=120)]),
            html.Button(w("plan.begin"), type="submit", className="btn-q solid"),
        ],
        "begin",
        w("plan.begin"),
        **{"data-target": str(version.version_id)},
    )
    put_back = [
        act(
            w("plan.put_back"),
            "put_back",
            data_target=str(version.version_id),
            data_sure=w("plan.sure_put_back"),
            className="btn-q",
        )
    ]
    return [
        html.B(w("plan.version_title", number=version.number, year=version.fiscal_year)),
        html.Span(w(f"attainment.state_{version.state}"), className="pill"),
        html.Span(w("plan.begin_hint"), className="note push"),
        *(put_back if version.state == "superseded" and version.published_at else []),
        _plans_menu(view),
        menu(
            [w("plan.begin_from", number=version.number), icon("chevron-down")],
            [form_note(w("plan.begin_note")), begin],
            name="begin",
            right=True,
            className="btn-q solid",
        ),
    ]


def form_note(text: str) -> html.P:
    """A sentence above the fields of a menu."""
    return html.P(text, className="note")


def _scenario_bar(view: View, opened: Opened) -> list[Any]:
    scenario, w, numbers = opened.scenario, view.w, view.numbers
    assert scenario is not None
    version = scenario.version
    saved = version.changed_at.astimezone()
    facts = [
        w("plan.from_version", number=scenario.base.number),
        w("plan.count_changes", count=len(scenario.done), n=numbers.count(len(scenario.done))),
        w("plan.saved", who=who_words(view, version.changed_by), when=f"{numbers.day(saved.date())} {saved:%H:%M}"),
    ]
    moved = []
    if scenario.base_has_moved and scenario.is_draft:
        rebase = act(w("plan.rebase"), "rebase", data_target=str(scenario.base.version_id), className="btn-q sm")
        moved = [html.Span([w("plan.base_moved"), " ", rebase], className="pill behind")]
    aim = _aim(view, opened)
    steps = [
        html.Button(
            icon(symbol),
            type="button",
            className="btn-q bare",
            disabled=not left or not scenario.is_draft,
            **aria(w(f"plan.{kind}"), **{"data-plan": kind}),
        )
        for kind, symbol, left in (
            ("undo", "arrow-counterclockwise", scenario.done),
            ("redo", "arrow-clockwise", scenario.undone),
        )
    ]
    returned = [html.Span(w("plan.returned", note=version.note), className="pill behind")]
    return [
        html.B(plan_name(view, opened), title=version.name),
        _workflow(view, version.state),
        *(returned if version.note and version.state == "draft" else []),
        *moved,
        *([html.Span(aim, className="pill yours")] if aim else []),
        html.Span(
            " · ".join(facts),
            className="note push",
            title=" · ".join(facts),
            **{"data-revision": str(scenario.revision)},
        ),
        *steps,
        _plans_menu(view),
        _more_menu(view, opened),
        *_next_step(view, opened),
    ]


def _aim(view: View, opened: Opened) -> str:
    """What is aimed for in the part and period of the risk that is kept beside the plan."""
    assert opened.scenario is not None
    risk = risk_of(opened.scenario.adjustments)
    if risk is None or risk.share is None:
        return ""
    at = opened.plan.answering(risk.node.keys)
    if at is None:
        return ""
    whole = opened.plan.total(at, risk.node)
    kind = risk.basis
    period = span_words(view, risk.node.starts_on, risk.node.ends_on) or str(opened.version.fiscal_year)
    aimed = with_padding(whole, risk.share * 100) if kind == "padding" else with_risk(whole, risk.share)
    share = view.numbers.signed_share(risk.share) if kind == "padding" else f"{risk.share:f}"
    amount = view.w("plan.aims", amount=view.numbers.money(aimed / SCALE), period=period)
    return view.w("words.comma").join([amount, view.w(f"plan.aims_{kind}", share=share)])


def _workflow(view: View, state: str) -> html.Div:
    """Four words, the present one marked; a superseded one has been through all."""
    shown: list[Any] = []
    for name in STATES if state != "superseded" else (*STATES, "superseded"):
        word = view.w(f"plan.state_{name}")
        shown += [html.I()] if shown else []
        shown.append(html.B(word, **{"aria-current": "step"}) if name == state else html.Span(word))
    return html.Div(shown, className="steps")


def _plans_menu(view: View) -> html.Details:
    """All plans and versions of the year, to open or to compare."""
    w = view.w
    found, year = plans.scenarios(), plans.year_of(view.slice_)
    plain = view.slice_.with_option("compare", None)
    listed = found.listed() if found is not None else pd.DataFrame()
    own = listed[listed["fiscal_year"] == year] if len(listed) else listed
    items: list[Any] = [
        to(
            [html.Span(row.name), html.Small(w(f"attainment.state_{row.state}"))],
            plain.with_option("plan", str(row.version_id)),
            className="on" if str(row.version_id) == view.slice_.option("plan") else "",
        )
        for row in own.head(12).rename(columns={"name": "name_"}).rename(columns={"name_": "name"}).itertuples()
    ]
    items += [html.Hr()] if items else []
    for row in _versions(year).itertuples():
        state = w(f"attainment.state_{row.state}")
        named = w("attainment.version_state", year=row.fiscal_year, number=row.number, state=state)
        items.append(
            to(
                named,
                plain.with_option("plan", str(row.version_id)),
                className="on" if str(row.version_id) == view.slice_.option("plan") else "",
            )
        )
    compare = html.A(
        [icon("layout-three-columns"), " ", w("plan.compare")],
        href=f"/compare?{_compared(view, own).to_query()}",
        className="item",
        **{"data-page": ""},
    )
    return menu(
        [w("plan.plans"), icon("chevron-down")],
        [html.Div([*items, html.Hr(), compare], className="items")],
        name="plans",
        right=True,
    )


def _compared(view: View, own: pd.DataFrame) -> Slice:
    """The present plan and the others that were changed last, up to four."""
    chosen = [view.slice_.option("plan")] if view.slice_.option("plan") else []
    others = [str(one) for one in own["version_id"].tolist()] if len(own) else []
    both = list(dict.fromkeys([*chosen, *others]))[:4]
    return view.slice_.with_option("compare", ".".join(both) or None).with_option("plan", None)


def _versions(year: int) -> pd.DataFrame:
    targets = current().targets
    versions = pd.DataFrame() if targets is None else targets.versions
    if versions.empty:
        return versions
    return (
        versions[(versions["fiscal_year"] == year) & versions["has_rows"]]
        .sort_values("number", ascending=False)
        .head(8)
    )


def _more_menu(view: View, opened: Opened) -> html.Details:
    """Rename, duplicate, comment, take along, look at what was done."""
    w, version = view.w, opened.version

    def small(kind: str, name: str, value: str = "") -> html.Form:
        hint = w(f"plan.{kind}_field")
        return form(
            [
                field(name, hint, value=value, placeholder=hint, maxlength=300),
                html.Button(w(f"plan.{kind}"), type="submit", className="btn-q sm"),
            ],
            kind,
            w(f"plan.{kind}"),
        )

    items: list[Any] = [
        *([small("rename", "name", version.name)] if version.state == "draft" else []),
        small("duplicate", "name", w("plan.copy_of", name=version.name)),
        small("comment", "note"),
        html.Hr(),
        html.A(
            [icon("file-earmark-spreadsheet"), " ", w("plan.download")],
            href=f"/download/plan.xlsx?{view.slice_.to_query()}",
            download="",
            className="item",
        ),
        html.A(
            [icon("clock-history"), " ", w("plan.trail")],
            href=f"/audit?target={version.version_id}",
            className="item",
            **{"data-page": ""},
        ),
    ]
    return menu(
        [icon("three-dots")], items, name="plan-menu", right=True, className="btn-q bare", **aria(w("plan.more"))
    )


def _next_step(view: View, opened: Opened) -> list[Any]:
    """The one solid button, and for who decides, the way back with a comment."""
    w, state, may = view.w, opened.version.state, access.viewer().may
    found: list[Any] = []
    if state in ("submitted", "approved") and "approve" in may:
        back = form(
            [
                field("note", w("plan.return_field"), placeholder=w("plan.return_field"), required=True, maxlength=300),
                html.Button(w("plan.return"), type="submit", className="btn-q sm"),
            ],
            "return",
            w("plan.return"),
        )
        found.append(menu([w("plan.return"), icon("chevron-down")], [back], name="return", right=True))
    if state in NEXT and NEXT[state][1] in may:
        kind = NEXT[state][0]
        sure = {"data_sure": w("plan.sure_publish")} if kind == "publish" else {}
        found.append(act(w(f"plan.{kind}"), kind, className="btn-q solid", **sure))
    if state == "superseded":
        found.append(
            act(
                w("plan.put_back"),
                "put_back",
                data_target=str(opened.version.version_id),
                data_sure=w("plan.sure_put_back"),
                className="btn-q solid",
            )
        )
    return found
