"""Every page in each language, theme and size: all of it is drawn, nothing is cut, every word is of the language."""

from __future__ import annotations

import re
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from components.words import words
from tests.browser.conftest import DESKTOP, PHONE, OpenPage
from tests.browser.looks import drawn

PAGES = ("/", "/funnel", "/attainment", "/rep", "/win-loss", "/planning")
#: Every pair of language, theme and size on each page.
PAIRS = (("en", "light", DESKTOP), ("en", "dark", PHONE), ("zh", "light", PHONE), ("zh", "dark", DESKTOP))
LOOKS = [(path, *look) for path, look in product(PAGES, PAIRS)]
#: Texts that have to be read whole.
WHOLE = "h1, .panel > header h2, .kpi .value, .kpi .label"


@pytest.mark.parametrize(("path", "lang", "theme", "size"), LOOKS, ids=str)
def test_a_page_is_drawn_whole(open_page: OpenPage, path: str, lang: str, theme: str, size: tuple[int, int]) -> None:
    is_whole(drawn(open_page(path, lang=lang, theme=theme, size=size)), lang=lang, theme=theme)


def is_whole(page: Page, *, lang: str, theme: str) -> None:
    """Nothing failed, nothing is cut, the sentence is one, every word is of the language."""
    expect(page.locator(".state.failed")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if lang == "zh" else "en")
    says = page.locator("h1").inner_text()
    assert re.search(r"\d", says) and says.endswith("。" if lang == "zh" else "."), says
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, "the page is wider than the screen"
    cut = page.locator(WHOLE).evaluate_all(
        "found => found.filter(one => one.scrollWidth > one.clientWidth).map(one => one.textContent)"
    )
    assert not cut, f"cut: {cut}"
    strangers = foreign(seen(page), lang)
    assert not strangers, f"not {lang}: {strangers}"


def seen(page: Page) -> list[str]:
    """Every text on the page, the drawings' and the tooltips' included, but what people wrote in their language."""
    return page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const found = [];
          while (walker.nextNode()) if (!walker.currentNode.parentElement.closest('script, style, [data-quoted]'))
            found.push(walker.currentNode.data.trim());
          for (const one of document.querySelectorAll('[title], [aria-label], [placeholder]'))
            found.push(one.title, one.getAttribute('aria-label') ?? '', one.placeholder ?? '');
          for (const plot of document.querySelectorAll('.js-plotly-plot'))
            for (const trace of plot.data) found.push(...(trace.hovertext ?? []));
          return found.filter(Boolean);
        }"""
    )


def foreign(texts: list[str], lang: str) -> list[str]:
    """The texts that speak the other language: whole, or in a piece between placeholders."""
    own, other = words(lang).texts, words("en" if lang == "zh" else "zh").texts
    said = "\n".join(own.values())
    pieces = {piece.strip() for text in other.values() for piece in re.split(r"\{[^}]*\}", text)}
    if lang == "zh":
        pieces = {piece for piece in pieces if len(re.findall("[A-Za-z]", piece)) > 3 and piece not in said}
        patterns = [re.compile(rf"(?<![A-Za-z]){re.escape(piece)}(?![A-Za-z])") for piece in pieces]
        return [text for text in texts if any(pattern.search(text) for pattern in patterns)]
    known = {"中文", *(text for text in own.values() if re.search("[一-鿿]", text))}
    return [text for text in texts if text not in known and any(piece in text for piece in pieces if _chinese(piece))]


def _chinese(text: str) -> bool:
    return re.search("[一-鿿]{2}", text) is not None
