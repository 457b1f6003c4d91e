"""Questions about what was done to targets and plans: the trail in pages, who and what there is, what stands out.

Not kept by `@question`: a draft may change without the data's version moving, so the ledger is read each time, and
`mark` says whether it has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from planning import trail as kept
from planning.adjustments import Adjustment
from planning.tables import KINDS
from planning.trail import ADJUSTED, ENTERED, Asked
from queries.engine import current
from queries.findings import Finding
from queries.scope import Scope
from queries.slices import Slice

__all__ = ["ADJUSTED", "ENTERED", "KINDS", "PAGE", "Trail", "asked_of", "done", "mark", "standing", "trail", "versions"]

#: Lines on one page.
PAGE = 100
#: The days that "lately" means: the last one, on which something was done, and those before it.
LATELY = 7
#: What changes nothing in any target.
_SAID = ("commented", "entered")
#: What is not shown of a change outside the viewer's part.
_SECRET = ("adjustment", "reason", "dimension", "member", "starts_on", "ends_on", "amount", "detail")


@dataclass(frozen=True, eq=False)
class Trail:
    """One page of the trail: its lines, whether older ones follow, and what all lines can be told apart by."""

    lines: pd.DataFrame
    has_older: bool
    counts: pd.DataFrame


def asked_of(slice_: Slice) -> Asked:
    """The part of the trail that an address names: `version`, `who`, `kind`."""
    version, who, kind = (slice_.option(name) for name in ("version", "who", "kind"))
    return Asked(int(version) if version else None, who or None, kind.replace("_", " ") or None)


def done(slice_: Slice, *, scope: Scope, size: int = PAGE) -> pd.DataFrame:
    """Up to `size` lines and one more, the last done first, beginning with the slice's `page`.

    Columns of `planning.trail.trail`, with the adjustment itself in `adjustment`, and `is_hidden`: a change that lies
    outside what the viewer may see is told, but not what it was.
    """
    targets = current().targets
    if targets is None:
        return pd.DataFrame(columns=[*kept.COLUMNS, "adjustment", "is_hidden"])
    first = (int(slice_.option("page")) - 1) * size
    found = kept.trail(targets.ledger, asked_of(slice_), limit=size + 1, offset=first)
    found["adjustment"] = [_adjustment(row) for row in found.itertuples()]
    found["is_hidden"] = [not _is_within(row, scope) for row in found.itertuples()]
    hidden = found["is_hidden"].to_numpy(bool)
    for name in _SECRET:
        found[name] = found[name].astype(object).mask(hidden, None)
    return found.drop(columns=["operation", "content", "position", "is_discarded"])


def trail(slice_: Slice, *, scope: Scope) -> Trail:
    """One page of the trail; counts are of the whole trail, by version, person and kind."""
    found = done(slice_, scope=scope)
    targets = current().targets
    counts = pd.DataFrame() if targets is None else kept.counts(targets.ledger)
    return Trail(found.head(PAGE).reset_index(drop=True), len(found) > PAGE, counts)


def mark() -> tuple[int, ...]:
    """What differs whenever the trail does."""
    targets = current().targets
    return () if targets is None else kept.mark(targets.ledger)


def versions() -> pd.DataFrame:
    """One row per version as the ledger has it now, drafts included; see `Ledger.versions`."""
    targets = current().targets
    return pd.DataFrame({"version_id": [], "state": []}) if targets is None else targets.ledger.versions()


def standing(slice_: Slice) -> Finding:
    """The trail in one statement: how much was done lately, and which targets are in force since when.

    `lately` is the seven days to the one on which something was done last: the trail itself says what today is. It
    counts what changes targets or where they stand; comments and amounts from below do not.
    """
    targets = current().targets
    if targets is None:
        return lately(pd.DataFrame(), pd.DataFrame(), {})
    whole = kept.counts(targets.ledger, asked_of(slice_))
    since = pd.DataFrame()
    if len(whole):
        newest = whole["last_at"].max()
        first = datetime.combine(newest.date() - timedelta(days=LATELY - 1), time(), newest.tzinfo)
        since = kept.counts(targets.ledger, asked_of(slice_), since=first)
    return lately(whole, since, in_force(versions()))


def lately(whole: pd.DataFrame, since: pd.DataFrame, force: Mapping[str, Any]) -> Finding:
    """The statement for counts of all that was asked for, of its last days, and what is in force.

    `trail.nothing`, `trail.unforced` or `trail.forced`, with count, people and day; of what is in force number, year
    and since.
    """
    if not len(whole):
        return Finding("trail.nothing", 1.0)
    changes = since[~since["kind"].isin(_SAID)]
    values: dict[str, Any] = {"count": int(changes["count"].sum()), "people": int(changes["who"].nunique())}
    values["day"] = whole["last_at"].max().date()
    return Finding("trail.forced" if force else "trail.unforced", 1.0, {**values, **force})


def in_force(listed: pd.DataFrame) -> dict[str, Any]:
    """The version that came into force last of those that are: year, number, since (a day); nothing where none is."""
    own = listed[listed["state"] == "published"]
    if own.empty:
        return {}
    last = own.sort_values(["published_at", "fiscal_year"], kind="stable").iloc[-1]
    since: date = last["published_at"].date()
    return {"year": int(last["fiscal_year"]), "number": int(last["number"]), "since": since}


def _adjustment(row: Any) -> Adjustment | None:
    return None if row.kind != ADJUSTED else Adjustment.from_json(row.operation, row.content, row.reason or "")


def _is_within(row: Any, scope: Scope) -> bool:
    """Whether what was changed lies within the members the viewer may see; steps of versions are for all to know."""
    named: dict[str, tuple[str | None, ...]]
    if row.kind == ENTERED:
        named = {row.dimension: (row.member,)}
    elif row.kind == "handed down" and row.dimension:
        named = {row.dimension: (row.detail,)}
    elif row.adjustment is not None:
        named = _named(row.adjustment)
    else:
        return True
    return all(name in named and set(named[name]) <= set(allowed) for name, allowed in scope.limits)


def _named(adjustment: Adjustment) -> dict[str, tuple[str | None, ...]]:
    """The members that an adjustment names, by dimension."""
    own = {adjustment.by: adjustment.members} if adjustment.by and adjustment.members else {}
    return {**dict(adjustment.node.members), **own}
