-- A reseller's account carries its store's name; the names of private customers are not in the export.
SELECT
    c.CustomerID AS account_id,
    coalesce(s.Name, c.AccountNumber, c.CustomerID) AS name,
    CASE WHEN c.StoreID IS NULL THEN 'Private customer' ELSE 'Store' END AS segment,
    c.TerritoryID AS office_id,
    c._row
FROM staged.customers AS c
LEFT JOIN staged.stores AS s ON s.BusinessEntityID = c.StoreID
