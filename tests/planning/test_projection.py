"""Projections by hand: months are expected as a year before, moved by growth."""

from __future__ import annotations

import numpy as np
import pytest

from planning.projection import LIMITS, growth_of, has_months, mean_of, projected


def history(*members: list[float]) -> np.ndarray:
    """Monthly amounts, the last month in progress."""
    return np.array(members, dtype=float)


def grown(first: float, second: float, now: float = 0.0, third: float | None = None) -> list[float]:
    """A month of a third year, then twelve of `first`, twelve of `second`, and the present one."""
    return [first if third is None else third, *[first] * 12, *[second] * 12, now]


class TestGrowth:
    def test_twelve_months_over_the_twelve_before(self) -> None:
        assert growth_of(history(grown(100, 110))) == pytest.approx([1.1])

    def test_members_jump_no_further_than_the_limits(self) -> None:
        found = growth_of(history(grown(100, 300), grown(100, 10), grown(100, 100)))
        assert found.tolist() == [LIMITS[1], LIMITS[0], 1.0]

    def test_a_young_member_grows_as_all_together(self) -> None:
        """Together 1200 + 0 became 1320 + 600: 1.6; the old one alone grew by a tenth."""
        young = [0.0] * 19 + [100.0] * 6 + [0.0]
        found = growth_of(history(grown(100, 110), young))
        assert found[0] == pytest.approx(1.1)
        assert found[1] == pytest.approx(1920 / 1200)

    def test_with_less_than_two_years_nothing_grows(self) -> None:
        assert growth_of(history([100.0] * 20)).tolist() == [1.0]

    def test_returns_alone_do_not_turn_growth_around(self) -> None:
        """A member that took back more than it sold: all together 1200 + 1200 became 1200 - 1200."""
        assert growth_of(history(grown(100, 100), grown(100, -100))).tolist() == [1.0, LIMITS[0]]


class TestMean:
    def test_the_last_six_whole_months(self) -> None:
        assert mean_of(history([100, 100, 10, 20, 30, 40, 50, 60, 999])).tolist() == [35]

    def test_from_the_first_month_on(self) -> None:
        assert mean_of(history([0, 0, 0, 30, 60, 999])).tolist() == [45]

    def test_never_below_nothing(self) -> None:
        assert mean_of(history([-30, -60, 0])).tolist() == [0]

    def test_a_first_month_that_is_not_over_tells_nothing(self) -> None:
        assert mean_of(history([0, 0, 0, 50])).tolist() == [0]


def test_months_since_the_first_sale() -> None:
    assert has_months(history([0, 0, 5, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 1])).tolist() == [3, 0, 5]


class TestProjected:
    def test_what_is_known_stays_and_the_rest_is_last_year_grown(self) -> None:
        """A quarter of the month has passed with 20; three quarters of 100 x 1.1 are to come, then 110 x 1.1."""
        made = projected(history(grown(100, 110, 20)), elapsed=0.25, ahead=2)
        assert made.shape == (1, 28)
        assert made[0, :25].tolist() == grown(100, 110)[:25]
        assert made[0, 25] == pytest.approx(20 + 0.75 * 110 * 1.1)
        assert made[0, 26:].tolist() == pytest.approx([110 * 1.1] * 2)

    def test_a_year_on_builds_on_what_was_expected(self) -> None:
        made = projected(history(grown(100, 110, 0)), elapsed=0.0, ahead=12)
        assert made[0, 25] == pytest.approx(121)
        assert made[0, 37] == pytest.approx(121 * 1.1)

    def test_a_season_stays_a_season(self) -> None:
        year = [0, 0, 300, 0, 0, 300, 0, 0, 300, 0, 0, 300]
        made = projected(history([*year, *year, 0]), elapsed=0.5, ahead=11)
        assert made[0, 24:].tolist() == year

    def test_a_young_member_goes_on_at_its_mean(self) -> None:
        made = projected(history([0.0] * 20 + [30, 60, 10]), elapsed=0.5, ahead=2)
        assert made[0, 22:].tolist() == [10 + 45 / 2, 45, 45]

    def test_a_month_of_returns_is_no_expectation(self) -> None:
        made = projected(history([-100.0, *[10.0] * 12]), elapsed=1.0, ahead=0)
        assert made[0, 12] == 10
        again = projected(history([-100.0, *[10.0] * 11, 5.0]), elapsed=0.5, ahead=0)
        assert again[0, 12] == 5

    def test_nobody_and_nothing(self) -> None:
        assert projected(np.zeros((0, 3)), elapsed=0.5, ahead=2).shape == (0, 5)
        assert projected(np.zeros((2, 1)), elapsed=0.5, ahead=2).tolist() == [[0, 0, 0], [0, 0, 0]]
