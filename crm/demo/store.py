"""Putting made arrays into tables: numbers are drawn in numpy, keys and names are spelled in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

# How numbers become what a table holds: days since 1970 (-1: none), cents, keys of a letter and a padded number.
_MACROS = """
    CREATE OR REPLACE TEMP MACRO day_of(n) AS DATE '1970-01-01' + CAST(nullif(n, -1) AS INTEGER);
    CREATE OR REPLACE TEMP MACRO yuan(cents) AS CAST(cents AS DECIMAL(16, 0)) * CAST(0.01 AS DECIMAL(2, 2));
    CREATE OR REPLACE TEMP MACRO key_of(letter, n) AS letter || format('{:07d}', nullif(n, -1));
    CREATE OR REPLACE TEMP MACRO member_of(letter, n) AS letter || format('{:03d}', nullif(n, -1) + 1);
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the macros `day_of`, `yuan`, `key_of` and `member_of` that all inserts are written in."""
    connection.execute(_MACROS)


def numbered(made: Mapping[str, np.ndarray], *, by: str) -> dict[str, np.ndarray]:
    """The arrays sorted by one of them, and `number` from 1: keys that do not depend on how many threads insert."""
    order = np.argsort(made[by], kind="stable")
    return {"number": np.arange(1, len(order) + 1), **{name: column[order] for name, column in made.items()}}


def put(connection: duckdb.DuckDBPyConnection, table: str, made: Mapping[str, np.ndarray], select: str) -> None:
    """Inserts what `select` makes of the arrays, which it reads as the table `made`."""
    connection.register("made", pd.DataFrame(made, copy=False))
    connection.execute(f"INSERT INTO {table} BY NAME {select}")
    connection.unregister("made")


def put_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts a few rows; all have the same columns."""
    names = ", ".join(rows[0])
    marks = ", ".join("?" for _ in rows[0])
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [list(row.values()) for row in rows])


def lookup(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Makes a temporary table of names that an insert joins; the first column is the number of the row from 0."""
    numbered = [(number, *row) for number, row in enumerate(rows)]
    frame = pd.DataFrame(numbered, columns=list(columns))
    connection.register("made", frame)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM made")
    connection.unregister("made")
