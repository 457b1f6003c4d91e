"""A company of seven reps whose every number can be worked out by eye.

Today is Thursday 27 August 2026. East has the offices sh and nj, North has bj.

| rep | office                        | sold in August, July | target a month | left s1: moved on / left, days |
|-----|-------------------------------|----------------------|----------------|--------------------------------|
| a   | sh                            | 100, 300             | 310            | 5 of 20, 40 days               |
| b   | sh                            | 200, 100             | 310            | 6 of 10, 10 days               |
| c   | nj                            | 310, 310             | 310            | 8 of 10, 20 days               |
| e   | nj                            | 400, 0               | 310            | 7 of 10, 30 days               |
| x   | sh, left on 1 August          | 0, 50                | none           | 10 of 10, 5 days               |
| y   | bj, from 10 August on sh      | 90, 0                | none           | 9 of 9, 5 days                 |
| n   | bj                            | 70, 70               | 310            | 10 of 10, 5 days               |
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from planning.ledger import Ledger
from queries.ledger_reader import Shelf, Targets
from queries.periods import months_later
from settings import Settings
from tests.queries.histories import passages
from tests.rows import AS_OF, deal

REGIONS = [
    {"office_id": "sh", "office": "Shanghai", "office_zh": "上海", "region": "East", "region_zh": "华东"},
    {"office_id": "nj", "office": "Nanjing", "office_zh": "南京", "region": "East", "region_zh": "华东"},
    {"office_id": "bj", "office": "Beijing", "office_zh": "北京", "region": "North", "region_zh": "华北"},
]
OFFICES = {"a": "sh", "b": "sh", "c": "nj", "e": "nj", "x": "sh", "y": "sh", "n": "bj"}
LEFT, MOVED = date(2026, 8, 1), date(2026, 8, 10)
SOLD = {"a": (100, 300), "b": (200, 100), "c": (310, 310), "e": (400, 0), "x": (0, 50), "y": (90, 40), "n": (70, 70)}
PASSED = {"a": (5, 20, 40), "b": (6, 10, 10), "c": (8, 10, 20), "e": (7, 10, 30), "x": (10, 10, 5), "y": (9, 9, 5),
          "n": (10, 10, 5)}  # fmt: skip


def staff() -> list[dict[str, Any]]:
    about: dict[str, dict[str, Any]] = {"x": {"left_on": LEFT}, "e": {"hired_on": date(2026, 5, 4)}}
    usual = {"manager_id": "m", "manager": "Mei Lan", "hired_on": date(2020, 1, 1)}
    named = [
        {"rep_id": key, "name": f"Rep {key}", "office_id": office, **usual, **about.get(key, {})}
        for key, office in OFFICES.items()
    ]
    return [{"rep_id": "m", "name": "Mei Lan"}, *named]


def assignments() -> list[dict[str, Any]]:
    since = date(2020, 1, 1)
    held = [{"rep_id": key, "valid_from": since, "office_id": office} for key, office in OFFICES.items() if key != "c"]
    for one in held:
        if one["rep_id"] == "x":
            one["valid_to"] = LEFT
        if one["rep_id"] == "y":
            one["valid_from"] = MOVED
    return [*held, {"rep_id": "y", "valid_from": since, "valid_to": MOVED, "office_id": "bj"}]


def sale(number: str, rep: str, day: date, amount: float, **columns: Any) -> dict[str, Any]:
    office = "bj" if rep == "y" and day < MOVED else OFFICES[rep]
    row = {"sale_id": number, "basis": "booking", "sold_on": day, "rep_id": rep, "office_id": office, "amount": amount}
    return {**row, "product_id": "p1", "channel_id": "c1", **columns}


def sales() -> list[dict[str, Any]]:
    """Each rep's August on the 12th, July on the 15th; what x sold in July has another product."""
    made = []
    for rep, (august, july) in SOLD.items():
        product = "p2" if rep in {"x", "b"} else "p1"
        made.append(sale(f"{rep}8", rep, date(2026, 8, 12), august, product_id=product))
        made.append(sale(f"{rep}7", rep, date(2026, 7, 15), july, product_id=product))
    return [one for one in made if one["amount"]]


def left(rep: str, stage: str = "s1", outcome: tuple[int, int, int] | None = None) -> list[dict[str, Any]]:
    advanced, exits, days = outcome or PASSED[rep]
    about = {"prefix": f"{rep}-", "rep_id": rep, "office_id": OFFICES[rep], "amount": 100}
    return passages(stage, [days] * exits, advanced=advanced, **about)


def decided(rep: str, won: int, lost: int, days: int) -> list[dict[str, Any]]:
    """Deals closed on 10 August after so many days."""
    about: dict[str, Any] = {
        "rep_id": rep, "office_id": OFFICES[rep], "created_on": date(2026, 8, 10) - timedelta(days=days),
    }  # fmt: skip
    names = [("won", number) for number in range(won)] + [("lost", number) for number in range(lost)]
    return [deal(f"{rep}-{status}{number}", status, **about) for status, number in names]


def standing(name: str, rep: str, amount: float, **columns: Any) -> dict[str, Any]:
    usual = {"expected_close_on": date(2026, 9, 30), "push_count": 0, "active_days_in_stage": 1}
    return deal(name, "open", amount, rep_id=rep, office_id=OFFICES[rep], **{**usual, **columns})


def deals() -> list[dict[str, Any]]:
    """a won 1 of 4; the peers won 5 of 10 (b, 20 days), 6 of 10 (c, 30 days), 8 of 10 (e, 40 days), 9 of 9 (y)."""
    return [
        *decided("a", 1, 3, 99), *decided("b", 5, 5, 20), *decided("c", 6, 4, 30), *decided("e", 8, 2, 40),
        *decided("y", 9, 0, 50),
        standing("slow", "a", 10, active_days_in_stage=61),
        standing("pushed", "a", 20, push_count=2),
        standing("past", "a", 40, expected_close_on=AS_OF - timedelta(days=1)),
        standing("both", "a", 80, expected_close_on=AS_OF - timedelta(days=1), push_count=3),
        standing("fine", "a", 160, push_count=1, expected_close_on=AS_OF),
        standing("b-open", "b", 1000), standing("n-open", "n", 5),
    ]  # fmt: skip


#: Deals that were won after sixty days in s1: what is usual there.
USUAL = [
    {**one, "is_won": True, "opportunity_id": f"usual{number}", "rep_id": "m", "office_id": None}
    for number, one in enumerate(passages("s1", [60] * 4, advanced=4))
]


def targets(folder: Path, *, reps: str = "abcen") -> Targets:
    """310 a month in 2026 for each of the reps: 10 a day of the months of 31 days."""
    ledger = Ledger.open(Settings(data_dir=folder))
    rows = [
        {
            "starts_on": date(2026, month, 1),
            "ends_on": months_later(date(2026, month, 1), 1) - timedelta(days=1),
            "amount": 310,
            "rep": rep,
            "manager": "m",
            "office": OFFICES[rep],
            "region": "North" if OFFICES[rep] == "bj" else "East",
        }
        for month in range(1, 13)
        for rep in reps
    ]
    made = ledger.draft(2026, rows, name="Plan", by="Mei Lan")
    for step in ("submit", "approve", "publish"):
        getattr(ledger, step)(made, by="Mei Lan", expected_revision=ledger.version(made).revision)
    return Targets(ledger.revision(), ledger.versions(), ledger, Shelf())


def tables() -> dict[str, list[dict[str, Any]]]:
    """All of the company's tables."""
    products = [
        {"product_id": "p1", "name": "Scanner", "category": "Imaging", "category_zh": "影像"},
        {"product_id": "p2", "name": "Stent", "category": "Heart", "category_zh": "心脏"},
    ]
    return {
        "regions": REGIONS,
        "reps": staff(),
        "rep_assignments": assignments(),
        "sales": sales(),
        "opportunities": deals(),
        "stage_passages": [*(one for rep in PASSED for one in left(rep)), *left("b", "s2", (5, 10, 7)), *USUAL],
        "products": products,
        "channels": [{"channel_id": "c1", "name": "Own", "kind": "Direct", "kind_zh": "直销"}],
    }
