"""The reps page says what is right of all reps, of one, of one who moved or left, and where there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component

from callbacks import attainment_detail, rep, rep_cards, rep_deals, wiring
from callbacks.explain import explanation
from components.cards import Card
from components.view import View
from queries.engine import reading
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.rep_company import tables, targets

Look = Callable[..., Any]
CARDS = [
    made
    for module in (rep, rep_cards, rep_deals)
    for name, made in vars(module).items()
    if name.startswith("show_") and getattr(made, "__annotations__", {}).get("return") == "Card"
]


def said(tree: Any) -> str:
    """All texts of a tree, one after the other."""
    if isinstance(tree, Component):
        return said(getattr(tree, "children", None))
    if isinstance(tree, list | tuple):
        return " ".join(filter(None, map(said, tree)))
    return "" if tree is None else str(tree).strip()


def links(tree: Any) -> list[str]:
    if isinstance(tree, list | tuple):
        return [href for one in tree for href in links(one)]
    if not isinstance(tree, Component):
        return []
    own = getattr(tree, "href", None)
    return [*([own] if own else []), *links(getattr(tree, "children", None))]


@pytest.fixture
def look(served: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`with look("rep=a", lang="zh") as view`: a view of the company with its targets, or of one without anything."""

    made: list[Any] = []

    @contextmanager
    def seen(query: str = "", *, lang: str = "en", scope: Scope = EVERYTHING, bare: bool = False) -> Iterator[View]:
        if not made:
            if not bare:
                targets(tmp_path).ledger.close()
            made.append(served(**({} if bare else tables())))
        (server,) = made
        cookies = {"Cookie": f"language={lang}"}
        with server.test_request_context("/", headers=cookies), reading(wiring.warehouse().database()) as database:
            view = wiring.view_of(Slice.from_search(query), database, path=rep.PATH)
            yield View(**{**vars(view), "scope": scope})

    yield seen


AUGUST = "period=2026-08&spread=linear"


def test_all_reps_say_how_many_are_behind(look: Look) -> None:
    with look(AUGUST) as view:
        # Behind what is due, 270 each: n by 200, a by 170 and b by 70.
        assert rep.sentence(view) == "3 of 6 reps are behind what was due by ¥440, Rep n the most."
        assert rep.show_part(view) == (False, True)
        body = rep.show_reps(view).body
    assert [href.partition("rep=")[2].partition("&")[0] for href in links(body)] == ["n", "a", "b", "c", "e", "y"]
    assert "Rep e new" in said(body) and "Rep y moved" in said(body) and "1 of 4" in said(body)
    assert "no target" in said(body)


def test_one_rep_is_told_where_coaching_helps(look: Look) -> None:
    with look(f"{AUGUST}&rep=a") as view:
        assert rep.show_part(view) == (True, False)
        assert rep.sentence(view) == (
            "Rep a is ¥170 short of what was due by 27 Aug. "
            "Coaching would help most in Potential: 25% move on, 70% at the peers' median."
        )
        foot = said(list(rep_cards.show_rep_funnel(view).foot))
    assert foot == "Where coaching helps: Potential. At the peers' 70%, ¥900 more a year would get on from there."


def test_the_same_in_chinese(look: Look) -> None:
    with look(f"{AUGUST}&rep=a", lang="zh") as view:
        assert rep.sentence(view).startswith("Rep a比截至8月27日的应达目标少170元。")
        assert "中位数 60.0%（3 位）" in said(rep.key_strip(view))


def test_the_strip_says_the_median_and_of_how_many(look: Look) -> None:
    with look(f"{AUGUST}&rep=a") as view:
        strip = said(rep.key_strip(view))
    # a sold 100 and the peers' median is 255; won 1 of 4 while the median is 60 %; 99 days while theirs is 40
    assert "−61% on the peers median ¥255 of 4" in strip
    assert "−35 pp on the peers median 60.0% of 3 thin: 1 of 4" in strip
    assert "+59 days on the peers median 40days of 4" in strip.replace("40 days", "40days")


def test_who_moved_and_who_left_make_sense(look: Look) -> None:
    with look("period=2026Q3&rep=y") as view:
        assert "in Shanghai, East since 10 Aug" in said(rep.words_of(view))
        assert "4 peers: East" in said(rep.words_of(view))
    with look("period=2026Q3&rep=x") as view:
        assert rep.sentence(view).startswith("Rep x (left on 1 Aug) sold ¥50 in Q3 2026 to date, without a target.")
        assert "left on 1 Aug" in said(rep.words_of(view))
    with look("period=2026Q3&rep=x&as_of=2026-07-31") as view:
        assert "left" not in rep.sentence(view) + said(rep.words_of(view))


def test_where_no_deal_has_left_a_stage_nothing_is_said_of_the_funnel(look: Look) -> None:
    with look(f"{AUGUST}&rep=a&as_of=2026-05-31") as view:
        assert "funnel" not in rep.sentence(view) and rep.sentence(view).count(".") == 1


def test_a_scope_shows_nothing_of_other_regions(look: Look) -> None:
    north = Scope.only(region="North")
    with look("period=2026Q3&rep=y", scope=north) as view:
        told = said(rep.words_of(view)) + rep.sentence(view) + said(rep.key_strip(view))
        assert "Beijing, North" in told and "East" not in told and "Shanghai" not in told
    with look("period=2026Q3&rep=a", scope=north) as view:
        assert rep.show_part(view) == (False, True)
        assert "Rep a" not in rep.sentence(view) + said(rep.show_reps(view).body)


def test_deals_say_why_and_ways_of_slipping_open_their_lists(look: Look) -> None:
    with look(f"{AUGUST}&rep=a") as view:
        table, slipping = said(rep_deals.show_rep_deals(view).body), rep_deals.show_rep_slipping(view).body
    assert "On time" in table and "Past its expected date" in table and "Close date moved 2 times" in table
    assert "Late" in table
    assert [href.partition("open=")[2].partition("&")[0] for href in links(slipping)] == [
        "pushed", "past", "late", "slipping",
    ]  # fmt: skip
    assert "Any of these 4 150 48%" in said(slipping)


def test_the_attainment_page_leads_to_the_one_rep_it_is_filtered_by(look: Look) -> None:
    with look(f"{AUGUST}&rep=a&path=rep") as view:
        (href,) = (one for one in links(list(attainment_detail.show_closing(view).foot)) if one.startswith("/rep"))
    assert "rep=a" in href and "period=2026-08" in href and "open=" not in href
    with look(AUGUST) as view:
        assert not any(one.startswith("/rep") for one in links(list(attainment_detail.show_closing(view).foot)))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("bare", [False, True], ids=["company", "empty"])
@pytest.mark.parametrize("query", ["", "rep=a", "rep=x", "rep=y&period=all", "rep=n&as_of=2026-07-15", "rep=a&rep=b"])
def test_every_card_survives(look: Look, lang: str, bare: bool, query: str) -> None:
    with look(query, lang=lang, bare=bare) as view:
        assert rep.sentence(view).strip() and said(rep.key_strip(view)) and rep.words_of(view)
        for draw in CARDS:
            assert is_shown(draw(view)), draw.__name__
        assert len(explanation(view, "peers")) > 2


def is_shown(card: Card) -> bool:
    if card.figure:
        go.Figure(card.figure)
        assert card.table is not None and card.table[1]
    return bool(card.figure) or card.body is not None or card.state is not None


def test_every_card_is_among_them() -> None:
    assert len(CARDS) == 7


def test_how_the_comparison_is_computed(look: Look) -> None:
    with look(f"{AUGUST}&rep=a&explain=peers") as view:
        told = said(explanation(view, "peers"))
    assert "Potential 25.0% 20 left · median 70% of 3" in told and "Wilson" in told
    assert "Amount that left ¥2,000 Potential Worth a year ¥900 Potential" in told
