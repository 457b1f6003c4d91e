"""Every number the product shows, defined once: SQL, words, formula, format, and which way is good."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, Integer, Numeric, cast, func, literal, not_, or_, type_coerce

from queries.semantic.facts import OPPORTUNITIES, PASSAGES, REACHED, SALES
from queries.semantic.model import Among, AnyMeasure, Expression, Fact, Measure, Text, every, ratio


def _status(*names: str) -> Among:
    return Among("status", names)


def _amount(t: FromClause) -> ColumnElement:
    return t.c.amount


def _cycle(t: FromClause) -> ColumnElement[int]:
    return type_coerce(t.c.closed_on - t.c.created_on, Integer)


def _weighted(t: FromClause) -> ColumnElement:
    # Wide enough for the product: NUMERIC(18,4) times a fraction overflows eighteen digits from a hundred million on.
    return cast(t.c.amount, Numeric(28, 4)) * func.coalesce(t.c.probability, literal(0))


def _left(t: FromClause) -> ColumnElement[bool]:
    # Only a passage that has come to its end has a day of it; to compare a date is far cheaper than to compare texts.
    return t.c.left_on.is_not(None)


_TO_NOBODY = Among("status", ("lost",), where=lambda t: t.c.is_no_decision.is_(True))
_TO_OTHERS = Among("status", ("lost",), where=lambda t: t.c.is_no_decision.is_not(True))
_CONTESTED = Among("status", ("won", "lost"), where=lambda t: or_(t.c.status == "won", t.c.is_no_decision.is_not(True)))
_DISCOUNTED = Among("status", ("won", "lost"), where=lambda t: t.c.discount.is_not(None))


def _not_to_nobody(t: FromClause) -> ColumnElement[bool]:
    return not_(_TO_NOBODY(t))


def _count(name: str, fact: Fact, en: str, zh: str, *, rows: Expression, date: str | None, **more: object) -> Measure:
    return Measure(
        name,
        fact,
        Text(en, zh),
        format="count",
        aggregate="count",
        date=date,
        rows=rows,
        **more,  # type: ignore[arg-type]
    )


def _sum(name: str, fact: Fact, en: str, zh: str, *, rows: Expression, date: str | None, **more: object) -> Measure:
    more.setdefault("weight", _amount)
    return Measure(
        name,
        fact,
        Text(en, zh),
        format="money",
        aggregate="sum",
        date=date,
        rows=rows,
        **more,  # type: ignore[arg-type]
    )


PAUSED_OUT = Text("Paused deals are left out.", "已暂停的商机不计入。")
LATE = Text(
    "Late: longer in its stage than three of four deals won in the last twelve months (P75); critical: 1.5 times that.",
    "超期：在所处阶段的有效天数超过近十二个月赢单的 P75；严重超期：超过其 1.5 倍。",
)
NO_DECISION_OUT = Text(
    "Deals that ended in no decision are left out, and those open, paused or terminated.",
    "客户未决策的商机以及进行中、已暂停和已终止的商机不计入。",
)
UNDECIDED_OUT = Text("Open, paused and terminated deals are left out.", "进行中、已暂停和已终止的商机不计入。")

opportunity_count = _count(
    "opportunity_count",
    OPPORTUNITIES,
    "Created",
    "新建商机",
    rows=every,
    date="created_on",
    meaning=Text("Opportunities created in the period.", "期内新建的商机数。"),
    formula=Text("count(opportunities created)", "新建商机数"),
)
created_amount = _sum(
    "created_amount",
    OPPORTUNITIES,
    "Created amount",
    "新建金额",
    rows=every,
    date="created_on",
    meaning=Text("What the opportunities created in the period are worth now.", "期内新建商机的当前金额。"),
    formula=Text("sum(amount of opportunities created)", "新建商机金额之和"),
)
open_count = _count(
    "open_count",
    OPPORTUNITIES,
    "Open deals",
    "进行中商机",
    rows=_status("open"),
    date=None,
    meaning=Text(f"Deals that are open at the as-of date. {LATE.en}", f"截至日仍在进行的商机数。{LATE.zh}"),
    formula=Text("count(open deals)", "进行中商机数"),
    left_out=PAUSED_OUT,
)
open_amount = _sum(
    "open_amount",
    OPPORTUNITIES,
    "Open pipeline",
    "在手商机",
    rows=_status("open"),
    date=None,
    meaning=Text(
        f"What the deals that are open at the as-of date are worth. {LATE.en}", f"截至日进行中商机的金额。{LATE.zh}"
    ),
    formula=Text("sum(amount of open deals)", "进行中商机金额之和"),
    left_out=PAUSED_OUT,
)
weighted_pipeline = _sum(
    "weighted_pipeline",
    OPPORTUNITIES,
    "Weighted pipeline",
    "加权商机",
    rows=_status("open"),
    date=None,
    weight=_weighted,
    meaning=Text(
        "Each open deal's amount times its own probability, summed: never the sum times an average probability.",
        "每个进行中商机的金额乘以其自身概率后求和，而不是总额乘以平均概率。",
    ),
    formula=Text("sum(amount × probability)", "Σ（金额 × 概率）"),
    left_out=PAUSED_OUT,
)
won_count = _count(
    "won_count",
    OPPORTUNITIES,
    "Won",
    "赢单数",
    rows=_status("won"),
    date="closed_on",
    meaning=Text("Deals won, by close date.", "按关闭日期统计的赢单数。"),
    formula=Text("count(deals won)", "赢单数"),
)
won_amount = _sum(
    "won_amount",
    OPPORTUNITIES,
    "Won amount",
    "赢单金额",
    rows=_status("won"),
    date="closed_on",
    meaning=Text("What the deals won are worth, by close date.", "按关闭日期统计的赢单金额。"),
    formula=Text("sum(amount of deals won)", "赢单金额之和"),
)
lost_count = _count(
    "lost_count",
    OPPORTUNITIES,
    "Lost",
    "丢单数",
    rows=_status("lost"),
    date="closed_on",
    better="down",
    meaning=Text("Deals lost, by close date.", "按关闭日期统计的丢单数。"),
    formula=Text("count(deals lost)", "丢单数"),
)
lost_amount = _sum(
    "lost_amount",
    OPPORTUNITIES,
    "Lost amount",
    "丢单金额",
    rows=_status("lost"),
    date="closed_on",
    better="down",
    meaning=Text("What the deals lost were last worth, by close date.", "按关闭日期统计的丢单的最后金额。"),
    formula=Text("sum(last amount of deals lost)", "丢单最后金额之和"),
)
decided_count = _count(
    "decided_count",
    OPPORTUNITIES,
    "Decided",
    "已决商机",
    rows=_status("won", "lost"),
    date="closed_on",
    meaning=Text("Deals won or lost, by close date.", "按关闭日期统计的赢单与丢单数。"),
    formula=Text("won + lost", "赢单 + 丢单"),
    left_out=UNDECIDED_OUT,
)
decided_amount = _sum(
    "decided_amount",
    OPPORTUNITIES,
    "Decided amount",
    "已决金额",
    rows=_status("won", "lost"),
    date="closed_on",
    meaning=Text("What the deals won or lost are worth, by close date.", "按关闭日期统计的赢单与丢单金额。"),
    formula=Text("won amount + lost amount", "赢单金额 + 丢单金额"),
    left_out=UNDECIDED_OUT,
)
won_of_created = _count(
    "won_of_created",
    OPPORTUNITIES,
    "Won of those created",
    "新建中已赢单",
    rows=_status("won"),
    date="created_on",
    meaning=Text("Of the opportunities created in the period, those won by now.", "期内新建商机中已赢单的数量。"),
    formula=Text("count(created in the period and won)", "期内新建且已赢单数"),
)
cycle_days = Measure(
    "cycle_days",
    OPPORTUNITIES,
    Text("Cycle, median", "成交周期中位数"),
    Text("Calendar days from creation to close of deals won: half took less.", "赢单从创建到关闭的自然日天数中位数。"),
    Text("median(close − create), won only", "中位数（关闭日 − 创建日），仅赢单"),
    format="days",
    aggregate="median",
    date="closed_on",
    rows=_status("won"),
    weight=_cycle,
    better="down",
)
cycle_days_p75 = Measure(
    "cycle_days_p75",
    OPPORTUNITIES,
    Text("Cycle, P75", "成交周期 P75"),
    Text(
        "Calendar days from creation to close within which three of four deals won closed.",
        "四分之三的赢单在此天数内关闭。",
    ),
    Text("P75(close − create), won only", "P75（关闭日 − 创建日），仅赢单"),
    format="days",
    aggregate="p75",
    date="closed_on",
    rows=_status("won"),
    weight=_cycle,
    better="down",
)
cycle_active_days = Measure(
    "cycle_active_days",
    OPPORTUNITIES,
    Text("Active cycle, median", "有效成交周期中位数"),
    Text("As the cycle, with the days a deal was paused taken off.", "同成交周期，但扣除暂停天数。"),
    Text("median(close − create − paused), won only", "中位数（关闭日 − 创建日 − 暂停天数），仅赢单"),
    format="days",
    aggregate="median",
    date="closed_on",
    rows=_status("won"),
    weight=lambda t: t.c.cycle_active_days,
    better="down",
)
win_rate = ratio(
    won_count,
    decided_count,
    name="win_rate",
    label=Text("Win rate", "赢单率"),
    meaning=Text(
        "Of the deals decided in the period, the share won, by count.", "期内已决商机中赢单所占比例（按数量）。"
    ),
    formula=Text("won / (won + lost)", "赢单 /（赢单 + 丢单）"),
    left_out=UNDECIDED_OUT,
)
win_rate_amount = ratio(
    won_amount,
    decided_amount,
    name="win_rate_amount",
    label=Text("Win rate by amount", "金额赢单率"),
    meaning=Text(
        "Of the amount decided in the period, the share won. Not recorded where no lost deal has an amount.",
        "期内已决金额中赢单所占比例。若丢单均无金额则为未记录。",
    ),
    formula=Text("won amount / (won amount + lost amount)", "赢单金额 /（赢单金额 + 丢单金额）"),
    left_out=UNDECIDED_OUT,
    recorded=(lost_count, lost_amount),
)
win_rate_cohort = ratio(
    won_of_created,
    opportunity_count,
    name="win_rate_cohort",
    label=Text("Cohort win rate", "批次赢单率"),
    meaning=Text(
        "Of the opportunities created in the period, the share won by now. Young cohorts are still growing.",
        "期内新建商机中至今已赢单的比例，较新的批次仍会增长。",
    ),
    formula=Text("won of those created / created", "新建中已赢单 / 新建"),
)
no_decision_count = _count(
    "no_decision_count",
    OPPORTUNITIES,
    "No decision",
    "客户未决策",
    rows=_TO_NOBODY,
    date="closed_on",
    better="down",
    meaning=Text(
        "Deals lost to nobody: the close reason says that the customer decided for no one. A part of those lost.",
        "输给“无人”的商机：关闭原因为客户未做出选择。属于丢单的一部分。",
    ),
    formula=Text("count(deals lost, reason no decision)", "关闭原因为未决策的丢单数"),
)
no_decision_amount = _sum(
    "no_decision_amount",
    OPPORTUNITIES,
    "No decision, amount",
    "未决策金额",
    rows=_TO_NOBODY,
    date="closed_on",
    better="down",
    meaning=Text("What the deals lost to nobody were last worth.", "客户未决策的丢单的最后金额。"),
    formula=Text("sum(last amount of deals lost, reason no decision)", "未决策丢单最后金额之和"),
)
rejected_count = _count(
    "rejected_count",
    OPPORTUNITIES,
    "Lost to others",
    "客户选择他人",
    rows=_TO_OTHERS,
    date="closed_on",
    better="down",
    meaning=Text(
        "Deals lost to somebody else: all that were lost but those that ended in no decision.",
        "输给他人的商机：除客户未决策外的全部丢单。",
    ),
    formula=Text("lost − no decision", "丢单 − 客户未决策"),
)
rejected_amount = _sum(
    "rejected_amount",
    OPPORTUNITIES,
    "Lost to others, amount",
    "客户选择他人金额",
    rows=_TO_OTHERS,
    date="closed_on",
    better="down",
    meaning=Text("What the deals lost to somebody else were last worth.", "输给他人的丢单的最后金额。"),
    formula=Text("lost amount − no-decision amount", "丢单金额 − 未决策金额"),
)
contested_count = _count(
    "contested_count",
    OPPORTUNITIES,
    "Decided for somebody",
    "客户做出选择",
    rows=_CONTESTED,
    date="closed_on",
    meaning=Text("Deals in which the customer chose us or somebody else.", "客户选择了我们或他人的商机。"),
    formula=Text("won + lost to others", "赢单 + 客户选择他人"),
    left_out=NO_DECISION_OUT,
)
contested_amount = _sum(
    "contested_amount",
    OPPORTUNITIES,
    "Decided for somebody, amount",
    "客户做出选择金额",
    rows=_CONTESTED,
    date="closed_on",
    meaning=Text("What the deals in which the customer chose somebody are worth.", "客户做出选择的商机的金额。"),
    formula=Text("won amount + amount lost to others", "赢单金额 + 客户选择他人金额"),
    left_out=NO_DECISION_OUT,
)
win_rate_contested = ratio(
    won_count,
    contested_count,
    name="win_rate_contested",
    label=Text("Win rate without no decision", "赢单率（不含未决策）"),
    meaning=Text(
        "Of the deals in which the customer chose somebody, the share that chose us, by count.",
        "客户做出选择的商机中选择我们的比例（按数量）。",
    ),
    formula=Text("won / (won + lost to others)", "赢单 /（赢单 + 客户选择他人）"),
    left_out=NO_DECISION_OUT,
)
win_rate_amount_contested = ratio(
    won_amount,
    contested_amount,
    name="win_rate_amount_contested",
    label=Text("Win rate by amount without no decision", "金额赢单率（不含未决策）"),
    meaning=Text(
        "Of the amount of deals in which the customer chose somebody, the share won. Not recorded where no deal lost "
        "to others has an amount.",
        "客户做出选择的商机金额中赢单所占比例。若此类丢单均无金额则为未记录。",
    ),
    formula=Text("won amount / (won amount + amount lost to others)", "赢单金额 /（赢单金额 + 客户选择他人金额）"),
    left_out=NO_DECISION_OUT,
    recorded=(rejected_count, rejected_amount),
)
created_contested = _count(
    "created_contested",
    OPPORTUNITIES,
    "Created, without no decision",
    "新建（不含未决策）",
    rows=_not_to_nobody,
    date="created_on",
    meaning=Text(
        "Opportunities created in the period but those that ended in no decision.", "期内新建且未以“未决策”告终的商机。"
    ),
    formula=Text("created − ended in no decision", "新建 − 以未决策告终"),
)
win_rate_cohort_contested = ratio(
    won_of_created,
    created_contested,
    name="win_rate_cohort_contested",
    label=Text("Cohort win rate without no decision", "批次赢单率（不含未决策）"),
    meaning=Text(
        "Of the opportunities created in the period that did not end in no decision, the share won by now.",
        "期内新建且未以未决策告终的商机中至今已赢单的比例。",
    ),
    formula=Text("won of those created / created without no decision", "新建中已赢单 / 新建（不含未决策）"),
)
undecided_of_created = _count(
    "undecided_of_created",
    OPPORTUNITIES,
    "Still open of those created",
    "新建中仍进行",
    rows=_status("open", "paused"),
    date="created_on",
    better=None,
    meaning=Text(
        "Of the opportunities created in the period, those still open or paused: how young the cohort is.",
        "期内新建商机中仍在进行或暂停的数量，说明该批次有多新。",
    ),
    formula=Text("count(created in the period and open or paused)", "期内新建且仍进行或暂停的商机数"),
)
reasoned_count = _count(
    "reasoned_count",
    OPPORTUNITIES,
    "Lost with a reason",
    "有原因的丢单",
    rows=Among("status", ("lost",), where=lambda t: t.c.close_reason.is_not(None)),
    date="closed_on",
    meaning=Text("Deals lost for which a reason is recorded.", "记录了原因的丢单数。"),
    formula=Text("count(deals lost, reason recorded)", "记录了原因的丢单数"),
)
no_decision_share = ratio(
    no_decision_count,
    lost_count,
    name="no_decision_share",
    label=Text("No decision", "客户未决策"),
    meaning=Text(
        "Of the deals lost, the share lost to nobody. Not recorded where no lost deal has a reason.",
        "丢单中客户未做出选择的比例。若丢单均无原因则为未记录。",
    ),
    formula=Text("no decision / lost", "客户未决策 / 丢单"),
    better="down",
    recorded=(lost_count, reasoned_count),
)
closed_count = _count(
    "closed_count",
    OPPORTUNITIES,
    "Closed",
    "已关闭",
    rows=_status("won", "lost", "terminated"),
    date="closed_on",
    better=None,
    meaning=Text("Deals won, lost or terminated, by close date.", "按关闭日期统计的赢单、丢单与终止的商机数。"),
    formula=Text("won + lost to others + no decision + terminated", "赢单 + 客户选择他人 + 客户未决策 + 终止"),
)
terminated_count = _count(
    "terminated_count",
    OPPORTUNITIES,
    "Terminated",
    "已终止",
    rows=_status("terminated"),
    date="closed_on",
    better="down",
    meaning=Text(
        "Deals given up before anybody decided, by close date: out of every win rate.",
        "在客户决定之前终止的商机数（按关闭日期），不计入任何赢单率。",
    ),
    formula=Text("count(deals terminated)", "终止商机数"),
)
reviewed_count = _count(
    "reviewed_count",
    OPPORTUNITIES,
    "With a close review",
    "已复盘",
    rows=Among("status", ("won", "lost", "terminated"), where=lambda t: t.c.is_reviewed.is_(True)),
    date="closed_on",
    meaning=Text("Closed deals that got a review before they were closed.", "关闭前做过复盘的商机数。"),
    formula=Text("count(closed deals with a review)", "有复盘的已关闭商机数"),
)
review_share = ratio(
    reviewed_count,
    closed_count,
    name="review_share",
    label=Text("Reviewed", "复盘率"),
    meaning=Text(
        "Of the deals closed in the period, the share that got a close review.", "期内已关闭商机中做过复盘的比例。"
    ),
    formula=Text("with a close review / closed", "已复盘 / 已关闭"),
)
idle_days = Measure(
    "idle_days",
    OPPORTUNITIES,
    Text("Silence before a loss, median", "丢单前静默天数中位数"),
    Text(
        "Days from the last activity done for a deal to its loss: half were left alone for less.",
        "从最后一次活动到丢单的天数，一半的丢单少于此值。",
    ),
    Text("median(close − last activity), lost only", "中位数（关闭日 − 最后活动日），仅丢单"),
    format="days",
    aggregate="median",
    date="closed_on",
    rows=Among("status", ("lost",), where=lambda t: t.c.idle_days.is_not(None)),
    weight=lambda t: t.c.idle_days,
    better="down",
    left_out=Text("Lost deals without a recorded activity are left out.", "没有活动记录的丢单不计入。"),
)
discount_sum = Measure(
    "discount_sum",
    OPPORTUNITIES,
    Text("Sum of discounts", "折扣之和"),
    Text("The discounts of the deals decided, added up.", "已决商机的折扣之和。"),
    Text("sum(discount)", "折扣之和"),
    format="share",
    aggregate="sum",
    date="closed_on",
    rows=_DISCOUNTED,
    weight=lambda t: t.c.discount,
    better=None,
)
discounted_count = _count(
    "discounted_count",
    OPPORTUNITIES,
    "Decided with a discount recorded",
    "记录了折扣的已决商机",
    rows=_DISCOUNTED,
    date="closed_on",
    better=None,
    meaning=Text(
        "Deals decided for which a discount, also of nothing, is recorded.", "记录了折扣（含零折扣）的已决商机数。"
    ),
    formula=Text("count(decided, discount recorded)", "记录了折扣的已决商机数"),
)
average_discount = ratio(
    discount_sum,
    discounted_count,
    name="average_discount",
    label=Text("Our discount, average", "我方平均折扣"),
    meaning=Text(
        "Mean discount of the deals decided, each deal counting once, where one is recorded.",
        "已决商机的平均折扣，每个商机计一次，仅计有记录者。",
    ),
    formula=Text("sum(discount) / deals with a discount recorded", "折扣之和 / 记录了折扣的商机数"),
    better=None,
)
average_won = ratio(
    won_amount,
    won_count,
    name="average_won",
    label=Text("Average won", "平均赢单金额"),
    meaning=Text("What a deal won is worth on average.", "平均每个赢单的金额。"),
    formula=Text("won amount / won", "赢单金额 / 赢单数"),
    format="money",
)
velocity = ratio(
    won_amount,
    cycle_days,
    name="velocity",
    label=Text("Sales velocity", "销售速度"),
    meaning=Text(
        "Decided deals × win rate × average won amount / median cycle, all over the deals decided in the period.",
        "已决商机数 × 赢单率 × 平均赢单金额 / 成交周期中位数，均取期内已决商机。",
    ),
    formula=Text("won amount / median cycle days", "赢单金额 / 成交周期中位数"),
    format="money_per_day",
)
reached_count = _count(
    "reached_count",
    REACHED,
    "Reached",
    "到达商机",
    rows=lambda t: t.c.is_reached,
    date="created_on",
    meaning=Text(
        "Opportunities created in the period that reached a stage or a later one; a won deal has passed them all.",
        "期内新建且到达该阶段或更后阶段的商机数；赢单视为经过全部阶段。",
    ),
    formula=Text("count(furthest stage ≥ stage)", "最远阶段 ≥ 该阶段的商机数"),
)
reached_amount = _sum(
    "reached_amount",
    REACHED,
    "Reached amount",
    "到达金额",
    rows=lambda t: t.c.is_reached,
    date="created_on",
    meaning=Text("What the opportunities that reached a stage are worth.", "到达该阶段的商机金额。"),
    formula=Text("sum(amount where furthest stage ≥ stage)", "最远阶段 ≥ 该阶段的商机金额之和"),
)
due_count = _count(
    "due_count",
    REACHED,
    "Reached the stage before",
    "到达上一阶段",
    rows=lambda t: t.c.is_due,
    date="created_on",
    meaning=Text("Opportunities of the same cohort that reached the stage before.", "同一批次中到达上一阶段的商机数。"),
    formula=Text("count(furthest stage ≥ stage − 1)", "最远阶段 ≥ 上一阶段的商机数"),
)
step_conversion = ratio(
    reached_count,
    due_count,
    name="step_conversion",
    label=Text("Step conversion", "阶段转化率"),
    meaning=Text(
        "Of the cohort that reached the stage before, the share that reached this one: at most 100 %.",
        "同一批次中到达上一阶段的商机里，到达本阶段的比例，最多 100%。",
    ),
    formula=Text("reached(stage) / reached(stage − 1)", "到达（本阶段）/ 到达（上一阶段）"),
)
stage_exits = _count(
    "stage_exits",
    PASSAGES,
    "Left the stage",
    "离开阶段",
    rows=_left,
    date="left_on",
    meaning=Text("Deals that left a stage in the period, forward or closed.", "期内离开该阶段（推进或关闭）的商机数。"),
    formula=Text("count(deals that left)", "离开该阶段的商机数"),
)
stage_advances = _count(
    "stage_advances",
    PASSAGES,
    "Moved on",
    "推进",
    rows=Among("outcome", ("advanced",), within=_left),
    date="left_on",
    meaning=Text("Deals that left a stage forward in the period.", "期内由该阶段向后推进的商机数。"),
    formula=Text("count(deals that moved on)", "推进的商机数"),
)
stage_success_rate = ratio(
    stage_advances,
    stage_exits,
    name="stage_success_rate",
    label=Text("Success rate", "阶段成功率"),
    meaning=Text(
        "Of the deals that left the stage in the period, the share that moved on. The funnel forecast uses it.",
        "期内离开该阶段的商机中向后推进的比例，漏斗预测即采用此比率。",
    ),
    formula=Text("moved on / left", "推进 / 离开"),
)
stage_days = Measure(
    "stage_days",
    PASSAGES,
    Text("Days in stage, median", "阶段停留天数中位数"),
    Text(
        "Active days in a stage of the deals that left it: re-entries added up, paused days taken off.",
        "离开该阶段的商机的有效停留天数：重复进入累计，暂停天数扣除。",
    ),
    Text("median(active days in stage)", "中位数（阶段有效天数）"),
    format="days",
    aggregate="median",
    date="left_on",
    rows=_left,
    weight=lambda t: t.c.active_days,
    better="down",
)
stage_days_p75 = Measure(
    "stage_days_p75",
    PASSAGES,
    Text("Days in stage, P75", "阶段停留天数 P75"),
    Text("Active days within which three of four deals left the stage.", "四分之三的商机在此有效天数内离开该阶段。"),
    Text("P75(active days in stage)", "P75（阶段有效天数）"),
    format="days",
    aggregate="p75",
    date="left_on",
    rows=_left,
    weight=lambda t: t.c.active_days,
    better="down",
)
sales_amount = _sum(
    "sales_amount",
    SALES,
    "Sales",
    "销售额",
    rows=every,
    date="sold_on",
    meaning=Text("Credited amount of sales lines; splits are applied.", "已按分成计入的销售行金额。"),
    formula=Text("sum(credited amount)", "业绩金额之和"),
)
sales_lines = _count(
    "sales_lines",
    SALES,
    "Sales lines",
    "销售行数",
    rows=every,
    date="sold_on",
    meaning=Text("Credited product lines sold.", "已计入业绩的产品行数。"),
    formula=Text("count(sales lines)", "销售行数"),
)

MEASURES: dict[str, AnyMeasure] = {
    measure.name: measure
    for measure in (
        opportunity_count,
        created_amount,
        open_count,
        open_amount,
        weighted_pipeline,
        won_count,
        won_amount,
        lost_count,
        lost_amount,
        decided_count,
        decided_amount,
        won_of_created,
        win_rate,
        win_rate_amount,
        win_rate_cohort,
        no_decision_count,
        no_decision_amount,
        no_decision_share,
        rejected_count,
        rejected_amount,
        contested_count,
        contested_amount,
        win_rate_contested,
        win_rate_amount_contested,
        created_contested,
        win_rate_cohort_contested,
        undecided_of_created,
        reasoned_count,
        terminated_count,
        closed_count,
        reviewed_count,
        review_share,
        idle_days,
        discount_sum,
        discounted_count,
        average_discount,
        average_won,
        velocity,
        cycle_days,
        cycle_days_p75,
        cycle_active_days,
        reached_count,
        reached_amount,
        due_count,
        step_conversion,
        stage_exits,
        stage_advances,
        stage_success_rate,
        stage_days,
        stage_days_p75,
        sales_amount,
        sales_lines,
    )
}
