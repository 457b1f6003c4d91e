"""Plans as pages read them: the scenario that an address names, and its cells, replayed once for each state of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from planning.errors import VersionMissing
from planning.ledger import Version
from planning.plan import Plan
from planning.scenarios import Scenario, Scenarios
from queries.desk import Desk
from queries.engine import current
from queries.scope import Scope
from queries.slices import Slice
from queries.targets import working_curve


@dataclass(frozen=True, eq=False)
class Opened:
    """What a planning page shows: a plan beside the one it is compared with, and what may be done with it.

    Without a scenario it is a version that has rows, compared with itself. `number` is of the version shown, `base`
    what it begins from.
    """

    version: Version
    base_version: Version
    plan: Plan
    base: Plan
    scenario: Scenario | None

    @property
    def key(self) -> tuple[int | str, ...]:
        """What tells this state of the plan, and of what it is compared with, from all others."""
        return (
            *(self.version.version_id, self.version.revision, self.version.content_hash),
            *(self.base_version.version_id, self.base_version.content_hash),
        )

    @property
    def is_editable(self) -> bool:
        """Whether it can be changed."""
        return self.scenario is not None and self.scenario.is_draft


def scenarios() -> Scenarios | None:
    """The scenarios of the ledger that pages read; None where there is no ledger."""
    targets = current().targets
    return None if targets is None else Scenarios(targets.ledger)


def revision_of(plan: str) -> int | None:
    """How often the scenario that an address names was changed; None where there is none."""
    found = scenarios()
    if found is None or not plan:
        return None
    try:
        return found.ledger.version(int(plan)).revision
    except VersionMissing:
        return None


def revisions_of(slice_: Slice) -> tuple[int | None, ...]:
    """How often each of the plans that a slice shows or compares was changed."""
    return tuple(revision_of(plan) for plan in (slice_.option("plan"), *slice_.option("compare").split(".")))


def opened(slice_: Slice, *, scope: Scope) -> Opened | None:
    """The plan that the slice names, else the version in force in its period; None where there is neither.

    Who is limited to a part sees a plan that is worked on once that part has been handed down, and then the plan alone:
    not what it began from. Reads the ledger each time: never older than the last change; cells come from memory.
    """
    targets, found = current().targets, scenarios()
    if targets is None or found is None:
        return None
    if slice_.option("plan"):
        wanted = named(int(slice_.option("plan")), scope=scope)
        if wanted is not None:
            return wanted
    return in_force(slice_) or _version(_newest_with_rows(year_of(slice_)))


def in_force(slice_: Slice) -> Opened | None:
    """The version in force in the fiscal year that the slice's period begins in; None where there is none."""
    found = scenarios()
    # Asked of the ledger itself: who has just published a plan looks for it before readers look for news.
    return None if found is None else _version(found.ledger.in_force().get(year_of(slice_)))


def _version(version_id: int | None) -> Opened | None:
    """A version as it has rows."""
    found = scenarios()
    if version_id is None or found is None:
        return None
    version = found.ledger.version(version_id)
    plan = plan_of(version)
    return Opened(version, version, plan, plan, None)


def named(version_id: int, *, scope: Scope) -> Opened | None:
    """The scenario or version of an id, as it is now; None where there is none, or not for this viewer."""
    found = scenarios()
    if found is None:
        return None
    try:
        scenario = found.read(version_id)
    except VersionMissing:
        try:
            return _version(version_id)
        except VersionMissing:
            return None
    if not _is_handed_down(scenario, found, scope):
        return None
    base = plan_of(scenario.base)
    plan = desk().state(scenario, base) if scenario.is_draft else plan_of(scenario.version)
    if scope.limits:
        return Opened(scenario.version, scenario.version, plan, plan, scenario)
    return Opened(scenario.version, scenario.base, plan, base, scenario)


def _is_handed_down(scenario: Scenario, found: Scenarios, scope: Scope) -> bool:
    """Whether all that a person is limited to was handed down; what holds, or did, is no secret."""
    if not scope.limits or scenario.version.state in ("published", "superseded"):
        return True
    return all(members <= set(found.handed_down(scenario.version_id, name)) for name, members in scope.limits)


def plan_of(version: Version) -> Plan:
    """The cells of a version that has rows."""
    targets = current().targets
    assert targets is not None
    return desk().base(version, targets.ledger, working_curve, current().first_month)


def desk() -> Desk:
    """The process's desk."""
    targets = current().targets
    assert targets is not None
    return targets.desk


def year_of(slice_: Slice) -> int:
    """The fiscal year that a slice's period begins in, named after the calendar year in which it ends."""
    period = slice_.resolved(as_of=current().as_of, first_month=current().first_month)
    day = period.start or current().as_of
    first = current().first_month
    return day.year + (1 if first > 1 and day.month >= first else 0)


def _newest_with_rows(year: int) -> int | None:
    targets = current().targets
    assert targets is not None
    versions = targets.versions
    own = versions[(versions["fiscal_year"] == year) & versions["has_rows"]]
    return None if own.empty else int(own["version_id"].iloc[-1])


def is_same(one: Plan, other: Plan) -> bool:
    """Whether two states of plans hold the same amounts."""
    if one is other:
        return True
    pairs = zip(one.amounts, other.amounts, strict=True) if len(one.amounts) == len(other.amounts) else ()
    return bool(one.amounts) and all(np.array_equal(a, b) for a, b in pairs)


def month_starts(first: date, last: date) -> list[str]:
    """The first days of the months from one day's to another's, as planes name them."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)
    return [f"{month}-01" for month in months.astype(str)]
