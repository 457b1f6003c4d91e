"""Publishing into a database server: all or nothing, and never over what is not ours."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import duckdb
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, text

from crm import publish
from crm.derive import create_tables
from crm.issues import LoadError
from crm.load import load, silent
from settings import Settings
from tests.conftest import missing

URL = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture
def server() -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as wrong:
        missing(f"PostgreSQL does not answer at {URL}: {wrong}")
    yield connection
    connection.close()


@pytest.fixture
def schema(server: psycopg.Connection) -> Iterator[str]:
    """The name of a schema that nobody else has; gone after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield name
    for one in (name, f"{name}_new", f"{name}_old"):
        server.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(one)))


@pytest.fixture
def company() -> Iterator[duckdb.DuckDBPyConnection]:
    """All tables, with two accounts: one with every kind of awkward text, one with nothing."""
    with duckdb.connect() as connection:
        create_tables(connection)
        connection.execute("INSERT INTO accounts (account_id, name) VALUES ('1', 'a,\"b\"\n北京'), ('2', NULL)")
        connection.execute("INSERT INTO load_info VALUES ('as_of', '2026-01-01')")
        yield connection


def schemas(server: psycopg.Connection, name: str) -> set[str]:
    found = server.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [name]).fetchall()
    return {schema for (schema,) in found}


@pytest.mark.postgres
def test_tables_arrive_and_replace_the_old_ones(server, schema: str, company, tmp_path: Path) -> None:
    publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    query = sql.SQL("SELECT account_id, name FROM {}.accounts ORDER BY 1").format(sql.Identifier(schema))
    assert server.execute(query).fetchall() == [("1", 'a,"b"\n北京'), ("2", None)]
    company.execute("DELETE FROM accounts WHERE account_id = '1'")
    publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    assert server.execute(query).fetchall() == [("2", None)]
    assert schemas(server, schema) == {schema}
    indexed = server.execute("SELECT count(*) FROM pg_indexes WHERE schemaname = %s", [schema]).fetchone()
    assert indexed is not None
    assert indexed[0] > 30


@pytest.mark.postgres
def test_a_failure_changes_nothing(server, schema: str, company, tmp_path: Path) -> None:
    publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    company.execute("INSERT INTO accounts (account_id) VALUES ('2')")
    with pytest.raises(LoadError, match="did not take the tables: duplicate key .* What was there is as it was"):
        publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    query = sql.SQL("SELECT count(*) FROM {}.accounts").format(sql.Identifier(schema))
    assert server.execute(query).fetchall() == [(2,)]
    assert schemas(server, schema) == {schema}


@pytest.mark.postgres
def test_a_reader_in_the_middle_reads_on(server, schema: str, company, tmp_path: Path) -> None:
    """A long read neither stops a load nor sees its old tables vanish; the next load drops them."""
    publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    query = sql.SQL("SELECT count(*) FROM {}.accounts").format(sql.Identifier(schema))
    with psycopg.connect(URL.replace("+psycopg", "")) as reader, reader.cursor(name="slow") as cursor:
        cursor.execute(query)
        publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
        assert cursor.fetchall() == [(2,)]
        assert schemas(server, schema) == {schema, f"{schema}_old"}
    publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    assert schemas(server, schema) == {schema}


@pytest.mark.postgres
def test_tables_that_are_not_ours_are_never_replaced(server, schema: str, company, tmp_path: Path) -> None:
    server.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    server.execute(sql.SQL("CREATE TABLE {}.customers (id int)").format(sql.Identifier(schema)))
    with pytest.raises(LoadError, match=r"already has tables that are not a loaded CRM \(customers \.\.\.\)"):
        publish.into_database(company, URL, scratch=tmp_path, schema=schema, progress=silent)
    assert schemas(server, schema) == {schema}


def test_other_engines_get_the_rows_in_one_transaction(company, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    for _ in range(2):
        publish.into_database(company, url, scratch=tmp_path, progress=silent)
    company.execute("INSERT INTO accounts (account_id) VALUES ('2')")
    with pytest.raises(LoadError, match="did not take the tables: UNIQUE constraint failed"):
        publish.into_database(company, url, scratch=tmp_path, progress=silent)
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM accounts")).scalar() == 2


def test_foreign_tables_in_other_engines_are_left_alone(company, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    with create_engine(url).begin() as connection:
        connection.execute(text("CREATE TABLE accounts (id int)"))
    with pytest.raises(LoadError, match="The database already has tables that are not a loaded CRM"):
        publish.into_database(company, url, scratch=tmp_path, progress=silent)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "needs an address such as postgresql://"),
        ("ftp://x/y", "no driver for"),
        ("postgresql://me:secret@127.0.0.1:1/x", r"postgresql://me:\*\*\*@127.0.0.1:1/x cannot be reached"),
    ],
)
def test_a_wrong_address_is_refused_before_any_work(guide: Path, settings: Settings, url: str, sentence: str) -> None:
    with pytest.raises(LoadError, match=sentence):
        load(str(guide / "mycrm"), guide / "export", settings=settings, into=url)
    assert not settings.data_dir.exists()


def test_into_another_database_leaves_the_snapshots_alone(guide: Path, settings: Settings, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    report = load(str(guide / "mycrm"), guide / "export", settings=settings, into=url)
    assert report.published == url
    assert list(settings.snapshots_dir.iterdir()) == []
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM opportunities")).scalar() == 3
