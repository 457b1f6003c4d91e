"""What a plan costs in commission: payouts per rep at the landing, under one scheme beside the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from callbacks.plan_view import Showing
from components.cards import Delta
from components.view import View
from planning.commission import Cost, cost, payout
from planning.replay import SCALE
from planning.schemes import Scheme, schemes
from queries.planning import landing_by
from queries.slices import UNASSIGNED


@dataclass(frozen=True)
class Payout:
    """What a scheme pays for the period, in currency units: for the plan, and for what it begins from."""

    scheme: Scheme
    amount: float
    before: float


@dataclass(frozen=True, eq=False)
class Reps:
    """Each rep's landing and targets, in ten-thousandths; a target of 0 is none."""

    keys: list[str]
    landing: np.ndarray
    proposed: np.ndarray
    in_force: np.ndarray


def chosen(view: View) -> Scheme:
    """The scheme that the slice names, else the first there is."""
    known = schemes()
    return next((one for one in known if one.key == view.slice_.option("scheme")), known[0])


def scheme_name(view: View, scheme: Scheme) -> str:
    """What people call it."""
    return scheme.name_zh if view.lang == "zh" else scheme.name


def reps_of(shown: Showing, basis: str) -> Reps | None:
    """The reps in sight with targets of the plan's plane for reps; None where it has none that knows the node."""
    if basis not in shown.kept:
        shown.kept[basis] = _reps_of(shown, basis)
    return shown.kept[basis]


def _reps_of(shown: Showing, basis: str) -> Reps | None:
    plan, base = shown.opened.plan, shown.opened.base
    at = plan.answering({*shown.node.keys, "rep"})
    if at is None:
        return None
    base_at = base.index(plan.planes[at].name)
    proposed = {key: amount for (key,), amount in plan.sums(at, ["rep"], shown.node).items()}
    before = (
        {} if base_at is None else {key: amount for (key,), amount in base.sums(base_at, ["rep"], shown.node).items()}
    )
    landing = landing_by(shown.slice_.with_option("basis", basis), scope=shown.view.scope, by="rep")
    keys = list(dict.fromkeys([*(UNASSIGNED if key is None else key for key in proposed), *landing.index]))
    named = [None if key == UNASSIGNED else key for key in keys]
    return Reps(
        keys,
        np.rint(landing.reindex(keys, fill_value=0.0).to_numpy(float) * SCALE).astype(np.int64),
        np.array([proposed.get(key, 0) for key in named], dtype=np.int64),
        np.array([before.get(key, 0) for key in named], dtype=np.int64),
    )


def payout_of(shown: Showing, scheme: Scheme | None = None) -> Payout:
    """The payout over all reps in sight at the landing; NaN where the plan has no targets for reps."""
    scheme = scheme or chosen(shown.view)
    reps = reps_of(shown, scheme.basis)
    if reps is None:
        return Payout(scheme, float("nan"), float("nan"))
    now, before = (float(payout(scheme, reps.landing, aims).sum()) / SCALE for aims in (reps.proposed, reps.in_force))
    return Payout(scheme, now, before)


def cost_of(shown: Showing, scheme: Scheme) -> Cost | None:
    """What a scheme costs, and what it pays for."""
    reps = reps_of(shown, scheme.basis)
    return None if reps is None else cost(scheme, reps.landing, reps.proposed)


def payouts_by_rep(shown: Showing, scheme: Scheme) -> pd.DataFrame:
    """One row per rep, the largest payout first: key, landing, proposed, payout, before, all in currency units."""
    reps = reps_of(shown, scheme.basis)
    if reps is None:
        return pd.DataFrame(columns=["key", "landing", "proposed", "payout", "before"])
    frame = pd.DataFrame({"key": reps.keys, "landing": reps.landing, "proposed": reps.proposed})
    frame["payout"] = payout(scheme, reps.landing, reps.proposed)
    frame["before"] = payout(scheme, reps.landing, reps.in_force)
    frame[["landing", "proposed", "payout", "before"]] /= SCALE
    return frame.sort_values("payout", ascending=False, kind="stable", ignore_index=True)


def payout_delta(view: View, paid: Payout) -> Delta:
    """How the payout differs from that of the version the plan begins from; nobody's good or bad."""
    name = scheme_name(view, paid.scheme)
    change = paid.amount - paid.before
    if pd.isna(change):
        return Delta(0, None, "", view.w("plan.no_reps"))
    if abs(change) < 0.5:
        return Delta(0, None, "", view.w("plan.commission_at", scheme=name))
    return Delta(0, None, view.numbers.signed_money(change), view.w("plan.commission_at", scheme=name), "yours")
