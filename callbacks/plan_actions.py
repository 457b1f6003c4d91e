"""What a person does on the planning page, as changes of the ledger: read, refused with a sentence, or made.

The browser sends one action at a time with the revision it has seen; whatever comes back, nothing is half done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, State, callback, html, no_update, set_props

import access
from callbacks import plan_changes, wiring
from callbacks.plan_view import Showing, showing
from components import ids
from components.links import icon
from components.markup import PROPERTY, markup
from components.plan_words import adjustment_words
from components.view import View
from planning.errors import Conflict, LedgerError, NotAllowed, NotEditable, Refused, VersionMissing
from planning.replay import replay
from planning.rights import Planner
from planning.scenarios import Overtaken, Scenario, Scenarios
from queries import plans
from queries.attainment import labels
from queries.engine import reading
from queries.planning import TIMES
from queries.slices import Slice

#: Steps of the workflow, by what the page calls them.
_STEPS = {"approve": Scenarios.approve, "return": Scenarios.return_, "publish": Scenarios.publish}


@dataclass(frozen=True, eq=False)
class Request:
    """One action as the browser sent it, and who asked for it."""

    view: View
    scenarios: Scenarios
    viewer: Planner
    said: Mapping[str, Any]

    @property
    def fields(self) -> Mapping[str, str]:
        """What was typed into a form."""
        given = self.said.get("fields")
        return {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}

    @property
    def plan_id(self) -> int:
        """The plan that the address names."""
        return int(self.view.slice_.option("plan") or 0)

    @property
    def target(self) -> int:
        """The version that a button names."""
        named = str(self.said.get("target") or "")
        return int(named) if named.isdigit() else self.plan_id

    @property
    def seen(self) -> int:
        """The revision that the page shows."""
        seen = self.said.get("seen")
        return seen if isinstance(seen, int) else 0


@dataclass(frozen=True)
class Done:
    """What became of an action: where the page goes next, whether attainment changed with it, what is said."""

    plan_id: int
    revision: int
    opens: bool = False
    is_published: bool = False
    said: str = ""


@callback(
    Output(ids.PLAN, "data"),
    Output(ids.PLAN_SAID, PROPERTY),
    Input(ids.PLAN_ACTION, "data"),
    State(ids.SLICE, "data"),
    State(ids.VERSION, "data"),
    State("_pages_location", "pathname"),
    prevent_initial_call=True,
)
def change_plan(action: Mapping[str, Any] | None, query: str | None, version: str | None, path: str | None) -> Any:
    """Makes one change, or says why it is refused."""
    if not isinstance(action, dict):
        return no_update, no_update
    with reading(wiring.warehouse().database(version or None)) as database:
        view = wiring.view_of(Slice.from_search(query), database, path=wiring.page_path(path))
        scenarios = plans.scenarios()
        if scenarios is None:
            return no_update, markup(_message(view, view.w("plan.no_ledger"), []))
        request = Request(view, scenarios, access.viewer().planner, action)
        try:
            done = act_on(request)
        except LedgerError as refused:
            return {"refused": action.get("number")}, markup(refusal(request, refused))
    if done.opens:
        set_props(ids.SLICE, {"data": view.slice_.with_option("plan", str(done.plan_id)).to_query()})
    if done.is_published:
        set_props(ids.VERSION, {"data": wiring.warehouse().looked_anew()})
    return {"plan": done.plan_id, "revision": done.revision}, markup(_thanks(done.said))


def act_on(request: Request) -> Done:
    """Does what is asked; raises LedgerError, and has then changed nothing."""
    kind = str(request.said.get("kind"))
    made = _ACTIONS.get(kind)
    if made is not None:
        return made(request)
    if kind in _STEPS:
        note = request.fields.get("note")
        after = _STEPS[kind](
            request.scenarios, request.plan_id, viewer=request.viewer, expected_revision=request.seen, note=note
        )
        return _done(after, is_published=kind == "publish", said=request.view.w(f"plan.done_{kind}"))
    shown = showing(request.view)
    if shown is None or shown.opened.scenario is None:
        raise Refused("no_plan")
    adjustments = plan_changes.adjustments_of(shown, kind, request.said, request.fields)
    after, plan = request.scenarios.adjust(
        request.plan_id, adjustments, plan=shown.opened.plan, viewer=request.viewer, expected_revision=request.seen
    )
    plans.desk().keep(after, plan)
    return _done(after)


def _done(after: Scenario, **more: Any) -> Done:
    return Done(after.version_id, after.revision, **more)


def _begin(request: Request) -> Done:
    after = request.scenarios.begin(request.target, name=request.fields.get("name", ""), viewer=request.viewer)
    return _done(after, opens=True)


def _duplicate(request: Request) -> Done:
    name = request.fields.get("name", "")
    return _done(request.scenarios.duplicate(request.plan_id, name=name, viewer=request.viewer), opens=True)


def _rename(request: Request) -> Done:
    name = request.fields.get("name", "")
    return _done(request.scenarios.rename(request.plan_id, name, viewer=request.viewer, expected_revision=request.seen))


def _comment(request: Request) -> Done:
    request.scenarios.comment(request.plan_id, request.fields.get("note", ""), viewer=request.viewer)
    return Done(request.plan_id, request.seen, said=request.view.w("plan.done_comment"))


def _undo(request: Request) -> Done:
    steps = int(request.said.get("value") or 1)
    return _done(
        request.scenarios.undo(request.plan_id, viewer=request.viewer, expected_revision=request.seen, steps=steps)
    )


def _redo(request: Request) -> Done:
    return _done(request.scenarios.redo(request.plan_id, viewer=request.viewer, expected_revision=request.seen))


def _submit(request: Request) -> Done:
    scenario = request.scenarios.read(request.plan_id)
    plan = plans.desk().state(scenario, plans.plan_of(scenario.base))
    after = request.scenarios.submit(request.plan_id, plan, viewer=request.viewer, expected_revision=request.seen)
    return _done(after, said=request.view.w("plan.done_submit"))


def _put_back(request: Request) -> Done:
    version = request.scenarios.put_back(request.target, viewer=request.viewer)
    return Done(version.version_id, version.revision, is_published=True, said=request.view.w("plan.done_put_back"))


def _rebase(request: Request) -> Done:
    """Onto another version, or the present rows of the same: only if all adjustments can still be made there."""
    scenario = request.scenarios.read(request.plan_id)
    base = request.scenarios.ledger.version(request.target)
    replay(plans.plan_of(base), scenario.adjustments)
    after = request.scenarios.rebase(
        request.plan_id, request.target, viewer=request.viewer, expected_revision=request.seen
    )
    return _done(after, said=request.view.w("plan.done_rebase", number=base.number))


_ACTIONS: dict[str, Callable[[Request], Done]] = {
    "begin": _begin,
    "duplicate": _duplicate,
    "rename": _rename,
    "comment": _comment,
    "undo": _undo,
    "redo": _redo,
    "submit": _submit,
    "put_back": _put_back,
    "rebase": _rebase,
}


def refusal(request: Request, refused: LedgerError) -> Any:
    """Why nothing was changed, in words, and what can be done about it."""
    view = request.view
    if isinstance(refused, Overtaken):
        return _overtaken(request, refused)
    if isinstance(refused, Refused):
        return _message(view, refused_words(view, refused), [])
    known = {
        Conflict: "plan.conflict",
        NotEditable: "plan.not_editable",
        NotAllowed: "plan.not_now",
        VersionMissing: "plan.gone",
    }
    key = next((words for kind, words in known.items() if isinstance(refused, kind)), None)
    return _message(view, view.w(key) if key else str(refused), [])


def refused_words(view: View, refused: Refused) -> str:
    """The sentence of a refusal in the language, with members by name."""
    values = dict(refused.values)
    shown = showing(view)
    if shown is not None:
        for name in ("member", "parent"):
            if name in values:
                values[name] = _named(shown, str(values[name] or ""))
    if "by" in values and shown is not None:
        values["by"] = (
            shown.level_words(str(values["by"])) if str(values["by"]) in (*TIMES, *shown.ways) else values["by"]
        )
    return view.w(f"refused.{refused.reason}", **values)


def _named(shown: Showing, member: str) -> str:
    for by in shown.ways:
        if by in TIMES:
            continue
        name = shown.name(by, member)
        if name != member:
            return name
    return member or shown.view.w("plan.this_part")


def _overtaken(request: Request, refused: Overtaken) -> Any:
    """Who was faster, with what; and the same change once more on top of theirs."""
    view, w = request.view, request.view.w
    when = refused.changed_at.astimezone()
    their = [adjustment_words(view, entry.adjustment, labels) for entry in refused.since[:3]]
    text = w("plan.overtaken", who=refused.changed_by, when=f"{when:%H:%M}")
    said = [html.P(w("plan.overtaken_by", what=w("words.semicolon").join(their)))] if their else []
    again = {
        name: request.said.get(name) for name in ("kind", "value", "rows", "target", "fields") if request.said.get(name)
    }
    buttons = [
        html.Button(
            w("plan.on_top"),
            type="button",
            className="btn-q sm solid",
            **{"data-plan-again": json.dumps(again, ensure_ascii=False), "data-revision-now": str(refused.revision)},
        ),
        html.Button(w("plan.look"), type="button", className="btn-q sm", **{"data-plan-look": ""}),
    ]
    return _message(view, text, [*said, html.Div(buttons, className="row-btns")])


def _message(view: View, text: str, more: list[Any]) -> Any:
    close = html.Button(
        icon("x-lg"),
        type="button",
        className="btn-q bare sm",
        title=view.w("shell.close"),
        **{"data-plan-close": "", "aria-label": view.w("shell.close")},
    )
    return html.Div(
        [icon("exclamation-diamond"), html.Div([html.B(text), *more]), close],
        className="plan-message refused",
        role="alert",
    )


def _thanks(text: str) -> Any:
    return html.Div([icon("check2"), html.Div(text)], className="plan-message made") if text else ""
