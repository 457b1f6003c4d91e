"""A plan's sheet: read back as written, and everything that can be wrong with it said with its place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from components.words import words
from planning import workbook
from planning.curves import curve
from planning.plan import Node, Plan
from planning.replay import replay
from planning.rows import canonical
from planning.sheet import BadSheet, Place, adjustments_of, amounts_of, read_sheet
from planning.workbook import REASONS, cell_name
from tests.planning.conftest import target

EVEN = curve("linear", first=date(2025, 1, 1), working=np.ones(1500, bool), months=np.zeros(1500, int), shares=None)
ROWS = [
    target(300, region="East", country="China"),
    target(200, region="North", country="China"),
    target(Decimal("310.25"), month=2, region="East", country="China"),
    target(50, month=2, country="China", region="South"),
]
PLAN = Plan.of(canonical(ROWS), EVEN)
PLACE = Place(7, PLAN.planes[0].name, "region", Node.of(date(2026, 1, 1), date(2026, 2, 28)))
#: Line and column, from 1: the sheet below has its heads in line 4 and East in line 6.
HEADS, EAST, JANUARY, FEBRUARY, TOTAL = 4, 6, 3, 4, 5


def made(change: Callable[[Worksheet], Any] = lambda _: None, place: Place = PLACE) -> bytes:
    """The sheet of the plan, after somebody has worked on it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Growth"])
    sheet.append([place.to_text(), "do not change this line"])
    sheet.append([])
    sheet.append(["key", "name", "2026-01", "2026-02", "total"])
    sheet.append(["Key", "Name", "Jan", "Feb", "Total"])
    now = amounts_of(PLAN, PLACE)
    for key in ("East", "North", "South"):
        own = [now.get((key, date(2026, month, 1))) for month in (1, 2)]
        sheet.append([key, key, *own, sum(one for one in own if one is not None)])
    change(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def put(row: int, column: int, value: Any) -> Callable[[Worksheet], Any]:
    return lambda sheet: setattr(sheet.cell(row, column), "value", value)


def asked(content: bytes, place: Place = PLACE) -> list[Any]:
    return adjustments_of(read_sheet(content), PLAN, place)


def test_a_sheet_that_nobody_touched_changes_nothing():
    assert asked(made()) == []


def test_each_changed_month_becomes_one_adjustment_that_makes_the_plan_the_sheet():
    def change(sheet: Worksheet) -> None:
        sheet.cell(EAST, JANUARY, 400)
        sheet.cell(EAST + 1, JANUARY, "1,250.50")
        sheet.cell(EAST, FEBRUARY, 0)

    first, second = asked(made(change))
    assert (first.operation, first.by, first.members, first.basis) == ("set", "region", ("East", "North"), "sheet")
    assert first.amounts == (Decimal(400), Decimal("1250.5"))
    assert (first.node.starts_on, first.node.ends_on) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (second.members, second.node.ends_on) == (("East",), date(2026, 2, 28))
    after = amounts_of(replay(PLAN, [first, second]), PLACE)
    assert after == {
        ("East", date(2026, 1, 1)): 400,
        ("North", date(2026, 1, 1)): Decimal("1250.5"),
        ("East", date(2026, 2, 1)): 0,
        ("South", date(2026, 2, 1)): 50,
    }


def test_empty_cells_and_rows_that_were_taken_out_stay_as_they_are():
    def change(sheet: Worksheet) -> None:
        sheet.cell(EAST, JANUARY).value = None
        sheet.delete_rows(EAST + 1)

    assert asked(made(change)) == []


def test_the_whole_of_a_part_is_one_row():
    place = Place(7, PLACE.plane, "", PLACE.node)
    now = amounts_of(PLAN, place)
    assert now == {("all", date(2026, 1, 1)): 500, ("all", date(2026, 2, 1)): Decimal("360.25")}

    def change(sheet: Worksheet) -> None:
        sheet.delete_rows(EAST, 3)
        sheet.append(["all", "All", 1000, "360.25"])

    (only,) = asked(made(change, place), place)
    assert (only.by, only.members, only.amounts) == ("", (), (1000,))
    assert replay(PLAN, [only]).total(0, only.node) == 1000 * 10_000


def test_keys_that_a_spreadsheet_made_numbers_of_are_known():
    plan = Plan.of(canonical([target(5, rep="1001")]), EVEN)
    place = Place(7, plan.planes[0].name, "rep", Node())

    def change(sheet: Worksheet) -> None:
        sheet.delete_rows(EAST, 3)
        sheet.append([1001, "Ann", 6])
        sheet.cell(HEADS, FEBRUARY).value = None

    (only,) = adjustments_of(read_sheet(made(change, place)), plan, place)
    assert (only.members, only.amounts) == (("1001",), (6,))


def test_what_is_set_for_nobody_has_a_key_of_its_own():
    plan = Plan.of(canonical([target(5, rep="r1", manager="m"), target(6, rep="r2")]), EVEN)
    place = Place(7, plan.planes[0].name, "manager", Node())
    assert amounts_of(plan, place) == {("m", date(2026, 1, 1)): 5, ("unassigned", date(2026, 1, 1)): 6}

    def change(sheet: Worksheet) -> None:
        sheet.delete_rows(EAST, 3)
        sheet.append(["unassigned", "Unassigned", 8])
        sheet.cell(HEADS, FEBRUARY).value = None

    (only,) = adjustments_of(read_sheet(made(change, place)), plan, place)
    assert only.members == (None,)
    assert amounts_of(replay(plan, [only]), place)["unassigned", date(2026, 1, 1)] == 8


def test_a_place_reads_as_it_was_written():
    assert Place.from_text(PLACE.to_text()) == PLACE
    odd = Place(1, "rep", "", Node.of(region=["华东", "a|b"]))
    assert Place.from_text(odd.to_text()) == odd


WRONG: list[tuple[str, Callable[[Worksheet], Any], dict[str, Any]]] = [
    ("formula", put(EAST, JANUARY, "=1+1"), {"cell": "C6"}),
    ("formula", put(EAST, 1, "=A1"), {"cell": "A6"}),
    ("not_a_number", put(EAST, FEBRUARY, "12o0"), {"cell": "D6", "text": "12o0"}),
    ("not_a_number", put(EAST, FEBRUARY, "1e5"), {"cell": "D6"}),
    ("not_a_number", put(EAST, FEBRUARY, "1,25"), {"cell": "D6"}),
    ("not_a_number", put(EAST, FEBRUARY, "1_000"), {"cell": "D6"}),
    ("not_a_number", put(EAST, FEBRUARY, True), {"cell": "D6"}),
    ("not_a_number", put(EAST, FEBRUARY, date(2026, 1, 1)), {"cell": "D6"}),
    ("not_a_number", put(EAST, FEBRUARY, "#REF!"), {"cell": "D6"}),
    ("negative", put(EAST + 1, JANUARY, -5), {"cell": "C7", "text": "-5"}),
    ("negative", put(EAST + 1, JANUARY, "−5"), {"cell": "C7", "text": "-5"}),
    ("too_much", put(EAST, JANUARY, 10**15), {"cell": "C6"}),
    ("missing_column", put(HEADS, FEBRUARY, None), {"column": "2026-02"}),
    ("unknown_column", put(HEADS, FEBRUARY, "Feb"), {"column": "Feb", "cell": "D4"}),
    ("unknown_column", put(HEADS, FEBRUARY, "2026-13"), {"column": "2026-13", "cell": "D4"}),
    ("twice_column", put(HEADS, FEBRUARY, "2026-01"), {"column": "2026-01", "cell": "D4"}),
    ("other_level", put(HEADS, 7, "2026-03"), {}),
    ("unknown_member", put(EAST, 1, "West"), {"row": 6, "key": "West"}),
    ("twice_member", put(EAST + 1, 1, "East"), {"row": 7, "key": "East", "first": 6}),
    ("no_key", put(EAST + 1, 1, None), {"row": 7}),
    ("no_cell", put(EAST + 1, FEBRUARY, 3), {"cell": "D7", "key": "North"}),
    ("total_typed", put(EAST, TOTAL, 999), {"cell": "E6"}),
    ("no_heads", put(HEADS, 1, "Key"), {}),
    ("no_mark", put(2, 1, None), {}),
    ("no_mark", put(2, 1, "plan sheet {}"), {}),
    ("no_mark", put(2, 1, 'plan sheet {"plan": "7", "plane": "x"}'), {}),
    ("no_mark", put(2, 1, "plan sheet [1]"), {}),
    ("no_rows", lambda sheet: sheet.delete_rows(EAST, 3), {}),
]


@pytest.mark.parametrize(("reason", "change", "values"), WRONG)
def test_what_is_wrong_is_said_with_its_place(reason, change, values):
    with pytest.raises(BadSheet) as refused:
        asked(made(change))
    assert refused.value.reason == reason
    assert values.items() <= refused.value.values.items()
    for lang in ("en", "zh"):
        assert words(lang)(f"sheet_refused.{reason}", **refused.value.values)
    assert str(refused.value) == words("en")(f"sheet_refused.{reason}", **refused.value.values)


def test_a_sheet_of_another_plan_or_part_is_refused():
    places = {
        "other_plan": Place(8, PLACE.plane, "region", PLACE.node),
        "other_level": Place(7, PLACE.plane, "country", PLACE.node),
    }
    for reason, place in places.items():
        with pytest.raises(BadSheet) as refused:
            asked(made(), place)
        assert refused.value.reason == reason
    for node in (Node(), PLACE.node.within("region", "East")):
        with pytest.raises(BadSheet, match="another level or part"):
            asked(made(), Place(7, PLACE.plane, "region", node))


def test_what_is_no_workbook_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        other.writestr("readme.txt", "no workbook")
    for content in (b"key,name\nEast,1\n", b"PK\x03\x04 cut", packed.getvalue(), made()[:-200]):
        with pytest.raises(BadSheet) as refused:
            read_sheet(content)
        assert refused.value.reason == "not_xlsx"
    with pytest.raises(BadSheet, match="empty"):
        read_sheet(b"")


def test_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    with pytest.raises(BadSheet, match="larger than 2 MB"):
        read_sheet(b"PK" + b"x" * workbook.MOST_BYTES)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (workbook.MOST_UNPACKED + 1))
    assert len(bomb.getvalue()) < workbook.MOST_BYTES
    with pytest.raises(BadSheet, match="larger than 40 MB"):
        read_sheet(bomb.getvalue())
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)
    with pytest.raises(BadSheet, match="more than 5 rows"):
        read_sheet(made())


def test_every_reason_has_been_met_and_has_words_in_both_languages():
    met = {reason for reason, _, _ in WRONG}
    met |= {"other_plan", "not_xlsx", "empty_file", "too_large", "too_many_rows"}
    assert met == set(REASONS)
    for lang in ("en", "zh"):
        said = {key.removeprefix("sheet_refused.") for key in words(lang).texts if key.startswith("sheet_refused.")}
        assert said == set(REASONS)


def test_cells_are_called_as_spreadsheets_call_them():
    assert [cell_name(3, at) for at in (0, 25, 26, 701, 702)] == ["A3", "Z3", "AA3", "ZZ3", "AAA3"]
    assert load_workbook(io.BytesIO(made())).active.cell(EAST, JANUARY).coordinate == cell_name(EAST, JANUARY - 1)
