"""What a person does on the planning page, as changes of the ledger: read, refused with a sentence, or made.

The browser sends one action at a time with the revision it has seen; whatever comes back, nothing is half done.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dash import Input, Output, State, callback, html, no_update, set_props

import access
from callbacks import plan_changes, plan_sheet, wiring
from callbacks.plan_replies import message, refusal, thanks
from callbacks.plan_view import Showing, showing
from components import ids
from components.markup import PROPERTY, markup
from components.plan_grid import act
from components.plan_words import adjustment_words
from components.view import View
from planning.adjustments import Adjustment
from planning.errors import LedgerError, Refused
from planning.replay import replay
from planning.rights import Planner
from planning.scenarios import Scenario, Scenarios
from planning.sheet import BadSheet
from queries import plans
from queries.attainment import labels
from queries.engine import reading
from queries.slices import Slice

#: What names a version, or counts steps.
ID = re.compile(r"\d{1,9}", re.ASCII)
#: Changes of a sheet that are said in words before it is taken.
MOST_LISTED = 8
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
        return int(named) if ID.fullmatch(named) else self.plan_id

    @property
    def name(self) -> str:
        """The name of an uploaded file."""
        return str(self.said.get("target") or "")[:80]

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
    preview: Any = None


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
            return no_update, markup(message(view, view.w("plan.no_ledger")))
        request = Request(view, scenarios, access.viewer().planner, action)
        try:
            done = act_on(request)
        except LedgerError as refused:
            return {"refused": action.get("number")}, markup(refusal(view, action, refused))
    if done.opens:
        set_props(ids.SLICE, {"data": view.slice_.with_option("plan", str(done.plan_id)).to_query()})
    if done.is_published:
        set_props(ids.VERSION, {"data": wiring.warehouse().looked_anew()})
    # The number tells apart two actions that leave the revision as it is: what did not differ would not be drawn anew.
    state = {"plan": done.plan_id, "revision": done.revision, "number": action.get("number")}
    return state, markup(done.preview or thanks(done.said))


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
    shown = _shown(request)
    return _adjust(request, shown, plan_changes.adjustments_of(shown, kind, request.said, request.fields))


def _shown(request: Request) -> Showing:
    """The plan in sight; raises Refused where that is none that could be changed."""
    shown = showing(request.view)
    if shown is None or shown.opened.scenario is None:
        raise Refused("no_plan")
    return shown


def _adjust(request: Request, shown: Showing, adjustments: list[Adjustment]) -> Done:
    """Makes adjustments on top of the state in sight. If the page shows an older one, the ledger refuses."""
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
    return _unchanged(request, said=request.view.w("plan.done_comment"))


def _undo(request: Request) -> Done:
    value = str(request.said.get("value") or 1)
    if not ID.fullmatch(value) or not int(value):
        raise Refused("unknown", what=value[:40])
    steps = int(value)
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


def _sheet(request: Request) -> list[Adjustment]:
    """What an uploaded workbook asks for; raises BadSheet."""
    text = str(request.said.get("value") or "")
    try:
        content = base64.b64decode(text.partition(",")[2], validate=True)
    except ValueError:
        raise BadSheet("not_xlsx") from None
    return plan_sheet.adjustments_in(_shown(request), content, reason=request.name)


def _preview_sheet(request: Request) -> Done:
    """Shows what a workbook would change, and changes nothing."""
    view, w, name, adjustments = request.view, request.view.w, request.name, _sheet(request)
    if not adjustments:
        return _unchanged(request, preview=message(view, w("plan.sheet_same", name=name)))
    listed = [html.Li(adjustment_words(view, one, labels)) for one in adjustments[:MOST_LISTED]]
    more = len(adjustments) - MOST_LISTED
    rest = [html.P(w("plan.sheet_more", count=more))] if more > 0 else []
    take = html.Div(act(w("plan.sheet_take"), "take_sheet", className="btn-q sm solid"), className="row-btns")
    text = w("plan.sheet_preview", name=name, count=len(adjustments), n=view.numbers.count(len(adjustments)))
    return _unchanged(request, preview=message(view, text, [html.Ul(listed), *rest, take], kind="yours"))


def _take_sheet(request: Request) -> Done:
    return _adjust(request, _shown(request), _sheet(request))


def _too_large(request: Request) -> Done:
    said = message(request.view, request.view.w("plan.sheet_too_large", name=request.name))
    return _unchanged(request, preview=said)


def _enter(request: Request) -> Done:
    """Keeps what was typed from below; empty fields are no entries."""
    shown = _shown(request)
    typed = {name.removeprefix("entry:"): text for name, text in request.fields.items() if name.startswith("entry:")}
    strangers = sorted(set(typed) - set(shown.members["key"].astype(str)))
    if strangers:
        raise Refused("unknown", what=strangers[0][:40])
    scale = shown.unit.scale
    amounts = [(member, plan_changes.amount_of(text, scale)) for member, text in typed.items() if text.strip()]
    if not amounts or shown.node.starts_on is None or shown.node.ends_on is None:
        raise Refused("no_amounts")
    period = (shown.node.starts_on, shown.node.ends_on)
    request.scenarios.enter(request.plan_id, shown.by, amounts, period, viewer=request.viewer)
    return _unchanged(request, said=request.view.w("plan.done_enter"))


def _hand_down(request: Request) -> Done:
    shown, member = _shown(request), str(request.said.get("value") or "")
    if member not in set(shown.members["key"].astype(str)):
        raise Refused("unknown", what=member[:40])
    request.scenarios.hand_down(request.plan_id, shown.by, member, viewer=request.viewer)
    return _unchanged(request, said=request.view.w("plan.done_hand_down"))


def _unchanged(request: Request, **more: Any) -> Done:
    return Done(request.plan_id, request.seen, **more)


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
    "sheet": _preview_sheet,
    "take_sheet": _take_sheet,
    "too_large": _too_large,
    "enter": _enter,
    "hand_down": _hand_down,
}
