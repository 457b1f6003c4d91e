"""The comparison's own parts: numbered plans, with what takes one away or holds the others against it."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html

from components.links import address, aria, icon, to
from components.view import View
from queries.slices import Slice


def numbered(place: int) -> html.B:
    """The number that stands for a plan wherever its name does not fit, on its shade."""
    return html.B(str(place + 1), className=f"place place-{place + 1}")


@dataclass(frozen=True)
class Ways:
    """Where the links of a plan in the bar lead: into the planning page, to it as the first, to the page without it."""

    plan: Slice
    first: Slice | None
    without: Slice


def chosen(view: View, place: int, name: str, state: str, ways: Ways) -> html.Span:
    """A plan in the bar: its number, its name, its state, and what can be done with it."""
    w, first = view.w, None
    if ways.first is not None:
        hint = aria(w("compare.make_first", name=name))
        first = to(icon("arrow-left-short"), ways.first, className="btn-q bare sm", **hint)
    link = {"href": address("/planning", ways.plan), "title": w("compare.open", name=name), "data-page": ""}
    away = to(icon("x"), ways.without, className="btn-q bare sm", **aria(w("compare.remove", name=name)))
    parts = [numbered(place), html.A(name, className="who", **link), html.Small(state), first, away]
    return html.Span(parts, className="compare-plan")
