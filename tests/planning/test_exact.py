"""Proportions of any size, against Python's integers, which have no end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.exact import LARGEST, proportion, shares, sums, whole_weights


@st.composite
def fractions(draw: st.DrawFn) -> tuple[int, int, int]:
    """An amount, and a fraction of at most 1 of it."""
    under = draw(st.integers(1, 2**53))
    return draw(st.integers(-LARGEST, LARGEST)), draw(st.integers(0, under)), under


@settings(max_examples=500)
@given(st.lists(fractions(), min_size=1, max_size=5))
def test_proportions_of_more_than_64_bits(asked: list[tuple[int, int, int]]) -> None:
    amount, over, under = (np.array(column, dtype=np.int64) for column in zip(*asked, strict=True))
    quotient, remainder = proportion(amount, over, under)
    exact = [divmod(a * b, c) for a, b, c in asked]
    assert list(zip(quotient.tolist(), remainder.tolist(), strict=True)) == exact


@settings(max_examples=200)
@given(
    st.lists(st.integers(0, 2**50), min_size=1, max_size=7).filter(any),
    st.lists(st.integers(1, 2**50), min_size=1, max_size=7),
    st.integers(0, LARGEST), st.integers(0, LARGEST),
)  # fmt: skip
def test_shares_of_two_parents(one: list[int], other: list[int], first: int, second: int) -> None:
    weights, group = np.array(one + other), np.repeat([0, 1], [len(one), len(other)])
    quotient, remainder = shares(np.array([first, second]), weights, group, sums(weights, group, 2))
    exact = [divmod(first * weight, sum(one)) for weight in one]
    exact += [divmod(second * weight, sum(other)) for weight in other]
    assert list(zip(quotient.tolist(), remainder.tolist(), strict=True)) == exact


def test_whole_weights_are_kept_and_others_counted_to_twelve_digits():
    """Parent 0 has whole numbers, 1 has thirds, 2 has what is too much to add, 3 has nothing."""
    given_ = [3.0, 0.0, -1.0, 1 / 3, 2 / 3, 2.0**60, 2.0**60, np.nan]
    weights = whole_weights(np.array(given_), np.array([0, 0, 0, 1, 1, 2, 2, 3]), 4)
    assert weights[:3].tolist() == [3, 0, 0]
    assert weights[3:5].tolist() == [round(2**40 / 3), round(2**41 / 3)]
    assert weights[5] == weights[6] == 2**50
    assert weights[7] == 0
    assert whole_weights(np.array([2**62, 2**62]), np.array([0, 0]), 1).tolist() == [2**50, 2**50]
    tiny = whole_weights(np.array([5e-324, 1e-323]), np.array([0, 0]), 1)
    assert tiny[1] == pytest.approx(2 * tiny[0])
    with pytest.raises(ValueError, match="infinite"):
        whole_weights(np.array([1e308, 1e308]), np.array([0, 0]), 1)
