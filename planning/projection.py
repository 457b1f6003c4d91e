"""Where members land when nothing changes: last year's months, moved by how each member has grown.

    expected(month) = sales of the same month a year before x growth
    growth = sales of the last twelve whole months / those of the twelve before, within LIMITS

A month in progress keeps what it has and adds the expected rest; months further away than a year build on expected
ones. Members with fewer than two years grow as all members together do; with less than one, they go on as in the months
they have. This is a seasonal naive forecast with drift (Hyndman and Athanasopoulos, Forecasting: Principles and
Practice, 3rd ed., section 5.2), bounded because small members jump.
"""

from __future__ import annotations

import numpy as np

#: A member is not taken to shrink or grow faster than this.
LIMITS = (0.6, 1.6)
_YEAR = 12


def projected(history: np.ndarray, *, elapsed: float, ahead: int) -> np.ndarray:
    """Monthly amounts of members (rows) continued: the given months, the last one completed, and `ahead` more.

    `history` has a column a month, the last of them in progress: the share `elapsed` of it has passed.
    """
    known = history.shape[1]
    made = np.concatenate([history, np.zeros((len(history), ahead))], axis=1)
    growth, mean = growth_of(history), mean_of(history)
    young = has_months(history) < _YEAR + 1
    for month in range(known - 1, known + ahead):
        before = made[:, month - _YEAR] * growth if month >= _YEAR else mean
        expected = np.maximum(np.where(young, mean, before), 0.0)
        made[:, month] = history[:, -1] + expected * (1 - elapsed) if month == known - 1 else expected
    return made


def growth_of(history: np.ndarray) -> np.ndarray:
    """Each member's last twelve whole months over the twelve before; all members' together where it has too few."""
    whole = history[:, :-1]
    if whole.shape[1] < 2 * _YEAR:
        return np.ones(len(history))
    last, before = whole[:, -_YEAR:].sum(axis=1), whole[:, -2 * _YEAR : -_YEAR].sum(axis=1)
    together = last.sum() / before.sum() if before.sum() > 0 else 1.0
    known = (has_months(history) > 2 * _YEAR) & (before > 0) & (last >= 0)
    own = np.divide(last, before, out=np.full(len(history), together), where=known)
    return np.clip(own, *LIMITS)


def mean_of(history: np.ndarray) -> np.ndarray:
    """What a month brings on average, from a member's first month with sales on, at most the last six whole ones."""
    count = np.clip(has_months(history) - 1, 1, 6)
    whole = history[:, :-1] if history.shape[1] > 1 else history
    within = np.arange(whole.shape[1])[::-1][None, :] < count[:, None]
    return np.maximum((whole * within).sum(axis=1) / np.minimum(count, max(whole.shape[1], 1)), 0.0)


def has_months(history: np.ndarray) -> np.ndarray:
    """How many months have passed since each member's first sale, the one in progress included."""
    sold = history != 0
    return np.where(sold.any(axis=1), history.shape[1] - sold.argmax(axis=1), 0)
