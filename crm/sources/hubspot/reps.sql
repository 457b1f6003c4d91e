SELECT
    owner_id AS rep_id,
    coalesce(nullif(concat_ws(' ', first_name, last_name), ''), email, owner_id) AS name,
    email,
    _row
FROM staged.owners
