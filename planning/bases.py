"""What totals are spread by and within: weights with a floor, limits of growth; and what a plan carries on top.

A base (contribution MTD, QTD or YTD, last year's actual or target, weights typed in) is an array of weights that the
caller has; even is an array of ones. Amounts are int64 in the smallest unit that is kept.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from planning.exact import LARGEST, proportion
from planning.rounding import NO_CAP

Number = int | float | Decimal | Fraction


def weights_with_floor(base: ArrayLike, floor_share: float, *, group: ArrayLike | None = None) -> np.ndarray:
    """The base as weights (floats), where members without history weigh `floor_share` x the mean of the others.

    Without history is a base of nothing, of less, or NaN. Where no member of a parent has any, all weigh 1. `group`
    numbers each member's parent from 0; without it all have the same.
    """
    if not 0 <= floor_share < float("inf"):
        raise ValueError(f"The floor must be a share of at least 0, not {floor_share}.")
    weights = np.asarray(base, dtype=float)
    of = np.zeros(len(weights), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    has = weights > 0
    counted, total = np.bincount(of, has), np.bincount(of, np.where(has, weights, 0.0))
    mean = total / np.maximum(counted, 1)
    return np.where(has, weights, np.where(counted == 0, 1.0, mean * floor_share)[of])


def limits_by_growth(
    last_year: ArrayLike, *, min_growth: Number | None = None, max_growth: Number | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Floors and caps (int64): last year x (1 + growth), floors rounded up and caps down to the smallest unit.

    Growth is a fraction, 0.1 for ten per cent, and exact as it is written; None is no limit. Who had nothing last year,
    or less, has no growth: no floor but nothing, and no cap.
    """
    base = np.asarray(last_year, dtype=np.int64)
    has = base > 0
    floors, caps = np.zeros(len(base), dtype=np.int64), np.full(len(base), NO_CAP)
    for growth in (min_growth, max_growth):
        if growth is not None and not -1 <= growth < 1000:
            raise ValueError(f"A growth must lie between -100 % and 100 000 %; {growth} does not.")
    if min_growth is not None:
        floors[has] = -_times(-base[has], 1 + exactly(min_growth))
    if max_growth is not None:
        caps[has] = _times(base[has], 1 + exactly(max_growth))
    return floors, caps


def over_assignment(children: ArrayLike, parent: ArrayLike) -> np.ndarray:
    """Sum of the children's targets / the parent's target - 1, as floats; NaN where the parent has none or less."""
    total, above = np.asarray(children, dtype=float), np.asarray(parent, dtype=float)
    return np.where(above > 0, total / np.where(above > 0, above, 1.0) - 1, np.nan)


def with_risk(total: int, coefficient: Number, *, unit: int = 100) -> int:
    """What has to be aimed at so that `total` comes in where that coefficient of it is reached: total / coefficient.

    To the nearest unit, halves to the even one. The coefficient is above 0 and at most 1 (0.9: nine tenths come in).
    """
    if not 0 < coefficient <= 1:
        raise ValueError(f"A risk coefficient must be above 0 and at most 1, not {coefficient}.")
    return unit * round(Fraction(total) / exactly(coefficient) / unit)


def with_padding(total: int, percent: Number, *, unit: int = 100) -> int:
    """The total x (1 + percent / 100), to the nearest unit, halves to the even one; less than nothing takes off."""
    if not -100 <= percent < 100_000:
        raise ValueError(f"A padding must lie between -100 % and 100 000 %; {percent} does not.")
    return unit * round(total * (1 + exactly(percent) / 100) / unit)


def exactly(number: Number) -> Fraction:
    """A number as it is written: 0.1 is a tenth."""
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _times(amounts: np.ndarray, factor: Fraction) -> np.ndarray:
    """floor(amounts x factor), as exact as the factor is with twelve decimals."""
    factor = factor.limit_denominator(10**12)
    if len(amounts) and np.abs(amounts).max() * float(factor) > LARGEST:
        raise ValueError("A limit of growth is too large to be reckoned with.")
    whole, _ = proportion(amounts, np.full(len(amounts), factor.numerator), np.full(len(amounts), factor.denominator))
    return whole
