"""The attainment page as a regional manager uses it: from the gap to the deals behind it, and back."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import card, click, drawn, marks, query, sheet, total


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(query(page))


def into_first_bar(page: Page) -> str:
    """Clicks the bar that is furthest behind; returns the member's key."""
    before = query(page)
    bars = [mark for mark in marks(page, "attainment") if mark.key.startswith("?")]
    click(page, min(bars, key=lambda mark: mark.y))
    expect(page).not_to_have_url(f"{page.url.partition('?')[0]}?{before}" if before else page.url)
    way = card(page, "attainment").locator(".seg .on").first
    expect(way).to_have_attribute("data-slice", query(page))  # the bars are those of the new slice
    return asked(page)["path"][0].rpartition(".")[2]


def test_three_clicks_from_the_page_to_a_deal_and_back(open_page: OpenPage) -> None:
    page = drawn(open_page("/attainment"), "attainment")
    assert into_first_bar(page) == "region"
    assert asked(page)["by"] == ["office"]
    into_first_bar(page)
    assert asked(page)["path"] == ["region.office"] and asked(page)["by"] == ["rep"]
    closing = drawn(page, "closing")
    card(closing, "closing").get_by_role("link", name="Sales behind the actual").click()
    sheet(page)
    assert total(page).amount == pytest.approx(actual(page), rel=1e-3)
    page.go_back()
    expect(page.locator("#sheet")).to_be_hidden()
    page.go_back()
    expect(page.locator("header.top .crumbs a")).to_have_count(1)
    assert asked(page)["by"] == ["office"]
    page.locator("header.top .crumbs a").first.click()
    expect(page.locator("header.top .crumbs a")).to_have_count(0)
    assert "region" not in asked(page) and "path" not in asked(page)


def actual(page: Page) -> float:
    """What the table interface says was sold in the slice."""
    filters = "&".join(f"{name}={asked(page)[name][0]}" for name in ("region", "office"))
    answer = page.request.get(
        f"{page.url.partition('/attainment')[0]}/api/table?measure=sales_amount&period=qtd&{filters}"
    )
    return float(answer.json()[0]["sales_amount"])


def test_any_order_of_dimensions_is_a_way_down(open_page: OpenPage) -> None:
    page = drawn(open_page("/attainment?by=channel_kind"), "attainment")
    into_first_bar(page)
    assert asked(page)["by"] == ["channel"]
    category = card(page, "attainment").get_by_role("link", name="Category")
    category.click()
    expect(category).to_have_attribute("aria-current", "true")
    into_first_bar(page)
    assert asked(page)["path"] == ["channel_kind.product_category"] and asked(page)["by"] == ["product"]
    expect(page.locator("header.top .crumbs a")).to_have_count(2)


def test_a_level_without_targets_says_so_and_can_derive_them(open_page: OpenPage) -> None:
    page = drawn(open_page("/attainment?by=channel&channel_kind=distributor"), "attainment")
    bars = card(page, "attainment")
    if bars.get_by_text("No target at this level.").count() == 0:
        page.goto(page.url.replace("channel_kind=distributor&", "").replace("&channel_kind=distributor", ""))
        drawn(page, "attainment")
    expect(bars.get_by_text("No target at this level.")).to_be_visible()
    bars.get_by_role("link", name="Share out the target above by last year's sales").click()
    expect(bars.locator("footer .pill")).to_contain_text("Derived")


def test_basis_version_and_spread_are_said_and_can_be_changed(open_page: OpenPage) -> None:
    page = drawn(open_page("/attainment"), "attainment")
    chips = page.locator("#chips")
    expect(chips).to_contain_text("Bookings")
    expect(chips).to_contain_text("targets 2026 v1")
    expect(chips).to_contain_text("working days")
    chips.get_by_title("Counted when").click()
    chips.get_by_role("link", name="Receipts").click()
    expect(chips).to_contain_text("Receipts")
    assert asked(page)["basis"] == ["receipt"]
    chips.get_by_title("How targets spread over their days").click()
    chips.get_by_role("link", name="season").click()
    expect(chips).to_contain_text("season")
    assert asked(page)["spread"] == ["seasonal"]


@pytest.mark.parametrize("topic", ["actual", "pace", "landing", "required_rate", "coverage"])
def test_every_key_number_explains_itself(open_page: OpenPage, topic: str) -> None:
    page = drawn(open_page(f"/attainment?explain={topic}"), "attainment")
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("How is this computed")
    expect(drawer).to_contain_text("2026 v1")
    expect(drawer.get_by_role("link", name="Open")).to_be_visible()
