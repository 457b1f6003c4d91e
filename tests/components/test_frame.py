"""The frame of a page as trees: links that carry the slice, chips in words, states that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from dash import html
from dash.development.base_component import Component

from components import cards, explain, filter_bar, links, shell, states
from components.top_bar import top_bar
from components.view import View
from components.words import words
from queries.scope import EVERYTHING
from queries.slices import Slice


def view(query: str = "", *, lang: str = "en") -> View:
    return View(Slice.from_search(query), EVERYTHING, lang, "light", "/funnel", date(2026, 8, 27), "CNY", 1)


def parts(tree: Any) -> Iterator[Any]:
    if isinstance(tree, list | tuple):
        for one in tree:
            yield from parts(one)
    else:
        yield tree
        if isinstance(tree, Component):
            yield from parts(getattr(tree, "children", None))


def text(tree: Any) -> str:
    return "".join(part for part in parts(tree) if isinstance(part, str))


def props(tree: Any, name: str) -> list[Any]:
    found = (one.to_plotly_json()["props"] for one in parts(tree) if isinstance(one, Component))
    return [one[name] for one in found if name in one]


def test_a_link_is_its_slice_twice() -> None:
    link = links.to("East", Slice.from_search("region=East&period=2026Q2"))
    assert link.href == "?period=2026Q2&region=East"
    assert props(link, "data-slice") == ["period=2026Q2&region=East"]


def test_icons_are_hidden_and_lone_icons_are_named() -> None:
    bar = top_bar(view(), "Overview", {}, is_late=False)
    for one in parts(bar):
        if isinstance(one, html.I):
            assert one.to_plotly_json()["props"]["aria-hidden"] == "true"
        if isinstance(one, html.Button) and not text(one):
            assert one.to_plotly_json()["props"]["aria-label"]


def test_a_chip_is_taken_off_without_touching_the_rest() -> None:
    chips = filter_bar.chips(view("region=sh&rep=r1&period=2026Q2"), {"region": {"sh": "East"}})
    assert "East" in text(chips)
    assert "period=2026Q2&rep=r1" in props(chips, "data-slice")


@pytest.mark.parametrize(("lang", "says"), [("en", "without East"), ("zh", "不含")])
def test_what_is_left_out_is_said(lang: str, says: str) -> None:
    assert says in text(filter_bar.chips(view("region=!sh", lang=lang), {"region": {"sh": "East"}}))


def test_a_tick_adds_and_a_second_takes_back() -> None:
    members = pd.DataFrame({"key": ["a", "b"], "label": ["Ann", "Bob"], "label_zh": ["安", "鲍"], "rows": [1, 5]})
    picker = filter_bar.picker(view("rep=a"), "rep", members)
    assert props(picker, "aria-checked") == ["false", "true"]  # Bob has more deals and comes first
    assert {"rep=a&rep=b", ""} <= set(props(picker, "data-slice"))


def test_the_present_switch_is_marked() -> None:
    made = cards.switch(view("show=amount"), "show", (("count", "Deals"), ("amount", "Amount")))
    assert [one.className for one in made.children] == ["", "on"]
    assert props(made, "data-slice") == ["", "show=amount"]


def test_empty_offers_to_take_off_the_narrowest_filter_first() -> None:
    state = states.empty(view("region=a&region=b&rep=r1"), "No deals")
    assert props(state, "data-slice") == ["region=a&region=b", ""]
    assert props(states.empty(view(), "No deals"), "data-slice") == []


def test_a_failure_carries_its_reference_and_a_way_on() -> None:
    state = states.failed(words("en"), "The database does not answer.", "R-12AB34")
    assert "R-12AB34" in text(state) and props(state, "data-copy") == ["R-12AB34"] and props(state, "data-retry")


def test_explanations_leave_out_what_there_is_not() -> None:
    said = {"title": "Won", "value": "¥1.2M", "meaning": "Won deals.", "formula": "sum(amount)", "as_of": "27 Aug"}
    short = explain.drawer(view(), **said, inputs=[], left_out=[])
    whole = explain.drawer(view(), **said, inputs=[explain.InputLine("Won", "1")], left_out=["x"], rows=html.Div())
    assert (len(short), len(whole)) == (4, 7)


def test_downloads_of_an_explanation_hold_its_slice() -> None:
    hrefs = props(explain.row_buttons(view("region=a"), "won_amount", "12"), "href")
    assert hrefs[1] == "/download/deals.csv?region=a&open=won_amount"


def test_navigation_leads_to_every_page_and_says_what_is_no_part_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = (shell.NavItem("overview", "/", "speedometer2"), shell.NavItem("funnel", "/funnel", "filter-left"))
    monkeypatch.setattr(shell, "items", lambda: pages)
    assert props(shell.nav_links(words("en")), "href") == ["/", "/funnel"]
    made = shell.shell(words("en"), theme="light", version="1", content=[])
    own = next(one for one in props(made, "data-own"))
    assert {"open", "explain", "show"} <= set(own.split()) and "basis" not in own.split()


def test_a_notice_names_what_was_dropped() -> None:
    assert filter_bar.notice(words("en"), Slice(), []) is None
    made = filter_bar.notice(words("en"), Slice(), ["period=soon", "x=1"])
    assert "2 things" in text(made) and "period=soon, x=1" in text(made)
