"""Key numbers: each beside the period before and last year's same days; balances as they stood then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from queries import headline, overview
from queries.balances import balances_at
from queries.breakdown import breakdown
from queries.engine import Database, reading
from queries.periods import months_later
from queries.scope import EVERYTHING, Scope
from queries.semantic import measures as m
from queries.slices import Slice
from tests.queries.histories import interval
from tests.rows import deal

BALANCES = (m.open_count, m.open_amount, m.weighted_pipeline)


def numbers(*names: str, search: str = "", scope: Scope = EVERYTHING) -> dict[str, tuple[Any, ...]]:
    found = headline.key_numbers(Slice.from_search(search), scope=scope, names=names)
    columns = ["value", "previous", "last_year", "over", "under"]
    return {
        row["measure"]: tuple(None if pd.isna(row[c]) else round(row[c], 4) for c in columns)
        for row in found.to_dict("records")
    }


@pytest.fixture(scope="module")
def years(make_lasting_company) -> Iterator[Database]:
    """Won: 40 and 60 in August and July; 30 on 28 May and 1000 a day later; 20 on 27 August 2025 and 500 a day later.

    One of the July deals of 2026 was lost, in the East. The quarter's 58 days are compared with the 58 days before
    them in their quarter, and with the same dates of last year.
    """
    won = [
        ("a", 40, date(2026, 8, 10)),
        ("b", 60, date(2026, 7, 10)),
        ("c", 30, date(2026, 5, 28)),
        ("d", 1000, date(2026, 5, 29)),
        ("e", 20, date(2025, 8, 27)),
        ("f", 500, date(2025, 8, 28)),
    ]
    deals = [deal(name, "won", amount, closed_on=day, created_on=date(2025, 1, 1)) for name, amount, day in won]
    lost = deal("g", "lost", 5, closed_on=date(2026, 7, 20), created_on=date(2026, 7, 1), office_id="bj")
    with reading(make_lasting_company(opportunities=[*deals, lost])) as database:
        yield database


@pytest.mark.usefixtures("years")
class TestFlows:
    def test_the_same_number_of_days_before_and_the_same_dates_last_year(self):
        assert numbers("won_amount", "won_count") == {
            "won_amount": (100, 30, 20, None, None),
            "won_count": (2, 1, 1, None, None),
        }

    def test_a_ratio_brings_its_parts(self):
        assert numbers("win_rate") == {"win_rate": (0.6667, 1, 1, 2, 3)}

    def test_a_whole_period_is_compared_with_whole_periods(self):
        assert numbers("won_amount", search="period=2026Q2") == {"won_amount": (1030, 0, 0, None, None)}

    def test_all_time_has_nothing_to_compare_with(self):
        assert numbers("won_amount", search="period=all") == {"won_amount": (1650, None, None, None, None)}

    def test_filters_and_scope_hold_for_what_it_is_compared_with(self):
        assert numbers("won_amount", search="region=North") == {"won_amount": (0, 0, 0, None, None)}
        assert numbers("lost_count", scope=Scope.only(region="North")) == {"lost_count": (1, 0, 0, None, None)}

    def test_nothing_decided_is_no_rate(self):
        assert numbers("win_rate", search="region=Nowhere") == {"win_rate": (None, None, None, 0, 0)}

    def test_overlapping_periods_are_each_counted_whole(self):
        """Twenty months: the same days a year earlier share eight of them."""
        found = numbers("won_amount", search="period=2025-01-01..2026-08-27")
        assert found == {"won_amount": (1650, 0, 20, None, None)}

    def test_months_of_the_year_beside_last_year(self):
        months = overview.won_by_month(Slice(), scope=EVERYTHING)
        assert months["month"].tolist() == [date(2026, number, 1) for number in range(1, 9)]
        assert months["won_amount"].tolist() == [0, 0, 0, 0, 1030, 0, 60, 40]
        assert months["last_year"].tolist() == [0, 0, 0, 0, 0, 0, 0, 520]

    def test_members_beside_last_year(self):
        assert overview.won_by_member(Slice(), scope=EVERYTHING).to_dict("list") == {
            "region": ["East"],
            "region_label": ["East"],
            "region_label_zh": ["华东"],
            "won_amount": [100],
            "last_year": [20],
        }

    def test_the_course_of_twelve_months(self):
        course = headline.course(Slice(), scope=EVERYTHING, names=("won_amount", "win_rate"))
        assert course["month"].tolist() == [months_later(date(2025, 9, 1), step) for step in range(12)]
        assert course["won_amount"].tolist() == [0] * 8 + [1030, 0, 60, 40]
        assert course["win_rate"].dropna().tolist() == [1, 0.5, 1]


def test_a_balance_is_compared_with_how_it_stood(make_company):
    """Open at the end of May 28 (the days before, cut) with 10, a year ago with 3; now with 25."""
    history = [
        interval("a", "s1", date(2025, 8, 1), date(2025, 9, 1), amount=3),
        interval("a", "s1", date(2025, 9, 1), date(2026, 6, 1), amount=10),
        interval("a", "s2", date(2026, 6, 1), None, amount=25),
    ]
    now = deal("a", amount=25, stage_id="s2", probability=0.72, created_on=date(2025, 8, 1))
    with reading(make_company(opportunities=[now], opportunity_history=history)):
        assert numbers("open_amount", "weighted_pipeline", "open_count") == {
            "open_amount": (25, 10, 3, None, None),
            "weighted_pipeline": (18, 3.6, 1.08, None, None),
            "open_count": (1, 1, 1, None, None),
        }
        assert numbers("open_amount", search="region=North") == {"open_amount": (0, 0, 0, None, None)}
        long_ago = numbers("open_amount", search="as_of=2026-01-01&period=mtd")
        assert long_ago == {"open_amount": (10, 10, None, None, None)}  # a year before, nothing was recorded yet
        course = headline.course(Slice(), scope=EVERYTHING, names=("open_amount",))
        assert course["open_amount"].tolist() == [10] * 9 + [25] * 3


def test_days_before_anything_was_recorded_have_no_balance(make_company):
    with reading(make_company(opportunities=[deal("a")])):
        assert numbers("open_amount") == {"open_amount": (100, None, None, None, None)}


def test_an_empty_company(make_company):
    with reading(make_company()):
        assert numbers("won_amount", "win_rate", "cycle_days", "open_amount") == {
            "won_amount": (0, 0, 0, None, None),
            "win_rate": (None, None, None, 0, 0),
            "cycle_days": (None, None, None, None, None),
            "open_amount": (0, None, None, None, None),
        }
        assert headline.course(Slice(), scope=EVERYTHING, names=("won_amount", "open_amount")).shape == (12, 3)
        assert overview.won_by_member(Slice(), scope=EVERYTHING).empty
        assert overview.deciding_deals(Slice(), scope=EVERYTHING).empty


@pytest.mark.parametrize("search", ["", "region=East", "rep=!unassigned&status=open", "stage=bidding"])
def test_the_balance_of_a_day_is_what_looking_back_to_it_shows(demo, search):
    """Three ways to one number: month-end snapshots, the history between them, and the deals as they stood."""
    days = [date(2026, 8, 27), date(2026, 8, 26), date(2026, 7, 31), date(2026, 3, 15), date(2025, 12, 31)]
    with reading(demo):
        slice_ = Slice.from_search(search)
        stood = balances_at(BALANCES, days, slice_=slice_, scope=EVERYTHING)
        assert stood["open_count"].min() > 0
        for day in days:
            looking_back = Slice.from_search(f"{search}&as_of={day}")
            then = breakdown(*BALANCES, slice_=looking_back, scope=EVERYTHING).iloc[0]
            assert stood.loc[day].to_dict() == pytest.approx(then.to_dict(), abs=1e-6), day


def test_deals_that_decide_the_quarter(make_company):
    """Warned ones first (pushed twice, overdue), then the largest; not those of the next quarter, nor closed ones."""
    soon, past, next_quarter = date(2026, 9, 30), date(2026, 8, 26), date(2026, 10, 1)
    deals = [
        deal("large", amount=900, expected_close_on=soon),
        deal("small", amount=5, expected_close_on=soon),
        deal("pushed", amount=20, expected_close_on=soon, push_count=2),
        deal("overdue", amount=30, expected_close_on=past),
        deal("later", amount=999, expected_close_on=next_quarter),
        deal("undated", amount=999),
        deal("won", "won", amount=999, expected_close_on=soon),
    ]
    with reading(make_company(opportunities=deals)):
        found = overview.deciding_deals(Slice(), scope=EVERYTHING)
        assert found["opportunity_id"].tolist() == ["overdue", "pushed", "large", "small"]
        assert found["is_overdue"].tolist() == [True, False, False, False]
        assert overview.deciding_deals(Slice(), scope=EVERYTHING, count=1)["opportunity_id"].tolist() == ["overdue"]
        assert overview.deciding_deals(Slice(), scope=Scope.only(region="North")).empty
