-- A territory is region, province and office in one; below it the source has nothing.
SELECT
    t.TerritoryID AS office_id,
    t.Name AS office,
    t.Name AS province,
    t.Name AS region,
    coalesce(c.name, t.CountryRegionCode) AS country,
    t._row
FROM staged.territories AS t
LEFT JOIN (
    VALUES
    ('AU', 'Australia'), ('CA', 'Canada'), ('DE', 'Germany'), ('FR', 'France'), ('GB', 'United Kingdom'),
    ('US', 'United States')
) AS c (code, name) ON c.code = t.CountryRegionCode
