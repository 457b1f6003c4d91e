-- The source has no names: a login such as adventure-works\linda3 becomes Linda, with the key where two share it. The
-- organization's nodes sort so that everybody follows their manager, one level up and the last such one before.
WITH staff AS (
    SELECT
        *,
        regexp_replace(regexp_extract(LoginID, '([^\\]+)$', 1), '\d+$', '') AS login
    FROM staged.employees
),

managed AS (
    SELECT
        e.BusinessEntityID AS id,
        arg_max(m.BusinessEntityID, m.OrganizationNode) AS manager_id
    FROM staff AS e
    INNER JOIN staff AS m
        ON m.OrganizationLevel = e.OrganizationLevel - 1 AND m.OrganizationNode < e.OrganizationNode
    GROUP BY e.BusinessEntityID
),

sellers AS (
    SELECT BusinessEntityID AS id, TerritoryID, _row FROM staged.people
    UNION ALL
    SELECT manager_id, NULL, min(p._row)
    FROM managed INNER JOIN staged.people AS p ON p.BusinessEntityID = managed.id
    WHERE manager_id NOT IN (SELECT BusinessEntityID FROM staged.people)
    GROUP BY manager_id
),

named AS (
    SELECT
        s.id,
        s.TerritoryID,
        s._row,
        e.JobTitle,
        e.HireDate,
        CASE
            WHEN e.login IS NULL THEN s.id
            WHEN count(*) OVER (PARTITION BY e.login) > 1 THEN upper(e.login[1]) || e.login[2:] || ' ' || s.id
            ELSE upper(e.login[1]) || e.login[2:]
        END AS name
    FROM sellers AS s
    LEFT JOIN staff AS e ON e.BusinessEntityID = s.id
)

SELECT
    n.id AS rep_id,
    n.name,
    m.id AS manager_id,
    m.name AS manager,
    n.TerritoryID AS office_id,
    n.JobTitle AS title,
    n.HireDate AS hired_on,
    n._row
FROM named AS n
LEFT JOIN managed AS g USING (id)
LEFT JOIN named AS m ON m.id = g.manager_id
