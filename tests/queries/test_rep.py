"""The reps page's questions, over the company of `rep_company`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from queries import rep as r
from queries import slipping as s
from queries.engine import Database, reading
from queries.options import members
from queries.peers import against_peers, peers, sales_mix, stages_against_peers
from queries.periods import months_later
from queries.proportions import wilson
from queries.row_list import total_behind
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.rep_company import LEFT, MOVED, tables, targets


@pytest.fixture
def company(make_company: MakeCompany, tmp_path: Path) -> Iterator[Database]:
    made = make_company(**tables())
    database = replace(made, targets=targets(tmp_path))
    with reading(database):
        yield database
    assert database.targets is not None
    database.targets.ledger.close()


AUGUST = Slice(period="2026-08").with_option("spread", "linear")
EAST, NORTH = Scope.only(region="East"), Scope.only(region="North")


def of(rep: str, slice_: Slice = AUGUST) -> Slice:
    return slice_.with_filter("rep", [rep])


@pytest.mark.usefixtures("company")
class TestWho:
    @pytest.mark.parametrize(
        ("values", "found"),
        [(["a"], "a"), (["Rep a"], "a"), ([], None), (["a", "b"], None), (["!a"], None), (["unassigned"], None)],
    )
    def test_one_rep_and_no_other_filter_is_a_rep(self, values: list[str], found: str | None) -> None:
        assert r.rep_of(AUGUST.with_filter("rep", values), scope=EVERYTHING) == found

    def test_a_rep_without_rows_in_the_scope_is_nobody(self) -> None:
        assert r.rep_of(of("n"), scope=EAST) is None
        assert r.rep_of(of("n"), scope=NORTH) == "n"

    def test_who_has_sales_but_no_deals_can_be_chosen_too(self) -> None:
        found = members("rep", scope=EVERYTHING).set_index("key")
        assert found.loc["x", "rows"] == 1 and found.loc["a", "rows"] == 9  # a sale; deals
        assert r.rep_of(of("x"), scope=EVERYTHING) == "x"

    def test_who_moved_is_where_the_last_move_led(self) -> None:
        y = r.facts("y", of("y"), scope=EVERYTHING)
        assert (y.label, y.manager, y.office_label_zh, y.region, y.since, y.moved_on) == (
            "Rep y", "m", "上海", "East", MOVED, MOVED,
        )  # fmt: skip

    def test_before_the_move_nobody_knows_of_it(self) -> None:
        y = r.facts("y", replace(of("y"), as_of=MOVED - timedelta(days=1)), scope=EVERYTHING)
        assert (y.region, y.moved_on) == ("North", None)

    def test_a_scope_sees_the_stays_in_it_and_no_others(self) -> None:
        y = r.facts("y", of("y"), scope=NORTH)
        assert (y.region, y.office, y.moved_on) == ("North", "bj", None)
        assert r.facts("a", of("a"), scope=NORTH) is None
        assert r.facts("nobody", of("a"), scope=EVERYTHING) is None

    def test_who_has_left_is_said_from_that_day_on(self) -> None:
        on, before = (r.facts("x", replace(of("x"), as_of=day), scope=EVERYTHING) for day in (LEFT, date(2026, 7, 31)))
        assert (on.left_on, before.left_on) == (LEFT, None)

    def test_without_recorded_stays_the_present_office_is_home(self) -> None:
        c = r.facts("c", of("c"), scope=EVERYTHING)
        assert (c.office, c.region, c.since) == ("nj", "East", date(2020, 1, 1))


@pytest.mark.usefixtures("company")
class TestPeers:
    def test_the_reps_who_are_in_the_region_now(self) -> None:
        found = peers(of("a"), scope=EVERYTHING, rep="a")
        assert (found.region, found.label_zh, found.keys) == ("East", "华东", ("b", "c", "e", "y"))

    def test_before_the_move_and_the_leaving(self) -> None:
        assert peers(replace(of("a"), as_of=date(2026, 7, 31)), scope=EVERYTHING, rep="a").keys == ("b", "c", "e", "x")

    def test_one_who_left_or_moved_is_compared_in_the_last_region(self) -> None:
        assert peers(of("x"), scope=EVERYTHING, rep="x").keys == ("a", "b", "c", "e", "y")
        assert peers(of("y"), scope=EVERYTHING, rep="y").keys == ("a", "b", "c", "e")
        assert peers(of("y"), scope=NORTH, rep="y").keys == ("n",)

    def test_the_way_down_to_the_rep_does_not_narrow_the_peers(self) -> None:
        drilled = of("a").with_filter("office", ["sh"]).with_filter("manager", ["m"]).with_filter("region", ["East"])
        assert peers(drilled, scope=EVERYTHING, rep="a").keys == ("b", "c", "e", "y")
        found = stages_against_peers(drilled, scope=EVERYTHING, rep="a").iloc[0]
        assert (found.peer_count, found.peer_rate) == (3, 0.7)

    def test_key_numbers(self) -> None:
        """On 27 August 270 of 310 are due; peers with targets or sales are b, c, e and y, who has no target."""
        found = against_peers(of("a"), scope=EVERYTHING, rep="a")
        assert found["value"].to_dict() == pytest.approx(
            {"actual": 100, "pace": 100 / 270, "landing": 100 * 31 / 27, "win_rate": 0.25, "open_amount": 310,
             "cycle_days": 99}
        )  # fmt: skip
        assert found["peers"].to_dict() == pytest.approx(
            # sold 90, 200, 310, 400; paces 200/270, 310/270, 400/270; landings 90, 200, 310, 400 times 31/27; 5, 6, 8
            # of ten (9 of 9 are too few); open 0, 0, 0, 1000; days 5 x 20, 6 x 30, 8 x 40, 9 x 50: the middle of 28
            {"actual": 255, "pace": 310 / 270, "landing": 255 * 31 / 27, "win_rate": 0.6, "open_amount": 0,
             "cycle_days": 40}
        )  # fmt: skip
        assert found["peer_count"].to_dict() == {
            "actual": 4, "pace": 3, "landing": 4, "win_rate": 3, "open_amount": 4, "cycle_days": 4,
        }  # fmt: skip
        assert found.loc["win_rate", "cases"] == 4

    def test_two_peers_have_no_median(self) -> None:
        without = of("a").with_option("basis", "booking")
        scope = Scope.only(office=["sh"])
        found = against_peers(without, scope=scope, rep="a")
        assert found.loc["actual", "peer_count"] == 2  # b and y
        assert found["peers"].isna().all()


@pytest.mark.usefixtures("company")
class TestStages:
    def test_a_stage_beside_the_peers_median(self) -> None:
        """The peers with ten exits moved on 6, 7 and 8 of ten, in 10, 30 and 20 days; y left s1 nine times only."""
        s1 = stages_against_peers(of("a"), scope=EVERYTHING, rep="a").iloc[0]
        assert (s1.stage, s1.exits, s1.rate, s1.days, s1.exit_amount) == ("s1", 20, 0.25, 40, 2000)
        assert (s1.peer_count, s1.peer_rate, s1.peer_days) == (3, 0.7, 20)
        assert (s1.gap, s1.worth) == (pytest.approx(0.45), pytest.approx(900))
        assert (s1.low, s1.high) == (pytest.approx(0.1119, abs=1e-4), pytest.approx(0.4687, abs=1e-4))

    def test_a_stage_that_one_peer_alone_left_has_no_median(self) -> None:
        s2 = stages_against_peers(of("a"), scope=EVERYTHING, rep="a").iloc[1]
        assert (s2.stage, s2.exits, s2.peer_count) == ("s2", 0, 1)
        assert s2[["rate", "low", "high", "days", "peer_rate", "gap", "worth"]].isna().all()

    def test_of_the_last_twelve_months_alone(self) -> None:
        later = replace(of("a"), as_of=date(2026, 5, 31))
        assert stages_against_peers(later, scope=EVERYTHING, rep="a")["exits"].sum() == 0

    @pytest.mark.parametrize(
        ("over", "under", "low", "high"),
        [(0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1)],
    )
    def test_wilson(self, over: float, under: float, low: float, high: float) -> None:
        assert wilson(over, under) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))

    def test_no_cases_no_interval(self) -> None:
        assert all(end != end for end in wilson(0, 0))


@pytest.mark.usefixtures("company")
class TestRanked:
    def test_furthest_behind_first_then_who_has_no_target(self) -> None:
        found = r.reps_ranked(AUGUST, scope=EVERYTHING)
        assert found["rep"].tolist() == ["n", "a", "b", "c", "e", "y"]  # x sold nothing in August
        a = found.iloc[1]
        assert (a.actual, a.target, a.variance, a.open_amount, a.decided_count) == (
            100, 310, pytest.approx(-170), 310, 4,
        )  # fmt: skip
        assert (a.win_rate, a.region_label_zh) == (0.25, "华东")

    def test_who_is_new_moved_or_gone_is_marked(self) -> None:
        found = r.reps_ranked(replace(AUGUST, period="2026Q3"), scope=EVERYTHING).set_index("rep")
        marks = {mark: found.index[found[mark]].tolist() for mark in ("is_new", "has_moved", "has_left")}
        assert marks == {"is_new": ["e"], "has_moved": ["y"], "has_left": ["x"]}

    def test_a_scope_ranks_its_own(self) -> None:
        assert r.reps_ranked(AUGUST, scope=NORTH)["rep"].tolist() == ["n"]

    def test_open_deals_alone_are_reason_enough_to_be_there(self) -> None:
        found = r.reps_ranked(Slice(period="2026-06").with_option("basis", "receipt"), scope=EVERYTHING)
        assert {"a", "b", "n"} <= set(found["rep"])


@pytest.mark.usefixtures("company")
class TestMonths:
    def test_of_the_fiscal_year(self) -> None:
        found = r.months(of("a"), scope=EVERYTHING).set_index("month")
        assert len(found) == 12 and found.index[0] == date(2026, 1, 1)
        july, august, september = (found.loc[date(2026, month, 1)] for month in (7, 8, 9))
        assert july[["actual", "target", "due", "variance"]].tolist() == [300, 310, 310, -10]
        assert august[["actual", "target", "due", "variance"]].tolist() == pytest.approx([100, 310, 270, -170])
        assert september["target"] == 310 and september[["actual", "due", "variance"]].isna().all()

    def test_without_a_target_the_actual_stays(self) -> None:
        found = r.months(of("y"), scope=EVERYTHING).set_index("month")
        assert found.loc[date(2026, 8, 1), "actual"] == 90
        assert found[["target", "due", "variance"]].isna().all().all()

    def test_the_trend_takes_three_months_together(self) -> None:
        """a: June to August 400 of 890 due; b 300, c 620, e 400 of the same; y has no target."""
        found = r.attainment_trend(of("a"), scope=EVERYTHING, peers=("b", "c", "e", "y")).set_index("month")
        assert found.index.tolist() == [months_later(date(2026, 8, 1), -back) for back in range(11, -1, -1)]
        last = found.iloc[-1]
        due = 310 + 310 + 270
        assert (last.attainment, last.trailing) == (pytest.approx(100 / 270), pytest.approx(400 / due))
        assert (last.peers, last.peer_count) == (pytest.approx(400 / due), 3)
        assert found.loc[date(2025, 12, 1), ["attainment", "trailing", "peers"]].isna().all()  # no targets in 2025

    def test_a_month_just_begun_has_no_attainment_of_its_own(self) -> None:
        found = r.attainment_trend(replace(of("a"), as_of=date(2026, 8, 1)), scope=EVERYTHING, peers=()).iloc[-1]
        assert found[["attainment", "peers"]].isna().all()
        assert found.trailing == pytest.approx(300 / (310 + 310 + 10))


@pytest.mark.usefixtures("company")
def test_what_is_sold_beside_the_peers() -> None:
    """Since July a sold 400 of Imaging; of the peers b 300 of Heart, c 620, e 400 and y 130 of Imaging."""
    found = sales_mix(of("a", replace(AUGUST, period="2026Q3")), scope=EVERYTHING, rep="a", by=("product_category",))
    assert found[["member", "label_zh"]].values.tolist() == [["Imaging", "影像"], ["Heart", "心脏"]]
    assert found["actual"].tolist() == [400, 0]
    assert found["share"].tolist() == [1, 0]
    assert found["peers"].tolist() == pytest.approx([1150 / 1450, 300 / 1450])


@pytest.mark.usefixtures("company")
def test_nothing_sold_has_no_shares() -> None:
    found = sales_mix(of("x"), scope=EVERYTHING, rep="x", by=("product_category", "channel_kind"))
    assert found["by"].tolist() == ["product_category", "product_category", "channel_kind"]
    assert found["share"].isna().all() and found["peers"].notna().all()


@pytest.mark.usefixtures("company")
def test_slipping_deals_are_counted_in_each_way_and_once_in_all() -> None:
    found = s.slipping_deals(of("a"), scope=EVERYTHING)
    assert found.values.tolist() == [
        ["pushed", 2, 100], ["past", 2, 120], ["late", 1, 10], ["slipping", 4, 150], ["open", 5, 310],
    ]  # fmt: skip


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("way", [*s.WAYS, "slipping"])
def test_the_list_behind_a_way_adds_up_to_it(way: str) -> None:
    said = s.slipping_deals(of("a"), scope=EVERYTHING).set_index("way").loc[way]
    behind = Behind.parse(way)
    assert behind is not None
    listed = total_behind(behind, of("a"), scope=EVERYTHING).iloc[0]
    assert (listed.deals, listed.amount) == (said.deals, said.amount)


def test_an_empty_company(make_company: MakeCompany) -> None:
    with reading(make_company(reps=[], regions=[])):
        assert r.rep_of(of("a"), scope=EVERYTHING) is None
        assert r.reps_ranked(AUGUST, scope=EVERYTHING).empty
        assert r.facts("a", of("a"), scope=EVERYTHING) is None
        assert peers(of("a"), scope=EVERYTHING, rep="a").keys == ()
        assert against_peers(of("a"), scope=EVERYTHING, rep="a")["peers"].isna().all()
        assert (stages_against_peers(of("a"), scope=EVERYTHING, rep="a")["exits"] == 0).all()
        assert len(r.attainment_trend(of("a"), scope=EVERYTHING, peers=())) == 12
        assert r.months(of("a"), scope=EVERYTHING)["target"].isna().all()
