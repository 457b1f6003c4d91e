"""The funnel of a cohort, the stock now, and how deals pass each stage; hand-written deals, counted by eye.

Created in the third quarter of 2026: one deal won, one lost after bidding, one negotiating, two in potential, one of
which had been to bidding and stepped back. In June 2025 one that came to bidding; in 2024 one that was won.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from queries import funnel
from queries.breakdown import breakdown
from queries.engine import Database, reading
from queries.row_list import deals_behind
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.histories import interval, passages, standing
from tests.rows import STAGES, deal

BEIJING = {"office_id": "bj", "rep_id": "r2"}
DEALS = [
    deal("w", "won", 100, stage_id="s4"),
    deal("l", "lost", 200, stage_id="s2", furthest_position=2),
    deal("n", amount=300, stage_id="s3", furthest_position=3, active_days_in_stage=31, **BEIJING),
    deal("p", amount=400, stage_id="s1", furthest_position=1, active_days_in_stage=10),
    deal("b", amount=500, stage_id="s1", furthest_position=2, active_days_in_stage=95, **BEIJING),
    deal("y", amount=600, stage_id="s2", furthest_position=2, created_on=date(2025, 7, 5), active_days_in_stage=None),
    deal("z", "won", 700, created_on=date(2024, 1, 1), closed_on=date(2024, 2, 1)),
]


@pytest.fixture(scope="module")
def seven(make_lasting_company: MakeCompany) -> Iterator[Database]:
    won = [
        *passages("s1", [20, 40, 60, 80], advanced=4, is_won=True),
        *passages("s3", [20, 20], advanced=2, is_won=True),
        *passages("s2", [7], advanced=0, is_won=False),
    ]
    with reading(make_lasting_company(opportunities=DEALS, stage_passages=won)) as database:
        yield database


def told(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    values = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    return [tuple(round(v, 4) if isinstance(v, float) else v for v in row) for row in values.to_numpy()]


COHORT = Slice.from_search("period=2026Q3&cohort=period")


@pytest.mark.usefixtures("seven")
class TestCohort:
    def test_counts_of_previous_of_first_and_what_dropped(self):
        found = funnel.cohort_funnel(COHORT, scope=EVERYTHING)
        assert told(found, "stage", "reached_count", "of_previous", "of_first", "dropped_count") == [
            ("s1", 5, None, 1, None),
            ("s2", 4, 0.8, 0.8, 1),
            ("s3", 2, 0.5, 0.4, 2),
            ("s4", 1, 0.5, 0.2, 1),
        ]

    def test_amounts(self):
        found = funnel.cohort_funnel(COHORT, scope=EVERYTHING)
        assert told(found, "reached_amount", "amount_of_previous", "amount_of_first", "dropped_amount") == [
            (1500, None, 1, None),
            (1100, 0.7333, 0.7333, 400),
            (400, 0.3636, 0.2667, 700),
            (100, 0.25, 0.0667, 300),
        ]

    def test_the_vocabulary_says_the_same(self):
        found = funnel.cohort_funnel(COHORT, scope=EVERYTHING)
        measured = breakdown(
            m.reached_count, m.reached_amount, m.step_conversion, by=[d.stage], slice_=COHORT, scope=EVERYTHING
        )
        assert told(found, "stage", "reached_count", "reached_amount") == told(
            measured, "stage", "reached_count", "reached_amount"
        )
        assert told(found.iloc[1:], "of_previous") == told(measured.iloc[1:], "step_conversion")

    def test_how_many_are_still_under_way(self):
        assert funnel.cohort_open(COHORT, scope=EVERYTHING) == 3

    def test_filters_and_scope(self):
        north = funnel.cohort_funnel(COHORT.with_filter("region", ["North"]), scope=EVERYTHING)
        assert north["reached_count"].tolist() == [2, 2, 1, 0]
        pd.testing.assert_frame_equal(north, funnel.cohort_funnel(COHORT, scope=Scope.only(region="North")))

    def test_nobody_is_an_empty_funnel_not_an_error(self):
        none = funnel.cohort_funnel(COHORT.with_filter("region", ["Nowhere"]), scope=EVERYTHING)
        assert none["reached_count"].tolist() == [0, 0, 0, 0]
        assert none[["of_previous", "of_first"]].isna().all(axis=None)

    @pytest.mark.parametrize("by", ["region", "rep", "status", "furthest", "month", "source", "stage"])
    def test_members_sum_to_the_whole(self, by):
        whole = funnel.cohort_funnel(COHORT, scope=EVERYTHING)
        parts = funnel.cohort_funnels_by(Slice.from_search(f"{COHORT.to_query()}&by={by}"), scope=EVERYTHING)
        columns = ["reached_count", "reached_amount"]
        pd.testing.assert_frame_equal(
            parts.groupby("stage")[columns].sum(), whole.set_index("stage")[columns], check_like=True
        )

    def test_members_with_most_deals_come_first(self):
        parts = funnel.cohort_funnels_by(COHORT, scope=EVERYTHING)
        assert told(parts[parts["stage"] == "s2"], "member", "member_label_zh", "reached_count", "of_previous") == [
            ("East", "华东", 2, 0.6667),
            ("North", "华北", 2, 1),
        ]


@pytest.mark.usefixtures("seven")
@pytest.mark.parametrize(
    ("search", "start", "end"),
    [
        ("", "2025-08-28", "2026-08-27"),  # a quarter that is running is too young: the last twelve months
        ("period=ytd", "2026-01-01", "2026-08-27"),  # 239 days
        ("period=2026Q1", "2026-01-01", "2026-03-31"),  # past: nothing to wait for
        ("period=2026-08-01..2026-08-10", "2026-08-01", "2026-08-10"),
        ("cohort=period", "2026-07-01", "2026-08-27"),
        ("cohort=last6m&period=2024", "2026-02-28", "2026-08-27"),
        ("cohort=all", "None", "None"),
        ("as_of=2026-03-15", "2025-03-16", "2026-03-15"),
    ],
)
def test_which_cohort(search, start, end):
    period = funnel.cohort_period(Slice.from_search(search))
    assert (str(period.start), str(period.end)) == (start, end)


@pytest.mark.usefixtures("seven")
class TestStock:
    def test_what_stands_where_and_what_is_late(self):
        """P75 of deals won: 65 days in s1, 20 in s3, none in s2. Late is above that, critical above 1.5 times that."""
        assert told(funnel.stage_age_limits(Slice(), scope=EVERYTHING), "stage", "won_days_p75") == [
            ("s1", 65),
            ("s3", 20),
        ]
        found = funnel.stage_stock(Slice(), scope=EVERYTHING)
        assert told(found, "stage", "open_count", "open_amount", "late_count", "late_amount") == [
            ("s1", 2, 900, 1, 500),
            ("s2", 1, 600, 0, 0),
            ("s3", 1, 300, 1, 300),
        ]
        assert told(found, "stage", "critical_count", "critical_amount") == [("s1", 0, 0), ("s2", 0, 0), ("s3", 1, 300)]

    def test_late_is_above_the_limit_and_critical_above_one_and_a_half_times_it(self, make_company):
        """P75 is 20 days: the limit itself, 20 and 30 days, is not above it yet; the ages are the amounts."""
        won = passages("s1", [20], advanced=1, is_won=True)
        deals = [standing(f"d{age}", "s1", age, age=age) for age in (20, 21, 30, 31)]
        with reading(make_company(opportunities=deals, stage_passages=won)):
            stock = funnel.stage_stock(Slice(), scope=EVERYTHING)
            lists = {
                name: set(deals_behind(Behind(name), Slice(), scope=EVERYTHING)["opportunity_id"])
                for name in ("late", "critical")
            }
        assert told(stock, "open_count", "late_count", "critical_count") == [(4, 3, 1), (0, 0, 0), (0, 0, 0)]
        assert told(stock, "open_amount", "late_amount", "critical_amount")[0] == (102, 82, 31)
        assert lists == {"late": {"d21", "d30", "d31"}, "critical": {"d31"}}

    def test_looking_back_a_deal_that_is_won_later_says_nothing(self, make_company):
        """Both left s1 in March; `early` was won on 10 April, `later` in May: on 30 April only its 20 days count."""
        left = {"stage_id": "s1", "position": 1, "entered_on": date(2026, 2, 1), "left_on": date(2026, 3, 1),
                "outcome": "advanced", "is_won": True}  # fmt: skip
        rows = [
            left | {"opportunity_id": "early", "active_days": 20},
            left | {"opportunity_id": "later", "active_days": 80},
        ]
        deals = [
            deal("early", "won", 1, created_on=date(2026, 2, 1), closed_on=date(2026, 4, 10)),
            deal("later", "won", 1, created_on=date(2026, 2, 1), closed_on=date(2026, 5, 10)),
        ]
        with reading(make_company(opportunities=deals, stage_passages=rows)):
            then = funnel.stage_age_limits(Slice(as_of=date(2026, 4, 30)), scope=EVERYTHING)
            now = funnel.stage_age_limits(Slice(), scope=EVERYTHING)
        assert told(then, "stage", "won_days_p75") == [("s1", 20)]
        assert told(now, "stage", "won_days_p75") == [("s1", 65)]

    def test_limits_do_not_change_with_filters(self):
        filtered = Slice.from_search("region=North&status=open")
        found = funnel.stage_stock(filtered, scope=EVERYTHING)
        assert told(found, "open_count", "late_count", "critical_count") == [(1, 1, 0), (0, 0, 0), (1, 1, 1)]

    def test_paused_deals_are_no_stock(self, make_company):
        with reading(make_company(opportunities=[deal("a", "paused"), deal("b")])):
            assert funnel.stage_stock(Slice(), scope=EVERYTHING)["open_count"].tolist() == [1, 0, 0]


def test_passage_of_each_stage(make_company):
    """Of s1, 3 of 4 moved on after 1, 2, 3, 10 days; nobody left s2; from s3 one left more than a year ago."""
    old = [{**one, "left_on": date(2025, 8, 27)} for one in passages("s3", [9], advanced=1)]
    rows = [*passages("s1", [1, 2, 3, 10], advanced=3), *old]
    with reading(make_company(opportunities=[deal("a")], stage_passages=rows)):
        found = funnel.stage_passage(Slice(), scope=EVERYTHING)
    assert told(found, "stage", "stage_exits", "stage_success_rate", "stage_days", "stage_days_p75") == [
        ("s1", 4, 0.75, 2.5, 4.75),
        ("s2", 0, None, None, None),
        ("s3", 0, None, None, None),
    ]


def test_passage_and_the_vocabulary_say_the_same(demo):
    with reading(demo):
        slice_ = Slice(period="last12m")
        names = ["stage_exits", "stage_success_rate", "stage_days", "stage_days_p75"]
        found = funnel.stage_passage(slice_, scope=EVERYTHING).set_index("stage")[names]
        measured = breakdown(*(m.MEASURES[n] for n in names), by=[d.stage], slice_=slice_, scope=EVERYTHING)
        pd.testing.assert_frame_equal(
            found, measured.set_index("stage").loc[found.index, names], check_index_type=False
        )


@pytest.fixture(scope="module")
def two(make_lasting_company: MakeCompany) -> Iterator[Database]:
    """Main with two deals; Tender with one, in two stages; and three deals of no pipeline at all."""
    other = [
        {"stage_id": "t1", "pipeline": "Tender", "name": "Notice", "position": 1, "is_won": False},
        {"stage_id": "t2", "pipeline": "Tender", "name": "Award", "position": 2, "is_won": True},
    ]
    deals = [
        deal("a"),
        deal("b", furthest_position=2, stage_id="s2"),
        deal("t", pipeline="Tender", stage_id="t1"),
        *(deal(name, pipeline=None, stage_id=None, furthest_position=None) for name in "xyz"),
    ]
    stages = [{"pipeline": "Main", **stage} for stage in STAGES]
    with reading(make_lasting_company(stages=[*other, *stages], opportunities=deals)) as database:
        yield database


@pytest.mark.usefixtures("two")
class TestPipelines:
    def test_the_one_with_most_deals_else_the_one_filtered_for(self):
        assert funnel.stages(Slice(), scope=EVERYTHING)["stage"].tolist() == ["s1", "s2", "s3", "s4"]
        tender = Slice.from_search("pipeline=Tender")
        assert funnel.stages(tender, scope=EVERYTHING)["stage"].tolist() == ["t1", "t2"]

    def test_deals_of_another_pipeline_do_not_count(self):
        assert funnel.cohort_funnel(Slice(), scope=EVERYTHING)["reached_count"].tolist() == [2, 1, 0, 0]
        assert funnel.cohort_open(Slice(), scope=EVERYTHING) == 2
        assert funnel.stage_stock(Slice(), scope=EVERYTHING)["open_count"].tolist() == [1, 1, 0]
        tender = Slice.from_search("pipeline=Tender")
        assert funnel.cohort_funnel(tender, scope=EVERYTHING)["reached_count"].tolist() == [1, 0]


def test_positions_may_have_gaps(make_company):
    stages = [{**stage, "position": stage["position"] * 10, "pipeline": "Main"} for stage in STAGES]
    deals = [deal("a", furthest_position=10), deal("b", furthest_position=20), deal("c", furthest_position=None)]
    with reading(make_company(stages=stages, opportunities=deals)):
        found = funnel.cohort_funnel(Slice(), scope=EVERYTHING)
    assert told(found, "reached_count", "dropped_count") == [(2, None), (1, 1), (0, 1), (0, 0)]


def test_an_empty_company(make_company):
    with reading(make_company(stages=[])):
        for asked in (funnel.stages, funnel.cohort_funnel, funnel.cohort_funnels_by, funnel.stage_stock,
                      funnel.stage_passage, funnel.stage_age_limits, funnel.step_rates):  # fmt: skip
            assert asked(Slice(), scope=EVERYTHING).empty
        assert funnel.cohort_open(Slice(), scope=EVERYTHING) == 0


def test_looking_back_the_funnel_is_as_it_was(make_company):
    """In July the deal stood in s1 in the East with 100; it moved to s2 and to the North with 150, and was won."""
    history = [
        interval("a", "s1", date(2026, 7, 1), date(2026, 7, 20), amount=100),
        interval("a", "s2", date(2026, 7, 20), date(2026, 8, 10), amount=150, **BEIJING),
        interval("a", "s4", date(2026, 8, 10), None, amount=160, status="won", **BEIJING),
    ]
    then = {"opportunity_id": "a", "is_won": True, "office_id": "bj", "rep_id": "r2", "pipeline": "Main"}
    passed = [
        {**then, "stage_id": "s1", "position": 1, "entered_on": date(2026, 7, 1), "left_on": date(2026, 7, 20)},
        {**then, "stage_id": "s2", "position": 2, "entered_on": date(2026, 7, 20), "left_on": date(2026, 8, 10)},
    ]
    deals = [deal("a", "won", 160, stage_id="s4", **BEIJING), deal("later", created_on=date(2026, 8, 20))]
    tables = {"opportunities": deals, "opportunity_history": history, "stage_passages": passed}
    by = [d.region, d.status, d.stage, d.furthest]
    with reading(make_company(**tables)):
        seen = {
            day: told(
                breakdown(m.created_amount, by=by, slice_=Slice.from_search(f"as_of={day}"), scope=EVERYTHING),
                "region", "status", "stage", "furthest", "created_amount",
            )
            for day in ("2026-06-30", "2026-07-19", "2026-07-20", "2026-08-09", "2026-08-10")
        }  # fmt: skip
    assert seen == {
        "2026-06-30": [],
        "2026-07-19": [("East", "open", "s1", 1, 100)],
        "2026-07-20": [("North", "open", "s2", 2, 150)],
        "2026-08-09": [("North", "open", "s2", 2, 150)],
        "2026-08-10": [("North", "won", "s4", 4, 160)],
    }


def test_a_step_back_is_remembered_when_looking_back(make_company):
    history = [
        interval("b", "s1", date(2026, 7, 1), date(2026, 7, 5)),
        interval("b", "s2", date(2026, 7, 5), date(2026, 7, 15)),
        interval("b", "s1", date(2026, 7, 15), None),
    ]
    passed = [
        {"opportunity_id": "b", "stage_id": "s1", "position": 1, "entered_on": date(2026, 7, 1)},
        {"opportunity_id": "b", "stage_id": "s2", "position": 2, "entered_on": date(2026, 7, 5)},
    ]
    deals = [deal("b", furthest_position=2)]
    with reading(make_company(opportunities=deals, opportunity_history=history, stage_passages=passed)):
        for day, reached in (("2026-07-04", [1, 0]), ("2026-07-10", [1, 1]), ("2026-07-20", [1, 1])):
            found = funnel.cohort_funnel(Slice.from_search(f"as_of={day}"), scope=EVERYTHING)
            assert found["reached_count"].tolist()[:2] == reached
