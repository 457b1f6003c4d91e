"""What the company set out to sell: quotas by month, for itself, for what is sold where and how, and for its reps.

A year's quota is the bookings of the year before and some growth, spread as the company's bookings are over the months.
Regions together are given a little more than the company, and the reps of a region more than their region: who falls
short is to be made up for by the others. All amounts are whole hundreds; rounding carries what it leaves to the next
amount, so that parts add up to their whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from crm.demo.clock import Clock
from crm.demo.market import CATEGORIES, CHANNEL_KINDS
from crm.demo.people import Staff, offices
from crm.demo.places import REGIONS
from crm.demo.store import numbered, put

_GROWTH = 1.12
# A first quota is set by what the year came to. Later ones were talked up or down while they were made, so that what a
# year came to lies within these shares of its quota.
_FIRST, _BAND = 0.97, (0.93, 1.035)
_REGIONS_OVER, _REPS_OVER = 1.02, (1.040, 1.050)
# How much of a cell's quota follows from its own last year; the rest from its product's and channel's in the region.
_OWN, _FLOOR = 0.25, 0.02
_RAMP_MONTHS = 8
_PRODUCTS = sum(len(some) for *_, some in CATEGORIES)
_NAMES = {
    "region": np.array([*(name for name, *_ in REGIONS), None], dtype=object),
    "kind": np.array([*(name for name, _ in CHANNEL_KINDS), None], dtype=object),
}

_BY_CELL = """
    SELECT datediff('month', $first, sold_on) AS month, region, product_id, kind, CAST(sum(amount) AS DOUBLE) AS amount
    FROM sales JOIN regions USING (office_id) JOIN channels USING (channel_id)
    WHERE basis = 'booking' GROUP BY ALL
"""
_BY_REP = """
    SELECT datediff('month', $first, sold_on) AS month, rep_id, office_id, CAST(sum(amount) AS DOUBLE) AS amount
    FROM sales WHERE basis = 'booking' GROUP BY ALL
"""
_QUOTAS = """
    SELECT key_of('Q', number) AS quota_id, member_of('R', rep) AS rep_id, member_of('O', office) AS office_id, region,
        member_of('P', product) AS product_id, kind AS channel_kind,
        day_of(starts) AS starts_on, day_of(ends) AS ends_on, yuan(hundreds * 10000) AS amount
    FROM made
"""


@dataclass(frozen=True)
class _Months:
    """The months of whole fiscal years, from that in which the books begin to the one after the as-of day."""

    first: np.datetime64
    count: int
    begins: int  # the month in which the books begin
    elapsed: np.ndarray  # how much of each month the books hold, 0 to 1

    @classmethod
    def of(cls, time: Clock, fiscal_year_start: int) -> _Months:
        """The months of a company's clock."""
        day = np.datetime64(int(time.as_of), "D")
        live, present = (one.astype("datetime64[M]") for one in (np.datetime64(int(time.work[time.live]), "D"), day))
        shift = fiscal_year_start - 1
        first, last = (
            (month - shift).astype("datetime64[Y]").astype("datetime64[M]") + shift for month in (live, present)
        )
        count = int((last - first).astype(int)) + 24
        months = first + np.arange(count)
        length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
        gone = (day - months.astype("datetime64[D]")).astype(int) + 1
        return cls(first, count, int((live - first).astype(int)), np.clip(gone / length, 0, 1) * (months >= live))

    @property
    def starts(self) -> np.ndarray:
        """The first day of each month and, after them, of the one that follows."""
        return (self.first + np.arange(self.count + 1)).astype("datetime64[D]").astype(np.int64)


def write_quotas(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    *,
    staff: Staff,
    time: Clock,
    fiscal_year_start: int,
) -> None:
    """Fills `quotas` from the bookings in `sales`, by month from the first one of the books to the next year's end.

    They are set at three levels: the company; region, product and channel kind; rep and office.
    """
    months = _Months.of(time, fiscal_year_start)
    cells = _bookings(connection, months)
    share = _seasons(cells.sum(axis=(1, 2, 3)), months)
    whole, company = _yearly(rng, cells, share, months)
    by_month = np.repeat(company, 12) * np.tile(share, len(company))
    by_month[: months.begins] = 0
    regions = _by_region(rng, whole, by_month)
    parts = [
        _part(by_month[:, None], {}),
        _part(*_by_cell(whole, regions, cells, months)),
        _part(*_by_rep(rng, connection, regions, staff=staff, months=months)),
    ]
    made = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    made = {name: column[made["hundreds"] > 0] for name, column in made.items()}
    starts = months.starts
    columns = {
        **{name: made[name] for name in ("rep", "office", "product", "hundreds")},
        **{name: names[made[name]] for name, names in _NAMES.items()},
        "starts": starts[made["month"]],
        "ends": starts[made["month"] + 1] - 1,
    }
    put(connection, "quotas", numbered(columns, by="starts"), _QUOTAS)


def _bookings(connection: duckdb.DuckDBPyConnection, months: _Months) -> np.ndarray:
    """Bookings by month, region, product and channel kind."""
    found = connection.execute(_BY_CELL, {"first": months.first.astype("datetime64[D]").item()}).fetchnumpy()
    cells = np.zeros((months.count, len(REGIONS), _PRODUCTS, len(CHANNEL_KINDS)))
    place = (
        found["month"],
        _codes(found["region"], "region"),
        _numbers(found["product_id"]),
        _codes(found["kind"], "kind"),
    )
    np.add.at(cells, place, found["amount"])
    return cells


def _codes(names: np.ndarray, of: str) -> np.ndarray:
    known = {name: number for number, name in enumerate(_NAMES[of])}
    return np.array([known[name] for name in names], dtype=np.int64)


def _numbers(keys: np.ndarray) -> np.ndarray:
    """The numbers, from 0, of members with keys such as P007."""
    return np.array([int(key[1:]) - 1 for key in keys], dtype=np.int64)


def _seasons(company: np.ndarray, months: _Months) -> np.ndarray:
    """How a year's bookings are spread over its fiscal months, by the years of which the books hold all."""
    years = company.reshape(-1, 12)
    full = (months.elapsed.reshape(-1, 12) == 1).all(axis=1) & (years.sum(axis=1) > 0)
    shares = years[full] / years[full].sum(axis=1, keepdims=True)
    spread = shares.mean(axis=0) if len(shares) else np.full(12, 1 / 12)
    return 0.95 * spread + 0.05 / 12


def _yearly(
    rng: np.random.Generator, cells: np.ndarray, share: np.ndarray, months: _Months
) -> tuple[np.ndarray, np.ndarray]:
    """By year: what each cell sold in the year that its quota is set by, taken as whole; and the company's quota."""
    known = (months.elapsed.reshape(-1, 12) * share).sum(axis=1)
    booked = cells.reshape(-1, 12, *cells.shape[1:]).sum(axis=1)
    came_to = [booked[0] / max(known[0], 1e-9)]
    quotas = [came_to[0].sum() / _FIRST]
    for year in range(1, len(booked)):
        quota = came_to[-1].sum() * rng.normal(_GROWTH, 0.012)
        if known[year] > 0.25:
            own = booked[year] / known[year]
            quota = np.clip(quota, own.sum() / _BAND[1], own.sum() / _BAND[0])
        else:  # next year, or one that has hardly begun
            own = came_to[-1] * (_GROWTH - 0.02)
        came_to.append(own)
        quotas.append(quota)
    return np.array([came_to[0], *came_to[:-1]]), np.array(quotas)


def _by_region(rng: np.random.Generator, whole: np.ndarray, company: np.ndarray) -> np.ndarray:
    """Quotas of regions by month."""
    before = whole.sum(axis=(2, 3))
    weight = (before + 0.01 * before.sum(axis=1, keepdims=True)) * rng.lognormal(0, 0.03, before.shape)
    share = _shares(weight)
    return _REGIONS_OVER * company[:, None] * np.repeat(share, 12, axis=0)


def _by_cell(
    whole: np.ndarray, regions: np.ndarray, cells: np.ndarray, months: _Months
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Quotas of cells by month, and which cells they are."""
    years, count, products, kinds = whole.shape
    own = _shares(whole.reshape(years, count, -1))
    by_product, by_kind = _shares(whole.sum(axis=3)), _shares(whole.sum(axis=2))
    expected = (by_product[..., :, None] * by_kind[..., None, :]).reshape(years, count, -1)
    share = (1 - _FLOOR) * (_OWN * own + (1 - _OWN) * expected) + _FLOOR / (products * kinds)
    amounts = regions[:, :, None] * np.repeat(share, 12, axis=0)
    known = _foresight(amounts.reshape(len(regions), -1), cells.reshape(len(cells), -1), months)
    amounts = regions[:, :, None] * _shares(amounts * known.reshape(amounts.shape))
    region, product, kind = np.unravel_index(np.arange(count * products * kinds), (count, products, kinds))
    return amounts.reshape(len(regions), -1), {"region": region, "product": product, "kind": kind}


def _by_rep(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    regions: np.ndarray,
    *,
    staff: Staff,
    months: _Months,
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Quotas of reps by month, and which reps in which offices they are, ordered by region."""
    home, _ = offices()
    some = np.flatnonzero(staff.title[staff.assigned] == 2)
    rep, office = staff.assigned[some], staff.assigned_office[some]
    there = _employed(staff, some, months)
    found = connection.execute(_BY_REP, {"first": months.first.astype("datetime64[D]").item()}).fetchnumpy()
    month, seller, amount = found["month"], _numbers(found["rep_id"]), found["amount"]
    usual = _usual(month, _numbers(found["office_id"]), amount, years=months.count // 12)
    # A rep's part of the office's customers is known when the quota is set.
    territory = staff.load[rep] ** 0.9 * rng.lognormal(0, 0.08, len(some))
    since_hired = np.arange(months.count)[:, None] - _month(staff.hired[rep], months)
    ramp = np.clip((since_hired + 1) / (_RAMP_MONTHS + 1), 0.1, 1) ** 1.5
    over = rng.uniform(*_REPS_OVER, len(REGIONS))
    region = home[office]

    def spread(weight: np.ndarray) -> np.ndarray:
        in_region = np.zeros_like(regions)
        np.add.at(in_region.T, region, weight.T)
        return weight * (regions * over / np.maximum(in_region, 1e-9))[:, region]

    amounts = spread(there * usual[:, office] * territory * ramp)
    booked, expected = np.zeros((2, months.count, len(staff.title)))
    np.add.at(booked, (month, seller), amount)
    np.add.at(expected.T, rep, amounts.T)
    amounts = spread(amounts * _foresight(expected, booked, months)[:, rep])
    order = np.argsort(region, kind="stable")
    return amounts[:, order], {"rep": rep[order], "office": office[order]}


def _employed(staff: Staff, some: np.ndarray, months: _Months) -> np.ndarray:
    """By month and assignment whether it holds; who moves within a month has the new office for all of it."""
    first, following = months.starts[:-1, None], months.starts[1:, None]
    since, until, rep = staff.since[some], staff.until[some], staff.assigned[some]
    there = (since < following) & ((until < 0) | (until > first))
    again = np.flatnonzero(rep[1:] == rep[:-1])
    there[:, again] &= ~there[:, again + 1]
    return there


def _usual(month: np.ndarray, office: np.ndarray, amount: np.ndarray, *, years: int) -> np.ndarray:
    """By month and office what a rep there sold in a month of the year before, or in the first year of that one itself.

    The arrays have one entry per month, rep and office.
    """
    sums, rep_months = np.zeros((2, years, len(offices()[0])))
    np.add.at(sums, (month // 12, office), amount)
    np.add.at(rep_months, (month // 12, office), 1)
    usual = sums / np.maximum(rep_months, 1)
    usual += 0.1 * usual.mean(axis=1, keepdims=True) + 1
    return usual[np.repeat([0, *range(years - 1)], 12)]


def _foresight(amounts: np.ndarray, booked: np.ndarray, months: _Months) -> np.ndarray:
    """By month and member what an amount is changed by because people know which deals are coming when it is agreed.

    They know half of what makes a member's year better or worse than the others'.
    """
    elapsed = months.elapsed.reshape(-1, 12)
    expected = (amounts * months.elapsed[:, None]).reshape(*elapsed.shape, -1).sum(axis=1)
    came_to = booked.reshape(*elapsed.shape, -1).sum(axis=1)
    usual = came_to.sum(axis=1, keepdims=True) / np.maximum(expected.sum(axis=1, keepdims=True), 1)
    beside = np.divide(came_to, expected * usual, out=np.ones_like(expected), where=expected * usual > 0)
    known = np.clip(beside, 0.15, 4) ** 0.5
    return np.repeat(np.where(elapsed.sum(axis=1, keepdims=True) > 3, known, 1), 12, axis=0)


def _month(day: np.ndarray, months: _Months) -> np.ndarray:
    """The months that days are in, counted from the first."""
    return (day.astype("datetime64[D]").astype("datetime64[M]") - months.first).astype(int)


def _shares(weight: np.ndarray) -> np.ndarray:
    """Weights as shares of their sum along the last axis."""
    total = weight.sum(axis=-1, keepdims=True)
    return np.divide(weight, total, out=np.full_like(weight, 1 / weight.shape[-1]), where=total > 0)


def _part(amounts: np.ndarray, members: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Amounts by month and member in whole hundreds, one entry each; -1 for what a level is not set for."""
    count, width = amounts.shape
    hundreds = np.diff(np.round(np.cumsum(amounts.ravel()) / 100), prepend=0).astype(np.int64)
    keys = ("region", "product", "kind", "rep", "office")
    codes = {name: np.tile(members.get(name, np.full(width, -1)), count) for name in keys}
    return {"month": np.repeat(np.arange(count), width), "hundreds": hundreds, **codes}
