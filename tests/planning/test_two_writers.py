"""Two at once, and one that dies: from threads and from processes, one version a year is in force, and it is whole."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event

from planning.errors import Conflict, LedgerError
from planning.ledger import Ledger
from settings import Settings
from tests.planning.conftest import approved, published, step, target

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])
DIED = 9


def in_processes(*calls: tuple[Callable[..., None], tuple[Any, ...]]) -> list[int | None]:
    """Runs functions in processes of their own at the same time; their exit codes."""
    started = [CONTEXT.Process(target=function, args=arguments) for function, arguments in calls]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    return [process.exitcode for process in started]


def publish_all(url: str, version_ids: list[int], go: Any) -> None:
    """Publishes versions one after the other, as superseded ones come to be again and again."""
    ledger = Ledger.open(Settings(app_url=url))
    go.wait()
    for version_id in version_ids * 5:
        if ledger.version(version_id).state != "published":
            step(ledger, "publish", version_id)
    ledger.close()


def publish_and_die(url: str, version_id: int, fatal: int) -> None:
    """Ends its process at once, as a power cut would, before the statement of that number."""
    ledger = Ledger.open(Settings(app_url=url))
    revision = ledger.version(version_id).revision
    count = 0

    def die(*_: object) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os._exit(DIED)

    event.listen(ledger.engine, "before_cursor_execute", die)
    ledger.publish(version_id, by="Boss", expected_revision=revision)


def replace_and_die(url: str, version_id: int, _: int) -> None:
    """Ends its process when the rows have been written and nothing else has."""
    ledger = Ledger.open(Settings(app_url=url))
    with ledger.writing(by="He") as writer:
        writer.replace(writer.find(version_id), ledger.rows(version_id).drop(columns=["version_id", "row_number"]))
        os._exit(DIED)


def in_force_once(ledger: Ledger) -> None:
    versions = ledger.versions()
    assert (versions["state"] == "published").sum() == len(ledger.in_force()) == 1
    published_ids = set(versions.loc[versions["state"] == "published", "version_id"])
    assert published_ids == set(ledger.in_force().values())


def test_two_threads_publish_two_versions(ledger: Ledger) -> None:
    for _ in range(5):
        versions = [approved(ledger, amount) for amount in (1, 2)]
        together = Barrier(2)

        def publish(version_id: int, together: Barrier = together) -> None:
            together.wait()
            step(ledger, "publish", version_id)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(publish, versions))
        in_force_once(ledger)
        assert set(ledger.in_force().values()) <= set(versions)


def test_two_threads_publish_one_version(ledger: Ledger) -> None:
    """One of them does; the other is told."""
    version_id = approved(ledger)
    revision = ledger.version(version_id).revision
    together = Barrier(2)

    def publish(by: str) -> str | None:
        together.wait()
        try:
            ledger.publish(version_id, by=by, expected_revision=revision)
        except Conflict as refused:
            return refused.changed_by
        return None

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(publish, ["Mei Lan", "He Lan"]))
    assert said in ([None, "Mei Lan"], ["He Lan", None])
    assert ledger.trail(version_id)["action"].tolist().count("published") == 1


def test_many_threads_edit_one_draft(ledger: Ledger) -> None:
    """No change is lost: each is based on the one before, however often somebody has to try again."""
    plan = ledger.draft(2026, [target(0)], name="Plan", by="Mei Lan")

    def add_one(by: int) -> int:
        tries = 0
        while True:
            tries += 1
            seen = ledger.version(plan)
            amount = int(ledger.rows(plan)["amount_e4"].iloc[0]) // 10_000
            try:
                ledger.replace_rows(plan, [target(amount + 1)], by=str(by), expected_revision=seen.revision)
            except Conflict:
                continue
            return tries

    with ThreadPoolExecutor(6) as pool:
        tries = list(pool.map(add_one, range(18)))
    assert sum(tries) >= 18
    assert ledger.rows(plan)["amount_e4"].tolist() == [180_000]
    assert ledger.version(plan).revision == 19


def test_processes_publish_in_turn(ledger: Ledger, url: str) -> None:
    versions = [approved(ledger, amount) for amount in (1, 2, 3, 4)]
    go = CONTEXT.Event()
    go.set()
    assert in_processes((publish_all, (url, versions[:2], go)), (publish_all, (url, versions[2:], go))) == [0, 0]
    in_force_once(ledger)
    trail = ledger.trail()["action"].tolist()
    assert trail.count("published") == trail.count("superseded") + 1


@pytest.mark.parametrize("fatal", [2, 4, 5, 6, 8, 10, 11])
def test_killed_in_the_middle_of_publishing(ledger: Ledger, url: str, fatal: int) -> None:
    """Whichever statement was the last: the old version or the new one is in force, whole, and work goes on."""
    first, second = published(ledger, 1), approved(ledger, 2)
    before = ledger.revision()
    (code,) = in_processes((publish_and_die, (url, second, fatal)))
    in_force = ledger.in_force()[2026]
    assert (code, in_force, ledger.revision()) in ((DIED, first, before), (0, second, before + 1))
    assert ledger.rows(in_force)["amount_e4"].tolist() == [10_000 if in_force == first else 20_000]
    in_force_once(ledger)
    if in_force == first:
        step(ledger, "publish", second)
    assert ledger.in_force() == {2026: second}


def test_killed_with_rows_half_written(ledger: Ledger, url: str) -> None:
    plan = ledger.draft(2026, [target(n) for n in range(2_000)], name="Plan", by="Mei Lan")
    before = ledger.rows(plan)
    assert in_processes((replace_and_die, (url, plan, 0))) == [DIED]
    assert ledger.rows(plan).equals(before)
    assert ledger.version(plan).revision == 1
    assert ledger.replace_rows(plan, [target(1)], by="He", expected_revision=1) == 2


def test_a_writer_that_does_not_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from planning import database

    monkeypatch.setattr(database, "PATIENCE", 50)
    settings = Settings(data_dir=tmp_path)
    slow, other = Ledger.open(settings), Ledger.open(settings)
    with (
        slow.writing(by="Mei Lan"),
        pytest.raises(LedgerError, match="Somebody else has been writing targets for a while"),
        other.writing(by="He"),
    ):
        pass
    assert other.in_force() == {}
    slow.close()
    other.close()
