"""Salesforce and HubSpot: deals with their stage history, from rows written by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crm.load import load
from settings import Settings
from tests.crm.conftest import Rows

HISTORY = """
    SELECT opportunity_id, valid_from, valid_to, stage_id, status, amount, expected_close_on, is_derived
    FROM opportunity_history ORDER BY ALL
"""
DEALS = "SELECT opportunity_id, stage_id, status, amount, expected_close_on, closed_on FROM opportunities ORDER BY 1"


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def write(**files: str) -> Path:
        place = tmp_path / "export"
        place.mkdir()
        for name, text in files.items():
            lines = (line.strip() for line in text.strip().splitlines())
            (place / f"{name}.csv").write_text("\n".join(lines) + "\n")
        return place

    return write


def test_salesforce_own_export(folder, settings: Settings, rows: Callable[[str], Rows]) -> None:
    """Columns in Salesforce's own spelling, OpportunityHistory rows; the lost deal was last open in Quote."""
    export = folder(
        Opportunity="""
            Id,Name,AccountId,OwnerId,StageName,Amount,Probability,CreatedDate,CloseDate,IsClosed,IsWon,IsDeleted
            006A,Alpha,001A,005A,Closed Won,100,100,2026-01-01T08:00:00.000+0000,2026-02-01,true,true,false
            006B,Beta,001A,005A,Closed Lost,50,0,2026-01-05T00:00:00.000+0000,2026-02-10,true,false,false
            006C,Gamma,,005A,Quote,70,60,2026-01-06T00:00:00.000+0000,2026-05-01,false,false,false
            006D,Delta,,005A,Quote,70,60,2026-01-06T00:00:00.000+0000,2026-05-01,false,false,true""",
        OpportunityStage="""
            MasterLabel,SortOrder,DefaultProbability,IsActive,IsClosed,IsWon
            Talk,1,20,true,false,false
            Quote,2,60,true,false,false
            Closed Won,3,100,true,true,true
            Closed Lost,4,0,true,true,false""",
        OpportunityHistory="""
            Id,OpportunityId,StageName,Amount,CloseDate,CreatedDate
            1,006A,Talk,90,2026-03-01,2026-01-01T08:00:00.000+0000
            2,006A,Closed Won,100,2026-02-01,2026-02-01T09:00:00.000+0000
            3,006B,Talk,50,2026-02-20,2026-01-05T00:00:00.000+0000
            4,006B,Quote,50,2026-02-20,2026-01-15T00:00:00.000+0000
            5,006B,Closed Lost,50,2026-02-10,2026-02-10T00:00:00.000+0000
            6,006C,Quote,70,2026-05-01,2026-01-06T00:00:00.000+0000""",
        User="Id,FirstName,LastName,ManagerId\n005A,Ana,Diaz,005B\n005B,Bo,Chen,",
        Account="Id,Name,Industry,BillingCountry,BillingState\n001A,Acme,n/a,Germany,Bavaria",
    )
    report = load("salesforce", export, settings=settings)
    assert [(i.rule, i.count) for i in report.issues] == [("left_out", 1)]
    assert rows(DEALS) == [
        ("006A", "won", "won", Decimal(100), None, date(2026, 2, 1)),
        ("006B", "Quote", "lost", Decimal(50), None, date(2026, 2, 10)),
        ("006C", "Quote", "open", Decimal(70), date(2026, 5, 1), None),
    ]
    assert rows(HISTORY)[:5] == [
        ("006A", datetime(2026, 1, 1, 8), datetime(2026, 2, 1, 9), "Talk", "open", 90, date(2026, 3, 1), False),
        ("006A", datetime(2026, 2, 1, 9), None, "won", "won", 100, None, False),
        ("006B", datetime(2026, 1, 5), datetime(2026, 1, 15), "Talk", "open", 50, date(2026, 2, 20), False),
        ("006B", datetime(2026, 1, 15), datetime(2026, 2, 10), "Quote", "open", 50, date(2026, 2, 20), False),
        ("006B", datetime(2026, 2, 10), None, "Quote", "lost", 50, None, False),
    ]
    assert rows("SELECT name, position, probability, is_won FROM stages ORDER BY position") == [
        ("Talk", 1, Decimal("0.2"), False),
        ("Quote", 2, Decimal("0.6"), False),
        ("Closed Won", 3, 1, True),
    ]
    assert rows("SELECT name, manager FROM reps ORDER BY rep_id") == [("Ana Diaz", "Bo Chen"), ("Bo Chen", None)]
    assert rows("SELECT office, country, industry FROM accounts JOIN regions USING (office_id)") == [
        ("Bavaria", "Germany", "n/a")
    ]
    assert rows("SELECT sale_id, sold_on, amount FROM sales") == [("006A", date(2026, 2, 1), Decimal(100))]


def test_salesforce_versions_and_lines(folder, settings: Settings, rows: Callable[[str], Rows]) -> None:
    """A connector's history begins long after the deals; lines that add up to the deal carry its sales."""
    export = folder(
        sf_opportunity_data="""
            id,stage_name,amount,created_date,close_date,is_closed,is_won,probability,owner_id
            006A,Won!,100,2025-01-01 00:00:00,2025-03-01,true,true,100,
            006B,Talk,60,2025-06-01 00:00:00,2026-05-01,false,false,20,""",
        sf_opportunity_history_data="""
            id,_fivetran_start,stage_name,amount,close_date,is_closed,is_won,probability
            006A,2025-09-01 00:00:00,Won!,100,2025-03-01,true,true,100
            006B,2025-09-01 00:00:00,Talk,40,2025-12-01,false,false,20
            006B,2025-10-01 00:00:00,Talk,60,2026-05-01,false,false,20""",
        sf_product_2_data="id,name,family\n01A,Seat,Licences\n01B,Help,Services",
        sf_opportunity_line_item_data="""
            id,opportunity_id,product_2_id,quantity,total_price
            1,006A,01A,2,70
            2,006A,01B,1,30
            3,006B,01B,1,30""",
    )
    assert load("salesforce", export, settings=settings).issues == []
    assert rows(HISTORY) == [
        ("006A", datetime(2025, 1, 1), datetime(2025, 3, 1), "Talk", "open", 100, None, True),
        ("006A", datetime(2025, 3, 1), None, "won", "won", 100, None, False),
        ("006B", datetime(2025, 6, 1), datetime(2025, 9, 1), "Talk", "open", 40, date(2025, 12, 1), True),
        ("006B", datetime(2025, 9, 1), datetime(2025, 10, 1), "Talk", "open", 40, date(2025, 12, 1), False),
        ("006B", datetime(2025, 10, 1), None, "Talk", "open", 60, date(2026, 5, 1), False),
    ]
    assert rows("SELECT product_id, amount, quantity FROM sales ORDER BY 1") == [("01A", 70, 2), ("01B", 30, 1)]
    assert rows("SELECT product_id FROM opportunities ORDER BY opportunity_id") == [("01A",), ("01B",)]


def test_hubspot_timeline(folder, settings: Settings, rows: Callable[[str], Rows]) -> None:
    """Stage, amount and close date change at different moments; dates come as milliseconds or as text."""
    export = folder(
        deal="""
            deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,owner_id,property_dealname,property_amount,property_closedate,property_createdate
            1,false,p,won,o,One,100,2026-03-01 10:00:00,2026-01-01 09:00:00
            2,false,p,lost,o,Two,50,2026-02-01 10:00:00,2026-01-02 09:00:00
            3,true,p,talk,o,Three,50,2026-02-01 10:00:00,2026-01-02 09:00:00""",
        deal_pipeline="pipeline_id,label\np,Direct",
        deal_pipeline_stage="""
            stage_id,pipeline_id,label,display_order,probability,closed_won,is_closed
            talk,p,Talk,0,0.2,false,false
            offer,p,Offer,1,0.6,false,false
            won,p,Won,2,1.0,true,true
            lost,p,Lost,3,0.0,false,true""",
        deal_stage="""
            deal_id,value,date_entered
            1,talk,2026-01-01 09:00:00
            1,offer,2026-02-01 09:00:00
            1,won,2026-03-01 10:00:00
            2,talk,2026-01-02 09:00:00
            2,lost,2026-02-01 10:00:00""",
        deal_property_history="""
            deal_id,timestamp,name,value
            1,2026-01-01 09:00:00,amount,80
            1,2026-01-01 09:00:00,closedate,1772323200000
            1,2026-01-20 09:00:00,amount,100
            1,2026-01-20 09:00:00,notes,whatever""",
        company="id,is_deleted,property_name,property_country\n9,false,Acme,France",
        deal_company="deal_id,company_id\n1,9",
        owner="owner_id,first_name,last_name,email\no,Ana,Diaz,ana@example.com",
    )
    report = load("hubspot", export, settings=settings)
    assert [(i.rule, i.count) for i in report.issues] == [("left_out", 1)]
    assert rows(DEALS) == [
        ("1", "won", "won", Decimal(100), None, date(2026, 3, 1)),
        ("2", "talk", "lost", Decimal(50), None, date(2026, 2, 1)),
    ]
    march = date(2026, 3, 1)
    assert rows(HISTORY) == [
        ("1", datetime(2026, 1, 1, 9), datetime(2026, 1, 20, 9), "talk", "open", 80, march, False),
        ("1", datetime(2026, 1, 20, 9), datetime(2026, 2, 1, 9), "talk", "open", 100, march, False),
        ("1", datetime(2026, 2, 1, 9), datetime(2026, 3, 1, 10), "offer", "open", 100, march, False),
        ("1", datetime(2026, 3, 1, 10), None, "won", "won", 100, None, False),
        ("2", datetime(2026, 1, 2, 9), datetime(2026, 2, 1, 10), "talk", "open", 50, None, False),
        ("2", datetime(2026, 2, 1, 10), None, "talk", "lost", 50, None, False),
    ]
    assert rows("SELECT pipeline, name, position, is_won FROM stages ORDER BY position") == [
        ("Direct", "Talk", 1, False),
        ("Direct", "Offer", 2, False),
        ("Direct", "Won", 3, True),
    ]
    assert rows("SELECT a.name, r.country, p.name FROM opportunities o JOIN accounts a USING (account_id) "
                "JOIN regions r ON r.office_id = o.office_id JOIN reps p USING (rep_id)") == [
        ("Acme", "France", "Ana Diaz")
    ]  # fmt: skip
