"""The address is the state: every control writes it, Back takes it back, a pasted link shows the same."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, LookAt, OpenPage
from tests.browser.looks import card, click, drawn, marks, query, sheet

HOSTILE = (
    "/?period=soon&region=<script>alert(1)</script>&x=1",
    "/funnel?as_of=2999-01-01&by=nothing&open=stock|nonsense:1&explain=__class__",
    "/funnel?rates=abc&leads=-1&period=2026Q9&region=%00%ff&region=' OR 1=1 --",
)


def asked(page: Page) -> dict[str, list[str]]:
    """The address as names and values."""
    return parse_qs(query(page))


def test_back_forward_reload_and_other_pages(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "cohort")
    card(page, "cohort").get_by_text("Amount", exact=True).click()
    expect(page).to_have_url(re.compile("show=amount"))
    mark = marks(page, "cohort")[0]
    click(page, mark)
    sheet(page)
    page.go_back()
    expect(page.locator("#sheet")).to_be_hidden()
    expect(card(page, "cohort").locator(".seg .on")).to_have_text("Amount")
    page.go_back()
    expect(card(page, "cohort").locator(".seg .on")).to_have_text("Deals")
    page.go_forward()
    expect(card(page, "cohort").locator(".seg .on")).to_have_text("Amount")
    page.go_forward()
    sheet(page)
    head = page.locator("#sheet-head").inner_text()
    page.reload()
    sheet(page)
    assert page.locator("#sheet-head").inner_text() == head
    page.keyboard.press("Escape")
    page.locator("#nav").get_by_text("Overview").click()
    expect(page.locator("#nav a.on")).to_have_text("Overview")
    drawn(page, "months")
    page.go_back()
    expect(page).to_have_url(re.compile("/funnel"))
    drawn(page, "cohort")
    expect(card(page, "cohort").locator(".seg .on")).to_have_text("Amount")


def test_a_filter_is_ticked_and_taken_off(look_at: LookAt) -> None:
    page = drawn(look_at("/"), "months")
    page.locator("#chips").get_by_text("All regions").click()
    picker = page.locator("#picker-rows a")
    expect(page.locator("#drawer")).to_be_visible()
    everything = picker.count()

    def member(name: str) -> Locator:
        return picker.filter(has=page.get_by_text(name, exact=True))

    names = [text.split("\n")[0] for text in picker.all_inner_texts()]
    page.locator("#picker-search").fill(names[1].lower())
    found = sum(names[1].lower() in name.lower() for name in names)
    expect(page.locator("#picker-rows a:visible")).to_have_count(found)
    assert 0 < found < everything
    page.locator("#picker-search").fill("")
    expect(page.locator("#picker-rows a:visible")).to_have_count(everything)
    for at in (0, 1):
        member(names[at]).click()
        expect(member(names[at])).to_have_attribute("aria-checked", "true")
    assert len(asked(page)["region"]) == 2
    expect(page.locator("#chips .chip.set")).to_have_text(re.compile(f"{names[0]}.*|{names[1]}.*"))
    page.locator("#drawer").get_by_text("Clear").click()
    expect(page.locator("#chips .chip.set")).to_have_count(0)
    member(names[0]).click()
    expect(page.locator("#chips .chip.set")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    page.locator("#chips .chip-off").click()
    expect(page.locator("#chips .chip.set")).to_have_count(0)
    assert "region" not in asked(page)


def test_periods_are_chosen_or_typed(look_at: LookAt) -> None:
    page = drawn(look_at("/funnel"), "cohort")
    menu = page.locator('[data-menu="period"]')
    menu.locator("summary").click()
    menu.get_by_text("Q2 2026", exact=True).click()
    expect(menu.locator("summary")).to_have_text("Q2 2026")
    assert asked(page)["period"] == ["2026Q2"]
    menu.locator("summary").click()
    menu.locator("#range-start").fill("2026-01-15")
    menu.locator("#range-end").fill("2026-03-10")
    menu.get_by_role("button", name="Show").click()
    expect(menu.locator("summary")).to_contain_text("15 Jan 2026")
    assert asked(page)["period"] == ["2026-01-15..2026-03-10"]
    page.locator('[data-menu="cohort"] summary').click()
    page.locator('[data-menu="cohort"]').get_by_text("All time").click()
    expect(page.locator('[data-menu="cohort"] summary')).to_contain_text("All time")
    assert asked(page)["cohort"] == ["all"]


def test_looking_back(look_at: LookAt) -> None:
    page = drawn(look_at("/funnel"), "stock")
    menu = page.locator('[data-menu="as-of"]')
    menu.locator("summary").click()
    menu.get_by_text("31 Jul 2026").click()
    expect(menu.locator("summary")).to_contain_text("31 Jul")
    assert asked(page)["as_of"] == ["2026-07-31"]
    expect(page.locator("#chips")).to_contain_text("stock as of 31 Jul")
    drawn(page, "stock")


@pytest.mark.parametrize(
    ("name", "label", "option"),
    [
        ("stock", "Deals", "stock=count"),
        ("forecast", "Probability", "method=weighted"),
        ("compare", "Product", "by=product"),
    ],
)
def test_switches(look_at: LookAt, name: str, label: str, option: str) -> None:
    page = drawn(look_at("/funnel"), name)
    card(page, name).get_by_role("link", name=label, exact=True).click()
    expect(card(page, name).locator(".seg .on")).to_have_text(label)
    assert option in query(page)


@pytest.mark.parametrize(("path", "lang"), [("/", "en"), ("/funnel", "zh")])
def test_every_number_is_explained(open_page: OpenPage, look_at: LookAt, path: str, lang: str) -> None:
    page = drawn(look_at(path) if lang == "en" else open_page(path, lang=lang))
    drawer = page.locator("#drawer")
    openers = [*page.locator("#strip .kpi").all(), *page.locator("section[data-card] [data-option^=explain]").all()]
    assert len(openers) > 8
    title = ""
    for opener in openers:
        topic = opener.get_attribute("data-option") or opener.get_attribute("data-slice") or ""
        opener.click()
        expect(page).to_have_url(re.compile(rf"explain={topic.rpartition('explain=')[2]}"))
        expect(drawer).to_be_visible()
        expect(drawer.locator(".headline")).not_to_have_text(title)
        assert drawer.locator("section").count() >= 4
        assert drawer.locator("table.t tr").count() >= 1, topic
        title = "" if drawer.locator(".headline").count() == 0 else drawer.locator(".headline").inner_text()
        page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()
        title = ""


def test_rates_and_leads_typed_by_hand_and_back(look_at: LookAt) -> None:
    page = drawn(look_at("/funnel"), "forecast")
    forecast = card(page, "forecast")
    forecast.get_by_label("Type rates and lead times by hand").click()
    page.locator("#typed-rates").fill("0.5, 0.6, 0.7, 0.8")
    page.locator("#typed-leads").fill("2, 1, 1, 1")
    page.locator("#drawer").get_by_role("button", name="Compute").click()
    expect(forecast.locator("footer")).to_contain_text("typed by hand")
    assert asked(page)["rates"] == ["0.5,0.6,0.7,0.8"]
    forecast.get_by_text("Back to the company's own history").click()
    expect(forecast.locator("footer")).not_to_contain_text("typed by hand")
    assert "rates" not in asked(page)


def test_theme_and_language_switch(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel?period=2026Q2"), "cohort")
    page.evaluate("window.sameDocument = true")
    before = bar_colour(page)
    page.get_by_label("Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    bars = card(page, "cohort").locator(".barlayer .point path").first
    expect(bars).not_to_have_css("fill", before)
    assert page.evaluate("window.sameDocument"), "the page was loaded anew"
    page.locator("[data-language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    drawn(page, "cohort")
    assert asked(page)["period"] == ["2026Q2"]


def bar_colour(page: Page) -> str:
    bars = card(page, "cohort").locator(".barlayer .point path").first
    return str(bars.evaluate("path => getComputedStyle(path).fill"))


def test_the_link_is_copied(look_at: LookAt) -> None:
    page = drawn(look_at("/funnel", "period=2026Q2&show=amount"), "cohort")
    page.get_by_label("Copy the link to this view").click()
    expect(page.locator("#toasts")).to_contain_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_escape_closes_what_lies_on_top_first(look_at: LookAt) -> None:
    page = drawn(look_at("/funnel", "explain=open_amount&open=stock%7Cstage%3Anone"), "stock")
    expect(page.locator("#drawer")).to_be_visible()
    expect(page.locator("#sheet")).to_be_visible()
    menu = page.locator('[data-menu="period"]')
    menu.locator("summary").click()
    for what in (menu.locator(".menu"), page.locator("#drawer"), page.locator("#sheet")):
        expect(what).to_be_visible()
        page.keyboard.press("Escape")
        expect(what).to_be_hidden()
    assert query(page) == ""


def test_the_keyboard_reaches_everything(look_at: LookAt) -> None:
    page = drawn(look_at("/funnel"))
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    wanted = set(
        page.locator("a[href], button, summary").evaluate_all(
            "all => all.filter(one => one.checkVisibility() && !one.closest('.menu, .ag-root-wrapper'))"
            ".map((one, at) => (one.dataset.stop = at, String(at)))"
        )
    )
    assert len(wanted) > 30
    unseen = []
    for _ in range(len(wanted) + 40):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            "() => { const one = document.activeElement, look = getComputedStyle(one);"
            "return [one.dataset.stop ?? '', one.textContent.trim().slice(0, 30) || one.ariaLabel,"
            "look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1 || look.boxShadow !== 'none'] }"
        )
        wanted.discard(stop[0])
        if stop[0] and not stop[2]:
            unseen.append(stop[1])
        if not wanted:
            break
    assert not wanted, page.locator(",".join(f'[data-stop="{at}"]' for at in wanted)).all_inner_texts()
    assert not unseen, f"focus does not show on {unseen}"


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_addresses_are_named_and_do_no_harm(open_page: OpenPage, path: str) -> None:
    page = drawn(open_page(path), "months" if path.startswith("/?") else "cohort")
    notices = page.locator(".banner.quiet:visible")
    expect(notices).to_have_count(1)
    expect(notices).to_contain_text("not understood")
    notices.get_by_text("Tidy the address").click()
    expect(notices).to_have_count(0)
    assert query(page) == ""


def test_a_phone_has_tabs_and_whole_lists(open_page: OpenPage) -> None:
    page = drawn(open_page("/", size=PHONE), "months")
    page.locator("#tabs").get_by_text("Funnel and forecast").click()
    drawn(page, "cohort")
    click(page, marks(page, "cohort")[0])
    box = sheet(page).bounding_box()
    assert box is not None and box["width"] == PHONE[0]


def test_the_day_is_not_the_machines(look_at: LookAt) -> None:
    page = drawn(look_at("/"), "months")
    assert date.today() != date(2026, 8, 27)
    expect(page.locator('[data-menu="as-of"] summary')).to_contain_text("27 Aug")
