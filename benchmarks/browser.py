"""What a person waits for in Chromium: the page the first time, and all that is in sight after a filter change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.callbacks import PAGES, unlike

SIZE = {"width": 1440, "height": 900}
QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
WATCH = (Path(__file__).parent / "watch.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Seen:
    """A page: milliseconds to the last chart in sight, the first time and after a filter change (medians)."""

    path: str
    first: float
    change: float
    whole: float


def measured(url: str, products: list[str], *, chromium: str, runs: int) -> list[Seen]:
    """Each page of the application at `url`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        try:
            return [_seen(browser, url, path, products, runs) for path in PAGES]
        finally:
            browser.close()


def drilled(url: str, steps: list[list[str]], *, chromium: str) -> list[float]:
    """Milliseconds until the last chart in sight has been painted after each step of ways down (medians by step)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        try:
            with _opened(browser, f"{url}/attainment") as page:
                page.evaluate("watch.settled()")
                took = []
                for way in steps:
                    took.append([page.evaluate("query => watch.change(query)", query)["charts"] for query in way])
                    page.evaluate("query => watch.change(query)", "")
            return [median(times) for times in zip(*took, strict=True)]
        finally:
            browser.close()


def adjusted(url: str, query: str, *, chromium: str, runs: int) -> float:
    """Milliseconds until the last chart in sight of the planning page stands after a change of the total (median)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        try:
            with _opened(browser, f"{url}/planning?{query}") as page:
                page.evaluate("watch.settled()")
                took = []
                for run in range(runs + 2):
                    step = "-5%" if run % 2 else "+5%"
                    selector = f'#plan-tools [data-plan=change][data-value="{step}"]'
                    took.append(page.evaluate("selector => watch.click(selector)", selector)["charts"])
            return median(took[2:])
        finally:
            browser.close()


def _seen(browser: Browser, url: str, path: str, products: list[str], runs: int) -> Seen:
    firsts = []
    for _ in range(3):  # a fresh profile each: nothing of the page is kept
        with _opened(browser, url + path) as page:
            firsts.append(page.evaluate("watch.settled()")["charts"])
    with _opened(browser, url + path) as page:
        page.evaluate("watch.settled()")
        # The pairs of the pages differ, and so do those that warm up: nobody has asked for any of them before.
        filters = list(islice(unlike(products[::-1]), len(PAGES) * (runs + 3)))[PAGES.index(path) :: len(PAGES)]
        changes = [page.evaluate("query => watch.change(query)", query) for query in filters][3:]
    return Seen(
        path, median(firsts), median(change["charts"] for change in changes), median(c["whole"] for c in changes)
    )


@contextmanager
def _opened(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCH)
        page.goto(address)
        yield page
    finally:
        context.close()
