"""The page as PDF and PNG: drawn by a Chromium on this machine, for whoever asks, as they see it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import parse_qsl, quote, urlsplit

import flask
from flask import Response, current_app, request

import access
from callbacks import wiring
from callbacks.chromium import BrowserFailed, BrowserSlow, Tab, tab
from callbacks.wiring import page_path
from components.cards import plain
from components.links import address
from components.shell import items
from components.view import View
from components.wording import fiscal_year
from components.words import words
from queries import options
from queries.engine import NoData, reading
from queries.periods import Period
from queries.slices import Slice

routes = flask.Blueprint("paper", __name__)
KINDS = {"pdf": "application/pdf", "png": "image/png"}
SECONDS = 30.0
#: CSS pixels: what A4 landscape holds within its margins, and a laptop's screen.
SHEET, SCREEN = (1032, 703), (1440, 900)
MOST_NAMED = 60  # characters of filters in a file's name


@dataclass(frozen=True)
class Press:
    """What a process draws pages with: which Chromium, where it finds us, one page at a time."""

    chromium: str | None
    origin: str
    threads: int  # the download holds one of them while Chromium asks the others for the page
    seconds: float = SECONDS
    busy: Lock = field(default_factory=Lock)


def serve(server: flask.Flask, *, chromium: str | None, origin: str, threads: int) -> None:
    """Makes the downloads part of a server; starts nothing before the first is asked for."""
    server.extensions["press"] = Press(chromium, origin, threads)
    server.register_blueprint(routes)


@routes.get("/download/page.<kind>")
def download_page(kind: str) -> Response:
    """`?page=/funnel&region=East`: the page whole, its query as its own address has it; else a sentence why not."""
    if kind not in KINDS:
        flask.abort(404)
    # Starting a browser is dear: a page of another site cannot have it done.
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        flask.abort(403, "This request came from another site.")
    press: Press = current_app.extensions["press"]
    pairs = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    path = page_path(next((value for name, value in pairs if name == "page"), ""))
    named = {item.path: item.name for item in items()}
    if path not in named:
        return _sentence("unknown_page", 404)
    if press.chromium is None:
        return _sentence("no_browser", 501)
    if press.threads < 2:
        return _sentence("one_thread", 501)
    slice_ = plain(Slice.from_pairs((name, value) for name, value in pairs if name != "page"))
    try:
        database = wiring.warehouse().database()
    except NoData as nothing:
        return Response(str(nothing), 503, mimetype="text/plain")
    with reading(database):
        view = wiring.view_of(slice_, database, path=path)
        name = file_name(view, named[path], kind)
    if not press.busy.acquire(blocking=False):
        answer = _sentence("busy", 503)
        answer.headers["Retry-After"] = "2"
        return answer
    try:
        body = drawn_by(press, kind, view)
    except BrowserFailed as failed:
        key, status = ("slow", 504) if isinstance(failed, BrowserSlow) else ("failed", 502)
        return _sentence(key, status, wiring.logged(failed))
    finally:
        press.busy.release()
    answer = Response(body, mimetype=KINDS[kind])
    answer.headers["Content-Disposition"] = _attached(name)
    return answer


def _attached(name: str) -> str:
    """The header for a file's name; what is no ASCII is left out for who cannot read the whole (RFC 8187)."""
    ascii_name = re.sub("-+", "-", name.encode("ascii", "ignore").decode())
    wide = "" if name.isascii() else f"; filename*=UTF-8''{quote(name)}"
    return f'attachment; filename="{ascii_name}"{wide}'


def _sentence(key: str, status: int, reference: str = "") -> Response:
    text = words(access.language())(f"download.{key}")
    return Response(f"{text} ({reference})" if reference else text, status, mimetype="text/plain")


def drawn_by(press: Press, kind: str, view: View) -> bytes:
    """The page as a file. Paper is always light; a picture is as the viewer has the page."""
    assert press.chromium is not None
    theme = "light" if kind == "pdf" else view.theme
    width, height = SHEET if kind == "pdf" else SCREEN
    cookies = {"language": view.lang, "theme": theme, "compact": "0"}
    here = address(view.path, plain(view.slice_))
    with tab(press.chromium, host=urlsplit(press.origin).hostname or "", seconds=press.seconds) as page:
        given = [{"name": name, "value": value, "url": press.origin} for name, value in cookies.items()]
        page("Network.setCookies", cookies=given)
        scale = 1 if kind == "pdf" else 2
        page("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        if kind == "pdf":
            page("Emulation.setEmulatedMedia", media="print")
        page("Page.navigate", url=press.origin + here)
        page.wait_for(f"location.origin === {json.dumps(press.origin)} && Boolean(window.paper)")
        page.evaluate(f"paper.prepare({json.dumps(kind)}, {json.dumps(request.host + here)})")
        return base64.b64decode(_printed(page) if kind == "pdf" else _pictured(page))


def _printed(page: Tab) -> str:
    """The PDF in base 64; size and margins are the style sheet's."""
    return page("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]


def _pictured(page: Tab) -> str:
    """The PNG in base 64, the page's whole length."""
    clip = page.evaluate("paper.box()") | {"scale": 1}
    return page("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)["data"]


def file_name(view: View, page: str, kind: str) -> str:
    """`attainment-East-2026Q3-2026-08-27.pdf`: the page, what it is filtered by, period and as-of date."""
    label = "label_zh" if view.lang == "zh" else "label"
    parts: list[str] = []
    for name, values in view.slice_.filters:
        members = options.members(name, scope=view.scope)
        labels = {given: row[label] for row in members.to_dict("records") for given in (row["key"], row["label"])}
        for value in values:
            key = value.removeprefix("!")
            parts.append(("not " if value.startswith("!") else "") + str(labels.get(key, key)))
    filters = _fit_for_a_name("-".join(parts))[:MOST_NAMED].strip("-")
    day = view.slice_.as_of or view.as_of
    return "-".join(filter(None, [page, filters, period_code(view.period, view.first_month), f"{day}"])) + f".{kind}"


def _fit_for_a_name(text: str) -> str:
    """Letters and digits of any script; what else a file's name could be troubled by is a dash."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in text).split())


def period_code(period: Period, first_month: int) -> str:
    """ "2026Q3", "2026-07", "2026", "2026-01-01-2026-03-31", "last12m", "all": the period in a file's name."""
    if period.start is None or period.whole_end is None:
        return "all"
    codes = {
        "month": lambda: f"{period.start:%Y-%m}",
        "quarter": lambda: f"{fiscal_year(period, first_month)}Q{(period.start.month - first_month) % 12 // 3 + 1}",
        "year": lambda: f"{fiscal_year(period, first_month)}",
        "range": lambda: f"{period.start}-{period.whole_end}",
    }
    return codes.get(period.kind, lambda: period.kind)()
