"""What a viewer can choose from: members of dimensions, and which of a slice's values exist at all."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from queries.breakdown import breakdown
from queries.engine import current, question
from queries.rows import Behind
from queries.scope import Scope
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED, Slice
from queries.targets import labels


@question
def members(dimension: str, *, scope: Scope) -> pd.DataFrame:
    """One row per member that any opportunity or sale has, by name: key, label, label_zh, rows.

    rows are opportunities; of a member that has none, sales lines. A member whose rows are all outside the scope is
    not there.
    """
    everything = Slice(period="all")
    by = DIMENSIONS[dimension]
    pieces = [
        breakdown(measure, by=[by], slice_=everything, scope=scope).rename(
            columns={measure.name: "rows", dimension: "key"}
        )
        for measure in (m.opportunity_count, m.sales_lines)
        if by.fits(measure.fact)
    ]
    found = pd.concat([piece for piece in pieces if len(piece)] or [pd.DataFrame()], ignore_index=True)
    if found.empty:
        return pd.DataFrame(columns=["key", "label", "label_zh", "rows"])
    found = found.drop_duplicates("key")
    found["key"] = found["key"].astype(str)
    for column, suffix in (("label", "label"), ("label_zh", "label_zh")):
        found[column] = found.get(f"{dimension}_{suffix}", found["key"])
    order = found.sort_values("label", key=lambda names: names.astype(str), kind="stable")
    return order[["key", "label", "label_zh", "rows"]].reset_index(drop=True)


def understood(slice_: Slice, *, scope: Scope) -> Slice:
    """The slice without values that the data does not know; each is named in `dropped`."""
    kept, dropped = slice_, list(slice_.dropped)
    for name, values in slice_.filters:
        known = members(name, scope=scope)
        # Who has a target and has sold nothing yet is there too; not for who may see a part only.
        names = {*known["key"], *known["label"], UNASSIGNED, *(() if scope.limits else labels(name))}
        good = [value for value in values if value.removeprefix("!") in names]
        if len(good) < len(values):
            dropped += [f"{name}={value}" for value in values if value not in good]
            kept = kept.with_filter(name, good)
    opened = slice_.option("open")
    if opened and Behind.parse(opened) is None:
        dropped.append(f"open={opened}")
        kept = kept.with_option("open", None)
    if slice_.as_of is not None and slice_.as_of > current().as_of:
        dropped.append(f"as_of={slice_.as_of}")
        kept = replace(kept, as_of=None)
    return replace(kept, dropped=tuple(dropped))
