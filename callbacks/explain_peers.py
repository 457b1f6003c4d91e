"""Fills the drawer "how is this computed" for a rep's funnel beside the peers'."""

from __future__ import annotations

from typing import Any

import pandas as pd

from callbacks.rep_cards import peers_words
from components.explain import InputLine, drawer
from components.view import View
from queries import findings as f
from queries import peers as p
from queries import rep as r


def of_peers(view: View, *, as_of: str) -> list[Any]:
    """Stage by stage the own rate and the peers' median; `as_of` says of which data."""
    rep, w = r.rep_of(view.slice_, scope=view.scope), view.w
    found = pd.DataFrame() if rep is None else p.stages_against_peers(view.slice_, scope=view.scope, rep=rep)
    lines = [
        InputLine(
            view.name(row),
            view.w("words.na") if pd.isna(row.rate) else view.numbers.share(row.rate),
            w("rep.explain_stage", exits=view.numbers.count(row.exits), peers=peers_words(view, row)),
        )
        for row in found.itertuples()
    ]
    weak = None if found.empty else f.coaching(found)
    if weak is not None:
        row = next(found[found["stage"] == weak.values["stage"]].itertuples())
        lines.append(InputLine(w("rep.explain_amount"), view.numbers.exact(row.exit_amount), view.name(row)))
        lines.append(InputLine(w("rep.explain_worth"), view.numbers.exact(round(row.worth)), view.name(row)))
    return drawer(
        view,
        title=w("rep.funnel"),
        value="",
        meaning=w("rep.explain_meaning"),
        formula=w("rep.explain_formula"),
        inputs=lines,
        left_out=[w("rep.explain_left_out"), w("rep.explain_interval")],
        as_of=as_of,
    )
