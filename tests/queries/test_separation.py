"""What separates wins from losses over the made-up company: counts that add up to their lists, scopes that hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from queries.engine import Database, reading
from queries.evidence_window import evidence_period
from queries.row_list import deals_behind, total_behind
from queries.rows import Behind
from queries.rules import parse_rule
from queries.scope import EVERYTHING, Scope
from queries.separation import Separation, counted, population, sampled, separation
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.rows import deal

RULES = ["region=East;quoted=1", "region=East;quoted=0", "region!East;amount>100000", "region!East;amount<100000"]


@pytest.fixture
def company(demo: Database) -> Iterator[Database]:
    with reading(demo):
        yield demo


def behind(rule: str) -> Behind:
    found = Behind.parse(f"separates|rule:{rule}")
    assert found is not None, rule
    return found


def rows_of(slice_: Slice, scope: Scope = EVERYTHING) -> list[dict[str, int]]:
    rules = [rule for text in RULES if (rule := parse_rule(text)) is not None]
    return counted(rules, slice_, scope=scope, is_dated=True)


@pytest.mark.usefixtures("company")
class TestCounts:
    @pytest.mark.parametrize("query", ["", "region=North", "as_of=2026-03-31", "period=all", "period=2025"])
    def test_leaves_add_up_and_each_has_its_list(self, query: str) -> None:
        slice_ = Slice.from_search(query)
        leaves, whole = rows_of(slice_), population(slice_, scope=EVERYTHING)
        assert sum(leaf["deals"] for leaf in leaves) == whole["deals"] > 0
        assert sum(leaf["won"] for leaf in leaves) == whole["won"]
        for leaf in leaves:
            total = total_behind(behind(leaf["rule"]), slice_, scope=EVERYTHING).iloc[0]
            assert total["deals"] == leaf["deals"], leaf
        listed = deals_behind(behind(leaves[-1]["rule"]), slice_, scope=EVERYTHING, limit=None)
        assert (listed["status"] == "won").sum() == leaves[-1]["won"] and len(listed) == leaves[-1]["deals"]

    def test_a_scope_sees_its_own_deals_alone(self) -> None:
        north = rows_of(Slice(), Scope.only(region="North"))
        assert [leaf["deals"] for leaf in north][:2] == [0, 0]
        filtered = rows_of(Slice().with_filter("region", ["North"]))
        assert [leaf["deals"] for leaf in north] == [leaf["deals"] for leaf in filtered]

    def test_the_sample_is_the_same_each_time_and_no_larger_than_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        deals = int(population(Slice(), scope=EVERYTHING)["deals"])
        monkeypatch.setattr("queries.separation.SAMPLE", deals // 3)
        once, again = (sampled(Slice(), scope=EVERYTHING, is_dated=True, deals=deals) for _ in range(2))
        assert list(once["opportunity_id"]) == list(again["opportunity_id"])
        assert len(once) == pytest.approx(deals / 3, rel=0.25)

    def test_what_was_learnt_survives_being_written(self) -> None:
        found = separation(Slice(), scope=EVERYTHING)
        assert found.verdict in {"fine", "weak"} and found.learnt + found.tried == found.deals
        assert Separation.from_json(found.to_json()) == found

    def test_a_list_of_no_rule_is_refused(self) -> None:
        for text in ("separates|rule:nonsense", "separates|rule:amount=5", "won_count|rule:all", "separates|span:both"):
            assert Behind.parse(text) is None


def test_deals_decided_early_are_counted_but_left_out(make_company: MakeCompany) -> None:
    rows = [
        deal("early", "won", created_on=date(2026, 7, 1), closed_on=date(2026, 7, 31)),
        deal("late", "lost", created_on=date(2026, 7, 1), closed_on=date(2026, 8, 1)),
        deal("open", created_on=date(2026, 7, 1)),
    ]
    with reading(make_company(opportunities=rows)):
        found = population(Slice(), scope=EVERYTHING)
        assert separation(Slice(), scope=EVERYTHING) == Separation("few", deals=1, won=0, early=1)
    assert found.to_dict() == {"deals": 1, "won": 0, "early": 1, "is_dated": True}


def test_a_source_without_days_is_looked_at_as_a_whole(make_company: MakeCompany) -> None:
    rows = [deal(f"d{n}", "won" if n < 2 else "lost", created_on=None, closed_on=None) for n in range(3)]
    with reading(make_company(opportunities=rows)):
        slice_ = replace(Slice(), period="all")
        assert population(slice_, scope=EVERYTHING).to_dict() == {"deals": 3, "won": 2, "early": 0, "is_dated": False}
        assert total_behind(behind("region=East"), slice_, scope=EVERYTHING)["deals"].iloc[0] == 3
        assert evidence_period(slice_).start is None


def test_nothing_there_is_too_few(make_company: MakeCompany) -> None:
    with reading(make_company()):
        assert separation(Slice(), scope=EVERYTHING).verdict == "few"
