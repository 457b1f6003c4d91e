-- A won deal is a booking on its close date.
SELECT
    deal_id AS sale_id,
    'booking' AS basis,
    close_date AS sold_on,
    deal_id AS opportunity_id,
    account_id,
    office_id,
    rep_id,
    1 AS credit_share,
    amount,
    amount AS amount_original,
    _row
FROM _deals
WHERE status = 'won'
