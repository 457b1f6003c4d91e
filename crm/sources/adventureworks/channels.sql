SELECT * FROM (
    VALUES ('online', 'Online shop', 'Online'), ('reseller', 'Resellers', 'Reseller')
) AS channels (channel_id, name, kind)
