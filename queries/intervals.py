"""Intervals of shares: how sure a rate of so many cases is."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

#: Cases below which a rate says little.
FEW = 10


def wilson(over: float, under: float, *, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval of a share at a level of confidence; NaN without cases."""
    if not under > 0:
        return float("nan"), float("nan")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, z2 = over / under, z * z
    middle = (share + z2 / (2 * under)) / (1 + z2 / under)
    half = z / (1 + z2 / under) * sqrt(share * (1 - share) / under + z2 / (4 * under**2))
    return max(0.0, middle - half), min(1.0, middle + half)
