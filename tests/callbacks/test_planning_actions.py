"""What a person does on the planning page: each change is made, each refusal is a sentence and changes nothing."""

from __future__ import annotations

import base64
import html
import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from callbacks import plan_sheet
from components.words import words
from planning.errors import REFUSALS
from planning.rights import STEPS, Planner
from queries.warehouse import Warehouse
from settings import Settings
from tests.callbacks.conftest import publish
from tests.callbacks.planned_company import EAST_ROW, NORTH_ROW, TABLES, Person, put_in_force, row


@pytest.fixture
def person(served: Any, tmp_path: Path) -> Person:
    """Somebody who looks at version 1 in the third quarter."""
    version = put_in_force(tmp_path)
    return Person(served(**TABLES), tmp_path, version=version)


@pytest.fixture(scope="module")
def standing(app: Any, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody with a plan of their own, for tests that must not change it."""
    folder = tmp_path_factory.mktemp("planned")
    publish(folder / "snapshots", **TABLES)
    version = put_in_force(folder)
    app.server.extensions["warehouse"] = Warehouse(Settings(data_dir=folder))
    made = Person(app.server, folder, version)
    assert made.does("begin", target=str(version), fields={"name": "Standing"}) == ""
    return made


@pytest.fixture
def planner(person: Person) -> Person:
    """Somebody with a plan of their own."""
    assert person.does("begin", target=str(person.version), fields={"name": "Stretch"}) == ""
    return person


def test_a_plan_begins_from_the_version_in_force(person):
    assert person.does("begin", target=str(person.version), fields={"name": " Q3  stretch "}) == ""
    made = person.scenario()
    assert (made.version.name, made.base.number, made.version.state) == ("Q3 stretch", 1, "draft")
    assert person.rows() == pytest.approx({"East": 600, "North": 360, "unassigned": float("nan"), "": 960}, nan_ok=True)


TYPED = {
    "10%": (660, 1020),
    "+60": (660, 1020),
    "-40": (560, 920),
    "450": (450, 810),
    "0": (0, 360),
    "＋10％": (660, 1020),
}


@pytest.mark.parametrize(("value", "east_and_total"), TYPED.items())
def test_a_typed_amount_moves_its_row_and_the_total(planner, value, east_and_total):
    assert planner.does("type", rows=[EAST_ROW], value=value) == ""
    found = planner.rows()
    assert (found["East"], found[""]) == east_and_total
    assert found["North"] == 360


def test_what_a_region_gets_its_reps_get(planner):
    planner.does("type", rows=[EAST_ROW], value="10%")
    assert planner.rows("region=East")["r1"] == pytest.approx(660)


def test_a_step_moves_all_rows_selected(planner):
    planner.does("change", rows=[EAST_ROW, NORTH_ROW], value="−10%")
    assert planner.rows()[""] == 864
    (made,) = planner.scenario().done
    assert made.adjustment.members == ("East", "North")


def test_without_a_selection_the_total_is_meant(planner):
    for kind, said in (("change", {"rows": []}), ("change", {"rows": ["[]"]}), ("total", {"rows": [EAST_ROW]})):
        planner.does(kind, value="10%", **said)
    assert planner.rows()[""] == pytest.approx(960 * 1.1**3, abs=3)
    assert {entry.adjustment.by for entry in planner.scenario().done} == {""}


def test_where_the_parent_stays_siblings_give_way(planner):
    planner.query += "&give=stays"
    planner.does("type", rows=[EAST_ROW], value="700")
    found = planner.rows()
    assert (found["East"], found["North"], found[""]) == (700, 260, 960)


def test_a_row_below_a_row_is_changed_within_it(planner):
    assert planner.does("type", rows=[row(("region", "North"), ("rep", "r2"))], value="300") == ""
    (made,) = planner.scenario().done
    assert dict(made.adjustment.node.members) == {"region": ("North",)}
    assert planner.rows("region=North")["r2"] == 300


def test_a_month_is_changed_by_itself(planner):
    planner.query += "&tree=time"
    assert planner.does("type", rows=[row(("quarter", "2026-07-01"), ("month", "2026-08-01"))], value="400") == ""
    assert planner.rows()["2026-07-01"] == 300 + 400 + 300


def test_what_is_locked_keeps_its_value_until_it_is_unlocked(planner):
    planner.does("lock", rows=[NORTH_ROW])
    before = planner.rows()
    assert words("en")("refused.all_locked", member="North") in planner.does("type", rows=[NORTH_ROW], value="5")
    assert planner.rows() == pytest.approx(before, nan_ok=True)
    planner.does("change", rows=[], value="+90")
    assert planner.rows()["North"] == 360 and planner.rows()["East"] == 690
    planner.does("unlock", rows=[NORTH_ROW])
    assert planner.does("type", rows=[NORTH_ROW], value="5") == ""
    planner.does("lock", rows=[EAST_ROW, NORTH_ROW])
    planner.does("unlock_all")
    assert planner.does("type", rows=[EAST_ROW], value="5") == ""


def test_the_total_is_shared_out_by_a_base(planner):
    assert planner.does("allocate", value="even") == ""
    assert {key: planner.rows()[key] for key in ("East", "North", "")} == {"East": 480, "North": 480, "": 960}
    planner.does("allocate", value="last_year")  # 200 and 1,050
    assert planner.rows()["East"] == pytest.approx(960 * 200 / 1250, abs=1)


def test_another_total_is_shared_out_by_typed_weights(planner):
    fields = {"total": "1200", "weight:East": "3", "weight:North": "1", "weigh": "ytd"}
    assert planner.does("allocate", fields=fields) == ""
    assert (planner.rows()["East"], planner.rows()["North"]) == (900, 300)
    (made,) = planner.scenario().done
    assert made.adjustment.basis == "typed"


def test_growth_limits_bound_what_members_get(planner):
    fields = {"weigh": "even", "most": "50", "least": "-90%"}
    planner.does("allocate", fields=fields)  # East at most half more than last year's 200
    assert (planner.rows()["East"], planner.rows()["North"]) == (300, 660)


def test_a_risk_stands_beside_the_plan(planner):
    planner.does("risk", fields={"kind": "coefficient", "value": "0.9"})
    planner.does("risk", fields={"kind": "padding", "value": "5"})
    assert planner.rows()[""] == 960
    assert [entry.adjustment.share for entry in planner.scenario().done] == [Decimal("0.9"), Decimal("0.05")]


def test_entries_from_below_change_nothing_until_they_are_taken_over(planner):
    said = planner.does("enter", fields={"entry:East": "700", "entry:North": " "})
    assert words("en")("plan.done_enter") in said
    assert planner.rows()["East"] == 600
    assert planner.does("take_below") == ""
    assert (planner.rows()["East"], planner.rows()["North"]) == (700, 360)


def test_a_part_is_handed_down(planner):
    assert words("en")("plan.done_hand_down") in planner.does("hand_down", value="East")
    with planner.looking():
        from queries import plans

        found = plans.scenarios()
        assert found is not None and set(found.handed_down(planner.scenario().version_id, "region")) == {"East"}


def test_changes_are_taken_back_and_made_again(planner):
    for value in ("10%", "20%", "30%"):
        planner.does("type", rows=[EAST_ROW], value=value)
    last = planner.rows()
    planner.does("undo")
    planner.does("undo", value="2")
    assert planner.rows()["East"] == 600
    for _ in range(3):
        planner.does("redo")
    assert planner.rows() == pytest.approx(last, nan_ok=True)
    assert words("en")("refused.nothing") in planner.does("redo")


def test_names_copies_and_comments(planner):
    planner.does("rename", fields={"name": "Other"})
    assert planner.scenario().version.name == "Other"
    first = planner.query
    assert words("en")("plan.done_comment") in planner.does("comment", fields={"note": "Why East?"})
    planner.does("duplicate", fields={"name": "Copy"})
    assert planner.query != first and planner.scenario().version.name == "Copy"


def test_the_way_to_force_and_back(planner):
    planner.does("type", rows=[EAST_ROW], value="700")
    assert words("en")("plan.done_submit") in planner.does("submit")
    assert words("en")("plan.done_return") in planner.does("return", fields={"note": "Less, please"})
    assert planner.scenario().version.note == "Less, please"
    planner.does("submit")
    assert words("en")("plan.done_approve") in planner.does("approve")
    assert words("en")("plan.done_publish") in planner.does("publish")
    assert in_force(planner) == planner.scenario().version_id
    assert words("en")("plan.done_put_back") in planner.does("put_back", target=str(planner.version))
    assert in_force(planner) == planner.version


def in_force(person: Person) -> int:
    from planning.ledger import Ledger

    ledger = Ledger.open(Settings(data_dir=person.folder))
    try:
        return ledger.in_force()[2026]
    finally:
        ledger.close()


def test_a_sheet_is_shown_before_it_is_taken(planner):
    with planner.showing() as shown:
        body = plan_sheet.sheet_bytes(shown)
    sheet = {"value": f"data:x;base64,{base64.b64encode(body).decode()}", "target": "plan.xlsx"}
    assert "plan.xlsx" in planner.does("sheet", **sheet)
    assert words("en")("refused.nothing") in planner.does("take_sheet", **sheet)
    changed = changed_sheet(body, "East", 250)
    sheet["value"] = f"data:x;base64,{base64.b64encode(changed).decode()}"
    assert 'data-plan="take_sheet"' in planner.does("sheet", **sheet)
    assert not planner.scenario().done
    assert planner.does("take_sheet", **sheet) == ""
    assert planner.rows()["East"] == 200 + 200 + 250
    assert planner.scenario().done[0].adjustment.reason == "plan.xlsx"


def changed_sheet(body: bytes, key: str, amount: float) -> bytes:
    """The workbook with another amount in the first month of a member."""
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book.active
    assert sheet is not None
    (line,) = (cells for cells in sheet.iter_rows() if cells[0].value == key)
    line[2].value = amount
    total = next(cell for cell in sheet[line[0].row] if cell.column == 6)
    total.value = None
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


REFUSED = [
    ("type", {"rows": [EAST_ROW], "value": "12x"}, "not_a_number", {"text": "12x"}),
    ("type", {"rows": [EAST_ROW], "value": "-601"}, "negative", None),
    ("type", {"rows": [EAST_ROW], "value": "99999亿"}, "too_large", None),
    ("type", {"rows": [row(("region", "South"))], "value": "5"}, "no_cells", {"member": "South"}),
    ("type", {"rows": [row(("region", "unassigned"))], "value": "5"}, "no_cells", None),
    ("lock", {"rows": []}, "no_rows", {}),
    ("allocate", {"value": "mtd", "fields": {"most": "x"}}, "not_a_number", {"text": "x%"}),
    ("allocate", {"fields": {"weigh": "even", "most": "-100"}}, "out_of_range", None),
    ("allocate", {"value": "whim"}, "unknown", {"what": "whim"}),
    ("allocate", {"fields": {"weight:East": "0", "weight:North": "0"}}, "no_weights", None),
    ("history", {"fields": {"method": "holt_winters"}}, "no_history", {}),
    ("history", {"fields": {"method": "dice"}}, "no_history", {}),
    ("risk", {"fields": {"kind": "coefficient", "value": "1.5"}}, "risk_range", {"text": "1.5"}),
    ("risk", {"fields": {"kind": "coefficient", "value": "much"}}, "not_a_number", {"text": "much"}),
    ("take_below", {}, "no_entries", {}),
    ("enter", {"fields": {}}, "no_amounts", {}),
    ("enter", {"fields": {"entry:East": "+5"}}, "not_a_number", {"text": "+5"}),
    ("enter", {"fields": {"entry:Atlantis": "5"}}, "unknown", {"what": "Atlantis"}),
    ("hand_down", {"value": "Atlantis"}, "unknown", {"what": "Atlantis"}),
    ("undo", {}, "nothing", {}),
    ("redo", {}, "nothing", {}),
    ("duplicate", {"fields": {"name": "  "}}, "no_name", {}),
    ("comment", {"fields": {"note": ""}}, "nothing", {}),
    ("explode", {}, "unknown", {"what": "explode"}),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_refusal_has_words(lang):
    assert not [reason for reason in REFUSALS if f"refused.{reason}" not in words(lang)]
    assert not [step for step in STEPS if f"refused.step_{step}" not in words(lang)]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("kind", "said", "reason", "values"), REFUSED)
def test_a_refusal_is_a_sentence_and_changes_nothing(standing, lang, kind, said, reason, values):
    planner = replace(standing, lang=lang)
    before, rows = planner.scenario(), planner.rows()
    answer = planner.does(kind, **said)
    assert 'class="plan-message refused"' in answer
    assert planner.scenario() == before and planner.rows() == pytest.approx(rows, nan_ok=True)
    if values is not None:
        assert words(lang)(f"refused.{reason}", **values) in answer
    elif reason:
        beginning = re.split(r"\{", words(lang).texts[f"refused.{reason}"])[0]
        assert beginning in answer
    texts = re.sub("<[^>]*>", " ", re.sub(r'title="[^"]*"|aria-label="[^"]*"', "", answer))
    assert bool(re.search("[一-鿿]{3}", texts)) == (lang == "zh")


#: What no page sends: each is refused, or does nothing, and never fails.
HOSTILE = [
    {"kind": None}, {"kind": ["type"]}, {"kind": {"a": 1}}, {"kind": "type"},
    {"kind": "type", "rows": "[]", "value": "x"},
    {"kind": "type", "rows": ["no json"], "value": "5"}, {"kind": "type", "rows": [5, None, {}], "value": "5"},
    {"kind": "type", "rows": ["[[1, 2, 3]]"], "value": "5"}, {"kind": "type", "rows": ["{}"], "value": "x"},
    {"kind": "type", "rows": [row(("rep'; drop table targets; --", "x"))], "value": "5"},
    {"kind": "type", "rows": [row(("product", "p1"))], "value": "5"},
    {"kind": "type", "rows": [row(("region", "East"), ("planet", "x"))], "value": "5"},
    {"kind": "lock", "rows": [row(("month", "yesterday"))]}, {"kind": "lock", "rows": [row(("quarter", "2026-07-01"))]},
    {"kind": "type", "rows": [EAST_ROW], "value": {"$gt": 0}}, {"kind": "type", "rows": [EAST_ROW], "value": ["5"]},
    {"kind": "undo", "value": "-3"}, {"kind": "undo", "value": "many"}, {"kind": "undo", "value": "0.5"},
    {"kind": "undo", "value": "9" * 30}, {"kind": "put_back", "target": "9" * 30}, {"kind": "put_back", "target": "²"},
    {"kind": "put_back", "target": "99"}, {"kind": "begin", "target": "99", "fields": {"name": "x"}},
    {"kind": "begin", "fields": "name"}, {"kind": "rebase", "target": "99"}, {"kind": "rebase", "target": ["1"]},
    {"kind": "sheet", "value": "data:,no base64", "target": "x.xlsx"}, {"kind": "sheet", "value": None},
    {"kind": "take_sheet", "value": "data:x;base64,AAAA"},
    {"kind": "enter", "fields": {"entry:": "5"}},
    {"kind": "hand_down", "value": {"x": 1}}, {"kind": "approve"}, {"kind": "publish"}, {"kind": "return"},
    {"kind": "allocate", "fields": {"weight:Atlantis": "5"}},
    {"kind": "allocate", "fields": {"total": "x", "weigh": "even"}},
    {"kind": "type", "rows": [EAST_ROW], "value": "5", "seen": "1"}, {"kind": "submit", "seen": 10**30},
    {"kind": "type", "rows": [EAST_ROW], "value": "5", "seen": None},
]  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE, ids=str)
def test_what_no_page_sends_is_refused(standing, said):
    planner = replace(standing)
    before = planner.scenario()
    about = dict(said)
    assert 'class="plan-message refused"' in planner.does(about.pop("kind"), **about)
    assert planner.scenario() == before


def test_markup_in_a_text_is_text(standing):
    planner = replace(standing)
    said = planner.does("type", rows=[EAST_ROW], value="<img src=x onerror=alert(1)>")
    assert "<img" not in said and "&lt;img" in said


def test_who_may_not_is_told_so(standing):
    planner = replace(standing)
    before = planner.scenario()
    planner.planner = Planner("Guest", may=frozenset())
    for kind, said in (
        ("type", {"rows": [EAST_ROW], "value": "5"}), ("undo", {}), ("submit", {}),
        ("rename", {"fields": {"name": "x"}}),
        ("enter", {"fields": {"entry:East": "5"}}), ("hand_down", {"value": "East"}), ("publish", {}), ("approve", {}),
        ("put_back", {"target": str(planner.version)}), ("comment", {"fields": {"note": "x"}}),
        ("duplicate", {"fields": {"name": "x"}}), ("begin", {"target": str(planner.version), "fields": {"name": "x"}}),
    ):  # fmt: skip
        for lang, words_ in (("en", "You may not "), ("zh", "您没有")):
            planner.lang = lang
            assert words_ in planner.does(kind, **said), kind
    assert planner.scenario() == before


def test_a_version_is_no_plan(person):
    for kind in ("type", "lock", "allocate", "take_below"):
        assert words("en")("refused.no_plan") in person.does(kind, rows=[EAST_ROW], value="5")


def test_what_is_submitted_does_not_change(planner):
    planner.does("submit")
    before = planner.scenario()
    for kind, said in (
        ("type", {"rows": [EAST_ROW], "value": "5"}),
        ("undo", {}),
        ("enter", {"fields": {"entry:East": "5"}}),
    ):
        assert words("en")("plan.not_editable") in planner.does(kind, **said)
    assert words("en")("plan.not_now") in planner.does("publish")
    assert planner.scenario() == before


def test_who_comes_second_is_told_who_was_first_with_what_and_can_still_do_it(planner):
    other = Person(planner.server, planner.folder, planner.version, query=planner.query, seen=planner.seen)
    other.does("type", rows=[EAST_ROW], value="700")
    said = planner.does("type", rows=[NORTH_ROW], value="100")
    assert words("en")("plan.overtaken_by", what="East set to ¥700, parent moves, Q3 2026") in said
    assert planner.rows()["North"] == 360
    again = json.loads(html.unescape(re.search(r'data-plan-again="([^"]*)"', said)[1]))
    planner.seen = int(re.search(r'data-revision-now="(\d+)"', said)[1])
    assert planner.does(**again) == ""
    assert (planner.rows()["East"], planner.rows()["North"]) == (700, 100)
    other.lang = "zh"
    assert words("zh")("plan.on_top") in other.does("undo")


def test_a_plan_moves_to_another_base_only_with_all_its_changes(planner):
    planner.does("type", rows=[EAST_ROW], value="10%")
    other = Person(planner.server, planner.folder, planner.version)
    other.does("begin", target=str(planner.version), fields={"name": "Lower"})
    other.does("type", rows=[EAST_ROW], value="300")
    for kind in ("submit", "approve", "publish"):
        other.does(kind)
    assert words("en")("plan.done_rebase", number=other.scenario().version.number) in planner.does(
        "rebase", target=str(other.scenario().version_id)
    )
    assert planner.rows()["East"] == 330
