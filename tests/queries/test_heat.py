"""Attainment by two dimensions, or by one and the months, of the tiny company in `tests.queries.planned`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

from queries.engine import Database, reading
from queries.heat import heat
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.planned import COMPANY, EAST, NORTH, OF_REPS, PLAN, Q3, R1, sale
from tests.rows import due, with_targets

ONLY_EAST = Scope.only(region="East")


@pytest.fixture(scope="module")
def plain(make_lasting_company: MakeCompany) -> Database:
    return make_lasting_company(**COMPANY)


@pytest.fixture
def read(plain: Database) -> Iterator[Database]:
    with reading(with_targets(plain, PLAN)) as database:
        yield database


def cells(
    by: str, columns: str, where: str = "", scope: Scope = EVERYTHING
) -> dict[tuple[str, str], tuple[float, float | None]]:
    """Actual and target by row and column."""
    found = heat(Slice.from_search(where), scope=scope, by=by, columns=columns)
    return {
        (row.row, row.column): (row.actual, None if pd.isna(row.target) else pytest.approx(row.target))
        for row in found.itertuples()
    }


@pytest.mark.usefixtures("read")
class TestMonths:
    def test_months_of_the_fiscal_year_that_have_begun(self):
        """The quarter's 396 and 330 by working days: July 23, August until now 19 of 66."""
        assert cells("region", "month") == {
            ("East", "2026-07-01"): (300, 396 * 23 / 66), ("East", "2026-08-01"): (60, 396 * 19 / 66),
            ("North", "2026-07-01"): (-20, 330 * 23 / 66), ("North", "2026-08-01"): (90, 330 * 19 / 66),
            ("unassigned", "2026-08-01"): (10, None),
        } | {(name, f"2026-0{n}-01"): (0, 0) for name in ("East", "North") for n in range(1, 7)}  # fmt: skip

    def test_a_month_without_a_target_has_no_attainment(self):
        found = heat(Slice(), scope=EVERYTHING, by="region", columns="month").set_index(["row", "column"])
        assert pd.isna(found.loc[("East", "2026-01-01"), "attainment"])
        assert found.loc[("East", "2026-07-01"), "attainment"] == pytest.approx(300 / 138)
        assert pd.isna(found.loc[("unassigned", "2026-08-01"), "attainment"])

    def test_quarters(self):
        found = cells("region", "quarter")
        assert found[("East", "2026-07-01")] == (360, 252)
        assert {column for _, column in found} == {"2026-01-01", "2026-04-01", "2026-07-01"}

    def test_the_running_month_counts_against_what_is_due_by_now(self):
        """19 of August's 21 days; at the end of the month all of it, looked back at from July not a day."""
        assert cells("rep", "month")[("r1", "2026-08-01")] == (60, 5 * 19)
        assert cells("rep", "month", "as_of=2026-08-03")[("r1", "2026-08-01")] == (0, 5)
        assert cells("rep", "month", "as_of=2026-08-31")[("r1", "2026-08-01")] == (60, 5 * 21)
        assert ("r1", "2026-08-01") not in cells("rep", "month", "as_of=2026-07-31")

    def test_a_year_that_is_over_and_one_that_has_not_begun(self):
        assert cells("region", "month", "period=2025")[("North", "2025-08-01")] == (1050, None)
        assert cells("region", "month", "period=2027") == {}

    def test_the_year_of_the_period_s_end(self):
        for where in ("period=2026-07", "period=2026Q1", "period=all"):
            assert cells("region", "month", where) == cells("region", "month")

    def test_months_sum_to_the_year(self):
        found = heat(Slice(), scope=EVERYTHING, by="rep", columns="month")
        assert found["actual"].sum() == 440
        assert found["target"].sum() == pytest.approx(420)


@pytest.mark.usefixtures("read")
class TestTwoDimensions:
    def test_crossed_by_a_level_that_has_both(self):
        """In the whole period, like the bars: not what is due."""
        assert cells("region", "rep") == {
            ("East", "r1"): (360, 330), ("North", "r2"): (70, 198), ("North", "r4"): (0, 132),
            ("unassigned", "unassigned"): (10, None),
        }  # fmt: skip

    def test_crossed_by_one_that_no_target_is_set_for(self):
        found = cells("region", "channel")
        assert found == {
            ("East", "c1"): (360, None), ("North", "c1"): (40, None), ("North", "c2"): (30, None),
            ("unassigned", "unassigned"): (10, None),
        }  # fmt: skip

    def test_members_without_a_key_come_last(self):
        rows = heat(Slice(), scope=EVERYTHING, by="manager", columns="region")
        assert rows["row"].tolist() == ["m", "m", "unassigned", "unassigned"]
        assert rows["column"].tolist() == ["East", "North", "North", "unassigned"]
        assert cells("manager", "region")[("unassigned", "North")] == (0, 132)

    def test_labels_in_both_languages(self):
        found = heat(Slice(), scope=EVERYTHING, by="region", columns="channel").iloc[0]
        assert found[["row_label", "row_label_zh", "column_label", "column_label_zh"]].tolist() == [
            "East", "华东", "House", "自营",
        ]  # fmt: skip


@pytest.mark.usefixtures("read")
class TestWhose:
    @pytest.mark.parametrize("columns", ["month", "quarter", "rep", "channel"])
    def test_a_region_sees_itself_alone(self, columns):
        for by in ("region", "office", "manager"):
            found = heat(Slice(), scope=ONLY_EAST, by=by, columns=columns)
            assert set(found["row"]) == {{"region": "East", "office": "sh", "manager": "m"}[by]}
            assert found["actual"].sum() == 360
            assert found["target"].sum() in (pytest.approx(252), pytest.approx(210), 330, 0)

    def test_not_even_by_asking_for_another(self):
        assert cells("region", "month", "region=North", ONLY_EAST) == {}
        assert cells("region", "rep", "region=!East", ONLY_EAST) == {}

    def test_filters(self):
        assert set(cells("rep", "month", "region=!East")) == {
            *((name, f"2026-0{n}-01") for name in ("r2", "r4") for n in range(1, 9)), ("unassigned", "2026-08-01"),
        }  # fmt: skip
        assert cells("region", "month", "campaign=unassigned")[("East", "2026-07-01")] == (300, None)


class TestVersions:
    def test_the_version_asked_for(self, plain):
        with reading(with_targets(plain, PLAN, (2026, [due(*Q3, 660, **EAST)]), drafts=1)):
            assert cells("region", "month", "target=2")[("East", "2026-07-01")] == (300, 230)
            assert cells("region", "month", "target=2")[("North", "2026-07-01")] == (-20, None)

    def test_fiscal_years_from_april(self, make_company: MakeCompany):
        """April 2025 to March 2026 is a year; quarters begin in April, July, October and January."""
        rows = [due(date(2025, 4, 1), date(2026, 3, 31), 365, **EAST)]
        sales = [sale("a", date(2025, 4, 1), 5), sale("b", date(2026, 3, 31), 7), sale("c", date(2026, 4, 1), 9)]
        with reading(with_targets(make_company(sales=sales, first_month=4), (2026, rows))):
            found: dict[Any, Any] = cells("region", "quarter", "period=2026&spread=linear")
        assert found == {
            ("East", "2025-04-01"): (5, 91), ("East", "2025-07-01"): (0, 92), ("East", "2025-10-01"): (0, 92),
            ("East", "2026-01-01"): (7, 90),
        }  # fmt: skip

    def test_a_rep_who_moved_stands_in_both_regions(self, make_company: MakeCompany):
        july, rest = (date(2026, 7, 1), date(2026, 7, 31)), (date(2026, 8, 1), date(2026, 9, 30))
        rows = [due(*july, 90, **R1), due(*rest, 86, **{**R1, **NORTH, "office": "bj"})]
        with reading(with_targets(make_company(**{**COMPANY, "sales": []}), (2026, rows))):
            assert cells("region", "rep") == {("East", "r1"): (0, 90), ("North", "r1"): (0, 86)}
            assert cells("region", "month")[("North", "2026-08-01")] == (0, 38)

    def test_none_at_all(self, plain, make_company: MakeCompany):
        with reading(plain):
            assert cells("region", "month")[("East", "2026-07-01")] == (300, None)
        with reading(make_company()):
            assert cells("region", "month") == {} and cells("region", "rep") == {}
        with reading(with_targets(make_company(), (2026, OF_REPS))):
            assert cells("rep", "region")[("r4", "North")] == (0, 132)
