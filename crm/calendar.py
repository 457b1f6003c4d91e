"""The calendar: every day's fiscal month, quarter and year, and whether people work on it."""

from __future__ import annotations

from datetime import date

import duckdb

# All days of the data, a year more at either end. A stray date does not make a calendar of centuries.
_SPAN = """
    SELECT greatest(min(day), DATE '1970-01-01') - INTERVAL 1 YEAR, least(max(day), $as_of + INTERVAL 5 YEAR)
    FROM (
        SELECT CAST($as_of AS DATE) AS day
        UNION ALL SELECT CAST($as_of + INTERVAL 1 YEAR AS DATE)
        UNION ALL SELECT unnest([min(created_on), max(created_on), min(closed_on), max(closed_on)]) FROM opportunities
        UNION ALL SELECT CAST(min(valid_from) AS DATE) FROM opportunity_history
        UNION ALL SELECT unnest([min(sold_on), max(sold_on)]) FROM sales
        UNION ALL SELECT min(done_on) FROM activities
        UNION ALL SELECT min(signed_on) FROM contracts
        UNION ALL SELECT unnest([min(starts_on), max(ends_on)]) FROM quotas
    )
"""

# `month` is the first of the month moved back so far that fiscal years are calendar years.
_CALENDAR = """
    INSERT INTO calendar BY NAME
    WITH span AS (
        SELECT date_trunc('year', CAST($first AS DATE) - to_months($shift)) + to_months($shift) AS low,
               date_trunc('year', CAST($last AS DATE) - to_months($shift)) + to_months($shift + 12) AS high
    ),
    days AS (
        SELECT CAST(unnest(generate_series(low, high - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS DATE) AS day FROM span
    ),
    moved AS (
        SELECT day, date_trunc('month', day) - to_months($shift) AS month FROM days
    )
    SELECT
        day,
        CAST(date_trunc('month', day) AS DATE) AS month_start,
        CAST(date_trunc('quarter', month) + to_months($shift) AS DATE) AS quarter_start,
        CAST(date_trunc('year', month) + to_months($shift) AS DATE) AS year_start,
        year(date_trunc('year', month) + to_months($shift + 11)) AS fiscal_year,
        quarter(month) AS fiscal_quarter,
        month(month) AS fiscal_month,
        isodow(day) < 6 AND holiday IS NULL AS is_working_day,
        holiday,
        holiday_zh
    FROM moved LEFT JOIN holidays USING (day)
    ORDER BY day
"""


def write_calendar(connection: duckdb.DuckDBPyConnection, *, as_of: date, fiscal_year_start: int) -> None:
    """Fills `calendar` anew: whole fiscal years, from one before the data's first to the one a year after `as_of`.

    It goes on to the end of the data where those are later. Fiscal years begin in month `fiscal_year_start`. Holidays
    that stand in it (day, holiday, holiday_zh) are kept; they and weekends are no working days.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE holidays AS "
        "SELECT day, holiday, holiday_zh FROM calendar WHERE holiday IS NOT NULL"
    )
    first, last = connection.execute(_SPAN, {"as_of": as_of}).fetchone() or (as_of, as_of)
    connection.execute("DELETE FROM calendar")
    connection.execute(_CALENDAR, {"first": first, "last": last, "shift": fiscal_year_start - 1})
    connection.execute("DROP TABLE holidays")
