"""Where learning happens: in a short-lived process of its own, whose result is a file that every server process reads.

A result is kept under a name made of all that it depends on (version of the CRM tables, slice, scope, recipe), so it
is learnt once, survives a restart, and is never that of other data. `python -m queries.training` is the process: it
reads what to learn from its input. ADR 12 says why it is one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from queries.engine import current
from queries.evidence_window import last_day
from queries.scope import Scope
from queries.slices import Slice
from settings import Settings

log = logging.getLogger("dashboard")
#: Goes up with every change of how is learnt, so that results of an older way are not taken for those of this one.
RECIPE = 1
#: A process that has not come to an end by then ends itself; how many one server process starts at a time.
SECONDS, AT_ONCE = 600, 3
#: What the database may use of its memory: for a minute, and in one process at a time.
MEGABYTES = 768
#: After a failure it is tried again, but not at once.
PATIENCE = 60.0
#: Results that stay; the oldest go first.
MOST_KEPT = 60

State = Literal["ready", "waiting", "failed"]


@dataclass(frozen=True)
class Asked:
    """All that a result depends on: which data, which deals of it, and whose."""

    version: str
    query: str
    as_of: date
    scope: Scope

    @classmethod
    def of(cls, slice_: Slice, *, scope: Scope) -> Asked:
        """What the slice means for learning: its filters, and up to which day; not what is merely drawn."""
        last = last_day(slice_)
        period = "all" if last is None else f"{last}..{last}"
        plain = replace(Slice(), period=period, as_of=slice_.as_of, filters=slice_.filters)
        return cls(current().data_version, plain.to_query(), current().as_of, scope)

    @property
    def name(self) -> str:
        """The name that the result is kept under."""
        limits = [[name, sorted(members)] for name, members in self.scope.limits]
        said = json.dumps([RECIPE, self.version, self.query, self.as_of.isoformat(), limits], ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def to_json(self, settings: Settings) -> str:
        """What the process reads: the question and where the data is."""
        limits = {name: sorted(members) for name, members in self.scope.limits}
        where: dict[str, str | None] = {"data_dir": str(settings.data_dir.resolve()), "crm_url": settings.crm_url}
        where |= {"as_of": self.as_of.isoformat()}
        return json.dumps({"where": where, "version": self.version, "query": self.query, "limits": limits})


@dataclass
class _Run:
    process: subprocess.Popen[str]
    since: float


@dataclass
class Trainer:
    """Starts the processes of one server process and knows how each stands. Thread-safe."""

    settings: Settings
    _runs: dict[str, _Run] = field(default_factory=dict)
    _failed: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """Where the results are."""
        return self.settings.data_dir / "models"

    def state(self, asked: Asked) -> State:
        """Whether the result is there; starts learning it where nobody does yet."""
        if (self.folder / f"{asked.name}.json").exists():
            return "ready"
        with self._lock:
            self._reap()
            if time.monotonic() - self._failed.get(asked.name, -PATIENCE) < PATIENCE:
                return "failed"
            if asked.name not in self._runs and len(self._runs) < AT_ONCE:
                self._start(asked)
            return "waiting"

    def result(self, asked: Asked) -> str | None:
        """The result as its process wrote it; None where there is none."""
        try:
            return (self.folder / f"{asked.name}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def _start(self, asked: Asked) -> None:
        command = [sys.executable, "-m", "queries.training", str(self.folder.resolve()), asked.name]
        root = Path(__file__).resolve().parent.parent
        process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert process.stdin is not None
        # By its input, because the arguments of a process, passwords included, are there for all to see.
        process.stdin.write(asked.to_json(self.settings))
        process.stdin.close()
        self._runs[asked.name] = _Run(process, time.monotonic())

    def _reap(self) -> None:
        """Notes the processes that have ended; one that left no result has failed."""
        for name, run in list(self._runs.items()):
            if run.process.poll() is None:
                continue
            del self._runs[name]
            if not (self.folder / f"{name}.json").exists():
                log.error("learning %s ended with %s and no result", name, run.process.returncode)
                self._failed = {**dict(list(self._failed.items())[-50:]), name: time.monotonic()}


def learn(text: str, folder: Path, name: str) -> None:
    """Learns what `text` asks for and keeps it, once: who comes second finds the result. One at a time a machine."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{name}.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go of by the system when this process ends, however it does
        if kept.exists():
            return
        unfinished = folder / f"{name}.{os.getpid()}"
        unfinished.write_text(_result(json.loads(text)), encoding="utf-8")
        unfinished.replace(kept)
        _prune(folder)


def _result(said: dict[str, Any]) -> str:
    from queries.engine import reading
    from queries.separation import separation
    from queries.warehouse import Warehouse

    where = said["where"]
    settings = Settings(
        data_dir=Path(where["data_dir"]),
        crm_url=where["crm_url"],
        as_of=date.fromisoformat(where["as_of"]),
        query_seconds=float(SECONDS),
        database_megabytes=MEGABYTES,
    )
    warehouse = Warehouse(settings)
    try:
        with reading(warehouse.database(said["version"])) as database:
            if database.data_version != said["version"]:
                raise RuntimeError(f"The data of version {said['version']} is no longer there.")
            return separation(Slice.from_search(said["query"]), scope=Scope.only(**said["limits"])).to_json()
    finally:
        warehouse.close()


def _prune(folder: Path) -> None:
    """Removes the oldest results beyond those that stay, and what a killed process left unfinished."""
    found = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    unfinished = [path for path in folder.iterdir() if path.suffix.removeprefix(".").isdigit()]
    for path in [*found[:-MOST_KEPT], *unfinished]:
        path.unlink(missing_ok=True)


def main() -> None:
    """The process: reads what to learn, learns it behind everybody else's work, ends itself if it takes too long."""
    signal.alarm(SECONDS)
    os.nice(10)
    learn(sys.stdin.read(), Path(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
