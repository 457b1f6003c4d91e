"""Figures: each is one Plotly takes, leaves the looks to the template, and bears what data throws at it."""

import json

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.figures import parts
from components.figures.forecast_columns import _key_place, forecast_columns
from components.figures.stage_days import stage_days
from components.figures.stage_funnel import stage_funnel
from components.figures.stage_stock import stage_stock
from components.format import Numbers
from tests.components.attainment_samples import attainment_samples
from tests.components.samples import days_frame, forecast_frames, funnel_frame, samples, stock_frame
from tests.components.winloss_samples import winloss_samples

EN = Numbers("en", "CNY")
LOOK = {"theme": "light", "numbers": EN}
HEADS = ("Deals", "of previous", "of first")


def texts(figure):
    return [note["text"] for note in figure["layout"]["annotations"]]


def every(lang, theme):
    return samples(lang, theme) | attainment_samples(lang, theme) | winloss_samples(lang, theme)


def keys(figure):
    return [key for trace in figure["data"] for key in trace.get("customdata", [])]


@pytest.mark.parametrize("theme", ["light", "dark", "wall"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_one_that_plotly_takes(lang, theme):
    for name, sample in every(lang, theme).items():
        go.Figure(sample.figure)
        assert sample.figure["layout"]["meta"] == {"theme": theme}, name
        assert "template" not in sample.figure["layout"], name
        json.dumps(sample.figure, allow_nan=False)


@pytest.mark.parametrize("name", every("en", "light"))
def test_what_answers_the_pointer_has_a_key_and_words(name):
    for trace in every("en", "light")[name].figure["data"]:
        if trace.get("hoverinfo") == "skip":
            assert "customdata" not in trace
        elif trace["type"] == "sankey":
            for marks in (trace["node"], trace["link"]):
                assert len(marks["customdata"]) == len(marks["label"]) and all(marks["customdata"])
        else:
            assert len(trace["customdata"]) == len(trace["hovertext"]) == len(trace["y"])
            assert trace["hovertemplate"].endswith("<extra></extra>")


def test_nothing_draws_nothing():
    assert stage_funnel(funnel_frame("en", [5], 9).head(0), heads=HEADS, **LOOK)["data"] == []
    assert stage_funnel(funnel_frame("en", [0, 0], 9), heads=HEADS, **LOOK)["data"] == []
    assert stage_stock(stock_frame("en").head(0), heads=("a", "b"), **LOOK)["data"] == []
    assert stage_days(days_frame("en").tail(1), heads=("a", "b", "c"), **LOOK)["data"] == []
    frame, totals = forecast_frames("en")
    assert forecast_columns(frame.head(0), totals.head(0), unit=EN.unit_for([]), **LOOK)["data"] == []


def test_a_funnel_shows_what_is_left_and_what_was_lost():
    figure = stage_funnel(funnel_frame("en", [640, 448, 134], 2), heads=HEADS, weakest_note="weakest", **LOOK)
    left, lost, rest = figure["data"]
    assert rest["base"] == [640, 640, 448] and rest["x"] == [0, 0, 192]
    assert (left["x"], lost["x"]) == ([640, 448, 134], [0, 192, 314])
    assert left["customdata"] == ["qualify", "needs", "bid"]
    assert {"640", "70%", "21%", "weakest", "−192"} <= set(texts(figure))
    assert any("▼" in text and "30%" in text for text in texts(figure))


def test_a_funnel_that_grows_or_is_null_still_stands():
    frame = funnel_frame("en", [10, 12, 3], 9)
    frame["value"] = [10, 12, None]
    left, lost, _ = stage_funnel(frame, heads=HEADS, **LOOK)["data"]
    assert (left["x"], lost["x"]) == ([10, 12, 0], [0, 0, 12])


def test_the_late_part_has_its_own_key_and_is_never_more_than_all():
    frame = stock_frame("en")
    frame.loc[0, "late"] = 999.0
    in_time, late, _ = stage_stock(frame, heads=("Deals", "¥M"), **LOOK)["data"]
    assert late["customdata"][0] == "late:qualify"
    assert (in_time["x"][0], late["x"][0]) == (0, 148)
    assert in_time["x"][2] + late["x"][2] == pytest.approx(96.2)


def test_few_cases_are_hollow_and_said_to_be_few():
    figure = stage_days(days_frame("en"), heads=("Median", "P75", "Move on"), **LOOK)
    median = figure["data"][2]
    assert median["marker"]["color"] == ["#243149", "#243149", "#FFFFFF", "#FFFFFF"]
    assert sum("thin" in text for text in texts(figure)) == 1  # no cases at all is n/a, not thin
    assert len(figure["layout"]["shapes"]) == 3


def test_forecast_is_stacked_with_the_stage_closest_to_signing_below():
    frame, totals = forecast_frames("en")
    figure = forecast_columns(frame, totals, unit=EN.unit_for(totals["total"]), **LOOK)
    stacks = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert [trace["customdata"][0][1] for trace in stacks] == ["negotiate", "bid", "needs", "qualify"]
    assert sum(sum(trace["y"]) for trace in stacks) == pytest.approx(totals["total"].sum())
    assert any("61.8" in text for text in texts(figure))
    assert any("−11.3" in text and "#A8480A" in text for text in texts(figure))


def test_one_month_alone():
    frame, totals = forecast_frames("en", 1)
    go.Figure(forecast_columns(frame, totals, unit=EN.unit_for(totals["total"]), **LOOK))


@pytest.mark.parametrize(("average", "place"), [(None, "bottom"), (1.0, "bottom"), (0.1, "top"), (0.56, "row")])
def test_the_stage_key_keeps_away_from_the_averages_label(average, place):
    assert _key_place(average, 4) == place


def test_names_are_shown_not_obeyed_and_cut_where_they_do_not_fit():
    assert parts.plain(["<b>A & B</b>", None, float("nan")]) == ["&lt;b&gt;A &amp; B&lt;/b&gt;", "", ""]
    cut = parts.fitted("Very long name of a customer that nobody can read", 120, 13)
    assert cut.endswith("…") and parts.text_width(cut, 13) <= 122
    assert parts.fitted("Short", 120, 13) == "Short"
    assert parts.text_width("中文", 13) == 26


def test_prepared_hovers_win():
    frame = pd.DataFrame({"label": ["a"], "hover": ["said"]})
    assert parts.hovers(frame, "label") == ["said"]
    assert parts.hovers(frame.drop(columns="hover"), "label") == ["a"]
