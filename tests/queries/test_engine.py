"""Bad days: one answer for many askers, the last good one while the database is away, the newest once there is one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import create_engine, event, func, select, true
from sqlalchemy.exc import OperationalError

from crm import schema, snapshots
from queries import warehouse as warehouses
from queries.breakdown import breakdown
from queries.cache import ByteCache, measured
from queries.engine import (
    Database,
    NoData,
    TooLarge,
    TooSlow,
    Unreachable,
    current,
    frame_of,
    frames_of,
    question,
    reading,
)
from queries.memory import Allowance
from queries.scope import EVERYTHING, Scope
from queries.semantic import measures as m
from queries.slices import Slice
from queries.warehouse import Warehouse
from settings import Settings
from tests.rows import company, deal, filled


@question
def won(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """What most of these tests ask."""
    return breakdown(m.won_amount, slice_=slice_, scope=scope)


def amount(search: str = "", scope: Scope = EVERYTHING) -> float:
    return float(won(Slice.from_search(search), scope=scope)["won_amount"].iloc[0])


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


@contextmanager
def away(database: Database) -> Iterator[None]:
    """The database does not answer meanwhile."""

    def refuse(*_: Any) -> None:
        raise OperationalError("SELECT", {}, ConnectionError("gone"))

    event.listen(database.engine, "before_cursor_execute", refuse)
    yield
    event.remove(database.engine, "before_cursor_execute", refuse)


class TestCache:
    def test_holds_no_more_bytes_than_it_may(self):
        cache = ByteCache(10_000)
        for number in range(100):
            cache.get_or_make(number, "1", lambda: pd.DataFrame({"x": range(100)}))
        assert 0 < cache.size <= 10_000

    def test_forgets_what_was_not_asked_for_longest(self):
        cache, made = ByteCache(25_000), []
        for key in ("a", "b", "a", "c", "a", "d", "a"):
            cache.get_or_make(key, "1", lambda key=key: made.append(key) or pd.DataFrame({"x": range(100)}))
        assert made.count("a") == 1

    def test_what_is_too_large_is_answered_and_not_kept(self):
        cache = ByteCache(100)
        assert cache.get_or_make("k", "1", lambda: "x" * 1_000) == "x" * 1_000
        assert (cache.size, cache.last_good("k")) == (0, None)

    def test_measures_what_frames_lists_and_objects_hold(self):
        assert measured(pd.DataFrame({"x": ["a" * 1_000] * 10})) > 1_000
        assert measured(["a" * 1_000, {"k": "b" * 1_000}]) > 2_000

    def test_an_older_version_is_no_answer_but_the_last_good_one(self):
        cache = ByteCache(10_000)
        cache.get_or_make("k", "1", lambda: "old")
        with pytest.raises(ZeroDivisionError):
            cache.get_or_make("k", "2", lambda: 1 / 0)
        assert cache.last_good("k") == "old"
        assert cache.get_or_make("k", "2", lambda: "new") == "new" == cache.last_good("k")

    def test_makes_each_thing_once_however_many_ask(self):
        cache, made, started = ByteCache(10_000), [], threading.Barrier(8)

        def make() -> str:
            made.append(1)
            time.sleep(0.05)
            return "answer"

        def ask(_: int) -> str:
            started.wait()
            return cache.get_or_make("k", "1", make)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == ["answer"] * 8
        assert made == [1]

    def test_a_failure_is_not_kept_and_holds_nobody_up(self):
        cache, tries = ByteCache(10_000), []

        def fail_first() -> str:
            tries.append(1)
            if len(tries) == 1:
                raise ValueError("first")
            return "second"

        with pytest.raises(ValueError, match="first"):
            cache.get_or_make("k", "1", fail_first)
        assert cache.get_or_make("k", "1", fail_first) == "second"


class TestQuestions:
    @pytest.fixture
    def database(self) -> Iterator[Database]:
        with reading(company(opportunities=[deal("a", "won", 10), deal("b", "won", 5, office_id="bj")])) as database:
            yield database

    def test_no_database_is_no_data(self):
        with pytest.raises(NoData):
            current()

    def test_an_answer_is_computed_once_a_version(self, database):
        with counted(database) as seen:
            assert [amount(), amount("show=amount"), amount("open=stock")] == [15, 15, 15]
        assert len(seen) == 1
        with reading(replace(database, version="2")), counted(database) as seen:
            assert amount() == 15
        assert len(seen) == 1

    def test_filters_options_and_scope_are_other_questions(self, database):
        with counted(database) as seen:
            assert amount("region=East") == 10
            assert amount("region=North") == 5
            assert amount(scope=Scope.only(region="North")) == 5
            assert amount("basis=invoice") == amount("period=all") == 15
        assert len(seen) == 5

    @pytest.mark.usefixtures("database")
    def test_what_a_reader_does_to_an_answer_stays_with_them(self):
        mine = won(Slice(), scope=EVERYTHING)
        mine["note"] = "mine"
        mine.loc[0, "won_amount"] = -1
        assert won(Slice(), scope=EVERYTHING).to_dict("list") == {"won_amount": [15]}

    def test_the_last_good_answer_stands_in_while_the_database_is_away(self, database, caplog):
        assert amount() == 15
        newer = replace(database, version="2")
        with reading(newer), away(database), caplog.at_level(logging.WARNING):
            assert amount() == 15
            with pytest.raises(Unreachable):
                amount("region=East")
        assert "answered from an earlier time" in caplog.text
        with reading(newer), counted(database) as seen:
            assert (amount(), amount("region=East")) == (15, 10)
        assert len(seen) == 2

    def test_a_question_that_takes_too_long_is_stopped(self, database):
        many, more = (func.range(0, 3_000_000).table_valued("range", name=name) for name in ("many", "more"))
        endless = select(func.sum(many.c.range * more.c.range)).select_from(many.join(more, true()))
        began = time.monotonic()
        with reading(replace(database, limit_seconds=0.2)), pytest.raises(TooSlow, match="took longer"):
            frame_of(endless)
        assert time.monotonic() - began < 5
        assert amount() == 15


class TestMemory:
    """Twenty megabytes, and eight times that for who needs it. The database is there: nobody is told otherwise."""

    @pytest.fixture
    def small(self, tmp_path: Path) -> Iterator[Database]:
        engine = create_engine(
            f"duckdb:///{tmp_path / 'small.duckdb'}", connect_args={"config": {"memory_limit": "20MB"}}
        )
        with reading(Database(engine, "1", date(2026, 8, 27), {}, ByteCache(2**20), allowance=Allowance(20))) as small:
            yield small
        engine.dispose()

    def listed(self, count: int) -> int:
        numbers = func.range(0, count).table_valued("range", name="numbers")
        return int(frame_of(select(func.len(func.list(numbers.c.range))).select_from(numbers)).iloc[0, 0])

    def limit(self, small: Database) -> str:
        with small.engine.connect() as connection:
            return str(connection.exec_driver_sql("SELECT current_setting('memory_limit')").scalar_one())

    def test_a_question_that_needs_more_than_usual_gets_it(self, small: Database):
        usual = self.limit(small)
        with pytest.raises(TooLarge), reading(replace(small, allowance=None)):
            self.listed(2_500_000)
        assert self.listed(2_500_000) == 2_500_000
        assert self.limit(small) == usual

    def test_one_that_needs_too_much_says_so_and_the_next_is_answered(self, small: Database):
        usual = self.limit(small)
        with pytest.raises(TooLarge, match="more memory"):
            self.listed(60_000_000)
        assert self.listed(1_000) == 1_000
        assert self.limit(small) == usual

    def test_who_takes_a_whole_list_has_more_until_it_is_read_or_nobody_wants_it(self, small: Database):
        usual = self.limit(small)
        numbers = func.range(0, 10_000).table_valued("range", name="numbers")
        pieces, others = (frames_of(select(numbers.c.range), size=1_000) for _ in range(2))
        assert len(next(pieces)) == len(next(others)) == 1_000
        assert sum(map(len, pieces)) == 9_000 and self.limit(small) != usual
        others.close()  # type: ignore[attr-defined]
        assert self.limit(small) == usual

    def test_what_others_still_use_is_lowered_later(self, small: Database, monkeypatch: pytest.MonkeyPatch):
        usual, lower = self.limit(small), Allowance._lower
        monkeypatch.setattr(Allowance, "_lower", lambda *_: None)
        self.listed(2_500_000)
        assert self.limit(small) != usual
        monkeypatch.setattr(Allowance, "_lower", lower)
        self.listed(1)
        assert self.limit(small) == usual


Publish = Callable[[float], str]


class TestWarehouse:
    @pytest.fixture(autouse=True)
    def _look_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(warehouses, "LOOK_SECONDS", -1.0)

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "snapshots"

    @pytest.fixture
    def warehouse(self, tmp_path: Path) -> Warehouse:
        return Warehouse(Settings(data_dir=tmp_path))

    @pytest.fixture
    def publish(self, folder: Path) -> Publish:
        def publish(worth: float) -> str:
            with snapshots.building(folder) as path:
                engine = create_engine(f"duckdb:///{path}")
                filled(engine, {"opportunities": [deal("a", "won", worth)]})
                engine.dispose()
                return snapshots.publish(path, folder).id

        return publish

    def test_no_snapshot_is_no_data_and_the_first_one_is_seen(self, warehouse, publish):
        with pytest.raises(NoData):
            warehouse.database()
        assert warehouse.state() == {"state": "empty", "version": None}
        version = publish(10)
        with reading(warehouse.database()):
            assert (current().data_version, current().as_of, amount()) == (version, date(2026, 8, 27), 10)

    def test_a_new_snapshot_is_noticed_and_nothing_stale_is_served(self, warehouse, publish):
        publish(10)
        with reading(warehouse.database()):
            assert amount() == 10
        publish(20)
        with reading(warehouse.database()):
            assert amount() == 20

    def test_it_looks_once_a_second_at_most(self, warehouse, publish, monkeypatch):
        publish(10)
        first = warehouse.database().data_version
        monkeypatch.setattr(warehouses, "LOOK_SECONDS", 60.0)
        publish(20)
        assert warehouse.database().data_version == first

    def test_a_page_reads_one_version_to_its_end(self, warehouse, publish):
        first = publish(10)
        warehouse.database()
        second = publish(20)
        assert warehouse.database().data_version == second
        with reading(warehouse.database(first)):
            assert (current().data_version, amount()) == (first, 10)
        with reading(warehouse.database(second)):
            assert amount() == 20

    def test_another_process_can_open_the_version_a_page_began_with(self, publish, tmp_path):
        first = publish(10)
        publish(20)
        with reading(Warehouse(Settings(data_dir=tmp_path)).database(first)):
            assert amount() == 10

    @pytest.mark.parametrize("version", ["", "nonsense", "../../etc/passwd", "20260101T000000-0000"])
    def test_a_version_that_is_not_there_is_the_newest(self, warehouse, publish, version):
        newest = publish(10)
        assert warehouse.database(version).data_version == newest

    def test_old_versions_are_let_go(self, warehouse, publish):
        for worth in range(4):
            publish(worth)
            warehouse.database()
        assert len(warehouse._open) == 2

    def test_going_back_is_noticed(self, warehouse, publish, folder):
        first = publish(10)
        publish(20)
        warehouse.database()
        snapshots.go_back(folder)
        assert warehouse.database().data_version == first

    def test_a_pointer_that_is_gone_leaves_the_last_version_and_says_so(self, warehouse, publish, folder):
        version = publish(10)
        assert warehouse.database().data_version == version
        pointer = (folder / snapshots.POINTER).read_text()
        (folder / snapshots.POINTER).unlink()
        assert warehouse.database().data_version == version
        assert warehouse.state()["state"] == "down"
        (folder / snapshots.POINTER).write_text(pointer)
        assert warehouse.database().data_version == version
        assert warehouse.state()["state"] in {"ok", "stale"}

    def test_a_broken_file_leaves_the_last_version(self, warehouse, publish, folder):
        version = publish(10)
        warehouse.database()
        broken = publish(20)
        (folder / f"{broken}.duckdb").write_bytes(b"no database")
        assert warehouse.database().data_version == version
        assert warehouse.state()["state"] == "down"

    def test_age_is_told_and_too_old_is_stale(self, warehouse, publish):
        publish(10)
        loaded = datetime.now(UTC) - timedelta(hours=31)
        warehouse.database().info["loaded_at"] = loaded.isoformat()
        assert warehouse.state() | {"version": ""} == {
            "state": "stale",
            "version": "",
            "as_of": "2026-08-27",
            "hours": 31,
        }

    def test_many_readers_while_a_snapshot_is_switched(self, warehouse, publish):
        """Every reader gets one of the two answers, that of the version it reads."""
        worth = {publish(10): 10}
        stop = threading.Event()

        def read_on(_: int) -> int:
            asked = 0
            while not stop.is_set() or asked == 0:
                with reading(warehouse.database()) as database:
                    seen = amount()
                    assert worth.get(database.data_version, 20) == seen
                asked += 1
            return asked

        with ThreadPoolExecutor(4) as pool:
            readers = [pool.submit(read_on, number) for number in range(4)]
            publish(20)
            time.sleep(0.1)
            stop.set()
            assert all(reader.result(timeout=10) for reader in readers)
        assert warehouse.database().data_version not in worth


class TestElsewhere:
    """The same tables in another SQL engine, by its address."""

    def test_a_server_that_does_not_answer(self, tmp_path):
        warehouse = Warehouse(Settings(data_dir=tmp_path, crm_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
        with pytest.raises(NoData, match="does not answer"):
            warehouse.database()
        assert warehouse.down_since is not None

    def test_a_load_changes_the_version(self, tmp_path, monkeypatch):
        monkeypatch.setattr(warehouses, "LOOK_SECONDS", -1.0)
        url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
        engine = filled(create_engine(url), {"opportunities": [deal("a", "won", 10)]})
        warehouse = Warehouse(Settings(data_dir=tmp_path, crm_url=url))
        first = warehouse.database()
        assert first.data_version == "1"
        assert warehouse.database().engine is first.engine
        info = schema.load_info
        with engine.begin() as connection:
            connection.execute(info.update().where(info.c.key == "version").values(value="2"))
        assert warehouse.database().data_version == "2"


def test_an_as_of_date_that_is_set_looks_back(make_company):
    """AS_OF before the data's own date: what happened later has not happened yet."""
    rows = [
        {"opportunity_id": "a", "valid_from": datetime(2026, 7, 1), "valid_to": datetime(2026, 8, 10),
         "stage_id": "s1", "status": "open", "amount": 10, "office_id": "sh", "pipeline": "Main"},
        {"opportunity_id": "a", "valid_from": datetime(2026, 8, 10), "stage_id": "s4", "status": "won", "amount": 10,
         "office_id": "sh", "pipeline": "Main"},
    ]  # fmt: skip
    tables = {"opportunities": [deal("a", "won", 10)], "opportunity_history": rows}
    with reading(make_company(**tables)) as database:
        assert breakdown(m.won_count, m.open_count, slice_=Slice(), scope=EVERYTHING).to_numpy().tolist() == [[1, 0]]
        with reading(replace(database, as_of=date(2026, 8, 1), version="then")):
            assert breakdown(
                m.won_count, m.open_count, slice_=Slice(period="all"), scope=EVERYTHING
            ).to_numpy().tolist() == [[0, 1]]
