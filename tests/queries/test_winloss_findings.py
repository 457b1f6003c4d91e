"""When a difference is worth a sentence: rules over tiny frames."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from queries import winloss_findings as f


def whole(over: float, cases: float, before: float, cases_before: float, **more: Any) -> Any:
    last = float("nan") if not cases_before else before / cases_before
    row = {"rate": over / cases, "over": over, "under": cases, "cases": cases}
    row |= {"last_year": last, "last_cases": cases_before}
    return SimpleNamespace(**{**row, "open_share": 0.0, **more})


@pytest.mark.parametrize(
    ("row", "is_count", "name"),
    [
        (whole(50, 100, 300, 1000), True, "rate.up"),
        (whole(30, 100, 500, 1000), True, "rate.down"),
        (whole(42, 100, 40, 100), True, "rate.flat"),  # two points, of too few deals
        (whole(4, 5, 1, 5), True, "rate.flat"),  # large, of too few deals
        (whole(42, 100, 0, 0), True, "rate.alone"),
        (whole(42, 100, 39, 100), False, "rate.up"),  # amounts: three points
        (whole(42, 100, 41, 100), False, "rate.flat"),
        (whole(5, 100, 300, 1000, open_share=0.11), True, "rate.young"),
        (whole(10, 100, 300, 1000, open_share=0.10), True, "rate.down"),
    ],
)
def test_a_change_is_said_where_it_is_one(row: Any, is_count: bool, name: str) -> None:
    found = f.changed_rate(row, is_count=is_count)
    assert found.name == name
    assert ("change" in found.values) == (name in {"rate.up", "rate.down"})


def members(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    found = pd.DataFrame(rows, columns=["member", "won", "cases", "lost_to_amount"])
    return found.assign(rate=found["won"] / found["cases"], lost=found["cases"] - found["won"], over=found["won"])


def test_the_costliest_of_those_surely_below_is_feared() -> None:
    """A and B are surely below 40 %, C is not, D has too few deals whatever it costs."""
    frame = members(("A", 20, 100, 5.0), ("B", 10, 100, 9.0), ("C", 35, 100, 50.0), ("D", 0, 9, 99.0))
    assert set(f.surely_below(frame, 0.4)["member"]) == {"A", "B"}
    found = f.feared_rival(frame, 0.4)
    assert found is not None and found.values == {"member": "B", "share": 0.1}


def test_who_looks_at_many_needs_more_to_be_sure() -> None:
    """28 of 100 is surely below 40 % for one who looks at one, not for one who looks at twenty."""
    one = members(("A", 28, 100, 1.0))
    many = members(("A", 28, 100, 1.0), *((f"{n}", 40, 100, 1.0) for n in range(19)))
    assert len(f.surely_below(one, 0.4)) == 1 and f.surely_below(many, 0.4).empty
    assert f.feared_rival(many, 0.4) is None


def test_nothing_is_feared_where_there_is_nobody() -> None:
    assert f.feared_rival(members(), 0.4) is None
    assert f.weak_member(members(), 0.4) is None


def test_a_weak_member_is_one_of_several_and_has_a_name() -> None:
    assert f.weak_member(members(("East", 10, 100, 0)), 0.4) is None
    nobody = members(("unassigned", 10, 100, 0), ("West", 40, 100, 0), ("South", 41, 100, 0))
    assert f.weak_member(nobody, 0.4) is None
    found = f.weak_member(members(("East", 10, 100, 0), ("West", 60, 100, 0), ("South", 20, 200, 0)), 0.4)
    assert found is not None and found.values["member"] == "South"


def flow(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stage", "close_reason", "winner", "lost_count"])


def test_the_main_cause_holds_a_third_of_the_losses() -> None:
    lost = flow(("s3", "Price", "X", 6), ("s2", "Price", "X", 3), ("s3", "Terms", "X", 1), ("s1", "Terms", "Y", 90))
    assert f.main_cause(lost, "X") == {"close_reason": "Price", "stage": "s3"}
    spread = flow(*((f"s{n}", f"r{n}", "X", 3) for n in range(4)))
    assert f.main_cause(spread, "X") == {}
    assert f.main_cause(flow(("s1", "Price", "X", 9)), "X") == {}, "too few"
    assert f.main_cause(flow(("s1", "unassigned", "X", 90)), "X") == {"stage": "s1"}
    assert f.main_cause(lost, "Z") == {}


def presence(**deals: list[float]) -> pd.DataFrame:
    """Of 100 deals a quarter."""
    quarters = [date(2025, 1 + 3 * n, 1) for n in range(4)]
    rows = [(key, quarter, n, 100.0) for key, own in deals.items() for quarter, n in zip(quarters, own, strict=True)]
    return pd.DataFrame(rows, columns=["member", "quarter", "deals", "cases"])


def test_who_rises_does_so_surely() -> None:
    found = presence(up=[10, 10, 25, 30], flat=[20, 21, 20, 21], down=[30, 30, 10, 10], little=[10, 10, 12, 11])
    assert f.rising(found) == {"up"}
    assert f.rising(found.head(0)) == set()
