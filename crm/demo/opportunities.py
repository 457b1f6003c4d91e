"""Writing deals and their history into tables."""

from __future__ import annotations

import duckdb
import numpy as np

from crm.demo.clock import Clock
from crm.demo.deals import LOST, TERMINATED, WON, Deals
from crm.demo.history import History
from crm.demo.people import Staff
from crm.demo.store import put

_OPPORTUNITIES = """
    SELECT
        key_of('D', deal) AS opportunity_id,
        a.name || ', ' || product_name AS name, a.name_zh || ' ' || product_name_zh AS name_zh,
        a.account_id, a.office_id, member_of('R', rep) AS rep_id, member_of('P', product) AS product_id,
        member_of('C', channel) AS channel_id, member_of('M', campaign) AS campaign_id,
        lead_source, lead_source_zh, pipeline, stage_id, status_name AS status,
        amount, amount AS amount_original, 'CNY' AS currency,
        CASE status_name WHEN 'won' THEN 1 WHEN 'lost' THEN 0 WHEN 'terminated' THEN 0 ELSE stage_probability END
            AS probability,
        CAST(discount AS DECIMAL(9, 3)) * CAST(0.001 AS DECIMAL(4, 3)) AS discount,
        day_of(opened) AS created_on, day_of(expected) AS expected_close_on, day_of(closed) AS closed_on,
        reason_name AS close_reason, reason_name_zh AS close_reason_zh
    FROM made
    JOIN (SELECT *, row_number() OVER (ORDER BY account_id) - 1 AS account FROM accounts) AS a USING (account)
    JOIN stage_names USING (stage) JOIN status_names USING (status) JOIN source_names USING (source)
    JOIN product_names USING (product) LEFT JOIN reason_names USING (reason)
    ORDER BY deal
"""

_HISTORY = """
    SELECT
        key_of('D', deal) AS opportunity_id,
        CAST(day_of(day) AS TIMESTAMP) + to_minutes(CAST(minute AS BIGINT)) AS valid_from,
        CAST(day_of(next_day) AS TIMESTAMP) + to_minutes(CAST(next_minute AS BIGINT)) AS valid_to,
        stage_id, status_name AS status, amount, day_of(expected) AS expected_close_on,
        member_of('R', rep) AS rep_id, false AS is_derived
    FROM made JOIN stage_names USING (stage) JOIN status_names USING (status)
"""


def write_opportunities(
    connection: duckdb.DuckDBPyConnection,
    deals: Deals,
    state: History,
    *,
    reason: np.ndarray,
    discount: np.ndarray,
    staff: Staff,
    time: Clock,
) -> None:
    """Fills `opportunities` and makes `deal_keys` of them, which other inserts join."""
    closed = np.isin(state.status, (WON, LOST, TERMINATED))
    put(
        connection,
        "opportunities",
        {
            "deal": np.arange(1, len(deals) + 1), "account": deals.account, "rep": staff.assigned[state.assignment],
            "product": deals.product, "channel": deals.channel, "campaign": deals.campaign, "source": deals.source,
            "stage": state.stage, "status": state.status, "amount": state.amount, "discount": discount,
            "opened": time.day(deals.opened), "expected": state.expected,
            "closed": np.where(closed, time.day(state.time), -1), "reason": reason,
        },
        _OPPORTUNITIES,
    )  # fmt: skip
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE deal_keys AS SELECT row_number() OVER (ORDER BY opportunity_id) AS deal, "
        "opportunity_id, account_id, office_id, rep_id, product_id, channel_id, campaign_id FROM opportunities"
    )


def write_history(connection: duckdb.DuckDBPyConnection, history: History, *, staff: Staff, time: Clock) -> None:
    """Fills `opportunity_history`; the hours are made up, one interval after the other."""
    day = time.day(history.time)
    minute = 9 * 60 + (history.deal * 37 + history.time * 11) % 510
    put(
        connection,
        "opportunity_history",
        {
            "deal": history.deal + 1,
            "day": day,
            "minute": minute,
            "next_day": np.where(history.last, -1, np.append(day[1:], -1)),
            "next_minute": np.append(minute[1:], 0),
            "stage": history.stage,
            "status": history.status,
            "amount": history.amount,
            "expected": history.expected,
            "rep": staff.assigned[history.assignment],
        },
        _HISTORY,
    )
