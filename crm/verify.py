"""What must hold before anything is published, whatever the source was; a breach is our own fault."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from crm.issues import LoadError

Totals = dict[str, tuple[int, Decimal | None]]

# Each query counts breaches of one rule.
_RULES = {
    "an opportunity with a creation date has no history": """
        SELECT count(*) FROM opportunities WHERE created_on IS NOT NULL AND status IS NOT NULL
        AND opportunity_id NOT IN (SELECT opportunity_id FROM opportunity_history)""",
    "two intervals of an opportunity's history overlap": """
        SELECT count(*) FROM (
            SELECT valid_to, lead(valid_from) OVER (PARTITION BY opportunity_id ORDER BY valid_from) AS following
            FROM opportunity_history) WHERE valid_to > following OR (valid_to IS NULL AND following IS NOT NULL)""",
    "a stage passage belongs to no opportunity": """
        SELECT count(*) FROM stage_passages WHERE opportunity_id NOT IN (SELECT opportunity_id FROM opportunities)""",
    "the as-of date is not in the calendar": """
        SELECT count(*) FROM load_info WHERE key = 'as_of' AND CAST(value AS DATE) NOT IN (SELECT day FROM calendar)""",
}


def totals(connection: duckdb.DuckDBPyConnection) -> Totals:
    """Rows and amounts of the two facts that everything is counted from."""
    found = {}
    for table in ("opportunities", "sales"):
        row = connection.execute(f"SELECT count(*), sum(amount) FROM {table}").fetchone()
        found[table] = (row[0], row[1]) if row else (0, None)
    return found


def verify(connection: duckdb.DuckDBPyConnection, *, before: Totals) -> None:
    """Raises LoadError when deriving changed what was loaded, or left something undone."""
    broken = [
        f"deriving changed the number or the amount of {table}"
        for table, total in totals(connection).items()
        if total != before[table]
    ]
    for rule, query in _RULES.items():
        row = connection.execute(query).fetchone()
        if row and row[0]:
            broken.append(f"{rule} ({row[0]:,})")
    if broken:
        raise LoadError(
            f"The loaded data do not hold together: {'; '.join(broken)}. Nothing was published. This is a fault of the "
            "application, not of the data: report it together with this sentence."
        )
