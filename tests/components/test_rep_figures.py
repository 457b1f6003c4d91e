"""The figures of the reps page: Plotly takes them, they say what their frames say and bear what data throws at them."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.figures.peer_dots import peer_dots
from components.figures.rate_trend import rate_trend
from components.figures.target_columns import target_columns
from components.format import Numbers
from components.theme import colours
from tests.components.rep_samples import mix_frame, rep_samples, stages_frame, targets_frame, trend_frame

EN = Numbers("en", "CNY")
LOOK: dict[str, Any] = {"theme": "light", "numbers": EN}
UNIT = EN.unit_for([5e7])
HEADS = ("Exits", "Moved on", "to peers", "Days")
NAMES = ("Zhou Ming", "peers' median")


def texts(figure: dict[str, Any]) -> list[str]:
    return [note["text"] for note in figure["layout"].get("annotations", [])]


@pytest.mark.parametrize("theme", ["light", "dark", "wall"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_one_that_plotly_takes(lang: str, theme: str) -> None:
    for name, sample in rep_samples(lang, theme).items():
        go.Figure(sample.figure)
        assert sample.figure["layout"]["meta"] == {"theme": theme}, name
        json.dumps(sample.figure, allow_nan=False)


@pytest.mark.parametrize("name", rep_samples("en", "light"))
def test_what_answers_the_pointer_has_a_key_and_words(name: str) -> None:
    for trace in rep_samples("en", "light")[name].figure["data"]:
        if trace.get("hoverinfo") == "skip":
            assert "customdata" not in trace
        else:
            assert len(trace["customdata"]) == len(trace["hovertext"]) == len(trace["y"])


class TestTargetColumns:
    def test_last_year_behind_the_outline_behind_the_actual(self) -> None:
        previous, target, actual, *_ = target_columns(targets_frame("en"), head="Ahead", unit=UNIT, **LOOK)["data"]
        assert previous["marker"]["color"] == colours("light")["previous"]
        assert target["marker"]["color"] == "rgba(0,0,0,0)" and target["marker"]["line"]["width"] == 1.25
        assert actual["y"][7:9] == [12_000_000, None]
        assert previous["customdata"][0] == "sales_amount|month:2025-01-01"

    def test_variance_has_sign_arrow_and_colour(self) -> None:
        *_, bars, heads = target_columns(targets_frame("en"), head="Ahead", unit=UNIT, **LOOK)["data"]
        assert bars["x"] == [0, 1, 2, 4, 5, 6, 7]  # April has no target, September has not come
        assert heads["text"] == ["−0.9", "−2.2", "+0.5", "−0.8", "+3.3", "+3.8", "−39.0"]
        assert heads["marker"]["symbol"][:3] == ["triangle-down", "triangle-down", "triangle-up"]
        assert bars["marker"]["color"][1:3] == [colours("light")["behind"], colours("light")["ahead"]]

    def test_without_targets_there_is_no_tier(self) -> None:
        frame = targets_frame("en").assign(target=float("nan"), variance=float("nan"))
        figure = target_columns(frame, head="Ahead", unit=UNIT, **LOOK)
        assert len(figure["data"]) == 3 and figure["layout"]["yaxis"]["domain"] == [0, 1]
        assert "Ahead" not in texts(figure)

    def test_a_phone_has_no_numbers_over_the_columns(self) -> None:
        assert texts(target_columns(targets_frame("en"), head="Ahead", unit=UNIT, compact=True, **LOOK)) == ["Ahead"]

    def test_returns_go_below_zero(self) -> None:
        frame = targets_frame("en").head(2).assign(actual=[-5e6, 3e6])
        low, high = target_columns(frame, head="Ahead", unit=UNIT, **LOOK)["layout"]["yaxis"]["range"]
        assert low < -5e6 and high > 53e6

    def test_nothing_draws_nothing(self) -> None:
        for frame in (targets_frame("en").head(0), targets_frame("en").head(1).assign(actual=0, target=0, previous=0)):
            assert target_columns(frame, head="Ahead", unit=UNIT, **LOOK)["data"] == []


class TestTrend:
    def test_a_month_far_above_the_lines_is_an_arrow_at_the_edge(self) -> None:
        figure = rate_trend(trend_frame("en"), names=NAMES, **LOOK)
        single, top = figure["data"][1], figure["layout"]["yaxis"]["range"][1]
        assert single["marker"]["symbol"].count("triangle-up") == 1
        assert single["y"][4] == top < 3.4 and single["y"][3] == 1.2
        assert "340%" in single["hovertext"][4]

    def test_each_line_is_named_where_it_ends(self) -> None:
        figure = rate_trend(trend_frame("en"), names=NAMES, **LOOK)
        assert texts(figure) == ["70%<br>Zhou Ming", "75%<br>peers' median"]
        low, high = (note["y"] for note in figure["layout"]["annotations"])
        assert high - low >= 0.1 * figure["layout"]["yaxis"]["range"][1]  # apart, though the lines meet

    def test_without_peers_one_line_is_left(self) -> None:
        assert texts(rate_trend(trend_frame("en").assign(others=None), names=NAMES, **LOOK)) == ["70%<br>Zhou Ming"]

    def test_nothing_draws_nothing(self) -> None:
        frame = trend_frame("en").assign(rate=None, single=None, others=None)
        assert rate_trend(frame, names=NAMES, **LOOK)["data"] == []
        assert rate_trend(frame.head(0), names=NAMES, **LOOK)["data"] == []


class TestPeerDots:
    def test_orange_is_the_row_that_is_behind_and_hollow_the_thin_one(self) -> None:
        c, (_, dots) = colours("light"), peer_dots(stages_frame("en"), heads=HEADS, **LOOK)["data"]
        assert dots["marker"]["color"] == [c["actual"], c["behind"], c["surface"], c["actual"]]
        assert dots["marker"]["line"]["color"] == [c["actual"], c["behind"], c["actual"], c["actual"]]

    def test_differences_are_signed_and_unknown_where_there_are_no_peers(self) -> None:
        said = texts(peer_dots(stages_frame("en"), heads=HEADS, **LOOK))
        assert {"−8 pp", "−14 pp", "–", "18 / 21", "107", *HEADS} <= set(said)
        assert any("▼" in text and "−13 pp" in text for text in said)
        assert any("thin" in text and "50%" in text for text in said)

    def test_a_phone_leaves_exits_and_days_to_the_table(self) -> None:
        said = texts(peer_dots(stages_frame("en"), heads=HEADS, compact=True, **LOOK))
        assert {"67%", "−8 pp"} <= set(said) and not {"107", "18 / 21"} & set(said)

    def test_the_line_is_the_interval_else_the_way_to_the_peers(self) -> None:
        spans = peer_dots(stages_frame("en"), heads=HEADS, **LOOK)["layout"]["shapes"]
        assert [(one["x0"], one["x1"]) for one in spans][:2] == [(0.58, 0.75), (0.47, 0.69)]
        spans = peer_dots(mix_frame("en"), heads=HEADS[1:3], **LOOK)["layout"]["shapes"]
        assert [(one["x0"], one["x1"]) for one in spans] == [(0.55, 0.8), (0.45, 0.2)]

    def test_a_head_of_rows_is_quiet_and_has_nothing_beside_it(self) -> None:
        notes = peer_dots(mix_frame("en"), heads=HEADS[1:3], **LOOK)["layout"]["annotations"]
        (head,) = (note for note in notes if note["text"] == "Category")
        assert head["font"]["color"] == colours("light")["ink-3"]
        assert sum(note.get("y") == 0 for note in notes) == 1

    def test_names_are_shown_not_obeyed(self) -> None:
        frame = stages_frame("en").assign(label="<b>bold</b>")
        assert "&lt;b&gt;bold&lt;/b&gt;" in texts(peer_dots(frame, heads=HEADS, **LOOK))

    def test_nothing_draws_nothing(self) -> None:
        frame: pd.DataFrame = stages_frame("en")
        assert peer_dots(frame.head(0), heads=HEADS, **LOOK)["data"] == []
        assert peer_dots(frame.assign(rate=None, others=None), heads=HEADS, **LOOK)["data"] == []
