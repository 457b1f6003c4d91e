"""The list behind a number adds up to it: for every bar of every chart, and every measure of the opportunities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from queries import backtest, forecast, funnel, overview, row_list, rows
from queries.breakdown import breakdown
from queries.engine import Database, reading
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import OPPORTUNITIES
from queries.semantic.model import Ratio
from queries.slices import Slice
from tests.queries.conftest import MakeCompany
from tests.rows import deal

#: Views of the made-up company: now, filtered, looking back.
VIEWS = ["", "region=East&period=ytd&channel_kind=!unassigned", "as_of=2026-03-31&cohort=all&status=!terminated"]


@pytest.fixture(scope="module", params=VIEWS, ids=lambda view: view or "now")
def slice_(request: pytest.FixtureRequest, demo: Database) -> Iterator[Slice]:
    with reading(demo):
        yield Slice.from_search(request.param)


def adds_up(spelled: str, slice_: Slice, *, scope: Scope = EVERYTHING, **expected: float) -> None:
    """The total of the list says the number, and the rows of the list are what the total counts."""
    behind = Behind.parse(spelled)
    assert behind is not None and str(behind) == spelled
    total = row_list.total_behind(behind, slice_, scope=scope).iloc[0]
    for name, number in expected.items():
        assert total[name] == pytest.approx(number, abs=1e-3), (spelled, name)
    listed = row_list.deals_behind(behind, slice_, scope=scope, limit=None)
    assert listed.iloc[:, 0].is_unique
    assert len(listed) == total["deals"]
    assert listed["amount"].astype(float).sum() == pytest.approx(total["amount"], abs=1e-6)
    if "weight" in listed:
        assert listed["weight"].astype(float).sum() == pytest.approx(total["weight"], abs=1e-3)


def test_reached_and_dropped(slice_):
    for step in funnel.cohort_funnel(slice_, scope=EVERYTHING).itertuples():
        adds_up(f"reached|stage:{step.stage}", slice_, deals=step.reached_count, amount=step.reached_amount)
        dropped = (0, 0) if pd.isna(step.dropped_count) else (step.dropped_count, step.dropped_amount)
        adds_up(f"dropped|stage:{step.stage}", slice_, deals=dropped[0], amount=dropped[1])


@pytest.mark.parametrize("by", ["region", "channel", "month"])
def test_reached_by_member(slice_, by):
    members = funnel.cohort_funnels_by(replace(slice_, by=by), scope=EVERYTHING)
    for step in members[members["position"] == 2].head(3).itertuples():
        spelled = f"reached|stage:{step.stage}|{by}:{step.member}"
        adds_up(spelled, slice_, deals=step.reached_count, amount=step.reached_amount)


def test_stock_and_late(slice_):
    for step in funnel.stage_stock(slice_, scope=EVERYTHING).itertuples():
        adds_up(f"stock|stage:{step.stage}", slice_, deals=step.open_count, amount=step.open_amount)
        adds_up(f"late|stage:{step.stage}", slice_, deals=step.late_count, amount=step.late_amount)
        adds_up(f"critical|stage:{step.stage}", slice_, deals=step.critical_count, amount=step.critical_amount)


def test_late_and_critical_of_all_stages(slice_):
    stock = funnel.stage_stock(slice_, scope=EVERYTHING)
    pipeline = stock["pipeline"].iloc[0]
    for name in ("late", "critical"):
        sums = stock[[f"{name}_count", f"{name}_amount"]].sum()
        adds_up(f"{name}|pipeline:{pipeline}", slice_, deals=sums.iloc[0], amount=sums.iloc[1])


def test_passed(slice_):
    for step in funnel.stage_passage(slice_, scope=EVERYTHING).itertuples():
        adds_up(f"passed|stage:{step.stage}", slice_, deals=step.stage_exits)


@pytest.mark.parametrize(
    ("population", "bars"), [("landing", forecast.funnel_forecast), ("expected", forecast.weighted_forecast)]
)
def test_forecast_bars(slice_, population, bars):
    found = bars(slice_, scope=EVERYTHING)
    for bar in found[found["deals"] > 0].iloc[::5].itertuples():
        spelled = f"{population}|landing:{bar.landing}|stage:{bar.stage}"
        adds_up(spelled, slice_, deals=bar.deals, amount=bar.open_amount, weight=bar.amount)
    for landing, bar in found.groupby("landing")[["deals", "amount"]].sum().iloc[::5].iterrows():
        adds_up(f"{population}|landing:{landing}", slice_, deals=bar["deals"], weight=bar["amount"])


def test_columns_of_the_back_test(slice_):
    found = backtest.backtest(slice_, scope=EVERYTHING)
    assert len(found) == 4
    for column in found.itertuples():
        adds_up(f"came|quarter:{column.quarter}", slice_, amount=column.actual)
        adds_up(f"said_funnel|quarter:{column.quarter}", slice_, weight=column.funnel)
        adds_up(f"said_weighted|quarter:{column.quarter}", slice_, weight=column.weighted)


def test_typed_rates_are_no_part_of_what_was_said(demo):
    with reading(demo):
        typed = Slice.from_search("rates=1,1,1,1&leads=1,1,1,1")
        for column in backtest.backtest(typed, scope=EVERYTHING).itertuples():
            adds_up(f"said_funnel|quarter:{column.quarter}", typed, weight=column.funnel)


def test_within_a_scope_the_back_test_adds_up_too(demo):
    with reading(demo):
        region = breakdown(m.open_count, by=[d.region], slice_=Slice(), scope=EVERYTHING).iloc[0]
        scope = Scope.only(region=region["region"])
        column = backtest.backtest(Slice(), scope=scope).iloc[-1]
        adds_up(f"came|quarter:{column['quarter']}", Slice(), scope=scope, amount=column["actual"])
        adds_up(f"said_funnel|quarter:{column['quarter']}", Slice(), scope=scope, weight=column["funnel"])


LISTED = [x for x in m.MEASURES.values() if x.fact is OPPORTUNITIES]


def of_which(measure: Any) -> Any:
    """The measure whose rows are listed: of a ratio, what is divided by; of a quantile, itself."""
    if not isinstance(measure, Ratio):
        return measure
    return measure.under if measure.under.aggregate == "count" else measure.over


@pytest.mark.parametrize("measure", LISTED, ids=lambda measure: measure.name)
def test_every_measure(slice_, measure):
    """What is shown is the number itself; of a ratio, the cases under it; of a median, how many it is the middle of."""
    listed = of_which(measure)
    column = "deals" if listed.aggregate != "sum" else "amount" if isinstance(measure, Ratio) else "weight"
    shown = listed if listed.additive else replace(listed, aggregate="count", weight=None)
    whole = breakdown(shown, slice_=slice_, scope=EVERYTHING)[shown.name].iloc[0]
    adds_up(measure.name, slice_, **{column: whole})
    for row in breakdown(shown, by=[d.rep], slice_=slice_, scope=EVERYTHING).head(2).to_dict("records"):
        behind = Behind(measure.name, (("rep", row["rep"]),))
        total = row_list.total_behind(behind, slice_, scope=EVERYTHING)[column].iloc[0]
        assert total == pytest.approx(row[shown.name], abs=1e-3), behind


@pytest.mark.parametrize("basis", ["booking", "invoice"])
def test_sales_lines(slice_, basis):
    """Sales are counted on the slice's basis, returns among them."""
    slice_ = slice_.with_option("basis", basis)
    adds_up("sales_amount", slice_, amount=breakdown(m.sales_amount, slice_=slice_, scope=EVERYTHING).iloc[0, 0])
    for row in breakdown(m.sales_amount, by=[d.product], slice_=slice_, scope=EVERYTHING).head(3).to_dict("records"):
        adds_up(f"sales_amount|product:{row['product']}", slice_, amount=row["sales_amount"])


def test_sales_lines_name_their_deal_customer_and_credit(make_company):
    sold = {"sale_id": "s1", "basis": "booking", "sold_on": date(2026, 8, 1), "amount": 60, "credit_share": 0.6}
    lines = [sold | {"opportunity_id": "w", "rep_id": "r1"}, sold | {"sale_id": "s2", "amount": 40, "rep_id": "r2"}]
    with reading(make_company(opportunities=[deal("w", "won")], sales=lines)):
        found = row_list.deals_behind(Behind("sales_amount"), Slice(), scope=EVERYTHING)
    assert [c for c in found.columns if not c.endswith("_zh")] == ["sale_id", *rows.COLUMNS["sales"]]
    assert found[["sale_id", "name", "rep"]].to_numpy().tolist() == [
        ["s1", "Deal w", "Zhou Ming"],
        ["s2", "s2", "He Lan"],
    ]


def test_a_month_of_the_year_adds_up_although_the_period_is_the_quarter(demo):
    with reading(demo):
        slice_ = Slice()
        months = overview.won_by_month(slice_, scope=EVERYTHING)
        assert len(months) == 8
        for month in months.itertuples():
            adds_up(f"won_amount|month:{month.month.isoformat()}", slice_, weight=month.won_amount)
        members = overview.won_by_member(slice_, scope=EVERYTHING)
        for member in members.itertuples():
            adds_up(f"won_amount|region:{member.region}", slice_, weight=member.won_amount)


def test_within_a_scope(demo):
    with reading(demo):
        region = breakdown(m.open_count, by=[d.region], slice_=Slice(), scope=EVERYTHING).iloc[0]
        scope = Scope.only(region=region["region"])
        adds_up("open_count", Slice(), scope=scope, deals=region["open_count"])
        for step in funnel.stage_stock(Slice(), scope=scope).itertuples():
            adds_up(f"late|stage:{step.stage}", Slice(), scope=scope, deals=step.late_count)
        for step in funnel.cohort_funnel(Slice(), scope=scope).itertuples():
            adds_up(f"reached|stage:{step.stage}", Slice(), scope=scope, deals=step.reached_count)


@pytest.mark.parametrize(
    "spelled",
    [
        "", "|", "nothing", "stage_exits", "reached_count", "stock|", "stock|stage", "stock|stage:", "stock|:s1",
        "stock|mood:good", "stock|month:2026-08-01", "open_amount|year:2026", "won_amount|landing:later",
        "stock|stage:s1|stage:s2", "stock|__class__:x", "STOCK", "came", "said_funnel|stage:s1",
        "came|month:2026-04-01",
    ],
)  # fmt: skip
def test_what_names_no_list(spelled):
    assert Behind.parse(spelled) is None


@pytest.mark.parametrize(
    "at",
    [("region", "R&D | Labs: North"), ("region", "a|b"), ("rep", "stage:s1"), ("account", "100 % |"), ("rep", "李")],
)
def test_names_may_hold_any_sign(at):
    behind = Behind("stock", (("stage", "s1"), at))
    assert Behind.parse(str(behind)) == behind


@pytest.fixture(scope="module")
def five(make_lasting_company: MakeCompany) -> Iterator[Database]:
    """Five open deals: 50 to 10 by amount; e has no amount, d no name in Chinese, a 120 days in its stage."""
    accounts = [{"account_id": "x", "name": "Xylo 100%", "name_zh": "木琴"}, {"account_id": "y", "name": "Yarrow_1"}]
    deals = [
        deal("a", amount=10, name="Alpha", name_zh="甲", account_id="x", active_days_in_stage=120),
        deal("b", amount=40, name="beta", account_id="y", active_days_in_stage=5, rep_id="r2"),
        deal("c", amount=30, name="Gamma", account_id="x"),
        deal("d", amount=50, name=None),
        deal("e", amount=None, name="Epsilon", push_count=3),
    ]
    with reading(make_lasting_company(accounts=accounts, opportunities=deals)) as database:
        yield database


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    "spelled",
    [
        "stock|stage:none", "reached|stage:'; --", "won_amount|month:soon", "late|rep:x", "dropped|stage:none",
        "won_count|furthest:two", "landing|landing:2026-13-01", "expected|landing:x|stage:y", "passed|stage:x",
        "won_count|year:99999999999999", "came|quarter:soon", "said_funnel|quarter:2026-04-02",
        "said_weighted|quarter:0001-01-01", "came|quarter:9999-10-01", "said_funnel|quarter:2026-04-01|rep:x",
    ],
)  # fmt: skip
def test_a_member_that_is_not_there_has_no_deals(spelled):
    adds_up(spelled, Slice(), deals=0, amount=0, weight=0)


def listed(**asked: Any) -> str:
    found = row_list.deals_behind(Behind("stock"), Slice(), scope=EVERYTHING, **asked)
    return "".join(found["opportunity_id"])


@pytest.mark.usefixtures("five")
class TestGrid:
    def test_largest_first_and_nothing_last(self):
        assert listed() == "dbcae"

    def test_pages_follow_each_other(self):
        assert [listed(limit=2, offset=offset) for offset in (0, 2, 4, 6)] == ["db", "ca", "e", ""]

    @pytest.mark.parametrize(
        ("sort", "order"),
        [
            ([("amount", "asc")], "acbde"),
            ([("account", "asc"), ("amount", "desc")], "cabde"),
            ([("active_days_in_stage", "desc")], "abcde"),
            ([("no such", "asc")], "dbcae"),
            ([("amount; --", "desc")], "dbcae"),
            ([("name", "sideways")], None),
        ],
    )
    def test_sorted(self, sort, order):
        assert sorted(listed(sort=sort)) == list("abcde")
        assert order is None or listed(sort=sort) == order

    @pytest.mark.parametrize(
        ("column", "model", "found"),
        [
            ("amount", {"type": "greaterThan", "filter": 30}, "db"),
            ("amount", {"type": "inRange", "filter": 10, "filterTo": 30}, "ca"),
            ("amount", {"type": "equals", "filter": 40}, "b"),
            ("amount", {"type": "blank"}, "e"),
            ("active_days_in_stage", {"type": "lessThanOrEqual", "filter": 120}, "ba"),
            ("name", {"type": "contains", "filter": "ALPHA"}, "a"),
            ("name", {"type": "contains", "filter": "甲"}, "a"),
            ("name", {"type": "notContains", "filter": "a"}, "de"),
            ("name", {"type": "startsWith", "filter": "b"}, "b"),
            ("name", {"type": "equals", "filter": "beta"}, "b"),
            ("account", {"type": "contains", "filter": "%"}, "ca"),
            ("account", {"type": "contains", "filter": "_"}, "b"),
            ("account", {"type": "notEqual", "filter": "木琴"}, "dbe"),
            ("rep", {"type": "contains", "filter": "he lan"}, "b"),
            (
                "amount",
                {
                    "operator": "OR",
                    "conditions": [{"type": "lessThan", "filter": 20}, {"type": "greaterThan", "filter": 45}],
                },
                "da",
            ),
            (
                "name",
                {
                    "operator": "AND",
                    "conditions": [{"type": "contains", "filter": "a"}, {"type": "contains", "filter": "m"}],
                },
                "c",
            ),
        ],
    )
    def test_filtered(self, column, model, found):
        assert listed(filters={column: model}) == found

    @pytest.mark.parametrize(
        ("column", "model"),
        [
            ("nothing", {"type": "contains", "filter": "x"}),
            ("amount", None),
            ("amount", "x"),
            ("amount", ["x"]),
            ("amount", {}),
            ("amount", {"type": ["contains"], "filter": 1}),
            ("amount", {"type": "contains", "filter": "4"}),
            ("amount", {"type": "equals", "filter": "40"}),
            ("amount", {"type": "greaterThan", "filter": True}),
            ("amount", {"type": "greaterThan", "filter": float("nan")}),
            ("amount", {"type": "greaterThan", "filter": float("inf")}),
            ("amount", {"type": "greaterThan", "filter": 10**40}),
            ("amount", {"type": "inRange", "filter": 1}),
            ("amount", {"type": "__class__", "filter": 1}),
            ("amount", {"operator": "OR", "conditions": []}),
            ("amount", {"operator": "OR", "conditions": [1, None, {"conditions": [{}]}]}),
            ("name", {"type": "greaterThan", "filter": 5}),
            ("name", {"type": "contains", "filter": 5}),
            ("name", {"type": "contains", "filter": "a\x00b"}),
            ("name", {"type": "contains", "filter": "\ud800"}),
            ("expected_close_on", {"type": "equals", "filter": 5}),
            ("expected_close_on", {"type": "contains", "filter": "2026"}),
        ],
    )
    def test_what_makes_no_sense_filters_nothing(self, column, model):
        assert listed(filters={column: model}) == "dbcae"


def test_columns_suit_the_deals(make_company):
    lost = deal("l", "lost", 5, close_reason="Price", close_reason_zh="价格", closed_on=date(2026, 8, 1))
    with reading(make_company(opportunities=[deal("o"), deal("w", "won"), lost])):
        for spelled, columns in (("won_amount", rows.COLUMNS["won"]), ("late", rows.COLUMNS["open"])):
            behind = Behind.parse(spelled)
            assert behind is not None
            found = row_list.deals_behind(behind, Slice(), scope=EVERYTHING)
            assert [c for c in found.columns if not c.endswith("_zh")] == ["opportunity_id", *columns]
        found = row_list.deals_behind(Behind("lost_amount"), Slice(), scope=EVERYTHING)
        assert found[["name", "rep", "region", "region_zh", "close_reason", "close_reason_zh"]].to_numpy().tolist() == [
            ["Deal l", "Zhou Ming", "East", "华东", "Price", "价格"]
        ]
        won = row_list.deals_behind(Behind("won_amount"), Slice(), scope=EVERYTHING)
        assert won["cycle_days"].tolist() == [40]


def test_every_population_has_its_columns():
    for name in [*rows.POPULATIONS, *(x.name for x in LISTED)]:
        assert rows.kind_of(Behind(name)) in rows.COLUMNS
