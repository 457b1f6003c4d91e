"""From which stage on a competitor counts as in play: a switch of the slice, as a condition on deals."""

from __future__ import annotations

from queries.slices import OPTIONS, Slice

#: How "came to this stage or further" is spelled in the address of a list, beside the members of dimensions.
REACHED = "reached"
#: No pipeline has a stage further than this.
LAST_POSITION = 99


def first_position(slice_: Slice) -> int:
    """The position of the stage from which on competitors count."""
    return int(slice_.option("inplay"))


def is_position(text: str) -> bool:
    """Whether a text names a position."""
    return OPTIONS["inplay"][1].fullmatch(text) is not None


def reached_from(position: int) -> list[tuple[str, list[str]]]:
    """The condition that a deal came to the position, or further, as `extra` of questions takes it."""
    return [("furthest", [str(place) for place in range(position, LAST_POSITION + 1)])] if position > 1 else []


def in_play(slice_: Slice) -> list[tuple[str, list[str]]]:
    """What questions about competitors add to their conditions; nothing while all count from the first stage on."""
    return reached_from(first_position(slice_))


def in_play_key(slice_: Slice) -> str:
    """The same as it is spelled in the address of a list."""
    position = first_position(slice_)
    return f"|{REACHED}:{position}" if position > 1 else ""
