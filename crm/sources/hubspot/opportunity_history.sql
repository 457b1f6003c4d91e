SELECT
    t.deal_id AS opportunity_id,
    t.changed_at AS valid_from,
    lead(t.changed_at) OVER (PARTITION BY t.deal_id ORDER BY t.changed_at) AS valid_to,
    t.stage_id,
    t.status,
    coalesce(t.amount, d.amount) AS amount,
    CASE WHEN t.status = 'open' THEN t.close_date END AS expected_close_on,
    t.rep_id,
    false AS is_derived
FROM _timeline AS t
LEFT JOIN _deals AS d USING (deal_id)
