"""The life of a version: what may follow what, who is told what, and that nothing is ever half done."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pandas as pd
import pytest
from sqlalchemy import event

from planning.errors import BadRows, Conflict, NotAllowed, NotEditable, VersionMissing
from planning.ledger import Ledger
from planning.rows import COLUMNS
from planning.tables import STATES
from tests.planning.conftest import approved, published, step, target

STEPS = ("submit", "approve", "return_", "publish")
ALLOWED = {
    ("draft", "submit"): "submitted",
    ("submitted", "approve"): "approved",
    ("submitted", "return_"): "draft",
    ("approved", "return_"): "draft",
    ("approved", "publish"): "published",
    ("superseded", "publish"): "published",
}


def made(ledger: Ledger, state: str) -> int:
    """A version in that state."""
    if state == "draft":
        return ledger.draft(2026, [target()], name="Plan", by="Mei Lan")
    if state == "submitted":
        step(ledger, "submit", version_id := made(ledger, "draft"))
        return version_id
    if state == "approved":
        return approved(ledger)
    version_id = published(ledger)
    if state == "superseded":
        published(ledger)
    return version_id


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("state", STATES)
def test_every_step_from_every_state(ledger: Ledger, state: str, name: str) -> None:
    version_id = made(ledger, state)
    assert ledger.version(version_id).state == state
    before = (ledger.revision(), ledger.versions(), ledger.trail())
    if (state, name) in ALLOWED:
        step(ledger, name, version_id)
        assert ledger.version(version_id).state == ALLOWED[state, name]
        assert ledger.revision() == before[0] + 1
        return
    with pytest.raises(NotAllowed, match=re.escape("Version 1 of 2026 (Plan) cannot be")) as refused:
        step(ledger, name, version_id)
    assert refused.value.state != ""
    assert ledger.revision() == before[0]
    pd.testing.assert_frame_equal(ledger.versions(), before[1])
    pd.testing.assert_frame_equal(ledger.trail(), before[2])


@pytest.mark.parametrize("state", STATES)
def test_rows_of_drafts_alone_can_be_changed(ledger: Ledger, state: str) -> None:
    version_id = made(ledger, state)
    revision = ledger.version(version_id).revision
    if state == "draft":
        assert ledger.replace_rows(version_id, [target(7), target(8)], by="He", expected_revision=revision) == 2
        assert ledger.rows(version_id)["amount_e4"].tolist() == [70_000, 80_000]
        return
    with pytest.raises(NotEditable, match="Return it to draft .* or begin a draft based on it"):
        ledger.replace_rows(version_id, [target(7)], by="He", expected_revision=revision)
    assert ledger.rows(version_id)["amount_e4"].tolist() == [1_000_000]


def test_a_new_ledger_is_empty(ledger: Ledger) -> None:
    assert ledger.revision() == 0
    assert ledger.in_force() == {}
    assert ledger.versions().empty and ledger.trail().empty and ledger.levels().empty
    assert ledger.taken() is None


def test_a_draft_knows_where_it_came_from(ledger: Ledger) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    first = ledger.draft(2026, [target()], name="Plan", name_zh="计划", by="Mei Lan", note="first try")
    second = ledger.draft(2026, [target(2)], name="Bolder", by="He", based_on=first)
    other = ledger.draft(2027, [target(2)], name="Next", by="He")
    found = ledger.version(second)
    assert (found.number, found.based_on, found.revision, found.origin) == (2, first, 1, "planning")
    assert ledger.version(other).number == 1
    frame = ledger.versions(2026)
    assert frame["version_id"].tolist() == [first, second]
    assert frame.loc[0, ["name", "name_zh", "note", "created_by", "state"]].tolist() == [
        "Plan", "计划", "first try", "Mei Lan", "draft",
    ]  # fmt: skip
    assert before <= found.created_at <= datetime.now(UTC)
    assert str(frame["created_at"].dtype) == str(frame["published_at"].dtype) == "datetime64[us, UTC]"
    assert frame["published_at"].isna().all()
    with pytest.raises(VersionMissing, match="no version of targets with the id 99"):
        ledger.draft(2026, [target()], name="Lost", by="He", based_on=99)


def test_publishing_supersedes_what_was_in_force(ledger: Ledger) -> None:
    first, next_year = published(ledger), published(ledger, fiscal_year=2027)
    second = published(ledger, 200)
    assert ledger.in_force() == {2026: second, 2027: next_year}
    old = ledger.version(first)
    assert old.state == "superseded"
    assert old.superseded_at is not None
    assert old.superseded_at == ledger.version(second).published_at
    step(ledger, "publish", first, note="the bolder one was too bold")
    assert ledger.in_force() == {2026: first, 2027: next_year}
    again = ledger.version(first)
    assert (again.superseded_at, again.note) == (None, "the bolder one was too bold")
    assert ledger.version(second).state == "superseded"
    assert ledger.rows(first)["amount_e4"].tolist() == [1_000_000]


def test_everything_done_stands_in_the_trail(ledger: Ledger) -> None:
    first = published(ledger)
    plan = ledger.draft(2026, [target()], name="Plan", by="Mei Lan")
    ledger.replace_rows(plan, [target(1), target(2)], by="He", expected_revision=1)
    step(ledger, "submit", plan, by="He", note="please look")
    step(ledger, "return_", plan, by="Boss", note="too low")
    step(ledger, "submit", plan, by="He")
    step(ledger, "approve", plan, by="Boss")
    step(ledger, "publish", plan, by="Boss")
    said = ledger.trail(plan)[["who", "action", "detail"]].fillna("").values.tolist()
    assert said[::-1] == [
        ["Mei Lan", "drafted", "1 row"],
        ["He", "changed", "2 rows"],
        ["He", "submitted", "please look"],
        ["Boss", "returned", "too low"],
        ["He", "submitted", ""],
        ["Boss", "approved", ""],
        ["Boss", "published", ""],
    ]
    assert ledger.trail(first)["action"].tolist()[0] == "superseded"
    assert ledger.trail(first)["detail"].tolist()[0] == "by version 2"
    assert len(ledger.trail(last=3)) == 3


def test_who_was_faster_is_named_and_nothing_is_lost(ledger: Ledger) -> None:
    plan = ledger.draft(2026, [target(1)], name="Plan", by="Mei Lan")
    ledger.replace_rows(plan, [target(2)], by="He Lan", expected_revision=1)
    seen = ledger.revision()
    with pytest.raises(Conflict) as refused:
        ledger.replace_rows(plan, [target(3)], by="Mei Lan", expected_revision=1)
    now = ledger.version(plan)
    assert str(refused.value) == (
        f"Version 1 of 2026 (Plan) was changed by He Lan on {now.changed_at:%Y-%m-%d} at {now.changed_at:%H:%M} UTC, "
        "after you had opened it. Nothing of yours was saved over it: look at it anew, then make your change again."
    )
    assert (refused.value.changed_by, refused.value.revision, refused.value.version_id) == ("He Lan", 2, plan)
    assert refused.value.changed_at == now.changed_at
    assert ledger.rows(plan)["amount_e4"].tolist() == [20_000]
    assert ledger.revision() == seen


@pytest.mark.parametrize("name", STEPS)
def test_a_step_on_what_has_changed_is_a_conflict(ledger: Ledger, name: str) -> None:
    plan = ledger.draft(2026, [target(1)], name="Plan", by="Mei Lan")
    step(ledger, "submit", plan, by="He")
    with pytest.raises(Conflict, match="was changed by He"):
        getattr(ledger, name)(plan, by="Mei Lan", expected_revision=1)


def test_a_version_that_is_not_there(ledger: Ledger) -> None:
    for name in STEPS:
        with pytest.raises(VersionMissing):
            getattr(ledger, name)(5, by="He", expected_revision=1)
    with pytest.raises(VersionMissing):
        ledger.version(5)
    assert ledger.rows(5).empty


def test_bad_rows_change_nothing(ledger: Ledger) -> None:
    plan = ledger.draft(2026, [target(1)], name="Plan", by="Mei Lan")
    with pytest.raises(BadRows):
        ledger.replace_rows(plan, [target(0.5)], by="He", expected_revision=1)
    with pytest.raises(BadRows):
        ledger.draft(2026, [target(0.5)], name="Plan", by="He")
    assert len(ledger.versions()) == 1
    assert ledger.version(plan).revision == 1


def test_a_failure_at_any_statement_leaves_all_as_it_was(ledger: Ledger) -> None:
    """Publishing is several statements; after a failure at each of them the old version is whole and in force."""
    first, second = published(ledger), approved(ledger, 200)
    revision = ledger.version(second).revision
    before = (ledger.revision(), ledger.versions(), ledger.trail())
    for fatal in range(1, 40):
        count = 0

        def fail(*_: object, fatal: int = fatal) -> None:
            nonlocal count
            count += 1
            if count == fatal:
                raise RuntimeError("power cut")

        event.listen(ledger.engine, "before_cursor_execute", fail)
        try:
            ledger.publish(second, by="Boss", expected_revision=revision)
        except RuntimeError:
            event.remove(ledger.engine, "before_cursor_execute", fail)
            assert ledger.in_force() == {2026: first}
            assert ledger.revision() == before[0]
            pd.testing.assert_frame_equal(ledger.versions(), before[1])
            pd.testing.assert_frame_equal(ledger.trail(), before[2])
        else:
            event.remove(ledger.engine, "before_cursor_execute", fail)
            break
    assert fatal > 6
    assert ledger.in_force() == {2026: second}


def test_a_reader_sees_the_ledger_before_or_after_a_writer(ledger: Ledger) -> None:
    first = published(ledger)
    with ledger.writing(by="Boss") as writer:
        version = writer.insert(2026, ledger.rows(first)[list(COLUMNS)],
                                action="drafted", name="New", origin="planning")  # fmt: skip
        writer.put_in_force(version)
        assert ledger.in_force() == {2026: first}
    assert ledger.in_force() == {2026: version.version_id}
