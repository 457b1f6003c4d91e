"""The planning page says what is right of a version, of a plan in each state, and where there is nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from callbacks import plan_bar, plan_cards, plan_grid, plan_lists, plan_panels, planning, wiring
from components.markup import markup
from components.words import words
from planning.replay import SCALE
from queries import plans
from queries.engine import reading
from queries.slices import Slice
from queries.warehouse import Warehouse
from settings import Settings
from tests.callbacks.conftest import publish
from tests.callbacks.planned_company import EAST_ROW, NORTH_ROW, TABLES, Person, put_in_force

CARDS = [
    made
    for module in (plan_cards, plan_lists)
    for name, made in vars(module).items()
    if name.startswith("show_") and getattr(made, "__annotations__", {}).get("return") == "Card"
]
PANELS = ("allocate", "history", "history+all", "risk", "below", "sheet")


@pytest.fixture(scope="module")
def at_version(app: Any, tmp_path_factory: pytest.TempPathFactory) -> Person:
    """Somebody who looks at version 1 in the third quarter."""
    folder = tmp_path_factory.mktemp("planned")
    publish(folder / "snapshots", **TABLES)
    version = put_in_force(folder)
    app.server.extensions["warehouse"] = Warehouse(Settings(data_dir=folder))
    return Person(app.server, folder, version)


@pytest.fixture
def planner(at_version: Person) -> Person:
    """Somebody with a plan of their own, in which nothing is changed yet."""
    made = replace(at_version)
    assert made.does("begin", target=str(made.version), fields={"name": "Stretch"}) == ""
    return made


def plain(tree: Any) -> str:
    """All that is said, tags taken out."""
    return " ".join(re.sub("<[^>]*>", " ", markup(tree)).split())


def acts(tree: Any) -> set[str]:
    """What can be done from a piece of the page."""
    return set(re.findall(r'data-plan(?:-form)?="(\w+)"', markup(tree)))


def test_the_sentence_says_what_is_asked_for_and_where_it_leads(at_version, planner):
    with at_version.looking() as view:
        said = planning.sentence(view)
        assert said.startswith("Version 1 asks for 23.2% less than last year in Q3 2026.")  # 960 of 1,250
    with planner.looking() as view:
        assert planning.sentence(view).startswith("Stretch keeps the total of Version 1 in Q3 2026.")
    planner.does("type", rows=[EAST_ROW], value="+96")
    with planner.looking() as view:
        assert planning.sentence(view).startswith("Stretch asks for ¥96 more than Version 1 in Q3 2026.")
    planner.lang = "zh"
    with planner.looking() as view:
        assert "Stretch" in planning.sentence(view) and planning.sentence(view).endswith("。")


def test_the_numbers_above_are_those_of_the_grid(planner):
    planner.does("type", rows=[EAST_ROW], value="+96")
    with planner.looking() as view:
        said = plain(planning.key_strip(view))
    assert "Target, Q3 2026 ¥ 1,056" in said.replace("¥1,056", "¥ 1,056")
    assert "+¥96, +10.0% on Version 1" in said
    assert "−15.5 %" in said.replace("−15.5%", "−15.5 %")  # 1,056 of last year's 1,250


STATES = {
    "draft": ((), {"submit", "rename", "duplicate", "comment"}, {"approve", "publish", "return"}),
    "submitted": (("submit",), {"approve", "return", "duplicate", "comment"}, {"submit", "rename", "publish"}),
    "approved": (("submit", "approve"), {"publish", "return"}, {"submit", "approve", "rename"}),
    "published": (("submit", "approve", "publish"), {"duplicate"}, {"submit", "approve", "publish", "return"}),
}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("state", STATES)
def test_the_bar_offers_what_comes_next_from_each_state(planner, state, lang):
    steps, offered, closed = STATES[state]
    for step in steps:
        planner.does(step)
    planner.lang = lang
    with planner.looking() as view:
        bar, tools = plan_bar.show_bar(view), plan_grid.show_grid(view)[4]
    assert offered <= acts(bar) and not closed & acts(bar)
    assert f'<b aria-current="step">{words(lang)(f"plan.state_{state}")}</b>' in markup(bar)
    assert bool(acts(tools)) == (state == "draft")
    if state == "published":  # the other tests begin from version 1
        planner.does("put_back", target=str(planner.version))


def test_a_plan_that_was_returned_says_why(planner):
    planner.does("submit")
    planner.does("return", fields={"note": "Less of <East>"})
    with planner.looking() as view:
        assert words("en")("plan.returned", note="Less of &lt;East&gt;") in markup(plan_bar.show_bar(view))


def test_the_bar_of_a_version_lets_a_plan_begin(at_version):
    with at_version.looking() as view:
        bar = plan_bar.show_bar(view)
    assert (
        "begin" in acts(bar)
        and not acts(bar) & {"submit", "rename", "undo"}
        and f'data-target="{at_version.version}"' in markup(bar)
    )


def test_a_risk_is_said_beside_the_plan(planner):
    planner.does("risk", fields={"kind": "coefficient", "value": "0.9"})
    with planner.looking() as view:
        assert "aims for ¥1,000 in Q3 2026, risk coefficient 0.9" in plain(
            plan_bar.show_bar(view)
        )  # the company's 900 over 0.9


def test_rows_of_the_grid(planner):
    planner.does("type", rows=[EAST_ROW], value="660")
    planner.does("lock", rows=[NORTH_ROW])
    with planner.looking() as view:
        _, rows, *_ = plan_grid.show_grid(view)
    by_name = {row["name"]: row for row in rows}
    assert list(by_name)[:2] == ["All regions", "East"]
    total, east, north = by_name["All regions"], by_name["East"], by_name["North"]
    assert (total["in_force"], total["proposed"], total["change"]) == ("960", "1,020", "+60")
    assert (east["last_year"], east["in_force"], east["proposed"], east["change"]) == ("200", "600", "660", "+60")
    assert (east["change_share"], east["actual"], east["touched"], east["editable"]) == ("+10.0%", "360", True, True)
    assert (north["is_locked"], north["editable"], north["touched"]) == (True, False, False)
    assert (north["last_year"], north["actual"]) == ("1,050", "70")
    # 24 working days are left: 300 of East's 660 are missing, 12.5 a day
    assert east["required"] in ("12", "13")


def test_parts_of_the_total_sum_to_it_in_every_tree(planner):
    planner.does("type", rows=[EAST_ROW], value="+7.77%")
    for tree in ("region", "time"):
        with planner.showing(f"tree={tree}") as shown:
            assert shown.members["proposed"].sum() == pytest.approx(shown.total["proposed"])


def test_a_tree_that_the_plan_has_not_says_so(planner):
    with planner.looking("tree=product") as view:
        columns, rows, _, about, tools = plan_grid.show_grid(view)
        assert (columns, rows, tools) == ([], [], [])
        assert words("en")("plan.no_level") in plain(about)
        assert all(card(view).state is not None or card(view).body is not None for card in CARDS)


def test_the_bridge_goes_from_the_version_to_the_plan_by_steps_that_sum(planner):
    for rows, value in (([EAST_ROW], "+60"), ([NORTH_ROW], "-36"), ([], "+5%")):
        planner.does("change", rows=rows, value=value)
    planner.does("lock", rows=[EAST_ROW])
    with planner.looking() as view:
        heads, body = plan_cards.show_bridge(view).table
        shown_total = planner.rows()[""]
    amounts = [float(re.sub("[^0-9.-]", "", row[1].replace("−", "-"))) for row in body]
    assert amounts[0] == 960 and amounts[-1] == shown_total
    assert sum(amounts[:-1]) == pytest.approx(shown_total, abs=2)
    assert len(body) == 5  # the lock moves nothing
    assert heads


def test_many_steps_are_taken_together_and_still_sum(planner):
    for at in range(14):
        planner.does("type", rows=[EAST_ROW], value=f"+{at + 1}")
    with planner.looking() as view:
        _, body = plan_cards.show_bridge(view).table
    assert len(body) == plan_cards.MOST_STEPS + 2
    amounts = [float(re.sub("[^0-9.-]", "", row[1].replace("−", "-"))) for row in body]
    assert sum(amounts[:-1]) == amounts[-1] == 960 + 105


def test_totals_of_the_bridge_are_those_of_each_state(planner):
    for value in ("+60", "-10"):
        planner.does("type", rows=[EAST_ROW], value=value)
    with planner.showing() as shown:
        scenario = planner_scenario(shown)
        totals = plans.desk().totals(scenario, shown.opened.base, shown.plane, shown.node)
    assert [total / SCALE for total in totals] == [960, 1020, 1010]


def planner_scenario(shown: Any) -> Any:
    assert shown.opened.scenario is not None
    return shown.opened.scenario


def test_changes_are_listed_with_reason_and_what_was_undone(planner):
    planner.does("type", rows=[EAST_ROW], value="+60", reason="A new <clinic>")
    planner.does("type", rows=[NORTH_ROW], value="-5%")
    planner.does("undo")
    with planner.looking() as view:
        body = plan_lists.show_changes(view).body
    said = plain(body)
    assert said.index("North −5%") < said.index("East +¥60")
    assert "undone" in said and "A new &lt;clinic&gt;" in said


def test_commission_under_each_scheme(planner):
    with planner.looking() as view:
        card = plan_lists.show_commission(view)
    said = plain(card.body)
    for name in ("Flat on contracts", "Flat on receipts", "Tiers with accelerator"):
        assert name in said
    assert "Zhou Ming" in said and "He Lan" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", PANELS)
def test_every_drawer_opens_on_a_draft_and_says_why_not_on_a_version(at_version, planner, name, lang):
    for person, opens in ((planner, True), (replace(at_version), False)):
        person.lang = lang
        with person.looking() as view:
            said = markup(planning.drawer(view, "plan", name))
        assert (words(lang)("plan.read_only_version") in said) != opens
        if opens and name not in ("sheet", "history", "history+all"):
            assert "data-plan-form" in said


def test_entries_and_what_was_handed_down_show_in_the_drawer(planner):
    planner.does("enter", fields={"entry:East": "700"})
    planner.does("hand_down", value="North")
    with planner.looking() as view:
        said = markup(plan_panels.drawer(view, "below"))
    assert 'value="700"' in said and "take_below" in said
    assert words("en")("plan.handed") in said


def test_what_is_kept_of_the_page_hangs_on_all_that_it_shows(planner):
    """Entries from below, and another plan, change no revision of this one; the page must not keep what it said."""

    def drawn() -> str:
        with planner.looking():
            query = planner.query
            return wiring.drawn(
                "t", lambda view: markup([plan_panels.drawer(view, "below"), plan_lists.show_list(view).body]),
                query, "light", None, "/planning",
            )  # fmt: skip

    first = drawn()
    planner.does("enter", fields={"entry:East": "712"})
    second = drawn()
    assert "712" in second and "712" not in first
    other = replace(planner)
    other.does("duplicate", fields={"name": "Another plan"})
    assert "Another plan" in drawn()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("query", ["", "region=East", "tree=time", "period=2026", "period=2027Q1", "period=all"])
def test_every_card_survives_every_view(planner, lang, query):
    planner.does("type", rows=[EAST_ROW], value="+60")
    planner.lang, planner.query = (
        lang,
        planner.query.replace("period=2026Q3&", "" if "period" in query else "period=2026Q3&"),
    )
    with planner.looking(query) as view:
        assert planning.sentence(view).strip() and plan_bar.show_bar(view)
        markup(planning.key_strip(view))
        plan_grid.show_grid(view)
        for draw in CARDS:
            card = draw(view)
            if card.figure:
                go.Figure(card.figure)
            assert card.figure or card.body is not None or card.state is not None, draw.__name__


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_targets_the_page_says_so(served, lang):
    server = served()
    with (
        server.test_request_context("/planning", headers={"Cookie": f"language={lang}"}),
        reading(wiring.warehouse().database()) as database,
    ):
        view = wiring.view_of(Slice(), database, path="/planning")
        assert planning.sentence(view) == words(lang)("plan.finding_none", year=2026)
        assert words(lang)("plan.none") in plain(plan_bar.show_bar(view))
        assert all(draw(view).state is not None for draw in CARDS)


def test_over_http_a_change_is_made_and_a_bad_one_refused(at_version, tmp_path: Path):
    del tmp_path
    person = replace(at_version)
    with person.looking():
        client = person.server.test_client()
        version = person.version

    def post(action: Any, query: str) -> Any:
        person.server.extensions["warehouse"] = person.warehouse
        output = "..plan-state.data...plan-said.data-html.."
        ends = [{"id": "plan-state", "property": "data"}, {"id": "plan-said", "property": "data-html"}]
        return client.post("/_dash-update-component", json={
            "output": output, "outputs": ends,
            "inputs": [{"id": "plan-action", "property": "data", "value": action}],
            "changedPropIds": ["plan-action.data"], "parsedChangedPropsIds": ["plan-action.data"],
            "state": [
                {"id": "slice", "property": "data", "value": query}, {"id": "data-version", "property": "data"},
                {"id": "_pages_location", "property": "pathname", "value": "/planning"},
            ],
        })  # fmt: skip

    begun = post({"kind": "begin", "target": str(version), "fields": {"name": "Over HTTP"}}, "period=2026Q3")
    made = begun.get_json()["response"]["plan-state"]["data"]
    query = f"period=2026Q3&plan={made['plan']}"
    changed = post({"kind": "type", "rows": [EAST_ROW], "value": "5%", "seen": made["revision"]}, query)
    assert changed.status_code == 200
    again = post({"kind": "type", "rows": [EAST_ROW], "value": "5%", "seen": made["revision"]}, query)
    assert "plan-message refused" in again.get_json()["response"]["plan-said"]["data-html"]
    assert post("no action", query).status_code in (200, 204)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_member_that_the_last_load_has_not_got_keeps_its_target_and_is_said_to_be_gone(
    app: Any, tmp_path: Path, lang: str
) -> None:
    publish(tmp_path / "snapshots", **{**TABLES, "reps": [one for one in TABLES["reps"] if one["rep_id"] != "r4"]})
    version = put_in_force(tmp_path)
    app.server.extensions["warehouse"] = Warehouse(Settings(data_dir=tmp_path))
    planner = Person(app.server, tmp_path, version, lang=lang)
    assert planner.does("begin", target=str(version), fields={"name": "Stretch"}) == ""
    before = planner.rows()[""]
    planner.query += "&unfold=North|unassigned"
    with planner.showing() as shown:
        found = {row["name"]: row["proposed"] for row in plan_grid.grid_rows(shown)}
    assert found[words(lang)("plan.gone_member", member="r4")] == "90"
    assert planner.rows()[""] == before
