"""The heat table: colours, words, links and the one cell that Tab reaches."""

import re
from pathlib import Path

import pandas as pd
import pytest

from components.format import Numbers
from components.heat_table import heat_step, heat_table, scale_words
from components.theme import THEMES, colours, diverging, heat_steps
from tests.components.attainment_samples import heat_frame
from tests.components.markup import markup
from tests.components.test_theme import contrast

EN, ZH = Numbers("en", "CNY"), Numbers("zh", "CNY")
ASSETS = Path(__file__).parents[2] / "assets"


def one_cell(**changed):
    cell = {"row": "East", "column": "Aug", "attainment": 0.88, "actual": 4.4e6, "target": 5e6, "href": "?region=e"}
    return pd.DataFrame([cell | changed])


def html_of(frame, numbers=EN):
    return markup(heat_table(frame, label="Attainment by region and month", numbers=numbers))


def cell_of(frame, numbers=EN):
    """The only cell as (its classes, its own tag, its text)."""
    (found,) = re.findall(r'<td class="([^"]*)">(<(?:a|span)[^>]*>)([^<]*)</(?:a|span)></td>', html_of(frame, numbers))
    return found


@pytest.mark.parametrize(
    ("attainment", "step"),
    [
        (1.0, 4),
        (0.976, 4),
        (1.024, 4),
        (1.026, 5),
        (0.974, 3),
        (0.95, 3),
        (0.9, 2),
        (0.85, 1),
        (0.8, 0),
        (1.2, 8),
        (9.0, 8),
        (0.0, 0),
        (-0.3, 0),
    ],
)
def test_each_five_points_have_a_colour(attainment, step):
    assert heat_step(attainment) == step


def test_a_cell_is_a_link_that_says_everything():
    css, tag, text = cell_of(one_cell())
    assert (css, text) == ("heat-2", "88")
    assert 'href="?region=e"' in tag and 'data-slice="region=e"' in tag
    assert 'aria-label="East, Aug: 88%, actual ¥4.4M, target ¥5.0M"' in tag
    assert 'aria-label="East，Aug：88%，实际440万，目标500万"' in cell_of(one_cell(), ZH)[1]


def test_a_link_to_another_page_is_an_ordinary_one():
    tag = cell_of(one_cell(href="/overview?region=e"))[1]
    assert 'href="/overview?region=e"' in tag and "data-slice" not in tag


def test_a_cell_without_attainment_says_why():
    css, tag, text = cell_of(one_cell(attainment=None, target=None))
    assert (css, text) == ("no-heat", "–")
    assert 'title="no target"' in tag and 'aria-label="East, Aug: no target, actual ¥4.4M"' in tag
    _, tag, _ = cell_of(one_cell(attainment=None, actual=None, target=None, reason="not begun"))
    assert 'title="not begun"' in tag and 'aria-label="East, Aug: not begun"' in tag


def test_a_cell_without_an_address_is_no_link_but_can_be_reached():
    _, tag, _ = cell_of(one_cell(href=None))
    assert tag.startswith("<span") and "href" not in tag and 'tabindex="0"' in tag


def test_what_is_chosen_or_thin_is_outlined_and_said():
    css, tag, _ = cell_of(one_cell(is_current=True, is_thin=True))
    assert css == "heat-2 is-current is-thin"
    assert "now chosen, few days or cases" in tag
    assert cell_of(one_cell(is_current=False, is_thin=False))[0] == "heat-2"


def test_rows_and_columns_keep_their_order_and_a_gap_stays_empty():
    frame = pd.concat(
        [
            one_cell(row="West", column="Aug"),
            one_cell(row="West", column="Jul"),
            one_cell(row="East", column="Jul"),
        ]
    )
    found = html_of(frame)
    assert re.findall(r'<th scope="col">([^<]*)</th>', found) == ["", "Aug", "Jul"]
    assert re.findall(r'<th scope="row"><span title="[^"]*">([^<]*)<', found) == ["West", "East"]
    assert found.index('class="no-cell"') > found.index(">East<")
    assert 'role="grid"' in found and 'aria-label="Attainment by region and month"' in found


def test_two_rows_may_have_the_same_name():
    frame = pd.concat([one_cell(row=7, row_label="Li Wei"), one_cell(row=9, row_label="Li Wei", attainment=1.1)])
    found = html_of(frame)
    assert found.count(">Li Wei<") == 2 and ">88<" in found and ">110<" in found
    assert 'aria-label="Li Wei, Aug: 110%' in found


def test_tab_reaches_one_cell_the_chosen_one_or_the_first():
    for frame, said in ((heat_frame("en"), "East, Aug"), (heat_frame("en").drop(columns="is_current"), "East, Jan")):
        cells = re.findall(r'<a [^>]*class="cell"[^>]*>', html_of(frame))
        (entry,) = [cell for cell in cells if 'tabindex="0"' in cell]
        assert f'aria-label="{said}:' in entry and len(cells) == 56


def test_names_are_shown_not_obeyed():
    assert "&lt;b&gt;" in html_of(one_cell(row="<b>"))


def test_an_empty_table_is_one():
    assert "<tbody></tbody>" in html_of(one_cell().head(0))


def test_the_scale_is_said():
    assert scale_words(EN) == "100% is pale, blue above, orange below"
    assert scale_words(ZH).startswith("100%为浅色")


@pytest.mark.parametrize("theme", THEMES)
def test_ink_can_be_read_on_every_step(theme):
    assert all(contrast(colours(theme)["ink"], step) >= 4.5 for step in heat_steps(theme))


@pytest.mark.parametrize("theme", THEMES)
def test_the_steps_go_from_end_to_end_of_the_scale_over_its_middle(theme):
    steps, stops = heat_steps(theme), [colour for _, colour in diverging(theme)]
    assert (steps[0], steps[2], steps[4], steps[6], steps[8]) == (stops[0], stops[1], stops[3], stops[5], stops[6])
    assert len(set(steps)) == 9


def test_the_stylesheet_colours_every_step():
    sheet = (ASSETS / "33_attainment.css").read_text(encoding="utf-8")
    assert [int(n) for n in re.findall(r"\.heat-(\d) \.cell \{ background: var\(--heat-\1\); \}", sheet)] == [*range(9)]
    tokens = (ASSETS / "10_tokens.css").read_text(encoding="utf-8")
    assert all(tokens.count(f"--heat-{step}:") == len(THEMES) for step in range(9))
