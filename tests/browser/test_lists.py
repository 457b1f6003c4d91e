"""A click on any mark opens the deals behind it, and they add up to what was clicked."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import parse_qs

import openpyxl
import pytest
from playwright.sync_api import Download, Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.looks import Mark, card, click, drawn, marks, query, sheet, total

#: Card, page, what a mark's length counts: deals, their amount, or what they are expected to bring.
CHARTS = (
    ("months", "/", "amount"),
    ("members", "/", "amount"),
    ("cohort", "/funnel", "deals"),
    ("cohort", "/funnel?show=amount", "amount"),
    ("stock", "/funnel", "amount"),
    ("stock", "/funnel?stock=count", "deals"),
    ("forecast", "/funnel", "expected"),
    ("forecast", "/funnel?method=weighted", "expected"),
    ("compare", "/funnel?by=rep", "deals"),
    ("backtest", "/funnel", "came or expected"),
    ("reasons", "/win-loss?period=ytd", "amount"),
    ("against", "/win-loss?period=ytd&against=lost", "amount"),
    ("silence", "/win-loss?period=ytd", "deals"),
)


@pytest.mark.parametrize(("name", "path", "counts"), CHARTS, ids=str)
def test_the_list_adds_up_to_the_mark(open_page: OpenPage, name: str, path: str, counts: str) -> None:
    page = drawn(open_page(path), name)
    found = marks(page, name)
    if name == "members":  # last year's bar, the first, answers for its row
        found = [mark for mark in found if mark.trace > 0]
    for mark in longest(found):
        page.keyboard.press("Escape")
        expect(page.locator("#sheet")).to_be_hidden()
        click(page, mark)
        sheet(page)
        opened = parse_qs(query(page))["open"][0]
        assert opened == mark.key
        said = total(page)
        if name == "backtest":
            counts = "amount" if mark.key.startswith("came") else "expected"
        assert getattr(said, counts) == pytest.approx(expected(page, name, mark), abs=0.51), (mark, said)


def longest(found: list[Mark]) -> list[Mark]:
    """The longest mark of each kind: this year's and last year's, in time and late, of each stage.

    What only makes the rest of a row answer (a hover that another mark has said for the same key) counts no more.
    """
    best: dict[int, Mark] = {}
    said = set()
    for mark in sorted(found, key=lambda m: m.trace):
        if (mark.key, mark.hover) not in said and mark.value > getattr(best.get(mark.trace), "value", 0):
            best[mark.trace] = mark
        said.add((mark.key, mark.hover))
    assert best, "the figure has no mark to click"
    return list(best.values())[:4]


def expected(page: Page, name: str, mark: Mark) -> float:
    """What the list of a mark adds up to: its length; of a stage's stock, the critical ones beside it too."""
    if name == "stock" and mark.key.startswith("stock"):
        beside = {mark.key, mark.key.replace("stock", "critical", 1)}
        return sum(other.value for other in marks(page, name) if other.key in beside and other.trace < 2)
    return mark.value


def test_rows_sort_filter_and_page(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel?period=all&cohort=all&open=opportunity_count"), "cohort")
    grid = sheet(page)
    everything = total(page).deals
    assert everything > 1_000
    header = grid.locator('.ag-header-cell[col-id="amount"] .ag-header-cell-label')
    cells = grid.locator('.ag-row:visible .ag-cell[col-id="amount"]')
    expect(cells.first).to_have_text(re.compile(r"^\d"))
    largest = cells.first.inner_text()
    header.click()
    expect(grid.locator('.ag-header-cell[col-id="amount"]')).to_have_attribute("aria-sort", "ascending")
    expect(cells.first).to_have_text(re.compile(r"^\d"))
    expect(cells.first).not_to_have_text(largest)
    ascending = amounts(cells.all_inner_texts())
    assert ascending == sorted(ascending) and ascending[-1] < amounts([largest])[0]
    header.click()
    expect(grid.locator('.ag-header-cell[col-id="amount"]')).to_have_attribute("aria-sort", "descending")
    expect(cells.first).to_have_text(largest)

    name = grid.locator('.ag-row[row-index="3"] .ag-cell[col-id="name"]').inner_text()
    filter_by(page, "name", name)
    expect(grid.locator('.ag-row[row-index="0"] .ag-cell[col-id="name"]')).to_contain_text(name)


def test_late_and_critical_deals_are_told_in_words(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "stock")
    for name, words in (("Late", {"late", "critical"}), ("Critical", {"critical"})):
        link = card(page, "stock").locator("footer a", has_text=re.compile(f"^{name}"))
        count = re.search(r": ([\d,]+),", link.inner_text())
        link.click()
        sheet(page)
        assert count is not None and total(page).deals == int(count[1].replace(",", ""))
        ages = page.locator('#sheet .ag-row:not(.coming) .ag-cell[col-id="age_index"]')
        ages.first.scroll_into_view_if_needed()
        told = [text.split() for text in ages.all_inner_texts()]
        assert told and {word for _, word in told} <= words
        assert all(float(index) >= (1.5 if word == "critical" else 1.0) for index, word in told)
        page.keyboard.press("Escape")


def test_rows_on_their_way_are_blank(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "stock")
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding:
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile("/api/deals"), hold)
    with page.expect_request(re.compile("/api/deals")):
        click(page, longest(marks(page, "stock"))[0])
    coming = page.locator("#sheet .ag-center-cols-container .ag-row.coming")
    expect(coming).not_to_have_count(0)
    assert not "".join(coming.all_inner_texts()).strip()
    holding = False
    for route in held:
        route.continue_()
    expect(coming).to_have_count(0)
    assert re.search(r"\d", sheet(page).locator('.ag-row:visible .ag-cell[col-id="amount"]').first.inner_text())


def amounts(texts: list[str]) -> list[float]:
    """Amounts as numbers; a row that is still on its way has none."""
    return [float(text.replace(",", "")) for text in texts if text[:1].isdigit()]


def filter_by(page: Page, column: str, text: str) -> None:
    """Types into the filter of a column, as its header's funnel offers it."""
    head = page.locator(f'#sheet .ag-header-cell[col-id="{column}"]')
    head.hover()
    head.locator(".ag-header-cell-filter-button").click()
    page.locator(".ag-filter input:visible").first.fill(text)
    page.keyboard.press("Enter")


def test_downloads_hold_the_rows_and_say_what_they_are(open_page: OpenPage, tmp_path: Path) -> None:
    page = drawn(open_page("/funnel"), "stock")
    mark = longest(marks(page, "stock"))[0]
    click(page, mark)
    said = total(sheet(page).page)
    lines = csv_of(fetched(page, "CSV"))
    assert "2026-08-27" in lines[0][0] and page.locator("#sheet h2").inner_text() in lines[0][0]
    head, body = lines[1], lines[2:]
    assert len(body) == said.deals
    assert sum(float(row[head.index("Amount")]) for row in body) == pytest.approx(said.amount, abs=0.51)

    fetched(page, "XLSX").save_as(tmp_path / "deals.xlsx")
    book = openpyxl.load_workbook(tmp_path / "deals.xlsx", read_only=True).active
    cells = [list(row) for row in book.iter_rows(values_only=True)]
    top = next(at for at, row in enumerate(cells) if "Amount" in row)
    assert any("2026-08-27" in str(value) for row in cells[:top] for value in row)
    assert sorted(row[0] for row in cells[top + 1 :]) == sorted(row[0] for row in body)


def fetched(page: Page, kind: str) -> Download:
    with page.expect_download() as download:
        page.locator("#sheet-head a", has_text=kind).click()
    assert re.fullmatch(rf"deals-\d{{4}}-\d\d-\d\d\.{kind.lower()}", download.value.suggested_filename)
    return download.value


def csv_of(download: Download) -> list[list[str]]:
    text = Path(download.path()).read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_another_mark_refills_the_list_and_closing_takes_it_away(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "cohort")
    first, second = longest(marks(page, "cohort"))[0], marks(page, "cohort")[1]
    click(page, first)
    before = sheet(page).locator(".ag-center-cols-container").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()
    assert "open=" not in query(page)
    click(page, second)
    expect(sheet(page).locator(".ag-center-cols-container")).not_to_have_text(before)
    page.locator("#sheet-head").get_by_label("Close").click()
    expect(page.locator("#sheet")).to_be_hidden()


def test_an_answer_that_comes_late_is_not_taken_for_another_lists(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "cohort")
    first, second = longest(marks(page, "cohort"))[0], marks(page, "cohort")[1]
    held: list[Route] = []
    page.route(re.compile("/api/deals"), lambda route: held.append(route) if not held else route.continue_())
    with page.expect_request(re.compile("/api/deals")):
        click(page, first)
    page.keyboard.press("Escape")
    expect(page.locator("#sheet")).to_be_hidden()
    click(page, second)
    sheet(page)
    held[0].continue_()
    page.wait_for_load_state("networkidle")
    amounts_of = "#sheet .ag-row:not(.coming) .ag-cell[col-id=amount]"
    shown = page.locator(amounts_of).all_inner_texts()
    page.reload()
    sheet(page)
    assert len(shown) > 1 and page.locator(amounts_of).all_inner_texts() == shown


def test_every_row_of_a_stage_answers_even_where_its_bar_is_short(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "cohort")
    plot = card(page, "cohort").locator(".js-plotly-plot")
    plot.scroll_into_view_if_needed()
    shortest = min((m for m in marks(page, "cohort") if m.trace == 0), key=lambda m: m.value)
    box = plot.locator(".nsewdrag").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 6, shortest.y)
    page.mouse.click(box["x"] + box["width"] - 5, shortest.y)
    sheet(page)
    assert parse_qs(query(page))["open"] == [shortest.key]
