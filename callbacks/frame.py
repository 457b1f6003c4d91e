"""What every page shares: sentence, key numbers, top bar, chips, picker, explanation, list of deals, messages."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, html, no_update

import access
import callbacks
from callbacks import wiring
from callbacks.explain import explanation
from callbacks.listing import sheet_head
from callbacks.strip import strip
from components import filter_bar, filter_sheet, ids
from components.download import page_menu
from components.links import icon
from components.markup import PROPERTY
from components.model_editor import model_editor
from components.shell import items
from components.top_bar import top_bar
from components.view import View
from components.words import Words, words
from queries import options
from queries.funnel import stages
from queries.rows import Behind
from queries.semantic.dimensions import DIMENSIONS

_MODULES = [import_module(f"callbacks.{found.name}") for found in iter_modules(callbacks.__path__)]
#: What says a page's sentence and names its key numbers, by path: every module of callbacks that has a sentence.
PAGES: dict[str, Any] = {module.PATH: module for module in _MODULES if hasattr(module, "sentence")}

clientside_callback(
    ClientsideFunction("slice", "follow"),
    Output(ids.QUERY, "data"),
    Output(ids.SHOWN, "data"),
    Output(ids.DROPPED, "data"),
    Input(ids.SLICE, "data"),
    State(ids.QUERY, "data"),
    State(ids.SHOWN, "data"),
)
clientside_callback(ClientsideFunction("slice", "carry"), Output(ids.NAV, "data-carried"), Input(ids.SLICE, "data"))
clientside_callback(
    ClientsideFunction("slice", "clicked"),
    Input({"type": "figure", "card": ALL}, "clickData"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("slice", "opened"), Input(ids.DRAWER, "hidden"), Input(ids.DRAWER, "children"))
clientside_callback(ClientsideFunction("slice", "shows"), Input(ids.VERSION, "data"))
clientside_callback(
    ClientsideFunction("slice", "refill"),
    Input(ids.SHOWN, "data"),
    Input(ids.GRID, "columnDefs"),  # which come anew with each version of the data
    State(ids.VERSION, "data"),
    prevent_initial_call=True,
)


def labels_of(view: View) -> dict[str, dict[str, str]]:
    """Labels, by key or by name, of the members of the dimensions that are filtered by."""
    column = "label_zh" if view.lang == "zh" else "label"
    found: dict[str, dict[str, str]] = {}
    for name, _ in view.slice_.filters:
        members = options.members(name, scope=view.scope)
        found[name] = {}
        for given in ("label", "key"):
            named = [
                view.key_words(name, str(key)) or text
                for key, text in zip(members["key"], members[column], strict=True)
            ]
            found[name] |= dict(zip(members[given], named, strict=True))
    return found


def chips_of(view: View) -> list[Any]:
    """The filters as a sentence, with what the page adds to it."""
    page = PAGES.get(view.path)
    extra = page.words_of(view) if page is not None else []
    if not is_sliced(view.path):
        return extra
    return filter_bar.chips(view, labels_of(view), words=extra)


def bar_of(view: View) -> list[Any]:
    """The top bar."""
    named, sliced = name_of(view.path, view.w), is_sliced(view.path)
    filters = filter_sheet.filters_button(view) if sliced else None
    return top_bar(
        view,
        named,
        labels_of(view) if sliced else {},
        is_late=wiring.is_stale(),
        is_sliced=sliced,
        downloads=page_menu(view, named, is_sliced=sliced),
        filters=filters,
    )


def is_sliced(path: str) -> bool:
    """Whether a page follows period and filters; a module of callbacks says `IS_SLICED = False` where it does not."""
    return getattr(PAGES.get(path), "IS_SLICED", True)


def name_of(path: str, w: Words) -> str:
    """The page's name, as the navigation has it."""
    return w(f"nav.{next((item.name for item in items() if item.path == path), 'overview')}")


def findings_failed(error: Exception) -> tuple[Any, ...]:
    """The page's name in place of its finding; a message tells the rest."""
    wiring.failed_elsewhere(error)
    name = name_of(wiring.page_path(ctx.states.get("_pages_location.pathname")), words(access.language()))
    return name, no_update, no_update


def headline(view: View) -> str:
    """The page's finding in one sentence."""
    return PAGES[view.path].sentence(view)


def key_numbers(view: View) -> Any:
    """The key numbers; a page may have its own way with them."""
    page = PAGES[view.path]
    return page.key_strip(view) if hasattr(page, "key_strip") else strip(view, page.KEY_NUMBERS)


def notice_of(view: View, dropped: list[str] | None) -> Any:
    """What of the address nobody understood, and what the data does not know."""
    return filter_bar.notice(view.w, view.slice_, [*(dropped or []), *view.slice_.dropped])


@wiring.part([Output(ids.BAR, PROPERTY), Output(ids.NOTICE, PROPERTY)], extra=(ids.DROPPED,))
def show_controls(view: View, dropped: list[str] | None) -> tuple[Any, ...]:
    """What the page is put to: the top bar, and what of the address could not be followed."""
    return bar_of(view), notice_of(view, dropped)


@wiring.part([Output(ids.DRAWER, PROPERTY), Output(ids.DRAWER, "hidden")], opens=True, extra=(ids.PANEL,))
def show_drawer(view: View, panel: str) -> tuple[Any, bool]:
    """Beside the page: the members of a filter, the model editor, or how a number is computed."""
    kind, _, name = (panel or "").partition(":")
    if kind == "filter" and name in DIMENSIONS:
        return filter_bar.picker(view, name, options.members(name, scope=view.scope)), False
    if kind == filter_sheet.PANEL:
        return filter_sheet.filter_sheet(view, labels_of(view)), False
    if kind == "model":
        return model_editor(view, stages(view.slice_, scope=view.scope)), False
    page = PAGES.get(view.path)
    if kind and page is not None and hasattr(page, "drawer"):
        return page.drawer(view, kind, name), False
    topic = view.slice_.option("explain")
    if not topic:
        return [], True
    try:
        return explanation(view, topic), False
    except wiring.NotYet as yet:
        raise wiring.NotYet((yet.shown, False)) from yet


@wiring.part(
    [Output(ids.SHEET_HEAD, PROPERTY), Output(ids.SHEET, "hidden"), Output(ids.GRID, "columnDefs")], opens=True
)
def show_sheet(view: View) -> tuple[Any, bool, list[dict[str, Any]]]:
    """The list behind what was clicked, or nothing."""
    behind = Behind.parse(view.slice_.option("open"))
    if behind is None:
        return [], True, []
    head, columns = sheet_head(view, behind)
    return head, False, columns


@wiring.part(
    [Output(ids.HEADLINE, "children"), Output(ids.STRIP, PROPERTY), Output(ids.CHIPS, PROPERTY)],
    gives_way=True,
    on_error=findings_failed,
)
def show_findings(view: View) -> tuple[Any, ...]:
    """What the page says: its sentence, its key numbers, the chips with its own words. They ask mostly the same."""
    return headline(view), key_numbers(view), chips_of(view)


@callback(Output(ids.BANNER, "children"), Input(ids.HEALTH, "data"), prevent_initial_call=True)
def show_banner(health: dict[str, Any] | None) -> Any:
    """The database does not answer, or the data is old: said above the page until it is over."""
    if not health or health.get("state") == "ok":
        return None
    text = words(access.language())(f"banner.{health['state']}", since=health.get("since"), hours=health.get("hours"))
    return html.Div([icon("clock"), html.Span(text)], className="banner", role="alert")
