"""How a target spreads over its days, counted by hand: September 2026 begins on a Tuesday, the 3rd is a holiday.

| September    | days | working days             |
|--------------|------|--------------------------|
| 1st to 15th  | 15   | 10: 1 2 4, 7-11, 14 15   |
| 16th to 30th | 15   | 11: 16-18, 21-25, 28-30  |

By season September brings 30 % of a year and October 20 %, each over its working days.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.curves import Curve, Spread, curve

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(365)]
HOLIDAYS = {date(2026, 9, 3), *(date(2026, 10, day) for day in range(1, 9))}
WORKING = [day.weekday() < 5 and day not in HOLIDAYS for day in DAYS]
#: Nothing in January and February, so that there is a season without any weight.
SHARES = [Fraction(share, 100) for share in (0, 0, 5, 5, 5, 5, 5, 5, 30, 20, 10, 10)]


def made(spread: Spread, shares: list[Fraction] | None = SHARES) -> Curve:
    months = np.array([day.month - 1 for day in DAYS])
    given_ = None if shares is None else np.array([float(share) for share in shares])
    return curve(spread, first=FIRST, working=np.array(WORKING), months=months, shares=given_)


def share(one: Curve, start: date, end: date, since: date | None, until: date | None) -> float:
    spans = np.array([[start], [end]], dtype="datetime64[D]")
    return float(one.share(spans[0], spans[1], since, until)[0])


def sept(day: int) -> date:
    return date(2026, 9, day)


@pytest.mark.parametrize(("spread", "expected"), [("linear", 15 / 30), ("working", 10 / 21), ("seasonal", 10 / 21)])
def test_september_asked_for_its_first_half(spread, expected):
    assert share(made(spread), sept(1), sept(30), sept(1), sept(15)) == pytest.approx(expected, abs=1e-12)
    assert share(made(spread), sept(1), sept(30), sept(16), sept(30)) == pytest.approx(1 - expected, abs=1e-12)


def test_two_months_of_unlike_seasons():
    """September brings 30 % of a year and October 20 %: September is 3/5 of the two, its first half 10/21 of that."""
    season = made("seasonal")
    assert share(season, sept(1), date(2026, 10, 31), sept(1), sept(30)) == pytest.approx(3 / 5, abs=1e-12)
    assert share(season, sept(1), date(2026, 10, 31), None, sept(15)) == pytest.approx(3 / 5 * 10 / 21, abs=1e-12)
    assert share(season, FIRST, date(2026, 12, 31), sept(1), sept(30)) == pytest.approx(0.3, abs=1e-12)


def test_without_a_season_the_working_days_count():
    assert made("seasonal", None).weights.tolist() == made("working").weights.tolist()


@pytest.mark.parametrize("spread", ["linear", "working", "seasonal"])
def test_a_span_of_only_holidays_is_shared_evenly(spread):
    """1 to 8 October, all off: a quarter of it on the first two days, whatever the spread."""
    assert share(made(spread), date(2026, 10, 1), date(2026, 10, 8), None, date(2026, 10, 2)) == 0.25
    course = made(spread).course(date(2026, 10, 1), date(2026, 10, 8))
    assert course.tolist() == pytest.approx([n / 8 for n in range(1, 9)])


def test_a_season_without_weight_is_shared_evenly():
    assert share(made("seasonal"), FIRST, date(2026, 1, 31), None, date(2026, 1, 10)) == pytest.approx(10 / 31)


@pytest.mark.parametrize("spread", ["linear", "working", "seasonal"])
def test_the_whole_is_exactly_one_and_outside_is_exactly_nothing(spread):
    one = made(spread)
    for since, until in [(None, None), (sept(1), None), (None, sept(30)), (FIRST, date(2026, 12, 31))]:
        assert share(one, sept(1), sept(30), since, until) == 1
    assert share(one, sept(1), sept(30), None, date(2026, 8, 31)) == 0
    assert share(one, sept(1), sept(30), date(2026, 10, 1), None) == 0


def test_days_off_at_the_end_are_no_part():
    """1 to 6 September: the last two days are a weekend, so that all of it is due by the Friday."""
    assert share(made("working"), sept(1), sept(6), None, sept(4)) == 1
    assert share(made("working"), sept(1), sept(6), sept(5), None) == 0


def test_elapsed_and_course_say_the_same():
    for spread in ("linear", "working", "seasonal"):
        one = made(spread)
        course = one.course(sept(1), sept(30))
        assert len(course) == 30 and course[-1] == 1 and (np.diff(course) >= 0).all()
        assert [one.elapsed(sept(1), sept(30), sept(day)) for day in range(1, 31)] == course.tolist()
    assert made("working").elapsed(sept(1), sept(30), date(2026, 8, 31)) == 0
    assert made("working").elapsed(sept(1), sept(30), date(2027, 1, 1)) == 1


def test_days_that_no_calendar_knows_count_as_those_it_knows_do_on_average():
    """A plan of 2030 asked for in parts; and one that begins ten days before the last day known."""
    one = made("linear")
    first, last = date(2030, 1, 1), date(2030, 12, 31)
    assert share(one, first, last, first, date(2030, 1, 31)) == pytest.approx(31 / 365)
    assert share(one, first, last, date(2030, 12, 1), date(2031, 5, 1)) == pytest.approx(31 / 365)
    assert share(one, first, last, None, date(2029, 12, 31)) == 0
    assert share(one, date(2020, 1, 1), date(2020, 1, 4), None, date(2020, 1, 1)) == pytest.approx(1 / 4)
    assert share(one, date(2026, 12, 22), date(2027, 1, 10), None, date(2026, 12, 31)) == pytest.approx(10 / 20)
    assert one.course(first, last)[30] == pytest.approx(31 / 365)
    working = made("working")
    usual = sum(WORKING) / 365
    assert share(working, date(2026, 12, 31), date(2027, 1, 1), None, date(2026, 12, 31)) == pytest.approx(
        1 / (1 + usual)
    )


WEIGHTS: dict[Spread, list[Fraction]] = {
    "linear": [Fraction(1)] * 365,
    "working": [Fraction(int(one)) for one in WORKING],
    "seasonal": [
        SHARES[day.month - 1]
        * Fraction(int(works), sum(w for w, other in zip(WORKING, DAYS, strict=True) if other.month == day.month))
        for day, works in zip(DAYS, WORKING, strict=True)
    ],
}


@settings(max_examples=40)
@given(
    spread=st.sampled_from(["linear", "working", "seasonal"]),
    span=st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted),
    period=st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted),
)
def test_any_span_in_any_period_is_counted_day_by_day(spread, span, period):
    weights = dict(zip(DAYS, WEIGHTS[spread], strict=True))
    own = [day for day in DAYS if span[0] <= day <= span[1]]
    if not sum(weights[day] for day in own):
        weights = dict.fromkeys(DAYS, Fraction(1))
    inside = sum(weights[day] for day in own if period[0] <= day <= period[1])
    expected = inside / sum(weights[day] for day in own)
    assert share(made(spread), *span, *period) == pytest.approx(float(expected), abs=1e-12)
