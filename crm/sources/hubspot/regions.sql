-- HubSpot has no offices; companies' states stand for them.
SELECT
    concat_ws('/', property_country, property_state) AS office_id,
    coalesce(property_state, property_country) AS office,
    coalesce(property_state, property_country) AS province,
    coalesce(property_state, property_country) AS region,
    property_country AS country,
    min(_row) AS _row
FROM staged.companies
WHERE coalesce(property_country, property_state) IS NOT NULL
GROUP BY property_country, property_state
