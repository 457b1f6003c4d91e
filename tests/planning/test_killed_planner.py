"""Killed at any moment of a save or of a publish: afterwards there is the old state or the new one, whole.

A worker saves or publishes and says so before each statement and before the commit; it is killed (SIGKILL) some
microseconds after one of these moments, a different one each time.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from typing import Any

from sqlalchemy import event

from planning.ledger import Ledger
from planning.plan import Plan
from planning.rows import content_hash
from planning.scenarios import Scenario, Scenarios
from settings import Settings
from tests.planning.planned import BOSS, EVENLY, YEAR, adjust, begun, change, replayed

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
TIMES = 25  # of each kind, on each database: a hundred in all
UP = change("scale", "company", share="0.01")
EAST = change("scale", by="region", members="East", share="0.05", mode="stays")


def work(url: str, version_id: int, kind: str, pipe: Any) -> None:
    """Does it once when told to, and tells of every moment that it comes to."""
    ledger = Ledger.open(Settings(app_url=url))
    scenario = Scenarios(ledger).read(version_id)
    plan = replayed(ledger, scenario)
    pipe.send("ready")
    pipe.recv()

    def tell(*_: object) -> None:
        pipe.send("moment")

    event.listen(ledger.engine, "before_cursor_execute", tell)
    event.listen(ledger.engine, "commit", tell)
    now = {"viewer": BOSS, "expected_revision": scenario.revision}
    found = Scenarios(ledger)
    if kind == "save":
        found.adjust(version_id, [UP, EAST], plan=plan, **now)
    elif kind == "submit":
        found.submit(version_id, plan, **now)
    else:
        found.publish(version_id, **now)
    pipe.send("done")
    pipe.recv()


def killed(ledger: Ledger, url: str, scenario: Scenario, kind: str, moment: int, delay: float) -> bool:
    """Lets a worker begin, kills it so long after the moment of that number; whether it had come to its end."""
    ours, theirs = CONTEXT.Pipe()
    worker = CONTEXT.Process(target=work, args=(url, scenario.version_id, kind, theirs))
    worker.start()
    theirs.close()
    assert ours.recv() == "ready"
    ours.send("go")
    said = ""
    for _ in range(moment):
        said = ours.recv()
        if said == "done":
            break
    until = time.perf_counter() + delay
    while time.perf_counter() < until:
        pass
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)
    assert worker.exitcode == -signal.SIGKILL
    with ledger.writing(by="Test"):
        pass  # has to wait for what a database server may still be doing for the dead
    return said == "done"


def moments(seed: int, most: int) -> list[tuple[int, float]]:
    """Each moment in turn, each with a delay from nothing to two milliseconds."""
    chosen = random.Random(seed)
    return [(1 + number % most, chosen.choice([0, 0, chosen.random() * 2e-3])) for number in range(TIMES)]


def everything(ledger: Ledger, scenario: Scenario) -> tuple[Any, ...]:
    """All that must agree: version and revisions, adjustments and head, rows, what is in force, the audit trail."""
    key = scenario.version_id
    states = ledger.versions()[["version_id", "state", "revision"]].values.tolist()
    trail = ledger.trail()[["action", "version_id", "detail"]].astype(str).values.tolist()
    rows = ledger.rows(key).drop(columns=["version_id", "row_number"])
    return Scenarios(ledger).read(key), states, ledger.revision(), ledger.in_force(), trail, content_hash(rows)


def test_a_save_is_whole_or_not_there(ledger: Ledger, url: str) -> None:
    scenario = begun(ledger)
    for moment, delay in moments(1, 12):
        before = everything(ledger, scenario)
        ended = killed(ledger, url, scenario, "save", moment, delay)
        after = everything(ledger, scenario)
        assert after[2:] == before[2:]  # attainment, trail and rows have no part in it
        now = after[0]
        if after == before:
            assert not ended
        else:
            assert now.revision == scenario.revision + 1 and now.undone == ()
            assert now.done[: len(scenario.done)] == scenario.done
            assert [entry.adjustment for entry in now.done[len(scenario.done) :]] == [UP, EAST]
        scenario = now
    # And work goes on.
    assert len(adjust(ledger, scenario, UP).done) == len(scenario.done) + 1


def test_handing_in_and_publishing_is_whole_or_not_done(ledger: Ledger, url: str) -> None:
    """Two scenarios take turns in force; in between one is handed in anew each time."""
    found = Scenarios(ledger)
    waiting = adjust(ledger, begun(ledger), UP)
    first = found.submit(waiting.version_id, replayed(ledger, waiting), viewer=BOSS, expected_revision=waiting.revision)
    waiting = adjust(ledger, begun(ledger, first.base.version_id), EAST)
    for name in ("approve", "publish"):
        first = getattr(found, name)(first.version_id, viewer=BOSS, expected_revision=first.revision)
    for number, (moment, delay) in enumerate(moments(2, 14)):
        waiting = (
            _submitted(ledger, url, waiting, moment, delay)
            if number % 2
            else _published(ledger, url, waiting, moment, delay)
        )
        assert len(ledger.in_force()) == 1
        states = ledger.versions()["state"].tolist()
        assert states.count("published") == 1


def _submitted(ledger: Ledger, url: str, scenario: Scenario, moment: int, delay: float) -> Scenario:
    plan, before = replayed(ledger, scenario), everything(ledger, scenario)
    ended = killed(ledger, url, scenario, "submit", moment, delay)
    after = everything(ledger, scenario)
    if after == before:
        assert not ended
        return scenario
    now = after[0]
    assert (now.version.state, now.revision, after[2]) == ("submitted", scenario.revision + 2, before[2] + 1)
    assert [line[0] for line in after[4][: len(after[4]) - len(before[4])]] == ["submitted", "changed"]
    assert after[5] == now.version.content_hash
    assert not Plan.of(ledger.rows(now.version_id), EVENLY).differs(plan)
    returned = Scenarios(ledger).return_(now.version_id, viewer=BOSS, expected_revision=now.revision)
    assert returned.done == scenario.done
    return returned


def _published(ledger: Ledger, url: str, waiting: Scenario, moment: int, delay: float) -> Scenario:
    found = Scenarios(ledger)
    copy = found.duplicate(waiting.version_id, name="Next", viewer=BOSS)
    ready = found.submit(copy.version_id, replayed(ledger, copy), viewer=BOSS, expected_revision=copy.revision)
    ready = found.approve(ready.version_id, viewer=BOSS, expected_revision=ready.revision)
    before, in_force = everything(ledger, ready), ledger.in_force()[YEAR]
    ended = killed(ledger, url, ready, "publish", moment, delay)
    after = everything(ledger, ready)
    if after == before:
        assert not ended and ledger.in_force() == {YEAR: in_force}
        return waiting
    assert ledger.in_force() == {YEAR: ready.version_id}
    assert ledger.version(in_force).state == "superseded"
    assert after[2] == before[2] + 1 and after[5] == before[5] == ready.version.content_hash
    assert [line[0] for line in after[4][: len(after[4]) - len(before[4])]] == ["published", "superseded"]
    return waiting
