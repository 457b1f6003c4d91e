"""Markup: a tree of html components as text, which `assets/49_markup.js` puts into the page.

Dash tells every component on a page of every change of the page. A table of hundreds of cells, or a menu of links, to
which no callback ever speaks would make each change slow; as text in one attribute it costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from dash import dcc
from dash.development.base_component import Component

#: The property that holds it, as a callback's output names it.
PROPERTY = "data-html"
_NAMES = {"className": "class", "htmlFor": "for", "autoComplete": "autocomplete"}
_VOID = {"input", "br", "hr", "img"}
#: What a component keeps beside its properties: a page has thousands, and its own way to tell them apart takes half of
#: the time of writing one.
_OF_COMPONENTS = {
    "_prop_names", "_valid_wildcard_attributes", "available_properties", "available_wildcard_properties",
    "_namespace", "_type", "_base_nodes", "_children_props",
}  # fmt: skip
#: What only Dash itself makes something of.
_OF_DASH = {"children", "id", "style", "debounce", "n_clicks", "key", "persistence_type", "persisted_props", "step"}


@dataclass(frozen=True)
class Raw:
    """Markup as it is, made by ourselves."""

    text: str


def markup(tree: Any) -> str:
    """The tree as HTML; raises TypeError for a component that is more than markup, such as a graph."""
    return "".join(_pieces(tree))


def filled(tree: Any) -> dict[str, str]:
    """The tree as a component's property: `html.Div(**filled(tree))`."""
    return {PROPERTY: markup(tree)}


def _pieces(tree: Any) -> Iterator[str]:
    if tree is None or isinstance(tree, bool):
        return
    if isinstance(tree, Raw):
        yield tree.text
    elif isinstance(tree, str | int | float):
        yield escape(str(tree), quote=False)
    elif isinstance(tree, Component):
        yield from _element(tree)
    else:
        for part in tree:
            yield from _pieces(part)


def _element(component: Component) -> Iterator[str]:
    props = {name: value for name, value in vars(component).items() if name not in _OF_COMPONENTS}
    tag = _tag(component)
    if isinstance(component, dcc.Link):
        props["data-page"] = True
    attributes = "".join(_attributes(props))
    yield f"<{tag}{attributes}>"
    if tag not in _VOID:
        yield from _pieces(props.get("children"))
        yield f"</{tag}>"


def _tag(component: Component) -> str:
    if isinstance(component, dcc.Link):
        return "a"
    if isinstance(component, dcc.Input):
        return "input"
    if component._namespace != "dash_html_components":
        raise TypeError(f"{component._type} is more than markup")
    return str(component._type).lower()


def _attributes(props: Mapping[str, Any]) -> Iterator[str]:
    found = {name: value for name, value in props.items() if name not in _OF_DASH}
    if "id" in props:
        if not isinstance(props["id"], str):
            raise TypeError(f"{props['id']} is spoken to by callbacks, which markup is not")
        found["id"] = props["id"]
    if props.get("style"):
        found["style"] = ";".join(f"{_kebab(name)}:{value}" for name, value in props["style"].items())
    for name, value in sorted(found.items()):
        spelled = _NAMES.get(name, name if "-" in name else name.lower())
        if value is True:
            yield f" {spelled}" if not spelled.startswith("aria-") else f' {spelled}="true"'
        elif value is not None and value is not False:
            yield f' {spelled}="{escape(str(value), quote=True)}"'


def _kebab(name: str) -> str:
    """`marginTop` as `margin-top`; variables (`--wanted`) as they are."""
    return name if name.startswith("--") else "".join(f"-{c.lower()}" if c.isupper() else c for c in name)
