SELECT
    id AS account_id,
    name,
    industry,
    type AS segment,
    nullif(concat_ws('/', billing_country, billing_state), '') AS office_id,
    _row
FROM staged.accounts
