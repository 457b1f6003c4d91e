-- Tasks are done when closed; events when they took place before the export's last change. Ids that begin with 006 are
-- opportunities.
SELECT
    id AS activity_id,
    CASE WHEN what_id LIKE '006%' THEN what_id END AS opportunity_id,
    account_id,
    owner_id AS rep_id,
    lower(coalesce(type, task_subtype, 'task')) AS kind,
    status AS result,
    activity_date AS planned_on,
    CASE WHEN is_closed THEN coalesce(completed_date_time, activity_date) END AS done_on,
    _row
FROM staged.tasks
UNION ALL
SELECT
    id,
    CASE WHEN what_id LIKE '006%' THEN what_id END,
    account_id,
    owner_id,
    lower(coalesce(type, 'event')),
    NULL,
    activity_date,
    CASE WHEN activity_date <= (SELECT max(last_modified_date) FROM staged.events) THEN activity_date END,
    _row
FROM staged.events
