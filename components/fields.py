"""Fields of forms, as markup: Dash's own inputs take no labels for screen readers and no marks of ours."""

from __future__ import annotations

from html import escape
from typing import Any

from components.markup import Raw


def field(name: str, label: str, *, className: str = "field wide", **about: Any) -> Raw:  # noqa: N803 - Dash's own name
    """An input with a name for screen readers; `about` are its attributes, those of True stand alone.

    Underscores stand for the hyphens of `data-` marks.
    """
    said = {"name": name, "type": "text", "class": className, "aria-label": label, "autocomplete": "off", **about}
    said = {key: value for key, value in said.items() if value != "" or key == "value"}
    written = [
        f" {key.replace('_', '-')}" if value is True else f' {key.replace("_", "-")}="{escape(str(value), quote=True)}"'
        for key, value in said.items()
        if value is not None and value is not False
    ]
    return Raw(f"<input{''.join(written)}>")
