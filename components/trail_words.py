"""What was done to versions and plans, line by line in words: who, what, on which version, why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components.plan_words import Labels, adjustment_words, member_named, span_words
from components.view import View

#: What the ledger notes down of itself, and the words it has here; whatever else stands there was said by a person.
_NOTED = (
    (r"from version (\d+)", "from_version"),
    (r"as a copy of version (\d+)", "as_copy"),
    (r"onto version (\d+)", "onto_version"),
    (r"by version (\d+)", "by_version"),
    (r"by other quotas", "by_quotas"),
    (r"the same quotas again", "same_quotas"),
    (r"by the data of the CRM that was loaded", "by_load"),
    (r"by the data of the demo company", "by_demo"),
    (r"by the data of the application", "by_planning"),
)
_ROWS = re.compile(r"([\d,]+) rows?")
#: Steps whose detail is what a person said about them.
_SAID = {"commented", "submitted", "approved", "returned", "published", "entered"}
#: Who writes without being a person.
_SYSTEMS = {"command line": "who_command", "everybody": "who_everybody"}


@dataclass(frozen=True)
class Line:
    """One line of the trail in words; `effect` is empty, or that it was taken back or overtaken."""

    when: str
    who: str
    kind: str
    what: str
    version: str
    why: str
    effect: str = ""


def line_words(view: View, row: Any, labels: Labels) -> Line:
    """A row of `queries.trail.done` in the view's language."""
    effect = row.effect if row.effect in ("undone", "discarded") else ""
    return Line(
        when=view.numbers.moment(row.at),
        who=who_words(view, row.who),
        kind=kind_words(view, row.kind),
        what=view.w("audit.hidden") if row.is_hidden else _what(view, row, labels),
        version=version_words(view, row),
        why=_why(row),
        effect=view.w(f"audit.{effect}") if effect else "",
    )


def kind_words(view: View, kind: str) -> str:
    """What a thing done is called."""
    return view.w(f"audit.kind_{kind.replace(' ', '_')}")


def who_words(view: View, who: str) -> str:
    """A person by name; what writes without being one in words."""
    return view.w(f"audit.{_SYSTEMS[who]}") if who in _SYSTEMS else who


def version_words(view: View, row: Any) -> str:
    """ "2026 v3 · What if"; nothing where a line is of no version."""
    if pd.isna(row.number):
        return ""
    translated = row.name_zh if view.lang == "zh" and not pd.isna(row.name_zh) else ""
    name = translated or row.name
    return f"{view.w('attainment.version', year=row.fiscal_year, number=row.number)} · {name}"


def _what(view: View, row: Any, labels: Labels) -> str:
    if row.adjustment is not None:
        return adjustment_words(view, row.adjustment, labels)
    if row.kind == "entered":
        member = member_named(view, row.dimension, row.member, labels)
        said = view.w("audit.amount", member=member, amount=view.numbers.money(row.amount))
        return view.w("words.comma").join([said, span_words(view, row.starts_on, row.ends_on)])
    detail = row.detail or ""
    if row.kind in _SAID or not detail:
        return ""
    if row.kind == "renamed":
        return view.w("audit.was", name=detail)
    if row.kind == "handed down" and row.dimension:
        return member_named(view, row.dimension, detail, labels)
    return noted(view, detail)


def noted(view: View, detail: str) -> str:
    """What the ledger noted down of itself, in words; what it did not reads as it is."""
    counted = _ROWS.fullmatch(detail)
    if counted:
        return view.w("audit.rows", count=int(counted[1].replace(",", "")), n=counted[1])
    for pattern, name in _NOTED:
        found = re.fullmatch(pattern, detail)
        if found:
            return view.w(f"audit.{name}", **({"number": found[1]} if found.groups() else {}))
    return detail


def _why(row: Any) -> str:
    """The reason of an adjustment, the note of a step, the comment."""
    return (row.reason or "") if row.adjustment is not None else (row.detail or "") if row.kind in _SAID else ""
