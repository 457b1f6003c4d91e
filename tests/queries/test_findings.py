"""Each rule speaks where there is something to say, and is silent where it is chance, thin or small."""

from __future__ import annotations

import pandas as pd
import pytest

from queries import findings as f
from queries.findings import Finding


@pytest.mark.parametrize(
    ("now", "before", "speaks"),
    [
        ((30, 100), (60, 100), True),
        ((48, 100), (50, 100), False),  # two points of a hundred cases are chance
        ((4800, 10_000), (5100, 10_000), True),  # three points of ten thousand are not
        ((5000, 10_000), (5019, 10_000), False),  # certain or not, nobody would act on it
        ((10_000_000, 20_000_000), (10_200_000, 20_000_000), False),
        ((0, 9), (9, 9), False),  # thin
        ((9, 9), (0, 100), False),
        ((0, 10), (10, 10), True),
        ((0, 0), (0, 0), False),
        ((0, 50), (0, 50), False),  # no variance at all
        ((50, 50), (50, 50), False),
        ((5, 20), (float("nan"), float("nan")), False),
    ],
)
def test_what_differs_for_certain(now, before, speaks):
    assert f.differs(*now, *before) is speaks
    assert f.differs(*before, *now) is speaks


def rates(*rows: tuple[str, int, int, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stage", "exits", "advances", "exits_before", "advances_before"])


class TestSteps:
    def test_the_one_that_moved_most(self):
        found = f.changed_step(rates(("s1", 100, 80, 100, 60), ("s2", 100, 30, 100, 70), ("s3", 100, 50, 100, 50)))
        assert found is not None
        assert (found.name, found.values["from"]) == ("step.weaker", "s2")
        assert (found.values["share"], found.values["change"]) == (0.3, pytest.approx(-0.4))

    def test_a_stronger_one_where_none_is_weaker(self):
        found = f.changed_step(rates(("s1", 100, 80, 100, 60)))
        assert found is not None and found.name == "step.stronger"

    def test_a_weaker_step_matters_more_than_an_equally_stronger_one(self):
        found = f.changed_step(rates(("s1", 100, 80, 100, 60), ("s2", 100, 60, 100, 80)))
        assert found is not None and found.name == "step.weaker"

    @pytest.mark.parametrize("rows", [[], [("s1", 100, 51, 100, 50)], [("s1", 9, 0, 9, 9)], [("s1", 0, 0, 100, 50)]])
    def test_silence(self, rows):
        assert f.changed_step(rates(*rows)) is None


def key_number(measure: str, **values: float) -> pd.DataFrame:
    nothing = dict.fromkeys(("value", "previous", "last_year", "over", "under"), float("nan"))
    return pd.DataFrame([{"measure": measure, **nothing, **values}])


class TestWinRate:
    def test_down(self):
        found = f.changed_win_rate(key_number("win_rate", value=0.3, last_year=0.6, over=30, under=100), 100)
        assert found is not None and found.name == "win_rate.down"
        assert found.values == {"share": 0.3, "change": pytest.approx(-0.3)}

    def test_up(self):
        found = f.changed_win_rate(key_number("win_rate", value=0.6, last_year=0.3, over=60, under=100), 100)
        assert found is not None and found.name == "win_rate.up"

    @pytest.mark.parametrize(
        ("values", "decided"),
        [
            ({"value": 0.5, "last_year": 0.52, "over": 50, "under": 100}, 100),
            ({"value": 0.0, "last_year": 1.0, "over": 0, "under": 5}, 5),
            ({"last_year": 0.5, "over": 0, "under": 0}, 100),
            ({"value": 0.5, "over": 50, "under": 100}, 0),
        ],
    )
    def test_silence(self, values, decided):
        assert f.changed_win_rate(key_number("win_rate", **values), decided) is None


class TestAmount:
    @pytest.mark.parametrize(
        ("value", "before", "name"),
        [(120, 100, "won.up"), (80, 100, "won.down"), (104, 100, "won.flat"), (0, 100, "won.down")],
    )
    def test_speaks(self, value, before, name):
        found = f.changed_amount(key_number("won_amount", value=value, last_year=before), "won_amount", "won")
        assert found is not None
        assert (found.name, found.values["amount"]) == (name, value)
        assert found.values["change"] == pytest.approx(value / before - 1)

    @pytest.mark.parametrize("values", [{"value": 5}, {"value": 5, "last_year": 0}, {"value": 5, "last_year": -3}])
    def test_without_a_base_there_is_no_growth(self, values):
        assert f.changed_amount(key_number("won_amount", **values), "won_amount", "won") is None

    def test_what_is_as_it_was_weighs_least(self):
        flat, up = (
            f.changed_amount(key_number("won_amount", value=value, last_year=100), "won_amount", "won")
            for value in (101, 106)
        )
        assert flat is not None and up is not None and flat.weight < up.weight


def stock(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stage", "open_amount", "critical_amount"])


def test_late_stock_names_where_most_of_it_stands():
    found = f.late_stock(stock(("s1", 500, 30), ("s2", 300, 120), ("s3", 200, 50)))
    assert found is not None and found.name == "late"
    assert found.values == {"amount": 200, "share": 0.2, "stage": "s2"}


@pytest.mark.parametrize("rows", [[], [("s1", 0, 0)], [("s1", 100, 14)], [("s1", -5, 0)]])
def test_little_late_is_not_said(rows):
    assert f.late_stock(stock(*rows)) is None


def hint(*rows: tuple[str, float, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["month", "average", "shortfall", "is_too_late"])


def test_the_month_that_falls_shortest_of_those_decided_already():
    found = f.short_month(hint(("Sep", 100, 20, True), ("Oct", 100, 60, True), ("Nov", 100, 90, False)))
    assert found is not None and found.name == "short"
    assert found.values == {"month": "Oct", "amount": 60}


@pytest.mark.parametrize("rows", [[], [("Sep", 100, 10, True)], [("Sep", 100, 90, False)], [("Sep", 100, 0, True)]])
def test_no_month_is_short(rows):
    assert f.short_month(hint(*rows)) is None


def members(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["region", "won", "before"])


def weakest(*rows: tuple[str, float, float]) -> Finding | None:
    return f.weakest_member(members(*rows), "region", "won", "before")


def test_the_member_that_lost_most_money():
    found = weakest(("East", 90, 100), ("North", 900, 1000), ("South", 1, 5), ("West", 50, 40))
    assert found is not None and found.name == "member.behind"
    assert found.values == {"member": "North", "amount": -100, "change": pytest.approx(-0.1)}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("East", 10, 100)],  # one member alone is the whole
        [("East", 96, 100), ("North", 100, 100)],  # 4 %
        [("East", 101, 100), ("North", 100, 100)],
        [("unassigned", 0, 100), ("North", 100, 100)],
        [("East", 0, 0), ("North", 100, 100)],
    ],
)
def test_nobody_is_behind(rows):
    assert weakest(*rows) is None


def beside_peers(*rows: tuple[str, int, float, float, float]) -> pd.DataFrame:
    """Stage, exits, rate, upper end of its interval, peers' median; 1,000 of amount left each stage."""
    frame = pd.DataFrame(rows, columns=["stage", "exits", "rate", "high", "peer_rate"])
    frame["gap"] = frame["peer_rate"] - frame["rate"]
    return frame.assign(worth=frame["gap"] * 1000)


def test_coaching_helps_where_the_surest_shortfall_is_largest():
    found = f.coaching(beside_peers(("s1", 90, 0.5, 0.6, 0.62), ("s2", 40, 0.4, 0.55, 0.7), ("s3", 12, 0.2, 0.8, 0.7)))
    assert found is not None and found.name == "coaching" and 0 < found.weight <= 1
    assert found.values == {"stage": "s2", "share": 0.4, "peers": 0.7, "amount": pytest.approx(300)}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("s1", 9, 0.1, 0.4, 0.7)],  # thin
        [("s1", 40, 0.5, 0.7, 0.7)],  # the interval reaches the median
        [("s1", 9000, 0.69, 0.695, 0.7)],  # one point, however sure
        [("s1", 40, 0.8, 0.9, 0.7)],
        [("s1", 40, 0.1, 0.2, float("nan"))],  # too few peers
        [("s1", 0, float("nan"), float("nan"), 0.7)],
    ],
)
def test_no_stage_to_coach(rows):
    assert f.coaching(beside_peers(*rows)) is None


def test_ranked_by_weight_one_of_each_kind():
    found = [
        Finding("won.up", 0.5),
        None,
        Finding("step.weaker", 0.9),
        Finding("step.stronger", 0.95),
        Finding("late", 0.3),
    ]
    assert [one.name for one in f.ranked(found)] == ["step.stronger", "won.up"]
    assert [one.name for one in f.ranked(found, most=9)] == ["step.stronger", "won.up", "late"]


def test_nothing_notable_is_nothing():
    assert f.ranked([None, None]) == []


def test_weights_are_shares():
    every = [
        f.changed_step(rates(("s1", 1000, 0, 1000, 1000))),
        f.changed_win_rate(key_number("win_rate", value=0, last_year=1, over=0, under=100), 100),
        f.changed_amount(key_number("won_amount", value=1e9, last_year=1), "won_amount", "won"),
        f.late_stock(stock(("s1", 1, 1))),
        f.short_month(hint(("Sep", 1, 1, True))),
        weakest(("East", 0, 1e9), ("North", 1, 1)),
    ]
    assert all(one is not None and 0 < one.weight <= 1 for one in every)
