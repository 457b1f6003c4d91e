"""Writing the dimensions: people, products, channels, competitors, campaigns, stages, and the names inserts join."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import numpy as np

from crm.demo import market
from crm.demo.clock import Clock
from crm.demo.deals import campaign_starts
from crm.demo.people import TITLES, Staff
from crm.demo.reasons import ALL_REASONS
from crm.demo.sales import CONTRACT_STATES
from crm.demo.store import lookup, put, put_rows
from crm.schema import BASES, STATUSES

_REPS = """
    SELECT
        member_of('R', number) AS rep_id, name, name_zh, member_of('R', manager) AS manager_id,
        manager_name AS manager, manager_name_zh AS manager_zh, member_of('O', office) AS office_id,
        lower(replace(name, ' ', '.')) || '@example.com' AS email, title, day_of(hired) AS hired_on,
        day_of(gone) AS left_on
    FROM made ORDER BY number
"""

_ASSIGNMENTS = """
    SELECT member_of('R', rep) AS rep_id, day_of(since) AS valid_from, day_of(until) AS valid_to,
        member_of('O', office) AS office_id
    FROM made ORDER BY rep, since
"""


def write_staff(connection: duckdb.DuckDBPyConnection, staff: Staff) -> None:
    """Fills `reps` and `rep_assignments`."""
    names = np.array([*staff.names, (None, None)], dtype=object)  # the last one is the manager of directors: nobody
    made = {
        "number": np.arange(len(staff.title)), "name": names[:-1, 0], "name_zh": names[:-1, 1],
        "manager": staff.manager, "manager_name": names[staff.manager, 0], "manager_name_zh": names[staff.manager, 1],
        "office": staff.office, "title": np.array(TITLES, dtype=object)[staff.title], "hired": staff.hired,
        "gone": staff.left,
    }  # fmt: skip
    put(connection, "reps", made, _REPS)
    assigned = {"rep": staff.assigned, "since": staff.since, "until": staff.until, "office": staff.assigned_office}
    put(connection, "rep_assignments", assigned, _ASSIGNMENTS)


def write_market(rng: np.random.Generator, connection: duckdb.DuckDBPyConnection, *, time: Clock) -> None:
    """Fills `products`, `channels`, `competitors`, `campaigns`, `stages`, and the holidays of `calendar`."""
    products = [
        {"product_id": "", "name": name, "name_zh": zh, "category": category, "category_zh": category_zh,
         "list_price": price}
        for category, category_zh, _, some in market.CATEGORIES for name, zh, price, *_ in some
    ]  # fmt: skip
    put_rows(connection, "products", _numbered(products, "P"))
    channels = [
        {"channel_id": "", "name": name, "name_zh": zh, "kind": market.CHANNEL_KINDS[kind][0],
         "kind_zh": market.CHANNEL_KINDS[kind][1]}
        for name, zh, kind, _ in market.CHANNELS
    ]  # fmt: skip
    put_rows(connection, "channels", _numbered(channels, "C"))
    rivals = [{"competitor_id": "", "name": name, "name_zh": zh} for name, zh, *_ in market.COMPETITORS]
    put_rows(connection, "competitors", _numbered(rivals, "V"))
    put_rows(connection, "campaigns", _numbered(_campaigns(rng, time), "M"))
    put_rows(connection, "stages", _stages())
    holidays = [
        {"day": start + timedelta(days=n), "holiday": name, "holiday_zh": zh}
        for name, zh, start, days in market.HOLIDAYS
        for n in range(days)
    ]
    put_rows(connection, "calendar", holidays)


def _numbered(rows: list[dict[str, Any]], letter: str) -> list[dict[str, Any]]:
    """Gives rows their key, which is their first column."""
    key = next(iter(rows[0]))
    return [{**row, key: f"{letter}{number:03}"} for number, row in enumerate(rows, 1)]


def _campaigns(rng: np.random.Generator, time: Clock) -> list[dict[str, Any]]:
    rows = []
    for number, start in enumerate(campaign_starts(time)):
        kind, zh, cost, days, *_ = market.CAMPAIGN_KINDS[number % len(market.CAMPAIGN_KINDS)]
        category, category_zh, *_ = market.CATEGORIES[market.campaign_category(number)]
        first = np.datetime64(int(start), "D")
        year, month = str(first)[:4], int(str(first)[5:7])
        rows.append(
            {
                "campaign_id": "",
                "name": f"{category} {kind.lower()} {year}-{month:02}",
                "name_zh": f"{year}年{month}月{category_zh}{zh}",
                "kind": kind,
                "kind_zh": zh,
                "starts_on": first.item(),
                "ends_on": (first + days).item(),
                "cost": int(round(cost * rng.uniform(0.7, 1.4), -3)),
            }
        )
    return rows


def _stages() -> list[dict[str, Any]]:
    return [
        {
            "stage_id": key, "pipeline": market.PIPELINE[0], "pipeline_zh": market.PIPELINE[1], "name": name,
            "name_zh": zh, "position": position, "probability": probability, "typical_days": days,
            "visits_per_week": visits, "is_won": position == len(market.STAGES),
        }
        for position, (key, name, zh, probability, days, visits) in enumerate(market.STAGES, 1)
    ]  # fmt: skip


def make_lookups(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the temporary tables of names that inserts of facts join; dropped by `drop_lookups`."""
    stages = ((market.PIPELINE[0], key, probability) for key, _, _, probability, *_ in market.STAGES)
    lookup(connection, "stage_names", ("stage", "pipeline", "stage_id", "stage_probability"), stages)
    lookup(connection, "status_names", ("status", "status_name"), ((status,) for status in STATUSES))
    sources = (one[:2] for one in market.LEAD_SOURCES)
    lookup(connection, "source_names", ("source", "lead_source", "lead_source_zh"), sources)
    products = [one for *_, some in market.CATEGORIES for one in some]
    lookup(connection, "product_names", ("product", "product_name", "product_name_zh"), (one[:2] for one in products))
    lookup(connection, "prices", ("product", "list_price"), ((one[2],) for one in products))
    lookup(connection, "reason_names", ("reason", "reason_name", "reason_name_zh", "notes"), ALL_REASONS)
    lookup(connection, "basis_names", ("basis", "basis_name"), ((basis,) for basis in BASES))
    lookup(connection, "contract_states", ("state", "contract_stage", "contract_status"), CONTRACT_STATES)
    lookup(connection, "event_kinds", ("event", "kind", "note"), EVENTS)
    lookup(connection, "activity_kinds", ("kind", "activity_kind", "activity_cost"), ACTIVITIES)


#: Things that happen to a contract, with a note where people write one.
EVENTS = (
    ("signed", None), ("amended", "Delivery schedule changed 调整交付计划"), ("delivered", None), ("invoiced", None),
    ("paid", None), ("terminated", "Ended by the customer 客户提前终止"),
    ("expired", "Not called off in full 未执行完毕"),
)  # fmt: skip
#: Kinds of activities and their usual cost in yuan.
ACTIVITIES = (("visit", 420), ("call", 20), ("demo", 1_600), ("seminar", 3_800), ("message", 5))
_LOOKUPS = (
    "cities", "places", "kinds", "stage_names", "status_names", "source_names", "product_names", "prices",
    "reason_names", "basis_names", "contract_states", "event_kinds", "activity_kinds", "deal_keys",
)  # fmt: skip


def drop_lookups(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops the temporary tables that inserts joined."""
    for name in _LOOKUPS:
        connection.execute(f"DROP TABLE {name}")
