"""Learning what separates wins from losses from a sample of deals: frames in, plain findings out.

Runs in a process of its own (`queries.training`); the libraries are imported where they are used, because a server
that only shows the result should not hold them. ADR 12 says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from queries.known import FACTS, Fact
from queries.proportions import NINETY_FIVE
from queries.rules import Condition, Rule
from queries.slices import UNASSIGNED

#: Fewer decided deals, or fewer of either outcome among them, say nothing that would hold.
FEWEST_DEALS, FEWEST_OF_EACH = 400, 100
#: Below this AUC on deals that were not learnt from, a model is hardly better than a coin.
LEAST_AUC = 0.55
#: A single fact that tells the outcome this well was written by it.
LEAK_AUC = 0.95
#: The share of the deals, the last ones, that a model is tried on.
HELD_OUT = 0.3
#: A fact that is missing more often than this is not used; a member of fewer deals joins the others.
MOST_MISSING, SMALLEST_MEMBER = 0.2, 0.02
DEPTH, LEAVES, SMALLEST_LEAF = 3, 7, 0.04
SEED = 1


@dataclass(frozen=True)
class Split:
    """Deals to learn from and deals to try on; `by` is time or account, `on` the first day of the latter."""

    learnt: pd.DataFrame
    tried: pd.DataFrame
    by: str
    on: Any = None


def split(sample: pd.DataFrame) -> Split:
    """The last deals to be decided are tried on; without dates three of ten accounts, with all their deals."""
    if sample["closed_on"].notna().all():
        days = pd.to_datetime(sample["closed_on"]).sort_values()
        first = days.iloc[int(len(days) * (1 - HELD_OUT))]
        later = pd.to_datetime(sample["closed_on"]) >= first
        return Split(sample[~later], sample[later], "time", first.date())
    from sklearn.model_selection import GroupShuffleSplit

    groups = sample["account_id"].fillna(sample["opportunity_id"])
    apart = GroupShuffleSplit(n_splits=1, test_size=HELD_OUT, random_state=SEED)
    learnt, tried = next(apart.split(sample, groups=groups))
    return Split(sample.iloc[learnt], sample.iloc[tried], "account")


def is_enough(deals: pd.DataFrame) -> bool:
    """Whether there are enough deals of both outcomes."""
    won = int(deals["is_won"].sum())
    return len(deals) >= FEWEST_DEALS and min(won, len(deals) - won) >= FEWEST_OF_EACH


def auc(is_won: pd.Series, score: Any) -> tuple[float, float, float]:
    """The area under the ROC curve with its 95 % interval (Hanley and McNeil 1982)."""
    from sklearn.metrics import roc_auc_score

    area = float(roc_auc_score(is_won.astype(bool), score))
    won, lost = int(is_won.sum()), int((~is_won.astype(bool)).sum())
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (won - 1) * (q1 - area**2) + (lost - 1) * (q2 - area**2)
    half = NINETY_FIVE * sqrt(max(spread, 0.0) / (won * lost))
    return area, max(0.0, area - half), min(1.0, area + half)


def usable(parts: Split, names: Sequence[str]) -> tuple[list[Fact], list[tuple[str, str]]]:
    """The facts that may be learnt from, and those left out with the reason: missing, constant or leak."""
    kept, left_out = [], []
    for name in names:
        fact, column = FACTS[name], parts.learnt[name]
        if fact.kind == "number" and column.isna().mean() > MOST_MISSING or column.isna().all():
            left_out.append((name, "missing"))
        elif column.nunique(dropna=False) < 2:
            left_out.append((name, "constant"))
        elif tells(fact, parts) >= LEAK_AUC:
            left_out.append((name, "leak"))
        else:
            kept.append(fact)
    return kept, left_out


def tells(fact: Fact, parts: Split) -> float:
    """How well one fact alone, or its being recorded at all, tells the outcome of the deals tried on: an AUC."""
    learnt, tried, outcome = parts.learnt[fact.name], parts.tried[fact.name], parts.tried["is_won"]
    if outcome.nunique() < 2:
        return 0.5
    scores = [tried.isna().astype(float)]
    if fact.kind == "number":
        values = tried.astype(float)
        scores += [values.fillna(values.min() - 1), values.fillna(values.max() + 1)]
    else:
        shares = parts.learnt["is_won"].astype(float).groupby(learnt.fillna(UNASSIGNED)).mean()
        scores.append(tried.fillna(UNASSIGNED).map(shares).astype(float).fillna(parts.learnt["is_won"].mean()))
    areas = [auc(outcome, score)[0] for score in scores]
    return max(max(area, 1 - area) for area in areas)


@dataclass(frozen=True)
class Tree:
    """A split of deals by a condition: first those for which it holds; or, without one, a leaf."""

    condition: Condition | None = None
    holds: Tree | None = None
    fails: Tree | None = None

    def as_plain(self) -> dict[str, Any]:
        """The tree as nested mappings: if, holds, fails; a leaf is empty."""
        if self.condition is None or self.holds is None or self.fails is None:
            return {}
        return {"if": str(self.condition), "holds": self.holds.as_plain(), "fails": self.fails.as_plain()}

    def leaves(self, above: Rule = ()) -> Iterator[Rule]:
        """The rule of each leaf, from the top down."""
        if self.condition is None or self.holds is None or self.fails is None:
            yield above
            return
        yield from self.holds.leaves((*above, self.condition))
        yield from self.fails.leaves((*above, self.condition.opposite))


def tree_of(learnt: pd.DataFrame, facts: Sequence[Fact]) -> Tree:
    """A small decision tree in conditions that a person can read: thresholds are rounded to two digits."""
    from sklearn.tree import DecisionTreeClassifier

    columns = list(_questions(learnt, facts))
    table = np.column_stack([values for _, values in columns]) if columns else np.zeros((len(learnt), 1))
    model = DecisionTreeClassifier(
        max_depth=DEPTH,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=max(30, int(SMALLEST_LEAF * len(learnt))),
        min_impurity_decrease=2e-4,
        random_state=SEED,
    ).fit(table, learnt["is_won"].astype(bool))
    return _read(model.tree_, [asked for asked, _ in columns], 0)


def _questions(learnt: pd.DataFrame, facts: Sequence[Fact]) -> Iterator[tuple[tuple[Fact, str], np.ndarray]]:
    """What the tree may ask: each flag, each number, each member of some size. Unrecorded numbers are the lowest."""
    for fact in facts:
        column = learnt[fact.name]
        if fact.kind == "number":
            yield (fact, ""), column.astype(float).fillna(-1e12).to_numpy()
        elif fact.kind == "flag":
            yield (fact, "1"), column.astype(float).to_numpy()
        else:
            keys = column.fillna(UNASSIGNED).astype(str)
            for key, share in keys.value_counts(normalize=True).sort_index().items():
                if share >= SMALLEST_MEMBER:
                    yield (fact, str(key)), (keys == key).astype(float).to_numpy()


def _read(found: Any, asked: Sequence[tuple[Fact, str]], node: int) -> Tree:
    """The library's node as ours; in its arrays the left child is "at most the threshold"."""
    left, right = int(found.children_left[node]), int(found.children_right[node])
    if left == right:
        return Tree()
    fact, member = asked[int(found.feature[node])]
    if fact.kind == "number":
        condition = Condition(fact.name, ">", rounded(float(found.threshold[node])))
    else:
        condition = Condition(fact.name, "=", member)
    return Tree(condition, _read(found, asked, right), _read(found, asked, left))


def rounded(value: float) -> str:
    """A threshold with two digits that count, or a whole number: 47,825 is 48000, 2.5 is 3, 0.4567 is 0.46."""
    if abs(value) < 1:
        return str(round(value, 2))
    return str(int(np.ceil(value))) if abs(value) < 100 else str(int(float(f"{value:.1e}")))
