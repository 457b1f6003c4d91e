"""A made-up company, the application serving it, and Chromium watched for everything that must not happen."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from crm.load import load_demo
from settings import Settings
from tests.browser.server import Server
from tests.conftest import missing

AS_OF = date(2026, 8, 27)
PATIENCE = 30_000  # ms: what a machine that does much else at the same time may take
DESKTOP, PHONE = (1440, 900), (390, 844)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are browser tests and share one browser, hence one worker."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass
class Watch:
    """What went wrong on a page while nobody looked; a test may expect some of it."""

    host: str
    expected: tuple[str, ...] = ()
    problems: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listens to console, errors, answers and requests."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        page.on("response", self._response)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._note(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"HTTP {response.status} {response.url}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.host, "data:", "blob:")):
            self._note(f"request to another host: {request.url}")

    def _note(self, problem: str) -> None:
        if not any(text in problem for text in self.expected):
            self.problems.append(problem)


OpenPage = Callable[..., Page]
LookAt = Callable[..., Page]


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small demo company."""
    folder = tmp_path_factory.mktemp("company")
    load_demo(settings=Settings(data_dir=folder, as_of=AS_OF), opportunities=3_000, seed=1)
    return folder


@pytest.fixture(scope="session")
def server(company: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application over the demo company."""
    running = Server(company, tmp_path_factory.mktemp("log") / "server.log").start()
    yield running
    running.kill()


@pytest.fixture
def own_server(company: Path, tmp_path: Path, chromium: BrowserContext) -> Iterator[Callable[..., Server]]:
    """Starts applications that a test may break: over a copy of the company, or over a folder without data."""
    made: list[Server] = []

    def make(*, empty: bool = False, **settings: str) -> Server:
        folder = tmp_path / f"data{len(made)}"
        if not empty:
            shutil.copytree(company, folder)
        made.append(Server(folder, tmp_path / f"server{len(made)}.log", bare=empty, **settings))
        return made[-1].start()

    yield make
    for page in chromium.pages:  # what a page is still fetching is no fault of its own
        page.close()
    for one in made:
        one.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserContext]:
    """The browser that `CHROMIUM` names, or the system's; one profile, so that scripts are compiled once."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        missing("there is no Chromium: set CHROMIUM, or run `make test`, which finds or installs one")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        context = browser.new_context(accept_downloads=True)
        context.set_default_timeout(PATIENCE)
        yield context
        browser.close()


@pytest.fixture
def open_page(chromium: BrowserContext, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Opens a path as somebody new; the test fails at its end on anything unexpected that the page did."""
    watches: list[Watch] = []

    def visit(
        path: str = "/",
        *,
        lang: str = "en",
        theme: str = "light",
        size: tuple[int, int] = DESKTOP,
        expected: tuple[str, ...] = (),
        at: Server | None = None,
    ) -> Page:
        url = (at or request.getfixturevalue("server")).url
        cookies = {"language": lang, "theme": theme, "compact": "1" if size == PHONE else "0"}
        chromium.clear_cookies()
        chromium.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        chromium.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        page = chromium.new_page()
        page.set_viewport_size({"width": size[0], "height": size[1]})
        watches.append(Watch(url, expected))
        watches[-1].follow(page)
        page.goto(url + path)
        return page

    yield visit
    for page in chromium.pages:
        page.close()
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(problems)


#: Makes an open page show another slice, with nothing open beside it, as its own links do.
SHOW = """query => {
  window.dash_clientside.set_props('panel', {data: ''});
  window.dash_clientside.set_props('slice', {data: query});
}"""


@pytest.fixture(scope="module")
def standing(chromium: BrowserContext, server: Server) -> Iterator[dict[str, tuple[Page, Watch]]]:
    """Pages that stay open for the tests of a module, in a profile of their own: nobody changes their cookies."""
    assert chromium.browser is not None
    context = chromium.browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    context.set_default_timeout(PATIENCE)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    cookies = {"language": "en", "theme": "light", "compact": "0"}
    context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies.items()])

    class Opened(dict[str, tuple[Page, Watch]]):
        def __missing__(self, path: str) -> tuple[Page, Watch]:
            page, watch = context.new_page(), Watch(server.url)
            watch.follow(page)
            page.goto(server.url + path)
            self[path] = page, watch
            return self[path]

    yield Opened()
    context.close()


@pytest.fixture
def look_at(standing: dict[str, tuple[Page, Watch]]) -> Iterator[LookAt]:
    """A page in English on a desk, put to a slice: opened once for a module, since most tests do not mind the arrival.

    Each test answers for what goes wrong on the page while it runs.
    """
    used: list[Watch] = []

    def show(path: str, query: str = "") -> Page:
        page, watch = standing[path]
        used.append(watch)
        page.bring_to_front()
        expect(page.locator("#strip .kpi").first).to_be_visible()
        page.evaluate(SHOW, query)
        expect(page).to_have_url(re.compile(rf"{re.escape(path)}{re.escape(f'?{query}' if query else '')}$"))
        if "explain=" not in query:
            expect(page.locator("#drawer")).to_be_hidden()
        if "open=" not in query:
            expect(page.locator("#sheet")).to_be_hidden()
        return page

    yield show
    problems = [problem for watch in used for problem in watch.problems]
    for watch in used:
        watch.problems.clear()
    assert not problems, "\n".join(problems)
