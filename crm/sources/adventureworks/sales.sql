-- An order is a booking on the day it was placed. A line without its order is kept, without a date and a channel.
-- LineTotal has six decimals where there was a discount; rounding each line to our four would drift by cents over the
-- years, so each line gets what brings its channel's running total to the nearest ten-thousandth.
WITH lines AS (
    SELECT
        d.*,
        h.* EXCLUDE (SalesOrderID, _row),
        round(sum(d.LineTotal) OVER (
            PARTITION BY h.OnlineOrderFlag ORDER BY d.SalesOrderID, d._row ROWS UNBOUNDED PRECEDING
        ), 4) AS running_total
    FROM staged.details AS d
    LEFT JOIN staged.headers AS h USING (SalesOrderID)
),

rounded AS (
    SELECT
        *,
        running_total - lag(running_total, 1, 0) OVER (PARTITION BY OnlineOrderFlag ORDER BY SalesOrderID, _row)
            AS amount
    FROM lines
)

SELECT
    SalesOrderDetailID AS sale_id,
    'booking' AS basis,
    OrderDate AS sold_on,
    CustomerID AS account_id,
    TerritoryID AS office_id,
    SalesPersonID AS rep_id,
    ProductID AS product_id,
    CASE WHEN OnlineOrderFlag THEN 'online' WHEN NOT OnlineOrderFlag THEN 'reseller' END AS channel_id,
    1 AS credit_share,
    OrderQty AS quantity,
    amount,
    amount AS amount_original,
    'USD' AS currency,
    _row
FROM rounded
