"""Whole-number arithmetic over arrays that no rounding of floats can touch: proportions of money stay exact.

Amounts are int64 of up to `LARGEST` in size; weights are int64 whose sum within a parent stays below 2**53.
"""

from __future__ import annotations

import numpy as np

#: The largest amount that is reckoned with: more than fourteen digits of currency in ten-thousandths.
LARGEST = 2**60
#: To what part of their sum weights count that are no whole numbers (twelve digits), and whole ones too large to add.
_FRACTIONAL, _HUGE = 2.0**40, 2.0**51


def sums(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Exact int64 sums of int64 values by group number."""
    total = np.zeros(groups, dtype=np.int64)
    np.add.at(total, group, values)
    return total


def proportion(amount: np.ndarray, over: np.ndarray, under: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """floor(amount x over / under) and the remainder, 0 <= remainder < under; all int64 arrays of one dimension.

    Exact though the product takes more than 64 bits: floats guess the quotient to within a few hundred, the remainder
    of the guess is then right modulo 2**64, and it is small enough to have only one reading. Wants under <= 2**53 and
    a quotient up to 2**60.
    """
    quotient = (amount.astype(float) * over / under).astype(np.int64)
    return quotient, settle(quotient, amount * over - quotient * under, under)


def settle(quotient: np.ndarray, remainder: np.ndarray, under: np.ndarray) -> np.ndarray:
    """Puts guessed quotients right in place, by the remainder of the guess; the remainder that is then left."""
    # As unsigned numbers the negative ones are beyond every divisor too.
    off = np.flatnonzero(remainder.view(np.uint64) >= under.view(np.uint64))
    if len(off):
        missed = remainder[off] // under[off]
        quotient[off] += missed
        remainder[off] -= missed * under[off]
    return remainder


def shares(
    amounts: np.ndarray, weights: np.ndarray, group: np.ndarray, together: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each part of a group, amounts[group] x weights / together[group] as `proportion` gives it (together > 0)."""
    guess = weights * each(amounts / together, group)
    quotient, under = guess.astype(np.int64), each(together, group)
    remainder = each(amounts, group) * weights
    remainder -= quotient * under
    return quotient, settle(quotient, remainder, under)


def each(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Each part's value of its group; to be read only, because it may be the same one for all."""
    return np.broadcast_to(values, group.shape) if len(values) == 1 else values[group]


def whole_weights(weights: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Weights as int64 that can be added and multiplied exactly; NaN and less than nothing weigh 0.

    Whole numbers are kept as they are; a parent with others has all its weights taken to twelve digits of their sum, so
    that 0.1 + 0.2 and 0.3 weigh alike; however little a part weighs, it does not come to weigh nothing. Raises
    ValueError for an infinite weight.
    """
    given = np.asarray(weights)
    if given.dtype.kind in "iu":
        kept = np.maximum(given, 0)
        if not len(kept) or np.bincount(group, kept, groups).max() < _HUGE:
            return kept.astype(np.int64, copy=False)
        values = kept.astype(float)
    else:
        values = given.astype(float)
        values = np.where(values > 0, values, 0.0)
    total = np.bincount(group, values, groups)
    if not np.isfinite(total).all():
        raise ValueError("A weight is infinite, or weights are too large to be added up.")
    fractional = np.bincount(group[values != np.rint(values)], minlength=groups) > 0
    scale = np.where(fractional, _FRACTIONAL, np.where(total >= _HUGE, _HUGE, 0.0))[group]
    if not scale.any():
        return values.astype(np.int64)
    share = values / np.where(total > 0, total, 1.0)[group]
    whole = np.rint(np.where(scale > 0, share * scale, values)).astype(np.int64)
    return np.maximum(whole, values > 0)
