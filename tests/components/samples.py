"""Sample data for every figure, for the gallery and for the tests that every figure is one Plotly takes."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from components.figures.backtest_columns import backtest_columns
from components.figures.forecast_columns import forecast_columns
from components.figures.funnel_multiples import funnel_multiples
from components.figures.interval_dots import interval_dots
from components.figures.member_bars import member_bars
from components.figures.month_columns import month_columns
from components.figures.stage_days import stage_days
from components.figures.stage_funnel import stage_funnel
from components.figures.stage_stock import stage_stock
from components.format import MINUS, Numbers

STAGES = {
    "en": ["Qualified", "Needs agreed", "Bidding", "Negotiation", "Signed"],
    "zh": ["资格确认", "需求确认", "投标", "谈判", "签约"],
}
KEYS = ["qualify", "needs", "bid", "negotiate", "won"]
MEMBERS = {
    "en": ["East", "North", "South", "Central", "Southwest", "Northeast", "Northwest"],
    "zh": ["华东", "华北", "华南", "华中", "西南", "东北", "西北"],
}


class Sample(NamedTuple):
    title: str
    width: str
    height: int
    figure: dict[str, Any]


def say(lang: str, en: Any, zh: Any) -> Any:
    return zh if lang == "zh" else en


def funnel_frame(lang: str, reached: list[int], weakest: int) -> pd.DataFrame:
    values = pd.Series(reached)
    lost = values.shift() - values
    return pd.DataFrame(
        {
            "label": STAGES[lang][: len(reached)],
            "key": KEYS[: len(reached)],
            "value": values,
            "text": [f"{value:,}" for value in reached],
            "of_previous": values / values.shift(),
            "of_first": values / values[0],
            "weakest": [place == weakest for place in range(len(reached))],
            "dropped": ["" if pd.isna(count) else f"{MINUS}{count:,.0f}" for count in lost],
        }
    )


def stock_frame(lang: str) -> pd.DataFrame:
    amount, late = [148.0, 121.5, 96.2, 71.6], [23.7, 13.4, 29.8, 0.0]
    return pd.DataFrame(
        {
            "label": STAGES[lang][:4],
            "key": KEYS[:4],
            "value": amount,
            "late": late,
            "text": [f"{value:.1f}" for value in amount],
            "other_text": ["212", "158", "104", "61"],
            "late_text": [say(lang, f"{value:.1f} late", f"{value:.1f} 超期") for value in late],
            "late_key": [f"late:{key}" for key in KEYS[:4]],
        }
    )


def days_frame(lang: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": STAGES[lang][:4],
            "key": KEYS[:4],
            "median": [31, 38, 27, None],
            "p75": [52, 61, 44, None],
            "typical": [30, 35, 30, 14],
            "success_rate": [0.7, 0.65, 0.61, None],
            "cases": [640, 448, 7, 0],
        }
    )


def forecast_frames(lang: str, count: int = 6) -> tuple[pd.DataFrame, pd.DataFrame]:
    by_stage = [
        [0, 4.2, 6.1, 12, 10.1, 5.2],
        [0, 17.9, 15.7, 10.1, 6.5, 0],
        [0, 20.1, 16.5, 6.6, 0, 0],
        [5.1, 19.6, 9.9, 0, 0, 0],
    ]
    labels = say(
        lang, ["28–31 Aug", "Sep", "Oct", "Nov", "Dec", "Jan"], ["8月28–31日", "9月", "10月", "11月", "12月", "1月"]
    )
    months = [f"2026-{8 + place:02d}" for place in range(count)]
    frame = pd.DataFrame(
        [
            {
                "month_key": month,
                "label": labels[place],
                "stage_key": KEYS[stage],
                "stage_label": STAGES[lang][stage],
                "amount": by_stage[stage][place] * 1e6,
            }
            for stage in range(4)
            for place, month in enumerate(months)
        ]
    )
    sums = [sum(stage[place] for stage in by_stage) * 1e6 for place in range(count)]
    totals = pd.DataFrame(
        {
            "month_key": months,
            "label": labels[:count],
            "total": sums,
            "low": [value * 0.88 for value in sums],
            "high": [value * 1.14 for value in sums],
            "shortfall": ["" if value > 40e6 else f"{MINUS}{40 - value / 1e6:.1f}" for value in sums],
        }
    )
    return frame, totals


def multiples_frame(lang: str, count: int) -> pd.DataFrame:
    pieces = []
    for place in range(count):
        scale = 1 / (1 + place / 2)
        part = funnel_frame(lang, [round(value * scale) for value in (640, 448, 291, 178, 134 - 9 * place)], 9)
        name = MEMBERS[lang][place % 7]
        pieces.append(part.assign(member=str(place), member_label=name, key=[f"{place}:{key}" for key in part["key"]]))
    return pd.concat(pieces, ignore_index=True)


def backtest_frame(lang: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": say(
                lang, ["Q3 2025", "Q4 2025", "Q1 2026", "Q2 2026"], ["25年三季度", "四季度", "26年一季度", "二季度"]
            ),
            "actual": [163e6, 181e6, 157e6, 178e6],
            "funnel": [151e6, 190e6, 149e6, 172e6],
            "weighted": [197e6, 230e6, None, 225e6],
        }
    )


def members_frame(lang: str) -> pd.DataFrame:
    value = [31.1, 25.4, 25.0, 13.4, None, 6.1, -1.9]
    return pd.DataFrame(
        {
            "label": MEMBERS[lang],
            "key": [f"r{place}" for place in range(7)],
            "value": value,
            "text": ["" if amount is None else f"{amount:.1f}".replace("-", MINUS) for amount in value],
            "note": ["42%", "38%", "41%", "29%", "", "31%", "22%"],
            "rate": [0.52, 0.44, 0.41, 0.26, None, 0.57, 0.3],
            "low": [0.44, 0.36, 0.34, 0.19, None, 0.25, 0.18],
            "high": [0.6, 0.52, 0.48, 0.35, None, 0.84, 0.46],
            "cases": [128, 140, 160, 90, 0, 7, 41],
        }
    )


def months_frame(lang: str) -> pd.DataFrame:
    actual = [52.1, 43.8, 61.5, 55.0, 57.2, 66.3, 63.8, 55.6]
    return pd.DataFrame(
        {
            "label": [Numbers(lang).month(pd.Timestamp(2026, month, 1)) for month in range(1, 9)],  # type: ignore[arg-type]
            "key": [f"2026-{month:02d}" for month in range(1, 9)],
            "actual": [value * 1e6 for value in actual],
            "previous": [value * 1e6 * (0.9 if place % 3 else 1.06) for place, value in enumerate(actual)],
        }
    )


def samples(lang: str, theme: str) -> dict[str, Sample]:
    """Name -> one sample, at the sizes that cards have."""
    n = Numbers(lang, "CNY")  # type: ignore[arg-type]
    look: dict[str, Any] = {"theme": theme, "numbers": n}
    reached = funnel_frame(lang, [640, 448, 291, 178, 134], 3)
    heads = say(lang, ("Deals", "of previous", "of first"), ("商机", "较上一阶段", "较首阶段"))
    note = say(lang, f"weakest step, {MINUS}4 pp on H1 2025", f"最弱一步，较去年{MINUS}4个百分点")
    stock_heads = say(lang, ("Deals", "¥M"), ("商机", "万元"))
    day_heads = say(lang, ("Median", "P75", "Move on"), ("中位数", "P75", "推进率"))
    frame, totals = forecast_frames(lang)
    unit = n.unit_for(totals["total"])
    early = funnel_frame(lang, [20000, 11800, 9380, 8054, 7282], 1)
    average = say(lang, "average of the<br>last 4 quarters", "近四季度月均")
    names = say(lang, ("Actual", "Funnel forecast", "Amount × probability"), ("实际", "漏斗预测", "金额×概率"))
    found = {
        "funnel": Sample("Cohort funnel", "wide", 220, stage_funnel(reached, heads=heads, weakest_note=note, **look)),
        "days": Sample("Days in stage", "half", 220, stage_days(days_frame(lang), heads=day_heads, **look)),
        "forecast": Sample(
            "Forecast by month",
            "wide",
            260,
            forecast_columns(frame, totals, unit=unit, average=40e6, average_label=average, **look),
        ),
        "stock": Sample("Open deals by stage", "half", 220, stage_stock(stock_frame(lang), heads=stock_heads, **look)),
        "funnel-early": Sample(
            "Weakest early", "half", 220, stage_funnel(early, heads=heads, weakest_note=note, **look)
        ),
        "funnel-phone": Sample(
            "Cohort funnel", "phone", 260, stage_funnel(reached, heads=heads, weakest_note=note, compact=True, **look)
        ),
        "stock-phone": Sample(
            "Open deals", "phone", 260, stage_stock(stock_frame(lang), heads=stock_heads, compact=True, **look)
        ),
        "days-phone": Sample("Days", "phone", 260, stage_days(days_frame(lang), heads=day_heads, compact=True, **look)),
        "forecast-phone": Sample(
            "Forecast",
            "phone",
            260,
            forecast_columns(frame, totals, unit=unit, average=40e6, average_label=average, compact=True, **look),
        ),
        "funnel-one": Sample("One stage", "half", 220, stage_funnel(funnel_frame(lang, [12], 5), heads=heads, **look)),
        "multiples": Sample(
            "By region",
            "wide",
            300,
            funnel_multiples(multiples_frame(lang, 7), last_head=say(lang, "signed", "签约"), **look),
        ),
        "multiples-phone": Sample(
            "By region", "phone", 260, funnel_multiples(multiples_frame(lang, 4), columns=2, **look)
        ),
        "multiples-two": Sample("By channel", "half", 220, funnel_multiples(multiples_frame(lang, 2), **look)),
        "backtest": Sample(
            "Back-test", "half", 220, backtest_columns(backtest_frame(lang), names=names, unit=unit, **look)
        ),
        "backtest-phone": Sample(
            "Back-test",
            "phone",
            220,
            backtest_columns(backtest_frame(lang), names=names, unit=unit, compact=True, **look),
        ),
        "members": Sample(
            "By region",
            "half",
            240,
            member_bars(members_frame(lang), heads=say(lang, ("¥M", "Win rate"), ("万元", "赢单率")), **look),
        ),
        "dots": Sample(
            "Win rate by region",
            "half",
            260,
            interval_dots(
                members_frame(lang),
                heads=say(lang, ("Deals", "Win rate"), ("商机", "赢单率")),
                reference=0.418,
                reference_label=say(lang, "all 41.8%", "整体 41.8%"),
                **look,
            ),
        ),
        "months": Sample("Won by month", "half", 220, month_columns(months_frame(lang), unit=unit, **look)),
        "months-phone": Sample(
            "Won by month", "phone", 220, month_columns(months_frame(lang), unit=unit, compact=True, **look)
        ),
        "empty": Sample("Nothing", "tiny", 60, stage_funnel(reached.head(0), heads=heads, **look)),
    }
    return found
