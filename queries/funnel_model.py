"""The arithmetic of the funnel forecast: rates, times and open deals in, months and amounts out. Knows no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from queries.periods import months_later

#: Months a forecast names, the running one included; what lands after them is "later".
MONTHS = 12
#: Coming months that are shown even when nothing lands in them.
AT_LEAST = 5
DRAWS = 1000
#: Edges of the interval that holds 80 % of the draws.
LOW, HIGH = 0.1, 0.9
#: How many standard deviations the quartiles of a normal distribution are from its median.
NORMAL_QUARTILE = 0.6745


@dataclass(frozen=True)
class Model:
    """What the forecast expects of a deal in each open stage; one entry per stage, in order.

    `rates` are the shares that move on, `leads` the days until they do: months where `in_months`.
    """

    stages: tuple[str, ...]
    rates: tuple[float, ...]
    leads: tuple[float, ...]
    in_months: bool = False

    @property
    def products(self) -> tuple[Decimal, ...]:
        """For each stage the chance to be won: the product of the success rates from it on, to eight decimals."""
        chances = np.cumprod(self.rates[::-1])[::-1]
        return tuple(Decimal(f"{chance:.8f}") for chance in chances)

    @property
    def later(self) -> tuple[float, ...]:
        """For each stage the lead times of the stages after it, summed."""
        return tuple(sum(self.leads[i + 1 :]) for i in range(len(self.leads)))

    @property
    def whole_lead(self) -> int:
        """Whole days (months) from the creation of a deal to its signature."""
        return _whole(sum(self.leads))

    def remaining(self, stage: int, ages: np.ndarray) -> np.ndarray:
        """Whole days until deals of a stage (numbered from 0) land, by their active days in it.

        With lead times in months the deals of a stage land together, whatever their ages.
        """
        own, later = self.leads[stage], self.later[stage]
        if self.in_months:
            return np.full(len(ages), _whole(own + later))
        return (np.maximum(own - ages, 0) + later).astype(int)


def _whole(number: float) -> int:
    return int(np.floor(number + 0.5))


@dataclass(frozen=True)
class Passed:
    """What is known of the deals that left one stage: how many, how many of them moved on, and the days those took."""

    exits: int
    advances: int
    quartiles: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Standing:
    """The open deals of one stage by active days in it, ages ascending: count, amount and sum of squared amounts."""

    ages: np.ndarray
    deals: np.ndarray
    amount: np.ndarray
    squares: np.ndarray

    @property
    def columns(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What is summed: count, amount, squares."""
        return self.deals, self.amount, self.squares


def quartiles(values: np.ndarray, counts: np.ndarray) -> tuple[float, float, float]:
    """P25, median and P75 of values that occur `counts` times each, interpolated as SQL's PERCENTILE_CONT does."""
    order = np.argsort(values)
    values, reached = values[order], np.cumsum(counts[order])
    places = (reached[-1] - 1) * np.array([0.25, 0.5, 0.75])
    below = values[np.searchsorted(reached, np.floor(places), side="right")]
    above = values[np.searchsorted(reached, np.ceil(places), side="right")]
    low, median, high = below + (above - below) * (places - np.floor(places))
    return float(low), float(median), float(high)


def assumed_rates(probabilities: Sequence[float]) -> list[float]:
    """Success rates that the stages' own chances to be won imply: p(stage) / p(next), the last over 1; NaN unknown."""
    chances = np.array(probabilities, dtype=float)
    after = np.append(chances[1:], 1.0)
    return np.minimum(chances / np.where(after > 0, after, np.nan), 1).tolist()


def month_starts(as_of: date) -> list[date]:
    """First days of the running month, of the coming ones, and of "later", which comes last."""
    return [months_later(as_of.replace(day=1), ahead) for ahead in range(MONTHS + 1)]


def limits(as_of: date, *, in_months: bool = False) -> np.ndarray:
    """For each month after the running one, the fewest days (or months) ahead that land in it or later."""
    if in_months:
        return np.arange(1, MONTHS + 1)
    return np.array([(start - as_of).days for start in month_starts(as_of)[1:]])


def month_numbers(remaining: np.ndarray, as_of: date, *, in_months: bool = False) -> np.ndarray:
    """The month each lands in: 0 the running one, `MONTHS` later than all. What is overdue lands in 0."""
    return np.searchsorted(limits(as_of, in_months=in_months), remaining, side="right")


def last_day(month: date) -> date:
    """The last day of the month that begins on the day."""
    return months_later(month, 1) - timedelta(days=1)


def latest_start(month: date, model: Model) -> date:
    """The last day on which a deal can be created and still land in the month."""
    if model.in_months:
        return last_day(months_later(month, -model.whole_lead))
    return last_day(month) - timedelta(days=model.whole_lead)


def simulated(
    model: Model,
    passed: Sequence[Passed | None],
    standing: Sequence[Standing],
    *,
    as_of: date,
    seed: int,
    draws: int = DRAWS,
) -> np.ndarray:
    """Amounts won by month (columns: 0 to `MONTHS`) in each of `draws` possible futures (rows).

    In each future every stage with a history (`passed`; None: taken as certain) gets a success rate from
    Beta(moved on + 1, not + 1) and a lead time about its median, the closer the more deals there are to average over;
    deals are then won or lost one by one at the product of the rates.
    """
    rng = np.random.default_rng(seed)
    rates = np.column_stack([_rates(rng, model.rates[i], known, draws) for i, known in enumerate(passed)])
    leads = np.column_stack(
        [_leads(rng, model.leads[i], known, standing[i].deals, draws) for i, known in enumerate(passed)]
    )
    chances = np.cumprod(rates[:, ::-1], axis=1)[:, ::-1]
    later = np.cumsum(leads[:, ::-1], axis=1)[:, ::-1] - leads
    ahead = limits(as_of, in_months=model.in_months)
    total = np.zeros((draws, MONTHS + 1))
    for i, deals in enumerate(standing):
        if model.in_months:
            landed = _together(deals, ahead, int(model.remaining(i, np.zeros(1))[0]), draws)
        else:
            landed = _by_age(deals, ahead, leads[:, [i]], later[:, [i]])
        count, amount, squares = (np.diff(sums, axis=1, prepend=0) for sums in landed)
        total += _won(rng, count, amount, squares, chances[:, [i]])
    return total


def _rates(rng: np.random.Generator, rate: float, known: Passed | None, draws: int) -> np.ndarray:
    if known is None:
        return np.full(draws, rate)
    return rng.beta(known.advances + 1, known.exits - known.advances + 1, draws)


def _leads(rng: np.random.Generator, lead: float, known: Passed | None, standing: np.ndarray, draws: int) -> np.ndarray:
    """Lead times wander about the median as far as the average of so few deals does: those known, those standing."""
    if known is None or known.quartiles is None or not known.advances:
        return np.full(draws, lead)
    low, median, high = known.quartiles
    few = np.sqrt(1 / known.advances + 1 / max(standing.sum(), 1))
    steps = rng.standard_normal(draws) * min(few, 1.0) / NORMAL_QUARTILE
    return np.maximum(lead + np.where(steps < 0, median - low, high - median) * steps, 0)


def _by_age(deals: Standing, ahead: np.ndarray, lead: np.ndarray, later: np.ndarray) -> list[np.ndarray]:
    """Count, amount and squares of the deals landed before each limit and in all, by future.

    max(lead - age, 0) + later < limit holds for the deals older than lead + later - limit, if later < limit.
    """
    older = np.searchsorted(deals.ages, lead + later - ahead, side="right")
    first = np.column_stack([np.where(later < ahead, older, len(deals.ages)), np.zeros(len(lead), dtype=int)])
    return [np.append(np.cumsum(column[::-1])[::-1], 0)[first] for column in deals.columns]


def _together(deals: Standing, ahead: np.ndarray, remaining: int, draws: int) -> list[np.ndarray]:
    """As `_by_age`, where all deals of the stage land at once."""
    landed = np.append(remaining < ahead, True)
    return [np.tile(landed * column.sum(), (draws, 1)) for column in deals.columns]


def _won(
    rng: np.random.Generator, deals: np.ndarray, amount: np.ndarray, squares: np.ndarray, chance: np.ndarray
) -> np.ndarray:
    """Amounts won when each deal is won by chance: how many by a binomial draw, which ones by the spread of amounts."""
    won = rng.binomial(np.rint(deals).astype(np.int64), chance)
    some = np.maximum(deals, 1)
    mean = amount / some
    variance = np.maximum(squares / some - mean**2, 0)
    spread = np.sqrt(won * (deals - won) / np.maximum(deals - 1, 1) * variance)
    return np.clip(won * mean + spread * rng.standard_normal(won.shape), 0, amount)


def errors(forecast: np.ndarray, actual: np.ndarray) -> tuple[float, float]:
    """WAPE and bias: sum of absolute, and of signed, differences over the sum of what came; NaN without any."""
    known = ~(np.isnan(forecast) | np.isnan(actual))
    difference, whole = (forecast - actual)[known], actual[known].sum()
    if not known.any() or whole <= 0:
        return float("nan"), float("nan")
    return float(np.abs(difference).sum() / whole), float(difference.sum() / whole)
