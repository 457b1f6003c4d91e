"""Colours, type and the Plotly template of each theme: the one source of how everything looks.

`python -m components.theme` writes what the browser needs of it: `assets/10_tokens.css` and
`assets/plotly_templates.js`. Figures travel without a template; `assets/plotly_theme.js` adds it in the browser and
`with_template` does on the server, for exports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

THEMES = ("light", "dark", "wall")

FONT = '"Inter Variable", "Inter", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif'

# What each colour means is its name. Fills are for marks (3:1), `-text` for words (4.5:1), `-soft` for grounds;
# `tests/components/test_theme.py` measures every pair that occurs.
TOKENS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        # name: (light, dark, wall)
        "canvas": ("#F5F6F8", "#0B0E13", "#06080C"),
        "surface": ("#FFFFFF", "#13171E", "#06080C"),
        "sunken": ("#EFF1F5", "#1A1F28", "#141922"),
        "hover": ("#F6F7F9", "#181D25", "#141922"),
        "raised": ("#FFFFFF", "#1A1F28", "#141922"),
        "line": ("#E3E6EC", "#252C37", "#242C38"),
        "line-strong": ("#C8CED8", "#3A4452", "#465266"),
        "control": ("#848EA0", "#6B7789", "#8490A3"),
        "ink": ("#121926", "#EEF1F6", "#FFFFFF"),
        "ink-2": ("#434E61", "#B7C0CF", "#CDD5E1"),
        "ink-3": ("#5F697C", "#8F9AAC", "#A3AEBF"),
        "on-ink": ("#FFFFFF", "#0B0E13", "#06080C"),
        "actual": ("#243149", "#BAC6D9", "#F1F4F9"),
        "target": ("#243149", "#D5DCE8", "#F1F4F9"),
        "forecast": ("#243149", "#BAC6D9", "#F1F4F9"),
        "previous": ("#B3BCCA", "#596579", "#68758A"),
        "band": ("#E4E8EE", "#222935", "#1D2430"),
        "ahead": ("#2166D6", "#5C9DFF", "#6AA7FF"),
        "ahead-text": ("#1B58BD", "#7FB3FF", "#8DBCFF"),
        "ahead-soft": ("#E5EEFC", "#14264A", "#13284E"),
        "behind": ("#DD6B0B", "#F28C33", "#FF9838"),
        "behind-text": ("#A8480A", "#FFA65C", "#FFAE63"),
        "behind-soft": ("#FDEEDF", "#3A2210", "#412610"),
        "yours": ("#962A9B", "#DB8BDE", "#E9A6E6"),
        "yours-text": ("#86228B", "#E5A6E7", "#EFB9EC"),
        "yours-soft": ("#F9EDF9", "#351F39", "#3A2140"),
        "shade-1": ("#243149", "#BAC6D9", "#F1F4F9"),
        "shade-2": ("#51617F", "#8A9AB4", "#A9B7CC"),
        "shade-3": ("#8292AD", "#647590", "#7687A3"),
        "shade-4": ("#B4C0D2", "#46546C", "#50607C"),
        "shade-5": ("#DAE0EA", "#2E384A", "#333F54"),
    }
)

SHADOWS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "light": {
            "shadow-card": "0 1px 2px rgba(18, 25, 38, .04)",
            "shadow-float": "0 8px 28px rgba(18, 25, 38, .12), 0 2px 6px rgba(18, 25, 38, .06)",
        },
        "dark": {
            "shadow-card": "none",
            "shadow-float": "0 12px 32px rgba(0, 0, 0, .56), 0 0 0 1px #2C3441",
        },
        "wall": {"shadow-card": "none", "shadow-float": "none"},
    }
)

# Their names for our colours. Bootstrap wants each as three numbers besides.
BOOTSTRAP: Mapping[str, str] = MappingProxyType(
    {
        "body-bg": "canvas",
        "body-color": "ink",
        "emphasis-color": "ink",
        "secondary-color": "ink-2",
        "tertiary-color": "ink-3",
        "secondary-bg": "sunken",
        "tertiary-bg": "hover",
        "border-color": "line",
        "primary": "ink",
        "secondary": "ink-2",
        "info": "ahead",
        "warning": "behind",
        "danger": "behind",
        "light": "sunken",
        "dark": "ink",
        "link-color": "ink",
        "link-hover-color": "ink",
    }
)

Scale = list[list[Any]]

HEAT_STEPS = 9


@cache
def colours(theme: str) -> Mapping[str, str]:
    """Token name -> #RRGGBB of one theme; KeyError for a theme that there is not."""
    if theme not in THEMES:
        raise KeyError(f"no theme {theme!r}; there are {', '.join(THEMES)}")
    at = THEMES.index(theme)
    return MappingProxyType({name: values[at] for name, values in TOKENS.items()})


def rgb(colour: str) -> str:
    """'#112233' as '17, 34, 51'."""
    return ", ".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))


def translucent(colour: str, opacity: float) -> str:
    """A colour let through, as Plotly takes it."""
    return f"rgba({rgb(colour)}, {opacity:g})"


def diverging(theme: str) -> Scale:
    """Behind - neutral - ahead for heat tables; soft enough that ink on top stays readable."""
    light = ("#F3A866", "#F9D0A8", "#FBF1E7", "#F4F5F8", "#EAF0FB", "#BAD2F8", "#86B0F2")
    dark = ("#9A5012", "#6B3A12", "#2C2420", "#1D232C", "#1E2839", "#1F427E", "#2C63BF")
    stops = (0, 0.25, 0.47, 0.5, 0.53, 0.75, 1)
    return [[at, colour] for at, colour in zip(stops, light if theme == "light" else dark, strict=True)]


def heat_steps(theme: str) -> list[str]:
    """The diverging scale in nine steps, for tables that are coloured by classes: 0 furthest behind, 4 neutral."""
    stops = diverging(theme)
    return [_between(stops, step / (HEAT_STEPS - 1)) for step in range(HEAT_STEPS)]


def _between(stops: Scale, at: float) -> str:
    """The colour at a place of a scale, mixed from the two stops beside it."""
    (low, before), (high, after) = next(
        pair for pair in zip(stops, stops[1:], strict=False) if pair[0][0] <= at <= pair[1][0]
    )
    part = (at - low) / (high - low)
    mixed = [round(int(before[i : i + 2], 16) * (1 - part) + int(after[i : i + 2], 16) * part) for i in (1, 3, 5)]
    return "#" + "".join(f"{value:02X}" for value in mixed)


def sequential(theme: str) -> Scale:
    """From the quietest shade to the strongest."""
    c = colours(theme)
    return [[i / 4, c[f"shade-{5 - i}"]] for i in range(5)]


@cache
def template(theme: str) -> dict[str, Any]:
    """The Plotly template of a theme: everything that a figure need not say. Shared: do not change it."""
    return {"layout": _layout(theme), "data": _traces(theme)}


def with_template(figure: Mapping[str, Any]) -> dict[str, Any]:
    """The figure with the template of the theme it names in `layout.meta.theme` (light if it names none)."""
    layout = figure.get("layout") or {}
    theme = (layout.get("meta") or {}).get("theme", "light")
    return {**figure, "layout": {**layout, "template": template(theme)}}


def _layout(theme: str) -> dict[str, Any]:
    c, size = colours(theme), _text_size(theme)
    label = {"bgcolor": c["raised"], "bordercolor": c["line-strong"], "color": c["ink"]}
    if theme == "light":
        label = {"bgcolor": c["ink"], "bordercolor": c["ink"], "color": c["on-ink"]}
    axis = _axis(theme)
    return {
        "font": {"family": FONT, "size": size, "color": c["ink-2"]},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 0},
        "colorway": [c[f"shade-{i}"] for i in range(1, 6)],
        "colorscale": {"diverging": diverging(theme), "sequential": sequential(theme)},
        "xaxis": axis,
        "yaxis": axis,
        "showlegend": False,
        "bargap": 0.38,
        "barcornerradius": 1,
        "dragmode": False,
        "hovermode": "closest",
        "separators": ".,",
        "uniformtext": {"mode": False},
        "annotationdefaults": {"showarrow": False, "font": {"size": size, "color": c["ink-2"]}},
        "shapedefaults": {"line": {"color": c["ink-3"], "width": 1}},
        "hoverlabel": {
            "bgcolor": label["bgcolor"],
            "bordercolor": label["bordercolor"],
            "align": "left",
            "namelength": 0,
            "font": {"family": FONT, "size": size, "color": label["color"]},
        },
        "transition": {"duration": 0},
    }


def _axis(theme: str) -> dict[str, Any]:
    c = colours(theme)
    note = {"size": _text_size(theme), "color": c["ink-3"]}
    return {
        "automargin": True,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "layer": "below traces",
        "ticks": "",
        "ticklen": 6,
        "tickfont": note,
        "tickcolor": c["line-strong"],
        "linecolor": c["line-strong"],
        "gridcolor": c["line"],
        "gridwidth": 1,
        "zerolinecolor": c["ink-3"],
        "zerolinewidth": 1,
        "title": {"font": note, "standoff": 8},
    }


def _traces(theme: str) -> dict[str, Any]:
    c, size, wall = colours(theme), _text_size(theme), theme == "wall"
    text = {"size": size, "color": c["ink-2"]}
    return {
        "bar": [
            {
                "marker": {"color": c["actual"], "line": {"width": 0}},
                "textfont": text,
                "textposition": "none",
                "textangle": 0,
                "constraintext": "none",
                "cliponaxis": False,
            }
        ],
        "scatter": [
            {
                "line": {"color": c["actual"], "width": 4 if wall else 2, "shape": "linear"},
                "marker": {"size": 16 if wall else 7, "color": c["actual"], "line": {"width": 0}},
                "textfont": {"size": size},
                "cliponaxis": False,
            }
        ],
        "heatmap": [{"xgap": 2, "ygap": 2, "showscale": False, "hoverongaps": False, "textfont": {"size": size}}],
        "sankey": [
            {
                "node": {"pad": 14, "thickness": 8, "color": c["shade-2"], "line": {"width": 0}},
                "link": {"color": translucent(c["shade-3"], 0.28)},
                "textfont": text,
            }
        ],
    }


def _text_size(theme: str) -> int:
    """A wall is designed on 1080 px and read from five metres."""
    return 24 if theme == "wall" else 12


def stylesheet() -> str:
    """`10_tokens.css`: each theme's colours, under our names and Bootstrap's."""
    rules = ["/* Written by `python -m components.theme`; change it there. */", _rule(":root", {"--font-sans": FONT})]
    for theme in THEMES:
        selector = f'[data-bs-theme="{theme}"]'
        rules.append(_rule(f":root, {selector}" if theme == "light" else selector, _declarations(theme)))
    return "\n\n".join(rules) + "\n"


def _declarations(theme: str) -> dict[str, str]:
    c = colours(theme)
    found = {"color-scheme": "light" if theme == "light" else "dark"}
    found |= {f"--{name}": value for name, value in {**c, **SHADOWS[theme]}.items()}
    found |= {f"--heat-{step}": colour for step, colour in enumerate(heat_steps(theme))}
    for name, token in BOOTSTRAP.items():
        found |= {f"--bs-{name}": f"var(--{token})", f"--bs-{name}-rgb": rgb(c[token])}
    return found


def _rule(selector: str, declarations: Mapping[str, str]) -> str:
    return "\n".join([f"{selector} {{", *(f"  {name}: {value};" for name, value in declarations.items()), "}"])


def script() -> str:
    """`plotly_templates.js`: the templates by theme, where `plotly_theme.js` finds them."""
    templates = json.dumps({theme: template(theme) for theme in THEMES}, separators=(",", ":"))
    return f"/* Written by `python -m components.theme`; change it there. */\nwindow.plotlyTemplates = {templates};\n"


GENERATED = {"10_tokens.css": stylesheet, "plotly_templates.js": script}

if __name__ == "__main__":
    for file, written in GENERATED.items():
        (Path(__file__).parent.parent / "assets" / file).write_text(written(), encoding="utf-8")
