SELECT id AS campaign_id, name, type AS kind, start_date AS starts_on, end_date AS ends_on, actual_cost AS cost, _row
FROM staged.campaigns
