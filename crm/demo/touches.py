"""What is done for a deal on its way, competitors it meets, and the review at its end."""

from __future__ import annotations

import duckdb
import numpy as np

from crm.demo.clock import Clock
from crm.demo.deals import LOST, TERMINATED, WON, Deals
from crm.demo.history import History
from crm.demo.people import Staff
from crm.demo.store import numbered, put

#: Visits and calls to a deal; in very large companies they are thinned to about this many rows in all.
ACTIVITIES_EACH, MOST_ACTIVITIES = 4.2, 1_500_000

# Visit, call, demonstration, seminar, message.
_ACTIVITY_KINDS = (0.46, 0.30, 0.10, 0.08, 0.06)

_RIVALS = """
    SELECT key_of('D', deal) AS opportunity_id, member_of('V', rival) AS competitor_id, is_winner,
        day_of(named) AS named_on
    FROM made
"""

_REVIEWS = """
    SELECT key_of('D', deal) AS opportunity_id, status_name AS outcome, reason_name AS reason,
        reason_name_zh AS reason_zh, member_of('V', winner) AS competitor_id, notes[1 + draw % len(notes)] AS note,
        day_of(reviewed) AS reviewed_on, member_of('R', rep) AS rep_id
    FROM made JOIN status_names USING (status) JOIN reason_names USING (reason)
"""

_ACTIVITIES = """
    SELECT
        key_of('T', number) AS activity_id, o.opportunity_id, o.account_id,
        member_of('R', rep) AS rep_id, activity_kind AS kind,
        CASE WHEN done < 0 THEN NULL ELSE ['positive', 'neutral', 'follow-up agreed', 'objection raised'][1 + draw % 4]
            END AS result,
        day_of(planned) AS planned_on, day_of(done) AS done_on,
        CASE WHEN done >= 0 THEN activity_cost * (60 + draw % 80) / 100 END AS cost
    FROM made JOIN deal_keys AS o USING (deal) JOIN activity_kinds USING (kind)
"""


def write_reviews(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    deals: Deals,
    state: History,
    *,
    reason: np.ndarray,
    staff: Staff,
    time: Clock,
) -> None:
    """Fills `opportunity_competitors` and `close_reviews`; who won a lost deal is known for most of them."""
    end = np.where(np.isin(state.status, (WON, LOST, TERMINATED)), state.time, time.now)
    named = np.minimum(deals.entered[:, 1] + rng.integers(1, 12, len(deals)), end)
    met = (deals.reached >= 1) & (deals.entered[:, 1] <= end)
    beaten = (state.status == LOST) & met & (deals.rivals[:, 0] >= 0) & (rng.random(len(deals)) < 0.78)
    second = (deals.rivals[:, 1] >= 0) & (rng.random(len(deals)) < 0.35)
    winner = np.where(beaten, np.where(second, deals.rivals[:, 1], deals.rivals[:, 0]), -1)
    rows = [np.flatnonzero(met & (deals.rivals[:, column] >= 0)) for column in (0, 1)]
    deal = np.concatenate(rows)
    rival = np.concatenate([deals.rivals[rows[column], column] for column in (0, 1)])
    order = np.argsort(deal, kind="stable")
    deal, rival = deal[order], rival[order]
    put(
        connection,
        "opportunity_competitors",
        {"deal": deal + 1, "rival": rival, "is_winner": winner[deal] == rival, "named": time.day(named[deal])},
        _RIVALS,
    )
    some = np.flatnonzero((reason >= 0) & (rng.random(len(deals)) < 0.74))
    reviewed = np.maximum(state.time[some] - rng.integers(0, 3, len(some)), deals.opened[some])
    put(
        connection,
        "close_reviews",
        {
            "deal": some + 1, "status": state.status[some], "reason": reason[some], "winner": winner[some],
            "draw": rng.integers(0, 1 << 16, len(some)), "reviewed": time.day(reviewed),
            "rep": staff.assigned[state.assignment[some]],
        },
        _REVIEWS,
    )  # fmt: skip


def write_activities(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    deals: Deals,
    history: History,
    *,
    staff: Staff,
    time: Clock,
) -> None:
    """Fills `activities`: more for deals that last and go far; some planned ones were missed or are yet to come."""
    state = history.now
    end = np.where(np.isin(state.status, (WON, LOST, TERMINATED)), state.time, time.now + 8)
    each = min(ACTIVITIES_EACH, MOST_ACTIVITIES / len(deals))
    wanted = np.sqrt(np.maximum(end - deals.opened, 1)) * (1 + 0.25 * deals.reached) * _diligence(staff, state)
    deal = np.repeat(np.arange(len(deals)), rng.poisson(each * wanted / wanted.mean()))
    planned = deals.opened[deal] + (rng.random(len(deal)) * (end - deals.opened + 1)[deal]).astype(int)
    planned = np.minimum(planned, end[deal])
    late = planned + (rng.random(len(deal)) < 0.2) * rng.integers(1, 4, len(deal))
    happens = (rng.random(len(deal)) > 0.09) & (np.minimum(late, end[deal]) <= time.now)
    made = {
        "deal": deal + 1,
        "rep": staff.assigned[_owner(history, deal, planned)],
        "kind": rng.choice(len(_ACTIVITY_KINDS), len(deal), p=_ACTIVITY_KINDS),
        "draw": rng.integers(0, 1 << 16, len(deal)),
        "planned": time.day(planned),
        "done": np.where(happens, time.day(np.minimum(late, end[deal])), -1),
    }
    put(connection, "activities", numbered(made, by="planned"), _ACTIVITIES)


def _diligence(staff: Staff, state: History) -> np.ndarray:
    """Good reps visit more."""
    return np.exp(0.6 * staff.skill[staff.assigned[state.assignment]])


def _owner(history: History, deal: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Who owned the deals at times."""
    at = np.searchsorted(history.deal * (1 << 14) + history.time, deal * (1 << 14) + when, side="right") - 1
    return history.assignment[at]
