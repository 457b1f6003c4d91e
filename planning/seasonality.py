"""What each month brings of a year, from history."""

from __future__ import annotations

import numpy as np

#: Whole years that a season has to be seen in before it is believed.
ENOUGH_YEARS = 2


def month_shares(amounts: np.ndarray) -> np.ndarray | None:
    """Shares of the months of a year, which sum to 1, from amounts by whole year (rows) and month (12 columns).

    A month's index is the mean over years of month / that year's monthly mean; the shares are the indices over their
    sum. None with fewer than two years to go by: a year without sales, or with a negative total, is no year. A month
    that brought less than nothing on average brings nothing.
    """
    totals = amounts.sum(axis=1)
    known = amounts[totals > 0]
    if len(known) < ENOUGH_YEARS:
        return None
    indices = np.maximum((known / (known.sum(axis=1, keepdims=True) / 12)).mean(axis=0), 0)
    return indices / indices.sum()
