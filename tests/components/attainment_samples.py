"""Sample data for the figures of the attainment page: one made-up quarter of East, and what is odd."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from components.figures import bullet_bars as bullets
from components.figures import target_bridge as bridge
from components.figures.bullet_bars import bullet_bars
from components.figures.cumulative_course import cumulative_course
from components.figures.share_bars import share_bars
from components.figures.target_bridge import target_bridge
from components.format import Numbers
from tests.components.samples import MEMBERS, Sample, say

REPS = {
    "en": [
        "Sun Yue",
        "Xu Jiahao",
        "Li Siyuan",
        "Zhou Ming",
        "Liu Zhiqiang",
        "Wu Peishan",
        "Zhang Yating",
        "Wang Jianguo",
        "Chen Xiaolin",
    ],
    "zh": ["孙悦", "徐嘉豪", "李思远", "周明", "刘志强", "吴佩珊", "张雅婷", "王建国", "陈晓琳"],
}
TARGET = [3.3, 4.2, 6.8, 5.4, 5.8, 4.8, 6.2, 7.5, 8.0]
ACTUAL = [1.0, 1.6, 3.3, 2.4, 3.9, 3.3, 4.4, 5.3, 5.9]
BEFORE = [0.8, 1.5, 4.1, 3.0, 3.9, 2.7, 3.8, 5.0, 5.4]
LANDING = [2.1, 2.9, 5.9, 4.2, 5.9, 5.0, 6.6, 8.0, 8.9]
GONE = 42 / 65  # working days
FIRST, LAST, AS_OF = date(2026, 7, 1), date(2026, 9, 30), date(2026, 8, 27)


def bullets_frame(lang: str, rows: int = 9) -> pd.DataFrame:
    """The reps of East, furthest behind first."""
    found = pd.DataFrame({"actual": ACTUAL, "target": TARGET, "previous": BEFORE, "forecast": LANDING}) * 1e6
    found["label"], found["key"] = REPS[lang], [f"rep:{place}" for place in range(9)]
    found = pd.concat([found] * (rows // 9 + 1), ignore_index=True).head(rows)
    found["on_track"] = found["target"] * GONE
    return with_variance(found)


def with_variance(frame: pd.DataFrame) -> pd.DataFrame:
    gap = frame["actual"] - frame["on_track"]
    return frame.assign(
        attainment=frame["actual"] / frame["target"], variance=gap, variance_share=gap / frame["on_track"]
    )


def odd_bullets_frame(lang: str) -> pd.DataFrame:
    """Returned goods, no target, nothing at all, beyond the target, a name that is too long."""
    frame = bullets_frame(lang, 5)
    frame.loc[0, "label"] = say(lang, "Rep with a very long name & title", "名字特别特别长而且还有头衔的一位销售代表")
    frame.loc[0, "actual"] = -0.6e6
    frame.loc[1, ["target", "on_track", "forecast"]] = None
    frame.loc[2, ["actual", "target", "on_track", "previous", "forecast"]] = None
    frame.loc[3, "actual"] = 6.1e6
    return with_variance(frame)


def bridge_frame(lang: str, values: list[float] | None = None) -> pd.DataFrame:
    values = [0.9, -0.4, -0.6, -2.4] if values is None else values
    names = say(
        lang,
        ["Oncology", "Cardiology", "Surgical instruments", "Diagnostic devices", "Imaging", "Eye care", "Dental"],
        ["肿瘤", "心血管", "手术器械", "诊断设备", "影像", "眼科", "口腔"],
    )
    names = (names * 3)[: len(values)]
    total = 33.6
    return pd.DataFrame(
        {
            "label": [say(lang, "On-track target", "应达目标"), *names, say(lang, "Actual", "实际")],
            "key": ["", *[f"step:{place}" for place in range(len(values))], ""],
            "value": [amount * 1e6 for amount in (total, *values, total + sum(values))],
            "kind": ["target", *["step"] * len(values), "actual"],
        }
    )


def course_frames(gone: date = AS_OF, *, first: date = FIRST, last: date = LAST) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A period day by day with the variance of every week."""
    whole = (last - first).days
    days = [first + timedelta(days=place) for place in range(whole + 1)]
    share = [place / whole for place in range(whole + 1)]
    wobble = [(0.035 if place % 11 < 5 else 0.055) * min(place / whole * 4, 1) for place in range(whole + 1)]
    actual = [
        52e6 * max(part - off, 0) if day <= gone else None for day, part, off in zip(days, share, wobble, strict=True)
    ]
    at = (gone - first).days
    now, left = actual[min(at, whole)] or 0.0, max(whole - at, 1)
    ahead = [None if day < gone or gone >= last else (place - at) / left for place, day in enumerate(days)]
    frame = pd.DataFrame(
        {
            "day": days,
            "actual": actual,
            "on_track": [52e6 * part for part in share],
            "previous": [47.6e6 * part**1.05 for part in share],
            "forecast": [None if part is None else now + (49.5e6 - now) * part for part in ahead],
            "low": [None if part is None else now + (45.9e6 - now) * part for part in ahead],
            "high": [None if part is None else now + (53e6 - now) * part for part in ahead],
        }
    )
    shown = frame[[place % 7 == 6 or place in (at, whole) for place in range(whole + 1)]]
    value = shown["actual"].fillna(shown["forecast"]) - shown["on_track"]
    return frame, pd.DataFrame({"day": shown["day"], "value": value, "is_forecast": shown["actual"].isna()})


def shares_frame(lang: str, amounts: list[list[float]] | None = None) -> pd.DataFrame:
    """Shares of the regions month, quarter and year to date."""
    amounts = amounts or [
        [3.0, 4.4, 5.0, 2.1, 2.6, -0.4, 0.9],
        [31.1, 25.4, 25.0, 13.4, 12.5, 6.1, 5.9],
        [118, 96, 91, 52, 44, 25, 22],
    ]
    spans = say(lang, ["Month", "Quarter", "Year"], ["本月至今", "本季至今", "本年至今"])
    n = Numbers(lang)  # type: ignore[arg-type]
    return pd.DataFrame(
        [
            {
                "span": span,
                "label": label,
                "key": f"region:{label}",
                "share": amount / sum(of_span),
                "text": n.share(amount / sum(of_span), 0),
            }
            for span, of_span in zip(spans, amounts, strict=False)
            for label, amount in zip(MEMBERS[lang], of_span, strict=False)
        ]
    )


HEAT = [
    [101, 97, 103, 99, 98, 104, 98, 88],
    [96, 94, 101, 97, 99, 108, 109, 98],
    [100, 96, 104, 102, 103, 111, 112, 104],
    [97, 93, 98, 95, None, 104, 99, 90],
    [102, 99, 105, 99, 104, 113, 114, 103],
    [91, 88, 95, 90, 89, 94, 88, 78],
    [98, 92, 101, 94, 97, 101, 131, -3],
]


def heat_frame(lang: str) -> pd.DataFrame:
    """Attainment of the regions by month; one has no target, August of East is chosen, its July has just begun."""
    n = Numbers(lang)  # type: ignore[arg-type]
    return pd.DataFrame(
        [
            {
                "row": label,
                "column": n.month(date(2026, month, 1)),
                "attainment": None if share is None else share / 100,
                "actual": 2e6 if share is None else share * 5e4,
                "target": None if share is None else 5e6,
                "href": f"?region={place}&period=2026-{month:02d}",
                "is_current": (place, month) == (0, 8),
                "is_thin": (place, month) == (0, 7),
            }
            for place, (label, shares) in enumerate(zip(MEMBERS[lang], HEAT, strict=True))
            for month, share in enumerate(shares, start=1)
        ]
    )


def attainment_samples(lang: str, theme: str) -> dict[str, Sample]:
    """Name -> one sample, at the sizes that cards have."""
    n = Numbers(lang, "CNY")  # type: ignore[arg-type]
    unit = n.unit_for([52e6])
    look: dict[str, Any] = {"theme": theme, "numbers": n}
    heads = say(
        lang,
        ("Attainment", "Actual", "Target, forecast hatched", "Ahead or behind"),
        ("达成率", "实际", "目标，斜线为预测", "超前或落后"),
    )
    found = {}
    for name, frame, title in (
        ("", bullets_frame(lang), "Attainment and pace by rep"),
        ("-one", bullets_frame(lang, 1), "One rep"),
        ("-many", bullets_frame(lang, 16), "Many reps"),
        ("-odd", odd_bullets_frame(lang), "Odd reps"),
    ):
        for compact in (False, True):
            figure = bullet_bars(frame, heads=heads, unit=unit, relative=name == "-one", compact=compact, **look)
            width = "phone" if compact else "c7"
            height = bullets.height_of(len(frame), compact)
            found[f"bullets{name}{'-phone' if compact else ''}"] = Sample(title, width, height, figure)
    percent = bullet_bars(bullets_frame(lang), heads=heads, unit=unit, relative=True, **look)
    found["bullets-percent"] = Sample("In percent", "half", bullets.height_of(9), percent)
    for name, frame, title in (
        ("", bridge_frame(lang), "Where the gap comes from"),
        ("-many", bridge_frame(lang, [0.9, -0.4, 1.2, -2.4, 0.1, 0.0, -0.7, -1.1, 0.4]), "Many steps"),
        ("-returns", bridge_frame(lang, [-20, -18, 3, -4]), "Returned goods"),
        ("-far", bridge_frame(lang, [-12, 4.4, -9.2]), "Far behind"),
        ("-one", bridge_frame(lang, [-2.5]), "One step"),
    ):
        for compact in (False, True):
            figure = target_bridge(frame, unit=unit, compact=compact, **look)
            height = bridge.height_of(frame, compact) or 250
            found[f"bridge{name}{'-phone' if compact else ''}"] = Sample(
                title, "phone" if compact else "c5", height, figure
            )
    found |= _courses(unit, look)
    for compact in (False, True):
        shares = share_bars(shares_frame(lang), compact=compact, **look)
        width = "phone" if compact else "half"
        found[f"shares{'-phone' if compact else ''}"] = Sample("Who contributes", width, 210, shares)
    found["shares-two"] = Sample("Two members", "half", 210, share_bars(shares_frame(lang, [[3, 1], [8, 9]]), **look))
    return found


def _courses(unit: Any, look: dict[str, Any]) -> dict[str, Sample]:
    found = {}
    year = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    month = {"first": date(2026, 8, 1), "last": date(2026, 8, 31)}
    for name, (frame, variance), title in (
        ("", course_frames(), "Cumulative actual, on-track and last year"),
        ("-early", course_frames(date(2026, 7, 6)), "Early"),
        ("-late", course_frames(date(2026, 9, 25)), "Late"),
        ("-past", course_frames(LAST), "A finished quarter"),
        ("-year", course_frames(**year), "A year"),
        ("-month", course_frames(**month), "A month"),
    ):
        for compact in (False, True):
            figure = cumulative_course(frame, variance, unit=unit, compact=compact, **look)
            found[f"course{name}{'-phone' if compact else ''}"] = Sample(
                title, "phone" if compact else "c7", 290, figure
            )
    free = course_frames()[0].drop(columns="on_track")
    found["course-free"] = Sample("No target", "half", 240, cumulative_course(free, unit=unit, **look))
    ahead, tier = course_frames()
    ahead["on_track"] *= 0.86
    ahead.loc[:20, "actual"] -= 4e6
    tier["value"] = [value + 4.2e6 for value in tier["value"]]
    found["course-ahead"] = Sample("Ahead", "c7", 290, cumulative_course(ahead, tier, unit=unit, **look))
    return found
