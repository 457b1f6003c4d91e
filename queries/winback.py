"""What winning back a part of what a competitor took would do to attainment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queries.attainment import attainment_by
from queries.breakdown import breakdown
from queries.engine import question
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.slices import UNASSIGNED, Slice

#: The parts one can win back, by how they are spelled.
PARTS = {"tenth": 0.1, "quarter": 0.25, "third": 1 / 3, "half": 0.5, "all": 1.0}
#: The row of the whole slice.
WHOLE = "whole"


@question
def win_back(slice_: Slice, *, scope: Scope, rival: str, region: str, part: str) -> pd.DataFrame:
    """One row for the slice (`whole`) and one per region that has lost to the competitor, most lost first.

    member with labels, lost_count, lost_amount (to the competitor, by close date in the period), won_back, actual,
    target, before and after (attainment; NaN without a target), change. won_back is `part` of the lost amount, in the
    region alone where one is given; the slice's is the sum of its regions'. Actuals are those of the slice's basis:
    as if the deals won back had been booked in full in the period.
    """
    lost = breakdown(m.lost_count, m.lost_amount, by=[d.region], slice_=slice_, scope=scope, extra=[("winner", rival)])
    lost = lost[lost["lost_count"] > 0].sort_values("lost_amount", ascending=False, kind="stable")
    planned = attainment_by(slice_, scope=scope, by="region")  # its members sum to the whole
    by_region = planned.set_index("region")
    table = pd.DataFrame({"member": lost["region"].astype(str)})
    for suffix in ("label", "label_zh"):
        table[f"member_{suffix}"] = lost[f"region_{suffix}"]
    table["lost_count"], table["lost_amount"] = lost["lost_count"], lost["lost_amount"]
    meant = (table["member"] == region) | (region == "")
    table["won_back"] = (table["lost_amount"] * PARTS[part]).where(meant, 0.0)
    for name in ("actual", "target"):
        table[name] = table["member"].map(by_region[name]).to_numpy(float) if len(planned) else np.nan
    first = {
        "member": WHOLE,
        "lost_count": table["lost_count"].where(meant, 0).sum(),
        "lost_amount": table["lost_amount"].where(meant, 0).sum(),
        "won_back": table["won_back"].sum(),
        "actual": planned["actual"].sum(),
        "target": planned.attrs["target"],
    }
    both = pd.concat([pd.DataFrame([first]), table], ignore_index=True)
    positive = both["target"].where(both["target"] > 0)
    both["before"] = both["actual"] / positive
    both["after"] = (both["actual"].fillna(0.0) + both["won_back"]) / positive
    both["change"] = both["after"] - both["before"]
    return both


def rivals_lost_to(lost: pd.DataFrame) -> pd.DataFrame:
    """Of `rivals.lost_to` the competitors alone, most money first."""
    return lost[~lost["member"].isin(["nobody", "unknown", "undetermined", UNASSIGNED])]
