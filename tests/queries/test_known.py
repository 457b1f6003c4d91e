"""What is known of a deal on the evening of day 30, and that nothing of later days is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from queries.engine import Database, frame_of, reading
from queries.evidence_window import evidence_period, halves, span_of
from queries.known import EARLY_DAYS, FACTS, decided_later
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.histories import interval
from tests.rows import deal

OPENED = date(2026, 3, 1)
EVENING = OPENED + timedelta(days=EARLY_DAYS)  # 31 March
WON, LOST = "w", "l"
NAMES = list(FACTS)


def at(days: int) -> date:
    return OPENED + timedelta(days=days)


def tables(*, later: bool = False) -> dict[str, list[dict[str, Any]]]:
    """A deal won and one lost on 1 July. With `later`, all that came after the evening is told otherwise.

    w: East, s2 from day 20, 500 then, quoted on day 30, two contacts by day 30, competitor k on day 12; the account
    had bought in January. l: North, s1, no quote until day 31, no competitor until day 40, one contact.
    """
    closed = date(2026, 7, 1)
    amount, final = (900, "s4") if not later else (77, "s1")
    about = {"created_on": OPENED, "closed_on": closed}
    history = [
        interval(WON, "s1", OPENED, at(20), amount=400, expected_close_on=at(60)),
        interval(WON, "s2", at(20), at(31), amount=500, expected_close_on=at(90)),
        interval(WON, "s3", at(31), closed, amount=amount, expected_close_on=at(200 if later else 100)),
        interval(WON, final, closed, None, status="won", amount=amount),
        interval(LOST, "s1", OPENED, closed, amount=300, expected_close_on=at(45), rep_id="r2"),
        interval(LOST, "s1", closed, None, status="lost", amount=0 if later else 300, rep_id="r2"),
    ]
    late_quote = {"quote_id": "q2", "opportunity_id": LOST, "quoted_on": at(31)}
    late_rival = {"opportunity_id": LOST, "competitor_id": "k2", "named_on": at(40), "is_winner": later}
    return {
        "opportunities": [
            deal(WON, "won", amount, account_id="a", **about, close_reason="Price" if later else "Service"),
            deal(LOST, "lost", 300, account_id="b", office_id="bj", rep_id="r2", **about, furthest_position=2),
            deal("old", "won", 50, account_id="a", created_on=date(2026, 1, 2), closed_on=date(2026, 1, 9)),
            deal("quick", "lost", 50, created_on=OPENED, closed_on=EVENING),
            deal("open", created_on=OPENED),
        ],
        "opportunity_history": history,
        "quotes": [{"quote_id": "q1", "opportunity_id": WON, "quoted_on": EVENING}] + [late_quote] * (not later),
        "opportunity_competitors": [{"opportunity_id": WON, "competitor_id": "k", "named_on": at(12)}]
        + [late_rival] * (not later)
        + [{"opportunity_id": WON, "competitor_id": "a-later", "named_on": at(50)}] * later,
        "competitors": [{"competitor_id": key, "name": key.upper()} for key in ("k", "k2", "a-later")],
        "activities": [
            {"activity_id": f"{name}{day}", "opportunity_id": name, "done_on": at(day)}
            for name, days in ((WON, [1, 30, 31]), (LOST, [2, *([60, 61] if later else [])]))
            for day in days
        ],
        "reps": [
            {"rep_id": "r1", "name": "Zhou Ming", "hired_on": OPENED - timedelta(days=400)},
            {"rep_id": "r2", "name": "He Lan", "hired_on": OPENED - timedelta(days=10)},
        ],
        "close_reviews": [{"opportunity_id": WON, "outcome": "lost" if later else "won"}],
    }


def facts(names: list[str] = NAMES, slice_: Slice = Slice(), scope: Scope = EVERYTHING, **more: Any) -> pd.DataFrame:  # noqa: B008
    made = decided_later(names, slice_, scope=scope, period=evidence_period(slice_), **more)
    return frame_of(made).set_index("opportunity_id").sort_index()


@pytest.fixture
def company(make_company: MakeCompany) -> Iterator[Database]:
    with reading(made := make_company(**tables())):
        yield made


@pytest.mark.usefixtures("company")
class TestFacts:
    def test_only_deals_decided_after_the_evening_are_looked_at(self) -> None:
        assert list(facts([]).index) == [LOST, WON]

    def test_each_fact_is_as_it_stood_that_evening(self) -> None:
        found = facts()
        won, lost = found.loc[WON], found.loc[LOST]
        assert (won["stage"], won["amount"], won["expected_days"], won["contacts"]) == ("s2", 500, 90, 2)
        assert (lost["stage"], lost["amount"], lost["expected_days"], lost["contacts"]) == ("s1", 300, 45, 1)
        assert (won["region"], lost["region"]) == ("East", "North")
        assert won["rival"] == "k" and pd.isna(lost["rival"])
        assert [bool(won[name]) for name in ("quoted", "bought")] == [True, True]
        assert [bool(lost[name]) for name in ("quoted", "bought")] == [False, False]
        assert (won["tenure"], lost["tenure"]) == (400, 10)

    def test_filters_and_scope_hold(self) -> None:
        assert list(facts([], Slice().with_filter("region", ["North"])).index) == [LOST]
        assert list(facts([], scope=Scope.only(region="East")).index) == [WON]

    def test_without_days_all_decided_deals_are_taken_by_what_needs_none(self) -> None:
        found = facts(["region"], is_dated=False)
        assert sorted(found.index) == [LOST, "old", "quick", WON]


def test_what_happens_later_is_no_fact(make_company: MakeCompany) -> None:
    """Another ending: amounts, stages, quotes, visits, competitors, reasons and reviews of later days all differ."""
    told = []
    for later in (False, True):
        with reading(make_company(**tables(later=later))):
            told.append(facts())
    pd.testing.assert_frame_equal(*told)


def test_what_is_derived_from_creation_and_close_alone_is_not_known(make_company: MakeCompany) -> None:
    rows = tables()
    rows["opportunity_history"] = [{**row, "is_derived": True} for row in rows["opportunity_history"]]
    with reading(make_company(**rows)):
        found = facts()
    assert found[["stage", "amount", "expected_days", "tenure", "record"]].isna().all(axis=None)
    assert bool(found.loc[WON, "quoted"])


def test_a_reps_record_is_of_the_twelve_months_before(make_company: MakeCompany) -> None:
    """Ten decided in February, four won. Those of March, in which the deal was created, are not of it."""
    earlier = [
        deal(f"e{n}", "won" if n < 4 else "lost", created_on=date(2026, 2, 1), closed_on=date(2026, 2, 10))
        for n in range(10)
    ]
    rows = tables()
    rows["opportunities"] += earlier + [
        deal("same month", "won", created_on=date(2026, 2, 1), closed_on=date(2026, 3, 2)),
        deal("years ago", "won", created_on=date(2024, 2, 1), closed_on=date(2024, 3, 2)),
    ]
    with reading(make_company(**rows)):
        found = facts(["record"], Slice().with_filter("rep", ["r1"]))
    # e0 .. e9 were decided within 30 days; January's won deal of r1 counts as well: 5 of 11.
    assert found.loc[WON, "record"] == pytest.approx(5 / 11)


@pytest.mark.usefixtures("company")
class TestWindow:
    def test_two_years_to_the_end_of_the_period(self) -> None:
        now = evidence_period(Slice())
        assert (now.start, now.end) == (date(2024, 8, 28), date(2026, 8, 27))
        past = evidence_period(Slice(period="2025Q4"))
        assert (past.start, past.end) == (date(2024, 1, 1), date(2025, 12, 31))
        assert evidence_period(Slice(period="all")).start is None

    def test_the_halves_follow_each_other(self) -> None:
        before, recent = halves(Slice())
        assert (before.start, before.end) == (date(2024, 8, 28), date(2025, 8, 27))
        assert (recent.start, recent.end) == (date(2025, 8, 28), date(2026, 8, 27))
        assert span_of(Slice(), "recent") == recent and span_of(Slice(), "both") == evidence_period(Slice())


def test_the_evening_is_that_of_the_day(make_company: MakeCompany) -> None:
    """A change at noon of day 30 is known, one of the first minute of day 31 is not."""
    rows = tables()
    noon, midnight = datetime(2026, 3, 31, 12), datetime(2026, 4, 1)
    ends = {at(20): noon, at(31): midnight}
    for row in rows["opportunity_history"][:3]:
        for name in ("valid_from", "valid_to"):
            row[name] = ends.get(row[name].date() if row[name] else None, row[name])
    with reading(make_company(**rows)):
        assert facts(["stage"]).loc[WON, "stage"] == "s2"
