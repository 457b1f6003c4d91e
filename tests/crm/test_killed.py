"""A load may die at any moment: what was there stays whole, and the next load clears up."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from crm import snapshots
from crm.issues import LoadError
from crm.load import load
from settings import Settings
from tests.crm.conftest import Rows


def load_once(guide: Path, settings: Settings, limit: int, said: Path) -> None:
    """What the other process does; with a limit in bytes no file of it can grow beyond."""
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        load(str(guide / "mycrm"), guide / "export", settings=settings)
    except LoadError as wrong:
        said.write_text(str(wrong))


@pytest.fixture
def start(guide: Path, settings: Settings, tmp_path: Path) -> Callable[..., BaseProcess]:
    """Starts a load in a process of its own, which has everything imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pandas", __name__])  # DuckDB imports pandas at the first bound value

    def run(*, limit: int = 0) -> BaseProcess:
        process = context.Process(target=load_once, args=(guide, settings, limit, tmp_path / "said"))
        process.start()
        return process

    return run


def test_killed_at_any_moment(start, guide: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    load(str(guide / "mycrm"), guide / "export", settings=settings)
    start().join()  # the first one also starts the server that the others are forked from
    began = time.monotonic()
    start().join()
    seconds = time.monotonic() - began
    current = [snapshots.current(settings.snapshots_dir)]
    assert len(snapshots.listed(settings.snapshots_dir)) == 3
    for moment in range(12):
        process = start()
        time.sleep(seconds * moment / 11)
        process.kill()
        process.join()
        current.append(snapshots.current(settings.snapshots_dir))
        assert rows("SELECT count(*), sum(amount) FROM opportunities") == [(3, 23500.5)]
    ids = [one.id for one in current if one]
    assert len(ids) == len(current)
    assert ids == sorted(ids)
    last = load(str(guide / "mycrm"), guide / "export", settings=settings)
    assert not list(settings.snapshots_dir.glob("building-*"))
    now = snapshots.current(settings.snapshots_dir)
    assert now is not None
    assert now.id == last.published


def test_a_disk_that_fills(start, guide: Path, settings: Settings, rows: Callable[[str], Rows], tmp_path: Path) -> None:
    load(str(guide / "mycrm"), guide / "export", settings=settings)
    before = snapshots.listed(settings.snapshots_dir)
    start(limit=200_000).join()
    said = (tmp_path / "said").read_text()
    assert "is full: free some space and load again. Nothing was published; what was loaded before is as it was" in said
    assert snapshots.listed(settings.snapshots_dir) == before
    assert rows("SELECT count(*) FROM opportunities") == [(3,)]
