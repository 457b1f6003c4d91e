"""Links: every control is a link to the slice it leads to, so that it can be opened, copied and reached by keyboard."""

from __future__ import annotations

from typing import Any

from dash import html

from queries.slices import Slice


def address(path: str, slice_: Slice) -> str:
    """Path and canonical query."""
    query = slice_.to_query()
    return f"{path}?{query}" if query else path


def to(children: Any, slice_: Slice, *, keep_open: bool = False, **about: Any) -> html.A:
    """A link to another slice of the same page; `keep_open` leaves the menu open that it stands in."""
    query = slice_.to_query()
    marks = {"data-slice": query, **({"data-keep": ""} if keep_open else {})}
    return html.A(children, href=f"?{query}", **marks, **about)


def panel(children: Any, name: str, **about: Any) -> html.Button:
    """A button that opens a panel beside the page, such as the picker of a filter."""
    return html.Button(children, type="button", **{"data-panel": name}, **about)


def aria(label: str, **more: Any) -> dict[str, Any]:
    """What a control without words of its own needs: a name for screen readers, and the same as a tooltip."""
    return {"title": label, "aria-label": label, **more}


def icon(name: str) -> html.I:
    """A Bootstrap icon; decoration only, so hidden from screen readers."""
    return html.I(className=f"bi bi-{name}", **{"aria-hidden": "true"})
