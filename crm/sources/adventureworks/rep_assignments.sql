-- The source says the last day in a territory; we say the first day no longer there.
SELECT
    BusinessEntityID AS rep_id,
    StartDate AS valid_from,
    EndDate + 1 AS valid_to,
    TerritoryID AS office_id,
    _row
FROM staged.territory_history
