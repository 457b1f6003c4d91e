"""Targets of a slice: what the versions in force set for it, by its members, over periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from crm import schema
from planning.book import Book
from planning.curves import Curve, Spread, curve
from planning.levels import Level
from planning.seasonality import month_shares
from planning.tables import KEYS
from queries.breakdown import breakdown
from queries.engine import current, frame_of, question, rows_of
from queries.periods import Period, fiscal_start
from queries.scope import EVERYTHING, Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED, Slice

#: Why there is no target: no version at all in the period, none at this level, or a filter no target is set by.
NO_VERSION, NO_LEVEL, NO_FILTER = "no_version", "no_level", "no_filter"


@dataclass(frozen=True)
class TargetSums:
    """Targets by members' keys: the whole period's, and that of the part until the as-of date.

    `reason` says why there are none; `levels` are those that answered, by version.
    """

    whole: dict[tuple[str, ...], float]
    on_track: dict[tuple[str, ...], float]
    levels: dict[int, Level]
    reason: str | None = None


def targets_by(slice_: Slice, by: Sequence[str], period: Period, *, scope: Scope) -> TargetSums:
    """What the versions that hold set for each combination of members; one without `by`.

    Each row counts with the share of its days that lies in the period, spread as the slice says.
    """
    held = _held(slice_, scope)
    if isinstance(held, str):
        return TargetSums({}, {}, {}, held)
    until = _until(slice_, period)
    book, rows, asked = held
    chosen, levels = book.answering(_in(book, rows, period), {*asked, *by})
    if not levels:
        return TargetSums({}, {}, {}, NO_VERSION)
    if any(name not in KEYS for name in by) or not all(level is not None for level in levels.values()):
        return TargetSums({}, {}, {}, NO_LEVEL)
    chosen = _filtered(book, chosen, slice_, scope)
    spans = [(period.start, period.whole_end), (period.start, until)]
    sums = book.sums(chosen, by, spread_of(slice_), spans)
    named = {tuple(UNASSIGNED if key is None else key for key in member): own for member, own in sums.items()}
    return TargetSums(
        whole={member: own[0] for member, own in named.items()},
        on_track={member: own[1] for member, own in named.items()},
        levels={version: level for version, level in levels.items() if level is not None},
    )


def targets_over(
    slice_: Slice, by: Sequence[str], spans: Sequence[tuple[date, date]], *, scope: Scope
) -> dict[tuple[str, ...], list[float]]:
    """What each combination of members has to reach in each span of days; empty where there is no target."""
    held = _held(slice_, scope)
    if isinstance(held, str) or not spans or any(name not in KEYS for name in by):
        return {}
    book, rows, asked = held
    within = Period("range", min(s for s, _ in spans), max(e for _, e in spans), None)
    chosen, levels = book.answering(_in(book, rows, within), {*asked, *by})
    if not levels or not all(level is not None for level in levels.values()):
        return {}
    sums = book.sums(_filtered(book, chosen, slice_, scope), by, spread_of(slice_), list(spans))
    return {tuple(UNASSIGNED if key is None else key for key in member): own for member, own in sums.items()}


def target_course(slice_: Slice, days: Sequence[date], *, scope: Scope) -> np.ndarray:
    """What is due from the first day to each of the days; NaN where there is no target."""
    held = _held(slice_, scope)
    nothing = np.full(len(days), np.nan)
    if isinstance(held, str):
        return nothing
    book, rows, asked = held
    chosen, levels = book.answering(_in(book, rows, Period("range", days[0], days[-1], days[-1])), asked)
    if not levels or not all(level is not None for level in levels.values()):
        return nothing
    chosen = _filtered(book, chosen, slice_, scope)
    return book.course(chosen, spread_of(slice_), days[0], days) if len(chosen) else nothing


def _held(slice_: Slice, scope: Scope) -> tuple[Book, np.ndarray, set[str]] | str:
    """The rows of the versions that hold, all of them, and the keys that filters and scope ask for; or why not."""
    targets = current().targets
    versions = [] if targets is None else targets.chosen(slice_.option("target"))
    if targets is None or not versions:
        return NO_VERSION
    asked = {name for name, _ in (*slice_.filters, *scope.limits)}
    if not asked <= set(KEYS):
        return NO_FILTER
    book = targets.book(versions)
    return book, np.arange(len(book.starts)), asked


def _in(book: Book, rows: np.ndarray, period: Period) -> np.ndarray:
    return rows if period.start is None else book.within(period.start, period.whole_end or period.end)


def _until(slice_: Slice, period: Period) -> date:
    """The day up to which an on-track target counts: none of a period that has not begun."""
    day = slice_.as_of or current().as_of
    return day if period.whole_end is None else min(day, period.whole_end)


def _filtered(book: Book, rows: np.ndarray, slice_: Slice, scope: Scope) -> np.ndarray:
    for name, values in slice_.filters:
        wanted = [value for value in values if not value.startswith("!")]
        unwanted = [value[1:] for value in values if value.startswith("!")]
        if wanted:
            rows = book.having(rows, name, keys_of(name, wanted))
        if unwanted:
            rows = book.having(rows, name, keys_of(name, unwanted), without=True)
    for name, allowed in scope.limits:
        rows = book.having(rows, name, keys_of(name, sorted(allowed)))
    return rows


def keys_of(name: str, values: Sequence[str]) -> list[str | None]:
    """Members' keys for what an address names them by: key or name, or the one of this and the other of that."""
    keys: list[str | None] = [None if value == UNASSIGNED else value for value in values]
    return keys + [key for key, label in labels(name).items() if label["label"] in values and key not in keys]


@question
def labels(name: str) -> dict[str, dict[str, str]]:
    """Label and Chinese label by key of every member that a dimension's table has."""
    dimension = DIMENSIONS[name]
    if dimension.table is None or dimension.names is None:
        return {}
    key, (plain, zh) = dimension.table.c[dimension.key], dimension.names
    made = select(key, func.min(dimension.table.c[plain]), func.min(dimension.table.c[zh])).group_by(key)
    return {
        str(one): {"label": label or str(one), "label_zh": label_zh or label or str(one)}
        for one, label, label_zh in rows_of(made)[1]
        if one is not None
    }


def spread_of(slice_: Slice) -> Curve:
    """How the days of targets count: by working days, evenly or by season as known then, as the slice says."""
    spread: Spread = slice_.option("spread")  # type: ignore[assignment]
    if spread != "seasonal":
        return _curve(spread, "", None)
    year = fiscal_start(slice_.as_of or current().as_of, 12, current().first_month)
    return _curve(spread, slice_.option("basis"), year)


def working_curve() -> Curve:
    """The curve by working days."""
    return _curve("working", "", None)


@question
def _curve(spread: Spread, basis: str, before: date | None) -> Curve:
    days = schema.calendar
    found = frame_of(select(days.c.day, days.c.is_working_day, days.c.fiscal_month).order_by(days.c.day))
    first = pd.Timestamp(found["day"].iloc[0]).date()
    working = found["is_working_day"].fillna(False).to_numpy(bool)
    shares = None if before is None else season(basis, before)
    return curve(spread, first=first, working=working, months=found["fiscal_month"].to_numpy(int) - 1, shares=shares)


@question
def season(basis: str, before: date) -> Any:
    """The company's shares by fiscal month over its whole years of sales before the one that starts on a day.

    None with fewer than two of them.
    """
    plain = Slice(period="all").with_option("basis", basis)
    found = breakdown(m.sales_amount, by=[d.month], slice_=plain, scope=EVERYTHING)
    database = current()
    amounts: dict[date, np.ndarray] = {}
    for month, amount in zip(pd.to_datetime(found["month"]), found["sales_amount"], strict=True):
        if pd.isna(month):
            continue
        year = fiscal_start(month.date(), 12, database.first_month)
        amounts.setdefault(year, np.zeros(12))[(month.month - database.first_month) % 12] = amount
    begun = pd.to_datetime(found["month"]).min()
    whole = [own for year, own in amounts.items() if begun.date() <= year < before]
    return month_shares(np.array(whole)) if whole else None
