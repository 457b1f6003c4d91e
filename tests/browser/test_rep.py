"""The reps page in the browser: from the attainment of all to one rep, from the list to another, and back."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.looks import card, click, drawn, marks, query, sheet, total
from tests.browser.test_pages import is_whole

ONE = ("rep-months", "rep-trend", "rep-funnel", "rep-mix", "rep-deals", "rep-slipping")


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(query(page))


def one_rep(page: Page) -> Page:
    """Waits for the cards of one rep."""
    expect(page.locator("#one-rep")).to_be_visible()
    expect(page.locator("#all-reps")).to_be_hidden()
    return drawn(page, *ONE)


def test_from_attainment_down_to_a_rep_and_to_the_page_of_that_rep(open_page: OpenPage) -> None:
    page = drawn(open_page("/attainment?by=rep"), "attainment")
    bars = [mark for mark in marks(page, "attainment") if mark.key.startswith("?")]
    click(page, min(bars, key=lambda mark: mark.y))
    page.wait_for_url(re.compile("[?&]rep="))
    chosen = asked(page)["rep"]
    drawn(page, "closing")
    card(page, "closing").get_by_role("link", name="Rep page").click()
    page.wait_for_url(re.compile(r"/rep\?"))
    one_rep(page)
    assert asked(page)["rep"] == chosen
    name = page.locator("#chips .chip.set").inner_text().strip()
    expect(page.locator("h1")).to_contain_text(name)


@pytest.mark.parametrize(("lang", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=str)
def test_a_rep_is_chosen_from_the_list_and_given_back(open_page: OpenPage, lang: str, size: tuple[int, int]) -> None:
    page = drawn(open_page("/rep", lang=lang, size=size), "reps")
    expect(page.locator("#one-rep")).to_be_hidden()
    first = card(page, "reps").locator("tbody a").first
    name = first.inner_text()
    first.click()
    one_rep(page)
    expect(page.locator("h1")).to_contain_text(name)
    page.go_back()
    expect(page.locator("#all-reps")).to_be_visible()
    expect(page.locator("h1")).to_contain_text(re.compile(r"reps|位代表"))
    page.go_forward()
    one_rep(page)


@pytest.mark.parametrize(
    ("lang", "theme", "size"),
    [("en", "dark", DESKTOP), ("zh", "light", DESKTOP), ("en", "light", PHONE), ("zh", "dark", PHONE)],
    ids=str,
)
def test_the_page_of_a_rep_is_drawn_whole(open_page: OpenPage, lang: str, theme: str, size: tuple[int, int]) -> None:
    page = drawn(open_page("/rep?period=ytd", lang=lang, theme=theme, size=size), "reps")
    card(page, "reps").locator("tbody a").first.click()
    is_whole(one_rep(page), lang=lang, theme=theme)


def a_rep(open_page: OpenPage, more: str = "") -> Page:
    page = drawn(open_page(f"/rep?period=ytd{more}"), "reps")
    card(page, "reps").locator("tbody a").first.click()
    return one_rep(page)


def test_taking_the_filter_off_leads_back_to_the_list(open_page: OpenPage) -> None:
    page = a_rep(open_page)
    page.locator("#chips .chip.set .chip-off").click()
    expect(page.locator("#all-reps")).to_be_visible()
    drawn(page, "reps")
    assert "rep" not in asked(page)


def test_a_stage_opens_the_deals_that_left_it(open_page: OpenPage) -> None:
    page = a_rep(open_page)
    stage = next(mark for mark in marks(page, "rep-funnel") if mark.key.startswith("passed"))
    exits = card(page, "rep-funnel").locator(".annotation-text").all_text_contents()
    click(page, stage)
    sheet(page)
    assert f"{total(page).deals:,}" in exits


def test_a_month_opens_the_sales_of_it(open_page: OpenPage) -> None:
    page = a_rep(open_page)
    month = max((mark for mark in marks(page, "rep-months") if mark.trace == 2), key=lambda mark: mark.value)
    click(page, month)
    sheet(page)
    assert total(page).amount == pytest.approx(month.value)


def test_slipping_deals_open_their_list(open_page: OpenPage) -> None:
    page = drawn(open_page("/rep"), "reps")
    for number in range(8):  # the first who has any
        card(page, "reps").locator("tbody a").nth(number).click()
        one_rep(page)
        if card(page, "rep-slipping").locator("tbody a").count():
            break
        page.go_back()
        drawn(page, "reps")
    row = card(page, "rep-slipping").locator("tbody tr").last
    deals = int(row.locator("td").first.inner_text())
    row.locator("a").click()
    sheet(page)
    assert total(page).deals == deals


def test_the_comparison_explains_itself(open_page: OpenPage) -> None:
    page = a_rep(open_page)
    card(page, "rep-funnel").get_by_title("How is this computed").click()
    expect(page.locator("#drawer")).to_contain_text("Wilson")
    expect(page.locator("#drawer")).to_contain_text("median")


def test_the_funnel_can_be_read_as_a_table(open_page: OpenPage) -> None:
    page = a_rep(open_page)
    funnel = card(page, "rep-funnel")
    funnel.get_by_title("Table and downloads").click()
    funnel.get_by_role("button", name="Show as a table").click()
    expect(funnel.locator(".card-table-slot table")).to_be_visible()
    expect(funnel.locator(".card-table-slot tbody tr")).to_have_count(4)
