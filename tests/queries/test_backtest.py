"""The back-test of a small company: what would have been said, what came, and that the one does not know the other.

History is kept from 1 February 2026, so of the last four quarters before 27 August only the one from 1 April can be
told. On 31 March `a` had stood in s3 for 30 days and `b` in s2 for 10; `late` came in April.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from queries.backtest import backtest, forecast_errors
from queries.engine import reading
from queries.row_list import deals_behind
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.queries.histories import interval, passages
from tests.rows import deal

#: Known by the end of March: s1 50 % in 60 days, s2 80 % in 30, s3 90 % in 20.
KNOWN = [
    row
    for stage, days, advanced in (("s1", 60, 5), ("s2", 30, 8), ("s3", 20, 9))
    for row in passages(stage, [days] * 10, advanced=advanced, left_on=date(2026, 2, 15))
]
DEALS = [
    deal("a", "won", 1000, created_on=date(2026, 2, 1), closed_on=date(2026, 5, 10)),
    deal("b", "lost", 500, created_on=date(2026, 2, 1), closed_on=date(2026, 7, 10)),
    deal("late", "won", 200, created_on=date(2026, 4, 10), closed_on=date(2026, 6, 30)),
    deal("before", "won", 700, created_on=date(2025, 1, 1), closed_on=date(2025, 5, 1)),
]
UNTIL_APRIL = [
    interval("a", "s3", date(2026, 3, 1), date(2026, 5, 10), amount=1000, expected_close_on=date(2026, 6, 15)),
    interval("b", "s2", date(2026, 3, 21), date(2026, 7, 10), amount=500, expected_close_on=date(2026, 9, 1)),
    interval("first", "s1", date(2026, 2, 1), date(2026, 2, 2)),
]
AFTER = [
    interval("a", "s4", date(2026, 5, 10), None, status="won", amount=1000),
    interval("b", "s2", date(2026, 7, 10), None, status="lost", amount=500),
    interval("late", "s1", date(2026, 4, 10), None, amount=200),
]


def company(make_company: MakeCompany, **changed: list[dict[str, Any]]) -> Any:
    rows = {"opportunities": DEALS, "opportunity_history": [*UNTIL_APRIL, *AFTER], "stage_passages": KNOWN}
    return make_company(**{**rows, **changed})


def test_quarter_is_told_from_its_first_day(make_company: MakeCompany) -> None:
    """a is overdue and lands at once: 1000 x 0.9; b in 20 + 20 days: 500 x 0.72; only a was expected by June."""
    with reading(company(make_company)):
        found = backtest(Slice(), scope=EVERYTHING)
        nobody = backtest(Slice(), scope=Scope.only(region="North"))
    assert found.to_dict("records") == [
        {
            "quarter": date(2026, 4, 1),
            "funnel": 900 + 360,
            "weighted": 900,
            "actual": 1000,
            "actual_new": 200,
            "naive": 700,
        }
    ]
    assert nobody.empty and nobody.attrs["reason"] == "no_stages"


def test_each_column_has_its_deals(make_company: MakeCompany) -> None:
    """a and b were open then and land by the funnel; by its expected close only a; of them only a was won."""
    lists = {}
    with reading(company(make_company)):
        for population in ("came", "said_funnel", "said_weighted"):
            behind = Behind(population, (("quarter", "2026-04-01"),))
            found = deals_behind(behind, Slice(), scope=EVERYTHING)
            weights = found["weight"] if "weight" in found else found["amount"]
            lists[population] = dict(zip(found["opportunity_id"], weights.astype(float), strict=True))
    assert lists == {"came": {"a": 1000}, "said_funnel": {"a": 900, "b": 360}, "said_weighted": {"a": 900}}


def test_what_came_later_changes_only_what_came(make_company: MakeCompany) -> None:
    """a is lost instead, b won for more; then its stages are left by others, slower and all lost."""
    deals = [
        deal("a", "lost", 1, created_on=date(2026, 2, 1), closed_on=date(2026, 4, 2)),
        deal("b", "won", 9000, created_on=date(2026, 2, 1), closed_on=date(2026, 4, 2)),
        DEALS[3],
    ]
    history = [
        UNTIL_APRIL[0] | {"valid_to": AFTER[0]["valid_from"].replace(month=4, day=2)},
        UNTIL_APRIL[1] | {"valid_to": AFTER[0]["valid_from"].replace(month=4, day=2)},
        UNTIL_APRIL[2],
        interval("a", "s3", date(2026, 4, 2), None, status="lost", amount=1),
        interval("b", "s4", date(2026, 4, 2), None, status="won", amount=9000),
    ]
    later = passages("s3", [300] * 50, advanced=0, prefix="later", left_on=date(2026, 4, 1))
    with reading(company(make_company)):
        before = backtest(Slice(), scope=EVERYTHING)
    with reading(
        company(make_company, opportunities=deals, opportunity_history=history, stage_passages=[*KNOWN, *later])
    ):
        after = backtest(Slice(), scope=EVERYTHING)
    said = ["quarter", "funnel", "weighted", "naive"]
    assert after[said].equals(before[said])
    assert after[["actual", "actual_new"]].iloc[0].tolist() == [9000, 0]


def test_typed_rates_are_of_today_and_left_out(make_company: MakeCompany) -> None:
    with reading(company(make_company)):
        typed = backtest(Slice.from_search("rates=1,1,1&leads=1,1,1"), scope=EVERYTHING)
    assert typed["funnel"].tolist() == [1260]


def test_quarters_are_fiscal(make_company: MakeCompany) -> None:
    """With a year from February, quarters begin in February, May, August: the one from May is the last whole one."""
    with reading(company(make_company, first_month=2)):
        assert backtest(Slice(), scope=EVERYTHING)["quarter"].tolist() == [date(2026, 5, 1)]


@pytest.mark.parametrize("history", [[], [{**row, "is_derived": True} for row in UNTIL_APRIL]])
def test_derived_history_tells_nothing(make_company: MakeCompany, history: list[dict[str, Any]]) -> None:
    with reading(company(make_company, opportunity_history=history)):
        found = backtest(Slice(), scope=EVERYTHING)
    assert found.empty and found.attrs["reason"] == "no_history"
    assert forecast_errors(found)["wape"].isna().all()


def test_errors_hold_each_method_against_what_it_foretells(make_company: MakeCompany) -> None:
    """Said 1260, 900 and 700; the deals of that day brought 1000, the whole quarter 1200."""
    with reading(company(make_company)):
        errors = forecast_errors(backtest(Slice(), scope=EVERYTHING)).set_index("method")
    assert errors["wape"].to_dict() == pytest.approx({"funnel": 0.26, "weighted": 0.1, "naive": 500 / 1200})
    assert errors["bias"].to_dict() == pytest.approx({"funnel": 0.26, "weighted": -0.1, "naive": -500 / 1200})
    assert errors["quarters"].tolist() == [1, 1, 1] and not np.isnan(errors["wape"]).any()
