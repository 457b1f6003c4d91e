"""Rows of targets: exact, told apart by content, the same after writing and reading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import BadRows
from planning.ledger import Ledger
from planning.levels import COMPANY, highest, level_of
from planning.rows import COLUMNS, canonical, content_hash
from planning.tables import KEYS
from tests.planning.conftest import target


def test_amounts_are_ten_thousandths() -> None:
    given_ = [1, 0, -3, Decimal("0.1"), "12.3456", Decimal("95714000"), np.int64(7)]
    kept = canonical([target(amount) for amount in given_])
    assert kept["amount_e4"].tolist() == [10_000, 0, -30_000, 1_000, 123_456, 957_140_000_000, 70_000]
    assert kept["amount_e4"].dtype == np.int64
    whole = pd.DataFrame({"starts_on": ["2026-01-01"], "ends_on": ["2026-01-31"], "amount": [10**13]})
    assert canonical(whole)["amount_e4"].tolist() == [10**17]


@pytest.mark.parametrize("amount", [0.1, 1e3, None, True, Decimal("0.00001"), "many", float("nan"), Decimal("NaN")])
def test_what_is_not_exact_is_refused(amount: object) -> None:
    with pytest.raises(BadRows, match="of target 2 cannot be kept exactly"):
        canonical([target(1), target(amount)])


@pytest.mark.parametrize("amount", [10**14, Decimal("-1e14"), pd.NA])
def test_what_does_not_fit_is_refused(amount: object) -> None:
    with pytest.raises(BadRows, match="fourteen digits"):
        canonical([target(amount)])


def test_a_frame_of_floats_is_refused() -> None:
    frame = pd.DataFrame({"starts_on": ["2026-01-01"], "ends_on": ["2026-01-31"], "amount": [0.5]})
    with pytest.raises(BadRows, match=r"The amount 0\.5 of target 1"):
        canonical(frame)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"amout": 1}, "Targets have no column amout; they have amount, starts_on"),
        ({"starts_on": None}, "Target 1 has no starts_on"),
        ({"starts_on": "soon"}, "starts_on of targets must be dates"),
        ({"ends_on": date(2025, 12, 31)}, r"Target 1 ends before it starts \(2026-01-01\)"),
        ({"rep": 276}, "The rep 276 of a target is no text"),
    ],
)
def test_rows_that_cannot_be_are_refused(row: dict[str, object], says: str) -> None:
    with pytest.raises(BadRows, match=says):
        canonical([{**target(), **row}])


def test_columns_that_are_missing(ledger: Ledger) -> None:
    with pytest.raises(BadRows, match="need the column starts_on"):
        canonical([{"amount": 1}])
    with pytest.raises(BadRows, match="need the column amount"):
        canonical([{"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 1)}])
    assert len(canonical([])) == 0
    made = ledger.draft(2026, [], name="Empty", by="Mei Lan")
    assert ledger.rows(made).empty
    assert ledger.rows([]).empty


def test_keys_that_are_missing_stay_null() -> None:
    kept = canonical([target(region="East"), target(), target(region=None)])  # type: ignore[arg-type]
    assert list(kept.columns) == list(COLUMNS)
    assert kept["region"].isna().tolist() == [False, True, True]
    assert all(isinstance(kept[name].dtype, pd.CategoricalDtype) for name in KEYS)
    assert kept["rep"].isna().all()


def test_what_was_written_is_read(ledger: Ledger) -> None:
    keys = {name: f'{name} "a", b\t北京\\' for name in KEYS}
    given_ = canonical(
        [target("0.0001", **keys), target("-99999999999999.9999", region=""), target(5, region="null", rep="\\N")]
    )
    made = ledger.draft(2026, given_, name="Plan", by="Mei Lan")
    found = ledger.rows([made])
    assert found["version_id"].tolist() == [made] * 3
    assert found["row_number"].tolist() == [1, 2, 3]
    pd.testing.assert_frame_equal(found[list(COLUMNS)], given_)
    assert found["amount_e4"].tolist() == [1, -999_999_999_999_999_999, 50_000]
    assert content_hash(found) == content_hash(given_) == ledger.version(made).content_hash


def test_rows_of_several_versions(ledger: Ledger) -> None:
    first = ledger.draft(2026, [target(1, region="East"), target(2)], name="A", by="Mei Lan")
    other = ledger.draft(2027, [target(3, region="North")], name="B", by="Mei Lan")
    found = ledger.rows([other, first])
    assert list(zip(found["version_id"], found["row_number"], found["amount_e4"], strict=True)) == [
        (first, 1, 10_000), (first, 2, 20_000), (other, 1, 30_000),
    ]  # fmt: skip
    assert list(found["region"].cat.categories) == ["East", "North"]


def test_the_content_decides_the_hash() -> None:
    one, two = target(1, region="East"), target(2, rep="r1")
    same = content_hash(canonical([one, two]))
    assert content_hash(canonical([two, one])) == same
    assert content_hash(canonical([{**one, "amount": "1.0000"}, two])) == same
    others = [
        [one], [one, two, two], [{**one, "amount": 2}, two], [{**one, "region": None}, two],
        [{**one, "region": None, "country": "East"}, two], [{**one, "ends_on": date(2026, 1, 27)}, two],
        [{**one, "region": "null"}, two], [{**one, "region": ""}, two], [],
    ]  # fmt: skip
    found = [content_hash(canonical(rows)) for rows in others]
    assert len({same, *found}) == len(others) + 1


@given(st.lists(st.decimals(-(10**13), 10**13, places=4), max_size=30))
def test_every_amount_of_four_decimals_is_kept(amounts: list[Decimal]) -> None:
    kept = canonical([target(amount) for amount in amounts])["amount_e4"]
    assert [Decimal(int(value)).scaleb(-4) for value in kept] == amounts


def test_levels_are_told_by_the_deepest_keys() -> None:
    assert level_of([]) == COMPANY == ()
    assert level_of(["country", "region"]) == ("region",)
    assert level_of(["country", "region", "office", "manager", "rep"]) == ("rep",)
    assert level_of(["rep", "manager"]) == ("rep",)
    assert level_of(["region", "product", "product_category", "channel_kind"]) == ("region", "product", "channel_kind")


def test_the_total_is_that_of_the_highest_level() -> None:
    assert highest({}) == 0
    assert highest({("rep",): 105, (): 100, ("region", "product"): 102}) == 100
    assert highest({("rep",): 105, ("region", "product"): 102, ("region",): 101}) == 101


def test_levels_of_versions(ledger: Ledger) -> None:
    """Reps with and without an office are one level."""
    made = ledger.draft(
        2026,
        [
            target(100),
            target(60, region="East", country="China"),
            target("42.5", region="North", country="China"),
            target(30, rep="r1", manager="m", office="sh", region="East", country="China"),
            target(40, rep="r2"),
        ],
        name="Plan",
        by="Mei Lan",
    )
    found = {row.level: (row.version_id, row.row_count, row.amount_e4) for row in ledger.levels().itertuples()}
    assert found == {
        (): (made, 1, 1_000_000),
        ("region",): (made, 2, 1_025_000),
        ("rep",): (made, 2, 700_000),
    }
