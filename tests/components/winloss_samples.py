"""Sample data for the figures of the win/loss page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from components.figures.loss_flow import height_of, loss_flow
from components.figures.pareto_bars import pareto_bars
from components.figures.presence_lines import presence_lines
from components.figures.rate_band import rate_band
from components.format import Numbers
from tests.components.samples import Sample, say

MONTHS = {
    "en": ["Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"],
    "zh": ["9月", "10月", "11月", "12月", "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月"],
}
RATE = [0.384, 0.39, 0.376, 0.409, 0.392, 0.368, 0.395, 0.407, 0.412, 0.403, 0.426, 0.411]
LAST = [0.371, 0.379, 0.382, 0.38, 0.388, 0.381, 0.374, 0.389, 0.396, 0.391, 0.398, 0.4]


def band_frame(lang: str) -> pd.DataFrame:
    rate = pd.Series(RATE)
    return pd.DataFrame(
        {
            "label": MONTHS[lang],
            "key": [f"decided_count|month:{n}" for n in range(12)],
            "last_key": [f"decided_count|month:-{n}" for n in range(12)],
            "rate": rate,
            "low": rate - 0.06,
            "high": rate + 0.06,
            "last_year": LAST,
            "is_open": [n == 5 for n in range(12)],
            "hover": MONTHS[lang],
            "last_hover": MONTHS[lang],
        }
    )


def flow_frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two stages, two reasons, three winners; the path to the first is told of."""
    nodes = pd.DataFrame(
        [
            ("Bidding", 58.7, 0, False), ("Negotiation", 30.6, 0, False), ("Price", 49.2, 1, False),
            ("A & <b>", 40.1, 1, False), ("Aldera", 38.2, 2, True), ("Kestrel", 21.4, 2, False),
            ("Not recorded", 29.7, 2, False),
        ],
        columns=["label", "value", "column", "is_hot"],
    )  # fmt: skip
    nodes["text"] = [f"{value:.1f}" for value in nodes["value"]]
    nodes["key"] = [f"lost_amount|winner:{n}" for n in range(len(nodes))]
    links = pd.DataFrame(
        [(0, 2, 40.0, True), (0, 3, 18.7, False), (1, 2, 9.2, False), (1, 3, 21.4, False), (2, 4, 38.2, True),
         (2, 6, 11.0, False), (3, 5, 21.4, False), (3, 6, 18.7, False)],
        columns=["source", "target", "value", "is_hot"],
    )  # fmt: skip
    links["text"] = [f"{value:.1f}" for value in links["value"]]
    links["key"] = [f"lost_amount|close_reason:{n}" for n in range(len(links))]
    return links, nodes


def pareto_frame(lang: str) -> pd.DataFrame:
    values = pd.Series([61.8, 23.0, 20.6, 8.7])
    share = values / values.sum()
    return pd.DataFrame(
        {
            "label": say(lang, ["Price", "Terms", "Relationship", "None"], ["价格", "条款", "关系", "无"]),
            "key": [f"lost_amount|close_reason:{n}" for n in range(4)],
            "value": values,
            "text": [f"{value:.1f}" for value in values],
            "share": share,
            "together": share.cumsum(),
            "is_vital": [True, True, True, False],
        }
    )


def presence_frame(lang: str, members: int = 4) -> pd.DataFrame:
    rows = [
        {
            "member": f"m{member}",
            "member_label": say(lang, f"Rival {member}", f"对手{member}"),
            "axis": f"Q{quarter + 1}",
            "key": f"decided_count|competitor:m{member}|quarter:{quarter}",
            "share": None if (member, quarter) == (2, 0) else 0.05 + 0.02 * member + 0.02 * quarter * (member == 1),
            "is_rising": member == 1,
            "hover": f"{member} {quarter}",
        }
        for member in range(members)
        for quarter in range(8)
    ]
    return pd.DataFrame(rows)


def winloss_samples(lang: str, theme: str) -> dict[str, Sample]:
    """Every figure of the page, and what is odd."""
    numbers = Numbers(lang, "CNY")  # type: ignore[arg-type]
    look: dict[str, Any] = {"theme": theme, "numbers": numbers}
    names = say(lang, ("Aug", "last year", "95% interval"), ("8月", "去年", "95%区间"))
    heads = say(lang, ("Stage", "Reason", "Won by"), ("阶段", "原因", "赢家"))
    links, nodes = flow_frames()
    gaps = band_frame(lang)
    gaps.loc[[3, 4], ["rate", "low", "high"]] = None
    bare = band_frame(lang).assign(low=None, high=None, last_year=None)
    columns = say(lang, ("¥ million", "of all", "together"), ("万元", "占比", "累计"))
    return {
        "rate_band": Sample("rate band", "c5", 300, rate_band(band_frame(lang), names=names, **look)),
        "rate_band gaps": Sample("rate band, gaps", "c5", 300, rate_band(gaps, names=names, **look)),
        "rate_band bare": Sample("rate band, amounts", "c5", 300, rate_band(bare, names=names, **look)),
        "loss_flow": Sample("flow", "c6", height_of(nodes), loss_flow(links, nodes, heads=heads, theme=theme)),
        "pareto_bars": Sample("Pareto", "c6", 260, pareto_bars(pareto_frame(lang), heads=columns, **look)),
        "presence_lines": Sample("presence", "c6", 280, presence_lines(presence_frame(lang), **look)),
        "presence_lines one": Sample("presence, one", "c6", 280, presence_lines(presence_frame(lang, 1), **look)),
    }
