SELECT
    p.ProductID AS product_id,
    p.Name AS name,
    c.Name AS category,
    p.ListPrice AS list_price,
    p._row
FROM staged.products AS p
LEFT JOIN staged.subcategories AS s USING (ProductSubcategoryID)
LEFT JOIN staged.categories AS c USING (ProductCategoryID)
