"""Rules: their spelling, what makes a condition idle, and the same deals in SQL as over a frame."""

from __future__ import annotations

import pytest

from queries.engine import Database, frame_of, reading
from queries.evidence_window import evidence_period
from queries.known import FACTS, decided_later
from queries.rules import Condition, Rule, facts_of, parse_rule, rule_as_sql, rule_over, simplified, spelled
from queries.scope import EVERYTHING
from queries.slices import Slice

IS, NOT = Condition("region", "=", "East"), Condition("region", "!", "East")


def rule(text: str) -> Rule:
    found = parse_rule(text)
    assert found is not None, text
    return found


def test_a_rule_reads_as_it_is_spelled() -> None:
    odd = (Condition("source", "!", "a;b=c|d &ü"), Condition("amount", ">", "49000"), Condition("quoted", "=", "0"))
    assert rule(spelled(odd)) == odd
    assert spelled(odd).count(";") == 2 and "|" not in spelled(odd)
    assert rule("all") == () and spelled(()) == "all"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing=1",
        "amount=5",
        "amount>x",
        "amount>1e9",
        "quoted=2",
        "quoted>1",
        "region<East",
        "region",
        ";",
        "region=;",
    ],
)
def test_nonsense_is_no_rule(text: str) -> None:
    assert parse_rule(text) is None


def test_the_opposite_holds_where_the_condition_does_not() -> None:
    assert IS.opposite == NOT and NOT.opposite == IS
    assert Condition("amount", ">", "5").opposite == Condition("amount", "<", "5")
    assert Condition("quoted", "=", "1").opposite == Condition("quoted", "=", "0")


def test_what_a_later_condition_says_too_is_left_out() -> None:
    assert simplified(rule("record>0.35;stage=s1;record>0.41")) == rule("stage=s1;record>0.41")
    assert simplified(rule("record>0.35;record<0.41")) == rule("record>0.35;record<0.41")
    assert simplified(rule("stage!s1;stage=s2")) == rule("stage=s2")
    assert simplified(rule("stage!s1;stage!s2")) == rule("stage!s1;stage!s2")


@pytest.mark.parametrize(
    "text",
    [
        "all", "region=East", "region!East", "campaign_kind=unassigned", "campaign_kind!unassigned", "rival=unassigned",
        "stage=qualified;amount>100000", "amount<100000", "record>0.4", "record<0.4", "tenure<800;quoted=1", "quoted=0",
        "contacts>2;bought=1;source!Referral", "expected_days<100", "region=nowhere",
    ],
)  # fmt: skip
def test_sql_and_frame_mean_the_same_deals(demo: Database, text: str) -> None:
    slice_, found = Slice(), rule(text)
    with reading(demo):
        period = evidence_period(slice_)
        whole = frame_of(decided_later(list(FACTS), slice_, scope=EVERYTHING, period=period))
        chosen = frame_of(
            decided_later(
                facts_of([found]), slice_, scope=EVERYTHING, period=period, where=lambda of: rule_as_sql(found, of)
            )
        )
    assert len(whole) > 200
    assert set(chosen["opportunity_id"]) == set(whole.loc[rule_over(found, whole), "opportunity_id"])
