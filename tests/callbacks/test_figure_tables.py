"""Tables behind figures: the same rows, numbers and units as what is drawn, by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from callbacks import figure_tables as t
from components.format import Unit
from components.view import View
from queries.scope import EVERYTHING
from queries.slices import Slice

THOUSAND = Unit(1000, "¥ thousand", 0)
NONE = float("nan")


def view(lang: str = "en", query: str = "") -> View:
    return View(Slice.from_search(query), EVERYTHING, lang, "light", "/", date(2026, 8, 27), "CNY", 1)


def test_months_stand_beside_last_year() -> None:
    drawn = pd.DataFrame({"label": ["Jul", "Aug"], "actual": [1_000_000, 12_400], "previous": [NONE, 2_600]})
    heads, rows = t.months_table(view(), drawn, THOUSAND)
    assert heads == ["Month", "Actual, ¥ thousand", "Last year, ¥ thousand"]
    assert rows == [("Jul", "1,000", "n/a"), ("Aug", "12", "3")]


def test_units_are_said_as_each_language_says_them() -> None:
    drawn = pd.DataFrame({"label": ["7月"], "actual": [1_000]})
    assert t.months_table(view("zh"), drawn, Unit(10_000, "万元", 1)) == (["月", "实际（万元）"], [("7月", "0.1")])


def test_a_cohort_says_what_was_lost_before_each_stage() -> None:
    drawn = pd.DataFrame(
        {
            "label": ["Lead", "Signed"],
            "text": ["40", "10"],
            "of_previous": [NONE, 0.25],
            "of_first": [1.0, 0.25],
            "dropped_text": ["", "30"],
        }
    )
    heads, rows = t.cohort_table(view(), drawn, "Deals")
    assert heads == ["Stage", "Deals", "of previous", "of first", "Dropped before"]
    assert rows == [("Lead", "40", "n/a", "100%", ""), ("Signed", "10", "25%", "25%", "30")]


def test_a_forecast_stands_by_stage_with_its_interval() -> None:
    drawn = pd.DataFrame(
        {
            "month_key": ["a", "a", "b"],
            "stage_key": ["s1", "s2", "s2"],
            "stage_label": ["Bid", "Sign", "Sign"],
            "amount": [5_000, 2_000, 9_000],
        }
    )
    totals = pd.DataFrame(
        {
            "month_key": ["a", "b"],
            "label": ["Sep", "Oct"],
            "total": [7_000, 9_000],
            "low": [4_000, NONE],
            "high": [8_000, NONE],
        }
    )
    heads, rows = t.forecast_table(view(), drawn, totals, THOUSAND)
    assert [head.partition(",")[0] for head in heads] == ["Month", "Bid", "Sign", "Total", "Low", "High"]
    assert rows == [("Sep", "5", "2", "7", "4", "8"), ("Oct", "0", "9", "9", "n/a", "n/a")]
    heads, _ = t.forecast_table(view(), drawn, totals.assign(low=NONE, high=NONE), THOUSAND)
    assert len(heads) == 4


def test_compared_funnels_stand_in_a_row_each() -> None:
    drawn = pd.DataFrame(
        {
            "member": ["e", "e", "n", "n"],
            "member_label": ["East", "East", "North", "North"],
            "label": ["Lead", "Signed"] * 2,
            "text": ["8", "2", "4", "3"],
            "of_first": [1.0, 0.25, 1.0, 0.75],
        }
    )
    assert t.compare_table(view(), drawn, "") == (
        ["Region", "Lead", "Signed", "of first"],
        [["East", "8", "2", "25%"], ["North", "4", "3", "75%"]],
    )


def test_a_bridge_adds_up_in_its_table() -> None:
    drawn = pd.DataFrame(
        {"label": ["Due", "East", "Actual"], "value": [9_000, -2_000, 7_000], "kind": ["target", "step", "actual"]}
    )
    _, rows = t.bridge_table(view(), drawn, THOUSAND)
    assert rows == [("Due", "9"), ("East", "−2"), ("Actual", "7")]


def test_attainment_leaves_out_what_is_not_drawn() -> None:
    drawn = pd.DataFrame(
        {
            "label": ["East"],
            "actual": [3_000],
            "target": [4_000],
            "on_track": [NONE],
            "previous": [2_000],
            "forecast": [NONE],
            "attainment": [0.75],
            "variance": [-1_000],
            "variance_share": [-0.25],
        }
    )
    heads, rows = t.attainment_table(view(), drawn, THOUSAND)
    assert [h.partition(",")[0] for h in heads] == ["Region", "of target", "Actual", "Target", "Last year"] + [
        "Ahead or behind"
    ] * 2
    assert rows == [("East", "75%", "3", "4", "2", "−1", "−25.0%")]


def test_shares_stand_by_span() -> None:
    drawn = pd.DataFrame(
        {
            "key": ["e", "n", "e"],
            "label": ["East", "North", "East"],
            "span": ["Month", "Month", "Year"],
            "text": ["60%", "40%", "9%"],
        }
    )
    assert t.shares_table(view(), drawn)[1] == [["East", "60%", "9%"], ["North", "40%", ""]]


@pytest.mark.parametrize("by_amount", [False, True])
def test_what_is_critical_is_told_in_the_unit_of_the_bars(by_amount: bool) -> None:
    drawn = pd.DataFrame({"label": ["Bid"], "other_text": ["3"], "text": ["12"]})
    heads = ("Deals", "¥ thousand") if by_amount else ("¥ thousand", "Deals")
    found, rows = t.stock_table(view(), drawn, heads, ["4"])
    assert found == ["Stage", *heads, f"Critical, {heads[1]}"] and rows == [("Bid", "3", "12", "4")]
