"""Who may do what: within one's own region, within one's own steps, and never past the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from planning.adjustments import Adjustment
from planning.errors import Refused
from planning.ledger import Ledger
from planning.plan import Node, Plan
from planning.replay import adjusted
from planning.rights import STEPS, Planner
from planning.scenarios import Scenario, Scenarios
from tests.planning.planned import BOSS, EAST, NOBODY, YEAR, adjust, begun, cells, change, in_month, plan_of, replayed

OF_EAST = Node.of(region="East")
PERIOD = (date(YEAR, 1, 1), date(YEAR, 12, 31))
E1_UP = change("scale", "rep", node=OF_EAST, by="rep", members="e1", share="0.25", mode="stays")
UP = change("scale", "company", share="0.1")


def judged(made: Adjustment, viewer: Planner = EAST, plan: Plan | None = None) -> None:
    before = plan_of() if plan is None else plan
    viewer.require_change(before, adjusted(before, made))


@pytest.mark.parametrize(
    "made",
    [
        E1_UP,
        change("add", "rep", node=OF_EAST, by="rep", members="e2", amounts=-12, mode="stays"),
        change("set", "rep", node=in_month(2, region="East"), by="rep", members="e1", amounts=100, mode="stays"),
        change("allocate", "rep", node=OF_EAST, by="rep", members=("e1", "e2"), weights=(1.0, 1.0)),
        change("lock", "rep", by="rep", members="e1"),
        change("lock", "region", by="region", members="East"),
    ],
)
def test_within_ones_own_region_the_parent_stays(made: Adjustment) -> None:
    judged(made)


@pytest.mark.parametrize(
    "made",
    [
        change("scale", "rep", by="rep", members="w1", share="0.1"),  # another region's
        change("scale", "rep", by="rep", members="e1", share="0.1", mode="stays"),  # West gives way as well
        change("scale", "rep", node=OF_EAST, by="rep", members="e1", share="0.25"),  # the company moves
        change("scale", by="region", members="East", share="0.1"),
        change("scale", by="region", members="East", share="0.1", mode="stays"),
        change("scale", "rep", node=OF_EAST, by="month", members=f"{YEAR}-01-01", share="0.1", mode="stays"),
        change("allocate", "rep", node=OF_EAST, by="rep", members=("e1", "e2"), weights=(1.0, 1.0), amounts=1),
        UP,
        change("lock", "rep", by="rep", members="w1"),
        change("lock", "rep", node=in_month(1)),  # locks the company's January
    ],
)
def test_what_lies_outside_is_refused(made: Adjustment) -> None:
    with pytest.raises(Refused) as told:
        judged(made)
    assert told.value.reason == "outside"
    assert told.value.values == {"members": "East"}


def test_the_whole_company_may_all_of_it() -> None:
    judged(UP, BOSS)


def test_two_limits_both_hold() -> None:
    """Somebody of East and of product p may not touch reps, whose targets know no product."""
    both = Planner("Li", limits=(("region", frozenset({"East"})), ("product", frozenset({"p"}))))
    with pytest.raises(Refused):
        judged(E1_UP, both)


def test_what_changes_nothing_now_may_over_another_base() -> None:
    with pytest.raises(Refused) as told:
        judged(change("set", by="region", members="West", amounts=120))
    assert told.value.reason == "nothing"


def test_a_region_that_is_not_there_may_nothing() -> None:
    with pytest.raises(Refused):
        judged(E1_UP, Planner("Li", limits=(("region", frozenset({"South"})),)))


def test_a_regions_manager_saves_what_is_theirs(ledger: Ledger) -> None:
    scenario = begun(ledger)
    after = adjust(ledger, scenario, E1_UP, viewer=EAST)
    assert cells(replayed(ledger, after), "rep", "rep") == {"e1": (55, 110), "e2": (11, 22), "w1": (40, 80)}
    assert [entry.who for entry in after.done] == ["He"]
    Scenarios(ledger).undo(after.version_id, viewer=EAST, expected_revision=after.revision)


@pytest.mark.parametrize("made", [UP, change("risk", "company", share="0.9")])
def test_and_nothing_else(ledger: Ledger, made: Adjustment) -> None:
    scenario = begun(ledger)
    for some in ([made], [E1_UP, made]):
        with pytest.raises(Refused):
            adjust(ledger, scenario, *some, viewer=EAST)
    assert Scenarios(ledger).read(scenario.version_id) == scenario


def test_there_and_back_outside_is_outside(ledger: Ledger) -> None:
    """Each adjustment is judged by itself: over another base the two may not cancel out."""
    scenario = begun(ledger)
    away, back = (change("set", "company", amounts=amount) for amount in (330, 300))
    with pytest.raises(Refused):
        adjust(ledger, scenario, away, back, E1_UP, viewer=EAST)
    assert Scenarios(ledger).read(scenario.version_id) == scenario


def test_what_others_did_is_not_taken_back_nor_redone(ledger: Ledger) -> None:
    found = Scenarios(ledger)
    scenario = adjust(ledger, adjust(ledger, begun(ledger), UP), E1_UP, viewer=EAST)
    with pytest.raises(Refused) as told:
        found.undo(scenario.version_id, viewer=EAST, steps=2, expected_revision=scenario.revision)
    assert (told.value.reason, told.value.values) == ("not_own", {"who": "Mei Lan"})
    undone = found.undo(scenario.version_id, viewer=BOSS, steps=2, expected_revision=scenario.revision)
    with pytest.raises(Refused):
        found.redo(scenario.version_id, viewer=EAST, expected_revision=undone.revision)


def calls(found: Scenarios, of: Scenario, plan: Plan) -> dict[str, tuple[str, Callable[[Planner], Any]]]:
    """Everything that writes: the step it takes, and the call."""
    key, now = of.version_id, {"expected_revision": of.revision}
    one = [("East", Decimal(1))]
    return {
        "begin": ("plan", lambda who: found.begin(of.base.version_id, name="X", viewer=who)),
        "duplicate": ("plan", lambda who: found.duplicate(key, name="X", viewer=who)),
        "adjust": ("plan", lambda who: found.adjust(key, [E1_UP], plan=plan, viewer=who, **now)),
        "undo": ("plan", lambda who: found.undo(key, viewer=who, **now)),
        "redo": ("plan", lambda who: found.redo(key, viewer=who, **now)),
        "rename": ("plan", lambda who: found.rename(key, "X", viewer=who, **now)),
        "rebase": ("plan", lambda who: found.rebase(key, of.base.version_id, viewer=who, **now)),
        "comment": ("comment on", lambda who: found.comment(key, "X", viewer=who)),
        "submit": ("submit", lambda who: found.submit(key, plan, viewer=who, **now)),
        "approve": ("approve", lambda who: found.approve(key, viewer=who, **now)),
        "return_": ("approve", lambda who: found.return_(key, viewer=who, **now)),
        "publish": ("publish", lambda who: found.publish(key, viewer=who, **now)),
        "put_back": ("publish", lambda who: found.put_back(key, viewer=who)),
        "enter": ("plan", lambda who: found.enter(key, "region", one, PERIOD, viewer=who)),
        "hand_down": ("plan", lambda who: found.hand_down(key, "region", "East", viewer=who)),
    }


def written(ledger: Ledger, scenario: Scenario) -> tuple[Any, ...]:
    found = Scenarios(ledger)
    return (
        found.read(scenario.version_id), ledger.revision(), len(ledger.trail()), len(ledger.versions()),
        len(found.entered(scenario.version_id, "region", PERIOD)), found.handed_down(scenario.version_id, "region"),
    )  # fmt: skip


READING = {"listed", "read", "entered", "handed_down", "ledger"}


def test_everything_that_writes_is_listed_here(ledger: Ledger) -> None:
    public = {name for name in dir(Scenarios(ledger)) if not name.startswith("_")}
    assert public - READING == set(calls(Scenarios(ledger), begun(ledger), plan_of()))


def test_nobody_may_anything_they_may_not(ledger: Ledger) -> None:
    """Who may take every other step but the one is refused that one; who may take none is refused all."""
    scenario = adjust(ledger, begun(ledger), UP)
    scenario = adjust(ledger, scenario, UP)
    scenario = Scenarios(ledger).undo(scenario.version_id, viewer=BOSS, expected_revision=scenario.revision)
    before = written(ledger, scenario)
    for step, call in calls(Scenarios(ledger), scenario, replayed(ledger, scenario)).values():
        refused = [NOBODY]
        if step in STEPS:
            refused.append(Planner("Almost", may=frozenset(STEPS) - {step}))
        for who in refused:
            with pytest.raises(Refused) as told:
                call(who)
            assert (told.value.reason, told.value.values) == ("not_allowed", {"step": step})
    assert written(ledger, scenario) == before


def test_what_is_of_the_whole_wants_somebody_who_sees_the_whole(ledger: Ledger) -> None:
    scenario = adjust(ledger, begun(ledger), UP)
    before = written(ledger, scenario)
    found = calls(Scenarios(ledger), scenario, replayed(ledger, scenario))
    for name in ("begin", "duplicate", "rename", "rebase", "submit", "approve", "return_", "publish", "put_back"):
        with pytest.raises(Refused) as told:
            found[name][1](EAST)
        assert told.value.reason == "not_whole"
    assert written(ledger, scenario) == before


@pytest.mark.parametrize(("dimension", "member"), [("region", "West"), ("rep", "w1"), ("rep", "e1")])
def test_entries_and_hand_downs_are_for_ones_own_members(ledger: Ledger, dimension: str, member: str) -> None:
    """Whose rep somebody is the ledger does not know: who is limited by region enters for the region."""
    scenario = begun(ledger)
    found, before = Scenarios(ledger), written(ledger, scenario)
    with pytest.raises(Refused, match=f"{member} is not yours"):
        found.hand_down(scenario.version_id, dimension, member, viewer=EAST)
    with pytest.raises(Refused, match=f"{member} is not yours"):
        found.enter(scenario.version_id, dimension, [(member, Decimal(1))], PERIOD, viewer=EAST)
    assert written(ledger, scenario) == before
    found.hand_down(scenario.version_id, "region", "East", viewer=EAST)
    found.enter(scenario.version_id, "region", [("East", Decimal(1))], PERIOD, viewer=EAST)
    assert found.handed_down(scenario.version_id, "region") == {"East": "He"}
