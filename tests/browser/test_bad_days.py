"""Bad days: no data, new data, a server that dies, a question that fails. No traceback, and it recovers by itself."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
from playwright.sync_api import Page, Route, expect

from crm import snapshots
from tests.browser.conftest import OpenPage
from tests.browser.looks import card, drawn
from tests.browser.server import Server

MakeServer = Callable[..., Server]


def looked_at_again(page: Page) -> None:
    """What the browser says when a page comes back to sight: it asks the server at once how things stand."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def looked_at_again_often(page: Page) -> None:
    """The same again and again, because a server takes up to a second to notice."""
    page.evaluate("setInterval(() => window.dispatchEvent(new Event('online')), 300)")


def publish_copy(server: Server, *, without: str = "") -> str:
    """A new snapshot with the rows of the current one, perhaps without a table; its id."""
    folder = server.data / "snapshots"
    now = snapshots.current(folder)
    assert now is not None
    with snapshots.building(folder) as built:
        shutil.copy(now.path, built)
        if without:
            with duckdb.connect(str(built)) as connection:
                connection.execute(f"DROP TABLE {without}")
        return snapshots.publish(built, folder).id


def test_no_data_says_so_and_the_page_comes_with_the_data(
    open_page: OpenPage, own_server: MakeServer, company: Path
) -> None:
    server = own_server(empty=True)
    page = open_page("/", at=server)
    expect(page.locator("h1")).to_have_text("There is no data yet.")
    with page.expect_response("**/api/state") as answer:
        looked_at_again(page)
    assert answer.value.status == 200
    looked_at_again_often(page)
    shutil.copytree(company / "snapshots", server.data / "snapshots")
    expect(page.locator("#strip .kpi").first).to_be_visible()
    drawn(page, "months")


def test_an_open_page_moves_to_new_data_by_itself(open_page: OpenPage, own_server: MakeServer) -> None:
    server = own_server()
    page = drawn(open_page("/?explain=won_amount", at=server), "months")
    looked_at_again(page)
    expect(page.locator("#drawer")).to_contain_text("snapshot")
    fresh = publish_copy(server)
    looked_at_again_often(page)
    expect(page.locator("#drawer")).to_contain_text(fresh)
    expect(page.locator(".state.failed")).to_have_count(0)


#: Keeps every snapshot that the explanation has named since, in order.
KEEP_SNAPSHOTS = """() => {
  window.snapshots = [];
  const look = () => {
    const named = /\\d{8}T\\d{6}-[0-9a-f]{4}/.exec(document.getElementById('drawer').textContent)?.[0];
    if (named && named !== window.snapshots.at(-1)) window.snapshots.push(named);
  };
  look();
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def test_two_servers_that_tell_different_data_do_not_make_a_page_flicker(
    open_page: OpenPage, own_server: MakeServer
) -> None:
    """One tells the new data, the other two times in a row the old: the page stays with the new until all go back."""
    server = own_server()
    page = drawn(open_page("/?explain=won_amount", at=server), "months")
    before = snapshots.current(server.data / "snapshots")
    assert before is not None
    expect(page.locator("#drawer")).to_contain_text(before.id)
    page.evaluate(KEEP_SNAPSHOTS)
    fresh = publish_copy(server)
    told: list[str] = []
    turns = itertools.cycle([fresh, before.id, before.id])

    def tell(route: Route) -> None:
        told.append(next(turns))
        route.fulfill(json={"state": "ok", "version": told[-1], "as_of": "2026-08-27", "hours": 0})

    page.route("**/api/state", tell)
    looked_at_again_often(page)
    expect(page.locator("#drawer")).to_contain_text(fresh)
    while len(told) < 30:
        page.wait_for_event("response")
    assert page.evaluate("window.snapshots") == [before.id, fresh]
    turns = itertools.repeat(before.id)
    expect(page.locator("#drawer")).to_contain_text(before.id)
    assert page.evaluate("window.snapshots") == [before.id, fresh, before.id]


def test_a_dead_server_is_said_and_its_return_too(open_page: OpenPage, own_server: MakeServer) -> None:
    server = own_server()
    # All of it: what is still on its way when the server dies would rightly be told as failed.
    page = drawn(open_page("/", at=server, expected=("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET")))
    banner = page.locator("#offline")
    expect(banner).to_be_hidden()
    server.kill()
    looked_at_again(page)
    expect(banner).to_be_visible()
    server.start()
    looked_at_again(page)
    expect(banner).to_be_hidden()
    page.locator("#nav").get_by_text("Funnel and forecast").click()
    drawn(page, "cohort")


def test_a_card_that_fails_says_so_alone(open_page: OpenPage, own_server: MakeServer) -> None:
    server = own_server()
    publish_copy(server, without="stage_passages")
    page = open_page("/funnel", at=server, expected=("500",))
    days = card(page, "stage-days")
    days.scroll_into_view_if_needed()
    failed = days.locator(".state.failed")
    expect(failed).to_contain_text("could not be read")
    reference = re.search(r"R-[0-9A-F]{6}", failed.inner_text())
    assert reference is not None
    expect(page.locator("h1")).to_have_text("Funnel and forecast")
    expect(page.locator("#toasts .message.failed")).to_contain_text("Something went wrong")
    assert "Traceback" not in page.content() and "SELECT" not in page.content()
    expect(page.locator("header.top .menu-of").first).to_be_visible()
    expect(page.locator("#strip .kpi").first).to_be_visible()
    assert reference[0] in server.log.read_text(encoding="utf-8")

    sound = [one.id for one in snapshots.listed(server.data / "snapshots")][-1]
    snapshots.go_back(server.data / "snapshots", sound)
    looked_at_again_often(page)
    expect(failed).to_have_count(0)
    expect(page.locator("h1")).to_have_text(re.compile(r"\d.*\."))
