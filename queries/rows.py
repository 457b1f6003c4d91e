"""The rows behind a number: the deals that a bar, a stage or a key number is made of, adding up to it.

What was clicked is spelled `population|dimension:key|dimension:key`, so that it fits in an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, and_, false, literal, select

from queries import forecast, tested
from queries.engine import current
from queries.evidence_window import SPANS, evidence_period, span_of
from queries.funnel import (
    CRITICAL_INDEX,
    LATE_INDEX,
    cohort_period,
    is_late,
    pipeline_of,
    stage_age_limits,
    stages,
)
from queries.headline import period_of
from queries.in_play import REACHED, is_position, reached_from
from queries.periods import Period
from queries.rules import parse_rule
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import OPPORTUNITIES, PASSAGES, SALES
from queries.semantic.model import AnyMeasure, Expression, Measure, Ratio
from queries.separation import separated
from queries.slices import Slice
from queries.slipping import SLIPPING, slipping
from queries.source import Source, conditions
from queries.stage_sums import recent_period

#: Populations that are no measure of the vocabulary, with the measure that each is a part of.
POPULATIONS = {
    "reached": m.opportunity_count,
    "dropped": m.opportunity_count,
    "stock": m.open_count,
    "late": m.open_count,
    "critical": m.open_count,
    "pushed": m.open_count,
    "past": m.open_count,
    "slipping": m.open_count,
    "passed": m.opportunity_count,
    "landing": m.open_amount,
    "expected": m.open_amount,
    "came": m.won_amount,
    "said_funnel": m.open_amount,
    "said_weighted": m.open_amount,
    "separates": m.decided_count,
    "faced": m.decided_count,
    "opened": m.opportunity_count,
}
_FORECASTS = {"landing", "expected"}
#: How the names of measures begin that count lost deals alone.
_LOST = ("lost_", "rejected_", "no_decision_", "idle_", "reasoned_")
_LATE = {"late": LATE_INDEX, "critical": CRITICAL_INDEX}
#: What a back-test holds against each other; always of a quarter.
_SAID = {"said_funnel", "said_weighted"}
_TESTED = {"came", *_SAID}
#: Of the two years that evidence is of, or of one of them.
_EVIDENCE = {"faced", "opened"}
_MEASURED = {name for name, x in m.MEASURES.items() if x.fact in (OPPORTUNITIES, SALES)}

#: Columns of the list by what kind of deals it holds.
COLUMNS = {
    "open": ("name", "account", "rep", "region", "stage", "amount", "expected_close_on", "active_days_in_stage",
             "age_index", "push_count"),
    "weighted": ("name", "account", "rep", "stage", "amount", "weight", "expected_close_on", "active_days_in_stage"),
    "won": ("name", "account", "rep", "region", "product", "amount", "created_on", "closed_on", "cycle_days"),
    "lost": ("name", "account", "rep", "region", "stage", "amount", "created_on", "closed_on", "close_reason"),
    "any": ("name", "account", "rep", "region", "stage", "status", "amount", "created_on", "closed_on"),
    "sales": ("sold_on", "name", "account", "rep", "region", "product", "channel", "amount", "credit_share"),
}  # fmt: skip
MONEY = {"amount", "weight"}
DAYS = {"active_days_in_stage", "cycle_days", "push_count"}
SHARES = {"credit_share"}
DATES = {"created_on", "closed_on", "expected_close_on", "sold_on"}

#: Of which several members may be asked for at once: what a figure takes together as "others".
SEVERAL = {"winner", "close_reason", "competition"}

#: Where a member begins in the spelling; a name may hold the sign itself.
_NEXT = re.compile(rf"\|(?=(?:landing|rule|span|{REACHED}|{'|'.join(d.DIMENSIONS)}):)")


@dataclass(frozen=True)
class Behind:
    """What was clicked: a population or a measure, at members of dimensions."""

    population: str
    at: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Behind | None:
        """Reads `stock|stage:s2`; None for anything else."""
        population, *parts = _NEXT.split(text)
        if population not in POPULATIONS and population not in _MEASURED:
            return None
        at = tuple((name, key) for name, _, key in (part.partition(":") for part in parts))
        behind = cls(population, at)
        if population in _TESTED and "quarter" not in behind.key:
            return None
        single = [name for name, _ in at if name not in SEVERAL]
        is_clear = len(set(single)) == len(single) and len(set(at)) == len(at)
        return behind if is_clear and all(behind._may_be_at(*member) for member in at) else None

    def _may_be_at(self, name: str, key: str) -> bool:
        if not key:
            return False
        if name == "landing":
            return self.population in _FORECASTS
        if name == "rule":
            return self.population == "separates" and parse_rule(key) is not None
        if name == "span":
            return self.population in _EVIDENCE and key in SPANS
        if name == "quarter" and self.population in _TESTED:
            return True
        if name == REACHED:
            return self.population not in POPULATIONS and is_position(key) and measure_of(self).fact is OPPORTUNITIES
        return not d.DIMENSIONS[name].of_date or measure_of(self).date is not None

    def __str__(self) -> str:
        """The spelling that `parse` reads."""
        return "|".join([self.population, *(f"{name}:{key}" for name, key in self.at)])

    @property
    def key(self) -> dict[str, str]:
        """Member by dimension."""
        return dict(self.at)


@dataclass(frozen=True)
class Chosen:
    """The rows behind a number as SQL: where from, which, what one row adds, and which columns suit them."""

    source: Source
    where: tuple[ColumnElement[bool], ...]
    weight: ColumnElement[Any]
    columns: tuple[str, ...]


def chosen(behind: Behind, slice_: Slice, *, scope: Scope) -> Chosen:
    """Finds the rows; the same predicates that made the number."""
    measure, period, rows, extra, weight = _meaning(behind, slice_, scope)
    if behind.population == "passed":
        slice_ = Slice(as_of=slice_.as_of)  # filters are about the passage, which `rows` sees to
    quarter = tested.quarter_of(behind.key["quarter"]) if behind.population in _SAID else None
    if quarter is not None:
        slice_ = tested.evening_before(quarter, slice_)
    source = Source.of(SALES if measure.fact is SALES else OPPORTUNITIES, slice_, measure.date)
    table = source.table
    where = [*conditions(source, slice_=slice_, scope=scope, period=period, extra=extra), rows(table)]
    return Chosen(source, tuple(where), weight(table), COLUMNS[kind_of(behind)])


_Meaning = tuple[Measure, Period | None, Expression, list[tuple[str, Any]], Expression]


def _meaning(behind: Behind, slice_: Slice, scope: Scope) -> _Meaning:
    name, key = behind.population, behind.key
    if name in _FORECASTS:
        return _forecast(behind, slice_, scope)
    if name in _TESTED:
        return _tested(behind, slice_, scope)
    extra = together((k, v) for k, v in behind.at if k not in {"stage", REACHED})
    extra += reached_from(int(key[REACHED])) if REACHED in key else []
    if name in {"reached", "dropped"}:
        steps = stages(slice_, scope=scope)
        rows = _reached(steps, key.get("stage"), dropped=name == "dropped")
        return m.opportunity_count, cohort_period(slice_), rows, [*extra, *pipeline_of(steps)], _amount
    if name == "separates":
        return _separated(behind, slice_, scope)
    if name in _EVIDENCE:
        spanned, counted = span_of(slice_, key.get("span", "both")), POPULATIONS[name]
        return counted, spanned, counted.rows, [(k, v) for k, v in key.items() if k != "span"], _amount
    if name == "passed":
        return m.opportunity_count, None, _passed(behind, slice_, scope), [], _amount
    extra += [("stage", key["stage"])] if "stage" in key else []
    if name in _LATE:
        return m.open_count, None, is_late(stage_age_limits(slice_, scope=scope), _LATE[name]), extra, _amount
    if name in SLIPPING:
        return m.open_count, None, slipping(name, slice_, scope=scope), extra, _amount
    if name == "stock":
        return m.open_count, None, m.open_count.rows, extra, _amount
    measure, period = m.MEASURES[name], _period(behind, slice_)
    basic = measure.under if isinstance(measure, Ratio) else measure
    if not isinstance(measure, Ratio) and measure.additive:
        return basic, period, basic.rows, extra, basic.weight or _one
    if basic.aggregate != "count" and isinstance(measure, Ratio):
        basic = measure.over
    return basic, period, basic.rows, extra, _amount


def together(at: Iterable[tuple[str, str]]) -> list[tuple[str, Any]]:
    """Members by dimension: of one that is named more than once, any of them."""
    found: dict[str, list[str]] = {}
    for name, key in at:
        found.setdefault(name, []).append(key)
    return list(found.items())


def _period(behind: Behind, slice_: Slice) -> Period:
    """The slice's period; a month, quarter or year that was clicked stands by itself, in whichever period it lies."""
    if not any(name != REACHED and d.DIMENSIONS[name].of_date for name, _ in behind.at):
        return period_of(slice_)
    day = slice_.as_of or current().as_of
    return Period("range", date.min, day, day)


def _forecast(behind: Behind, slice_: Slice, scope: Scope) -> _Meaning:
    rows, weight = forecast.deals_landing(
        slice_,
        scope=scope,
        method="funnel" if behind.population == "landing" else "weighted",
        month=behind.key.get("landing"),
        stage=behind.key.get("stage"),
    )
    extra = [(k, v) for k, v in behind.at if k not in {"landing", "stage"}]
    return m.open_amount, None, rows, extra, weight


def _tested(behind: Behind, slice_: Slice, scope: Scope) -> _Meaning:
    """Of a quarter, as `backtest` counts them: deals won in it that existed before, or what a method saw coming."""
    quarter, extra = tested.quarter_of(behind.key["quarter"]), [(k, v) for k, v in behind.at if k != "quarter"]
    if quarter is None:
        return m.won_amount, None, tested.nothing, extra, _one
    if behind.population == "came":
        extra += pipeline_of(stages(slice_, scope=scope))
        return m.won_amount, quarter, tested.came(quarter), extra, _amount
    then, method = tested.evening_before(quarter, slice_), behind.population.removeprefix("said_")
    rows, weight = tested.seen_coming(quarter, then, scope=scope, method=method)
    return m.open_amount, None, rows, extra, weight


def _separated(behind: Behind, slice_: Slice, scope: Scope) -> _Meaning:
    """Of the deals that separation counts those that a rule holds for."""
    rule = parse_rule(behind.key.get("rule", "all")) or ()
    extra = [(k, v) for k, v in behind.at if k != "rule"]
    return m.decided_count, evidence_period(slice_), separated(rule, slice_, scope=scope), extra, _amount


def _one(_: FromClause) -> ColumnElement[int]:
    return literal(1)


def _amount(t: FromClause) -> ColumnElement[Any]:
    return t.c.amount


def _reached(steps: pd.DataFrame, stage: str | None, *, dropped: bool) -> Expression:
    """Deals that came to the stage (without one: to the first), or to the one before it and no further."""
    places = dict(zip(steps["stage"], steps["position"].astype(int), strict=True))
    position = min(places.values(), default=None) if stage is None else places.get(stage)
    before = [place for place in places.values() if position is not None and place < position]
    if position is None or (dropped and not before):
        return lambda _: false()
    if dropped:
        return lambda t: and_(t.c.furthest_position >= max(before), t.c.furthest_position < position)
    return lambda t: t.c.furthest_position >= position


def _passed(behind: Behind, slice_: Slice, scope: Scope) -> Expression:
    """Deals that left the stage in the last twelve months, as `funnel.stage_passage` counts them."""
    source = Source.of(PASSAGES, slice_, m.stage_exits.date)
    asked: dict[str, Any] = {"slice_": slice_, "scope": scope, "extra": behind.at}
    where = conditions(source, period=recent_period(slice_), **asked)
    left = select(source.table.c.opportunity_id).where(*where, m.stage_exits.rows(source.table))
    return lambda t: t.c.opportunity_id.in_(left)


def measure_of(behind: Behind) -> AnyMeasure:
    """The measure of the vocabulary that the number is, or is a part of."""
    return POPULATIONS.get(behind.population) or m.MEASURES[behind.population]


def kind_of(behind: Behind) -> str:
    """Which of COLUMNS suit the rows."""
    if behind.population in {*_FORECASTS, *_SAID, "weighted_pipeline"}:
        return "weighted"
    measure = measure_of(behind)
    if measure.fact is SALES:
        return "sales"
    if measure.date is None:
        return "open"
    if measure.name.startswith(_LOST):
        return "lost"
    return "won" if measure.name.startswith("won_") else "any"
