"""How right the forecasts would have been: said at the start of past quarters, against what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import and_, func, select

from crm import schema
from queries.balances import open_deals_at
from queries.breakdown import breakdown, statement
from queries.engine import current, frame_of, question
from queries.forecast import ALL_TIME
from queries.forecast import STABLE_QUARTERS as QUARTERS
from queries.funnel_model import errors
from queries.landing import as_of_day, expected_amount, landing_in
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.facts import OPEN_DEALS
from queries.semantic.model import Measure
from queries.slices import Slice
from queries.stage_model import model_of, open_stages, stage_model, unanswered

METHODS = ("funnel", "weighted", "naive")
_COLUMNS = ["quarter", "funnel", "weighted", "actual", "actual_new", "naive"]


@question
def backtest(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per each of the last four whole fiscal quarters that the history covers, oldest first.

    quarter (its first day); funnel and weighted: what each method would have said the evening before of what the
    deals open then bring within the quarter, from the history, passages and stages known then (what was due earlier
    counts as due now, as in the forecast); actual: what the deals that existed then won in the quarter; actual_new:
    what deals created in it won; naive: all that was won in the same quarter a year earlier, NaN where nothing was.

    Rates and lead times typed into the slice are left out: they are of today. Empty, with `attrs["reason"]`, where the
    pipeline has `no_stages` or the load `no_history` before the last quarter's first day.
    """
    steps = open_stages(slice_, scope=scope)
    if steps.empty:
        return unanswered(_COLUMNS, "no_stages")
    plain = slice_.with_option("rates", None).with_option("leads", None)
    pipeline = steps["pipeline"].iloc[0]
    known_from = _recorded_since()
    rows = [
        _quarter(start, plain, scope, pipeline)
        for start in _quarter_starts(as_of_day(slice_))
        if known_from is not None and known_from.date() < start
    ]
    return pd.DataFrame(rows, columns=_COLUMNS) if rows else unanswered(_COLUMNS, "no_history")


def forecast_errors(tested: pd.DataFrame) -> pd.DataFrame:
    """One row per method over the quarters of `backtest`: method, wape, bias, quarters (how many it could be told for).

    WAPE is the sum of the absolute differences over what came, bias that of the signed ones; NaN without any. Funnel
    and weighted are held against what the deals of their day won, naive against all that was won.
    """
    whole = tested["actual"] + tested["actual_new"]
    rows = []
    for method in METHODS:
        said, came = tested[method].to_numpy(float), (whole if method == "naive" else tested["actual"]).to_numpy(float)
        wape, bias = errors(said, came)
        rows.append({"method": method, "wape": wape, "bias": bias, "quarters": int((~np.isnan(said)).sum())})
    return pd.DataFrame(rows)


def _quarter_starts(day: date) -> list[date]:
    """First days of the last whole fiscal quarters, oldest first; a quarter is whole on its last day."""
    after = fiscal_start(day + timedelta(days=1), 3, current().first_month)
    return [months_later(after, -3 * back) for back in range(QUARTERS, 0, -1)]


def _recorded_since() -> datetime | None:
    """When the recorded history begins; None where the load only derived one from creation and close."""
    history = schema.opportunity_history
    first = frame_of(select(func.min(history.c.valid_from).filter(history.c.is_derived.is_not(True)))).iloc[0, 0]
    return None if pd.isna(first) else pd.Timestamp(first).to_pydatetime()


def _quarter(start: date, slice_: Slice, scope: Scope, pipeline: str) -> dict[str, object]:
    """One row of `backtest`."""
    end, year_before = months_later(start, 3) - timedelta(days=1), months_later(start, -12)
    existed = replace(m.won_amount, rows=lambda t: and_(m.won_amount.rows(t), t.c.created_on < start))
    created = replace(m.won_amount, name="new", rows=lambda t: and_(m.won_amount.rows(t), t.c.created_on >= start))
    came = _won([existed, created], slice_, scope, pipeline, Period("range", start, end, end))
    last_day = months_later(year_before, 3) - timedelta(days=1)
    before = _won([m.won_amount], slice_, scope, pipeline, Period("range", year_before, last_day, last_day))
    return {
        "quarter": start,
        **_said(replace(slice_, as_of=start - timedelta(days=1)), scope, end),
        "actual": float(came["won_amount"].iloc[0]),
        "actual_new": float(came["new"].iloc[0]),
        "naive": float(before["won_amount"].iloc[0]) or float("nan"),
    }


def _won(measures: list[Measure], slice_: Slice, scope: Scope, pipeline: str, period: Period) -> pd.DataFrame:
    return breakdown(*measures, slice_=slice_, scope=scope, period=period, extra=[("pipeline", pipeline)])


def _said(then: Slice, scope: Scope, end: date) -> dict[str, float]:
    """What both methods made, at the slice's date, of the deals open then that land up to the end."""
    day = as_of_day(then)
    steps = list(open_stages(then, scope=scope)["stage"])
    model = model_of(stage_model(then, scope=scope))
    expected = replace(
        m.weighted_pipeline,
        name="weighted",
        fact=open_deals_at(day) or OPEN_DEALS,
        rows=lambda t: and_(t.c.stage_id.in_(steps), t.c.expected_close_on <= end),
    )
    measures = [expected]
    if model is not None:
        remaining, weight = landing_in(model), expected_amount(model)
        ahead = (end - day).days
        measures.append(replace(expected, name="funnel", weight=weight, rows=lambda t: remaining(t) <= ahead))
    asked = statement(measures, [], slice_=then, scope=scope, period=ALL_TIME, extra=[("status", "open")])
    said = frame_of(asked).astype(float).fillna(0.0).iloc[0].to_dict()
    return {"funnel": float("nan"), **said}
