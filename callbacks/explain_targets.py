"""Fills the drawer "how is this computed" for the numbers of the attainment page."""

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

#: What each number is made of, in the order in which it is said.
_INPUTS = {
    "actual": ("actual", "last_year"),
    "pace": ("actual", "target", "elapsed", "on_track"),
    "landing": ("actual", "elapsed"),
    "required_rate": ("target", "actual", "days_left", "days_done"),
    "coverage": ("open_amount", "target", "actual"),
}
_WORDS = {"actual": "attainment.actual", "on_track": "planned.due"}
_PARTS = {
    "pace": ("actual", "on_track"),
    "landing": ("actual", "elapsed"),
    "required_rate": ("gap", "days_left"),
    "coverage": ("open_amount", "gap"),
}
#: The columns of `attainment` behind the page's names.
COLUMN = {"actual": "actual", "pace": "pace", "landing": "landing", "required": "required_rate", "coverage": "coverage"}


def of_planned(view: View, name: str, *, as_of: str) -> list[Any]:
    """One of the numbers: `actual`, `pace`, `landing`, `required` or `coverage`; `as_of` says of which data."""
    found = a.attainment(view.slice_, scope=view.scope)
    row, column = found.iloc[0], COLUMN[name]
    value = _said(view, column, row[column])
    formula: Any = html.Div(
        [view.w("planned.actual_formula"), html.Span(["= ", html.B(_said(view, "actual", row["actual"], exact=True))])],
        className="formula",
    )
    if column in _PARTS:
        over, under = (_said(view, part, row[part]) for part in _PARTS[column])
        words = fraction(view.w(f"planned.{name}_formula_over"), view.w(f"planned.{name}_formula_under"))
        formula = filled(words, fraction(over, under), value)
    return drawer(
        view,
        title=view.w(f"attainment.key_{name}"),
        value=value,
        meaning=view.w(f"planned.{name}_meaning"),
        formula=formula,
        inputs=[InputLine(_label(view, part), _said(view, part, row[part], exact=True)) for part in _INPUTS[column]],
        left_out=[view.w(f"planned.spread_{view.slice_.option('spread')}"), *_targets(view, found)],
        as_of=as_of,
        rows=_rows(view, name),
    )


def _label(view: View, part: str) -> str:
    return view.w(_WORDS.get(part, f"planned.{part}"))


def _said(view: View, part: str, value: float, *, exact: bool = False) -> str:
    numbers = view.numbers
    if pd.isna(value):
        return view.w("words.na")
    if part in {"pace", "elapsed"}:
        return numbers.share(value)
    if part in {"days_left", "days_done"}:
        return numbers.count(value)
    if part == "coverage":
        return numbers.multiple(value)
    return numbers.exact(value) if exact else numbers.money(value)


def _targets(view: View, found: pd.DataFrame) -> list[str]:
    """Which versions hold and at which level they were set, or why there is no target."""
    w, targets, reason = view.w, current().targets, found.attrs["reason"]
    if reason or targets is None:
        return [w("planned.no_target", why=w(f"attainment.{reason or 'no_version'}"))]
    said = []
    for row in targets.versions[targets.versions["version_id"].isin(list(found.attrs["levels"]))].itertuples():
        level = [dimension_words(name, view) for name in found.attrs["levels"][row.version_id]]
        named = w("attainment.version", year=row.fiscal_year, number=row.number)
        said.append(w("planned.version", name=named, level=" × ".join(level) or w("planned.level_company")))
    return said


def _rows(view: View, name: str) -> Any:
    """The sales behind the actual, or the open deals behind the coverage."""
    behind = Behind.parse({"coverage": "open_amount"}.get(name, "sales_amount"))
    assert behind is not None
    lines = row_list.total_behind(behind, view.slice_, scope=view.scope)["deals"].iloc[0]
    return row_buttons(view, str(behind), view.numbers.count(lines))
