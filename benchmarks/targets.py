"""A large plan: a quarter of a million target rows in force, by rep, product, channel and month."""

from __future__ import annotations

from itertools import islice, product
from typing import Any

import pandas as pd
from sqlalchemy import select

from crm import schema
from planning.ledger import Ledger
from planning.tables import KEYS
from queries.engine import frame_of, reading
from queries.warehouse import Warehouse
from settings import Settings

ROWS = 250_000
#: Of the demo company's products and channels so many have targets: with its 200 reps and twelve months 240,000 cells.
PRODUCTS, CHANNELS = 20, 5
NAME = "Benchmark by channel"


def publish(settings: Settings, *, rows: int = ROWS) -> int:
    """Puts a version of so many rows in force for the running year, once; returns how many rows it has."""
    warehouse, ledger = Warehouse(settings), Ledger.open(settings)
    try:
        database = warehouse.database()
        year = database.as_of.year
        versions = ledger.versions(year)
        mine = versions[(versions["name"] == NAME) & (versions["state"] == "published")]
        if len(mine):
            return len(ledger.rows(int(mine["version_id"].iloc[0])))
        with reading(database):
            made = list(islice(_rows(year), rows))
        before = ledger.rows(ledger.in_force()[year]) if year in ledger.in_force() else pd.DataFrame()
        kept = before.drop(columns=["version_id", "row_number"]).to_dict("records") if len(before) else []
        plain = [{name: None if pd.isna(value) else value for name, value in row.items()} for row in kept]
        whole = [*made[: rows - len(plain)], *plain]
        version = ledger.draft(year, whole, name=NAME, by="benchmark")
        for step in (ledger.submit, ledger.approve, ledger.publish):
            step(version, by="benchmark", expected_revision=ledger.version(version).revision)
        return len(whole)
    finally:
        warehouse.close()
        ledger.close()


def _rows(year: int) -> Any:
    """Rows with their keys and those above them; the same amount each."""
    t, o, p, c = schema.reps.c, schema.regions.c, schema.products.c, schema.channels.c
    reps = frame_of(
        select(t.rep_id, t.manager_id, o.office_id, o.region, o.country).join_from(
            schema.reps, schema.regions, t.office_id == o.office_id
        )
    )
    products = frame_of(select(p.product_id, p.category).order_by(p.product_id)).head(PRODUCTS)
    channels = frame_of(select(c.channel_id, c.kind).order_by(c.channel_id)).head(CHANNELS)
    months = pd.date_range(f"{year}-01-01", periods=12, freq="MS")
    for rep, made, sold, month in product(reps.itertuples(), products.itertuples(), channels.itertuples(), months):
        keys = dict.fromkeys(KEYS)
        keys |= {"country": rep.country, "region": rep.region, "office": rep.office_id, "manager": rep.manager_id}
        keys |= {"rep": rep.rep_id, "product_category": made.category, "product": made.product_id}
        keys |= {"channel_kind": sold.kind, "channel": sold.channel_id}
        yield {"starts_on": month, "ends_on": month + pd.offsets.MonthEnd(), "amount_e4": 10_000_000, **keys}
