"""Adjustments: what people do to a plan, each one an operation on a node; a plan is replayed from them.

    set       members come to typed amounts
    add       each member gets an amount more, or less
    scale     each member gets a share more, or less: twice +10 % is +21 %
    allocate  the node's total, or a typed one, is shared out over the members by weights kept with the adjustment
    lock      members keep what their cells hold, whatever happens around them; unlock ends that
    risk      a coefficient that the total is divided by, or a padding, kept apart from the plan: cells do not change

Within the plane that the adjustment names, parents are the sums of their cells, and a change of a total goes over its
free cells in proportion to what they hold (evenly where they hold nothing), by largest remainder. Either the parent
moves with its members, or it stays and the members that nobody touched give way. The other planes follow in proportion
where they share keys, month by month, so that what is assigned over the total stays what it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from planning.plan import Node
from planning.tables import OPERATIONS

Operation = Literal["set", "add", "scale", "allocate", "lock", "unlock", "risk"]
Mode = Literal["moves", "stays"]
MODES = ("moves", "stays")
#: What stands for nobody where members are spelled as text.
NOBODY = ""


@dataclass(frozen=True)
class Adjustment:
    """One change of a plan.

    `members` are those of the dimension `by` within the node; without `by` the node itself is meant. Amounts are in
    currency units, `share` is a fraction (0.05 is +5 %). `weights`, `floors` and `caps` go with `allocate`.
    """

    operation: Operation
    plane: str
    node: Node = Node()
    by: str = ""
    members: tuple[str | None, ...] = ()
    amounts: tuple[Decimal, ...] = ()  # for `set` and `add`: one a member; for `allocate` the total, if any
    share: Decimal | None = None  # for `scale`; for `risk` the coefficient or padding
    mode: Mode = "moves"
    weights: tuple[float, ...] = ()  # for `allocate`: one a member
    floors: tuple[Decimal, ...] = ()
    caps: tuple[Decimal, ...] = ()
    basis: str = ""  # what the weights are, or which model the amounts come from: said, not computed with
    reason: str = ""

    def to_json(self) -> str:
        """All but the reason, as text that `from_json` reads; equal adjustments have equal texts."""
        said: dict[str, Any] = {
            "plane": self.plane,
            "node": {name: [NOBODY if one is None else one for one in members] for name, members in self.node.members},
            "from": None if self.node.starts_on is None else self.node.starts_on.isoformat(),
            "to": None if self.node.ends_on is None else self.node.ends_on.isoformat(),
            "by": self.by,
            "members": [NOBODY if one is None else one for one in self.members],
            "amounts": [str(one) for one in self.amounts],
            "share": None if self.share is None else str(self.share),
            "mode": self.mode,
            "weights": list(self.weights),
            "floors": [str(one) for one in self.floors],
            "caps": [str(one) for one in self.caps],
            "basis": self.basis,
        }
        return json.dumps(
            {name: value for name, value in said.items() if value not in ([], {}, None, "")}, sort_keys=True
        )

    @classmethod
    def from_json(cls, operation: str, text: str, reason: str = "") -> Adjustment:
        """What `to_json` wrote; raises ValueError for anything else."""
        if operation not in OPERATIONS:
            raise ValueError(f"{operation!r} is no operation on plans")
        said: Mapping[str, Any] = json.loads(text)
        days = [None if said.get(end) is None else date.fromisoformat(said[end]) for end in ("from", "to")]
        members = tuple((name, _members(own)) for name, own in sorted(said.get("node", {}).items()))
        return cls(
            operation=operation,  # type: ignore[arg-type]
            plane=said["plane"],
            node=Node(members, *days),
            by=said.get("by", ""),
            members=_members(said.get("members", [])),
            amounts=_decimals(said, "amounts"),
            share=None if said.get("share") is None else Decimal(said["share"]),
            mode=said.get("mode", "moves"),
            weights=tuple(map(float, said.get("weights", []))),
            floors=_decimals(said, "floors"),
            caps=_decimals(said, "caps"),
            basis=said.get("basis", ""),
            reason=reason,
        )

    def because(self, reason: str) -> Adjustment:
        """The same with a reason."""
        return replace(self, reason=reason)


def risk_of(adjustments: Sequence[Adjustment]) -> Adjustment | None:
    """The risk that is kept beside a plan: the last one said; None where none was."""
    return next((one for one in reversed(adjustments) if one.operation == "risk"), None)


@dataclass(frozen=True)
class Entry:
    """An adjustment as the ledger keeps it: its place in the list, who made it when, as which revision."""

    adjustment_id: int
    position: int
    adjustment: Adjustment
    who: str
    at: datetime
    revision: int = 0


def _members(own: list[str]) -> tuple[str | None, ...]:
    return tuple(None if one == NOBODY else str(one) for one in own)


def _decimals(said: Mapping[str, Any], name: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, said.get(name, [])))
