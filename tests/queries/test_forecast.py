"""The forecast of small companies, on each database; bars are held against the lists behind them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from queries import forecast
from queries.engine import frame_of, reading
from queries.row_list import total_behind
from queries.rows import Behind
from queries.scope import EVERYTHING, Scope
from queries.semantic.facts import OPPORTUNITIES
from queries.slices import Slice
from queries.source import Source
from tests.queries.conftest import MakeCompany
from tests.queries.histories import HISTORY, interval, passages, standing
from tests.rows import AS_OF, STAGES, deal

NOTHING = Slice()
TYPED = Slice.from_search("rates=0.5,0.8,0.9&leads=2,1,1")


def bars_of(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Amounts above zero by landing and stage."""
    return {(row.landing, row.stage): row.amount for row in frame.itertuples() if row.amount}


def listed(slice_: Slice, *, method: str = "funnel", **bar: str) -> float:
    """What the deals of a bar sum to."""
    population = "landing" if method == "funnel" else "expected"
    return float(total_behind(Behind(population, tuple(bar.items())), slice_, scope=EVERYTHING)["weight"].iloc[0])


def test_worked_case_lands_by_typed_lead_times(make_company: MakeCompany) -> None:
    """Negotiation next month, bidding in two, potential in four: 180,000 each, to the cent."""
    deals = [standing("a", "s1", 500_000), standing("b", "s2", 250_000, age=900), standing("c", "s3", 200_000)]
    with reading(make_company(opportunities=deals)):
        bars = forecast.funnel_forecast(TYPED, scope=EVERYTHING)
        model = forecast.stage_model(TYPED, scope=EVERYTHING)
    assert bars_of(bars) == {
        ("2026-09-01", "s3"): 180_000,
        ("2026-10-01", "s2"): 180_000,
        ("2026-12-01", "s1"): 180_000,
    }
    assert model["product"].tolist() == pytest.approx([0.36, 0.72, 0.9])
    assert model["lead_months"].tolist() == [2, 1, 1] and model["is_typed"].all()


def test_every_month_has_every_stage_and_five_months_follow(make_company: MakeCompany) -> None:
    with reading(make_company(opportunities=[standing("a", "s3", 100)], stage_passages=HISTORY)):
        bars = forecast.funnel_forecast(NOTHING, scope=EVERYTHING)
    assert bars["month"].unique().tolist() == [date(2026, month, 1) for month in range(8, 13)] + [date(2027, 1, 1)]
    assert bars["stage"].tolist() == ["s1", "s2", "s3"] * 6


def test_history_gives_rates_and_lead_times(make_company: MakeCompany) -> None:
    """
    From 27 August, lead times 60, 30, 20: a deal 5 days in s3 lands 15 days on, in September; one overdue in s3 now;
    one 50 days in s1 lands 10 + 30 + 20 days on, in October. Passages of other years and of deals still there are out.
    """
    old = passages("s1", [1] * 30, advanced=0, prefix="old", left_on=date(2025, 6, 1))
    there = passages("s1", [7] * 30, advanced=0, prefix="in", left_on=None, outcome="open")
    deals = [
        standing("a", "s3", 100, 5),
        standing("b", "s3", 10, 400),
        standing("c", "s1", 1000, 50),
        standing("d", "s1", 7, None, status="paused"),
    ]
    with reading(make_company(opportunities=deals, stage_passages=[*HISTORY, *old, *there])):
        model = forecast.stage_model(NOTHING, scope=EVERYTHING)
        bars = forecast.funnel_forecast(NOTHING, scope=EVERYTHING)
    assert model["success_rate"].tolist() == [0.5, 0.8, 0.9]
    assert model["success_under"].tolist() == [10, 10, 10]
    assert model["lead_days"].tolist() == [60, 30, 20]
    assert model["later_days"].tolist() == [50, 20, 0]
    assert not model[["is_borrowed", "is_assumed", "is_typed"]].any(axis=None)
    assert bars_of(bars) == {("2026-08-01", "s3"): 9, ("2026-09-01", "s3"): 90, ("2026-10-01", "s1"): 360}
    assert bars["deals"].sum() == 3 and bars["open_amount"].sum() == 1110


def test_what_lands_after_a_year_is_later(make_company: MakeCompany) -> None:
    slow = [*passages("s1", [900] * 10, advanced=5), *HISTORY[10:]]
    with reading(make_company(opportunities=[standing("a", "s1", 100)], stage_passages=slow)):
        bars = forecast.funnel_forecast(NOTHING, scope=EVERYTHING)
        assert bars_of(bars) == {("later", "s1"): 36}
        assert listed(NOTHING, landing="later", stage="s1") == 36
    assert len(bars) == 13 * 3


def test_few_exits_borrow_from_the_company_within_the_scope(make_company: MakeCompany) -> None:
    """Beijing left s1 twice, both lost: with fewer than ten exits it takes the company's 5 of 12."""
    beijing = passages("s1", [5, 5], advanced=0, prefix="bj", office_id="bj")
    north = Slice.from_search("region=North")
    with reading(make_company(opportunities=[deal("a", office_id="bj")], stage_passages=[*HISTORY, *beijing])):
        model = forecast.stage_model(north, scope=EVERYTHING)
        own = forecast.stage_model(north, scope=Scope.only(region="North"))
    assert model["is_borrowed"].tolist() == [True, True, True]
    assert model["success_rate"].tolist() == pytest.approx([5 / 12, 0.8, 0.9])
    assert own.empty and own.attrs["reason"] == "no_leads"


def test_without_history_stages_speak_for_themselves(make_company: MakeCompany) -> None:
    stages = [{**stage, "typical_days": 10} for stage in STAGES]
    with reading(make_company(stages=[{"pipeline": "Main", **s} for s in stages], opportunities=[deal("a")])):
        model = forecast.stage_model(NOTHING, scope=EVERYTHING)
    assert model["success_rate"].tolist() == pytest.approx([0.5, 0.8, 0.9])
    assert model["lead_days"].tolist() == [10, 10, 10] and model["is_assumed"].all()


def test_what_cannot_be_known_is_said(make_company: MakeCompany) -> None:
    with reading(make_company(opportunities=[deal("a")])):
        asked = (forecast.stage_model, forecast.funnel_forecast, forecast.forecast_totals, forecast.pipeline_hint)
        for question in asked:
            answer = question(NOTHING, scope=EVERYTHING)
            assert answer.empty and answer.attrs["reason"] == "no_leads"
        assert listed(NOTHING) == 0
    with reading(make_company(stages=[])):
        assert forecast.weighted_forecast(NOTHING, scope=EVERYTHING).attrs["reason"] == "no_stages"


def test_typed_numbers_that_do_not_fit_are_named(make_company: MakeCompany) -> None:
    with reading(make_company(opportunities=[deal("a")], stage_passages=HISTORY)):
        model = forecast.stage_model(Slice.from_search("rates=2,0.5,0.5&leads=1,1"), scope=EVERYTHING)
        mixed = forecast.stage_model(Slice.from_search("rates=1,1,0.25"), scope=EVERYTHING)
    assert model.attrs["ignored"] == ("rates", "leads") and model["success_rate"].tolist() == [0.5, 0.8, 0.9]
    assert mixed["product"].tolist() == [0.25, 0.25, 0.25] and mixed["lead_days"].tolist() == [60, 30, 20]


def test_weighted_goes_by_expected_close(make_company: MakeCompany) -> None:
    deals = [
        standing("past", "s1", 100, expected_close_on=AS_OF - timedelta(days=1)),
        standing("today", "s1", 1000, expected_close_on=AS_OF),
        standing("next", "s3", 10, expected_close_on=date(2026, 9, 30)),
        standing("far", "s3", 20, expected_close_on=date(2028, 1, 1)),
        standing("never", "s2", 50, expected_close_on=None),
    ]
    with reading(make_company(opportunities=deals)):
        bars = forecast.weighted_forecast(NOTHING, scope=EVERYTHING)
        found = bars_of(bars)
        lists = {bar: listed(NOTHING, method="weighted", landing=bar[0], stage=bar[1]) for bar in found}
    assert found == {
        ("overdue", "s1"): 36,
        ("2026-08-01", "s1"): 360,
        ("2026-09-01", "s3"): 9,
        ("later", "s3"): 18,
        ("undated", "s2"): 36,
    }
    assert lists == found
    assert bars["landing"].iloc[0] == "overdue" and bars["landing"].iloc[-1] == "undated"
    assert bars["month"].iloc[0] == date(2026, 8, 1) and bars["month"].iloc[-1] is None


@pytest.mark.parametrize("search", ["", "rates=0.333,0.777,0.91&leads=3,1,0", "region=East"])
@pytest.mark.parametrize("method", ["funnel", "weighted"])
def test_lists_add_up_to_their_bars(make_company: MakeCompany, search: str, method: str) -> None:
    rng = np.random.default_rng(5)
    deals = [
        standing(
            f"d{number}",
            f"s{rng.integers(1, 4)}",
            round(float(rng.lognormal(9, 1)), 4),
            age=int(rng.integers(0, 90)),
            office_id=str(rng.choice(["sh", "bj"])),
            expected_close_on=AS_OF + timedelta(days=int(rng.integers(-60, 600))),
        )
        for number in range(80)
    ]
    slice_ = Slice.from_search(search)
    with reading(make_company(opportunities=deals, stage_passages=HISTORY)):
        ask = forecast.funnel_forecast if method == "funnel" else forecast.weighted_forecast
        bars = bars_of(ask(slice_, scope=EVERYTHING))
        for (landing, stage), amount in bars.items():
            assert listed(slice_, method=method, landing=landing, stage=stage) == pytest.approx(amount, abs=1e-6)
        assert listed(slice_, method=method) == pytest.approx(sum(bars.values()), abs=1e-6) != 0


def test_deals_outside_the_pipelines_stages_are_left_out_and_counted(make_company: MakeCompany) -> None:
    deals = [standing("a", "s3", 100), standing("b", "s2", 40, stage_id=None)]
    with reading(make_company(opportunities=deals, stage_passages=HISTORY)):
        bars = forecast.funnel_forecast(NOTHING, scope=EVERYTHING)
    assert bars["open_amount"].sum() == 100 and bars.attrs["left_out"] == (1, 40.0)


def test_totals_hold_their_interval_and_do_not_wander(make_company: MakeCompany) -> None:
    deals = [standing(f"d{number}", "s3", 100 + number, age=10) for number in range(40)]
    with reading(make_company(opportunities=deals, stage_passages=HISTORY)):
        totals = forecast.forecast_totals(NOTHING, scope=EVERYTHING)
        bars = forecast.funnel_forecast(NOTHING, scope=EVERYTHING)
    with reading(make_company(opportunities=deals, stage_passages=HISTORY)):
        again = forecast.forecast_totals(NOTHING, scope=EVERYTHING)
    assert totals.equals(again)
    assert totals["total"].tolist() == pytest.approx(bars.groupby("landing", sort=False)["amount"].sum().tolist())
    september = totals.iloc[1]
    assert september["low"] < september["total"] < september["high"] <= sum(100 + n for n in range(40))


def test_won_by_month_has_every_month(make_company: MakeCompany) -> None:
    deals = [deal("a", "won", 100, closed_on=date(2026, 7, 31)), deal("b", "won", 7, closed_on=AS_OF)]
    with reading(make_company(opportunities=deals)):
        months = forecast.won_by_month(NOTHING, scope=EVERYTHING, months=2)
    assert months["month"].tolist() == [date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)]
    assert months["won_amount"].tolist() == [0, 100, 7]
    assert months["is_to_date"].tolist() == [False, False, True]


def test_hint_says_what_it_takes_to_keep_the_average(make_company: MakeCompany) -> None:
    """
    300 won in each of the last four quarters: 100 a month. September has 90 from s3: 10 short, 10 / 0.36 needed, and
    too late at 110 days; December still takes deals created up to 12 September (31 December less 110 days).
    """
    days = (date(2025, 7, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30))
    won = [deal(f"w{day}", "won", 300, closed_on=day) for day in days]
    with reading(make_company(opportunities=[*won, standing("a", "s3", 100, 5)], stage_passages=HISTORY)):
        hint = forecast.pipeline_hint(NOTHING, scope=EVERYTHING)
    with reading(make_company(opportunities=[*won[1:], standing("a", "s3", 100, 5)], stage_passages=HISTORY)):
        young = forecast.pipeline_hint(NOTHING, scope=EVERYTHING)
    assert hint["month"].tolist() == [date(2026, month, 1) for month in range(9, 13)] + [
        date(2027, m, 1) for m in (1, 2)
    ]
    assert hint["average"].tolist() == [100] * 6
    assert hint["forecast"].tolist() == [90, 0, 0, 0, 0, 0]
    assert hint["shortfall"].tolist() == [10, 100, 100, 100, 100, 100]
    assert hint["needed"].iloc[0] == pytest.approx(10 / 0.36)
    assert hint["must_start_by"].iloc[3] == date(2026, 9, 12)
    assert hint["is_too_late"].tolist() == [True, True, True, False, False, False]
    assert young.attrs["reason"] == "no_average"


def test_the_past_is_forecast_from_what_stood_then(make_company: MakeCompany) -> None:
    """
    On 10 June `a` stood in s2: 4 days in May, 3 before a pause, 2 after it, all counted; `b` was not open any more.
    """
    now = [standing("a", "s3", 999, 50), deal("b", "lost", 70, closed_on=date(2026, 6, 5))]
    history = [
        interval("a", "s2", date(2026, 5, 1), date(2026, 5, 5)),
        interval("a", "s1", date(2026, 5, 5), date(2026, 6, 1)),
        interval("a", "s2", date(2026, 6, 1), date(2026, 6, 4)),
        interval("a", "s2", date(2026, 6, 4), date(2026, 6, 8), status="paused"),
        interval("a", "s2", date(2026, 6, 8), date(2026, 7, 1), amount=100),
        interval("a", "s3", date(2026, 7, 1), None, amount=999),
        interval("b", "s1", date(2026, 5, 1), date(2026, 6, 5)),
        interval("b", "s1", date(2026, 6, 5), None, status="lost"),
    ]
    june = Slice(as_of=date(2026, 6, 10))
    with reading(make_company(opportunities=now, opportunity_history=history, stage_passages=HISTORY)):
        bars = forecast.funnel_forecast(june, scope=EVERYTHING)
        assert bars_of(bars) == {("2026-07-01", "s2"): 72}
        assert listed(june, landing="2026-07-01", stage="s2") == 72
        table = Source.of(OPPORTUNITIES, june).table
        ages = frame_of(select(table.c.opportunity_id, table.c.active_days_in_stage).order_by("opportunity_id"))
    assert ages["active_days_in_stage"].iloc[0] == 4 + 3 + 2
    assert pd.isna(ages["active_days_in_stage"].iloc[1])
