"""The application database: SQLite beside the snapshots, or PostgreSQL; how it is opened, written to and migrated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, create_engine, event, func, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from planning.errors import LedgerError
from planning.migrations import HEAD, upgrade
from settings import Settings

#: How long one writer waits for another, in milliseconds.
PATIENCE = 15_000
#: The number that migrating processes lock in PostgreSQL.
_LOCK = 7_340_196_218_551
_ALEMBIC = Table("alembic_version", MetaData(), Column("version_num", String))


def url_of(settings: Settings) -> URL:
    """The address of the application database; raises LedgerError for one that we do not speak."""
    if settings.app_url is None:
        return URL.create("sqlite", database=str(settings.data_dir / "app.sqlite"))
    try:
        url = make_url(settings.app_url)
    except ArgumentError as wrong:
        raise LedgerError("APP_DATABASE_URL is no address like postgresql://user@host/database.") from wrong
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("postgresql+psycopg", "sqlite"):
        raise LedgerError(
            f"APP_DATABASE_URL names {url.drivername}; targets are kept in SQLite (sqlite:///...) or PostgreSQL."
        )
    return url


def open_engine(settings: Settings) -> Engine:
    """An engine for the application database, whose folder is made if need be; nothing is connected yet."""
    url = url_of(settings)
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, pool_size=settings.threads, connect_args={"connect_timeout": 3})
    with in_sentences(url):
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return prepared(create_engine(url, pool_size=settings.threads))


def prepared(engine: Engine) -> Engine:
    """Makes SQLite safe for several processes: readers never wait, writers take turns from their first statement on."""
    if engine.dialect.name == "sqlite" and not event.contains(engine, "connect", _set_up):
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver thinks they should
    # Patience comes first: even the switch to WAL may have to wait.
    for pragma in (f"busy_timeout = {PATIENCE}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: all of it or nothing. Raises LedgerError where another writer does not end."""
    try:
        with engine.connect() as connection, connection.execution_options(writes=True).begin():
            yield connection
    except OperationalError as wrong:
        if "database is locked" not in str(wrong.orig):
            raise
        raise LedgerError(
            "Somebody else has been writing targets for a while; nothing of yours was saved. Try again in a minute."
        ) from wrong


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads: all its statements see the same moment, whoever writes meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def migrate(engine: Engine) -> None:
    """Brings the tables up to date; several processes may do so at once. One SELECT where nothing is to do.

    Raises LedgerError where the database is of a newer program than this.
    """
    if migrated_to(prepared(engine)) == HEAD:
        return
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(connection)


def migrated_to(engine: Engine) -> str | None:
    """The step that the tables have reached; None where there are none, or where nobody answers."""
    try:
        with engine.connect() as connection:
            return connection.scalar(select(_ALEMBIC.c.version_num))
    except (OperationalError, ProgrammingError):
        return None


def _upgrade(connection: Connection) -> None:
    from alembic.util import CommandError

    try:
        upgrade(connection)
    except CommandError as wrong:
        raise LedgerError(
            f"The application database cannot be brought up to date ({wrong}). It was probably written by a newer "
            "version of this program: start that one, or restore the backup made before it."
        ) from wrong


@contextmanager
def in_sentences(url: URL) -> Iterator[None]:
    """Says in a sentence that the application database does not open."""
    shown = url.render_as_string(hide_password=True)
    what = "Set APP_DATABASE_URL or DATA_DIR to one that does."
    try:
        yield
    except OSError as wrong:
        raise LedgerError(f"The application database {shown} cannot be opened ({wrong.strerror}). {what}") from wrong
    except SQLAlchemyError as wrong:
        said = str(wrong.orig if isinstance(wrong, DBAPIError) else wrong).strip().splitlines()[0].rstrip(".")
        raise LedgerError(f"The application database {shown} cannot be opened ({said}). {what}") from wrong
