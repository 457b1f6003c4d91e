"""The least SQL for the questions of the evidence against a competitor, and of what separates wins from losses."""

from __future__ import annotations

_DECIDED = "o.status IN ('won', 'lost')"
_BOTH = "$before_start AND $evidence_end"
_MET = "o.opportunity_id IN (SELECT opportunity_id FROM opportunity_competitors WHERE competitor_id = $rival)"

RIVALS = [
    "SELECT c.competitor_id, count(*), count(*) FILTER (o.status = 'won'), sum(o.amount) FILTER (o.status = 'lost')"
    " FROM opportunities AS o JOIN opportunity_competitors AS c USING (opportunity_id)"
    f" WHERE {_DECIDED} AND o.closed_on BETWEEN {_BOTH} GROUP BY c.competitor_id",
    "SELECT competitor_id, name, name_zh FROM competitors",
]
FACING = [
    "SELECT o.closed_on >= $recent_start, count(*), count(*) FILTER (o.status = 'won'),"
    " sum(o.amount) FILTER (o.status = 'lost')"
    f" FROM opportunities AS o WHERE {_DECIDED} AND o.closed_on BETWEEN {_BOTH} AND {_MET} GROUP BY ALL",
    "SELECT o.closed_on >= $recent_start, count(*), count(*) FILTER (o.status = 'won') FROM opportunities AS o"
    f" WHERE {_DECIDED} AND o.closed_on BETWEEN {_BOTH} GROUP BY ALL",
    "SELECT o.created_on >= $recent_start, count(*) FROM opportunities AS o"
    f" WHERE o.created_on BETWEEN {_BOTH} GROUP BY ALL",
]
#: What deals are divided by, and where that is looked up.
_SEGMENTS = {
    "region": "LEFT JOIN regions AS m USING (office_id)",
    "category": "LEFT JOIN products AS m USING (product_id)",
    "kind": "LEFT JOIN channels AS m USING (channel_id)",
    "industry": "LEFT JOIN accounts AS m USING (account_id)",
    "segment": "LEFT JOIN accounts AS m USING (account_id)",
    "lead_source": "",
}


def _by(column: str, join: str) -> list[str]:
    """Decided with the competitor, decided at all, and created, each by member and by year."""
    member = f"m.{column}" if join else f"o.{column}"
    closed, created = ("o.closed_on >= $recent_start", "o.created_on >= $recent_start")
    table = f"FROM opportunities AS o {join}"
    within = f"o.closed_on BETWEEN {_BOTH}"
    return [
        f"SELECT {member}, {closed}, count(*), count(*) FILTER (o.status = 'won') {table}"
        f" WHERE {_DECIDED} AND {within} AND {_MET} GROUP BY ALL",
        f"SELECT {member}, {closed}, count(*) {table} WHERE {_DECIDED} AND {within} GROUP BY ALL",
        f"SELECT {member}, {created}, count(*) {table} WHERE o.created_on BETWEEN {_BOTH} GROUP BY ALL",
    ]


COMPARISONS = [*FACING, *(sql for column, join in _SEGMENTS.items() for sql in _by(column, join))]
POPULATION = [
    "SELECT count(*), count(*) FILTER (status = 'won'), count(*) FILTER (closed_on > created_on + 30),"
    " count(*) FILTER (closed_on > created_on + 30 AND status = 'won'),"
    " count(*) FILTER (closed_on IS NOT NULL AND created_on IS NOT NULL)"
    f" FROM opportunities AS o WHERE {_DECIDED} AND closed_on BETWEEN {_BOTH}"
]
