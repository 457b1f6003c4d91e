"""What the landing of a period hangs on: how far the win rate, the average deal and the pipeline move attainment.

landing = actual + win rate x (open deals x average deal + coming deals x average deal), attainment = landing / target.
Open deals are those that close in the period; coming ones are not there yet and will close in it too. Amounts are of
any one unit; rates are fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

Driver = Literal["win_rate", "average_deal", "pipeline"]
DRIVERS: tuple[Driver, ...] = ("win_rate", "average_deal", "pipeline")
CHANGES = (-0.1, 0.1)


@dataclass(frozen=True)
class Outlook:
    """A period as it stands: its target (0 where there is none), what has come in, and what may still.

    `open_amount` is of the deals open that close in the period, `win_rate` by value; `coming_deals` are expected to
    be created and closed in it, at `average_deal` each.
    """

    target: float
    actual: float
    open_amount: float
    win_rate: float
    average_deal: float = 0.0
    coming_deals: float = 0.0

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot be."""
        if not 0 <= self.win_rate <= 1:
            raise ValueError(f"A win rate must lie between 0 and 1, not be {self.win_rate}.")
        for name in ("open_amount", "average_deal", "coming_deals"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}.")

    @property
    def possible(self) -> float:
        """What comes in if every deal is won."""
        return self.open_amount + self.coming_deals * self.average_deal

    @property
    def landing(self) -> float:
        """What the period comes to."""
        return self.actual + self.win_rate * self.possible

    @property
    def attainment(self) -> float | None:
        """Landing / target; None without one."""
        return self.landing / self.target if self.target > 0 else None


@dataclass(frozen=True)
class Effect:
    """One driver changed by a share of itself, all others as they are; `delta_*` are against the unchanged outlook.

    `is_capped` is true where a win rate would have passed 100 % and stays there. Attainments are None without a target.
    """

    driver: Driver
    change: float
    landing: float
    attainment: float | None
    delta_landing: float
    delta_attainment: float | None
    is_capped: bool = False


def sensitivity(outlook: Outlook, *, changes: Sequence[float] = CHANGES) -> tuple[Effect, ...]:
    """One effect per driver and change: the drivers that move the landing most first, changes in the order given."""
    effects = {driver: [_effect(outlook, driver, change) for change in changes] for driver in DRIVERS}
    weight = {driver: max((abs(one.delta_landing) for one in effects[driver]), default=0.0) for driver in DRIVERS}
    order = sorted(DRIVERS, key=lambda driver: -weight[driver])
    return tuple(effect for driver in order for effect in effects[driver])


def needed(outlook: Outlook) -> dict[Driver, float | None]:
    """By which share each driver alone would have to change for the landing to be the target.

    0 where it is (or is passed already); None without a target, where the driver moves nothing, or where even a win
    rate of 100 % is not enough.
    """
    return {driver: _needed(outlook, driver) for driver in DRIVERS}


def needed_win_rate(target: ArrayLike, actual: ArrayLike, open_amount: ArrayLike) -> np.ndarray:
    """(target - actual) / open pipeline for many nodes at once: the win rate by value at which the target is met.

    0 where it is met already, infinite with a gap and no pipeline, NaN without a target. Above 1 the target is out of
    reach whatever is won of the pipeline; above the win rate at hand it is out of reach at that.
    """
    aims = np.asarray(target, dtype=float)
    gap, pipeline = aims - np.asarray(actual, dtype=float), np.asarray(open_amount, dtype=float)
    has = pipeline > 0
    rate = np.where(has, gap / np.where(has, pipeline, 1.0), np.inf)
    return np.where(aims > 0, np.where(gap <= 0, 0.0, rate), np.nan)


def _effect(outlook: Outlook, driver: Driver, change: float) -> Effect:
    changed, is_capped = _changed(outlook, driver, change)
    before, after = outlook.attainment, changed.attainment
    return Effect(
        driver=driver,
        change=change,
        landing=changed.landing,
        attainment=after,
        delta_landing=changed.landing - outlook.landing,
        delta_attainment=None if before is None or after is None else after - before,
        is_capped=is_capped,
    )


def _changed(outlook: Outlook, driver: Driver, change: float) -> tuple[Outlook, bool]:
    """The outlook with one driver changed, and whether that was cut off at 100 %."""
    if not change >= -1:
        raise ValueError(f"A change takes away at most everything (-1), not {change}.")
    factor = 1 + change
    if driver == "win_rate":
        rate = outlook.win_rate * factor
        return replace(outlook, win_rate=min(rate, 1.0)), rate > 1
    if driver == "average_deal":
        # The same number of open deals, each so much larger.
        return replace(
            outlook, open_amount=outlook.open_amount * factor, average_deal=outlook.average_deal * factor
        ), False
    return replace(outlook, open_amount=outlook.open_amount * factor), False


def _needed(outlook: Outlook, driver: Driver) -> float | None:
    if outlook.target <= 0:
        return None
    short = outlook.target - outlook.landing
    if short <= 0:
        return 0.0
    moved = outlook.win_rate * (outlook.open_amount if driver == "pipeline" else outlook.possible)
    if moved <= 0:
        return None
    change = short / moved
    return None if driver == "win_rate" and outlook.win_rate * (1 + change) > 1 else change
