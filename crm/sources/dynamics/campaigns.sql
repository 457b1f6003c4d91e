SELECT CampaignSeq AS campaign_id, Campaign AS name, "Campaign Type" AS kind, _row
FROM staged.campaigns
