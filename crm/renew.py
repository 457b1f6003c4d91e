"""Bringing a snapshot up to date that an older version of this program made: its tables again, derived anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from crm import snapshots
from crm.filling import Filled
from crm.first_start import is_outdated
from crm.issues import Issue, LoadError, Progress, part
from crm.load import publish_filled, silent
from crm.report import Report
from crm.schema import DERIVED_COLUMNS, SOURCE_TABLES
from settings import Settings

#: What a load writes about itself; everything else was said by the source or the demo company.
_OWN_FACTS = {"as_of", "source", "currency", "fiscal_year_start", "version", "loaded_at", "issues"}


def renew(settings: Settings, *, progress: Progress = silent) -> Report | None:
    """Copies what was loaded into a new snapshot, derives the rest and makes it current; None where none is outdated.

    The old one stays to go back to. Raises LoadError; then nothing has changed.
    """
    if not is_outdated(settings):
        return None
    current = snapshots.current(settings.snapshots_dir)
    assert current is not None

    def fill(connection: duckdb.DuckDBPyConnection, _: Path, progress: Progress) -> Filled:
        connection.execute(f"ATTACH '{str(current.path).replace(chr(39), chr(39) * 2)}' AS old (READ_ONLY)")
        try:
            return _copied(connection, part(progress, 0.0, 1.0))
        except duckdb.Error as wrong:
            raise LoadError(
                f"The snapshot {current.id} cannot be brought up to date ({wrong}). Load your data again."
            ) from wrong
        finally:
            connection.execute("DETACH old")

    return publish_filled(fill, settings=settings, into=None, progress=progress)


def _copied(connection: duckdb.DuckDBPyConnection, progress: Progress) -> Filled:
    """Copies the tables of a source, as far as the old ones have their columns; what was derived is left behind."""
    for done, table in enumerate(SOURCE_TABLES):
        progress(f"Copying {table.name}", done / len(SOURCE_TABLES))
        known = {
            str(row[0])
            for row in connection.execute(
                "SELECT column_name FROM duckdb_columns() WHERE database_name = 'old' AND table_name = ?", [table.name]
            ).fetchall()
        }
        names = [column.name for column in table.columns if column.name in known - set(DERIVED_COLUMNS)]
        if names:
            columns = ", ".join(f'"{name}"' for name in names)
            where = "WHERE is_derived IS NOT TRUE" if "is_derived" in names else ""
            connection.execute(
                f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM old."{table.name}" {where}'
            )
    said = dict(connection.execute("SELECT key, value FROM old.load_info").fetchall())
    issues = connection.execute(
        "SELECT table_name, rule, column_name, count, example, message FROM old.load_issues ORDER BY issue_id"
    ).fetchall()
    return Filled(
        source=said["source"],
        as_of=date.fromisoformat(said["as_of"]),
        currency=said["currency"],
        fiscal_year_start=int(said["fiscal_year_start"]),
        issues=[Issue(*row) for row in issues],
        facts={key: value for key, value in said.items() if key not in _OWN_FACTS},
    )
