"""The quotas that a CRM holds, read out of its tables with everything that stands above what they are set for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection, Select, case, create_engine, func, inspect, null, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from crm import schema
from crm.issues import LoadError
from crm.publish import SCHEMA, engine_for, shown
from crm.snapshots import Snapshot
from planning.errors import LedgerError
from planning.tables import KEYS
from settings import Settings


@dataclass(frozen=True)
class CrmQuotas:
    """All quotas of one version of the CRM tables, and what that version says about itself.

    `rows` has one row per quota: `starts_on`, `ends_on`, `amount` and a column for each key of a target.
    """

    rows: pd.DataFrame
    as_of: date
    first_month: int
    origin: str
    data_version: str


def read_quotas(place: Snapshot | str, settings: Settings) -> CrmQuotas:
    """Reads a snapshot or the database at an address; raises LedgerError where it cannot be read."""
    named = f"the snapshot {place.id}" if isinstance(place, Snapshot) else shown(place)
    try:
        with _connected(place) as connection:
            said = schema.load_info
            info = {row.key: row.value for row in connection.execute(select(said.c.key, said.c.value))}
            columns = {
                column["name"] for column in inspect(connection).get_columns("quotas", schema=_schema(connection))
            }
            rows = connection.execute(_statement(columns)).fetchall()
    except (SQLAlchemyError, LoadError) as wrong:
        reason = str(getattr(wrong, "orig", None) or wrong).strip().splitlines()[0].rstrip(".")
        raise LedgerError(f"The quotas of {named} cannot be read: {reason}. Targets are as they were.") from wrong
    return CrmQuotas(
        rows=pd.DataFrame(
            [tuple(row) for row in rows], columns=["starts_on", "ends_on", "amount", *KEYS], dtype=object
        ),
        as_of=settings.as_of or date.fromisoformat(info["as_of"]),
        first_month=int(info.get("fiscal_year_start") or settings.fiscal_year_start),
        origin="demo" if info.get("source") == "demo" else "load",
        data_version=place.id if isinstance(place, Snapshot) else info.get("version", ""),
    )


def version_at(url: str) -> str | None:
    """The version of the CRM tables at an address; None where that cannot be told."""
    try:
        with _connected(url) as connection:
            said = schema.load_info
            return connection.scalar(select(said.c.value).where(said.c.key == "version"))
    except (SQLAlchemyError, LoadError):
        return None


@contextmanager
def _connected(place: Snapshot | str) -> Iterator[Connection]:
    if isinstance(place, Snapshot):
        config = {"autoinstall_known_extensions": False, "threads": 2}
        engine = create_engine(
            f"duckdb:///{place.path}", connect_args={"read_only": True, "config": config}, poolclass=NullPool
        )
    else:
        engine = engine_for(place)
    try:
        with engine.connect() as connection:
            yield connection.execution_options(schema_translate_map={None: _schema(connection)})
    finally:
        engine.dispose()


def _schema(connection: Connection) -> str | None:
    return SCHEMA if connection.dialect.name == "postgresql" else None


def _statement(columns: set[str]) -> Select[tuple[object, ...]]:
    """One row per quota, with its ancestors. Tables from before a quota could be set for a region have no such columns.

    A rep's quota without a place is that of the office the rep is in now.
    """
    quotas, reps, products, channels = schema.quotas, schema.reps, schema.products, schema.channels
    level = {
        name: quotas.c[name] if name in columns else null() for name in ("region", "product_category", "channel_kind")
    }
    home = schema.regions.alias("home")
    office = func.coalesce(quotas.c.office_id, case((level["region"].is_(None), reps.c.office_id)))
    around = (
        select(schema.regions.c.region, func.min(schema.regions.c.country).label("country"))
        .group_by(schema.regions.c.region)
        .subquery("around")
    )
    made = {
        "country": func.coalesce(home.c.country, around.c.country),
        "region": func.coalesce(home.c.region, level["region"]),
        "office": office,
        "manager": reps.c.manager_id,
        "rep": quotas.c.rep_id,
        "product_category": func.coalesce(products.c.category, level["product_category"]),
        "product": quotas.c.product_id,
        "channel_kind": func.coalesce(channels.c.kind, level["channel_kind"]),
        "channel": quotas.c.channel_id,
    }
    return (
        select(quotas.c.starts_on, quotas.c.ends_on, quotas.c.amount, *(made[name].label(name) for name in KEYS))
        .select_from(quotas)
        .outerjoin(reps, reps.c.rep_id == quotas.c.rep_id)
        .outerjoin(home, home.c.office_id == office)
        .outerjoin(around, around.c.region == level["region"])
        .outerjoin(products, products.c.product_id == quotas.c.product_id)
        .outerjoin(channels, channels.c.channel_id == quotas.c.channel_id)
        .order_by(quotas.c.quota_id)
    )
