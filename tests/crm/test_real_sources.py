"""The sources against real exports: the figures that must come out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

from crm.load import load
from settings import Settings
from tests.crm.conftest import Rows


def test_dynamics(real_data: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    report = load("dynamics", real_data / "dynamics_regional_sales", settings=settings)
    assert report.issues == []
    assert report.as_of == date(2021, 11, 10)
    assert report.currency == "USD"
    assert report.rows["opportunities"] == 20_000
    assert rows("SELECT status, count(*), sum(amount) FROM opportunities GROUP BY ALL ORDER BY ALL") == [
        ("lost", 7_385, Decimal(23_003_910)),
        ("open", 5_333, Decimal(27_812_381)),
        ("won", 7_282, Decimal(26_435_925)),
    ]
    assert rows("SELECT count(*), sum(amount) FROM sales WHERE basis = 'booking'") == [(7_282, Decimal(26_435_925))]
    assert rows("SELECT count(*) - count(campaign_id), count(channel_id) FROM opportunities") == [(6_732, 0)]
    assert rows("SELECT count(*) FROM opportunities JOIN accounts USING (account_id) WHERE industry IS NULL") == [(0,)]
    assert rows("SELECT name, position, is_won FROM stages ORDER BY position") == [
        ("Qualify", 1, False),
        ("Develop", 2, False),
        ("Propose", 3, False),
        ("Close", 4, False),
        ("Won", 5, True),
    ]
    assert rows(
        "SELECT count(*) FILTER (status = 'open' AND expected_close_on IS NOT NULL AND closed_on IS NULL), "
        "count(*) FILTER (status <> 'open' AND closed_on >= created_on) FROM opportunities"
    ) == [(5_333, 14_667)]
    assert rows("SELECT DISTINCT region FROM regions ORDER BY 1") == [
        ("US-MIDWEST",), ("US-NORTHEAST",), ("US-SOUTH",), ("US-WEST",),
    ]  # fmt: skip
    assert rows("SELECT count(*), count(manager_id), count(DISTINCT manager) FROM reps") == [(23, 20, 3)]


def test_dynamics_reached(real_data: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    load("dynamics", real_data / "dynamics_regional_sales", settings=settings)
    reached = ", ".join(f"count(*) FILTER (furthest_position >= {position})" for position in range(1, 6))
    assert rows(f"SELECT {reached} FROM opportunities") == [(20_000, 11_800, 9_380, 8_054, 7_282)]


def test_adventureworks(real_data: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    report = load("adventureworks", real_data / "adventureworks", settings=settings)
    assert report.issues == []
    assert report.as_of == date(2014, 6, 30)
    assert rows("SELECT count(*), round(sum(amount), 2) FROM sales WHERE basis = 'booking'") == [
        (121_317, Decimal("109846381.40"))
    ]
    assert rows(
        "SELECT kind, round(sum(amount), 2) FROM sales JOIN channels USING (channel_id) GROUP BY ALL ORDER BY ALL"
    ) == [("Online", Decimal("29358677.22")), ("Reseller", Decimal("80487704.18"))]
    assert rows("SELECT count(*), sum(amount), count(DISTINCT rep_id), max(ends_on) FROM quotas") == [
        (163, Decimal(95_714_000), 17, date(2014, 5, 31))
    ]
    assert rows(
        "SELECT ends_on, lead(starts_on) OVER (ORDER BY starts_on) FROM quotas WHERE rep_id = '276' LIMIT 1"
    ) == [(date(2011, 8, 30), date(2011, 8, 31))]
    assert rows("SELECT name, manager, title FROM reps WHERE rep_id = '276'") == [
        ("Linda", "Stephen", "Sales Representative")
    ]
    assert rows("SELECT count(*), count(DISTINCT country) FROM regions") == [(10, 6)]
    assert rows("SELECT category FROM products JOIN sales USING (product_id) GROUP BY 1 ORDER BY sum(amount) DESC") == [
        ("Bikes",), ("Components",), ("Clothing",), ("Accessories",),
    ]  # fmt: skip


def test_salesforce(real_data: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    """All ten opportunities of the sample are marked deleted."""
    report = load("salesforce", real_data / "salesforce_export", settings=settings)
    left_out = {(i.table_name, i.count) for i in report.issues if i.rule == "left_out"}
    assert left_out == {("sf_opportunity_data.csv", 10), ("sf_opportunity_history_data.csv", 10)}
    assert rows("SELECT count(*) FROM reps WHERE name = 'Brandon Zinn'") == [(1,)]
    assert report.rows["opportunities"] == 0
    assert report.rows["activities"] == 20


def test_hubspot(real_data: Path, settings: Settings, rows: Callable[[str], Rows]) -> None:
    """The sample's deals have no stage, and its stage history is that of other deals."""
    report = load("hubspot", real_data / "hubspot_export", settings=settings)
    assert report.rows["opportunities"] == 44
    assert [(i.table_name, i.rule, i.count) for i in report.issues] == [
        ("opportunity_history", "orphan", 14),
        ("opportunities", "without_amount", 44),
    ]
    assert rows("SELECT count(*), count(DISTINCT pipeline), count(*) FILTER (is_won) FROM stages") == [(72, 6, 6)]
    assert rows("SELECT count(*) FROM opportunities WHERE stage_id IS NULL AND status = 'open'") == [(44,)]
