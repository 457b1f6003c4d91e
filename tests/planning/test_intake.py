"""From a CRM's tables to targets in force: with all that stands above what a quota is set for, and only when needed."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg import sql

import dashboard
from crm import snapshots
from crm.load import load
from crm.publish import into_database
from planning import intake, source
from planning.errors import LedgerError
from planning.intake import is_current, listed, publish, take_in
from planning.ledger import Ledger
from planning.source import read_quotas
from planning.tables import KEYS
from settings import Settings
from tests.planning.conftest import POSTGRES_URL

TABLES = {
    "regions": "office_id,office,region,country\nsh,Shanghai,East,China\nbj,Beijing,North,China\n",
    "reps": "rep_id,name,manager_id,office_id\nm,Mei,,\nr1,Zhou,m,sh\nr2,He,m,\n",
    "products": "product_id,name,category\np1,Ovexa,Oncology\n",
    "channels": "channel_id,name,kind\nc1,Mall,Online\n",
    "load_info": "key,value\nas_of,2026-08-27\nfiscal_year_start,1\n",
}
QUOTAS = (
    "quota_id,rep_id,office_id,region,product_id,product_category,channel_id,channel_kind,starts_on,ends_on,amount\n"
    "1,,,,,,,,2026-01-01,2026-12-31,1000\n"
    "2,,,East,,,,,2026-01-01,2026-12-31,600\n"
    "3,,bj,,,,,,2026-01-01,2026-12-31,400\n"
    "4,r1,,,,,,,2026-01-01,2026-12-31,300.5\n"
    "5,r1,bj,,,,,,2026-01-01,2026-12-31,200\n"
    "6,r2,,,,,,,2026-01-01,2026-12-31,100\n"
    "7,,,North,p1,,,Online,2026-01-01,2026-12-31,50\n"
    "8,,,,,Oncology,c1,,2026-01-01,2026-12-31,40\n"
)
EXPECTED = [
    {},
    {"country": "China", "region": "East"},
    {"country": "China", "region": "North", "office": "bj"},
    {"country": "China", "region": "East", "office": "sh", "manager": "m", "rep": "r1"},
    {"country": "China", "region": "North", "office": "bj", "manager": "m", "rep": "r1"},
    {"manager": "m", "rep": "r2"},
    {"country": "China", "region": "North", "product_category": "Oncology", "product": "p1", "channel_kind": "Online"},
    {"product_category": "Oncology", "channel_kind": "Online", "channel": "c1"},
]
Load = Callable[..., None]


@pytest.fixture
def data(tmp_path: Path) -> Settings:
    """Settings of a data folder whose ledger is the file beside the snapshots."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def load_tables(data: Settings, tmp_path: Path) -> Load:
    """Loads the tables above, some of them replaced."""

    def run(*, into: str | None = None, **tables: str) -> None:
        folder = tmp_path / "csv"
        folder.mkdir(exist_ok=True)
        for name, text in {**TABLES, "quotas": QUOTAS, **tables}.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        load("tables", folder, settings=data, into=into)

    return run


def found_in(place: Any, settings: Settings) -> list[dict[str, str]]:
    rows = read_quotas(place, settings).rows
    return [{name: row[name] for name in KEYS if isinstance(row[name], str)} for row in rows.to_dict("records")]


def current(settings: Settings) -> snapshots.Snapshot:
    found = snapshots.current(settings.snapshots_dir)
    assert found is not None
    return found


def test_a_quota_carries_all_that_stands_above_it(data: Settings, load_tables: Load) -> None:
    load_tables()
    assert found_in(current(data), data) == EXPECTED
    quotas = read_quotas(current(data), data)
    assert (quotas.as_of, quotas.first_month, quotas.origin) == (date(2026, 8, 27), 1, "load")
    assert quotas.rows["amount"].tolist()[:4] == [1000, 600, 400, Decimal("300.5")]
    assert read_quotas(current(data), replace(data, as_of=date(2026, 1, 5))).as_of == date(2026, 1, 5)


def test_another_sql_engine_gives_the_same(data: Settings, load_tables: Load, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    load_tables(into=url)
    assert found_in(url, data) == EXPECTED


@pytest.fixture
def postgres_schema(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A schema that CRM tables are read from instead of `crm`; gone after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    monkeypatch.setattr(source, "SCHEMA", name)
    yield name
    with psycopg.connect(POSTGRES_URL.replace("+psycopg", ""), autocommit=True) as server:
        for one in (name, f"{name}_old"):
            server.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(one)))


@pytest.mark.postgres
def test_postgres_gives_the_same(data: Settings, load_tables: Load, postgres_schema: str, tmp_path: Path) -> None:
    load_tables()
    with duckdb.connect(str(current(data).path), read_only=True) as built:
        into_database(built, POSTGRES_URL, scratch=tmp_path, schema=postgres_schema, progress=lambda *_: None)
    assert found_in(POSTGRES_URL, data) == EXPECTED
    served = replace(data, crm_url=POSTGRES_URL)
    assert not is_current(served)
    take_in(served, url=POSTGRES_URL, by="command line")
    assert is_current(served)


def test_tables_from_before_a_quota_could_be_set_for_a_region(
    data: Settings, load_tables: Load, tmp_path: Path
) -> None:
    load_tables()
    old = snapshots.Snapshot("20260101T000000-0000", tmp_path / "old.duckdb")
    old.path.write_bytes(current(data).path.read_bytes())
    with duckdb.connect(str(old.path)) as connection:
        for name in ("region", "product_category", "channel_kind"):
            connection.execute(f"ALTER TABLE quotas DROP COLUMN {name}")
    assert found_in(old, data)[3:6] == EXPECTED[3:6]
    assert found_in(old, data)[6] == {"product_category": "Oncology", "product": "p1"}


def test_adventureworks(data: Settings, real_data: Path) -> None:
    load("adventureworks", real_data / "adventureworks", settings=data)
    assert take_in(data, url=None, by="command line") == [
        "Targets 2011: version 1 is in force: 30 quotas, 14,263,000.",
        "Targets 2012: version 1 is in force: 51 quotas, 30,172,000.",
        "Targets 2013: version 1 is in force: 65 quotas, 40,920,000.",
        "Targets 2014: version 1 is in force: 17 quotas, 10,359,000.",
    ]
    ledger = Ledger.open(data)
    rows = ledger.rows(list(ledger.in_force().values()))
    assert len(rows) == 163
    assert rows["amount_e4"].sum() == 95_714_000 * 10_000
    one = rows[rows["rep"] == "276"].sort_values("starts_on")
    assert ((one["starts_on"].shift(-1) - one["ends_on"]).dropna().dt.days == 1).all()
    seen = ledger.revision()
    load("adventureworks", real_data / "adventureworks", settings=data)
    assert {line.split("is ")[1][:9] for line in take_in(data, url=None, by="command line")} == {"as it was"}
    assert ledger.revision() == seen
    assert len(ledger.versions()) == 4
    ledger.close()


def test_a_second_start_has_nothing_to_take_in(
    data: Settings, load_tables: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_current(data)
    load_tables()
    assert not is_current(data)
    take_in(data, url=None, by="command line")
    assert is_current(data)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("the quotas were taken in a second time"))
    dashboard._take_in_at_first(data)
    monkeypatch.undo()
    load_tables(quotas=QUOTAS.replace("1000", "1100"))
    assert not is_current(data)
    assert take_in(data, url=None, by="command line")[0].startswith(
        "Targets 2026: version 2 is in force: 8 quotas, 1,1"
    )
    assert is_current(data)
    snapshots.go_back(data.snapshots_dir)
    assert not is_current(data)


def test_a_start_migrates_in_a_process_of_its_own(
    data: Settings, load_tables: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB must not have been opened by the process that forks the workers."""
    load_tables()
    for name, value in {"DATA_DIR": str(data.data_dir)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(intake, "take_in", lambda *_, **__: pytest.fail("DuckDB was opened by the wrong process"))
    dashboard._take_in_at_first(data)
    assert is_current(data)
    ledger = Ledger.open(data)
    assert list(ledger.in_force()) == [2026]
    ledger.close()


def test_an_unusable_application_database_stops_a_start(data: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: None)
    with pytest.raises(dashboard.Refused, match="application database could not be prepared"):
        dashboard._take_in_at_first(data)


def test_without_data_the_ledger_is_there_all_the_same(data: Settings) -> None:
    assert take_in(data, url=None, by="command line") == ["There is no data yet, and so no quotas."]
    assert is_current(data)
    assert list(listed(data)) == ["There are no targets yet: load a CRM that has quotas, or make the demo company."]


def test_data_without_quotas_and_quotas_without_sense(data: Settings, load_tables: Load) -> None:
    load_tables(quotas="quota_id\n1\n")
    assert take_in(data, url=None, by="command line") == [
        "The data has no quotas: targets are as they were.",
        "! 1 quota left out: without a starts_on or an amount, or ending before the start.",
    ]


def test_a_crm_that_cannot_be_read_is_a_sentence(data: Settings) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/x"
    with pytest.raises(LedgerError, match=r"me:\*\*\*@127.0.0.1:1/x cannot be read: .* Targets are as they were"):
        take_in(data, url=url, by="command line")
    assert not is_current(replace(data, crm_url=url))


def test_versions_are_listed_and_published_by_id(data: Settings, load_tables: Load) -> None:
    load_tables()
    take_in(data, url=None, by="command line")
    load_tables(quotas=QUOTAS.replace(",1000\n", ",900\n"))
    take_in(data, url=None, by="command line")
    lines = list(listed(data))
    assert lines[0].split() == ["ID", "YEAR", "NO", "STATE", "ROWS", "TOTAL", "PUBLISHED", "(UTC)", "NAME"]
    assert lines[1].split()[:6] == ["1", "2026", "1", "superseded", "8", "1,000"]
    assert lines[2].split()[:6] == ["2", "2026", "2", "published", "8", "900"]
    assert lines[2].endswith("CRM quotas")
    assert publish(data, "1", by="Mei Lan") == "Version 1 of 2026 (CRM quotas) is in force."
    assert publish(data, "1", by="Mei Lan") == "Version 1 of 2026 (CRM quotas) is in force already."
    assert [line.split()[3] for line in listed(data)][1:] == ["published", "superseded"]
    for wrong in ("x", "-1", "7", "¹"):
        with pytest.raises(LedgerError, match="targets` lists them"):
            publish(data, wrong, by="Mei Lan")


def test_a_draft_is_published_step_by_step(data: Settings) -> None:
    ledger = Ledger.open(data)
    plan = ledger.draft(2027, [], name="Plan", by="Mei Lan")
    publish(data, str(plan), by="Boss")
    assert ledger.trail(plan)["action"].tolist() == ["published", "approved", "submitted", "drafted"]
    assert ledger.in_force() == {2027: plan}
    ledger.close()
