"""What is derived after a load, from hand-written deals; one pipeline of s1, s2, s3 and the won stage s4."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.derive import create_tables, derive

AS_OF = date(2024, 3, 31)
CLOSED = ("won", "lost", "terminated")
# A step of a deal: first day, stage, status, and expected close where it matters.
Step = tuple[Any, ...]


class Company:
    """A database that deals are put into and derived from."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        create_tables(self.connection)
        for position in (1, 2, 3, 4):
            self.insert(
                "stages",
                stage_id=f"s{position}",
                pipeline="P",
                position=position,
                probability=position / 4,
                is_won=position == 4,
            )

    def insert(self, table: str, **row: Any) -> None:
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))

    def deal(self, *steps: Step, key: str = "d", recorded: bool = True, **columns: Any) -> Company:
        """A deal that went through the steps, and with `recorded` its history."""
        first, last = steps[0], steps[-1]
        row = {
            "opportunity_id": key,
            "pipeline": "P",
            "stage_id": last[1],
            "status": last[2],
            "amount": 100,
            "rep_id": "r2",
            "office_id": "sh",
            "created_on": first[0],
            "closed_on": last[0] if last[2] in CLOSED else None,
        }
        self.insert("opportunities", **{**row, **columns})
        for step, following in zip(steps, [*steps[1:], (None,)], strict=True) if recorded else ():
            day, stage, status, *expected = step
            self.insert(
                "opportunity_history",
                opportunity_id=key,
                valid_from=day,
                valid_to=following[0],
                stage_id=stage,
                status=status,
                rep_id="r1",
                expected_close_on=expected[0] if expected else None,
                is_derived=False,
            )
        return self

    def derived(self, *, as_of: date = AS_OF, first_month: int = 1) -> Company:
        derive(self.connection, as_of=as_of, fiscal_year_start=first_month)
        return self

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query, list(values)).fetchall()

    def passages(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT stage_id, entered_on, left_on, outcome, active_days FROM stage_passages ORDER BY opportunity_id, "
            "position"
        )

    def columns(self) -> tuple[Any, ...]:
        return self.rows(
            "SELECT furthest_position, stage_entered_on, active_days_in_stage, cycle_active_days, push_count "
            "FROM opportunities"
        )[0]


@pytest.fixture
def company() -> Iterator[Company]:
    made = Company()
    yield made
    made.connection.close()


def d(month: int, day: int) -> date:
    return date(2024, month, day)


def test_a_won_deal_has_passed_every_stage_it_stood_in(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open"), (d(1, 11), "s2", "open"), (d(2, 10), "s4", "won")).derived()
    assert company.passages() == [
        ("s1", d(1, 1), d(1, 11), "advanced", 10),
        ("s2", d(1, 11), d(2, 10), "advanced", 30),
    ]
    assert company.columns() == (4, None, None, 40, 0)


def test_february_of_a_leap_year_has_29_days(company: Company) -> None:
    company.deal((d(2, 1), "s1", "open"), (d(3, 1), "s4", "won")).derived()
    assert company.passages() == [("s1", d(2, 1), d(3, 1), "advanced", 29)]


def test_skipped_stages_have_no_passage(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open"), (d(1, 11), "s3", "open"), (d(1, 21), "s3", "lost")).derived()
    assert company.passages() == [
        ("s1", d(1, 1), d(1, 11), "advanced", 10),
        ("s3", d(1, 11), d(1, 21), "lost", 10),
    ]
    assert company.columns()[0] == 3


def test_an_open_deal_stands_where_it_is_up_to_the_as_of_day(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open"), (d(3, 1), "s2", "open")).derived()
    assert company.passages() == [("s1", d(1, 1), d(3, 1), "advanced", 60), ("s2", d(3, 1), None, "open", 30)]
    assert company.columns() == (2, d(3, 1), 30, None, 0)


def test_paused_days_are_taken_off(company: Company) -> None:
    company.deal(
        (d(1, 1), "s1", "open"), (d(1, 11), "s1", "paused"), (d(1, 31), "s1", "open"), (d(2, 5), "s4", "won")
    ).derived()
    assert company.passages() == [("s1", d(1, 1), d(2, 5), "advanced", 15)]
    assert company.columns()[3] == 15


def test_a_paused_deal_still_stands_in_its_stage(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open"), (d(1, 11), "s1", "paused")).derived()
    assert company.passages() == [("s1", d(1, 1), None, "open", 10)]
    assert company.columns()[1:3] == (d(1, 1), 10)


def test_reentries_are_added_up(company: Company) -> None:
    company.deal(
        (d(1, 1), "s1", "open"),
        (d(1, 11), "s2", "open"),
        (d(1, 21), "s1", "open"),
        (d(1, 24), "s2", "open"),
        (d(1, 31), "s4", "won"),
    ).derived()
    assert company.passages() == [
        ("s1", d(1, 1), d(1, 24), "advanced", 13),
        ("s2", d(1, 11), d(1, 31), "advanced", 17),
    ]


@pytest.mark.parametrize("status", ["lost", "terminated"])
def test_a_step_back_is_judged_where_the_deal_ends(company: Company, status: str) -> None:
    """Closed from s2 after it had been in s3: it passed s2, and s3 is where it was lost."""
    company.deal(
        (d(1, 1), "s2", "open"), (d(1, 11), "s3", "open"), (d(1, 21), "s2", "open"), (d(1, 31), "s2", status)
    ).derived()
    assert company.passages() == [
        ("s2", d(1, 1), d(1, 31), "advanced", 20),
        ("s3", d(1, 11), d(1, 21), status, 10),
    ]
    assert company.columns()[0] == 3


def test_a_step_back_of_an_open_deal_is_undecided(company: Company) -> None:
    company.deal((d(3, 1), "s2", "open"), (d(3, 11), "s3", "open"), (d(3, 21), "s2", "open")).derived()
    assert company.passages() == [("s2", d(3, 1), None, "open", 20), ("s3", d(3, 11), None, "open", 10)]
    assert company.columns()[:3] == (3, d(3, 21), 20)


def test_a_deal_reopened_after_a_loss_counts_once(company: Company) -> None:
    company.deal(
        (d(1, 1), "s1", "open"), (d(1, 11), "s1", "lost"), (d(2, 10), "s1", "open"), (d(2, 15), "s4", "won")
    ).derived()
    assert company.passages() == [("s1", d(1, 1), d(2, 15), "advanced", 15)]
    assert company.columns()[3] == 15


def test_pushes_are_moves_to_a_later_month_while_open(company: Company) -> None:
    company.deal(
        (d(1, 1), "s1", "open", d(2, 10)),
        (d(1, 5), "s1", "open", d(2, 20)),  # the same month
        (d(1, 8), "s1", "open", d(3, 1)),  # pushed
        (d(1, 9), "s2", "open", d(2, 1)),  # pulled
        (d(1, 10), "s2", "open"),  # no longer known
        (d(1, 11), "s2", "open", d(4, 1)),  # pushed
        (d(1, 12), "s2", "paused", d(5, 1)),  # resting
        (d(1, 13), "s2", "lost", d(6, 1)),
    ).derived()
    assert company.columns()[4] == 2


def test_history_is_derived_for_a_deal_that_has_none(company: Company) -> None:
    company.deal((d(1, 1), "s2", "open"), (d(2, 1), "s2", "lost"), recorded=False).derived()
    history = "SELECT valid_from::DATE, valid_to::DATE, stage_id, status, rep_id, office_id, is_derived"
    assert company.rows(f"{history} FROM opportunity_history ORDER BY valid_from") == [
        (d(1, 1), d(2, 1), "s2", "open", "r2", "sh", True),
        (d(2, 1), None, "s2", "lost", "r2", "sh", True),
    ]
    assert company.passages() == []
    assert company.columns() == (2, None, None, None, None)


def test_a_won_deal_without_history_began_in_the_first_stage(company: Company) -> None:
    company.deal((d(1, 1), "s4", "open"), (d(2, 1), "s4", "won"), recorded=False).derived()
    history = "SELECT stage_id, status FROM opportunity_history ORDER BY valid_from"
    assert company.rows(history) == [("s1", "open"), ("s4", "won")]
    assert company.columns() == (4, None, None, 31, None)


@pytest.mark.parametrize("status", ["open", "paused", "won"])
def test_one_interval_is_enough_for_a_deal_that_runs_or_was_closed_at_once(company: Company, status: str) -> None:
    company.deal((d(1, 1), "s2", status), recorded=False).derived()
    history = "SELECT valid_from::DATE, valid_to, stage_id, status FROM opportunity_history"
    assert company.rows(history) == [(d(1, 1), None, "s2", status)]


def test_history_takes_its_keys_from_the_deal_but_not_its_owner(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open")).derived()
    history = "SELECT rep_id, office_id, pipeline, is_derived FROM opportunity_history"
    assert company.rows(history) == [("r1", "sh", "P", False)]


def test_an_open_deal_has_the_probability_of_its_stage_unless_it_has_its_own(company: Company) -> None:
    company.deal((d(1, 1), "s2", "open"), key="a").deal((d(1, 1), "s2", "open"), key="b", probability=0.9).derived()
    assert company.rows("SELECT probability::DOUBLE FROM opportunities ORDER BY opportunity_id") == [(0.5,), (0.9,)]


def test_facts_are_stored_by_date(company: Company) -> None:
    for key, day in (("a", d(3, 1)), ("b", d(1, 1)), ("c", d(2, 1))):
        company.deal((day, "s1", "open"), key=key).insert("sales", sale_id=key, sold_on=day)
    company.derived()
    for table in ("opportunities", "opportunity_history", "stage_passages"):
        assert company.rows(f"SELECT opportunity_id FROM {table}") == [("b",), ("c",), ("a",)]
    assert company.rows("SELECT sale_id FROM sales") == [("b",), ("c",), ("a",)]


def test_deriving_again_changes_nothing(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open"), (d(2, 1), "s2", "open"), key="a")
    company.deal((d(1, 1), "s2", "open"), (d(2, 1), "s2", "lost"), key="b", recorded=False)
    tables = ("opportunities", "opportunity_history", "stage_passages", "calendar")
    first = [company.derived().rows(f"FROM {table} ORDER BY ALL") for table in tables]
    assert [company.derived().rows(f"FROM {table} ORDER BY ALL") for table in tables] == first


DAY = "SELECT month_start, quarter_start, year_start, fiscal_year, fiscal_quarter, fiscal_month FROM calendar"


def test_a_fiscal_year_is_named_after_the_year_in_which_it_ends(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open")).derived(first_month=4)
    april = (d(4, 1), d(4, 1), d(4, 1), 2025, 1, 1)
    assert company.rows(f"{DAY} WHERE day IN (DATE '2024-04-01', DATE '2024-04-30')") == [april] * 2
    assert company.rows(f"{DAY} WHERE day = DATE '2024-03-31'") == [(d(3, 1), d(1, 1), date(2023, 4, 1), 2024, 4, 12)]
    # From a fiscal year before that of the first deal (FY 2024) to the one a year after the as-of day.
    assert company.rows("SELECT min(day), max(day) FROM calendar") == [(date(2022, 4, 1), date(2025, 3, 31))]


def test_a_fiscal_year_from_january_is_the_calendar_year(company: Company) -> None:
    company.deal((d(1, 1), "s1", "open")).derived(as_of=d(2, 29))
    assert company.rows(f"{DAY} WHERE day = DATE '2024-02-29'") == [(d(2, 1), d(1, 1), d(1, 1), 2024, 1, 2)]
    assert company.rows("SELECT min(day), max(day), count(*) FROM calendar") == [
        (date(2023, 1, 1), date(2025, 12, 31), 365 + 366 + 365)
    ]


def test_nobody_works_on_weekends_and_known_holidays(company: Company) -> None:
    company.insert("calendar", day=d(2, 9), holiday="Spring Festival", holiday_zh="春节")
    company.derived()
    week = "SELECT day(day), is_working_day, holiday_zh FROM calendar WHERE day BETWEEN ? AND ? ORDER BY day"
    assert company.rows(week, d(2, 8), d(2, 12)) == [
        (8, True, None),
        (9, False, "春节"),
        (10, False, None),
        (11, False, None),
        (12, True, None),
    ]


def test_an_empty_database_has_a_calendar_around_the_as_of_day(company: Company) -> None:
    company.derived()
    assert company.rows("SELECT min(day), max(day) FROM calendar") == [(date(2023, 1, 1), date(2025, 12, 31))]
    assert company.passages() == []


@given(
    steps=st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from(["s1", "s2", "s3"]), st.sampled_from(["open", "paused", "lost"])),
        max_size=6,
    ),
    end=st.sampled_from(["won", "lost", "terminated", None]),
)
def test_days_add_up_and_outcomes_agree_with_how_far_the_deal_came(steps: list[Step], end: str | None) -> None:
    day, path = d(1, 1) - timedelta(days=300), []
    for days, stage, status in [(0, "s1", "open"), *steps]:
        day += timedelta(days=days)
        path.append((day, stage, status))
    if end or path[-1][2] == "lost":
        path.append((day + timedelta(days=7), "s4" if end == "won" else path[-1][1], end or "lost"))
    company = Company().deal(*path).derived()

    intervals = zip(path, [*path[1:], (AS_OF,)], strict=True)
    open_days = sum((after[0] - step[0]).days for step, after in intervals if step[2] == "open")
    furthest, _, in_stage, cycle, _ = company.columns()
    found = company.passages()
    status = company.rows("SELECT status FROM opportunities")[0][0]
    assert sum(row[4] for row in found) == open_days
    assert cycle == (open_days if status == "won" else None)
    assert all((row[2] is None) == (row[3] == "open") for row in found)
    decided = {row[0]: row[3] for row in found if row[3] != "open"}
    assert all((outcome == "advanced") == (int(stage[1]) < furthest) for stage, outcome in decided.items())
    assert list(decided.values()).count(status) == (status in {"lost", "terminated"} and f"s{furthest}" in decided)
    if status in {"open", "paused"}:
        assert in_stage == next(row[4] for row in found if row[0] == path[-1][1])
    company.connection.close()
