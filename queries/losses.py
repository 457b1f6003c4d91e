"""Loss questions: in which stage, for which reason, to whom, and after how long a silence deals are lost."""

from __future__ import annotations

import pandas as pd

from queries.breakdown import breakdown
from queries.engine import question
from queries.rivals import NOBODY, UNKNOWN
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.slices import UNASSIGNED, Slice


@question
def loss_flow(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per stage, reason and winner of lost deals: stage and reason with labels, winner with labels, at (the
    members as a list is asked for them), lost_count, lost_amount. Stages in their order.

    Where no winner is recorded, `winner` is `nobody` if a close review names no competitor, else `unknown`.
    """
    by = [d.stage, d.close_reason, d.winner, d.competition]
    found = breakdown(m.lost_count, m.lost_amount, by=by, slice_=slice_, scope=scope)
    found = found[found["lost_count"] > 0].reset_index(drop=True)
    is_known = found["winner"] != UNASSIGNED
    at_nobody = ~is_known & (found["competition"] == NOBODY)
    found["winner"] = found["winner"].where(is_known, at_nobody.map({True: NOBODY, False: UNKNOWN}))
    keys = ["stage", "close_reason", "winner"]
    labels = [f"{key}_{suffix}" for key in keys for suffix in ("label", "label_zh")]
    how = {**dict.fromkeys(labels, "first"), "lost_count": "sum", "lost_amount": "sum"}
    return found.groupby(keys, sort=False, as_index=False).agg(how)


@question
def loss_reasons(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per reason of lost deals: close_reason with labels, lost_count, lost_amount; most deals first.

    Those without a reason are `unassigned`, and last.
    """
    found = breakdown(m.lost_count, m.lost_amount, by=[d.close_reason], slice_=slice_, scope=scope)
    found = found[found["lost_count"] > 0]
    found = found.assign(last=found["close_reason"] == UNASSIGNED)
    order = found.sort_values(["last", "lost_count"], ascending=[True, False], kind="stable", ignore_index=True)
    return order.drop(columns="last")


@question
def silence(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per band of days from the last activity to the close, shortest first: idle_band (where it begins, or
    `unassigned` without a recorded activity), lost_count, lost_amount, decided_count, win_rate.

    `attrs["median"]`: the median days before a loss, NaN where no activity is recorded.
    """
    asked = (m.lost_count, m.lost_amount, m.win_rate)
    found = breakdown(*asked, by=[d.idle_band], slice_=slice_, scope=scope, parts=True)
    found = found.rename(columns={"win_rate_under": "decided_count"}).drop(columns="win_rate_over")
    median = breakdown(m.idle_days, slice_=slice_, scope=scope)
    found.attrs["median"] = float(median["idle_days"].iloc[0])
    return found.reset_index(drop=True)
