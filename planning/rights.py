"""Who may do what to plans. The ledger checks it with every call that writes; pages only ask to know what to offer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planning.errors import Refused
from planning.plan import Plan
from planning.tables import KEYS

#: What can be done: work on drafts, hand them in, approve or return them, put them in force.
STEPS = ("plan", "submit", "approve", "publish")


@dataclass(frozen=True)
class Planner:
    """A person who works on plans: the members they are limited to, by dimension, and the steps they may take."""

    name: str
    limits: tuple[tuple[str, frozenset[str]], ...] = ()
    may: frozenset[str] = frozenset(STEPS)

    def require(self, step: str) -> None:
        """Raises Refused unless this person may take the step."""
        if step not in self.may:
            raise Refused("not_allowed", step=step)

    def require_whole(self, step: str) -> None:
        """Raises Refused unless this person may take the step and sees the whole company: versions are of the whole."""
        self.require(step)
        if self.limits:
            raise Refused("not_whole")

    def require_any(self) -> None:
        """Raises Refused for somebody who may take no step at all."""
        if not self.may:
            raise Refused("not_allowed", step="comment on")

    def require_member(self, dimension: str, member: str) -> None:
        """Raises Refused unless a member of a dimension of targets is among what this person is limited to, if at all.

        Whether a member of another dimension belongs to it is not known here, so that it does not.
        """
        if dimension not in KEYS:
            raise Refused("no_level", by=dimension)
        if self.limits and member not in dict(self.limits).get(dimension, ()):
            raise Refused("not_yours", what=member)

    def require_change(self, before: Plan, after: Plan) -> None:
        """Raises Refused where a cell beyond this person's limits differs between two states of a plan.

        Planes that do not know what the person is limited by (the company's, to somebody of one region) must not
        change: within one's own part the parent stays.
        """
        if not self.limits:
            return
        if after is before or not after.differs(before):
            # What changes nothing now might, over another base.
            raise Refused("nothing")
        for at, plane in enumerate(after.planes):
            changed = before.amounts[at] != after.amounts[at]
            changed |= before.locked[at] != after.locked[at]
            for name, members in self.limits:
                codes = plane.codes_of(name, members) if name in plane.covered else []
                if bool((changed & ~np.isin(plane.codes[name], codes)).any()):
                    raise Refused("outside", members=", ".join(sorted(members)))
