"""Dash's components as plain HTML, to be looked at in a browser without an application around them."""

from __future__ import annotations

from html import escape
from typing import Any

NAMES = {"className": "class", "tabIndex": "tabindex", "colSpan": "colspan", "rowSpan": "rowspan"}


def markup(component: Any) -> str:
    """The component and all in it as HTML."""
    if component is None:
        return ""
    if isinstance(component, list | tuple):
        return "".join(markup(one) for one in component)
    if not hasattr(component, "to_plotly_json"):
        return escape(str(component))
    described = component.to_plotly_json()
    tag, props = described["type"].lower(), dict(described["props"])
    inside = markup(props.pop("children", None))
    told = "".join(f' {NAMES.get(name, name)}="{escape(str(value))}"' for name, value in props.items())
    return f"<{tag}{told}>{inside}</{tag}>"
