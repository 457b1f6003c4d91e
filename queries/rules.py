"""Rules over what is known early: "quoted, and not in the East", as an address spells them, as SQL, and over a frame.

A rule is a conjunction of conditions, spelled `quoted=1;region!East;amount>50000`: = and ! are for members and flags,
> (at least) and < for numbers. A number that is not recorded is below every other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal
from urllib.parse import quote, unquote

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, not_, or_, true

from queries.known import FACTS, Deals
from queries.slices import UNASSIGNED

Test = Literal["=", "!", "<", ">"]
_SPELLED = re.compile(r"([a-z_]+)([=!<>])([^;]+)")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,4})?", re.ASCII)
_TESTS = {"member": "=!", "flag": "=", "number": "<>"}


@dataclass(frozen=True)
class Condition:
    """One condition on one fact; the value of a flag is 1 or 0."""

    fact: str
    test: Test
    value: str

    def __str__(self) -> str:
        """The spelling that `parse_rule` reads."""
        return f"{self.fact}{self.test}{quote(self.value, safe='')}"

    @property
    def opposite(self) -> Condition:
        """What holds exactly where this does not."""
        if FACTS[self.fact].kind == "flag":
            return Condition(self.fact, "=", "0" if self.value == "1" else "1")
        other: dict[Test, Test] = {"=": "!", "!": "=", "<": ">", ">": "<"}
        return Condition(self.fact, other[self.test], self.value)

    def as_sql(self, deals: Deals) -> ColumnElement[bool]:
        """The condition over deals, joining what it needs."""
        column, kind = FACTS[self.fact].expression(deals), FACTS[self.fact].kind
        if kind == "flag":
            return column if self.value == "1" else not_(column)
        if kind == "number":
            value = float(self.value)
            return column >= value if self.test == ">" else or_(column < value, column.is_(None))
        is_it = column.is_(None) if self.value == UNASSIGNED else func.coalesce(column == self.value, not_(true()))
        return is_it if self.test == "=" else not_(is_it)

    def over(self, frame: pd.DataFrame) -> pd.Series:
        """Which rows of a frame of facts it holds for."""
        column, kind = frame[self.fact], FACTS[self.fact].kind
        if kind == "flag":
            return column.astype(bool) == (self.value == "1")
        if kind == "number":
            at_least = column.astype(float) >= float(self.value)  # false where it is not recorded
            return at_least if self.test == ">" else ~at_least
        is_it = column.fillna(UNASSIGNED).astype(str) == self.value
        return is_it if self.test == "=" else ~is_it


Rule = tuple[Condition, ...]


def simplified(rule: Rule) -> Rule:
    """The same rule without conditions that a later one on the same fact makes idle."""
    return tuple(one for at, one in enumerate(rule) if not any(_idle(one, other) for other in rule[at + 1 :]))


def _idle(one: Condition, later: Condition) -> bool:
    """Whether the later condition, further down the tree, says all that an earlier one did."""
    if one.fact != later.fact:
        return False
    return later.test == one.test if one.test in "<>" else later.test == "="


def spelled(rule: Rule) -> str:
    """The rule as a word of an address."""
    return ";".join(map(str, rule)) or "all"


def parse_rule(text: str) -> Rule | None:
    """Reads what `spelled` writes; None for anything else. No condition at all is all deals, spelled `all`."""
    if text == "all":
        return ()
    found = [_SPELLED.fullmatch(part) for part in text.split(";")]
    conditions = [Condition(m[1], m[2], unquote(m[3])) for m in found if m is not None]  # type: ignore[arg-type]
    return tuple(conditions) if len(conditions) == len(found) and all(map(_is_sound, conditions)) else None


def _is_sound(condition: Condition) -> bool:
    fact = FACTS.get(condition.fact)
    if fact is None or condition.test not in _TESTS[fact.kind]:
        return False
    if fact.kind == "flag":
        return condition.value in {"0", "1"}
    return fact.kind != "number" or _NUMBER.fullmatch(condition.value) is not None


def rule_as_sql(rule: Rule, deals: Deals) -> list[ColumnElement[bool]]:
    """All conditions of a rule."""
    return [condition.as_sql(deals) for condition in rule]


def rule_over(rule: Rule, frame: pd.DataFrame) -> pd.Series:
    """Which rows of a frame of facts a rule holds for."""
    return reduce(lambda held, condition: held & condition.over(frame), rule, pd.Series(True, index=frame.index))


def facts_of(rules: Sequence[Rule]) -> list[str]:
    """The facts that rules speak of, each once."""
    return list(dict.fromkeys(condition.fact for rule in rules for condition in rule))


def every(rule: Rule, deals: Deals) -> ColumnElement[bool]:
    """A rule as one condition."""
    return and_(true(), *rule_as_sql(rule, deals))
