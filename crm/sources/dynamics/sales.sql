-- A won deal is a booking on the day it was closed.
SELECT
    o.OpportunitySeq AS sale_id,
    'booking' AS basis,
    o.CloseDate AS sold_on,
    o.OpportunitySeq AS opportunity_id,
    o.AccountSeq AS account_id,
    a.TerritorySeq AS office_id,
    o.SystemUserSeq AS rep_id,
    o.ProductSeq AS product_id,
    o.CampaignSeq AS campaign_id,
    1 AS credit_share,
    o.Value AS amount,
    o.Value AS amount_original,
    'USD' AS currency,
    o._row
FROM staged.opportunities AS o
LEFT JOIN staged.accounts AS a USING (AccountSeq)
WHERE lower(o.Status) = 'won'
