"""The audit trail as a file: all lines of what is chosen, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import flask
from flask import Response

from callbacks.http import file_of, harmless
from components.trail_words import line_words
from components.view import View
from queries import trail as t
from queries.attainment import labels

#: Lines that are read at a time.
PIECE = 1_000
HEADS = ("when", "who", "kind", "what", "effect", "version", "why")
routes = flask.Blueprint("trail", __name__)


@routes.get("/download/trail.csv")
def download_trail() -> Response:
    """What the audit page lists for the same query, whole and in the viewer's language."""
    return file_of("/audit", _trail)


def _trail(view: View) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="audit-trail.csv"'}
    return Response("".join(as_csv(view)), mimetype="text/csv; charset=utf-8", headers=headers)


def as_csv(view: View) -> Iterator[str]:
    """A line a thing done, newest first: UTF-8 with a mark so that Excel reads Chinese; times are ISO 8601 in UTC."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow([view.w(f"audit.column_{name}") for name in HEADS])
    for row in _rows(view):
        said = line_words(view, row, labels)
        when = row.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        texts = (when, said.who, said.kind, said.what, said.effect, said.version, said.why)
        writer.writerow([harmless(text) for text in texts])
    yield buffer.getvalue()


def _rows(view: View) -> Iterator[Any]:
    page = 1
    while True:
        found = t.done(view.slice_.with_option("page", str(page)), scope=view.scope, size=PIECE)
        yield from found.head(PIECE).itertuples()
        if len(found) <= PIECE:
            return
        page += 1
