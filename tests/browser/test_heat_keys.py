"""The heat table by keyboard and on a phone, in a document of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from components.format import Numbers
from components.heat_table import heat_table
from tests.browser.conftest import PHONE
from tests.components.attainment_samples import heat_frame
from tests.components.markup import markup

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture
def table(chromium: BrowserContext) -> Iterator[Page]:
    """Seven regions by eight months between two buttons; August of East, the last of the first row, is chosen."""
    frame = heat_frame("en").assign(href=[f"#{place}" for place in range(56)])
    page = chromium.new_page()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    drawn = markup(heat_table(frame, label="Attainment", numbers=Numbers("en")))
    page.set_content(f"<!doctype html><button>before</button>{drawn}<button>after</button>")
    for sheet in ("10_tokens.css", "11_scale.css", "33_attainment.css"):
        page.add_style_tag(content=(ASSETS / sheet).read_text(encoding="utf-8"))
    page.add_script_tag(content=(ASSETS / "52_heat.js").read_text(encoding="utf-8"))
    page.get_by_role("button", name="before").focus()
    yield page
    page.close()


def at(page: Page, cell: str) -> None:
    """That the focus is on the cell of this name."""
    expect(page.locator(f'[aria-label^="{cell}:"]')).to_be_focused()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_tab_enters_at_the_chosen_cell_and_leaves_again(table):
    press(table, "Tab")
    at(table, "East, Aug")
    press(table, "Tab")
    expect(table.get_by_role("button", name="after")).to_be_focused()
    press(table, "Shift+Tab")
    at(table, "East, Aug")


def test_arrows_home_and_end_move_within_the_table(table):
    press(table, "Tab", "ArrowLeft", "ArrowDown")
    at(table, "North, Jul")
    press(table, "Home")
    at(table, "North, Jan")
    press(table, "ArrowLeft")  # at the edge one stays
    at(table, "North, Jan")
    press(table, "End", "ArrowRight")
    at(table, "North, Aug")
    press(table, "ArrowUp", "ArrowUp")
    at(table, "East, Aug")
    press(table, "Control+End")
    at(table, "Northwest, Aug")
    press(table, "Control+Home")
    at(table, "East, Jan")


def test_tab_comes_back_to_where_one_was_and_enter_follows_the_link(table):
    press(table, "Tab", "ArrowDown", "ArrowDown", "Tab", "Shift+Tab")
    at(table, "South, Aug")
    assert table.locator('.cell[tabindex="0"]').count() == 1
    press(table, "Enter")
    expect(table).to_have_url("about:blank#23")


def test_keys_with_a_meaning_of_their_own_are_left_alone(table):
    press(table, "Tab", "Alt+ArrowUp", "Control+ArrowDown", "x")
    at(table, "East, Aug")


def test_on_a_phone_it_scrolls_in_its_own_box_and_names_stay(table):
    box, name = table.locator(".heat-box"), table.locator("tbody th").first
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert table.evaluate("document.documentElement.scrollWidth <= innerWidth")
    left = name.bounding_box()["x"]
    press(table, "Tab")
    assert box.evaluate("box => box.scrollLeft") > 0
    assert name.bounding_box()["x"] == left
    press(table, "Home")
    cell, head = table.locator(":focus").bounding_box(), name.bounding_box()
    assert cell["x"] >= head["x"] + head["width"]
    assert cell["height"] >= 44 and cell["width"] >= 44
