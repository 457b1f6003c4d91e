"""The audit page over a company with a plan that was worked on: sentence, lines, choices, pages, files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from callbacks import audit, wiring
from callbacks.plan_sheet import adjustments_in, place_of, refusal_words, sheet_bytes
from callbacks.plan_view import showing
from components.markup import markup
from components.view import View
from planning.adjustments import Adjustment
from planning.rights import Planner
from planning.scenarios import Scenario
from planning.sheet import BadSheet
from queries import plans
from queries import trail as t
from queries.engine import reading
from queries.scope import EVERYTHING, Scope
from queries.slices import Slice
from tests.queries.rep_company import tables, targets

MEI, LIN = Planner("Mei Lan"), Planner("Lin Yue")
Look = Callable[..., Any]


@pytest.fixture
def served_plan(served: Any, tmp_path: Path) -> Any:
    """The application over the company with its targets in force."""
    targets(tmp_path).ledger.close()
    return served(**tables())


@pytest.fixture
def look(served_plan: Any) -> Iterator[Look]:
    """`with look("kind=adjusted", lang="zh") as view`."""

    @contextmanager
    def seen(query: str = "", *, lang: str = "en", scope: Scope = EVERYTHING, path: str = "/audit") -> Iterator[View]:
        cookies = {"Cookie": f"language={lang}"}
        with served_plan.test_request_context(path, headers=cookies):
            database = wiring.warehouse().database()
            with reading(database):
                view = wiring.view_of(Slice.from_search(query), database, path=path)
                yield View(**{**vars(view), "scope": scope})

    yield seen


def worked(*shares: str) -> Scenario:
    """A scenario of Lin's that East was changed in, commented on by Mei; asks and answers as pages do."""
    kept = plans.scenarios()
    assert kept is not None
    now = kept.begin(1, name="Growth", viewer=LIN)
    plan = plans.plan_of(now.base)
    for share in shares:
        made = Adjustment(
            "scale", plan.planes[0].name, by="region", members=("East",), share=Decimal(share), reason="a new plant"
        )
        now, plan = kept.adjust(now.version_id, [made], plan=plan, viewer=LIN, expected_revision=now.revision)
    kept.comment(now.version_id, "is that enough?", viewer=MEI)
    return now


def table(view: View) -> str:
    return markup(audit.show_trail(view).body)


def test_each_line_says_who_what_on_which_version_and_why(look: Look) -> None:
    with look() as view:
        made = worked("0.05")
        text = table(view)
        for said in ("Mei Lan", "is that enough?", "East +5%, parent moves", "a new plant", "2026 v2 · Growth"):
            assert said in text
        assert f'href="/planning?plan={made.version_id}"' in text
        assert 'href="/attainment?target=1"' in text and "from version 1" in text
        assert text.index("Commented") < text.index("Adjusted") < text.index("Put in force")
    with look(lang="zh") as view:
        text = table(view)
        for said in ("评论", "上级随之变动", "基于第1版", "2026年第2版 · Growth", "发布生效"):
            assert said in text
        assert "from version" not in text and "parent" not in text


def test_what_was_taken_back_is_marked(look: Look) -> None:
    with look() as view:
        now, kept = worked("0.05"), plans.scenarios()
        assert kept is not None and "taken back" not in table(view)
        kept.undo(now.version_id, viewer=LIN, expected_revision=now.revision)
        assert "taken back" in table(view)


def test_the_sentence_counts_changes_and_names_what_is_in_force(look: Look) -> None:
    with look() as view:
        before = audit.sentence(view)
        assert before.startswith("4 changes of targets in the 7 days to ") and "version 1 of 2026 is in force" in before
        worked("0.05", "0.1")
        assert audit.sentence(view).startswith("7 changes")  # begun and changed twice; the comment is none
    with look("who=Mei Lan") as view:
        assert audit.sentence(view).startswith("4 changes")
    with look("who=nobody", lang="zh") as view:
        assert audit.sentence(view) == "所选条件下有0项目标变更。"
    with look("who=nobody") as view:
        assert "Nothing here" in markup(audit.show_trail(view).state)


def test_choices_are_what_there_is_and_each_narrows(look: Look) -> None:
    with look():
        worked("0.05")
    with look() as view:
        menus = markup(audit.words_of(view))
        for said in (
            "2026 v2 · Growth",
            "2026 v1 · Plan",
            "Lin Yue",
            "Adjusted",
            "kind=adjusted",
            "who=Lin+Yue",
            "version=2",
        ):
            assert said in menus
        assert "Renamed" not in menus
    with look("kind=adjusted&who=Lin+Yue&version=2") as view:
        assert table(view).count("<tr>") == 2 and "Adjusted" in table(view)
    with look("kind=nonsense&version=x") as view:
        assert set(view.slice_.dropped) == {"kind=nonsense", "version=x"}


def test_pages_follow_each_other(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(t, "PAGE", 3)
    monkeypatch.setattr(t.done, "__kwdefaults__", {"size": 3})
    with look() as view:
        worked("0.05", "0.1")
        first = audit.show_trail(view)
        assert markup(first.body).count("<tr>") == 4
        assert "1–3 of 8" in markup(first.foot) and "page=2" in markup(first.foot) and "Newer" not in markup(first.foot)
    with look("page=3") as view:
        last = audit.show_trail(view)
        assert "7–8 of 8" in markup(last.foot) and "Older" not in markup(last.foot) and "page=2" in markup(last.foot)


def test_a_change_outside_the_viewers_part_is_told_but_not_shown(look: Look) -> None:
    with look(scope=Scope.only(region="North")) as view:
        worked("0.05")
        text = table(view)
        assert "a change outside your part of the plan" in text
        assert "East" not in text and "a new plant" not in text
    with look(scope=Scope.only(region="East")) as view:
        assert "East +5%" in table(view)


def test_a_draft_that_changes_is_drawn_anew_though_the_data_is_the_same(look: Look) -> None:
    with look() as view:
        now, kept = worked("0.05"), plans.scenarios()
        version = wiring.warehouse().database().version
        seen = [t.mark()]
        kept.undo(now.version_id, viewer=LIN, expected_revision=now.revision)  # type: ignore[union-attr]
        seen.append(t.mark())
        assert wiring.warehouse().database().version == version and seen[0] != seen[1]
        assert wiring.STATES[view.path]() == seen[1]


def test_the_file_holds_all_lines_and_no_formula(served_plan: Any, look: Look) -> None:
    with look():
        made = worked("0.05")
        kept = plans.scenarios()
        assert kept is not None
        kept.comment(made.version_id, "=1+1", viewer=MEI)
    answer = served_plan.test_client().get("/download/trail.csv")
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert answer.status_code == 200 and lines[0] == ["When (UTC)", "Who", "Step", "What", "State", "Version", "Why"]
    assert len(lines) == 1 + 8 and lines[1][-1] == "'=1+1"
    one = served_plan.test_client().get("/download/trail.csv?kind=adjusted").get_data(as_text=True)
    assert one.count("\n") == 2 and "East +5%" in one


def test_a_plan_goes_out_as_a_workbook_and_comes_back_as_adjustments(served_plan: Any, look: Look) -> None:
    with look():
        made = worked("0.05")
    query = f"plan={made.version_id}&period=2026"
    answer = served_plan.test_client().get(f"/download/plan.xlsx?{query}")
    assert answer.status_code == 200 and "plan-2026-v2.xlsx" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    at = next(place for place, line in enumerate(lines) if line[0] == "key")
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    names = ["key", "name", *months, "total", "in_force", "last_year"]
    assert lines[at] == names and lines[0][0] == "Growth"
    rows = {line[0]: dict(zip(names, line, strict=True)) for line in lines[at + 2 :]}
    east = rows["East"]
    assert east["total"] == pytest.approx(east["in_force"] * 1.05)
    assert sum(east[month] for month in months) == pytest.approx(east["total"])
    assert not any(cell.data_type == "f" for line in sheet.iter_rows() for cell in line)
    with look(query, path="/planning") as view:
        shown = showing(view)
        assert shown is not None and adjustments_in(shown, answer.data) == []
        row = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "East")
        sheet.cell(row, 3, 1234)
        changed = io.BytesIO()
        book.save(changed)
        (only,) = adjustments_in(shown, changed.getvalue(), reason="from the region")
        assert (only.members, only.amounts, only.reason) == (("East",), (Decimal(1234),), "from the region")
        sheet.cell(row, 3, "12x")
        changed = io.BytesIO()
        book.save(changed)
        with pytest.raises(BadSheet) as refused:
            adjustments_in(shown, changed.getvalue())
        assert refusal_words(view, refused.value).startswith(f"C{row}: “12x” is no amount.")
    with look(f"{query}&tree=time", path="/planning", lang="zh") as view:
        shown = showing(view)
        assert shown is not None and place_of(shown).by == ""
        assert adjustments_in(shown, sheet_bytes(shown)) == []


def test_there_may_be_no_plan_to_take_along(served: Any) -> None:
    client = served().test_client()
    assert client.get("/download/plan.xlsx?plan=99").status_code == 404
    assert client.get("/download/trail.csv").status_code == 200
