-- All that is known at each moment at which something about a deal changed; a lost deal stands where it last was open,
-- or, where that is not known, in the first stage, which it has reached at least. Dates come as text or milliseconds.
WITH changes AS (
    SELECT deal_id, date_entered AS changed_at, 'dealstage' AS property, value, _row
    FROM staged.stage_history
    UNION ALL
    SELECT deal_id, timestamp, name, value, _row
    FROM staged.property_history
    WHERE name IN ('dealstage', 'amount', 'closedate', 'hubspot_owner_id')
),

moments AS (
    SELECT
        deal_id,
        changed_at,
        arg_max(value, _row) FILTER (property = 'dealstage') AS source_id,
        arg_max(value, _row) FILTER (property = 'amount') AS amount,
        arg_max(value, _row) FILTER (property = 'closedate') AS close_date,
        arg_max(value, _row) FILTER (property = 'hubspot_owner_id') AS rep_id
    FROM changes
    GROUP BY deal_id, changed_at
),

filled AS (
    SELECT
        deal_id,
        changed_at,
        last_value(source_id IGNORE NULLS) OVER so_far AS source_id,
        last_value(amount IGNORE NULLS) OVER so_far AS amount,
        last_value(close_date IGNORE NULLS) OVER so_far AS close_date,
        last_value(rep_id IGNORE NULLS) OVER so_far AS rep_id
    FROM moments
    WINDOW so_far AS (PARTITION BY deal_id ORDER BY changed_at)
)

SELECT
    h.deal_id,
    h.changed_at,
    coalesce(f.status, 'open') AS status,
    coalesce(last_value(f.stage_id IGNORE NULLS) OVER so_far, d.first_stage_id) AS stage_id,
    TRY_CAST(h.amount AS DECIMAL(18, 4)) AS amount,
    CAST(coalesce(
        TRY_CAST(h.close_date AS TIMESTAMP), make_timestamp(TRY_CAST(h.close_date AS BIGINT) * 1000)
    ) AS DATE) AS close_date,
    coalesce(h.rep_id, d.rep_id) AS rep_id
FROM filled AS h
LEFT JOIN _deals AS d USING (deal_id)
LEFT JOIN _funnel AS f ON f.source_id = h.source_id
WHERE h.source_id IS NOT NULL
WINDOW so_far AS (PARTITION BY h.deal_id ORDER BY h.changed_at)
