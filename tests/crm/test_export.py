"""What `export` writes, `tables` reads: the same tables come out."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from crm.export import export
from crm.issues import LoadError
from crm.load import load, silent
from crm.schema import metadata
from settings import Settings
from tests.crm.conftest import Rows


def everything(rows: Callable[[str], Rows]) -> dict[str, Rows]:
    """How many rows each table has, and a number that any other rows would change."""
    names = (name for name in metadata.tables if not name.startswith("load_"))
    return {name: rows(f"SELECT count(*), sum(hash(row_)) FROM {name} AS row_") for name in names}


def test_round_trip(guide: Path, settings: Settings, rows: Callable[[str], Rows], tmp_path: Path) -> None:
    load(str(guide / "mycrm"), guide / "export", settings=settings)
    before = everything(rows)
    written = export(settings, tmp_path / "out", progress=silent)
    assert written["opportunities"] == 3
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {name for name, count in written.items() if count}
    report = load("tables", tmp_path / "out", settings=settings)
    assert report.issues == []
    assert (report.currency, report.as_of.isoformat()) == ("EUR", "2026-03-01")
    assert everything(rows) == before


def test_round_trip_of_dynamics(
    real_data: Path, settings: Settings, rows: Callable[[str], Rows], tmp_path: Path
) -> None:
    load("dynamics", real_data / "dynamics_regional_sales", settings=settings)
    before = everything(rows)
    export(settings, tmp_path / "out", progress=silent)
    assert load("tables", tmp_path / "out", settings=settings).issues == []
    assert everything(rows) == before


def test_a_table_that_became_empty_leaves_no_old_file(guide: Path, settings: Settings, tmp_path: Path) -> None:
    load(str(guide / "mycrm"), guide / "export", settings=settings)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "quotas.csv").write_text("quota_id\nold\n")
    export(settings, tmp_path / "out", progress=silent)
    assert not (tmp_path / "out" / "quotas.csv").exists()


def test_columns_are_those_a_source_fills(guide: Path, settings: Settings, tmp_path: Path) -> None:
    load(str(guide / "mycrm"), guide / "export", settings=settings)
    export(settings, tmp_path / "out", progress=silent)
    with (tmp_path / "out" / "opportunities.csv").open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    assert header[:2] == ["opportunity_id", "name"]
    assert "furthest_position" not in header


def test_nothing_to_export(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="There is nothing to export in .*snapshots: load a CRM or the demo company"):
        export(settings, tmp_path / "out", progress=silent)


def test_export_from_another_engine(
    guide: Path, settings: Settings, rows: Callable[[str], Rows], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    load(str(guide / "mycrm"), guide / "export", settings=settings)
    before = everything(rows)
    load(str(guide / "mycrm"), guide / "export", settings=settings, into=url)
    export(replace(settings, crm_url=url), tmp_path / "out", progress=silent)
    load("tables", tmp_path / "out", settings=settings)
    assert everything(rows) == before
