"""What is learnt from made-up deals: signals are found, leaks are not believed, noise is called noise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries.known import FACTS
from queries.learning import LEAST_AUC, auc, rounded, split, tells, tree_of, usable
from queries.logistic import Design, calibration, far_off, known_terms, logistic
from queries.rules import Condition, rule_over, spelled
from queries.separation import learnt_from

DEALS = 2_000


def sample(*, signal: float = 0.0, deals: int = DEALS, **columns: Any) -> pd.DataFrame:
    """Deals in the order of their close; `signal` is added to the log-odds of those that were quoted."""
    rng = np.random.default_rng(7)
    quoted = rng.random(deals) < 0.4
    won = rng.random(deals) < 1 / (1 + np.exp(0.4 - signal * quoted))
    frame = pd.DataFrame(
        {
            "opportunity_id": [f"D{n:05d}" for n in range(deals)],
            "account_id": [f"A{n % 300}" for n in range(deals)],
            "is_won": won,
            "closed_on": [date(2025, 1, 1) + timedelta(days=n // 8) for n in range(deals)],
            **{fact.name: None if fact.kind != "flag" else False for fact in FACTS.values()},
        }
    )
    frame["quoted"], frame["amount"] = quoted, np.round(rng.lognormal(11, 1, deals))
    frame["region"] = rng.choice(["East", "North", "South"], deals)
    return frame.assign(**{name: make(frame, rng) for name, make in columns.items()})


def given_away(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
    """A column that the outcome writes: a campaign that is filled in once a deal is won."""
    return np.where(frame["is_won"], rng.choice(["Congress", "Mailing"], len(frame)), None)


class TestLeaks:
    def test_a_column_that_the_outcome_wrote_is_found_and_left_out(self) -> None:
        said = learnt_from(sample(signal=1.5, campaign_kind=given_away), is_dated=True)
        assert ("campaign_kind", "leak") in said["left_out"]
        assert "campaign_kind" not in {row["fact"] for row in said["odds"]}
        assert said["verdict"] == "fine" and said["ranks"][0] < 0.75  # what the leak would have made is 1.0

    def test_a_number_that_is_written_with_the_outcome_is_one_too(self) -> None:
        def written(frame: pd.DataFrame, rng: np.random.Generator) -> Any:
            recorded = frame["is_won"] | (rng.random(len(frame)) < 0.8)
            return np.where(recorded, 5.0 + frame["is_won"] * 20, np.nan)

        parts = split(sample(signal=1.0, contacts=written))
        assert tells(FACTS["contacts"], parts) == 1.0
        assert usable(parts, ["contacts"]) == ([], [("contacts", "leak")])

    def test_an_honest_signal_is_no_leak(self) -> None:
        parts = split(sample(signal=2.0))
        kept, left_out = usable(parts, list(FACTS))
        assert {fact.name for fact in kept} == {"quoted", "amount", "region"}
        assert dict(left_out)["bought"] == "constant" and dict(left_out)["stage"] == "missing"

    def test_every_fact_is_judged_before_it_is_used(self) -> None:
        """Whatever fact is planted as the outcome itself, no model ever uses it."""
        for fact in FACTS.values():
            frame = sample(signal=1.0)
            told = frame["is_won"]
            frame[fact.name] = (
                told if fact.kind == "flag" else told * 1.0 if fact.kind == "number" else told.astype(str)
            )
            assert (fact.name, "leak") in learnt_from(frame, is_dated=True)["left_out"], fact.name


class TestVerdict:
    def test_a_signal_is_found_and_said_first(self) -> None:
        said = learnt_from(sample(signal=1.5), is_dated=True)
        assert said["verdict"] == "fine" and said["ranks"][0] > LEAST_AUC
        assert said["tree"]["if"] == "quoted=1"
        assert said["learnt"] + said["tried"] == DEALS and said["by"] == "time"

    def test_noise_is_no_ground_for_a_model(self) -> None:
        assert learnt_from(sample(), is_dated=True)["verdict"] == "weak"

    def test_few_deals_or_one_outcome_are_none_either(self) -> None:
        assert learnt_from(sample(signal=2.0, deals=300), is_dated=True) == {"verdict": "few"}
        lopsided = sample(signal=2.0).assign(is_won=lambda frame: frame.index < 50)
        assert learnt_from(lopsided, is_dated=True) == {"verdict": "few"}
        late = sample().assign(is_won=lambda frame: frame.index < DEALS * 0.7)  # none won among those tried on
        assert learnt_from(late, is_dated=True)["verdict"] == "few"

    def test_the_same_deals_say_the_same(self) -> None:
        once, again = (learnt_from(sample(signal=1.0), is_dated=True) for _ in range(2))
        assert once == again


class TestSplit:
    def test_those_tried_on_are_later(self) -> None:
        parts = split(sample())
        assert parts.by == "time" and max(parts.learnt["closed_on"]) < parts.on == min(parts.tried["closed_on"])
        assert len(parts.tried) / DEALS == pytest.approx(0.3, abs=0.01)

    def test_without_days_no_account_is_on_both_sides(self) -> None:
        parts = split(sample().assign(closed_on=None))
        assert parts.by == "account" and not set(parts.learnt["account_id"]) & set(parts.tried["account_id"])


class TestTree:
    def test_its_leaves_hold_each_deal_once(self) -> None:
        frame = sample(signal=1.5, expected_days=lambda f, rng: rng.integers(20, 200, len(f)) * 1.0)
        rules = list(tree_of(frame, [FACTS[n] for n in ("quoted", "amount", "region", "expected_days")]).leaves())
        held = sum(rule_over(rule, frame).astype(int) for rule in rules)
        assert len(rules) >= 2 and (held == 1).all()

    def test_numbers_are_split_where_a_person_would(self) -> None:
        frame = sample(amount=lambda f, rng: rng.integers(10_000, 90_000, len(f)))
        frame["is_won"] = frame["amount"] >= 47_825
        tree = tree_of(frame, [FACTS["amount"]])
        assert tree.condition == Condition("amount", ">", "48000")
        assert [spelled(rule) for rule in tree.leaves()] == ["amount>48000", "amount<48000"]

    @pytest.mark.parametrize(("value", "text"), [(47_825.3, "48000"), (2.5, "3"), (0.4567, "0.46"), (101.5, "100")])
    def test_thresholds_have_two_digits(self, value: float, text: str) -> None:
        assert rounded(value) == text


class TestLogistic:
    def test_the_odds_of_one_flag_are_those_of_the_table(self) -> None:
        """Quoted 60 won, 40 lost; not quoted 30 won, 70 lost: 1.5 / (3/7) = 3.5 times; Wald with the four counts."""
        frame = pd.DataFrame({"quoted": [True] * 100 + [False] * 100, "is_won": [n < 60 for n in range(100)] * 1
                              + [n < 30 for n in range(100)]})  # fmt: skip
        row = logistic(frame, [FACTS["quoted"]]).odds.iloc[0]
        error = np.sqrt(1 / 60 + 1 / 40 + 1 / 30 + 1 / 70)
        assert row["odds"] == pytest.approx(3.5, rel=1e-4)
        assert (row["low"], row["high"]) == pytest.approx(
            (3.5 * np.exp(-1.959964 * error), 3.5 * np.exp(1.959964 * error)), rel=1e-4
        )

    def test_what_another_column_says_already_has_no_odds_of_its_own(self) -> None:
        frame = sample(signal=1.0, bought=lambda f, _: ~f["quoted"])
        odds = logistic(frame, [FACTS["quoted"], FACTS["bought"]]).odds
        assert list(odds["fact"]) == ["quoted"]

    def test_a_member_that_was_never_seen_counts_as_the_usual_one(self) -> None:
        frame = sample(signal=1.0)
        model = logistic(frame, [FACTS["region"], FACTS["amount"]])
        usual = model.design.members["region"][0]
        strange = frame.head(3).assign(region="Atlantis", amount=np.nan)
        middle = frame.head(3).assign(region=usual, amount=frame["amount"].median())
        assert model.predicted(strange) == pytest.approx(model.predicted(middle))

    def test_steps_are_those_that_are_said(self) -> None:
        frame = pd.DataFrame({"amount": [1.0, 8.0, np.nan], "tenure": [0.0, 730.0, 365.0]})
        design = Design.of(frame, [FACTS["amount"], FACTS["tenure"]])
        amount, tenure = design.columns(frame).values()
        assert list(amount) == pytest.approx([0, 3, np.log2(4.5)]) and list(tenure) == [0, 2, 1]

    def test_calibration_by_hand(self) -> None:
        """Ten deals, one a group: won where predicted more than a half."""
        predicted = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
        table = calibration(pd.Series(predicted > 0.5), predicted)
        assert list(table["rate"]) == [0] * 5 + [1] * 5 and list(table["predicted"]) == list(predicted)
        assert far_off(table) == pytest.approx(2 * (0.05 + 0.15 + 0.25 + 0.35 + 0.45) / 10)

    def test_only_what_is_sure_is_shown(self) -> None:
        odds = pd.DataFrame({"odds": [1.2, 0.5, 3.0], "low": [0.9, 0.4, 2.0], "high": [1.6, 0.7, 4.0]})
        assert list(known_terms(odds)["odds"]) == [3.0, 0.5]


def test_auc_by_hand() -> None:
    """Won .9 and .4 against lost .5 and .1: three of four pairs right; Hanley and McNeil's error by their formula."""
    area, low, high = auc(pd.Series([True, True, False, False]), [0.9, 0.4, 0.5, 0.1])
    q1, q2 = 0.75 / 1.25, 2 * 0.75**2 / 1.75
    half = 1.959964 * np.sqrt((0.75 * 0.25 + (q1 - 0.75**2) + (q2 - 0.75**2)) / 4)
    assert area == 0.75 and low == pytest.approx(0.75 - half, abs=1e-6) and high == 1.0
