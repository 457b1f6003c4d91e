"""Rows of what deals went through: where they stand, which stages they left, what their history says."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from tests.rows import STAGES, deal


def standing(opportunity_id: str, stage: str, amount: float, age: int = 0, **columns: Any) -> dict[str, Any]:
    """An open deal that has stood in a stage for so many active days."""
    position = int(stage[1])
    chance = STAGES[position - 1]["probability"]
    return deal(
        opportunity_id,
        amount=amount,
        **{
            "stage_id": stage,
            "furthest_position": position,
            "active_days_in_stage": age,
            "probability": chance,
            **columns,
        },
    )


def passages(stage: str, days: list[int], *, advanced: int, prefix: str = "", **columns: Any) -> list[dict[str, Any]]:
    """Deals that left a stage on 1 June after so many active days, the first of them forward, the others lost."""
    return [
        {
            "opportunity_id": f"{prefix}{stage}-{number}",
            "stage_id": stage,
            "position": int(stage[1]),
            "entered_on": date(2026, 6, 1) - timedelta(days=active),
            "left_on": date(2026, 6, 1),
            "outcome": "advanced" if number < advanced else "lost",
            "active_days": active,
            "office_id": "sh",
            "rep_id": "r1",
            "pipeline": "Main",
            **columns,
        }
        for number, active in enumerate(days)
    ]


def interval(opportunity_id: str, stage: str, start: date, end: date | None, **columns: Any) -> dict[str, Any]:
    """One interval of a deal's history, open unless said otherwise."""
    row = {
        "opportunity_id": opportunity_id,
        "valid_from": datetime.combine(start, time()),
        "valid_to": None if end is None else datetime.combine(end, time()),
        "stage_id": stage,
        "status": "open",
        "amount": 100,
        "office_id": "sh",
        "rep_id": "r1",
        "pipeline": "Main",
        "is_derived": False,
    }
    return {**row, **columns}


#: s1: 5 of 10 after 60 days; s2: 8 of 10 after 30; s3: 9 of 10 after 20.
HISTORY = [
    *passages("s1", [60] * 10, advanced=5),
    *passages("s2", [30] * 10, advanced=8),
    *passages("s3", [20] * 10, advanced=9),
]
