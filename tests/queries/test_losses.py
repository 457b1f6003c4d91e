"""Where, why, to whom and after how long a silence deals are lost, what reviews say, and what winning back would do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest

from queries import losses, reviews, winback
from queries.attainment import attainment
from queries.breakdown import breakdown
from queries.engine import Database, reading
from queries.scope import EVERYTHING, Scope
from queries.semantic import measures as m
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.winloss_company import X, tables
from tests.rows import due, with_targets

SALES = [
    {"sale_id": "1", "basis": "booking", "sold_on": date(2026, 8, 10), "office_id": "sh", "amount": 100},
    {"sale_id": "2", "basis": "booking", "sold_on": date(2026, 7, 13), "office_id": "bj", "amount": 200},
]
QUARTER = (date(2026, 7, 1), date(2026, 9, 30))


@pytest.fixture
def company(make_company: MakeCompany) -> Iterator[Database]:
    with reading(make_company(**tables(), sales=SALES)) as database:
        yield database


@pytest.mark.usefixtures("company")
class TestByHand:
    def test_flow(self):
        found = losses.loss_flow(Slice(), scope=EVERYTHING)
        assert found[["stage", "close_reason", "winner", "lost_count", "lost_amount"]].to_numpy().tolist() == [
            ["s1", "unassigned", "unknown", 1, 70],
            ["s2", "No decision", "nobody", 1, 20],
            ["s2", "Price", "unknown", 1, 30],
            ["s3", "Price", "X", 1, 50],
        ]

    def test_reasons_most_first_and_none_last(self):
        found = losses.loss_reasons(Slice(), scope=EVERYTHING)
        assert found[["close_reason", "lost_count", "lost_amount"]].to_numpy().tolist() == [
            ["Price", 2, 80],
            ["No decision", 1, 20],
            ["unassigned", 1, 70],
        ]
        assert found["close_reason_label_zh"].iloc[0] == "价格"

    def test_silence(self):
        """b had been silent for 10 days, c for 20; of d and f no activity is recorded; a was won after 3 days."""
        found = losses.silence(Slice(), scope=EVERYTHING)
        lost = dict(zip(found["idle_band"], found["lost_count"], strict=True))
        assert lost == {8: 1, 15: 1, "unassigned": 2}
        assert found.attrs["median"] == 15
        assert found.set_index("idle_band").loc["unassigned", ["win_rate", "decided_count"]].tolist() == [0.5, 4]

    def test_reviews_are_of_all_closed_deals(self):
        """Reviewed a, b, d, e of a to g; the rep r1 owns a, b, c, r2 the others."""
        whole = reviews.review_share(Slice(), scope=EVERYTHING).iloc[0]
        assert (whole["reviewed"], whole["closed"]) == (4, 7)
        found = reviews.review_share_by_rep(Slice(), scope=EVERYTHING)
        assert found[["member", "reviewed", "closed"]].to_numpy().tolist() == [["r2", 2, 4], ["r1", 2, 3]]

    @pytest.mark.parametrize(
        ("text", "deals"),
        [("", "edba"), ("winner", "b"), ("WINNER", "b"), ("预算", "d"), ("xeno", "b"), ("西诺", "b"), ("he lan", "ed"),
         ("100%", "b"), ("%", "b"), ("_", ""), ("' OR 1=1 --", ""), ("Deal a", "a")],
    )  # fmt: skip
    def test_notes_are_found_by_what_they_hold(self, text: str, deals: str):
        found = reviews.review_notes(Slice(), scope=EVERYTHING, find=text)
        assert "".join(found["opportunity_id"]) == deals and found.attrs["found"] == len(deals)

    def test_notes_keep_to_scope_period_and_filters(self):
        def held(query: str, scope: Scope = EVERYTHING) -> str:
            found = reviews.review_notes(Slice.from_search(query), scope=scope, find="")
            return "".join(found["opportunity_id"])

        assert held("", Scope.only(region="East")) == "ba"
        assert held("period=2026-07") == "e" and held("region=North") == "ed" and held("period=2024") == ""


class TestWinBack:
    """X took b, 50 of the East, in the quarter; sold were 100 in the East and 200 in the North; both are due 400."""

    @pytest.fixture
    def planned(self, company: Database) -> Iterator[Database]:
        plan = (2026, [due(*QUARTER, 400, region="East"), due(*QUARTER, 400, region="North")])
        with reading(with_targets(company, plan)) as database:
            yield database

    @pytest.mark.usefixtures("planned")
    def test_a_half(self):
        found = winback.win_back(Slice(), scope=EVERYTHING, rival=X, region="", part="half").set_index("member")
        assert found["won_back"].to_dict() == {"whole": 25, "East": 25}
        assert found.loc["East", ["before", "after"]].tolist() == [0.25, 125 / 400]
        whole = attainment(Slice(), scope=EVERYTHING).iloc[0]["attainment"]
        assert found.loc["whole", "before"] == whole == 300 / 800
        assert found.loc["whole", "after"] == 325 / 800
        assert found.loc["whole", "change"] == pytest.approx(25 / 800)

    @pytest.mark.usefixtures("planned")
    def test_in_a_region_that_lost_nothing_to_it(self):
        found = winback.win_back(Slice(), scope=EVERYTHING, rival=X, region="North", part="all").set_index("member")
        assert found.loc["whole", ["lost_amount", "won_back", "change"]].tolist() == [0, 0, 0]

    @pytest.mark.usefixtures("company")
    def test_without_targets_there_is_no_attainment(self):
        found = winback.win_back(Slice(), scope=EVERYTHING, rival=X, region="", part="third").set_index("member")
        assert found.loc["whole", "won_back"] == pytest.approx(50 / 3)
        assert np.isnan(found.loc["whole", "after"])


@pytest.mark.parametrize("query", ["period=all", "period=ytd&region=East"])
def test_flow_reasons_and_silence_are_all_lost_deals(demo: Database, query: str):
    slice_ = Slice.from_search(query)
    with reading(demo):
        lost = breakdown(m.lost_count, m.lost_amount, slice_=slice_, scope=EVERYTHING).iloc[0]
        for asked in (losses.loss_flow, losses.loss_reasons, losses.silence):
            found = asked(slice_, scope=EVERYTHING)
            assert found["lost_count"].sum() == lost["lost_count"] > 0, asked.__name__
            assert found["lost_amount"].sum() == pytest.approx(lost["lost_amount"]), asked.__name__
