"""Writes docs/metrics.md from the vocabulary; a test holds that it is up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.measures import MEASURES
from queries.semantic.model import Ratio
from queries.semantic.plan_numbers import PLAN_NUMBERS
from queries.semantic.planned import PLANNED

PAGE = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"
BETTER = {"up": "higher", "down": "lower", None: "–"}


def page() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_measures(), *_plans(), *_dimensions()]) + "\n"


def _head() -> Iterator[str]:
    yield "# What each number means"
    yield ""
    yield "Written by `make docs` from `queries/semantic`; change it there."
    yield ""


def _measures() -> Iterator[str]:
    yield "## Measures"
    yield ""
    yield "| name | 中文 | formula | goes by | better | meaning |"
    yield "|---|---|---|---|---|---|"
    for x in MEASURES.values():
        kind = f"{x.over.name} / {x.under.name}" if isinstance(x, Ratio) else x.formula.en
        by = x.date or "as-of date"
        left_out = f" {x.left_out.en}" if x.left_out else ""
        yield f"| `{x.name}` | {x.label.zh} | {kind} | {by} | {BETTER[x.better]} | {x.meaning.en}{left_out} |"
    yield ""
    yield "## Against targets"
    yield ""
    yield "Of a view or of the members of one dimension; on the basis, targets and spread that the view chooses."
    yield ""
    yield "| name | 中文 | formula | better | meaning |"
    yield "|---|---|---|---|---|"
    for y in PLANNED.values():
        yield f"| `{y.name}` | {y.label.zh} | {y.formula.en} | {BETTER[y.better]} | {y.meaning.en} |"
    yield ""


def _plans() -> Iterator[str]:
    yield "## Of plans"
    yield ""
    yield "Of a plan of targets, in the period and of the members in sight."
    yield ""
    yield "| name | 中文 | formula | better | meaning |"
    yield "|---|---|---|---|---|"
    for x in PLAN_NUMBERS.values():
        left_out = f" {x.left_out.en}" if x.left_out else ""
        yield f"| `{x.name}` | {x.label.zh} | {x.said('en')} | {BETTER[x.better]} | {x.meaning.en}{left_out} |"
    yield ""


def _dimensions() -> Iterator[str]:
    yield "## Dimensions"
    yield ""
    yield "| name | 中文 | within | meaning |"
    yield "|---|---|---|---|"
    for x in DIMENSIONS.values():
        yield f"| `{x.name}` | {x.label.zh} | {x.parent or '–'} | {x.meaning.en} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
