"""What the funnel forecast expects of a deal in each stage: success rate and lead time, and where they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from queries.engine import question
from queries.funnel import stages
from queries.funnel_model import Model, Passed, assumed_rates, quartiles
from queries.scope import Scope
from queries.slices import Slice
from queries.stage_sums import exits_by_days

#: Below this many exits under the filters, a stage borrows rate and lead time from the whole company.
ENOUGH_EXITS = 10
#: A month in days, where typed months stand beside days.
MONTH_DAYS = 365.25 / 12

_STAGE = ["stage", "stage_label", "stage_label_zh", "position"]
_LEARNED = ["success_rate", "success_over", "success_under", "lead_days", "lead_p25", "lead_p75"]
_FLAGS = ["is_borrowed", "is_assumed", "is_typed"]
MODEL_COLUMNS = [*_STAGE, *_LEARNED, "lead_months", *_FLAGS, "product", "later_days"]


def open_stages(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """`stages` without the won one."""
    steps = stages(slice_, scope=scope)
    return steps[~steps["is_won"].fillna(False).astype(bool)].reset_index(drop=True)


def unanswered(columns: list[str], reason: str) -> pd.DataFrame:
    """An empty frame that says why in `attrs["reason"]`."""
    empty = pd.DataFrame(columns=columns)
    empty.attrs["reason"] = reason
    return empty


@question
def stage_model(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per open stage in order: stage, stage_label, stage_label_zh, position, then what is expected of a deal.

    success_rate = success_over (moved on) / success_under (left), of the deals that left the stage in the twelve
    months to the as-of date; lead_days, whole: the median of the active days of those that moved on, with lead_p25
    and lead_p75; product of the success rates from the stage on; later_days, the lead times of the stages after it.
    is_borrowed: taken from the whole company (within the scope), fewer than 10 deals having left under the filters.
    is_assumed: taken from the stage's own probability or typical days, nothing having been recorded.
    is_typed: rates or lead times come from the slice; typed lead_months stand in lead_days by their average length.

    Empty, with `attrs["reason"]`, where there are `no_stages`, `no_rates` or `no_leads` to go by. Typed options that
    do not fit the stages are named in `attrs["ignored"]`.
    """
    steps = open_stages(slice_, scope=scope)
    if steps.empty:
        return unanswered(MODEL_COLUMNS, "no_stages")
    rates, leads = (_typed(slice_, name, len(steps)) for name in ("rates", "leads"))
    model: dict[str, Any] = {name: steps[name].to_numpy() for name in _STAGE}
    model |= _columns([] if rates and leads else _learned(slice_, scope, steps), len(steps))
    if rates:
        model |= {"success_rate": np.array(rates), "success_over": np.nan, "success_under": np.nan}
    if leads:
        days = np.array([round(months * MONTH_DAYS) for months in leads], dtype=float)
        model |= {"lead_months": leads, "lead_days": days, "lead_p25": np.nan, "lead_p75": np.nan}
    model["is_typed"] = bool(rates or leads)
    for column, reason in (("success_rate", "no_rates"), ("lead_days", "no_leads")):
        if np.isnan(model[column]).any():
            return unanswered(MODEL_COLUMNS, reason)
    model["product"] = np.cumprod(model["success_rate"][::-1])[::-1]
    model["later_days"] = np.cumsum(model["lead_days"][::-1])[::-1] - model["lead_days"]
    frame = pd.DataFrame({name: model[name] for name in MODEL_COLUMNS})
    typed = {"rates": rates, "leads": leads}
    frame.attrs["ignored"] = tuple(name for name, read in typed.items() if slice_.option(name) and not read)
    return frame


def _columns(learned: list[dict[str, Any]], count: int) -> dict[str, np.ndarray]:
    """What was learned, column by column; where nothing is to be learned, nothing is known and no flag is set."""
    numbers = {name: np.array([row[name] for row in learned] or [np.nan] * count, dtype=float) for name in _LEARNED}
    flags = {name: np.array([row[name] for row in learned] or [False] * count, dtype=bool) for name in _FLAGS}
    return {**numbers, **flags, "lead_months": np.full(count, np.nan)}


def model_of(stages_: pd.DataFrame) -> Model | None:
    """The answer of `stage_model` as the arithmetic takes it; None where there is none."""
    if stages_.empty:
        return None
    in_months = bool(stages_["lead_months"].notna().all())
    leads = stages_["lead_months" if in_months else "lead_days"].astype(float)
    return Model(tuple(stages_["stage"]), tuple(stages_["success_rate"].astype(float)), tuple(leads), in_months)


def passed_of(stages_: pd.DataFrame) -> list[Passed | None]:
    """The history behind each stage of `stage_model`; None for what is typed in or assumed."""
    return [
        None
        if np.isnan(row.success_under)
        else Passed(
            int(row.success_under),
            int(row.success_over),
            None if np.isnan(row.lead_p25) else (row.lead_p25, row.lead_days, row.lead_p75),
        )
        for row in stages_.itertuples()
    ]


def _typed(slice_: Slice, name: str, count: int) -> list[float]:
    """The numbers typed in for an option, one per open stage; none where they do not fit."""
    given = [float(number) for number in slice_.option(name).split(",") if number]
    fits = len(given) == count and (name == "leads" or max(given) <= 1)
    return given if fits else []


def _learned(slice_: Slice, scope: Scope, steps: pd.DataFrame) -> list[dict[str, Any]]:
    """One row per stage from the best history there is: under the filters, of the company, of the stage itself."""
    own = whole = _passed(slice_, scope)
    if slice_.filters and any(_is_thin(own.get(stage)) for stage in steps["stage"]):
        whole = _passed(Slice(as_of=slice_.as_of), scope)
    rates = assumed_rates(steps["probability"].astype(float).tolist())
    return [
        _of_stage(own.get(row.stage), whole.get(row.stage), rate, row.typical_days)
        for row, rate in zip(steps.itertuples(), rates, strict=True)
    ]


def _is_thin(passed: Passed | None) -> bool:
    return passed is None or passed.exits < ENOUGH_EXITS or passed.quartiles is None


def _of_stage(own: Passed | None, whole: Passed | None, rate: float, typical_days: float | None) -> dict[str, Any]:
    """Rate and lead time, each from the first history that has it."""
    used = whole if own is None or own.exits < ENOUGH_EXITS else own
    timed = used if used is None or used.quartiles is not None else whole
    typical = np.nan if typical_days is None else float(typical_days)
    low, median, high = timed.quartiles if timed is not None and timed.quartiles else (np.nan, typical, np.nan)
    return {
        "success_rate": used.advances / used.exits if used else rate,
        "success_over": used.advances if used else np.nan,
        "success_under": used.exits if used else np.nan,
        "lead_days": np.floor(median + 0.5),
        "lead_p25": low,
        "lead_p75": high,
        "is_borrowed": used is not None and (used != own or timed != own),
        "is_assumed": used is None or np.isnan(low),
        "is_typed": False,
    }


def _passed(slice_: Slice, scope: Scope) -> dict[str, Passed]:
    """What is known of the deals that left each stage in the last twelve months."""
    passed = {}
    for stage, left in exits_by_days(slice_, scope=scope).items():
        moved_on = (left.advances > 0) & ~np.isnan(left.days)
        spread = quartiles(left.days[moved_on], left.advances[moved_on]) if moved_on.any() else None
        if left.exits.any():
            passed[stage] = Passed(int(left.exits.sum()), int(left.advances.sum()), spread)
    return passed
