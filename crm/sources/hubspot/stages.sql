-- A pipeline without a won stage gets one, so that what it wins has somewhere to arrive.
WITH steps AS (
    SELECT stage_id, pipeline_id, label, position, probability, false AS is_won
    FROM _funnel
    WHERE status = 'open'
    UNION ALL
    SELECT
        coalesce(min(stage_id) FILTER (status = 'won'), pipeline_id || '/won'),
        pipeline_id,
        coalesce(min(label) FILTER (status = 'won' AND source_id = stage_id), 'Won'),
        coalesce(max(position), 0) + 1,
        1,
        true
    FROM _funnel
    GROUP BY pipeline_id
)

SELECT
    s.stage_id,
    coalesce(p.label, s.pipeline_id) AS pipeline,
    s.label AS name,
    s.position,
    s.probability,
    s.is_won
FROM steps AS s
LEFT JOIN staged.pipelines AS p USING (pipeline_id)
