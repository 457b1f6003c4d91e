-- The close date is the day a deal was closed, and of an open deal the day it is expected to.
SELECT
    d.deal_id AS opportunity_id,
    d.name,
    d.account_id,
    d.office_id,
    d.rep_id,
    d.pipeline,
    CASE
        WHEN d.status = 'lost' THEN coalesce(t.stage_id, d.first_stage_id)
        ELSE coalesce(d.stage_id, d.deal_pipeline_stage_id)
    END AS stage_id,
    d.status,
    d.amount,
    d.amount AS amount_original,
    d.probability,
    CAST(d.created_at AS DATE) AS created_on,
    CASE WHEN d.status = 'open' THEN d.close_date END AS expected_close_on,
    CASE WHEN d.status <> 'open' THEN d.close_date END AS closed_on,
    d._row
FROM _deals AS d
LEFT JOIN (
    SELECT deal_id, arg_max(stage_id, changed_at) AS stage_id FROM _timeline WHERE status = 'open' GROUP BY deal_id
) AS t USING (deal_id)
