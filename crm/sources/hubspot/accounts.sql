SELECT
    id AS account_id,
    property_name AS name,
    property_industry AS industry,
    nullif(concat_ws('/', property_country, property_state), '') AS office_id,
    _row
FROM staged.companies
