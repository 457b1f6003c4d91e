"""How often we win: by hand (see `winloss_company`), against statsmodels, and in identities over the demo company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from queries import winloss
from queries.breakdown import breakdown
from queries.engine import Database, reading
from queries.in_play import in_play
from queries.proportions import wilson
from queries.scope import EVERYTHING, Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.winloss_company import tables
from tests.rows import deal

QTD = "period=qtd"


@pytest.fixture
def company(make_company: MakeCompany) -> Iterator[Database]:
    with reading(make_company(**tables())) as database:
        yield database


def overall(query: str = QTD, scope: Scope = EVERYTHING) -> pd.Series:
    return winloss.overall(Slice.from_search(query), scope=scope).iloc[0]


@pytest.mark.usefixtures("company")
class TestByHand:
    def test_by_count(self):
        """Won a, e of a to f; the terminated g is out."""
        row = overall()
        assert (row["over"], row["under"], row["cases"]) == (2, 6, 6)
        assert row["rate"] == pytest.approx(1 / 3)
        assert (row["no_decision_count"], row["reasoned_count"], row["terminated_count"]) == (1, 3, 1)

    def test_no_decision_left_out(self):
        row = overall(f"{QTD}&nodecision=out")
        assert (row["over"], row["under"], row["rate"]) == (2, 5, 0.4)

    def test_by_amount_is_of_last_amounts(self):
        assert overall(f"{QTD}&rate=amount")["rate"] == pytest.approx(300 / 470)
        row = overall(f"{QTD}&rate=amount&nodecision=out")
        assert row["rate"] == pytest.approx(300 / 450)
        assert row["cases"] == 5 and np.isnan(row["low"])

    def test_by_cohort(self):
        """Created in July: a to d and h; a is won, h is open. Without d, which ended in no decision, 1 of 4."""
        row = overall("period=2026-07&rate=cohort")
        assert (row["over"], row["under"], row["open_share"]) == (1, 5, 0.2)
        assert overall("period=2026-07&rate=cohort&nodecision=out")["rate"] == 0.25

    def test_last_year_is_its_same_to_date(self):
        """p closed by 27 August 2025, q after it."""
        row = overall()
        assert (row["last_year"], row["last_cases"]) == (1.0, 1)
        assert overall("period=2025Q3")["rate"] == 0.5

    def test_a_scope_holds(self):
        assert overall(scope=Scope.only(region="East"))["cases"] == 3

    def test_by_member_with_intervals(self):
        found = winloss.rates_by(Slice.from_search(QTD), scope=EVERYTHING, by="region").set_index("member")
        assert found.loc["East", ["over", "cases"]].tolist() == [1, 3]
        low, high = proportion_confint(1, 3, method="wilson")
        assert found.loc["East", ["low", "high"]].tolist() == pytest.approx([low, high])

    def test_by_month(self):
        found = winloss.rate_trend(Slice(), scope=EVERYTHING).set_index("month")
        assert list(found.index)[0] == date(2025, 9, 1) and len(found) == 12
        assert found.loc[date(2026, 8, 1), ["over", "cases", "last_year", "last_cases"]].tolist() == [1, 4, 1.0, 1]
        assert found.loc[date(2026, 7, 1), ["rate", "cases"]].tolist() == [0.5, 2]
        assert np.isnan(found.loc[date(2026, 1, 1), "rate"])

    def test_a_cohort_is_immature_while_a_tenth_of_it_is_open(self):
        found = winloss.rate_trend(Slice.from_search("rate=cohort"), scope=EVERYTHING).set_index("month")
        assert found["is_immature"].to_dict() == {key: key == date(2026, 7, 1) for key in found.index}


@pytest.mark.parametrize("nodecision", ["in", "out"])
def test_amounts_of_lost_deals_that_nobody_records_are_no_hundred_percent(make_company: MakeCompany, nodecision: str):
    deals = [deal("a", "won", 100), deal("b", "lost", 0), deal("c", "lost", None)]
    with reading(make_company(opportunities=deals)):
        row = overall(f"{QTD}&rate=amount&nodecision={nodecision}")
    assert np.isnan(row["rate"]) and not row["is_recorded"] and row["cases"] == 3


def test_a_share_of_no_decision_is_not_recorded_without_reasons(make_company: MakeCompany):
    with reading(make_company(opportunities=[deal("a", "lost"), deal("b", "won")])):
        found = breakdown(m.no_decision_share, slice_=Slice.from_search(QTD), scope=EVERYTHING)
    assert np.isnan(found["no_decision_share"].iloc[0])


def test_without_any_date_all_time_counts(make_company: MakeCompany):
    nothing = {"created_on": None, "closed_on": None}
    deals = [deal("a", "won", **nothing), deal("b", "lost", **nothing), deal("c", "open", **nothing)]
    with reading(make_company(opportunities=deals)):
        assert overall()["cases"] == 0
        assert winloss.undated(Slice(), scope=EVERYTHING) == 2
        row = overall("period=all")
        assert (row["rate"], row["cases"]) == (0.5, 2) and np.isnan(row["last_year"])
        assert winloss.rates_by(Slice(period="all"), scope=EVERYTHING, by="region")["cases"].tolist() == [2]
        assert winloss.rate_trend(Slice(period="all"), scope=EVERYTHING)["rate"].isna().all()


@given(st.integers(1, 5_000), st.data())
def test_wilson_is_that_of_statsmodels(under: int, data: st.DataObject):
    over = data.draw(st.integers(0, under))
    for level in (0.95, 0.99375):
        assert wilson(over, under, level=level) == pytest.approx(
            proportion_confint(over, under, alpha=1 - level, method="wilson"), abs=1e-9
        )


SPLITS = [name for name, one in DIMENSIONS.items() if one.fits(m.closed_count.fact) and one.is_additive]


@pytest.mark.parametrize("by", SPLITS)
def test_won_and_lost_and_no_decision_are_all_that_closed(demo: Database, by: str):
    """In any split: won + lost to others + no decision = decided, and with the terminated = closed; parts sum up."""
    counts = (m.won_count, m.rejected_count, m.no_decision_count, m.terminated_count)
    amounts = (m.won_amount, m.rejected_amount, m.no_decision_amount)
    wholes = (m.lost_count, m.decided_count, m.contested_count, m.closed_count, m.decided_amount)
    with reading(demo):
        asked = {"slice_": Slice(period="all"), "scope": EVERYTHING}
        found = breakdown(*counts, *amounts, *wholes, by=[DIMENSIONS[by]], **asked)
        whole = breakdown(*counts, *wholes, **asked).iloc[0]
    assert (found["rejected_count"] + found["no_decision_count"]).equals(found["lost_count"])
    assert (found["won_count"] + found["lost_count"]).equals(found["decided_count"])
    assert (found["won_count"] + found["rejected_count"]).equals(found["contested_count"])
    assert found[[one.name for one in counts]].sum(axis=1).equals(found["closed_count"])
    assert found[[one.name for one in amounts]].sum(axis=1).to_numpy() == pytest.approx(found["decided_amount"])
    assert found["no_decision_count"].sum() > 0
    for name in whole.index:
        assert found[name].sum() == whole[name], name


def test_rows_of_competitors_do_not_add_up(demo: Database):
    """Deals with two competitors count under both: their sum is more than the deals, and no total is made of it."""
    with reading(demo):
        asked = {"slice_": Slice(period="all"), "scope": EVERYTHING}
        found = breakdown(m.decided_count, by=[d.competitor], **asked)["decided_count"].sum()
        assert found > breakdown(m.decided_count, **asked)["decided_count"].iloc[0]
    assert not d.competitor.is_additive and "competitor" not in SPLITS


@pytest.mark.parametrize(("rate", "nodecision"), list(product(("count", "amount", "cohort"), ("in", "out"))))
def test_every_rate_is_between_its_members(demo: Database, rate: str, nodecision: str):
    slice_ = Slice.from_search(f"period=all&rate={rate}&nodecision={nodecision}")
    with reading(demo):
        whole = winloss.overall(slice_, scope=EVERYTHING).iloc[0]
        found = winloss.rates_by(slice_, scope=EVERYTHING, by="region")
    assert found["rate"].min() <= whole["rate"] <= found["rate"].max()
    assert found["over"].sum() == pytest.approx(whole["over"]) and found["under"].sum() == pytest.approx(whole["under"])


def test_from_which_stage_on_a_competitor_counts():
    assert in_play(Slice()) == []
    ((name, positions),) = in_play(Slice.from_search("inplay=3"))
    assert name == "furthest" and positions[0] == "3" and "2" not in positions
