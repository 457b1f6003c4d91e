"""The planning page: its sentence, its key numbers, and the bar that says which plan this is and what comes next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import Output, dcc, html

import access
from callbacks import wiring
from callbacks.plan_money import payout_delta, payout_of
from callbacks.plan_view import showing
from components import ids
from components.cards import Delta, key_number
from components.filter_bar import menu
from components.links import aria, icon, to
from components.markup import PROPERTY
from components.plan_grid import act, form
from components.view import View
from queries import plan_findings as f
from queries import plans
from queries.plans import Opened
from queries.slices import Slice

PATH = "/planning"
KEY_NUMBERS = ("sales_amount",)
STATES = ("draft", "submitted", "approved", "published")
#: The next step from each state: what it is called, and the right it takes.
NEXT = {"draft": ("submit", "submit"), "submitted": ("approve", "approve"), "approved": ("publish", "publish")}


def sentence(view: View) -> str:
    """What the plan asks for, beside last year, the version in force and where things lead."""
    shown = showing(view)
    if shown is None:
        return view.w("plan.finding_none", year=plans.year_of(view.slice_))
    numbers = view.numbers
    said = []
    for finding in f.plan_findings(shown.total, shown.members, has_scenario=shown.opened.scenario is not None):
        values = {name: _said(numbers, name, value) for name, value in finding.values.items()}
        if "member" in values:
            values["member"] = shown.name(shown.by, str(finding.values["member"]))
        values |= {
            "plan": plan_name(view, shown.opened),
            "base": _version_words(view, shown.opened.base_version.number),
        }
        said.append(view.w(f"plan.finding_{finding.name}", period=shown.period_words, **values))
    return view.w("finding.and").join(said)


def _said(numbers: Any, name: str, value: Any) -> Any:
    if name == "amount":
        return numbers.money(value)
    return numbers.share(value) if name == "share" else value


def plan_name(view: View, opened: Opened) -> str:
    """What the plan is called: the scenario's name, or the version's number."""
    version = opened.version
    if opened.scenario is None:
        return _version_words(view, version.number)
    return (version.name_zh if view.lang == "zh" else None) or version.name


def _version_words(view: View, number: int) -> str:
    return view.w("plan.version", number=number)


def words_of(_: View) -> list[Any]:
    """Nothing to add to the chips: the bar says which plan this is."""
    return []


def key_strip(view: View) -> html.Div:
    """Target, growth asked for, where it lands, what is assigned over the total, what it costs in commission."""
    shown = showing(view)
    if shown is None:
        return html.Div(
            [html.Div(html.Span(view.w("words.na"), className="value words"), className="kpi")], className="strip"
        )
    total, numbers, w = shown.total, view.numbers, view.w
    change = total["proposed"] - total["in_force"]
    base = _version_words(view, shown.opened.base_version.number)
    growth = _ratio(total["proposed"], total["last_year"])
    growth_before = _ratio(total["in_force"], total["last_year"])
    landing = total["landing"] / total["proposed"] if total["proposed"] > 0 else float("nan")
    short = total["landing"] - total["proposed"]
    over, own = f.over_assigned(shown.opened.plan, shown.at, shown.node), shown.opened.plan.planes[shown.at].level
    payout = payout_of(shown)
    last_year = w("plan.last_year_amount", amount=numbers.money(total["last_year"]))
    cells = [
        (
            w("plan.kpi_target", period=shown.period_words),
            *numbers.money_parts(total["proposed"]),
            _change(view, change, total["in_force"], base),
            "proposed",
        ),
        (
            w("plan.kpi_growth"),
            *_parts(view, growth, signed=True),
            _growth(view, growth - growth_before, last_year),
            "growth_asked",
        ),
        (w("plan.kpi_landing"), *_parts(view, landing), _short(view, short, total), "projected_landing"),
        (
            w("plan.kpi_over"),
            *_parts(view, over),
            Delta(0, None, "", w("plan.over_level", level=level_words(view, own))),
            "over_assignment",
        ),
        (w("plan.kpi_commission"), *numbers.money_parts(payout.amount), payout_delta(view, payout), "commission"),
    ]
    return html.Div(
        [
            key_number(label, digits, unit, [delta], view=view, explain=topic, spark=None)
            for label, digits, unit, delta, topic in cells
        ],
        className="strip",
    )


def level_words(view: View, level: tuple[str, ...]) -> str:
    """A plane's level in words: reps, or regions × products."""
    if not level:
        return view.w("plan.level_company")
    return " × ".join(view.w(f"plan.level_{name}") for name in level)


def _ratio(over: float, under: float) -> float:
    return over / under - 1 if under > 0 else float("nan")


def _parts(view: View, share: float, *, signed: bool = False) -> tuple[str, str]:
    if pd.isna(share):
        return view.w("words.na"), ""
    text = view.numbers.signed_share(share) if signed else view.numbers.share(share)
    return text.rstrip("%"), "%"


def _change(view: View, change: float, before: float, base: str) -> Delta:
    """A change of target is the viewer's: plum, neither ahead nor behind."""
    if pd.isna(change) or abs(change) < 0.005:
        return Delta(0, None, "", view.w("plan.as_in", base=base))
    share = f"{view.w('words.comma')}{view.numbers.signed_share(change / before)}" if before > 0 else ""
    return Delta(0, None, f"{view.numbers.signed_money(change)}{share}", view.w("plan.on_base", base=base), "yours")


def _growth(view: View, points: float, last_year: str) -> Delta:
    if pd.isna(points) or abs(points) < 0.0005:
        return Delta(0, None, "", last_year)
    return Delta(0, None, view.numbers.signed_points(points), f"· {last_year}", "yours")


def _short(view: View, short: float, total: dict[str, float]) -> Delta:
    numbers = view.numbers
    said = view.w("plan.of", amount=numbers.money(total["landing"]), whole=numbers.money(total["proposed"]))
    return Delta((short > 0) - (short < 0), short > 0 if short else None, numbers.signed_money(short), said)


@wiring.part(Output(ids.PLAN_BAR, PROPERTY))
def show_bar(view: View) -> list[Any]:
    """Name, workflow, where it comes from, undo and redo, what can be done next."""
    opened = plans.opened(view.slice_)
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
            html.Label(
                [
                    w("plan.name"),
                    dcc.Input(
                        name="name",
                        type="text",
                        className="field wide",
                        autoComplete="off",
                        required=True,
                        maxLength=120,
                    ),
                ]
            ),
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
        w("plan.saved", who=version.changed_by, when=f"{numbers.day(saved.date())} {saved:%H:%M}"),
    ]
    moved = []
    if scenario.base_has_moved and scenario.is_draft:
        rebase = act(w("plan.rebase"), "rebase", data_target=str(scenario.base.version_id), className="btn-q sm")
        moved = [html.Span([w("plan.base_moved"), " ", rebase], className="pill behind")]
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
    return [
        html.B(plan_name(view, opened), title=version.name),
        _workflow(view, version.state),
        *moved,
        html.Span(" · ".join(facts), className="note push", **{"data-revision": str(scenario.revision)}),
        *steps,
        _plans_menu(view),
        _more_menu(view, opened),
        *_next_step(view, opened),
    ]


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
    from queries.engine import current

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

    def small(kind: str, field: str, value: str = "") -> html.Form:
        return form(
            [
                dcc.Input(
                    name=field,
                    type="text",
                    value=value,
                    className="field wide",
                    placeholder=w(f"plan.{kind}_field"),
                    autoComplete="off",
                    maxLength=300,
                    **{"aria-label": w(f"plan.{kind}_field")},
                ),
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
            href=f"/audit?version={version.version_id}",
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
                dcc.Input(
                    name="note",
                    type="text",
                    className="field wide",
                    placeholder=w("plan.return_field"),
                    autoComplete="off",
                    required=True,
                    maxLength=300,
                    **{"aria-label": w("plan.return_field")},
                ),
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


def compared_with(view: View) -> View:
    """The view without what is only of this page."""
    return replace(view, slice_=view.slice_.with_option("unfold", None))
