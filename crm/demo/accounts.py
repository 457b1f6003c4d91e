"""The customers: how many of which kind around each office, and how much they buy."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from crm.demo.people import offices
from crm.demo.places import KINDS, PLACES, REGIONS
from crm.demo.store import lookup, put, put_rows

#: Deals to an account, on average.
DEALS_EACH = 12

_ACCOUNTS = """
    SELECT
        key_of('A', number) AS account_id,
        concat_ws(' ', city, place, CASE WHEN turn > 0 THEN 'No. ' || (turn + 1) END, kind) AS name,
        concat(city_zh, place_zh, CASE WHEN turn > 0 THEN '第' || (turn + 1) END, kind_zh) AS name_zh,
        industry, industry_zh, segment, segment_zh,
        member_of('O', office) AS office_id
    FROM made
    JOIN cities USING (office) JOIN places USING (place_number) JOIN kinds USING (kind_number)
    ORDER BY number
"""


@dataclass(frozen=True)
class Accounts:
    """One entry per account."""

    office: np.ndarray
    region: np.ndarray
    kind: np.ndarray
    place: np.ndarray
    turn: np.ndarray  # 0 for the first account of its name, 1 for the second ...
    weight: np.ndarray  # how often it buys, in proportion
    size: np.ndarray  # how large its deals are, 1 is usual


def found_accounts(rng: np.random.Generator, opportunities: int) -> Accounts:
    """Draws the accounts for so many opportunities; no two have the same name."""
    count = max(opportunities // DEALS_EACH, 60)
    region, reps = offices()
    share = np.array([one[2] for one in REGIONS])[region] * reps
    for number in range(len(REGIONS)):
        share[region == number] *= REGIONS[number][2] / share[region == number].sum()
    office = rng.choice(len(region), count, p=share / share.sum())
    kinds = np.array([one[6] for one in KINDS])
    kind = rng.choice(len(KINDS), count, p=kinds / kinds.sum())
    # Names are used up one after the other: the places of an office and kind in an order of its own, then again.
    family = office * len(KINDS) + kind
    order = np.argsort(family, kind="stable")
    turn = np.empty(count, np.int64)
    turn[order] = np.arange(count) - np.searchsorted(family[order], family[order])
    start = rng.integers(0, len(PLACES), len(region) * len(KINDS))
    size = np.array([one[7] for one in KINDS])[kind]
    return Accounts(
        office=office,
        region=region[office],
        kind=kind,
        place=(start[family] + turn * 7) % len(PLACES),
        turn=turn // len(PLACES),
        weight=rng.lognormal(0, 0.8, count) * np.sqrt(size),
        size=size,
    )


def write_accounts(connection: duckdb.DuckDBPyConnection, accounts: Accounts) -> None:
    """Fills `regions` and `accounts`."""
    cities = [(name, zh, *office) for name, zh, _, some in REGIONS for office in some]
    put_rows(
        connection,
        "regions",
        [
            {
                "office_id": f"O{number + 1:03}", "office": city, "office_zh": city_zh,
                "province": province, "province_zh": province_zh, "region": region, "region_zh": region_zh,
                "country": "China", "country_zh": "中国",
            }
            for number, (region, region_zh, city, city_zh, province, province_zh, _) in enumerate(cities)
        ],
    )  # fmt: skip
    lookup(connection, "cities", ("office", "city", "city_zh"), (one[2:4] for one in cities))
    lookup(connection, "places", ("place_number", "place", "place_zh"), PLACES)
    names = ("kind_number", "kind", "kind_zh", "industry", "industry_zh", "segment", "segment_zh")
    lookup(connection, "kinds", names, (one[:6] for one in KINDS))
    made = {
        "number": np.arange(len(accounts.office)), "office": accounts.office, "kind_number": accounts.kind,
        "place_number": accounts.place, "turn": accounts.turn,
    }  # fmt: skip
    put(connection, "accounts", made, _ACCOUNTS)
