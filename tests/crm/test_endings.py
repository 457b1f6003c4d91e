"""How deals ended, as it is derived after a load: to whom, to nobody, after how long a silence, at which size."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from crm.schema import IDLE_BANDS, NO_DECISION, SIZE_BANDS
from tests.crm.test_derive import Company

OPENED, CLOSED = date(2024, 1, 1), date(2024, 3, 1)


@pytest.fixture
def company() -> Iterator[Company]:
    made = Company()
    yield made
    made.connection.close()


def ended(company: Company, status: str = "lost", key: str = "d", **columns: Any) -> Company:
    return company.deal((OPENED, "s1", "open"), (CLOSED, "s1", status), key=key, **columns)


def told(company: Company, *columns: str) -> dict[str, tuple[Any, ...]]:
    """The columns of each deal, by its key."""
    found = company.derived().rows(f"SELECT opportunity_id, {', '.join(columns)} FROM opportunities")
    return {key: tuple(values) for key, *values in found}


def test_no_decision_is_a_reason_of_lost_deals(company: Company) -> None:
    """
    | deal | status     | reason of the deal, of the review | lost to nobody |
    | a    | lost       | No Decision                       | yes            |
    | b    | lost       | Price                             | no             |
    | c    | lost       | -, 客户未决策                      | yes            |
    | d    | terminated | No decision                       | no             |
    | e    | lost       | -                                 | no             |
    """
    ended(company, key="a", close_reason=" No Decision ")
    ended(company, key="b", close_reason="Price")
    ended(company, key="c")
    company.insert("close_reviews", opportunity_id="c", outcome="lost", reason="客户未决策")
    ended(company, "terminated", key="d", close_reason="No decision")
    ended(company, key="e")
    found = told(company, "is_no_decision", "is_reviewed")
    assert {key: value[0] for key, value in found.items()} == {"a": True, "b": False, "c": True, "d": False, "e": False}
    assert [key for key, value in found.items() if value[1]] == ["c"]
    assert all(reason == reason.lower().strip() for reason in NO_DECISION)


def test_whom_a_deal_met_and_whom_it_went_to(company: Company) -> None:
    """
    | deal | named (winner*) | review names | competition | winner |
    | a    | X*, Y           | -            | named       | X      |
    | b    | X               | Y            | named       | Y      |
    | c    | -               | nobody       | nobody      | -      |
    | d    | -               | -            | unknown     | -      |
    | e    | X (won by us)   | X            | named       | -      |
    | f    | -               | Z            | named       | Z      |
    """
    for key, status in (("a", "lost"), ("b", "lost"), ("c", "lost"), ("d", "lost"), ("e", "won"), ("f", "lost")):
        ended(company, status, key=key)
    for deal, rival, is_winner in (("a", "X", True), ("a", "Y", False), ("b", "X", False), ("e", "X", False)):
        company.insert("opportunity_competitors", opportunity_id=deal, competitor_id=rival, is_winner=is_winner)
    for deal, rival in (("b", "Y"), ("c", None), ("e", "X"), ("f", "Z")):
        company.insert("close_reviews", opportunity_id=deal, competitor_id=rival)
    assert told(company, "competition", "winner_id") == {
        "a": ("named", "X"),
        "b": ("named", "Y"),
        "c": ("nobody", None),
        "d": ("unknown", None),
        "e": ("named", None),
        "f": ("named", "Z"),
    }
    pairs = company.rows("SELECT opportunity_id, competitor_id FROM opportunity_competitors ORDER BY ALL")
    assert pairs == [("a", "X"), ("a", "Y"), ("b", "X"), ("b", "Y"), ("e", "X"), ("f", "Z")]


def test_deriving_twice_names_nobody_twice(company: Company) -> None:
    ended(company)
    company.insert("close_reviews", opportunity_id="d", competitor_id="Z")
    assert told(company, "winner_id") == told(company, "winner_id") == {"d": ("Z",)}
    assert company.rows("SELECT count(*) FROM opportunity_competitors") == [(1,)]


def test_silence_runs_from_the_last_activity_that_was_done(company: Company) -> None:
    """Done on 10 and 20 February, planned on the 28th and never done, done on 5 March after the close on the 1st."""
    ended(company, key="a")
    ended(company, key="b")
    days = (date(2024, 2, 10), date(2024, 2, 20), None, date(2024, 3, 5))
    for number, done in enumerate(days):
        company.insert("activities", activity_id=str(number), opportunity_id="a", done_on=done)
    assert told(company, "idle_days", "idle_band") == {"a": (10, 8), "b": (None, None)}


@pytest.mark.parametrize(
    ("amount", "band"),
    [(None, None), (0, None), (-5, None), (0.01, 0), (999.99, 0), (1_000, 1_000), (2_999, 1_000), (3_000, 3_000),
     (45_000_000, 30_000_000)],
)  # fmt: skip
def test_bands_of_deal_sizes(company: Company, amount: float | None, band: int | None) -> None:
    assert told(ended(company, amount=amount), "size_band") == {"d": (band,)}


def test_bands_are_in_order() -> None:
    assert list(SIZE_BANDS) == sorted(set(SIZE_BANDS)) and list(IDLE_BANDS) == sorted(set(IDLE_BANDS))
    assert SIZE_BANDS[0] == IDLE_BANDS[0] == 0
