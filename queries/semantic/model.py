"""The three words everything is said in: Fact, Dimension, Measure. Frozen, small, without knowledge of any question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, FromClause, Table, and_, case, func, literal_column, or_, true

Format = Literal["money", "count", "share", "days", "money_per_day", "multiple"]
Better = Literal["up", "down"] | None


@dataclass(frozen=True)
class Text:
    """A phrase in both languages."""

    en: str
    zh: str

    def __getitem__(self, lang: str) -> str:
        """The phrase in `en` or `zh`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Fact:
    """A table of events or states at one grain; `as_of(day)` gives the same columns as they stood at a past day."""

    name: str
    table: FromClause
    grain: Text
    as_of: Callable[..., FromClause] | None = None
    basis: str | None = None  # the column that tells apart the same sale seen on several bases


@dataclass(frozen=True)
class Dimension:
    """Something to group and filter by.

    `via` is the fact's column. With a `table`, that column is looked up by `on` there and `key` is read from it;
    without one, the fact's own column is the key. `of_date` dimensions hang on the measure's own date instead.
    """

    name: str
    label: Text
    meaning: Text
    via: str
    table: Table | None = None
    on: str = ""
    key: str = ""
    names: tuple[str, str] | None = None
    order: str | None = None
    parent: str | None = None
    of_date: bool = False
    bridge: Table | None = None

    @property
    def is_additive(self) -> bool:
        """Whether a row has one member at most; else the numbers of the members sum to more than that of the whole."""
        return self.bridge is None

    def fits(self, fact: Fact) -> bool:
        """Whether rows of the fact have this dimension."""
        return self.of_date or (self.bridge.c if self.bridge is not None else fact.table.c).get(self.via) is not None


Expression = Callable[[FromClause], ColumnElement]


@dataclass(frozen=True)
class Among:
    """The rows whose column holds one of these values, and for which `where` holds: a predicate that can be compared
    and united with others.

    `within` is a predicate that holds for all of these rows anyway.
    """

    column: str
    values: tuple[str, ...]
    where: Expression | None = None
    within: Expression | None = None

    def __call__(self, source: FromClause) -> ColumnElement[bool]:
        """The predicate over a source."""
        column = source.c[self.column]
        among = column == self.values[0] if len(self.values) == 1 else column.in_(self.values)
        return among if self.where is None else and_(among, self.where(source))

    def covers(self, other: Expression) -> bool:
        """Whether it holds wherever the other does."""
        return (
            isinstance(other, Among)
            and other.column == self.column
            and set(other.values) <= set(self.values)
            and self.where in (None, other.where)
        )


def every(_: FromClause) -> ColumnElement[bool]:
    """All rows."""
    return true()


def united(predicates: Iterable[Expression]) -> Expression:
    """The rows that any of the predicates holds for, said as simply as it can be.

    A condition that others imply would be evaluated for each row for nothing.
    """
    distinct = list(dict.fromkeys(predicates))
    if every in distinct:
        return every
    distinct = [one for one in distinct if not (isinstance(one, Among) and one.within in distinct)]
    plain = [one for one in distinct if isinstance(one, Among) and one.where is None]
    for column in dict.fromkeys(one.column for one in plain):
        own = [one for one in plain if one.column == column]
        values = dict.fromkeys(value for one in own for value in one.values)
        whole = next((one for one in own if set(one.values) == set(values)), Among(column, tuple(values)))
        distinct = [whole, *(one for one in distinct if not whole.covers(one))]
    if len(distinct) == 1:
        return distinct[0]
    return lambda source: or_(*(one(source) for one in distinct))


Aggregate = Literal["count", "sum", "median", "p75"]
_QUANTILES = {"median": "0.5", "p75": "0.75"}


@dataclass(frozen=True)
class Measure:
    """A number with one definition.

    `date` names the fact's column that a period filter and month, quarter and year use; None is a balance, which
    stands at the as-of date and belongs to no period. `rows` restricts to the rows that the number is made of, and
    `weight` is what one row adds, so that the list behind a number adds up to it.
    """

    name: str
    fact: Fact
    label: Text
    meaning: Text
    formula: Text
    format: Format
    aggregate: Aggregate
    date: str | None
    rows: Expression
    weight: Expression | None = None
    better: Better = "up"
    left_out: Text | None = None

    @property
    def additive(self) -> bool:
        """Whether the numbers of the parts sum to the number of the whole."""
        return self.aggregate in {"count", "sum"}

    def value(self, source: FromClause, *, restricted: bool = False) -> ColumnElement:
        """The aggregate over a source that has the fact's columns; `restricted` where only `rows` are left in it."""
        if self.aggregate in _QUANTILES:
            return self._quantile(source, restricted)
        whole = func.count() if self.weight is None else func.sum(self.weight(source))
        return whole if restricted else whole.filter(self.rows(source))

    def _quantile(self, source: FromClause, restricted: bool) -> ColumnElement:
        assert self.weight is not None
        ordered = self.weight(source)
        # The order key is null outside `rows`, which quantiles pass over: FILTER after WITHIN GROUP is not portable.
        key = ordered if restricted else case((self.rows(source), ordered))
        return func.percentile_cont(literal_column(_QUANTILES[self.aggregate])).within_group(key)


@dataclass(frozen=True)
class Ratio:
    """One measure over another of the same fact: a ratio of sums, never a mean of ratios."""

    name: str
    over: Measure
    under: Measure
    label: Text
    meaning: Text
    formula: Text
    format: Format = "share"
    better: Better = "up"
    left_out: Text | None = None
    recorded: tuple[Measure, Measure] | None = None  # where the first counts any, the second must not be zero
    additive: bool = False

    @property
    def fact(self) -> Fact:
        """The one fact both parts come from."""
        return self.over.fact

    @property
    def date(self) -> str | None:
        """The date both parts are filtered by."""
        return self.over.date


def ratio(over: Measure, under: Measure, **about: object) -> Ratio:
    """Builds a Ratio; refuses parts of two facts or of two dates, which would not be about the same rows."""
    if over.fact is not under.fact:
        raise ValueError(f"{over.name} is about {over.fact.name}, {under.name} about {under.fact.name}")
    if over.date != under.date:
        raise ValueError(f"{over.name} goes by {over.date}, {under.name} by {under.date}")
    return Ratio(over=over, under=under, **about)  # type: ignore[arg-type]


AnyMeasure = Measure | Ratio
