"""A plan's grid as a spreadsheet that comes back: what is read from it, and the adjustments it asks for.

A sheet has lines about itself, then a line of column names that begins with `key`, a line of heads for people, and a
row a member: key, name, an amount in currency units for each month (`2026-10`), and columns that only inform. The cell
left of the words `do not change this line` says which plan, level and part it is of. Only the amounts of months are
taken; an empty cell, or a member without a row, stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from planning.adjustments import Adjustment
from planning.plan import Node, Plan
from planning.replay import SCALE
from planning.workbook import MOST_COLUMNS, BadSheet, Line, amount_of, cell_name, key_of, lines_of, text_of

__all__ = [
    "IN_FORCE",
    "KEY",
    "LAST_YEAR",
    "NAME",
    "TOTAL",
    "WHOLE_KEY",
    "BadSheet",
    "Place",
    "SheetCell",
    "SheetPlan",
    "adjustments_of",
    "amounts_of",
    "read_sheet",
]

#: Columns beside those of months; only the key is read, and the total to see that nobody typed one.
KEY, NAME, TOTAL, IN_FORCE, LAST_YEAR = "key", "name", "total", "in_force", "last_year"
#: The key of what is set for nobody, and of the one row of a level without members.
NOBODY_KEY, WHOLE_KEY = "unassigned", "all"
#: What adjustments that come from a sheet go by.
BASIS = "sheet"
_MARK = "plan sheet"


@dataclass(frozen=True)
class Place:
    """What a sheet is of: a plan (the id of its version), a plane, a dimension of it, a part of it.

    Without a dimension (`by=""`) the part itself is the only row.
    """

    version_id: int
    plane: str
    by: str
    node: Node

    def to_text(self) -> str:
        """As one cell of a sheet says it; equal places have equal texts."""
        made = Adjustment("lock", self.plane, self.node, by=self.by).to_json()
        return f"{_MARK} {json.dumps({'plan': self.version_id, **json.loads(made)}, sort_keys=True)}"

    @classmethod
    def from_text(cls, text: str) -> Place:
        """What `to_text` wrote; raises BadSheet."""
        try:
            said = json.loads(text.removeprefix(_MARK))
            version_id = said.pop("plan")
            made = Adjustment.from_json("lock", json.dumps(said))
        except (ValueError, KeyError, TypeError, AttributeError) as wrong:
            raise BadSheet("no_mark") from wrong
        if not isinstance(version_id, int):
            raise BadSheet("no_mark")
        return cls(version_id, made.plane, made.by, made.node)


@dataclass(frozen=True)
class SheetCell:
    """One amount as it was typed: whose, of which month, where it stands."""

    member: str
    month: date
    amount: Decimal
    cell: str


@dataclass(frozen=True)
class SheetPlan:
    """What a sheet says: the place it is of, its months, the rows of its members, its amounts and totals."""

    place: Place
    months: tuple[date, ...]
    rows: Mapping[str, int]
    cells: tuple[SheetCell, ...]
    totals: Mapping[str, tuple[Decimal, str]]


def read_sheet(content: bytes) -> SheetPlan:
    """What an uploaded workbook says on its first sheet; raises BadSheet. Nothing in it is ever computed or run."""
    lines = lines_of(content)
    place: Place | None = None
    for row, line in lines:
        first = text_of(line[0]) if line else ""
        if first.startswith(_MARK):
            place = Place.from_text(first)
        elif first == KEY:
            if place is None:
                raise BadSheet("no_mark")
            return _members(place, _columns(line, row), lines)
    raise BadSheet("no_heads")


def adjustments_of(sheet: SheetPlan, plan: Plan, place: Place, *, reason: str = "") -> list[Adjustment]:
    """What makes the plan's present state into that of the sheet: one `set` a month that has a cell which differs.

    Nothing where all is as it is. `place` is what the page shows: a sheet of another one is refused. Raises BadSheet;
    what a plan itself cannot take (`replay.adjusted`) is not looked at here.
    """
    if sheet.place.version_id != place.version_id:
        raise BadSheet("other_plan")
    at = plan.index(place.plane)
    if sheet.place != place or at is None:
        raise BadSheet("other_level")
    now = _present(plan, at, place)
    months = sorted({month for _, month in now})
    _check_months(sheet, months)
    known = {member for member, _ in now}
    for member, row in sheet.rows.items():
        if member not in known:
            raise BadSheet("unknown_member", row=row, key=member)
    changed = _changed(sheet, now)
    _check_totals(sheet, now, {cell.member for cell in changed})
    made = []
    for month in months:
        own = [cell for cell in changed if cell.month == month]
        if own:
            made.append(_set(place, month, own, reason))
    return made


def amounts_of(plan: Plan, place: Place) -> dict[tuple[str, date], Decimal]:
    """What the plan sets at a place, by the key that a sheet has for a member, and month; in currency units."""
    at = plan.index(place.plane)
    return {} if at is None else _present(plan, at, place)


def _present(plan: Plan, at: int, place: Place) -> dict[tuple[str, date], Decimal]:
    by = [place.by, "month"] if place.by else ["month"]
    found = {}
    for members, amount in plan.sums(at, by, place.node).items():
        *own, month = members
        key = WHOLE_KEY if not own else NOBODY_KEY if own[0] is None else own[0]
        assert month is not None
        found[key, date.fromisoformat(month)] = Decimal(amount) / SCALE
    return found


def _changed(sheet: SheetPlan, now: Mapping[tuple[str, date], Decimal]) -> list[SheetCell]:
    """The cells that differ from the plan, as far as a spreadsheet's numbers can tell."""
    changed = []
    for cell in sheet.cells:
        before = now.get((cell.member, cell.month))
        if before is None and cell.amount:
            raise BadSheet("no_cell", cell=cell.cell, key=cell.member)
        if before is not None and float(before) != float(cell.amount):
            changed.append(cell)
    return changed


def _check_months(sheet: SheetPlan, months: Sequence[date]) -> None:
    for month in months:
        if month not in sheet.months:
            raise BadSheet("missing_column", column=f"{month:%Y-%m}")
    for month in sheet.months:
        if month not in months:
            raise BadSheet("other_level")


def _check_totals(sheet: SheetPlan, now: Mapping[tuple[str, date], Decimal], changed: set[str]) -> None:
    """Refuses a typed total, which would be overlooked."""
    sums: dict[str, Decimal] = {}
    for (member, _), amount in now.items():
        sums[member] = sums.get(member, Decimal(0)) + amount
    for member, (typed, cell) in sheet.totals.items():
        if member not in changed and float(typed) != float(sums.get(member, Decimal(0))):
            raise BadSheet("total_typed", cell=cell)


def _set(place: Place, month: date, cells: Sequence[SheetCell], reason: str) -> Adjustment:
    last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    node = replace(place.node, starts_on=month, ends_on=last)
    members = tuple(None if cell.member == NOBODY_KEY else cell.member for cell in cells) if place.by else ()
    amounts = tuple(cell.amount for cell in cells)
    return Adjustment(
        "set", place.plane, node, by=place.by, members=members, amounts=amounts, basis=BASIS, reason=reason
    )


def _columns(line: Sequence[Any], row: int) -> dict[str, int]:
    """Where the named columns stand; raises BadSheet for one that is there twice, or no month's."""
    found: dict[str, int] = {}
    for at, cell in enumerate(line):
        name = text_of(cell)
        if not name:
            continue
        if name in found:
            raise BadSheet("twice_column", column=name, cell=cell_name(row, at))
        if name not in (KEY, NAME, TOTAL, IN_FORCE, LAST_YEAR) and _month(name) is None:
            raise BadSheet("unknown_column", column=name, cell=cell_name(row, at))
        found[name] = at
    if not any(_month(name) for name in found):
        raise BadSheet("missing_column", column="2026-01")
    return found


def _members(place: Place, columns: Mapping[str, int], lines: Iterator[Line]) -> SheetPlan:
    """The rows below the heads."""
    months = {month: at for name, at in columns.items() if (month := _month(name))}
    rows: dict[str, int] = {}
    cells: list[SheetCell] = []
    totals: dict[str, tuple[Decimal, str]] = {}
    next(lines, None)  # the heads for people
    for row, line in lines:
        key = key_of(line[columns[KEY]] if line else None, row)
        typed = {month: amount_of(line[at], cell_name(row, at)) for month, at in months.items() if at < len(line)}
        if not key:
            if any(amount is not None for amount in typed.values()):
                raise BadSheet("no_key", row=row)
            continue
        if key in rows:
            raise BadSheet("twice_member", row=row, key=key, first=rows[key])
        rows[key] = row
        at = columns.get(TOTAL, MOST_COLUMNS)
        total = line[at] if at < len(line) else None
        if total is not None and isinstance(total.value, int | float) and not isinstance(total.value, bool):
            totals[key] = (Decimal(repr(total.value)), cell_name(row, at))
        cells += [
            SheetCell(key, month, amount, cell_name(row, months[month]))
            for month, amount in typed.items()
            if amount is not None
        ]
    if not rows:
        raise BadSheet("no_rows")
    return SheetPlan(place, tuple(sorted(months)), rows, tuple(cells), totals)


def _month(name: str) -> date | None:
    """The first day of the month that a column is named by."""
    try:
        return date.fromisoformat(f"{name}-01") if len(name) == len("2026-10") else None
    except ValueError:
        return None
