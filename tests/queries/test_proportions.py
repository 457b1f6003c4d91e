"""Intervals, tests and the correction for many of them, by hand and against SciPy and statsmodels."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, fisher_exact
from statsmodels.stats.proportion import proportion_confint, proportions_ztest

from queries.proportions import adjusted, differ, fisher, wilson


@given(st.integers(1, 5_000), st.data())
def test_the_interval_is_that_of_wilson(under: int, data: st.DataObject) -> None:
    over = data.draw(st.integers(0, under))
    assert wilson(over, under) == pytest.approx(proportion_confint(over, under, method="wilson"), abs=1e-9)


def test_no_cases_have_no_interval_and_no_test() -> None:
    assert all(map(isnan, wilson(0, 0)))
    assert isnan(differ(0, 0, 3, 4))


def test_the_lady_tasting_tea() -> None:
    """3 of 4 against 1 of 4: tables 4-0, 3-1, 1-3 and 0-4 have 1 + 16 + 16 + 1 of the 70 ways, 2-2 has 36."""
    assert fisher(3, 4, 1, 4) == pytest.approx(34 / 70)


@given(*[st.integers(0, 60)] * 4)
def test_fisher_is_that_of_scipy(won: int, lost: int, other_won: int, other_lost: int) -> None:
    if won + lost and other_won + other_lost:
        expected = fisher_exact([[won, lost], [other_won, other_lost]]).pvalue
        assert fisher(won, won + lost, other_won, other_won + other_lost) == pytest.approx(expected, abs=1e-9)


def test_many_cases_are_tested_by_the_two_proportions() -> None:
    """45 of 100 against 30 of 100: pooled .375, error .068465, z 2.19089, p .02846."""
    assert differ(45, 100, 30, 100) == pytest.approx(0.028460, abs=1e-6)
    _, expected = proportions_ztest([207, 433], [765, 1117])
    assert differ(207, 765, 433, 1117) == pytest.approx(expected)


def test_few_expected_cases_are_tested_exactly() -> None:
    """3 of 12 hits on a side of 8: 2 expected, fewer than five."""
    assert differ(3, 8, 0, 4) == pytest.approx(fisher_exact([[3, 5], [0, 4]]).pvalue)
    assert differ(0, 30, 0, 50) == differ(30, 30, 50, 50) == 1.0


def test_a_large_lopsided_table_is_still_exact() -> None:
    assert differ(7, 8, 50_000, 100_000) == pytest.approx(fisher_exact([[7, 1], [50_000, 50_000]]).pvalue, rel=1e-6)


def test_of_four_two_hold() -> None:
    """Benjamini-Hochberg by hand: .01 x 4/1 = .04, .02 x 4/2 = .04, .04 x 4/3 = .0533, .5 x 4/4 = .5."""
    assert adjusted([0.04, 0.01, 0.5, 0.02]) == pytest.approx([0.04 * 4 / 3, 0.04, 0.5, 0.04])
    assert adjusted([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_correction_is_that_of_scipy(p_values: list[float]) -> None:
    assert adjusted(p_values) == pytest.approx(list(false_discovery_control(p_values)), abs=1e-12)
