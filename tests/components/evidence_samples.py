"""Sample data for the figures of what separates wins from losses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from components.figures.calibration_dots import calibration_dots
from components.figures.odds_dots import height_of, odds_dots
from components.format import Numbers
from tests.components.samples import Sample, say


def odds_frame(lang: str) -> pd.DataFrame:
    """Two surely above one, one that may be no difference, one surely below."""
    labels = ["Quoted by day 30", "Source: Referral rather than Campaign", "Amount, twice as much", "Region: East"]
    chinese = ["30天内已报价", "来源：转介绍，而非市场活动", "金额，翻一倍", "大区：华东"]
    return pd.DataFrame(
        {
            "label": say(lang, labels, chinese),
            "key": [
                "separates|rule:quoted=1",
                "separates|rule:source=Referral",
                "separates|rule:all",
                "separates|rule:all",
            ],
            "odds": [2.1, 1.4, 0.97, 0.6],
            "low": [1.6, 1.1, 0.9, 0.5],
            "high": [2.8, 1.8, 1.05, 0.72],
        }
    )


def calibration_frame() -> pd.DataFrame:
    """Five groups, the last of which came out surely lower than predicted."""
    return pd.DataFrame(
        {
            "predicted": [0.2, 0.35, 0.5, 0.6, 0.8],
            "rate": [0.22, 0.33, 0.5, 0.66, 0.6],
            "low": [0.16, 0.27, 0.43, 0.59, 0.53],
            "high": [0.29, 0.4, 0.57, 0.72, 0.67],
            "cases": [200] * 5,
        }
    )


def evidence_samples(lang: str, theme: str) -> dict[str, Sample]:
    """Each figure with its title, width, height and specification."""
    look: dict[str, Any] = {"theme": theme, "numbers": Numbers(lang)}  # type: ignore[arg-type]
    odds, heads = odds_frame(lang), say(lang, ("Odds", "no difference"), ("几率", "无差别"))
    axes = say(lang, ("Predicted share won", "Share won"), ("预测赢单率", "实际赢单率"))
    names = say(lang, ("as predicted", "Share won"), ("与预测一致", "实际赢单率"))
    wide = odds_dots(odds, heads=heads, **look)
    phone = odds_dots(odds, heads=heads, compact=True, **look)
    predicted = calibration_dots(calibration_frame(), heads=axes, names=names, **look)
    return {
        "odds-dots": Sample("Odds", "c7", height_of(len(odds)), wide),
        "odds-dots-phone": Sample("Odds", "phone", height_of(len(odds), True), phone),
        "calibration-dots": Sample("Calibration", "c5", 400, predicted),
    }
