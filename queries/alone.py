"""Making each thing once, however many ask for it at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Alone:
    """Lets one thread at a time make the thing of a key; who comes second finds it made. Things may need other things,
    but not each other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    @contextmanager
    def making(self, key: Hashable) -> Iterator[None]:
        """Waits until nobody else makes it. Look whether it is there now before making it."""
        with self._lock:
            own = self._making.setdefault(key, threading.Lock())
        with own:
            try:
                yield
            finally:
                with self._lock:
                    self._making.pop(key, None)
