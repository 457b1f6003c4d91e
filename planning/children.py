"""The children of a node: the members that its cells belong to, what each comes to, and what of it is locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

import numpy as np

from planning.errors import Refused
from planning.exact import sums
from planning.plan import TIMES, Node, Plane, numbered

#: Ten-thousandths in a currency unit.
SCALE = 10_000
#: The most that a target may be, in ten-thousandths: a trillion.
MOST = 10**16
#: Digits before the point beyond which nothing is reckoned with.
_DIGITS = 24


@dataclass(frozen=True, eq=False)
class Children:
    """The members of a dimension within a node, and whose each of the node's cells is."""

    plane: Plane
    amounts: np.ndarray  # of all cells of the plane
    locks: np.ndarray
    members: list[str | None]
    cells: np.ndarray  # places of the node's cells in the plane
    number: np.ndarray  # of each of these cells, the place of its member

    @classmethod
    def of(cls, plane: Plane, amounts: np.ndarray, locks: np.ndarray, node: Node, by: str) -> Children:
        """The children of a node; without a dimension the node itself is the only one. Raises Refused."""
        if unknown := (node.keys | {by}) - plane.covered - {"", *TIMES}:
            raise Refused("no_level", by=min(unknown))
        cells = np.flatnonzero(plane.mask(node))
        if not by:
            return cls(plane, amounts, locks, [""], cells, np.zeros(len(cells), dtype=np.int64))
        number, members = plane.groups(by)
        found, own = numbered(number[cells], len(members))
        return cls(plane, amounts, locks, [members[at] for at in found], cells, own)

    @cached_property
    def totals(self) -> np.ndarray:
        """What each member comes to."""
        return sums(self.amounts[self.cells], self.number, len(self.members))

    @cached_property
    def locked(self) -> np.ndarray:
        """What the locked cells of each member come to."""
        return sums(np.where(self.locks[self.cells], self.amounts[self.cells], 0), self.number, len(self.members))

    @cached_property
    def is_locked(self) -> np.ndarray:
        """Whether all cells of a member are locked."""
        return np.bincount(self.number, ~self.locks[self.cells], len(self.members)) == 0

    def places(self, members: Sequence[str | None]) -> list[int]:
        """Where members stand; raises Refused for one without cells."""
        known = {member: at for at, member in enumerate(self.members)}
        missing = [member for member in members if member not in known]
        if missing:
            raise Refused("no_cells", member=spoken(missing[:1]))
        return [known[member] for member in members]


def exact(amount: Decimal) -> int:
    """Currency units as whole ten-thousandths; what is finer is rounded half to even. Raises Refused."""
    if not amount.is_finite():
        raise Refused("not_a_number", text=str(amount))
    if amount.adjusted() >= _DIGITS:
        raise Refused("too_large", amount=f"{amount:.3E}")
    return int((amount * SCALE).to_integral_value(ROUND_HALF_EVEN))


def money(amount_e4: int) -> str:
    """An amount for the sentence of a refusal, in currency units."""
    return f"{Decimal(int(amount_e4)) / SCALE:,.2f}".removesuffix(".00")


def spoken(members: Sequence[str | None]) -> str:
    """Members for the sentence of a refusal."""
    return ", ".join("unassigned" if one is None else str(one) for one in members)
