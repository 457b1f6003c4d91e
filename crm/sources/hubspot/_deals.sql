SELECT
    d.deal_id,
    d.property_dealname AS name,
    c.company_id AS account_id,
    nullif(concat_ws('/', a.property_country, a.property_state), '') AS office_id,
    d.owner_id AS rep_id,
    coalesce(p.label, d.deal_pipeline_id) AS pipeline,
    d.deal_pipeline_stage_id,
    coalesce(f.status, 'open') AS status,
    f.stage_id,
    f.probability,
    first.stage_id AS first_stage_id,
    d.property_amount AS amount,
    d.property_createdate AS created_at,
    d.property_closedate AS close_date,
    d._row
FROM staged.deals AS d
LEFT JOIN staged.deal_companies AS c USING (deal_id)
LEFT JOIN staged.companies AS a ON a.id = c.company_id
LEFT JOIN staged.pipelines AS p ON p.pipeline_id = d.deal_pipeline_id
LEFT JOIN _funnel AS f ON f.source_id = d.deal_pipeline_stage_id
LEFT JOIN _funnel AS first ON first.pipeline_id = d.deal_pipeline_id AND first.position = 1
