"""Attainment of a real export, from its files through the loader and the ledger to the answer: to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from pathlib import Path

import pandas as pd
import pytest

from crm.load import load
from planning.intake import take_in
from queries.attainment import attainment, attainment_by
from queries.engine import Database, reading
from queries.scope import EVERYTHING
from queries.slices import Slice
from queries.targets import NO_LEVEL
from queries.warehouse import Warehouse
from settings import Settings

#: Quotas are of people; what was sold online is nobody's.
REPS = "period=all&rep=!unassigned"


@pytest.fixture(scope="module")
def adventureworks(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("real") / "data")
    load("adventureworks", real_data / "adventureworks", settings=settings)
    take_in(settings, url=None, by="command line")
    warehouse = Warehouse(settings)
    with reading(warehouse.database()) as database:
        yield database
    warehouse.close()


def whole(where: str) -> pd.Series:
    return attainment(Slice.from_search(where), scope=EVERYTHING).iloc[0]


def members(by: str, where: str) -> pd.DataFrame:
    return attainment_by(Slice.from_search(where), scope=EVERYTHING, by=by)


@pytest.mark.usefixtures("adventureworks")
class TestAdventureWorks:
    def test_all_quota_periods_of_reps_who_have_one(self):
        row = whole(REPS)
        assert row["target"] == 95_714_000
        assert round(row["actual"], 2) == 80_487_704.18
        assert round(row["gap"], 2) == 15_226_295.82
        assert round(row["attainment"], 4) == 0.8409
        assert row["on_track"] == row["target"], "the last quota ended in May 2014, a month before the last sale"

    @pytest.mark.parametrize("spread", ["working", "linear", "seasonal"])
    def test_whole_quotas_are_exact_by_every_spread(self, spread):
        assert whole(f"{REPS}&spread={spread}")["target"] == 95_714_000

    def test_reps_sum_to_it_and_nobody_has_no_quota(self):
        found = members("rep", "period=all").set_index("rep")
        assert found["target"].sum() == 95_714_000 and found["target"].notna().sum() == 17
        assert isnan(found.loc["unassigned", "target"])
        assert round(found.loc["unassigned", "actual"], 2) == 29_358_677.22
        assert round(found["actual"].sum(), 2) == 109_846_381.40
        assert found["actual"].drop("unassigned").sum() == pytest.approx(80_487_704.18, abs=0.005)
        assert found["gap"].sum() == pytest.approx(15_226_295.82, abs=0.005)

    @pytest.mark.parametrize("by", ["country", "region", "office", "manager", "rep"])
    def test_every_level_above_reps_sums_to_it(self, by):
        found = members(by, REPS)
        assert found["target"].sum() == 95_714_000
        assert round(found["actual"].sum(), 2) == 80_487_704.18
        assert found.attrs["over_assigned"] == 0

    def test_years_sum_to_it_as_quotas_that_cross_their_ends_are_parted(self):
        """Fiscal years as the CRM has them; each quota counts with its days in each."""
        years = [whole(f"period={year}&rep=!unassigned&spread=linear") for year in range(2011, 2015)]
        assert sum(year["target"] for year in years) == pytest.approx(95_714_000, abs=0.001)
        assert sum(year["actual"] for year in years) == pytest.approx(80_487_704.18, abs=0.005)

    def test_products_have_none_but_can_be_given_some(self):
        assert members("product_category", REPS).attrs["reason"] == NO_LEVEL
        where = "period=2014&rep=!unassigned&spread=linear"
        found, target = members("product_category", f"{where}&derived=1"), whole(where)["target"]
        assert found.attrs["is_derived"]
        assert round(found["target"].sum(), 2) == round(target, 2)
