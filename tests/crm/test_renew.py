"""Data that an older version of this program loaded is brought up to date, and can be gone back to."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from crm import snapshots
from crm.first_start import is_outdated
from crm.load import load_demo
from crm.renew import renew
from settings import Settings


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            name: connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall()
            for name in ("opportunities", "opportunity_history", "sales", "stage_passages", "pipeline_snapshots")
        }


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(data_dir=tmp_path, as_of=date(2026, 8, 27))
    load_demo(settings=made, opportunities=400, seed=3)
    return made


def outdate(settings: Settings) -> snapshots.Snapshot:
    """Takes a derived column out of the current snapshot, as if an older program had made it."""
    current = snapshots.current(settings.snapshots_dir)
    assert current is not None
    with duckdb.connect(str(current.path)) as connection:
        connection.execute("ALTER TABLE opportunities DROP COLUMN size_band")
    current.path.with_suffix(".shape").unlink()
    return current


def test_what_is_up_to_date_stays(settings: Settings) -> None:
    before = snapshots.current(settings.snapshots_dir)
    assert not is_outdated(settings) and renew(settings) is None
    assert snapshots.current(settings.snapshots_dir) == before


def test_an_older_snapshot_is_derived_anew_and_stays_to_go_back_to(settings: Settings) -> None:
    current = snapshots.current(settings.snapshots_dir)
    assert current is not None
    wanted = tables(current.path)
    old = outdate(settings)
    assert is_outdated(settings)
    renew(settings)
    now = snapshots.current(settings.snapshots_dir)
    assert now is not None and now != old and not is_outdated(settings)
    assert tables(now.path) == wanted
    assert old in snapshots.listed(settings.snapshots_dir)


def test_what_the_load_said_of_itself_is_kept(settings: Settings) -> None:
    old = outdate(settings)
    renew(settings)
    now = snapshots.current(settings.snapshots_dir)
    assert now is not None
    said = []
    for one in (old, now):
        with duckdb.connect(str(one.path), read_only=True) as connection:
            said.append(dict(connection.execute("SELECT key, value FROM load_info").fetchall()))
    changed = {key for key in said[0] if said[0][key] != said[1].get(key)}
    assert said[0].keys() == said[1].keys() and changed <= {"version", "loaded_at"}
