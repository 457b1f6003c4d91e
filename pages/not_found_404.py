"""Not found: an address that no page has, and the ways to the pages there are."""

from __future__ import annotations

from dash import html, register_page

import access
from components.shell import not_found
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/not-found", title="Sales performance")  # no symbol: it stands in no navigation


def layout(**query: str) -> html.Div:
    """A sentence and links."""
    return not_found(words(access.language()), Slice.from_query(query))
