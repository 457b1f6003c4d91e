"""What the planning page asks, of the tiny company in `tests.queries.planned`: every number by hand.

As of 27 August 2026. The history begins in July 2025, so nobody has the two years that growth is measured over, and
months are expected as a year before; July and August 2026 are known, four of August's 31 days are to come.

| member     | sold Q3 2025   | sold Q3 2026   | rest of August       | September | landing            |
|------------|----------------|----------------|----------------------|-----------|--------------------|
| r1         | 200 (July)     | 300 + 60 = 360 | 0 of Aug 2025        | 0         | 360                |
| r2         | 20 + 1000      | 40+50-20 = 70  | 1020 x 4/31          | 0         | 70 + 131.61        |
| r3         | 30             | 0              | 30 x 4/31            | 0         | 3.87               |
| unassigned | 0              | 10             | mean of whole months | 0         | 10                 |

300 of 400 decided were won: the win rate by amount is 75 %. r1 has 100 open in the quarter (o1; o3 closes in October),
r2 has 50 (o2, overdue): within reach are 360 + 75 and 70 + 37.50.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from planning.adjustments import Adjustment
from planning.plan import Node
from planning.replay import adjusted
from planning.rights import Planner
from planning.scenarios import Scenarios
from queries import planning as q
from queries import plans
from queries.engine import Database, current, reading
from queries.plan_sales import average_deal, landing_by, open_by, sold_by_month, whole_period, win_share
from queries.plans import Opened
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.planned import COMPANY, NORTH, OPEN, PLAN, Q3, R1, R2, sale
from tests.rows import deal, due, with_targets

DECIDED = [deal("w", "won", 300, closed_on=date(2026, 3, 2)), deal("l", "lost", 100, closed_on=date(2026, 3, 3))]
TABLES = {**COMPANY, "opportunities": [*OPEN, *DECIDED]}
LAST_Q3 = (date(2025, 7, 1), date(2025, 9, 30))
PLAN_BEFORE = (2025, [due(*LAST_Q3, 240, **R1), due(*LAST_Q3, 120, **R2)])
REST = 1020 * 4 / 31


@pytest.fixture(scope="module")
def planned(make_lasting_company: MakeCompany) -> Database:
    return with_targets(make_lasting_company(**TABLES), PLAN_BEFORE, PLAN)


@pytest.fixture
def read(planned: Database) -> Iterator[Database]:
    with reading(planned) as database:
        yield database


def at(where: str = "") -> Slice:
    return Slice.from_search(where)


def opened(where: str = "") -> Opened:
    found = plans.opened(at(where), scope=EVERYTHING)
    assert found is not None
    return found


def changed(*made: Adjustment) -> Opened:
    """The version in force with some changes, beside itself."""
    found, plan = opened(), opened().plan
    for one in made:
        plan = adjusted(plan, one)
    return replace(found, plan=plan)


def plane(shown: Opened, name: str) -> int:
    found = shown.plan.index(name)
    assert found is not None
    return found


def rows(shown: Opened | None = None, where: str = "", *, by: str = "rep", level: str = "rep") -> pd.DataFrame:
    """The rows of a level, by key."""
    shown, slice_ = shown or opened(where), at(where)
    node = q.node_of(slice_, EVERYTHING)
    found = q.plan_rows(shown, slice_, scope=EVERYTHING, at=plane(shown, level), by=by, node=node)
    return found.set_index("key")


MORE_FOR_R1 = Adjustment(
    "scale", "rep", node=Node(starts_on=Q3[0], ends_on=Q3[1]), by="rep", members=("r1",), share=Decimal("0.1")
)
LOCK_R2 = Adjustment("lock", "rep", node=Node(starts_on=Q3[0], ends_on=Q3[1]), by="rep", members=("r2",))


@pytest.mark.usefixtures("read")
class TestWholePeriod:
    def test_a_period_to_date_is_planned_to_its_end(self) -> None:
        period = whole_period(at())
        assert (period.start, period.end, period.whole_end) == (*Q3, Q3[1])

    def test_all_time_becomes_the_fiscal_year(self) -> None:
        period = whole_period(at("period=all"))
        assert (period.kind, period.start, period.whole_end) == ("year", date(2026, 1, 1), date(2026, 12, 31))

    def test_a_month_is_a_month(self) -> None:
        assert (whole_period(at("period=2026-08")).start, whole_period(at("period=2026-08")).end) == (
            date(2026, 8, 1),
            date(2026, 8, 31),
        )


def test_the_fiscal_year_of_all_time_begins_where_the_company_says(make_company: MakeCompany) -> None:
    with reading(make_company(first_month=4, **TABLES)):
        period = whole_period(at("period=all"))
        assert (period.start, period.whole_end) == (date(2026, 4, 1), date(2027, 3, 31))


@pytest.mark.usefixtures("read")
class TestNode:
    def test_without_filters_it_is_the_period(self) -> None:
        assert q.node_of(at(), EVERYTHING) == Node(starts_on=Q3[0], ends_on=Q3[1])

    def test_members_by_key_and_by_name_are_the_same_cells(self) -> None:
        shown = opened()
        for where in ("rep=r1", "rep=Zhou+Ming"):
            node = q.node_of(at(where), EVERYTHING)
            assert shown.plan.total(plane(shown, "rep"), node) == 330 * 10_000, where

    def test_without_a_member_are_all_others(self) -> None:
        shown, node = opened(), q.node_of(at("rep=!r1"), EVERYTHING)
        assert shown.plan.total(plane(shown, "rep"), node) == (198 + 132) * 10_000

    def test_two_members(self) -> None:
        shown, node = opened(), q.node_of(at("rep=r1&rep=r4"), EVERYTHING)
        assert shown.plan.total(plane(shown, "rep"), node) == (330 + 132) * 10_000

    def test_a_viewer_is_held_to_their_part(self) -> None:
        north = Scope.only(region="North")
        assert dict(q.node_of(at(), north).members) == {"region": ("North",)}
        assert dict(q.node_of(at("region=East"), north).members) == {"region": ()}
        shown = opened()
        assert shown.plan.total(plane(shown, "rep"), q.node_of(at("region=East"), north)) == 0


@pytest.mark.usefixtures("read")
class TestLevels:
    def levels(self, where: str = "", shown: Opened | None = None) -> tuple[str, list[str]] | None:
        shown = shown or opened()
        found = q.levels_of(shown.plan, at(where), q.node_of(at(where), EVERYTHING))
        return None if found is None else (shown.plan.planes[found[0]].name, found[1])

    def test_regions_and_their_reps(self) -> None:
        assert self.levels() == ("rep", ["region", "rep"])

    def test_one_region_is_no_level_of_its_own(self) -> None:
        assert self.levels("region=East") == ("rep", ["rep"])

    def test_time_goes_through_the_highest_plan(self) -> None:
        assert self.levels("tree=time") == ("company", ["quarter", "month"])
        assert self.levels("tree=time&region=East") == ("region", ["quarter", "month"])

    def test_a_way_that_no_plan_goes(self) -> None:
        assert self.levels("tree=product") is None
        assert self.levels("tree=time&product=p1") is None


@pytest.mark.usefixtures("read")
class TestPlanRows:
    def test_targets_and_their_order(self) -> None:
        found = rows()
        assert found["proposed"].dropna().to_dict() == {"r1": 330, "r2": 198, "r4": 132}
        assert found.index.tolist()[:3] == ["r1", "r2", "r4"]
        assert found["change"].dropna().tolist() == [0, 0, 0]

    def test_members_without_targets_come_after_and_nobody_last(self) -> None:
        found = rows()
        assert found.index.tolist()[3:] == ["r3", "unassigned"]
        assert found.loc[["r3", "unassigned"], ["proposed", "in_force", "change"]].isna().all(axis=None)

    def test_labels_in_both_languages(self) -> None:
        found = rows()
        assert (found.loc["r3", "label"], found.loc["r3", "label_zh"]) == ("Wu Gang", "吴刚")

    def test_a_change_and_its_share(self) -> None:
        found = rows(changed(MORE_FOR_R1))
        assert found.loc["r1", ["proposed", "in_force", "change"]].tolist() == [363, 330, 33]
        assert found.loc["r1", "change_share"] == pytest.approx(0.1)
        assert found.loc["r2", "change"] == 0

    def test_locks(self) -> None:
        assert rows(changed(LOCK_R2))["locked"].to_dict() == {
            "r1": False,
            "r2": True,
            "r4": False,
            "r3": False,
            "unassigned": False,
        }
        by_region = rows(changed(LOCK_R2), by="region")
        assert not by_region["locked"].any()  # r4 of the North is free

    def test_sales_so_far_and_last_year(self) -> None:
        found = rows()
        assert found["actual"].to_dict() == {"r1": 360, "r2": 70, "r4": 0, "r3": 0, "unassigned": 10}
        assert found["last_year"].to_dict() == {"r1": 200, "r2": 1020, "r4": 0, "r3": 30, "unassigned": 0}

    def test_shares_of_the_parent(self) -> None:
        found = rows()
        assert found.loc["r1", "mtd"] == pytest.approx(60 / 160)
        assert found.loc["r1", "qtd"] == pytest.approx(360 / 440)
        assert found.loc["r2", "ytd"] == pytest.approx(70 / 440)
        assert found.loc["r4", "ytd"] == 0

    def test_where_they_land(self) -> None:
        found = rows()
        assert found.loc["r1", "landing"] == 360
        assert found.loc["r2", "landing"] == pytest.approx(70 + REST)
        assert found.loc["r3", "landing"] == pytest.approx(30 * 4 / 31)
        assert found.loc["unassigned", "landing"] == 10
        assert found.loc["r1", "landing_share"] == pytest.approx(360 / 330 - 1)

    def test_what_is_within_reach(self) -> None:
        found = rows()
        assert found["open_amount"].to_dict() == {"r1": 100, "r2": 50, "r4": 0, "r3": 0, "unassigned": 0}
        assert found.loc["r1", "reach"] == 435
        assert found.loc["r2", "reach"] == 107.5
        assert found.index[found["is_out_of_reach"]].tolist() == ["r4"]

    def test_out_of_reach_begins_beyond_five_percent(self) -> None:
        """r1 reaches 435: 456.75 is five per cent more, and still within."""

        def asked(amount: str) -> bool:
            set_r1 = replace(MORE_FOR_R1, operation="set", share=None, amounts=(Decimal(amount),))
            return bool(rows(changed(set_r1)).loc["r1", "is_out_of_reach"])

        assert not asked("456.75")
        assert asked("456.76")

    def test_a_period_to_come_says_nothing_of_reach(self) -> None:
        found = rows(where="period=2026-10-01..2026-12-31")
        assert found["reach"].isna().all()
        assert not found["is_out_of_reach"].any()
        assert found["proposed"].isna().all()

    def test_growth_is_on_all_of_last_year(self) -> None:
        assert rows().loc["r1", "growth"] == pytest.approx(330 / 200 - 1)
        assert pd.isna(rows().loc["r4", "growth"])

    def test_regions_are_sums_of_their_reps(self) -> None:
        found = rows(by="region")
        assert found["proposed"].dropna().to_dict() == {"East": 330, "North": 330}
        assert found.loc["North", "actual"] == 70
        assert found.loc["North", "last_year"] == 1050

    def test_a_filter_narrows_sales_and_targets_alike(self) -> None:
        found = rows(where="region=North")
        assert found["proposed"].dropna().to_dict() == {"r2": 198, "r4": 132}
        assert "r1" not in found.index

    def test_another_basis(self) -> None:
        assert rows(where="basis=invoice")["actual"].to_dict().get("r1") == 77

    def test_months_in_their_order(self) -> None:
        """The quarter's 66 working days are 23, 21 and 22; the company's 660 spread over them."""
        found = rows(where="tree=time", by="month", level="company")
        assert found["proposed"].to_dict() == {"2026-07-01": 230, "2026-08-01": 210, "2026-09-01": 220}
        assert found["actual"].tolist() == [280, 160, 0]
        assert found["last_year"].tolist() == [200, 1050, 0]
        assert found["landing"].tolist() == pytest.approx([280, 160 + 1050 * 4 / 31, 0])
        assert found[["mtd", "reach"]].isna().all(axis=None)

    def test_a_quarter(self) -> None:
        found = rows(where="tree=time", by="quarter", level="company")
        assert found["proposed"].to_dict() == {"2026-07-01": 660}
        assert found.loc["2026-07-01", "actual"] == 440

    def test_an_earlier_day_knows_nothing_of_later_sales(self) -> None:
        """On 15 August d, of the 20th, is not sold yet."""
        found = rows(where="as_of=2026-08-15")
        assert found.loc["r2", "actual"] == 20


@pytest.mark.usefixtures("read")
class TestSales:
    def test_every_month_has_a_column(self) -> None:
        table = sold_by_month(at(), scope=EVERYTHING, by="rep")
        assert (table.columns[0], table.columns[-1], len(table.columns)) == ("2025-07-01", "2026-08-01", 14)
        assert table.loc["r1"].sum() == 560

    def test_the_viewer_sees_their_own(self) -> None:
        assert set(sold_by_month(at(), scope=Scope.only(region="East"), by="rep").index) == {"r1"}

    def test_landing_by_member_is_that_of_the_rows(self) -> None:
        assert landing_by(at(), scope=EVERYTHING, by="rep")["r2"] == pytest.approx(70 + REST)

    def test_open_deals_of_the_period(self) -> None:
        assert open_by(at(), scope=EVERYTHING, by="") == {"": 150}
        assert open_by(at(), scope=EVERYTHING, by="rep") == {"r1": 100, "r2": 50}
        assert open_by(at("period=2026-10-01..2026-12-31"), scope=EVERYTHING, by="") == {"": 70}

    def test_overdue_deals_count_in_a_period_that_runs_alone(self) -> None:
        assert open_by(at("period=2026-08"), scope=EVERYTHING, by="") == {"": 50}
        assert open_by(at("period=2026-07"), scope=EVERYTHING, by="") == {"": 50}  # due on 1 July, in that month
        assert open_by(at("period=2026-06"), scope=EVERYTHING, by="") == {"": 0}

    def test_win_rate_by_amount_is_the_company_s(self) -> None:
        assert win_share(at("region=North"), scope=EVERYTHING) == 0.75

    def test_average_deal(self) -> None:
        assert average_deal(at(), scope=EVERYTHING) == 300
        assert pd.isna(average_deal(at("region=North"), scope=EVERYTHING))


@pytest.mark.usefixtures("read")
class TestMonths:
    def test_the_fiscal_year_by_month(self) -> None:
        shown, slice_ = changed(MORE_FOR_R1), at()
        node = q.node_of(slice_, EVERYTHING)
        found = q.months_of(shown, slice_, scope=EVERYTHING, at=plane(shown, "rep"), node=node).set_index("key")
        assert found.index.tolist() == [f"2026-{month:02}-01" for month in range(1, 13)]
        assert found["proposed"].sum() == 693
        assert found["in_force"].sum() == 660
        assert found["proposed"].notna().sum() == 3
        assert found.loc["2026-08-01", "actual"] == 160
        assert pd.isna(found.loc["2026-09-01", "actual"])
        assert found.loc["2026-08-01", "previous"] == 1050
        assert pd.isna(found.loc["2026-01-01", "previous"])  # before the first month of the data


@pytest.mark.usefixtures("read")
class TestLastYear:
    def test_targets_of_the_same_months_a_year_before(self) -> None:
        node = q.node_of(at(), EVERYTHING)
        assert q.targets_last_year(at(), node, "rep", "rep") == {"r1": 240, "r2": 120}

    def test_months_stand_for_those_of_this_year(self) -> None:
        found = q.targets_last_year(at(), q.node_of(at(), EVERYTHING), "month", "rep")
        assert list(found) == ["2026-07-01", "2026-08-01", "2026-09-01"]
        assert sum(found.values()) == pytest.approx(360)

    def test_a_level_or_a_year_that_there_was_not(self) -> None:
        node = q.node_of(at(), EVERYTHING)
        assert q.targets_last_year(at(), node, "region", "region") == {}
        before = at("period=2025-07-01..2025-09-30")
        assert q.targets_last_year(before, q.node_of(before, EVERYTHING), "rep", "rep") == {}


@pytest.mark.usefixtures("read")
class TestOutlook:
    def test_it_lands_where_the_page_says(self) -> None:
        """130 are to come at 75 %: the 150 open are enough for 112.50, deals still to come bring 17.50."""
        found = q.outlook(at(), scope=EVERYTHING, proposed=660, actual=440, landing=570)
        assert found is not None
        assert (found.open_amount, found.win_rate, found.average_deal) == (150, 0.75, 300)
        assert found.coming_deals == pytest.approx(17.5 / (300 * 0.75))
        assert found.landing == pytest.approx(570)

    def test_open_deals_beyond_the_trend_are_not_counted_on(self) -> None:
        found = q.outlook(at(), scope=EVERYTHING, proposed=660, actual=440, landing=485)
        assert found is not None
        assert (found.open_amount, found.coming_deals, found.landing) == (60, 0, 485)

    def test_nothing_of_a_period_that_is_over(self) -> None:
        numbers = {"proposed": 660.0, "actual": 440.0, "landing": 440.0}
        assert q.outlook(at("period=2026-07"), scope=EVERYTHING, **numbers) is None


def test_nothing_without_a_deal_won_to_judge_by(make_company: MakeCompany) -> None:
    with reading(make_company(**COMPANY)):
        assert q.outlook(at(), scope=EVERYTHING, proposed=660, actual=440, landing=570) is None


@pytest.mark.usefixtures("read")
class TestEntered:
    def test_the_last_amount_of_each_member(self) -> None:
        viewer = Planner("Mei Lan")
        targets = current().targets
        assert targets is not None
        found = Scenarios(targets.ledger)
        made = found.begin(2, name="Stretch", viewer=viewer).version_id
        for amounts in ([("r1", Decimal(300)), ("r2", Decimal(150))], [("r1", Decimal(320))]):
            found.enter(made, "rep", amounts, Q3, viewer=viewer)
        slice_ = at(f"plan={made}")
        node = q.node_of(slice_, EVERYTHING)
        assert q.entered(slice_, "rep", node) == {"r1": 320, "r2": 150}
        assert q.entered(slice_, "region", node) == {}
        other = at(f"plan={made}&period=2026-10-01..2026-12-31")
        assert q.entered(other, "rep", q.node_of(other, EVERYTHING)) == {}

    def test_a_version_has_none(self) -> None:
        assert q.entered(at(), "rep", q.node_of(at(), EVERYTHING)) == {}


def two_years() -> list[dict[str, Any]]:
    """100 a month in 2024, 110 in 2025, 121 in the months of 2026 until July; 60 in August so far."""
    found = []
    for year, amount, months in ((2024, 100, 12), (2025, 110, 12), (2026, 121, 7)):
        found += [sale(f"{year}-{month}", date(year, month, 5), amount) for month in range(1, months + 1)]
    return [*found, sale("now", date(2026, 8, 5), 60)]


class TestProposedByHistory:
    def test_a_year_that_has_begun_is_proposed_from_before_it(self, make_company: MakeCompany) -> None:
        with reading(make_company(sales=two_years())):
            assert dict(q.proposal(at(), scope=EVERYTHING, method="last_year") or []) == {
                f"2026-{month:02}-01": 110 for month in range(1, 13)
            }

    def test_next_year_is_proposed_from_all_whole_months(self, make_company: MakeCompany) -> None:
        """August is not over: the last twelve whole months are August 2025 to July 2026."""
        with reading(make_company(sales=two_years())):
            found = dict(q.proposal(at("period=2027"), scope=EVERYTHING, method="last_year") or [])
            assert list(found) == [f"2027-{month:02}-01" for month in range(1, 13)]
            assert sum(found.values()) == pytest.approx(7 * 121 + 5 * 110)
            assert found["2027-03-01"] == 121
            assert found["2027-10-01"] == 110

    def test_no_history_proposes_nothing(self, make_company: MakeCompany) -> None:
        with reading(make_company()):
            assert all(one.months is None for one in q.proposed_by_history(at(), scope=EVERYTHING))
            assert q.proposal(at(), scope=EVERYTHING, method="seasonal") is None
            assert q.proposal(at(), scope=EVERYTHING, method="by_feeling") is None

    def test_growth_of_two_years_moves_the_projection(self, make_company: MakeCompany) -> None:
        """Until July 7 x 121 + 5 x 110 = 1397, the twelve before 7 x 110 + 5 x 100 = 1270: a tenth more.

        September is 110 x 1.1 = 121; of August 4 of 31 days of 121 are to come.
        """
        with reading(make_company(sales=two_years())):
            landing = landing_by(at(), scope=EVERYTHING, by="rep")["r1"]
            assert landing == pytest.approx(121 + 60 + 121 * 4 / 31 + 121)


def test_an_empty_company_has_rows_of_targets_alone(make_company: MakeCompany) -> None:
    with reading(with_targets(make_company(), (2026, [due(*Q3, 100, **R1), due(*Q3, 50, **NORTH)]))):
        found = rows()
        assert found["proposed"].to_dict() == {"r1": 100}
        assert found[["actual", "last_year", "landing", "open_amount"]].to_numpy().tolist() == [[0, 0, 0, 0]]
