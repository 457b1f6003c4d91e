"""Every figure with sample data as one page to look at: gallery.py OUT.html [en|zh light|dark].

For whoever changes a figure or the theme; it uses the same stylesheets and the same Plotly as the application.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import plotly

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from components.format import Numbers  # noqa: E402
from components.heat_table import heat_table, scale_words  # noqa: E402
from tests.components.attainment_samples import attainment_samples, heat_frame  # noqa: E402
from tests.components.markup import markup  # noqa: E402
from tests.components.samples import samples  # noqa: E402

SIZES = {"wide": 760, "c7": 682, "half": 520, "c5": 482, "phone": 340}
STYLES = (
    "00_bootstrap.min.css",
    "02_inter.css",
    "10_tokens.css",
    "11_scale.css",
    "20_layout.css",
    "30_components.css",
    "33_attainment.css",
)


def page(lang: str, theme: str) -> str:
    """One HTML document of every sample at every size."""
    cards, figures = [], {}
    for name, (title, width, height, figure) in (samples(lang, theme) | attainment_samples(lang, theme)).items():
        figures[name] = figure
        cards.append(
            f'<section class="panel" style="width:{SIZES.get(width, 300)}px;height:{height + 60}px">'
            f"<header><div><h2>{title}</h2><p>{name}</p></div></header>"
            f'<div class="plot clickable" id="{name}"></div></section>'
        )
    cards += [_heat_card(lang, width) for width in ("c5", "phone")]
    assets = (ROOT / "assets").as_uri()
    links = "".join(f'<link rel="stylesheet" href="{assets}/{style}">' for style in STYLES)
    plot = (Path(plotly.__file__).parent / "package_data/plotly.min.js").as_uri()
    scripts = [f"{assets}/plotly_templates.js", f"{assets}/plotly_theme.js", f"{assets}/52_heat.js", plot]
    drawn = json.dumps(figures, ensure_ascii=False).replace("</", "<\\/")
    return f"""<!doctype html><html lang="{lang}" data-bs-theme="{theme}"><meta charset="utf-8">{links}
<body><main style="display:flex;flex-wrap:wrap;gap:16px;max-width:none">{"".join(cards)}</main>
{"".join(f'<script src="{source}"></script>' for source in scripts)}
<script>
const figures = {drawn};
Promise.all([document.fonts.load('400 12px "Inter Variable"'), document.fonts.load('600 12px "Inter Variable"')])
  .then(() => Promise.all(Object.entries(figures).map(([id, {{ data, layout }}]) =>
    Plotly.newPlot(id, data, layout, {{ displayModeBar: false, responsive: true }}))))
  .then(() => (document.body.dataset.ready = "1"));
</script></body></html>"""


def _heat_card(lang: str, width: str) -> str:
    numbers = Numbers(lang, "CNY")  # type: ignore[arg-type]
    return (
        f'<section class="panel" style="width:{SIZES[width]}px;height:360px">'
        f"<header><div><h2>Heat table</h2><p>{scale_words(numbers)}</p></div></header>"
        f"{markup(heat_table(heat_frame(lang), label='Heat table', numbers=numbers))}</section>"
    )


if __name__ == "__main__":
    out, lang, theme = (*sys.argv[1:], "en", "light")[:3] if len(sys.argv) < 4 else sys.argv[1:4]
    Path(out).write_text(page(lang, theme), encoding="utf-8")
