"""The logistic model beside the tree: which fact moves the odds of winning by how much, all others held equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from queries.known import Fact
from queries.learning import SMALLEST_MEMBER
from queries.proportions import wilson
from queries.slices import UNASSIGNED

#: The deals tried on are put into as many groups of equal size by what was predicted for them.
GROUPS = 10
#: The part of a column that no earlier one says; below it the odds of both would be meaningless.
NEW = 0.05


@dataclass(frozen=True)
class Term:
    """One column of the model: a member instead of the usual one, a flag, or a number's step."""

    fact: str
    member: str = ""
    instead_of: str = ""


@dataclass(frozen=True)
class Design:
    """How facts become columns: learnt from some deals, applied to others."""

    facts: tuple[Fact, ...]
    members: dict[str, list[str]] = field(default_factory=dict)  # the usual one first
    middles: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, learnt: pd.DataFrame, facts: Sequence[Fact]) -> Design:
        """The members that are large enough, the most frequent first, and each number's median."""
        members, middles = {}, {}
        for fact in facts:
            if fact.kind == "number":
                middles[fact.name] = float(learnt[fact.name].astype(float).median())
            elif fact.kind == "member":
                shares = learnt[fact.name].fillna(UNASSIGNED).astype(str).value_counts(normalize=True)
                members[fact.name] = [str(key) for key in shares[shares >= SMALLEST_MEMBER].index]
        return cls(tuple(facts), members, middles)

    def columns(self, deals: pd.DataFrame) -> dict[Term, np.ndarray]:
        """A column a term; a deal of a member too small to be told apart counts as the usual one."""
        made: dict[Term, np.ndarray] = {}
        for fact in self.facts:
            column = deals[fact.name]
            if fact.kind == "flag":
                made[Term(fact.name)] = column.astype(float).to_numpy()
            elif fact.kind == "number":
                made[Term(fact.name)] = _steps(fact, column.astype(float).fillna(self.middles[fact.name]))
            else:
                usual, *others = self.members[fact.name] or [UNASSIGNED]
                keys = column.fillna(UNASSIGNED).astype(str)
                for key in others:
                    made[Term(fact.name, key, usual)] = (keys == key).astype(float).to_numpy()
        return made


def _steps(fact: Fact, column: pd.Series) -> np.ndarray:
    """The number in steps of the fact; where the step is a doubling, its logarithm."""
    if fact.step:
        return (column / fact.step).to_numpy()
    return np.log2(column.clip(lower=1.0)).to_numpy()


@dataclass(frozen=True)
class Logistic:
    """The fitted model: its odds, and how to predict."""

    design: Design
    terms: tuple[Term, ...]
    weights: np.ndarray  # the constant first
    odds: pd.DataFrame

    def predicted(self, deals: pd.DataFrame) -> np.ndarray:
        """The chance of each deal to be won."""
        columns = self.design.columns(deals)
        score = self.weights[0] + sum(w * columns[t] for w, t in zip(self.weights[1:], self.terms, strict=True))
        return np.asarray(1 / (1 + np.exp(-np.clip(score, -35, 35)))) * np.ones(len(deals))


def logistic(learnt: pd.DataFrame, facts: Sequence[Fact]) -> Logistic:
    """Fits the model; one row of `odds` a term: fact, member, instead_of, odds, low, high (95 %), p."""
    import statsmodels.api as sm

    design = Design.of(learnt, facts)
    columns = _apart(design.columns(learnt))
    table = sm.add_constant(np.column_stack(list(columns.values())), has_constant="add")
    fitted = sm.GLM(learnt["is_won"].astype(float).to_numpy(), table, family=sm.families.Binomial()).fit()
    bounds = fitted.conf_int()
    rows = [
        (t.fact, t.member, t.instead_of, np.exp(w), np.exp(low), np.exp(high), p)
        for t, w, (low, high), p in zip(columns, fitted.params[1:], bounds[1:], fitted.pvalues[1:], strict=True)
    ]
    odds = pd.DataFrame(rows, columns=["fact", "member", "instead_of", "odds", "low", "high", "p"])
    return Logistic(design, tuple(columns), np.asarray(fitted.params), odds)


def _apart(columns: dict[Term, np.ndarray]) -> dict[Term, np.ndarray]:
    """The columns without those that never change, or that earlier ones together say already (Gram-Schmidt)."""
    kept: dict[Term, np.ndarray] = {}
    spanned: list[np.ndarray] = []
    for term, values in columns.items():
        rest = values - values.mean()
        whole = np.linalg.norm(rest)
        for other in spanned:
            rest = rest - (rest @ other) * other
        if whole == 0 or np.linalg.norm(rest) ** 2 < NEW * whole**2:
            continue
        kept[term] = values
        spanned.append(rest / np.linalg.norm(rest))
    return kept


def calibration(is_won: pd.Series, predicted: np.ndarray) -> pd.DataFrame:
    """One row per group of deals of alike predicted chance, lowest first: predicted, rate, low, high (95 %), cases."""
    order = pd.Series(predicted).rank(method="first", pct=True)
    group = np.minimum((order * GROUPS).apply(np.ceil).astype(int), GROUPS)
    table = pd.DataFrame({"group": group, "predicted": predicted, "is_won": is_won.astype(float).to_numpy()})
    rows = table.groupby("group").agg(predicted=("predicted", "mean"), won=("is_won", "sum"), cases=("is_won", "size"))
    bounds = [wilson(won, cases) for won, cases in zip(rows["won"], rows["cases"], strict=True)]
    rows = rows.assign(rate=rows["won"] / rows["cases"], low=[b[0] for b in bounds], high=[b[1] for b in bounds])
    return rows.reset_index(drop=True)[["predicted", "rate", "low", "high", "cases"]]


def far_off(table: pd.DataFrame) -> float:
    """How far predicted and actual share are apart on average over the deals (expected calibration error)."""
    return float(((table["predicted"] - table["rate"]).abs() * table["cases"]).sum() / table["cases"].sum())


def known_terms(odds: pd.DataFrame) -> pd.DataFrame:
    """The odds whose whole interval lies on one side of one, strongest first."""
    sure = odds[(odds["low"] > 1) | (odds["high"] < 1)]
    return sure.reindex(np.log(sure["odds"]).abs().sort_values(ascending=False).index).reset_index(drop=True)
