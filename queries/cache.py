"""A cache bounded in bytes that computes each thing once, however many ask for it at the same moment."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import pandas as pd
from cachetools import LRUCache

from queries.alone import Alone


@dataclass
class _Entry:
    version: str
    value: Any
    size: int


class ByteCache:
    """Least recently used first out, by measured size; keyed by question, versioned by data.

    An entry of an older version is no answer, but it stays until a newer one replaces it: `last_good` hands it out
    when the database cannot be asked.
    """

    def __init__(self, limit: int) -> None:
        self._entries: LRUCache[Hashable, _Entry] = LRUCache(limit, getsizeof=lambda entry: entry.size)
        self._lock = threading.Lock()
        self._alone = Alone()

    def get_or_make(self, key: Hashable, version: str, make: Callable[[], Any]) -> Any:
        """The value of this version; made at most once at a time for a key. What `make` raises is not kept."""
        found = self._found(key, version)
        if found is not None:
            return found.value
        with self._alone.making(key):
            found = self._found(key, version)
            if found is not None:
                return found.value
            value = make()
            self._keep(key, _Entry(version, value, measured(value) + _ENTRY))
            return value

    def last_good(self, key: Hashable) -> Any | None:
        """The newest value there is, of whatever version; None when there is none."""
        with self._lock:
            entry = self._entries.get(key)
        return None if entry is None else entry.value

    @property
    def size(self) -> int:
        """Bytes held."""
        return int(self._entries.currsize)

    def _found(self, key: Hashable, version: str) -> _Entry | None:
        with self._lock:
            entry = self._entries.get(key)
        return entry if entry is not None and entry.version == version else None

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        with self._lock:
            if entry.size <= self._entries.maxsize:
                self._entries[key] = entry


#: Bytes that pandas takes for a frame and for each of its columns, and the cache for an entry, beside the values: most
#: answers are frames of a few rows, and would seem to be next to nothing.
_FRAME, _COLUMN, _ENTRY = 5_000, 300, 1_000
#: How many items of a collection are measured.
_SAMPLE = 64
#: Types of values that hold on to nothing else; most of what is measured.
_PLAIN = frozenset({int, float, bool, str, bytes, date, datetime, type(None)})


def measured(value: Any) -> int:
    """Roughly how many bytes a value holds on to."""
    if type(value) in _PLAIN:
        return sys.getsizeof(value)
    if isinstance(value, pd.DataFrame):
        return _measured_frame(value)
    if isinstance(value, dict):
        return sys.getsizeof(value) + _together(value.keys()) + _together(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return sys.getsizeof(value) + _together(value)
    inner = getattr(value, "__dict__", None)
    return sys.getsizeof(value) + (measured(inner) if inner else 0)


def _together(items: Collection[Any]) -> int:
    """Of many items the first stand for the others: they are of one kind."""
    some = sum(map(measured, islice(items, _SAMPLE)))
    return some if len(items) <= _SAMPLE else some * len(items) // _SAMPLE


def _measured_frame(frame: pd.DataFrame) -> int:
    """What `memory_usage(deep=True)` says, which takes longer than many a frame took to make, and what pandas adds."""
    size = _FRAME + _COLUMN * frame.shape[1] + frame.index.nbytes
    for _, column in frame.items():
        is_flat = column.dtype.kind != "O"
        size += column.array.nbytes if is_flat else column.memory_usage(index=False, deep=True)
    return size
