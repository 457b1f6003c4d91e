"""How a callback is wired: View in, what a card shows out; versions, caching and failures are seen to here."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from dash import Input, Output, State, callback, ctx, html, no_update, set_props
from dash.exceptions import PreventUpdate
from flask import current_app, request
from plotly.io.json import to_json_plotly

import access
from components import ids
from components.cards import Card, parts_of
from components.links import icon
from components.markup import PROPERTY, markup
from components.states import failed
from components.view import View
from components.words import words
from queries import options, plans, trail
from queries.engine import Database, NoData, TooLarge, TooSlow, Unreachable, reading
from queries.slices import Slice
from queries.warehouse import Warehouse

#: What a page shows that may change while the data's version stays: by path, what differs whenever it does.
STATES: Mapping[str, Callable[[], Hashable]] = dict.fromkeys(("/audit", "/compare", "/planning"), trail.mark)

log = logging.getLogger("dashboard")


class Turns:
    """Lets what can wait wait, for a moment, until the process draws no card any more.

    All that a page shows is asked for at once. Whoever looks at it looks at the drawings, and on a small machine each
    thing that is worked out beside them makes them late.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._drawing = 0
        self._changed = threading.Condition()

    def counted(self, draw: Callable[[View], Card]) -> Callable[[View], Card]:
        """Draws, and has others wait meanwhile."""

        def counting(view: View) -> Card:
            self._count(1)
            try:
                return draw(view)
            finally:
                self._count(-1)

        return counting

    def wait(self) -> None:
        """Returns once no card is being drawn, or patience is at its end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._drawing, self._patience)

    def _count(self, more: int) -> None:
        with self._changed:
            self._drawing += more
            self._changed.notify_all()


cards_first = Turns(patience=0.3)


@dataclass(frozen=True)
class Json:
    """A figure, or whatever else an output takes that is no text, as the JSON that is sent.

    That is how answers are kept: it takes a quarter of the memory, and need not be written anew each time.
    """

    text: bytes

    @classmethod
    def of(cls, made: Any) -> Any:
        """Of what outputs take, each by itself; text, numbers and what is no value (`no_update`) stay as they are."""
        if not isinstance(made, dict | list):
            return made
        return cls(to_json_plotly(made).encode())

    @staticmethod
    def sent(kept: Any) -> Any:
        """What Dash puts into its answer."""
        if isinstance(kept, list):
            return [Json.sent(one) for one in kept]
        return orjson.Fragment(kept.text) if isinstance(kept, Json) else kept


class NotYet(RuntimeError):
    """What is asked for is still being made. Holds what is shown for now, which is not kept as an answer."""

    def __init__(self, shown: Any) -> None:
        super().__init__("not yet")
        self.shown = shown


def warehouse() -> Warehouse:
    """The process's warehouse."""
    return current_app.extensions["warehouse"]


def page_path(path: str | None) -> str:
    """The path as pages have it: what stands in an address may end in a slash."""
    return f"/{(path or '').strip('/')}"


def is_stale() -> bool:
    """Whether the data is older than it may be."""
    return warehouse().state()["state"] != "ok"


def view_of(slice_: Slice, database: Database, *, path: str, theme_: str | None = None) -> View:
    """The look of the present viewer at a slice; values the data does not know are dropped and named."""
    scope = access.viewer().scope
    return View(
        slice_=options.understood(slice_, scope=scope),
        scope=scope,
        lang=access.language(),
        theme=theme_ if theme_ in access.THEMES else access.theme(),
        path=path,
        as_of=database.as_of,
        currency=database.currency,
        first_month=database.first_month,
        compact=access.compact(),
    )


def drawn(
    name: str,
    draw: Callable[[View], Any],
    query: str | None,
    theme_: str | None,
    version: str | None,
    path: str,
    *,
    finish: Callable[[Any], Any] = lambda made: made,
) -> Any:
    """What `draw` makes of the view, finished; kept by data version, slice, state of plans or page, viewer, look."""
    with reading(warehouse().database(version or None)) as database:
        slice_, viewer = Slice.from_search(query), access.viewer()
        state = STATES[path]() if path in STATES else plans.revisions_of(slice_)
        key = ("drawn", name, slice_, state, viewer.scope, access.language(), access.compact(), theme_, path)
        try:
            kept = database.cache.get_or_make(
                key, database.version, lambda: finish(draw(view_of(slice_, database, path=path, theme_=theme_)))
            )
        except NotYet as yet:
            kept = finish(yet.shown)
        return Json.sent(kept)


def card(name: str, *, path: str) -> Callable[[Callable[[View], Card]], Callable[[View], Card]]:
    """Registers `draw(view) -> Card` for the card of that name."""

    def register(draw: Callable[[View], Card]) -> Callable[[View], Card]:
        outputs = [
            Output(ids.figure(name), "figure"),
            Output(ids.figure(name), "style"),
            Output(ids.part(name, "parts"), "data-parts"),
        ]

        @callback(
            outputs,
            Input(ids.part(name, "due"), "data"),
            Input(ids.THEME, "data"),
            Input(ids.VERSION, "data"),
            Input(ids.PLAN, "data"),
            prevent_initial_call=True,
            on_error=card_failed,
        )
        def show(query: str | None, theme_: str, version: str, _plan: Any) -> list[Any]:
            if query is None:  # not yet in sight
                raise PreventUpdate
            counted = cards_first.counted(draw)
            return drawn(
                name, counted, query, theme_, version, path, finish=lambda made: [Json.of(one) for one in parts(made)]
            )

        return draw

    return register


def parts(made: Card) -> list[Any]:
    """A card as the outputs of its callback, in their order."""
    return [made.figure or {"data": [], "layout": {}}, made.style, parts_of(made)]


def part(
    output: Output | list[Output],
    *,
    opens: bool = False,
    gives_way: bool = False,
    extra: tuple[str, ...] = (),
    on_error: Callable[[Exception], Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers `draw(view, ...)` for outputs of the page's frame; `extra` are stores handed on as they are.

    What `opens` follows what is open beside the page too. What `gives_way` lets the cards be drawn first. What fails
    leaves its place as it is, with a message; `on_error` may put something else there.
    """

    def register(draw: Callable[..., Any]) -> Callable[..., Any]:
        @callback(
            output,
            Input(ids.SHOWN if opens else ids.QUERY, "data"),
            Input(ids.THEME, "data"),
            Input(ids.VERSION, "data"),
            Input(ids.PLAN, "data"),
            *(Input(store, "data") for store in extra),
            State(ids.SLICE, "data"),
            State("_pages_location", "pathname"),
            prevent_initial_call=True,
            on_error=on_error,
        )
        def show(asked: str, theme_: str, version: str, _plan: Any, *rest: Any) -> Any:
            *more, whole, path = rest
            name = f"{draw.__module__}.{draw.__qualname__}{more}"

            def made(view: View) -> Any:
                if gives_way:
                    cards_first.wait()
                return draw(view, *more)

            return drawn(
                name,
                made,
                whole if opens else asked,
                theme_,
                version,
                page_path(path),
                finish=lambda found: written(output, found),
            )

        return draw

    return register


def written(output: Output | list[Output], made: Any) -> Any:
    """What was made for outputs, as markup where that is what they take."""
    if isinstance(output, list):
        return [written(one, own) for one, own in zip(output, made, strict=True)]
    if made is no_update:
        return made
    return markup(made) if output.component_property == PROPERTY else Json.of(made)


def reason_of(error: Exception) -> str:
    """The key of the sentence that tells a person what went wrong."""
    known = {
        TooSlow: "error.slow",
        TooLarge: "error.large",
        Unreachable: "error.unreachable",
        NoData: "error.no_data",
    }
    return next((key for kind, key in known.items() if isinstance(error, kind)), "error.unknown")


def logged(error: Exception) -> str:
    """Writes the whole error to the log and returns the reference that leads to it."""
    reference = f"R-{secrets.token_hex(3).upper()}"
    is_callback = request.path.endswith("/_dash-update-component")
    log.error("%s %s", reference, ctx.outputs_list if is_callback else request.path, exc_info=error)
    return reference


def card_failed(error: Exception) -> list[Any]:
    """A failed card says so in its own place; the other cards are not affected."""
    w = words(access.language())
    return parts(Card(state=failed(w, w(reason_of(error)), logged(error))))


def failed_elsewhere(error: Exception) -> None:
    """Any other callback that fails shows a message with its reference; never a traceback."""
    set_props(ids.TOASTS, {"children": failure(error)})


def failure(error: Exception) -> html.Div:
    """What went wrong, in a sentence, with the reference under which the log has it."""
    w = words(access.language())
    reference = logged(error)
    return html.Div(
        [
            icon("exclamation-diamond"),
            html.Div([html.B(w("error.title")), html.P(w(reason_of(error)))]),
            html.Button(reference, type="button", className="btn-q sm", **{"data-copy": reference}),
        ],
        className="message failed",
        role="alert",
    )
