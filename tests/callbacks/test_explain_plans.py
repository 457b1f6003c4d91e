"""The drawer of a plan's numbers, by hand: the tiny company of `tests.queries.planned`, with a third more for the reps.

Third quarter of 2026, as of 27 August. The reps' targets come to 363 + 217.80 + 145.20 = 726 of the company's 660.

| last year, all of the quarter | 200 + 20 + 1000 + 30 = 1250     | growth asked for 726 / 1250 - 1 = -41.92 %     |
| actual so far                 | 300+60+40+50+10-20 = 440         | open 100 + 50 = 150 (o3 closes in October)     |
| won of what was decided       | 300 of 400 = 75 %                | within reach 440 + 150 x 0.75 = 552.50         |
| over-assignment               | 726 / 660 - 1 = 10 %             |                                                |
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from callbacks.explain import explanation
from callbacks.plan_values import values_of
from callbacks.plan_view import Showing, showing
from components.view import View
from planning.rights import Planner
from planning.scenarios import Scenarios
from queries.engine import Database, current, reading
from queries.scope import EVERYTHING
from queries.semantic.plan_numbers import PLAN_NUMBERS
from queries.slices import Slice
from tests.queries.planned import COMPANY, OPEN, Q3, R1, R2, R4, WHOLE
from tests.rows import AS_OF, company, deal, due, with_targets

OF_REPS = [due(*Q3, 363, **R1), due(*Q3, "217.8", **R2), due(*Q3, "145.2", **R4)]
DECIDED = [deal("w", "won", 300, closed_on=date(2026, 3, 2)), deal("l", "lost", 100, closed_on=date(2026, 3, 3))]


@pytest.fixture(scope="module")
def planned() -> Database:
    tables = {**COMPANY, "opportunities": [*OPEN, *DECIDED]}
    return with_targets(company(**tables), (2026, [*WHOLE, *OF_REPS]))


@pytest.fixture
def read(planned: Database) -> Iterator[Database]:
    with reading(planned) as database:
        yield database


def view(where: str = "", lang: str = "en", path: str = "/planning") -> View:
    return View(Slice.from_search(where), EVERYTHING, lang, "light", path, AS_OF, "CNY", 1)


def values(where: str = "") -> dict[str, float]:
    shown = showing(view(where))
    assert isinstance(shown, Showing)
    return values_of(shown)


def text(tree: Any) -> str:
    if isinstance(tree, list | tuple):
        return " ".join(map(text, tree))
    return str(tree) if isinstance(tree, str) else text(getattr(tree, "children", None) or "")


@pytest.mark.usefixtures("read")
class TestValues:
    """By hand, from the table above."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("proposed", 726),
            ("in_force", 726),
            ("target_change", 0),
            ("last_year_whole", 1250),
            ("growth_asked", 726 / 1250 - 1),
            ("level_total", 726),
            ("highest_total", 660),
            ("over_assignment", 0.1),
            ("sold_so_far", 440),
            ("open_in_period", 150),
            ("win_rate_year", 0.75),
            ("reach", 552.5),
        ],
    )
    def test_each(self, name: str, value: float) -> None:
        assert values()[name] == pytest.approx(value)

    def test_the_parts_make_the_whole(self) -> None:
        found = values()
        assert found["sold_so_far"] + found["expected_rest"] == pytest.approx(found["projection"])
        assert found["projected_landing"] == pytest.approx(found["projection"] / 726)
        best = max(found["projection"], 552.5)
        assert found["out_of_reach"] == pytest.approx(726 / best - 1)
        won = 0.75 * (found["counted_open"] + found["coming_amount"])
        assert (440 + won) / 726 == pytest.approx(found["sensitivity"])
        assert found["sensitivity"] == pytest.approx(found["projected_landing"])

    def test_a_period_to_come_has_no_pipeline_to_reach_by(self) -> None:
        found = values("period=2026-10-01..2026-12-31")
        assert found["reach"] != found["reach"]

    def test_every_number_has_a_value(self) -> None:
        assert values().keys() == PLAN_NUMBERS.keys()


@pytest.mark.usefixtures("read")
class TestDrawer:
    def test_the_formula_stands_beside_itself_with_its_inputs(self) -> None:
        said = text(explanation(view(), "growth_asked"))
        assert "Proposed target / Last year's sales − 1 = ¥726 / ¥1,250 − 1" in said
        assert "−41.9%" in said
        assert "Version 1 (in force), reps, Q3 2026." in said

    def test_reach(self) -> None:
        said = text(explanation(view(), "reach"))
        assert "¥440 + ¥150 × 75.0%" in said
        assert "¥553" in said

    @pytest.mark.parametrize("lang", ["en", "zh"])
    @pytest.mark.parametrize("topic", PLAN_NUMBERS)
    def test_every_number_is_explained(self, topic: str, lang: str) -> None:
        assert Slice.from_search(f"explain={topic}").option("explain") == topic
        said = text(explanation(view(lang=lang), topic))
        assert PLAN_NUMBERS[topic].label[lang] in said
        assert "{" not in said

    @pytest.mark.parametrize("topic", PLAN_NUMBERS)
    def test_a_year_without_targets_says_so(self, topic: str) -> None:
        assert "There are no targets for 2031 yet." in text(explanation(view("period=2031"), topic))

    def test_a_scenario_is_named_with_its_changes(self) -> None:
        targets = current().targets
        assert targets is not None
        viewer = Planner("Mei Lan")
        made = Scenarios(targets.ledger).begin(1, name="Stretch", viewer=viewer)
        said = text(explanation(view(f"plan={made.version_id}"), "proposed"))
        assert "Stretch (draft), from version 1 with 0 changes, reps, Q3 2026." in said
        compared = view(f"compare={made.version_id}.1", path="/compare")
        assert "Stretch (draft)" in text(explanation(compared, "proposed"))


def test_both_languages_have_the_same_inputs() -> None:
    for number in PLAN_NUMBERS.values():
        for lang in ("en", "zh"):
            assert all(f"{{{name}}}" in number.formula[lang] for name in number.inputs), number.name
            assert "{" not in number.said(lang)
