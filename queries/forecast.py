"""Forecast questions: when the open deals land and what they are worth by then.

A deal lands once the lead times of its stage and of those after it have passed, its active days in the stage taken
off, with its amount times the success rates from its stage on; see `stage_model` for where those come from. A deal
that should have landed already lands in what is left of the running month. With lead times typed in as months it
lands so many calendar months on, whatever its age.

All questions are about the pipeline that the funnel shows and the deals standing in one of its open stages. Where one
cannot be answered its frame is empty and `attrs["reason"]` says why, as in `stage_model`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from queries.breakdown import breakdown
from queries.engine import current, question
from queries.funnel_model import (
    AT_LEAST,
    HIGH,
    LOW,
    MONTHS,
    last_day,
    latest_start,
    month_numbers,
    month_starts,
    simulated,
)
from queries.landing import OVERDUE, UNDATED, as_of_day, deals_landing, landings
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.slices import Slice
from queries.stage_model import model_of, open_stages, passed_of, stage_model, unanswered
from queries.stage_sums import NOTHING, column, open_by_age, open_deals

__all__ = [
    "deals_landing",
    "forecast_totals",
    "funnel_forecast",
    "pipeline_hint",
    "stage_model",
    "weighted_forecast",
    "won_by_month",
]

#: Over how many past quarters a stable pipeline is measured, and for how many coming months.
STABLE_QUARTERS, STABLE_MONTHS = 4, 6

_STAGE = ["stage", "stage_label", "stage_label_zh", "position"]
_SUMS = ["deals", "amount", "open_amount"]
_BARS = ["month", "landing", *_STAGE, *_SUMS]


@question
def funnel_forecast(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per month and open stage, every month with every stage, in order; later stages after earlier ones.

    month (its first day), landing (what `deals_landing` calls it: the month in ISO form, or `later` for all that
    lands after twelve months), stage, stage_label, stage_label_zh, position, deals, amount (expected), open_amount.
    The running month comes first; at least five more follow. `attrs["left_out"]`: count and amount of the open deals
    that stand in no open stage of the pipeline.
    """
    stages_ = stage_model(slice_, scope=scope)
    model = model_of(stages_)
    if model is None:
        return unanswered(_BARS, stages_.attrs["reason"])
    standing, day = open_by_age(slice_, scope=scope), as_of_day(slice_)
    sums = np.zeros((MONTHS + 1, len(model.stages), len(_SUMS)))
    for number, (stage, chance) in enumerate(zip(model.stages, model.products, strict=True)):
        own = standing.get(stage)
        if own is not None:
            landing = month_numbers(model.remaining(number, own.ages), day, in_months=model.in_months)
            added = np.column_stack([own.deals, own.amount * float(chance), own.amount])
            np.add.at(sums[:, number], landing, added)
    last = max(np.flatnonzero(sums.any(axis=(1, 2))), default=0)
    answer = _bars(sums, stages_, landings(day), range(max(AT_LEAST, last) + 1))
    left_out = [own for stage, own in standing.items() if stage not in model.stages]
    answer.attrs["left_out"] = (
        int(sum(own.deals.sum() for own in left_out)),
        float(sum(own.amount.sum() for own in left_out)),
    )
    return answer


@question
def weighted_forecast(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """As `funnel_forecast`, by the deals' own expected close and probability: amount x probability.

    Deals past their expected close come first, at the running month with is_overdue and the landing `overdue`; those
    without one come last, with is_undated, the landing `undated` and no month. Both only where there are any.
    """
    steps = open_stages(slice_, scope=scope)
    columns = [*_BARS, "is_overdue", "is_undated"]
    if steps.empty:
        return unanswered(columns, "no_stages")
    day, order = as_of_day(slice_), {stage: number for number, stage in enumerate(steps["stage"])}
    measures = [m.open_count, m.weighted_pipeline, m.open_amount]
    rows = open_deals(measures, [column("expected_close_on")], slice_, scope=scope)
    rows = [row for row in rows if row[0] in order]
    named = [(OVERDUE, day.replace(day=1)), *landings(day), (UNDATED, None)]
    sums = np.zeros((len(named), len(order), len(_SUMS)))
    landing = _expected_in(np.array([row[1] for row in rows], dtype="datetime64[D]"), day)
    stage = np.array([order[row[0]] for row in rows], dtype=int)
    np.add.at(sums, (landing, stage), np.array([row[2:] for row in rows], dtype=float).reshape(-1, len(_SUMS)))
    used = np.flatnonzero(sums.any(axis=(1, 2))).tolist()
    last = max([AT_LEAST + 1, *(n for n in used if n <= MONTHS + 1)])
    frame = _bars(sums, steps, named, [n for n in range(len(named)) if n in used or 1 <= n <= last])
    return frame.assign(is_overdue=frame["landing"] == OVERDUE, is_undated=frame["landing"] == UNDATED)[columns]


def _expected_in(expected: np.ndarray, day: date) -> np.ndarray:
    """0 for overdue, 1 for the running month, and so on; the last for none."""
    ahead = (expected - np.datetime64(day, "D")) / np.timedelta64(1, "D")
    landing = np.where(ahead < 0, 0, 1 + month_numbers(ahead, day))
    return np.where(np.isnan(ahead), MONTHS + 2, landing)


def _bars(
    sums: np.ndarray, steps: pd.DataFrame, landings: Sequence[tuple[str, date | None]], shown: Sequence[int]
) -> pd.DataFrame:
    """The sums by landing and stage as rows, zeros where there are none."""
    stages_ = {name: np.tile(steps[name].to_numpy(), len(shown)) for name in _STAGE}
    names, months = zip(*(landings[n] for n in shown), strict=True)
    of_landing = {
        "month": pd.Series(np.repeat(np.array(months, dtype=object), len(steps)), dtype=object),
        "landing": np.repeat(names, len(steps)),
    }
    flat = sums[list(shown)].reshape(-1, len(_SUMS)).round(6)
    return pd.DataFrame({**of_landing, **stages_, **dict(zip(_SUMS, flat.T, strict=True))})[_BARS]


@question
def forecast_totals(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per month of `funnel_forecast`: month, landing, total, low, high (in 80 % of 1,000 possible futures).

    Each future draws three things. Every stage's success rate, from what its history leaves open: few past deals, wide.
    Its lead time, about the median and as far from it as an average of so few deals strays, given how much past deals
    differed. And the luck of each deal, so that a month that hangs on one big deal is wide. Rates and times that are
    typed in or assumed are taken as certain: then only luck is left. Deals not created yet are in none of it, nor is
    that business may become better or worse than in the last twelve months. Equal views draw equal futures.
    """
    bars = funnel_forecast(slice_, scope=scope)
    if bars.empty:
        return unanswered(["month", "landing", "total", "low", "high"], bars.attrs["reason"])
    totals = bars.groupby(["landing", "month"], sort=False, as_index=False)["amount"].sum()
    stages_ = stage_model(slice_, scope=scope)
    model, standing = model_of(stages_), open_by_age(slice_, scope=scope)
    assert model is not None
    futures = simulated(
        model,
        passed_of(stages_),
        [standing.get(stage, NOTHING) for stage in model.stages],
        as_of=as_of_day(slice_),
        seed=_seed(slice_, scope),
    )
    low, high = np.quantile(futures[:, : len(totals)], [LOW, HIGH], axis=0)
    return totals.rename(columns={"amount": "total"}).assign(low=low, high=high)[
        ["month", "landing", "total", "low", "high"]
    ]


def _seed(slice_: Slice, scope: Scope) -> int:
    limited = [(name, sorted(members)) for name, members in scope.limits]
    return zlib.crc32(f"{slice_.asked().to_query()} {limited} {as_of_day(slice_)}".encode())


@question
def won_by_month(slice_: Slice, *, scope: Scope, months: int = 12) -> pd.DataFrame:
    """One row per month, oldest first: month, won_amount, is_to_date. `months` whole ones, then the running one."""
    day = as_of_day(slice_)
    starts = [months_later(day.replace(day=1), -back) for back in range(months, -1, -1)]
    won = _won(slice_, scope, starts[0], day, by=[d.month])
    amounts = {
        pd.Timestamp(month).date(): amount for month, amount in zip(won["month"], won["won_amount"], strict=True)
    }
    return pd.DataFrame(
        {
            "month": pd.Series(starts, dtype=object),
            "won_amount": [float(amounts.get(start, 0.0)) for start in starts],
            "is_to_date": [start == starts[-1] and day < last_day(start) for start in starts],
        }
    )


def _won(slice_: Slice, scope: Scope, start: date, end: date, by: Sequence[Any] = ()) -> pd.DataFrame:
    """What deals of the forecast's pipeline won from one day to the other."""
    steps = open_stages(slice_, scope=scope)
    pipeline = [] if steps.empty else [("pipeline", steps["pipeline"].iloc[0])]
    period = Period("range", start, end, end)
    return breakdown(m.won_amount, by=by, slice_=slice_, scope=scope, period=period, extra=pipeline)


@question
def pipeline_hint(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per each of the next six whole months: does what is in the funnel keep up with what used to be won?

    month; average, won a month over the last four whole fiscal quarters; forecast, as in `funnel_forecast`;
    shortfall = max(average - forecast, 0); needed, the amount of new deals that would fill it: shortfall over
    the chance of a new deal (NaN where that is nil); must_start_by, the last day on which a deal can be created and
    still land in the month by the lead times; is_too_late where that day has passed. Empty where the model is, and,
    as `no_average`, where a quarter of the four won nothing: there is no usual month yet.
    """
    columns = ["month", "average", "forecast", "shortfall", "needed", "must_start_by", "is_too_late"]
    bars = funnel_forecast(slice_, scope=scope)
    model = model_of(stage_model(slice_, scope=scope))
    if model is None:
        return unanswered(columns, bars.attrs["reason"])
    day = as_of_day(slice_)
    this_quarter = fiscal_start(day + timedelta(days=1), 3, current().first_month)
    start, end = months_later(this_quarter, -3 * STABLE_QUARTERS), this_quarter - timedelta(days=1)
    won = _won(slice_, scope, start, end, by=[d.quarter])["won_amount"]
    if (won > 0).sum() < STABLE_QUARTERS:
        return unanswered(columns, "no_average")
    average = float(won.sum()) / (3 * STABLE_QUARTERS)
    months = month_starts(day)[1 : STABLE_MONTHS + 1]
    hint = pd.DataFrame({"month": pd.Series(months, dtype=object), "average": average})
    hint["forecast"] = bars.groupby("month")["amount"].sum().reindex(months, fill_value=0.0).to_numpy()
    hint["shortfall"] = (average - hint["forecast"]).clip(lower=0)
    chance = float(model.products[0])
    hint["needed"] = hint["shortfall"] / chance if chance else np.nan
    hint["must_start_by"] = pd.Series([latest_start(month, model) for month in months], dtype=object)
    hint["is_too_late"] = hint["must_start_by"] < day
    return hint[columns]
