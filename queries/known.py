"""What is known of a deal early on: the facts that may tell wins from losses, as they stood at a fixed day.

That day is the evening of `EARLY_DAYS` after creation, the same for every deal, and only deals that were decided later
are looked at. So nothing that the outcome writes can be among the facts: no last stage, no amount corrected at the
signature, no quote, visit or competitor of later days, no reason, no review, no length of the cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    type_coerce,
)

from crm import schema
from queries.periods import Period
from queries.records import OPENED, RECORDS
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic.facts import OPPORTUNITIES
from queries.semantic.measures import decided_count
from queries.semantic.model import Dimension
from queries.slices import Slice
from queries.source import Source, conditions

#: Days after its creation at which a deal is looked at.
EARLY_DAYS = 30
Kind = Literal["member", "number", "flag"]


@dataclass(frozen=True)
class Deals:
    """The deals to be looked at, and what is joined to them on demand, each table once."""

    source: Source
    joined: dict[str, FromClause] = field(default_factory=dict)

    @property
    def table(self) -> FromClause:
        """The deals themselves."""
        return self.source.table

    def join(self, name: str, make: Callable[[Deals], tuple[FromClause, ColumnElement[bool]]]) -> FromClause:
        """What `make` says is to be joined under that name."""
        if name not in self.joined:
            table, on = make(self)
            self.joined[name] = table
            self.joined["*"] = self.everything.outerjoin(table, on)
        return self.joined[name]

    @property
    def everything(self) -> FromClause:
        """The deals with all that was joined."""
        return self.joined.get("*", self.table)

    def early(self) -> ColumnElement[Any]:
        """The last day that is looked at."""
        return self.table.c.created_on + EARLY_DAYS


Expression = Callable[[Deals], ColumnElement[Any]]


@dataclass(frozen=True)
class Fact:
    """One fact known early: a member of a dimension, a number, or whether something had happened (never null)."""

    name: str
    kind: Kind
    expression: Expression
    is_dated: bool = True  # needs the day of creation
    step: float = 1.0  # of a number: by how much more the odds are told; 0: by twice as much


def _then(deals: Deals) -> FromClause:
    """The deal's state on the evening of the day; unknown where only its creation and close are recorded."""

    def make(of: Deals) -> tuple[FromClause, ColumnElement[bool]]:
        history, deal = schema.opportunity_history, schema.opportunities.alias("looked_at")
        next_day = deal.c.created_on + (EARLY_DAYS + 1)
        kept = [history.c[name] for name in ("opportunity_id", "stage_id", "amount", "expected_close_on", "rep_id")]
        # A join of its own, because an outer join by an interval is the slowest there is.
        then = (
            select(*kept)
            .join(deal, deal.c.opportunity_id == history.c.opportunity_id)
            .where(
                history.c.is_derived.is_not(True),
                history.c.valid_from < next_day,
                or_(history.c.valid_to.is_(None), history.c.valid_to >= next_day),
            )
            .subquery("then")
        )
        return then, then.c.opportunity_id == of.table.c.opportunity_id

    return deals.join("then", make)


def _first(table: Any, day: str, name: str) -> Callable[[Deals], tuple[FromClause, ColumnElement[bool]]]:
    """The first day of something that belongs to deals."""
    first = select(table.c.opportunity_id, func.min(table.c[day]).label("day")).group_by(table.c.opportunity_id)
    made = first.subquery(name)
    return lambda of: (made, made.c.opportunity_id == of.table.c.opportunity_id)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(condition, false())


def _quoted(deals: Deals) -> ColumnElement[bool]:
    first = deals.join("first_quotes", _first(schema.quotes, "quoted_on", "first_quotes"))
    return _flag(first.c.day <= deals.early())


def _rival(deals: Deals) -> ColumnElement[Any]:
    """The competitor that was named first, if any was by then; of several on one day the first by key."""

    def make(of: Deals) -> tuple[FromClause, ColumnElement[bool]]:
        named = schema.opportunity_competitors
        first = func.row_number().over(
            partition_by=named.c.opportunity_id, order_by=(named.c.named_on, named.c.competitor_id)
        )
        ranked = select(named.c.opportunity_id, named.c.competitor_id, named.c.named_on, first.label("place"))
        ranked_ = ranked.where(named.c.named_on.is_not(None)).subquery("ranked_rivals")
        made = select(ranked_).where(ranked_.c.place == 1).subquery("first_rivals")
        return made, made.c.opportunity_id == of.table.c.opportunity_id

    first = deals.join("first_rivals", make)
    return case((first.c.named_on <= deals.early(), first.c.competitor_id), else_=null())


def _record(deals: Deals) -> ColumnElement[Any]:
    """The share won of what the rep who had the deal then had decided in the twelve months before its month."""
    then = _then(deals)
    opened = deals.join("opened", lambda of: (OPENED, OPENED.c.day == of.table.c.created_on))
    is_own = and_(RECORDS.c.rep_id == then.c.rep_id, RECORDS.c.month == opened.c.month_start)
    return deals.join("record", lambda _: (RECORDS, is_own)).c.share


def _bought(deals: Deals) -> ColumnElement[bool]:
    """Whether the account had bought before the deal was created."""

    def make(of: Deals) -> tuple[FromClause, ColumnElement[bool]]:
        table = schema.opportunities
        won = select(table.c.account_id, func.min(table.c.closed_on).label("day")).where(table.c.status == "won")
        first = won.group_by(table.c.account_id).subquery("first_wins")
        return first, first.c.account_id == of.table.c.account_id

    return _flag(deals.join("first_wins", make).c.day < deals.table.c.created_on)


def _contacts(deals: Deals) -> ColumnElement[int]:
    """Visits, calls and the like that were done by the day."""

    def make(of: Deals) -> tuple[FromClause, ColumnElement[bool]]:
        done, deal = schema.activities, schema.opportunities.alias("contacted")
        made = (
            select(done.c.opportunity_id, func.count().label("count"))
            .join(deal, deal.c.opportunity_id == done.c.opportunity_id)
            .where(done.c.done_on <= deal.c.created_on + EARLY_DAYS)
            .group_by(done.c.opportunity_id)
            .subquery("contacts")
        )
        return made, made.c.opportunity_id == of.table.c.opportunity_id

    return func.coalesce(deals.join("contacts", make).c["count"], 0)


def _tenure(deals: Deals) -> ColumnElement[int]:
    """Days since the rep who had the deal then was hired."""
    then = _then(deals)
    rep = deals.join("owner", lambda _: (owner, owner.c.rep_id == then.c.rep_id))
    days = type_coerce(deals.table.c.created_on - rep.c.hired_on, Integer)
    return case((days >= 0, days), else_=null())


owner = schema.reps.alias("owner")


def _expected(deals: Deals) -> ColumnElement[int]:
    """Days from the creation to the close that was expected then."""
    return type_coerce(cast(_then(deals).c.expected_close_on, Date) - deals.table.c.created_on, Integer)


def _member(dimension: Dimension) -> Fact:
    def key(deals: Deals) -> ColumnElement[Any]:
        source = deals.source
        if source.has(dimension) and dimension.table is None:
            return source.key(dimension)
        table = source.joined(dimension)
        on = table.c[dimension.on] == source.table.c[dimension.via]
        return deals.join(table.name, lambda _: (table, on)).c[dimension.key]  # type: ignore[attr-defined]

    return Fact(dimension.name, "member", key, is_dated=False)


FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        *map(_member, (d.region, d.product_category, d.channel_kind, d.industry, d.segment, d.source, d.campaign_kind)),
        Fact("stage", "member", lambda deals: _then(deals).c.stage_id),
        Fact("amount", "number", lambda deals: _then(deals).c.amount, step=0),
        Fact("expected_days", "number", _expected, step=30),
        Fact("contacts", "number", _contacts),
        Fact("tenure", "number", _tenure, step=365),
        Fact("record", "number", _record, step=0.1),
        Fact("rival", "member", _rival),
        Fact("quoted", "flag", _quoted),
        Fact("bought", "flag", _bought),
    )
}


def decided_later(
    names: Sequence[str],
    slice_: Slice,
    *,
    scope: Scope,
    period: Period,
    is_dated: bool = True,
    where: Callable[[Deals], Sequence[ColumnElement[bool]]] | None = None,
    columns: Callable[[Deals], Sequence[ColumnElement[Any]]] | None = None,
) -> Select[Any]:
    """One row per deal won or lost in the period and after its early day: id, account, is_won, closed_on, the facts.

    `is_dated` False takes deals whose days nobody recorded; only facts that need none may then be asked for.
    `columns` replaces what is selected, such as by aggregates.
    """
    deals = Deals(Source.of(OPPORTUNITIES, slice_, "closed_on"))
    table = deals.table
    facts = [FACTS[name].expression(deals).label(name) for name in names]
    own = [table.c.opportunity_id, table.c.account_id, (table.c.status == "won").label("is_won"), table.c.closed_on]
    chosen = [*own, *facts] if columns is None else columns(deals)
    which = [*(where(deals) if where else ())]
    which += conditions(deals.source, slice_=slice_, scope=scope, period=period)
    which += [decided_count.rows(table), *([is_later(table)] if is_dated else [])]
    return select(*chosen).select_from(deals.everything).where(*which)


def is_later(table: FromClause) -> ColumnElement[bool]:
    """Whether a deal was decided after the day that is looked at."""
    return table.c.closed_on > table.c.created_on + EARLY_DAYS


def facts_for(*, is_dated: bool) -> Iterator[Fact]:
    """The facts that can be asked for."""
    return (fact for fact in FACTS.values() if is_dated or not fact.is_dated)
