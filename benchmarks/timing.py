"""Taking times on a machine that does other things too: many short runs, interleaved, and their median."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any


def seconds(work: Callable[[], Any]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def interleaved(works: Sequence[Callable[[], Any]], *, runs: int) -> list[float]:
    """The median of each in milliseconds. They take turns, so that a busy moment of the machine hits all alike."""
    times: list[list[float]] = [[] for _ in works]
    for run in range(runs):
        order = list(range(len(works)))
        for number in order if run % 2 else reversed(order):
            times[number].append(seconds(works[number]))
    return [1000 * median(taken) for taken in times]
