"""Win and loss of a real export without competitors, reasons and reviews, from its files to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from crm.load import load
from queries import losses, reviews, rivals, winloss
from queries.engine import Database, reading
from queries.scope import EVERYTHING
from queries.slices import Slice
from queries.warehouse import Warehouse
from settings import Settings

ALL = Slice(period="all")


@pytest.fixture(scope="module")
def dynamics(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("real") / "data")
    load("dynamics", real_data / "dynamics_regional_sales", settings=settings)
    warehouse = Warehouse(settings)
    with reading(warehouse.database()) as database:
        yield database
    warehouse.close()


@pytest.mark.usefixtures("dynamics")
class TestDynamics:
    def test_by_count(self):
        row = winloss.overall(ALL, scope=EVERYTHING).iloc[0]
        assert (row["over"], row["cases"]) == (7_282, 14_667)
        assert round(100 * row["rate"], 2) == 49.65
        assert row["low"] < 0.4965 < row["high"]

    def test_by_amount(self):
        row = winloss.overall(ALL.with_option("rate", "amount"), scope=EVERYTHING).iloc[0]
        assert row["rate"] == pytest.approx(26_435_925 / (26_435_925 + 23_003_910))

    def test_by_region(self):
        found = winloss.rates_by(ALL, scope=EVERYTHING, by="region")
        rates = {row.member.removeprefix("US-"): round(row.rate, 3) for row in found.itertuples()}
        assert rates == {"WEST": 0.652, "NORTHEAST": 0.617, "MIDWEST": 0.512, "SOUTH": 0.393}
        assert found["cases"].sum() == 14_667

    def test_what_is_not_recorded_is_not_nothing(self):
        assert rivals.rivals(ALL, scope=EVERYTHING)["member"].tolist() == ["unknown"]
        assert rivals.lost_to(ALL, scope=EVERYTHING)["lost_to_count"].tolist() == [7_385]
        assert losses.loss_reasons(ALL, scope=EVERYTHING)["close_reason"].tolist() == ["unassigned"]
        assert np.isnan(losses.silence(ALL, scope=EVERYTHING).attrs["median"])
        assert reviews.review_share(ALL, scope=EVERYTHING)["reviewed"].iloc[0] == 0
        row = winloss.overall(ALL, scope=EVERYTHING).iloc[0]
        assert row["reasoned_count"] == row["no_decision_count"] == 0
