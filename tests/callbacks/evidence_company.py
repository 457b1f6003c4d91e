"""A company of which a model can be learnt: who was quoted early wins more, Kestrel wins in the East."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.rows import deal

DEALS = 1_200


def tables() -> dict[str, list[dict[str, Any]]]:
    """Every second deal is quoted on day 10; of those 7 in 10 are won, of the others 3; less against k in the East."""
    deals, quotes, met = [], [], []
    for n in range(DEALS):
        name, quoted, east = f"d{n:04d}", n % 2 == 0, n % 3 == 0
        rival = n % 4 < 2
        won = (n * 7 // 2) % 10 < (7 if quoted else 3) and not (rival and east and n % 5 < 3)
        opened = date(2024, 9, 1) + timedelta(days=n // 2)
        deals.append(
            deal(name, "won" if won else "lost", 1_000, office_id="sh" if east else "bj", created_on=opened,
                 closed_on=opened + timedelta(days=60), account_id=f"a{n}")
        )  # fmt: skip
        if quoted:
            quotes.append({"quote_id": name, "opportunity_id": name, "quoted_on": opened + timedelta(days=10)})
        if rival:
            met.append({"opportunity_id": name, "competitor_id": "k", "named_on": opened + timedelta(days=40)})
    names = [{"competitor_id": "k", "name": "Kestrel", "name_zh": "红隼"}]
    return {"opportunities": deals, "quotes": quotes, "opportunity_competitors": met, "competitors": names}
