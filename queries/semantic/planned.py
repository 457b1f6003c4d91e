"""Numbers that hold sales against targets: defined once, as the measures are, but computed by `queries.attainment`."""

from __future__ import annotations

from dataclasses import dataclass

from queries.semantic.model import Better, Format, Text


@dataclass(frozen=True)
class Planned:
    """A number of a view or of a member; `column` is where `attainment` answers it.

    `parts` are what it is divided of, by name; `inputs` what it takes to follow it.
    """

    name: str
    column: str
    label: Text
    meaning: Text
    formula: Text
    format: Format
    better: Better = "up"
    parts: tuple[str, str] | None = None
    inputs: tuple[str, ...] = ()


_ALL = (
    Planned(
        "actual",
        "actual",
        Text("Actual", "实际"),
        Text(
            "Credited sales of the period on the chosen basis, splits applied.",
            "按所选口径统计的期内业绩，已按分成计入。",
        ),
        Text("sum(credited amount)", "业绩金额之和"),
        "money",
        inputs=("actual", "actual_last_year"),
    ),
    Planned(
        "actual_last_year",
        "last_year",
        Text("Last year, same days", "去年同期"),
        Text("Credited sales of the same days a year before.", "去年同样日期的业绩。"),
        Text("sum(credited amount a year before)", "去年同期业绩金额之和"),
        "money",
    ),
    Planned(
        "target",
        "target",
        Text("Target", "目标"),
        Text(
            "What the versions that hold set for the period; each target counts with the share of its days in it.",
            "生效版本为该期间设定的目标；每条目标按落在期内的天数份额计入。",
        ),
        Text("sum(target × share of its days in the period)", "Σ（目标 × 期内天数份额）"),
        "money",
    ),
    Planned(
        "on_track_target",
        "on_track",
        Text("Due by today", "今日应达"),
        Text("The part of the target that is due by the as-of date.", "截至日应达到的目标部分。"),
        Text("target × share due by today", "目标 × 今日应达占比"),
        "money",
        inputs=("target", "elapsed"),
    ),
    Planned(
        "elapsed",
        "elapsed",
        Text("Share due by today", "今日应达占比"),
        Text("The share of the target that is due by the as-of date.", "目标中截至日应达到的比例。"),
        Text("due by today / target", "今日应达 / 目标"),
        "share",
        better=None,
    ),
    Planned(
        "attainment",
        "attainment",
        Text("Attainment", "达成率"),
        Text("How much of the whole period's target has been reached.", "整个期间目标的完成比例。"),
        Text("actual / target", "实际 / 目标"),
        "share",
        parts=("actual", "target"),
        inputs=("actual", "target"),
    ),
    Planned(
        "gap",
        "gap",
        Text("Missing", "缺口"),
        Text(
            "What is still missing to the period's target; negative once it is passed.", "距期间目标的差额，超额为负。"
        ),
        Text("target − actual", "目标 − 实际"),
        "money",
        better="down",
        inputs=("target", "actual"),
    ),
    Planned(
        "pace",
        "pace",
        Text("Pace", "进度"),
        Text(
            "How far along the view is, against what was due by the as-of date. Not told in the first 5% of a period.",
            "截至日的完成情况与应达目标之比。期初 5% 内不显示。",
        ),
        Text("actual / due by today", "实际 / 今日应达"),
        "share",
        parts=("actual", "on_track_target"),
        inputs=("actual", "target", "elapsed", "on_track_target"),
    ),
    Planned(
        "landing",
        "landing",
        Text("Landing at this pace", "按此速度落点"),
        Text(
            "Where the period ends if the rest goes as the part behind it.",
            "若其余时间与已过时间节奏相同，期末将到达之处。",
        ),
        Text("actual / share due by today", "实际 / 今日应达占比"),
        "money",
        parts=("actual", "elapsed"),
        inputs=("actual", "elapsed"),
    ),
    Planned(
        "required_rate",
        "required_rate",
        Text("Needed a working day", "每工作日需完成"),
        Text(
            "What has to be sold on each working day that is left, to reach the target; 0 once it is met.",
            "为达成目标，剩余每个工作日需完成的金额；已达成为 0。",
        ),
        Text("(target − actual) / working days left", "（目标 − 实际）/ 剩余工作日"),
        "money",
        better="down",
        parts=("gap", "days_left"),
        inputs=("target", "actual", "days_left", "days_done"),
    ),
    Planned(
        "days_left",
        "days_left",
        Text("Working days left", "剩余工作日"),
        Text("Working days of the period after the as-of date.", "截至日之后的期内工作日。"),
        Text("count(working days left)", "剩余工作日数"),
        "count",
        better=None,
    ),
    Planned(
        "days_done",
        "days_done",
        Text("Working days passed", "已过工作日"),
        Text("Working days of the period up to the as-of date.", "截至日为止的期内工作日。"),
        Text("count(working days passed)", "已过工作日数"),
        "count",
        better=None,
    ),
    Planned(
        "growth",
        "growth",
        Text("Growth", "增长"),
        Text(
            "Sales against the same days a year before; n/m where there were none.",
            "与去年同期相比；去年为零则无可比。",
        ),
        Text("actual / last year, same days − 1", "实际 / 去年同期 − 1"),
        "share",
        inputs=("actual", "actual_last_year"),
    ),
    Planned(
        "open_expected",
        "open_amount",
        Text("Open deals expected", "预计成交的在手商机"),
        Text(
            "Open deals that are expected to close by the period's end, overdue ones included.",
            "预计期末前成交的在手商机，含逾期商机。",
        ),
        Text("sum(amount of open deals expected by the end)", "预计期末前成交的在手商机金额之和"),
        "money",
    ),
    Planned(
        "coverage",
        "coverage",
        Text("Coverage of the gap", "缺口覆盖"),
        Text(
            "How often the open deals expected by the period's end would fill what is missing, were all of them won.",
            "预计期末前成交的在手商机若全部赢单，可补足缺口的倍数。",
        ),
        Text("open deals expected / (target − actual)", "预计成交的在手商机 /（目标 − 实际）"),
        "multiple",
        parts=("open_expected", "gap"),
        inputs=("open_expected", "target", "actual"),
    ),
)
PLANNED: dict[str, Planned] = {one.name: one for one in _ALL}
#: What only a whole view has, and no member of it.
OF_THE_WHOLE = ("required_rate", "days_left", "days_done", "open_expected", "coverage")
