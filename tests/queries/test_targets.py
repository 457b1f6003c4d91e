"""Targets of a slice, of the tiny company in `tests.queries.planned`: which rows, which level, which share of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from threading import Thread

import numpy as np
import pytest

from planning.errors import LedgerError
from planning.ledger import Ledger
from queries.attainment import period_of
from queries.engine import Database, current, reading
from queries.ledger_reader import LedgerReader
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from queries.targets import (
    NO_FILTER,
    NO_LEVEL,
    NO_VERSION,
    TargetSums,
    season,
    spread_of,
    target_course,
    targets_by,
    targets_over,
)
from settings import Settings
from tests.queries.conftest import MakeCompany
from tests.queries.planned import COMPANY, EAST, PLAN, Q3, R1, sale
from tests.rows import due, with_targets

JULY, AUGUST = (date(2026, 7, 1), date(2026, 7, 31)), (date(2026, 8, 1), date(2026, 8, 31))


@pytest.fixture(scope="module")
def plain(make_lasting_company: MakeCompany) -> Database:
    return make_lasting_company(**COMPANY)


@pytest.fixture
def read(plain: Database) -> Iterator[Database]:
    with reading(with_targets(plain, PLAN)) as database:
        yield database


def ask(by: Sequence[str] = (), where: str = "", scope: Scope = EVERYTHING) -> TargetSums:
    slice_ = Slice.from_search(where)
    return targets_by(slice_, by, period_of(slice_), scope=scope)


def over(by: Sequence[str], where: str = "", scope: Scope = EVERYTHING) -> dict[tuple[str, ...], list[float]]:
    found = targets_over(Slice.from_search(where), by, [JULY, AUGUST], scope=scope)
    return {member: [round(amount, 6) for amount in own] for member, own in found.items()}


@pytest.mark.usefixtures("read")
class TestLevels:
    def test_the_whole_is_set_for_itself(self):
        assert ask().whole == {(): 660} and ask().levels == {1: ()}
        assert ask().on_track == {(): pytest.approx(420)}

    def test_each_question_goes_to_the_level_that_knows(self):
        assert ask(["region"]).levels == {1: ("region",)}
        assert ask(["office"]).levels == ask([], "manager=m").levels == {1: ("rep",)}
        assert ask(["office"]).whole == {("sh",): 330, ("bj",): 330}
        assert ask(["manager", "region"]).whole == {
            ("m", "East"): 330, ("m", "North"): 198, ("unassigned", "North"): 132
        }  # fmt: skip

    def test_reasons(self, plain):
        assert ask(["product"]).reason == ask([], "channel_kind=Direct").reason == NO_LEVEL
        assert ask(["rep", "product"]).reason == ask(["account"]).reason == ask(["month"]).reason == NO_LEVEL
        assert ask([], "account=x").reason == ask([], "", Scope.only(province="x")).reason == NO_FILTER
        assert ask([], "period=2026Q2").reason == NO_VERSION
        with reading(plain):
            assert ask().reason == NO_VERSION


@pytest.mark.usefixtures("read")
class TestOverSpans:
    def test_each_span_takes_its_share(self):
        assert over(["region"]) == {("East",): [138, 126], ("North",): [115, 105]}
        assert over([]) == {(): [230, 210]}

    def test_nothing_where_there_is_no_target(self, plain):
        assert over(["product"]) == over(["month"]) == over([], "campaign=x") == {}
        assert over(["region"], "region=West") == {}
        assert targets_over(Slice(), [], [], scope=EVERYTHING) == {}
        with reading(plain):
            assert over([]) == {}

    def test_scope(self):
        assert over(["region"], "", Scope.only(region="East")) == {("East",): [138, 126]}
        assert over(["rep"], "region=North", Scope.only(region="East")) == {}


@pytest.mark.usefixtures("read")
class TestCourse:
    def test_day_by_day(self):
        days = [date(2026, 6, 30) + timedelta(days=n) for n in range(5)]
        assert target_course(Slice(), days, scope=EVERYTHING).tolist() == pytest.approx([0, 10, 20, 30, 30])

    def test_nothing_is_due_where_nothing_is_set(self):
        days = [date(2026, 7, 1), date(2026, 7, 2)]
        for where in ("product=p1", "campaign=x", "rep=r3", "region=unassigned"):
            assert np.isnan(target_course(Slice.from_search(where), days, scope=EVERYTHING)).all()


class TestSpread:
    def test_holidays_are_no_working_days(self, make_company: MakeCompany):
        """The first week of July off: three days of 23."""
        company = make_company(**COMPANY)
        off = "UPDATE calendar SET is_working_day = {} WHERE day BETWEEN DATE '2026-07-01' AND DATE '2026-07-05'"
        try:
            with company.engine.begin() as connection:
                connection.exec_driver_sql(off.format("FALSE"))
            with reading(with_targets(company, (2026, [due(*JULY, 20)]))):
                assert ask([], "period=2026-07-01..2026-07-06").whole == {(): pytest.approx(1)}
                assert ask([], "period=2026-07-01..2026-07-05").whole == {(): 0}
                assert ask([], "period=2026-07-01..2026-07-31").whole == {(): 20}
        finally:
            back = "UPDATE calendar SET is_working_day = TRUE WHERE day BETWEEN DATE '2026-07-01' AND DATE '2026-07-03'"
            with company.engine.begin() as connection:
                connection.exec_driver_sql(back)

    def test_a_plan_beyond_the_calendar(self, plain):
        """The calendar ends with 2027: in 2030 a usual day counts like any other."""
        year = (date(2030, 1, 1), date(2030, 12, 31))
        with reading(with_targets(plain, (2030, [due(*year, 365)]))):
            for spread in ("working", "linear", "seasonal"):
                assert ask([], f"period=2030-03&spread={spread}").whole == {(): pytest.approx(31)}
            assert ask([], "period=2030").whole == {(): 365}

    def test_the_season_of_whole_years_alone(self, make_company: MakeCompany):
        """2024 began before the first sale of March; 2025 is whole, 2026 is not over."""
        sales = [sale(str(n), day, 10) for n, day in enumerate(
            [date(2024, 3, 1), date(2025, 1, 1), date(2025, 6, 1), date(2026, 1, 1)])]  # fmt: skip
        with reading(make_company(sales=sales)):
            assert season("booking", date(2026, 1, 1)) is None
            shares = season("booking", date(2027, 1, 1))
            assert shares is not None and shares.tolist() == [0.75, 0, 0, 0, 0, 0.25, *[0] * 6]
            assert season("invoice", date(2027, 1, 1)) is None

    def test_the_season_of_fiscal_years(self, make_company: MakeCompany):
        """From April on: all in April, half in April and half in March."""
        days = [date(2024, 4, 1), date(2025, 4, 1), date(2026, 3, 1)]
        with reading(make_company(sales=[sale(str(n), day, 10) for n, day in enumerate(days)], first_month=4)):
            shares = season("booking", date(2026, 4, 1))
            assert shares is not None and shares.tolist() == [0.75, *[0] * 10, 0.25]
            # 27 August 2026 is in the fiscal year after the two: three quarters of a year are due by the end of April.
            curve = spread_of(Slice.from_search("spread=seasonal"))
            assert curve.elapsed(date(2026, 4, 1), date(2027, 3, 31), date(2026, 4, 30)) == pytest.approx(0.75)


class TestReader:
    def test_a_version_is_read_once_a_change(self, plain):
        database = with_targets(plain, PLAN)
        assert database.targets is not None
        first = database.targets.book([1])
        assert database.targets.book([1]) is first
        assert with_targets(plain, PLAN).targets.book([1]) is not first  # type: ignore[union-attr]

    def test_a_shelf_keeps_few_and_many_may_read(self, plain):
        """Six versions; the oldest set of rows is forgotten, and eight threads get the same one."""
        database = with_targets(plain, *((year, [due(*Q3, year)]) for year in range(2020, 2026)))
        targets = database.targets
        assert targets is not None
        first = targets.book([1])
        for one in range(2, 6):
            targets.book([one])
        assert targets.book([1]) is not first
        found: list[object] = []
        threads = [Thread(target=lambda: found.append(targets.book([6]))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 8 and len({id(one) for one in found}) == 1

    def test_the_versions_in_force(self, plain):
        database = with_targets(plain, (2025, []), PLAN, (2026, []), (2027, []), drafts=1)
        targets = database.targets
        assert targets is not None
        assert targets.in_force == {2025: 1, 2026: 3}
        assert targets.chosen("") == [1, 3] and targets.chosen("2") == [1, 2] and targets.chosen("4") == [1, 3, 4]
        assert targets.chosen("99") == targets.chosen("x") == [1, 3]

    def test_a_reader_sees_what_is_written_and_keeps_it_while_the_ledger_is_away(self, tmp_path, monkeypatch):
        settings = Settings(data_dir=tmp_path)
        ledger, reader = Ledger.open(settings), LedgerReader(settings)
        before = reader.look()
        assert before is not None and before.versions.empty and reader.look() is before
        ledger.draft(2026, [due(*Q3, 1, **R1)], name="Plan", by="Mei Lan")
        after = reader.look()
        assert after is not None and after.revision == reader.revision() == 1 and len(after.versions) == 1

        def away(_: Ledger) -> int:
            raise LedgerError("The application database cannot be opened.")

        monkeypatch.setattr(Ledger, "revision", away)
        assert reader.look() is after and reader.revision() is None
        assert LedgerReader(settings).look() is None
        reader.close()
        ledger.close()


def test_another_version_of_the_targets_is_another_answer(plain):
    """Answers are kept under the revision of the targets as well."""
    before, after = with_targets(plain, PLAN), with_targets(plain, PLAN, (2026, [due(*Q3, 1, **EAST)]))
    assert before.version != after.version and before.data_version == after.data_version == plain.version
    with reading(before):
        assert ask().whole == {(): 660} and current().targets is before.targets
    with reading(after):
        assert ask().whole == {(): 1}
