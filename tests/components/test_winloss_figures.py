"""Figures of the win/loss page: what is solid, hollow, orange and empty, and where things lie."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from components.figures.interval_dots import interval_dots
from components.figures.loss_flow import loss_flow
from components.figures.pareto_bars import pareto_bars
from components.figures.presence_lines import presence_lines
from components.figures.rate_band import rate_band
from components.format import Numbers
from components.rate_heat import rate_heat, rate_step
from components.theme import colours
from tests.components.test_frame import props
from tests.components.winloss_samples import band_frame, flow_frames, pareto_frame, presence_frame

EN = Numbers("en", "CNY")
LOOK: dict[str, Any] = {"theme": "light", "numbers": EN}
C = colours("light")
NAMES = ("Aug", "last year", "95% interval")


def test_the_band_is_not_drawn_over_months_without_a_rate() -> None:
    frame = band_frame("en")
    frame.loc[[3, 4], ["rate", "low", "high"]] = None
    bands = [trace for trace in rate_band(frame, names=NAMES, **LOOK)["data"] if trace.get("fill")]
    assert [trace["x"] for trace in bands] == [[0, 1, 2, 2, 1, 0], [*range(5, 12), *range(11, 4, -1)]]


def test_amounts_have_no_band_and_nothing_is_no_figure() -> None:
    bare = band_frame("en").assign(low=None, high=None)
    assert not [trace for trace in rate_band(bare, names=NAMES, **LOOK)["data"] if trace.get("fill")]
    nothing = band_frame("en").assign(rate=None, low=None, high=None, last_year=None)
    assert rate_band(nothing, names=NAMES, **LOOK)["data"] == []


def test_points_on_little_are_hollow() -> None:
    points = rate_band(band_frame("en"), names=NAMES, **LOOK)["data"][-1]
    assert [n for n, fill in enumerate(points["marker"]["color"]) if fill == C["surface"]] == [5]


def test_ends_of_lines_are_apart() -> None:
    notes = rate_band(band_frame("en"), names=NAMES, **LOOK)["layout"]["annotations"]
    ys = sorted(note["y"] for note in notes)
    assert len(ys) == 3 and all(b > a for a, b in zip(ys, ys[1:], strict=False))


def test_the_flow_keeps_all_that_was_lost_and_its_order() -> None:
    links, nodes = flow_frames()
    sankey = loss_flow(links, nodes, heads=("a", "b", "c"), theme="light")["data"][0]
    assert sum(sankey["link"]["value"]) == pytest.approx(2 * nodes.loc[nodes["column"] == 0, "value"].sum())
    for column in range(3):
        own = [y for y, of in zip(sankey["node"]["y"], nodes["column"], strict=True) if of == column]
        assert own == sorted(own) and own[0] > 0 and own[-1] < 1
    assert sankey["node"]["color"].count(C["behind"]) == 1
    assert sankey["node"]["label"][3].startswith("A &amp; &lt;b&gt;")
    assert loss_flow(links.head(0), nodes, heads=("a", "b", "c"), theme="light")["data"] == []


def test_the_vital_few_are_in_ink() -> None:
    bars = pareto_bars(pareto_frame("en"), heads=("n", "of all", "together"), **LOOK)["data"][0]
    assert bars["marker"]["color"] == [C["actual"]] * 3 + [C["shade-4"]]
    assert pareto_bars(pareto_frame("en").assign(value=0.0), heads=("n", "a", "b"), **LOOK)["data"] == []


def test_who_rises_lies_on_top_in_orange() -> None:
    lines = presence_lines(presence_frame("en"), **LOOK)["data"]
    assert [line["line"]["color"] for line in lines] == [C["shade-4"]] * 2 + [C["actual"], C["behind"]]
    nobody = presence_frame("en").assign(share=None)
    assert presence_lines(nobody, **LOOK)["data"] == []


def test_rates_next_to_nothing_are_not_blown_up() -> None:
    frame = pd.DataFrame({"label": ["A"], "key": ["a"], "rate": [0.0], "low": [0.0], "high": [0.01], "cases": [500]})
    figure = interval_dots(frame, heads=("n", "rate"), reference=0.0, reference_label="we", **LOOK)
    assert figure["layout"]["xaxis"]["range"][1] > 0.1
    assert next(x for x in figure["layout"]["annotations"] if x["text"] == "we")["xanchor"] == "left"


@pytest.mark.parametrize(("rate", "step"), [(0.4, 4), (0.43, 4), (0.44, 5), (0.36, 3), (1.0, 8), (0.0, 0), (0.12, 0)])
def test_the_middle_colour_is_the_reference(rate: float, step: int) -> None:
    assert rate_step(rate, 0.4) == step


def cells(**more: Any) -> pd.DataFrame:
    row = {"row": "X", "row_label": "Xeno", "column": "e", "column_label": "East", "column_place": 0, "rate": 0.05}
    row |= {"won": 4, "cases": 87, "is_thin": False, "is_current": True, "query": "open=a"}
    other = row | {"row": "Y", "row_label": "<Yoko>", "column": "n", "column_label": "North", "column_place": 1}
    return pd.DataFrame([row | more, other | {"rate": 0.5, "won": 1, "cases": 2, "is_thin": True, "is_current": False}])


def test_a_heat_table_of_rates_is_a_table_of_links() -> None:
    made = rate_heat(cells(), reference=0.4, label="a table", numbers=EN)
    assert props(made, "data-slice") == ["open=a", "open=a"]
    assert props(made, "tabIndex") == [0, -1], "one cell is reached by Tab"
    said = [label for label in props(made, "aria-label") if "won" in label]
    assert said == ["Xeno, East: 5%, won 4 of 87", "<Yoko>, North: 50%, won 1 of 2, thin"]
    css = [name for name in props(made, "className") if name.startswith("heat-") and name != "heat-box"]
    assert css == ["heat-0 is-current", "heat-5 is-thin"]
