"""Against one competitor, over a company that can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest
from scipy.stats import false_discovery_control

from queries.against import (
    QUADRANTS,
    comparisons,
    facing,
    quadrants,
    rival_of,
    rivals,
    segments,
)
from queries.engine import Database, reading
from queries.proportions import differ
from queries.row_list import total_behind
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.rows import deal

RECENT, BEFORE = date(2026, 5, 1), date(2025, 5, 1)
#: Office, year, won and lost with k in play, won and lost without.
COUNTS = [
    ("sh", RECENT, 2, 28, 10, 10),
    ("sh", BEFORE, 10, 10, 30, 10),
    ("bj", RECENT, 18, 2, 20, 20),
    ("bj", BEFORE, 16, 4, 10, 10),
]


def tables() -> dict[str, list[dict[str, Any]]]:
    deals, met = [], []
    for office, year, *counts in COUNTS:
        for at, (status, count) in enumerate(zip(("won", "lost", "won", "lost"), counts, strict=True)):
            for number in range(count):
                name = f"{office}{year.year}{at}{number:02d}"
                deals.append(deal(name, status, 10, office_id=office, closed_on=year, created_on=year))
                if at < 2:
                    met.append({"opportunity_id": name, "competitor_id": "k"})
                if at == 0:
                    met.append({"opportunity_id": name, "competitor_id": "other"})
    deals.append(deal("old", "lost", closed_on=date(2023, 1, 1), created_on=date(2023, 1, 1)))
    met.append({"opportunity_id": "old", "competitor_id": "k"})
    names = [{"competitor_id": "k", "name": "Kestrel", "name_zh": "红隼"}, {"competitor_id": "other", "name": "Other"}]
    return {"opportunities": deals, "opportunity_competitors": met, "competitors": names}


@pytest.fixture
def company(make_company: MakeCompany) -> Iterator[Database]:
    with reading(made := make_company(**tables())):
        yield made


def asked(slice_: Slice = Slice(), scope: Scope = EVERYTHING) -> pd.DataFrame:  # noqa: B008
    return comparisons(slice_, scope=scope, rival="k")


@pytest.mark.usefixtures("company")
class TestNumbers:
    def test_competitors_with_their_deals_of_two_years(self) -> None:
        found = rivals(Slice(), scope=EVERYTHING).set_index("competitor")
        assert list(found.index) == ["k", "other"]
        assert tuple(found.loc["k", ["won", "decided", "lost_amount"]]) == (46, 90, 440)
        assert tuple(found.loc["other", ["won", "decided"]]) == (46, 46)

    def test_a_competitor_is_named_by_key_or_name(self) -> None:
        for text, key in (
            ("k", "k"),
            ("Kestrel", "k"),
            ("红隼", "k"),
            ("", None),
            ("nobody", None),
            ("unassigned", None),
        ):
            assert rival_of(Slice().with_option("competitor", text or None), scope=EVERYTHING) == key

    def test_spans(self) -> None:
        found = facing(Slice(), scope=EVERYTHING, rival="k")
        assert found.loc["both", ["decided", "won", "all_decided", "all_won"]].tolist() == [90, 46, 210, 116]
        assert found.loc["recent", ["decided", "won", "all_decided"]].tolist() == [50, 20, 110]
        assert found.loc["before", ["decided", "won", "all_decided"]].tolist() == [40, 26, 100]

    def test_members(self) -> None:
        found = segments(Slice(), scope=EVERYTHING, rival="k")["region"].set_index("member")
        east = found.loc["East"]
        assert (east["decided"], east["won"], east["decided_recent"], east["all_decided_before"]) == (50, 12, 30, 60)
        assert (east["opened_recent"], east["opened_before"]) == (50, 60)

    def test_each_comparison_has_its_two_shares(self) -> None:
        told = asked().set_index(["kind", "by", "member"])[["over", "under", "other_over", "other_under"]]
        assert told.loc[("win", "region", "East")].tolist() == [12, 50, 34, 40]
        assert told.loc[("growth", "region", "North")].tolist() == [60, 100, 50, 110]
        assert told.loc[("presence", "", "")].tolist() == [50, 110, 40, 100]
        assert told.loc[("losses", "region", "East")].tolist() == [28, 30, 10, 20]

    def test_what_all_deals_share_is_compared_with_nothing(self) -> None:
        assert set(asked()["by"]) == {"", "region"}

    def test_all_that_were_tried_are_corrected_for_together(self) -> None:
        tried = asked()
        assert len(tried) == 2 * 4 + 2
        row = tried[(tried["kind"] == "win") & (tried["member"] == "East")].iloc[0]
        assert row["p"] == pytest.approx(differ(12, 50, 34, 40))
        assert list(tried["q"]) == pytest.approx(list(false_discovery_control(tried["p"])))

    def test_the_four_quarters(self) -> None:
        found = quadrants(asked())
        assert {name: list(zip(found[name]["kind"], found[name]["member"], strict=True)) for name in QUADRANTS} == {
            "strengths": [("win", "North")],
            "weaknesses": [("win", "East")],
            "opportunities": [],
            "threats": [("losses", "East"), ("presence", "East"), ("losses", "")],
        }
        assert found["weaknesses"].loc[0, "change"] == pytest.approx(12 / 50 - 34 / 40)

    def test_each_line_has_its_list(self) -> None:
        for kind, spans in (("win", ("both",)), ("losses", ("recent", "before"))):
            for row in asked().query("kind == @kind and by == 'region'").itertuples():
                cases = (row.under, row.other_under) if kind == "losses" else (row.under,)
                for span, deals in zip(spans, cases, strict=True):
                    behind = Behind.parse(f"faced|span:{span}|competitor:k|region:{row.member}")
                    assert behind is not None
                    assert total_behind(behind, Slice(), scope=EVERYTHING)["deals"].iloc[0] == deals
        behind = Behind.parse("opened|span:recent|region:North")
        assert behind is not None and total_behind(behind, Slice(), scope=EVERYTHING)["deals"].iloc[0] == 60
        assert Behind.parse("faced|span:ever") is None and Behind.parse("won_count|span:both") is None

    def test_a_scope_compares_nothing_with_what_it_does_not_see(self) -> None:
        own = asked(scope=Scope.only(region="East"))
        assert set(own["by"]) == {""}
        assert own.set_index("kind").loc["presence", ["over", "under"]].tolist() == [30, 50]

    def test_few_cases_are_not_compared(self) -> None:
        assert asked(Slice(period="2023-01")).empty
        assert all(frame.empty for frame in quadrants(asked(Slice(period="2023-01"))).values())


def test_opportunities_grow_and_are_won(make_company: MakeCompany) -> None:
    """North: created 20, then 80; we win 12 of 20 there, 10 of 40 in the East, which stays at 50."""
    rows = tables()
    rows["opportunities"] = [
        deal(f"{office}{year.year}{n}", "won" if n % 5 < (3 if office == "bj" else 1) else "lost",
             office_id=office, created_on=year, closed_on=year)
        for office, year, count in (("bj", BEFORE, 20), ("bj", RECENT, 80), ("sh", BEFORE, 50), ("sh", RECENT, 50))
        for n in range(count)
    ]  # fmt: skip
    met = [row["opportunity_id"] for row in rows["opportunities"]]
    rows["opportunity_competitors"] = [{"opportunity_id": name, "competitor_id": "k"} for name in met]
    with reading(make_company(**rows)):
        (line,) = quadrants(asked())["opportunities"].itertuples()
    assert (line.member, line.over, line.under, line.other_over, line.other_under) == ("North", 80, 100, 50, 100)
    assert line.won_share == pytest.approx(0.6)


def test_without_days_strengths_can_still_be_told(make_company: MakeCompany) -> None:
    rows = tables()
    rows["opportunities"] = [{**row, "created_on": None, "closed_on": None} for row in rows["opportunities"]]
    with reading(make_company(**rows)):
        tried = asked(Slice(period="all"))
        assert set(tried["kind"]) == {"win"}
        assert quadrants(tried)["weaknesses"]["member"].tolist() == ["East"]


def test_nobody_is_against_us_in_an_empty_company(make_company: MakeCompany) -> None:
    with reading(make_company()):
        assert rivals(Slice(), scope=EVERYTHING).empty and asked().empty
        assert all(frame.empty for frame in quadrants(asked()).values())
