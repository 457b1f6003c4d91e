"""Weights, limits of growth, and what a plan carries on top, by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.allocation import spread
from planning.bases import limits_by_growth, over_assignment, weights_with_floor, with_padding, with_risk
from planning.rounding import NO_CAP


def test_members_without_history_weigh_a_share_of_the_mean():
    """Those with history have 100 and 300: half their mean is 100."""
    weights = weights_with_floor([100, 0, 300, -50, np.nan], 0.5)
    assert weights.tolist() == [100, 100, 300, 100, 100]
    assert weights_with_floor([100, 0], 0).tolist() == [100, 0]
    assert weights_with_floor([0, -1], 0.5).tolist() == [1, 1]
    assert weights_with_floor([], 0.5).tolist() == []
    assert spread(700, weights, unit=1).tolist() == [100, 100, 300, 100, 100]


def test_each_parent_has_a_floor_of_its_own():
    weights = weights_with_floor([10, 1000, 0, 0, 0], 0.1, group=[0, 1, 0, 1, 2])
    assert weights.tolist() == [10, 1000, 1, 100, 1]


@pytest.mark.parametrize("share", [-0.1, float("inf"), float("nan")])
def test_a_floor_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="share of at least 0"):
        weights_with_floor([1], share)


def test_limits_of_growth():
    floors, caps = limits_by_growth([1000, 0, -5, 3], min_growth=-0.1, max_growth=0.2)
    assert floors.tolist() == [900, 0, 0, 3]
    assert caps.tolist() == [1200, NO_CAP, NO_CAP, 3]
    floors, caps = limits_by_growth([1000])
    assert (floors.tolist(), caps.tolist()) == ([0], [NO_CAP])
    for wrong in (-1.5, float("nan"), 10**6):
        with pytest.raises(ValueError, match="between -100 %"):
            limits_by_growth([1], max_growth=wrong)
    with pytest.raises(ValueError, match="too large"):
        limits_by_growth([10**18], max_growth=5)


@given(st.integers(1, 10**16), st.decimals(-1, 20, places=4))
def test_limits_are_exact(amount: int, growth: Decimal) -> None:
    floors, caps = limits_by_growth([amount], min_growth=float(growth), max_growth=growth)
    exact = amount * (1 + Fraction(growth))
    assert (int(floors[0]), int(caps[0])) == (ceil(exact), floor(exact))


def test_over_assignment():
    """Children of 110 under a parent of 100 are a tenth too much, on purpose; without a parent there is no saying."""
    said = over_assignment([110, 90, 5, 5], [100, 100, 0, -1])
    assert said[:2] == pytest.approx([0.1, -0.1])
    assert np.isnan(said[2:]).all()


def test_risk_and_padding():
    assert with_risk(900, 0.9, unit=1) == 1000
    assert with_risk(1_000_000, Decimal("0.7"), unit=100) == 1_428_600
    assert with_risk(1_000_000, 1, unit=100) == 1_000_000
    assert with_padding(1_000_000, 5, unit=100) == 1_050_000
    assert with_padding(1_000_000, -2.5, unit=10_000) == 980_000
    assert with_padding(100, 12.5, unit=1) == 112
    for wrong in (0, -1, 1.01, float("nan")):
        with pytest.raises(ValueError, match="risk coefficient"):
            with_risk(1, wrong)
    with pytest.raises(ValueError, match="padding"):
        with_padding(1, -101)
