"""Trees of html components as markup: every attribute as the browser takes it, nothing that is said obeyed."""

from __future__ import annotations

import pytest
from dash import dcc, html

from components.figures.sparkline import sparkline
from components.markup import Raw, filled, markup


def test_what_is_said_is_shown_and_not_obeyed():
    tree = html.P(["<script>alert(1)</script> & co", html.B(3)], title='"><img src=x onerror=alert(1)>')
    assert markup(tree) == (
        '<p title="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;">'
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co<b>3</b></p>"
    )


def test_attributes_are_those_of_the_browser():
    tree = html.A(
        html.Span(),
        href="?a=1&b=2",
        className="chip set",
        hidden=False,
        tabIndex=-1,
        style={"marginTop": "4px", "--wanted": "90px"},
        **{"aria-label": "Remove", "aria-checked": True, "data-keep": "", "data-slice": None},
    )
    assert markup(tree) == (
        '<a aria-checked="true" aria-label="Remove" class="chip set" data-keep="" href="?a=1&amp;b=2"'
        ' style="margin-top:4px;--wanted:90px" tabindex="-1"><span></span></a>'
    )
    assert markup(html.Details(html.Summary("x"), open=True)) == "<details open><summary>x</summary></details>"
    assert markup(html.Td("1", colSpan=2)) == '<td colspan="2">1</td>'


def test_fields_and_links_of_dash_are_those_of_the_browser():
    field = dcc.Input(id="range-start", name="start", type="text", value="2026", className="field", debounce=True)
    assert markup(field) == '<input class="field" id="range-start" name="start" type="text" value="2026">'
    assert markup(dcc.Link("Reps", href="/rep?a=1")) == '<a data-page href="/rep?a=1">Reps</a>'


@pytest.mark.parametrize("nothing", [None, "", [], [None, ""], False])
def test_nothing_is_nothing(nothing):
    assert markup(nothing) == "" and filled(nothing) == {"data-html": ""}


@pytest.mark.parametrize("tree", [dcc.Graph(), html.Div(dcc.Graph()), html.Div(id={"type": "figure", "card": "x"})])
def test_what_callbacks_speak_to_is_more_than_markup(tree):
    with pytest.raises(TypeError):
        markup(tree)


class TestSparkline:
    def test_a_line_from_left_to_right_with_its_last_point(self):
        drawn = sparkline([0, 10, 5])
        assert isinstance(drawn, Raw)
        assert 'd="M4.0 30.0L42.0 4.0L80.0 17.0"' in drawn.text and 'cx="80.0" cy="17.0"' in drawn.text

    def test_a_gap_interrupts_the_line_and_the_last_known_point_is_marked(self):
        drawn = sparkline([0, None, 10, None])
        assert drawn is not None and drawn.text.count("M") == 2 and "L" not in drawn.text.partition('d="')[2][:20]
        assert 'cy="4.0"' in drawn.text

    @pytest.mark.parametrize("values", [[], [1.0], [None, float("nan")], [float("inf"), 2]])
    def test_fewer_than_two_points_draw_nothing(self, values):
        assert sparkline(values) is None

    def test_a_flat_course_is_a_flat_line(self):
        drawn = sparkline([5, 5, 5])
        assert drawn is not None and "M4.0 30.0L42.0 30.0L80.0 30.0" in drawn.text
