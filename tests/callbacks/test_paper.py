"""The page as a file over HTTP: what is refused in a sentence, what a file is called; Chromium itself is played."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from callbacks import paper
from callbacks.chromium import BrowserFailed, BrowserSlow, tab
from callbacks.paper import Press, period_code
from components.view import View
from components.words import words
from queries.periods import parse_period
from tests.rows import deal

DEALS = [deal("d1", "won", amount=1_000), deal("d2")]
ORIGIN = "http://127.0.0.1:1"
Ask = Callable[..., Any]


@pytest.fixture
def ask(served: Any, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Asks for a page of the company; `press` says with what it is drawn."""

    server = served(opportunities=DEALS)

    def get(query: str, *, kind: str = "pdf", press: Press | None = None, lang: str = "en", **headers: str) -> Any:
        monkeypatch.setitem(server.extensions, "press", press or Press("/bin/true", ORIGIN, 8))
        client = server.test_client()
        client.set_cookie("language", lang)
        return client.get(f"/download/page.{kind}?{query}", headers=headers)

    return get


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, View]]:
    """What would have been drawn, instead of drawing it."""
    seen: list[tuple[str, View]] = []

    def draw(_: Press, kind: str, view: View) -> bytes:
        seen.append((kind, view))
        return b"%PDF"

    monkeypatch.setattr(paper, "drawn_by", draw)
    return seen


def program(folder: Path, text: str) -> str:
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="ascii")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("press", "says"),
    [(Press(None, ORIGIN, 8), "no_browser"), (Press("/bin/true", ORIGIN, 1), "one_thread")],
    ids=["no Chromium", "one thread"],
)
def test_what_cannot_be_done_is_a_sentence(ask: Ask, press: Press, says: str, lang: str) -> None:
    answer = ask("page=/", press=press, lang=lang)
    assert (answer.status_code, answer.mimetype) == (501, "text/plain")
    assert answer.get_data(as_text=True) == words(lang)(f"download.{says}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "page=",
        "page=/no/such",
        "page=/not-found",
        "page=//evil.example/",
        "page=https://evil.example/",
        "page=/funnel/../../etc/passwd",
        "page=/healthz",
        "page=file:///etc/passwd",
        "page=%00",
        "page=/@evil.example",
    ],
)
def test_only_pages_that_there_are_can_be_drawn(ask: Ask, drawn: list[Any], query: str) -> None:
    answer = ask(query)
    # Nothing said is the overview, as its own address is; whatever else is no page is refused.
    expected = 200 if query in {"", "page="} else 404
    assert answer.status_code == expected and len(drawn) == (expected == 200)
    assert all(view.path == "/" for _, view in drawn)


def test_the_query_is_read_as_the_page_reads_it(ask: Ask, drawn: list[tuple[str, View]]) -> None:
    hostile = (
        "page=/funnel&region=East&region=%22%29%3Balert(1)&nonsense=%0d%0a&open=won_amount&explain=win_rate&by=%ff"
    )
    assert ask(hostile, kind="png").status_code == 200
    ((kind, view),) = drawn
    assert (kind, view.path, view.slice_.to_query()) == ("png", "/funnel", "region=East")


def test_other_kinds_and_other_sites_are_refused(ask: Ask, drawn: list[Any]) -> None:
    assert ask("page=/", kind="exe").status_code == 404
    assert ask("page=/", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert ask("page=/", **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert len(drawn) == 1


@pytest.mark.usefixtures("drawn")
def test_one_at_a_time(ask: Ask) -> None:
    press = Press("/bin/true", ORIGIN, 8)
    with press.busy:
        answer = ask("page=/", press=press)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert answer.get_data(as_text=True) == words("en")("download.busy")
    assert ask("page=/", press=press).status_code == 200 and not press.busy.locked()


@pytest.mark.parametrize(
    ("does", "status", "says"),
    [("exit 1", 502, "failed"), ("exec sleep 60", 504, "slow")],
    ids=["ends at once", "never answers"],
)
def test_a_browser_that_fails_is_a_sentence(ask: Ask, tmp_path: Path, does: str, status: int, says: str) -> None:
    press = Press(program(tmp_path, does), ORIGIN, 8, seconds=0.3)
    answer = ask("page=/", press=press)
    text = answer.get_data(as_text=True)
    assert answer.status_code == status and text.startswith(words("en")(f"download.{says}")) and "(R-" in text
    assert not press.busy.locked()


def test_a_browser_is_ended_whatever_happens(tmp_path: Path) -> None:
    path = program(tmp_path, f'echo $$ > "{tmp_path}/pid"; echo "$HOME" > "{tmp_path}/home"; exec sleep 60')
    with pytest.raises(BrowserSlow), tab(path, host="127.0.0.1", seconds=0.5):
        raise AssertionError("it has no tab")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert not Path((tmp_path / "home").read_text().strip()).exists()


def test_a_browser_gets_none_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_DATABASE_URL", "postgresql://reader:secret@db/crm")
    path = program(tmp_path, f'env > "{tmp_path}/env"')
    with pytest.raises(BrowserFailed), tab(path, host="127.0.0.1", seconds=5):
        raise AssertionError("it has no tab")
    assert "secret" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize(
    ("query", "lang", "name"),
    [
        ("page=/", "en", "overview-2026Q3-2026-08-27.pdf"),
        ("page=/attainment&region=East", "en", "attainment-East-2026Q3-2026-08-27.pdf"),
        ("page=/attainment&region=East", "zh", "attainment-华东-2026Q3-2026-08-27.pdf"),
        ("page=/funnel&region=!East&period=2026-07", "en", "funnel-not-East-2026-07-2026-08-27.pdf"),
        ("page=/&period=all&as_of=2026-06-30", "en", "overview-all-2026-06-30.pdf"),
    ],
)
def test_a_file_is_called_after_what_it_shows(ask: Ask, drawn: list[Any], query: str, lang: str, name: str) -> None:
    said = ask(query, lang=lang).headers["Content-Disposition"]
    assert said.isascii() and unquote(said).strip('"').endswith(name)
    assert len(drawn) == 1


@pytest.mark.parametrize(
    ("code", "first_month", "name"),
    [
        ("ytd", 1, "2026"),
        ("qtd", 4, "2027Q2"),
        ("last12m", 1, "last12m"),
        ("2026-01-01..2026-02-15", 1, "2026-01-01-2026-02-15"),
    ],
)
def test_a_period_in_a_name(code: str, first_month: int, name: str) -> None:
    period = parse_period(code, as_of=date(2026, 8, 27), first_month=first_month)
    assert period_code(period, first_month) == name
