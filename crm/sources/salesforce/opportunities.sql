-- close_date is the day a deal was closed, and of an open deal the day it is expected to.
SELECT
    d.id AS opportunity_id,
    d.name,
    d.account_id,
    d.office_id,
    d.owner_id AS rep_id,
    d.product_id,
    d.campaign_id,
    d.lead_source,
    'sales' AS pipeline,
    CASE
        WHEN d.status = 'lost' THEN coalesce(t.standing, (SELECT stage_id FROM _funnel WHERE position = 1))
        ELSE coalesce(f.stage_id, d.stage_name)
    END AS stage_id,
    d.status,
    d.amount,
    d.amount AS amount_original,
    d.currency_iso_code AS currency,
    d.probability / 100 AS probability,
    CAST(d.created_date AS DATE) AS created_on,
    CASE WHEN d.status = 'open' THEN d.close_date END AS expected_close_on,
    CASE WHEN d.status <> 'open' THEN d.close_date END AS closed_on,
    d._row
FROM _deals AS d
LEFT JOIN _funnel AS f ON f.name = d.stage_name
LEFT JOIN (SELECT id, arg_max(standing, changed_at) AS standing FROM _timeline WHERE standing <> 'won' GROUP BY id) AS t USING (id)
