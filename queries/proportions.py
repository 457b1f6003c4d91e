"""Shares of counted cases: how sure they are, whether two of them differ, and what is left of many such findings.

Written out here because the libraries that have them would stand in every server process with some 60 MB; the tests
hold each against SciPy and statsmodels.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, erfc, sqrt
from statistics import NormalDist

#: Standard errors that hold 95 % of a normal distribution.
NINETY_FIVE = 1.959963984540054
#: Cases below which a rate says little.
FEW = 10
#: Expected cases in the smallest of the four cells below which the normal approximation is not trusted.
FEW_EXPECTED = 5.0


def wilson(over: float, under: float, *, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval of a share at a level of confidence; NaN without cases."""
    if not under > 0:
        return float("nan"), float("nan")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, z2 = over / under, z * z
    middle = (share + z2 / (2 * under)) / (1 + z2 / under)
    half = z / (1 + z2 / under) * sqrt(share * (1 - share) / under + z2 / (4 * under**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def differ(over: int, under: int, other_over: int, other_under: int) -> float:
    """The two-sided p-value of two shares being the same; NaN where either has no cases.

    Fisher's exact test where fewer than five cases are to be expected in a cell, else the two-proportion z test with
    pooled variance (the chi-squared test without correction).
    """
    if under <= 0 or other_under <= 0:
        return float("nan")
    cases, hits = under + other_under, over + other_over
    if hits in (0, cases):
        return 1.0
    smallest = min(hits, cases - hits) * min(under, other_under) / cases
    if smallest < FEW_EXPECTED:
        return fisher(over, under, other_over, other_under)
    pooled = hits / cases
    error = sqrt(pooled * (1 - pooled) * (1 / under + 1 / other_under))
    return erfc(abs(over / under - other_over / other_under) / error / sqrt(2))


def fisher(over: int, under: int, other_over: int, other_under: int) -> float:
    """Fisher's exact test: the chance, given the margins, of a table as unlikely as this one or more so."""
    cases, hits = under + other_under, over + other_over
    low, high = max(0, hits - other_under), min(hits, under)
    weight = comb(under, low) * comb(other_under, hits - low)
    weights = [weight]
    for k in range(low, high):  # each from the one before, exactly
        weight = weight * (under - k) * (hits - k) // ((k + 1) * (other_under - hits + k + 1))
        weights.append(weight)
    found = weights[over - low]
    return sum(w for w in weights if w <= found) / comb(cases, hits)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The p-values after Benjamini and Hochberg (1995): rejecting those below q errs in at most a share q of them."""
    tried = len(p_values)
    order = sorted(range(tried), key=lambda at: -p_values[at])
    found, least = [1.0] * tried, 1.0
    for place, at in enumerate(order):
        least = min(least, p_values[at] * tried / (tried - place))
        found[at] = least
    return found
