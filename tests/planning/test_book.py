"""Rows of targets as arrays: which level answers, what rows come to in a period, and for whom.

The plan, all in 2026; amounts are of the whole span:

| row | span        | region | office | rep | manager | product | channel kind | amount |
|-----|-------------|--------|--------|-----|---------|---------|--------------|--------|
| 0   | year        |        |        |     |         |         |              |   1000 |
| 1   | 1st quarter | East   |        |     |         |         |              |    200 |
| 2   | 1st quarter | North  |        |     |         |         |              |     90 |
| 3   | January     | East   | sh     | r1  | m       |         |              |  31.31 |
| 4   | February    | East   | sh     | r1  | m       |         |              |     28 |
| 5   | January     | North  | bj     | r2  |         |         |              |     62 |
| 6   | 2nd quarter | East   |        |     |         | p1      | Direct       |     50 |
| 7   | 2nd quarter | North  |        |     |         | p2      | Direct       |     40 |
"""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.book import Book, covered
from planning.curves import Curve
from planning.levels import level_of
from planning.rows import canonical
from planning.tables import KEYS

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
QUARTERS = [(date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30))]
JANUARY, FEBRUARY = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
LINEAR = Curve(date(2025, 1, 1), np.ones(365 * 3))
EAST = {"region": "East", "office": "sh", "rep": "r1", "manager": "m"}
ROWS = [
    (YEAR, 1000, {}),
    (QUARTERS[0], 200, {"region": "East"}),
    (QUARTERS[0], 90, {"region": "North"}),
    (JANUARY, "31.31", EAST),
    (FEBRUARY, 28, EAST),
    (JANUARY, 62, {"region": "North", "office": "bj", "rep": "r2"}),
    (QUARTERS[1], 50, {"region": "East", "product": "p1", "channel_kind": "Direct"}),
    (QUARTERS[1], 40, {"region": "North", "product": "p2", "channel_kind": "Direct"}),
]


def book(rows: list[tuple[tuple[date, date], Any, dict[str, str]]], versions: list[int] | None = None) -> Book:
    given_ = [{"starts_on": span[0], "ends_on": span[1], "amount": amount, **keys} for span, amount, keys in rows]
    frame = canonical(given_)
    frame["version_id"] = np.array(versions or [1] * len(rows), dtype=np.int64)
    return Book.of(frame)


PLAN = book(ROWS)
ALL = np.arange(len(ROWS))


def answering(*asked: str, within: tuple[date, date] = YEAR) -> list[int]:
    """The rows that answer."""
    return PLAN.answering(PLAN.within(*within), asked)[0].tolist()


def test_rows_share_a_day_with_the_period():
    assert PLAN.within(*JANUARY).tolist() == [0, 1, 2, 3, 5]
    assert PLAN.within(None, date(2025, 12, 31)).tolist() == []
    assert PLAN.within(None, date(2026, 1, 1)).tolist() == [0, 1, 2, 3, 5]
    assert PLAN.within(date(2026, 6, 30), None).tolist() == [0, 6, 7]
    assert PLAN.within(None, None).tolist() == ALL.tolist()


def test_each_level_is_a_plan_of_the_whole():
    assert set(PLAN.levels) == {(), ("region",), ("rep",), ("region", "product", "channel_kind")}
    assert answering() == [0]
    assert answering("region") == [1, 2]
    assert answering("rep") == answering("office") == answering("manager", "region") == [3, 4, 5]
    assert answering("product") == answering("region", "channel_kind") == [6, 7]
    assert answering("product_category") == [6, 7]
    assert answering("channel") == answering("rep", "product") == []


def test_without_a_company_s_target_the_highest_level_answers_for_it():
    assert answering(within=JANUARY) == [0]
    below = book(ROWS[1:])
    assert below.answering(below.within(*JANUARY), [])[0].tolist() == [0, 1]
    reps = book(ROWS[3:])
    assert reps.answering(reps.within(*YEAR), [])[0].tolist() == [0, 1, 2], "people before what crosses three trees"
    flat = book([(YEAR, 1, EAST), (YEAR, 2, {"channel_kind": "Direct"})])
    assert flat.answering(np.arange(2), [])[0].tolist() == [1], "less deep in its one tree"
    people = book([(YEAR, 1, EAST), (YEAR, 2, {"region": "East", "product": "p1"})])
    assert people.answering(np.arange(2), [])[0].tolist() == [0], "one tree, however deep, before two"
    crossed = book([(YEAR, 1, {"region": "East", "product": "p1"}), (YEAR, 2, {"channel": "c1"})])
    assert crossed.answering(np.arange(2), [])[0].tolist() == [1], "one tree before two"


def test_what_is_asked_goes_as_little_further_as_can_be():
    """Of two levels that can tell regions, the one of regions; of a rep's and one crossed with products, the rep's."""
    assert answering("region", within=QUARTERS[1]) == [6, 7], "regions alone have no rows in the second quarter"
    both = book([(YEAR, 1, {**EAST}), (YEAR, 2, {"region": "East", "product": "p1"}), (YEAR, 3, {"office": "sh"})])
    assert both.answering(np.arange(3), ["region"])[0].tolist() == [1], "less deep in its own tree"
    assert both.answering(np.arange(3), ["office"])[0].tolist() == [2]
    assert both.answering(np.arange(3), ["rep"])[0].tolist() == [0]
    assert both.answering(np.arange(3), ["product"])[0].tolist() == [1]


def test_versions_answer_each_from_its_own_level():
    two = book([(JANUARY, 1, {}), (JANUARY, 2, {"region": "East"}), (FEBRUARY, 3, {"region": "East"})], [1, 1, 2])
    rows, chosen = two.answering(np.arange(3), [])
    assert rows.tolist() == [0, 2] and chosen == {1: (), 2: ("region",)}
    rows, chosen = two.answering(np.arange(3), ["rep"])
    assert rows.tolist() == [] and chosen == {1: None, 2: None}
    assert two.answering(np.arange(0), []) == (pytest.approx([]), {})


def test_what_levels_tell():
    assert covered(()) == frozenset()
    assert covered(("rep",)) == {"rep", "manager", "office", "region", "country"}
    assert covered(("manager",)) == {"manager"}
    assert covered(("office", "product")) == {"office", "region", "country", "product", "product_category"}
    assert covered(("channel_kind",)) == {"channel_kind"}


def test_members_and_those_without():
    """r2 has no manager."""
    reps = np.array([3, 4, 5])
    assert PLAN.having(reps, "manager", ["m"]).tolist() == [3, 4]
    assert PLAN.having(reps, "manager", [None]).tolist() == [5]
    assert PLAN.having(reps, "manager", ["m", None]).tolist() == [3, 4, 5]
    assert PLAN.having(reps, "manager", ["m"], without=True).tolist() == [5]
    assert PLAN.having(reps, "manager", [None], without=True).tolist() == [3, 4]
    assert PLAN.having(reps, "manager", ["nobody"]).tolist() == []
    assert PLAN.having(reps, "manager", ["nobody"], without=True).tolist() == [3, 4, 5]
    assert PLAN.having(reps, "manager", ["nobody", "m"]).tolist() == [3, 4]


def test_sums_by_members():
    reps = np.array([3, 4, 5])
    assert PLAN.sums(reps, ["rep"], LINEAR, [YEAR, JANUARY]) == {("r1",): [59.31, 31.31], ("r2",): [62, 62]}
    assert PLAN.sums(reps, ["manager"], LINEAR, [YEAR]) == {(None,): [62], ("m",): [59.31]}
    assert PLAN.sums(reps, ["region", "rep"], LINEAR, [FEBRUARY]) == {("East", "r1"): [28], ("North", "r2"): [0]}
    assert PLAN.sums(reps, [], LINEAR, [YEAR, (None, None)]) == {(): [121.31, 121.31]}
    assert PLAN.sums(reps[:0], ["rep"], LINEAR, [YEAR]) == {}
    assert PLAN.sums(reps[:0], [], LINEAR, [YEAR]) == {}


def test_a_part_of_a_row_is_the_share_of_its_days():
    half = (date(2026, 1, 10), date(2026, 1, 24))
    assert PLAN.sums(np.array([5]), [], LINEAR, [half])[()] == pytest.approx([62 * 15 / 31])
    assert PLAN.sums(np.array([0]), [], LINEAR, [QUARTERS[0]])[()] == pytest.approx([1000 * 90 / 365])


def test_the_course_ends_at_the_sum():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(59)]
    course = PLAN.course(np.array([3, 4]), LINEAR, days[0], days)
    assert course[0] == pytest.approx(1.01)
    assert course[30] == 31.31 and course[-1] == 59.31
    assert course[44] == pytest.approx(31.31 + 14)


def test_whole_rows_are_summed_exactly_however_many():
    """Ten thousand of a ten-thousandth, and amounts that floats cannot add up."""
    many = book([(JANUARY, "0.0001", {})] * 10_000)
    assert many.sums(np.arange(10_000), [], LINEAR, [JANUARY])[()] == [1]
    odd = book([(JANUARY, "0.1", {}), (FEBRUARY, "0.2", {}), (FEBRUARY, "80487704.1799", {})])
    assert odd.sums(np.arange(3), [], LINEAR, [YEAR])[()] == [80487704.4799]


def test_no_rows_at_all():
    empty = book([])
    assert empty.levels == () and empty.size == 0
    assert empty.answering(empty.within(*YEAR), ["region"])[1] == {}
    assert empty.sums(np.arange(0), ["region"], LINEAR, [YEAR]) == {}


NAMES = {"region": ["East", "North"], "rep": ["r1", "r2", "r3"], "product": ["p1", "p2"], "channel": ["c1", "c2"]}
SPANS = [JANUARY, FEBRUARY, QUARTERS[0], QUARTERS[1], YEAR]


@st.composite
def a_row(draw: st.DrawFn) -> tuple[tuple[date, date], Decimal, dict[str, str]]:
    keys = {name: draw(st.sampled_from([None, *members])) for name, members in NAMES.items()}
    amount = draw(st.decimals(-10_000, 10_000, places=4))
    return draw(st.sampled_from(SPANS)), amount, {name: key for name, key in keys.items() if key is not None}


@settings(max_examples=25)
@given(data=st.data())
def test_three_hundred_rows_by_brute_force(data):
    """Each level's rows, by any keys, in any period: counted row by row and day by day in fractions."""
    seed = data.draw(st.lists(a_row(), min_size=5, max_size=25), label="rows")
    rows = [seed[n % len(seed)] for n in range(300)]
    start = data.draw(st.dates(date(2025, 12, 1), date(2026, 12, 31)), label="since")
    period = (start, start + timedelta(days=data.draw(st.integers(0, 300), label="length")))
    by = data.draw(st.lists(st.sampled_from(list(NAMES)), max_size=3, unique=True), label="by")
    one = book(rows)
    answered, chosen = one.answering(one.within(*period), by)
    levels = {level_of(keys) for span, _, keys in rows if span[0] <= period[1] and period[0] <= span[1]}
    able = [level for level in levels if set(by) <= covered(level)]
    assert chosen == ({1: None} if levels and not able else chosen) and (chosen.get(1) in able or not able)

    expected: dict[tuple[str | None, ...], Fraction] = {}
    for span, amount, keys in rows:
        days = (min(span[1], period[1]) - max(span[0], period[0])).days + 1
        if days > 0 and able and level_of(keys) == chosen[1]:
            member = tuple(keys.get(name) for name in by)
            whole = (span[1] - span[0]).days + 1
            expected[member] = expected.get(member, Fraction(0)) + Fraction(amount) * days / whole
    found = one.sums(answered, by, LINEAR, [period])
    assert {member: own[0] for member, own in found.items()} == {
        member: pytest.approx(float(amount), abs=1e-6) for member, amount in expected.items()
    }


@pytest.mark.parametrize("order", list(itertools.permutations(["region", "rep", "product", "channel"])))
def test_members_sum_to_their_parents_in_every_order(order):
    """All 24 orders of drilling over one plan crossed by four dimensions."""
    cells = itertools.product(*NAMES.values())
    plan = book([
        (SPANS[n % 5], Decimal(n * n % 97) + Decimal("0.01"), dict(zip(NAMES, members, strict=True)))
        for n, members in enumerate(cells)
    ])  # fmt: skip
    period = (date(2026, 1, 15), date(2026, 5, 17))
    for depth in range(4):
        parents = plan.sums(np.arange(24), order[:depth], LINEAR, [period])
        children = plan.sums(np.arange(24), order[: depth + 1], LINEAR, [period])
        sums: dict[tuple[str | None, ...], float] = {}
        for member, own in children.items():
            sums[member[:-1]] = sums.get(member[:-1], 0.0) + own[0]
        assert sums == {member: pytest.approx(own[0], abs=1e-9) for member, own in parents.items()}


def test_bytes_are_counted():
    assert PLAN.size == len(ROWS) * (5 * 8 + len(KEYS)) and pd.api.types.is_integer(PLAN.size)
