"""The demo company on its way through the same build, derivation and publishing as any other source."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pytest

from crm import snapshots
from crm.load import load_demo
from settings import Settings
from tests.crm.conftest import Rows


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the company was asked to be; it is one of a single deal here."""
    asked: dict[str, Any] = {}

    def write_demo(
        connection: duckdb.DuckDBPyConnection, *, progress: Callable[[str, float], None], **options: Any
    ) -> None:
        asked.update(options)
        progress("Hiring", 0.5)
        connection.execute("INSERT INTO opportunities (opportunity_id, status, created_on) VALUES ('1', 'open', $day)",
                           {"day": options["as_of"]})  # fmt: skip

    module = types.ModuleType("crm.demo")
    module.write_demo = write_demo  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "crm.demo", module)
    return asked


def test_demo_is_published_and_remembers_what_it_was_made_from(
    asked, settings: Settings, rows: Callable[[str], Rows]
) -> None:
    settings = replace(settings, as_of=date(2026, 5, 5), fiscal_year_start=4)
    seen: list[tuple[str, float]] = []
    report = load_demo(
        settings=settings, opportunities=1, seed=7, progress=lambda step, share: seen.append((step, round(share, 2)))
    )
    assert asked == {"opportunities": 1, "seed": 7, "as_of": date(2026, 5, 5), "fiscal_year_start": 4}
    assert report.rows["opportunities"] == 1
    current = snapshots.current(settings.snapshots_dir)
    assert current is not None
    assert current.id == report.published
    info = dict(rows("SELECT key, value FROM load_info"))
    assert {
        key: info[key] for key in ("source", "seed", "opportunities", "as_of", "currency", "fiscal_year_start")
    } == {
        "source": "demo",
        "seed": "7",
        "opportunities": "1",
        "as_of": "2026-05-05",
        "currency": "CNY",
        "fiscal_year_start": "4",
    }
    assert [share for _, share in seen] == sorted(share for _, share in seen)
    assert seen[0] == ("Hiring", 0.3)
    assert seen[-1] == ("Done", 1.0)


def test_demo_is_of_today_by_default(asked, settings: Settings) -> None:
    before = date.today()
    report = load_demo(settings=settings, opportunities=1, seed=1)
    assert before <= report.as_of <= date.today()
    assert asked["as_of"] == report.as_of
