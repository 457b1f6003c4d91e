-- A won deal is a booking on its close date: line by line where the lines add up to the deal, else as one.
SELECT
    d.id || coalesce('/' || l.id, '') AS sale_id,
    'booking' AS basis,
    d.close_date AS sold_on,
    d.id AS opportunity_id,
    d.account_id,
    d.office_id,
    d.owner_id AS rep_id,
    coalesce(l.product_2_id, d.product_id) AS product_id,
    d.campaign_id,
    1 AS credit_share,
    l.quantity,
    coalesce(l.total_price, d.amount) AS amount,
    coalesce(l.total_price, d.amount) AS amount_original,
    d.currency_iso_code AS currency,
    d._row
FROM _deals AS d
LEFT JOIN staged.line_items AS l ON l.opportunity_id = d.id AND d.line_total = d.amount
WHERE d.status = 'won'
