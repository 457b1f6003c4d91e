-- Every stage name with what it means. Open stages are their own stages; all won ones are the last, called won; a lost
-- one is no stage of the funnel. Without a stage list, the order is that of the probabilities.
WITH seen AS (
    SELECT 1 AS source, master_label AS name, sort_order AS rank, default_probability AS percent, is_closed, is_won
    FROM staged.stages
    UNION ALL
    SELECT 2, stage_name, NULL, max(probability), bool_or(is_closed), bool_or(is_won)
    FROM staged.opportunities GROUP BY stage_name
    UNION ALL
    SELECT 3, stage_name, NULL, max(probability), bool_or(is_closed), bool_or(is_won)
    FROM staged.versions GROUP BY stage_name
    UNION ALL
    SELECT 4, stage_name, NULL, max(probability), max(probability) IN (0, 100), max(probability) = 100
    FROM staged.changes GROUP BY stage_name
),

known AS (
    SELECT DISTINCT ON (name)
        name,
        rank,
        percent / 100 AS probability,
        coalesce(is_closed, false) AS is_closed,
        coalesce(is_won, false) AS is_won
    FROM seen
    WHERE name IS NOT NULL
    ORDER BY name, source
)

SELECT
    *,
    CASE WHEN is_won THEN 'won' WHEN NOT is_closed THEN name END AS stage_id,
    CASE WHEN NOT is_closed AND NOT is_won THEN
        row_number() OVER (PARTITION BY is_closed, is_won ORDER BY rank NULLS LAST, probability, name)
    END AS position
FROM known
