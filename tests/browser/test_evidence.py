"""The pages of evidence in the browser: the model comes by itself, rows open their deals, the sheet fits a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.looks import card, drawn, sheet, total
from tests.browser.server import Server
from tests.browser.test_pages import is_whole

SEPARATION = ("separates", "odds", "calibration")
QUARTERS = ("strengths", "weaknesses", "opportunities", "threats")
LOOKS = [("en", "dark", DESKTOP), ("zh", "light", DESKTOP), ("zh", "dark", PHONE)]
#: Learning takes a process of its own, on a machine that may do much else.
LONG = 120_000


def learnt(page: Page) -> Page:
    """Waits until nothing on the page is waited for."""
    expect(page.locator("h1")).to_have_text(re.compile(r"\S"))
    expect(page.locator("[data-waits]")).to_have_count(0, timeout=LONG)
    expect(page.locator("h1")).not_to_contain_text(re.compile("being worked out|正在分析"))
    return drawn(page, *SEPARATION)


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize(("lang", "theme", "size"), LOOKS, ids=str)
def test_what_separates_is_drawn_whole(open_page: OpenPage, lang: str, theme: str, size: tuple[int, int]) -> None:
    is_whole(learnt(open_page("/what-separates", lang=lang, theme=theme, size=size)), lang=lang, theme=theme)


def test_the_model_comes_by_itself_and_a_restart_keeps_it(
    open_page: OpenPage, own_server: Callable[..., Server]
) -> None:
    own = own_server()
    kept = Path(own.data) / "models"
    for one in kept.glob("*.json") if kept.exists() else ():
        one.unlink()
    page = open_page("/what-separates", at=own, expected=("ERR_CONNECTION_REFUSED",))
    expect(page.locator("[data-waits]").first).to_be_attached()
    learnt(page)
    assert len(list(kept.glob("*.json"))) == 1  # both server processes were asked, one result was made
    found = page.locator("h1").inner_text()
    own.kill()
    own.start()
    again = open_page("/what-separates", at=own)
    drawn(again, "separates")
    expect(again.locator("[data-waits]")).to_have_count(0)
    assert again.locator("h1").inner_text() == found


def test_a_row_of_the_tree_opens_its_deals(open_page: OpenPage) -> None:
    page = learnt(open_page("/what-separates"))
    rows = card(page, "separates").locator("tr.leaf")
    assert rows.count() > 1
    row = rows.last
    deals = number(row.locator("td").last.inner_text())
    row.locator("a").first.click()
    assert total(sheet(page)).deals == deals


@pytest.mark.parametrize(("lang", "theme", "size"), LOOKS, ids=str)
def test_a_competitor_is_chosen_and_given_back(
    open_page: OpenPage, lang: str, theme: str, size: tuple[int, int]
) -> None:
    page = drawn(open_page("/against", lang=lang, theme=theme, size=size), "opponents")
    is_whole(page, lang=lang, theme=theme)
    first = card(page, "opponents").locator("tbody a").first
    name = first.inner_text()
    first.click()
    page.wait_for_url(re.compile(r"[?&]competitor="))
    expect(page.locator("#one-rival")).to_be_visible()
    expect(page.locator("h1")).to_contain_text(name)
    is_whole(drawn(page, *QUARTERS), lang=lang, theme=theme)
    page.go_back()
    expect(page.locator("#all-rivals")).to_be_visible()


def test_a_line_opens_its_deals(open_page: OpenPage) -> None:
    page = drawn(open_page("/against?competitor=V002"), *QUARTERS)
    line = card(page, "opportunities").locator("tbody tr").first
    created = number(line.locator("td").nth(1).inner_text())
    line.locator("a").first.click()
    assert total(sheet(page)).deals == created


def test_an_unknown_competitor_is_said_to_be_none(open_page: OpenPage) -> None:
    page = drawn(open_page("/against?competitor=nix"), *QUARTERS)
    expect(page.locator("h1")).to_have_text("There is no competitor called nix in this data.")
    card(page, "threats").get_by_role("link", name="Choose a competitor").click()
    expect(page.locator("#all-rivals")).to_be_visible()


def test_the_sheet_is_one_page_of_paper(open_page: OpenPage) -> None:
    page = drawn(open_page("/against?competitor=V001", size=(1032, 703)), *QUARTERS)
    page.evaluate("document.documentElement.dataset.paper = 'pdf'")
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollHeight") <= 703


@pytest.mark.parametrize("path", ["/what-separates", "/against", "/against?competitor=V001"])
def test_a_company_without_deals_is_said_so(open_page: OpenPage, own_server: Callable[..., Server], path: str) -> None:
    page = open_page(path, at=own_server(empty=True))
    expect(page.locator("main.no-data")).to_be_visible()
