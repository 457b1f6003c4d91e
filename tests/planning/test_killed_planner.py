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
TIMES = 25  # in a save, and in handing in and publishing, on each database: a hundred in all
UP = change("scale", "company", share="0.01")
EAST = change("scale", by="region", members="East", share="0.05", mode="stays")


def work(url: str, version_id: int, kind: str, pipe: Any) -> None:
    """Does it once when told to, and tells of every moment that it comes to."""
    ledger = Ledger.open(Settings(app_url=url))
    scenario = Scenarios(ledger).read(version_id)
    plan = replayed(ledger, scenario)
    pipe.send("ready")
    pipe.recv()

    event.listen(ledger.engine, "before_cursor_execute", lambda *_: pipe.send("statement"))
    event.listen(ledger.engine, "commit", lambda *_: pipe.send("commit"))
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
    """Lets a worker begin, kills it so long after the statement of that number or, for 0, after the commit began.

    Whether it had come to its end.
    """
    ours, theirs = CONTEXT.Pipe()
    worker = CONTEXT.Process(target=work, args=(url, scenario.version_id, kind, theirs))
    worker.start()
    theirs.close()
    assert ours.recv() == "ready"
    ours.send("go")
    said = ""
    count = 0
    while said != "done" and not (said == "commit" if moment == 0 else count == moment):
        said = ours.recv()
        count += 1
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


def moments(seed: int) -> list[tuple[int, float]]:
    """Statements in turn, and the commit as often as all of them; each with a delay of up to some milliseconds."""
    chosen = random.Random(seed)
    return [
        (0 if number % 2 else 1 + number // 2, chosen.choice([0, chosen.random() * 1e-3, chosen.random() * 5e-3]))
        for number in range(TIMES)
    ]


def everything(ledger: Ledger, scenario: Scenario) -> tuple[Any, ...]:
    """All that must agree: version and revisions, adjustments and head, rows, what is in force, the audit trail."""
    key = scenario.version_id
    states = ledger.versions()[["version_id", "state", "revision"]].values.tolist()
    trail = ledger.trail()[["action", "version_id", "detail"]].astype(str).values.tolist()
    rows = ledger.rows(key).drop(columns=["version_id", "row_number"])
    return Scenarios(ledger).read(key), states, ledger.revision(), ledger.in_force(), trail, content_hash(rows)


def test_a_save_is_whole_or_not_there(ledger: Ledger, url: str) -> None:
    scenario = begun(ledger)
    for moment, delay in moments(1):
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


def test_handing_in_is_whole_or_not_done(ledger: Ledger, url: str) -> None:
    scenario = adjust(ledger, begun(ledger), UP)
    for moment, delay in moments(2)[: TIMES - TIMES // 2]:
        scenario = _submitted(ledger, url, scenario, moment, delay)


def test_publishing_is_whole_or_not_done(ledger: Ledger, url: str) -> None:
    """Two scenarios take turns in force."""
    first = adjust(ledger, begun(ledger), UP)
    pair = [_ready(ledger, one) for one in (first, adjust(ledger, begun(ledger, first.base.version_id), EAST))]
    Scenarios(ledger).publish(pair[0].version_id, viewer=BOSS, expected_revision=pair[0].revision)
    for moment, delay in moments(3)[: TIMES // 2]:
        _published(
            ledger, url, next(one for one in pair if one.version_id not in ledger.in_force().values()), moment, delay
        )
        assert ledger.versions()["state"].tolist().count("published") == len(ledger.in_force()) == 1


def _ready(ledger: Ledger, scenario: Scenario) -> Scenario:
    """The scenario, approved."""
    found, plan = Scenarios(ledger), replayed(ledger, scenario)
    handed_in = found.submit(scenario.version_id, plan, viewer=BOSS, expected_revision=scenario.revision)
    return found.approve(handed_in.version_id, viewer=BOSS, expected_revision=handed_in.revision)


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


def _published(ledger: Ledger, url: str, scenario: Scenario, moment: int, delay: float) -> None:
    ready = Scenarios(ledger).read(scenario.version_id)
    before, in_force = everything(ledger, ready), ledger.in_force()[YEAR]
    ended = killed(ledger, url, ready, "publish", moment, delay)
    after = everything(ledger, ready)
    if after == before:
        assert not ended and ledger.in_force() == {YEAR: in_force}
        return
    assert ledger.in_force() == {YEAR: ready.version_id}
    assert ledger.version(in_force).state == "superseded"
    assert after[2] == before[2] + 1 and after[5] == before[5] == ready.version.content_hash
    assert [line[0] for line in after[4][: len(after[4]) - len(before[4])]] == ["published", "superseded"]
