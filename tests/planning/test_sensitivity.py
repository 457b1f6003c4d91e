"""What moves attainment, by hand: 600 of 1,000 are in, 800 are open, half is won, two deals of 100 are still to come.

Landing: 600 + 0.5 x (800 + 2 x 100) = 1,100. A tenth of the win rate or of the average deal is worth 50, a tenth of the
pipeline 40.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.sensitivity import DRIVERS, Outlook, needed, needed_win_rate, sensitivity

OUTLOOK = Outlook(target=1000, actual=600, open_amount=800, win_rate=0.5, average_deal=100, coming_deals=2)


def test_the_landing():
    assert OUTLOOK.landing == 1100
    assert OUTLOOK.attainment == 1.1
    assert Outlook(target=0, actual=5, open_amount=0, win_rate=0).attainment is None


def test_a_tenth_of_each():
    effects = sensitivity(OUTLOOK)
    assert [(one.driver, one.change) for one in effects] == [
        ("win_rate", -0.1), ("win_rate", 0.1), ("average_deal", -0.1), ("average_deal", 0.1),
        ("pipeline", -0.1), ("pipeline", 0.1),
    ]  # fmt: skip
    assert [one.delta_landing for one in effects] == pytest.approx([-50, 50, -50, 50, -40, 40])
    assert [one.landing for one in effects] == pytest.approx([1050, 1150, 1050, 1150, 1060, 1140])
    assert [one.delta_attainment for one in effects] == pytest.approx([-0.05, 0.05, -0.05, 0.05, -0.04, 0.04])
    assert not any(one.is_capped for one in effects)


def test_no_more_than_everything_is_won():
    effects = sensitivity(Outlook(target=100, actual=0, open_amount=100, win_rate=0.95), changes=[0.1])
    capped = next(one for one in effects if one.driver == "win_rate")
    assert (capped.landing, capped.is_capped) == (100, True)
    assert effects[0].driver == "average_deal", "what moves most comes first"


def test_without_a_target_there_is_no_attainment():
    effects = sensitivity(Outlook(target=0, actual=0, open_amount=100, win_rate=0.5))
    assert {one.attainment for one in effects} == {one.delta_attainment for one in effects} == {None}


def test_what_would_be_needed():
    """1,300 are aimed at, 200 more than will land: 200 of 500 by win rate or deal size, of 400 by pipeline."""
    short = Outlook(target=1300, actual=600, open_amount=800, win_rate=0.5, average_deal=100, coming_deals=2)
    assert needed(short) == {"win_rate": 0.4, "average_deal": 0.4, "pipeline": 0.5}
    assert needed(OUTLOOK) == dict.fromkeys(DRIVERS, 0.0)
    assert needed(Outlook(target=0, actual=0, open_amount=1, win_rate=1)) == dict.fromkeys(DRIVERS)
    assert needed(Outlook(target=9, actual=0, open_amount=0, win_rate=1)) == dict.fromkeys(DRIVERS)
    beyond = needed(Outlook(target=500, actual=0, open_amount=400, win_rate=0.5))
    assert beyond == {"win_rate": None, "average_deal": 1.5, "pipeline": 1.5}


amounts = st.floats(1, 1e9)


@given(amounts, amounts, amounts, st.floats(0.01, 0.4), st.floats(0, 1e6), st.floats(0, 50))
def test_what_is_needed_is_enough(
    target: float, actual: float, open_amount: float, rate: float, deal: float, coming: float
) -> None:
    outlook = Outlook(target, actual, open_amount, rate, deal, coming)
    for driver, change in needed(outlook).items():
        if change:
            (there,) = (one for one in sensitivity(outlook, changes=[change]) if one.driver == driver)
            assert there.attainment == pytest.approx(1)


def test_the_win_rate_that_many_nodes_need():
    rates = needed_win_rate([100, 100, 100, 100, 0], [60, 100, 60, 0, 5], [80, 5, 0, 50, 7])
    assert rates[:4].tolist() == [0.5, 0, np.inf, 2]
    assert np.isnan(rates[4])


@pytest.mark.parametrize(
    "wrong", [{"win_rate": 1.1}, {"win_rate": float("nan")}, {"open_amount": -1}, {"coming_deals": float("inf")}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Outlook(**{"target": 1, "actual": 0, "open_amount": 1, "win_rate": 0.5, **wrong})
    with pytest.raises(ValueError, match="at most everything"):
        sensitivity(OUTLOOK, changes=[-1.5])
