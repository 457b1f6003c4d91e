"""The tables behind the drawings of the win/loss page, in the same words and units, from the same frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from callbacks.figure_tables import Shown, table_of
from components.cards import Table
from components.format import Unit
from components.view import View
from components.wording import dimension_words


def trend_table(view: View, drawn: pd.DataFrame) -> Table:
    """Months: the rate with its interval and cases, last year's with its cases."""
    share, count, w = _share(view), _count(view), view.w
    return table_of(
        drawn,
        [
            (dimension_words("month", view), "label", _text),
            (w("winloss.rate"), "rate", share),
            *_interval(view),
            (w("winloss.deals"), "cases", count),
            (w("notation.previous"), "last_year", share),
            (w("winloss.deals_last_year"), "last_cases", count),
        ],
    )


def rates_table(view: View, drawn: pd.DataFrame, what: str) -> Table:
    """Members: cases, the rate with its interval."""
    share, w = _share(view), view.w
    columns: list[Shown] = [(what, "label", _text), (w("winloss.deals"), "cases", _count(view))]
    return table_of(drawn, [*columns, (w("winloss.rate"), "rate", share), *_interval(view)])


def against_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Competitors: deals, what was lost to them, the rate with its interval, and the change."""
    w = view.w
    return table_of(
        drawn,
        [
            (dimension_words("competitor", view), "label", _text),
            (w("winloss.deals"), "cases", _count(view)),
            (w("table.in_unit", what=w("winloss.lost_to"), unit=unit.label), "lost_text", _text),
            (w("winloss.rate"), "rate", _share(view)),
            *_interval(view),
            (w("against.last_year"), "change_text", _text),
        ],
    )


def bars_table(drawn: pd.DataFrame, first: str, number: str, *rest: Shown) -> Table:
    """Members: their number, and what else stands beside it."""
    return table_of(drawn, [(first, "label", _text), (number, "text", _text), *rest])


def shares_of(view: View, *columns: tuple[str, str]) -> list[Shown]:
    """Columns of shares: head and name in the frame."""
    return [(head, name, _share(view)) for head, name in columns]


def flow_table(links: pd.DataFrame, heads: tuple[str, str, str], number: str) -> Table:
    """Every path from stage over reason to winner."""
    rows = [list(row) for row in links[["stage_name", "reason_name", "winner_name", "text"]].itertuples(index=False)]
    return [*heads, number], rows


def presence_table(view: View, drawn: pd.DataFrame) -> Table:
    """Competitors down, quarters across."""
    share = _share(view)
    quarters = list(dict.fromkeys(drawn["label"]))
    rows = [
        [part["member_label"].iloc[0], *(share(None if pd.isna(value) else value) for value in part["share"])]
        for _, part in drawn.groupby("member", sort=False)
    ]
    return [dimension_words("competitor", view), *quarters], rows


def _interval(view: View) -> list[Shown]:
    share = _share(view)
    return [(view.w("winloss.low"), "low", share), (view.w("winloss.high"), "high", share)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _share(view: View) -> Callable[[Any], str]:
    return lambda value: "" if value is None else view.numbers.share(value)


def _count(view: View) -> Callable[[Any], str]:
    return lambda value: "" if value is None else view.numbers.count(value)
