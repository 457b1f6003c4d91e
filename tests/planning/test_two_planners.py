"""Two servers, one scenario: the second save is refused with who changed what, and no adjustment is ever lost."""

from __future__ import annotations

import multiprocessing
from typing import Any

from planning.ledger import Ledger
from planning.rights import Planner
from planning.scenarios import Overtaken, Scenarios
from settings import Settings
from tests.planning.planned import adjust, begun, change, replayed, state

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
PROCESSES, EACH = 3, 6


def save_once(url: str, version_id: int, who: str, share: str, together: Any, told: Any) -> None:
    """Opens the scenario as a server does, waits until everybody has seen it, and saves."""
    ledger = Ledger.open(Settings(app_url=url))
    seen = Scenarios(ledger).read(version_id)
    together.wait(30)
    try:
        after = adjust(ledger, seen, change("scale", "company", share=share), viewer=Planner(who))
        told.put((who, "saved", after.revision, []))
    except Overtaken as refused:
        since = [(entry.who, str(entry.adjustment.share)) for entry in refused.since]
        told.put((who, refused.changed_by, refused.revision, since))
    ledger.close()


def save_many(url: str, version_id: int, who: str, count: int, together: Any) -> None:
    """Adds one after the other, each anew where somebody else was faster."""
    ledger = Ledger.open(Settings(app_url=url))
    together.wait(30)
    for number in range(count):
        made = change("add", "company", amounts=3, reason=f"{who} {number}")
        while True:
            try:
                adjust(ledger, Scenarios(ledger).read(version_id), made, viewer=Planner(who))
                break
            except Overtaken:
                continue
    ledger.close()


def started(function: Any, *arguments: tuple[Any, ...]) -> None:
    """Runs a function in processes of their own at the same time."""
    processes = [CONTEXT.Process(target=function, args=one) for one in arguments]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def test_the_second_save_is_told_who_changed_what(ledger: Ledger, url: str) -> None:
    scenario = begun(ledger)
    together, told = CONTEXT.Barrier(2), CONTEXT.SimpleQueue()
    shares = {"Mei Lan": "0.1", "He Lan": "-0.05"}
    started(save_once, *((url, scenario.version_id, who, share, together, told) for who, share in shares.items()))
    by_outcome = {outcome: (who, revision, since) for who, outcome, revision, since in (told.get(), told.get())}
    first, revision, _ = by_outcome.pop("saved")
    ((named, (second, seen, since)),) = by_outcome.items()
    assert {first, second} == set(shares) and named == first
    assert revision == seen == 2 and since == [(first, shares[first])]
    after = Scenarios(ledger).read(scenario.version_id)
    assert [(entry.who, str(entry.adjustment.share)) for entry in after.done] == [(first, shares[first])]
    # Having looked at it anew, the second one saves on top.
    last = adjust(ledger, after, change("scale", "company", share=shares[second]), viewer=Planner(second))
    assert [entry.who for entry in last.done] == [first, second]


def test_a_storm_loses_nothing(ledger: Ledger, url: str) -> None:
    """Everything that everybody added is there, in one order that the numbers, the times and the revisions agree on."""
    scenario = begun(ledger)
    together = CONTEXT.Barrier(PROCESSES)
    names = [f"Planner {number}" for number in range(PROCESSES)]
    started(save_many, *((url, scenario.version_id, who, EACH, together) for who in names))
    after = Scenarios(ledger).read(scenario.version_id)
    count = PROCESSES * EACH
    assert (len(after.done), after.undone, after.revision) == (count, (), count + 1)
    assert [entry.position for entry in after.done] == list(range(1, count + 1))
    assert [entry.revision for entry in after.done] == list(range(2, count + 2))
    ids = [entry.adjustment_id for entry in after.done]
    assert ids == sorted(ids)
    for who in names:
        own = [entry.adjustment.reason for entry in after.done if entry.who == who]
        assert own == [f"{who} {number}" for number in range(EACH)]
    assert sum(state(replayed(ledger, after))[0][""]) == 300 + 3 * count
