"""The life of a scenario: adjusted, undone, submitted, returned, published; what is refused, and what stays kept."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event, select

from planning import intake
from planning.adjustments import Adjustment
from planning.database import transaction
from planning.errors import NotAllowed, NotEditable, NotWritten, Refused, VersionMissing
from planning.ledger import Ledger
from planning.plan import Plan
from planning.rows import content_hash
from planning.scenarios import MOST_TEXT, Overtaken, Scenario, Scenarios
from planning.tables import KEYS, adjustments
from settings import Settings
from tests.planning.conftest import published, step
from tests.planning.planned import (
    BOSS,
    EVENLY,
    YEAR,
    adjust,
    base_rows,
    base_version,
    begun,
    cells,
    change,
    replayed,
    row,
    state,
)

UP = change("scale", "company", share="0.1", reason="More people")
EAST = change("scale", by="region", members="East", share="0.1", mode="stays")
FIRST_HALF = (date(YEAR, 1, 1), date(YEAR, 6, 30))


def now(scenario: Scenario) -> dict[str, int]:
    return {"expected_revision": scenario.revision}


def submit(ledger: Ledger, scenario: Scenario, note: str | None = None) -> Scenario:
    return Scenarios(ledger).submit(
        scenario.version_id, replayed(ledger, scenario), viewer=BOSS, note=note, **now(scenario)
    )


def take(ledger: Ledger, scenario: Scenario, *steps: str) -> Scenario:
    """Through steps of the workflow after it was submitted."""
    for name in steps:
        scenario = getattr(Scenarios(ledger), name)(scenario.version_id, viewer=BOSS, **now(scenario))
    return scenario


def in_force(ledger: Ledger) -> Scenario:
    """A scenario of one adjustment in force."""
    return take(ledger, submit(ledger, adjust(ledger, begun(ledger), UP)), "approve", "publish")


def made(scenario: Scenario) -> list[Adjustment]:
    return [entry.adjustment for entry in scenario.done]


def test_begins_without_rows_or_adjustments(ledger: Ledger) -> None:
    base = base_version(ledger)
    scenario = Scenarios(ledger).begin(base, name="What if", viewer=BOSS, note=" Higher\n in the east ")
    assert (scenario.version.state, scenario.version.origin, scenario.version.based_on) == ("draft", "planning", base)
    assert (scenario.version.number, scenario.version.note, scenario.revision) == (2, "Higher in the east", 1)
    assert (scenario.done, scenario.undone, scenario.base_has_moved) == ((), (), False)
    assert scenario.base.version_id == base
    assert ledger.rows(scenario.version_id).empty
    assert Scenarios(ledger).read(scenario.version_id) == scenario
    assert ledger.trail(scenario.version_id)["detail"].tolist() == ["from version 1"]


def test_adjusts_and_keeps_who_did_what_and_why(ledger: Ledger) -> None:
    scenario = begun(ledger)
    plan = replayed(ledger, scenario)
    after, moved = Scenarios(ledger).adjust(scenario.version_id, [UP, EAST], plan=plan, viewer=BOSS, **now(scenario))
    assert made(after) == [UP, EAST]
    assert [(entry.position, entry.who, entry.revision) for entry in after.done] == [
        (1, "Mei Lan", 2),
        (2, "Mei Lan", 2),
    ]
    assert after.done[0].adjustment.reason == "More people"
    assert after.revision == 2
    assert not moved.differs(replayed(ledger, after))
    assert state(moved)[0] == {"": (110, 220)}


def test_undo_and_redo(ledger: Ledger) -> None:
    found = Scenarios(ledger)
    states = [begun(ledger)]
    for one in (UP, EAST, UP):
        states.append(adjust(ledger, states[-1], one))
    scenario = states[-1]
    undone = found.undo(scenario.version_id, viewer=BOSS, steps=2, **now(scenario))
    assert (made(undone), [entry.adjustment for entry in undone.undone]) == ([UP], [EAST, UP])
    assert not replayed(ledger, undone).differs(replayed(ledger, states[1]))
    redone = found.redo(scenario.version_id, viewer=BOSS, **now(undone))
    assert not replayed(ledger, redone).differs(replayed(ledger, states[2]))
    all_undone = found.undo(scenario.version_id, viewer=BOSS, steps=99, **now(redone))
    assert made(all_undone) == [] and not replayed(ledger, all_undone).differs(replayed(ledger, states[0]))
    with pytest.raises(Refused) as told:
        found.undo(scenario.version_id, viewer=BOSS, **now(all_undone))
    assert told.value.reason == "nothing"
    back = found.redo(scenario.version_id, viewer=BOSS, steps=99, **now(all_undone))
    assert made(back) == [UP, EAST, UP] and back.revision == 8
    with pytest.raises(Refused):
        found.redo(scenario.version_id, viewer=BOSS, **now(back))


def test_what_was_undone_and_overtaken_stays_in_the_table(ledger: Ledger) -> None:
    scenario = adjust(ledger, begun(ledger), UP, EAST)
    scenario = Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, **now(scenario))
    scenario = adjust(ledger, scenario, change("set", "company", amounts=500))
    assert [one.operation for one in made(scenario)] == ["scale", "set"] and scenario.undone == ()
    with pytest.raises(Refused):
        Scenarios(ledger).redo(scenario.version_id, viewer=BOSS, **now(scenario))
    with ledger.engine.connect() as connection:
        kept = connection.execute(
            select(adjustments.c.position, adjustments.c.operation, adjustments.c.is_discarded).order_by(
                adjustments.c.adjustment_id
            )
        ).fetchall()
    assert [tuple(one) for one in kept] == [(1, "scale", False), (2, "scale", True), (2, "set", False)]


@pytest.mark.parametrize(
    "made",
    [
        [],
        [change("scale", "company", share="0")],
        [change("set", "company", amounts=300)],
        [change("unlock", by="region", members="East")],
    ],
)
def test_what_changes_nothing_is_not_kept(ledger: Ledger, made: list[Adjustment]) -> None:
    scenario = begun(ledger)
    with pytest.raises(Refused) as told:
        adjust(ledger, scenario, *made)
    assert told.value.reason == "nothing"
    assert Scenarios(ledger).read(scenario.version_id) == scenario


def test_risk_and_locks_are_kept_though_no_cell_changes(ledger: Ledger) -> None:
    risk = change("risk", "company", share="0.9")
    lock = change("lock", by="region", members="East")
    assert made(adjust(ledger, adjust(ledger, begun(ledger), risk), lock)) == [risk, lock]


def test_one_of_several_that_cannot_be_made_keeps_all_from_being_kept(ledger: Ledger) -> None:
    scenario = begun(ledger)
    before = ledger.revision()
    with pytest.raises(Refused):
        adjust(ledger, scenario, UP, change("set", by="region", members="South", amounts=1))
    assert Scenarios(ledger).read(scenario.version_id) == scenario
    assert ledger.revision() == before


def test_a_copy_goes_its_own_way(ledger: Ledger) -> None:
    first = adjust(ledger, begun(ledger), UP, EAST)
    first = Scenarios(ledger).undo(first.version_id, viewer=BOSS, **now(first))
    copy = Scenarios(ledger).duplicate(first.version_id, name="A second one", viewer=BOSS)
    assert made(copy) == [UP] and copy.undone == () and copy.base == first.base
    assert not replayed(ledger, copy).differs(replayed(ledger, first))
    adjust(ledger, copy, EAST)
    assert Scenarios(ledger).read(first.version_id) == first


def test_a_copy_of_a_scenario_whose_base_has_moved_says_so_too(ledger: Ledger) -> None:
    base = base_version(ledger)
    scenario = adjust(ledger, begun(ledger, base), UP)
    ledger.replace_rows(base, [row(1, 1)], by="He", expected_revision=1)
    assert Scenarios(ledger).duplicate(scenario.version_id, name="Copy", viewer=BOSS).base_has_moved


def test_renames(ledger: Ledger) -> None:
    scenario = begun(ledger)
    renamed = Scenarios(ledger).rename(scenario.version_id, "  Plan\tB ", viewer=BOSS, **now(scenario))
    assert (renamed.version.name, renamed.revision) == ("Plan B", 2)
    assert ledger.trail(scenario.version_id)[["action", "detail"]].iloc[0].tolist() == ["renamed", "What if"]


def test_a_base_that_moved_is_told_and_can_be_taken(ledger: Ledger) -> None:
    """The draft that a scenario begins from gets other rows: the adjustments stay, what they do is replayed anew."""
    base = base_version(ledger)
    scenario = adjust(ledger, begun(ledger, base), UP)
    ledger.replace_rows(base, [row(2 * one["amount"], one["starts_on"].month, **_keys(one)) for one in base_rows()],
                        by="He", expected_revision=1)  # fmt: skip
    moved = Scenarios(ledger).read(scenario.version_id)
    assert moved.base_has_moved and made(moved) == [UP]
    taken = Scenarios(ledger).rebase(scenario.version_id, base, viewer=BOSS, **now(moved))
    assert not taken.base_has_moved and made(taken) == [UP]
    assert state(replayed(ledger, taken))[0] == {"": (220, 440)}


def _keys(one: dict[str, object]) -> dict[str, object]:
    return {name: key for name, key in one.items() if name in KEYS}


def test_rebases_onto_another_version_of_its_year(ledger: Ledger) -> None:
    scenario = adjust(ledger, begun(ledger), UP)
    newer = base_version(ledger, [row(1000, 1)])
    moved = Scenarios(ledger).rebase(scenario.version_id, newer, viewer=BOSS, **now(scenario))
    assert (moved.base.version_id, moved.version.based_on, moved.base_has_moved) == (newer, newer, False)
    assert cells(replayed(ledger, moved), "company", "") == {"": (1100,)}
    assert ledger.trail(scenario.version_id)["action"].iloc[0] == "rebased"


def test_a_base_must_have_rows_and_the_same_year(ledger: Ledger) -> None:
    scenario = begun(ledger)
    other_year = ledger.draft(YEAR + 1, [row(1, 1)], name="Next", by="Mei Lan")
    for base in (other_year, scenario.version_id):
        with pytest.raises(Refused, match="is gone"):
            Scenarios(ledger).rebase(scenario.version_id, base, viewer=BOSS, **now(scenario))
    with pytest.raises(Refused, match="is gone"):
        Scenarios(ledger).begin(scenario.version_id, name="On nothing", viewer=BOSS)
    for call in (lambda: Scenarios(ledger).begin(99, name="X", viewer=BOSS), lambda: Scenarios(ledger).read(1)):
        with pytest.raises(VersionMissing):
            call()


def test_submitting_freezes_the_rows(ledger: Ledger) -> None:
    scenario = adjust(ledger, begun(ledger), UP)
    plan = replayed(ledger, scenario)
    handed_in = submit(ledger, scenario, note=" For\n review ")
    assert (handed_in.version.state, handed_in.version.note) == ("submitted", "For review")
    rows = ledger.rows(handed_in.version_id)
    assert not Plan.of(rows, EVENLY).differs(plan)
    assert content_hash(rows.drop(columns=["version_id", "row_number"])) == handed_in.version.content_hash
    assert ledger.trail(handed_in.version_id)["action"].tolist() == ["submitted", "changed", "drafted"]
    # The base may do what it wants now.
    ledger.replace_rows(handed_in.base.version_id, [row(1, 1)], by="He", expected_revision=1)
    assert ledger.rows(handed_in.version_id).equals(rows)


def test_without_adjustments_it_hands_in_what_it_began_from(ledger: Ledger) -> None:
    """Equal in sum for each level, key and month; also where rows span months."""
    base = base_version(ledger, [*base_rows(), row(1000, 3, until=8), row("99.99", 4, until=12, region="East")])
    handed_in = submit(ledger, begun(ledger, base))

    def sums(version_id: int) -> dict[tuple[object, ...], int]:
        plan = Plan.of(ledger.rows(version_id), EVENLY)
        found: dict[tuple[object, ...], int] = defaultdict(int)
        for at, plane in enumerate(plan.planes):
            for key, amount in plan.sums(at, [*KEYS, "month"]).items():
                found[plane.name, *key] += amount
        return found

    assert sums(handed_in.version_id) == sums(base)


def test_returned_it_has_no_rows_and_all_its_adjustments(ledger: Ledger) -> None:
    scenario = adjust(ledger, begun(ledger), UP, EAST)
    scenario = Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, **now(scenario))
    for steps in ((), ("approve",)):
        handed_in = take(ledger, submit(ledger, scenario), *steps)
        returned = Scenarios(ledger).return_(handed_in.version_id, viewer=BOSS, note="Too high", **now(handed_in))
        assert (returned.version.state, returned.version.note) == ("draft", "Too high")
        assert (made(returned), [one.adjustment for one in returned.undone]) == ([UP], [EAST])
        assert ledger.rows(returned.version_id).empty
        assert returned.version.content_hash == scenario.version.content_hash
        scenario = adjust(ledger, returned, UP)
        scenario = Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, **now(scenario))
        assert [one.adjustment for one in scenario.undone] == [UP]
        scenario = adjust(ledger, scenario, EAST)
        scenario = Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, **now(scenario))


def test_the_ledger_takes_the_rows_out_as_well(ledger: Ledger) -> None:
    """Whoever returns it: a draft that is replayed must not keep rows that nobody replayed."""
    handed_in = submit(ledger, adjust(ledger, begun(ledger), UP))
    step(ledger, "return_", handed_in.version_id)
    assert ledger.rows(handed_in.version_id).empty
    with pytest.raises(NotWritten):
        step(ledger, "submit", handed_in.version_id)


def test_published_it_supersedes_and_can_be_superseded(ledger: Ledger) -> None:
    before = published(ledger)
    first = in_force(ledger)
    assert ledger.in_force() == {YEAR: first.version_id}
    assert ledger.version(before).state == "superseded"
    second = in_force(ledger)
    assert ledger.in_force() == {YEAR: second.version_id}
    again = take(ledger, Scenarios(ledger).read(first.version_id), "publish")
    assert ledger.in_force() == {YEAR: again.version_id} and not ledger.rows(again.version_id).empty
    assert ledger.version(second.version_id).state == "superseded"
    back = ledger.publish(before, by="He", expected_revision=ledger.version(before).revision)
    assert ledger.in_force() == {YEAR: before} and back == ledger.version(before).revision


@pytest.mark.parametrize("steps", [None, ("approve",), ("approve", "publish")])
def test_only_a_draft_can_be_worked_on(ledger: Ledger, steps: tuple[str, ...] | None) -> None:
    found = Scenarios(ledger)
    scenario = take(ledger, submit(ledger, adjust(ledger, begun(ledger), UP)), *(steps or ()))
    before = (found.read(scenario.version_id), ledger.rows(scenario.version_id), ledger.revision())
    key, plan = scenario.version_id, replayed(ledger, scenario)
    calls = [
        lambda: found.adjust(key, [UP], plan=plan, viewer=BOSS, **now(scenario)),
        lambda: found.undo(key, viewer=BOSS, **now(scenario)),
        lambda: found.redo(key, viewer=BOSS, **now(scenario)),
        lambda: found.rename(key, "Other", viewer=BOSS, **now(scenario)),
        lambda: found.rebase(key, scenario.base.version_id, viewer=BOSS, **now(scenario)),
        lambda: found.submit(key, plan, viewer=BOSS, **now(scenario)),
        lambda: found.enter(key, "region", [("East", Decimal(1))], FIRST_HALF, viewer=BOSS),
    ]
    for call in calls:
        with pytest.raises(NotEditable, match="cannot be changed, because it is "):
            call()
    assert found.read(key) == before[0] and ledger.rows(key).equals(before[1]) and ledger.revision() == before[2]


def test_steps_that_the_state_does_not_allow(ledger: Ledger) -> None:
    scenario = begun(ledger)
    for name in ("approve", "publish", "return_"):
        with pytest.raises(NotAllowed):
            take(ledger, scenario, name)


def test_somebody_else_was_faster(ledger: Ledger) -> None:
    """Whoever saves second is told who changed what since, and nothing of theirs is kept."""
    scenario = adjust(ledger, begun(ledger), UP)
    other = Scenarios(ledger)
    he = type(BOSS)("He Lan")
    newer = adjust(ledger, scenario, EAST, viewer=he)
    newer = adjust(ledger, newer, change("lock", by="region", members="East"), viewer=he)
    plan, key = replayed(ledger, scenario), scenario.version_id
    calls = [
        lambda: other.adjust(key, [UP], plan=plan, viewer=BOSS, **now(scenario)),
        lambda: other.undo(key, viewer=BOSS, **now(scenario)),
        lambda: other.rename(key, "Mine", viewer=BOSS, **now(scenario)),
        lambda: other.rebase(key, scenario.base.version_id, viewer=BOSS, **now(scenario)),
        lambda: other.submit(key, plan, viewer=BOSS, **now(scenario)),
        lambda: other.approve(key, viewer=BOSS, **now(scenario)),
    ]
    for call in calls:
        with pytest.raises(Overtaken, match="was changed by He Lan on ") as told:
            call()
        assert [(entry.who, entry.adjustment.operation) for entry in told.value.since] == [
            ("He Lan", "lock"),
            ("He Lan", "scale"),
        ]
        assert (told.value.changed_by, told.value.revision) == ("He Lan", newer.revision)
    assert other.read(key) == newer


def test_who_took_something_back_is_told_too(ledger: Ledger) -> None:
    scenario = adjust(ledger, begun(ledger), UP)
    Scenarios(ledger).undo(scenario.version_id, viewer=type(BOSS)("He Lan"), **now(scenario))
    with pytest.raises(Overtaken, match="He Lan") as told:
        Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, **now(scenario))
    assert told.value.since == ()


def test_work_on_drafts_leaves_the_revision_that_attainment_is_kept_by(ledger: Ledger) -> None:
    scenario = begun(ledger)
    before = ledger.revision()
    scenario = adjust(ledger, scenario, UP)
    scenario = Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, **now(scenario))
    scenario = Scenarios(ledger).redo(scenario.version_id, viewer=BOSS, **now(scenario))
    Scenarios(ledger).enter(scenario.version_id, "region", [("East", Decimal(1))], FIRST_HALF, viewer=BOSS)
    assert ledger.revision() == before
    revisions = [ledger.revision()]
    scenario = submit(ledger, scenario)
    revisions.append(ledger.revision())
    for name in ("approve", "publish"):
        scenario = take(ledger, scenario, name)
        revisions.append(ledger.revision())
    assert revisions == [before, before + 1, before + 2, before + 3]


def test_the_command_line_does_not_publish_a_plan_without_rows(ledger: Ledger, settings: Settings) -> None:
    scenario = adjust(ledger, begun(ledger), UP)
    with pytest.raises(NotWritten, match="Submit it on the planning page"):
        intake.publish(settings, str(scenario.version_id), by="console")
    with pytest.raises(NotWritten):
        step(ledger, "submit", scenario.version_id)
    assert Scenarios(ledger).read(scenario.version_id) == scenario
    handed_in = submit(ledger, scenario)
    intake.publish(settings, str(handed_in.version_id), by="console")
    assert ledger.in_force() == {YEAR: handed_in.version_id}


def test_a_plan_whose_base_is_gone_is_not_handed_in_empty(ledger: Ledger) -> None:
    """The scenario it begins from was returned to draft, so that its rows are gone."""
    first = submit(ledger, begun(ledger))
    second = begun(ledger, first.version_id)
    take(ledger, first, "return_")
    assert Scenarios(ledger).read(second.version_id).base_has_moved
    with pytest.raises(NotWritten):
        submit(ledger, second)
    assert ledger.version(second.version_id).state == "draft"


def test_the_rows_of_a_scenario_are_not_replaced_from_outside(ledger: Ledger) -> None:
    scenario = begun(ledger)
    with pytest.raises(NotWritten):
        ledger.replace_rows(scenario.version_id, [row(1, 1)], by="He", **now(scenario))


def test_comments_are_in_the_trail_of_any_state(ledger: Ledger) -> None:
    scenario = in_force(ledger)
    Scenarios(ledger).comment(scenario.version_id, " Well\x00 done\n", viewer=BOSS)
    assert ledger.trail(scenario.version_id)[["action", "detail", "who"]].iloc[0].tolist() == [
        "commented",
        "Well done",
        "Mei Lan",
    ]
    with pytest.raises(Refused, match="changes nothing"):
        Scenarios(ledger).comment(scenario.version_id, "  ", viewer=BOSS)
    with pytest.raises(VersionMissing):
        Scenarios(ledger).comment(99, "Hello", viewer=BOSS)


HOSTILE = [
    "'; DROP TABLE scenarios; --",
    "<script>alert(1)</script>",
    "{name} %s %(x)s",
    "=HYPERLINK(1)",
    "计划 2026 \N{CHART WITH UPWARDS TREND}",
    "e\N{COMBINING ACUTE ACCENT}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_kept_as_they_are(ledger: Ledger, name: str) -> None:
    scenario = begun(ledger, name=name)
    assert scenario.version.name == name
    assert Scenarios(ledger).listed()["name"].tolist() == [name]
    assert str(scenario.version.title) == f"Version 2 of {YEAR} ({name})"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  a \n\t b ", "a b"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("a\ud800b", "ab"),
        ("\u202egnp.nalp", "gnp.nalp"),
        ("x" * 2_000, "x" * MOST_TEXT),
    ],
)
def test_texts_are_trimmed_and_bounded(ledger: Ledger, typed: str, kept: str) -> None:
    scenario = begun(ledger, name=typed)
    assert scenario.version.name == kept
    scenario = adjust(ledger, scenario, UP.because(typed))
    assert scenario.done[0].adjustment.reason == kept
    Scenarios(ledger).enter(scenario.version_id, "region", [("East", Decimal(1))], FIRST_HALF, viewer=BOSS, note=typed)
    assert Scenarios(ledger).entered(scenario.version_id, "region", FIRST_HALF)["note"].tolist() == [kept]
    assert submit(ledger, scenario, note=typed).version.note == kept


@pytest.mark.parametrize("name", ["", "   ", "\x00", "\u200b\u200b", "\u202e"])
def test_a_plan_needs_a_name(ledger: Ledger, name: str) -> None:
    scenario = begun(ledger)
    calls = [
        lambda: begun(ledger, scenario.base.version_id, name=name),
        lambda: Scenarios(ledger).duplicate(scenario.version_id, name=name, viewer=BOSS),
        lambda: Scenarios(ledger).rename(scenario.version_id, name, viewer=BOSS, **now(scenario)),
    ]
    for call in calls:
        with pytest.raises(Refused) as told:
            call()
        assert told.value.reason == "no_name"
    assert len(Scenarios(ledger).listed()) == 1


def test_the_list_has_the_last_changed_first(ledger: Ledger) -> None:
    base = base_version(ledger)
    first, second = begun(ledger, base, name="A"), begun(ledger, base, name="B")
    adjust(ledger, first, UP)
    listed = Scenarios(ledger).listed()
    assert listed[["name", "head", "base_number"]].values.tolist() == [["A", 1, 1], ["B", 0, 1]]
    assert listed["version_id"].tolist() == [first.version_id, second.version_id]


def test_entries_from_below(ledger: Ledger) -> None:
    """The last amount for a member and period counts; the plan stays as it was."""
    found, scenario = Scenarios(ledger), begun(ledger)
    key = scenario.version_id
    found.enter(key, "region", [("East", Decimal("70.5")), ("West", Decimal(40))], FIRST_HALF, viewer=BOSS)
    found.enter(key, "region", [("East", Decimal("72.00004"))], FIRST_HALF, viewer=BOSS, note="After a talk")
    found.enter(key, "region", [("East", Decimal(1))], (FIRST_HALF[0], date(YEAR, 1, 31)), viewer=BOSS)
    entered = found.entered(key, "region", FIRST_HALF)
    assert entered[["member", "amount", "note", "who"]].astype(object).where(entered.notna(), None).values.tolist() == [
        ["East", Decimal("72.0000"), "After a talk", "Mei Lan"],
        ["West", Decimal("40.0000"), None, "Mei Lan"],
    ]
    assert found.read(key) == scenario
    assert found.entered(key, "rep", FIRST_HALF).empty


@pytest.mark.parametrize(
    ("dimension", "member", "amount", "reason"),
    [
        ("region", "East", "-1", "negative"),
        ("region", "East", "1e13", "too_large"),
        ("region", "East", "NaN", "not_a_number"),
        ("region", "East", "Infinity", "not_a_number"),
        ("industry", "East", "1", "no_level"),
        ("region", "", "1", "no_cells"),
        ("region", "a\x00", "1", "no_cells"),
        ("region", "\ud800", "1", "no_cells"),
    ],
)
def test_entries_that_cannot_be(ledger: Ledger, dimension: str, member: str, amount: str, reason: str) -> None:
    found, scenario = Scenarios(ledger), begun(ledger)
    with pytest.raises(Refused) as told:
        found.enter(
            scenario.version_id, dimension, [("West", Decimal(1)), (member, Decimal(amount))], FIRST_HALF, viewer=BOSS
        )
    assert told.value.reason == reason
    assert found.entered(scenario.version_id, "region", FIRST_HALF).empty
    if reason in ("no_level", "no_cells"):
        with pytest.raises(Refused):
            found.hand_down(scenario.version_id, dimension, member, viewer=BOSS)


def test_hand_downs(ledger: Ledger) -> None:
    found, scenario = Scenarios(ledger), begun(ledger)
    found.hand_down(scenario.version_id, "region", "East", viewer=BOSS)
    found.hand_down(scenario.version_id, "region", "East", viewer=type(BOSS)("He Lan"))
    assert found.handed_down(scenario.version_id, "region") == {"East": "He Lan"}
    assert found.handed_down(scenario.version_id, "rep") == {}
    assert ledger.trail(scenario.version_id)["action"].tolist()[:2] == ["handed down", "handed down"]


def test_a_reader_sees_one_moment(ledger: Ledger) -> None:
    """Another save between two statements of a read does not mix with it."""
    scenario = adjust(ledger, begun(ledger), UP)
    writer = Ledger(ledger.engine)
    seen = 0

    def save(*arguments: object) -> None:
        nonlocal seen
        statement = str(arguments[2])
        if seen == 0 and "FROM scenarios" in statement:
            seen = 1
        elif seen == 1 and "FROM adjustments" in statement:
            seen = 2
            adjust(writer, Scenarios(writer).read(scenario.version_id), EAST)

    event.listen(ledger.engine, "before_cursor_execute", save)
    read = Scenarios(ledger).read(scenario.version_id)
    event.remove(ledger.engine, "before_cursor_execute", save)
    assert seen == 2 and read == scenario
    assert made(Scenarios(ledger).read(scenario.version_id)) == [UP, EAST]


def test_a_transaction_that_fails_keeps_nothing(ledger: Ledger) -> None:
    scenario = begun(ledger)
    with pytest.raises(ZeroDivisionError), transaction(ledger.engine) as connection:
        connection.execute(adjustments.insert().values(
            version_id=scenario.version_id, position=1, revision=2, is_discarded=False, operation="set", content="{}",
            at=scenario.version.created_at, who="x",
        ))  # fmt: skip
        _ = 1 / 0
    assert Scenarios(ledger).read(scenario.version_id) == scenario
