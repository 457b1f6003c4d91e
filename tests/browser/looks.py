"""What tests look at on a page: whether it is drawn, what a mark stands for, what the list says it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

#: What a card shows once it is drawn: a drawing, a table, or a sentence about why there is neither.
FILLED = ".card-state-slot > *, .card-body-slot > *, .plot .trace, .plot .sankey-node"


def drawn(page: Page, *cards: str) -> Page:
    """Waits until the page's frame has come, and the cards named, else all; each is drawn when it comes into sight."""
    expect(page.locator("h1")).to_have_text(re.compile(r"\S"))
    expect(page.locator(".bone")).to_have_count(0)
    expect(page.locator("#strip .kpi").first).to_be_visible()
    expect(page.locator("header.top .menu-of").first).to_be_visible()
    for one in [card(page, name) for name in cards] or page.locator("section[data-card]:visible").all():
        one.scroll_into_view_if_needed()
        expect(one.locator(FILLED).first).to_be_attached()
    return page


def card(page: Page, name: str) -> Locator:
    """The card of that name."""
    return page.locator(f'section[data-card="{name}"]')


@dataclass(frozen=True)
class Mark:
    """One mark of a figure: what a click on it opens, what it says, how long it is, and where it stands."""

    key: str
    hover: str
    value: float
    trace: int
    x: float
    y: float


#: Every mark that answers, with the middle of its path on the screen.
_MARKS = """plot => {
  const nodes = [...plot.querySelectorAll('.point')];
  return plot.calcdata.flatMap((points) => points.map((point) => {
    const trace = points[0].trace;
    const key = trace.customdata && trace.customdata[point.i];
    const box = nodes.find((node) => node.__data__ === point)?.getBoundingClientRect();
    if (!key || !box || box.width < 2 || box.height < 2) return null;
    const value = trace[trace.orientation === 'h' ? 'x' : 'y'][point.i];
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    return {key, hover: trace.hovertext[point.i], value, trace: trace.index, x, y};
  })).filter(Boolean);
}"""


def marks(page: Page, name: str) -> list[Mark]:
    """The marks of a card's figure that answer to a click and are large enough to be hit."""
    plot = card(page, name).locator(".js-plotly-plot")
    plot.scroll_into_view_if_needed()
    found: list[dict[str, Any]] = plot.evaluate(_MARKS)
    return [Mark(**mark) for mark in found]


def click(page: Page, mark: Mark) -> None:
    """Points at the mark, then presses."""
    page.mouse.move(mark.x - 1, mark.y)
    page.mouse.move(mark.x, mark.y)
    page.mouse.click(mark.x, mark.y)


def sheet(page: Page) -> Locator:
    """The list, once it stands there with its first rows."""
    found = page.locator("#sheet")
    expect(found).to_be_visible()
    expect(found.locator(".ag-center-cols-container .ag-row:not(.coming)").first).to_be_visible()
    return found


@dataclass(frozen=True)
class Total:
    """What the head of the list says: deals, their amount, and what is expected of it."""

    deals: int
    amount: float
    expected: float | None


def total(page: Page) -> Total:
    """Reads "152 deals · ¥1,234,567 · expected ¥345,678", in either language."""
    text = page.locator("#sheet-total").inner_text()
    numbers = [float(part.replace(",", "")) for part in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    return Total(int(numbers[0]), numbers[1], numbers[2] if len(numbers) > 2 else None)


def query(page: Page) -> str:
    """What stands in the address after the question mark."""
    return page.url.partition("?")[2]
