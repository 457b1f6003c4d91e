"""Which deals are evidence: two years of them, because a quarter decides too little to say what separates anything."""

from __future__ import annotations

from datetime import date, timedelta

from queries.engine import current
from queries.headline import period_of
from queries.periods import Period, months_later
from queries.slices import Slice

#: Months whose deals are looked at together, and the halves of them that are held against each other.
MONTHS, HALF = 24, 12


def last_day(slice_: Slice) -> date | None:
    """The last day that counts: the end of the slice's period, at most the as-of day; None for all time."""
    end = period_of(slice_).end
    return None if end is None else min(end, slice_.as_of or current().as_of)


def evidence_period(slice_: Slice) -> Period:
    """The two years up to the end of the slice's period; all time where that is asked for."""
    last = last_day(slice_)
    return Period("all", None, None, None) if last is None else _months_to(last, MONTHS)


def halves(slice_: Slice) -> tuple[Period, Period]:
    """The twelve months before and the last twelve; of all time those up to the as-of day."""
    last = last_day(slice_) or slice_.as_of or current().as_of
    recent = _months_to(last, HALF)
    assert recent.start is not None
    return _months_to(recent.start - timedelta(days=1), HALF), recent


def _months_to(last: date, months: int) -> Period:
    return Period("range", months_later(last + timedelta(days=1), -months), last, last)


#: The spans of the evidence that a list may be of.
SPANS = ("both", "recent", "before")


def span_of(slice_: Slice, name: str) -> Period:
    """One of SPANS as a period."""
    before, recent = halves(slice_)
    return {"before": before, "recent": recent}.get(name) or evidence_period(slice_)
