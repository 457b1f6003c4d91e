"""What is sold, through whom, against whom, and what brings deals in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

# Days on which Chinese New Year fell or will fall.
_NEW_YEARS = (
    date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29),
    date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26),
)  # fmt: skip

#: Name, Chinese name, first day and number of days of the long public holidays of China; the weekends that are worked
#: in exchange are left out.
HOLIDAYS: tuple[tuple[str, str, date, int], ...] = tuple(
    holiday
    for new_year in _NEW_YEARS
    for holiday in (
        ("Spring Festival", "春节", new_year - timedelta(days=1), 8),
        ("Labour Day", "劳动节", date(new_year.year, 5, 1), 5),
        ("National Day", "国庆节", date(new_year.year, 10, 1), 7),
    )
)

PIPELINE = ("Hospital sales", "医院销售")
#: Key, name, Chinese name, probability, typical days, visits per week; the last stage is won.
STAGES: tuple[tuple[str, str, str, float, int | None, float | None], ...] = (
    ("qualified", "Qualified", "立项", 0.20, 30, 0.25),
    ("needs", "Needs agreed", "需求确认", 0.35, 35, 0.35),
    ("bidding", "Bidding", "投标", 0.55, 30, 0.50),
    ("negotiation", "Negotiation", "谈判", 0.80, 14, 0.75),
    ("signed", "Signed", "签约", 1.00, None, None),
)

#: Category, Chinese name, share of deals, and its products: name, Chinese name, list price, usual deal in yuan, share.
CATEGORIES: tuple[tuple[str, str, float, tuple[tuple[str, str, int, int, float], ...]], ...] = (
    ("Oncology", "肿瘤", 0.28, (
        ("Ovexa", "欧维萨", 3_200, 150_000, 0.24),
        ("Tumirel", "妥米瑞", 5_800, 190_000, 0.18),
        ("Carvidan", "卡维丹", 2_400, 95_000, 0.20),
        ("Lymphora", "林弗乐", 7_600, 210_000, 0.10),
        ("Nexolin", "奈索林", 1_900, 80_000, 0.18),
        ("Onkeva", "安可瓦", 9_400, 240_000, 0.10),
    )),
    ("Cardiovascular", "心血管", 0.30, (
        ("Cardevo", "卡德沃", 420, 70_000, 0.26),
        ("Presolin", "普瑞林", 260, 55_000, 0.24),
        ("Vasquel", "维思奎", 680, 85_000, 0.16),
        ("Statora", "斯达乐", 310, 60_000, 0.18),
        ("Rythmex", "律美克", 1_150, 105_000, 0.10),
        ("Thromba", "溯宝", 1_480, 120_000, 0.06),
    )),
    ("Surgical devices", "手术器械", 0.22, (
        ("Aera stent", "艾瑞支架", 6_900, 180_000, 0.28),
        ("Fino stapler", "菲诺吻合器", 2_800, 110_000, 0.24),
        ("Luma endoscope", "鲁玛内窥镜", 128_000, 300_000, 0.16),
        ("Kera suture", "科瑞缝线", 140, 50_000, 0.16),
        ("Optis microscope", "奥普显微镜", 265_000, 420_000, 0.10),
        ("Sigma scalpel", "西格玛超声刀", 46_000, 200_000, 0.06),
    )),
    ("Diagnostics", "诊断设备", 0.20, (
        ("Hema analyzer", "赫玛血液分析仪", 98_000, 230_000, 0.26),
        ("Chemio line", "凯米欧生化流水线", 420_000, 560_000, 0.12),
        ("Vita ultrasound", "维塔超声", 310_000, 400_000, 0.16),
        ("Genis reader", "基尼测序仪", 560_000, 680_000, 0.06),
        ("Rapido test", "瑞比快速检测", 45, 60_000, 0.26),
        ("Imago monitor", "伊玛监护仪", 38_000, 150_000, 0.14),
    )),
)  # fmt: skip

DIRECT, DISTRIBUTOR, ONLINE = range(3)
CHANNEL_KINDS = (("Direct", "直销"), ("Distributor", "分销"), ("Online", "线上"))
#: Name, Chinese name, kind, region that a distributor serves.
CHANNELS: tuple[tuple[str, str, int, str | None], ...] = (
    ("Direct sales", "直销", DIRECT, None),
    ("Huadong Medical Trade", "华岚医药贸易", DISTRIBUTOR, "East"),
    ("Qingping Distribution", "清平分销", DISTRIBUTOR, "East"),
    ("Jinbei Pharma Logistics", "津北医药物流", DISTRIBUTOR, "North"),
    ("Yanshan Devices", "燕山器械", DISTRIBUTOR, "North"),
    ("Yunshan Medical Supply", "云山医疗供应", DISTRIBUTOR, "South"),
    ("Zhujiang Health", "珠河健康", DISTRIBUTOR, "South"),
    ("Chutian Medicine", "楚泽医药", DISTRIBUTOR, "Central"),
    ("Xiang River Supply", "湘澜供应", DISTRIBUTOR, "Central"),
    ("Shuzhong Medical", "蜀锦医疗", DISTRIBUTOR, "Southwest"),
    ("Bayu Devices", "巴屿器械", DISTRIBUTOR, "Southwest"),
    ("Songhua Trade", "松桦贸易", DISTRIBUTOR, "Northeast"),
    ("Liaohai Pharma", "辽澜医药", DISTRIBUTOR, "Northeast"),
    ("Qinling Medical", "秦岳医疗", DISTRIBUTOR, "Northwest"),
    ("Tianshan Supply", "天杉供应", DISTRIBUTOR, "Northwest"),
    ("Yiyao Mall", "易药商城", ONLINE, None),
    ("MedLink", "医联优采", ONLINE, None),
)
#: The distributor that sells worse than all others.
WEAK_CHANNEL = "Songhua Trade"

#: Name, Chinese name, strength (0 to 1) by category, and the regions where it is stronger by how much.
COMPETITORS: tuple[tuple[str, str, tuple[float, float, float, float], dict[str, float]], ...] = (
    ("Aldera", "奥德兰", (0.10, 0.10, 0.45, 0.62), {"East": 0.36}),
    ("Borenza", "博仁赞", (0.60, 0.30, 0.10, 0.10), {"North": 0.15}),
    ("Cortiva", "科缇", (0.20, 0.55, 0.15, 0.10), {"South": 0.15}),
    ("Dynamed", "迪纳医疗", (0.05, 0.05, 0.60, 0.30), {"South": 0.10, "Central": 0.10}),
    ("Everlis", "恒立斯", (0.45, 0.45, 0.05, 0.05), {"East": 0.05}),
    ("Fokura", "福库拉", (0.05, 0.10, 0.40, 0.45), {"Northeast": 0.20}),
    ("Grandix", "冠迪", (0.30, 0.35, 0.20, 0.20), {"Southwest": 0.15, "Northwest": 0.20}),
    ("Helionmed", "海联医疗", (0.15, 0.20, 0.25, 0.40), {"North": 0.05}),
)
#: The competitor that cut its prices, where, and how many days before the as-of day.
PRICE_CUT = ("Aldera", "East", 165)

#: Name, Chinese name, share of deals, what it adds to the log-odds of each step.
LEAD_SOURCES: tuple[tuple[str, str, float, float], ...] = (
    ("Existing customer", "老客户", 0.27, 0.18),
    ("Campaign", "市场活动", 0.0, 0.0),  # every deal of a campaign has it
    ("Referral", "转介绍", 0.11, 0.30),
    ("Tender notice", "招标公告", 0.30, -0.05),
    ("Website", "官网", 0.12, -0.12),
    ("Cold call", "陌生拜访", 0.20, -0.28),
)

#: Kind of campaign, Chinese name, cost in yuan, days it runs, weight, what it adds to the log-odds of each step.
CAMPAIGN_KINDS: tuple[tuple[str, str, int, int, float, float], ...] = (
    ("Congress", "学术大会", 1_400_000, 5, 3.0, 0.22),
    ("Webinar", "线上研讨会", 120_000, 20, 1.6, -0.05),
    ("Tender alert", "招标提醒", 90_000, 120, 2.0, 0.10),
    ("Mailing", "邮件推广", 60_000, 45, 1.0, -0.30),
    ("Hospital seminar", "院内科室会", 480_000, 60, 2.0, 0.15),
    ("Product launch", "新品发布", 900_000, 30, 1.6, 0.0),
)
#: How many campaigns there have been, and the share of the deals that one touched which it is credited with.
CAMPAIGNS, CAMPAIGN_SHARE = 24, 0.80
#: The share of a campaign's deals that are of the category it was for anyway.
CAMPAIGN_AIM = 0.4


def campaign_category(campaign: Any) -> Any:
    """The category that a campaign, or each of an array of them, is for."""
    return campaign * 3 % len(CATEGORIES)
