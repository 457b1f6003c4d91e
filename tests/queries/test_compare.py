"""Plans side by side: the version of `tests.queries.planned` and scenarios from it, every difference by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pandas as pd
import pytest

from planning.adjustments import Adjustment, Entry
from planning.plan import Node
from planning.replay import adjusted
from planning.rights import Planner
from planning.scenarios import Scenarios
from queries import compare as q
from queries import plans
from queries.compare import Placed
from queries.engine import Database, current, reading
from queries.planning import node_of
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.planned import COMPANY, PLAN, Q3, WHOLE
from tests.rows import due, with_targets

NAN = float("nan")
QUARTER = Node(starts_on=Q3[0], ends_on=Q3[1])


@pytest.fixture(scope="module")
def planned(make_lasting_company: MakeCompany) -> Database:
    """Version 1 is in force, version 2 a draft that sets the company alone, version 3 of another year."""
    return with_targets(make_lasting_company(**COMPANY), PLAN, (2026, WHOLE), (2025, [due(*Q3, 1)]), drafts=2)


@pytest.fixture
def read(planned: Database) -> Iterator[Database]:
    with reading(planned) as database:
        yield database


def at(where: str = "") -> Slice:
    return Slice.from_search(where)


def scale(member: str, share: str, **more: str) -> Adjustment:
    return Adjustment("scale", "rep", node=QUARTER, by="rep", members=(member,), share=Decimal(share), **more)  # type: ignore[arg-type]


def placed(*made: Adjustment, level: str = "rep") -> Placed:
    """The version in force after some changes."""
    opened = plans.opened(at(), scope=EVERYTHING)
    assert opened is not None
    plan = opened.plan
    for one in made:
        plan = adjusted(plan, one)
    return Placed(plan, plan.index(level))


def entry(number: int, adjustment: Adjustment) -> Entry:
    return Entry(number, number, adjustment, "Mei Lan", datetime(2026, 8, 27, 9))


@pytest.mark.usefixtures("read")
class TestCompared:
    def test_plans_in_the_order_of_the_address_each_once(self) -> None:
        found = q.compared(at("compare=2.1.2"), scope=EVERYTHING)
        assert [own.version.version_id for own in found.plans] == [2, 1]
        assert (found.unknown, found.elsewhere) == ((), ())

    def test_what_there_is_not_is_named(self) -> None:
        found = q.compared(at("compare=1.99.3"), scope=EVERYTHING)
        assert [own.version.version_id for own in found.plans] == [1]
        assert found.unknown == ("99",)
        assert [version.fiscal_year for version in found.elsewhere] == [2025]

    def test_none(self) -> None:
        assert q.compared(at(), scope=EVERYTHING).plans == ()

    def test_choices_are_of_the_year(self) -> None:
        assert set(q.choices(at(), scope=EVERYTHING)["version_id"]) == {1, 2}
        assert q.choices(at("period=2030"), scope=EVERYTHING).empty

    def test_a_limited_viewer_is_offered_what_was_handed_down(self) -> None:
        targets = current().targets
        assert targets is not None
        found, viewer = Scenarios(targets.ledger), Planner("Mei Lan")
        made = found.begin(1, name="Stretch", viewer=viewer).version_id
        east = Scope.only(region="East")
        assert made in set(q.choices(at(), scope=EVERYTHING)["version_id"])
        assert made not in set(q.choices(at(), scope=east)["version_id"])
        assert q.compared(at(f"compare={made}"), scope=east).unknown == (str(made),)
        found.hand_down(made, "region", "East", viewer=viewer)
        assert made in set(q.choices(at(), scope=east)["version_id"])


@pytest.mark.usefixtures("read")
class TestMembers:
    def test_the_largest_difference_first(self) -> None:
        """r1 330 -> 363, r4 132 -> 66, and in the second plan r2 198 -> 218, in whole yuan."""
        sides = [placed(), placed(scale("r1", "0.1"), scale("r4", "-0.5")), placed(scale("r2", "0.1"))]
        found = q.members_compared(sides, "rep", QUARTER).set_index("key")
        assert found.index.tolist() == ["r4", "r1", "r2"]
        assert found["target_0"].to_dict() == {"r4": 132, "r1": 330, "r2": 198}
        assert found["difference_1"].to_dict() == {"r4": -66, "r1": 33, "r2": 0}
        assert found["difference_2"].tolist() == pytest.approx([0, 0, 20])
        assert found["largest"].tolist() == pytest.approx([66, 33, 20])

    def test_a_plan_without_the_level_has_no_difference(self) -> None:
        found = q.members_compared([placed(), Placed(placed().plan, None)], "rep", QUARTER)
        assert found[["target_1", "difference_1"]].isna().all(axis=None)
        assert found["largest"].tolist() == [0, 0, 0]

    def test_a_member_that_one_plan_alone_has(self) -> None:
        opened = plans.named(2, scope=EVERYTHING)
        assert opened is not None
        sides = [Placed(opened.plan, 0), placed(level="company")]
        found = q.members_compared(sides, "month", node_of(at(), EVERYTHING))
        assert found["largest"].tolist() == [0, 0, 0]

    def test_nothing_to_compare(self) -> None:
        assert q.members_compared([placed(), placed()], "rep", Node.of(region="West")).empty


@pytest.mark.usefixtures("read")
class TestCells:
    def test_cells_of_the_changed_member(self) -> None:
        """Three reps in three months; r1's three differ."""
        assert q.cells_that_differ(placed(), placed(scale("r1", "0.1")), QUARTER) == (3, 9)
        assert q.cells_that_differ(placed(), placed(scale("r1", "0.1")), Node.of(rep="r2")) == (0, 3)
        assert q.cells_that_differ(placed(), placed(), Node()) == (0, 9)

    def test_plans_that_share_nothing_but_their_keys(self) -> None:
        """Version 2 was read by itself: the company's three months are the same."""
        opened = plans.named(2, scope=EVERYTHING)
        assert opened is not None
        other = Placed(opened.plan, opened.plan.index("company"))
        assert opened.plan.planes[0] is not placed(level="company").plan.planes[0]
        assert q.cells_that_differ(placed(level="company"), other, Node()) == (0, 3)
        more = placed(Adjustment("scale", "company", node=QUARTER, share=Decimal("0.1")), level="company")
        assert q.cells_that_differ(more, other, Node()) == (3, 3)

    def test_without_the_level_nothing_is_counted(self) -> None:
        assert q.cells_that_differ(placed(), Placed(placed().plan, None), Node()) == (0, 0)


@pytest.mark.usefixtures("read")
class TestChanges:
    def scenario(self, *entries: Entry):
        targets = current().targets
        assert targets is not None
        made = Scenarios(targets.ledger).begin(1, name="Stretch", viewer=Planner("Mei Lan"))
        return replace(made, done=entries)

    def test_what_each_has_alone(self) -> None:
        more, less = entry(1, scale("r1", "0.1")), entry(2, scale("r2", "-0.1"))
        same = entry(7, scale("r1", "0.1"))
        found = q.changes_between(self.scenario(more), self.scenario(same, less))
        assert found == ((), (less,), False)

    def test_a_change_made_twice(self) -> None:
        once, twice = entry(1, scale("r1", "0.1")), entry(2, scale("r1", "0.1"))
        assert q.changes_between(self.scenario(once), self.scenario(once, twice)).only_other == (twice,)

    def test_another_order(self) -> None:
        one, two = entry(1, scale("r1", "0.1")), entry(2, scale("r2", "0.1"))
        assert q.changes_between(self.scenario(one, two), self.scenario(two, one)) == ((), (), True)

    def test_a_version_has_no_changes(self) -> None:
        one = entry(1, scale("r1", "0.1"))
        assert q.changes_between(None, self.scenario(one)) == ((), (one,), False)
        assert q.changes_between(None, None) == ((), (), False)


def members(**differences: float) -> pd.DataFrame:
    """Members with their difference of the second plan against the first, the largest first."""
    frame = pd.DataFrame({"key": list(differences), "difference_1": list(differences.values())})
    frame["largest"] = frame["difference_1"].abs()
    return frame.sort_values("largest", ascending=False, kind="stable", ignore_index=True)


class TestFinding:
    def said(self, totals: list[float], rows: pd.DataFrame, elsewhere: int = 0) -> tuple[str, dict[str, object]]:
        found = q.compare_finding(totals, rows, elsewhere=elsewhere)
        return found.name, dict(found.values)

    def test_most_of_it_in_one_member(self) -> None:
        found = self.said([100, 148], members(South=30, North=18))
        assert found == ("more", {"plan": 1, "amount": 48, "member": "South", "all": False})

    def test_all_of_it(self) -> None:
        found = self.said([100, 70], members(South=-30, North=0))
        assert found == ("less", {"plan": 1, "amount": 30, "member": "South", "all": True})

    def test_spread_over_many(self) -> None:
        found = self.said([100, 148], members(South=20, North=16, East=12))
        assert found == ("more", {"plan": 1, "amount": 48})

    def test_one_member_is_no_place_to_name(self) -> None:
        assert self.said([100, 148], members(South=48)) == ("more", {"plan": 1, "amount": 48})

    def test_the_furthest_of_several(self) -> None:
        rows = members(South=10, North=5).assign(difference_2=[-40.0, 0.0], largest=[40.0, 5.0])
        assert self.said([100, 115, 60], rows)[1]["plan"] == 2

    def test_the_same_total_otherwise_shared_out(self) -> None:
        found = self.said([100, 100], members(South=-30, North=20, East=10))
        assert found == ("same_total", {"plan": 1, "amount": 30, "member": "South", "way": "from"})

    def test_nothing_differs(self) -> None:
        assert self.said([100, 100], members(South=0)) == ("same", {"count": 2, "cells": 0})
        assert self.said([100, 100], members(South=0), elsewhere=7)[0] == "same_here"

    def test_too_few(self) -> None:
        assert self.said([], members()) == ("few", {"count": 0})
        assert self.said([100], members(South=0)) == ("few", {"count": 1})

    def test_no_common_level(self) -> None:
        assert self.said([NAN, 100], members(South=0))[0] == "no_level"
        assert self.said([100, NAN], members(South=0))[0] == "no_level"


def test_no_targets_at_all(make_company: MakeCompany) -> None:
    with reading(make_company(**COMPANY)):
        assert q.choices(at(), scope=EVERYTHING).empty
        assert q.compared(at("compare=1"), scope=EVERYTHING).unknown == ("1",)


def test_ids_go_into_the_address_and_come_back() -> None:
    slice_ = q.with_ids(at("region=East"), ["3", "5"])
    assert slice_.to_query() == "region=East&compare=3.5"
    assert q.ids_of(slice_) == ["3", "5"]
    assert q.with_ids(slice_, []) == at("region=East")
