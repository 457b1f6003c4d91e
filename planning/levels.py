"""Levels: what a row of targets is set for, told by the keys it has.

A version may set targets at several levels (the company, its regions, the reps), each a plan of the whole. Amounts
add up within a level, never across levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planning.tables import KEYS

#: From the deepest key to the highest, by tree: a row with a key carries those that stand above it as well.
TREES = (
    ("rep", "manager", "office", "region", "country"),
    ("product", "product_category"),
    ("channel", "channel_kind"),
)

Level = tuple[str, ...]
#: The level of rows that are set for everything.
COMPANY: Level = ()


def level_of(keys: Iterable[str]) -> Level:
    """The level of a row that has these keys: the deepest of each tree, `("region", "product")` or `("rep",)`."""
    has = set(keys)
    return tuple(deepest for tree in TREES if (deepest := next((name for name in tree if name in has), None)))


def highest(amounts: Mapping[Level, int]) -> int:
    """Of the amounts of a version's levels that of the highest, which is the plan's total; 0 where there is none."""
    return amounts[min(amounts, key=_depth)] if amounts else 0


def _depth(level: Level) -> tuple[int, int]:
    """How many trees a level goes down, and how far."""
    return len(level), sum(len(tree) - tree.index(name) for name in level for tree in TREES if name in tree)


assert {name for tree in TREES for name in tree} == set(KEYS)
