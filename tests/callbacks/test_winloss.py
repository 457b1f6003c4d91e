"""The win/loss page says what is right, of any source, and every mark leads to a list that adds up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from sqlalchemy import create_engine

from callbacks import (
    winloss,
    winloss_back,
    winloss_crossed,
    winloss_losses,
    winloss_presence,
    winloss_rates,
    winloss_reviews,
    winloss_rivals,
    wiring,
)
from callbacks.explain import explanation
from components.cards import Card
from components.view import View
from queries import losses
from queries.engine import Database, reading
from queries.row_list import total_behind
from queries.rows import Behind
from queries.scope import EVERYTHING
from queries.slices import Slice
from tests.callbacks.test_rep import said
from tests.queries.conftest import demo_file  # noqa: F401 - a fixture
from tests.queries.winloss_company import tables
from tests.rows import database, deal

CARDS = [
    made
    for module in (winloss_rates, winloss_rivals, winloss_crossed, winloss_presence, winloss_losses, winloss_reviews,
                   winloss_back)
    for name, made in vars(module).items()
    if name.startswith("show_") and getattr(made, "__annotations__", {}).get("return") == "Card"
]  # fmt: skip
Look = Callable[..., Any]


@pytest.fixture
def look(served: Any) -> Iterator[Look]:
    """`with look("nodecision=out", opportunities=[...]) as view`: a view of the page over a company."""

    made: list[Any] = []

    @contextmanager
    def seen(query: str = "", *, lang: str = "en", **rows: Any) -> Iterator[View]:
        server = made[0] if made else served(**(rows or tables()))
        made.append(server)
        with server.test_request_context("/win-loss"), reading(wiring.warehouse().database()) as database:
            yield view_of(query, database, lang)

    yield seen


def view_of(query: str, database: Database, lang: str = "en") -> View:
    return View(Slice.from_search(query), EVERYTHING, lang, "light", "/win-loss", database.as_of, "CNY", 1)


def test_the_sentence(look: Look) -> None:
    with look() as view:
        assert (
            winloss.sentence(view)
            == "We win 33.3%, about as much as last year; no competitor and no region stands out."
        )
    with look("nodecision=out", lang="zh") as view:
        assert winloss.sentence(view) == "客户做出选择时我们赢下40.0%，与去年大致相当；没有突出的对手或大区。"


def test_the_sentence_names_whom_we_fear_and_why(look: Look) -> None:
    """Of forty deals with X we win two; of forty without, thirty. X takes them on price in the third stage."""
    lost = {"close_reason": "Price", "stage_id": "s3", "furthest_position": 3, "winner_id": "X"}
    rows = tables()
    deals = [deal(f"x{n}", "won", competition="named") for n in range(2)]
    deals += [deal(f"x{n}", "lost", competition="named", **lost) for n in range(2, 40)]
    deals += [deal(f"n{n}", "won" if n < 30 else "lost", competition="nobody") for n in range(40)]
    rivals = [{"opportunity_id": f"x{n}", "competitor_id": "X", "is_winner": n >= 2} for n in range(40)]
    rows |= {"opportunities": deals, "opportunity_competitors": rivals, "close_reviews": []}
    with look(**rows) as view:
        assert winloss.sentence(view) == "We win 40.0% (80 deals), but only 5% against Xeno, on price in negotiation."


def test_a_young_cohort_is_compared_with_nothing(look: Look) -> None:
    with look("rate=cohort&period=2026-07") as view:
        assert winloss.sentence(view).startswith("We have won 20.0% of the deals created, 20% of them still open")


def test_without_dates_the_page_says_so_and_all_time_works(look: Look) -> None:
    nothing = {"created_on": None, "closed_on": None}
    deals = [deal(f"d{n}", "won" if n % 2 else "lost", **nothing) for n in range(12)]
    with look(opportunities=deals) as view:
        assert winloss.sentence(view) == "No deal has a close date in this period; 12 have none at all."
        assert "12 decided deals have no close date" in said(winloss_rates.show_rates_by(view).state)
    with look("period=all", opportunities=deals) as view:
        assert winloss.sentence(view).startswith("We win 50.0% (12 deals)")
        assert winloss_rates.show_rates_by(view).figure
        assert "no course by month" in said(winloss_rates.show_rate_trend(view).state)


def test_amounts_that_are_missing_are_named(look: Look) -> None:
    deals = [deal("a", "won", 100), *(deal(f"l{n}", "lost", 0) for n in range(3))]
    with look("rate=amount", opportunities=deals) as view:
        assert winloss.sentence(view) == "4 deals are decided, but no amounts of lost deals are recorded."
        assert "100% whatever happened" in said(winloss_rates.show_rates_by(view).state)
        assert "100" not in said(winloss.key_strip(view)).replace("¥100", "")
        assert "not recorded" in said(winloss.key_strip(view))
        flow = winloss_losses.show_loss_flow(view)
        assert flow.figure and "deals are counted instead" in said(flow.foot)


def test_a_source_without_competitors_reasons_and_reviews(look: Look) -> None:
    deals = [deal(f"d{n}", "won" if n % 2 else "lost") for n in range(12)]
    with look(opportunities=deals) as view:
        for show in (winloss_rivals.show_against, winloss_crossed.show_head_to_head, winloss_presence.show_rivals):
            assert "names no competitors" in said(show(view).state), show.__name__
        assert "Of 6 lost deals none has a reason" in said(winloss_losses.show_reasons(view).state)
        assert "keeps no activities" in said(winloss_losses.show_silence(view).state)
        assert "none has a close review" in said(winloss_reviews.show_reviews(view).state)
        assert "No winners" in said(winloss_back.show_win_back(view).state)
        assert "not recorded" in said(winloss.key_strip(view)), "no decision"
        assert len(winloss.words_of(view)) == 1, "there is no stage to choose for nobody"


LOOKS = [
    ("", "en"),
    ("against=lost&flow=count&inplay=2&cross=size_band", "zh"),
    ("period=2024", "en"),
    ("rate=amount", "zh"),
]


@pytest.mark.parametrize(("query", "lang"), LOOKS)
def test_every_card_is_drawn_or_says_why_not(look: Look, query: str, lang: str) -> None:
    with look(query, lang=lang) as view:
        for show in CARDS:
            made = show(view)
            assert made.subtitle and (made.figure or made.body is not None or made.state is not None), show.__name__
            if made.figure:
                go.Figure(made.figure)
                assert made.table is not None and all(len(row) == len(made.table[0]) for row in made.table[1])
            wiring.parts(made)


def test_notes_show_what_was_asked_for_and_no_markup(look: Look) -> None:
    rows = tables()
    rows["close_reviews"] = [{"opportunity_id": "a", "note": "<script>alert(1)</script> & more", "outcome": "won"}]
    with look("find=alert", **rows) as view:
        sent = wiring.parts(winloss_reviews.show_notes(view))[2]
        assert "<script>" not in sent and "&lt;script&gt;" in sent
    with look("find=nothing+of+the+kind") as view:
        assert "nothing of the kind" in said(winloss_reviews.show_notes(view).state)


def test_what_winning_back_would_bring(look: Look) -> None:
    with look("back=half&where=East") as view:
        body = said(winloss_back.show_win_back(view).body)
    line = " ".join(body.split()).partition("East 1 ")[2]
    assert line.startswith("50 25 no target"), "one deal, 50 lost, a half of it won back"


@pytest.mark.parametrize("topic", ["rivals", "presence", "winback", "win_rate_contested", "review_share", "idle_days"])
def test_everything_is_explained(look: Look, topic: str) -> None:
    with look(f"explain={topic}") as view:
        assert "How is this computed" in said(explanation(view, topic))


QUERIES = ("period=all", "period=all&inplay=3&nodecision=out&flow=count", "period=ytd&region=East&against=lost&by=rep")


@pytest.fixture(scope="module")
def demo(demo_file: Path) -> Iterator[Database]:  # noqa: F811
    """The made-up company on DuckDB alone: that questions answer alike on PostgreSQL is tested with the questions."""
    engine = create_engine(f"duckdb:///{demo_file}", connect_args={"read_only": True})
    yield database(engine)
    engine.dispose()


@pytest.mark.parametrize("query", QUERIES)
def test_the_list_behind_every_mark_adds_up_to_it(demo: Database, app: Any, query: str) -> None:
    """Of bars their length, of rates their cases, of the flow its nodes and links; of very many marks some of each."""
    with app.server.test_request_context("/win-loss"), reading(demo):
        view, checked = view_of(query, demo), 0
        for show in CARDS:
            found = list(marks(show, view))
            for key, value in found[:: max(len(found) // 12, 1)]:
                behind = Behind.parse(key)
                assert behind is not None, key
                total = total_behind(behind, view.slice_, scope=EVERYTHING).iloc[0]
                name = "amount" if behind.population.endswith("_amount") else "deals"
                assert total[name] == pytest.approx(value), (show.__name__, key)
                checked += 1
    assert checked > 40


def marks(show: Callable[[View], Card], view: View) -> Iterator[tuple[str, float]]:
    """What a card's marks open, and what each of them counts."""
    made = show(view)
    for trace in made.figure.get("data", []):
        if trace["type"] == "sankey":
            yield from zip(trace["link"]["customdata"], trace["link"]["value"], strict=True)
        elif trace["type"] == "bar" and "base" not in trace and "customdata" in trace:
            yield from zip(trace["customdata"], trace["x"], strict=True)
    if show.__name__ == "show_loss_flow":
        found = losses.loss_flow(view.slice_, scope=EVERYTHING)
        _, nodes, _ = winloss_losses.flow_frames(view, found, winloss_losses.measure_of(view, found))
        yield from zip(nodes["key"], nodes["value"], strict=True)
    if show.__name__ == "show_rates_by":
        found = winloss_rates.winloss.rates_by(view.slice_, scope=EVERYTHING, by=view.slice_.by)
        drawn = winloss_rates.rates_frame(view, found, view.slice_.by)
        yield from zip(drawn["key"], drawn["cases"], strict=True)
    if show.__name__ == "show_rate_trend":
        months = winloss_rates.winloss.rate_trend(view.slice_, scope=EVERYTHING)
        drawn = winloss_rates.trend_frame(view, months, winloss_rates.winloss.rate_of(view.slice_))
        yield from zip(drawn["key"], drawn["cases"], strict=True)
