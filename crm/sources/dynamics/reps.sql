-- A manager who owns no deals has no key in the source and is known by name.
SELECT
    o.SystemUserSeq AS rep_id,
    o.Owner AS name,
    coalesce(m.SystemUserSeq, o.Manager) AS manager_id,
    o.Manager AS manager,
    o._row
FROM staged.owners AS o
LEFT JOIN (SELECT Owner, max(SystemUserSeq) AS SystemUserSeq FROM staged.owners GROUP BY Owner) AS m
    ON m.Owner = o.Manager
UNION ALL
SELECT Manager, Manager, NULL, NULL, min(_row)
FROM staged.owners
WHERE Manager IS NOT NULL AND Manager NOT IN (SELECT Owner FROM staged.owners WHERE Owner IS NOT NULL)
GROUP BY Manager
