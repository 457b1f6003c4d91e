-- The leaf is the state; Dynamics' territory (US-WEST ...) is our region.
SELECT
    TerritorySeq AS office_id,
    "State Or Province" AS office,
    "State Or Province" AS province,
    Territory AS region,
    Country AS country,
    _row
FROM staged.territories
