"""Each question of the two pages beside the bare SQL for it, on the same database and connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from benchmarks import bare, bare_evidence, winloss
from benchmarks.question import DRILL_SLACK, SLACK, WHOLE, Question, Rows, column, total
from benchmarks.timing import interleaved
from callbacks import funnel as funnel_page
from callbacks import overview as overview_page
from queries import against, attainment, backtest, balances, course, forecast, funnel, headline, overview, separation
from queries.cache import ByteCache
from queries.engine import Database, reading
from queries.evidence_window import evidence_period, halves
from queries.periods import fiscal_start, months_later
from queries.scope import EVERYTHING
from queries.slices import Slice
from queries.targets import spread_of
from queries.warehouse import Warehouse
from settings import Settings

QUARTERS = backtest.QUARTERS


@dataclass(frozen=True)
class Compared:
    """Medians in milliseconds."""

    name: str
    question: float
    bare: float
    slack: float = SLACK

    @property
    def is_kept(self) -> bool:
        """Whether the question takes at most half as long again as its bare SQL, and some milliseconds."""
        return self.question <= 1.5 * self.bare + self.slack


def first(measure: str) -> Callable[[pd.DataFrame], float]:
    """A key number's value."""
    return lambda frame: float(frame.set_index("measure").loc[measure, "value"])


_FUNNEL = (("names", funnel_page.KEY_NUMBERS),)
_OVERVIEW = (("names", overview_page.KEY_NUMBERS),)
_KEY_NUMBERS = (headline.key_numbers, bare.KEY_NUMBERS, first("open_amount"), column(0, of=2))
_COURSE = (headline.course, bare.COURSE, total("opportunity_count"), column(1, of=1))


def _all_open(frame: pd.DataFrame) -> float:
    return float(frame["open_amount"].sum()) + frame.attrs.get("left_out", (0, 0.0))[1]


def _came(found: Rows) -> float:
    return float(sum(found[4 * n][0][0] or 0 for n in range(QUARTERS)))


def _medians(frame: pd.DataFrame) -> float:
    return float(frame["lead_days"].sum())


def _leads(found: Rows) -> float:
    return float(sum(int(row[3][1] + 0.5) for row in found[0] if row[3] and row[3][1] is not None))


QUESTIONS = (
    Question("key numbers of the funnel page", *_KEY_NUMBERS, _FUNNEL),
    Question("their course", *_COURSE, _FUNNEL),
    Question(
        "cohort funnel", funnel.cohort_funnel, bare.COHORT, lambda f: float(f["reached_count"].iloc[0]), column(1)
    ),
    Question("still open in the cohort", funnel.cohort_open, bare.COHORT_OPEN, float, column(0)),
    Question(
        "cohort funnel by region",
        funnel.cohort_funnels_by,
        bare.COHORT_BY,
        lambda f: float(f.groupby("member")["reached_count"].max().sum()),
        column(3),
    ),
    Question("success by stage, and a year before", funnel.step_rates, bare.STEP_RATES, total("exits"), column(1)),
    Question("stock by stage", funnel.stage_stock, bare.STOCK, total("late_amount"), column(4)),
    Question("time in stage", funnel.stage_passage, bare.PASSAGE, total("stage_days"), column(3)),
    Question("forecast model", forecast.stage_model, bare.MODEL, _medians, _leads),
    Question("forecast", forecast.funnel_forecast, bare.FORECAST, _all_open, column(3, of=2)),
    Question("forecast by expected close", forecast.weighted_forecast, bare.WEIGHTED, total("open_amount"), column(4)),
    Question("interval of the forecast", forecast.forecast_totals, bare.INTERVAL, lambda _: 0.0, lambda _: 0.0),
    Question(
        "which months fall short",
        forecast.pipeline_hint,
        bare.HINT,
        lambda f: float(f["average"].iloc[0] * 12),
        column(1, of=3),
    ),
    Question("back-test", backtest.backtest, bare.backtest(QUARTERS), total("actual"), _came),
    Question("key numbers of the overview", *_KEY_NUMBERS, _OVERVIEW),
    Question("their course (overview)", *_COURSE, _OVERVIEW),
    Question("won by month", overview.won_by_month, bare.MONTHS, lambda f: float(f.iloc[:, 1:].sum().sum()), column(1)),
    Question("won by region", overview.won_by_member, bare.MEMBERS, total("last_year"), column(3)),
    Question("deals that decide the quarter", overview.deciding_deals, bare.DECIDING, total("amount"), column(9)),
)
_DRILLED = (total("actual"), column(1))


def _drill(by: str, **filters: str) -> Question:
    """One step of a drill: members against their targets. The bare SQL is that of the sales alone."""
    slice_ = Slice(by=by, filters=tuple((name, (key,)) for name, key in filters.items()))
    name = f"drill by {by}" + "".join(f" within a {one}" for one in filters)
    return Question(
        name, attainment.attainment_by, [bare.drill(by, filters)], *_DRILLED, (("by", by),), slice_, DRILL_SLACK
    )


def drills(database: Database) -> tuple[Question, ...]:
    """The way down from the company to what one rep sells, always into the member that sold most."""
    found: dict[str, str] = {}
    with reading(database):
        for name in ("region", "office", "rep"):
            slice_ = Slice(by=name, filters=tuple((one, (key,)) for one, key in found.items()))
            members = attainment.attainment_by(slice_, scope=EVERYTHING, by=name)
            found[name] = str(members.loc[members["actual"].idxmax(), name])
    names = list(found)
    steps = [_drill(name, **{one: found[one] for one in names[:place]}) for place, name in enumerate(names)]
    whole = Slice()
    return (
        *steps,
        _drill("product_category", **found),
        Question("attainment", attainment.attainment, [bare.SOLD], total("actual"), column(0), (), whole, DRILL_SLACK),
        Question(
            "course of the period",
            course.course,
            [bare.SOLD_BY_DAY, bare.SOLD],
            lambda answer: float(answer.days["actual"].max()),
            column(0, of=1),
            (),
            whole,
            DRILL_SLACK,
        ),
    )


def _most_in_a_region(frame: pd.DataFrame) -> float:
    """Decided deals with the competitor in the region that has most of them: small ones are not compared."""
    return float(frame.loc[(frame["kind"] == "win") & (frame["by"] == "region"), "under"].max())


def _most_met(found: list[Rows]) -> float:
    """The same of the bare answers: the first by region has a row a region and year."""
    counted: dict[Any, int] = {}
    for region, _, decided, _ in found[len(bare_evidence.FACING)]:
        counted[region] = counted.get(region, 0) + decided
    return float(max(counted.values()))


#: The competitor of the demo company that cut its prices.
RIVAL = "V001"
_AGAINST = (("rival", RIVAL),)
#: What is asked of a competitor, and of what separates wins from losses before anything is learnt.
EVIDENCE = (
    Question("competitors", against.rivals, bare_evidence.RIVALS, total("decided"), column(1)),
    Question(
        "against one competitor",
        against.facing,
        bare_evidence.FACING,
        lambda frame: float(frame.loc["both", "decided"]),
        column(1),
        _AGAINST,
    ),
    Question(
        "the evidence against it",
        against.comparisons,
        bare_evidence.COMPARISONS,
        _most_in_a_region,
        _most_met,
        _AGAINST,
    ),
    Question(
        "deals to learn from",
        separation.population,
        bare_evidence.POPULATION,
        lambda row: float(row["deals"]),
        column(2),
    ),
)

#: What depends on the load alone is asked once after it, and is known to all questions above.
ONCE = (
    Question("stages (once a load)", funnel.stages, bare.STAGES, lambda _: 0.0, lambda _: 0.0),
    Question(
        "late limits (once a load)",
        funnel.stage_age_limits,
        bare.AGE_LIMITS,
        total("won_days_p75"),
        column(1),
    ),
)


def compared(settings: Settings, *, runs: int) -> Iterator[Compared]:
    """Every question and its bare SQL in turns, each time with nothing kept but what is asked once a load."""
    warehouse = Warehouse(settings)
    try:
        database = warehouse.database()
        values = parameters(database)
        for question in (*QUESTIONS, *winloss.QUESTIONS, *EVIDENCE, *drills(database), *ONCE):
            yield _compared(question, database, values, runs)
    finally:
        warehouse.close()


def _compared(question: Question, database: Database, values: dict[str, Any], runs: int) -> Compared:
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None

        def sql() -> Rows:
            return [raw.execute(text, _used(text, values)).fetchall() for text in question.sql]  # type: ignore[attr-defined]

        def ask() -> Any:
            fresh = replace(database, cache=prepared.pop())
            with reading(fresh):
                return question.answer()

        def prepare() -> ByteCache:
            known = ByteCache(64 * 2**20)
            if question not in ONCE:
                with reading(replace(database, cache=known)):
                    once_a_load()
            return known

        prepared = [prepare() for _ in range(runs + 2)]
        _refuse_different(question, ask(), sql())
        ask()
        asked, plain = interleaved([ask, sql], runs=runs)
    return Compared(question.name, asked, plain, question.slack)


def once_a_load() -> None:
    """Asks what depends on the load alone."""
    funnel.stages(WHOLE, scope=EVERYTHING)
    funnel.stage_age_limits(WHOLE, scope=EVERYTHING)
    balances.open_deals_at(date(2000, 1, 1))
    spread_of(WHOLE)
    for name in ("region", "office", "rep", "product_category"):
        attainment.labels(name)


def _refuse_different(question: Question, answer: Any, found: Rows) -> None:
    asked, plain = question.sum_asked(answer), question.sum_bare(found)
    if abs(asked - plain) > 1e-6 * max(abs(asked), abs(plain), 1):
        raise AssertionError(f"{question.name}: the question says {asked:,.4f}, the bare SQL {plain:,.4f}")


def _used(sql: str, values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in re.findall(r"\$(\w+)", sql)}


def parameters(database: Database) -> dict[str, Any]:
    """The values of the bare statements' parameters: days, the pipeline, the limits of being late."""
    with reading(database):
        day, period, cohort = database.as_of, headline.period_of(WHOLE), funnel.cohort_period(WHOLE)
        steps = funnel.stages(WHOLE, scope=EVERYTHING)
        limits = funnel.stage_age_limits(WHOLE, scope=EVERYTHING).dropna()
        (year_before, recent), evidence = halves(WHOLE), evidence_period(WHOLE)
    before, last_year = period.previous(), period.last_year()
    assert before is not None and last_year is not None
    year = fiscal_start(day, 12, database.first_month)
    quarter = fiscal_start(day + timedelta(days=1), 3, database.first_month)
    values: dict[str, Any] = {
        "as_of": day,
        "year_ago": months_later(_next(day), -12),
        "cohort_start": cohort.start,
        "cohort_end": cohort.end,
        "pipeline": steps["pipeline"].iloc[0],
        "start": period.start,
        "end": period.end,
        "previous_start": before.start,
        "previous_end": before.end,
        "last_year_start": last_year.start,
        "last_year_end": last_year.end,
        "stages": list(limits["stage"]),
        "late_days": [float(days) * funnel.LATE_INDEX for days in limits["won_days_p75"]],
        "four_quarters_ago": months_later(quarter, -12),
        "quarters_end": quarter - timedelta(days=1),
        "course_start": months_later(day.replace(day=1), -11),
        "year_start": year,
        "last_year_first": months_later(year, -12),
        "last_year_last": months_later(_month_after(day), -12) - timedelta(days=1),
        "quarter_end": months_later(quarter, 3),
        "rival": RIVAL,
        "before_start": year_before.start,
        "before_end": year_before.end,
        "recent_start": recent.start,
        "evidence_end": evidence.end,
    }
    for number in range(QUARTERS):
        start = months_later(quarter, -3 * (QUARTERS - number))
        values |= {
            f"q{number}": start,
            f"e{number}": months_later(start, 3) - timedelta(days=1),
            f"b{number}": months_later(start, -12),
            f"f{number}": months_later(start, -9) - timedelta(days=1),
            f"y{number}": months_later(start, -12),
        }
    return values


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _month_after(day: date) -> date:
    return months_later(day.replace(day=1), 1)
