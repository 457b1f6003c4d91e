"""Compared plans as a figure: a bar a plan, its name before it, its amount and difference behind it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.figures.compare_rows import compare_rows, height_of
from components.format import Numbers, Unit

NAN = float("nan")
THOUSAND = Unit(1000, "¥ thousand", 0)


def drawn(*rows: tuple[str, int, float, float], plans: tuple[str, ...] = ("Version 1", "Stretch"), **look: object):
    frame = pd.DataFrame(rows, columns=["label", "place", "value", "difference"]).assign(key="")
    return compare_rows(frame, plans, unit=THOUSAND, theme="light", numbers=Numbers("en", "CNY"), **look)  # type: ignore[arg-type]


def texts(figure: dict) -> list[str]:
    return [note["text"] for note in figure["layout"]["annotations"]]


SOUTH = (("South", 0, 32_907_000, NAN), ("South", 1, 34_552_000, 1_645_000))


def test_every_bar_is_named_and_said_in_numbers() -> None:
    said = texts(drawn(*SOUTH))
    assert "South" in said
    assert {"1 Version 1", "2 Stretch"} <= set(said)
    assert "32,907" in said
    assert any(text.startswith("34,552") and "+1,645" in text for text in said)


def test_on_a_phone_plans_are_numbers() -> None:
    said = texts(drawn(*SOUTH, compact=True))
    assert {"1", "2"} <= set(said)
    assert "2 Stretch" not in said


@pytest.mark.parametrize("theme", ["light", "dark", "wall"])
def test_it_is_a_figure_in_every_theme(theme: str) -> None:
    frame = pd.DataFrame(SOUTH, columns=["label", "place", "value", "difference"]).assign(key="")
    go.Figure(compare_rows(frame, ["a", "b"], unit=THOUSAND, theme=theme, numbers=Numbers("zh", "CNY")))


def test_a_plan_without_a_target_there_says_so() -> None:
    said = texts(drawn(("South", 0, NAN, NAN), ("South", 1, 5000, 5000)))
    assert Numbers("en", "CNY").none("no_target") in said


def test_nothing_negative_and_markup() -> None:
    assert drawn(("South", 0, NAN, NAN))["data"] == []
    assert drawn()["data"] == []
    figure = drawn(("<b>South</b>", 0, -5000, NAN), ("<b>South</b>", 1, 3000, 8000))
    assert figure["layout"]["xaxis"]["range"][0] == -5000
    assert "&lt;b&gt;South&lt;/b&gt;" in texts(figure)


def test_more_plans_and_members_want_more_room() -> None:
    assert height_of(2, 4) > height_of(2, 2) > height_of(1, 2)
