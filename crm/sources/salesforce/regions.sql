-- Salesforce has no offices; customers' states stand for them.
SELECT
    concat_ws('/', billing_country, billing_state) AS office_id,
    coalesce(billing_state, billing_country) AS office,
    coalesce(billing_state, billing_country) AS province,
    coalesce(billing_state, billing_country) AS region,
    billing_country AS country,
    min(_row) AS _row
FROM staged.accounts
WHERE coalesce(billing_country, billing_state) IS NOT NULL
GROUP BY billing_country, billing_state
