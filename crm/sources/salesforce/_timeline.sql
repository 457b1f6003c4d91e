-- Every known change of a deal, with the funnel stage it then stood in: a lost deal stands where it last was open, or,
-- where that is not known, in the first stage, which it has reached at least.
WITH noted AS (
    SELECT id, _fivetran_start AS changed_at, stage_name, amount, close_date, owner_id, _row
    FROM staged.versions
    UNION ALL
    SELECT opportunity_id, created_date, stage_name, amount, close_date, NULL, _row
    FROM staged.changes
),

placed AS (
    SELECT DISTINCT ON (n.id, n.changed_at)
        n.*,
        CASE WHEN f.is_won THEN 'won' WHEN f.is_closed THEN 'lost' ELSE 'open' END AS status,
        f.stage_id
    FROM noted AS n
    LEFT JOIN _funnel AS f ON f.name = n.stage_name
    ORDER BY n.id, n.changed_at, n._row DESC
)

SELECT
    *,
    coalesce(
        last_value(stage_id IGNORE NULLS) OVER (PARTITION BY id ORDER BY changed_at),
        (SELECT stage_id FROM _funnel WHERE position = 1)
    ) AS standing,
    row_number() OVER (PARTITION BY id ORDER BY changed_at) AS number
FROM placed
