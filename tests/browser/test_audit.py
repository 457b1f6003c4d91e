"""The audit page in the browser: narrowed down by links, taken along as a file, whole in each look."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import card
from tests.browser.test_pages import PAIRS, is_whole


@pytest.mark.parametrize(("lang", "theme", "size"), PAIRS, ids=str)
def test_the_page_is_drawn_whole(open_page: OpenPage, lang: str, theme: str, size: tuple[int, int]) -> None:
    page = open_page("/audit", lang=lang, theme=theme, size=size)
    expect(page.locator("h1")).to_have_text(re.compile(r"\S"))
    expect(page.locator(".bone")).to_have_count(0)
    expect(card(page, "trail").locator("tbody tr").first).to_be_visible()
    is_whole(page, lang=lang, theme=theme)


def test_choices_are_links_and_back_takes_them_back(open_page: OpenPage) -> None:
    page = open_page("/audit")
    rows = card(page, "trail").locator("tbody tr")
    expect(rows.first).to_be_visible()
    all_rows = rows.count()
    kinds = page.locator('.chips [data-menu="kind"]')
    kinds.locator("summary").click()
    kinds.get_by_role("link", name="Put in force").click()
    page.wait_for_url(re.compile(r"\?kind=published$"))
    expect(rows).not_to_have_count(all_rows)
    assert all("Put in force" in text for text in rows.locator(".what").all_inner_texts())
    expect(kinds.locator("summary")).to_have_text(re.compile("Put in force"))
    page.go_back()
    expect(rows).to_have_count(all_rows)


def test_a_version_leads_to_attainment_under_it(open_page: OpenPage) -> None:
    page = open_page("/audit?kind=taken_in")
    link = card(page, "trail").locator("tbody .version a").first
    expect(link).to_be_visible()
    link.press("Enter")
    page.wait_for_url(re.compile(r"/attainment\?target=\d+"))


def test_nothing_found_offers_the_way_back(open_page: OpenPage) -> None:
    page = open_page("/audit?who=nobody")
    expect(page.locator("h1")).to_have_text("0 changes of targets match what is chosen here.")
    page.get_by_role("link", name="Show everything").click()
    expect(card(page, "trail").locator("tbody tr").first).to_be_visible()
    assert page.url.endswith("/audit")


def test_all_of_it_is_a_file(open_page: OpenPage) -> None:
    page = open_page("/audit")
    rows = card(page, "trail").locator("tbody tr")
    expect(rows.first).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="All of it as CSV").click()
    text = fetched.value.path().read_text(encoding="utf-8-sig")
    assert fetched.value.suggested_filename == "audit-trail.csv"
    assert text.count("\n") == 1 + rows.count()


def test_the_navigation_has_its_groups(open_page: OpenPage) -> None:
    page = open_page("/audit")
    side = page.locator(".side #nav")
    expect(side.locator("h6")).to_have_text(["Look", "Plan"])
    expect(side.locator("a.on")).to_have_text("Audit trail")
