"""Slice: everything a view depends on, and its one canonical spelling in the address bar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

from planning.tables import KINDS
from queries.periods import FIRST_YEAR, LAST_YEAR, RELATIVE, Period, PeriodError, canonical, parse_period
from queries.semantic.dimensions import DIMENSIONS, FILTERS
from queries.semantic.measures import MEASURES
from queries.semantic.plan_numbers import PLAN_NUMBERS
from queries.semantic.planned import PLANNED

#: The value that stands for "none recorded" in filters, keys and addresses.
UNASSIGNED = "unassigned"
#: Longest value worth understanding; what is longer is no name of ours.
MAX_VALUE = 200
MAX_VALUES = 50
#: How many of the things nobody understood are named.
MAX_DROPPED = 50

#: What can be explained beside measures and numbers against targets.
TOPICS = (
    *("funnel_forecast", "backtest", "peers", "separation", "against"),
    *("rivals", "presence", "winback"),
)
#: What a plan's total can be shared out by.
WEIGHTS = ("ytd", "qtd", "mtd", "last_year", "last_target", "even")
_BASES = ("booking", "contract", "invoice", "receipt")
_NUMBERS = re.compile(r"\d{1,4}(\.\d{1,4})?(,\d{1,4}(\.\d{1,4})?){0,11}", re.ASCII)


def _one_of(*allowed: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, allowed)))


#: What can be explained and is no measure.
MODELS = ("funnel_forecast", "backtest", "peers", "rivals", "presence", "winback")
#: Switches that views have, each with the values it can take; the first is what holds when nothing is said.
OPTIONS: dict[str, tuple[str, re.Pattern[str]]] = {
    "basis": ("booking", _one_of(*_BASES)),
    "target": ("", re.compile(r"\d{1,9}", re.ASCII)),
    "spread": ("working", _one_of("working", "linear", "seasonal")),
    "derived": ("", _one_of("1")),
    "path": ("", re.compile(r"[a-z_]{1,20}(\.[a-z_]{1,20}){0,11}")),
    "bridge": ("", _one_of(*DIMENSIONS)),
    "heat": ("", _one_of(*DIMENSIONS)),
    "columns": ("month", _one_of(*DIMENSIONS)),
    "variance": ("absolute", _one_of("absolute", "relative")),
    "show": ("count", _one_of("count", "amount")),
    "stock": ("amount", _one_of("amount", "count")),
    "method": ("funnel", _one_of("funnel", "weighted")),
    "cohort": ("auto", re.compile(r"auto|period|last6m|last12m|all")),
    "rate": ("count", _one_of("count", "amount", "cohort")),
    "nodecision": ("in", _one_of("in", "out")),
    "inplay": ("1", re.compile(r"[1-9]\d?", re.ASCII)),
    "against": ("rate", _one_of("rate", "lost")),
    "cross": ("", _one_of(*DIMENSIONS)),
    "flow": ("amount", _one_of("amount", "count")),
    "find": ("", re.compile(r".{1,100}")),
    "rival": ("", re.compile(r".{1,200}")),
    "where": ("", re.compile(r".{1,200}")),
    "back": ("third", _one_of("tenth", "quarter", "third", "half", "all")),
    "rates": ("", _NUMBERS),
    "leads": ("", _NUMBERS),
    "plan": ("", re.compile(r"\d{1,9}", re.ASCII)),
    "compare": ("", re.compile(r"\d{1,9}(\.\d{1,9}){0,3}", re.ASCII)),
    "tree": ("region", _one_of("region", "product", "channel", "time")),
    "unfold": ("", re.compile(r".{1,300}")),
    "give": ("moves", _one_of("moves", "stays")),
    "weigh": ("ytd", _one_of(*WEIGHTS)),
    "scheme": ("", re.compile(r"[a-z0-9_]{1,40}", re.ASCII)),
    "version": ("", re.compile(r"\d{1,9}", re.ASCII)),
    "who": ("", re.compile(r".{1,120}")),
    "kind": ("", _one_of(*(kind.replace(" ", "_") for kind in KINDS))),
    "page": ("1", re.compile(r"[1-9]\d{0,4}", re.ASCII)),
    "competitor": ("", re.compile(r".{1,200}")),
    "open": ("", re.compile(r".{1,300}")),
    "explain": ("", _one_of(*MEASURES, *TOPICS, *PLANNED, *PLAN_NUMBERS)),
}
#: Switches that choose what is drawn from an answer, not what is asked.
VIEW_ONLY = (
    *("show", "stock", "method", "open", "explain", "path", "bridge", "heat", "columns", "variance"),
    *("against", "cross", "flow", "find", "rival", "where", "back", "competitor"),
    *("plan", "compare", "tree", "unfold", "give", "weigh", "scheme"),
)
#: Which part of the audit trail is looked at: no other page's links carry it.
OF_TRAIL = ("version", "who", "kind", "page")
DEFAULT_PERIOD = "qtd"
DEFAULT_BY = "region"


@dataclass(frozen=True)
class Slice:
    """A frozen view: period, as-of date, what to compare by, filters, switches.

    `dropped` names what a query string said and nobody understood; it takes no part in equality.
    """

    period: str = DEFAULT_PERIOD
    as_of: date | None = None
    by: str = DEFAULT_BY
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_search(cls, search: str | None) -> Slice:
        """Reads `?a=b&c=d`, with or without the question mark."""
        return cls.from_pairs(parse_qsl((search or "").lstrip("?"), keep_blank_values=True, errors="replace"))

    @classmethod
    def from_query(cls, query: Mapping[str, str | list[str]]) -> Slice:
        """Reads a mapping as a page's layout gets it."""
        return cls.from_pairs((k, v) for k, values in query.items() for v in _listed(values))

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Slice:
        """Reads name and value pairs, tolerantly: never an error, what makes no sense is dropped and named."""
        plain: dict[str, str] = {}
        filters: dict[str, set[str]] = {}
        dropped: list[str] = []
        for name, value in pairs:
            if _understood(name, value):
                if name in FILTERS:
                    filters.setdefault(name, set()).add(value)
                    if len(filters[name]) > MAX_VALUES:
                        filters[name].discard(value)
                        dropped.append(_shortened(f"{name}={value}"))
                else:
                    plain[name] = value
            else:
                dropped.append(_shortened(f"{name}={value}"))
        return cls(
            period=canonical(plain.pop("period", DEFAULT_PERIOD)),
            as_of=date.fromisoformat(plain.pop("as_of")) if "as_of" in plain else None,
            by=plain.pop("by", DEFAULT_BY),
            filters=tuple((name, tuple(sorted(filters[name]))) for name in FILTERS if name in filters),
            options=tuple(sorted((k, v) for k, v in plain.items() if v != OPTIONS[k][0])),
            dropped=tuple(dropped[:MAX_DROPPED]),
        )

    def to_query(self) -> str:
        """The canonical query string: fixed order, defaults left out; equal slices have equal strings."""
        pairs: list[tuple[str, str]] = []
        if self.period != DEFAULT_PERIOD:
            pairs.append(("period", self.period))
        if self.as_of:
            pairs.append(("as_of", self.as_of.isoformat()))
        if self.by != DEFAULT_BY:
            pairs.append(("by", self.by))
        pairs += [(name, value) for name, values in self.filters for value in values]
        return urlencode(pairs + list(self.options))

    def option(self, name: str) -> str:
        """A switch's value, or what holds when nothing is said."""
        return dict(self.options).get(name, OPTIONS[name][0])

    def with_option(self, name: str, value: str | None) -> Slice:
        """The slice with one switch set, or back to its default with None."""
        options = {**dict(self.options), name: value or OPTIONS[name][0]}
        return replace(self, options=tuple(sorted((k, v) for k, v in options.items() if v != OPTIONS[k][0])))

    def asked(self) -> Slice:
        """The slice as questions depend on it: switches that only choose what is drawn are at their default."""
        return replace(self, options=tuple((k, v) for k, v in self.options if k not in (*VIEW_ONLY, *OF_TRAIL)))

    def with_filter(self, name: str, values: Iterable[str]) -> Slice:
        """The slice with one dimension's filter replaced; no values lift it."""
        kept = {**dict(self.filters), name: tuple(sorted(set(values)))}
        return replace(self, filters=tuple((n, kept[n]) for n in FILTERS if kept.get(n)))

    def resolved(self, *, as_of: date, first_month: int) -> Period:
        """The period in days; an as-of date in the slice wins over the data's."""
        return parse_period(self.period, as_of=self.as_of or as_of, first_month=first_month)


def _listed(values: str | list[str]) -> list[str]:
    return values if isinstance(values, list) else [values]


def _shortened(text: str) -> str:
    """What was not understood, fit to be shown."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:80])
    return shown if len(text) <= 80 else shown[:79] + "…"


def _understood(name: str, value: str) -> bool:
    if not value or len(value) > MAX_VALUE * 2 or not value.isprintable():
        return False
    if name in FILTERS:
        return 0 < len(value.removeprefix("!")) <= MAX_VALUE
    if name == "period":
        return _is_period(value)
    if name == "as_of":
        return _is_day(value)
    if name == "by":
        return value in DIMENSIONS
    return name in OPTIONS and OPTIONS[name][1].fullmatch(value) is not None


def _is_period(text: str) -> bool:
    if text in RELATIVE:
        return True
    try:
        parse_period(text, as_of=date(2000, 1, 1))
    except PeriodError:
        return False
    return True


def _is_day(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
        return day.isoformat() == text and FIRST_YEAR <= day.year <= LAST_YEAR
    except ValueError:
        return False
