-- A quota runs until the day before the person's next one, the last one for three months.
SELECT
    q.BusinessEntityID || '-' || strftime(q.QuotaDate, '%Y%m%d') AS quota_id,
    q.BusinessEntityID AS rep_id,
    p.TerritoryID AS office_id,
    q.QuotaDate AS starts_on,
    CAST(
        coalesce(
            lead(q.QuotaDate) OVER (PARTITION BY q.BusinessEntityID ORDER BY q.QuotaDate),
            q.QuotaDate + INTERVAL 3 MONTH
        ) AS DATE
    ) - 1 AS ends_on,
    q.SalesQuota AS amount,
    q._row
FROM staged.quotas AS q
LEFT JOIN staged.people AS p USING (BusinessEntityID)
