"""What commission schemes pay: exact amounts for many reps at once, and what a scheme rewards.

Amounts are int64 in the smallest unit that is kept. A payout is rounded once, to the nearest `unit`, halves up; the
limits of tiers (attainment x target) are cut down to the smallest unit before. Rules that every scheme keeps:

- an actual of nothing or less (more was returned than sold) pays nothing, and nothing is taken back;
- flat: rate x actual, with or without a target;
- tiers: sum over tiers of rate x (what of the actual lies in the tier), up to the cap; nothing where the actual does
  not reach threshold x target, and everything from the first amount on where it does;
- tiers without a target, which is what a target of nothing or less is: rate_without_target x actual.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from planning.exact import LARGEST, proportion
from planning.schemes import ATTAINMENT_PLACES, RATE_PLACES, Flat, Scheme, Tiered

_RATES, _ATTAINMENTS = 10**RATE_PLACES, 10**ATTAINMENT_PLACES
#: Where schemes are compared: four fifths of the target, the target, a fifth more.
POINTS = (Decimal("0.8"), Decimal(1), Decimal("1.2"))


def payout(scheme: Scheme, actual: ArrayLike, target: ArrayLike, *, unit: int = 100) -> np.ndarray:
    """What each rep is paid, int64 in the order of the actuals; `target` is 0 where there is none."""
    sold = np.maximum(np.asarray(actual, dtype=np.int64), 0)
    aims = np.maximum(np.asarray(target, dtype=np.int64), 0)
    if sold.ndim != 1 or sold.shape != aims.shape:
        raise ValueError(f"Every actual needs its target: there are {sold.shape} actuals and {aims.shape} targets.")
    if max(sold.max(initial=0), aims.max(initial=0)) > LARGEST // 128:
        raise ValueError("An amount is too large to be reckoned with.")
    if isinstance(scheme, Flat):
        return _rounded([(sold, scheme.rate)], unit)
    with_target = aims > 0
    paid = np.where(_reached(scheme, sold, aims) & with_target, sold, 0)
    limits = [_part_of(aims, tier.since) for tier in scheme.tiers]
    limits.append(np.full(len(sold), LARGEST) if scheme.cap is None else _part_of(aims, scheme.cap))
    portions = [(np.clip(paid, low, high) - low, tier.rate)
                for tier, (low, high) in zip(scheme.tiers, pairwise(limits), strict=True)]  # fmt: skip
    return _rounded([*portions, (np.where(with_target, 0, sold), scheme.rate_without_target)], unit)


def marginal_rates(scheme: Scheme, attainments: Sequence[Decimal | float] = POINTS) -> np.ndarray:
    """The share that a rep with a target is paid of the next amount sold, at each attainment, as floats.

    At a threshold the payout jumps by all that was held back; that jump is no rate and is not in here.
    """
    at = np.array([float(point) for point in attainments])
    if isinstance(scheme, Flat):
        return np.full(len(at), float(scheme.rate))
    since = np.array([float(tier.since) for tier in scheme.tiers])
    rates = np.array([float(tier.rate) for tier in scheme.tiers])
    found = rates[np.maximum(np.searchsorted(since, at, side="right") - 1, 0)]
    is_paid = (at >= float(scheme.threshold)) & (at < (np.inf if scheme.cap is None else float(scheme.cap)))
    return np.where(is_paid, found, 0.0)


@dataclass(frozen=True)
class Point:
    """What one rep with a target is paid at an attainment; `cost_share` is payout / actual, None without an actual."""

    attainment: Decimal
    actual: int
    payout: int
    cost_share: float | None
    marginal_rate: float


def payout_at(
    scheme: Scheme, target: int, attainments: Sequence[Decimal] = POINTS, *, unit: int = 100
) -> tuple[Point, ...]:  # fmt: skip
    """The payout for one target at several attainments, in their order."""
    actual = [int(target * point) for point in attainments]
    paid = payout(scheme, actual, [target] * len(actual), unit=unit).tolist()
    rates = marginal_rates(scheme, attainments).tolist()
    return tuple(
        Point(point, sold, amount, _over(amount, sold), rate)
        for point, sold, amount, rate in zip(attainments, actual, paid, rates, strict=True)
    )


@dataclass(frozen=True)
class Cost:
    """What a scheme costs over all reps, and what it pays for.

    `cost_share` is payout / actual, both summed over all reps; `below_share` the share of the payout that goes to reps
    who miss their target, `beyond_share` the share paid for what lies above targets (payout less that of the same reps
    with their targets just met). None where there is nothing to divide by; reps without a target are in neither.
    A high `below_share` beside a low `beyond_share` is a scheme that pays for selling, not for reaching the plan.
    """

    scheme: str
    payout: int
    actual: int
    cost_share: float | None
    below_share: float | None
    beyond_share: float | None
    reps_paid: int


def cost(scheme: Scheme, actual: ArrayLike, target: ArrayLike, *, unit: int = 100) -> Cost:
    """The cost of a scheme over all reps; actuals are those of the scheme's basis."""
    sold, aims = np.asarray(actual, dtype=np.int64), np.asarray(target, dtype=np.int64)
    paid = payout(scheme, sold, aims, unit=unit)
    has_target = aims > 0
    at_most_met = payout(scheme, np.where(has_target, np.minimum(sold, aims), sold), aims, unit=unit)
    total, below = int(paid.sum()), int(paid[has_target & (sold < aims)].sum())
    beyond = int((paid - at_most_met).sum())
    return Cost(
        scheme=scheme.key,
        payout=total,
        actual=int(sold.sum()),
        cost_share=_over(total, int(sold.sum())),
        below_share=_over(below, total),
        beyond_share=_over(beyond, total),
        reps_paid=int((paid > 0).sum()),
    )


def _reached(scheme: Tiered, sold: np.ndarray, aims: np.ndarray) -> np.ndarray:
    """Whether the threshold is reached, to the smallest unit."""
    return sold >= -_part_of(-aims, scheme.threshold)


def _part_of(amounts: np.ndarray, attainment: Decimal) -> np.ndarray:
    """floor(amounts x attainment)."""
    over, under = (np.full(len(amounts), value) for value in (int(attainment * _ATTAINMENTS), _ATTAINMENTS))
    return proportion(amounts, over, under)[0]


def _rounded(portions: Sequence[tuple[np.ndarray, Decimal]], unit: int) -> np.ndarray:
    """The sum of portions x rates, rounded once to the nearest unit, halves up."""
    whole, rest = np.zeros_like(portions[0][0]), np.zeros_like(portions[0][0])
    for portion, rate in portions:
        over, under = (np.full(len(portion), value) for value in (int(rate * _RATES), _RATES))
        more, left = proportion(portion, over, under)
        whole, rest = whole + more, rest + left
    part = (whole % unit) * _RATES + rest
    return (whole // unit + (2 * part + unit * _RATES) // (2 * unit * _RATES)) * unit


def _over(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
