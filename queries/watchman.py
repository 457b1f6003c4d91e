"""A watchman for statements that run too long: one thread for a process, because a timer each is a thread each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

#: How often the watchman looks while something runs.
EVERY_SECONDS = 0.1


class Interruptible(Protocol):
    """A connection whose running statement can be stopped from another thread."""

    def interrupt(self) -> None:
        """Stops the statement that runs."""


class Watchman:
    """Interrupts what runs beyond its time. Thread-safe; a process that was forked gets its own thread."""

    def __init__(self) -> None:
        self._running: dict[object, tuple[float, Interruptible]] = {}
        self._lock = threading.Lock()
        self._has_work = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, connection: Interruptible, seconds: float) -> Iterator[None]:
        """Interrupts the connection where what is inside takes longer; never what it runs afterwards."""
        mark = object()
        with self._lock:
            self._running[mark] = (time.monotonic() + seconds, connection)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="watchman", daemon=True)
                self._thread.start()
        self._has_work.set()
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(mark, None)

    def _watch(self) -> None:
        while self._has_work.wait():
            time.sleep(EVERY_SECONDS)
            now = time.monotonic()
            with self._lock:
                late = [mark for mark, (until, _) in self._running.items() if until < now]
                for mark in late:
                    self._running.pop(mark)[1].interrupt()
                if not self._running:
                    self._has_work.clear()
