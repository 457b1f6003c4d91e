"""What the planning page says of an action: why it is refused, who was faster, what would be changed, what is done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from callbacks import plan_sheet
from callbacks.plan_view import Showing, showing
from components.links import icon
from components.plan_words import adjustment_words
from components.trail_words import who_words
from components.view import View
from planning.errors import WHOLE, Conflict, LedgerError, NotAllowed, NotEditable, Refused, VersionMissing
from planning.scenarios import Overtaken
from planning.sheet import BadSheet
from queries.attainment import labels
from queries.planning import TIMES


def refusal(view: View, said: Mapping[str, Any], refused: LedgerError) -> Any:
    """Why nothing was changed, in words, and what can be done about it."""
    if isinstance(refused, Overtaken):
        return _overtaken(view, said, refused)
    if isinstance(refused, Refused):
        return message(view, refused_words(view, refused))
    if isinstance(refused, BadSheet):
        return message(view, plan_sheet.refusal_words(view, refused))
    known = {
        Conflict: "plan.conflict",
        NotEditable: "plan.not_editable",
        NotAllowed: "plan.not_now",
        VersionMissing: "plan.gone",
    }
    key = next((words for kind, words in known.items() if isinstance(refused, kind)), None)
    return message(view, view.w(key) if key else str(refused))


def refused_words(view: View, refused: Refused) -> str:
    """The sentence of a refusal in the language, with members by name."""
    values = dict(refused.values)
    shown = showing(view)
    if shown is not None:
        for name in ("member", "parent"):
            if name in values:
                values[name] = _named(shown, str(values[name] or ""))
    if "who" in values:
        values["who"] = who_words(view, str(values["who"]))
    if "step" in values:
        values["step"] = view.w(f"refused.step_{str(values['step']).replace(' ', '_')}")
    if "by" in values and shown is not None:
        values["by"] = (
            shown.level_words(str(values["by"])) if str(values["by"]) in (*TIMES, *shown.ways) else values["by"]
        )
    return view.w(f"refused.{refused.reason}", **values)


def _named(shown: Showing, member: str) -> str:
    if member == WHOLE:
        return shown.view.w("plan_words.whole")
    for by in shown.ways:
        if by not in TIMES and member in labels(by):
            return shown.name(by, member)
    return member or shown.view.w("plan.this_part")


def _overtaken(view: View, asked: Mapping[str, Any], refused: Overtaken) -> Any:
    """Who was faster, with what; and the same change once more on top of theirs."""
    w = view.w
    when = refused.changed_at.astimezone()
    their = [adjustment_words(view, entry.adjustment, labels) for entry in refused.since[:3]]
    who = who_words(view, refused.changed_by)
    text = w("plan.overtaken", who=who[:1].upper() + who[1:], when=f"{when:%H:%M}")
    said = [html.P(w("plan.overtaken_by", what=w("words.semicolon").join(their)))] if their else []
    again = {name: asked[name] for name in ("kind", "value", "rows", "target", "fields", "reason") if asked.get(name)}
    buttons = [
        html.Button(
            w("plan.on_top"),
            type="button",
            className="btn-q sm solid",
            **{"data-plan-again": json.dumps(again, ensure_ascii=False), "data-revision-now": str(refused.revision)},
        ),
        html.Button(w("plan.look"), type="button", className="btn-q sm", **{"data-plan-look": ""}),
    ]
    return message(view, text, [*said, html.Div(buttons, className="row-btns")])


def message(view: View, text: str, more: Sequence[Any] = (), *, kind: str = "refused") -> Any:
    """A message above the grid, that stays until it is closed: a refusal, or what would be changed (`yours`)."""
    close = html.Button(
        icon("x-lg"),
        type="button",
        className="btn-q bare sm",
        title=view.w("shell.close"),
        **{"data-plan-close": "", "aria-label": view.w("shell.close")},
    )
    return html.Div(
        [icon("exclamation-diamond" if kind == "refused" else "pencil"), html.Div([html.B(text), *more]), close],
        className=f"plan-message {kind}",
        role="alert",
    )


def thanks(text: str) -> Any:
    """That something was done, where the page does not show it anyway."""
    return html.Div([icon("check2"), html.Div(text)], className="plan-message made") if text else ""
