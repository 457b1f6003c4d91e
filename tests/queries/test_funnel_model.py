"""The arithmetic alone: the worked case, months, quartiles, futures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.funnel_model import (
    MONTHS,
    Model,
    Passed,
    Standing,
    assumed_rates,
    errors,
    latest_start,
    month_numbers,
    quartiles,
    simulated,
)

AS_OF = date(2026, 8, 27)
#: Potential, bidding, negotiation: 50 % in two months, 80 % in one, 90 % in one.
WORKED = Model(("s1", "s2", "s3"), (0.5, 0.8, 0.9), (2, 1, 1), in_months=True)


def standing(ages: list[int], amounts: list[float]) -> Standing:
    """One deal of each age."""
    amount = np.array(amounts, dtype=float)
    return Standing(np.array(ages, dtype=float), np.ones(len(ages)), amount, amount**2)


def test_worked_case() -> None:
    amounts = (Decimal(500_000), Decimal(250_000), Decimal(200_000))
    assert [amount * chance for amount, chance in zip(amounts, WORKED.products, strict=True)] == [180_000] * 3
    assert [int(WORKED.remaining(stage, np.zeros(1))[0]) for stage in range(3)] == [4, 2, 1]


def test_active_days_are_taken_off_the_own_stage_only() -> None:
    model = Model(("s1", "s2"), (0.5, 0.5), (30, 10))
    assert model.remaining(0, np.array([0, 29, 30, 400])).tolist() == [40, 11, 10, 10]
    assert model.remaining(1, np.array([0, 10, 11])).tolist() == [10, 0, 0]


def test_months_are_calendar_months() -> None:
    """From 27 August: 4 days on is the 31st, 5 days on is September; a year on is later than all months."""
    assert month_numbers(np.array([0, 4, 5, 34, 35, 338, 339, 9999]), AS_OF).tolist() == [0, 0, 1, 1, 2, 11, 12, 12]


def test_assumed_rates_are_ratios_of_probabilities() -> None:
    assert assumed_rates([0.36, 0.72, 0.9]) == pytest.approx([0.5, 0.8, 0.9])
    assert assumed_rates([0.8, 0.4]) == pytest.approx([1.0, 0.4])
    assert np.isnan(assumed_rates([0.5, float("nan"), 0.9])).tolist() == [True, True, False]


@given(st.lists(st.integers(0, 300), min_size=1, max_size=40))
def test_quartiles_are_those_of_the_values_written_out(days: list[int]) -> None:
    values, counts = np.unique(days, return_counts=True)
    assert quartiles(values.astype(float), counts) == pytest.approx(tuple(np.percentile(days, [25, 50, 75])))


def test_latest_start_is_the_last_day_that_lands_in_the_month() -> None:
    model = Model(("s1", "s2"), (0.5, 0.5), (30, 10))
    assert latest_start(date(2026, 10, 1), model) == date(2026, 9, 21)
    assert latest_start(date(2027, 1, 1), WORKED) == date(2026, 9, 30)


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 10**6)), min_size=1, max_size=20),
    st.lists(st.integers(0, 200), min_size=2, max_size=2),
)
def test_futures_without_doubt_are_the_forecast(deals: list[tuple[int, int]], leads: list[int]) -> None:
    """With rates of one that are certain, every future brings every deal, in the month the model says."""
    model = Model(("s1", "s2"), (1.0, 1.0), tuple(leads))
    ages = sorted(age for age, _ in deals)
    group = standing(ages, [amount for _, amount in deals])
    futures = simulated(model, [None, None], [group, standing([], [])], as_of=AS_OF, seed=1, draws=3)
    expected = np.zeros(MONTHS + 1)
    np.add.at(expected, month_numbers(model.remaining(0, group.ages), AS_OF), group.amount)
    assert futures == pytest.approx(np.tile(expected, (3, 1)))


def test_futures_average_the_forecast_and_stay_within_what_is_open() -> None:
    model = Model(("s1",), (0.4,), (10,))
    group = standing(list(range(20)), [100.0] * 19 + [5000.0])
    futures = simulated(model, [Passed(1000, 400, (8, 10, 13))], [group], as_of=AS_OF, seed=7, draws=4000)
    assert futures.sum(axis=1).mean() == pytest.approx(0.4 * 6900, rel=0.05)
    assert (futures >= 0).all() and (futures.sum(axis=1) <= 6900).all()


def test_fewer_past_deals_make_a_wider_interval() -> None:
    model = Model(("s1",), (0.5,), (10,))
    group = standing([0] * 200, [100.0] * 200)
    spread = [
        np.ptp(np.quantile(simulated(model, [known], [group], as_of=AS_OF, seed=3).sum(axis=1), [0.1, 0.9]))
        for known in (Passed(4, 2), Passed(400, 200), None)
    ]
    assert spread[0] > spread[1] > spread[2] > 0


def test_equal_seeds_draw_equal_futures() -> None:
    group, known = standing([1, 2], [10.0, 20.0]), Passed(10, 5, (1, 5, 9))
    model = Model(("s1",), (0.5,), (5,))
    first, again, other = (simulated(model, [known], [group], as_of=AS_OF, seed=seed) for seed in (1, 1, 2))
    assert (first == again).all() and not (first == other).all()


def test_errors_are_ratios_of_sums() -> None:
    """110 and 80 said, 100 and 100 came: off by 30 of 200, 10 of 200 too low; what is not known is left out."""
    said, came = np.array([110.0, 80.0, np.nan]), np.array([100.0, 100.0, 50.0])
    assert errors(said, came) == pytest.approx((0.15, -0.05))
    assert np.isnan(errors(said[2:], came[2:])).all()
    assert np.isnan(errors(np.array([5.0]), np.array([0.0]))).all()
