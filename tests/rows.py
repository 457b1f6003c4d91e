"""Tiny companies written by hand: given rows in, a readable Database out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine, create_engine, delete, insert
from sqlalchemy.pool import StaticPool

from crm import schema
from planning.ledger import Ledger
from planning.tables import ledger_revision, metadata
from queries.cache import ByteCache
from queries.engine import Database
from queries.ledger_reader import Shelf, Targets

AS_OF = date(2026, 8, 27)
Rows = Mapping[str, Iterable[Mapping[str, Any]]]

#: Three open stages and the won one; two offices; two reps under one manager.
STAGES = [
    {"stage_id": "s1", "name": "Potential", "position": 1, "probability": 0.36, "is_won": False},
    {"stage_id": "s2", "name": "Bidding", "position": 2, "probability": 0.72, "is_won": False},
    {"stage_id": "s3", "name": "Negotiation", "position": 3, "probability": 0.9, "is_won": False},
    {"stage_id": "s4", "name": "Signed", "position": 4, "probability": 1, "is_won": True},
]
REGIONS = [
    {"office_id": "sh", "office": "Shanghai", "region": "East", "region_zh": "华东", "country": "China"},
    {"office_id": "bj", "office": "Beijing", "region": "North", "region_zh": "华北", "country": "China"},
]
REPS = [
    {"rep_id": "m", "name": "Mei Lan"},
    {"rep_id": "r1", "name": "Zhou Ming", "manager_id": "m", "manager": "Mei Lan", "office_id": "sh"},
    {"rep_id": "r2", "name": "He Lan", "manager_id": "m", "manager": "Mei Lan", "office_id": "bj"},
]


def deal(opportunity_id: str, status: str = "open", amount: float = 100, **columns: Any) -> dict[str, Any]:
    """An opportunity with what most tests do not care about filled in."""
    closed = status in {"won", "lost", "terminated"}
    row = {
        "opportunity_id": opportunity_id,
        "name": f"Deal {opportunity_id}",
        "status": status,
        "amount": amount,
        "pipeline": "Main",
        "stage_id": "s1",
        "office_id": "sh",
        "rep_id": "r1",
        "created_on": date(2026, 7, 1),
        "closed_on": date(2026, 8, 10) if closed else None,
        "furthest_position": 4 if status == "won" else 1,
    }
    return {**row, **columns}


def filled(engine: Engine, rows: Rows, *, first_month: int = 1, as_of: date = AS_OF) -> Engine:
    """Creates the tables and writes the rows, with a calendar around the as-of date."""
    return written(prepared(engine, first_month=first_month, as_of=as_of), rows)


def prepared(engine: Engine, *, first_month: int, as_of: date) -> Engine:
    """Creates the tables, and fills those that are alike for all companies of that date: calendar and load info."""
    schema.metadata.create_all(engine)
    info = {
        "as_of": as_of.isoformat(),
        "fiscal_year_start": str(first_month),
        "currency": "CNY",
        "source": "by hand",
        "version": "1",
    }
    with engine.begin() as connection:
        connection.execute(insert(schema.calendar), list(_days(as_of, first_month)))
        connection.execute(insert(schema.load_info), [{"key": key, "value": value} for key, value in info.items()])
    return engine


def written(engine: Engine, rows: Rows) -> Engine:
    """Writes the rows, by table; stages, regions and reps are the usual ones unless given."""
    usual = {"stages": [{"pipeline": "Main", **stage} for stage in STAGES], "regions": REGIONS, "reps": REPS}
    with engine.begin() as connection:
        for name, some in {**usual, **rows}.items():
            table = schema.metadata.tables[name]
            complete = [{column.name: row.get(column.name) for column in table.c} for row in some]
            if complete:
                connection.execute(insert(table), complete)
    return engine


def due(first: date, last: date, amount: Any, **keys: str) -> dict[str, Any]:
    """A target from the first day to the last; keys are of its own level and of those above."""
    return {"starts_on": first, "ends_on": last, "amount": amount, **keys}


def with_targets(database: Database, *plans: tuple[int, Iterable[Mapping[str, Any]]], drafts: int = 0) -> Database:
    """The database beside a ledger in memory, whose versions have the ids 1, 2 ... in the order of the plans.

    A plan is a fiscal year and its targets. All are put in force one after the other, but the last `drafts`.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    ledger = Ledger(engine)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(ledger_revision), {"ledger_id": 1, "revision": 0})
    for number, (fiscal_year, rows) in enumerate(plans):
        revision, made = 1, ledger.draft(fiscal_year, rows, name="Plan", by="Mei Lan")
        if number < len(plans) - drafts:
            for step in (ledger.submit, ledger.approve, ledger.publish):
                revision = step(made, by="Mei Lan", expected_revision=revision)
    targets = Targets(ledger.revision(), ledger.versions(), ledger, Shelf())
    version = f"{database.version}~{targets.revision:09d}"
    return replace(database, version=version, cache=ByteCache(1 << 20), targets=targets)


def emptied(engine: Engine) -> Engine:
    """Takes the rows of a company out again."""
    with engine.begin() as connection:
        for table in schema.metadata.sorted_tables:
            if table not in (schema.calendar, schema.load_info):
                connection.execute(delete(table))
    return engine


def company(*, first_month: int = 1, as_of: date = AS_OF, **rows: Iterable[Mapping[str, Any]]) -> Database:
    """An in-memory DuckDB company; keyword arguments are tables."""
    engine = create_engine("duckdb:///:memory:", poolclass=StaticPool)
    filled(engine, rows, first_month=first_month, as_of=as_of)
    return database(engine, first_month=first_month, as_of=as_of)


def database(engine: Engine, *, first_month: int = 1, as_of: date = AS_OF) -> Database:
    """The engine as questions read it."""
    info = {"as_of": as_of.isoformat(), "fiscal_year_start": str(first_month), "currency": "CNY"}
    return Database(engine, "test", as_of, info, ByteCache(1 << 20))


def _days(as_of: date, first_month: int) -> Iterable[dict[str, Any]]:
    from queries.periods import fiscal_start, months_later

    day = date(as_of.year - 2, 1, 1)
    while day < date(as_of.year + 2, 1, 1):
        year_start = fiscal_start(day, 12, first_month)
        yield {
            "day": day,
            "month_start": day.replace(day=1),
            "quarter_start": fiscal_start(day, 3, first_month),
            "year_start": year_start,
            "fiscal_year": (months_later(year_start, 12) - timedelta(days=1)).year,
            "fiscal_quarter": (day.month - first_month) % 12 // 3 + 1,
            "fiscal_month": (day.month - first_month) % 12 + 1,
            "is_working_day": day.weekday() < 5,
        }
        day += timedelta(days=1)
