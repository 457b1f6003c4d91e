"""What surrounds the pages: an address that is none, filters on a phone, a click outside."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.looks import drawn, query


@pytest.mark.parametrize(("lang", "says"), [("en", "There is no such page."), ("zh", "没有这个页面。")])
def test_an_unknown_address_leads_to_the_pages_there_are(open_page: OpenPage, lang: str, says: str) -> None:
    page = open_page("/no/such?region=East&nonsense=1", lang=lang, expected=("404",))
    expect(page.locator("h1")).to_have_text(says)
    ways = page.locator("main .ways a")
    expect(page.locator("#nav a").first).to_be_visible()
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


def has_focus_inside(panel: Locator) -> bool:
    return bool(panel.evaluate("panel => panel.contains(document.activeElement)"))


def no_target_is_small(page: Page) -> None:
    small = page.locator("#drawer :is(a[href], button, .field)").evaluate_all(
        "all => all.map(one => [one.textContent, one.getBoundingClientRect()])"
        ".filter(([_, box]) => Math.min(box.width, box.height) < 44)"
    )
    assert not small and page.locator("#drawer button").count() > 1, small


def test_a_phone_has_its_filters_in_a_sheet(open_page: OpenPage) -> None:
    page = drawn(open_page("/", size=PHONE), "months")
    opener, sheet = page.locator("header.top .filters-button"), page.locator("#drawer")
    expect(page.locator("#chips .chip:visible")).to_have_count(0)
    expect(opener).to_have_accessible_name("Filters")
    opener.click()
    expect(sheet).to_have_attribute("aria-modal", "true")
    box = sheet.bounding_box()
    assert box is not None and (box["x"], box["width"]) == (0, PHONE[0]) and box["y"] + box["height"] == PHONE[1]
    no_target_is_small(page)
    sheet.get_by_role("button", name="Region").click()
    member = sheet.locator("#picker-rows a").first
    name = member.locator("span").inner_text()
    member.click()
    expect(member).to_have_attribute("aria-checked", "true")
    expect(opener).to_have_accessible_name("Filters: 1 set")
    no_target_is_small(page)
    sheet.get_by_label("Back to the filters").click()
    expect(sheet.locator(".filter-row").first).to_contain_text(name)
    sheet.get_by_label(f"Remove {name}").click()
    expect(opener).to_have_accessible_name("Filters")
    assert query(page) == ""


def test_the_sheet_keeps_the_focus_and_closes_in_three_ways(open_page: OpenPage) -> None:
    page = drawn(open_page("/?region=East&rep=unassigned", size=PHONE, lang="zh"), "months")
    opener, sheet = page.locator("header.top .filters-button"), page.locator("#drawer")
    expect(opener.locator(".count")).to_have_text("2")
    for close in (
        lambda: sheet.get_by_label("关闭").click(),
        lambda: page.keyboard.press("Escape"),
        lambda: page.mouse.click(PHONE[0] / 2, 20),  # the ground beside the sheet
    ):
        opener.click()
        expect(sheet.locator(".filter-row").first).to_be_visible()
        expect(sheet).to_be_focused()
        close()
        expect(sheet).to_be_hidden()
        expect(opener).to_be_focused()
    opener.click()
    expect(sheet).to_be_focused()
    stops = sheet.locator("a[href], button").count()
    for key in ["Tab"] * (stops + 2) + ["Shift+Tab"] * (stops + 2):
        page.keyboard.press(key)
        assert has_focus_inside(sheet), key
    assert query(page) == "region=East&rep=unassigned"


def test_a_wide_screen_has_its_filters_in_the_sentence(open_page: OpenPage) -> None:
    page = drawn(open_page("/?region=East", size=DESKTOP), "months")
    expect(page.locator(".filters-button")).to_be_hidden()
    page.locator("#chips .chip.set .chip-text").click()
    expect(page.locator("#drawer .pick.on")).to_be_visible()
    expect(page.locator(".filters-back")).to_be_hidden()
    expect(page.locator("#drawer")).not_to_have_attribute("aria-modal", "true")
    page.mouse.click(DESKTOP[0] / 2, 300)
    expect(page.locator("#drawer")).to_be_visible()
