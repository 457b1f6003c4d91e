"""From an empty database to the tables that `planning.tables` says; whoever starts, and however many at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, event, insert, inspect
from sqlalchemy.exc import IntegrityError

from planning import database
from planning.errors import LedgerError
from planning.ledger import Ledger, migrate
from planning.migrations import FOLDER, HEAD
from planning.tables import metadata, target_versions
from settings import Settings


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = create_engine(url)
    yield made
    made.dispose()


def test_the_tables_are_what_the_program_says(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_checks_and_keys_are_what_the_program_says(engine: Engine) -> None:
    """What Alembic does not compare."""
    migrate(engine)
    found = inspect(engine)
    for table in metadata.sorted_tables:
        checks = {check["name"] for check in found.get_check_constraints(table.name)}
        assert checks == {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
        assert {key["referred_table"] for key in found.get_foreign_keys(table.name)} == {
            key.column.table.name for key in table.foreign_keys
        }


def test_the_program_needs_the_last_step() -> None:
    assert ScriptDirectory(str(FOLDER)).get_current_head() == HEAD


def test_only_one_version_a_year_can_be_published(engine: Engine) -> None:
    """The database itself refuses a second one."""
    migrate(engine)
    now = datetime.now(UTC)
    one = {"fiscal_year": 2026, "name": "Plan", "state": "published", "origin": "planning", "content_hash": "",
           "created_at": now, "created_by": "", "changed_at": now, "changed_by": "", "revision": 1}  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(target_versions), [{**one, "number": 1}, {**one, "number": 2, "state": "superseded"}])
        connection.execute(insert(target_versions), [{**one, "number": 1, "fiscal_year": 2027}])
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(target_versions), [{**one, "number": 3}])


def test_a_second_time_takes_one_select(engine: Engine) -> None:
    migrate(engine)
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement))
    migrate(engine)
    assert [statement.split()[0] for statement in said if statement != "BEGIN"] == ["SELECT"]


def test_many_threads_at_once(url: str) -> None:
    def start(_: int) -> int:
        engine = create_engine(url)
        migrate(engine)
        revision = Ledger(engine).revision()
        engine.dispose()
        return revision

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(start, range(8))) == [0] * 8


def open_once(url: str, folder: Path, go: object) -> None:
    go.wait()  # type: ignore[attr-defined]
    Ledger.open(Settings(data_dir=folder, app_url=url)).close()


def test_many_processes_at_once(url: str, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    go = context.Event()
    started = [context.Process(target=open_once, args=(url, tmp_path, go)) for _ in range(4)]
    for process in started:
        process.start()
    go.set()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0] * 4
    engine = create_engine(url)
    assert Ledger(engine).revision() == 0
    engine.dispose()


def test_a_step_that_fails_leaves_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = database.upgrade

    def upgrade_and_fail(connection) -> None:
        taken(connection)
        raise RuntimeError("power cut")

    monkeypatch.setattr(database, "upgrade", upgrade_and_fail)
    with pytest.raises(RuntimeError, match="power cut"):
        migrate(engine)
    assert inspect(engine).get_table_names() == []
    monkeypatch.undo()
    migrate(engine)
    assert "targets" in inspect(engine).get_table_names()


def test_a_newer_database_is_left_alone(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerError, match="written by a newer version of this program"):
        migrate(engine)
    assert database.migrated_to(engine) == "9999"


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nonsense", "APP_DATABASE_URL is no address"),
        ("mysql://x/y", "targets are kept in SQLite .* or PostgreSQL"),
        ("postgresql://me:secret@127.0.0.1:1/x", r"me:\*\*\*@127.0.0.1:1/x cannot be opened .*Set APP_DATABASE_URL"),
        ("sqlite:////proc/nowhere/app.sqlite", "/proc/nowhere/app.sqlite cannot be opened"),
    ],
)
def test_an_address_that_does_not_open_is_a_sentence(tmp_path: Path, address: str, says: str) -> None:
    with pytest.raises(LedgerError, match=says) as refused:
        Ledger.open(Settings(data_dir=tmp_path, app_url=address))
    assert "secret" not in str(refused.value)


def test_without_an_address_it_is_a_file_beside_the_snapshots(tmp_path: Path) -> None:
    Ledger.open(Settings(data_dir=tmp_path / "data")).close()
    assert (tmp_path / "data" / "app.sqlite").is_file()


def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    ledger = Ledger.open(Settings(data_dir=tmp_path))
    with ledger.engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    ledger.close()
    assert said == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": database.PATIENCE}
