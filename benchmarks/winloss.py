"""The questions of the win/loss page beside the bare SQL for them."""

from __future__ import annotations

from benchmarks.bare import SOLD, drill
from benchmarks.question import DRILL_SLACK, WHOLE, Question, column, total
from queries import losses, reviews, rivals, winback, winloss

_NOW, _THEN = "closed_on BETWEEN $start AND $end", "closed_on BETWEEN $last_year_start AND $last_year_end"
_BOTH = f"({_NOW} OR {_THEN}) AND status IN ('won', 'lost')"
_RATE = f"count(*) FILTER ({_NOW} AND status = 'won'), count(*) FILTER ({_NOW} AND status IN ('won', 'lost'))"
_CLOSED = f"{_NOW} AND status IN ('won', 'lost', 'terminated')"
_LOST = f"count(*), sum(amount) FROM opportunities AS o {{joins}} WHERE {_NOW} AND status = 'lost'"

OVERALL = [
    f"SELECT {_RATE}, count(*) FILTER ({_THEN} AND status = 'won'), count(*) FILTER ({_THEN}),"
    " count(*) FILTER (is_no_decision), count(*) FILTER (status = 'lost' AND close_reason IS NOT NULL),"
    f" count(*) FILTER (status = 'terminated') FROM opportunities WHERE ({_NOW} OR {_THEN})"
    " AND status IN ('won', 'lost', 'terminated')"
]
TREND = [
    "SELECT date_trunc('month', closed_on), count(*) FILTER (status = 'won'), count(*) FROM opportunities"
    " WHERE closed_on BETWEEN $course_start - INTERVAL 1 YEAR AND $as_of AND status IN ('won', 'lost') GROUP BY 1"
]
BY_REGION = [
    "SELECT r.region, any_value(r.region_zh), count(*) FILTER (status = 'won'), count(*) FROM opportunities"
    f" LEFT JOIN regions AS r USING (office_id) WHERE {_NOW} AND status IN ('won', 'lost') GROUP BY r.region"
]
_CYCLE = (
    "percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN {when} AND status = 'won' THEN closed_on - created_on END)"
)
_MET = (
    f"{_RATE}, count(*) FILTER ({_THEN} AND status = 'won'), count(*) FILTER ({_THEN}),"
    f" {_CYCLE.format(when=_NOW)}, {_CYCLE.format(when=_THEN)},"
    f" avg(discount) FILTER ({_NOW}), avg(discount) FILTER ({_THEN})"
)
RIVALS = [
    f"SELECT c.competitor_id, {_MET} FROM opportunities AS o LEFT JOIN opportunity_competitors AS c USING"
    f" (opportunity_id) WHERE {_BOTH} GROUP BY 1",
    f"SELECT competition, {_MET} FROM opportunities WHERE {_BOTH} GROUP BY 1",
    f"SELECT winner_id, competition, {_LOST.format(joins='')} GROUP BY 1, 2",
]
HEAD = [
    "SELECT c.competitor_id, r.region, count(*) FILTER (status = 'won'), count(*) FROM opportunities AS o"
    " JOIN opportunity_competitors AS c USING (opportunity_id) LEFT JOIN regions AS r USING (office_id)"
    f" WHERE {_NOW} AND status IN ('won', 'lost') GROUP BY 1, 2"
]
_QUARTERS = (
    "WHERE closed_on BETWEEN date_trunc('quarter', $as_of) - INTERVAL 21 MONTH AND $as_of AND status IN ('won', 'lost')"
)
PRESENCE = [
    "SELECT c.competitor_id, date_trunc('quarter', closed_on), count(*) FROM opportunities AS o"
    f" JOIN opportunity_competitors AS c USING (opportunity_id) {_QUARTERS} GROUP BY 1, 2",
    f"SELECT date_trunc('quarter', closed_on), count(*) FROM opportunities {_QUARTERS} GROUP BY 1",
]
FLOW = [f"SELECT stage_id, close_reason, winner_id, competition, {_LOST.format(joins='')} GROUP BY 1, 2, 3, 4"]
REASONS = [f"SELECT close_reason, min(close_reason_zh), {_LOST.format(joins='')} GROUP BY 1"]
SILENCE = [
    "SELECT idle_band, count(*) FILTER (status = 'lost'), sum(amount) FILTER (status = 'lost'),"
    f" count(*) FILTER (status = 'won'), count(*) FROM opportunities WHERE {_NOW} AND status IN ('won', 'lost')"
    " GROUP BY 1",
    f"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY idle_days) FROM opportunities WHERE {_NOW}"
    " AND status = 'lost' AND idle_days IS NOT NULL",
]
REVIEWED = [
    "SELECT o.rep_id, any_value(r.name), count(*) FILTER (is_reviewed), count(*) FROM opportunities AS o"
    f" LEFT JOIN reps AS r ON r.rep_id = o.rep_id WHERE {_CLOSED} GROUP BY 1"
]
_FOUND = " OR ".join(
    f"lower({name}) LIKE '%price%'"
    for name in ("v.note", "v.reason", "v.reason_zh", "o.name", "o.name_zh", "a.name", "a.name_zh", "r.name",
                 "r.name_zh", "c.name", "c.name_zh")
)  # fmt: skip
_NOTES = (
    " FROM opportunities AS o JOIN close_reviews AS v USING (opportunity_id)"
    " LEFT JOIN accounts AS a ON a.account_id = o.account_id LEFT JOIN reps AS r ON r.rep_id = o.rep_id"
    f" LEFT JOIN competitors AS c ON c.competitor_id = v.competitor_id WHERE {_CLOSED} AND ({_FOUND})"
)
NOTES = [
    "SELECT o.opportunity_id, v.reviewed_on, v.note, o.status, o.amount, v.reason, o.name, o.name_zh, a.name,"
    f" a.name_zh, r.name, r.name_zh, c.name, c.name_zh {_NOTES} ORDER BY v.reviewed_on DESC NULLS LAST,"
    " o.opportunity_id LIMIT 60",
    f"SELECT count(*) {_NOTES}",
]
_REGIONS = "LEFT JOIN regions AS r USING (office_id)"
BACK = [f"SELECT r.region, {_LOST.format(joins=_REGIONS)} AND winner_id = 'V001' GROUP BY 1", SOLD, drill("region", {})]

_PART = (("rival", "V001"), ("region", ""), ("part", "third"))
QUESTIONS = (
    Question("win rate", winloss.overall, OVERALL, total("cases"), column(1)),
    Question("win rate by month", winloss.rate_trend, TREND, total("cases"), lambda rows: _months(rows)),
    Question("win rate by region", winloss.rates_by, BY_REGION, total("cases"), column(3), (("by", "region"),)),
    Question("competitors", rivals.rivals, RIVALS, lambda f: float(f[f["at"].str.match("competitor:")]["cases"].sum()),
             lambda rows: float(sum(row[2] for row in rows[0] if row[0] is not None))),
    Question("head to head", rivals.head_to_head, HEAD, total("cases"), column(3), (("cross", "region"),)),
    Question("presence of competitors", rivals.presence, PRESENCE, total("deals"), column(2)),
    Question("flow of losses", losses.loss_flow, FLOW, total("lost_amount"), column(5)),
    Question("reasons of losses", losses.loss_reasons, REASONS, total("lost_amount"), column(3)),
    Question("silence before losses", losses.silence, SILENCE, total("lost_count"), column(1)),
    Question("close reviews by rep", reviews.review_share_by_rep, REVIEWED, total("reviewed"), column(2)),
    Question("search of the reviews", reviews.review_notes, NOTES, lambda f: float(f.attrs["found"]), column(0, of=1),
             (("find", "price"),)),
    Question("what winning back would bring", winback.win_back, BACK,
             lambda f: float(f["lost_amount"].iloc[1:].sum()), column(2), _PART, WHOLE, DRILL_SLACK),
)  # fmt: skip


def _months(rows: list[list[tuple[object, ...]]]) -> float:
    """Decided deals of the last twelve months: the later half of the rows."""
    return float(sum(row[2] for row in sorted(rows[0])[-12:]))  # type: ignore[misc]
