"""Peer questions: a rep beside the other reps of the region: key numbers, each stage of the funnel, what is sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from queries.attainment import attainment, attainment_by
from queries.breakdown import breakdown
from queries.engine import question
from queries.funnel import stages
from queries.proportions import FEW, wilson
from queries.rep import FEWEST_PEERS, around, facts, median_of, staff
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED, Slice
from queries.stage_sums import recent_period

_EXIT_AMOUNT = replace(m.stage_exits, name="exit_amount", aggregate="sum", format="money", weight=lambda t: t.c.amount)


@dataclass(frozen=True)
class Peers:
    """Who a rep is compared with: the reps who are in the region at the as-of day, without the rep."""

    region: str
    label: str
    label_zh: str
    keys: tuple[str, ...]


@question
def peers(slice_: Slice, *, scope: Scope, rep: str) -> Peers:
    """The reps whose latest office lies in the rep's region, hired by the as-of day and not gone; by key.

    A rep who moved is compared in the new region, one who left in the last one, as far as slice and scope reach.
    """
    own = facts(rep, slice_, scope=scope)
    if own is None:
        return Peers(UNASSIGNED, "", "", ())
    found = staff(around(slice_), scope=scope)
    beside = found[(found["region"] == own.region) & found["left_on"].isna() & (found["rep"] != rep)]
    label, label_zh = (str(one or "") for one in (own.region_label, own.region_label_zh))
    return Peers(own.region, label, label_zh, tuple(beside["rep"]))


@question
def against_peers(slice_: Slice, *, scope: Scope, rep: str) -> pd.DataFrame:
    """One row per key number, the index: value, peers (their median), peer_count, cases (of the rep; NaN if no rate).

    actual, pace, landing, win_rate, open_amount, cycle_days. Among the peers are those with a target or sales; for a
    win rate those with ten decided deals. A cycle's median is that of all deals that the peers won together. Fewer
    than three peers have no median: NaN.
    """
    keys, wide = peers(slice_, scope=scope, rep=rep).keys, around(slice_)
    own = attainment(slice_, scope=scope).iloc[0]
    measures = (m.win_rate, m.open_amount, m.cycle_days)
    deals = breakdown(*measures, slice_=slice_, scope=scope, parts=True).iloc[0]
    planned = _of(keys, attainment_by(wide, scope=scope, by="rep"))
    others = _of(keys, breakdown(*measures, by=[d.rep], slice_=wide, scope=scope, parts=True))
    rows: list[tuple[str, float, pd.Series, float]] = [
        (name, own[name], planned[name], np.nan) for name in ("actual", "pace", "landing")
    ]
    decided, won = others["win_rate_under"], others["win_rate_over"]
    rows.append(("win_rate", deals["win_rate"], others["win_rate"].where(decided >= FEW), deals["win_rate_under"]))
    standing = others["open_amount"].reindex(others.index.union(planned.index)).fillna(0.0)
    rows.append(("open_amount", deals["open_amount"], standing, np.nan))
    rows.append(("cycle_days", deals["cycle_days"], others["cycle_days"].where(won > 0), deals["win_rate_over"]))
    table = pd.DataFrame(
        [(value, median_of(of), int(of.notna().sum()), cases) for _, value, of, cases in rows],
        columns=["value", "peers", "peer_count", "cases"],
        index=pd.Index([name for name, *_ in rows], name="number"),
    )
    if table.loc["cycle_days", "peer_count"] >= FEWEST_PEERS:
        together = breakdown(m.cycle_days, slice_=wide, scope=scope, extra=[("rep", list(keys))])
        table.loc["cycle_days", "peers"] = together["cycle_days"].iloc[0]
    return table


def _of(keys: Sequence[str], found: pd.DataFrame) -> pd.DataFrame:
    """The rows of these reps, by key."""
    by_rep = found.set_index("rep")
    return by_rep[by_rep.index.isin(keys)]


@question
def stages_against_peers(slice_: Slice, *, scope: Scope, rep: str) -> pd.DataFrame:
    """One row per open stage in order, over deals that left it in the twelve months to the as-of day.

    Columns of `stages`, then of the rep exits, rate (share that moved on), low and high (its 95 % Wilson interval),
    days (median), exit_amount; of the peers with ten exits peer_rate and peer_days (medians of theirs) and peer_count;
    gap = peer_rate - rate; worth = gap x exit_amount, what more a year would get on at the peers' rate.
    """
    steps = stages(slice_, scope=scope)
    steps = steps[~steps["is_won"].fillna(False).astype(bool)].reset_index(drop=True)
    measures = (m.stage_success_rate, m.stage_days, _EXIT_AMOUNT)
    period = recent_period(slice_)
    own = breakdown(*measures, by=[d.stage], slice_=slice_, scope=scope, period=period, parts=True)
    others = breakdown(*measures, by=[d.stage, d.rep], slice_=around(slice_), scope=scope, period=period, parts=True)
    keys = peers(slice_, scope=scope, rep=rep).keys
    others = others[others["rep"].isin(keys) & (others["stage_success_rate_under"] >= FEW)]
    own = own.set_index("stage").reindex(steps["stage"])
    over, under = (own[f"stage_success_rate_{part}"].fillna(0.0).to_numpy() for part in ("over", "under"))
    bounds = [wilson(a, b) for a, b in zip(over, under, strict=True)]
    told = steps.assign(
        exits=under,
        rate=own["stage_success_rate"].to_numpy(),
        low=[low for low, _ in bounds],
        high=[high for _, high in bounds],
        days=own["stage_days"].to_numpy(),
        exit_amount=own["exit_amount"].fillna(0.0).to_numpy(),
    )
    by_stage = [others[others["stage"] == stage] for stage in steps["stage"]]
    told["peer_rate"] = [median_of(some["stage_success_rate"]) for some in by_stage]
    told["peer_days"] = [median_of(some["stage_days"]) for some in by_stage]
    told["peer_count"] = [len(some) for some in by_stage]
    told["gap"] = told["peer_rate"] - told["rate"]
    told["worth"] = told["gap"] * told["exit_amount"]
    return told


@question
def sales_mix(slice_: Slice, *, scope: Scope, rep: str, by: Sequence[str]) -> pd.DataFrame:
    """One row per dimension asked for and member: by, member, labels, actual, share, peers (their share together).

    Of the sales of the slice's period. Members in the order of the rep's shares; NaN where there is nothing to share.
    """
    keys, wide = list(peers(slice_, scope=scope, rep=rep).keys), around(slice_)
    pieces = []
    for name in by:
        dimension = DIMENSIONS[name]
        own = breakdown(m.sales_amount, by=[dimension], slice_=slice_, scope=scope)
        extra = [("rep", keys)]
        theirs = breakdown(m.sales_amount, by=[dimension], slice_=wide, scope=scope, extra=extra) if keys else own[:0]
        both = own.merge(theirs, on=name, how="outer", suffixes=("", "_theirs"))
        piece = pd.DataFrame({"by": name, "member": both[name]})
        for suffix in ("label", "label_zh"):
            piece[suffix] = both[f"{name}_{suffix}"].fillna(both[f"{name}_{suffix}_theirs"])
        piece["actual"] = both["sales_amount"].fillna(0.0)
        piece["share"] = _shares(both["sales_amount"])
        piece["peers"] = _shares(both["sales_amount_theirs"])
        order = ["share", "peers"]
        pieces.append(piece.sort_values(order, ascending=False, kind="stable", na_position="last"))
    return pd.concat(pieces, ignore_index=True)


def _shares(amounts: pd.Series) -> pd.Series:
    known = amounts.fillna(0.0)
    return known / known.sum() if known.sum() > 0 else known * np.nan
