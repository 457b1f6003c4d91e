"""The win/loss page in the browser: switches, the flow and the heat table lead to their deals, reviews are searched."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import card, drawn, query, sheet, total

PATH = "/win-loss?period=ytd"


def test_a_cell_of_the_heat_table_opens_its_deals(open_page: OpenPage) -> None:
    page = drawn(open_page(PATH), "head-to-head")
    cell = card(page, "head-to-head").locator("a.cell").first
    cases = re.search(r"won [\d,]+ of ([\d,]+)", cell.get_attribute("title") or "")
    assert cases is not None
    cell.click()
    sheet(page)
    assert "competitor" in query(page) and total(page).deals == int(cases[1].replace(",", ""))


@pytest.mark.parametrize("mark", [".sankey-node", ".sankey-link"])
def test_a_node_and_a_link_of_the_flow_open_their_deals(open_page: OpenPage, mark: str) -> None:
    page = drawn(open_page(f"{PATH}&flow=count"))  # whole: a card that comes later moves the marks
    card(page, "loss-flow").scroll_into_view_if_needed()
    found = card(page, "loss-flow").locator(mark)
    text, place = counted(found.first if mark == ".sankey-node" else found.last)  # the last lies on top
    page.mouse.move(*place)
    page.mouse.click(*place)
    sheet(page)
    assert total(page).deals == int(text.replace(",", ""))


def counted(mark: Locator) -> tuple[str, tuple[float, float]]:
    """What a node or link counts, and its middle on the screen."""
    kind = "node" if "node" in (mark.get_attribute("class") or "") else "link"
    value = mark.evaluate("(mark, kind) => mark.__data__[kind].value", kind)
    place = mark.evaluate(
        """(mark, kind) => {
          if (kind === 'node') {
            const box = mark.querySelector('rect.node-rect').getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
          }
          const link = mark.__data__.link;
          const [x, y] = [(link.source.x1 + link.target.x0) / 2, (link.y0 + link.y1) / 2];
          const middle = new DOMPoint(x, y).matrixTransform(mark.getScreenCTM());
          return [middle.x, middle.y];
        }""",
        kind,
    )
    return f"{value:.0f}", (place[0], place[1])


def test_no_decision_and_the_stage_are_switched_in_the_sentence_below_the_heading(open_page: OpenPage) -> None:
    page = drawn(open_page(PATH), "rate-trend")
    page.locator("#chips summary", has_text="no decision counts as lost").click()
    page.locator("#chips .menu a", has_text="no decision is left out").click()
    expect(page.locator("h1")).to_contain_text("where the customer decides")
    expect(page.locator("#strip")).to_contain_text("Win rate without no decision")
    page.locator("#chips summary", has_text="competitors count").click()
    page.locator("#chips .menu a", has_text="from Bidding on").click()
    expect(card(page, "against").locator("header")).to_contain_text("from Bidding on")
    assert "inplay=3" in query(page) and "nodecision=out" in query(page)
    page.go_back()
    expect(page.locator("#chips")).to_contain_text("from the first stage on")


def test_reviews_are_searched_and_the_words_stay(open_page: OpenPage) -> None:
    page = drawn(open_page(PATH), "notes")
    own = card(page, "notes")
    field = own.locator("input[name=find]")
    field.fill("above the winner")
    field.press("Enter")
    expect(own.locator(".note-text b").first).to_contain_text("above the winner")
    assert "find=above+the+winner" in query(page)
    expect(own.locator("input[name=find]")).to_have_value("above the winner")


def test_what_if_is_asked_in_words(open_page: OpenPage) -> None:
    page = drawn(open_page(PATH), "win-back")
    own = card(page, "win-back")
    own.locator("summary", has_text="a third").click()
    own.locator(".menu a", has_text="all").first.click()
    expect(own.locator(".card-body-slot summary").first).to_contain_text("all")
    first = own.locator("tbody tr").first.locator("td")
    assert first.nth(1).inner_text() == first.nth(2).inner_text(), "all that was lost is won back"


def test_a_competitor_leads_to_its_evidence(open_page: OpenPage) -> None:
    page = drawn(open_page(f"{PATH}&region=East"), "rivals")
    href = card(page, "rivals").locator("a", has_text="Evidence").first.get_attribute("href") or ""
    assert href.startswith("/against?") and "region=East" in href and "competitor=V" in href
