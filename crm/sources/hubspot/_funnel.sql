-- Every stage with what it means: open stages are their own, all that win are the last of their pipeline, and a stage
-- that is closed without winning, or has no chance, is lost and no stage of the funnel.
WITH known AS (
    SELECT
        *,
        CASE
            WHEN closed_won THEN 'won'
            WHEN is_closed OR (probability = 0 AND display_order > 0 AND is_closed IS NULL) THEN 'lost'
            ELSE 'open'
        END AS status
    FROM staged.stages
)

SELECT
    stage_id AS source_id,
    pipeline_id,
    label,
    probability,
    status,
    CASE
        WHEN status = 'won' THEN min(stage_id) FILTER (status = 'won') OVER (PARTITION BY pipeline_id)
        WHEN status = 'open' THEN stage_id
    END AS stage_id,
    CASE WHEN status = 'open' THEN
        row_number() OVER (PARTITION BY pipeline_id, status ORDER BY display_order, stage_id)
    END AS position
FROM known
