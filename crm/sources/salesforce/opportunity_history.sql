-- A connector's first version of a deal may be years younger than the deal. A deal that was closed by then was open
-- from its creation to its close date; that first interval is derived, not recorded.
WITH dated AS (
    SELECT
        t.* EXCLUDE (changed_at),
        CASE
            WHEN t.number > 1 OR t.changed_at <= d.created_date THEN t.changed_at
            WHEN t.status <> 'open' AND t.close_date < t.changed_at THEN greatest(CAST(t.close_date AS TIMESTAMP), d.created_date)
            ELSE t.changed_at
        END AS changed_at,
        d.created_date,
        d.owner_id AS owner_now
    FROM _timeline AS t
    LEFT JOIN _deals AS d USING (id)
),

spelled AS (
    SELECT *, status AS then_status, standing AS then_standing, false AS is_derived FROM dated
    UNION ALL
    SELECT
        * REPLACE (created_date AS changed_at),
        'open',
        CASE WHEN standing = 'won' THEN (SELECT stage_id FROM _funnel WHERE position = 1) ELSE standing END,
        true
    FROM dated
    WHERE number = 1 AND changed_at > created_date
)

SELECT
    id AS opportunity_id,
    changed_at AS valid_from,
    lead(changed_at) OVER (PARTITION BY id ORDER BY changed_at) AS valid_to,
    then_standing AS stage_id,
    then_status AS status,
    amount,
    CASE WHEN then_status = 'open' AND NOT (is_derived AND status <> 'open') THEN close_date END AS expected_close_on,
    coalesce(owner_id, owner_now) AS rep_id,
    is_derived,
    _row
FROM spelled
