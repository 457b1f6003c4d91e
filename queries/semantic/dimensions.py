"""Everything numbers can be split and filtered by."""

from __future__ import annotations

from dataclasses import replace

from crm import schema
from queries.semantic.model import Dimension, Text

_EN_ZH = ("{}", "{}_zh")
#: Where bands begin, in the order of their members.
BANDS = {"size_band": schema.SIZE_BANDS, "idle_band": schema.IDLE_BANDS}


def _tree(name: str, en: str, zh: str, meaning: Text, *, via: str, parent: str | None = None) -> Dimension:
    """A level of a tree that is kept flat in the leaf's row: its name is its key."""
    table = {"office_id": schema.regions, "product_id": schema.products, "channel_id": schema.channels}.get(via)
    column = {"product_category": "category", "channel_kind": "kind"}.get(name, name)
    return Dimension(
        name, Text(en, zh), meaning, via, table, on=via, key=column, names=(column, f"{column}_zh"), parent=parent
    )


def _leaf(name: str, en: str, zh: str, meaning: Text, *, table: object, parent: str | None = None) -> Dimension:
    """A dimension table's own row: its id is its key, its name is what is read."""
    via = f"{name}_id"
    return Dimension(
        name,
        Text(en, zh),
        meaning,
        via,
        table,  # type: ignore[arg-type]
        on=via,
        key=via,
        names=("name", "name_zh"),
        parent=parent,
    )


country = _tree("country", "Country", "国家", Text("Country of the office.", "办事处所在国家。"), via="office_id")
region = _tree(
    "region", "Region", "大区", Text("Sales region of the deal.", "商机所属大区。"), via="office_id", parent="country"
)
province = _tree(
    "province", "Province", "省份", Text("Province or state.", "省份或州。"), via="office_id", parent="region"
)
office = replace(
    _tree("office", "Office", "办事处", Text("Office of the deal.", "商机所属办事处。"), via="office_id"),
    key="office_id",
    parent="province",
)
manager = Dimension(
    "manager",
    Text("Manager", "经理"),
    Text("Manager of the rep who owns the deal.", "商机负责人的经理。"),
    "rep_id",
    schema.reps,
    on="rep_id",
    key="manager_id",
    names=("manager", "manager_zh"),
)
rep = _leaf(
    "rep",
    "Rep",
    "代表",
    Text("Who owns the deal or gets the credit.", "商机负责人或业绩归属人。"),
    table=schema.reps,
    parent="manager",
)
product_category = _tree(
    "product_category",
    "Product category",
    "产品线",
    Text("Category of the product.", "产品所属产品线。"),
    via="product_id",
)
product = _leaf(
    "product",
    "Product",
    "产品",
    Text("Main product of the deal, product of the sales line.", "商机的主要产品或销售行的产品。"),
    table=schema.products,
    parent="product_category",
)
channel_kind = _tree(
    "channel_kind",
    "Channel kind",
    "渠道类型",
    Text("Direct, distributor, online ...", "直销、分销、线上等。"),
    via="channel_id",
)
channel = _leaf(
    "channel",
    "Channel",
    "渠道",
    Text("Partner through whom the deal is made.", "成交所经的渠道伙伴。"),
    table=schema.channels,
    parent="channel_kind",
)
account = _leaf("account", "Account", "客户", Text("The customer.", "客户。"), table=schema.accounts)
industry = Dimension(
    "industry",
    Text("Industry", "行业"),
    Text("Industry of the account.", "客户所属行业。"),
    "account_id",
    schema.accounts,
    on="account_id",
    key="industry",
    names=("industry", "industry_zh"),
)
segment = replace(
    industry,
    name="segment",
    label=Text("Segment", "客户类型"),
    meaning=Text("Segment of the account.", "客户类型。"),
    key="segment",
    names=("segment", "segment_zh"),
)
campaign = _leaf(
    "campaign",
    "Campaign",
    "营销活动",
    Text("Campaign the deal came from.", "商机来源的营销活动。"),
    table=schema.campaigns,
    parent="campaign_kind",
)
campaign_kind = Dimension(
    "campaign_kind",
    Text("Campaign kind", "活动类型"),
    Text("Kind of campaign.", "营销活动类型。"),
    "campaign_id",
    schema.campaigns,
    on="campaign_id",
    key="kind",
    names=("kind", "kind_zh"),
)
source = Dimension(
    "source",
    Text("Source", "来源"),
    Text("Lead source of the deal.", "商机的线索来源。"),
    "lead_source",
    names=("lead_source", "lead_source_zh"),
)
competitor = Dimension(
    "competitor",
    Text("Competitor", "竞争对手"),
    Text("Competitor in play; a deal with two counts under both.", "参与竞争的对手；有两个对手的商机在两处都计。"),
    "opportunity_id",
    schema.competitors,
    on="competitor_id",
    key="competitor_id",
    names=("name", "name_zh"),
    bridge=schema.opportunity_competitors,
)
winner = Dimension(
    "winner",
    Text("Lost to", "输给"),
    Text("Competitor recorded as the winner of a lost deal.", "丢单中记录为赢家的竞争对手。"),
    "winner_id",
    schema.competitors,
    on="competitor_id",
    key="competitor_id",
    names=("name", "name_zh"),
)
competition = Dimension(
    "competition",
    Text("Competition", "竞争情况"),
    Text(
        "Whether competitors are named; else nobody where a close review names none, unknown where nobody ever said.",
        "是否记录了竞争对手；复盘未提及对手为“无对手”，从未有人记录为“未知”。",
    ),
    "competition",
)
size_band = Dimension(
    "size_band",
    Text("Deal size", "商机规模"),
    Text("Band of the deal's amount, by where it begins: half a decade wide.", "商机金额所在区间，以其下限表示。"),
    "size_band",
)
idle_band = Dimension(
    "idle_band",
    Text("Silence before the close", "关闭前静默"),
    Text(
        "Band of days from the last activity to the close, by where it begins.",
        "从最后一次活动到关闭的天数区间，以其下限表示。",
    ),
    "idle_band",
)
pipeline = Dimension(
    "pipeline",
    Text("Pipeline", "销售流程"),
    Text("Sales process the deal runs in.", "商机所走的销售流程。"),
    "pipeline",
)
stage = Dimension(
    "stage",
    Text("Stage", "阶段"),
    Text("Stage a deal stands in, reached or left, as the measure says.", "商机所处、到达或离开的阶段，视指标而定。"),
    "stage_id",
    schema.stages,
    on="stage_id",
    key="stage_id",
    names=("name", "name_zh"),
    order="position",
    parent="pipeline",
)
status = Dimension(
    "status",
    Text("Status", "状态"),
    Text("Open, won, lost, paused or terminated.", "进行中、赢单、丢单、暂停或终止。"),
    "status",
)
close_reason = Dimension(
    "close_reason",
    Text("Close reason", "关闭原因"),
    Text("Why the deal was won or lost.", "赢单或丢单的原因。"),
    "close_reason",
    names=("close_reason", "close_reason_zh"),
)
furthest = Dimension(
    "furthest",
    Text("Furthest position", "最远阶段序号"),
    Text(
        "Position of the furthest stage a deal has reached; won deals have reached the last.",
        "商机到达过的最远阶段的序号，赢单为最后一个。",
    ),
    "furthest_position",
)
_BY_DATE = Text("Fiscal, of the measure's own date.", "财务期间，取指标自身的日期。")


def _of_date(name: str, en: str, zh: str, key: str, parent: str | None) -> Dimension:
    return Dimension(
        name,
        Text(en, zh),
        _BY_DATE,
        "",
        schema.calendar,
        on="day",
        key=key,
        order=key,
        parent=parent,
        of_date=True,
    )


year = _of_date("year", "Year", "年", "fiscal_year", None)
quarter = _of_date("quarter", "Quarter", "季度", "quarter_start", "year")
month = _of_date("month", "Month", "月", "month_start", "quarter")

DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        country,
        region,
        province,
        office,
        manager,
        rep,
        product_category,
        product,
        channel_kind,
        channel,
        account,
        industry,
        segment,
        campaign_kind,
        campaign,
        source,
        competitor,
        competition,
        winner,
        size_band,
        idle_band,
        pipeline,
        stage,
        furthest,
        status,
        close_reason,
        year,
        quarter,
        month,
    )
}
#: Dimensions a page offers as filters, in the order of the menu.
FILTERS = tuple(name for name, dimension in DIMENSIONS.items() if not dimension.of_date and dimension.bridge is None)
