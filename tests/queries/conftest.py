"""Companies written by hand, on each database that questions must run on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from queries.engine import Database
from tests import rows
from tests.conftest import missing

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
MakeCompany = Callable[..., Database]


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def make_company(request: pytest.FixtureRequest) -> Iterator[MakeCompany]:
    """`tests.rows.company` on DuckDB and on PostgreSQL, there in a schema of its own for every company."""
    if request.param == "duckdb":
        yield rows.company
        return
    with ExitStack() as stack:

        def make(*, first_month: int = 1, as_of: date = rows.AS_OF, **tables: Iterable[Mapping[str, Any]]) -> Database:
            engine = stack.enter_context(_own_schema())
            rows.filled(engine, tables, first_month=first_month, as_of=as_of)
            return rows.database(engine, first_month=first_month, as_of=as_of)

        yield make


@contextmanager
def _own_schema() -> Iterator[Engine]:
    name = f"test_{uuid.uuid4().hex[:12]}"
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
