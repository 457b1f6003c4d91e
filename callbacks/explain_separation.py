"""Fills the drawer "how is this computed" for what separates wins from losses."""

from __future__ import annotations

from typing import Any

from callbacks.learned import learned
from callbacks.separation import left_out_words
from components.explain import InputLine, drawer
from components.view import View
from components.wording import period_words
from queries.evidence_window import evidence_period
from queries.known import EARLY_DAYS
from queries.separation import SAMPLE, Separation


def of_separation(view: View, *, as_of: str) -> list[Any]:
    """How it was learnt, from how many deals, how well it does on others; `as_of` says of which data."""
    found = learned(view, lambda view, _: _told(view, None, as_of))
    return _told(view, found, as_of)


def _told(view: View, found: Separation | None, as_of: str) -> list[Any]:
    w = view.w
    left_out = [w("separation.explain_sample_note", sample=view.numbers.count(SAMPLE)), w("separation.explain_odds")]
    if found is not None and found.left_out:
        left_out.append(w("separation.explain_left", facts=left_out_words(view, found)))
    return drawer(
        view,
        title=w("separation.tree"),
        value="",
        meaning=w("separation.explain_meaning", days=EARLY_DAYS),
        formula=w("separation.explain_formula"),
        inputs=[] if found is None else _inputs(view, found),
        left_out=left_out,
        as_of=f"{as_of} {period_words(evidence_period(view.slice_), view)}",
    )


def _inputs(view: View, found: Separation) -> list[InputLine]:
    w, share, count = view.w, view.numbers.share, view.numbers.count
    lines = [InputLine(w("separation.explain_sample"), f"{count(found.learnt)} · {count(found.tried)}")]
    for key, ranks in (("explain_ranks", found.ranks), ("explain_tree", found.tree_ranks)):
        if ranks is not None:
            lines.append(InputLine(w(f"separation.{key}"), share(ranks[0]), f"{share(ranks[1])} – {share(ranks[2])}"))
    if found.off is not None:
        lines.append(InputLine(w("separation.explain_off"), view.numbers.points(found.off)))
    return lines
