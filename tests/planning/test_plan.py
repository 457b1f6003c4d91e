"""Rows become monthly cells and cells become rows again; what a part comes to; counted by hand, and for any rows."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.curves import Curve
from planning.plan import Node, Plan, numbered, unit_of
from planning.rows import canonical, content_hash
from planning.tables import KEYS
from tests.planning.planned import EVENLY, YEAR, cells, in_month, plan_of, row, state


def monthly(plan: Plan, plane: str = "company") -> dict[str, float]:
    """What a plane comes to by month."""
    at = plan.index(plane)
    assert at is not None
    return {str(month)[:7]: amount / 10_000 for (month,), amount in plan.sums(at, ["month"]).items()}


def spanning(starts_on: date, ends_on: date, amount: Any, **keys: str) -> dict[str, Any]:
    return {"starts_on": starts_on, "ends_on": ends_on, "amount": amount, **keys}


def test_rows_of_a_month_are_cells_as_they_are() -> None:
    company, regions, reps = state(plan_of())
    assert company == {"": (100, 200)}
    assert regions == {"East": (60, 120), "West": (40, 80)}
    assert reps == {"e1": (44, 88), "e2": (22, 44), "w1": (40, 80)}


def test_a_quarter_is_spread_over_its_months_by_its_days() -> None:
    """31, 28 and 31 of 90 days; whole units, since the row is one."""
    assert monthly(plan_of([row(1000, 1, until=3)])) == {"2026-01": 344, "2026-02": 312, "2026-03": 344}
    assert sum(monthly(plan_of([row(1000, 1, until=3)])).values()) == 1000


def test_cents_are_spread_to_the_cent() -> None:
    """10 cents over three months: 3.4 until the end of January, 6.6 until that of February, which are 3 and 7."""
    assert monthly(plan_of([row("0.10", 1, until=3)])) == {"2026-01": 0.03, "2026-02": 0.04, "2026-03": 0.03}


def test_a_row_that_crosses_months_partly() -> None:
    """17 days of January, 14 of February: 310 is ten a day."""
    plan = plan_of([spanning(date(YEAR, 1, 15), date(YEAR, 2, 14), 310)])
    assert monthly(plan) == {"2026-01": 170, "2026-02": 140}
    whole = plan.rows()
    assert [str(day.date()) for day in (*whole["starts_on"], *whole["ends_on"])] == [
        "2026-01-01", "2026-02-01", "2026-01-31", "2026-02-28",
    ]  # fmt: skip


def test_a_row_within_a_month_is_that_months() -> None:
    assert monthly(plan_of([spanning(date(YEAR, 3, 5), date(YEAR, 3, 5), 7)])) == {"2026-03": 7}


def test_negative_and_zero_rows_are_kept_as_they_are() -> None:
    plan = plan_of([row(-90, 1, until=3), row(0, 4, until=5), row(-5, 6)])
    assert monthly(plan) == {"2026-01": -31, "2026-02": -28, "2026-03": -31, "2026-04": 0, "2026-05": 0, "2026-06": -5}


def test_a_curve_says_what_months_get() -> None:
    """Only March counts, and so it gets all; a span without any weight is shared by its days."""
    weights = np.zeros(365)
    weights[59:90] = 1
    plan = Plan.of(
        canonical([row(100, 1, until=3), row(61, 7, until=8, region="East")]), Curve(date(YEAR, 1, 1), weights)
    )
    assert monthly(plan) == {"2026-01": 0, "2026-02": 0, "2026-03": 100}
    assert monthly(plan, "region") == {"2026-07": 30, "2026-08": 31}


def test_rows_for_the_same_part_and_month_add_up() -> None:
    plan = plan_of([row(1, 1, region="East"), row(2, 1, region="East"), row(4, 1, until=2, region="East")])
    assert monthly(plan, "region") == {"2026-01": 5, "2026-02": 2}


def test_no_rows_are_no_planes() -> None:
    plan = plan_of([])
    assert plan.planes == () and plan.highest_total == 0
    assert plan.answering(["region"]) is None and plan.index("company") is None
    assert len(canonical(plan.rows())) == 0


def test_planes_by_level_from_the_highest() -> None:
    rows = [row(1, 1, rep="r", region="East"), row(2, 1), row(3, 1, region="East", product="p"), row(4, 1, region="W")]
    plan = plan_of(rows)
    assert [plane.name for plane in plan.planes] == ["company", "region", "rep", "region-product"]
    assert plan.highest_total == 20_000


@pytest.mark.parametrize(
    ("keys", "plane"),
    [
        ([], "company"),
        (["month"], "company"),
        (["quarter", "region"], "region"),
        (["rep"], "rep"),
        (["region", "rep"], "rep"),
        (["product"], "region-product"),
        (["channel"], None),
        (["rep", "product"], None),
    ],
)
def test_the_plane_that_answers_goes_as_little_further_as_can_be(keys: list[str], plane: str | None) -> None:
    plan = plan_of([*_all_levels()])
    at = plan.answering(keys)
    assert (None if at is None else plan.planes[at].name) == plane


def _all_levels() -> list[dict[str, Any]]:
    return [row(1, 1), row(1, 1, region="E"), row(1, 1, region="E", rep="r"), row(1, 1, region="E", product="p")]


def test_sums_within_a_node() -> None:
    plan = plan_of()
    at = plan.index("rep")
    assert at is not None
    assert plan.sums(at, ["region"]) == {("East",): 1_980_000, ("West",): 1_200_000}
    assert plan.sums(at, ["region", "rep"], in_month(1)) == {
        ("East", "e1"): 440_000, ("East", "e2"): 220_000, ("West", "w1"): 400_000,
    }  # fmt: skip
    assert plan.sums(at, [], Node.of(region="East")) == {(): 1_980_000}
    assert plan.sums(at, ["rep"], Node.of(region="South")) == {}
    assert plan.total(at, Node.of(region=["East", "West"])) == plan.total(at) == 3_180_000
    assert plan.total(at, Node.of(region="East").within("rep", "e2")) == 660_000


def test_what_is_set_for_nobody_is_a_member() -> None:
    plan = plan_of([row(5, 1, rep="r", region="East"), row(7, 1, rep="s")])
    assert cells(plan, "rep", "region") == {"East": (5,), None: (7,)}
    assert plan.total(0, Node((("region", (None,)),))) == 70_000


def test_fiscal_quarters_begin_where_the_year_does() -> None:
    """A year from April: March belongs to the quarter that began in January, the last of its year."""
    plan = plan_of([row(1, 1), row(2, 3), row(4, 4), row(8, 6), row(16, 7)], first_month=4)
    assert {key: amount // 10_000 for key, amount in plan.sums(0, ["quarter"]).items()} == {
        ("2026-01-01",): 3, ("2026-04-01",): 12, ("2026-07-01",): 16,
    }  # fmt: skip
    from_february = plan_of([row(1, 1), row(2, 2), row(4, 4), row(8, 5)], first_month=2)
    assert {key: amount // 10_000 for key, amount in from_february.sums(0, ["quarter"]).items()} == {
        ("2025-11-01",): 1, ("2026-02-01",): 6, ("2026-05-01",): 8,
    }  # fmt: skip


def test_a_period_touches_whole_months() -> None:
    plan = plan_of([row(1, 1), row(2, 2), row(4, 3)])
    assert plan.total(0, Node.of(date(YEAR, 2, 10), date(YEAR, 3, 1))) == 60_000
    assert plan.total(0, Node.of(date(YEAR, 2, 10))) == 60_000
    assert plan.total(0, Node.of(None, date(YEAR, 2, 1))) == 30_000


def test_unit_of() -> None:
    assert [unit_of(20_000), unit_of(20_100), unit_of(np.array([20_000, 101])), unit_of(0), unit_of(-10_000, 100)] == [
        10_000, 100, 1, 10_000, 100,
    ]  # fmt: skip


@given(st.lists(st.integers(0, 50)), st.sampled_from([51, 10_000]))
def test_numbered_is_unique_and_inverse(values: list[int], size: int) -> None:
    found, place = numbered(np.array(values, dtype=np.int64), size)
    expected = np.unique(np.array(values, dtype=np.int64), return_inverse=True)
    assert found.tolist() == expected[0].tolist() and place.tolist() == expected[1].tolist()


DAYS = st.dates(date(YEAR - 1, 6, 1), date(YEAR + 1, 6, 1))
ROWS = st.lists(
    st.builds(
        lambda days, amount, keys: {
            "starts_on": min(days), "ends_on": max(days), "amount_e4": amount,
            **{name: key for name, key in keys.items() if key},
        },
        st.tuples(DAYS, DAYS),
        st.integers(-(10**13), 10**13) | st.integers(-1000, 1000),
        st.fixed_dictionaries({name: st.sampled_from([None, "a", "b"]) for name in ("region", "rep", "product")}),
    ),
    max_size=12,
)  # fmt: skip


@given(ROWS)
def test_any_rows_keep_their_sums_and_come_back_as_they_are(rows: list[dict[str, Any]]) -> None:
    """Each part comes to what its rows came to; a plan made of a plan's rows has the same cells."""
    kept = canonical(rows)
    plan = Plan.of(kept, EVENLY)
    expected: dict[tuple[str | None, ...], int] = defaultdict(int)
    for one in rows:
        expected[one.get("region"), one.get("rep"), one.get("product")] += one["amount_e4"]
    found: dict[tuple[str | None, ...], int] = defaultdict(int)
    for at in range(len(plan.planes)):
        for key, amount in plan.sums(at, ["region", "rep", "product"]).items():
            found[key] += amount
    assert found == expected
    made = canonical(plan.rows())
    again = Plan.of(made, EVENLY)
    assert content_hash(canonical(again.rows())) == content_hash(made)
    assert [plane.name for plane in again.planes] == [plane.name for plane in plan.planes]
    for at in range(len(plan.planes)):
        by = [*KEYS, "month"]
        assert again.sums(at, by) == plan.sums(at, by)


@given(st.lists(st.integers(0, 10**14), min_size=1, max_size=5), st.integers(2, 12))
def test_spreading_makes_nothing_negative(amounts: list[int], until: int) -> None:
    rows = [{**row(0, 1, until=until), "amount_e4": amount} for amount in amounts]
    plan = plan_of([{name: value for name, value in one.items() if name != "amount"} for one in rows])
    assert (plan.amounts[0] >= 0).all()
    assert plan.total(0) == sum(amounts)
