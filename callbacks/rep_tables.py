"""The tables behind the drawings of one rep, in the same words and units, from the same frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from callbacks.figure_tables import Shown, table_of
from components.cards import Table
from components.format import Unit
from components.view import View
from components.wording import dimension_words


def targets_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Months: actual, target, last year, and how far ahead or behind."""
    names = {"actual": "notation.actual", "target": "notation.target", "previous": "notation.previous"}

    def write(value: Any) -> str:
        return "" if value is None else view.numbers.in_unit(value, unit)

    def signed(value: Any) -> str:
        return "" if value is None else view.numbers.signed_in_unit(value, unit)

    def head(key: str) -> str:
        return view.w("table.in_unit", what=view.w(key), unit=unit.label)

    columns: list[Shown] = [(head(key), name, write) for name, key in names.items()]
    return table_of(drawn, [_months(view), *columns, (head("rep.months_head"), "variance", signed)])


def trend_table(view: View, drawn: pd.DataFrame) -> Table:
    """Months: alone, three together, the peers' median."""
    share = _share(view)
    columns = [("rep.single", "single"), ("rep.trailing", "rate"), ("rep.trend_peers", "others")]
    return table_of(drawn, [_months(view), *((view.w(key), name, share) for key, name in columns)])


def stages_table(view: View, drawn: pd.DataFrame) -> Table:
    """Stages: exits, the rate with its interval, the peers' median, days of both."""
    share, w = _share(view), view.w
    rates = [("rep.moved_on_share", "rate"), ("rep.low", "low"), ("rep.high", "high"), ("rep.trend_peers", "others")]
    return table_of(
        drawn,
        [
            (dimension_words("stage", view), "label", _text),
            (w("rep.left_count"), "text", _text),
            *((w(key), name, share) for key, name in rates),
            (w("rep.days"), "note", _text),
        ],
    )


def mix_table(view: View, drawn: pd.DataFrame) -> Table:
    """Members: share, and that of the peers together."""
    share = _share(view)
    columns = [(view.w("rep.share"), "rate", share), (view.w("rep.peers_share"), "others", share)]
    return table_of(drawn, [("", "label", _text), *columns])


def _months(view: View) -> Shown:
    return dimension_words("month", view), "label", _text


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _share(view: View) -> Callable[[Any], str]:
    return lambda value: "" if value is None else view.numbers.share(value, 0)
