"""Rows of targets: brought into one form, told apart by their content, written and read in bulk.

A frame of rows has `starts_on` and `ends_on` (datetime64), `amount_e4` (int64: whole ten-thousandths) and a categorical
column for each key; a missing key means that the target is not set for that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, Numeric, Text, cast, func, insert, select, type_coerce

from planning.errors import BadRows
from planning.tables import KEYS, targets

#: Columns of a frame of rows.
COLUMNS = ("starts_on", "ends_on", "amount_e4", *KEYS)
_DAYS = ("starts_on", "ends_on")
_INT = ("version_id", "row_number", "amount_e4")
_GIVEN = {*COLUMNS, "amount"}
#: Rows in one INSERT: fewer values than any SQLite takes (999).
_TOGETHER = 64
# NUMERIC(18, 4) holds eighteen digits.
_TOO_LARGE = 10**18
_MONEY = "Give whole numbers, Decimals or text with at most four decimals and fourteen digits before them"

Rows: TypeAlias = pd.DataFrame | Iterable[Mapping[str, Any]]


def canonical(rows: Rows) -> pd.DataFrame:
    """The rows as a frame of `COLUMNS`; `amount` may be given instead of `amount_e4`, columns of keys may be missing.

    Raises BadRows with a sentence for what cannot be kept exactly as it is.
    """
    given = _columns(rows)
    if unknown := sorted(set(given) - _GIVEN - {"version_id", "row_number"}):
        raise BadRows(f"Targets have no column {unknown[0]}; they have {', '.join(('amount', *_DAYS, *KEYS))}.")
    if missing := [name for name in _DAYS if name not in given]:
        raise BadRows(f"Targets need the column {missing[0]}.")
    days = {name: _days(given[name], name) for name in _DAYS}
    made = {
        **days,
        "amount_e4": _amounts(given),
        **{name: _keys(given.get(name), name, len(given["starts_on"])) for name in KEYS},
    }
    frame = pd.DataFrame(made)
    if wrong := np.flatnonzero(frame["ends_on"] < frame["starts_on"]).tolist():
        raise BadRows(f"Target {wrong[0] + 1} ends before it starts ({frame['starts_on'][wrong[0]]:%Y-%m-%d}).")
    return frame


def _columns(rows: Rows) -> dict[str, Any]:
    if isinstance(rows, pd.DataFrame):
        return {str(name): rows[name] for name in rows}
    listed = list(rows)
    names = dict.fromkeys(name for row in listed for name in row) or dict.fromkeys((*_DAYS, "amount"))
    # As objects: pandas would make floats of whole numbers beside a null.
    return {name: pd.Series([row.get(name) for row in listed], dtype=object) for name in names}


def _days(column: pd.Series, name: str) -> np.ndarray:
    try:
        days = pd.to_datetime(pd.Series(column).reset_index(drop=True)).astype("datetime64[us]")
    except (ValueError, TypeError) as wrong:
        raise BadRows(f"{name} of targets must be dates: {wrong}.") from wrong
    if days.isna().any():
        raise BadRows(f"Target {int(np.flatnonzero(days.isna())[0]) + 1} has no {name}.")
    return days.dt.normalize().to_numpy()


def _amounts(given: Mapping[str, pd.Series]) -> np.ndarray:
    if "amount_e4" in given:
        column, scale = given["amount_e4"], 1
    elif "amount" in given:
        column, scale = given["amount"], 10_000
    else:
        raise BadRows("Targets need the column amount.")
    if column.dtype.kind in "iu":
        exact = [int(value) * scale for value in column] if len(column) and column.abs().max() > 2**40 else None
        amounts = column.to_numpy(dtype=np.int64) * scale if exact is None else exact
    else:
        amounts = [_exact(value, row, scale) for row, value in enumerate(column, 1)]
    if len(amounts) and max(abs(int(np.max(amounts))), abs(int(np.min(amounts)))) >= _TOO_LARGE:
        raise BadRows(f"A target is too large. {_MONEY}.")
    return np.asarray(amounts, dtype=np.int64)


def _exact(value: Any, row: int, scale: int) -> int:
    if isinstance(value, int | Decimal | str | np.integer) and not isinstance(value, bool):
        try:
            scaled = Decimal(str(value) if isinstance(value, np.integer) else value) * scale
            if scaled == scaled.to_integral_value():
                return int(scaled)
        except (InvalidOperation, ValueError, OverflowError):
            pass
    raise BadRows(f"The amount {value!r} of target {row} cannot be kept exactly. {_MONEY}.")


def _keys(column: pd.Series | None, name: str, count: int) -> pd.Categorical:
    if column is not None and isinstance(column.dtype, pd.CategoricalDtype) and column.cat.categories.dtype == "str":
        used = column.cat.remove_unused_categories().cat
        return _sorted(used.codes.to_numpy(), used.categories.to_numpy(dtype=object))
    values = np.full(count, None, dtype=object) if column is None else column.astype(object).to_numpy()
    if pd.api.types.infer_dtype(values, skipna=True) not in ("string", "empty"):
        odd = next(value for value in values if pd.notna(value) and not isinstance(value, str))
        raise BadRows(f"The {name} {odd!r} of a target is no text; keys are those of the CRM tables, as text.")
    return _encoded(values)


def _encoded(values: np.ndarray) -> pd.Categorical:
    """Text as categories, in order; nulls belong to none."""
    return _sorted(*pd.factorize(values, use_na_sentinel=True))


def _sorted(codes: np.ndarray, found: np.ndarray) -> pd.Categorical:
    order = np.argsort(found, kind="stable")
    place = np.empty(len(found) + 1, dtype=np.int32)
    place[order], place[-1] = np.arange(len(found)), -1  # code -1 looks up the last place
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(found[order], dtype="str"))


def content_hash(rows: pd.DataFrame) -> str:
    """A fingerprint of a canonical frame: equal for equal rows, whatever their order."""
    # There are few different days, and fewer different keys than rows: each of them is spelled once.
    days = [rows[name].to_numpy().astype("datetime64[D]").astype(np.int64) for name in _DAYS]
    keys = [rows[name].cat for name in KEYS]
    spelled = [[*map(json.dumps, key.categories), "null"] for key in keys]
    heads = _joined(days, [None, None])
    tails = _joined([np.where(key.codes < 0, len(key.categories), key.codes) for key in keys], spelled)
    lines = [
        f"{head},{amount},{tail}" for head, amount, tail in zip(heads, rows["amount_e4"].tolist(), tails, strict=True)
    ]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _joined(columns: Sequence[np.ndarray], words: Sequence[Sequence[str] | None]) -> list[str]:
    """For each row its values with commas between them; numbers as they are, or as the words that they number."""
    number, kinds = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        own, found = pd.factorize(column)
        number, kept = pd.factorize(number * max(len(found), 1) + own)
        kinds = len(kept)
    first = np.empty(kinds if len(number) else 0, dtype=np.int64)
    first[number[::-1]] = np.arange(len(number))[::-1]
    rows = zip(*(column[first].tolist() for column in columns), strict=True)
    made = [
        ",".join(str(value) if own is None else own[value] for value, own in zip(row, words, strict=True))
        for row in rows
    ]
    return np.array(made, dtype=object)[number].tolist() if made else []


def write(connection: Connection, version_id: int, rows: pd.DataFrame) -> None:
    """Inserts a canonical frame as the rows of a version that has none, numbered from 1."""
    columns = [
        [version_id] * len(rows),
        range(1, len(rows) + 1),
        *(np.datetime_as_string(rows[name].to_numpy(), unit="D").tolist() for name in _DAYS),
        rows["amount_e4"].tolist(),
        *(np.array([*rows[name].cat.categories, None], dtype=object)[rows[name].cat.codes].tolist() for name in KEYS),
    ]
    plain = zip(*columns, strict=True)
    if connection.dialect.name == "postgresql":
        _copy(connection, plain)
    elif len(rows):
        _insert(connection, list(plain))


def _insert(connection: Connection, plain: Sequence[tuple[Any, ...]]) -> None:
    """Inserts rows as the driver takes them: passing each value through its column's type takes longer than writing.

    Many rows a statement take half the time of one a statement.
    """
    into, values = str(insert(targets).compile(dialect=connection.dialect)).split(" VALUES ")
    whole = len(plain) - len(plain) % _TOGETHER
    for size, some in ((_TOGETHER, plain[:whole]), (1, plain[whole:])):
        together = [tuple(chain.from_iterable(some[at : at + size])) for at in range(0, len(some), size)]
        if together:
            connection.exec_driver_sql(" VALUES ".join((into, ", ".join([values] * size))), together)


def _copy(connection: Connection, plain: Iterable[tuple[Any, ...]]) -> None:
    """Streams rows to PostgreSQL."""
    import psycopg  # only here: most keep their targets in SQLite
    from psycopg import sql

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in targets.c)
    with driver.cursor() as cursor, cursor.copy(sql.SQL("COPY targets ({}) FROM STDIN").format(names)) as copy:
        for version_id, number, starts_on, ends_on, amount_e4, *keys in plain:
            copy.write_row((version_id, number, starts_on, ends_on, Decimal(amount_e4).scaleb(-4), *keys))


def read(connection: Connection, version_ids: Sequence[int]) -> pd.DataFrame:
    """The rows of some versions: `version_id`, `row_number` and `COLUMNS`, in the order of the first two."""
    wanted = {
        "version_id": targets.c.version_id,
        "row_number": targets.c.row_number,
        "starts_on": targets.c.starts_on,
        "ends_on": targets.c.ends_on,
        "amount_e4": ten_thousandths(connection.dialect.name),
        **{name: targets.c[name] for name in KEYS},
    }
    # Each column comes as one JSON array: a quarter of the time of fetching rows and turning them into columns.
    gathered = func.json_group_array if connection.dialect.name == "sqlite" else func.json_agg
    statement = select(*(type_coerce(cast(gathered(column), Text), Text) for column in wanted.values()))
    row = connection.execute(statement.where(targets.c.version_id.in_(version_ids))).one()
    # One column after the other: all their values at once would take many times what the rows take.
    frame = pd.DataFrame(
        {name: _read(name, orjson.loads(text or "[]")) for name, text in zip(wanted, row, strict=True)}
    )
    return frame.sort_values(["version_id", "row_number"], kind="stable", ignore_index=True)


def _read(name: str, values: list[Any]) -> Any:
    if name in _INT:
        return np.asarray(values, dtype=np.int64)
    return _read_days(values) if name in _DAYS else _encoded(np.array(values, dtype=object))


def ten_thousandths(dialect: str) -> ColumnElement[int]:
    """The amounts as whole numbers, for which no type of ours has to look at each value."""
    if dialect == "sqlite":
        return type_coerce(targets.c.amount, BigInteger)
    return cast(type_coerce(targets.c.amount, Numeric) * 10_000, BigInteger)


def _read_days(values: Sequence[str]) -> np.ndarray:
    """Days from their text; there are few different ones."""
    codes, found = pd.factorize(np.array(values, dtype=object))
    return np.array(found, dtype="datetime64[D]").astype("datetime64[us]")[codes]
