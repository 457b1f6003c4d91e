"""Quotas of a CRM become versions: hand-written ones, year by year, load after load."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from planning.fiscal import fiscal_year, year_end, year_start
from planning.ledger import Ledger
from planning.quotas import Taken, take_quotas
from tests.planning.conftest import published, step, target

AS_OF = date(2026, 8, 27)
Take = Callable[..., list[Taken]]
QUOTAS = [
    target(100, year=2025, rep="r1", manager="m"),
    target(60, year=2026, rep="r1", manager="m"),
    target(50, year=2026, month=2, rep="r2", manager="m"),
    target(200, year=2027, rep="r1", manager="m"),
]


@pytest.fixture
def take(ledger: Ledger) -> Take:
    def run(quotas: list[dict[str, Any]] = QUOTAS, *, as_of: date = AS_OF, origin: str = "load", first_month: int = 1):
        return take_quotas(ledger, quotas, as_of=as_of, first_month=first_month, origin=origin, by="command line")

    return run


def states(ledger: Ledger) -> list[tuple[int, int, str, str]]:
    columns = ("fiscal_year", "number", "state", "origin")
    return list(ledger.versions()[list(columns)].itertuples(index=False, name=None))


def test_one_version_a_year_in_force_where_it_has_begun(ledger: Ledger, take: Take) -> None:
    taken = take()
    assert [(one.fiscal_year, one.action) for one in taken] == [
        (2025, "published"), (2026, "published"), (2027, "drafted"),
    ]  # fmt: skip
    assert [one.line for one in taken] == [
        "Targets 2025: version 1 is in force: 1 quota, 100.",
        "Targets 2026: version 1 is in force: 2 quotas, 110.",
        "Targets 2027: version 1 is a draft, as its year has not begun: 1 quota, 200.",
    ]
    assert states(ledger) == [
        (2025, 1, "published", "load"), (2026, 1, "published", "load"), (2027, 1, "draft", "load"),
    ]  # fmt: skip
    rows = ledger.rows(list(ledger.in_force().values()))
    assert rows["amount_e4"].tolist() == [1_000_000, 600_000, 500_000]
    assert rows["rep"].tolist() == ["r1", "r1", "r2"]
    assert ledger.revision() == 1
    assert set(ledger.trail()["who"]) == {"command line"}


def test_the_same_quotas_change_nothing(ledger: Ledger, take: Take) -> None:
    take()
    before = (ledger.revision(), ledger.versions(), ledger.trail())
    taken = take(QUOTAS[::-1])
    assert {one.action for one in taken} == {"unchanged"}
    assert taken[1].line == "Targets 2026: version 1 is as it was (published): 2 quotas, 110."
    assert ledger.revision() == before[0]
    pd.testing.assert_frame_equal(ledger.versions(), before[1])
    pd.testing.assert_frame_equal(ledger.trail(), before[2])


def test_one_other_quota_makes_one_version_of_its_year(ledger: Ledger, take: Take) -> None:
    take()
    taken = take([*QUOTAS[:2], {**QUOTAS[2], "amount": "50.0001"}, QUOTAS[3]])
    assert [one.action for one in taken] == ["unchanged", "published", "unchanged"]
    assert states(ledger)[1:3] == [(2026, 1, "superseded", "load"), (2026, 2, "published", "load")]
    assert ledger.rows(ledger.in_force()[2026])["amount_e4"].sum() == 1_100_001
    take()
    assert states(ledger)[1:4] == [
        (2026, 1, "superseded", "load"), (2026, 2, "superseded", "load"), (2026, 3, "published", "load"),
    ]  # fmt: skip


def test_other_quotas_of_a_year_to_come_replace_its_draft(ledger: Ledger, take: Take) -> None:
    take()
    take([*QUOTAS[:3], {**QUOTAS[3], "amount": 210}])
    assert states(ledger)[2:] == [(2027, 1, "superseded", "load"), (2027, 2, "draft", "load")]


def test_a_draft_is_in_force_once_its_year_begins(ledger: Ledger, take: Take) -> None:
    take()
    taken = take(as_of=date(2027, 1, 1))
    assert [one.action for one in taken] == ["unchanged", "unchanged", "published"]
    assert states(ledger)[2] == (2027, 1, "published", "load")


def test_what_people_put_in_force_stays(ledger: Ledger, take: Take) -> None:
    take()
    ours = published(ledger, 999)
    assert [one.action for one in take()] == ["unchanged"] * 3
    taken = take([{**QUOTAS[1], "amount": 61}])[0]
    assert taken.action == "kept"
    assert taken.line == (
        "Targets 2026: version 3 was kept as a draft (1 quota, 61), because version 2, made in the application, is in "
        f"force; `dashboard.py targets --publish {taken.version_id}` puts it in force."
    )
    assert ledger.in_force()[2026] == ours
    assert [one.action for one in take([{**QUOTAS[1], "amount": 61}])] == ["unchanged"]
    take([{**QUOTAS[1], "amount": 62}])
    assert states(ledger)[1:5] == [
        (2026, 1, "superseded", "load"), (2026, 2, "published", "planning"), (2026, 3, "superseded", "load"),
        (2026, 4, "draft", "load"),
    ]  # fmt: skip


def test_a_version_that_somebody_went_back_to_stays(ledger: Ledger, take: Take) -> None:
    take()
    first = ledger.in_force()[2026]
    take([{**QUOTAS[1], "amount": 61}])
    step(ledger, "publish", first)
    assert [one.action for one in take([{**QUOTAS[1], "amount": 61}])] == ["unchanged"]
    assert ledger.in_force()[2026] == first


@pytest.mark.parametrize("touch", ["edit", "submit"])
def test_a_draft_that_people_went_on_with_is_theirs(ledger: Ledger, take: Take, touch: str) -> None:
    draft = take()[2].version_id
    if touch == "edit":
        ledger.replace_rows(draft, [target(300, year=2027)], by="Mei Lan", expected_revision=1)
    else:
        step(ledger, "submit", draft)
    before = ledger.version(draft)
    assert before.origin == "planning"
    assert [one.action for one in take(as_of=date(2027, 2, 1))] == ["unchanged"] * 3
    assert ledger.version(draft) == before
    assert take([{**QUOTAS[3], "amount": 1}])[0].action == "drafted"
    assert ledger.version(draft) == before


def test_another_company_takes_its_targets_with_it(ledger: Ledger, take: Take) -> None:
    """From the demo to a CRM and back: what belongs to the other is out of force, and in force again."""
    take(origin="demo")
    taken = take([target(7, year=2026), target(8, year=2014)], origin="load")
    assert [(one.fiscal_year, one.action) for one in taken] == [
        (2014, "published"), (2025, "withdrawn"), (2026, "published"),
    ]  # fmt: skip
    assert taken[1].line == "Targets 2025: version 1 is no longer in force: it belongs to the demo company."
    assert list(ledger.in_force()) == [2014, 2026]
    assert states(ledger)[-1] == (2027, 1, "superseded", "demo")
    taken = take(origin="demo")
    assert [(one.fiscal_year, one.action) for one in taken] == [
        (2014, "withdrawn"), (2025, "again"), (2026, "again"), (2027, "drafted"),
    ]  # fmt: skip
    assert states(ledger) == [
        (2014, 1, "superseded", "load"), (2025, 1, "published", "demo"), (2026, 1, "published", "demo"),
        (2026, 2, "superseded", "load"), (2027, 1, "draft", "demo"),
    ]  # fmt: skip
    published(ledger, 5, fiscal_year=2025)
    assert take([], origin="load")[0].action == "withdrawn"
    assert list(ledger.in_force()) == [2025]


def test_years_are_fiscal_and_named_after_their_end(take: Take) -> None:
    """With years from April on, March 2026 belongs to 2026 and April to 2027, which has begun in August 2026."""
    taken = take([target(1, month=3), target(2, month=4), target(3, month=4, year=2027)], first_month=4)
    assert [(one.fiscal_year, one.action) for one in taken] == [
        (2026, "published"), (2027, "published"), (2028, "drafted"),
    ]  # fmt: skip
    assert fiscal_year(date(2026, 3, 31), 4) == 2026
    assert fiscal_year(date(2026, 4, 1), 4) == 2027
    assert fiscal_year(date(2026, 12, 31), 1) == 2026
    assert (year_start(2027, 4), year_end(2027, 4)) == (date(2026, 4, 1), date(2027, 3, 31))
    assert (year_start(2027, 1), year_end(2027, 1)) == (date(2027, 1, 1), date(2027, 12, 31))


def test_quotas_that_are_no_targets_are_left_out(ledger: Ledger, take: Take) -> None:
    good = {"starts_on": date(2026, 3, 1), "ends_on": None, "amount": Decimal("1.5"), "region": "East"}
    bad = [
        {**good, "starts_on": None},
        {**good, "amount": None},
        {**good, "ends_on": date(2026, 2, 1)},
    ]
    assert [one.line for one in take([good, *bad])] == ["Targets 2026: version 1 is in force: 1 quota, 2."]
    rows = ledger.rows(ledger.in_force()[2026])
    assert rows["ends_on"].dt.date.tolist() == [date(2026, 12, 31)]
    assert rows["region"].tolist() == ["East"]


def test_all_years_or_none(ledger: Ledger, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure in the last year leaves the first one as it was."""
    from planning.writer import Writer

    insert = Writer.insert

    def fail_in_2027(self: Writer, year: int, *arguments: Any, **options: Any) -> Any:
        if year == 2027:
            raise RuntimeError("power cut")
        return insert(self, year, *arguments, **options)

    monkeypatch.setattr(Writer, "insert", fail_in_2027)
    with pytest.raises(RuntimeError, match="power cut"):
        take()
    assert ledger.versions().empty
    assert ledger.revision() == 0


def test_no_quotas_at_all(ledger: Ledger, take: Take) -> None:
    assert take([]) == []
    assert take(pd.DataFrame()) == []  # type: ignore[arg-type]
    assert ledger.revision() == 0
