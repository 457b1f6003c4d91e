"""Fills the drawer "how is this computed" for the evidence against a competitor."""

from __future__ import annotations

from typing import Any

from callbacks.against import name_of, period_of
from callbacks.against_cards import p_words
from components.explain import InputLine, drawer
from components.view import View
from queries import against as a


def of_against(view: View, *, as_of: str) -> list[Any]:
    """What was compared, how it was tested, and how much of it holds; `as_of` says of which data."""
    rival, w = a.rival_of(view.slice_, scope=view.scope), view.w
    said = {"fewest": a.FEWEST}
    lines = [] if rival is None else _inputs(view, rival)
    foot = w("evidence.foot", tried=lines[0].value if lines else 0, rate=view.numbers.share(a.FALSE_SHARE, 0))
    return drawer(
        view,
        title=w("nav.against") if rival is None else w("evidence.explain_title", rival=name_of(view, rival)),
        value="",
        meaning=w("evidence.explain_meaning", **said),
        formula=w("evidence.explain_formula"),
        inputs=lines,
        left_out=[w("evidence.explain_left_out", **said), w("evidence.explain_losses"), foot],
        as_of=f"{as_of} {period_of(view)}",
    )


def _inputs(view: View, rival: str) -> list[InputLine]:
    """How many were tried and held, and the surest of each quarter."""
    w, tried = view.w, a.comparisons(view.slice_, scope=view.scope, rival=rival)
    held = a.quadrants(tried)
    sure = int((tried["q"] <= a.FALSE_SHARE).sum())
    lines = [
        InputLine(w("evidence.explain_tried"), view.numbers.count(len(tried))),
        InputLine(w("evidence.explain_held"), view.numbers.count(sure)),
    ]
    for name in a.QUADRANTS:
        for row in held[name].head(1).itertuples():
            cases = f"{row.over:.0f}/{row.under:.0f} – {row.other_over:.0f}/{row.other_under:.0f}"
            lines.append(InputLine(w(f"evidence.{name}"), f"p {p_words(view, row.q)}", cases))
    return lines
