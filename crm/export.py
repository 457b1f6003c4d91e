"""Writing our tables as CSV files, exactly as the source `tables` reads them."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, exists, select

from crm import snapshots
from crm.issues import LoadError, Progress
from crm.publish import SCHEMA, engine_for
from crm.schema import DERIVED_COLUMNS
from crm.source import TARGETS
from settings import Settings


def export(settings: Settings, folder: Path, *, progress: Progress) -> dict[str, int]:
    """Writes a CSV file for each table that has rows into `folder` and returns the rows of all; nulls are empty values.

    What every load makes anew (the calendar, stage passages, derived columns) is left out. Raises LoadError when there
    is nothing to export or the folder cannot be written.
    """
    rows = {}
    with _connection(settings) as connection:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for done, (name, table) in enumerate(TARGETS.items()):
                progress(f"Writing {name}.csv", done / len(TARGETS))
                rows[name] = _write(connection, table, folder / f"{name}.csv")
        except OSError as wrong:
            raise LoadError(f"{folder} cannot be written: {wrong.strerror}.") from wrong
    progress("Done", 1.0)
    return rows


def _connection(settings: Settings) -> Connection:
    if settings.crm_url is not None:
        engine = engine_for(settings.crm_url)
        schema = SCHEMA if engine.dialect.name == "postgresql" else None
        return engine.connect().execution_options(schema_translate_map={None: schema})
    snapshot = snapshots.current(settings.snapshots_dir)
    if snapshot is None:
        raise LoadError(
            f"There is nothing to export in {settings.snapshots_dir}: load a CRM or the demo company first."
        )
    return create_engine(f"duckdb:///{snapshot.path}", connect_args={"read_only": True}).connect()


def _write(connection: Connection, table: Table, path: Path) -> int:
    """Writes one table, in the order of its key; the file appears when it is complete, and not at all without rows."""
    columns = [column for column in table.columns if column.name not in DERIVED_COLUMNS]
    part = path.with_name(f"{path.name}.part")
    rows = 0
    if not connection.scalar(select(exists(select(*table.primary_key)))):
        path.unlink(missing_ok=True)
        return rows
    result = connection.execution_options(stream_results=True).execute(select(*columns).order_by(*table.primary_key))
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(result.keys())
        for batch in result.partitions(10_000):
            writer.writerows(batch)
            rows += len(batch)
    os.replace(part, path)
    return rows
