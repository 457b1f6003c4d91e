"""How the numbers of the win/loss page are computed that are no single measure."""

from __future__ import annotations

from typing import Any

import pandas as pd

from callbacks.winloss_back import chosen_rival
from callbacks.winloss_rivals import rival_name
from components.explain import InputLine, drawer
from components.view import View
from queries import rivals, winloss
from queries import winback as b


def of_rivals(view: View, *, as_of: str) -> list[Any]:
    """Win rate against each competitor, with its interval; why the rows do not add up."""
    found, numbers = rivals.rivals(view.slice_, scope=view.scope), view.numbers
    rate = winloss.counted_rate(view.slice_)
    lines = [
        InputLine(
            rival_name(view, row),
            f"{numbers.count(row.won)} / {numbers.count(row.cases)} = {numbers.share(row.rate)}",
            f"{numbers.share(row.low)} – {numbers.share(row.high)}",
        )
        for row in found.itertuples()
    ]
    left_out = [view.w("winloss.rivals_left_out"), view.say(rate.left_out)]
    return drawer(
        view,
        title=view.w("winloss.against"),
        value="",
        meaning=view.w("winloss.rivals_meaning"),
        formula=view.w("winloss.rivals_formula"),
        inputs=lines,
        left_out=left_out,
        as_of=as_of,
    )


def of_presence(view: View, *, as_of: str) -> list[Any]:
    """In which share of deals a competitor is met, and when it is called rising."""
    found, numbers = rivals.presence(view.slice_, scope=view.scope), view.numbers
    last = found[found["quarter"] == found["quarter"].max()] if len(found) else found
    lines = [
        InputLine(
            view.name(row, "member"),
            view.w("words.na") if pd.isna(row.share) else numbers.share(row.share),
            f"{numbers.count(row.deals)} / {numbers.count(row.cases)}",
        )
        for row in last.itertuples()
    ]
    return drawer(
        view,
        title=view.w("winloss.presence"),
        value="",
        meaning=view.w("winloss.presence_meaning"),
        formula=view.w("winloss.presence_formula"),
        inputs=lines,
        left_out=[view.w("winloss.rivals_left_out")],
        as_of=as_of,
    )


def of_win_back(view: View, *, as_of: str) -> list[Any]:
    """The what-if with its inputs."""
    rival, _ = chosen_rival(view)
    region, part, numbers = view.slice_.option("where"), view.slice_.option("back"), view.numbers
    row = next(b.win_back(view.slice_, scope=view.scope, rival=rival, region=region, part=part).itertuples())
    none = numbers.none("no_target")
    shares = [none if pd.isna(value) else numbers.share(value) for value in (row.before, row.after)]
    lines = [
        InputLine(view.w("winloss.lost_to"), numbers.exact(row.lost_amount), view.w("date.closed_on")),
        InputLine(view.w("winloss.won_back"), numbers.exact(row.won_back), view.w(f"winloss.part_{part}")),
        InputLine(view.w("notation.actual"), numbers.exact(row.actual), shares[0]),
        InputLine(view.w("notation.target"), none if pd.isna(row.target) else numbers.exact(row.target)),
    ]
    return drawer(
        view,
        title=view.w("winloss.back"),
        value=shares[1],
        meaning=view.w("winloss.back_meaning"),
        formula=view.w("winloss.back_formula"),
        inputs=lines,
        left_out=[view.w("winloss.back_left_out")],
        as_of=as_of,
    )


TOPICS = {"rivals": of_rivals, "presence": of_presence, "winback": of_win_back}
