"""What the planned period has of sales and deals: sold by month, continued as projected, open, won.

All of it is asked of the CRM tables and kept by data version: changing a plan asks none of it anew. Amounts are in
currency units.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
from sqlalchemy import and_

from planning.projection import projected
from queries.attainment import as_of_day, period_of
from queries.breakdown import breakdown
from queries.engine import current, question
from queries.periods import Period, fiscal_start, months_later
from queries.plans import month_starts
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.facts import OPEN_DEALS
from queries.slices import Slice
from queries.stage_sums import ALL_TIME


def whole_period(slice_: Slice) -> Period:
    """The period that is planned: the slice's, to its end; all time becomes the fiscal year."""
    period = period_of(slice_)
    if period.start is None or period.whole_end is None:
        start = fiscal_start(as_of_day(slice_), 12, current().first_month)
        end = months_later(start, 12)
        return Period("year", start, date.fromordinal(end.toordinal() - 1), date.fromordinal(end.toordinal() - 1))
    return replace(period, end=period.whole_end)


@question
def sold_by_month(slice_: Slice, *, scope: Scope, by: str) -> pd.DataFrame:
    """Sales by member (index) and month (columns: first days as text), from the first month of the data to the present.

    On the slice's basis, within its filters; every month has a column, 0 where nothing was sold.
    """
    plain = replace(slice_, period="all")
    dimensions = [] if not by else [DIMENSIONS[by]]
    found = breakdown(m.sales_amount, by=[*dimensions, d.month], slice_=plain, scope=scope, period=ALL_TIME)
    found = found[found["month"].notna()]
    day = as_of_day(slice_)
    months = pd.to_datetime(found["month"]).dt.date
    first = min(months, default=day)
    columns = month_starts(first, day)
    found = found.assign(month=[one.isoformat() for one in months], member=found[by].astype(str) if by else "")
    wide = found.pivot_table(index="member", columns="month", values="sales_amount", aggfunc="sum", fill_value=0.0)
    return wide.reindex(columns=columns, fill_value=0.0).astype(float)


@question
def continued(slice_: Slice, *, scope: Scope, by: str) -> pd.DataFrame:
    """`sold_by_month` with the present month completed and two fiscal years more, as projected."""
    sold = sold_by_month(slice_, scope=scope, by=by)
    day = as_of_day(slice_)
    last = fiscal_start(day, 12, current().first_month)
    ahead = month_starts(day, date.fromordinal(months_later(last, 36).toordinal() - 1))[1:]
    month_end = months_later(day.replace(day=1), 1)
    elapsed = day.day / (month_end - day.replace(day=1)).days
    made = projected(sold.to_numpy(float), elapsed=elapsed, ahead=len(ahead))
    return pd.DataFrame(made, index=sold.index, columns=[*sold.columns, *ahead])


def landing_by(slice_: Slice, *, scope: Scope, by: str) -> pd.Series:
    """Where each member lands in the slice's whole period: sales so far and the projection of the rest, by key."""
    period = whole_period(slice_)
    assert period.start is not None and period.whole_end is not None
    table = continued(slice_, scope=scope, by=by)
    known = [month for month in month_starts(period.start, period.whole_end) if month in table.columns]
    return table[known].sum(axis=1)


@question
def open_by(slice_: Slice, *, scope: Scope, by: str) -> dict[str, float]:
    """What is open and expected to close in the slice's period, by member; overdue deals count in one that runs."""
    period = whole_period(slice_)
    day = as_of_day(slice_)
    assert period.start is not None and period.whole_end is not None
    since = date.min if period.start <= day <= period.whole_end else period.start
    closing = replace(
        m.open_amount,
        fact=OPEN_DEALS,
        rows=lambda t: and_(t.c.status == "open", t.c.expected_close_on.between(since, period.whole_end)),
    )
    dimension = DIMENSIONS[by] if by else None
    if dimension is not None and not dimension.fits(OPEN_DEALS):
        return {}
    found = breakdown(closing, by=[dimension] if dimension else [], slice_=slice_, scope=scope, period=ALL_TIME)
    if not by:
        return {"": float(found["open_amount"].iloc[0])}
    return dict(zip(found[by].astype(str), found["open_amount"].astype(float), strict=True))


@question
def win_share(slice_: Slice, *, scope: Scope) -> float:
    """The win rate by amount of the last twelve months, without filters but the viewer's; NaN where nothing closed."""
    plain = Slice(period="last12m", as_of=slice_.as_of)
    found = breakdown(m.win_rate_amount, slice_=plain, scope=scope)
    return float(found["win_rate_amount"].iloc[0])


@question
def average_deal(slice_: Slice, *, scope: Scope) -> float:
    """The average amount of a deal won in the last twelve months, within the slice's filters; NaN where none was."""
    plain = replace(slice_, period="last12m")
    found = breakdown(m.won_amount, m.won_count, slice_=plain, scope=scope).iloc[0]
    return float(found["won_amount"] / found["won_count"]) if found["won_count"] else float("nan")
