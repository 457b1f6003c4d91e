"""What holds for any data: parts sum to the whole, and nothing outside a scope is ever counted.

Over a made-up company; the expected numbers are counted row by row, without SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm import schema
from queries import options, row_list
from queries.breakdown import breakdown
from queries.engine import Database, frame_of, reading
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import OPPORTUNITIES, PASSAGES, REACHED, SALES
from queries.semantic.model import Measure
from queries.slices import UNASSIGNED, Slice

#: Where a member's key stands: in the deal's own row, or in another table's.
LOOKED_UP = {
    "region": ("regions", "office_id", "region"),
    "office": ("regions", "office_id", "office_id"),
    "rep": ("reps", "rep_id", "rep_id"),
    "manager": ("reps", "rep_id", "manager_id"),
    "product_category": ("products", "product_id", "category"),
    "channel_kind": ("channels", "channel_id", "kind"),
    "industry": ("accounts", "account_id", "industry"),
    "campaign_kind": ("campaigns", "campaign_id", "kind"),
}
OWN = {"source": "lead_source", "pipeline": "pipeline", "status": "status", "close_reason": "close_reason"}
NAMES = (*LOOKED_UP, *OWN)
COUNTED = (m.opportunity_count, m.won_count, m.open_amount, m.won_amount, m.lost_amount)


@pytest.fixture(scope="module", autouse=True)
def read(demo: Database) -> Iterator[Database]:
    with reading(demo) as database:
        yield database


@pytest.fixture(scope="module")
def deals(read: Database) -> pd.DataFrame:
    """One row per deal with its member of each dimension, looked up in Python."""
    assert read
    table = frame_of(schema.opportunities.select())
    for name, (other, via, key) in LOOKED_UP.items():
        known = frame_of(schema.metadata.tables[other].select()).set_index(via, drop=False)[key]
        table[name] = table[via].map(known.to_dict())
    for name, column in OWN.items():
        table[name] = table[column]
    for name in NAMES:
        table[name] = table[name].astype(object).where(table[name].notna(), UNASSIGNED)
    return table


@st.composite
def restrictions(draw: st.DrawFn, deals: pd.DataFrame, most: int) -> dict[str, list[str]]:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=most, unique=True))
    members = {name: sorted(set(deals[name]) | {UNASSIGNED}) for name in names}
    return {name: draw(st.lists(st.sampled_from(members[name]), min_size=1, max_size=3)) for name in names}


def counted(deals: pd.DataFrame, names: list[str]) -> dict[Any, tuple[float, ...]]:
    """COUNTED in the third quarter of 2026, by members: row by row."""
    found: dict[Any, list[float]] = {}
    for row in deals.to_dict("records"):
        key = tuple(row[name] for name in names)
        created, closed = (_in_quarter(row[column]) for column in ("created_on", "closed_on"))
        won, lost = (row["status"] == status and closed for status in ("won", "lost"))
        amount = round(float(row["amount"]) * 10_000)
        adds = (created, won, (row["status"] == "open") * amount, won * amount, lost * amount)
        if created or won or lost or row["status"] == "open":
            found[key] = [a + b for a, b in zip(found.get(key, [0] * 5), adds, strict=True)]
    return {key: (*v[:2], *(round(a / 10_000, 4) for a in v[2:])) for key, v in found.items()}


def _in_quarter(day: date | None) -> bool:
    return not pd.isna(day) and date(2026, 7, 1) <= pd.Timestamp(day).date() <= date(2026, 8, 27)


@settings(max_examples=30)
@given(data=st.data())
def test_any_scope_and_any_filter_count_their_own_rows_and_no_others(deals, data):
    limits = data.draw(restrictions(deals, 2), label="scope")
    wanted = data.draw(restrictions(deals, 2), label="filters")
    unwanted = data.draw(restrictions(deals, 1), label="exclusions")
    names = data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True), label="by")
    values = {
        name: [*wanted.get(name, []), *(f"!{v}" for v in unwanted.get(name, []))] for name in {*wanted, *unwanted}
    }
    slice_ = Slice()
    for name, some in values.items():
        slice_ = slice_.with_filter(name, some)

    frame = breakdown(*COUNTED, by=[d.DIMENSIONS[n] for n in names], slice_=slice_, scope=Scope.only(**limits))

    kept = deals
    for name, some in [*limits.items(), *wanted.items()]:
        kept = kept[kept[name].isin(some)]
    for name, some in unwanted.items():
        kept = kept[~kept[name].isin(some)]
    answer = {tuple(row[: len(names)]): tuple(row[len(names) :]) for row in _plain(frame, names)}
    assert answer == counted(kept, names)


def _plain(frame: pd.DataFrame, names: list[str]) -> list[list[Any]]:
    return frame[[*names, *(measure.name for measure in COUNTED)]].round(4).to_numpy().tolist()


SINGLE = [dimension for dimension in d.DIMENSIONS.values() if dimension.is_additive]


@pytest.mark.parametrize("fact", [OPPORTUNITIES, REACHED, PASSAGES, SALES], ids=lambda fact: fact.name)
def test_the_members_of_any_dimension_sum_to_the_whole(fact):
    slice_ = Slice(period="2026")
    additive = [x for x in m.MEASURES.values() if isinstance(x, Measure) and x.fact is fact and x.additive]
    dated = [x for x in additive if x.date is not None]
    whole = breakdown(*additive, slice_=slice_, scope=EVERYTHING).iloc[0]
    assert (whole > 0).all()
    for dimension in (x for x in SINGLE if x.fits(fact)):
        measures = dated if dimension.of_date else additive
        parts = breakdown(*measures, by=[dimension], slice_=slice_, scope=EVERYTHING)
        assert parts[dimension.name].is_unique
        for measure in measures:
            assert parts[measure.name].sum() == pytest.approx(whole[measure.name], abs=1e-6), (dimension, measure.name)


def test_a_ratio_of_the_whole_lies_within_those_of_its_parts():
    parts = breakdown(m.win_rate, by=[d.region], slice_=Slice(period="2025"), scope=EVERYTHING, parts=True)
    whole = breakdown(m.win_rate, slice_=Slice(period="2025"), scope=EVERYTHING)["win_rate"].iloc[0]
    assert parts["win_rate"].min() <= whole <= parts["win_rate"].max()
    assert whole == pytest.approx(parts["win_rate_over"].sum() / parts["win_rate_under"].sum())


def test_lists_and_menus_hold_nothing_from_outside_the_scope(deals):
    region = deals["region"].mode()[0]
    scope = Scope.only(region=region)
    own = deals[deals["region"] == region]
    for population in ("opportunity_count", "stock", "reached", "won_amount", "landing"):
        behind = Behind.parse(population)
        assert behind is not None
        listed = row_list.deals_behind(behind, Slice(period="all"), scope=scope, limit=None)
        assert set(listed["opportunity_id"]) <= set(own["opportunity_id"])
    assert set(options.members("region", scope=scope)["key"]) == {region}
    assert set(options.members("rep", scope=scope)["key"]) == set(own["rep"])


def test_a_member_outside_the_scope_is_not_known_to_the_viewer(deals):
    one, other = deals["region"].unique()[:2]
    slice_ = options.understood(Slice().with_filter("region", [one, other]), scope=Scope.only(region=one))
    assert slice_.filters == (("region", (one,)),)
    assert slice_.dropped == (f"region={other}",)
