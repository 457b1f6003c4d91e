SELECT ProductSeq AS product_id, Product AS name, "Product Category" AS category, _row
FROM staged.products
