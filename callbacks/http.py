"""Plain HTTP beside the pages: health, the table behind every number, downloads, and the headers of every answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import flask
import pandas as pd
import xlsxwriter
from flask import Response, request
from plotly.io.json import to_json_plotly
from werkzeug.exceptions import HTTPException

import access
from callbacks import wiring
from callbacks.listing import PageAsked, localised, member_label, page_of_rows, status_words, title_of
from callbacks.wiring import page_path
from components.markup import markup
from components.shell import items
from components.view import View
from components.wording import dimension_words, filter_words, period_words
from components.words import words
from queries import row_list
from queries.breakdown import CannotAnswer
from queries.engine import NoData, frames_of, reading
from queries.rows import Behind
from queries.slices import Slice
from queries.table import records, slice_for_table, table

#: What an Excel sheet can hold, less its head.
MOST_ROWS_XLSX = 1_000_000
CHUNK = 5_000
NOT_SAID = "Say which deals with open=..., as the list's own link does."
routes = flask.Blueprint("http", __name__)


@routes.errorhandler(Exception)
def failed(error: Exception) -> Any:
    """A sentence with the reference under which the log has the whole error, and the same as a message to be shown."""
    if isinstance(error, HTTPException):
        return error
    w, shown = words(access.language()), wiring.failure(error)
    known = wiring.reason_of(error)
    return {"error": w(known), "message": markup(shown)}, 500 if known == "error.unknown" else 503


@routes.get("/healthz")
def healthz() -> tuple[dict[str, Any], int]:
    """Data version, as-of date, age and whether the database answers; 503 only while there is nothing to show."""
    state = wiring.warehouse().state()
    return state, 503 if state["state"] == "empty" else 200


@routes.get("/api/state")
def api_state() -> dict[str, Any]:
    """The same for open pages, which ask again and again: that there is no data yet is an answer, not a failure."""
    return wiring.warehouse().state()


@routes.get("/api/table")
def api_table() -> tuple[dict[str, Any] | list[dict[str, Any]], int]:
    """`?measure=won_amount&measure=win_rate&by=region&period=2026`: a list of objects; 400 with a sentence."""
    pairs = parse_qsl(_query(), keep_blank_values=True, errors="replace")
    measures, by = (tuple(value for name, value in pairs if name == wanted) for wanted in ("measure", "by"))
    rest = urlencode([(name, value) for name, value in pairs if name not in {"measure", "by"}])
    try:
        with reading(wiring.warehouse().database()):
            answer = table(measures, by, slice_for_table(rest), scope=access.viewer().scope)
    except CannotAnswer as cannot:
        return {"error": str(cannot)}, 400
    except NoData as nothing:
        return {"error": str(nothing)}, 503
    return records(answer, measures), 200


@routes.post("/api/deals")
def api_deals() -> Response | tuple[dict[str, Any], int]:
    """A page of the list that is open in the slice of the address; the body says which rows, in AG Grid's own terms.

    `version` in the body is that of the data that the page shows.
    """
    asked = request.get_json(silent=True) or {}
    try:
        rows, behind = PageAsked.of(asked), Behind.parse(Slice.from_search(_query()).option("open"))
    except ValueError as wrong:
        return {"error": str(wrong)}, 400
    if behind is None:
        return {"error": NOT_SAID}, 400
    draw = partial(page_of_rows, behind=behind, asked=rows)
    found = wiring.drawn(f"rows {rows}", draw, _query(), None, asked.get("version"), "/", finish=to_json_plotly)
    return Response(found, mimetype="application/json")


@routes.get("/download/deals.<kind>")
def download_deals(kind: str) -> Response:
    """The list that is open in the slice, whole, as CSV or XLSX, with the filters and the as-of date on it."""
    if kind not in {"csv", "xlsx"}:
        flask.abort(404)
    return file_of("/", lambda view: _deals(view, kind))


def _deals(view: View, kind: str) -> Response:
    behind = _asked(view)
    if behind is None:
        flask.abort(400, NOT_SAID)
    made = row_list.listing(behind, view.slice_, scope=view.scope)
    found = frames_of(made.limit(MOST_ROWS_XLSX) if kind == "xlsx" else made, size=CHUNK)
    columns = [c.name for c in made.selected_columns if not c.name.endswith("_zh")]
    head = about(view, behind)
    name = f"deals-{view.slice_.as_of or view.as_of}.{kind}"
    if kind == "csv":
        body: Any = as_csv(view, found, columns, head)
        kind_of = "text/csv; charset=utf-8"
    else:
        body = as_xlsx(view, found, columns, head)
        kind_of = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(body, mimetype=kind_of, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def file_of(path: str, make: Callable[[View], Response]) -> Response:
    """A file of what the page at `path` shows for the query of this request; in words why there is none."""
    try:
        database = wiring.warehouse().database()
    except NoData as nothing:
        return Response(str(nothing), 503, mimetype="text/plain")
    with reading(database):
        return make(wiring.view_of(Slice.from_search(_query()), database, path=path))


def _query() -> str:
    """What the address asks; Flask's own way refuses bytes that are no UTF-8 with a traceback."""
    return request.query_string.decode("utf-8", "replace")


def _asked(view: View) -> Behind | None:
    """What is open; else what is being explained, where that has rows."""
    return Behind.parse(view.slice_.option("open")) or Behind.parse(view.slice_.option("explain"))


def about(view: View, behind: Behind) -> list[str]:
    """What the file holds, in words: title, period, filters, as-of date."""
    lines = [title_of(view, behind), period_words(view.period, view)]
    for name, values in view.slice_.filters:
        labels = {key: member_label(view, name, key) for key in (value.removeprefix("!") for value in values)}
        lines.append(f"{dimension_words(name, view)}: {filter_words(values, labels, view, most=len(values))}")
    return [*lines, f"{view.w('as_of.label')} {view.slice_.as_of or view.as_of}"]


def as_csv(view: View, found: Iterable[pd.DataFrame], columns: list[str], head: list[str]) -> Iterator[str]:
    """Lines of CSV, UTF-8 with a mark so that Excel reads Chinese; what it is about stands in the first line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow(["# " + " · ".join(head)])
    writer.writerow([_heading(view, c) for c in columns])
    status = status_words(view.lang)
    for piece in found:
        for row in localised(piece, view.lang, status):
            writer.writerow([harmless(row[c]) for c in columns])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def as_xlsx(view: View, found: Iterable[pd.DataFrame], columns: list[str], head: list[str]) -> bytes:
    """A workbook: what it is about on top, headings, rows; text never becomes a formula."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet(view.w("sheet.deals_tab"))
        bold = book.add_format({"bold": True})
        for at, text in enumerate(head):
            sheet.write_string(at, 0, text, bold if at == 0 else None)
        top, line, status = len(head) + 1, len(head) + 1, status_words(view.lang)
        for at, column in enumerate(columns):
            sheet.write_string(top, at, _heading(view, column), bold)
        sheet.set_column(0, len(columns), 16)
        for row in (row for piece in found for row in localised(piece, view.lang, status)):
            line += 1
            for at, column in enumerate(columns):
                if row[column] is not None:
                    sheet.write(line, at, row[column])
    return stream.getvalue()


def _heading(view: View, column: str) -> str:
    return "ID" if column == "opportunity_id" else view.w(f"column.{column}")


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def refuse_foreign_posts() -> None:
    """A page of another site cannot make a signed-in browser post here: its Origin or Sec-Fetch-Site gives it away."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        flask.abort(403, "This request came from another site.")


def mark_unknown(response: Response) -> Response:
    """The document of an address that no page has is served, since it says where to go, but as not found."""
    if response.mimetype == "text/html" and response.status_code == 200:
        known = {item.path for item in items()}
        response.status_code = 200 if page_path(request.path) in known else 404
    return response


def protect(response: Response, policy: str) -> Response:
    """Headers that keep the browser from doing what the application never asks of it."""
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Frame-Options", "DENY")
    return response


def policy_of(hashes: list[str]) -> str:
    """Own scripts and the few inline ones of Dash, by hash; styles inline because Plotly and AG Grid need it."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {' '.join(hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
