"""The demo company: whatever its size and seed, its tables hold together, and its causes can be found in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from crm.checks import DIMENSION_OF, REFERENCES
from crm.demo import write_demo
from crm.derive import create_tables, derive
from crm.schema import SOURCE_TABLES, metadata

AS_OF = date(2026, 8, 27)
Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]


def made(opportunities: int = 300, *, seed: int = 1, as_of: date = AS_OF) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    create_tables(connection)
    write_demo(connection, opportunities=opportunities, seed=seed, as_of=as_of, fiscal_year_start=4)
    return connection


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks a company of 8,000 opportunities, derived."""
    connection = made(8_000)
    derive(connection, as_of=AS_OF, fiscal_year_start=4)
    yield lambda query: connection.execute(query, {"as_of": AS_OF} if "$as_of" in query else None).fetchall()
    connection.close()


def only(ask: Ask, query: str) -> Any:
    return ask(query)[0][0]


def test_every_source_table_has_rows(ask: Ask) -> None:
    assert not {table.name for table in SOURCE_TABLES if not only(ask, f"SELECT count(*) FROM {table.name}")}
    assert only(ask, "SELECT count(*) FROM opportunities") == 8_000


@pytest.mark.parametrize("table", SOURCE_TABLES, ids=str)
def test_primary_keys_are_unique_and_filled(ask: Ask, table: Any) -> None:
    keys = ", ".join(column.name for column in table.primary_key)
    assert ask(f"SELECT {keys} FROM {table} GROUP BY ALL HAVING count(*) > 1") == []
    assert all(only(ask, f"SELECT count(*) - count({c.name}) FROM {table}") == 0 for c in table.primary_key)


def test_keys_lead_somewhere(ask: Ask) -> None:
    for table in SOURCE_TABLES:
        for column, listed in {**DIMENSION_OF, **REFERENCES}.items():
            if column in table.c:
                key = metadata.tables[listed].primary_key.columns.keys()[0]
                lost = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {listed})"
                assert only(ask, f"SELECT count(*) FROM {table.name} WHERE {lost}") == 0, (table.name, column)
    subjects = "SELECT quote_id FROM quotes UNION ALL SELECT contract_id FROM contracts"
    assert only(ask, f"SELECT count(*) FROM approvals WHERE subject_id NOT IN ({subjects})") == 0


def test_equal_seeds_make_equal_tables() -> None:
    def content(seed: int) -> dict[str, Any]:
        connection = made(seed=seed)
        hashes = {name: connection.execute(f"SELECT bit_xor(hash(t)) FROM {name} AS t").fetchone() for name in facts}
        connection.close()
        return hashes

    facts = [table.name for table in SOURCE_TABLES]
    first, again, other = content(7), content(7), content(8)
    assert first == again
    assert {name for name in facts if first[name] == other[name]} == {"competitors", "products", "regions", "channels",
                                                                        "stages"}  # fmt: skip


def test_the_present_state_is_the_last_of_the_history(ask: Ask) -> None:
    columns = ("stage_id", "status", "amount", "expected_close_on", "rep_id")
    differs = " OR ".join(f"h.{name} IS DISTINCT FROM o.{name}" for name in columns)
    assert ask(f"SELECT * FROM opportunities o JOIN opportunity_history h USING (opportunity_id) "
               f"WHERE h.valid_to IS NULL AND ({differs})") == []  # fmt: skip
    assert only(ask, "SELECT count(*) FROM opportunity_history WHERE valid_to IS NULL") == 8_000


def test_history_runs_from_opening_to_close_without_gaps(ask: Ask) -> None:
    assert (
        ask("""
        SELECT * FROM (SELECT valid_to, lead(valid_from) OVER (PARTITION BY opportunity_id ORDER BY valid_from) AS next
                       FROM opportunity_history) WHERE valid_to IS DISTINCT FROM next""")
        == []
    )
    assert (
        ask("""
        SELECT o.opportunity_id FROM opportunities o JOIN opportunity_history h USING (opportunity_id)
        GROUP BY o.opportunity_id, created_on, closed_on, o.status
        HAVING min(valid_from)::DATE <> created_on OR max(valid_from)::DATE <> closed_on
            OR (closed_on IS NULL) <> (o.status IN ('open', 'paused')) OR closed_on < created_on""")
        == []
    )


def test_nothing_has_happened_after_the_as_of_day(ask: Ask) -> None:
    planned = {"expected_close_on", "ends_on", "starts_on", "planned_on", "valid_to"}
    for table in SOURCE_TABLES:
        for column in table.columns:
            if str(column.type) in {"DATE", "DATETIME"} and column.name not in planned:
                latest = only(ask, f"SELECT max({column.name})::DATE FROM {table.name}")
                assert latest is not None, column
                assert latest <= AS_OF, column


def test_bookings_add_up_to_what_was_won(ask: Ask) -> None:
    assert (
        ask("""
        SELECT o.opportunity_id FROM opportunities o LEFT JOIN sales s
            ON s.opportunity_id = o.opportunity_id AND s.basis = 'booking'
        GROUP BY o.opportunity_id, o.status, o.amount
        HAVING coalesce(sum(s.amount), 0) <> CASE o.status WHEN 'won' THEN o.amount ELSE 0 END""")
        == []
    )
    assert only(ask, "SELECT count(*) FROM sales WHERE basis = 'booking' AND credit_share < 1") > 100
    assert only(ask, "SELECT max(amount) FROM sales WHERE basis <> 'invoice' AND amount <= 0") is None
    assert only(ask, "SELECT count(*) FROM sales WHERE basis = 'invoice' AND amount < 0") > 10


def test_contracts_agree_with_what_was_invoiced_and_received(ask: Ask) -> None:
    assert (
        ask("""
        SELECT k.contract_id FROM contracts k LEFT JOIN sales s USING (contract_id)
        GROUP BY k.contract_id, delivered_amount, received_amount
        HAVING delivered_amount <> coalesce(sum(s.amount) FILTER (basis = 'invoice' AND s.amount > 0), 0)
            OR received_amount <> coalesce(sum(s.amount) FILTER (basis = 'receipt'), 0)""")
        == []
    )
    assert ask("SELECT * FROM contracts WHERE delivered_amount > amount OR received_amount > due_amount") == []


def test_contracts_are_in_every_state(ask: Ask) -> None:
    assert {row[0] for row in ask("SELECT DISTINCT status FROM contracts")} == {
        "draft", "in_approval", "signed", "executing", "completed", "overdue", "terminated", "expired",
    }  # fmt: skip


def test_deals_belong_to_somebody_who_was_there(ask: Ask) -> None:
    """An owner's assignment to the deal's office holds when the owner is set."""
    assert (
        ask("""
        SELECT h.opportunity_id FROM opportunity_history h
        JOIN opportunities o USING (opportunity_id) SEMI JOIN (
            SELECT opportunity_id, min(valid_from) AS valid_from FROM opportunity_history GROUP BY ALL
        ) AS first ON first.opportunity_id = h.opportunity_id AND first.valid_from = h.valid_from
        LEFT JOIN rep_assignments a ON a.rep_id = h.rep_id AND a.office_id = h.office_id
            AND a.valid_from <= h.valid_from AND (a.valid_to IS NULL OR a.valid_to > h.valid_from::DATE)
        WHERE a.rep_id IS NULL""")
        == []
    )
    left = "rep_id IN (SELECT rep_id FROM reps WHERE left_on < $as_of)"
    assert only(ask, f"SELECT count(*) FROM opportunities WHERE status = 'open' AND {left}") == 0
    assert only(ask, f"SELECT count(*) FROM opportunities WHERE status = 'won' AND {left}") > 0


def test_it_is_a_plausible_company(ask: Ask) -> None:
    """Shares that somebody who runs a company would believe."""
    shares = dict(ask("SELECT status, count(*) / 8000.0 FROM opportunities GROUP BY ALL"))
    assert 0.22 < shares["won"] < 0.34
    assert 0.04 < shares["open"] < 0.10
    assert 0 < shares["paused"] < 0.01
    assert 0.36 < shares["won"] / (shares["won"] + shares["lost"]) < 0.46
    assert 100 < only(ask, "SELECT median(closed_on - created_on) FROM opportunities WHERE status = 'won'") < 130
    yearly = only(ask, "SELECT sum(amount) FROM opportunities WHERE status = 'won' AND closed_on > $as_of - 365")
    assert 0.45e9 < float(yearly) * 5 < 0.85e9  # a fifth of the usual size
    overdue = "count(*) FILTER (expected_close_on < $as_of) / count(*)"
    assert 0.01 < only(ask, f"SELECT {overdue} FROM opportunities WHERE status = 'open'") < 0.12
    assert only(ask, "SELECT count(*) FROM opportunities WHERE push_count > 1") > 100
    assert only(ask, "SELECT count(*) FROM (SELECT 1 FROM opportunity_history WHERE status = 'lost' AND valid_to IS "
                     "NOT NULL)") > 20  # fmt: skip


WIN_RATE = "count(*) FILTER (status = 'won') / count(*) FILTER (status IN ('won', 'lost'))"


def test_win_rates_differ_for_reasons_that_can_be_found(ask: Ask) -> None:
    def win_rate(where: str) -> float:
        return only(ask, f"""
            SELECT {WIN_RATE} FROM opportunities JOIN regions r USING (office_id) JOIN products p USING (product_id)
            JOIN channels c USING (channel_id) JOIN reps USING (rep_id) WHERE {where}""")  # fmt: skip

    devices = "p.category IN ('Diagnostics', 'Surgical devices')"
    aldera = ("opportunity_id IN (SELECT opportunity_id FROM opportunity_competitors JOIN competitors n "
              "USING (competitor_id) WHERE n.name = 'Aldera')")  # fmt: skip
    assert win_rate(f"{aldera} AND r.region = 'East'") < win_rate(f"NOT {aldera} AND r.region = 'East'") - 0.08
    assert win_rate(f"c.kind = 'Online' AND {devices}") < win_rate(f"c.kind <> 'Online' AND {devices}") - 0.08
    assert win_rate("created_on < hired_on + 240") < win_rate("created_on > hired_on + 240") - 0.05


def test_bidding_in_the_east_has_weakened_since_the_price_cut(ask: Ask) -> None:
    east = dict(
        ask("""
        SELECT left_on > $as_of - 150, avg(CAST(outcome = 'advanced' AS INTEGER))
        FROM stage_passages JOIN regions USING (office_id)
        WHERE stage_id = 'bidding' AND region = 'East' AND left_on > $as_of - 515 GROUP BY ALL""")
    )
    assert east[True] < east[False] - 0.03


@pytest.mark.parametrize("as_of", [date(2024, 2, 29), date(2026, 1, 1), date(2027, 2, 7), date(2031, 7, 15)])
def test_it_can_be_made_for_any_day(as_of: date) -> None:
    """On a leap day, at a turn of the year, in the middle of Spring Festival, and after the last known holiday."""
    connection = made(200, as_of=as_of)
    derive(connection, as_of=as_of, fiscal_year_start=4)
    newest = connection.execute("SELECT max(created_on), max(closed_on) FROM opportunities").fetchone()
    assert newest is not None
    assert all((as_of - day).days < 40 for day in newest)
    connection.close()


@pytest.mark.parametrize("opportunities", [1, 37])
def test_it_can_be_tiny(opportunities: int) -> None:
    connection = made(opportunities)
    counted = connection.execute("SELECT count(*) FROM opportunities").fetchone()
    assert counted == (opportunities,)
    connection.close()


def test_it_tells_how_far_it_is() -> None:
    seen: list[float] = []
    connection = duckdb.connect()
    create_tables(connection)
    write_demo(connection, opportunities=50, as_of=AS_OF, progress=lambda _, share: seen.append(share))
    left = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert left == set(metadata.tables)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    connection.close()
