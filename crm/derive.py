"""What follows from loaded tables: calendar, missing history, stage passages and the derived columns.

Everything is set-based SQL, depends on nothing but the tables and the arguments, and can be repeated. Days are counted
between dates, so the days of a deal's intervals add up to those from its creation to its close.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
from duckdb_sqlalchemy import Dialect
from sqlalchemy import Table

from crm.calendar import write_calendar
from crm.schema import IDLE_BANDS, NO_DECISION, SIZE_BANDS, deal_keys, metadata, sourced

_DIALECT = Dialect()
# What history rows and passages take over from their opportunity; who owned a deal is the history's own.
_KEYS = tuple(column.name for column in (*deal_keys(), *sourced()))
_SHARED = tuple(name for name in _KEYS if name != "rep_id")

# An open deal without a probability of its own has that of its stage.
_PROBABILITIES = """
    UPDATE opportunities SET probability = s.probability FROM stages AS s
    WHERE s.stage_id = opportunities.stage_id
      AND opportunities.probability IS NULL AND opportunities.status IN ('open', 'paused')
"""

# Recorded intervals with their whole days. The last one runs on to the close or to the as-of day.
_INTERVALS = """
    CREATE OR REPLACE TEMP TABLE intervals AS
    WITH recorded AS (
        SELECT
            h.opportunity_id, h.stage_id, s.position, h.status, o.closed_on,
            o.status IN ('open', 'paused') AS is_running,
            CAST(h.valid_from AS DATE) AS began_on,
            CAST(h.valid_to AS DATE) AS valid_until,
            date_trunc('month', h.expected_close_on)
                > date_trunc('month', lag(h.expected_close_on IGNORE NULLS) OVER deal) AS is_later,
            lag(h.stage_id) OVER deal IS DISTINCT FROM h.stage_id
                OR lag(h.status) OVER deal NOT IN ('open', 'paused') AS is_entry,
            lead(h.valid_from) OVER deal IS NULL AS is_last
        FROM opportunity_history AS h
        JOIN opportunities AS o USING (opportunity_id)
        LEFT JOIN stages AS s ON s.stage_id = h.stage_id
        WHERE h.is_derived IS NOT TRUE
        WINDOW deal AS (PARTITION BY h.opportunity_id ORDER BY h.valid_from)
    )
    SELECT
        opportunity_id, stage_id, position, status, began_on, is_entry,
        status = 'open' AND is_later AS is_push,
        is_running AND is_last AND status IN ('open', 'paused') AS is_standing,
        greatest(began_on, least(
            coalesce(valid_until, closed_on, $as_of), CASE WHEN is_running THEN NULL ELSE closed_on END
        )) AS ended_on
    FROM recorded
"""

# One row per recorded opportunity: how far it came, and the days on which it rested (paused, or closed until it was
# opened again).
_RECORDED = """
    CREATE OR REPLACE TEMP TABLE recorded AS
    SELECT
        opportunity_id,
        max(position) FILTER (status <> 'won') AS position,
        CASE WHEN bool_or(is_standing) THEN max(began_on) FILTER (is_entry) END AS stage_entered_on,
        coalesce(sum(ended_on - began_on) FILTER (status <> 'open'), 0) AS rest_days,
        count(*) FILTER (is_push) AS push_count
    FROM intervals
    GROUP BY opportunity_id
"""

_STANDS = """
    CREATE OR REPLACE TEMP TABLE stands AS
    SELECT
        opportunity_id, stage_id, any_value(position) AS position, min(began_on) AS entered_on,
        max(ended_on) AS ended_on,
        coalesce(sum(ended_on - began_on) FILTER (status = 'open'), 0) AS active_days,
        bool_or(is_standing) AS is_standing
    FROM intervals
    WHERE status IN ('open', 'paused') AND position IS NOT NULL
    GROUP BY opportunity_id, stage_id
"""


def _band(value: str, starts: Sequence[int]) -> str:
    """The start of the band that a value lies in, as SQL; null for what lies before the first."""
    return " ".join(["CASE", *(f"WHEN {value} >= {start} THEN {start}" for start in reversed(starts)), "END"])


# The competitor that a close review says a lost deal went to was in play, whether or not it had been named before.
_REVIEWED_WINNERS = """
    INSERT INTO opportunity_competitors BY NAME
    SELECT v.opportunity_id, v.competitor_id, true AS is_winner, v.reviewed_on AS named_on
    FROM close_reviews AS v JOIN opportunities AS o USING (opportunity_id)
    WHERE o.status = 'lost' AND v.competitor_id IS NOT NULL
      AND (v.opportunity_id, v.competitor_id) NOT IN (
          SELECT (opportunity_id, competitor_id) FROM opportunity_competitors
      )
"""

# How each deal ended: to whom, to nobody, after how many days without an activity. Where no review and no competitor is
# recorded, whether there was one is unknown; nobody was there where a review says so.
_ENDINGS = """
    CREATE OR REPLACE TEMP TABLE endings AS
    SELECT
        o.opportunity_id,
        o.status = 'lost' AND coalesce(
            list_contains($no_decision, lower(trim(coalesce(o.close_reason, v.reason)))), false
        ) AS is_no_decision,
        CASE WHEN o.status = 'lost' THEN coalesce(v.competitor_id, n.winner_id) END AS winner_id,
        CASE WHEN n.opportunity_id IS NOT NULL THEN 'named' WHEN v.opportunity_id IS NOT NULL THEN 'nobody'
            ELSE 'unknown' END AS competition,
        v.opportunity_id IS NOT NULL AS is_reviewed,
        t.idle_days
    FROM opportunities AS o
    LEFT JOIN close_reviews AS v ON v.opportunity_id = o.opportunity_id
    LEFT JOIN (
        SELECT opportunity_id, min(competitor_id) FILTER (is_winner) AS winner_id
        FROM opportunity_competitors WHERE competitor_id IS NOT NULL GROUP BY opportunity_id
    ) AS n ON n.opportunity_id = o.opportunity_id
    LEFT JOIN (
        SELECT a.opportunity_id, min(d.closed_on - a.done_on) AS idle_days
        FROM activities AS a JOIN opportunities AS d ON d.opportunity_id = a.opportunity_id
        WHERE a.done_on <= d.closed_on GROUP BY a.opportunity_id
    ) AS t ON t.opportunity_id = o.opportunity_id
"""

_OPPORTUNITIES = f"""
    SELECT o.* REPLACE (
        CASE
            WHEN o.status = 'won' THEN coalesce(w.position, greatest(s.position, r.position))
            ELSE greatest(s.position, r.position)
        END AS furthest_position,
        r.stage_entered_on AS stage_entered_on,
        n.active_days AS active_days_in_stage,
        CASE WHEN o.status = 'won'
            THEN greatest(o.closed_on - o.created_on - coalesce(r.rest_days, 0), 0) END AS cycle_active_days,
        r.push_count AS push_count,
        e.is_no_decision AS is_no_decision,
        e.winner_id AS winner_id,
        e.competition AS competition,
        e.is_reviewed AS is_reviewed,
        e.idle_days AS idle_days,
        {_band("e.idle_days", IDLE_BANDS)} AS idle_band,
        CASE WHEN o.amount > 0 THEN {_band("o.amount", SIZE_BANDS)} END AS size_band
    )
    FROM opportunities AS o
    LEFT JOIN endings AS e ON e.opportunity_id = o.opportunity_id
    LEFT JOIN stages AS s ON s.stage_id = o.stage_id
    LEFT JOIN (SELECT pipeline, max(position) AS position FROM stages WHERE is_won GROUP BY pipeline) AS w
        ON w.pipeline = o.pipeline
    LEFT JOIN recorded AS r ON r.opportunity_id = o.opportunity_id
    LEFT JOIN (SELECT opportunity_id, max(active_days) AS active_days FROM stands WHERE is_standing GROUP BY ALL) AS n
        ON n.opportunity_id = o.opportunity_id
    ORDER BY o.created_on
"""

# A passage is judged by how far its deal came: what lies before the furthest stage was passed, the furthest stage is
# where the deal was won from, lost, terminated, or is still in play. So a lost deal is lost in one stage only, and the
# stages' success rates multiply to the cohort's win rate. A stage left backwards by a deal that is still in play is
# undecided: it has no left_on yet.
_PASSAGES = f"""
    INSERT INTO stage_passages BY NAME
    SELECT * REPLACE (CASE WHEN outcome <> 'open' THEN left_on END AS left_on)
    FROM (
        SELECT
            p.opportunity_id, p.stage_id, p.position, p.entered_on, p.ended_on AS left_on, p.active_days,
            CASE
                WHEN p.is_standing THEN 'open'
                WHEN o.status = 'won' OR o.furthest_position > p.position THEN 'advanced'
                WHEN o.status IN ('lost', 'terminated') THEN o.status
                ELSE 'open'
            END AS outcome,
            o.status = 'won' AS is_won,
            o.amount,
            {", ".join(f"o.{name}" for name in _KEYS)}
        FROM stands AS p JOIN opportunities AS o USING (opportunity_id)
    )
    ORDER BY entered_on
"""

# Of a deal without history only creation and close are known: one interval until its close, one from there on. Where
# a won deal stood before it was won is not known; like any deal, it began in the first stage.
_DERIVED_HISTORY = """
    WITH unrecorded AS (
        SELECT o.*, f.stage_id AS first_stage_id, o.status NOT IN ('open', 'paused') AS is_closed
        FROM opportunities AS o
        LEFT JOIN stages AS s ON s.stage_id = o.stage_id AND s.is_won
        LEFT JOIN (SELECT pipeline, min_by(stage_id, position) AS stage_id FROM stages GROUP BY pipeline) AS f
            ON f.pipeline = s.pipeline
        WHERE o.opportunity_id NOT IN (SELECT opportunity_id FROM opportunity_history)
          AND o.created_on IS NOT NULL AND o.status IS NOT NULL
    )
    SELECT * REPLACE (coalesce(first_stage_id, stage_id) AS stage_id, CASE WHEN is_closed THEN 'open' ELSE status END
            AS status), created_on AS valid_from, CASE WHEN is_closed THEN closed_on END AS valid_to
    FROM unrecorded
    WHERE NOT is_closed OR closed_on > created_on
    UNION ALL BY NAME
    SELECT *, greatest(created_on, closed_on) AS valid_from, NULL AS valid_to
    FROM unrecorded
    WHERE is_closed
"""

_HISTORY_OWN = "opportunity_id, valid_from, valid_to, stage_id, status, amount, expected_close_on, rep_id"
_HISTORY = f"""
    SELECT {_HISTORY_OWN}, {", ".join(_SHARED)}, is_derived
    FROM (
        SELECT h.* REPLACE ({", ".join(f"coalesce(h.{name}, o.{name}) AS {name}" for name in _SHARED)})
        FROM opportunity_history AS h LEFT JOIN opportunities AS o USING (opportunity_id)
        UNION ALL BY NAME
        SELECT {_HISTORY_OWN}, {", ".join(_SHARED)}, true AS is_derived FROM ({_DERIVED_HISTORY})
    )
    ORDER BY valid_from
"""

# The pipeline as it stood at each month's end: an interval is open at the ends of the months it runs over.
_SNAPSHOTS = f"""
    INSERT INTO pipeline_snapshots BY NAME
    WITH spans AS (
        SELECT *,
            greatest(date_trunc('month', valid_from) + INTERVAL 1 MONTH,
                     date_trunc('month', $as_of) - INTERVAL 24 MONTH) AS first_after,
            least(date_trunc('month', coalesce(valid_to, $as_of)), date_trunc('month', $as_of)) AS last_after
        FROM opportunity_history WHERE status = 'open'
    ),
    standing AS (
        SELECT *, CAST(unnest(generate_series(first_after, last_after, INTERVAL 1 MONTH)) - INTERVAL 1 DAY AS DATE)
            AS snapshot_on
        FROM spans WHERE first_after <= last_after
    ),
    spent AS (
        SELECT s.snapshot_on, s.opportunity_id, sum(least(i.ended_on, s.snapshot_on) - i.began_on) AS days
        FROM standing AS s JOIN intervals AS i
            ON i.opportunity_id = s.opportunity_id AND i.stage_id = s.stage_id
            AND i.status = 'open' AND i.began_on <= s.snapshot_on
        GROUP BY ALL
    )
    SELECT s.snapshot_on, s.opportunity_id, s.stage_id, s.status, s.amount, p.probability, s.expected_close_on,
        d.days AS active_days_in_stage, {", ".join(f"s.{name}" for name in _KEYS)}
    FROM standing AS s
    LEFT JOIN stages AS p ON p.stage_id = s.stage_id
    LEFT JOIN spent AS d ON d.snapshot_on = s.snapshot_on AND d.opportunity_id = s.opportunity_id
    ORDER BY s.snapshot_on
"""


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates every table of the schema, empty; without keys and indexes, which only slow down a load."""
    for table in metadata.tables.values():
        _create(connection, table)


def derive(connection: duckdb.DuckDBPyConnection, *, as_of: date, fiscal_year_start: int) -> None:
    """Fills what follows from the source tables and orders the large ones by date alone, so that scans can skip blocks.

    Deals that are still in play stand where they are up to `as_of`. Derived columns are null where no history was
    recorded, but for `furthest_position` and `cycle_active_days`, which then know creation and close alone. Holidays
    that stand in `calendar` beforehand (day, holiday, holiday_zh) are kept.
    """
    write_calendar(connection, as_of=as_of, fiscal_year_start=fiscal_year_start)
    connection.execute(_PROBABILITIES)
    connection.execute(_INTERVALS, {"as_of": as_of})
    connection.execute(_RECORDED)
    connection.execute(_STANDS)
    connection.execute(_REVIEWED_WINNERS)
    connection.execute(_ENDINGS, {"no_decision": list(NO_DECISION)})
    _rewrite(connection, metadata.tables["opportunities"], _OPPORTUNITIES)
    connection.execute("DELETE FROM stage_passages")
    connection.execute(_PASSAGES)
    connection.execute("DROP TABLE recorded; DROP TABLE stands; DROP TABLE endings")
    _rewrite(connection, metadata.tables["opportunity_history"], _HISTORY)
    connection.execute("DELETE FROM pipeline_snapshots")
    connection.execute(_SNAPSHOTS, {"as_of": as_of})
    connection.execute("DROP TABLE intervals")
    _rewrite(connection, metadata.tables["sales"], "SELECT * FROM sales ORDER BY sold_on")


def _create(connection: duckdb.DuckDBPyConnection, table: Table, name: str | None = None) -> None:
    columns = ", ".join(f"{column.name} {column.type.compile(dialect=_DIALECT)}" for column in table.columns)
    connection.execute(f"CREATE TABLE {name or table.name} ({columns})")


def _rewrite(connection: duckdb.DuckDBPyConnection, table: Table, select: str) -> None:
    """Puts the rows of a SELECT, in its order, in the place of the table's."""
    _create(connection, table, "rewritten")
    connection.execute(f"INSERT INTO rewritten BY NAME {select}")
    connection.execute(f"DROP TABLE {table.name}")
    connection.execute(f"ALTER TABLE rewritten RENAME TO {table.name}")
