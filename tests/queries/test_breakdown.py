"""Any measure by any dimension: hand-written rows, and what each number of the vocabulary says about them.

| deal | status     | amount | created | closed  | office   | rep | stage | furthest | probability | active cycle |
|------|------------|--------|---------|---------|----------|-----|-------|----------|-------------|--------------|
| w1   | won        |    100 | 1 Jul   | 21 Jul  | Shanghai | r1  | s4    | 4        |             | 15           |
| w2   | won        |    300 | 1 Jun   | 31 Jul  | Beijing  | r2  | s4    | 4        |             | 60           |
| l1   | lost       |    100 | 2 Jul   | 10 Aug  | Shanghai | r1  | s2    | 2        |             |              |
| o1   | open       |     50 | 5 Jul   |         | Shanghai | r1  | s1    | 2 (back) | 0.36        |              |
| o2   | open       |     80 | 1 Aug   |         | Beijing  | r2  | s3    | 3        | 0.9         |              |
| p1   | paused     |     70 | 2 Aug   |         | none     |     | s1    | 1        | 0.36        |              |
| t1   | terminated |     30 | 1 May   | 1 Aug   | unmapped | r1  | s1    | 1        |             |              |

Competitors: w1 against c1; l1 against c1 and c2. All in 2026, as of 27 August; the period is the third quarter.

| passage    | left   | outcome  | days |        | sale | basis   | sold   | amount | rep | of |
|------------|--------|----------|------|        |------|---------|--------|--------|-----|----|
| w1, s1     | 5 Jul  | advanced | 4    |        | a    | booking | 21 Jul |     60 | r1  | w1 |
| w1, s2     | 10 Jul | advanced | 5    |        | b    | booking | 21 Jul |     40 | r2  | w1 |
| w1, s3     | 21 Jul | advanced | 11   |        | c    | invoice | 5 Aug  |     99 | r1  | w1 |
| l1, s1     | 12 Jul | advanced | 10   |        | d    | booking | 1 Jun  |      7 | r2  |    |
| l1, s2     | 10 Aug | lost     | 29   |
| o1, s1     |        | open     | 30   |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from queries.breakdown import CannotAnswer, breakdown
from queries.engine import Database, reading
from queries.scope import EVERYTHING, Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.model import AnyMeasure, Dimension
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.rows import REGIONS, deal

NO_OFFICE = {"office_id": None, "rep_id": None}
DEALS = [
    deal(
        "w1",
        "won",
        100,
        closed_on=date(2026, 7, 21),
        stage_id="s4",
        cycle_active_days=15,
        account_id="a1",
        discount=0.1,
        is_reviewed=True,
    ),
    deal(
        "w2",
        "won",
        300,
        created_on=date(2026, 6, 1),
        closed_on=date(2026, 7, 31),
        office_id="bj",
        rep_id="r2",
        stage_id="s4",
        cycle_active_days=60,
        account_id="a2",
    ),
    deal(
        "l1",
        "lost",
        100,
        created_on=date(2026, 7, 2),
        stage_id="s2",
        furthest_position=2,
        close_reason="Price",
        discount=0.3,
        idle_days=9,
    ),
    deal("o1", "open", 50, created_on=date(2026, 7, 5), furthest_position=2, probability=0.36),
    deal(
        "o2",
        "open",
        80,
        created_on=date(2026, 8, 1),
        office_id="bj",
        rep_id="r2",
        stage_id="s3",
        furthest_position=3,
        probability=0.9,
    ),
    deal("p1", "paused", 70, created_on=date(2026, 8, 2), probability=0.36, **NO_OFFICE),
    deal("t1", "terminated", 30, created_on=date(2026, 5, 1), closed_on=date(2026, 8, 1), office_id="unmapped"),
]


def passage(opportunity_id: str, stage_id: str, left: str | None, outcome: str, days: int) -> dict[str, Any]:
    given = {"opportunity_id": opportunity_id, "stage_id": stage_id, "outcome": outcome, "active_days": days}
    return {
        **given,
        "left_on": left and date.fromisoformat(left),
        "office_id": "sh",
        "rep_id": "r1",
        "pipeline": "Main",
    }


def sale(sale_id: str, basis: str, sold: str, amount: float, rep: str, of: str | None) -> dict[str, Any]:
    given = {"sale_id": sale_id, "basis": basis, "amount": amount, "rep_id": rep, "opportunity_id": of}
    return {
        **given,
        "sold_on": date.fromisoformat(sold),
        "office_id": "sh" if rep == "r1" else "bj",
        "account_id": "a1",
    }


TABLES: dict[str, list[dict[str, Any]]] = {
    "regions": [*REGIONS, {"office_id": "unmapped", "office": "Unmapped", "region": "Unmapped", "region_zh": "未映射"}],
    "accounts": [
        {"account_id": "a1", "name": "Aster", "name_zh": "紫菀", "industry": "n/a"},
        {"account_id": "a2", "name": "Birch", "industry": "Clinics"},
    ],
    "competitors": [{"competitor_id": "c1", "name": "Corvus"}, {"competitor_id": "c2", "name": "Dorn"}],
    "opportunity_competitors": [
        {"opportunity_id": "w1", "competitor_id": "c1"},
        {"opportunity_id": "l1", "competitor_id": "c1"},
        {"opportunity_id": "l1", "competitor_id": "c2"},
    ],
    "opportunities": DEALS,
    "stage_passages": [
        passage("w1", "s1", "2026-07-05", "advanced", 4),
        passage("w1", "s2", "2026-07-10", "advanced", 5),
        passage("w1", "s3", "2026-07-21", "advanced", 11),
        passage("l1", "s1", "2026-07-12", "advanced", 10),
        passage("l1", "s2", "2026-08-10", "lost", 29),
        passage("o1", "s1", None, "open", 30),
    ],
    "sales": [
        sale("a", "booking", "2026-07-21", 60, "r1", "w1"),
        sale("b", "booking", "2026-07-21", 40, "r2", "w1"),
        sale("c", "invoice", "2026-08-05", 99, "r1", "w1"),
        sale("d", "booking", "2026-06-01", 7, "r2", None),
    ],
}


@pytest.fixture(scope="module")
def basics(make_lasting_company: MakeCompany) -> Database:
    return make_lasting_company(**TABLES)


@pytest.fixture
def read(basics: Database) -> Iterator[Database]:
    with reading(basics) as database:
        yield database


def ask(
    *measures: AnyMeasure, by: list[Dimension] | None = None, where: str = "", scope: Scope = EVERYTHING, **more: Any
) -> dict[Any, Any]:
    """The answer by the members' keys, a single measure's values plain."""
    frame = breakdown(*measures, by=by or [], slice_=Slice.from_search(where), scope=scope, **more)
    names = [dimension.name for dimension in by or []]
    values = [tuple(_plain(v) for v in row) for row in frame[[measure.name for measure in measures]].to_numpy()]
    values = [v[0] if len(v) == 1 else v for v in values]
    keys = [tuple(row) if len(names) > 1 else row[0] for row in frame[names].to_numpy()] if names else ["all"]
    return dict(zip(keys, values, strict=True))


def total(measure: AnyMeasure, where: str = "", **more: Any) -> Any:
    return ask(measure, where=where, **more)["all"]


def _plain(value: float) -> float | None:
    return None if value != value else round(float(value), 6)


TOTALS = {
    "opportunity_count": 5,  # all but w2 and t1
    "created_amount": 400,
    "open_count": 2,
    "open_amount": 130,
    "weighted_pipeline": 90,  # 50 x 0.36 + 80 x 0.9
    "won_count": 2,
    "won_amount": 400,
    "lost_count": 1,
    "lost_amount": 100,
    "decided_count": 3,
    "decided_amount": 500,
    "won_of_created": 1,  # w1; w2 was created in June
    "win_rate": 0.666667,
    "win_rate_amount": 0.8,
    "win_rate_cohort": 0.2,
    "average_won": 200,
    "velocity": 10,  # 3 decided x 2/3 x 200 / 40 days
    "cycle_days": 40,  # between 20 and 60
    "cycle_days_p75": 50,
    "cycle_active_days": 37.5,  # between 15 and 60
    "reached_count": 12,  # 5 + 4 + 2 + 1
    "reached_amount": 1010,
    "due_count": 16,  # 5 + 5 + 4 + 2
    "step_conversion": 0.75,
    "stage_exits": 5,
    "stage_advances": 4,
    "stage_success_rate": 0.8,
    "stage_days": 10,  # 4, 5, 10, 11, 29
    "stage_days_p75": 11,
    "sales_amount": 100,
    "sales_lines": 2,
    "no_decision_count": 0,
    "no_decision_amount": 0,
    "no_decision_share": 0,
    "rejected_count": 1,  # l1, on price
    "rejected_amount": 100,
    "contested_count": 3,
    "contested_amount": 500,
    "win_rate_contested": 0.666667,
    "win_rate_amount_contested": 0.8,
    "created_contested": 5,
    "win_rate_cohort_contested": 0.2,
    "undecided_of_created": 3,  # o1, o2 and p1
    "reasoned_count": 1,
    "closed_count": 4,  # w1, w2, l1 and t1
    "terminated_count": 1,
    "reviewed_count": 1,
    "review_share": 0.25,
    "idle_days": 9,
    "discount_sum": 0.4,
    "discounted_count": 2,
    "average_discount": 0.2,
}


def test_every_measure_has_its_case():
    assert set(TOTALS) == set(m.MEASURES)


@pytest.mark.usefixtures("read")
class TestMeasures:
    @pytest.mark.parametrize("name", TOTALS)
    def test_over_the_quarter(self, name):
        assert total(m.MEASURES[name]) == TOTALS[name]

    def test_all_at_once_say_the_same(self):
        assert ask(*m.MEASURES.values())["all"] == tuple(TOTALS[name] for name in m.MEASURES)

    def test_a_ratio_is_a_ratio_of_sums(self):
        assert ask(m.win_rate, by=[d.rep], where="rep=r1&rep=r2") == {"r1": 0.5, "r2": 1}
        assert total(m.win_rate, "rep=r1&rep=r2") == pytest.approx(2 / 3, abs=1e-6)

    def test_the_parts_of_a_ratio(self):
        frame = breakdown(m.win_rate, by=[d.rep], slice_=Slice(), scope=EVERYTHING, parts=True)
        assert frame[["rep", "win_rate_over", "win_rate_under"]].to_numpy().tolist() == [["r1", 1, 2], ["r2", 1, 1]]

    def test_nothing_decided_is_no_number_and_nothing_won_is_nought(self):
        nowhere = "region=Nowhere"
        assert ask(m.win_rate, m.won_count, m.won_amount, m.cycle_days, m.velocity, where=nowhere)["all"] == (
            None, 0, 0, None, None,
        )  # fmt: skip

    def test_amounts_that_were_never_written_down_are_no_win_rate(self, make_company):
        """Two won with amounts, one lost with nothing: 100 % would be a lie; with none lost it is the truth."""
        lost = deal("l", "lost", 0, rep_id="r1")
        with reading(make_company(opportunities=[deal("w", "won", 9), lost, deal("v", "won", 9, rep_id="r2")])):
            assert ask(m.win_rate_amount, m.win_rate, by=[d.rep]) == {"r1": (None, 0.5), "r2": (1, 1)}

    def test_reached_and_converted_stage_by_stage(self):
        """o1 stepped back from s2 and has reached it all the same; w1 has passed every stage."""
        assert ask(m.reached_count, m.due_count, m.step_conversion, m.reached_amount, by=[d.stage]) == {
            "s1": (5, 5, 1, 400),
            "s2": (4, 5, 0.8, 330),
            "s3": (2, 4, 0.5, 180),
            "s4": (1, 2, 0.5, 100),
        }

    def test_passages_stage_by_stage(self):
        assert ask(m.stage_exits, m.stage_success_rate, m.stage_days, m.stage_days_p75, by=[d.stage]) == {
            "s1": (2, 1, 7, 8.5),
            "s2": (2, 0.5, 17, 23),
            "s3": (1, 1, 11, 11),
        }

    def test_sales_have_a_basis(self):
        assert ask(m.sales_amount, by=[d.rep]) == {"r1": 60, "r2": 40}
        assert ask(m.sales_amount, by=[d.rep], where="basis=invoice") == {"r1": 99}
        assert total(m.sales_amount, "basis=receipt") == 0


@pytest.mark.usefixtures("read")
class TestMembers:
    def test_unassigned_and_unmapped_are_members_and_unassigned_comes_last(self):
        frame = breakdown(m.opportunity_count, by=[d.region], slice_=Slice(period="all"), scope=EVERYTHING)
        assert frame.to_numpy().tolist() == [
            ["East", "East", "华东", 3],
            ["North", "North", "华北", 2],
            ["Unmapped", "Unmapped", "未映射", 1],
            ["unassigned", "unassigned", "unassigned", 1],
        ]

    def test_a_member_without_a_chinese_name_reads_as_in_english(self):
        frame = breakdown(m.won_count, by=[d.account], slice_=Slice(), scope=EVERYTHING)
        assert frame.to_numpy().tolist() == [["a1", "Aster", "紫菀", 1], ["a2", "Birch", "Birch", 1]]

    def test_an_industry_called_na_is_a_member(self):
        assert ask(m.won_amount, by=[d.industry]) == {"Clinics": 300, "n/a": 100}

    def test_stages_come_in_their_order(self):
        frame = breakdown(m.opportunity_count, by=[d.stage], slice_=Slice(period="all"), scope=EVERYTHING)
        assert frame["stage_label"].tolist() == ["Potential", "Bidding", "Negotiation", "Signed"]

    def test_two_dimensions(self):
        assert ask(m.opportunity_count, by=[d.region, d.status]) == {
            ("East", "lost"): 1,
            ("East", "open"): 1,
            ("East", "won"): 1,
            ("North", "open"): 1,
            ("unassigned", "paused"): 1,
        }

    def test_two_levels_of_one_tree(self):
        assert ask(m.won_amount, by=[d.region, d.office]) == {("East", "sh"): 100, ("North", "bj"): 300}

    def test_only_members_that_have_something(self):
        assert ask(m.lost_count, by=[d.region]) == {"East": 1}
        assert ask(m.lost_count, m.lost_amount, by=[d.region], where="period=all") == {"East": (1, 100)}

    def test_one_key_spelled_in_two_ways_is_one_member(self, make_company):
        regions = [
            {"office_id": "a", "region": "East", "region_zh": "华东"},
            {"office_id": "b", "region": "East", "region_zh": None},
            {"office_id": "c", "region": "East", "region_zh": "东区"},
        ]
        deals = [deal(str(n), "won", 1, office_id=office) for n, office in enumerate("abc")]
        with reading(make_company(regions=regions, opportunities=deals)):
            assert ask(m.won_count, m.opportunity_count, m.cycle_days, by=[d.region]) == {"East": (3, 3, 40)}

    def test_positions_that_are_not_known_sort_last(self, make_company):
        deals = [deal("a", furthest_position=None), deal("b", furthest_position=10), deal("c", furthest_position=2)]
        with reading(make_company(opportunities=deals)):
            answer = ask(m.opportunity_count, m.open_count, by=[d.furthest])
        assert list(answer.items()) == [(2, (1, 1)), (10, (1, 1)), ("unassigned", (1, 1))]


@pytest.mark.usefixtures("read")
class TestTraps:
    def test_a_deal_with_two_competitors_counts_under_both_and_the_dimension_says_so(self):
        """Fan-out: three deals were decided, the members add up to four; the total is not touched."""
        assert ask(m.decided_count, m.win_rate, by=[d.competitor]) == {
            "c1": (2, 0.5),
            "c2": (1, 0),
            "unassigned": (1, 1),
        }
        assert total(m.decided_count) == 3
        assert not d.competitor.is_additive
        assert all(dimension.is_additive for dimension in d.DIMENSIONS.values() if dimension is not d.competitor)

    def test_restricting_by_competitors_counts_a_deal_once(self):
        both = Scope.only(competitor=["c1", "c2"])
        assert total(m.lost_amount, scope=both) == 100
        assert total(m.sales_amount, scope=both) == 100
        assert total(m.won_count, scope=Scope.only(competitor="unassigned")) == 1
        assert ask(m.lost_count, by=[d.competitor], scope=Scope.only(competitor="c2")) == {"c1": 1, "c2": 1}

    def test_two_facts_do_not_multiply_each_other(self):
        """Chasm: three sales lines and two won deals meet on the region after each was summed by itself."""
        both = ask(m.won_amount, m.sales_amount, m.stage_exits, by=[d.region])
        assert both == {"East": (100, 60, 5), "North": (300, 40, 0)}
        assert ask(m.won_amount, by=[d.region]) == {key: values[0] for key, values in both.items()}
        assert ask(m.sales_amount, by=[d.region]) == {key: values[1] for key, values in both.items()}

    def test_each_measure_goes_by_its_own_date(self):
        assert ask(m.opportunity_count, m.won_count, m.sales_lines, by=[d.month], where="period=all") == {
            date(2026, 5, 1): (1, 0, 0),
            date(2026, 6, 1): (1, 0, 1),
            date(2026, 7, 1): (3, 2, 2),
            date(2026, 8, 1): (2, 0, 0),
        }

    def test_a_mean_of_probabilities_is_not_used(self):
        assert total(m.weighted_pipeline) != total(m.open_amount) * (0.36 + 0.9) / 2

    def test_money_is_exact(self, make_company):
        with reading(make_company(opportunities=[deal(str(n), "won", 0.1) for n in range(10)])):
            assert total(m.won_amount) == 1


@pytest.mark.usefixtures("read")
class TestFilters:
    @pytest.mark.parametrize(
        ("where", "count"),
        [
            ("rep=r1", 3),
            ("rep=Zhou Ming", 3),
            ("rep=r1&rep=He Lan", 4),
            ("rep=unassigned", 1),
            ("rep=r1&rep=unassigned", 4),
            ("rep=!r1", 2),
            ("rep=!Zhou Ming", 2),
            ("rep=!unassigned", 4),
            ("rep=!r1&rep=!unassigned", 1),
            ("rep=r1&rep=!r1", 0),
            ("region=East&status=open", 1),
            ("manager=m", 4),
            ("office=sh&region=North", 0),
            ("furthest=2", 2),
            ("furthest=!2", 3),
            ("furthest=two", 0),
            ("furthest=99999999999999999999", 0),
            ("region='; DROP TABLE opportunities; --", 0),
            ("region=%25", 0),
        ],
    )
    def test_by_key_by_name_and_by_exclusion(self, where, count):
        assert total(m.opportunity_count, where) == count

    @pytest.mark.parametrize(
        ("where", "exits", "sold"),
        [("status=won", 3, 100), ("status=!won", 2, 0), ("close_reason=Price", 2, 0), ("furthest=4", 3, 100)],
    )
    def test_what_a_fact_has_not_got_its_deals_have(self, where, exits, sold):
        assert ask(m.stage_exits, m.sales_amount, where=where)["all"] == (exits, sold)

    def test_extra_restrictions_are_keys_of_members(self):
        assert total(m.won_amount, extra=[("region", "North")]) == 300
        assert total(m.won_amount, extra=[("region", ["North", "East"])]) == 400
        assert total(m.won_amount, extra=[("month", "2026-07-01")]) == 400
        assert total(m.won_amount, extra=[("year", "2026")]) == 400
        assert total(m.won_amount, extra=[("month", "in July")]) == 0
        assert total(m.won_amount, extra=[("year", "9" * 30)]) == 0


@pytest.mark.usefixtures("read")
class TestRefusals:
    def test_a_dimension_the_fact_has_not_got(self):
        with pytest.raises(CannotAnswer, match=r"sales_amount counts sales, which have no stage. It goes by: .*region"):
            ask(m.sales_amount, by=[d.stage])

    @pytest.mark.parametrize("when", [d.month, d.quarter, d.year])
    def test_a_balance_belongs_to_no_period(self, when):
        with pytest.raises(CannotAnswer, match=f"open_amount is a balance .* belongs to no {when.name}; .*won_amount"):
            ask(m.open_amount, by=[when])
        with pytest.raises(CannotAnswer, match=f"belong to no {when.name}"):
            ask(m.open_amount, extra=[(when.name, "2026-07-01")])

    def test_two_facts_that_cannot_meet(self):
        with pytest.raises(CannotAnswer, match="sales_amount counts sales, which have no status"):
            ask(m.won_amount, m.sales_amount, by=[d.status])


def test_periods_are_fiscal(make_company):
    """Closed on 31 March and on 1 April, in a company whose year begins in April."""
    deals = [
        deal("a", "won", 10, created_on=date(2026, 1, 1), closed_on=date(2026, 3, 31)),
        deal("b", "won", 20, created_on=date(2026, 1, 1), closed_on=date(2026, 4, 1)),
    ]
    with reading(make_company(opportunities=deals, first_month=4)):
        assert ask(m.won_amount, by=[d.year], where="period=all") == {2026: 10, 2027: 20}
        assert ask(m.won_amount, by=[d.quarter], where="period=all") == {date(2026, 1, 1): 10, date(2026, 4, 1): 20}
        assert total(m.won_amount, "period=2027") == total(m.won_amount, "period=2027Q1") == 20
        assert total(m.won_amount, "period=2026Q4") == 10


def test_all_time_leaves_out_nothing_not_even_what_has_no_date(make_company):
    with reading(make_company(opportunities=[deal("a", "won", 10, closed_on=None), deal("b", "won", 5)])):
        assert total(m.won_amount, "period=all") == 15
        assert ask(m.won_amount, by=[d.year], where="period=all") == {2026: 5, None: 10}
        assert total(m.won_amount, "period=2026") == 5


def test_an_empty_company(make_company):
    with reading(make_company()):
        for measure in m.MEASURES.values():
            assert total(measure) == (0 if measure.additive else None)
            assert ask(measure, by=[d.region]) == {}
        assert ask(m.won_amount, m.sales_amount, m.opportunity_count, by=[d.year, d.account], where="period=all") == {}


def test_rows_that_say_nothing_at_all(make_company):
    nothing = {"opportunity_id": "x"}
    with reading(make_company(opportunities=[nothing, {"opportunity_id": "y", "status": "open"}])):
        assert ask(m.opportunity_count, m.open_count, m.open_amount, m.won_count, where="period=all")["all"] == (
            2,
            1,
            0,
            0,
        )
        assert ask(m.opportunity_count, by=[d.region], where="period=all&region=!East") == {"unassigned": 2}
        assert ask(m.opportunity_count, by=[d.year], where="period=all") == {None: 2}
