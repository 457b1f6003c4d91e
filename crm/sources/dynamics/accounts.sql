-- "n/a" is the name of an industry here, not a missing one.
SELECT
    a.AccountSeq AS account_id,
    a."Account Name" AS name,
    i.Industry AS industry,
    a.TerritorySeq AS office_id,
    a._row
FROM staged.accounts AS a
LEFT JOIN staged.industries AS i USING (IndustrySeq)
