"""What follows from the loaded rows: calendar, history where the source kept none, stage passages, derived columns.

Everything here is set-based SQL inside DuckDB and depends on the rows and the as-of date alone, so that equal loads
give equal tables.
"""

from __future__ import annotations

from datetime import date

import duckdb
from duckdb_sqlalchemy import Dialect

from crm.schema import metadata

_KEYS = "account_id, office_id, product_id, channel_id, campaign_id, lead_source, lead_source_zh, pipeline"


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates every CRM table, empty; without indexes, which would only slow the load down."""
    for table in metadata.sorted_tables:
        columns = ", ".join(f'"{c.name}" {c.type.compile(dialect=Dialect())}' for c in table.columns)
        connection.execute(f'CREATE TABLE "{table.name}" ({columns})')


def derive(connection: duckdb.DuckDBPyConnection, *, as_of: date, fiscal_year_start: int) -> None:
    """Fills what is derived; `fiscal_year_start` is the month in which the fiscal year begins.

    Holidays may stand in `calendar` beforehand (day, holiday, holiday_zh); they are kept.
    """
    _fill_calendar(connection, as_of, fiscal_year_start)
    _fill_probabilities(connection)
    _complete_history(connection)
    _gather_spells(connection, as_of)
    _fill_opportunities(connection)
    _fill_passages(connection)
    _order(connection, "sales", "sold_on, sale_id")
    for scratch in ("spells", "furthest", "pauses", "pushes"):
        connection.execute(f"DROP TABLE IF EXISTS {scratch}")


def _fill_calendar(connection: duckdb.DuckDBPyConnection, as_of: date, first_month: int) -> None:
    """Whole fiscal years: from one before the first dated row to the end of the one after next."""
    connection.execute("CREATE TEMP TABLE known_holidays AS SELECT day, holiday, holiday_zh FROM calendar")
    connection.execute("DELETE FROM calendar")
    connection.execute(
        """
        INSERT INTO calendar
        WITH dated(day) AS (
            SELECT min(created_on) FROM opportunities UNION ALL SELECT min(sold_on) FROM sales
            UNION ALL SELECT min(starts_on) FROM quotas UNION ALL SELECT $as_of
        ),
        span AS (SELECT min(day) AS first FROM dated),
        years AS (
            SELECT date_trunc('month', first)::DATE - to_months((month(first) - $m + 12) % 12) - INTERVAL 1 YEAR AS since,
                   date_trunc('month', $as_of)::DATE - to_months((month($as_of) - $m + 12) % 12) + INTERVAL 2 YEAR AS until
            FROM span
        ),
        days AS (SELECT unnest(generate_series(since, until - INTERVAL 1 DAY, INTERVAL 1 DAY))::DATE AS day FROM years),
        parts AS (
            SELECT day, date_trunc('month', day)::DATE AS month_start, (month(day) - $m + 12) % 12 AS into_year FROM days
        )
        SELECT day,
               month_start,
               (month_start - to_months(into_year % 3))::DATE,
               (month_start - to_months(into_year))::DATE,
               year(month_start - to_months(into_year) + INTERVAL 11 MONTH),
               into_year // 3 + 1,
               into_year + 1,
               isodow(day) < 6 AND holiday IS NULL,
               holiday,
               holiday_zh
        FROM parts LEFT JOIN known_holidays USING (day)
        ORDER BY day
        """,
        {"as_of": as_of, "m": first_month},
    )
    connection.execute("DROP TABLE known_holidays")


def _fill_probabilities(connection: duckdb.DuckDBPyConnection) -> None:
    """An open deal without a probability of its own has that of its stage."""
    connection.execute(
        """
        UPDATE opportunities SET probability = stages.probability FROM stages
        WHERE stages.stage_id = opportunities.stage_id
          AND opportunities.probability IS NULL AND opportunities.status IN ('open', 'paused')
        """
    )


def _complete_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Deals without history get what is known: open from creation on, closed from close on. All rows get the keys."""
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE opportunity_history AS
        WITH without AS (
            SELECT * FROM opportunities o WHERE created_on IS NOT NULL
              AND NOT EXISTS (FROM opportunity_history h WHERE h.opportunity_id = o.opportunity_id)
        ),
        rows AS (
            SELECT opportunity_id, valid_from, valid_to, stage_id, status, amount, expected_close_on, rep_id,
                   coalesce(is_derived, false) AS is_derived FROM opportunity_history
            UNION ALL
            SELECT opportunity_id, created_on, closed_on, stage_id,
                   CASE WHEN closed_on IS NULL THEN status ELSE 'open' END, amount, expected_close_on, rep_id, true
            FROM without WHERE closed_on IS NULL OR closed_on > created_on
            UNION ALL
            SELECT opportunity_id, closed_on, NULL, stage_id, status, amount, expected_close_on, rep_id, true
            FROM without WHERE closed_on IS NOT NULL
        )
        SELECT opportunity_id, valid_from, valid_to, h.stage_id, h.status, h.amount, h.expected_close_on,
               account_id, office_id, h.rep_id, product_id, channel_id, campaign_id,
               lead_source, lead_source_zh, pipeline, is_derived
        FROM rows h LEFT JOIN (SELECT opportunity_id, {_KEYS} FROM opportunities) USING (opportunity_id)
        ORDER BY valid_from, opportunity_id
        """
    )


def _gather_spells(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """One row per deal and stage it stood in by its recorded history, and what the deal's own columns need."""
    connection.execute(
        """
        CREATE TEMP TABLE spells AS
        SELECT opportunity_id, h.stage_id, any_value(position) AS position,
               min(valid_from)::DATE AS entered_on,
               CASE WHEN count(*) = count(valid_to) THEN max(valid_to)::DATE END AS left_on,
               sum(CASE WHEN h.status = 'open'
                   THEN greatest(least(coalesce(valid_to::DATE, $as_of), $as_of) - valid_from::DATE, 0) ELSE 0 END)::INTEGER
                   AS active_days
        FROM opportunity_history h LEFT JOIN stages s ON s.stage_id = h.stage_id
        WHERE NOT is_derived AND h.status IN ('open', 'paused') AND h.stage_id IS NOT NULL AND valid_from::DATE <= $as_of
        GROUP BY opportunity_id, h.stage_id
        """,
        {"as_of": as_of},
    )
    connection.execute(
        """
        CREATE TEMP TABLE pauses AS
        SELECT opportunity_id, sum(coalesce(valid_to::DATE, $as_of) - valid_from::DATE)::INTEGER AS days
        FROM opportunity_history WHERE status = 'paused' AND NOT is_derived GROUP BY opportunity_id
        """,
        {"as_of": as_of},
    )
    connection.execute(
        """
        CREATE TEMP TABLE pushes AS
        WITH moves AS (
            SELECT opportunity_id, valid_from, stage_id, status, expected_close_on,
                   lag(expected_close_on) OVER deal AS expected_before, lag(stage_id) OVER deal AS stage_before
            FROM opportunity_history WHERE NOT is_derived
            WINDOW deal AS (PARTITION BY opportunity_id ORDER BY valid_from)
        )
        SELECT opportunity_id,
               count(*) FILTER (WHERE status = 'open' AND
                   date_trunc('month', expected_close_on) > date_trunc('month', expected_before))::INTEGER AS pushes,
               max(valid_from) FILTER (WHERE stage_before IS DISTINCT FROM stage_id)::DATE AS stage_entered_on
        FROM moves GROUP BY opportunity_id
        """
    )


def _fill_opportunities(connection: duckdb.DuckDBPyConnection) -> None:
    """The derived columns, in one pass; a won deal has reached the won stage of its pipeline."""
    connection.execute(
        """
        CREATE OR REPLACE TABLE opportunities AS
        WITH won AS (SELECT pipeline, max(position) AS position FROM stages WHERE is_won GROUP BY pipeline),
        seen AS (SELECT opportunity_id, max(position) AS position FROM spells GROUP BY opportunity_id)
        SELECT o.* REPLACE (
            (CASE WHEN o.status = 'won' THEN coalesce(won.position, now.position)
                  ELSE greatest(now.position, seen.position) END)::INTEGER AS furthest_position,
            (CASE WHEN o.status IN ('open', 'paused') THEN pushes.stage_entered_on END)::DATE AS stage_entered_on,
            (CASE WHEN o.status IN ('open', 'paused') THEN spells.active_days END)::INTEGER AS active_days_in_stage,
            (CASE WHEN o.status = 'won' THEN greatest(closed_on - created_on - coalesce(pauses.days, 0), 0) END)::INTEGER
                AS cycle_active_days,
            pushes.pushes AS push_count
        )
        FROM opportunities o
        LEFT JOIN stages now ON now.stage_id = o.stage_id
        LEFT JOIN won ON won.pipeline = o.pipeline
        LEFT JOIN seen ON seen.opportunity_id = o.opportunity_id
        LEFT JOIN spells ON spells.opportunity_id = o.opportunity_id AND spells.stage_id = o.stage_id
        LEFT JOIN pauses ON pauses.opportunity_id = o.opportunity_id
        LEFT JOIN pushes ON pushes.opportunity_id = o.opportunity_id
        ORDER BY created_on, o.opportunity_id
        """
    )


def _fill_passages(connection: duckdb.DuckDBPyConnection) -> None:
    """Each spell with its outcome.

    A deal that stepped back is judged where it ends: `advanced` from every stage below its furthest, `lost` or
    `terminated` from its furthest. While it is open behind its furthest stage, that stage's passage is open too.
    """
    connection.execute(
        f"""
        INSERT INTO stage_passages BY NAME
        SELECT s.opportunity_id, s.stage_id, s.position, s.entered_on,
               CASE WHEN o.furthest_position > s.position OR o.status IN ('won', 'lost', 'terminated')
                    THEN coalesce(s.left_on, o.closed_on) END AS left_on,
               CASE WHEN o.furthest_position > s.position AND s.left_on IS NOT NULL THEN 'advanced'
                    WHEN o.status = 'won' THEN 'advanced'
                    WHEN o.status IN ('lost', 'terminated') THEN o.status
                    ELSE 'open' END AS outcome,
               s.active_days, o.status = 'won' AS is_won, o.amount, o.rep_id, {_KEYS}
        FROM spells s JOIN opportunities o USING (opportunity_id)
        ORDER BY s.entered_on, s.opportunity_id
        """
    )
    connection.execute("UPDATE stage_passages SET left_on = NULL WHERE outcome = 'open' AND left_on IS NOT NULL")


def _order(connection: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
    """Stores rows by date, so that a period reads only the parts of the table it needs."""
    connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM {table} ORDER BY {columns}")


