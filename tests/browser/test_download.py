"""Pages and cards as files: a real PDF and PNG from the server's own browser, tables behind figures, paper."""

from __future__ import annotations

import csv
import io
import re
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import LookAt, OpenPage
from tests.browser.looks import card, drawn, marks
from tests.browser.server import Server

PATIENCE = 60_000  # ms: the server's own browser starts while this one waits
PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


def saved(page: Page, press: Callable[[], None], folder: Path) -> tuple[str, bytes]:
    """What a press brings: the file's name, and the file."""
    with page.expect_download(timeout=PATIENCE) as waited:
        press()
    download: Download = waited.value
    download.save_as(folder / "file")
    return download.suggested_filename, (folder / "file").read_bytes()


def choose(page: Page, within: str, item: str) -> None:
    """Opens a menu and presses one of its buttons."""
    page.locator(f"{within} > summary").click()
    page.locator(f"{within} {item}").click()


@pytest.mark.parametrize(("lang", "name"), [("en", "attainment-East"), ("zh", "attainment-华东")])
def test_a_page_becomes_a_pdf(open_page: OpenPage, tmp_path: Path, lang: str, name: str) -> None:
    page = drawn(open_page("/attainment?region=East", lang=lang, theme="dark"))
    menu = "details[data-menu=download]"
    found, pdf = saved(page, lambda: choose(page, menu, "[data-download=pdf]"), tmp_path)
    assert found == f"{name}-2026Q3-2026-08-27.pdf"
    assert pdf.startswith(b"%PDF-") and len(PDF_PAGE.findall(pdf)) > 1 and len(pdf) > 30_000
    expect(page.locator("#toasts .message")).to_contain_text(found)
    expect(page.locator("#toasts .making")).to_have_count(0)


def test_a_page_becomes_a_picture_of_its_whole_length(open_page: OpenPage, tmp_path: Path) -> None:
    page = drawn(open_page("/funnel"))
    found, png = saved(page, lambda: choose(page, "details[data-menu=download]", "[data-download=png]"), tmp_path)
    assert found == "funnel-2026Q3-2026-08-27.png" and png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    assert width == 2 * 1440 and height > 2 * 900


def test_the_page_says_why_it_is_no_file(open_page: OpenPage, own_server: Callable[..., Server]) -> None:
    lonely = own_server(THREADS="1", WORKERS="1")
    page = drawn(open_page("/", at=lonely, expected=("501",)))
    choose(page, "details[data-menu=download]", "[data-download=pdf]")
    expect(page.locator("#toasts .failed")).to_contain_text("single thread")
    # Nothing is held up by it.
    page.locator(".side a[href^='/funnel']").click()
    drawn(page, "cohort")


def test_a_card_turns_into_its_table_and_back(look_at: LookAt) -> None:
    page = drawn(look_at("/"), "members")
    members, menu = card(page, "members"), "section[data-card=members] details[data-menu=card]"
    said = {mark.hover.split("  ")[0] for mark in marks(page, "members")}
    choose(page, menu, ".to-table")
    expect(members.locator(".plot-slot")).to_be_hidden()
    table = members.get_by_role("table")
    expect(table).to_be_visible()
    assert set(table.locator("tbody th").all_inner_texts()) == said and said
    expect(table.locator("thead th").nth(1)).to_contain_text("¥")
    expect(page.locator(f"{menu} > summary")).to_be_focused()
    choose(page, menu, ".to-chart")
    expect(table).to_be_hidden()
    expect(members.locator(".plot-slot .main-svg").first).to_be_visible()


def test_a_card_is_taken_along_as_csv(look_at: LookAt, tmp_path: Path) -> None:
    page = drawn(look_at("/funnel"), "cohort")
    press = partial(choose, page, "section[data-card=cohort] details[data-menu=card]", "[data-card-csv]")
    name, content = saved(page, press, tmp_path)
    assert name == "Cohort-funnel-2026-08-27.csv" and content.startswith(b"\xef\xbb\xbf")
    about, heads, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert "27 Aug 2026" in about[0] and heads[:2] == ["Stage", "Deals"]
    values = [mark.value for mark in marks(page, "cohort") if mark.trace == 0]
    assert [float(row[1]) for row in rows] == values  # plain numbers, without thousands


def test_a_card_is_taken_along_as_a_picture(look_at: LookAt, tmp_path: Path) -> None:
    page = drawn(look_at("/"), "months")
    width = page.locator("section[data-card=months] .js-plotly-plot").evaluate("plot => plot.clientWidth")
    press = partial(choose, page, "section[data-card=months] details[data-menu=card]", "[data-card-png]")
    name, png = saved(page, press, tmp_path)
    assert name == "Won-by-month-2026-08-27.png" and png.startswith(b"\x89PNG\r\n") and len(png) > 10_000
    assert struct.unpack(">I", png[16:20])[0] == 2 * (width + 32)


def test_a_table_of_deals_is_no_drawing(look_at: LookAt) -> None:
    page = drawn(look_at("/"), "deciding", "people")
    page.locator("section[data-card=deciding] details[data-menu=card] > summary").click()
    menu = card(page, "deciding").locator("details[data-menu=card]")
    expect(menu.locator("[data-card-csv]")).to_be_visible()
    expect(menu.locator(".to-table")).to_be_hidden()
    expect(menu.locator("[data-card-png]")).to_be_hidden()
    expect(card(page, "people").locator("details[data-menu=card]")).to_be_hidden()


#: What sticks out of its card or of the sheet, on paper.
CUT = """() => {
  const sheet = document.querySelector('main').getBoundingClientRect();
  const cut = [];
  for (const card of document.querySelectorAll('.panel[data-card]')) {
    const box = card.getBoundingClientRect();
    if (!box.width) continue;
    const name = card.dataset.card;
    if (box.right > sheet.right + 1) cut.push(name);
    for (const one of card.querySelectorAll('.plot .main-svg, table'))
      if (one.getClientRects().length) {
        const inner = one.getBoundingClientRect();
        if (inner.right > box.right + 1 || inner.bottom > box.bottom + 1) cut.push(name);
      }
  }
  // Nor is a cell squeezed until its words stand letter by letter.
  for (const row of document.querySelectorAll('.panel .t tr'))
    if (row.offsetHeight > 60) cut.push(`row of ${row.offsetHeight} px`);
  return cut;
}"""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("path", ["/", "/funnel", "/attainment"])
def test_nothing_is_cut_on_paper(open_page: OpenPage, path: str, lang: str) -> None:
    page = open_page(path, lang=lang)
    page.emulate_media(media="print")
    # Figures that were never in sight are drawn too.
    page.wait_for_function("Boolean(window.paper)")
    page.evaluate("paper.prepare('pdf')")
    assert page.evaluate("document.querySelector('main').clientWidth") == 1032
    assert page.evaluate(CUT) == []
    foot = page.evaluate("[...document.adoptedStyleSheets].map(s => [...s.cssRules].map(r => r.cssText)).join()")
    assert "2026" in foot and f"127.0.0.1:{page.url.split(':')[2].split('/')[0]}{path}" in foot
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.paper ?? null") is None
