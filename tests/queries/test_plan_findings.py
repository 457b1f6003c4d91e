"""What is said of a plan, and when nothing is."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning.curves import Curve
from planning.plan import Node, Plan
from planning.rows import canonical
from queries.plan_findings import over_assigned, plan_findings
from tests.rows import due

NAN = float("nan")


def members(*rows: tuple[str, float, float, bool]) -> pd.DataFrame:
    """Key, proposed, landing_share, is_out_of_reach."""
    return pd.DataFrame(rows, columns=["key", "proposed", "landing_share", "is_out_of_reach"])


FINE = members(("East", 100, 0.0, False))


def found(
    rows: pd.DataFrame = FINE, *, has_scenario: bool = True, **changed: float
) -> list[tuple[str, dict[str, Any]]]:
    total = {"proposed": 1000.0, "in_force": 1000.0, "last_year": 800.0, "landing": 1000.0, **changed}
    return [(one.name, dict(one.values)) for one in plan_findings(total, rows, has_scenario=has_scenario)]


class TestAsked:
    def test_more_and_less_than_the_version(self) -> None:
        assert found(proposed=1100, landing=1100)[0] == ("more", {"amount": 100})
        assert found(proposed=900, landing=900)[0] == ("less", {"amount": 100})

    def test_the_same_total(self) -> None:
        assert found()[0] == ("same_total", {})

    def test_too_small_a_change_is_none_to_speak_of(self) -> None:
        """Four thousandths: the growth on last year is said instead."""
        assert found(proposed=1004, landing=1004)[0][0] == "asks_growth"
        assert found(proposed=1005, landing=1005)[0][0] == "more"

    def test_a_version_is_held_against_last_year(self) -> None:
        assert found(has_scenario=False)[0] == ("asks_growth", {"share": pytest.approx(0.25)})
        assert found(has_scenario=False, last_year=1250)[0] == ("asks_shrink", {"share": pytest.approx(0.2)})
        assert found(has_scenario=False, last_year=0)[0] == ("asks", {"amount": 1000})

    def test_a_base_without_the_level(self) -> None:
        assert found(in_force=NAN)[0][0] == "asks_growth"

    def test_from_nothing_to_something(self) -> None:
        assert found(in_force=0)[0] == ("more", {"amount": 1000})


class TestLands:
    def test_ahead_and_short(self) -> None:
        assert found(landing=1100)[1] == ("lands_ahead", {"amount": 100})
        assert found(landing=900)[1] == ("lands_short", {"amount": 100})

    def test_nothing_notable(self) -> None:
        assert found(landing=1004)[1] == ("lands_on", {})
        assert found(landing=996)[1] == ("lands_on", {})

    def test_the_worst_of_those_out_of_reach(self) -> None:
        rows = members(("East", 100, -0.1, True), ("North", 50, -0.4, True), ("West", 70, 0.5, False))
        assert found(rows)[1] == ("out_of_reach", {"member": "North", "count": 2})

    def test_members_without_a_target_are_not_out_of_reach(self) -> None:
        assert found(members(("East", NAN, NAN, True)))[1][0] == "lands_on"

    def test_a_plan_of_nothing_lands_nowhere(self) -> None:
        assert [name for name, _ in found(proposed=0, in_force=0)] == ["same_total"]


def test_two_findings_at_most() -> None:
    rows = members(("East", 100, -0.3, True))
    assert len(found(rows, proposed=1100, landing=500)) == 2


class TestOverAssigned:
    DAYS = (date(2026, 7, 1), date(2026, 7, 31))

    def plan(self, *rows: dict[str, Any]) -> Plan:
        return Plan.of(canonical(rows), Curve(date(2025, 1, 1), np.ones(365 * 3)))

    def test_reps_over_the_company(self) -> None:
        plan = self.plan(due(*self.DAYS, 100), due(*self.DAYS, 70, rep="r1"), due(*self.DAYS, 50, rep="r2"))
        at = plan.index("rep")
        assert at is not None
        assert over_assigned(plan, at, Node()) == pytest.approx(0.2)
        assert over_assigned(plan, 0, Node()) == 0

    def test_within_a_member_the_highest_plan_that_knows_it(self) -> None:
        east = {"region": "East"}
        plan = self.plan(due(*self.DAYS, 100), due(*self.DAYS, 60, **east), due(*self.DAYS, 75, **east, rep="r1"))
        at = plan.index("rep")
        assert at is not None
        assert over_assigned(plan, at, Node.of(region="East")) == pytest.approx(0.25)

    def test_nothing_to_compare_with(self) -> None:
        plan = self.plan(due(*self.DAYS, 100))
        assert pd.isna(over_assigned(plan, 0, Node.of(product="p1")))
        assert pd.isna(over_assigned(self.plan(due(*self.DAYS, 0)), 0, Node()))
