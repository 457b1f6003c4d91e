"""The planning page in the browser: a plan from its beginning until it is in force, and what must not go wrong.

They write into a copy of the company, with a server of its own, each test into a plan of its own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from components.words import words
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.looks import drawn
from tests.browser.server import Server
from tests.browser.test_pages import is_whole

EN = words("en")
NOTE = "#plan-bar [data-revision]"
PLAN = "/planning?period=2026Q4"


def cell(page: Page, row: int, column: str) -> Locator:
    """A cell of the grid; the total is row 0."""
    return page.locator(f"#plan-grid .ag-row[row-index='{row}'] [col-id={column}]").last


def begin(page: Page, name: str = "Stretch") -> Page:
    """Begins a plan from the version in force and waits until it can be changed."""
    drawn(page, "plan-before-after")
    page.locator("#plan-bar summary", has_text="Plan from version").click()
    page.locator("#plan-bar input[name=name]").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator("#plan-bar > b")).to_have_text(name)
    expect(page.locator("#plan-tools button", has_text="+5%")).to_be_visible()
    return page


def type_into(page: Page, row: int, text: str) -> None:
    """Types into a proposed target and leaves it with Enter."""
    cell(page, row, "proposed").dblclick()
    box = page.locator("#plan-grid .ag-cell-inline-editing input")
    box.fill(text)
    box.press("Enter")


def changes(page: Page, count: int) -> None:
    """Waits until the bar counts so many changes."""
    expect(page.locator(NOTE)).to_contain_text(re.compile(rf"\b{count} changes?\b"))


def amount(text: str) -> float:
    return float(re.sub("[^0-9.]", "", text))


@pytest.fixture(scope="module")
def office(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An application over a copy of the company, whose plans may be changed."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(company, folder / "data")
    running = Server(folder / "data", folder / "server.log").start()
    yield running
    running.kill()


@pytest.fixture
def planned(open_page: OpenPage, office: Server) -> Page:
    """A page with a plan of its own, in which nothing is changed yet."""
    return begin(open_page(PLAN, at=office))


def test_a_plan_is_typed_undone_decided_and_published_and_attainment_shows_it(planned: Page) -> None:
    before = amount(cell(planned, 0, "proposed").inner_text())
    type_into(planned, 1, "+10%")
    changes(planned, 1)
    expect(cell(planned, 0, "proposed")).not_to_have_text(f"{before:,.0f}")
    planned.locator("#plan-bar [data-plan=undo]").click()
    changes(planned, 0)
    expect(cell(planned, 0, "proposed")).to_have_text(f"{before:,.0f}")
    type_into(planned, 0, "+50%")
    changes(planned, 1)
    attainment = planned.context.new_page()
    attainment.goto(planned.url.partition("/planning")[0] + "/attainment?period=2026Q4")
    strip = drawn(attainment, "attainment").locator("#strip")
    held = strip.text_content() or ""
    expect(strip).to_have_text(held)
    for kind in ("submit", "approve", "publish"):
        planned.once("dialog", lambda dialog: dialog.accept())
        planned.locator(f"#plan-bar [data-plan={kind}]").click()
        expect(planned.locator("#plan-said")).to_contain_text(EN(f"plan.done_{kind}"))
    expect(planned.locator("#plan-bar [aria-current=step]")).to_have_text(EN("plan.state_published"))
    attainment.reload()
    drawn(attainment, "attainment")
    expect(strip).not_to_have_text(held)


def test_who_comes_second_is_told_who_was_first_and_makes_the_change_on_top(
    planned: Page, office: Server, tmp_path: Path
) -> None:
    """The second one sits at another server over the same data: only the ledger knows of both."""
    second = Server(office.data, tmp_path / "second.log").start()
    try:
        _comes_second(planned, planned.url.replace(office.url, second.url))
    finally:
        second.kill()


def _comes_second(planned: Page, url: str) -> None:
    other = planned.context.new_page()
    other.goto(url)
    drawn(other, "plan-before-after")
    expect(cell(other, 1, "proposed")).to_be_visible()
    type_into(planned, 1, "+10%")
    changes(planned, 1)
    type_into(other, 2, "+5%")
    said = other.locator("#plan-said .refused")
    expect(said).to_contain_text("changed this plan at")
    expect(said).to_contain_text("+10%")
    said.get_by_role("button", name=EN("plan.on_top")).click()
    changes(other, 2)
    expect(said).to_have_count(0)


def test_a_letter_in_a_number_is_refused_at_the_place_and_nothing_moves(planned: Page) -> None:
    before = cell(planned, 1, "proposed").inner_text()
    type_into(planned, 1, "12x")
    expect(planned.locator("#plan-said .refused")).to_contain_text("“12x” is no amount")
    expect(cell(planned, 1, "proposed")).to_have_text(before)
    changes(planned, 0)
    planned.locator("#plan-said [data-plan-close]").click()
    expect(planned.locator("#plan-said > *")).to_have_count(0)


def test_with_the_keyboard_alone_a_target_is_locked_typed_and_taken_back(planned: Page) -> None:
    cell(planned, 1, "proposed").click()
    planned.keyboard.press("Enter")
    box = planned.locator("#plan-grid .ag-cell-inline-editing input")
    expect(box).to_be_focused()
    planned.keyboard.type("+5%")
    planned.keyboard.press("Enter")
    changes(planned, 1)
    focused = planned.locator("#plan-grid .ag-cell-focus")
    expect(focused).to_be_focused()  # the grid has kept the focus while it was drawn anew
    planned.keyboard.press("ArrowLeft")
    planned.keyboard.press("Enter")
    changes(planned, 2)
    expect(planned.locator("#plan-grid .plan-lock.on").first).to_be_attached()
    planned.keyboard.press("Control+z")
    changes(planned, 1)
    planned.keyboard.press("Control+Shift+z")
    changes(planned, 2)


def test_a_locked_target_cannot_be_typed_into(planned: Page) -> None:
    cell(planned, 1, "lock").locator("button").click()
    changes(planned, 1)
    expect(cell(planned, 1, "proposed").locator(".locked")).to_be_visible()
    cell(planned, 1, "proposed").dblclick()
    expect(planned.locator("#plan-grid .ag-cell-inline-editing")).to_have_count(0)


def test_on_a_phone_a_plan_begins_and_is_changed(open_page: OpenPage, office: Server) -> None:
    page = begin(open_page(PLAN, at=office, size=PHONE))
    page.locator("#plan-tools button", has_text="+5%").click()
    changes(page, 1)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_slider_moves_the_total(planned: Page) -> None:
    before = amount(cell(planned, 0, "proposed").inner_text())
    planned.locator("#plan-tools [data-menu=plan-more] > summary").click()
    slider = planned.locator("[data-plan-slider]")
    box = slider.bounding_box()
    assert box is not None
    planned.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    planned.mouse.down()
    planned.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=4)
    said = planned.locator(".slider output").inner_text()
    planned.mouse.up()
    changes(planned, 1)
    share = int(said.removeprefix("+").removesuffix("%"))
    assert 5 <= share <= 15
    after = amount(cell(planned, 0, "proposed").inner_text())
    assert after == pytest.approx(before * (1 + share / 100), abs=1)


def test_the_grid_goes_out_as_a_sheet_and_comes_back_as_changes_that_are_shown_first(
    planned: Page, tmp_path: Path
) -> None:
    planned.locator("#plan-tools [data-menu=plan-more] > summary").click()
    planned.locator("#plan-tools [data-panel='plan:sheet']").click()
    with planned.expect_download() as download:
        planned.locator("#drawer a[download]").click()
    download.value.save_as(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    sheet = book.worksheets[0]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "key")
    total = next(head.column for head in heads if head.value == "total")
    member = sheet.cell(heads[0].row + 2, 1)
    first, second = sheet.cell(member.row, total - 3), sheet.cell(member.row, total - 2)
    first.value, second.value = first.value + 1_000_000, second.value - 1_000_000
    sheet.cell(member.row, total - 1).value += 500_000
    book.save(tmp_path / "changed.xlsx")
    before = cell(planned, 0, "proposed").inner_text()
    planned.locator("[data-plan-file]").set_input_files(tmp_path / "changed.xlsx")
    preview = planned.locator("#plan-said .yours")
    expect(preview).to_be_visible()
    changes(planned, 0)
    preview.get_by_role("button", name=EN("plan.sheet_take")).click()
    expect(planned.locator(NOTE)).not_to_contain_text(re.compile(r"\b0 changes"))
    expect(cell(planned, 0, "proposed")).not_to_have_text(before)


def test_returned_duplicated_renamed_and_commented(planned: Page) -> None:
    planned.locator("#plan-bar [data-plan=submit]").click()
    expect(planned.locator("#plan-bar [aria-current=step]")).to_have_text(EN("plan.state_submitted"))
    planned.locator("#plan-bar summary", has_text=EN("plan.return")).click()
    planned.locator("#plan-bar input[name=note]:visible").fill("Less in the East, please")
    planned.keyboard.press("Enter")
    expect(planned.locator("#plan-bar [aria-current=step]")).to_have_text(EN("plan.state_draft"))
    expect(planned.locator("main")).to_contain_text("Less in the East, please")
    for kind, field, text in (("rename", "name", "Stretch, second try"), ("duplicate", "name", "Twin")):
        planned.locator("#plan-bar [data-menu=plan-menu] > summary").click()
        box = planned.locator(f"#plan-bar form[data-plan-form={kind}] input[name={field}]")
        box.fill(text)
        box.press("Enter")
        expect(planned.locator("#plan-bar > b")).to_have_text(text)


@pytest.mark.parametrize(("lang", "size"), [("en", DESKTOP), ("zh", PHONE)], ids=str)
def test_four_plans_side_by_side(open_page: OpenPage, office: Server, lang: str, size: tuple[int, int]) -> None:
    page = open_page(PLAN, at=office)
    ids = []
    for name, more in (("Steady", "+1%"), ("Brave", "+10%"), ("Careful", "-5%"), ("Mixed", "+2%")):
        page.goto(office.url + PLAN)
        type_into(begin(page, name), len(ids), more)
        changes(page, 1)
        ids.append(re.findall(r"plan=(\d+)", page.url)[0])
    page.close()
    beside = open_page(f"/compare?period=2026Q4&compare={'.'.join(ids)}", at=office, lang=lang, size=size)
    is_whole(drawn(beside), lang=lang, theme="light")
    expect(beside.locator("#strip .kpi")).to_have_count(4)
