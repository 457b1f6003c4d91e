"""The memory of a process: what the database may take of it, and what goes back to the machine."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

#: How many times what it usually takes the database may take for questions that need more.
AT_MOST = 8

log = logging.getLogger(__name__)


class Allowance:
    """What DuckDB may take in this process: little most of the time, more while a question runs that needs it.

    What it may take it keeps, as a cache of a file that the machine keeps in memory anyway; hence little. Thread-safe.
    """

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        self._lock = threading.Lock()
        self._users = 0
        self._is_raised = False

    @contextmanager
    def raised(self, connection: Connection) -> Iterator[None]:
        """Allows `AT_MOST` times as much inside, to all that need more together."""
        with self._lock:
            self._users += 1
            self._allow(connection, AT_MOST * self.megabytes)
            self._is_raised = True
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
            self.settle(connection)

    def settle(self, connection: Connection) -> None:
        """Lowers it again once nobody needs more; later, where others still use what they were allowed."""
        if not self._is_raised:
            return
        with self._lock:
            if not self._users:
                self._lower(connection)

    def _lower(self, connection: Connection) -> None:
        try:
            self._allow(connection, self.megabytes)
            self._is_raised = False
        except DBAPIError:
            log.debug("the database still uses more memory than it usually may", exc_info=True)

    @staticmethod
    def _allow(connection: Connection, megabytes: int) -> None:
        connection.exec_driver_sql(f"SET memory_limit = '{megabytes}MB'")


#: glibc's `mallopt`: from which size on memory is asked of the machine by itself, and so goes back to it when it is
#: free; and how many pools for small pieces there may be (else eight a core, one for each thread that was ever busy).
_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
_LARGE, _POOLS = 128 * 2**10, 2


def economise() -> None:
    """Has the process hand large pieces back as soon as they are free (with glibc), instead of growing by each.

    Left alone, glibc takes the largest piece it saw for the usual size, and the holes between what stays are lost.
    """
    option = getattr(ctypes.CDLL(None), "mallopt", None)
    if option is not None:
        option(_MMAP_THRESHOLD, _LARGE)
        option(_ARENA_MAX, _POOLS)


def give_back() -> None:
    """Returns to the machine what is free in the process; where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
