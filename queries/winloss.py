"""Win/loss questions: how often we win, by month and by member, and how sure that is.

Which rate is meant the slice says: `rate` is by count, by amount or by cohort, `nodecision` whether deals that ended in
no decision count as lost. Intervals are Wilson's, of counts alone: an amount is no number of cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from queries.breakdown import breakdown, over_periods
from queries.engine import question
from queries.headline import as_of_day, period_of
from queries.periods import Period, months_later
from queries.proportions import wilson
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import BANDS, DIMENSIONS
from queries.semantic.model import AnyMeasure, Measure, Ratio
from queries.slices import Slice
from queries.stage_sums import ALL_TIME

TREND_MONTHS = 12
#: Share of a cohort that is still open above which its rate is yet to grow.
IMMATURE = 0.10
#: The rate by (`rate`, `nodecision`).
RATES: dict[tuple[str, str], Ratio] = {
    ("count", "in"): m.win_rate,
    ("count", "out"): m.win_rate_contested,
    ("amount", "in"): m.win_rate_amount,
    ("amount", "out"): m.win_rate_amount_contested,
    ("cohort", "in"): m.win_rate_cohort,
    ("cohort", "out"): m.win_rate_cohort_contested,
}


def rate_of(slice_: Slice) -> Ratio:
    """The win rate that the slice asks for."""
    return RATES[slice_.option("rate"), slice_.option("nodecision")]


def counted_rate(slice_: Slice) -> Ratio:
    """The win rate by count, with or without no decision as the slice says: what is asked of competitors."""
    return RATES["count", slice_.option("nodecision")]


def cases_of(rate: Ratio) -> Measure:
    """The deals that a rate is made of: of one by amount, those whose amounts it adds up."""
    counts = {m.decided_amount.name: m.decided_count, m.contested_amount.name: m.contested_count}
    return counts.get(rate.under.name, rate.under)


@question
def overall(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row: rate, over, under, cases, low, high; last_year and last_cases (same to-date), is_recorded, open_share.

    Also of the period, by count: decided_count, no_decision_count, reasoned_count (lost with a reason) and
    terminated_count. `is_recorded` is false where a rate by amount has no amounts to go by; open_share is how much of
    a cohort is still open, 0 of other rates.
    """
    rate, period = rate_of(slice_), period_of(slice_)
    spans = {"now": period, "then": period.last_year()}
    periods = {name: span for name, span in spans.items() if span is not None}
    beside = (m.decided_count, m.no_decision_count, m.reasoned_count, m.terminated_count)
    young = _young(slice_)
    found = over_periods(rate, cases_of(rate), *beside, *young, periods=periods, slice_=slice_, scope=scope)
    row = _judged(found["now"], rate)
    then = _judged(found["then"], rate) if "then" in found else None
    row["last_year"] = np.nan if then is None else then["rate"]
    row["last_cases"] = np.nan if then is None else then["cases"]
    row["is_recorded"] = (row["rate"].notna() | (row["cases"] == 0)).to_numpy()
    for measure in beside:
        row[measure.name] = found["now"][measure.name].to_numpy()
    still_open = found["now"]["undecided_of_created"].to_numpy() if young else 0.0
    row["open_share"] = still_open / row["cases"].where(row["cases"] > 0)
    return row


def _young(slice_: Slice) -> list[Measure]:
    """What tells how young a cohort is; nothing for other rates."""
    return [m.undecided_of_created] if slice_.option("rate") == "cohort" else []


@question
def undated(slice_: Slice, *, scope: Scope) -> float:
    """How many deals were won or lost on a day that nobody recorded: no period but all time holds them."""
    found = breakdown(m.decided_count, by=[d.year], slice_=slice_, scope=scope, period=ALL_TIME)
    return float(found.loc[found["year"].isna(), "decided_count"].sum())


@question
def rate_trend(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per month, the last twelve to the as-of date, oldest first: month (its first day), rate, over, under,
    cases, low, high; last_year and last_cases, of the running month to the same day; is_immature.

    By the month of close, of a cohort by that of creation. A cohort is immature while a tenth of it is open.
    """
    rate, day = rate_of(slice_), as_of_day(slice_)
    starts = [months_later(day.replace(day=1), -back) for back in range(TREND_MONTHS - 1, -1, -1)]
    now = Period("range", starts[0], day, day)
    before = months_later(day, -12)
    then = Period("range", months_later(starts[0], -12), before, before)
    asked: list[AnyMeasure] = [rate, cases_of(rate), *_young(slice_)]
    found = over_periods(*asked, periods={"now": now, "then": then}, by=[d.month], slice_=slice_, scope=scope)
    table = pd.DataFrame({"month": starts})
    for name, shift in (("now", 0), ("then", 12)):
        own = _judged(found[name], rate)
        own["month"] = [months_later(pd.Timestamp(x).date(), shift) for x in found[name]["month"]]
        own["open"] = found[name].get("undecided_of_created", 0.0)
        renamed = {"rate": "last_year", "cases": "last_cases"}
        kept = own if name == "now" else own[["month", *renamed]].rename(columns=renamed)
        table = table.merge(kept, on="month", how="left")
    for name in ("over", "under", "cases", "last_cases", "open"):
        table[name] = table[name].fillna(0.0)
    table["is_immature"] = table["open"] > IMMATURE * table["cases"]
    return table.drop(columns="open")


@question
def rates_by(slice_: Slice, *, scope: Scope, by: str) -> pd.DataFrame:
    """One row per member of a dimension: member, its labels, rate, over, under, cases, low, high.

    Most cases first; bands in their own order. Members without a decided deal are not there.
    """
    rate, dimension = rate_of(slice_), DIMENSIONS[by]
    found = breakdown(rate, cases_of(rate), by=[dimension], slice_=slice_, scope=scope, parts=True)
    table = pd.concat([members_of(found, by), _judged(found, rate)], axis=1)
    table = table[table["cases"] > 0]
    if by not in BANDS:
        table = table.sort_values("cases", ascending=False, kind="stable")
    return table.reset_index(drop=True)


def members_of(found: pd.DataFrame, by: str) -> pd.DataFrame:
    """The member of each row, under names that do not depend on the dimension."""
    own = {"member": found[by].astype(str)}
    for suffix in ("label", "label_zh"):
        own[f"member_{suffix}"] = found.get(f"{by}_{suffix}", found[by])
    return pd.DataFrame(own).reset_index(drop=True)


def _judged(found: pd.DataFrame, rate: Ratio) -> pd.DataFrame:
    """The rate with its parts and its interval, which only counts have."""
    over, under = (found[f"{rate.name}_{part}"].fillna(0.0).to_numpy(float) for part in ("over", "under"))
    table = pd.DataFrame({"rate": found[rate.name].to_numpy(float), "over": over, "under": under})
    table["cases"] = found[cases_of(rate).name].fillna(0.0).to_numpy(float)
    counted = rate.under.aggregate == "count"
    table["low"], table["high"] = bounds(over, under) if counted else (np.nan, np.nan)
    return table


def bounds(over: Sequence[float] | Any, under: Sequence[float] | Any) -> tuple[list[float], list[float]]:
    """Low and high ends of the 95 % Wilson intervals of shares."""
    both = [wilson(a, b) for a, b in zip(over, under, strict=True)]
    return [low for low, _ in both], [high for _, high in both]
