"""Proposals from monthly history, by hand and for any history; and what is said where there is too little of it."""

from __future__ import annotations

import warnings
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.forecast import METHODS, Proposal, errors, month_after, proposals

JANUARY = date(2024, 1, 1)
LIGHT = ("last_year", "moving_average", "seasonal")
#: A year that sums to 1,560: a hundred a month, 460 in December.
YEAR = [100.0] * 11 + [460.0]


def of(method: str, history: Any, first: date = JANUARY, **options: Any) -> Proposal:
    (made,) = proposals(history, first, methods=[method], **options)
    return made


def test_months_are_counted_on():
    assert month_after(date(2024, 11, 1), 0) == date(2024, 11, 1)
    assert month_after(date(2024, 11, 1), 2) == date(2025, 1, 1)
    assert month_after(date(2024, 1, 1), 23) == date(2025, 12, 1)


def test_last_year_again():
    made = of("last_year", [*range(1, 13), 50, 60])
    assert made.first == date(2025, 3, 1)
    assert made.months.tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 50, 60]
    assert made.total == 185
    assert of("last_year", range(1, 13), skip=2).months.tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2]
    assert of("last_year", range(1, 13), skip=2).first == date(2025, 3, 1)


def test_the_moving_average_is_the_mean_of_the_last_months():
    made = of("moving_average", [1000, 10, 20, 60], periods=3)
    assert made.months.tolist() == [30] * 12
    assert (made.enough, made.reason, made.years_used) == (True, None, 0)
    short = of("moving_average", [10, 20], periods=3)
    assert (short.enough, short.reason, short.months.tolist()) == (False, "fewer_months_than_asked", [15] * 12)


def test_the_seasonal_model_spreads_the_last_twelve_months():
    """Two years alike, one at twice the level: it sums to 3,120, a tenth more is 3,432; December has 460/1560."""
    made = of("seasonal", [*YEAR, *(2 * amount for amount in YEAR)], growth=0.1)
    assert made.total == pytest.approx(3432)
    assert made.months[0] == pytest.approx(3432 * 100 / 1560)
    assert made.months[11] == pytest.approx(3432 * 460 / 1560)
    assert (made.enough, made.years_used) == (True, 2)


@pytest.mark.parametrize("skip", [0, 1, 7])
@pytest.mark.parametrize("begins", [1, 4, 12])
def test_each_month_keeps_its_season_wherever_history_begins(begins: int, skip: int) -> None:
    """December is high in a history of 29 months from any month on, and in what is proposed from any month on."""
    first = date(2022, begins, 1)
    history = [460.0 if month_after(first, n).month == 12 else 100.0 for n in range(29)]
    for method in ("last_year", "seasonal"):
        made = of(method, history, first, skip=skip)
        assert made.first == month_after(first, 29 + skip)
        high = [month_after(made.first, n).month for n, amount in enumerate(made.months) if amount > 300]
        assert high == [12], method


def test_one_year_is_even_and_says_so():
    made = of("seasonal", YEAR)
    assert (made.enough, made.reason) == (False, "less_than_two_years")
    assert made.months.tolist() == pytest.approx([130] * 12)
    assert of("seasonal", [10, 30]).months.tolist() == [20] * 12
    for amounts in (YEAR, [1.0] * 23):
        made = of("holt_winters", amounts)
        assert (made.months, made.enough, made.reason, made.total) == (None, False, "less_than_two_years", None)
    assert of("last_year", [1.0] * 11).reason == "less_than_a_year"


@pytest.mark.parametrize("history", [[], [np.nan, np.nan]])
def test_nothing_to_go_by(history: list[float]) -> None:
    for made in proposals(history, JANUARY):
        assert (made.months, made.enough, made.reason) == (None, False, "no_history")
        assert made.first == month_after(JANUARY, len(history))
        assert np.isnan([made.wape, made.bias, made.naive_wape]).all()


def test_months_not_known_yet_are_skipped_and_a_gap_is_nothing():
    history = [np.nan, *range(1, 13), np.nan, np.nan]
    made = of("last_year", history)
    assert made.first == month_after(JANUARY, 15)
    assert made.months.tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2]
    assert of("moving_average", [30, np.nan, 60], periods=3).months.tolist() == [30] * 12


def test_what_a_method_would_have_said_a_year_ago():
    """Three years of 10, 20 and 30 a month. At the end of the second: last year says 20, as does the mean of twelve.

    Off by 10 of 30. A quarter earlier 3 x 10 + 9 x 20 had come and 3 x 20 + 9 x 30 were to come; and so on.
    """
    made = of("moving_average", [10.0] * 12 + [20.0] * 12 + [30.0] * 12)
    assert made.months_tested == 36
    came = [30 * 12, 20 * 3 + 30 * 9, 20 * 6 + 30 * 6]
    mean = [20, 17.5, 15]
    off = [10 * 12, 2.5 * 3 + 12.5 * 9, 5 * 6 + 15 * 6]
    assert made.wape == pytest.approx(sum(off) / sum(came))
    assert made.bias == pytest.approx((12 * sum(mean) - sum(came)) / sum(came))
    # Said the same month a year before: ten less than what came, in every month.
    assert made.naive_wape == pytest.approx(360 / sum(came))
    assert made.naive_bias == pytest.approx(-360 / sum(came))
    assert of("last_year", [10.0] * 24).wape == 0
    assert of("moving_average", [10.0] * 23).months_tested == 0


def test_the_months_between_are_not_known_in_a_test_either():
    """With two months to skip, 26 months allow one test: the first twelve say what came in months 15 to 26."""
    history = [*range(1, 13), 500, 500, *[10] * 12]
    made = of("last_year", history, skip=2)
    said = np.array([*range(3, 13), 1, 2])
    assert made.months_tested == 12
    assert made.wape == pytest.approx(np.abs(said - 10).sum() / 120)


def test_errors_without_anything_to_divide_by():
    assert errors(np.array([12.0, 6]), np.array([10.0, 10])) == pytest.approx((0.3, -0.1))
    assert np.isnan(errors(np.array([1.0]), np.array([0.0]))).all()
    assert np.isnan(errors(np.array([1.0]), np.array([-5.0]))).all()


def test_holt_winters_sees_trend_and_season():
    """A rise of 2 a month and a wave of a year, with a little noise: it is nearer than last year's months are."""
    months = np.arange(60)
    truth = 200 + 2 * months + 50 * np.sin(months * np.pi / 6)
    noise = np.random.default_rng(3).normal(0, 4, 60)
    made = of("holt_winters", (truth + noise)[:48])
    assert made.enough and made.low is not None and made.high is not None
    assert np.abs(made.months - truth[48:]).max() < 25
    assert made.wape < 0.06 < made.naive_wape
    assert (made.low < made.months).all() and (made.months < made.high).all()
    assert made.total_low < made.total < made.total_high
    assert made.total_high - made.total_low < (made.high - made.low).sum(), "a sum varies less than its months do"
    again, scaled = of("holt_winters", (truth + noise)[:48]), of("holt_winters", 1e10 * (truth + noise)[:48])
    assert again.low.tolist() == made.low.tolist()
    assert scaled.months == pytest.approx(1e10 * made.months, rel=1e-4)
    skipped = of("holt_winters", (truth + noise)[:48], skip=3)
    assert skipped.months[:9] == pytest.approx(made.months[3:])


@pytest.mark.parametrize(
    "history",
    [[0.0] * 30, [7.0] * 30, [0.0] * 20 + [5000.0] + [0.0] * 15, [-5.0, 10.0] * 20, [1e-12] * 12 + [1e12] * 24],
    ids=["nothing", "constant", "one order", "returns", "leap"],
)  # fmt: skip
def test_odd_histories_draw_no_warning(history: list[float]) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for made in proposals(history, JANUARY):
            assert made.months is not None and np.isfinite(made.months).all()
    assert [str(one.message) for one in said] == []


def test_a_constant_stays_as_it_is():
    made = of("holt_winters", [7.0] * 40)
    assert made.months.tolist() == made.low.tolist() == made.high.tolist() == [7.0] * 12
    assert (made.wape, made.total_low, made.total_high) == (0, 84, 84)


@settings(max_examples=60)
@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(-1e9, 1e12), st.just(0.0)), max_size=45),
    st.integers(1, 14), st.integers(0, 5),
)  # fmt: skip
def test_any_history_gets_an_answer(history: list[float], periods: int, skip: int) -> None:
    for made in proposals(history, JANUARY, methods=LIGHT, periods=periods, skip=skip):
        assert made.first == month_after(JANUARY, len(history) + skip)
        assert made.enough == (made.reason is None)
        assert made.months is None or (len(made.months) == 12 and np.isfinite(made.months).all())
        assert made.months is not None or not made.enough
        assert not made.wape < 0


def test_what_makes_no_sense_is_refused():
    for options in ({"periods": 0}, {"skip": -1}, {"growth": -1.1}, {"growth": float("nan")}, {"methods": ["oracle"]}):
        with pytest.raises(ValueError, match="least|no method oracle"):
            proposals([1.0], JANUARY, **options)
    assert {made.method for made in proposals([1.0], JANUARY)} == set(METHODS)
