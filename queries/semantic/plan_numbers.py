"""Numbers of a plan: defined once, as the measures are; a formula names its inputs, and is said with their labels or
with their values.

What they come to is computed by `planning` and `queries.planning`, of the plan, the period and the members in sight.
"""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter
from typing import Literal

from queries.semantic.model import Better, Format, Text

#: What lies behind a number: the sales of the period, the deals open in it, or the targets of the plan itself.
Behind = Literal["sales_amount", "open_amount", "targets"]


@dataclass(frozen=True)
class PlanNumber:
    """A number of a plan; names in braces in its formula are those of its inputs."""

    name: str
    label: Text
    meaning: Text
    formula: Text
    format: Format
    better: Better = None
    left_out: Text | None = None
    behind: Behind = "targets"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The numbers that it is made of, in the order of the formula."""
        return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(self.formula.en) if name))

    def said(self, lang: str) -> str:
        """The formula in words."""
        return self.formula[lang].format(**{name: PLAN_NUMBERS[name].label[lang] for name in self.inputs})


_TARGETS = (
    PlanNumber(
        "proposed",
        Text("Proposed target", "拟定目标"),
        Text(
            "What the plan sets for the period and the members in sight, after all its changes.",
            "方案经全部调整后，为所看期间和成员设定的目标。",
        ),
        Text("{in_force} + {target_change}", "{in_force} + {target_change}"),
        "money",
        left_out=Text(
            "Risk coefficients and padding are kept apart: they change no target.",
            "风险系数和预留另行记录，不改变目标。",
        ),
    ),
    PlanNumber(
        "in_force",
        Text("Target of the version it begins from", "起点版本的目标"),
        Text(
            "What the version that the plan begins from sets for the same period and members, at the same level.",
            "方案所基于的版本在同一层级为同一期间和成员设定的目标。",
        ),
        Text("sum(targets)", "目标之和"),
        "money",
    ),
    PlanNumber(
        "target_change",
        Text("Change", "调整"),
        Text("What all changes of the plan together add to the target.", "方案全部调整合计增加的目标。"),
        Text("{proposed} − {in_force}", "{proposed} − {in_force}"),
        "money",
    ),
    PlanNumber(
        "last_year_whole",
        Text("Last year's sales", "去年业绩"),
        Text(
            "Credited sales of the same months a year before, to their end.",
            "去年相同月份的全部业绩。",
        ),
        Text("sum(credited amount of the same months a year before)", "去年相同月份业绩金额之和"),
        "money",
        behind="sales_amount",
    ),
    PlanNumber(
        "growth_asked",
        Text("Growth asked for", "要求增长"),
        Text(
            "How much more the plan asks for than was sold in the same months a year before.",
            "方案目标比去年相同月份业绩高出的比例。",
        ),
        Text("{proposed} / {last_year_whole} − 1", "{proposed} / {last_year_whole} − 1"),
        "share",
        behind="sales_amount",
    ),
    PlanNumber(
        "level_total",
        Text("Target of this level", "本层级目标"),
        Text(
            "What the plan sets at the level that is shown.",
            "方案在所示层级设定的目标。",
        ),
        Text("sum(targets of the level)", "本层级目标之和"),
        "money",
    ),
    PlanNumber(
        "highest_total",
        Text("Target of the highest level", "最高层级目标"),
        Text(
            "What the plan sets for the same part at the highest level that knows it.",
            "方案在能覆盖同一范围的最高层级设定的目标。",
        ),
        Text("sum(targets of the highest level)", "最高层级目标之和"),
        "money",
    ),
    PlanNumber(
        "over_assignment",
        Text("Over-assignment", "超额分配"),
        Text(
            "How much more is assigned at this level than the plan of the highest level asks for: a reserve against "
            "those who fall short.",
            "本层级分配的目标超出最高层级目标的比例，用于抵补未达成者。",
        ),
        Text("{level_total} / {highest_total} − 1", "{level_total} / {highest_total} − 1"),
        "share",
    ),
)
_LANDINGS = (
    PlanNumber(
        "sold_so_far",
        Text("Actual so far", "目前实际"),
        Text("Credited sales of the period up to the as-of date.", "截至日的期内业绩。"),
        Text("sum(credited amount)", "业绩金额之和"),
        "money",
        better="up",
        behind="sales_amount",
    ),
    PlanNumber(
        "expected_rest",
        Text("Expected for the rest", "其余预计"),
        Text(
            "What the months still to come, and the rest of the present one, bring as projected.",
            "本月余下时间及其后各月的预计业绩。",
        ),
        Text(
            "sum(same month a year before × growth), growth = last 12 whole months / the 12 before, from 0.6 to 1.6",
            "Σ（去年同月业绩 × 增长），增长 = 最近12个整月 / 此前12个月，限于 0.6 至 1.6",
        ),
        "money",
        better="up",
    ),
    PlanNumber(
        "projection",
        Text("Projected landing", "预计落点"),
        Text(
            "Where the period ends if each member goes on as before: last year's months, moved by how the member has "
            "grown. Members with less than two years grow as all together; with less than one they go on at the mean "
            "of their last six months. A seasonal naive forecast with drift (Hyndman and Athanasopoulos, Forecasting: "
            "Principles and Practice, section 5.2).",
            "若各成员延续既有走势，期末将到达之处：以去年各月业绩按该成员的增长推移。不足两年的成员按整体增长推移，"
            "不足一年的按最近六个月均值延续。方法为带漂移的季节性朴素预测"
            "（Hyndman 与 Athanasopoulos《预测：方法与实践》5.2 节）。",
        ),
        Text("{sold_so_far} + {expected_rest}", "{sold_so_far} + {expected_rest}"),
        "money",
        better="up",
        left_out=Text(
            "Open deals take no part in it; what they bring is in the reach.", "不含在手商机；其贡献见可及金额。"
        ),
        behind="sales_amount",
    ),
    PlanNumber(
        "projected_landing",
        Text("Forecast landing", "预计完成率"),
        Text("The projected landing as a share of the proposed target.", "预计落点占拟定目标的比例。"),
        Text("{projection} / {proposed}", "{projection} / {proposed}"),
        "share",
        better="up",
        left_out=Text(
            "Open deals take no part in it; what they bring is in the reach.", "不含在手商机；其贡献见可及金额。"
        ),
        behind="sales_amount",
    ),
    PlanNumber(
        "open_in_period",
        Text("Open deals of the period", "期内在手商机"),
        Text(
            "Open deals expected to close in the period; in one that runs, overdue ones count.",
            "预计期内成交的在手商机；期间进行中时含逾期商机。",
        ),
        Text("sum(amount of open deals)", "在手商机金额之和"),
        "money",
        better="up",
        behind="open_amount",
    ),
    PlanNumber(
        "win_rate_year",
        Text("Win rate by amount, last 12 months", "近12个月金额赢单率"),
        Text(
            "Of the amount decided in the last twelve months, the part that was won; of the whole company.",
            "最近十二个月已有结果的金额中赢单的部分，按全公司统计。",
        ),
        Text("won amount / decided amount", "赢单金额 / 已决金额"),
        "share",
        better="up",
        behind="open_amount",
    ),
    PlanNumber(
        "reach",
        Text("Within reach", "可及金额"),
        Text(
            "What there is, and what the open deals of the period bring at the present win rate. Told only of the "
            "period that runs: the pipeline of later ones is not there yet.",
            "已有业绩，加期内在手商机按当前赢单率可带来的金额。仅对进行中的期间给出：其后期间的商机尚未形成。",
        ),
        Text(
            "{sold_so_far} + {open_in_period} × {win_rate_year}", "{sold_so_far} + {open_in_period} × {win_rate_year}"
        ),
        "money",
        better="up",
        left_out=Text("Deals that are not there yet.", "尚未出现的商机。"),
        behind="open_amount",
    ),
    PlanNumber(
        "out_of_reach",
        Text("Beyond reach", "超出可及"),
        Text(
            "By how much the target exceeds the better of projection and reach. A member is marked as out of reach "
            "from 5% on.",
            "目标超出预计落点与可及金额中较高者的比例。成员超出 5% 即标记为难以达成。",
        ),
        Text("{proposed} / max({projection}, {reach}) − 1", "{proposed} / max（{projection}，{reach}）− 1"),
        "share",
        better="down",
        behind="open_amount",
    ),
    PlanNumber(
        "counted_open",
        Text("Open deals counted on", "计入的在手商机"),
        Text(
            "Of the period's open deals as much as the projected landing leaves room for.",
            "期内在手商机中，预计落点可容纳的部分。",
        ),
        Text(
            "min({open_in_period}, {expected_rest} / {win_rate_year})",
            "min（{open_in_period}，{expected_rest} / {win_rate_year}）",
        ),
        "money",
        behind="open_amount",
    ),
    PlanNumber(
        "coming_amount",
        Text("Deals still to come", "将至商机"),
        Text(
            "What has to be created and decided within the period for the landing to come about.",
            "为达到预计落点，期内仍需新建并有结果的商机金额。",
        ),
        Text(
            "{expected_rest} / {win_rate_year} − {counted_open}", "{expected_rest} / {win_rate_year} − {counted_open}"
        ),
        "money",
    ),
    PlanNumber(
        "sensitivity",
        Text("Attainment, by what moves it", "达成率及其影响因素"),
        Text(
            "The landing as sales, win rate and deals make it. One of win rate, average deal and pipeline is changed "
            "by a tenth, the others stay, and the landing is computed anew.",
            "由业绩、赢单率和商机构成的落点。赢单率、平均单额、商机三者之一变动十分之一，其余不变，重新计算落点。",
        ),
        Text(
            "({sold_so_far} + {win_rate_year} × ({counted_open} + {coming_amount})) / {proposed}",
            "（{sold_so_far} + {win_rate_year} ×（{counted_open} + {coming_amount}））/ {proposed}",
        ),
        "share",
        better="up",
        left_out=Text(
            "Drivers move one at a time; a win rate stops at 100%.", "每次只变动一个因素；赢单率以 100% 为限。"
        ),
        behind="open_amount",
    ),
)
_COSTS = (
    PlanNumber(
        "commission",
        Text("Commission", "提成"),
        Text(
            "What all reps in sight are paid under the chosen scheme if each lands where the projection leads.",
            "若各代表均到达预计落点，所选方案下应付的提成合计。",
        ),
        Text("sum over reps(payout(projected landing, target))", "Σ 各代表提成（预计落点，目标）"),
        "money",
        left_out=Text(
            "Nothing is taken back for returns; a payout is rounded to the cent.", "退货不追回提成；提成四舍五入到分。"
        ),
    ),
    PlanNumber(
        "commission_before",
        Text("Under the version it begins from", "按起点版本"),
        Text("The same with the targets of the version the plan begins from.", "按方案起点版本的目标计算的提成。"),
        Text("sum over reps(payout(projected landing, target before))", "Σ 各代表提成（预计落点，原目标）"),
        "money",
    ),
)
PLAN_NUMBERS: dict[str, PlanNumber] = {one.name: one for one in (*_TARGETS, *_LANDINGS, *_COSTS)}
