"""Versioned DuckDB files and the pointer that says which one is read.

A folder holds `<id>.duckdb` files, each complete and never changed again, and `CURRENT`, a small text file with the
id that readers open. Writers build beside them, in `building-*/`, and make the new file visible in two atomic
steps: a rename, then the switch of the pointer. A process killed at any moment leaves the current snapshot whole;
what it had begun is swept by the next build. Locks are `flock`s, which the kernel drops with the process.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

POINTER = "CURRENT"
_BUILDING = "building-"
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{4}")
_TICKS = 1 << 16  # an id ends in the fraction of its second, in four hex digits, so that ids sort by time


class SnapshotMissing(KeyError):
    """There is no such snapshot; the message says which one was wanted and what there is."""

    def __str__(self) -> str:
        """The sentence itself; a KeyError would put it in quotes."""
        return str(self.args[0])


@dataclass(frozen=True)
class Snapshot:
    """One complete, published database file."""

    id: str
    path: Path


def current(folder: Path) -> Snapshot | None:
    """The snapshot that readers open; None when there is no pointer or it points nowhere readable."""
    try:
        return find(folder, (folder / POINTER).read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError):
        return None


def find(folder: Path, id: str) -> Snapshot | None:
    """The snapshot of that id, if it can be read."""
    path = folder / f"{id}.duckdb"
    if not _ID.fullmatch(id) or not path.is_file() or not os.access(path, os.R_OK):
        return None
    return Snapshot(id=id, path=path)


def listed(folder: Path) -> list[Snapshot]:
    """All snapshots of the folder, newest first; a pointer to none of them does not matter here."""
    found = (find(folder, path.stem) for path in folder.glob("*.duckdb"))
    return sorted((one for one in found if one), key=lambda one: one.id, reverse=True)


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A path for a new file beside the current one; whatever is left there at the end is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder):
        _sweep(folder)
        place = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=folder))
        held = _lock(place)
    try:
        yield place / "crm.duckdb"
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


def publish(built: Path, folder: Path, *, keep: int = 4, shape: str = "") -> Snapshot:
    """Makes a closed database file the current snapshot and removes the oldest beyond `keep`.

    `shape` tells its tables and columns, for who must know without opening it (`shape_of`).

    Raises ValueError for a file that a connection has not finished writing.
    """
    if built.with_name(f"{built.name}.wal").exists():
        raise ValueError(f"{built} is still being written: close its connection before publishing it.")
    _fsync(built)
    with _locked(folder):
        known = listed(folder)
        id = _next_id(known[0].id if known else None)
        published = Snapshot(id=id, path=folder / f"{id}.duckdb")
        _shape_file(published).write_text(f"{shape}\n", encoding="ascii")
        os.replace(built, published.path)
        _fsync(folder)
        _point(folder, id)
        for old in [published, *known][keep:]:
            if old != published:
                old.path.unlink(missing_ok=True)
                _shape_file(old).unlink(missing_ok=True)
    return published


def shape_of(snapshot: Snapshot) -> str:
    """What tells a snapshot's tables and columns; nothing for one of before this was kept."""
    try:
        return _shape_file(snapshot).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _shape_file(snapshot: Snapshot) -> Path:
    return snapshot.path.with_suffix(".shape")


def go_back(folder: Path, id: str | None = None) -> Snapshot:
    """Makes an older snapshot current again: that of the id, or the one before the current one.

    Raises SnapshotMissing, a KeyError, with a sentence when there is none.
    """
    now = current(folder)
    older = [one for one in listed(folder) if now is None or one.id < now.id]
    wanted = find(folder, id) if id is not None else next(iter(older), None)
    if wanted is None:
        there = ", ".join(one.id for one in listed(folder)) or "none"
        named = f"no snapshot {id}" if id is not None else "no snapshot before the current one"
        raise SnapshotMissing(f"There is {named} in {folder}. Snapshots there, newest first: {there}.")
    with _locked(folder):
        _point(folder, wanted.id)
    return wanted


def _point(folder: Path, id: str) -> None:
    """Switches the pointer: readers see the old id or the new one, never half of either."""
    fresh = folder / f"{POINTER}.new"
    with fresh.open("w", encoding="ascii") as pointer:
        pointer.write(f"{id}\n")
        pointer.flush()
        os.fsync(pointer.fileno())
    os.replace(fresh, folder / POINTER)
    _fsync(folder)


def _next_id(after: str | None) -> str:
    """An id of the present moment, and later than the newest one even where the clock was set back."""
    ticks = time.time_ns() * _TICKS // 10**9
    if after is not None:
        second, fraction = after.split("-")
        moment = datetime.strptime(second, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        ticks = max(ticks, int(moment.timestamp()) * _TICKS + int(fraction, 16) + 1)
    seconds, fraction_ticks = divmod(ticks, _TICKS)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y%m%dT%H%M%S}-{fraction_ticks:04x}"


def _sweep(folder: Path) -> None:
    """Removes what builds left behind whose process is gone, told by the lock they no longer hold."""
    for place in folder.glob(f"{_BUILDING}*"):
        try:
            held = _lock(place, wait=False)
        except (BlockingIOError, FileNotFoundError):
            continue
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the folder for the few steps that must not interleave with another writer's."""
    held = _lock(folder)
    try:
        yield
    finally:
        os.close(held)


def _lock(folder: Path, *, wait: bool = True) -> int:
    """A descriptor that holds the folder's lock until it is closed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
