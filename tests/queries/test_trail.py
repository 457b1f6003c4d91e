"""The trail as pages ask for it: the statement about it, what an address names, what a viewer may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from planning.adjustments import Adjustment
from planning.curves import curve
from planning.plan import Node, Plan
from planning.rights import Planner
from planning.scenarios import Scenarios
from planning.trail import Asked
from queries import trail as t
from queries.engine import Database, current, reading
from queries.findings import Finding
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.planned import COMPANY, PLAN
from tests.rows import with_targets

MEI = Planner("Mei Lan")
EVEN = curve("linear", first=date(2025, 1, 1), working=np.ones(1500, bool), months=np.zeros(1500, int), shares=None)
NEWEST = datetime(2026, 11, 25, 14, 2, tzinfo=UTC)
FORCE = {"year": 2026, "number": 2, "since": date(2026, 11, 24)}


def counts(*lines: tuple[str, str, int]) -> pd.DataFrame:
    """Who, what, how often."""
    made = pd.DataFrame(lines, columns=["who", "kind", "count"])
    return made.assign(last_at=pd.Timestamp(NEWEST))


def test_nothing_was_done():
    assert t.lately(pd.DataFrame(), pd.DataFrame(), FORCE).name == "trail.nothing"


def test_changes_are_counted_with_who_made_them_and_comments_are_none():
    whole = counts(("Mei", "adjusted", 9), ("Lin", "commented", 3))
    since = counts(("Mei", "adjusted", 2), ("Lin", "published", 1), ("Ann", "commented", 3), ("Ann", "entered", 1))
    found = t.lately(whole, since, FORCE)
    assert found == Finding("trail.forced", 1.0, {"count": 3, "people": 2, "day": date(2026, 11, 25), **FORCE})
    assert t.lately(whole, since, {}).name == "trail.unforced"
    assert t.lately(whole, whole[whole["kind"] == "commented"], FORCE).values["count"] == 0


def test_of_what_is_in_force_the_last_to_come_is_named():
    stamps = pd.to_datetime(["2026-01-02", "2026-11-24", "2026-12-01"], utc=True)
    listed = pd.DataFrame(
        {
            "state": ["published", "published", "superseded"],
            "fiscal_year": [2027, 2026, 2026],
            "number": [1, 2, 1],
            "published_at": stamps,
        }
    )
    assert t.in_force(listed) == FORCE
    assert t.in_force(listed.tail(1)) == {}


def test_an_address_names_a_part():
    assert t.asked_of(Slice()) == Asked()
    query = Slice.from_search("version=7&who=Mei+Lan&kind=handed_down&page=2")
    assert t.asked_of(query) == Asked(7, "Mei Lan", "handed down")
    assert not query.dropped and query.to_query() == "kind=handed_down&page=2&version=7&who=Mei+Lan"
    assert query.asked() == Slice()  # nor do links to other pages carry it
    assert Slice.from_search("kind=taken in&page=0&version=-1").dropped == ("kind=taken in", "page=0", "version=-1")


@pytest.fixture(scope="module")
def plain(make_lasting_company: MakeCompany) -> Database:
    return make_lasting_company(**COMPANY)


@pytest.fixture
def worked(plain: Database) -> Iterator[int]:
    """A plan in which East was changed by its reps, North was locked, the whole was raised, and amounts came in."""
    with reading(with_targets(plain, PLAN)) as database:
        assert database.targets is not None
        kept = Scenarios(database.targets.ledger)
        base = Plan.of(database.targets.ledger.rows(1), EVEN)
        now = kept.begin(1, name="What if", viewer=MEI)
        at = next(plane.name for plane in base.planes if "rep" in plane.covered)
        made = [
            Adjustment(
                "scale", at, Node.of(region="East"), by="rep", members=("r1",), share=Decimal("0.1"), reason="x"
            ),
            Adjustment("lock", at, by="region", members=("North",)),
            Adjustment("scale", at, share=Decimal("0.1")),
        ]
        for one in made:
            now, base = kept.adjust(now.version_id, [one], plan=base, viewer=MEI, expected_revision=now.revision)
        month = (date(2026, 7, 1), date(2026, 7, 31))
        kept.enter(now.version_id, "region", [("East", Decimal(3))], month, viewer=MEI, note="y")
        kept.hand_down(now.version_id, "region", "East", viewer=MEI)
        yield now.version_id


def seen(scope: Scope) -> list[tuple[str, bool]]:
    """What was done to the plan, the last first, and whether it is hidden."""
    found = t.done(Slice.from_search("version=2"), scope=scope)
    return list(zip(found["kind"], found["is_hidden"], strict=True))


@pytest.mark.usefixtures("worked")
def test_a_viewer_sees_the_changes_within_their_part() -> None:
    kinds = ["handed down", "entered", "adjusted", "adjusted", "adjusted", "drafted"]
    assert seen(EVERYTHING) == [(kind, False) for kind in kinds]
    assert [hidden for _, hidden in seen(Scope.only(region="East"))] == [False, False, True, True, False, False]
    assert [hidden for _, hidden in seen(Scope.only(region="North"))] == [True, True, True, False, True, False]
    found = t.done(Slice.from_search("version=2"), scope=Scope.only(region="South"))
    gone = found[found["is_hidden"]]
    assert len(gone) == 5
    for name in ("adjustment", "reason", "dimension", "member", "amount", "detail"):
        assert gone[name].isna().all()


def test_the_statement_of_what_was_really_done(worked: int) -> None:
    found = t.standing(Slice())
    # In force: drafted, submitted, approved, published; the plan: begun, changed three times, handed down.
    assert found.values["count"] == 9 and found.values["people"] == 1
    assert datetime.now(UTC).date() - found.values["day"] <= timedelta(days=1)
    assert (found.values["year"], found.values["number"]) == (2026, 1)
    assert t.standing(Slice.from_search(f"version={worked}")).values["count"] == 5
    assert t.standing(Slice.from_search("who=nobody")).name == "trail.nothing"
    assert t.mark()[1] == 3


def test_without_a_ledger_there_is_nothing(plain: Database) -> None:
    with reading(plain):
        assert current().targets is None
        assert t.done(Slice(), scope=EVERYTHING).empty
        assert t.trail(Slice(), scope=EVERYTHING).lines.empty
        assert (t.standing(Slice()).name, t.mark(), len(t.versions())) == ("trail.nothing", (), 0)
