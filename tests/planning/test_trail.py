"""The trail of all that was done: three tables as one list, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from planning.adjustments import Adjustment
from planning.curves import curve
from planning.ledger import Ledger
from planning.plan import Plan
from planning.rights import Planner
from planning.scenarios import Scenario, Scenarios
from planning.tables import KINDS
from planning.trail import ADJUSTED, COLUMNS, EFFECTS, ENTERED, Asked, counts, mark, trail
from tests.planning.conftest import published, target

MEI, LIN = Planner("Mei Lan"), Planner("Lin Yue")
EVEN = curve("linear", first=date(2025, 1, 1), working=np.ones(1500, bool), months=np.zeros(1500, int), shares=None)


class Desk:
    """A scenario and its present plan, as a page works on it."""

    def __init__(self, ledger: Ledger, base: int, name: str = "What if") -> None:
        self.kept = Scenarios(ledger)
        self.now: Scenario = self.kept.begin(base, name=name, viewer=MEI)
        self.plan = Plan.of(ledger.rows(base), EVEN)

    def adjust(self, *made: Adjustment, viewer: Planner = MEI) -> None:
        self.now, self.plan = self.kept.adjust(
            self.now.version_id, made, plan=self.plan, viewer=viewer, expected_revision=self.now.revision
        )

    def undo(self) -> None:
        self.now = self.kept.undo(self.now.version_id, viewer=MEI, expected_revision=self.now.revision)


def more(share: str, reason: str = "") -> Adjustment:
    return Adjustment("scale", "company", share=Decimal(share), reason=reason)


@pytest.fixture
def desk(ledger: Ledger) -> Desk:
    return Desk(ledger, published(ledger))


def said(found: Any) -> list[tuple[str, str]]:
    return list(zip(found["who"], found["kind"], strict=True))


def test_all_that_was_done_the_last_first(ledger: Ledger, desk: Desk) -> None:
    desk.adjust(more("0.1", "growth"))
    desk.adjust(more("0.2"), viewer=LIN)
    period = (date(2026, 1, 1), date(2026, 1, 31))
    desk.kept.enter(desk.now.version_id, "region", [("East", Decimal("12.5"))], period, viewer=LIN, note="tight")
    desk.kept.comment(desk.now.version_id, "why so much?", viewer=LIN)
    found = trail(ledger)
    assert said(found) == [
        ("Lin Yue", "commented"),
        ("Lin Yue", ENTERED),
        ("Lin Yue", ADJUSTED),
        ("Mei Lan", ADJUSTED),
        ("Mei Lan", "drafted"),
        ("Mei Lan", "published"),
        ("Mei Lan", "approved"),
        ("Mei Lan", "submitted"),
        ("Mei Lan", "drafted"),
    ]
    assert set(COLUMNS) <= set(found) and found["at"].is_monotonic_decreasing
    entered, second, first = found.iloc[1], found.iloc[2], found.iloc[3]
    assert (entered.dimension, entered.member, entered.amount, entered.detail) == (
        "region", "East", Decimal("12.5"), "tight",
    )  # fmt: skip
    assert (entered.starts_on, entered.ends_on) == period
    assert (first.operation, first.reason, first.effect) == ("scale", "growth", "done")
    assert Adjustment.from_json(second.operation, second.content) == more("0.2")
    assert list(found["is_scenario"]) == [True] * 5 + [False] * 4
    assert list(found["has_rows"]) == [False] * 5 + [True] * 4
    assert list(found["number"]) == [2] * 5 + [1] * 4


def test_what_was_taken_back_and_overtaken_stays_and_is_marked(ledger: Ledger, desk: Desk) -> None:
    desk.adjust(more("0.1"))
    desk.adjust(more("0.2"))
    desk.undo()
    made = trail(ledger, Asked(kind=ADJUSTED))
    assert list(made["effect"]) == ["undone", "done"]
    desk.adjust(more("0.3"))
    made = trail(ledger, Asked(kind=ADJUSTED))
    assert list(made["effect"]) == ["done", "discarded", "done"]
    assert set(made["effect"]) <= set(EFFECTS)


def test_a_copy_does_not_repeat_what_was_done_in_the_first(ledger: Ledger, desk: Desk) -> None:
    desk.adjust(more("0.1"), viewer=LIN)
    copy = desk.kept.duplicate(desk.now.version_id, name="Copy", viewer=MEI)
    assert len(copy.done) == 1
    assert said(trail(ledger, Asked(copy.version_id))) == [("Mei Lan", "drafted")]


def test_filters_pages_and_counts_agree(ledger: Ledger, desk: Desk) -> None:
    for tenth in range(1, 8):
        desk.adjust(more(f"0.{tenth}"), viewer=LIN if tenth % 2 else MEI)
    whole = trail(ledger)
    for asked in (Asked(), Asked(1), Asked(who="Lin Yue"), Asked(kind=ADJUSTED), Asked(2, "Mei Lan", ADJUSTED)):
        kept = trail(ledger, asked)
        wanted = {"version_id": asked.version_id, "who": asked.who, "kind": asked.kind}
        same = whole
        for name, value in wanted.items():
            same = same if value is None else same[same[name] == value]
        assert list(kept["at"]) == list(same["at"]) and len(kept)
        assert counts(ledger, asked)["count"].sum() == len(kept)
        pages = [trail(ledger, asked, limit=3, offset=at) for at in range(0, len(kept), 3)]
        assert [at for page in pages for at in page["at"]] == list(kept["at"])
    assert trail(ledger, Asked(who="nobody")).empty and counts(ledger, Asked(99)).empty
    newest = whole["at"].iloc[0]
    assert counts(ledger)["last_at"].max() == newest
    assert counts(ledger, since=newest.to_pydatetime())["count"].sum() == 1
    assert counts(ledger, since=datetime.now(UTC) + timedelta(days=1)).empty


def test_an_empty_ledger_has_an_empty_trail(ledger: Ledger) -> None:
    assert trail(ledger).empty and counts(ledger).empty
    assert mark(ledger) == (0, 0, 0, 0)


def test_the_mark_moves_with_everything_that_the_trail_shows(ledger: Ledger, desk: Desk) -> None:
    own = desk.now.version_id
    period = (date(2026, 1, 1), date(2026, 1, 31))

    def renamed() -> None:
        desk.now = desk.kept.rename(own, "Other", viewer=MEI, expected_revision=desk.now.revision)

    seen = [mark(ledger)]
    for act in (
        lambda: desk.adjust(more("0.1")),
        desk.undo,
        lambda: desk.kept.comment(own, "hm", viewer=MEI),
        lambda: desk.kept.enter(own, "region", [("East", Decimal(1))], period, viewer=MEI),
        lambda: desk.kept.hand_down(own, "region", "East", viewer=MEI),
        renamed,
    ):
        act()
        seen.append(mark(ledger))
    assert len(set(seen)) == len(seen)


def test_what_was_handed_down_names_its_dimension(ledger: Ledger, desk: Desk) -> None:
    desk.kept.hand_down(desk.now.version_id, "region", "East", viewer=MEI)
    row = trail(ledger).iloc[0]
    assert (row.kind, row.detail, row.dimension) == ("handed down", "East", "region")


def test_every_kind_that_the_ledger_writes_is_known(ledger: Ledger, desk: Desk) -> None:
    revision = desk.now.revision
    desk.now = desk.kept.submit(desk.now.version_id, desk.plan, viewer=MEI, expected_revision=revision)
    for name in ("return_", "submit", "approve", "publish"):
        more_said = (desk.plan,) if name == "submit" else ()
        desk.now = getattr(desk.kept, name)(
            desk.now.version_id, *more_said, viewer=MEI, expected_revision=desk.now.revision, note=f"{name}!"
        )
    made = ledger.draft(2027, [target(5, year=2027)], name="Next", by="Mei Lan")
    ledger.replace_rows(made, [target(6, year=2027)], by="Mei Lan", expected_revision=1)
    kinds = set(trail(ledger)["kind"])
    assert kinds <= set(KINDS)
    assert {"changed", "superseded", "returned", "submitted", "approved", "published", "drafted"} <= kinds
