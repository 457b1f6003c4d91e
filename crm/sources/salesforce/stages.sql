SELECT stage_id, 'sales' AS pipeline, name, position, probability, false AS is_won
FROM _funnel
WHERE position IS NOT NULL
UNION ALL
SELECT 'won', 'sales', coalesce(min(name) FILTER (is_won), 'Won'), coalesce(max(position), 0) + 1, 1, true
FROM _funnel
