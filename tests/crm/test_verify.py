"""Nothing that does not hold together is published, even where the fault is our own."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import crm.load
from crm import snapshots
from crm.derive import derive
from crm.issues import LoadError
from crm.load import load
from settings import Settings


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE opportunities SET amount = amount + 1", "deriving changed the number or the amount of opportunities"),
        ("INSERT INTO sales SELECT * FROM sales", "deriving changed the number or the amount of sales"),
        ("DELETE FROM opportunity_history", r"an opportunity with a creation date has no history \(3\)"),
        ("UPDATE opportunity_history SET valid_to = NULL", "two intervals of an opportunity's history overlap"),
        (
            "INSERT INTO stage_passages BY NAME SELECT '9' AS opportunity_id",
            "a stage passage belongs to no opportunity",
        ),
        ("DELETE FROM calendar", "the as-of date is not in the calendar"),
    ],
)
def test_a_fault_in_deriving_stops_the_load(
    guide: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, statement: str, sentence: str
) -> None:
    def derive_wrongly(connection: duckdb.DuckDBPyConnection, **options: object) -> None:
        derive(connection, **options)  # type: ignore[arg-type]
        connection.execute(statement)

    monkeypatch.setattr(crm.load, "derive", derive_wrongly)
    with pytest.raises(LoadError, match=sentence):
        load(str(guide / "mycrm"), guide / "export", settings=settings)
    assert snapshots.current(settings.snapshots_dir) is None
