"""A question with the bare SQL that gives the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from queries.scope import EVERYTHING
from queries.slices import Slice

Rows = list[list[tuple[Any, ...]]]
WHOLE = Slice()
#: Milliseconds that a question may take beside half as long again as its bare SQL; a step of a drill.
SLACK, DRILL_SLACK = 10.0, 15.0


@dataclass(frozen=True)
class Question:
    """What is asked, the bare statements for it, and one sum of each that must be the same."""

    name: str
    ask: Callable[..., Any]
    sql: Sequence[str]
    sum_asked: Callable[[pd.DataFrame], float]
    sum_bare: Callable[[Rows], float]
    more: tuple[tuple[str, Any], ...] = ()
    slice_: Slice = WHOLE
    slack: float = SLACK

    def answer(self) -> Any:
        """The question about the running quarter, of the whole company unless the question says otherwise."""
        return self.ask(self.slice_, scope=EVERYTHING, **dict(self.more))


def column(number: int, *, of: int = 0) -> Callable[[Rows], float]:
    """The sum of a column of one of the bare answers."""
    return lambda found: float(sum(row[number] or 0 for row in found[of]))


def total(name: str) -> Callable[[pd.DataFrame], float]:
    """The sum of a column of a frame."""
    return lambda frame: float(frame[name].sum())
