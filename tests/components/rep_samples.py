"""Sample data for the figures of the reps page."""

from __future__ import annotations

from typing import Any

import pandas as pd

from components.figures.peer_dots import height_of, peer_dots
from components.figures.rate_trend import rate_trend
from components.figures.target_columns import target_columns
from components.format import Numbers
from tests.components.samples import STAGES, Sample, say

NAN = float("nan")


def targets_frame(lang: str) -> pd.DataFrame:
    """Eight months to date, one of them without a target, and four to come."""
    actual = [52.1, 43.8, 61.5, 55.0, 57.2, 66.3, 63.8, 12.0, NAN, NAN, NAN, NAN]
    target = [53.0, 46.0, 61.0, NAN, 58.0, 63.0, 60.0, 62.0, 64.0, 62.0, 60.0, 66.0]
    due = [*target[:7], 51.0, NAN, NAN, NAN, NAN]
    frame = pd.DataFrame({"actual": actual, "target": target, "previous": [48.0, 50.1, 40.0, 52.0] * 3})
    frame["variance"] = frame["actual"] - pd.Series(due)
    frame[["actual", "target", "previous", "variance"]] *= 1e6
    numbers = Numbers(lang)  # type: ignore[arg-type]
    months = pd.date_range("2026-01-01", periods=12, freq="MS")
    frame["label"] = [numbers.month(month.date()) for month in months]
    frame["key"] = [f"sales_amount|month:{month.date()}" for month in months]
    frame["previous_key"] = [f"sales_amount|month:{month.date()}" for month in months - pd.DateOffset(years=1)]
    return frame


def trend_frame(lang: str) -> pd.DataFrame:
    single = [0.4, 0.9, NAN, 1.2, 3.4, 0.2, 0.8, 1.0, 1.1, 0.7, 0.9, 0.5]
    return pd.DataFrame(
        {
            "label": targets_frame(lang)["label"],
            "key": targets_frame(lang)["key"],
            "single": single,
            "rate": [0.5, 0.7, 0.7, 1.0, 1.5, 1.6, 1.5, 0.7, 1.0, 0.9, 0.9, 0.7],
            "others": [NAN, 0.8, 0.8, 0.9, 0.9, 1.0, 1.0, 0.9, 0.8, 0.8, 0.8, 0.75],
        }
    )


def stages_frame(lang: str) -> pd.DataFrame:
    """The second stage is surely below, the third thin, the fourth without peers."""
    return pd.DataFrame(
        {
            "label": STAGES[lang][:4],
            "key": [f"passed|stage:{number}" for number in range(4)],
            "rate": [0.67, 0.59, 0.5, 0.74],
            "low": [0.58, 0.47, 0.24, 0.58],
            "high": [0.75, 0.69, 0.76, 0.86],
            "others": [0.75, 0.72, 0.64, NAN],
            "cases": [107, 73, 8, 35],
            "text": ["107", "73", "8", "35"],
            "note": ["18 / 21", "23 / 26", "26 / 28", "16 / –"],
            "is_behind": [False, True, False, False],
        }
    )


def mix_frame(lang: str) -> pd.DataFrame:
    labels = say(lang, ["Category", "Imaging", "Stents"], ["产品线", "影像", "支架"])
    return pd.DataFrame(
        {
            "label": labels,
            "key": ["", "sales_amount|product_category:Imaging", "sales_amount|product_category:Stents"],
            "rate": [NAN, 0.8, 0.2],
            "others": [NAN, 0.55, 0.45],
            "is_head": [True, False, False],
        }
    )


def rep_samples(lang: str, theme: str) -> dict[str, Sample]:
    """Each figure on the desk and on the phone."""
    numbers = Numbers(lang)  # type: ignore[arg-type]
    frame = targets_frame(lang)
    unit = numbers.unit_for(frame["actual"])
    heads = say(lang, ["Exits", "Moved on", "to peers", "Days / peers"], ["离开", "推进率", "较同区", "天数 / 同区"])
    names = say(lang, ("Zhou Ming", "peers' median"), ("周明", "同区中位数"))
    found: dict[str, Sample] = {}
    for place, compact in (("half", False), ("phone", True)):
        look: dict[str, Any] = {"compact": compact, "theme": theme, "numbers": numbers}
        head = say(lang, "Ahead or behind", "超前或落后")
        found |= {
            f"targets-{place}": Sample("Months", place, 260, target_columns(frame, head=head, unit=unit, **look)),
            f"trend-{place}": Sample("Trend", place, 260, rate_trend(trend_frame(lang), names=names, **look)),
            f"stages-{place}": Sample(
                "Funnel", place, height_of(4, compact), peer_dots(stages_frame(lang), heads=heads, **look)
            ),
            f"mix-{place}": Sample(
                "Mix", place, height_of(3, compact), peer_dots(mix_frame(lang), heads=heads[1:3], **look)
            ),
        }
    return found
