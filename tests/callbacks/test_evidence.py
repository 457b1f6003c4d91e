"""The pages of evidence say what is right: of a company with a signal, of sources that lack things, while learning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import plotly.graph_objects as go
import pytest

from callbacks import against, against_cards, separation, wiring
from callbacks.explain import explanation
from callbacks.learned import ADDRESS
from callbacks.listing import title_of
from components.cards import Card
from components.view import View
from queries.engine import reading
from queries.row_list import total_behind
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from queries.training import Asked, State, Trainer
from tests.callbacks.evidence_company import DEALS, tables
from tests.callbacks.test_rep import links, said
from tests.rows import deal

Look = Callable[..., Any]
CARDS = [
    (module.PATH, made)
    for module in (separation, against, against_cards)
    for name, made in vars(module).items()
    if name.startswith("show_") and name != "show_rivals_or_one"
]
NO_RIVALS = {"opportunities": [deal("d1", "won"), deal("d2", "lost")]}


@pytest.fixture
def look(served: Any) -> Iterator[Look]:
    """`with look("competitor=k", path="/against", lang="zh") as view`: a view of the company, or of another one."""
    made: list[Any] = []  # the server, with the company of the first look

    @contextmanager
    def seen(
        query: str = "",
        *,
        path: str = separation.PATH,
        lang: str = "en",
        scope: Scope = EVERYTHING,
        company: Any = None,
    ) -> Iterator[View]:
        if not made:
            made.append(served(**(tables() if company is None else company)))
        (server,) = made
        cookies = {"Cookie": f"language={lang}"}
        with server.test_request_context("/", headers=cookies), reading(wiring.warehouse().database()) as database:
            view = wiring.view_of(Slice.from_search(query), database, path=path)
            yield View(**{**vars(view), "scope": scope})

    yield seen


class TestSeparation:
    def test_the_first_split_is_the_sentence(self, look: Look) -> None:
        with look() as view:
            told = separation.sentence(view)
        assert told.startswith("Deals quoted within 30 days win ") and told.count("%") == 2

    def test_in_chinese_too(self, look: Look) -> None:
        with look(lang="zh") as view:
            assert separation.sentence(view).startswith("30天内已报价的商机赢单率为")
            assert "学习所用商机" in said(separation.key_strip(view))

    def test_every_row_of_the_tree_opens_as_many_deals_as_it_says(self, look: Look) -> None:
        with look() as view:
            found = separation.learned(view, lambda *_: None)
            rows = separation.branches(view, found)
            assert rows[0].deals == DEALS and len(rows) >= 3
            for row in rows:
                behind = Behind.parse(row.opens)
                assert behind is not None
                assert total_behind(behind, view.slice_, scope=view.scope)["deals"].iloc[0] == row.deals, row
            body = separation.show_separates(view).body
            assert len(links(body)) == 2 * len(rows)
            assert title_of(view, Behind.parse(rows[1].opens)) == "Decided deals · quoted within 30 days"

    def test_the_strip_says_how_far_it_can_be_trusted(self, look: Look) -> None:
        with look() as view:
            told = said(separation.key_strip(view))
        assert "Ranks pairs right" in told and "50% is a coin" in told and "of 1,200 deals" in told

    def test_odds_and_calibration_are_drawn_with_their_tables(self, look: Look) -> None:
        with look() as view:
            odds, predicted = separation.show_odds(view), separation.show_calibration(view)
        for card in (odds, predicted):
            go.Figure(card.figure)
            assert card.table is not None and card.table[1]
        assert any("Quoted by day 30" in str(line[0]) for line in odds.table[1])
        assert "Not used: " in said(list(odds.foot)) and "always the same" in said(list(odds.foot))
        assert "tried on those since" in said(list(predicted.foot))

    def test_a_few_deals_support_no_model(self, look: Look) -> None:
        with look(company=NO_RIVALS) as view:
            assert separation.sentence(view).startswith("Too few deals")
            assert "It takes 400 deals" in said(separation.show_separates(view).state)

    def test_a_scope_learns_from_its_own_deals(self, look: Look) -> None:
        with look(scope=Scope.only(region="East")) as view:
            assert separation.learned(view, lambda *_: None).deals == DEALS / 3

    def test_how_it_is_computed(self, look: Look) -> None:
        with look("explain=separation") as view:
            told = said(explanation(view, "separation"))
        assert "nothing the outcome writes" in told and "Pairs ranked right (AUC), model" in told


class Never(Trainer):
    """A trainer that does not come to an end, or has failed."""

    now: State = "waiting"

    def state(self, _: Asked) -> State:
        return self.now


class TestWaiting:
    @pytest.mark.parametrize(("now", "says"), [("waiting", "Being worked out"), ("failed", "could not be worked out")])
    def test_the_page_does_not_wait(self, look: Look, app: Any, now: State, says: str) -> None:
        with look() as view:
            trainer = Never(app.server.extensions["trainer"].settings)
            trainer.now = now
            app.server.extensions["trainer"] = trainer
            shown = wiring.drawn("x", separation.show_separates, "", "light", None, separation.PATH)
            assert says in said(shown.state)
            assert ("data-waits" in str(shown.state)) == (now == "waiting")
            with pytest.raises(wiring.NotYet) as yet:
                separation.sentence(view)
            assert yet.value.shown.startswith("What separates wins from losses")
            with pytest.raises(wiring.NotYet):
                explanation(view, "separation")
            assert app.server.test_client().get(f"{ADDRESS}?region=East").json == {"state": now}

    def test_what_is_shown_meanwhile_is_not_kept_as_the_answer(self, look: Look, app: Any) -> None:
        with look():
            real = app.server.extensions["trainer"]
            app.server.extensions["trainer"] = Never(real.settings)
            first = wiring.drawn("x", separation.sentence, "", "light", None, separation.PATH)
            app.server.extensions["trainer"] = real
            then = wiring.drawn("x", separation.sentence, "", "light", None, separation.PATH)
        assert first.endswith("is being worked out.") and then.startswith("Deals quoted")


class TestAgainst:
    def test_all_competitors_to_choose_from(self, look: Look) -> None:
        with look(path=against.PATH) as view:
            assert against.sentence(view) == "We met one competitor in decided deals: Kestrel."
            assert against.show_rivals_or_one(view) == (False, True)
            (link,) = links(against.show_rivals(view).body)
        assert "competitor=k" in link

    def test_one_competitor_in_a_sentence(self, look: Look) -> None:
        with look("competitor=k", path=against.PATH) as view:
            told = against.sentence(view)
            assert against.show_rivals_or_one(view) == (True, False)
            assert told.startswith("Against Kestrel we win ") and "less than without them; least in East" in told
            assert "of 1,200 decided" in said(against.key_strip(view))
            assert "another competitor" in said(against.words_of(view))

    def test_lines_have_numbers_test_and_list(self, look: Look) -> None:
        with look("competitor=k", path=against.PATH) as view:
            card = against_cards.show_weaknesses(view)
            (link,) = links(card.body)
            assert "Region: East" in said(card.body) and "< 0.001" in said(card.body) and "−" in said(card.body)
            assert "comparisons tried" in said(list(card.foot)) and "Benjamini–Hochberg at 5%" in said(list(card.foot))
            assert "faced%7Cspan%3Aboth%7Ccompetitor%3Ak%7Cregion%3AEast" in link
            behind = Behind.parse("faced|span:both|competitor:k|region:East")
            assert behind is not None and title_of(view, behind) == "Decided deals · two years · Kestrel · East"
            assert "In none of" in said(against_cards.show_threats(view).state)

    def test_an_unknown_competitor_is_a_sentence(self, look: Look) -> None:
        with look("competitor=<b>nix", path=against.PATH) as view:
            assert against.sentence(view) == "There is no competitor called <b>nix in this data."
            assert "No such competitor" in said(against_cards.show_strengths(view).state)

    def test_a_source_without_competitors_says_so(self, look: Look) -> None:
        for query in ("", "competitor=k"):
            with look(query, path=against.PATH, company=NO_RIVALS) as view:
                card = against_cards.show_strengths(view) if query else against.show_rivals(view)
                assert "No deal in this data names a competitor" in said(card.state)

    def test_how_it_is_computed(self, look: Look) -> None:
        with look("competitor=k&explain=against", path=against.PATH) as view:
            told = said(explanation(view, "against"))
        assert "Comparisons tried" in told and "Held after correction" in told and "never summed" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("company", [None, {}, NO_RIVALS], ids=["company", "empty", "without competitors"])
@pytest.mark.parametrize("query", ["", "competitor=k", "period=all&competitor=k", "as_of=2026-03-31", "region=North"])
def test_every_card_survives(look: Look, lang: str, company: Any, query: str) -> None:
    for module in (separation, against):
        with look(query, path=module.PATH, lang=lang, company=company) as view:
            assert module.sentence(view).strip() and said(module.key_strip(view)) and module.words_of(view)
            for topic in ("separation", "against"):
                assert len(explanation(view, topic)) > 2
    for path, draw in CARDS:
        with look(query, path=path, lang=lang, company=company) as view:
            card = draw(view)
            assert isinstance(card, Card) and (card.figure or card.body is not None or card.state is not None), draw


def test_every_card_is_among_them() -> None:
    assert len(CARDS) == 8
