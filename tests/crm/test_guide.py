"""docs/adding-a-source.md, followed to the letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from crm.issues import LoadError
from crm.load import load
from settings import Settings
from tests.crm.conftest import Rows


def test_check_says_it_can_be_loaded_and_writes_nothing(guide: Path, settings: Settings) -> None:
    report = load(str(guide / "mycrm"), guide / "export", settings=settings, check_only=True)
    assert report.is_fine
    assert report.issues == []
    assert report.lines()[-1] == "This can be loaded; nothing was written."
    assert report.rows == {"accounts": 2, "opportunities": 3, "reps": 2, "sales": 1, "stages": 3}
    assert not settings.data_dir.exists()


def test_load_gives_what_the_files_say(guide: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    report = load(str(guide / "mycrm"), guide / "export", settings=settings)
    assert report.as_of == date(2026, 3, 1)
    assert report.currency == "EUR"
    assert rows(
        "SELECT opportunity_id, stage_id, status, amount, created_on, expected_close_on, closed_on "
        "FROM opportunities ORDER BY opportunity_id"
    ) == [
        ("D-1", "offer", "open", Decimal("12500"), date(2026, 2, 3), date(2026, 4, 30), None),
        ("D-2", "won", "won", Decimal("8000.5"), date(2026, 1, 10), None, date(2026, 2, 15)),
        ("D-3", "talk", "lost", Decimal("3000"), date(2026, 1, 20), None, date(2026, 3, 1)),
    ]
    assert rows("SELECT rep_id, name, manager FROM reps ORDER BY rep_id") == [
        ("7", "Ana Diaz", "Bo Chen"),
        ("9", "Bo Chen", None),
    ]
    assert rows("SELECT sum(amount) FROM sales") == [(Decimal("8000.5"),)]
    assert dict(rows("SELECT key, value FROM load_info WHERE key IN ('as_of', 'source', 'currency')")) == {
        "as_of": "2026-03-01",
        "source": "mycrm",
        "currency": "EUR",
    }


def test_the_same_input_gives_the_same_tables(guide: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    tables = ("opportunities", "opportunity_history", "stage_passages", "reps", "accounts", "sales", "calendar")
    seen = []
    for _ in range(2):
        load(str(guide / "mycrm"), guide / "export", settings=settings)
        seen.append([rows(f"SELECT * FROM {table}") for table in tables])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("mycrm/source.toml", "currency = ", "source.toml cannot be read"),
        ("mycrm/source.toml", 'currency = "EUR"', "names no files"),
        (
            "mycrm/source.toml",
            '[files.deals]\ncolumns = { A = "money" }',
            "column A is 'money'; it must be one of text",
        ),
        ("mycrm/source.toml", '[files.deals]\nkey = "B"\ncolumns = { A = "text" }', "has no column B for its key"),
        ("mycrm/offices.sql", "SELECT 1", "there is no table offices; the tables are accounts"),
        ("mycrm/reps.sql", "SELECT FROM", "reps.sql cannot be run: Parser Error"),
        ("mycrm/reps.sql", "SELECT ID AS rep_id, 1 AS nmae FROM staged.people", "did you mean name?"),
        ("mycrm/reps.sql", 'SELECT "Full name" AS name FROM staged.people', "reps.sql gives no rep_id"),
        ("mycrm/_half.sql", "SELECT x FROM staged.people", "_half.sql cannot be run: Binder Error"),
    ],
)
def test_a_mistake_in_a_source_is_named(guide: Path, settings: Settings, file: str, text: str, sentence: str) -> None:
    (guide / file).write_text(text)
    with pytest.raises(LoadError) as wrong:
        load(str(guide / "mycrm"), guide / "export", settings=settings)
    assert sentence in str(wrong.value)


def test_a_view_may_be_made_from_another(guide: Path, settings: Settings) -> None:
    (guide / "mycrm" / "_a.sql").write_text("SELECT id FROM _z")
    (guide / "mycrm" / "_z.sql").write_text("SELECT ID AS id FROM staged.people")
    (guide / "mycrm" / "reps.sql").write_text("SELECT id AS rep_id FROM _a")
    assert load(str(guide / "mycrm"), guide / "export", settings=settings, check_only=True).rows["reps"] == 2


def test_an_unknown_source_is_told_what_there_is(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="neither one of adventureworks, dynamics, hubspot, salesforce, tables nor a"):
        load("pipedrive", tmp_path, settings=settings)
