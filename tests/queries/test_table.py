"""Any measures by any dimensions, asked for by name: names in the answer, sentences where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from queries.breakdown import CannotAnswer, refuse_unfitting
from queries.engine import Database, reading
from queries.scope import EVERYTHING, Scope
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.measures import MEASURES
from queries.slices import Slice
from queries.table import named_dimensions, named_measures, records, slice_for_table, table
from tests.rows import deal


@pytest.fixture(scope="module", autouse=True)
def three(make_lasting_company) -> Iterator[Database]:
    """Won 100.25 in the East in 2025 and 50 in 2026; lost 50 in the North in 2026; no channel, no industry."""
    deals = [
        deal("a", "won", 100.25, closed_on=date(2025, 3, 1), created_on=date(2025, 1, 1)),
        deal("b", "won", 50),
        deal("c", "lost", 50, office_id="bj", rep_id="r2"),
    ]
    with reading(make_lasting_company(opportunities=deals)) as database:
        yield database


def asked(*measures: str, by: tuple[str, ...] = (), where: str = "", scope: Scope = EVERYTHING) -> list[dict]:
    answer = table(measures, by, slice_for_table(where), scope=scope)
    found = records(answer, measures)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def test_without_dimensions_one_object_of_all_time():
    assert asked("won_amount", "won_count", "win_rate", "lost_amount") == [
        {"won_amount": 150.25, "won_count": 2, "win_rate": pytest.approx(2 / 3), "lost_amount": 50}
    ]


def test_names_instead_of_keys():
    assert asked("won_count", by=("rep", "region")) == [{"rep": "Zhou Ming", "region": "East", "won_count": 2}]
    assert asked("open_count", "lost_count", by=("stage", "channel")) == [
        {"stage": "Potential", "channel": "unassigned", "open_count": 0, "lost_count": 1}
    ]


def test_null_where_not_defined():
    assert asked("win_rate", "cycle_days", where="region=Nowhere") == [{"win_rate": None, "cycle_days": None}]
    assert asked("cycle_days", "won_count", "lost_count", by=("region",))[1] == {
        "region": "North", "cycle_days": None, "won_count": 0, "lost_count": 1,
    }  # fmt: skip


def test_dates_and_years_are_plain():
    assert asked("won_amount", by=("month",)) == [
        {"month": "2025-03-01", "won_amount": 100.25},
        {"month": "2026-08-01", "won_amount": 50},
    ]
    assert [type(row["year"]) for row in asked("won_amount", by=("year",))] == [int, int]
    assert asked("won_count", by=("furthest",)) == [{"furthest": 4, "won_count": 2}]


def test_filter_period_and_scope():
    assert asked("won_amount", where="period=2026") == [{"won_amount": 50}]
    assert asked("won_amount", where="?period=2025&region=East") == [{"won_amount": 100.25}]
    assert asked("won_amount", where="region=North") == [{"won_amount": 0}]
    assert asked("lost_count", scope=Scope.only(region="East")) == [{"lost_count": 0}]


@pytest.mark.parametrize(
    ("query", "period"),
    [
        ("", "all"),
        ("period=qtd", "qtd"),
        ("region=East", "all"),
        ("account=period%3Dx", "all"),
        ("?period=2026", "2026"),
    ],
)
def test_of_all_time_unless_it_says_otherwise(query, period):
    assert slice_for_table(query).period == period


def test_what_is_asked_twice_is_answered_once():
    assert asked("won_count", "won_count", by=("region", "region")) == [{"region": "East", "won_count": 2}]


@pytest.mark.parametrize(
    ("measures", "by", "sentence"),
    [
        (("win_rat",), (), r"There is no measure called 'win_rat'. Did you mean win_rate"),
        (("won_amount",), ("regions",), r"There is no dimension called 'regions'. Did you mean region"),
        (
            ("xyzzy",),
            (),
            r"There is no measure called 'xyzzy'. There are: opportunity_count, .*sales_lines, actual, .*coverage\.",
        ),
        ((), (), r"Say which measure. There are: "),
        (("sales_amount",), ("stage",), r"sales_amount counts sales, which have no stage. It goes by: "),
        (("open_amount",), ("month",), r"open_amount is a balance at the as-of date and belongs to no month"),
    ],
)
def test_refusals_say_what_would_work(measures, by, sentence):
    with pytest.raises(CannotAnswer, match=sentence):
        table(measures, by, Slice(), scope=EVERYTHING)


def test_a_table_refuses_a_filter_it_does_not_understand():
    with pytest.raises(
        CannotAnswer, match=r"The filter says period=soon, mood=good, which is not understood. It takes"
    ):
        slice_for_table("period=soon&mood=good&region=East")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_measure_by_every_dimension_is_answered_or_refused_in_a_sentence(dimension):
    answered = []
    for measure in MEASURES:
        try:
            refuse_unfitting(named_measures([measure]), named_dimensions([dimension]))
            answered.append(measure)
        except CannotAnswer as refused:
            assert str(refused).endswith(".") and measure in str(refused) and dimension in str(refused)
    assert answered
    for row in asked(*answered, by=(dimension,)):
        assert list(row) == [dimension, *answered]


def test_numbers_against_targets_stand_beside_measures(make_company):
    sold = {"basis": "booking", "sold_on": date(2026, 8, 1), "amount": 60, "office_id": "sh"}
    with reading(make_company(opportunities=[deal("b", "won", 50)], sales=[sold | {"sale_id": "s"}])):
        assert asked("won_count", "actual", "target", by=("region",)) == [
            {"region": "East", "won_count": 1, "actual": 60, "target": None}
        ]
        assert asked("actual", "coverage", "won_amount") == [{"actual": 60, "coverage": None, "won_amount": 50}]


@pytest.mark.parametrize(
    ("measure", "by", "says"),
    [
        ("coverage", ("region",), "coverage is told for a whole view; filter for members instead."),
        ("target", ("region", "rep"), "target is told for a whole view or by one dimension that sales have"),
        ("attainment", ("month",), "attainment is told for a whole view or by one dimension"),
        ("pace", ("stage",), "pace is told for a whole view or by one dimension"),
    ],
)
def test_what_targets_cannot_be_told_by(measure, by, says):
    with pytest.raises(CannotAnswer, match=says):
        table((measure,), by, Slice(), scope=EVERYTHING)
