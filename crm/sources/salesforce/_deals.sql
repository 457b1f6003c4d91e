-- What opportunities, their history and their sales share: office by the account, product by the largest line.
SELECT
    o.* EXCLUDE (amount),
    round(o.amount, 4) AS amount,
    a.office_id,
    l.product_2_id AS product_id,
    l.total AS line_total,
    CASE WHEN o.is_won THEN 'won' WHEN o.is_closed THEN 'lost' ELSE 'open' END AS status
FROM staged.opportunities AS o
LEFT JOIN (
    SELECT id, nullif(concat_ws('/', billing_country, billing_state), '') AS office_id FROM staged.accounts
) AS a ON a.id = o.account_id
LEFT JOIN (
    SELECT opportunity_id, arg_max(product_2_id, total_price) AS product_2_id, sum(total_price) AS total
    FROM staged.line_items
    GROUP BY opportunity_id
) AS l ON l.opportunity_id = o.id
