"""What was learnt from the data, for a view: the result where it is there, else what is shown until it comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from dash import html
from flask import current_app, request

from callbacks import wiring
from components.states import state
from components.view import View
from queries.engine import NoData, reading
from queries.separation import Separation
from queries.slices import Slice
from queries.training import Asked, State, Trainer

routes = flask.Blueprint("learned", __name__)
#: Where an open page asks whether what it waits for has come.
ADDRESS = "/api/learned"


def serve(server: flask.Flask, with_: Trainer) -> None:
    """Makes learning a part of a server; starts nothing before the first asks for it."""
    server.extensions["trainer"] = with_
    server.register_blueprint(routes)


def trainer() -> Trainer:
    """The process's trainer."""
    return current_app.extensions["trainer"]


@routes.get(ADDRESS)
def is_learned() -> dict[str, Any]:
    """`?region=East`: whether the slice's result is there, is waited for, or could not be had."""
    query = request.query_string.decode("utf-8", "replace")
    try:
        with reading(wiring.warehouse().database()) as database:
            view = wiring.view_of(Slice.from_search(query), database, path="/")
            return {"state": trainer().state(Asked.of(view.slice_, scope=view.scope))}
    except NoData:
        return {"state": "waiting"}


def learned(view: View, instead: Callable[[View, State], Any]) -> Separation:
    """What was learnt for the view; raises NotYet with what `instead` makes of the state where it is not there."""
    asked = Asked.of(view.slice_, scope=view.scope)
    now = trainer().state(asked)
    text = trainer().result(asked) if now == "ready" else None
    if text is None:
        raise wiring.NotYet(instead(view, "waiting" if now == "ready" else now))
    return Separation.from_json(text)


def waiting(view: View, now: State) -> html.Div:
    """What a card says until the result is there; the page asks again by itself (`assets/55_waiting.js`)."""
    w = view.w
    if now == "failed":
        return state("failed", w("separation.failed"), w("separation.failed_why"), symbol="exclamation-diamond")
    said = state("empty", w("separation.waiting"), w("separation.waiting_why"), symbol="hourglass-split")
    return html.Div(said, **{"data-waits": f"{ADDRESS}?{view.slice_.to_query()}"})
