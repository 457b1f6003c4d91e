"""The theme: readable by everybody, and the same in Python and in the browser."""

import re
from pathlib import Path

import plotly.graph_objects as go
import pytest

from components.theme import GENERATED, THEMES, colours, diverging, template, translucent, with_template

ASSETS = Path(__file__).parents[2] / "assets"

TEXTS = ("ink", "ink-2", "ink-3", "ahead-text", "behind-text", "yours-text")
# text or mark, its ground, least contrast
PAIRS = [
    *[(text, ground, 4.5) for text in TEXTS for ground in ("canvas", "surface", "sunken", "hover", "raised")],
    *[(f"{hue}-text", f"{hue}-soft", 4.5) for hue in ("ahead", "behind", "yours")],
    *[("ink", f"{hue}-soft", 4.5) for hue in ("ahead", "behind", "yours")],
    ("ink-2", "yours-soft", 4.5),
    ("on-ink", "ink", 4.5),
    *[(mark, "surface", 3.0) for mark in ("actual", "target", "forecast", "ahead", "behind", "yours", "control")],
    *[(mark, "canvas", 3.0) for mark in ("ahead", "behind", "yours", "control")],
    ("actual", "previous", 2.0),
    ("actual", "band", 3.0),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_rightly():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_every_pair_of_colours_has_enough_contrast(theme):
    c = colours(theme)
    low = {
        (top, ground): round(contrast(c[top], c[ground]), 2)
        for top, ground, least in PAIRS
        if contrast(c[top], c[ground]) < least
    }
    assert not low


@pytest.mark.parametrize("theme", THEMES)
def test_ink_is_readable_on_every_stop_of_the_heat_scale(theme):
    assert all(contrast(colours(theme)["ink"], stop) >= 4.5 for _, stop in diverging(theme))


@pytest.mark.parametrize("file", GENERATED)
def test_generated_assets_are_up_to_date(file):
    assert (ASSETS / file).read_text(encoding="utf-8") == GENERATED[file](), "run: python -m components.theme"


@pytest.mark.parametrize("theme", THEMES)
def test_the_template_is_one_that_plotly_takes(theme):
    go.layout.Template(template(theme))


def test_a_figure_gets_the_template_of_its_theme_and_stays_as_it_was():
    figure = {"data": [], "layout": {"meta": {"theme": "dark"}}}
    assert with_template(figure)["layout"]["template"] is template("dark")
    assert "template" not in figure["layout"]
    assert with_template({"data": []})["layout"]["template"] is template("light")


def test_an_unknown_theme_is_named():
    with pytest.raises(KeyError, match="sepia"):
        colours("sepia")


def test_translucent():
    assert translucent("#112233", 0.5) == "rgba(17, 34, 51, 0.5)"


def test_stylesheets_name_no_colour_and_no_host_of_their_own():
    """Only the generated file knows colours; nothing is fetched from elsewhere."""
    for sheet in ASSETS.glob("[1-4]*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"url\(|@import", text), sheet.name
        if sheet.name not in GENERATED:
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b", text), sheet.name
