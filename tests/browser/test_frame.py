"""What surrounds the pages: an address that is none, filters on a phone, a click outside."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import drawn, query


@pytest.mark.parametrize(("lang", "says"), [("en", "There is no such page."), ("zh", "没有这个页面。")])
def test_an_unknown_address_leads_to_the_pages_there_are(open_page: OpenPage, lang: str, says: str) -> None:
    page = open_page("/no/such?region=East&nonsense=1", lang=lang, expected=("404",))
    expect(page.locator("h1")).to_have_text(says)
    ways = page.locator("main .ways a")
    expect(ways).to_have_count(page.locator("#nav a").count())
    expect(page.locator("#nav a.on")).to_have_count(0)
    page.evaluate("window.sameDocument = true")
    ways.nth(1).click()
    drawn(page, "cohort")
    assert page.evaluate("window.sameDocument") and query(page) == "region=East"
    page.go_back()
    expect(page.locator("h1")).to_have_text(says)
    expect(page.locator("#nav a.on")).to_have_count(0)


def test_a_slash_behind_the_path_is_the_same_page(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel/"), "cohort")
    expect(page.locator("header.top b")).to_have_text("Funnel and forecast")
    expect(page.locator("#nav a.on")).to_have_text(re.compile("Funnel"))
