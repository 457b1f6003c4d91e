"""What separates wins from losses: the sample that is learnt from, and all that the page says of what was learnt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, case, func, select

from queries import known
from queries.engine import frame_of, question
from queries.evidence_window import evidence_period
from queries.learning import LEAST_AUC, Split, Tree, auc, is_enough, split, tree_of, usable
from queries.logistic import calibration, far_off, logistic
from queries.rules import Rule, every, facts_of, rule_as_sql, rule_over, simplified, spelled
from queries.scope import Scope
from queries.semantic.facts import OPPORTUNITIES
from queries.semantic.measures import decided_count
from queries.semantic.model import Expression
from queries.slices import Slice
from queries.source import Source, conditions

#: So many deals are learnt from; more would not change what a person can read.
SAMPLE = 30_000


@dataclass(frozen=True)
class Separation:
    """What was learnt. `verdict`: fine, few (too few deals of either outcome) or weak (hardly better than a coin).

    `deals` and `won` are of all deals decided after their early day, `early` were decided before it and are left out.
    `ranks` and `tree_ranks` are AUCs on deals not learnt from, with their 95 % intervals. `tree` is nested: if (a
    condition), holds, fails; its leaves are counted off in `leaves`: rule, deals and won, of all deals. `odds` and
    `calibration` are rows as `queries.logistic` makes them.
    """

    verdict: str
    deals: int = 0
    won: int = 0
    early: int = 0
    is_dated: bool = True
    learnt: int = 0
    tried: int = 0
    by: str = "time"
    since: str | None = None
    ranks: tuple[float, float, float] | None = None
    tree_ranks: tuple[float, float, float] | None = None
    off: float | None = None
    left_out: list[tuple[str, str]] = field(default_factory=list)
    tree: dict[str, Any] | None = None
    leaves: list[dict[str, Any]] = field(default_factory=list)
    odds: list[dict[str, Any]] = field(default_factory=list)
    calibration: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> str:
        """The text that `from_json` reads."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Separation:
        """What `to_json` wrote."""
        said = json.loads(text)
        for name in ("ranks", "tree_ranks"):
            said[name] = None if said[name] is None else tuple(said[name])
        said["left_out"] = [tuple(pair) for pair in said["left_out"]]
        return cls(**said)

    @property
    def held_out_from(self) -> date | None:
        """The first day whose deals were tried on, where the split is by time."""
        return None if self.since is None else date.fromisoformat(self.since)


def separation(slice_: Slice, *, scope: Scope) -> Separation:
    """Learns from the deals of the slice's evidence; takes seconds, so it is asked by `queries.training` alone."""
    found = population(slice_, scope=scope)
    about: dict[str, Any] = {name: int(found[name]) for name in ("deals", "won", "early")}
    if about["deals"] == 0:
        return Separation("few", **about)
    is_dated = bool(found["is_dated"])
    sample = sampled(slice_, scope=scope, is_dated=is_dated, deals=about["deals"])
    said = learnt_from(sample, is_dated=is_dated)
    rules = [tuple(rule) for rule in said.pop("rules", ())]
    leaves = counted(rules, slice_, scope=scope, is_dated=is_dated) if rules else []
    return Separation(**about, is_dated=is_dated, leaves=leaves, **said)


@question
def population(slice_: Slice, *, scope: Scope) -> pd.Series:
    """deals and won of what was decided after its early day, early of what was before; is_dated: days are known.

    Where no deal has both days, all decided deals are taken, by what needs no day.
    """
    source = Source.of(OPPORTUNITIES, slice_, "closed_on")
    table, later = source.table, known.is_later(source.table)
    where = [*conditions(source, slice_=slice_, scope=scope, period=evidence_period(slice_)), decided_count.rows(table)]
    is_won = table.c.status == "won"
    columns: dict[str, ColumnElement[Any]] = {
        "all": func.count(),
        "all_won": func.count().filter(is_won),
        "later": func.count().filter(later),
        "later_won": func.count().filter(later, is_won),
        "dated": func.count().filter(later.is_not(None)),
    }
    chosen = [column.label(name) for name, column in columns.items()]
    row = frame_of(select(*chosen).select_from(table).where(*where)).iloc[0]
    if row["dated"] == 0:
        return pd.Series({"deals": row["all"], "won": row["all_won"], "early": 0, "is_dated": False})
    early = row["dated"] - row["later"]
    return pd.Series({"deals": row["later"], "won": row["later_won"], "early": early, "is_dated": True})


def sampled(slice_: Slice, *, scope: Scope, is_dated: bool, deals: int) -> pd.DataFrame:
    """One row per deal of the sample, by id: the columns of `known.decided_later` with all facts.

    Which deals are in it depends on their ids alone, so that the same data always gives the same sample.
    """
    names = [fact.name for fact in known.facts_for(is_dated=is_dated)]

    def where(of: known.Deals) -> Sequence[ColumnElement[bool]]:
        if deals <= SAMPLE:
            return ()
        return (func.md5(of.table.c.opportunity_id) < f"{int(SAMPLE / deals * 16**8):08x}",)

    asked: dict[str, Any] = {"scope": scope, "period": evidence_period(slice_), "is_dated": is_dated, "where": where}
    whole = frame_of(known.decided_later([], slice_, **asked)).set_index("opportunity_id")
    for name in names:  # one after the other: all their joins at once are more than a small memory holds
        found = frame_of(known.decided_later([name], slice_, **asked)).set_index("opportunity_id")
        whole[name] = found[name]
    return whole.sort_index().reset_index()


def learnt_from(sample: pd.DataFrame, *, is_dated: bool) -> dict[str, Any]:
    """What `Separation` says of a sample, but for what is counted over all deals; with the `rules` of the leaves."""
    if not is_enough(sample):
        return {"verdict": "few"}
    parts = split(sample)
    said: dict[str, Any] = {"learnt": len(parts.learnt), "tried": len(parts.tried), "by": parts.by}
    said["since"] = None if parts.on is None else parts.on.isoformat()
    if min(parts.tried["is_won"].sum(), (~parts.tried["is_won"].astype(bool)).sum()) < 20:
        return {**said, "verdict": "few"}
    facts, left_out = usable(parts, [fact.name for fact in known.facts_for(is_dated=is_dated)])
    said["left_out"] = left_out
    if not facts:
        return {**said, "verdict": "weak"}
    model = logistic(parts.learnt, facts)
    predicted = model.predicted(parts.tried)
    groups = calibration(parts.tried["is_won"], predicted)
    said |= {"ranks": auc(parts.tried["is_won"], predicted), "off": far_off(groups)}
    said |= {"odds": model.odds.to_dict("records"), "calibration": groups.to_dict("records")}
    said |= _tree(parts, tree_of(parts.learnt, facts))
    area, low, _ = said["ranks"]
    return {**said, "verdict": "fine" if area >= LEAST_AUC and low > 0.5 else "weak"}


def _tree(parts: Split, tree: Tree) -> dict[str, Any]:
    """The rules of the leaves, and how well their shares rank deals that were not learnt from."""
    rules = [simplified(rule) for rule in tree.leaves()]
    if len(rules) < 2:
        return {"rules": []}
    score = pd.Series(0.0, index=parts.tried.index)
    for rule in rules:
        score[rule_over(rule, parts.tried)] = parts.learnt.loc[rule_over(rule, parts.learnt), "is_won"].mean()
    return {"rules": rules, "tree": tree.as_plain(), "tree_ranks": auc(parts.tried["is_won"], score)}


def separated(rule: Rule, slice_: Slice, *, scope: Scope) -> Expression:
    """The deals of the evidence that a rule holds for, as `counted` counts them."""

    def ids(of: known.Deals) -> Sequence[ColumnElement[Any]]:
        return [of.table.c.opportunity_id]

    found = known.decided_later(
        facts_of([rule]),
        slice_,
        scope=scope,
        period=evidence_period(slice_),
        is_dated=bool(population(slice_, scope=scope)["is_dated"]),
        where=lambda of: rule_as_sql(rule, of),
        columns=ids,
    )
    return lambda table: table.c.opportunity_id.in_(found)


def counted(rules: Sequence[Rule], slice_: Slice, *, scope: Scope, is_dated: bool) -> list[dict[str, Any]]:
    """Each rule with its deals and those won among them, over all deals of the evidence."""

    def columns(of: known.Deals) -> Sequence[ColumnElement[Any]]:
        leaf = case(*((every(rule, of), number) for number, rule in enumerate(rules)), else_=-1)
        return [leaf.label("leaf"), (of.table.c.status == "won").label("is_won")]

    asked = {"scope": scope, "period": evidence_period(slice_), "is_dated": is_dated}
    rows = known.decided_later(facts_of(rules), slice_, columns=columns, **asked).subquery("rows")  # type: ignore[arg-type]
    found = frame_of(
        select(rows.c.leaf, func.count().label("deals"), func.count().filter(rows.c.is_won).label("won")).group_by(
            rows.c.leaf
        )
    ).set_index("leaf")
    counts = found.reindex(range(len(rules))).fillna(0).astype(int)
    return [
        {"rule": spelled(rule), "deals": int(row.deals), "won": int(row.won)}
        for rule, row in zip(rules, counts.itertuples(), strict=True)
    ]
