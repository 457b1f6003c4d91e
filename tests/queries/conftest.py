"""Companies written by hand, on each database that questions must run on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, StaticPool
from sqlalchemy.schema import CreateSchema, DropSchema

from crm.demo import write_demo
from crm.derive import create_tables, derive
from crm.publish import into_database
from queries.engine import Database
from tests import rows
from tests.conftest import missing

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
MakeCompany = Callable[..., Database]


class Lender:
    """Databases with a calendar and empty tables, lent to a test and emptied after it: creating them takes longest."""

    def __init__(self, dialect: str, create: Callable[[], Engine]) -> None:
        self.dialect, self._create = dialect, create
        self._free: dict[tuple[int, date], list[Engine]] = {}

    @contextmanager
    def lending(self) -> Iterator[MakeCompany]:
        """Lends as many companies as are asked for."""
        lent: list[tuple[tuple[int, date], Engine]] = []

        def make(*, first_month: int = 1, as_of: date = rows.AS_OF, **tables: Iterable[Mapping[str, Any]]) -> Database:
            kind = (first_month, as_of)
            free = self._free.setdefault(kind, [])
            engine = free.pop() if free else rows.prepared(self._create(), first_month=first_month, as_of=as_of)
            lent.append((kind, engine))
            return rows.database(rows.written(engine, tables), first_month=first_month, as_of=as_of)

        yield make
        for kind, engine in lent:
            self._free[kind].append(rows.emptied(engine))


@pytest.fixture(scope="session", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def lender(request: pytest.FixtureRequest) -> Iterator[Lender]:
    """Lends companies on DuckDB and on PostgreSQL, there each in a schema of its own."""
    with ExitStack() as stack:

        def create() -> Engine:
            if request.param == "postgres":
                return stack.enter_context(_own_schema())
            return create_engine("duckdb:///:memory:", poolclass=StaticPool)

        yield Lender(request.param, create)


@pytest.fixture
def make_company(lender: Lender) -> Iterator[MakeCompany]:
    """`tests.rows.company` on every database; gone after the test."""
    with lender.lending() as make:
        yield make


@pytest.fixture(scope="module")
def make_lasting_company(lender: Lender) -> Iterator[MakeCompany]:
    """`make_company` for what all tests of a module read."""
    with lender.lending() as make:
        yield make


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up company of 1,500 deals with all they went through."""
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    with duckdb.connect(str(path)) as connection:
        create_tables(connection)
        write_demo(connection, opportunities=1_500, as_of=rows.AS_OF, seed=3)
        derive(connection, as_of=rows.AS_OF, fiscal_year_start=1)
    return path


@pytest.fixture(scope="session")
def demo(lender: Lender, demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The made-up company on DuckDB and, published there, on PostgreSQL."""
    with ExitStack() as stack:
        if lender.dialect == "duckdb":
            engine = create_engine(f"duckdb:///{demo_file}", connect_args={"read_only": True})
            stack.callback(engine.dispose)
        else:
            name = f"test_{uuid.uuid4().hex[:12]}"
            engine = stack.enter_context(_own_schema(name))
            with duckdb.connect(str(demo_file), read_only=True) as built:
                scratch = tmp_path_factory.mktemp("copied")
                into_database(built, POSTGRES_URL, scratch=scratch, schema=name, progress=lambda *_: None)
        yield rows.database(engine)


@contextmanager
def _own_schema(name: str | None = None) -> Iterator[Engine]:
    name = name or f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES_URL, poolclass=NullPool, connect_args={"connect_timeout": 2})
    try:
        with admin.begin() as connection:
            connection.execute(CreateSchema(name))
    except OperationalError as refused:
        missing(f"PostgreSQL does not answer at {admin.url.render_as_string()}: {str(refused.orig).splitlines()[0]}")
    engine = create_engine(POSTGRES_URL, connect_args={"options": f"-csearch_path={name}"})
    try:
        yield engine
    finally:
        engine.dispose()
        with admin.begin() as connection:
            connection.execute(DropSchema(name, cascade=True))
