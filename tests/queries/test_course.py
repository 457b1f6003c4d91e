"""A period day by day, of the tiny company in `tests.queries.planned`: counted by hand.

A company of steady months, for the interval: as of 15 June 2026 (linear: half of June's 30 days) each month from
December 2025 on brought so much by its half and in all:

| month | until the 15th | in all | what its run rate said | ln(came / said) |
|-------|----------------|--------|------------------------|-----------------|
| Dec   | 31 (of 15/31)  | 128.13 | 31 x 31/15             | ln 2            |
| Jan   | 31 (of 15/31)  | 128.13 | 31 x 31/15             | ln 2            |
| Feb   | 28 (of 14/28)  | 28     | 56                     | -ln 2           |
| March | 31 (of 15/31)  | 128.13 | 31 x 31/15             | ln 2            |
| April | 30 (of 15/30)  | 120    | 60                     | ln 2            |
| May   | 31 (of 15/31)  | 128.13 | 31 x 31/15             | ln 2            |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from math import exp, isnan, log, sqrt
from typing import Any

import numpy as np
import pytest

from queries.attainment import attainment
from queries.course import EIGHTY, Course, course
from queries.engine import Database, reading
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from queries.targets import NO_FILTER, NO_VERSION
from tests.queries.conftest import MakeCompany
from tests.queries.planned import BEIJING, COMPANY, PLAN, sale
from tests.rows import due, with_targets

ONLY_EAST = Scope.only(region="East")


@pytest.fixture(scope="module")
def planned(make_lasting_company: MakeCompany) -> Database:
    return with_targets(make_lasting_company(**COMPANY), PLAN)


@pytest.fixture
def read(planned: Database) -> Iterator[Database]:
    with reading(planned) as database:
        yield database


def ask(where: str = "", scope: Scope = EVERYTHING) -> Course:
    return course(Slice.from_search(where), scope=scope)


def at(found: Course, day: date, column: str) -> float:
    return float(found.days.set_index("day").loc[day, column])


@pytest.mark.usefixtures("read")
class TestDays:
    def test_every_day_of_the_quarter(self):
        days = ask().days["day"].tolist()
        assert (days[0], days[-1], len(days)) == (date(2026, 7, 1), date(2026, 9, 30), 92)

    def test_sales_add_up_until_today(self):
        """300 on 3 July, -20 on the 30th, 10 on 5 August, 100 on the 10th, 50 on the 20th."""
        found = ask()
        sold = {2: 0, 3: 300, 29: 300, 30: 280, 35: 280, 36: 290, 41: 390, 51: 440, 58: 440}
        for n, amount in sold.items():
            assert at(found, date(2026, 6, 30) + timedelta(days=n), "actual") == amount
        assert found.days["actual"].notna().sum() == 58

    def test_what_is_due_goes_by_working_days(self):
        """Ten on each of them: 1 July is one, Saturday the 4th is none."""
        found = ask()
        due_by = {date(2026, 7, 1): 10, date(2026, 7, 3): 30, date(2026, 7, 5): 30, date(2026, 8, 27): 420}
        assert {day: at(found, day, "on_track") for day in due_by} == pytest.approx(due_by)
        assert at(found, date(2026, 9, 30), "on_track") == 660

    def test_last_year_by_the_same_dates(self):
        """28 August 2025 brought a thousand."""
        found = ask()
        before = {date(2026, 7, 1): 200, date(2026, 8, 14): 200, date(2026, 8, 15): 230, date(2026, 8, 27): 250}
        assert {day: at(found, day, "previous") for day in before} == before
        assert at(found, date(2026, 8, 28), "previous") == at(found, date(2026, 9, 30), "previous") == 1250

    @pytest.mark.parametrize(
        "where",
        ["", "period=ytd", "period=2026-08", "region=North", "rep=r2", "as_of=2026-07-31", "spread=linear",
         "period=2026-07-20..2026-09-02", "basis=invoice", "rep=unassigned", "period=last6m"],
    )  # fmt: skip
    def test_today_is_what_the_key_numbers_say(self, where):
        """Also of whom nobody had a sale of at the year's beginning: records are the company's."""
        row = attainment(Slice.from_search(where), scope=EVERYTHING).iloc[0]
        found, today = ask(where), Slice.from_search(where).as_of or date(2026, 8, 27)
        assert at(found, today, "actual") == pytest.approx(row["actual"])
        assert at(found, today, "on_track") == pytest.approx(row["on_track"], nan_ok=True)
        assert found.landing == pytest.approx(row["landing"], nan_ok=True)
        previous = at(found, today, "previous")
        assert isnan(previous) or previous == pytest.approx(row["last_year"])

    def test_who_began_in_mid_year_has_a_last_year(self):
        """North's first sale was on 15 August 2025; the company's records begin before."""
        assert at(ask("region=North"), date(2026, 8, 1), "previous") == 0
        assert at(ask("region=North"), date(2026, 8, 15), "previous") == 30

    def test_before_the_records_begin_there_is_no_last_year(self):
        """The company's first sale was on 1 July 2025."""
        assert ask("period=2026Q2").days["previous"].isna().all()
        assert ask("period=2026").days["previous"].isna().all()
        assert ask("basis=receipt").days["previous"].isna().all()


@pytest.mark.usefixtures("read")
class TestAhead:
    def test_the_run_rate_leads_to_the_landing(self):
        """From 440 today to 691.43: a 24th of the rest on each working day that is left, none on Saturdays."""
        found = ask()
        landing = 440 * 66 / 42
        assert found.landing == pytest.approx(landing)
        assert at(found, date(2026, 8, 27), "forecast") == 440
        assert at(found, date(2026, 8, 28), "forecast") == pytest.approx(440 + (landing - 440) / 24)
        assert at(found, date(2026, 8, 30), "forecast") == pytest.approx(440 + (landing - 440) / 24)
        assert at(found, date(2026, 9, 30), "forecast") == pytest.approx(landing)
        assert found.days["forecast"].notna().sum() == 92 - 57

    def test_too_few_quarters_before_for_an_interval(self):
        """Of the four quarters on record only the first, the third of 2025, sold anything."""
        found = ask()
        assert isnan(found.spread) and found.witnesses == 1
        assert found.days[["low", "high"]].isna().all().all()

    @pytest.mark.parametrize("where", ["period=2026-07", "period=2026-09", "as_of=2026-09-30", "as_of=2026-07-02"])
    def test_nothing_lies_ahead_of_a_period_that_is_over_or_has_hardly_begun(self, where):
        found = ask(where)
        assert found.days[["forecast", "low", "high"]].isna().all().all()
        assert isnan(found.spread) and found.witnesses == 0

    def test_all_time_has_no_course(self):
        found = ask("period=all")
        assert (found.reason, len(found.days)) == ("all_time", 0)


@pytest.mark.usefixtures("read")
class TestTargets:
    def test_none_is_no_zero(self):
        """In the period, by the filter, for the member: in each case nothing is due, which is not zero."""
        for where, reason in [("period=2026Q2", NO_VERSION), ("campaign=unassigned", NO_FILTER), ("rep=r3", None)]:
            found = ask(where)
            assert found.reason == reason and found.days["on_track"].isna().all()

    def test_scope(self):
        found = ask(scope=ONLY_EAST)
        assert at(found, date(2026, 8, 27), "actual") == 360
        assert at(found, date(2026, 9, 30), "on_track") == 396
        assert at(found, date(2026, 9, 30), "previous") == 200
        hidden = ask("region=North", ONLY_EAST)
        assert hidden.days["actual"].max() == 0 and hidden.days["on_track"].isna().all()
        assert hidden.days["previous"].max() == 0

    def test_the_version_asked_for(self, planned):
        with reading(with_targets(planned, PLAN, (2026, [due(date(2026, 7, 1), date(2026, 9, 30), 66)]), drafts=1)):
            assert at(ask("target=2"), date(2026, 7, 1), "on_track") == pytest.approx(1)
            assert ask("target=2").levels == {2: ()}

    def test_over_two_versions(self, planned):
        december, january = (date(2025, 12, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 1, 31))
        with reading(with_targets(planned, (2025, [due(*december, 31)]), (2026, [due(*january, 62)]))):
            found = ask("period=2025-12-30..2026-01-02&spread=linear")
        assert found.days["on_track"].tolist() == pytest.approx([1, 2, 4, 6])


def steady(make: MakeCompany, **columns: Any) -> Database:
    """The company of steady months: half at the beginning, what comes besides at the end."""
    sales = []
    for n, (month, early, late) in enumerate([
        (date(2025, 12, 1), 31, "97.1333"), (date(2026, 1, 1), 31, "97.1333"), (date(2026, 2, 1), 28, 0),
        (date(2026, 3, 1), 31, "97.1333"), (date(2026, 4, 1), 30, 90), (date(2026, 5, 1), 31, "97.1333"),
    ]):  # fmt: skip
        sales.append(sale(f"{n}e", month, early, **columns))
        sales.append(sale(f"{n}l", month.replace(day=28), Decimal(late), **columns))
    sales.append(sale("now", date(2026, 6, 10), 50, **columns))
    return make(**{**COMPANY, "sales": sales}, as_of=date(2026, 6, 15))


class TestInterval:
    def test_past_months_say_how_far_a_landing_may_stray(self, make_company: MakeCompany):
        with reading(steady(make_company)):
            found = ask("period=2026-06&spread=linear")
        assert found.witnesses == 6
        assert found.spread == pytest.approx(log(2), abs=1e-4)
        factor = exp(EIGHTY * log(2) * sqrt(1 + 1 / 6))
        assert found.landing == pytest.approx(100)
        assert at(found, date(2026, 6, 30), "high") == pytest.approx(100 * factor, rel=1e-4)
        assert at(found, date(2026, 6, 30), "low") == 50, "what has been sold stays sold"
        assert at(found, date(2026, 6, 15), "low") == at(found, date(2026, 6, 15), "high") == 50

    def test_it_holds_the_forecast_in_between(self, make_company: MakeCompany):
        with reading(steady(make_company)):
            days = ask("period=2026-06&spread=linear").days.dropna(subset=["forecast"])
        assert (days["low"] <= days["forecast"]).all() and (days["forecast"] <= days["high"]).all()
        assert (np.diff(days["high"]) >= 0).all()

    def test_a_month_that_stands_below_zero(self, make_company: MakeCompany):
        """More returned than sold: the run rate leads further down, low stays low and high stays high."""
        company = steady(make_company)
        with company.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE sales SET amount = -50 WHERE sale_id = 'now'")
        with reading(company):
            found = ask("period=2026-06&spread=linear")
        factor = exp(EIGHTY * log(2) * sqrt(1 + 1 / 6))
        assert found.landing == pytest.approx(-100)
        assert at(found, date(2026, 6, 30), "low") == pytest.approx(-100 * factor, rel=1e-4)
        assert at(found, date(2026, 6, 30), "high") == pytest.approx(-100 / factor, rel=1e-4)
        days = found.days.dropna(subset=["forecast"])
        assert (days["low"] <= days["forecast"]).all() and (days["forecast"] <= days["high"]).all()

    def test_on_the_last_day_nothing_may_stray(self, make_company: MakeCompany):
        with reading(steady(make_company)):
            found = ask("period=2026-05&as_of=2026-05-31&spread=linear")
        assert found.witnesses == 0 and isnan(found.spread)
        assert found.landing == pytest.approx(128.1333)
        assert found.days[["forecast", "low", "high"]].isna().all().all()

    def test_looking_back_only_what_was_over_then_is_a_witness(self, make_company: MakeCompany):
        """In the middle of April four months were over, in the middle of March three: too few."""
        with reading(steady(make_company)):
            assert ask("period=2026-04&as_of=2026-04-15&spread=linear").witnesses == 4
            assert ask("period=2026-03&as_of=2026-03-15&spread=linear").witnesses == 3
            assert isnan(ask("period=2026-03&as_of=2026-03-15&spread=linear").spread)

    def test_another_region_s_months_are_no_witness(self, make_company: MakeCompany):
        with reading(steady(make_company, **BEIJING)):
            assert ask("period=2026-06&spread=linear", ONLY_EAST).witnesses == 0
            assert ask("period=2026-06&spread=linear", Scope.only(region="North")).witnesses == 6


class TestCalendars:
    def test_leap_days(self, make_company: MakeCompany):
        """February 2028 beside 2027: the 29th adds nothing. February 2029 beside 2028: its last day closes both."""
        days = [date(2027, 1, 1), date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29), date(2029, 2, 28)]
        company = make_company(sales=[sale(str(n), day, 10**n) for n, day in enumerate(days)], as_of=date(2029, 2, 28))
        with reading(company):
            leap, after = ask("period=2028-02"), ask("period=2029-02")
            row = attainment(Slice(period="2029-02"), scope=EVERYTHING).iloc[0]
            quarter = ask("period=2029Q1")
        assert len(leap.days) == 29
        assert [at(leap, date(2028, 2, day), "previous") for day in (27, 28, 29)] == [0, 10, 10]
        assert [at(after, date(2029, 2, day), "previous") for day in (27, 28)] == [0, 1100]
        assert row["last_year"] == 1100
        assert [at(quarter, date(2029, *day), "previous") for day in ((2, 28), (3, 1))] == [100, 1100]

    def test_fiscal_years_from_april(self, make_company: MakeCompany):
        sales = [sale("a", date(2025, 4, 1), 1), sale("b", date(2026, 3, 31), 10), sale("c", date(2026, 4, 2), 100)]
        with reading(make_company(sales=sales, first_month=4)):
            found = ask("period=ytd")
        assert (found.days["day"].iloc[0], found.days["day"].iloc[-1]) == (date(2026, 4, 1), date(2027, 3, 31))
        assert at(found, date(2026, 8, 27), "actual") == 100
        assert [at(found, day, "previous") for day in (date(2026, 4, 1), date(2027, 3, 31))] == [1, 11]


def test_an_empty_company(make_company: MakeCompany):
    with reading(make_company()):
        found = ask()
    assert found.reason == NO_VERSION and found.landing == 0
    assert found.days["actual"].max() == 0 and found.days[["previous", "on_track", "low"]].isna().all().all()
