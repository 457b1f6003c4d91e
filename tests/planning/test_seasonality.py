"""What each month brings of a year, from amounts by year and month."""

from __future__ import annotations

import numpy as np
import pytest

from planning.seasonality import month_shares


def year(**months: float) -> list[float]:
    """A hundred in each month but those named (`m1` to `m12`)."""
    return [months.get(f"m{n}", 100.0) for n in range(1, 13)]


def test_even_years_are_even():
    shares = month_shares(np.array([year(), [5.0] * 12]))
    assert shares is not None and shares.tolist() == pytest.approx([1 / 12] * 12)


def test_years_count_alike_however_large_they_are():
    """All in January, then ten times as much all in February: half each."""
    years = np.zeros((2, 12))
    years[0, 0], years[1, 1] = 10, 100
    shares = month_shares(years)
    assert shares is not None and shares.tolist() == [0.5, 0.5, *[0] * 10]


def test_a_mean_of_indices_by_hand():
    """March is 1.5 of its year's monthly mean (1300/12), then 2/(14/12): over the sum of all, which is 12."""
    years = np.array([year(m3=200), [1.0, 1, 3, *[1] * 9]])
    expected = (200 / (1300 / 12) + 3 / (14 / 12)) / 2 / 12
    shares = month_shares(years)
    assert shares is not None
    assert shares[2] == pytest.approx(expected)
    assert shares.sum() == pytest.approx(1)


def test_one_year_is_not_enough_and_a_year_without_sales_is_none():
    assert month_shares(np.array([year()])) is None
    assert month_shares(np.zeros((0, 12))) is None
    assert month_shares(np.array([year(), [0.0] * 12])) is None
    assert month_shares(np.array([year(), [-1.0] * 12])) is None
    known = month_shares(np.array([year(m1=300), [0.0] * 12, year(m1=300)]))
    assert known is not None and known[0] == pytest.approx(300 / 1400)


def test_a_month_of_returns_brings_nothing_and_the_others_all():
    shares = month_shares(np.array([year(m2=-50), year(m2=-50)]))
    assert shares is not None
    assert shares[1] == 0
    assert shares.tolist() == pytest.approx([1 / 11, 0, *[1 / 11] * 10])
