"""Spreading totals: by hand, and against the definition worked out in fractions for any weights, locks and bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.allocation import REASONS, AllocationError, rescale, spread, spread_grouped
from planning.exact import whole_weights
from planning.rounding import NO_CAP

AMOUNTS = st.integers(0, 10**15)
UNITS = st.sampled_from([1, 100, 10_000])


def test_thirds_sum_to_the_whole():
    """100.00 over three is 33.34 + 33.33 + 33.33: the cent that is missing goes to the first."""
    assert spread(10_000, [1, 1, 1], unit=1).tolist() == [3334, 3333, 3333]
    assert spread(1_000_000, [1, 1, 1], unit=100).tolist() == [333_400, 333_300, 333_300]
    assert spread(1_000_000, [1, 1, 1], unit=10_000).tolist() == [340_000, 330_000, 330_000]


def test_what_was_cut_most_is_made_up_first():
    """10 by 1 : 2 : 4 is 1.43, 2.86, 5.71: the second and the third were cut by most."""
    assert spread(10, [1, 2, 4], unit=1).tolist() == [1, 3, 6]
    assert spread(10, [0.1, 0.2, 0.4], unit=1).tolist() == [1, 3, 6]
    assert spread(3, [0.1, 0.2, 0.30000000000000004, 0], unit=1).tolist() == [1, 1, 1, 0]


def test_what_is_no_whole_unit_goes_to_the_next_in_line():
    """100.50 in whole units of 1.00 over three: 33.50 each are cut to 33, 1.50 are missing: 1 and 0.50."""
    assert spread(1_005_000, [1, 1, 1], unit=10_000).tolist() == [340_000, 335_000, 330_000]
    assert spread(1, [5, 5], unit=10_000).tolist() == [1, 0]


def test_without_weights_all_share_evenly():
    for weights in ([0, 0, 0, 0], [-1, 0, -7, 0], [np.nan] * 4):
        assert spread(10, weights, unit=1).tolist() == [3, 3, 2, 2]
    assert spread(10, [np.nan, -3, 1, 4], unit=1).tolist() == [0, 0, 2, 8]


def test_locked_parts_keep_theirs_and_the_others_share_the_rest():
    """100 with 55.5 locked: 44.5 over 1 : 1 in whole units."""
    result = spread(1_000, [9, 1, 1], unit=10, locked=[True, False, False], current=[555, 1, 1])
    assert result.tolist() == [555, 225, 220]
    assert spread(5, [1, 1], locked=[True, True], current=[2, 3]).tolist() == [2, 3]
    assert spread(5, [1, 1], unit=1, locked=[True, False], current=[-2, 0]).tolist() == [-2, 7]


def test_floors_and_caps_fill_like_water():
    """100 by 1 : 2 : 7 is 10, 20, 70. At most 50 for the last leaves 50 by 1 : 2; at least 20 for the first then 30."""
    assert spread(100, [1, 2, 7], unit=1, caps=[100, 100, 50]).tolist() == [17, 33, 50]
    assert spread(100, [1, 2, 7], unit=1, caps=[100, 100, 50], floors=[20, 0, 0]).tolist() == [20, 30, 50]
    assert spread(100, [1, 2, 7], unit=1, floors=[0, 50, 0]).tolist() == [6, 50, 44]
    assert spread(100, [0, 0, 7], unit=1, caps=[100, 100, 50]).tolist() == [25, 25, 50]
    assert spread(100, [0, 1, 1], unit=1, floors=[-5, 0, 0]).tolist() == [0, 50, 50]


def test_bounds_that_are_no_whole_units_hold():
    """The floor settles the first; 333 each are left, cut to 300: 66 are missing, of which the cap lets 33 in."""
    result = spread(1_000, [1, 1, 1], unit=100, caps=[NO_CAP, 333, NO_CAP], floors=[334, 0, 0])
    assert result.tolist() == [334, 333, 333]
    assert spread(10, [1, 1], unit=100, floors=[7, 0]).tolist() == [7, 3]


@pytest.mark.parametrize(
    ("reason", "numbers", "asked"),
    [
        ("negative_total", {"total": -1}, {"total": -1}),
        ("too_large", {"total": 2**60 + 1}, {"total": 2**60 + 1}),
        ("too_large", {"total": 10**30}, {"total": 10**30}),
        ("no_cells", {"total": 5}, {"total": 5, "weights": []}),
        ("everything_locked", {"total": 5, "locked": 4}, {"total": 5, "locked": [1, 1], "current": [2, 2]}),
        ("locks_above_total", {"total": 5, "locked": 6}, {"total": 5, "locked": [1, 0], "current": [6, 0]}),
        ("floor_above_cap", {"floor": 3, "cap": 2}, {"total": 5, "floors": [0, 3], "caps": [9, 2]}),
        ("floors_above_total", {"floors": 7, "free": 5}, {"total": 5, "floors": [4, 3]}),
        ("floors_above_total", {"floors": 3, "free": 2},
         {"total": 5, "floors": [9, 3], "locked": [1, 0], "current": [3, 0]}),
        ("caps_below_total", {"caps": 4, "free": 5}, {"total": 5, "caps": [1, 3]}),
    ],
)  # fmt: skip
def test_what_cannot_be_spread_is_refused(reason: str, numbers: dict[str, int], asked: dict[str, Any]) -> None:
    with pytest.raises(AllocationError) as refused:
        spread(**{"weights": [1, 1], "unit": 1, **asked})
    assert refused.value.reason == reason
    assert refused.value.numbers == numbers
    assert str(refused.value) == REASONS[reason].format(**numbers)


def test_what_makes_no_sense_is_an_error_of_the_caller():
    with pytest.raises(ValueError, match="unit must be at least 1"):
        spread(5, [1], unit=0)
    with pytest.raises(ValueError, match="infinite"):
        spread(5, [1, np.inf])
    with pytest.raises(ValueError, match="say what that is"):
        spread(5, [1, 1], locked=[True, False])
    assert spread(0, []).tolist() == []


def test_the_parent_that_cannot_is_named():
    with pytest.raises(AllocationError) as refused:
        spread_grouped([1, 5, 5], [1, 1, 1], [0, 1, 2], unit=1, caps=[9, 9, 4])
    assert (refused.value.reason, refused.value.group) == ("caps_below_total", 2)
    with pytest.raises(AllocationError) as refused:
        rescale([5, 5, 5], [0, 1, 2], [5, 5, 6], locked=[True] * 3)
    assert (refused.value.reason, refused.value.group) == ("everything_locked", 2)


@st.composite
def parents(draw: st.DrawFn, most: int = 7) -> dict[str, Any]:
    """What `spread` takes, such that it can be spread: weights, and perhaps locks, floors and caps."""
    size = draw(st.integers(1, most))
    many = {"min_size": size, "max_size": size}
    kinds = st.sampled_from([st.integers(-3, 5), AMOUNTS, st.floats(-1, 1e9)])
    asked: dict[str, Any] = {"weights": draw(kinds.flatmap(lambda kind: st.lists(kind, **many)))}
    locked = draw(st.lists(st.booleans(), **many))
    locked[draw(st.integers(0, size - 1))] = False
    current = draw(st.lists(AMOUNTS, **many))
    floors = draw(st.lists(AMOUNTS, **many)) if draw(st.booleans()) else [0] * size
    room = draw(st.lists(AMOUNTS, **many)) if draw(st.booleans()) else [NO_CAP // 8] * size
    caps = [low + more for low, more in zip(floors, room, strict=True)]
    free = [place for place, is_locked in enumerate(locked) if not is_locked]
    least, most_ = sum(floors[place] for place in free), sum(caps[place] for place in free)
    total = sum(now for now, is_locked in zip(current, locked, strict=True) if is_locked)
    total += draw(st.integers(least, min(most_, least + 10**15)))
    return {**asked, "total": total, "locked": locked, "current": current, "floors": floors, "caps": caps}


def ideal(asked: dict[str, Any]) -> list[Fraction]:
    """The shares by their definition: each between its bounds, with the one k by which they sum to what is left.

    k lies between the points at which a part comes to a bound; there the sum is a straight line.
    """
    free = [place for place, is_locked in enumerate(asked["locked"]) if not is_locked]
    shares = [Fraction(now) for now in asked["current"]]
    left = asked["total"] - sum(now for now, lock in zip(asked["current"], asked["locked"], strict=True) if lock)
    counted = whole_weights(np.array(asked["weights"]), np.zeros(len(shares), dtype=np.int64), 1).tolist()
    weights = {place: Fraction(counted[place]) for place in free}
    low = {place: Fraction(asked["floors"][place]) for place in free}
    high = {place: Fraction(asked["caps"][place]) for place in free}

    def level(weights: dict[int, Fraction], left: Fraction) -> None:
        points = sorted({Fraction(0), *(bound[p] / w for p, w in weights.items() if w for bound in (low, high))})

        def at(k: Fraction) -> dict[int, Fraction]:
            return {place: min(max(k * w, low[place]), high[place]) for place, w in weights.items()}

        before = max((k for k in points if sum(at(k).values()) <= left), default=Fraction(0))
        here = at(before)
        moving = {p: w for p, w in weights.items() if w and low[p] <= before * w < high[p]}
        more = (left - sum(here.values())) / sum(moving.values()) if moving else Fraction(0)
        for place in weights:
            shares[place] = here[place] + more * moving.get(place, 0)

    with_weight = {place: w for place, w in weights.items() if w}
    least_of_others = sum(low[place] for place in weights if place not in with_weight)
    room = sum(high[place] for place in with_weight)
    if with_weight and room >= left - least_of_others:
        level(weights, Fraction(left))
    else:  # those with a weight are full; the others share the rest evenly
        for place in with_weight:
            shares[place] = high[place]
        level({place: Fraction(1) for place in weights if place not in with_weight}, Fraction(left - room))
    return shares


@settings(max_examples=300)
@given(parents(), UNITS)
def test_any_total_is_spread_as_defined(asked: dict[str, Any], unit: int) -> None:
    result = spread(**asked, unit=unit)
    assert result.sum() == asked["total"]
    locked = np.array(asked["locked"])
    assert (result[locked] == np.array(asked["current"])[locked]).all()
    assert (result[~locked] >= np.array(asked["floors"])[~locked]).all()
    assert (result[~locked] <= np.array(asked["caps"])[~locked]).all()
    for share, part in zip(ideal(asked), result.tolist(), strict=True):
        assert abs(part - share) < unit


@given(st.lists(st.floats(-1, 1e9) | st.floats(0, 1), min_size=1, max_size=8))
def test_weights_count_to_twelve_digits_of_their_sum(weights: list[float]) -> None:
    counted = whole_weights(np.array(weights), np.zeros(len(weights), dtype=np.int64), 1).tolist()
    positive = [max(Fraction(weight), Fraction(0)) for weight in weights]
    whole, sum_ = sum(counted), sum(positive)
    for given_, count in zip(positive, counted, strict=True):
        assert (count > 0) == (given_ > 0)
        assert not sum_ or abs(Fraction(count, whole) - given_ / sum_) <= Fraction(len(weights) + 1, 10**12)


def test_a_part_that_weighs_next_to_nothing_still_comes_before_those_that_weigh_nothing():
    assert spread(4, [0.0, 7.5e-271, 1.0, 0.0], unit=1, caps=[0, 4, 0, 2]).tolist() == [0, 4, 0, 0]


@settings(max_examples=200)
@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=12), st.integers(0, 10**15))
def test_largest_remainder_as_in_the_books(weights: list[int], units: int) -> None:
    """Quota, whole part, then one each to the largest remainders, the first of equals first."""
    counted = weights if sum(weights) else [1] * len(weights)
    quotas = [Fraction(units * weight, sum(counted)) for weight in counted]
    whole = [int(quota) for quota in quotas]
    # Remainders alike to 2**-26 are equal.
    by_rest = sorted(range(len(weights)), key=lambda place: (-int((quotas[place] - whole[place]) * 2**26), place))
    for place in by_rest[: units - sum(whole)]:
        whole[place] += 1
    assert spread(units * 100, weights, unit=100).tolist() == [part * 100 for part in whole]


@settings(max_examples=60)
@given(st.lists(parents(), min_size=1, max_size=6), UNITS)
def test_many_parents_at_once_are_as_one_by_one(families: list[dict[str, Any]], unit: int) -> None:
    alone = [spread(**asked, unit=unit) for asked in families]
    place = np.concatenate([np.arange(len(one)) for one in alone])
    group = np.repeat(np.arange(len(families)), [len(one) for one in alone])
    cells = {name: np.concatenate([np.asarray(asked[name]) for asked in families])
             for name in ("weights", "locked", "current", "floors", "caps")}  # fmt: skip
    totals = [asked["total"] for asked in families]
    # Parent after parent, and the first part of each, then the second of each, and so on.
    for order in (np.arange(len(group)), np.lexsort((group, place))):
        asked = {name: values[order] for name, values in cells.items()}
        together = spread_grouped(totals, group=group[order], unit=unit, **asked)
        assert together.tolist() == np.concatenate(alone)[order].tolist()


@pytest.mark.parametrize("bounded", [False, True])
def test_a_large_plan_is_spread_as_its_parents_are(bounded: bool) -> None:
    """More parts than are worked on at a time, a parent of most of them, parents without any, in order and not."""
    draw = np.random.default_rng(4)
    group = np.sort(np.concatenate([np.full(30_000, 3), draw.integers(5, 2_000, 30_000)]))
    weights = draw.integers(0, 10**8, len(group))
    totals = np.bincount(group, weights, 2_001).astype(np.int64) * 11 // 10
    limits = {"floors": weights // 2, "caps": weights * 2 + 10**7} if bounded else {}
    result = spread_grouped(totals, weights, group, **limits)
    assert np.bincount(group, result, 2_001).astype(np.int64).tolist() == totals.tolist()
    for parent in (3, *np.unique(group)[1::97].tolist()):
        own = group == parent
        alone = spread(int(totals[parent]), weights[own], **{name: bound[own] for name, bound in limits.items()})
        assert (alone == result[own]).all()
    backwards = np.argsort(-group, kind="stable")
    limits = {name: bound[backwards] for name, bound in limits.items()}
    assert (spread_grouped(totals, weights[backwards], group[backwards], **limits) == result[backwards]).all()


def test_more_parts_than_a_key_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorted by three keys instead of one, the parts stand in the same order."""
    weights, group = np.arange(1, 301) % 17, np.arange(300) % 7
    totals = np.full(7, 99_999)
    before = spread_grouped(totals, weights, group, unit=10)
    monkeypatch.setattr("planning.rounding._KEY_BITS", 20)
    assert spread_grouped(totals, weights, group, unit=10).tolist() == before.tolist()


def test_cells_rescale_in_proportion():
    """Parents 0 and 1; 10 + 20 + 30 becomes 90, of which 30 are locked: 60 by 1 : 2."""
    cells, group = [10, 7, 20, 0, 30], [0, 1, 0, 1, 0]
    assert rescale(cells, group, [120, 14], unit=1).tolist() == [20, 14, 40, 0, 60]
    locked = [False, False, False, False, True]
    assert rescale(cells, group, [90, 7], locked, unit=1).tolist() == [20, 7, 40, 0, 30]
    assert rescale([0, 0, 5], [0, 0, 0], [10], [False, False, True], unit=1).tolist() == [3, 2, 5]
    assert rescale([10, 20], [0, 0], [60], unit=1, caps=[99, 25]).tolist() == [35, 25]


def test_a_total_that_is_met_changes_nothing():
    """Not even cells below nothing or of no whole unit; but what lies outside its bounds moves."""
    assert rescale([-5, 12, 3], [0, 0, 1], [7, 3], unit=100).tolist() == [-5, 12, 3]
    assert rescale([10, 20], [0, 0], [30], unit=1, caps=[99, 15]).tolist() == [15, 15]
    assert rescale([], [], []).tolist() == []


@given(parents(), st.integers(0, 10**15), UNITS)
def test_rescaling_there_keeps_locks_and_sums(asked: dict[str, Any], more: int, unit: int) -> None:
    now, locked = np.array(asked["current"]), np.array(asked["locked"])
    total = int(now.sum()) + more
    result = rescale(now, np.zeros(len(now), int), [total], locked, unit=unit)
    assert result.sum() == total
    assert (result[locked] == now[locked]).all()
    assert (result >= 0).all()
    assert rescale(now, np.zeros(len(now), int), [int(now.sum())], locked, unit=unit).tolist() == now.tolist()
