"""Why deals were won, lost or terminated, and what people wrote about it."""

from __future__ import annotations

import numpy as np

from crm.demo import market
from crm.demo.deals import LOST, TERMINATED, WON, Deals
from crm.demo.history import History

#: By outcome: reason, Chinese name, weight, and notes as people write them.
REASONS: dict[int, tuple[tuple[str, str, float, tuple[str, ...]], ...]] = {
    WON: (
        ("Clinical evidence", "临床证据", 0.26, ("The trial data convinced the head.", "科主任认可临床数据。")),
        ("Value for money", "性价比", 0.24, ("Not the cheapest, but over five years.", "五年综合成本最优。")),
        ("Service and training", "服务与培训", 0.18, ("On-site training decided it.", "驻场培训打动客户。")),
        ("Existing relationship", "合作基础", 0.20, ("Renewal, third year with us.", "老客户续采。")),
        ("Delivery time", "交货期", 0.12, ("Could deliver before the ward opens.", "能赶在新病区启用前到货。")),
    ),
    LOST: (
        ("Price", "价格", 0.30, ("Eight per cent above the winner.", "报价高出中标方约8%。", "No room below list.")),
        ("Competing product", "竞品优势", 0.22, ("Their newer model fits the protocol.", "竞品新机型更符合方案。")),
        ("Tender terms", "招标条件", 0.16, ("Minimum registration years not met.", "注册年限不满足招标要求。")),
        ("Specification", "参数不符", 0.12, ("Throughput below what was asked for.", "通量未达参数要求。")),
        ("Relationship", "客户关系", 0.10, ("We never met the dean.", "未能接触到院长。")),
        ("No decision", "客户未决策", 0.10, ("Put off to next year's budget.", "推迟到明年预算。")),
    ),
    TERMINATED: (
        ("Project cancelled", "项目取消", 0.36, ("New wing is not being built.", "新院区项目取消。")),
        ("Budget frozen", "预算冻结", 0.34, ("Province froze equipment budgets.", "省里冻结设备预算。")),
        ("No contact", "客户失联", 0.18, ("Sponsor has left, nobody took over.", "对接人离职，无人接手。")),
        ("Duplicate", "重复商机", 0.12, ("Kept under the group's deal.", "并入集团商机。")),
    ),
}
#: Reasons numbered through, as lookups have them.
ALL_REASONS = tuple((name, zh, list(notes)) for some in REASONS.values() for name, zh, _, notes in some)


def draw_reasons(rng: np.random.Generator, deals: Deals, state: History) -> np.ndarray:
    """The number of each closed deal's reason in ALL_REASONS, -1 where nobody gave one or it is not closed."""
    found, first = np.full(len(deals), -1), 0
    cutter = [name for name, *_ in market.COMPETITORS].index(market.PRICE_CUT[0])
    for outcome, some in REASONS.items():
        rows = np.flatnonzero(state.status == outcome)
        drawn = first + rng.choice(len(some), len(rows), p=[weight for _, _, weight, _ in some])
        if outcome == LOST:
            on_price = (deals.rivals[rows] == cutter).any(axis=1) & (rng.random(len(rows)) < 0.45)
            drawn = np.where(on_price, first, drawn)
            alone = (deals.rivals[rows, 0] < 0) & (drawn == first + 1)
            drawn = np.where(alone, first + len(some) - 1, drawn)
        found[rows] = drawn
        first += len(some)
    return np.where(rng.random(len(deals)) < 0.95, found, -1)
