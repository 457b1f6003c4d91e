"""Overview questions: the course of the year, who is ahead, and the deals that decide the quarter."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import and_, case, func, or_

from queries.breakdown import beside, over_periods
from queries.engine import current, frame_of, question
from queries.funnel import LATE_INDEX, age_index, stage_age_limits
from queries.headline import period_of
from queries.paging import page_of
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import OPPORTUNITIES
from queries.slices import Slice
from queries.source import Source, conditions


@question
def won_by_month(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per month of the fiscal year to date: month, won_amount, last_year (the whole month a year earlier)."""
    database = current()
    as_of = slice_.as_of or database.as_of
    start = fiscal_start(as_of, 12, database.first_month)
    months = [month for month in (months_later(start, step) for step in range(12)) if month <= as_of]
    table = pd.DataFrame({"month": pd.Series(months, dtype=object)})
    end_of_month = months_later(months[-1], 1) - timedelta(days=1)
    spans = {
        "won_amount": Period("range", start, as_of, as_of),
        "last_year": Period("range", months_later(start, -12), last := months_later(end_of_month, -12), last),
    }
    found = over_periods(m.won_amount, periods=spans, by=[d.month], slice_=slice_, scope=scope)
    for column, back in (("won_amount", 0), ("last_year", 12)):
        by_month = dict(zip(pd.to_datetime(found[column]["month"]).dt.date, found[column]["won_amount"], strict=True))
        table[column] = [by_month.get(months_later(month, -back), 0.0) for month in months]
    return table


@question
def won_by_member(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per member of the slice's `by`, most won first: labels, won_amount, last_year (same to-date)."""
    by, period = d.DIMENSIONS[slice_.by], period_of(slice_)
    spans = {name: span for name, span in (("now", period), ("then", period.last_year())) if span is not None}
    found = over_periods(m.won_amount, periods=spans, by=[by], slice_=slice_, scope=scope)
    if "then" not in found:
        now = found["now"].assign(last_year=float("nan"))
    else:
        now = beside(found["now"], found["then"].rename(columns={"won_amount": "last_year"}), on=[by.name])
        now[["won_amount", "last_year"]] = now[["won_amount", "last_year"]].fillna(0.0)
    return now.sort_values("won_amount", ascending=False, kind="stable", ignore_index=True)


@question
def deciding_deals(slice_: Slice, *, scope: Scope, count: int = 6, until: date | None = None) -> pd.DataFrame:
    """One row per open deal expected by a day, those with a warning first, then the largest.

    Without a day by the end of the running quarter.

    Columns: opportunity_id, name, name_zh, account, account_zh, rep, rep_zh, stage, stage_zh, amount, age_index,
    expected_close_on, push_count, is_overdue.
    """
    database = current()
    as_of = slice_.as_of or database.as_of
    last = until or months_later(fiscal_start(as_of, 3, database.first_month), 3) - timedelta(days=1)
    source = Source.of(OPPORTUNITIES, slice_)
    t, looked_up = source.table, (d.account, d.rep, d.stage)
    index = age_index(t, stage_age_limits(slice_, scope=scope))
    warned = case((or_(index > LATE_INDEX, t.c.push_count >= 2, t.c.expected_close_on < as_of), 0), else_=1)
    columns = [t.c.opportunity_id, t.c.name, func.coalesce(t.c.name_zh, t.c.name).label("name_zh")]
    for dimension in looked_up:
        table, (plain, zh) = source.joined(dimension), dimension.names or ("", "")
        columns += [table.c[plain].label(dimension.name)]
        columns += [func.coalesce(table.c[zh], table.c[plain]).label(f"{dimension.name}_zh")]
    columns += [
        t.c.amount,
        index.label("age_index"),
        t.c.expected_close_on,
        t.c.push_count,
        (t.c.expected_close_on < as_of).label("is_overdue"),
    ]
    where = conditions(source, slice_=slice_, scope=scope, period=None)
    due = and_(t.c.status == "open", t.c.expected_close_on <= last)
    made = page_of(
        columns,
        t,
        source.joins(looked_up, names=True),
        where=[*where, due],
        order=[warned, t.c.amount.desc(), t.c.opportunity_id],
        limit=count,
    )
    return frame_of(made)
