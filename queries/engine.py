"""How questions are asked: of one version of the database, with their answers kept.

A request reads one version from beginning to end (`reading`), even when a new snapshot is published meanwhile.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, ParamSpec, TypeVar

import pandas as pd
from sqlalchemy import Connection, Engine, Select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from queries.cache import ByteCache
from queries.ledger_reader import Targets
from queries.memory import Allowance
from queries.slices import Slice
from queries.watchman import Watchman

#: Stands between the version of the CRM tables and the revision of the targets.
BESIDE = "~"

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


class NoData(RuntimeError):
    """There is no database to read yet."""


class Unreachable(RuntimeError):
    """The database does not answer and there is no earlier answer to this question."""


class TooSlow(RuntimeError):
    """A question took longer than it may."""


class TooLarge(RuntimeError):
    """A question needs more memory than the database may take."""


@dataclass(frozen=True, eq=False)
class Database:
    """One readable version of the CRM tables."""

    engine: Engine
    version: str
    as_of: date
    info: dict[str, str]
    cache: ByteCache
    limit_seconds: float = 30.0
    targets: Targets | None = None
    allowance: Allowance | None = None

    @property
    def data_version(self) -> str:
        """The version of the CRM tables alone."""
        return self.version.partition(BESIDE)[0]

    @property
    def recorded_to(self) -> date:
        """The day up to which the tables tell what happened; `as_of` may be set to an earlier one."""
        return date.fromisoformat(self.info["as_of"])

    @property
    def first_month(self) -> int:
        """The month in which the fiscal year begins."""
        return int(self.info.get("fiscal_year_start", "1"))

    @property
    def currency(self) -> str:
        """The reporting currency."""
        return self.info.get("currency", "CNY")


_current: ContextVar[Database] = ContextVar("database")
_watchman = Watchman()


@contextmanager
def reading(database: Database) -> Iterator[Database]:
    """Makes every question inside read this version."""
    token = _current.set(database)
    try:
        yield database
    finally:
        _current.reset(token)


def current() -> Database:
    """The database that questions read; raises NoData outside `reading`."""
    try:
        return _current.get()
    except LookupError:
        raise NoData("No database is being read.") from None


def frame_of(statement: Select[Any]) -> pd.DataFrame:
    """Runs one SELECT on the current database; exact decimals become floats only here, after all sums."""
    columns, rows = rows_of(statement)
    return pd.DataFrame.from_records(rows, columns=columns, coerce_float=True)


def rows_of(statement: Select[Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Runs one SELECT on the current database: the names of its columns, and its rows as the driver gives them."""
    database = current()
    try:
        with database.engine.connect() as connection, _limited(connection, database.limit_seconds):
            return _fetched(connection, statement, database.allowance)
    except DBAPIError as failed:
        if "interrupt" in str(failed.orig).lower() or "statement timeout" in str(failed.orig).lower():
            raise TooSlow(f"The question took longer than {database.limit_seconds:.0f} seconds.") from failed
        if _needs_memory(failed):  # it is there, and answers others
            raise TooLarge("The question needs more memory than the database may take.") from failed
        raise


def _fetched(
    connection: Connection, statement: Select[Any], allowance: Allowance | None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the columns and the rows; a statement that needs more memory than usual gets it."""

    def asked() -> tuple[list[str], list[tuple[Any, ...]]]:
        result = connection.execute(statement)
        return list(result.keys()), [tuple(row) for row in result.fetchall()]

    if allowance is None:
        return asked()
    allowance.settle(connection)
    try:
        return asked()
    except DBAPIError as failed:
        if not _needs_memory(failed):
            raise
        connection.rollback()  # where it is in a transaction, that has come to its end
    with allowance.raised(connection):
        return asked()


def _needs_memory(failed: DBAPIError) -> bool:
    return "out of memory" in str(failed.orig).lower()


def frames_of(statement: Select[Any], *, size: int) -> Iterator[pd.DataFrame]:
    """The rows of a long SELECT in pieces of `size`, so that a million of them never stand in memory at once.

    To sort them all takes more memory than questions usually do.
    """
    database = current()

    def pieces() -> Iterator[pd.DataFrame]:
        more = nullcontext if database.allowance is None else database.allowance.raised
        with database.engine.connect() as connection, more(connection):
            result = connection.execution_options(stream_results=True).execute(statement)
            columns = list(result.keys())
            for piece in result.partitions(size):
                yield pd.DataFrame.from_records(piece, columns=columns, coerce_float=True)

    return pieces()


@contextmanager
def _limited(connection: Any, seconds: float) -> Iterator[None]:
    """Stops a statement that runs too long: DuckDB by interrupt, PostgreSQL by its own statement_timeout."""
    if connection.dialect.name != "duckdb":
        yield
        return
    with _watchman.watching(connection.connection.dbapi_connection, seconds):
        yield


def question(asked: Callable[P, R]) -> Callable[P, R]:
    """Keeps answers by data version, slice and scope; answers from the last good one while the database is away.

    Frames are handed out as copies that share their columns, so that what a reader adds to one stays with them.
    """

    @functools.wraps(asked)
    def answer(*args: P.args, **kwargs: P.kwargs) -> R:
        database = current()
        plain = tuple(arg.asked() if isinstance(arg, Slice) else arg for arg in args)
        key = (asked.__module__, asked.__qualname__, plain, tuple(sorted(kwargs.items())))
        try:
            found = database.cache.get_or_make(key, database.version, lambda: asked(*args, **kwargs))
        except (OperationalError, InterfaceError) as failed:
            found = database.cache.last_good(key)
            if found is None:
                raise Unreachable("The database does not answer.") from failed
            log.warning("%s is answered from an earlier time", asked.__qualname__, exc_info=failed)
        return found.copy(deep=False) if isinstance(found, pd.DataFrame) else found

    return answer
