"""Proposals of twelve months from monthly history, each with what it would have been worth.

| method         | proposes                                                                              | wants     |
|----------------|---------------------------------------------------------------------------------------|-----------|
| last_year      | each month as it was a year ago                                                       | 12 months |
| moving_average | in each month the mean of the last n: lags, knows no trend and no season              | n months  |
| seasonal       | the last twelve months x (1 + growth), by the months' shares of a year (`seasonality`) | 24 months |
| holt_winters   | level, damped trend and season, additive (Holt 1957, Winters 1960), with its interval | 24 months |

The back-test: what the method would have said at earlier months' ends (`ORIGINS` of them, the last one so long ago
that its twelve months have all come, the others a quarter apart before it), as far as it knew enough then.
WAPE = sum(abs(F - A)) / sum(A) and bias = sum(F - A) / sum(A) over these months, beside those of `last_year` over the
same. Amounts are of any unit, as floats: whole amounts come from spreading a total by them (`allocation`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock

import numpy as np
from numpy.typing import ArrayLike

from planning.seasonality import ENOUGH_YEARS, month_shares

METHODS = ("last_year", "moving_average", "seasonal", "holt_winters")
YEAR = 12
#: Earlier months' ends that a method is tested at, and the months between them.
ORIGINS, APART = 3, 3
#: The share of outcomes that an interval is meant to hold, and the simulated ones that it is read from.
LEVEL, PATHS = 0.8, 2_000
#: Warnings are a property of the process: one fit at a time silences them, so that each puts back what it found.
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True, eq=False)
class Proposal:
    """Twelve months as one method sees them; `months` is None where the history does not even allow a guess.

    `low` and `high` hold each month with a chance of `LEVEL`, `total_low` and `total_high` their sum; None without an
    interval. `enough` is False where the history is too short for the method; `reason` then says why: no_history,
    fewer_months_than_asked, less_than_a_year, less_than_two_years (of `seasonal`: months are even) or no_fit.
    Errors are NaN where nothing could be tested; `months_tested` says over how many months they are.
    """

    method: str
    first: date
    months: np.ndarray | None
    enough: bool
    reason: str | None = None
    low: np.ndarray | None = None
    high: np.ndarray | None = None
    total_low: float | None = None
    total_high: float | None = None
    wape: float = float("nan")
    bias: float = float("nan")
    naive_wape: float = float("nan")
    naive_bias: float = float("nan")
    months_tested: int = 0
    years_used: int = 0

    @property
    def total(self) -> float | None:
        """The sum of the months."""
        return None if self.months is None else float(self.months.sum())


def proposals(
    history: ArrayLike,
    first: date,
    *,
    methods: Sequence[str] = METHODS,
    periods: int = YEAR,
    growth: float = 0.0,
    skip: int = 0,
) -> tuple[Proposal, ...]:
    """What each method proposes for the twelve months that begin `skip` months after the history ends.

    `history` has one amount a month, from the month of `first` on. NaN before the first known month and after the
    last is cut off (the proposal stays where it was); in between nothing came in. `periods` is the n of the moving
    average, `growth` (0.1 for ten per cent) is of the seasonal model.
    """
    if periods < 1 or skip < 0:
        raise ValueError(f"A moving average needs at least 1 month, and skip at least 0; got {periods} and {skip}.")
    if not -1 <= growth < float("inf"):
        raise ValueError(f"A growth must be at least -1 (-100 %), not {growth}.")
    unknown = sorted(set(methods) - set(METHODS))
    if unknown:
        raise ValueError(f"There is no method {', '.join(unknown)}; there are {', '.join(METHODS)}.")
    amounts = np.asarray(history, dtype=float)
    starts = month_after(first, len(amounts) + skip)
    known = np.flatnonzero(np.isfinite(amounts))
    if len(known):
        skip += len(amounts) - 1 - int(known[-1])
        first = month_after(first, int(known[0]))
        amounts = amounts[known[0] : known[-1] + 1]
    amounts = np.where(np.isfinite(amounts), amounts, 0.0) if len(known) else amounts[:0]
    made = {
        "last_year": lambda past: _last_year(past, skip),
        "moving_average": lambda past: _moving_average(past, periods),
        "seasonal": lambda past: _seasonal(past, first, skip, growth),
        "holt_winters": lambda past: _holt_winters(past, skip),
    }
    return tuple(_tested(made[method], method, amounts, skip, starts) for method in methods)


def month_after(first: date, months: int) -> date:
    """The first day of the month so many months on."""
    year, month = divmod(first.year * YEAR + first.month - 1 + months, YEAR)
    return date(year, month + 1, 1)


@dataclass(frozen=True, eq=False)
class _Said:
    """What a method says at one point: the months, whether it knew enough, and its interval (months; then the sum)."""

    months: np.ndarray | None
    reason: str | None = None
    interval: tuple[np.ndarray, np.ndarray] | None = None
    total: tuple[float, float] | None = None


def _tested(
    method: Callable[[np.ndarray], _Said], name: str, amounts: np.ndarray, skip: int, starts: date
) -> Proposal:  # fmt: skip
    """The proposal, with the errors that the method would have made."""
    said = method(amounts)
    proposal = Proposal(name, starts, said.months, said.reason is None, said.reason, years_used=len(amounts) // YEAR)
    if said.interval is not None and said.total is not None:
        low, high = said.interval
        proposal = replace(proposal, low=low, high=high, total_low=said.total[0], total_high=said.total[1])
    told, naive, came = [], [], []
    for origin in range(len(amounts) - YEAR - skip, 0, -APART)[:ORIGINS]:
        then, as_before = method(amounts[:origin]), _last_year(amounts[:origin], skip)
        if then.reason is not None or then.months is None or as_before.months is None:
            break
        told.append(then.months)
        naive.append(as_before.months)
        came.append(amounts[origin + skip : origin + skip + YEAR])
    if not told:
        return proposal
    actual = np.concatenate(came)
    wape, bias = errors(np.concatenate(told), actual)
    naive_wape, naive_bias = errors(np.concatenate(naive), actual)
    return replace(
        proposal, wape=wape, bias=bias, naive_wape=naive_wape, naive_bias=naive_bias, months_tested=len(actual)
    )  # fmt: skip


def errors(said: np.ndarray, came: np.ndarray) -> tuple[float, float]:
    """WAPE and bias: sums of absolute and of signed differences over the sum of what came; NaN without any."""
    total = float(came.sum())
    if not total > 0:
        return float("nan"), float("nan")
    return float(np.abs(said - came).sum()) / total, float((said - came).sum()) / total


def _last_year(past: np.ndarray, skip: int) -> _Said:
    if len(past) < YEAR:
        return _Said(None, "less_than_a_year" if len(past) else "no_history")
    return _Said(np.roll(past[-YEAR:], -skip))


def _moving_average(past: np.ndarray, periods: int) -> _Said:
    if not len(past):
        return _Said(None, "no_history")
    reason = "fewer_months_than_asked" if len(past) < periods else None
    return _Said(np.full(YEAR, past[-periods:].mean()), reason)


def _seasonal(past: np.ndarray, first: date, skip: int, growth: float) -> _Said:
    """Whole years are counted back from the end; with less than one, twelve times the mean month is the total."""
    if not len(past):
        return _Said(None, "no_history")
    total = past[-YEAR:].mean() * YEAR * (1 + growth)
    whole = len(past) // YEAR
    # Columns are calendar months: the years end where history ends, and are turned until January comes first.
    ends_in = (first.month - 1 + len(past)) % YEAR
    years = np.roll(past[len(past) - whole * YEAR :].reshape(whole, YEAR), ends_in, axis=1)
    shares = month_shares(years)
    if shares is None:
        return _Said(np.full(YEAR, total / YEAR), "less_than_two_years")
    return _Said(total * np.roll(shares, -(ends_in + skip)))


def _holt_winters(past: np.ndarray, skip: int) -> _Said:
    """Fitted by least squares; the interval is that of simulated courses from the end of history on."""
    if len(past) < ENOUGH_YEARS * YEAR:
        return _Said(None, "less_than_two_years" if len(past) else "no_history")
    size = float(np.abs(past).mean())
    if size == 0 or not np.ptp(past) > 1e-12 * size:
        # A constant has no season and no error; to fit one is to divide by nothing.
        level = np.full(YEAR, float(past[-1]))
        return _Said(level, None, (level, level), (float(level.sum()), float(level.sum())))
    from statsmodels.tsa.holtwinters import ExponentialSmoothing  # takes seconds: for those alone who ask

    with _ONE_AT_A_TIME, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model = ExponentialSmoothing(
                past / size, trend="add", damped_trend=True, seasonal="add", seasonal_periods=YEAR,
                initialization_method="heuristic",
            )  # fmt: skip
            fit = model.fit()
            months = np.asarray(fit.forecast(skip + YEAR))[skip:] * size
            courses = fit.simulate(skip + YEAR, repetitions=PATHS, rng=np.random.default_rng(0))
        except (ValueError, np.linalg.LinAlgError, FloatingPointError):
            return _Said(None, "no_fit")
    paths = np.asarray(courses, dtype=float).reshape(skip + YEAR, PATHS)[skip:] * size
    if not (np.isfinite(months).all() and np.isfinite(paths).all()):
        return _Said(None, "no_fit")
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    low, high = np.quantile(paths, tails, axis=1)
    total_low, total_high = np.quantile(paths.sum(axis=0), tails)
    return _Said(months, None, (low, high), (float(total_low), float(total_high)))
