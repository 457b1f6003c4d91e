"""The key numbers of a plan: computed once, for the strip, for the comparison and for how they are explained."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.plan_money import Payout, payout_of
from callbacks.plan_view import Showing
from planning.replay import SCALE
from queries import plan_findings as f


@dataclass(frozen=True)
class KeyFigures:
    """What a plan sets in what is in sight, in currency units; shares are fractions, NaN where there is no ground.

    `in_force` is what the version it begins from sets, `level_total` and `highest_total` what its level and the plan
    of the highest level set.
    """

    proposed: float
    in_force: float
    last_year: float
    landing: float
    level_total: float
    highest_total: float
    over: float
    payout: Payout

    @property
    def change(self) -> float:
        """proposed - in force."""
        return self.proposed - self.in_force

    @property
    def growth(self) -> float:
        """proposed / last year - 1."""
        return _ratio(self.proposed, self.last_year) - 1

    @property
    def growth_before(self) -> float:
        """in force / last year - 1."""
        return _ratio(self.in_force, self.last_year) - 1

    @property
    def landing_share(self) -> float:
        """landing / proposed."""
        return _ratio(self.landing, self.proposed)

    @property
    def short(self) -> float:
        """landing - proposed: negative where it falls short."""
        return self.landing - self.proposed


def key_figures(shown: Showing) -> KeyFigures:
    """The key numbers of what is in sight of a plan."""
    total, plan = shown.total, shown.opened.plan
    top = plan.answering(shown.node.keys)
    return KeyFigures(
        proposed=total["proposed"],
        in_force=total["in_force"],
        last_year=total["last_year"],
        landing=total["landing"],
        level_total=plan.total(shown.at, shown.node) / SCALE,
        highest_total=float("nan") if top is None else plan.total(top, shown.node) / SCALE,
        over=f.over_assigned(plan, shown.at, shown.node),
        payout=payout_of(shown),
    )


def _ratio(over: float, under: float) -> float:
    return over / under if under > 0 else float("nan")
