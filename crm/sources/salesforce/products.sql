SELECT id AS product_id, name, family AS category, _row
FROM staged.products
