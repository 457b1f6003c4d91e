"""Ledgers to write into, on SQLite and on PostgreSQL, each in a place of its own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from planning.ledger import Ledger
from settings import Settings
from tests.conftest import missing

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty application database; gone after the test."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'app.sqlite'}"
        return
    name = f"test_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES_URL, poolclass=NullPool, connect_args={"connect_timeout": 2})
    try:
        with admin.begin() as connection:
            connection.execute(CreateSchema(name))
    except OperationalError as refused:
        missing(f"PostgreSQL does not answer at {admin.url.render_as_string()}: {str(refused.orig).splitlines()[0]}")
    own = make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={name}"})
    yield own.render_as_string(hide_password=False)
    with admin.begin() as connection:
        connection.execute(DropSchema(name, cascade=True))


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", app_url=url)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    """An empty, migrated ledger."""
    opened = Ledger.open(settings)
    yield opened
    opened.close()


def target(amount: Any = 100, *, month: int = 1, year: int = 2026, **keys: str) -> dict[str, Any]:
    """A target of a month of 28 days."""
    return {"starts_on": date(year, month, 1), "ends_on": date(year, month, 28), "amount": amount, **keys}


def step(ledger: Ledger, name: str, version_id: int, *, by: str = "Mei Lan", note: str | None = None) -> int:
    """Takes a version one step on, knowing its present revision."""
    revision = ledger.version(version_id).revision
    return getattr(ledger, name)(version_id, by=by, note=note, expected_revision=revision)


def approved(ledger: Ledger, amount: Any = 100, *, fiscal_year: int = 2026) -> int:
    """An approved version of one target."""
    made = ledger.draft(fiscal_year, [target(amount)], name="Plan", by="Mei Lan")
    step(ledger, "submit", made)
    step(ledger, "approve", made)
    return made


def published(ledger: Ledger, amount: Any = 100, *, fiscal_year: int = 2026) -> int:
    """A version of one target in force."""
    made = approved(ledger, amount, fiscal_year=fiscal_year)
    step(ledger, "publish", made)
    return made
