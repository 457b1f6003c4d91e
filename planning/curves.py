"""How a target spreads over its days: evenly, by working days, or by season. Arrays in, shares out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

#: How the days of a target count.
Spread = Literal["working", "linear", "seasonal"]


@dataclass(frozen=True, eq=False)
class Curve:
    """The weight of each day from `first` on; one before or after those known counts as they do on average."""

    first: date
    weights: np.ndarray

    def share(
        self, starts: np.ndarray, ends: np.ndarray, since: date | None, until: date | np.ndarray | None
    ) -> np.ndarray:
        """For spans of days (datetime64, both ends included) the share that lies within [since, until]; None is open.

        Several days as `until` go along the last axis. A span without any weight (a holiday week by working days) is
        shared evenly over its days.
        """
        low, high = self._place(starts), self._place(ends) + 1
        inner_low = low if since is None else np.maximum(low, self._place(since))
        inner_high = high if until is None else np.minimum(high, self._place(until) + 1)
        inner_high = np.maximum(inner_high, inner_low)
        whole, part = self._until(high) - self._until(low), self._until(inner_high) - self._until(inner_low)
        evenly = (inner_high - inner_low) / (high - low)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(inner_high - inner_low == high - low, 1.0, np.where(whole > 0, part / whole, evenly))

    def elapsed(self, start: date, end: date, until: date) -> float:
        """The share of the days from `start` to `end` that has passed at the end of `until`."""
        days = np.array([[start], [end]], dtype="datetime64[D]")
        return float(self.share(days[0], days[1], None, until)[0])

    def course(self, start: date, end: date) -> np.ndarray:
        """The share that has passed at the end of each day from `start` to `end`; the last is 1."""
        days = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1)
        low = self._place(days)
        running = self._until(low + 1) - self._until(low[0])
        running = running if running[-1] > 0 else np.arange(1.0, len(days) + 1)
        return running / running[-1]

    @cached_property
    def _running(self) -> np.ndarray:
        return np.append(0.0, np.cumsum(self.weights))

    def _until(self, places: np.ndarray) -> np.ndarray:
        """What all days before a place weigh together, less than nothing before the first."""
        known = np.clip(places, 0, len(self.weights))
        return self._running[known] + (places - known) * self.weights.mean()

    def _place(self, day: np.ndarray | date) -> np.ndarray:
        days = np.asarray(day, dtype="datetime64[D]")
        return (days - np.datetime64(self.first, "D")).astype(np.int64)


def curve(spread: Spread, *, first: date, working: np.ndarray, months: np.ndarray, shares: np.ndarray | None) -> Curve:
    """The curve over consecutive days from `first`, of which `working` are working days.

    `months` numbers each day's month (0 to 11) and `shares` is what each of them brings of a year (`seasonality`);
    within a month its share spreads over its working days. Without shares a seasonal curve is one of working days.
    """
    if spread == "linear":
        return Curve(first, np.ones(len(working)))
    weights = working.astype(float)
    if spread == "working" or shares is None:
        return Curve(first, weights)
    runs = np.cumsum(np.append(0, np.diff(months) != 0))
    counted = np.bincount(runs, weights=weights)[runs]
    alone = np.where(counted > 0, weights / np.where(counted > 0, counted, 1), 1 / np.bincount(runs)[runs])
    return Curve(first, alone * shares[months])
