"""A tiny company with targets, for the questions about target and actual.

As of Thursday 27 August 2026, 42 of the third quarter's 66 working days have passed (July 23, August 19 of 21,
September 22). All sales are bookings but k.

| sale | sold        | amount | office | rep | product | channel | deal |      | deal | expected | open |
|------|-------------|--------|--------|-----|---------|---------|------|      |------|----------|------|
| a    | 3 Jul 2026  |    300 | sh     | r1  | p1      | c1      | d1   |      | o1   | 10 Sep   |  100 |
| b    | 10 Aug 2026 |     60 | sh     | r1  | p2      | c1      | d2   |      | o2   | 1 Jul    |   50 |
| c    | 10 Aug 2026 |     40 | bj     | r2  | p1      | c1      | d2   |      | o3   | 5 Oct    |   70 |
| d    | 20 Aug 2026 |     50 | bj     | r2  | p2      | c2      |      |
| e    | 5 Aug 2026  |     10 |        |     | p1      |         |      |
| f    | 30 Jul 2026 |    -20 | bj     | r2  | p1      | c2      |      |
| k    | 5 Aug 2026  |     77 | sh     | r1  | p1      | c1      |      | (an invoice)
| g    | 1 Jul 2025  |    200 | sh     | r1  | p1      | c1      |      |
| h    | 27 Aug 2025 |     20 | bj     | r2  | p1      | c1      |      |
| i    | 28 Aug 2025 |   1000 | bj     | r2  | p2      | c2      |      |
| j    | 15 Aug 2025 |     30 | bj     | r3  | p1      | c2      |      |

| target of the third quarter | region | office | rep | manager | amount | due by 27 August |
|-----------------------------|--------|--------|-----|---------|--------|------------------|
| company                     |        |        |     |         |    660 | 420              |
| regions                     | East   |        |     |         |    396 | 252              |
|                             | North  |        |     |         |    330 | 210              |
| reps                        | East   | sh     | r1  | m       |    330 | 210              |
|                             | North  | bj     | r2  | m       |    198 | 126              |
|                             | North  | bj     | r4  |         |    132 | 84               |

r3 has left, r4 has sold nothing yet and has no manager.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.rows import REPS, deal, due

Q3 = (date(2026, 7, 1), date(2026, 9, 30))


def sale(sale_id: str, sold_on: date, amount: Any, **columns: Any) -> dict[str, Any]:
    """A booking of r1 in Shanghai, unless said otherwise."""
    usual = {"basis": "booking", "office_id": "sh", "rep_id": "r1", "product_id": "p1", "channel_id": "c1"}
    return {"sale_id": sale_id, "sold_on": sold_on, "amount": amount, **usual, **columns}


BEIJING = {"office_id": "bj", "rep_id": "r2"}
SALES = [
    sale("a", date(2026, 7, 3), 300, opportunity_id="d1"),
    sale("b", date(2026, 8, 10), 60, product_id="p2", opportunity_id="d2"),
    sale("c", date(2026, 8, 10), 40, **BEIJING, opportunity_id="d2"),
    sale("d", date(2026, 8, 20), 50, **BEIJING, product_id="p2", channel_id="c2"),
    sale("e", date(2026, 8, 5), 10, office_id=None, rep_id=None, channel_id=None),
    sale("f", date(2026, 7, 30), -20, **BEIJING, channel_id="c2"),
    sale("k", date(2026, 8, 5), 77, basis="invoice"),
    sale("g", date(2025, 7, 1), 200),
    sale("h", date(2025, 8, 27), 20, **BEIJING),
    sale("i", date(2025, 8, 28), 1000, **BEIJING, product_id="p2", channel_id="c2"),
    sale("j", date(2025, 8, 15), 30, office_id="bj", rep_id="r3", channel_id="c2"),
]
OPEN = [
    deal("o1", amount=100, expected_close_on=date(2026, 9, 10)),
    deal("o2", amount=50, expected_close_on=date(2026, 7, 1), office_id="bj", rep_id="r2"),
    deal("o3", amount=70, expected_close_on=date(2026, 10, 5)),
]
PRODUCTS = [
    {"product_id": "p1", "name": "Pump", "name_zh": "泵", "category": "Fluids", "category_zh": "流体"},
    {"product_id": "p2", "name": "Valve", "name_zh": "阀", "category": "Fluids", "category_zh": "流体"},
]
CHANNELS = [
    {"channel_id": "c1", "name": "House", "name_zh": "自营", "kind": "Direct", "kind_zh": "直销"},
    {"channel_id": "c2", "name": "Partner", "kind": "Partner", "kind_zh": "分销"},
]
PEOPLE = [
    *REPS,
    {"rep_id": "r3", "name": "Wu Gang", "name_zh": "吴刚", "office_id": "bj"},
    {"rep_id": "r4", "name": "Lin Yue", "name_zh": "林月", "office_id": "bj"},
]
COMPANY: Mapping[str, Any] = {
    "sales": SALES, "opportunities": OPEN, "products": PRODUCTS, "channels": CHANNELS, "reps": PEOPLE
}  # fmt: skip
EAST = {"region": "East", "country": "China"}
NORTH = {"region": "North", "country": "China"}
R1 = {**EAST, "office": "sh", "rep": "r1", "manager": "m"}
R2 = {**NORTH, "office": "bj", "rep": "r2", "manager": "m"}
R4 = {**NORTH, "office": "bj", "rep": "r4"}
WHOLE = [due(*Q3, 660)]
REGIONS = [due(*Q3, 396, **EAST), due(*Q3, 330, **NORTH)]
OF_REPS = [due(*Q3, 330, **R1), due(*Q3, 198, **R2), due(*Q3, 132, **R4)]
PLAN = (2026, [*WHOLE, *REGIONS, *OF_REPS])
