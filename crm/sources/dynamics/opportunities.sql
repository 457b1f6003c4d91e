-- CloseDate is the day a deal was closed, and of an open deal the day it is expected to. What had been expected of a
-- closed deal is not kept.
SELECT
    o.OpportunitySeq AS opportunity_id,
    concat_ws(' · ', a."Account Name", p.Product) AS name,
    o.AccountSeq AS account_id,
    a.TerritorySeq AS office_id,
    o.SystemUserSeq AS rep_id,
    o.ProductSeq AS product_id,
    o.CampaignSeq AS campaign_id,
    'sales' AS pipeline,
    CASE WHEN lower(o.Status) = 'won' THEN 'won' ELSE lower(regexp_replace(o."Sales Stage", '^\d+-', '')) END AS stage_id,
    lower(o.Status) AS status,
    o.Value AS amount,
    o.Value AS amount_original,
    'USD' AS currency,
    o.Probability AS probability,
    o.Discount AS discount,
    o."Opportunity Created On" AS created_on,
    CASE WHEN lower(o.Status) = 'open' THEN o.CloseDate END AS expected_close_on,
    CASE WHEN lower(o.Status) <> 'open' THEN o.CloseDate END AS closed_on,
    o._row
FROM staged.opportunities AS o
LEFT JOIN staged.accounts AS a USING (AccountSeq)
LEFT JOIN staged.products AS p USING (ProductSeq)
