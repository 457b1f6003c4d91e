"""A company whose wins and losses are written by hand; "today" is 27 August 2026, the quarter began in July.

| deal | status | closed | office | amount | furthest | reason      | competition      | winner | review |
| a    | won    | 10 Aug | sh     | 100    | 4        | -           | X                |        | yes    |
| b    | lost   | 10 Aug | sh     | 50     | 3        | Price       | X, Y             | X      | yes    |
| c    | lost   | 11 Aug | sh     | 30     | 2        | Price       | X                | -      | -      |
| d    | lost   | 12 Aug | bj     | 20     | 2        | No decision | nobody           |        | yes    |
| e    | won    | 13 Jul | bj     | 200    | 4        | -           | nobody           |        | yes    |
| f    | lost   | 14 Jul | bj     | 70     | 1        | -           | unknown          |        | -      |
| g    | term.  | 15 Jul | bj     | 10     | 1        | Cancelled   | unknown          |        | -      |
| h    | open   | -      | sh     | 500    | 2        | -           | Y                |        | -      |
| p    | won    | 5 Aug 2025 | sh | 100    | 4        | -           | X                |        | -      |
| q    | lost   | 30 Aug 2025 | sh | 100   | 2        | Price       | X                | X      | -      |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tests.rows import deal

X, Y = "X", "Y"


def closed(month: int, day: int, year: int = 2026) -> dict[str, date]:
    return {"closed_on": date(year, month, day), "created_on": date(year, month - 1, 1)}


def price(**more: Any) -> dict[str, Any]:
    return {"close_reason": "Price", "close_reason_zh": "价格", **more}


DEALS = [
    deal("a", "won", 100, **closed(8, 10), competition="named", is_reviewed=True, discount=0.1, idle_days=3),
    deal("b", "lost", 50, **closed(8, 10), **price(), competition="named", winner_id=X, is_reviewed=True,
         furthest_position=3, stage_id="s3", discount=0.3, idle_days=10, idle_band=8),
    deal("c", "lost", 30, **closed(8, 11), **price(), competition="named", furthest_position=2, stage_id="s2",
         idle_days=20, idle_band=15),
    deal("d", "lost", 20, **closed(8, 12), close_reason="No decision", is_no_decision=True, competition="nobody",
         is_reviewed=True, furthest_position=2, stage_id="s2", office_id="bj", rep_id="r2"),
    deal("e", "won", 200, **closed(7, 13), competition="nobody", is_reviewed=True, office_id="bj", rep_id="r2"),
    deal("f", "lost", 70, **closed(7, 14), competition="unknown", office_id="bj", rep_id="r2"),
    deal("g", "terminated", 10, **closed(7, 15), close_reason="Cancelled", competition="unknown", office_id="bj",
         rep_id="r2"),
    deal("h", "open", 500, created_on=date(2026, 7, 1), competition="named", furthest_position=2, stage_id="s2"),
    deal("p", "won", 100, **closed(8, 5, 2025), competition="named"),
    deal("q", "lost", 100, **closed(8, 30, 2025), **price(), competition="named", winner_id=X, furthest_position=2),
]  # fmt: skip
NAMED = [("a", X), ("b", X), ("b", Y), ("c", X), ("h", Y), ("p", X), ("q", X)]
REVIEWS = [
    {"opportunity_id": "a", "outcome": "won", "note": "The trial data convinced the head.", "rep_id": "r1"},
    {"opportunity_id": "b", "outcome": "lost", "note": "100% above the winner.", "competitor_id": X, "rep_id": "r1"},
    {"opportunity_id": "d", "outcome": "lost", "note": "推迟到明年预算。", "rep_id": "r2"},
    {"opportunity_id": "e", "outcome": "won", "note": "Renewal", "rep_id": "r2"},
]


def tables() -> dict[str, Iterable[Mapping[str, Any]]]:
    """The rows by table."""
    return {
        "opportunities": DEALS,
        "competitors": [{"competitor_id": X, "name": "Xeno", "name_zh": "西诺"}, {"competitor_id": Y, "name": "Yoko"}],
        "opportunity_competitors": [
            {"opportunity_id": key, "competitor_id": rival, "is_winner": (key, rival) in {("b", X), ("q", X)}}
            for key, rival in NAMED
        ],
        "close_reviews": [{**row, "reviewed_on": date(2026, 8, day + 1)} for day, row in enumerate(REVIEWS)],
    }
