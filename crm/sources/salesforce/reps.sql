WITH named AS (
    SELECT *, coalesce(name, nullif(concat_ws(' ', first_name, last_name), ''), id) AS full_name FROM staged.users
)

SELECT
    u.id AS rep_id,
    u.full_name AS name,
    u.manager_id,
    m.full_name AS manager,
    u.email,
    u.title,
    u._row
FROM named AS u
LEFT JOIN named AS m ON m.id = u.manager_id
