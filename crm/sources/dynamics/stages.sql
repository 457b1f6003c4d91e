-- "1-Qualify" is the first stage and called Qualify; won deals are past the last of them.
WITH steps AS (
    SELECT
        CAST(regexp_extract("Sales Stage", '^(\d+)-(.+)$', 1) AS INTEGER) AS position,
        regexp_extract("Sales Stage", '^(\d+)-(.+)$', 2) AS name,
        max(Probability) AS probability
    FROM staged.opportunities
    WHERE regexp_matches("Sales Stage", '^\d+-.+$')
    GROUP BY ALL
)

SELECT lower(name) AS stage_id, 'sales' AS pipeline, name, position, probability, false AS is_won
FROM steps
UNION ALL
SELECT 'won', 'sales', 'Won', coalesce(max(position), 0) + 1, 1, true
FROM steps
