"""Drilling down: which way is next, the path so far, and the steps back up."""

from __future__ import annotations

from dataclasses import replace

from queries.semantic.dimensions import DIMENSIONS
from queries.slices import Slice

#: The ways down that sales can be taken apart by, each from its outermost level to its innermost.
TREES = (
    ("country", "region", "office"),
    ("manager", "rep"),
    ("product_category", "product"),
    ("channel_kind", "channel"),
)
#: Where each tree is entered.
ENTRIES = ("region", "rep", "product_category", "channel_kind")
LEVELS = tuple(level for tree in TREES for level in tree)


def path_of(slice_: Slice) -> list[str]:
    """The dimensions drilled through, in order: those of the path that are still filtered by one member each."""
    single = {name for name, values in slice_.filters if len(values) == 1 and not values[0].startswith("!")}
    named = [name for name in slice_.option("path").split(".") if name in single and name in DIMENSIONS]
    return list(dict.fromkeys(named))


def ways(slice_: Slice) -> list[str]:
    """One dimension a tree that the slice can be taken apart by next: the level below what is filtered for."""
    filtered = {name for name, values in slice_.filters if not all(value.startswith("!") for value in values)}
    found = []
    for tree, entry in zip(TREES, ENTRIES, strict=True):
        deepest = max((place for place, name in enumerate(tree) if name in filtered), default=None)
        place = tree.index(entry) if deepest is None else deepest + 1
        if place < len(tree):
            found.append(tree[place])
    return found


def next_way(slice_: Slice, after: str) -> str:
    """By what a member is taken apart: the next level of its tree, else of the first tree that is still whole."""
    below = next((tree[tree.index(after) + 1 :] for tree in TREES if after in tree), ())
    rest = ways(slice_)
    return below[0] if below else rest[0] if rest else slice_.by


def into(slice_: Slice, by: str, key: str) -> Slice:
    """The slice within one member, one level deeper; what was open is closed."""
    inside = slice_.with_filter(by, [key]).with_option("path", ".".join([*path_of(slice_), by]))
    inside = inside.with_option("open", None).with_option("explain", None)
    return replace(inside, by=next_way(inside, by))


def steps(slice_: Slice) -> list[tuple[str, str, Slice]]:
    """For each step of the path its dimension, the member, and the slice as it was after it."""
    path = path_of(slice_)
    member = dict(slice_.filters)
    found = []
    for place, name in enumerate(path):
        back = _without(slice_, path[place + 1 :], path[: place + 1])
        by = path[place + 1] if place + 1 < len(path) else slice_.by
        found.append((name, member[name][0], replace(back, by=by)))
    return found


def top(slice_: Slice) -> Slice:
    """The slice before the first step."""
    path = path_of(slice_)
    return replace(_without(slice_, path, []), by=path[0]) if path else slice_


def _without(slice_: Slice, dropped: list[str], kept: list[str]) -> Slice:
    for name in dropped:
        slice_ = slice_.with_filter(name, ())
    return slice_.with_option("path", ".".join(kept) or None).with_option("open", None)


def key_of(slice_: Slice) -> str:
    """What a mark carries that leads to a slice when it is clicked."""
    return f"?{slice_.to_query()}"
