"""Adjustments of a plan as sentences: "East, North +5%, parent moves, Q4 2026"; "locked Central"."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import zip_longest

from components.view import View
from components.wording import dimension_words, member_words, period_words
from planning.adjustments import Adjustment
from planning.plan import Node
from queries.periods import Period, fiscal_start, months_later
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED

#: The labels of a dimension's members by key, as `queries.attainment.labels` answers them.
Labels = Callable[[str], Mapping[str, Mapping[str, str]]]
#: So many members are named; of the others only how many more there are.
MOST_NAMED = 3
_SPANS = (("year", 12), ("quarter", 3), ("month", 1))


def step_words(view: View, adjustment: Adjustment, labels: Labels) -> str:
    """What an adjustment does, on which members: short, for a place where the rest is plain."""
    return _done(view, adjustment, labels)


def adjustment_words(view: View, adjustment: Adjustment, labels: Labels) -> str:
    """What an adjustment does, on which members, how they give way, where and when; the reason is not in it."""
    said = [
        _done(view, adjustment, labels),
        *_ways(view, adjustment),
        *_places(view, adjustment, labels),
        span_words(view, adjustment.node.starts_on, adjustment.node.ends_on),
    ]
    return view.w("words.comma").join(filter(None, said))


def node_words(view: View, node: Node, labels: Labels) -> str:
    """A part of a plan: "East, Q4 2026"; "the whole plan" where nothing narrows it."""
    said = [_names(view, name, members, labels) for name, members in node.members]
    said.append(span_words(view, node.starts_on, node.ends_on))
    return view.w("words.comma").join(filter(None, said)) or view.w("plan_words.whole")


def span_words(view: View, starts_on: date | None, ends_on: date | None) -> str:
    """The months of a node: "Q4 2026", "Oct 2026", else from which day to which; nothing for all months."""
    if starts_on is None and ends_on is None:
        return ""
    if starts_on is None or ends_on is None:
        which, day = ("until", ends_on) if starts_on is None else ("since", starts_on)
        assert day is not None
        return view.w(f"plan_words.{which}", day=view.numbers.day(day, year=True))
    for kind, months in _SPANS:
        if starts_on == fiscal_start(starts_on, months, view.first_month) and ends_on == _end(starts_on, months):
            return period_words(Period(kind, starts_on, ends_on, ends_on), view)
    return period_words(Period("range", starts_on, ends_on, ends_on), view)


def basis_words(view: View, basis: str) -> str:
    """What an allocation goes by, or which model amounts come from; a basis that has no words reads as it is."""
    key = f"plan_words.basis_{basis}"
    return view.w(key) if key in view.w else basis


def member_named(view: View, by: str, member: str | None, labels: Labels) -> str:
    """One member of a dimension; a month or a quarter, which are named by their first day, as a period."""
    if by in ("month", "quarter") and member:
        first = date.fromisoformat(member)
        return span_words(view, first, _end(first, 3 if by == "quarter" else 1))
    known = labels(by) if by in DIMENSIONS else {}
    return member_words(view, UNASSIGNED if member is None else member, known)


def _done(view: View, adjustment: Adjustment, labels: Labels) -> str:
    """The operation with its members and amounts."""
    w, numbers, operation = view.w, view.numbers, adjustment.operation
    what = _subject(view, adjustment, labels)
    if operation in ("lock", "unlock"):
        return w(f"plan_words.{operation}", what=what)
    if operation == "scale":
        return w("plan_words.more", what=what, more=numbers.signed_share(adjustment.share, _digits(adjustment.share)))
    if operation == "risk":
        return _risk(view, adjustment)
    if operation == "allocate":
        basis = basis_words(view, adjustment.basis or "typed")
        if not adjustment.amounts:
            return w("plan_words.allocated", basis=basis)
        return w("plan_words.allocated_total", amount=numbers.money(adjustment.amounts[0]), basis=basis)
    return _amounts(view, adjustment, labels, what)


def _amounts(view: View, adjustment: Adjustment, labels: Labels, what: str) -> str:
    """Members set to amounts, or with amounts more or less: together where the amount is one, else one by one."""
    w, members = view.w, adjustment.members

    def said(subject: str, amount: Decimal, each: str = "") -> str:
        if adjustment.operation == "set":
            return w(f"plan_words.set{each}", what=subject, amount=view.numbers.money(amount))
        return w(f"plan_words.more{each}", what=subject, more=view.numbers.signed_money(amount))

    if len(set(adjustment.amounts)) == 1:
        return said(what, adjustment.amounts[0], "_each" if len(members) > 1 else "")
    pairs = list(zip_longest(members, adjustment.amounts, fillvalue=Decimal(0)))[:MOST_NAMED]
    named = [said(member_named(view, adjustment.by, one, labels), amount) for one, amount in pairs]  # type: ignore[arg-type]
    return w("words.comma").join([*named, *_others(view, len(members))])


def _risk(view: View, adjustment: Adjustment) -> str:
    """A coefficient, or a padding as a share or an amount."""
    if adjustment.basis != "padding":
        return view.w("plan_words.coefficient", share=_plain(adjustment.share))
    if adjustment.amounts:
        return view.w("plan_words.padding", more=view.numbers.signed_money(adjustment.amounts[0]))
    return view.w("plan_words.padding", more=view.numbers.signed_share(adjustment.share, _digits(adjustment.share)))


def _ways(view: View, adjustment: Adjustment) -> list[str]:
    """Who gives way, over what an allocation goes and within which limits, which model amounts come from."""
    w, said = view.w, []
    if adjustment.operation in ("set", "add", "scale") and adjustment.by:
        said.append(w(f"plan_words.{adjustment.mode}"))
    if adjustment.operation == "allocate":
        if adjustment.by:
            said.append(w("plan_words.per", by=_dimension(view, adjustment.by)))
        said += [w(f"plan_words.{name}") for name in ("floors", "caps") if getattr(adjustment, name)]
    if adjustment.operation == "set" and adjustment.basis:
        said.append(basis_words(view, adjustment.basis))
    return said


def _places(view: View, adjustment: Adjustment, labels: Labels) -> list[str]:
    """The node's members, where they are not what the adjustment is said of already."""
    if not adjustment.by and adjustment.operation != "allocate" and adjustment.operation != "risk":
        return []
    named = [_names(view, name, members, labels) for name, members in adjustment.node.members if name != adjustment.by]
    return [view.w("plan_words.within", what=view.w("words.comma").join(named))] if named else []


def _subject(view: View, adjustment: Adjustment, labels: Labels) -> str:
    """The members, or without a dimension the node itself."""
    if adjustment.by:
        return _names(view, adjustment.by, adjustment.members, labels)
    return node_words(view, Node(adjustment.node.members), labels)


def _names(view: View, name: str, members: Sequence[str | None], labels: Labels) -> str:
    named = [member_named(view, name, one, labels) for one in members[:MOST_NAMED]]
    return view.w("words.comma").join([*named, *_others(view, len(members))])


def _others(view: View, count: int) -> list[str]:
    more = count - MOST_NAMED
    return [view.w("plan_words.others", count=more)] if more > 0 else []


def _dimension(view: View, by: str) -> str:
    words_of = dimension_words(by, view)
    return words_of[:1].lower() + words_of[1:]


def _end(first: date, months: int) -> date:
    return months_later(first, months) - timedelta(days=1)


def _digits(share: Decimal | None) -> int:
    """As many decimals of a percentage as somebody typed: 5 %, 2.5 %, 1.25 %; no more than two."""
    if share is None:
        return 0
    return next((digits for digits in (0, 1) if (share * 100) == round(share * 100, digits)), 2)


def _plain(share: Decimal | None) -> str:
    return "" if share is None else f"{share.normalize():f}"
