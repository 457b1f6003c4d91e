"""Texts beside marks are placed by our own arithmetic: each stands where Plotly itself would put it."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.looks import drawn

#: How far the middle of each text of a page, and its width, are from those of Plotly's own annotation, in pixels.
_APART = """async () => {
  const apart = [];
  for (const plot of document.querySelectorAll('.js-plotly-plot')) {
    if (!plot.notes?.length) continue;
    const own = [...plot.querySelectorAll('.notes text')];
    const before = plot.layout.annotations?.length ?? 0;
    await Plotly.relayout(plot, {annotations: [...(plot.layout.annotations ?? []), ...plot.notes]});
    const theirs = [...plot.querySelectorAll('.annotation')].filter((g) => Number(g.dataset.index) >= before)
      .map((g) => g.querySelector('.annotation-text')).filter((text) => text.getBoundingClientRect().width);
    if (own.length !== theirs.length) apart.push([own, theirs].map((texts) => texts.map((text) => text.textContent)));
    own.forEach((text, at) => {
      const [one, other] = [text, theirs[at]].map((each) => each.getBoundingClientRect());
      const middle = (box) => [box.x + box.width / 2, box.y + box.height / 2];
      const [[x, y], [u, v]] = [middle(one), middle(other)];
      const off = Math.max(Math.abs(x - u), Math.abs(y - v), Math.abs(one.width - other.width));
      if (off > 2) apart.push([text.textContent, x - u, y - v, one.width, other.width]);
    });
  }
  return apart;
}"""


@pytest.mark.parametrize(
    ("path", "lang", "size"),
    [
        ("/funnel", "en", (1440, 900)),
        ("/attainment", "zh", (1440, 900)),
        ("/win-loss?period=ytd", "en", (1440, 900)),
        ("/attainment", "en", PHONE),
        ("/funnel", "zh", PHONE),
    ],
    ids=str,
)
def test_texts_stand_where_plotly_puts_them(open_page: OpenPage, path: str, lang: str, size: tuple[int, int]) -> None:
    page = drawn(open_page(path, lang=lang, size=size))
    assert page.locator(".notes text").count() > 20
    assert page.evaluate(_APART) == []


def test_a_name_that_looks_like_markup_is_shown_as_it_is(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "cohort")
    shown = page.evaluate(
        """async () => {
          const plot = document.querySelector('.js-plotly-plot');
          const note = {x: 0.5, y: 0.5, xref: 'paper', text: '<b>A &amp; B</b> &lt;i onload=x&gt; & "C"'};
          await Plotly.react(plot, plot.data, {...plot.layout, annotations: [note]});
          return [plot.querySelector('.notes').textContent, plot.querySelectorAll('.notes text > *').length];
        }"""
    )
    assert shown == ['A & B <i onload=x> & "C"', 1]


def test_a_picture_has_the_texts_too(open_page: OpenPage) -> None:
    page = drawn(open_page("/funnel"), "cohort")
    svg = page.evaluate(
        """async () => {
          const plot = document.querySelector('[data-card=cohort] .js-plotly-plot');
          return decodeURIComponent(await Plotly.toImage(plot, {format: 'svg', width: 700, height: 400}));
        }"""
    )
    said = page.locator("[data-card=cohort] .notes text").first.text_content()
    assert said and re.search(rf">{re.escape(said)}<", svg)
