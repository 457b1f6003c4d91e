"""Publishing the built tables into a database server instead of a snapshot.

PostgreSQL gets a new schema, filled by COPY and put in the place of `crm` by renaming, all in one transaction:
readers see the old tables or the new ones. Other engines get the rows in one transaction of theirs.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from sqlalchemy import Connection, Engine, Index, MetaData, Table, create_engine, insert, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex

from crm.issues import LoadError, Progress
from crm.schema import metadata

#: The schema that the application reads in PostgreSQL.
SCHEMA = "crm"
_BATCH = 5_000
_CHUNK = 1 << 20
# Columns that questions filter by; the primary keys are indexed as they are.
_INDEXED = {
    "opportunities": (("created_on",), ("closed_on",), ("expected_close_on",), ("status", "stage_id"), ("rep_id",)),
    "opportunity_history": (("valid_from", "valid_to"),),
    "stage_passages": (("entered_on",), ("left_on",)),
    "sales": (("basis", "sold_on"), ("rep_id",)),
    "activities": (("opportunity_id",), ("done_on",)),
    "quotes": (("opportunity_id",),),
    "contracts": (("opportunity_id",), ("signed_on",)),
    "contract_events": (("contract_id",),),
}


def shown(url: str) -> str:
    """The address without its password, fit to be shown; raises LoadError for one that is no address."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError as wrong:
        raise LoadError(f"--into needs an address such as postgresql://user@host/database: {wrong}") from wrong


def refuse_unreachable(url: str) -> None:
    """Raises LoadError for an address that is none or where no database answers, before any work is done for it."""
    engine = engine_for(url)
    try:
        engine.connect().close()
    except SQLAlchemyError as wrong:
        raise LoadError(f"{shown(url)} cannot be reached: {_reason(wrong)}.") from wrong
    finally:
        engine.dispose()


def into_database(
    connection: duckdb.DuckDBPyConnection, url: str, *, scratch: Path, schema: str = SCHEMA, progress: Progress
) -> None:
    """Puts all tables of the connection in the place of those at `url`, in one transaction.

    Raises LoadError when the server cannot be reached or refuses; what was there is then as it was. `schema` is for
    PostgreSQL alone.
    """
    import psycopg  # only here and below: the application itself seldom needs it

    engine = engine_for(url)
    try:
        with engine.begin() as target:
            if engine.dialect.name == "postgresql":
                _replace_schema(connection, target, schema=schema, scratch=scratch, progress=progress)
            else:
                _replace_rows(connection, target, progress=progress)
        if engine.dialect.name == "postgresql":
            _drop_old(engine, schema=schema)
    except (SQLAlchemyError, psycopg.Error) as wrong:
        raise LoadError(
            f"{shown(url)} did not take the tables: {_reason(wrong)}. What was there is as it was."
        ) from wrong
    finally:
        engine.dispose()


def engine_for(url: str) -> Engine:
    """An engine for the address; PostgreSQL is spoken to through psycopg where the address leaves the driver open."""
    address, parsed = shown(url), make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        return create_engine(parsed)
    except (ArgumentError, NoSuchModuleError, ImportError) as wrong:
        raise LoadError(f"{address} names a kind of database that there is no driver for: {wrong}.") from wrong


def _reason(wrong: Exception) -> str:
    """The first line of what the driver said."""
    return str(getattr(wrong, "orig", wrong)).strip().splitlines()[0].rstrip(".")


def _replace_schema(
    source: duckdb.DuckDBPyConnection, target: Connection, *, schema: str, scratch: Path, progress: Progress
) -> None:
    """Fills a new schema and renames it into the place of the old one, which stays as `<schema>_old` until dropped."""
    fresh, old = f"{schema}_new", f"{schema}_old"
    if not target.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext(:name))"), {"name": f"load {schema}"}):
        raise LoadError("Another load into this database is running; wait for it to end.")
    for name in (schema, old):
        _refuse_foreign(target, schema=name)
    quote = target.dialect.identifier_preparer.quote
    target.execute(text(f"CREATE SCHEMA {quote(fresh)}"))
    created = MetaData(schema=fresh)
    tables = [table.to_metadata(created, schema=fresh) for table in metadata.tables.values()]
    created.create_all(target)
    for done, table in enumerate(tables):
        progress(f"Copying {table.name}", done / len(tables))
        _copy(source, target, table, scratch=scratch)
        for columns in _INDEXED.get(table.name, ()):
            target.execute(CreateIndex(Index(f"{table.name}_{'_'.join(columns)}", *(table.c[c] for c in columns))))
        target.execute(text(f"ANALYZE {quote(fresh)}.{quote(table.name)}"))
    target.execute(text(f"DROP SCHEMA IF EXISTS {quote(old)} CASCADE"))
    if inspect(target).has_schema(schema):
        target.execute(text(f"ALTER SCHEMA {quote(schema)} RENAME TO {quote(old)}"))
    target.execute(text(f"ALTER SCHEMA {quote(fresh)} RENAME TO {quote(schema)}"))


def _refuse_foreign(target: Connection, *, schema: str | None) -> None:
    """Raises LoadError when the place is taken by tables that no load of ours has made."""
    found = set(inspect(target).get_table_names(schema=schema) if schema is None or _has(target, schema) else ())
    taken = found if schema is not None else found & set(metadata.tables)
    if taken and "load_info" not in found:
        where = f"The schema {schema}" if schema else "The database"
        raise LoadError(
            f"{where} already has tables that are not a loaded CRM ({', '.join(sorted(taken)[:3])} ...). "
            "They would be replaced: load into another database."
        )


def _has(target: Connection, schema: str) -> bool:
    return inspect(target).has_schema(schema)


def _copy(source: duckdb.DuckDBPyConnection, target: Connection, table: Table, *, scratch: Path) -> None:
    """Streams one table through COPY; an unquoted empty value is null on both sides, a quoted one is empty text."""
    import psycopg
    from psycopg import sql

    names = [column.name for column in table.columns]
    path = scratch / "copied.csv"
    source.table(table.name).project(", ".join(names)).write_csv(str(path), header=False)
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(str(table.schema), table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = target.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with path.open("rb") as rows, driver.cursor() as cursor, cursor.copy(statement) as copy:
        while chunk := rows.read(_CHUNK):
            copy.write(chunk)
    path.unlink()


def _drop_old(engine: Engine, *, schema: str) -> None:
    """Drops what was replaced once no query reads it any more; one that reads on leaves it to the next load."""
    old = f"{schema}_old"
    try:
        with engine.begin() as target:
            target.execute(text("SET LOCAL lock_timeout = '1s'"))
            target.execute(text(f"DROP SCHEMA IF EXISTS {target.dialect.identifier_preparer.quote(old)} CASCADE"))
    except OperationalError:
        return


def _replace_rows(source: duckdb.DuckDBPyConnection, target: Connection, *, progress: Progress) -> None:
    """Deletes and inserts all rows, in batches, in the transaction of the connection."""
    _refuse_foreign(target, schema=None)
    metadata.create_all(target)
    tables = list(metadata.tables.values())
    for done, table in enumerate(tables):
        progress(f"Copying {table.name}", done / len(tables))
        target.execute(table.delete())
        names = [column.name for column in table.columns]
        rows = source.execute(f"SELECT {', '.join(names)} FROM {table.name}")
        while batch := rows.fetchmany(_BATCH):
            target.execute(insert(table), [dict(zip(names, row, strict=True)) for row in batch])
