"""What predicates of measures say together: every row that one of them holds for, and no condition twice."""

from __future__ import annotations

from itertools import permutations

import pytest

from queries.semantic import measures as m
from queries.semantic.facts import OPPORTUNITIES
from queries.semantic.model import Among, Measure, every, united


def said(*measures: Measure) -> str:
    predicate = united(measure.rows for measure in measures)(OPPORTUNITIES.table)
    return str(predicate.compile(compile_kwargs={"literal_binds": True})).replace("opportunities.", "")


@pytest.mark.parametrize(
    "asked", list(permutations([m.won_count, m.decided_count, m.no_decision_count, m.reasoned_count]))
)
def test_what_the_decided_hold_needs_no_condition_of_its_own(asked: tuple[Measure, ...]) -> None:
    assert said(*asked) == "status IN ('won', 'lost')"
    assert united(one.rows for one in asked) == m.decided_count.rows  # so that it counts without a filter


def test_values_of_one_column_are_asked_for_together() -> None:
    assert said(m.won_count, m.lost_count) == "status IN ('won', 'lost')"
    assert said(m.won_count, m.terminated_count, m.no_decision_count) == (
        "status IN ('won', 'terminated') OR status = 'lost' AND is_no_decision IS true"
    )


def test_nothing_is_left_out_where_no_other_holds_it() -> None:
    assert said(m.won_count, m.reviewed_count) == (
        "status = 'won' OR status IN ('won', 'lost', 'terminated') AND is_reviewed IS true"
    )
    assert united([m.won_count.rows, every]) is every


def test_what_lies_within_another_is_no_condition_beside_it() -> None:
    inner = Among("status", ("won",), within=m.no_decision_count.rows)
    assert united([inner, m.no_decision_count.rows]) is m.no_decision_count.rows
