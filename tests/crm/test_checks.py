"""What is looked at once our tables are filled, from rows written as our own CSV files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm.issues import LoadError
from crm.load import load
from settings import Settings
from tests.crm.conftest import Rows


@pytest.fixture
def load_tables(settings: Settings, tmp_path: Path) -> Callable[..., set[tuple[str, str, str | None, str | None]]]:
    """Loads tables given as CSV text; returns table, rule, column and example of each issue."""

    def run(**tables: str) -> set[tuple[str, str, str | None, str | None]]:
        for name, text in tables.items():
            (tmp_path / f"{name}.csv").write_text(text)
        issues = load("tables", tmp_path, settings=settings).issues
        return {(issue.table_name, issue.rule, issue.column_name, issue.example) for issue in issues}

    return run


DEAL = "opportunity_id,status,created_on,closed_on,amount,probability\n"


def test_impossible_dates_are_emptied(load_tables, rows: Callable[[str], Rows]) -> None:
    """A date of 9999 would make the calendar eight thousand years long."""
    assert load_tables(opportunities=DEAL + "1,won,2026-01-01,9999-12-31,5,\n") == {
        ("opportunities", "impossible_date", "closed_on", "row 2 of opportunities.csv: 9999-12-31"),
        ("opportunities", "closed_without_date", "closed_on", "1"),
    }
    assert rows("SELECT closed_on FROM opportunities") == [(None,)]


def test_percentages_are_not_shares(load_tables, rows: Callable[[str], Rows]) -> None:
    assert load_tables(opportunities=DEAL + "1,open,2026-01-01,,5,60\n2,open,2026-01-01,,5,0.6\n") == {
        ("opportunities", "not_a_share", "probability", "row 2 of opportunities.csv: 60.000000")
    }
    assert rows("SELECT probability FROM opportunities ORDER BY opportunity_id") == [(None,), (Decimal("0.6"),)]


def test_odd_rows_stay_and_are_said(load_tables, rows: Callable[[str], Rows]) -> None:
    found = load_tables(
        opportunities=DEAL + "1,lost,2026-02-01,2026-01-01,-5,\n2,open,2026-01-01,2026-01-02,,\n3,open,,,1,\n"
    )
    assert {(rule, example) for _, rule, _, example in found} == {
        ("closed_before_created", "row 2 of opportunities.csv: 1"),
        ("negative_amount", "row 2 of opportunities.csv: 1"),
        ("open_with_close_date", "row 3 of opportunities.csv: 2"),
        ("without_amount", "row 3 of opportunities.csv: 2"),
        ("without_creation_date", "row 4 of opportunities.csv: 3"),
    }
    assert rows("SELECT count(*) FROM opportunities") == [(3,)]


def test_children_need_their_parent_and_references_may_go(load_tables, rows: Callable[[str], Rows]) -> None:
    found = load_tables(
        opportunities=DEAL + "1,open,2026-01-01,,5,\n",
        opportunity_history="opportunity_id,valid_from,status\n1,2026-01-01,open\n7,2026-01-01,open\n",
        activities="activity_id,opportunity_id\na,7\nb,1\n",
    )
    assert found == {
        ("opportunity_history", "orphan", "opportunity_id", "row 3 of opportunity_history.csv: 7"),
        ("activities", "unknown_reference", "opportunity_id", "row 2 of activities.csv: 7"),
    }
    assert rows("SELECT activity_id, opportunity_id FROM activities ORDER BY 1") == [("a", None), ("b", "1")]


def test_overlapping_history_is_cut(load_tables, rows: Callable[[str], Rows]) -> None:
    found = load_tables(
        opportunities=DEAL + "1,open,2026-01-01,,5,\n",
        opportunity_history="opportunity_id,valid_from,valid_to,status\n1,2026-01-01,,open\n1,2026-02-01,,paused\n",
    )
    assert found == {("opportunity_history", "overlap", "valid_to", "1")}
    assert rows("SELECT valid_to FROM opportunity_history ORDER BY valid_from") == [(datetime(2026, 2, 1),), (None,)]


def test_every_dimension_takes_unmapped(load_tables, rows: Callable[[str], Rows]) -> None:
    keys = "account_id,office_id,rep_id,product_id,channel_id,campaign_id"
    found = load_tables(sales=f"sale_id,basis,sold_on,amount,{keys}\n1,booking,2026-01-01,5,a,b,c,d,e,f\n")
    assert {rule for _, rule, _, _ in found} == {"unknown_key"}
    for key, table in zip(
        keys.split(","), ("accounts", "regions", "reps", "products", "channels", "campaigns"), strict=True
    ):
        assert rows(f"SELECT count(*) FROM sales JOIN {table} USING ({key})") == [(1,)]


def test_what_is_unmapped_is_unmapped_at_every_level(load_tables, rows: Callable[[str], Rows]) -> None:
    keys = "account_id,office_id,rep_id,product_id,channel_id,campaign_id"
    load_tables(
        sales=f"sale_id,basis,sold_on,amount,{keys}\n1,booking,2026-01-01,5,a,b,c,d,e,f\n",
        opportunities="opportunity_id,status,created_on,stage_id,pipeline\n1,open,2026-01-01,s,Main\n",
        close_reviews="opportunity_id,competitor_id\n1,x\n",
    )
    levels = {
        "regions": ("office", "province", "region", "country"),
        "reps": ("name", "manager"),
        "products": ("name", "category"),
        "channels": ("name", "kind"),
        "accounts": ("name", "industry", "segment"),
        "campaigns": ("name", "kind"),
        "competitors": ("name",),
        "stages": ("name",),
    }
    for table, names in levels.items():
        columns = ", ".join(f"{name}, {name}_zh" for name in names)
        assert rows(f"SELECT {columns} FROM {table}") == [("Unmapped", "未对应") * len(names)], table
    assert rows("SELECT manager_id FROM reps") == [("unmapped",)]
    assert rows("SELECT pipeline FROM stages") == [(None,)]


def test_what_is_named_without_its_level_stays_unassigned(load_tables, rows: Callable[[str], Rows]) -> None:
    load_tables(
        regions="office_id,office\nsh,Shanghai\n",
        opportunities="opportunity_id,status,created_on,office_id\n1,open,2026-01-01,sh\n2,open,2026-01-01,bj\n",
    )
    assert rows("SELECT office_id, region FROM regions ORDER BY 1") == [("sh", None), ("unmapped", "Unmapped")]


def test_quotas_for_what_there_is_not_are_said(load_tables, rows: Callable[[str], Rows]) -> None:
    found = load_tables(
        regions="office_id,region\nsh,East\n",
        products="product_id,category\np,Devices\n",
        channels="channel_id,kind\nc,Online\n",
        quotas="quota_id,region,product_category,channel_kind,starts_on,ends_on,amount\n"
        "1,East,Devices,Online,2026-01-01,2026-01-31,5\n"
        "2,,,,2026-01-01,2026-01-31,5\n"
        "3,Esat,Device,Onlin,2026-01-01,2026-01-31,5\n"
        "4,East,,,,2026-01-31,5\n"
        "5,East,,,2026-01-01,2026-01-31,\n"
        "6,East,,,2026-02-01,2026-01-31,5\n",
    )
    assert found == {
        ("quotas", "unknown_level", "region", "row 4 of quotas.csv: 3"),
        ("quotas", "unknown_level", "product_category", "row 4 of quotas.csv: 3"),
        ("quotas", "unknown_level", "channel_kind", "row 4 of quotas.csv: 3"),
        ("quotas", "without_date", "starts_on", "row 5 of quotas.csv: 4"),
        ("quotas", "without_amount", "amount", "row 6 of quotas.csv: 5"),
        ("quotas", "ends_before_start", "ends_on", "row 7 of quotas.csv: 6"),
    }
    assert rows("SELECT count(*) FROM quotas") == [(6,)]


def test_value_too_large_for_its_column(load_tables, rows: Callable[[str], Rows]) -> None:
    assert load_tables(stages="stage_id,position\na,99999999999\nb,1\n") == {
        ("stages", "does_not_fit", "position", "99999999999")
    }
    assert rows("SELECT position FROM stages ORDER BY 1") == [(1,), (None,)]


@pytest.mark.parametrize(("key", "value"), [("as_of", "yesterday"), ("fiscal_year_start", "April")])
def test_what_the_data_say_about_themselves_is_checked(load_tables, key: str, value: str) -> None:
    with pytest.raises(LoadError, match=f"{key} in load_info is '{value}'; it must be"):
        load_tables(load_info=f"key,value\n{key},{value}\n")


def test_the_data_say_their_day_currency_and_year(load_tables, rows: Callable[[str], Rows]) -> None:
    load_tables(load_info="key,value\nas_of,2026-05-05\ncurrency,JPY\nfiscal_year_start,4\n")
    assert rows("SELECT value FROM load_info WHERE key IN ('as_of', 'currency', 'fiscal_year_start') ORDER BY key") == [
        ("2026-05-05",), ("JPY",), ("4",),
    ]  # fmt: skip
    assert rows("SELECT fiscal_year, fiscal_month FROM calendar WHERE day = DATE '2026-05-05'") == [(2027, 2)]


def test_as_of_is_the_last_day_that_is_not_to_come(load_tables, rows: Callable[[str], Rows]) -> None:
    load_tables(opportunities=DEAL + "1,won,2025-01-01,2025-03-01,5,\n2,won,2025-01-01,2090-01-01,5,\n")
    assert rows("SELECT value FROM load_info WHERE key = 'as_of'") == [(date(2025, 3, 1).isoformat(),)]
