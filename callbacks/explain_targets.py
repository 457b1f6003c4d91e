"""Fills the drawer "how is this computed" for the numbers that hold sales against targets."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from components.explain import InputLine, drawer, filled, fraction, row_buttons
from components.view import View
from components.wording import dimension_words
from queries import attainment as a
from queries import row_list
from queries.engine import current
from queries.rows import Behind
from queries.semantic.planned import PLANNED, Planned


def of_planned(view: View, number: Planned, *, as_of: str) -> list[Any]:
    """One of the numbers; `as_of` says of which data."""
    found = a.attainment(view.slice_, scope=view.scope)
    row = found.iloc[0]
    value = said(view, number, row)
    exact = html.Span(["= ", html.B(said(view, number, row, exact=True))])
    formula: Any = html.Div([view.say(number.formula), exact], className="formula")
    if number.parts is not None:
        over, under = (PLANNED[name] for name in number.parts)
        words = fraction(view.say(over.label), view.say(under.label))
        formula = filled(words, fraction(said(view, over, row), said(view, under, row)), value)
    inputs = [PLANNED[name] for name in number.inputs]
    return drawer(
        view,
        title=view.say(number.label),
        value=value,
        meaning=view.say(number.meaning),
        formula=formula,
        inputs=[InputLine(view.say(one.label), said(view, one, row, exact=True)) for one in inputs],
        left_out=[view.w(f"planned.spread_{view.slice_.option('spread')}"), *_targets(view, found)],
        as_of=as_of,
        rows=_rows(view, number),
    )


def said(view: View, number: Planned, row: pd.Series, *, exact: bool = False) -> str:
    """A number of `attainment`'s row in its own format."""
    numbers, value = view.numbers, row[number.column]
    if pd.isna(value):
        return view.w("words.na")
    if number.format == "money":
        return numbers.exact(value) if exact else numbers.money(value)
    if number.format == "share":
        return numbers.share(value)
    return numbers.multiple(value) if number.format == "multiple" else numbers.count(value)


def _targets(view: View, found: pd.DataFrame) -> list[str]:
    """Which versions hold and at which level they were set, or why there is no target."""
    w, targets, reason = view.w, current().targets, found.attrs["reason"]
    if reason or targets is None:
        return [w("planned.no_target", why=w(f"attainment.{reason or 'no_version'}"))]
    lines = []
    for row in targets.versions[targets.versions["version_id"].isin(list(found.attrs["levels"]))].itertuples():
        level = [dimension_words(name, view) for name in found.attrs["levels"][row.version_id]]
        named = w("attainment.version", year=row.fiscal_year, number=row.number)
        lines.append(w("planned.version", name=named, level=" × ".join(level) or w("planned.level_company")))
    return lines


def _rows(view: View, number: Planned) -> Any:
    """The open deals behind what is open, the sales behind everything else."""
    behind = Behind.parse("open_amount" if number.name in {"coverage", "open_expected"} else "sales_amount")
    assert behind is not None
    lines = row_list.total_behind(behind, view.slice_, scope=view.scope)["deals"].iloc[0]
    return row_buttons(view, str(behind), view.numbers.count(lines))
