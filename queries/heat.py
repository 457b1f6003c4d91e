"""Attainment by two dimensions, or by one and the months of the fiscal year."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from queries.attainment import as_of_day, labels, period_of
from queries.breakdown import breakdown
from queries.engine import current, question
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED, Slice
from queries.targets import targets_by, targets_over


@question
def heat(slice_: Slice, *, scope: Scope, by: str, columns: str) -> pd.DataFrame:
    """One row per member of `by` and of `columns` (a dimension, or `month` or `quarter` of the period's fiscal year).

    Both keys with their labels (a date's key is its first day), actual, target, attainment; columns `row`, `row_label`,
    `row_label_zh`, `column`, `column_label`, `column_label_zh`. A running month counts against what is due by now.
    """
    over_time = DIMENSIONS[columns].of_date
    period = _fiscal_year(slice_) if over_time else period_of(slice_)
    asked = [DIMENSIONS[by], DIMENSIONS[columns]]
    found = breakdown(m.sales_amount, by=asked, slice_=slice_, scope=scope, period=period)
    actual: dict[tuple[str, ...], float] = {
        (str(row), pd.Timestamp(column).date().isoformat() if over_time else str(column)): float(amount)
        for row, column, amount in found[[by, columns, "sales_amount"]].itertuples(index=False)
    }
    target = (
        _targets_over_time(slice_, by, columns, period, scope) if over_time else _crossed(slice_, by, columns, scope)
    )
    keys = sorted({*actual, *target}, key=lambda key: [(part == UNASSIGNED, part) for part in key])
    frame = pd.DataFrame(keys, columns=["row", "column"], dtype=object)
    for name, dimension in (("row", by), ("column", columns)):
        known = {} if DIMENSIONS[dimension].of_date else labels(dimension)
        for suffix in ("label", "label_zh"):
            frame[f"{name}_{suffix}"] = [known.get(key, {}).get(suffix, key) for key in frame[name]]
    frame["actual"] = [actual.get(key, 0.0) for key in keys]
    frame["target"] = [target.get(key, np.nan) for key in keys]
    frame["attainment"] = frame["actual"] / frame["target"].where(frame["target"] > 0)
    return frame


def _fiscal_year(slice_: Slice) -> Period:
    """The fiscal year that holds the period's end, up to the as-of date: no day of one that has not begun."""
    period = period_of(slice_)
    day = as_of_day(slice_) if period.end is None else period.end
    start = fiscal_start(day, 12, current().first_month)
    last = months_later(start, 12) - timedelta(days=1)
    return Period("year", start, min(as_of_day(slice_), last), last)


def _crossed(slice_: Slice, by: str, columns: str, scope: Scope) -> dict[tuple[str, ...], float]:
    return targets_by(slice_, [by, columns], period_of(slice_), scope=scope).whole


def _targets_over_time(
    slice_: Slice, by: str, columns: str, period: Period, scope: Scope
) -> dict[tuple[str, ...], float]:
    """Targets by member and month (quarter); what has begun counts up to the as-of date."""
    assert period.start is not None and period.end is not None
    length = {"month": 1, "quarter": 3}[columns]
    starts = [months_later(period.start, n) for n in range(0, 12, length)]
    spans = [
        (one, min(months_later(one, length) - timedelta(days=1), period.end)) for one in starts if one <= period.end
    ]
    found = targets_over(slice_, [by], spans, scope=scope)
    return {
        (member[0], start.isoformat()): amount
        for member, amounts in found.items()
        for (start, _), amount in zip(spans, amounts, strict=True)
    }
