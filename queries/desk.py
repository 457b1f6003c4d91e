"""The desk: plans that are worked on, in memory; one for a process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar

from cachetools import LRUCache

from planning.curves import Curve
from planning.ledger import Ledger, Version
from planning.plan import Node, Plan
from planning.replay import adjusted
from planning.scenarios import Scenario
from queries.alone import Alone
from queries.memory import give_back

#: States of plans that are kept: bases share everything but amounts with the states replayed from them.
_BASES, _STATES, _TOTALS, _MADE = 4, 12, 2_000, 96

T = TypeVar("T")


class Desk:
    """Plans that are worked on: bases by content, states by the adjustments that led to them. Thread-safe."""

    def __init__(self) -> None:
        self._bases: LRUCache[Hashable, Plan] = LRUCache(_BASES)
        self._states: LRUCache[Hashable, Plan] = LRUCache(_STATES)
        self._totals: LRUCache[Hashable, int] = LRUCache(_TOTALS)
        self._made: LRUCache[Hashable, Any] = LRUCache(_MADE)
        self._lock = threading.Lock()
        self._alone = Alone()

    def base(self, version: Version, ledger: Ledger, curve: Callable[[], Curve], first_month: int) -> Plan:
        """The plan of a version that has rows."""
        key = (version.version_id, version.content_hash, first_month)
        with self._lock:
            found = self._bases.get(key)
            if found is None:
                found = Plan.of(ledger.rows(version.version_id), curve(), first_month)
                self._bases[key] = found
                give_back()
            return found

    def state(self, scenario: Scenario, base: Plan) -> Plan:
        """The plan after the scenario's adjustments, from the longest part of them that is known already."""
        origin = _origin(scenario)
        ids = tuple(entry.adjustment_id for entry in scenario.done)
        with self._alone.making(("state", origin)):  # all cards of a page ask for it at once
            with self._lock:
                start = next((n for n in range(len(ids), 0, -1) if (origin, ids[:n]) in self._states), 0)
                plan = self._states[(origin, ids[:start])] if start else base
            for entry in scenario.done[start:]:
                plan = adjusted(plan, entry.adjustment)
            self.keep(scenario, plan)
            return plan

    def totals(self, scenario: Scenario, base: Plan, plane: str, node: Node) -> list[int]:
        """What a node of a plane comes to in the base, and after each of the scenario's adjustments."""
        found = []
        for count in range(len(scenario.done) + 1):
            part = replace(scenario, done=scenario.done[:count])
            key = (*_origin(scenario), tuple(entry.adjustment_id for entry in part.done), plane, node)
            with self._lock:
                total = self._totals.get(key)
            if total is None:
                plan = self.state(part, base) if count else base
                at = plan.index(plane)
                total = 0 if at is None else plan.total(at, node)
                with self._lock:
                    self._totals[key] = total
            found.append(total)
        return found

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made of a state of a plan, made once: several cards and numbers want the same rows."""
        with self._alone.making(("made", key)):
            with self._lock:
                found = self._made.get(key)
            if found is None:
                found = make()
                with self._lock:
                    self._made[key] = found
            return found

    def keep(self, scenario: Scenario, plan: Plan) -> None:
        """Remembers what a scenario's present adjustments come to."""
        origin = _origin(scenario)
        with self._lock:
            self._states[(origin, tuple(entry.adjustment_id for entry in scenario.done))] = plan


def _origin(scenario: Scenario) -> tuple[int, str]:
    """What tells the rows that a scenario begins from."""
    return scenario.base.version_id, scenario.base.content_hash
