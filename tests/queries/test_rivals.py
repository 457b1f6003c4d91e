"""Against whom we win and lose: by hand (see `winloss_company`), and what holds for any company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from queries import rivals
from queries.breakdown import breakdown
from queries.engine import Database, reading
from queries.row_list import total_behind
from queries.rows import Behind
from queries.scope import EVERYTHING
from queries.semantic import measures as m
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.winloss_company import tables


@pytest.fixture
def company(make_company: MakeCompany) -> Iterator[Database]:
    with reading(make_company(**tables())) as database:
        yield database


def against(query: str = "") -> pd.DataFrame:
    return rivals.rivals(Slice.from_search(query), scope=EVERYTHING).set_index("member")


@pytest.mark.usefixtures("company")
class TestByHand:
    def test_in_play_won_and_lost(self):
        """X in a, b, c; Y in b (h is open); nobody in d, e; unknown in f (g is terminated)."""
        found = against()
        assert found[["cases", "won", "lost"]].to_dict("index") == {
            "X": {"cases": 3, "won": 1, "lost": 2},
            "Y": {"cases": 1, "won": 0, "lost": 1},
            "nobody": {"cases": 2, "won": 1, "lost": 1},
            "unknown": {"cases": 1, "won": 0, "lost": 1},
        }
        assert list(found.index) == ["X", "Y", "nobody", "unknown"]
        assert found.loc["X", ["low", "high"]].tolist() == pytest.approx(proportion_confint(1, 3, method="wilson"))

    def test_no_decision_left_out(self):
        assert against("nodecision=out").loc["nobody", ["cases", "won"]].tolist() == [1, 1]

    def test_from_a_stage_on(self):
        """a and b came to the third stage, c and d only to the second; of those with nobody named e did."""
        found = against("inplay=3")
        assert found["cases"].to_dict() == {"X": 2, "Y": 1, "nobody": 1}
        whole = rivals.reference(Slice.from_search("inplay=3"), scope=EVERYTHING).iloc[0]
        assert (whole["won"], whole["cases"]) == (2, 3)

    def test_lost_to_is_who_won_and_adds_up_to_all_lost(self):
        """b to X; c to one of the named, nobody says whom; d to nobody; f unknown."""
        found = rivals.lost_to(Slice(), scope=EVERYTHING).set_index("member")
        assert found["lost_to_amount"].to_dict() == {"X": 50, "undetermined": 30, "nobody": 20, "unknown": 70}
        assert against().loc["X", ["lost_to_count", "lost_to_amount"]].tolist() == [1, 50]
        assert against().loc["Y", "lost_to_amount"] == 0

    def test_last_year_cycle_and_discount(self):
        """p was won against X by 27 August 2025; a took from 1 July to 10 August; discounts of a and b are recorded."""
        row = against().loc["X"]
        assert (row["last_year"], row["last_cases"], row["cycle_days"]) == (1.0, 1, 40)
        assert row["average_discount"] == pytest.approx(0.2)
        assert np.isnan(against().loc["nobody", "average_discount"]) and np.isnan(against().loc["Y", "last_year"])

    def test_head_to_head(self):
        found = rivals.head_to_head(Slice(), scope=EVERYTHING, cross="region")
        assert found[["competitor", "member", "won", "cases"]].to_numpy().tolist() == [
            ["X", "East", 1, 3],
            ["Y", "East", 0, 1],
        ]

    def test_presence_is_of_all_decided_deals(self):
        found = rivals.presence(Slice(), scope=EVERYTHING).set_index(["member", "quarter"])
        assert found.loc[("X", date(2026, 7, 1)), ["deals", "cases", "share"]].tolist() == [3, 6, 0.5]
        assert found.loc[("X", date(2025, 7, 1)), "share"] == 1
        assert np.isnan(found.loc[("Y", date(2026, 1, 1)), "share"])


def test_where_nobody_names_competitors_all_is_unknown(make_company: MakeCompany):
    deals = [{**row, "competition": None, "winner_id": None} for row in tables()["opportunities"]]
    with reading(make_company(opportunities=deals)):
        assert rivals.rivals(Slice(), scope=EVERYTHING).empty
        assert rivals.lost_to(Slice(), scope=EVERYTHING)["member"].unique().tolist() == ["unknown"]
        assert rivals.presence(Slice(), scope=EVERYTHING).empty
        assert rivals.head_to_head(Slice(), scope=EVERYTHING, cross="region").empty


QUERIES = ["period=all", "period=ytd&nodecision=out", "period=all&inplay=3", "period=all&region=East&inplay=4"]


@pytest.mark.parametrize("query", QUERIES)
def test_lost_to_adds_up(demo: Database, query: str):
    slice_ = Slice.from_search(query)
    with reading(demo):
        found = rivals.lost_to(slice_, scope=EVERYTHING)
        extra = rivals.in_play(slice_)
        lost = breakdown(m.lost_count, m.lost_amount, slice_=slice_, scope=EVERYTHING, extra=extra).iloc[0]
        assert found["lost_to_count"].sum() == lost["lost_count"] > 0
        assert found["lost_to_amount"].sum() == pytest.approx(lost["lost_amount"])


@pytest.mark.parametrize("query", QUERIES)
def test_the_lists_behind_the_rows_add_up(demo: Database, query: str):
    """Of each competitor, nobody and unknown; of each winner; of each cell; of each quarter."""
    slice_ = Slice.from_search(query)
    counted = "decided_count" if slice_.option("nodecision") == "in" else "contested_count"

    def deals(key: str) -> float:
        behind = Behind.parse(key)
        assert behind is not None, key
        return total_behind(behind, slice_, scope=EVERYTHING)["deals"].iloc[0]

    with reading(demo):
        for row in rivals.rivals(slice_, scope=EVERYTHING).itertuples():
            assert deals(f"{counted}|{row.at}") == row.cases, row.at
            assert deals(f"won_count|{row.at}") == row.won, row.at
        for row in rivals.lost_to(slice_, scope=EVERYTHING).itertuples():
            assert deals(f"lost_count|{row.at}") == row.lost_to_count, row.at
        reached = rivals.in_play_key(slice_)
        for row in rivals.head_to_head(slice_, scope=EVERYTHING, cross="size_band").head(6).itertuples():
            key = f"{counted}|competitor:{row.competitor}|size_band:{row.member}{reached}"
            assert deals(key) == row.cases, key
        for row in rivals.presence(slice_, scope=EVERYTHING).tail(6).itertuples():
            key = f"{counted}|competitor:{row.member}|quarter:{row.quarter}{reached}"
            assert deals(key) == row.deals, key


def test_every_deal_is_with_somebody_with_nobody_or_unknown(demo: Database):
    """Competitors are not added up, but deals are: those with any named, with nobody, and unknown are all."""
    with reading(demo):
        slice_ = Slice(period="all")
        found = against("period=all")
        named = total_behind(Behind("decided_count", (("competition", "named"),)), slice_, scope=EVERYTHING)
        whole = breakdown(m.decided_count, slice_=slice_, scope=EVERYTHING)["decided_count"].iloc[0]
        assert named["deals"].iloc[0] + found.loc[["nobody", "unknown"], "cases"].sum() == whole
        assert found.drop(["nobody", "unknown"])["cases"].sum() > named["deals"].iloc[0]
