"""The drawings of what separates wins from losses: Plotly takes them, colours mean what they say, rows are links."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.figures.calibration_dots import calibration_dots
from components.figures.odds_dots import MOST, odds_dots
from components.format import Numbers
from components.markup import markup
from components.outcome_tree import Branch, outcome_tree
from components.theme import colours
from components.view import View
from queries.scope import EVERYTHING
from queries.slices import Slice
from tests.components.evidence_samples import calibration_frame, evidence_samples, odds_frame

LOOK: dict[str, Any] = {"theme": "light", "numbers": Numbers("en", "CNY")}
INK = colours("light")


@pytest.mark.parametrize("theme", ["light", "dark", "wall"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_one_that_plotly_takes(lang: str, theme: str) -> None:
    for name, sample in evidence_samples(lang, theme).items():
        go.Figure(sample.figure)
        assert sample.figure["layout"]["meta"] == {"theme": theme}, name
        json.dumps(sample.figure, allow_nan=False)


class TestOddsDots:
    def test_blue_is_surely_more_orange_surely_less(self) -> None:
        (dots,) = odds_dots(odds_frame("en"), heads=("Odds", "no difference"), **LOOK)["data"]
        assert dots["marker"]["color"] == [INK["ahead"], INK["ahead"], INK["actual"], INK["behind"]]
        assert dots["customdata"][0] == "separates|rule:quoted=1" and dots["x"] == [2.1, 1.4, 0.97, 0.6]

    def test_one_stands_in_the_middle(self) -> None:
        layout = odds_dots(odds_frame("en"), heads=("Odds", "no difference"), **LOOK)["layout"]
        low, high = layout["xaxis"]["range"]
        assert layout["xaxis"]["type"] == "log" and low == -high
        assert any(shape["x0"] == shape["x1"] == 1 for shape in layout["shapes"])

    def test_what_is_beyond_measure_stands_at_the_edge(self) -> None:
        frame = odds_frame("en").assign(odds=[1e9, 1.4, 0.97, 1e-9], high=[1e12, 1.8, 1.05, 0.72])
        (dots,) = odds_dots(frame, heads=("", ""), **LOOK)["data"]
        assert dots["x"][0] == MOST and dots["x"][3] == 1 / MOST

    def test_one_row_and_none(self) -> None:
        go.Figure(odds_dots(odds_frame("en").head(1), heads=("", ""), **LOOK))
        assert odds_dots(odds_frame("en").head(0), heads=("", ""), **LOOK)["data"] == []


class TestCalibrationDots:
    def test_orange_is_what_missed_the_line(self) -> None:
        line, dots = calibration_dots(calibration_frame(), heads=("a", "b"), names=("c", "d"), **LOOK)["data"]
        assert dots["marker"]["color"] == [INK["actual"]] * 4 + [INK["behind"]]
        assert line["x"] == line["y"] and line["x"][0] < 0.16 and line["x"][1] > 0.8

    def test_no_groups_are_no_axes(self) -> None:
        assert calibration_dots(calibration_frame().head(0), heads=("", ""), names=("", ""), **LOOK)["data"] == []


def view() -> View:
    return View(Slice(), EVERYTHING, "en", "light", "/what-separates", date(2026, 8, 27), "CNY", 1)


def test_each_branch_is_a_row_that_opens_its_deals() -> None:
    branches = [
        Branch(0, "All deals", 0.5, 0.48, 0.52, 1000, "separates|rule:all"),
        Branch(1, "Quoted <b>", 0.6, 0.55, 0.65, 400, "separates|rule:quoted=1", True, "ahead"),
        Branch(1, "Not quoted", 0.43, 0.39, 0.47, 600, "separates|rule:quoted=0", True, "behind"),
    ]
    told = markup(outcome_tree(view(), branches, heads=("Deals", "Won", "Deals"), reference=0.5))
    assert told.count("<tr") == 4 and told.count('class="leaf"') == 2
    assert "open=separates%7Crule%3Aquoted%3D1" in told and "▲ " in told and "▼ " in told
    assert "Quoted &lt;b&gt;" in told and "60.0%" in told and ">600<" in told
    assert outcome_tree(view(), [], heads=("", "", ""), reference=0.5) is not None


def test_missing_numbers_leave_no_mark() -> None:
    frame = odds_frame("en").assign(odds=[None, 1.4, 0.97, 0.6], low=[None, 1.1, 0.9, 0.5])
    json.dumps(odds_dots(frame, heads=("", ""), **LOOK), allow_nan=False)
    assert pd.isna(frame["odds"].iloc[0])
