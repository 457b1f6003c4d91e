"""The least SQL, written by hand, that gives the numbers of a question. What one would type who needs them once.

Parameters are days (`$start`, `$end` ...); see `questions.days`. The pipeline's name and each stage's limit of days
are taken as known, because the application too asks for them once a load.
"""

from __future__ import annotations

from collections.abc import Mapping

STAGES = [
    "SELECT pipeline, count(*) FROM opportunities GROUP BY pipeline",
    "SELECT stage_id, name, name_zh, position, is_won, typical_days, pipeline FROM stages ORDER BY pipeline, position",
]
AGE_LIMITS = [
    "SELECT stage_id, percentile_cont(0.75) WITHIN GROUP (ORDER BY active_days) FROM stage_passages"
    " WHERE is_won AND left_on BETWEEN $year_ago AND $as_of GROUP BY stage_id"
]
COHORT = [
    "SELECT furthest_position, count(*), sum(amount) FROM opportunities"
    " WHERE created_on BETWEEN $cohort_start AND $cohort_end AND pipeline = $pipeline GROUP BY furthest_position"
]
COHORT_OPEN = [
    "SELECT count(*) FROM opportunities WHERE created_on BETWEEN $cohort_start AND $cohort_end"
    " AND pipeline = $pipeline AND status IN ('open', 'paused')"
]
COHORT_BY = [
    "SELECT r.region, any_value(r.region_zh), o.furthest_position, count(*), sum(o.amount)"
    " FROM opportunities AS o LEFT JOIN regions AS r USING (office_id)"
    " WHERE o.created_on BETWEEN $cohort_start AND $cohort_end AND o.pipeline = $pipeline"
    " GROUP BY r.region, o.furthest_position"
]
STEP_RATES = [
    "SELECT stage_id, count(*), count(*) FILTER (outcome = 'advanced') FROM stage_passages"
    f" WHERE left_on BETWEEN {start} AND {end} AND outcome IN ('advanced', 'lost', 'terminated') GROUP BY stage_id"
    for start, end in (("$start", "$end"), ("$last_year_start", "$last_year_end"))
]
STOCK = [
    "SELECT o.stage_id, count(*), sum(amount),"
    " count(*) FILTER (active_days_in_stage > days), sum(amount) FILTER (active_days_in_stage > days)"
    " FROM opportunities AS o"
    " LEFT JOIN (SELECT unnest($stages) AS stage_id, unnest($late_days) AS days) USING (stage_id)"
    " WHERE status = 'open' AND pipeline = $pipeline GROUP BY o.stage_id"
]
PASSAGE = [
    "SELECT stage_id, count(*), avg(CASE outcome WHEN 'advanced' THEN 1 ELSE 0 END),"
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY active_days),"
    " percentile_cont(0.75) WITHIN GROUP (ORDER BY active_days) FROM stage_passages"
    " WHERE left_on BETWEEN $year_ago AND $as_of AND outcome IN ('advanced', 'lost', 'terminated') GROUP BY stage_id"
]
_MODEL = (
    "SELECT stage_id, count(*), count(*) FILTER (outcome = 'advanced'),"
    " percentile_cont([0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY CASE outcome WHEN 'advanced' THEN active_days END)"
    " FROM stage_passages WHERE left_on BETWEEN {start} AND {end}"
    " AND outcome IN ('advanced', 'lost', 'terminated') GROUP BY stage_id"
)
MODEL = [_MODEL.format(start="$year_ago", end="$as_of"), "SELECT stage_id, probability FROM stages"]
FORECAST = [
    *MODEL,
    "SELECT stage_id, active_days_in_stage, count(*), sum(amount) FROM opportunities"
    " WHERE status = 'open' AND pipeline = $pipeline GROUP BY stage_id, active_days_in_stage",
]
INTERVAL = [
    *MODEL,
    "SELECT stage_id, active_days_in_stage, count(*), sum(amount), sum(CAST(amount AS DOUBLE) * amount)"
    " FROM opportunities WHERE status = 'open' AND pipeline = $pipeline GROUP BY stage_id, active_days_in_stage",
]
WEIGHTED = [
    "SELECT date_trunc('month', expected_close_on), expected_close_on < $as_of, stage_id, count(*), sum(amount),"
    " sum(amount * probability) FROM opportunities WHERE status = 'open' AND pipeline = $pipeline GROUP BY ALL"
]
HINT = [
    *FORECAST,
    "SELECT date_trunc('quarter', closed_on), sum(amount) FROM opportunities"
    " WHERE status = 'won' AND closed_on BETWEEN $four_quarters_ago AND $quarters_end AND pipeline = $pipeline"
    " GROUP BY ALL",
]

_SPANS = ("$start AND $end", "$previous_start AND $previous_end", "$last_year_start AND $last_year_end")


def _by_span(numbers: str, column: str) -> str:
    cases = " ".join(f"WHEN {column} BETWEEN {span} THEN {number}" for number, span in enumerate(_SPANS))
    inside = " OR ".join(f"{column} BETWEEN {span}" for span in _SPANS)
    return f"SELECT CASE {cases} END, {numbers} FROM opportunities WHERE {inside} GROUP BY ALL"


_DECIDED = (
    "count(*) FILTER (status = 'won'), count(*) FILTER (status IN ('won', 'lost')),"
    " sum(amount) FILTER (status = 'won'),"
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE status WHEN 'won' THEN closed_on - created_on END)"
)
_OPEN_NOW = "SELECT sum(amount), sum(amount * probability) FROM opportunities WHERE status = 'open'"
_STOOD = "sum({amount}) FILTER (valid_from < {day} + 1 AND coalesce(valid_to >= {day} + 1, true))"
_OPEN_THEN = (
    "SELECT "
    + ", ".join(
        _STOOD.format(amount=amount, day=day)
        for day in ("$previous_end", "$last_year_end")
        for amount in ("h.amount", "h.amount * s.probability")
    )
    + " FROM opportunity_history AS h LEFT JOIN stages AS s USING (stage_id) WHERE h.status = 'open'"
    " AND valid_from < $previous_end + 1 AND coalesce(valid_to >= $last_year_end + 1, true)"
)
KEY_NUMBERS = [_by_span(_DECIDED, "closed_on"), _by_span("count(*)", "created_on"), _OPEN_NOW, _OPEN_THEN]
COURSE = [
    f"SELECT date_trunc('month', closed_on), {_DECIDED} FROM opportunities"
    " WHERE closed_on BETWEEN $course_start AND $as_of GROUP BY ALL",
    "SELECT date_trunc('month', created_on), count(*) FROM opportunities"
    " WHERE created_on BETWEEN $course_start AND $as_of GROUP BY ALL",
    _OPEN_NOW,
    "SELECT snapshot_on, sum(amount), sum(amount * probability) FROM pipeline_snapshots"
    " WHERE status = 'open' AND snapshot_on >= $course_start GROUP BY snapshot_on",
]


def backtest(quarters: int) -> list[str]:
    """For each quarter (`$q0`, its last day `$e0`, a year before `$b0` and `$f0`) what came and what was open."""
    return [
        sql.format(n=n)
        for n in range(quarters)
        for sql in (
            "SELECT sum(amount) FILTER (created_on < $q{n}), sum(amount) FILTER (created_on >= $q{n})"
            " FROM opportunities WHERE status = 'won' AND closed_on BETWEEN $q{n} AND $e{n} AND pipeline = $pipeline",
            "SELECT sum(amount) FROM opportunities"
            " WHERE status = 'won' AND closed_on BETWEEN $b{n} AND $f{n} AND pipeline = $pipeline",
            _MODEL.replace("{start}", "$y{n}").replace("{end}", "$q{n} - 1"),
            "SELECT stage_id, active_days_in_stage, sum(amount),"
            " sum(amount * probability) FILTER (expected_close_on <= $e{n}) FROM pipeline_snapshots"
            " WHERE status = 'open' AND snapshot_on = $q{n} - 1 GROUP BY ALL",
        )
    ]


MONTHS = [
    "SELECT date_trunc('month', closed_on), sum(amount) FROM opportunities WHERE status = 'won'"
    " AND (closed_on BETWEEN $year_start AND $as_of"
    " OR closed_on BETWEEN $last_year_first AND $last_year_last) GROUP BY ALL"
]
MEMBERS = [
    "SELECT r.region, any_value(r.region_zh), sum(amount) FILTER (closed_on BETWEEN $start AND $end),"
    " sum(amount) FILTER (closed_on BETWEEN $last_year_start AND $last_year_end)"
    " FROM opportunities LEFT JOIN regions AS r USING (office_id) WHERE status = 'won'"
    " AND (closed_on BETWEEN $start AND $end OR closed_on BETWEEN $last_year_start AND $last_year_end)"
    " GROUP BY r.region"
]
DECIDING = [
    "SELECT o.opportunity_id, o.name, o.name_zh, a.name, a.name_zh, r.name, r.name_zh, s.name, s.name_zh, o.amount,"
    " o.active_days_in_stage / days, o.expected_close_on, o.push_count, o.expected_close_on < $as_of"
    " FROM opportunities AS o LEFT JOIN accounts AS a USING (account_id)"
    " LEFT JOIN reps AS r ON r.rep_id = o.rep_id LEFT JOIN stages AS s ON s.stage_id = o.stage_id"
    " LEFT JOIN (SELECT unnest($stages) AS stage_id, unnest($late_days) / 1.5 AS days) AS l"
    " ON l.stage_id = o.stage_id"
    " WHERE o.status = 'open' AND o.expected_close_on < $quarter_end"
    " ORDER BY o.active_days_in_stage / days > 1.5 OR o.push_count >= 2 OR o.expected_close_on < $as_of DESC,"
    " o.amount DESC, o.opportunity_id LIMIT 6"
]

SOLD = (
    "SELECT sum(amount) FILTER (sold_on BETWEEN $start AND $end),"
    " sum(amount) FILTER (sold_on BETWEEN $last_year_start AND $last_year_end) FROM sales WHERE basis = 'booking'"
    " AND (sold_on BETWEEN $start AND $end OR sold_on BETWEEN $last_year_start AND $last_year_end)"
)
SOLD_BY_DAY = "SELECT sold_on, sum(amount) FROM sales WHERE basis = 'booking' GROUP BY sold_on"
_MEMBER = {"region": "r.region", "office": "s.office_id", "rep": "s.rep_id", "product_category": "p.category"}


def drill(by: str, filters: Mapping[str, str]) -> str:
    """Sales by member within members, this quarter to date and last year's same days."""
    within = "".join(f" AND {_MEMBER[name]} = '{key}'" for name, key in filters.items())
    return (
        f"SELECT {_MEMBER[by]}, sum(amount) FILTER (sold_on BETWEEN $start AND $end),"
        " sum(amount) FILTER (sold_on BETWEEN $last_year_start AND $last_year_end)"
        " FROM sales AS s LEFT JOIN regions AS r ON r.office_id = s.office_id"
        " LEFT JOIN products AS p ON p.product_id = s.product_id WHERE basis = 'booking'"
        " AND (sold_on BETWEEN $start AND $end OR sold_on BETWEEN $last_year_start AND $last_year_end)"
        f"{within} GROUP BY 1"
    )
