"""What holds for any sales and targets: members sum to their parent in every order of drilling, in every question."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.attainment import attainment, attainment_by, shared
from queries.course import course
from queries.engine import Database, reading
from queries.heat import heat
from queries.scope import EVERYTHING, Scope
from queries.slices import UNASSIGNED, Slice
from tests.queries.conftest import Lender
from tests.queries.planned import CHANNELS, PRODUCTS, sale
from tests.rows import AS_OF, due, with_targets

DIMENSIONS = ("region", "rep", "product", "channel")
ORDERS = list(itertools.permutations(DIMENSIONS))
OFFICES = {"East": "sh", "North": "bj", None: None}
MEMBERS: dict[str, list[str | None]] = {
    "region": ["East", "North", None],
    "rep": ["r1", "r2", None],
    "product": ["p1", "p2", None],
    "channel": ["c1", "c2", None],
}
PERIODS = ["qtd", "ytd", "2026-08", "2026-09", "2025", "2026-07-15..2026-08-20", "all"]
SPANS = [
    (date(2026, 1, 1), date(2026, 12, 31)),
    (date(2026, 7, 1), date(2026, 9, 30)),
    (date(2026, 8, 1), date(2026, 8, 31)),
    (date(2026, 8, 10), date(2026, 10, 3)),
]
CENTS = st.integers(-50_000, 500_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def sales(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to forty lines, unassigned and returned ones among them, some from a year before."""
    days = st.integers(0, 600).map(lambda n: AS_OF - timedelta(days=n))
    keys = st.fixed_dictionaries({name: st.sampled_from(members) for name, members in MEMBERS.items()})
    lines = draw(st.lists(st.tuples(days, CENTS, keys), min_size=5, max_size=40))
    return [
        sale(
            str(n), day, amount,
            office_id=OFFICES[of["region"]], rep_id=of["rep"], product_id=of["product"], channel_id=of["channel"],
        )
        for n, (day, amount, of) in enumerate(lines)
    ]  # fmt: skip


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, list[dict[str, Any]]]:
    """Targets crossed by all four dimensions, zero and negative ones among them; often one of the company besides."""
    keys = st.fixed_dictionaries(
        {name: st.sampled_from([one for one in members if one]) for name, members in MEMBERS.items()}
    )
    cells = draw(st.lists(st.tuples(st.sampled_from(SPANS), CENTS, keys), min_size=1, max_size=25))
    rows = [due(*span, amount, **of) for span, amount, of in cells]
    company = draw(st.none() | st.integers(1, 9_000))
    return 2026, rows + ([] if company is None else [due(*SPANS[0], company)])


@contextmanager
def company(lender: Lender, data: st.DataObject) -> Iterator[Database]:
    """A generated company with targets, being read."""
    lines, plan = data.draw(sales(), label="sales"), data.draw(plans(), label="targets")
    with lender.lending() as make:
        database = make(sales=lines, products=PRODUCTS, channels=CHANNELS)
        with reading(with_targets(database, plan)) as read:
            yield read


def drawn_slice(data: st.DataObject, periods: list[str]) -> Slice:
    spread = data.draw(st.sampled_from(["working", "linear", "seasonal"]), label="spread")
    return Slice(period=data.draw(st.sampled_from(periods), label="period")).with_option("spread", spread)


def check(parent: pd.Series, children: pd.DataFrame, over_assigned: float) -> None:
    """Children sum to their parent; where a member has no target, its sales are what it adds to gap and variance."""

    def sums_to(column: pd.Series, whole: float) -> None:
        assert column.sum() == pytest.approx(whole, abs=1e-6), column.name

    sums_to(children["actual"], parent["actual"])
    sums_to(children["last_year"].fillna(0), 0 if pd.isna(parent["last_year"]) else parent["last_year"])
    if pd.isna(parent["target"]):
        assert children["target"].isna().all() and children["on_track"].isna().all()
        return
    factor = 1.0 if pd.isna(over_assigned) else 1 + over_assigned
    sums_to(children["target"], parent["target"] * factor)
    if abs(factor - 1) < 1e-12:
        sums_to(children["on_track"], parent["on_track"])
        sums_to(children["gap"].fillna(-children["actual"]), parent["gap"])
        sums_to(children["variance"].fillna(children["actual"]), parent["variance"])


@settings(max_examples=25)
@given(data=st.data())
def test_every_level_sums_to_its_parent_in_all_24_orders(lender: Lender, data: st.DataObject) -> None:
    path = {name: data.draw(st.sampled_from(members), label=name) or UNASSIGNED for name, members in MEMBERS.items()}
    slice_ = drawn_slice(data, PERIODS)
    done: set[tuple[Slice, str]] = set()  # orders share steps: 32 of the 96 differ
    with company(lender, data):
        for order in ORDERS:
            here = slice_
            for depth, by in enumerate(order):
                inner = here.with_filter(by, [path[by]])
                if (here, by) in done:
                    here = inner
                    continue
                done.add((here, by))
                parent = attainment(here, scope=EVERYTHING).iloc[0]
                children = attainment_by(here, scope=EVERYTHING, by=by)
                over = children.attrs["over_assigned"]
                assert depth == 0 or pd.isna(over) or over == pytest.approx(0, abs=1e-9)
                check(parent, children, over)
                inside = attainment(inner, scope=EVERYTHING).iloc[0]
                own = children.set_index(by)
                if path[by] in own.index:
                    for column in ("actual", "last_year", "target", "on_track", "gap", "variance", "landing"):
                        expected = own.loc[path[by], column]
                        assert inside[column] == pytest.approx(expected, abs=1e-6, nan_ok=True), column
                here = inner
    assert len(done) == 32


@settings(max_examples=12)
@given(data=st.data())
def test_a_scope_sees_what_a_filter_shows_and_no_more(lender: Lender, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(DIMENSIONS), min_size=1, max_size=2, unique=True), label="scope")
    limits = {name: data.draw(st.sampled_from(MEMBERS[name]), label=name) or UNASSIGNED for name in names}
    slice_ = drawn_slice(data, PERIODS)
    filtered = slice_
    for name, key in limits.items():
        filtered = filtered.with_filter(name, [key])
    scope = Scope.only(**limits)
    with company(lender, data):
        for asked in (slice_, filtered):
            pd.testing.assert_frame_equal(attainment(asked, scope=scope), attainment(filtered, scope=EVERYTHING))
            for by in DIMENSIONS:
                seen = attainment_by(asked, scope=scope, by=by)
                pd.testing.assert_frame_equal(seen, attainment_by(filtered, scope=EVERYTHING, by=by))
                assert by not in limits or set(seen[by]) <= {limits[by]}
            crossed = heat(asked, scope=scope, by="region", columns="month")
            pd.testing.assert_frame_equal(crossed, heat(filtered, scope=EVERYTHING, by="region", columns="month"))
            if slice_.period != "all":
                days = course(asked, scope=scope).days
                pd.testing.assert_frame_equal(days, course(filtered, scope=EVERYTHING).days)


@settings(max_examples=25)
@given(data=st.data())
def test_members_months_and_days_say_the_same(lender: Lender, data: st.DataObject) -> None:
    """The year to date as a number, as a table of months and as a course of days."""
    slice_ = drawn_slice(data, ["ytd"])
    by = data.draw(st.sampled_from(DIMENSIONS), label="by")
    with company(lender, data):
        row = attainment(slice_, scope=EVERYTHING).iloc[0]
        members = attainment_by(slice_, scope=EVERYTHING, by=by).set_index(by)
        months = heat(slice_, scope=EVERYTHING, by=by, columns="month").groupby("row")[["actual", "target"]]
        today = course(slice_, scope=EVERYTHING).days.set_index("day").loc[AS_OF]
    assert today["actual"] == pytest.approx(row["actual"], abs=1e-6)
    assert today["on_track"] == pytest.approx(row["on_track"], abs=1e-6)
    for key, sums in months.sum().iterrows():
        assert sums["actual"] == pytest.approx(members.loc[key, "actual"], abs=1e-6)
        assert sums["target"] == pytest.approx(np.nan_to_num(members.loc[key, "on_track"]), abs=1e-6)


@given(
    cents=st.integers(-(10**11), 10**11),
    weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any),
)
def test_shares_sum_to_the_cent_and_none_is_off_by_one(cents: int, weights: list[int]) -> None:
    parts = shared(cents / 100, np.array(weights, dtype=float))
    assert sum(Decimal(str(part)) for part in parts) == Decimal(cents) / 100
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(cents) / 100 * weight / sum(weights)
        assert abs(Decimal(str(part)) - exact) < Decimal("0.0101")
