"""Figures of the attainment page: what they draw of small hand-made frames, and of odd ones."""

from datetime import date
from decimal import Decimal

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.figures import bullet_bars as bullets
from components.figures import course_axes
from components.figures import target_bridge as bridge
from components.figures.bullet_bars import bullet_bars
from components.figures.cumulative_course import cumulative_course
from components.figures.share_bars import _fill, _text_on, share_bars
from components.figures.target_bridge import axis_start, lies_down, target_bridge
from components.format import Numbers, Unit
from components.theme import THEMES
from tests.components.attainment_samples import ACTUAL, bridge_frame, bullets_frame, course_frames, shares_frame
from tests.components.test_theme import contrast

EN = Numbers("en", "CNY")
PLAIN = Unit(1, "¥", 0)
LOOK = {"theme": "light", "numbers": EN}
BULLETS = {"heads": ("Attainment", "Actual", "Target", "Ahead"), "unit": PLAIN, **LOOK}
BLUE, ORANGE, BLUE_TEXT, ORANGE_TEXT = "#2166D6", "#DD6B0B", "#1B58BD", "#A8480A"


def texts(figure):
    return [note["text"] for note in figure["layout"]["annotations"]]


def note(figure, text):
    (found,) = (one for one in figure["layout"]["annotations"] if text in one["text"])
    return found


def one_bullet(**changed):
    """A member with 60 of 100 where 80 were due, 50 last year, 90 in the end."""
    row = {"label": "A", "key": "rep:a", "actual": 60, "target": 100, "on_track": 80, "previous": 50, "forecast": 90}
    row |= {"attainment": 0.6, "variance": -20, "variance_share": -0.25, **changed}
    return pd.DataFrame([row])


def drawn(figure, **wanted):
    """The traces of which these things are so."""
    return [trace for trace in figure["data"] if all(trace.get(name) == value for name, value in wanted.items())]


# -- bullet bars ------------------------------------------------------------------------------------------------


def test_a_bullet_has_all_its_marks():
    figure = bullet_bars(one_bullet(), **BULLETS)
    previous, target, actual, forecast = figure["data"][:4]
    assert (previous["x"], target["x"], actual["x"]) == ([50], [100], [60])
    assert (forecast["base"], forecast["x"]) == ([60], [30])  # from the actual to the landing
    assert forecast["marker"]["pattern"]["shape"] == "/"
    assert target["marker"]["color"] == "rgba(0,0,0,0)"
    ticks = [shape["x0"] for shape in figure["layout"]["shapes"] if "xref" not in shape]
    assert ticks == [80, 80]  # the halo, then the tick
    assert {"A", "60%", "60", "Attainment", "Actual", "Target", "Ahead"} <= set(texts(figure))


def test_variance_is_signed_and_orange_behind():
    frame = pd.concat([one_bullet(), one_bullet(variance=15), one_bullet(variance=0)], ignore_index=True)
    bar, head = drawn(bullet_bars(frame, **BULLETS), xaxis="x2")[:2]
    assert bar["x"] == [-20, 15, 0]
    assert bar["marker"]["color"][:2] == [ORANGE, BLUE]
    assert [text.strip() for text in head["text"]] == ["−20", "+15", "0"]
    assert head["textposition"] == ["middle left", "middle right", "middle right"]
    assert head["marker"]["symbol"][:2] == ["triangle-left", "triangle-right"]
    assert head["marker"]["size"][2] == 0  # zero has no direction
    assert head["textfont"]["color"][:2] == [ORANGE_TEXT, BLUE_TEXT]


def test_relative_variance_is_in_percent():
    _, head = drawn(bullet_bars(one_bullet(), relative=True, **BULLETS), xaxis="x2")[:2]
    assert head["text"] == [" −25% "]
    _, head = drawn(bullet_bars(one_bullet(variance_share=0.034), relative=True, **BULLETS), xaxis="x2")[:2]
    assert head["text"] == [" +3.4% "]  # small ones keep a decimal


@pytest.mark.parametrize("compact", [False, True])
def test_without_a_target_the_row_says_so(compact):
    nothing = dict.fromkeys(["target", "on_track", "forecast", "attainment", "variance", "variance_share"])
    frame = pd.concat([one_bullet(), one_bullet(label="B", key="rep:b", **nothing)], ignore_index=True)
    figure = bullet_bars(frame, compact=compact, **BULLETS)
    assert note(figure, "no target")["y"] == pytest.approx(1.16 if compact else 1)
    target = next(trace for trace in figure["data"] if trace["marker"].get("line", {}).get("width") == 1.25)
    assert target["x"] == [100, None]
    assert len([shape for shape in figure["layout"]["shapes"] if "xref" not in shape]) == 2  # only A's tick
    assert drawn(figure, xaxis="x2")[0]["x"] == [-20]


def test_a_variance_without_meaning_says_so():
    figure = bullet_bars(one_bullet(variance_share=None), relative=True, **BULLETS)
    assert "n/m" in texts(figure)


def test_returns_go_left_of_zero_and_their_landing_starts_there():
    figure = bullet_bars(one_bullet(actual=-10, attainment=-0.1, variance=-90), **BULLETS)
    low, high = figure["layout"]["xaxis"]["range"]
    assert low < -10 < 100 < high and figure["layout"]["xaxis"]["zeroline"]
    forecast = figure["data"][3]
    assert (forecast["base"], forecast["x"]) == ([0], [90])
    assert {"−10", "−10%"} <= set(texts(figure))


def test_every_row_answers_beyond_its_bar_and_on_the_variance():
    figure = bullet_bars(bullets_frame("en"), **BULLETS)
    answering = [trace for trace in figure["data"] if "customdata" in trace]
    assert len(answering) == 4
    assert all(trace["customdata"] == [f"rep:{place}" for place in range(9)] for trace in answering)
    for trace in answering[:2]:  # from both edges to the actual
        ends = [base + x for base, x in zip(trace["base"], trace["x"], strict=True)]
        assert ends == pytest.approx([value * 1e6 for value in ACTUAL])
    assert answering[0]["base"][0] == 0 and answering[1]["base"][0] > 8.9e6


def test_bullets_without_last_year_or_forecast_have_fewer_marks():
    figure = bullet_bars(one_bullet().drop(columns=["previous", "forecast"]), **BULLETS)
    assert (
        len(drawn(figure, orientation="h")) == 7
    )  # target, actual, the row from both sides, variance, its row from both sides
    assert bullet_bars(one_bullet().head(0), **BULLETS)["data"] == []
    nothing = one_bullet(actual=None, target=None, on_track=None, previous=None, forecast=None, variance=None)
    assert bullet_bars(nothing, **BULLETS)["data"] == []


@pytest.mark.parametrize("rows", [1, 2, 5, 7, 9, 16, 40])
def test_bars_are_never_thicker_than_24_px_at_their_height(rows):
    for compact in (False, True):
        frame = pd.concat([one_bullet()] * rows, ignore_index=True)
        figure = bullet_bars(frame, compact=compact, **BULLETS)
        margin, (bottom, top) = figure["layout"]["margin"], figure["layout"]["yaxis"]["range"]
        row = (bullets.height_of(rows, compact) - margin["t"] - margin["b"]) / (bottom - top)
        target = next(trace for trace in figure["data"] if trace["marker"].get("line", {}).get("width") == 1.25)
        assert 12 <= target["width"] * row <= 24


def test_many_rows_make_it_taller():
    assert bullets.height_of(40) - bullets.height_of(39) == bullets.ROW
    assert bullets.height_of(40, True) - bullets.height_of(39, True) == bullets.PHONE_ROW


# -- bridge -----------------------------------------------------------------------------------------------------


def steps(*values, target=3360, name="Step"):
    """A bridge from the target over these steps to what they leave."""
    return pd.DataFrame(
        {
            "label": ["Target", *[f"{name} {place}" for place in range(len(values))], "Actual"],
            "key": ["", *[f"step:{place}" for place in range(len(values))], ""],
            "value": [target, *values, target + sum(values)],
            "kind": ["target", *["step"] * len(values), "actual"],
        }
    )


def test_a_bridge_goes_step_by_step_from_target_to_actual():
    figure = target_bridge(steps(90, -40, -60, -240), unit=PLAIN, **LOOK)
    target, actual, step, _ = figure["data"]
    assert axis_start(steps(90, -40, -60, -240)) == 2800
    assert (target["base"], target["y"]) == ([2800], [560])
    assert (step["base"], step["y"]) == ([3360, 3450, 3410, 3350], [90, -40, -60, -240])
    assert (actual["base"], actual["y"]) == ([2800], [310])
    assert step["marker"]["color"] == [BLUE, ORANGE, ORANGE, ORANGE]
    assert note(figure, "▲")["text"].endswith("+90") and note(figure, "−240")["font"]["color"] == ORANGE_TEXT
    lines = [shape["y0"] for shape in figure["layout"]["shapes"] if shape["type"] == "line"]
    assert lines == [3360, 3450, 3410, 3350, 3110]


def test_a_cut_axis_shows_in_both_totals_and_only_there():
    cuts = [s for s in target_bridge(steps(-250), unit=PLAIN, **LOOK)["layout"]["shapes"] if s["type"] == "rect"]
    assert [(cut["x0"], cut["yanchor"]) for cut in cuts] == [(-0.34, 2800), (1.66, 2800)]
    whole = target_bridge(steps(-2500), unit=PLAIN, **LOOK)
    assert not [shape for shape in whole["layout"]["shapes"] if shape["type"] == "rect"]


@pytest.mark.parametrize(
    ("values", "target", "start"),
    [
        ((90, -40, -60, -240), 3360, 2800),
        ((-0.25,), 33.6, 33.1),  # 33.35 - 0.9 * 0.25, down to a tenth
        ((-2500,), 3360, 0),  # a cut would gain nothing
        ((-4000,), 3360, 0),  # below zero: nothing to cut
        ((0, 0), 3360, 0),
        ((), 3360, 0),
        ((-10,), 0, 0),
    ],
)
def test_where_the_axis_starts(values, target, start):
    assert axis_start(steps(*values, target=target)) == pytest.approx(start)


def test_nothing_is_ever_below_the_start_of_the_axis():
    for values in ((90, -40), (-250,), (-10, 10), (500, -499, -30)):
        frame = steps(*values)
        levels = [3360, 3360 + values[0], 3360 + sum(values)]
        assert axis_start(frame) < min(levels)


def test_steps_through_zero_and_a_negative_actual():
    frame = steps(-3000, -560, 100)
    figure = target_bridge(frame, unit=PLAIN, **LOOK)
    _, actual, step, _ = figure["data"]
    assert (step["base"], step["y"]) == ([3360, 360, -200], [-3000, -560, 100])
    assert (actual["base"], actual["y"]) == ([0], [-100])
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < -200 and high > 3360 and figure["layout"]["yaxis"]["zeroline"]
    assert note(figure, "−100")["yanchor"] == "top"


def test_many_steps_or_long_names_lie_down():
    assert not lies_down(steps(*[-10] * 7))
    assert lies_down(steps(*[-10] * 8)) and lies_down(steps(*[-10] * 6), compact=True)
    assert lies_down(steps(-10, -20, -30, name="Incomprehensibilities"))
    figure = target_bridge(steps(*[-10] * 8), unit=PLAIN, **LOOK)
    step = figure["data"][2]
    assert step["orientation"] == "h" and step["y"] == list(range(1, 9))
    assert (step["base"][:2], step["x"][:2]) == ([3360, 3350], [-10, -10])
    assert all(shape["x0"] == shape["x1"] for shape in figure["layout"]["shapes"] if shape["type"] == "line")
    assert bridge.height_of(steps(*[-10] * 8)) == 2 * bridge.FOOT + 10 * bridge.ROW_HEIGHT
    assert bridge.height_of(steps(-10)) is None


def test_a_step_of_nothing_is_neither_ahead_nor_behind():
    frame = steps(0, -50)
    frame.loc[1, "value"] = None
    notes = target_bridge(frame, unit=PLAIN, **LOOK)["layout"]["annotations"]
    assert [one["font"]["color"] for one in notes if one["text"] == "0"] == ["#5F697C"]


def test_no_target_no_bridge():
    frame = steps(-10)
    assert target_bridge(frame[frame["kind"] != "target"], unit=PLAIN, **LOOK)["data"] == []
    frame.loc[0, "value"] = None
    assert target_bridge(frame, unit=PLAIN, **LOOK)["data"] == []
    assert target_bridge(frame.head(0), unit=PLAIN, **LOOK)["data"] == []
    assert axis_start(frame.head(0)) == 0


def test_every_step_answers_over_its_whole_column():
    *_, unseen = target_bridge(bridge_frame("en"), unit=PLAIN, **LOOK)["data"]
    assert unseen["customdata"] == ["", "step:0", "step:1", "step:2", "step:3", ""]
    assert len(set(unseen["base"])) == 1


# -- cumulative course ------------------------------------------------------------------------------------------


def ten_days():
    """Ten days to a target of 100: 30 after four days where 33 were due; 90 in the end, between 80 and 100."""
    days = [date(2026, 8, 1 + place) for place in range(10)]
    none = [None] * 10
    ahead = [*none[:3], 30, 40, 50, 60, 70, 80, 90]
    return pd.DataFrame(
        {
            "day": days,
            "actual": [0, 10, 20, 30, *none[:6]],
            "on_track": [place * 11.0 for place in range(10)],
            "previous": [place * 8.0 for place in range(10)],
            "forecast": ahead,
            "low": [*none[:3], 30, 38, 46, 54, 62, 70, 80],
            "high": [*none[:3], 30, 42, 54, 66, 78, 90, 100],
        }
    )


def tier(values=(-2, -3, -9), expected=(False, False, True)):
    return pd.DataFrame(
        {
            "day": [date(2026, 8, day) for day in (2, 4, 10)][: len(values)],
            "value": values,
            "is_forecast": list(expected)[: len(values)],
        }
    )


def lines(figure):
    return [trace for trace in figure["data"] if trace.get("mode") == "lines" and "customdata" not in trace]


def test_a_course_names_every_line_at_its_end():
    figure = cumulative_course(ten_days(), tier(), unit=PLAIN, **LOOK)
    assert {"Target 99", "Forecast 90", "Last year 72"} <= set(texts(figure))
    said = note(figure, "Actual 30")
    assert said["x"] == "2026-08-04" and "−3 to on-track 33" in said["text"] and ORANGE_TEXT in said["text"]
    (gap,) = figure["layout"]["shapes"]
    assert (gap["x0"], gap["y0"], gap["y1"], gap["line"]["color"]) == ("2026-08-04", 30, 33, ORANGE)


def test_a_course_draws_each_line_where_it_is_known():
    found = lines(cumulative_course(ten_days(), unit=PLAIN, **LOOK))
    low, high, on_track, previous, forecast, actual = found
    assert actual["y"] == [0, 10, 20, 30] and actual["x"][-1] == "2026-08-04"
    assert forecast["y"][0] == 30 and forecast["x"][0] == "2026-08-04" and forecast["line"]["dash"]
    assert len(on_track["x"]) == len(previous["x"]) == 10
    assert high["fill"] == "tonexty" and high["fillpattern"]["shape"] == "/" and low["y"][-1] == 80


def test_the_tier_below_hatches_what_is_expected():
    figure = cumulative_course(ten_days(), tier(), unit=PLAIN, **LOOK)
    (columns,) = drawn(figure, yaxis="y2")
    assert columns["marker"]["pattern"]["shape"] == ["", "", "/"]
    assert figure["layout"]["xaxis"]["anchor"] == "y2"
    assert {"−3", "−9"} <= set(texts(figure))
    low, high = figure["layout"]["yaxis2"]["range"]
    assert low < -9 and 0 < high < 1
    mixed = cumulative_course(ten_days(), tier((5, -3)), unit=PLAIN, **LOOK)
    assert drawn(mixed, yaxis="y2")[0]["marker"]["color"] == [BLUE, ORANGE]
    assert mixed["layout"]["yaxis2"]["range"][1] > 5


def test_without_a_target_there_is_neither_its_line_nor_the_tier():
    for frame in (ten_days().drop(columns="on_track"), ten_days().assign(on_track=None)):
        figure = cumulative_course(frame, tier(), unit=PLAIN, **LOOK)
        assert "yaxis2" not in figure["layout"] and not drawn(figure, yaxis="y2")
        assert not any("Target" in text or "on-track" in text for text in texts(figure))
        assert figure["layout"]["yaxis"]["domain"] == [0, 1]
        assert len(lines(figure)) == 5


def test_a_finished_period_has_no_forecast():
    frame = ten_days().assign(actual=[place * 10.0 for place in range(10)])
    figure = cumulative_course(frame, tier(expected=(False,) * 3), unit=PLAIN, **LOOK)
    assert not any("Forecast" in text for text in texts(figure))
    assert "Actual 90" in texts(figure)  # at the line's end, not beside the marker
    assert any("−9 to on-track 99" in text for text in texts(figure))
    assert len(lines(figure)) == 3
    assert not any("<b>" in text for text in figure["layout"]["xaxis"]["ticktext"])


def test_a_course_of_nothing_of_one_day_and_before_its_first_actual():
    assert cumulative_course(ten_days().head(0), unit=PLAIN, **LOOK)["data"] == []
    empty = ten_days().assign(actual=0.0, on_track=0.0, previous=0.0, forecast=None, low=None, high=None)
    assert cumulative_course(empty, unit=PLAIN, **LOOK)["data"] == []
    go.Figure(cumulative_course(ten_days().head(2), tier(), unit=PLAIN, **LOOK))
    go.Figure(cumulative_course(ten_days().iloc[3:4], unit=PLAIN, **LOOK))
    ahead = ten_days().assign(actual=None)
    go.Figure(cumulative_course(ahead, unit=PLAIN, **LOOK))


def test_returns_take_the_course_below_zero():
    frame = ten_days().assign(actual=[0, -5, -20, -8, *[None] * 6])
    figure = cumulative_course(frame, tier(), unit=PLAIN, **LOOK)
    assert figure["layout"]["yaxis"]["range"][0] < -20
    only = frame[["day", "actual"]].head(4)
    low, high = cumulative_course(only, unit=PLAIN, **LOOK)["layout"]["yaxis"]["range"]
    assert low < -20 and high > 0


def test_each_day_of_a_course_answers_with_its_key():
    frame = ten_days().assign(key=[f"day:{place}" for place in range(10)], hover="said")
    answering = [trace for trace in cumulative_course(frame, unit=PLAIN, **LOOK)["data"] if "customdata" in trace]
    assert len(answering) == 2 and answering[0]["customdata"][9] == "day:9"
    assert set(answering[0]["hovertext"]) == {"said"}
    # From below and from above to the course; after the as-of day that is the forecast.
    ends = [trace["base"][4] + trace["y"][4] for trace in answering]
    assert ends == [40, 40] and answering[0]["base"][4] == 0 and answering[1]["base"][4] > 100


@pytest.mark.parametrize("gone", [date(2026, 7, 2), date(2026, 8, 27), date(2026, 9, 28)])
def test_labels_of_the_tier_do_not_meet(gone):
    figure = cumulative_course(*course_frames(gone), unit=Unit(10**4, "", 0), **LOOK)
    places = sorted(
        (pd.Timestamp(one["x"]) - pd.Timestamp(2026, 7, 1)).days * 520 / 91
        for one in figure["layout"]["annotations"]
        if one.get("yref") == "y2"
    )
    assert len(places) > 2 and all(b - a >= 28 for a, b in zip(places, places[1:], strict=False))


@pytest.mark.parametrize(
    ("lang", "compact", "said"),
    [
        ("en", False, ["1 Jul", "16 Jul", "1 Aug", "<b>27 Aug</b>", "16 Sep", "30 Sep"]),
        ("en", True, ["1 Jul", "1 Aug", "<b>27 Aug</b>", "30 Sep"]),
        ("zh", True, ["7月1日", "8月1日", "<b>8月27日</b>", "9月30日"]),
    ],
)
def test_days_are_few_and_in_the_language(lang, compact, said):
    ticks = course_axes.day_ticks(date(2026, 7, 1), date(2026, 9, 30), date(2026, 8, 27), compact, Numbers(lang))
    assert ticks["ticktext"] == said
    assert ticks["tickvals"][0] == "2026-07-01"


def test_labels_are_moved_apart_and_keep_their_order():
    assert course_axes.spread([10, 100]) == [0, 0]
    assert course_axes.spread([50, 50]) == [-8, 8]
    moved = [place + by for place, by in zip([100, 96, 90], course_axes.spread([100, 96, 90]), strict=True)]
    assert moved[0] - moved[1] == pytest.approx(16, abs=0.2) and moved[1] - moved[2] == pytest.approx(16, abs=0.2)
    assert sum(moved) / 3 == pytest.approx(286 / 3, abs=0.2)


def test_round_steps():
    assert [course_axes.round_step(least) for least in (0.9, 1, 1.2, 4, 6, 910)] == [1, 1, 2, 5, 10, 1000]


# -- shares -----------------------------------------------------------------------------------------------------


def share_rows(*rows):
    names = ("span", "label", "share")
    frame = pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows])
    return frame.assign(key=frame["label"].str.lower(), text=[EN.share(share, 0) for share in frame["share"]])


def test_shares_lie_end_to_end_in_the_order_of_the_last_span():
    frame = share_rows(("MTD", "A", 0.75), ("MTD", "B", 0.25), ("YTD", "A", 0.4), ("YTD", "B", 0.6))
    first, second = share_bars(frame, **LOOK)["data"]
    assert (first["base"], first["x"], first["customdata"]) == ([0, 0], [0.25, 0.6], ["b", "b"])
    assert (second["base"], second["x"]) == ([0.25, 0.6], [0.75, 0.4])
    assert first["marker"]["color"] == "#243149"


def test_a_negative_share_is_left_out_and_named():
    frame = share_rows(("MTD", "A", 0.9), ("MTD", "B", 0.3), ("MTD", "C", -0.2), ("YTD", "A", 1.0), ("YTD", "C", 0.0))
    figure = share_bars(frame, **LOOK)
    first, second = figure["data"]
    assert first["x"] == [pytest.approx(0.75), 1] and second["base"] == [pytest.approx(0.75)]
    assert note(figure, "not in the bar: C −20%")["y"] < 1
    assert {"90%", "30%", "100%"} <= set(texts(figure))  # the shares as they are, not as they are drawn


def test_the_sixth_and_later_are_others():
    figure = share_bars(shares_frame("en"), **LOOK)
    assert len(figure["data"]) == 6
    for row in range(3):
        whole = sum(x for trace in figure["data"] for y, x in zip(trace["y"], trace["x"], strict=True) if y == row)
        assert whole == pytest.approx(1)
    key = next(text for text in texts(figure) if "■" in text)
    assert key.count("■") == 5 and key.endswith("Others")
    assert figure["data"][5]["customdata"] == ["", "", ""]  # no one member to open


def test_a_share_is_written_only_where_it_fits():
    frame = share_rows(("YTD", "A", 0.97), ("YTD", "B", 0.03))
    assert "97%" in texts(share_bars(frame, **LOOK)) and "3%" not in texts(share_bars(frame, **LOOK))


def test_two_members_may_have_the_same_name_and_shares_may_be_exact():
    frame = share_rows(("MTD", "A", 0.5), ("MTD", "A", 0.5)).assign(member=[1, 2], share=[Decimal("0.5"), 0.5])
    first, second = share_bars(frame, **LOOK)["data"]
    assert (first["x"], second["base"], second["x"]) == ([0.5], [0.5], [0.5])


def test_no_shares_draw_nothing():
    frame = share_rows(("MTD", "A", -1.0), ("MTD", "B", None))
    assert share_bars(frame, **LOOK)["data"] == []
    assert share_bars(frame.head(0), **LOOK)["data"] == []


@pytest.mark.parametrize("theme", THEMES)
def test_shares_can_be_read_on_every_shade(theme):
    assert all(contrast(_text_on(member, theme), _fill(member, theme)) >= 4.5 for member in range(6))
