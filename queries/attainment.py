"""Attainment questions: target against actual for the slice, by its members, over time, and where the gap comes from.

Actuals are credited sales on the slice's basis; targets are those of the versions that hold. A member with either is
there. Where there is no target, `target` and what follows from it is NaN and `attrs["reason"]` says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import and_, select

from crm import schema
from planning.levels import Level
from queries.breakdown import breakdown, over_periods
from queries.engine import current, question, rows_of
from queries.periods import Period, parse_period
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.facts import OPEN_DEALS
from queries.semantic.model import Dimension
from queries.slices import UNASSIGNED, Slice
from queries.stage_sums import ALL_TIME
from queries.targets import NO_LEVEL, TargetSums, labels, spread_of, targets_by

__all__ = ["attainment", "attainment_by", "contribution", "labels", "landing_of", "working_days"]

#: Share of a period before which a pace says nothing.
TOO_EARLY = 0.05
SPANS = ("mtd", "qtd", "ytd")
#: Money by members' keys.
Amounts = Mapping[tuple[str, ...], float]


def period_of(slice_: Slice) -> Period:
    """The slice's period in days."""
    return slice_.resolved(as_of=current().as_of, first_month=current().first_month)


def as_of_day(slice_: Slice) -> date:
    """The day at which the slice looks."""
    return slice_.as_of or current().as_of


@question
def attainment(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row: actual, last_year (same to-date), target, on_track, elapsed, attainment, gap, variance, variance_share,
    pace, landing, growth, days_done and days_left (working days), required_rate and daily_rate (a working day),
    open_amount (expected to close in the period), coverage (that over the gap).

    elapsed is the share of the target that was due by the as-of date; without a target, of the period's days.
    gap = target - actual; variance = actual - on_track; landing = actual / elapsed; pace and landing are NaN in the
    first 5 % of a period and landing is the actual in one that is over. required_rate is 0 once the target is met, also
    in a period that is over. A period that has not begun has last year's whole one beside it, and no growth.
    `attrs`: reason, levels.
    """
    period = period_of(slice_)
    actual, last_year = _actuals(slice_, [], period, scope)
    targets = targets_by(slice_, [], period, scope=scope)
    row = pd.DataFrame(_judged([()], actual, last_year, np.nan, targets, period, slice_))
    done, left = working_days(slice_, period)
    row["days_done"], row["days_left"] = float(done), float(left)
    gap = row["gap"].iloc[0]
    row["required_rate"] = 0.0 if gap <= 0 else gap / left if left else np.nan
    row["daily_rate"] = row["actual"] / done if done else np.nan
    row["open_amount"] = _closing(slice_, period, scope)
    row["coverage"] = row["open_amount"] / row["gap"].where(row["gap"] > 0)
    row.attrs.update(_about(targets))
    return row


@question
def attainment_by(slice_: Slice, *, scope: Scope, by: str) -> pd.DataFrame:
    """One row per member of the dimension: its key, labels and what `attainment` says of it, worst variance first.

    Members are those with sales now or a year before, and those with a target, so that they sum to the whole. Members
    without a target come last, most sold first. With the slice's switch `derived`, where no target is set at
    this level, the target of the level above is shared out by last year's sales, to the cent: `attrs["is_derived"]`.
    `attrs["target"]` is that of the whole, NaN without one, and `attrs["over_assigned"]` the members' targets over it,
    less 1; NaN where either is missing.
    """
    dimension, period = DIMENSIONS[by], period_of(slice_)
    names = labels(by)
    actual, last_year = _actuals(slice_, [dimension], period, scope)
    targets = targets_by(slice_, [by], period, scope=scope)
    whole = targets_by(slice_, [], period, scope=scope)
    is_derived = targets.reason == NO_LEVEL and slice_.option("derived") == "1" and not whole.reason
    if is_derived:
        targets = _derived(slice_, dimension, period, whole, scope)
    keys = sorted({*actual, *last_year, *targets.whole}, key=lambda key: (key[0] == UNASSIGNED, str(key[0])))
    known = {
        by: [key[0] for key in keys],
        **{suffix: [names.get(key[0], {}).get(suffix, key[0]) for key in keys] for suffix in ("label", "label_zh")},
    }
    judged = _judged(keys, actual, last_year, np.nan if period.start is None else 0.0, targets, period, slice_)
    order = np.lexsort((-judged["actual"], judged["variance"], np.isnan(judged["target"])))
    frame = pd.DataFrame({**known, **judged}).take(order).reset_index(drop=True)
    total = whole.whole.get((), np.nan)
    over = sum(targets.whole.values()) / total - 1 if total > 0 and targets.whole and not is_derived else np.nan
    frame.attrs.update(_about(targets), is_derived=is_derived, over_assigned=over, target=total)
    return frame


@dataclass(frozen=True)
class Landing:
    """Where a period stands: `elapsed` as in `attainment`, and what `sold` leads to by its end (NaN too early on)."""

    elapsed: float
    amount: float
    reason: str | None
    levels: dict[int, Level]


def landing_of(slice_: Slice, sold: float, *, scope: Scope) -> Landing:
    """As `attainment` says it, for who knows already what was sold in the slice's period."""
    period = period_of(slice_)
    targets = targets_by(slice_, [], period, scope=scope)
    judged = _judged([()], {(): sold}, {}, np.nan, targets, period, slice_)
    return Landing(float(judged["elapsed"][0]), float(judged["landing"][0]), targets.reason, targets.levels)


def _judged(
    keys: Sequence[tuple[str, ...]],
    actual: Amounts,
    last_year: Amounts,
    nothing: float,
    targets: TargetSums,
    period: Period,
    slice_: Slice,
) -> dict[str, np.ndarray]:
    """Actual, last_year (`nothing` where there is none), the targets, and what follows from them, by the rows' keys."""
    sold, before = _column(keys, actual, 0.0), _column(keys, last_year, nothing)
    target, on_track = _column(keys, targets.whole), _column(keys, targets.on_track)
    due = _over(on_track, target)
    # Where a target is no sum of parts that are all due in turn (corrections below zero), days say how far it is.
    elapsed = np.where((due >= 0) & (due <= 1), due, _elapsed(slice_, period))
    late_enough = elapsed >= TOO_EARLY
    has_begun = period.start is None or period.start <= as_of_day(slice_)
    return {
        "actual": sold,
        "last_year": before,
        "target": target,
        "on_track": on_track,
        "elapsed": elapsed,
        "attainment": _over(sold, target),
        "gap": target - sold,
        "variance": sold - on_track,
        "pace": np.where(late_enough, _over(sold, on_track), np.nan),
        "variance_share": _over(sold - on_track, on_track),
        "landing": np.where(late_enough, _over(sold, elapsed), np.nan),
        "growth": _over(sold, before) - 1 if has_begun else np.full(len(keys), np.nan),
    }


def _column(keys: Sequence[tuple[str, ...]], amounts: Amounts, nothing: float = np.nan) -> np.ndarray:
    return np.array([amounts.get(key, nothing) for key in keys], dtype=float)


def _over(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    """One over the other, where that is above zero."""
    return np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)


def _about(targets: TargetSums) -> dict[str, object]:
    return {"reason": targets.reason, "levels": targets.levels}


def _actuals(
    slice_: Slice, by: Sequence[Dimension], period: Period, scope: Scope
) -> tuple[dict[tuple[str, ...], float], dict[tuple[str, ...], float]]:
    """Sales of the period and of last year's same days, by members' keys."""
    spans = {"now": period, "then": period.last_year()}
    asked = {name: span for name, span in spans.items() if span is not None}
    found = over_periods(m.sales_amount, periods=asked, by=by, slice_=slice_, scope=scope)
    keyed = {
        name: {
            tuple(str(key) for key in keys): float(amount)
            for *keys, amount in frame[[*(one.name for one in by), "sales_amount"]].itertuples(index=False)
        }
        for name, frame in found.items()
    }
    return keyed["now"], keyed.get("then", {})


def _derived(slice_: Slice, dimension: Dimension, period: Period, whole: TargetSums, scope: Scope) -> TargetSums:
    """The target of the level above, shared out by what the members sold in the whole period a year before.

    Cents that are left over go to the largest remainders, so that the members sum to the whole.
    """
    before = replace(period, end=period.whole_end).last_year()
    sold: dict[tuple[str, ...], float] = {}
    if before is not None:
        found = breakdown(m.sales_amount, by=[dimension], slice_=slice_, scope=scope, period=before)
        sold = {(str(key),): max(float(amount), 0.0) for key, amount in found[[dimension.name, "sales_amount"]].values}
    if not sum(sold.values()) or not whole.whole:
        return TargetSums({}, {}, {}, NO_LEVEL)
    weights = np.array(list(sold.values()))
    full, due = (shared(one[()], weights) for one in (whole.whole, whole.on_track))
    return TargetSums(dict(zip(sold, full, strict=True)), dict(zip(sold, due, strict=True)), whole.levels)


def shared(amount: float, weights: np.ndarray) -> list[float]:
    """An amount in shares like the weights, in whole cents that sum to it (largest remainders, the first of equals)."""
    cents = round(amount * 100)
    exact = cents * (weights / weights.sum())
    parts = np.floor(exact)
    most = np.argsort(parts - exact, kind="stable")[: round(cents - parts.sum())]
    parts[most] += 1
    return [float(part) / 100 for part in parts]


def _elapsed(slice_: Slice, period: Period) -> float:
    """The share of the period's days, weighted as the slice says, that has passed at the as-of date."""
    if period.start is None or period.whole_end is None:
        return 1.0
    day = as_of_day(slice_)
    return 0.0 if day < period.start else spread_of(slice_).elapsed(period.start, period.whole_end, day)


@question
def _working_days(first: date, last: date) -> list[date]:
    days = schema.calendar
    made = select(days.c.day).where(days.c.day.between(first, last), days.c.is_working_day.is_(True))
    return [row[0] for row in rows_of(made.order_by(days.c.day))[1]]


def working_days(slice_: Slice, period: Period) -> tuple[int, int]:
    """How many working days of the period have passed at the as-of date, and how many are left."""
    if period.start is None or period.whole_end is None:
        return 0, 0
    days, today = _working_days(period.start, period.whole_end), as_of_day(slice_)
    done = sum(day <= today for day in days)
    return done, len(days) - done


def _closing(slice_: Slice, period: Period, scope: Scope) -> float:
    """What is open and expected to close by the end of the period; NaN for one that is over.

    Overdue deals count in a period that runs; one that has not begun has only what is expected in it.
    """
    first, last = period.start, period.whole_end
    if first is None or last is None or last <= as_of_day(slice_):
        return float("nan")
    since = first if first > as_of_day(slice_) else date.min
    closing = replace(
        m.open_amount,
        fact=OPEN_DEALS,
        rows=lambda t: and_(t.c.status == "open", t.c.expected_close_on.between(since, last)),
    )
    found = breakdown(closing, slice_=slice_, scope=scope, period=ALL_TIME)
    return float(found["open_amount"].iloc[0])


@question
def contribution(slice_: Slice, *, scope: Scope, by: str) -> pd.DataFrame:
    """One row per span (`mtd`, `qtd`, `ytd` at the as-of date) and member: span, key, labels, actual, share.

    Shares are of the members' sum; NaN where that is not above zero. Members in the order of the year's shares.
    """
    dimension, database = DIMENSIONS[by], current()
    spans = {name: parse_period(name, as_of=as_of_day(slice_), first_month=database.first_month) for name in SPANS}
    found = over_periods(m.sales_amount, periods=spans, by=[dimension], slice_=slice_, scope=scope)
    pieces = []
    for name, frame in found.items():
        total = frame["sales_amount"].sum()
        shares = frame["sales_amount"] / total if total > 0 else np.nan
        labelled = frame.rename(
            columns={f"{by}_label": "label", f"{by}_label_zh": "label_zh", "sales_amount": "actual"}
        )
        for column in ("label", "label_zh"):
            labelled[column] = labelled.get(column, labelled[by])
        pieces.append(labelled.assign(span=name, share=shares)[["span", by, "label", "label_zh", "actual", "share"]])
    order = found["ytd"].set_index(by)["sales_amount"].rank(ascending=False, method="first")
    both = pd.concat(pieces, ignore_index=True)
    both["place"] = both[by].map(order)
    both["at"] = both["span"].map({name: at for at, name in enumerate(SPANS)})
    return both.sort_values(["at", "place"], kind="stable", ignore_index=True).drop(columns=["place", "at"])
