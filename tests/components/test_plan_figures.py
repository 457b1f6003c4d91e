"""Figures of the planning page: what they draw of small hand-made frames, and of odd ones."""

import math

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.figures.before_after import before_after
from components.figures.before_after import height_of as rows_height
from components.figures.plan_bridge import height_of as bridge_height
from components.figures.plan_bridge import plan_bridge
from components.figures.plan_course import plan_course
from components.figures.sensitivity_rows import sensitivity_rows
from components.format import Numbers, Unit
from components.theme import THEMES, colours

EN = Numbers("en", "CNY")
PLAIN = Unit(1, "¥", 0)
LOOK = {"unit": PLAIN, "numbers": EN}
HEADS = ("points of attainment", "needed")
CLEAR = "rgba(0,0,0,0)"


def texts(figure):
    return [note["text"] for note in figure["layout"]["annotations"]]


def bars(figure):
    return [trace for trace in figure["data"] if trace["type"] == "bar"]


def members(*rows):
    """`(in_force, proposed, landing)` each."""
    frame = pd.DataFrame(rows, columns=["in_force", "proposed", "landing"], dtype="float64")
    return frame.assign(label=[f"M{n}" for n in range(len(rows))], key=[f"?region=m{n}" for n in range(len(rows))])


def steps(*values, base=100.0):
    """A bridge from `base` by the values to what they come to."""
    rows = [("Version 1", base, "base"), *((f"S{n}", value, "step") for n, value in enumerate(values))]
    rows.append(("Plan", base + sum(values), "plan"))
    return pd.DataFrame(rows, columns=["label", "value", "kind"]).assign(key="")


def months(**changed):
    """Twelve months of 10, last year 8, the first three over with 9, 10, 11."""
    frame = pd.DataFrame({"label": [f"m{n}" for n in range(12)], "key": ""})
    frame["proposed"], frame["in_force"], frame["previous"] = 10.0, 10.0, 8.0
    frame["actual"] = [9.0, 10.0, 11.0, *[math.nan] * 9]
    return frame.assign(**changed)


def drivers(*rows):
    """`(less, more)` each."""
    return pd.DataFrame(rows, columns=["less", "more"], dtype="float64").assign(
        label=[f"D{n}" for n in range(len(rows))], key="", needed="+12%"
    )


def draw(name, frame, theme="light", *, compact=False):
    if name == "before_after":
        return before_after(frame, theme=theme, **LOOK)
    if name == "bridge":
        return plan_bridge(frame, theme=theme, **LOOK)
    if name == "course":
        return plan_course(frame, theme=theme, compact=compact, **LOOK)
    return sensitivity_rows(frame, heads=HEADS, theme=theme, compact=compact, numbers=EN)


NAN = math.nan
ODD = {
    "before_after": {
        "one": members((100, 110, 90)),
        "many": members(*[(100 + n, 90 + n, 95 - n) for n in range(40)]),
        "negative": members((100, 110, -30), (50, 60, -20)),
        "null": members((NAN, 110, NAN), (100, NAN, 5), (NAN, NAN, NAN)),
        "zero": members((0, 0, 0)),
    },
    "bridge": {
        "one": steps(5),
        "many": steps(*[(-1) ** n * n for n in range(40)]),
        "negative": steps(-60, -50),
        "null": steps(NAN, 5).assign(value=[100, NAN, 5, 105]),
        "none": steps(),
        "zero": steps(0, base=0),
    },
    "course": {
        "one": months().head(1),
        "many": pd.concat([months()] * 5, ignore_index=True),
        "negative": months(previous=-8.0, proposed=-1.0),
        "null": months(in_force=NAN, proposed=[NAN, *[10.0] * 11]),
        "bare": months().assign(**dict.fromkeys(["in_force", "proposed", "previous"], NAN), actual=[NAN] * 11 + [5.0]),
    },
    "sensitivity": {
        "one": drivers((-0.05, 0.05)),
        "many": drivers(*[(-0.01 * n, 0.01 * n) for n in range(1, 20)]),
        "negative": drivers((0.05, -0.05)),
        "null": drivers((NAN, 0.05), (0.0, 0.0)),
    },
}
CASES = [(name, odd) for name, frames in ODD.items() for odd in frames]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("name", "odd"), CASES)
def test_whatever_comes_is_a_figure_that_plotly_takes(name, odd, theme):
    for compact in (False, True):
        figure = draw(name, ODD[name][odd], theme, compact=compact)
        made = go.Figure(figure)  # refuses what is no property or no value of one
        assert not any("nan" in str(note.text).lower() for note in made.layout.annotations)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ODD)
def test_of_nothing_nothing_is_drawn(name, theme):
    frame = next(iter(ODD[name].values()))
    assert draw(name, frame.head(0), theme)["data"] == []
    empty = frame.assign(**dict.fromkeys(frame.select_dtypes("number").columns, NAN))
    assert draw(name, empty, theme)["data"] == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", ["before_after", "bridge"])
def test_a_change_of_target_is_neither_blue_nor_orange(name, theme):
    figure = draw(name, ODD[name]["one"], theme)
    c = colours(theme)
    used = str([trace["marker"] for trace in bars(figure)]) + str([n["font"] for n in figure["layout"]["annotations"]])
    assert c["yours"] in used
    assert c["ahead"] not in used and c["behind"] not in used


# -- before and after -------------------------------------------------------------------------------------------


def test_the_proposal_stands_inside_the_outline_of_what_is_in_force():
    figure = draw("before_after", members((100, 110, 90)))
    outer, inner, answer = bars(figure)
    assert (outer["x"], inner["x"]) == ([100], [110])
    assert outer["width"] > inner["width"]
    assert outer["marker"]["color"] == CLEAR
    assert answer["customdata"] == ["?region=m0"]
    assert all(trace["x"] == [90] for trace in figure["data"] if trace["type"] == "scatter")
    assert {"M0", "+10"} <= set(texts(figure))


def test_a_change_stands_right_of_all_that_its_row_draws_and_has_a_sign():
    figure = draw("before_after", members((100, 110, 90), (100, 90, 120), (100, 100, 100), (NAN, 5, 5)))
    notes = {note["y"]: note for note in figure["layout"]["annotations"] if note.get("xshift") == 8}
    assert [notes[y]["text"] for y in range(4)] == ["+10", "−10", "0", ""]
    assert [notes[y]["x"] for y in range(4)] == [110, 120, 100, 5]
    assert notes[2]["font"]["color"] != notes[0]["font"]["color"]


def test_heights_grow_with_rows():
    assert rows_height(12) - rows_height(11) == rows_height(11) - rows_height(10) > 0
    assert bridge_height(9) > bridge_height(3)


# -- bridge -----------------------------------------------------------------------------------------------------


def test_each_step_begins_where_the_one_before_ended_and_the_last_ends_at_the_plan():
    figure = draw("bridge", steps(10, -30, 5))
    base, plan, adds, takes, _ = bars(figure)
    assert adds["y"] == [1, 3] and takes["y"] == [2]
    placed = [zip(trace["y"], trace["base"], trace["x"], strict=True) for trace in (adds, takes)]
    ends = {y: start + length for one in placed for y, start, length in one}
    assert adds["base"] == [100, 80] and takes["base"] == [110]
    assert ends == {1: 110, 2: 80, 3: 85}
    assert plan["base"][0] + plan["x"][0] == ends[3]
    assert base["base"][0] + base["x"][0] == 100


def test_what_takes_away_is_hollow():
    _, _, adds, takes, _ = bars(draw("bridge", steps(10, -30)))
    c = colours("light")
    assert adds["marker"]["color"] == c["yours"] and takes["marker"]["color"] == c["yours-soft"]


def test_steps_have_signs_and_totals_have_none():
    assert {"Version 1", "Plan", "100", "+10", "−30", "80"} <= set(texts(draw("bridge", steps(10, -30))))


def test_small_steps_cut_the_axis_and_both_totals_show_the_gap():
    near, far = draw("bridge", steps(1, base=1000.0)), draw("bridge", steps(900, base=1000.0))
    gaps = [shape for shape in near["layout"]["shapes"] if shape["type"] == "rect"]
    assert near["layout"]["xaxis"]["range"][0] > 0 and len(gaps) == 2
    assert far["layout"]["xaxis"]["range"][0] == 0
    assert not [shape for shape in far["layout"]["shapes"] if shape["type"] == "rect"]


def test_one_connector_lies_between_two_rows():
    figure = draw("bridge", steps(10, -30))
    lines = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "line"]
    assert [line["x0"] for line in lines] == [100, 110, 80]


# -- course -----------------------------------------------------------------------------------------------------


def test_the_months_have_last_year_in_force_proposed_and_actual():
    previous, in_force, proposed, actual, _ = bars(draw("course", months(proposed=12.0)))
    assert previous["y"][0] == 8 and in_force["y"][0] == 10 and proposed["y"][0] == 12
    assert actual["y"][:4] == [9, 10, 11, None]
    assert previous["width"] > proposed["width"] > actual["width"]


def test_a_changed_month_is_marked_in_the_text_too():
    figure = draw("course", months(proposed=[12.0, *[10.0] * 11]))
    first, second = figure["layout"]["annotations"][:2]
    assert (first["text"], second["text"]) == ("12", "10")
    assert first["font"]["color"] == colours("light")["yours-text"] != second["font"]["color"]


def test_a_phone_has_no_room_for_amounts():
    assert not draw("course", months(), compact=True)["layout"].get("annotations")


# -- sensitivity ------------------------------------------------------------------------------------------------


def test_less_is_orange_to_the_left_and_more_blue_to_the_right():
    figure = draw("sensitivity", drivers((-0.05, 0.04)))
    less, more = bars(figure)[:2]
    c = colours("light")
    assert less["x"] == [-0.05] and more["x"] == [0.04]
    assert less["marker"]["color"] == [c["behind"]] and more["marker"]["color"] == [c["ahead"]]
    assert {"D0", "+12%", "−5.0 pp", "+4.0 pp", *HEADS} <= set(texts(figure))


def test_zero_is_in_the_middle():
    low, high = draw("sensitivity", drivers((-0.05, 0.01)))["layout"]["xaxis"]["range"]
    assert low == -high
