"""How right the forecasts would have been: said at the start of past quarters, against what came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, func, or_, select

from crm import schema
from queries.breakdown import over_periods
from queries.engine import current, frame_of, question
from queries.forecast import STABLE_QUARTERS as QUARTERS
from queries.funnel_model import errors
from queries.landing import as_of_day
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import measures as m
from queries.slices import Slice
from queries.stage_model import model_of, open_stages, stage_model, unanswered
from queries.stage_sums import column, open_deals

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
    starts = [
        start for start in _quarter_starts(as_of_day(slice_)) if known_from is not None and known_from.date() < start
    ]
    came = _came(starts, plain, scope, pipeline) if starts else {}
    rows = [{"quarter": start, **_said(start, plain, scope), **came[start]} for start in starts]
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


def _came(starts: list[date], slice_: Slice, scope: Scope, pipeline: str) -> dict[date, dict[str, float]]:
    """For each quarter what was won of the deals that existed before it, of those created in it, and a year earlier."""
    quarters = {start: _quarter(start) for start in starts}
    before = {start: _quarter(months_later(start, -12)) for start in starts}
    spans = {f"{span.start}": span for span in (*quarters.values(), *before.values())}
    existed = replace(m.won_amount, name="existed", rows=lambda t: and_(m.won_amount.rows(t), _began_before(t, starts)))
    asked: dict[str, Any] = {"slice_": slice_, "scope": scope, "extra": [("pipeline", pipeline)]}
    won = over_periods(m.won_amount, existed, periods=spans, **asked)
    found = {}
    for start in starts:
        whole, old = (float(won[f"{start}"][name].iloc[0]) for name in ("won_amount", "existed"))
        a_year_ago = float(won[f"{before[start].start}"]["won_amount"].iloc[0])
        found[start] = {"actual": old, "actual_new": whole - old, "naive": a_year_ago or float("nan")}
    return found


def _quarter(start: date) -> Period:
    end = months_later(start, 3) - timedelta(days=1)
    return Period("range", start, end, end)


def _began_before(t: FromClause, starts: list[date]) -> ColumnElement[bool]:
    """Whether a deal was created before the quarter in which it closed."""
    return or_(*(and_(t.c.closed_on >= start, t.c.created_on < start) for start in starts))


def _said(start: date, slice_: Slice, scope: Scope) -> dict[str, float]:
    """What both methods made, the evening before a quarter, of the deals open then that land up to its end."""
    day, end = start - timedelta(days=1), _quarter(start).end
    assert end is not None
    then = replace(slice_, as_of=day)
    model = model_of(stage_model(then, scope=scope))
    steps = list(open_stages(then, scope=scope)["stage"])
    due = replace(m.weighted_pipeline, rows=lambda t: and_(t.c.status == "open", t.c.expected_close_on <= end))
    rows = open_deals([m.open_amount, due], [column("active_days_in_stage")], then, scope=scope)
    weighted = sum(float(expected or 0) for stage, _, _, expected in rows if stage in steps)
    if model is None:
        return {"funnel": float("nan"), "weighted": weighted}
    ahead, landed = (end - day).days, 0.0
    for number, (stage, chance) in enumerate(zip(model.stages, model.products, strict=True)):
        own = [(float(days or 0), float(amount or 0)) for standing, days, amount, _ in rows if standing == stage]
        ages, amounts = np.array(own).reshape(-1, 2).T
        landed += float(amounts[model.remaining(number, ages) <= ahead].sum()) * float(chance)
    return {"funnel": landed, "weighted": weighted}
