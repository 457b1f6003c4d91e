"""Target against actual of the tiny company in `tests.queries.planned`: every number by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import isnan, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries.attainment import attainment, attainment_by, contribution, labels, shared
from queries.engine import Database, reading
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from queries.targets import NO_FILTER, NO_LEVEL, NO_VERSION
from tests.queries.conftest import MakeCompany
from tests.queries.planned import (
    BEIJING,
    COMPANY,
    EAST,
    NORTH,
    OF_REPS,
    PLAN,
    Q3,
    R1,
    R2,
    REGIONS,
    SALES,
    WHOLE,
    sale,
)
from tests.rows import deal, due, with_targets

ONLY_EAST = Scope.only(region="East")


@pytest.fixture(scope="module")
def plain(make_lasting_company: MakeCompany) -> Database:
    """The company without any targets."""
    return make_lasting_company(**COMPANY)


@pytest.fixture(scope="module")
def planned(plain: Database) -> Database:
    return with_targets(plain, PLAN)


@pytest.fixture
def read(planned: Database) -> Iterator[Database]:
    with reading(planned) as database:
        yield database


def whole(where: str = "", scope: Scope = EVERYTHING) -> pd.Series:
    return attainment(Slice.from_search(where), scope=scope).iloc[0]


def why(where: str = "", scope: Scope = EVERYTHING) -> str | None:
    return attainment(Slice.from_search(where), scope=scope).attrs["reason"]


def members(by: str, where: str = "", scope: Scope = EVERYTHING) -> pd.DataFrame:
    return attainment_by(Slice.from_search(where), scope=scope, by=by)


def column(by: str, name: str, where: str = "", scope: Scope = EVERYTHING) -> dict[str, Any]:
    """One column by member, in the order of the frame; None where there is nothing."""
    found = members(by, where, scope)
    return {key: None if pd.isna(value) else round(value, 6) for key, value in zip(found[by], found[name], strict=True)}


def near(**values: float) -> dict[str, Any]:
    return {name: pytest.approx(value, abs=1e-9, nan_ok=True) for name, value in values.items()}


@pytest.mark.usefixtures("read")
class TestWhole:
    def test_the_quarter_to_date(self):
        assert whole().to_dict() == near(
            actual=440, last_year=250, target=660, on_track=420, elapsed=42 / 66, attainment=440 / 660, gap=220,
            variance=20, pace=440 / 420, variance_share=20 / 420, landing=440 * 66 / 42, growth=440 / 250 - 1,
            days_done=42, days_left=24, required_rate=220 / 24, daily_rate=440 / 42, open_amount=150,
            coverage=150 / 220,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("spread", "on_track"), [("working", 660 * 42 / 66), ("linear", 660 * 58 / 92), ("seasonal", 660 * 42 / 66)]
    )
    def test_what_is_due_by_each_spread(self, spread, on_track):
        """One year and a half of sales is no season: working days stand in for it."""
        row = whole(f"spread={spread}")
        assert row["on_track"] == pytest.approx(on_track)
        assert row["elapsed"] == pytest.approx(on_track / 660)

    def test_a_part_of_the_quarter_takes_its_share_of_the_target(self):
        """August has 21 of 66 working days, 31 of 92 days; 19 and 27 of them have passed."""
        row = whole("period=2026-08")
        assert (row["target"], row["on_track"]) == (pytest.approx(210), pytest.approx(190))
        assert row["actual"] == 160
        row = whole("period=2026-08&spread=linear")
        assert (row["target"], row["on_track"]) == (pytest.approx(660 * 31 / 92), pytest.approx(660 * 27 / 92))

    def test_a_basis_of_its_own(self):
        assert whole("basis=invoice")["actual"] == 77
        assert whole("basis=receipt")["actual"] == 0

    def test_a_deal_split_among_reps_and_products_counts_once(self):
        """d2: 60 for r1's valve and 40 for r2's pump."""
        assert whole("period=2026-08-10..2026-08-10")["actual"] == 100
        assert column("rep", "actual", "period=2026-08-10..2026-08-10")["r1"] == 60
        assert sum(column("product", "actual", "period=2026-08-10..2026-08-10").values()) == 100

    def test_open_deals_that_close_in_the_period_overdue_ones_included(self):
        assert whole("region=North")["open_amount"] == 50
        assert whole("period=2026")["open_amount"] == 220
        assert whole("period=2026-08")["open_amount"] == 50


@pytest.mark.usefixtures("read")
class TestPeriods:
    def test_one_that_is_over(self):
        """July: 23 of 66 days, 230 due in full; 280 were sold. The gap is closed, nothing is required, none is open."""
        row = whole("period=2026-07")
        assert (row["target"], row["on_track"], row["actual"]) == (pytest.approx(230), pytest.approx(230), 280)
        assert (row["elapsed"], row["landing"], row["required_rate"]) == (1, 280, 0)
        assert row["days_left"] == 0 and isnan(row["open_amount"]) and isnan(row["coverage"])

    def test_one_that_is_over_and_missed_requires_what_cannot_be_had(self):
        row = whole("period=2026-07&region=North")
        assert row["gap"] == pytest.approx(330 * 23 / 66 + 20)
        assert isnan(row["required_rate"])

    def test_one_that_has_not_begun(self):
        """September: nothing due, no pace, no landing; growth on last year's whole month would be nonsense."""
        row = whole("period=2026-09")
        assert (row["target"], row["on_track"], row["elapsed"], row["actual"]) == (pytest.approx(220), 0, 0, 0)
        assert isnan(row["pace"]) and isnan(row["landing"]) and isnan(row["growth"])
        assert (row["days_done"], row["days_left"]) == (0, 22) and isnan(row["daily_rate"])
        assert row["required_rate"] == pytest.approx(10)

    def test_one_that_has_not_begun_is_covered_by_what_closes_in_it(self):
        """Neither the overdue deal nor August's, only that of 10 September."""
        assert whole("period=2026-09")["open_amount"] == 100
        assert whole("period=2026Q4")["open_amount"] == 70

    def test_all_time_is_due_up_to_now(self):
        row = whole("period=all")
        assert (row["actual"], row["target"], row["on_track"]) == (1690, 660, pytest.approx(420))
        assert isnan(row["last_year"]) and isnan(row["growth"]) and row["required_rate"] == 0

    def test_looking_back(self):
        """At 31 July 23 of 66 working days had passed, with 280 sold; 1 August to 31 July of 2025 brought 200."""
        row = whole("as_of=2026-07-31")
        assert (row["actual"], row["on_track"], row["last_year"]) == (280, pytest.approx(230), 200)
        assert (row["days_done"], row["days_left"]) == (23, 43)
        assert sum(column("region", "actual", "as_of=2026-07-31").values()) == 280

    def test_to_date_stands_beside_the_same_to_date(self):
        """28 August 2025 brought a thousand: one day too late for the 27th."""
        assert whole()["last_year"] == 250
        assert whole("period=2026-07-01..2026-08-28")["last_year"] == 250
        assert whole("period=2026-07-01..2026-08-27")["last_year"] == 250
        assert whole("period=2026-07")["last_year"] == 200


class TestEarlyAndMet:
    @pytest.mark.parametrize(("as_of", "is_told"), [("2026-07-03", False), ("2026-07-06", True)])
    def test_no_pace_in_the_first_twentieth(self, planned, as_of, is_told):
        """Three of 66 working days are 4.5 %, four are 6.1 %."""
        with reading(planned):
            row = whole(f"as_of={as_of}")
            assert row["variance"] == pytest.approx(300 - row["on_track"])
            assert isnan(row["pace"]) != is_told and isnan(row["landing"]) != is_told

    def test_what_is_met(self, plain):
        """440 of 400: nothing more is required, coverage has no gap to cover."""
        with reading(with_targets(plain, (2026, [due(*Q3, 400)]))):
            row = whole()
        assert (row["gap"], row["required_rate"], row["open_amount"]) == (-40, 0, 150)
        assert isnan(row["coverage"])

    def test_growth_on_nothing_or_less_is_not_told(self, make_company: MakeCompany):
        returned = [sale("x", date(2025, 7, 2), -5), sale("y", date(2026, 7, 2), 5)]
        with reading(with_targets(make_company(sales=returned), PLAN)):
            assert isnan(whole()["growth"]) and whole()["last_year"] == -5
            assert isnan(whole("rep=r2")["growth"]) and whole("rep=r2")["last_year"] == 0


class TestOddTargets:
    def test_none_at_all(self, plain):
        with reading(plain):
            row = whole()
            assert why() == NO_VERSION
            assert row["actual"] == 440 and row["landing"] == pytest.approx(440 * 66 / 42)
            assert row[["target", "on_track", "attainment", "gap", "variance", "pace", "coverage"]].isna().all()
            assert column("region", "actual") == {"East": 360, "North": 70, "unassigned": 10}

    def test_none_in_the_period(self, planned):
        with reading(planned):
            assert why("period=2026Q2") == why("period=2025") == NO_VERSION
            assert isnan(whole("period=2026Q2")["target"])

    def test_zero(self, plain):
        """A gap of what was sold over, no attainment, no pace; days say how far the quarter is."""
        with reading(with_targets(plain, (2026, [due(*Q3, 0)]))):
            row = whole()
            assert why() is None
        assert (row["target"], row["on_track"], row["gap"], row["variance"]) == (0, 0, -440, 440)
        assert isnan(row["attainment"]) and isnan(row["pace"]) and isnan(row["variance_share"])
        assert row["elapsed"] == pytest.approx(42 / 66) and row["required_rate"] == 0

    def test_below_zero(self, plain):
        with reading(with_targets(plain, (2026, [due(*Q3, -66)]))):
            row = whole()
        assert (row["target"], row["on_track"], row["variance"]) == (-66, pytest.approx(-42), pytest.approx(482))
        assert isnan(row["attainment"]) and isnan(row["pace"])
        assert row["landing"] == pytest.approx(440 * 66 / 42)

    def test_a_correction_below_zero_at_the_end(self, plain):
        """July 100, September -90: all of 10 and ten times more was due in July; days say how far the quarter is."""
        rows = [due(date(2026, 7, 1), date(2026, 7, 31), 100), due(date(2026, 9, 1), date(2026, 9, 30), -90)]
        with reading(with_targets(plain, (2026, rows))):
            row = whole()
        assert (row["target"], row["on_track"], row["variance"]) == (10, 100, 340)
        assert row["elapsed"] == pytest.approx(42 / 66) and row["landing"] == pytest.approx(440 * 66 / 42)

    def test_an_actual_below_zero(self, make_company: MakeCompany):
        """More returned than sold."""
        with reading(with_targets(make_company(sales=[sale("x", date(2026, 7, 2), -42)]), PLAN)):
            row = whole()
            east = members("region").set_index("region").loc["East"]
        assert (row["actual"], row["gap"], row["variance"]) == (-42, 702, pytest.approx(-462))
        assert row["attainment"] == pytest.approx(-42 / 660) and row["pace"] == pytest.approx(-0.1)
        assert row["landing"] == pytest.approx(-66)
        assert east["attainment"] == pytest.approx(-42 / 396)

    def test_a_fraction_of_a_cent_stays_exact(self, plain):
        rows = [due(*Q3, Decimal("0.0001"), **R1) for _ in range(3)]
        with reading(with_targets(plain, (2026, rows))):
            assert whole()["target"] == 0.0003


@pytest.mark.usefixtures("read")
class TestMembers:
    def test_regions_with_those_that_have_no_target_last(self):
        found = members("region")
        assert found["region"].tolist() == ["North", "East", "unassigned"]
        assert found["actual"].tolist() == [70, 360, 10]
        assert found["last_year"].tolist() == [50, 200, 0]
        assert found["target"].tolist()[:2] == [330, 396] and isnan(found["target"].iloc[2])
        assert found["on_track"].tolist()[:2] == pytest.approx([210, 252])
        assert found["variance"].tolist()[:2] == pytest.approx([-140, 108])
        assert isnan(found["variance"].iloc[2]) and isnan(found["gap"].iloc[2])
        assert found.attrs["reason"] is None and not found.attrs["is_derived"]

    def test_a_target_without_sales_and_sales_without_a_target(self):
        """r4 has sold nothing, nobody's 10 have no target, r3 sold last year only."""
        assert column("rep", "target") == {"r4": 132, "r2": 198, "r1": 330, "unassigned": None, "r3": None}
        assert column("rep", "actual") == {"r4": 0, "r2": 70, "r1": 360, "unassigned": 10, "r3": 0}
        assert column("rep", "last_year") == {"r4": 0, "r2": 20, "r1": 200, "unassigned": 0, "r3": 30}
        assert column("rep", "growth")["r3"] == -1

    def test_who_has_no_manager_is_shown_and_counts(self):
        assert column("manager", "target") == {"unassigned": 132, "m": 528}
        assert column("manager", "actual") == {"unassigned": 10, "m": 430}

    @pytest.mark.parametrize("by", ["country", "region", "office", "manager", "rep"])
    def test_members_sum_to_the_whole(self, by):
        found = members(by)
        assert found["actual"].sum() == 440 and found["last_year"].sum() == 250
        if by not in ("country", "region"):
            assert found["target"].sum() == 660 and found["on_track"].sum() == pytest.approx(420)

    def test_labels_in_both_languages(self):
        assert members("rep").set_index("rep")[["label", "label_zh"]].T.to_dict("list") == {
            "r4": ["Lin Yue", "林月"], "r2": ["He Lan", "He Lan"], "r1": ["Zhou Ming", "Zhou Ming"],
            "unassigned": ["unassigned", "unassigned"], "r3": ["Wu Gang", "吴刚"],
        }  # fmt: skip
        assert labels("region") == {
            "East": {"label": "East", "label_zh": "华东"}, "North": {"label": "North", "label_zh": "华北"}
        }  # fmt: skip
        assert labels("channel")["c2"] == {"label": "Partner", "label_zh": "Partner"}
        assert labels("manager")["m"]["label"] == "Mei Lan"

    def test_members_of_a_target_that_the_crm_does_not_know_go_by_their_key(self, plain):
        rows = [due(*Q3, 5, region="Moon", country="Space")]
        with reading(with_targets(plain, (2026, rows))):
            moon = members("region").set_index("region").loc["Moon"]
        assert (moon["label"], moon["label_zh"], moon["target"]) == ("Moon", "Moon", 5)


class TestOverAssignment:
    @pytest.mark.parametrize(
        ("by", "where", "over"),
        [
            ("region", "", 726 / 660 - 1),
            ("rep", "", 0),
            ("rep", "region=East", 330 / 396 - 1),
            ("rep", "region=North", 0),
            ("office", "region=East", 330 / 396 - 1),
            ("region", "region=East", 0),
            ("region", "region=!East", 0),
            ("region", "period=2026-08", 726 / 660 - 1),
            ("rep", "rep=r1", 0),
            ("rep", "rep=nobody", nan),
        ],
    )
    def test_at_each_level_and_under_filters(self, planned, by, where, over):
        with reading(planned):
            assert members(by, where).attrs["over_assigned"] == pytest.approx(over, abs=1e-12, nan_ok=True)

    @pytest.mark.parametrize("above", [0, -5])
    def test_not_told_of_a_whole_that_is_not_above_zero(self, plain, above):
        with reading(with_targets(plain, (2026, [due(*Q3, above), *REGIONS]))):
            assert isnan(members("region").attrs["over_assigned"])

    def test_not_told_where_a_level_has_no_targets(self, planned):
        with reading(planned):
            assert isnan(members("product").attrs["over_assigned"])
            assert isnan(members("product", "derived=1").attrs["over_assigned"])


class TestNoTargetAtThisLevel:
    def test_it_says_so_and_shows_what_was_sold(self, planned):
        with reading(planned):
            found = members("product")
            assert found.attrs["reason"] == NO_LEVEL
            assert column("product", "actual") == {"p1": 330, "p2": 110}
            assert found["target"].isna().all()
            assert why("product=p1") == NO_LEVEL and why("region=East&channel=c1") == NO_LEVEL
            assert why("region=East") is None

    def test_one_derived_from_last_year_s_sales_sums_to_the_cent(self, planned):
        """660 by the whole quarter of 2025: House brought 220 of 1250, Partner 1030."""
        with reading(planned):
            found = members("channel", "derived=1")
            assert found.attrs["is_derived"] and found.attrs["reason"] is None
            assert column("channel", "target", "derived=1") == {"c2": 543.84, "c1": 116.16, "unassigned": None}
            assert column("channel", "on_track", "derived=1") == {"c2": 346.08, "c1": 73.92, "unassigned": None}

    def test_within_a_member_what_is_shared_out_is_its_target(self, planned):
        with reading(planned):
            assert column("product", "target", "region=East&derived=1") == {"p1": 396, "p2": None}
            assert whole("region=East&derived=1")["target"] == 396

    def test_only_where_there_is_none(self, planned):
        with reading(planned):
            assert column("region", "target", "derived=1") == column("region", "target")
            assert not members("region", "derived=1").attrs["is_derived"]

    def test_nothing_can_be_derived_from_no_sales(self, planned):
        """Nothing in 2025, and no year before all time; nobody's target is not shared out."""
        with reading(planned):
            for where in ("rep=r4&derived=1", "period=all&derived=1", "rep=nobody&derived=1"):
                found = members("product", where)
                assert not found["target"].notna().any()
            assert members("product", "period=all&derived=1").attrs["reason"] == NO_LEVEL

    def test_returns_of_last_year_get_nothing(self, make_company: MakeCompany):
        sales = [sale("x", date(2025, 7, 2), -50), sale("y", date(2025, 7, 2), 10, product_id="p2")]
        company = make_company(**{**COMPANY, "sales": sales})
        with reading(with_targets(company, PLAN)):
            assert column("product", "target", "derived=1") == {"p2": 660, "p1": 0}

    @pytest.mark.parametrize(
        ("amount", "weights", "parts"),
        [
            (100, [1, 1, 1], [33.34, 33.33, 33.33]),
            (0.05, [1, 1], [0.03, 0.02]),
            (0.01, [1, 2, 1], [0, 0.01, 0]),
            (-100, [1, 1, 1], [-33.33, -33.33, -33.34]),
            (0, [1, 2], [0, 0]),
            (10.006, [1], [10.01]),
            (95_714_000, [7, 11, 13, 0], [21_612_838.71, 33_963_032.26, 40_138_129.03, 0]),
        ],
    )
    def test_shares_in_whole_cents(self, amount, weights, parts):
        found = shared(amount, np.array(weights, dtype=float))
        assert sum(map(Decimal, map(str, found))) == Decimal(str(round(amount, 2)))
        assert found == parts


@pytest.mark.usefixtures("read")
class TestFilters:
    @pytest.mark.parametrize(
        ("where", "actual", "target"),
        [
            ("rep=r1", 360, 330),
            ("rep=Zhou Ming", 360, 330),
            ("rep=Zhou Ming&rep=r2", 430, 528),
            ("rep=!r1", 80, 330),
            ("rep=!He Lan", 370, 462),
            ("rep=unassigned", 10, nan),
            ("rep=!unassigned", 430, 660),
            ("rep=r1&rep=unassigned", 370, 330),
            ("rep=nobody", 0, nan),
            ("rep=!nobody", 440, 660),
            ("manager=m", 430, 528),
            ("manager=Mei Lan", 430, 528),
            ("manager=unassigned", 10, 132),
            ("manager=!m", 10, 132),
            ("region=East", 360, 396),
            ("region=!East", 80, 330),
            ("region=East&region=North", 430, 726),
            ("region=unassigned", 10, nan),
            ("office=Shanghai", 360, 330),
            ("office=sh&region=North", 0, nan),
            ("region=East&rep=r1", 360, 330),
        ],
    )
    def test_target_and_actual_are_of_the_same_members(self, where, actual, target):
        row = whole(where)
        assert (row["actual"], row["target"]) == (actual, pytest.approx(target, nan_ok=True))
        assert why(where) is None

    def test_no_target_can_be_set_by_a_campaign(self):
        assert why("campaign=unassigned") == why("region=East&industry=unassigned") == NO_FILTER
        row = whole("campaign=unassigned")
        assert row["actual"] == 440 and isnan(row["target"])
        assert members("region", "campaign=unassigned").attrs["reason"] == NO_FILTER
        assert members("campaign").attrs["reason"] == NO_LEVEL

    def test_one_s_name_may_be_another_s_key(self, make_company: MakeCompany):
        """A rep whose name is r2: sales and targets of both are meant."""
        reps = [{"rep_id": "r1", "name": "r2"}, {"rep_id": "r2", "name": "He Lan"}]
        with reading(with_targets(make_company(**{**COMPANY, "reps": reps}), PLAN)):
            row = whole("rep=r2")
        assert (row["actual"], row["target"]) == (430, 528)


@pytest.mark.usefixtures("read")
class TestScope:
    def test_a_region_sees_its_own_numbers_alone(self):
        row = whole(scope=ONLY_EAST)
        assert (row["actual"], row["target"], row["last_year"], row["open_amount"]) == (360, 396, 200, 100)

    @pytest.mark.parametrize(
        ("by", "targets"),
        [("region", {"East": 396}), ("office", {"sh": 330}), ("rep", {"r1": 330}), ("manager", {"m": 330})],
    )
    def test_at_every_level(self, by, targets):
        assert column(by, "target", scope=ONLY_EAST) == targets
        assert column(by, "actual", scope=ONLY_EAST) == dict.fromkeys(targets, 360)

    def test_whatever_is_filtered(self):
        row = whole("region=North", scope=ONLY_EAST)
        assert (row["actual"], row["open_amount"]) == (0, 0) and isnan(row["target"])
        assert whole("rep=!r1", scope=ONLY_EAST)["actual"] == 0
        assert members("rep", "region=!East", ONLY_EAST).empty
        assert members("region", "period=all", ONLY_EAST)["region"].tolist() == ["East"]

    def test_what_is_derived_is_of_the_own_region(self):
        assert column("product", "target", "derived=1", ONLY_EAST) == {"p1": 396, "p2": None}

    def test_over_assignment_is_of_the_own_region(self):
        assert members("rep", scope=ONLY_EAST).attrs["over_assigned"] == pytest.approx(330 / 396 - 1)

    def test_two_limits_and_one_that_no_target_is_set_by(self):
        assert whole(scope=Scope.only(region=["East", "North"]))["target"] == 726
        assert whole(scope=Scope.only(region="East", rep="r2"))["actual"] == 0
        assert isnan(whole(scope=Scope.only(region="East", rep="r2"))["target"])
        assert why(scope=Scope.only(campaign="x")) == NO_FILTER

    def test_contributions(self):
        found = contribution(Slice(), scope=ONLY_EAST, by="rep")
        assert set(found["rep"]) == {"r1"} and set(found["share"]) == {1}


class TestVersions:
    def test_the_one_asked_for_replaces_the_one_in_force(self, plain):
        """Version 2 is a draft, version 3 one of another year."""
        plans = [PLAN, (2026, [due(*Q3, 600)]), (2025, [due(date(2025, 1, 1), date(2025, 12, 31), 365)])]
        with reading(with_targets(plain, *plans, drafts=2)):
            assert whole()["target"] == 660
            assert whole("target=2")["target"] == 600
            assert attainment(Slice.from_search("target=2"), scope=EVERYTHING).attrs["levels"] == {2: ()}
            assert members("region", "target=2").attrs["reason"] == NO_LEVEL
            assert isnan(whole("period=2025")["target"])
            assert whole("period=2025&target=3&spread=linear")["target"] == 365
            assert whole("target=3")["target"] == 660, "this year's version stays"
            assert whole("target=99")["target"] == 660

    def test_a_later_one_supersedes(self, plain):
        with reading(with_targets(plain, PLAN, (2026, [due(*Q3, 600)]))):
            assert whole()["target"] == 600
            assert whole("target=1")["target"] == 660

    def test_a_period_over_two_years_takes_from_both(self, plain):
        """31 days of a row of 31 in December 2025, ten of one of 31 in January 2026."""
        plans = [
            (2025, [due(date(2025, 12, 1), date(2025, 12, 31), 31, **EAST)]),
            (2026, [due(date(2026, 1, 1), date(2026, 1, 31), 31, **EAST), due(date(2026, 1, 1), date(2026, 1, 31), 9)]),
        ]
        with reading(with_targets(plain, *plans)):
            where = "period=2025-12-01..2026-01-10&spread=linear"
            assert whole(where)["target"] == pytest.approx(31 + 9 * 10 / 31)
            levels = attainment(Slice.from_search(where), scope=EVERYTHING).attrs["levels"]
            assert levels == {1: ("region",), 2: ()}
            assert column("region", "target", where) == {"East": 41}
            assert whole("period=all")["target"] == 40

    def test_where_one_year_lacks_the_level_none_is_told(self, plain):
        plans = [(2025, [due(date(2025, 1, 1), date(2025, 12, 31), 1, **EAST)]), (2026, WHOLE)]
        with reading(with_targets(plain, *plans)):
            assert members("region", "period=all").attrs["reason"] == NO_LEVEL
            assert members("region", "period=2025").attrs["reason"] is None

    def test_a_version_without_rows_is_none(self, plain):
        with reading(with_targets(plain, (2026, []))):
            assert why() == NO_VERSION


class TestPeople:
    """Reps who do not stay where they are."""

    def test_who_moved_region_in_mid_quarter(self, make_company: MakeCompany):
        """r1 sold 100 in the East in July and 40 in the North from August on, with a target for each."""
        july, rest = (date(2026, 7, 1), date(2026, 7, 31)), (date(2026, 8, 1), date(2026, 9, 30))
        sales = [sale("x", date(2026, 7, 9), 100), sale("y", date(2026, 8, 9), 40, office_id="bj")]
        rows = [due(*july, 90, **R1), due(*rest, 86, **{**R1, **NORTH, "office": "bj"})]
        with reading(with_targets(make_company(**{**COMPANY, "sales": sales}), (2026, rows))):
            assert column("rep", "target") == {"r1": 176} and column("rep", "actual") == {"r1": 140}
            assert column("rep", "on_track") == {"r1": pytest.approx(90 + 2 * 19)}
            assert column("region", "target") == {"North": 86, "East": 90}
            assert column("region", "actual") == {"North": 40, "East": 100}
            assert column("rep", "target", "region=East") == {"r1": 90}
            assert column("rep", "actual", scope=ONLY_EAST) == {"r1": 100}
            assert column("rep", "target", scope=ONLY_EAST) == {"r1": 90}

    def test_who_left_in_mid_quarter(self, make_company: MakeCompany):
        """r3's target ended with July: all of it is due, and what they sold is where they land."""
        sales = [sale("x", date(2026, 7, 9), 45, office_id="bj", rep_id="r3"), sale("y", date(2026, 8, 9), 7)]
        rows = [due(date(2026, 7, 1), date(2026, 7, 31), 90, **{**R2, "rep": "r3"}), due(*Q3, 66, **R1)]
        with reading(with_targets(make_company(**{**COMPANY, "sales": sales}), (2026, rows))):
            gone = members("rep").set_index("rep").loc["r3"]
            assert (gone["elapsed"], gone["pace"], gone["landing"], gone["gap"]) == (1, 0.5, 45, 45)
            assert whole()["on_track"] == pytest.approx(90 + 42)

    def test_who_came_in_mid_quarter(self, make_company: MakeCompany):
        """A target from 24 August on: 4 of 28 working days are behind."""
        rows = [due(date(2026, 8, 24), date(2026, 9, 30), 56, **R2)]
        sales = [sale("x", date(2026, 8, 25), 10, **BEIJING)]
        with reading(with_targets(make_company(**{**COMPANY, "sales": sales}), (2026, rows))):
            new = members("rep").set_index("rep").loc["r2"]
        assert new["on_track"] == pytest.approx(8)
        assert new["elapsed"] == pytest.approx(4 / 28)


class TestCalendars:
    def test_a_leap_day_stands_beside_the_28th(self, make_company: MakeCompany):
        """To 29 February 2028: 28 February 2027 counts, 1 March does not."""
        sales = [sale(str(n), day, 10**n) for n, day in enumerate(
            [date(2027, 2, 28), date(2027, 3, 1), date(2028, 2, 28), date(2028, 2, 29)])]  # fmt: skip
        company = make_company(**{**COMPANY, "sales": sales}, as_of=date(2028, 2, 29))
        with reading(with_targets(company, (2028, [due(date(2028, 1, 1), date(2028, 3, 31), 910)]))):
            assert (whole()["actual"], whole()["last_year"]) == (1100, 1)
            assert whole("spread=linear")["on_track"] == pytest.approx(600)
            assert whole("period=2028-02")["last_year"] == 1

    def test_the_year_after_a_leap_year_counts_its_29th(self, make_company: MakeCompany):
        """February 2029 is over on the 28th: beside it stands all of February 2028; the 27th stands beside the 27th."""
        sales = [sale("a", date(2028, 2, 28), 10), sale("b", date(2028, 2, 29), 1), sale("c", date(2029, 2, 1), 5)]
        company = make_company(**{**COMPANY, "sales": sales}, as_of=date(2029, 2, 28))
        with reading(with_targets(company, (2029, [due(date(2029, 2, 1), date(2029, 2, 28), 28)]))):
            assert whole("period=2029-02")["last_year"] == 11
            assert whole("period=mtd&as_of=2029-02-27")["last_year"] == 0
            assert whole("period=qtd")["last_year"] == 10, "a running quarter compares the same dates"

    def test_a_fiscal_year_that_starts_in_april(self, make_company: MakeCompany):
        """As of 27 August 2026 in fiscal 2027; April to June is its first quarter."""
        sales = [sale(str(n), day, 10**n) for n, day in enumerate(
            [date(2025, 3, 31), date(2025, 4, 1), date(2025, 8, 28), date(2026, 3, 31), date(2026, 4, 1)])]  # fmt: skip
        company = make_company(**{**COMPANY, "sales": sales}, first_month=4)
        plans = [
            (2026, [due(date(2025, 4, 1), date(2026, 3, 31), 365)]),
            (2027, [due(date(2026, 4, 1), date(2027, 3, 31), 730)]),
        ]
        with reading(with_targets(company, *plans)):
            year = whole("period=ytd&spread=linear")
            assert (year["actual"], year["last_year"]) == (10_000, 10)
            assert (year["target"], year["on_track"]) == (730, pytest.approx(2 * (30 + 31 + 30 + 31 + 27)))
            assert whole("period=2026&spread=linear")["actual"] == 1_110
            assert whole("period=2026")["target"] == 365
            assert whole("period=2027Q1&spread=linear")["target"] == pytest.approx(2 * 91)
            assert whole("period=2026-03-01..2026-04-30&spread=linear")["target"] == pytest.approx(31 + 60)


class TestSeason:
    """Two whole years in which July, August and September bring 1, 2 and 1 in 4."""

    @pytest.fixture
    def seasonal(self, make_company: MakeCompany) -> Database:
        years = [(2024, (100, 200, 100)), (2025, (10, 20, 10)), (2026, (7, 0, 0))]
        sales = [sale(f"{year}-{n}", date(year, 7 + n, 1), amount)
                 for year, amounts in years for n, amount in enumerate(amounts)]  # fmt: skip
        sales.append(sale("first", date(2024, 1, 1), 0))
        company = make_company(**{**COMPANY, "sales": sales})
        return with_targets(company, (2026, [due(*Q3, 400)]))

    def test_targets_follow_it(self, seasonal):
        with reading(seasonal):
            assert whole("period=2026-07&spread=seasonal")["target"] == pytest.approx(100)
            assert whole("period=2026-08&spread=seasonal")["target"] == pytest.approx(200)
            assert whole("spread=seasonal")["on_track"] == pytest.approx(100 + 200 * 19 / 21)

    def test_looking_back_it_is_what_was_known_then(self, seasonal):
        """In 2025 there was one whole year to go by: working days, 23 of 66 in July."""
        year_before = (2025, [due(date(2025, 7, 1), date(2025, 9, 30), 660)])
        with reading(with_targets(seasonal, year_before)):
            assert whole("period=2025-07&spread=seasonal")["target"] == pytest.approx(660 / 4)
            assert whole("period=2025-07&spread=seasonal&as_of=2025-07-31")["target"] == pytest.approx(660 * 23 / 66)


class TestContribution:
    def test_spans_and_shares(self, planned):
        """August brought 160, the quarter 440, the year no more."""
        with reading(planned):
            found = contribution(Slice(), scope=EVERYTHING, by="region").set_index(["span", "region"])
        assert found.loc["mtd", "actual"].to_dict() == {"East": 60, "North": 90, "unassigned": 10}
        assert found.loc["qtd", "share"].to_dict() == near(East=360 / 440, North=70 / 440, unassigned=10 / 440)
        assert found.index.get_level_values("span").unique().tolist() == ["mtd", "qtd", "ytd"]
        assert found.loc["mtd"].index.tolist() == ["East", "North", "unassigned"], "in the order of the year"
        assert found.loc[("ytd", "East"), ["label", "label_zh"]].tolist() == ["East", "华东"]
        assert found.groupby("span")["share"].sum().tolist() == pytest.approx([1, 1, 1])

    def test_filters_and_the_day_looked_at(self, planned):
        with reading(planned):
            july = contribution(Slice.from_search("as_of=2026-07-31&rep=!unassigned"), scope=EVERYTHING, by="rep")
        assert july["actual"].tolist() == [300, -20] * 3

    def test_returns_alone_have_no_shares(self, make_company: MakeCompany):
        with reading(make_company(sales=[sale("x", date(2026, 8, 2), -5)])):
            found = contribution(Slice(), scope=EVERYTHING, by="region")
        assert found["actual"].tolist() == [-5] * 3 and found["share"].isna().all()

    def test_nothing_sold(self, make_company: MakeCompany):
        with reading(make_company()):
            assert contribution(Slice(), scope=EVERYTHING, by="region").empty


def test_an_empty_company(make_company: MakeCompany):
    with reading(make_company()):
        assert whole()["actual"] == 0 and whole()["last_year"] == 0 and why() == NO_VERSION
        assert members("region").empty
    with reading(with_targets(make_company(), PLAN)):
        assert (whole()["actual"], whole()["gap"]) == (0, 660)
        assert column("region", "variance") == {"East": -252, "North": -210}


def test_deals_looked_back_at_cover_what_was_open_then(make_company: MakeCompany):
    """As of July the history says what was open: here nothing is known, so nothing was."""
    company = make_company(**{**COMPANY, "opportunities": [deal("o", expected_close_on=date(2026, 9, 1))]})
    with reading(with_targets(company, PLAN)):
        assert whole()["open_amount"] == 100
        assert whole("as_of=2026-07-31")["open_amount"] == 0


def test_sales_are_all_there():
    assert sum(row["amount"] for row in SALES if row["basis"] == "booking") == 1690
    assert sum(row["amount"] for row in OF_REPS) == 660
