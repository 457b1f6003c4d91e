"""Writes what was measured as `benchmarks/README.md`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.browser import Seen
from benchmarks.callbacks import Answered
from benchmarks.plan_page import Changed
from benchmarks.plans import Planned
from benchmarks.questions import Compared

HEAD = """# Measured

`make bench` writes this page. All times are in milliseconds unless another unit is named; a time is the median of
several runs. The companies are the demo company of 27 August 2026, unfiltered unless said otherwise.

- **Questions** stand beside bare SQL: statements written by hand (`bare.py`) that give the same numbers, on the same
  database and connection, the two taking turns. Each time the question starts with an empty cache, but for what is
  asked once a load (last two rows). Target: 1.5 times the bare SQL plus 10 ms; plus 15 ms for steps of a drill, whose
  bare SQL is that of the sales alone (the targets' rows are held in memory).
- **Callbacks** are asked over HTTP of two gunicorn workers, as the browser asks. *New*: with filters nobody used before
  (everything but two or three products), each callback by itself. *Again*: the same request once more. Target: 5 ms
  again.
- **The browser** is Chromium, 1440 x 900. *Filter change* ends when the last chart in sight has been painted,
  *whole page* with the last change of anything, sentence and key numbers included. Target: a filter change under 400 ms
  at a million, and so each step of a drill on the attainment page.
- **Planning** adjusts and publishes one plan of 240,000 cells (200 reps, 20 products, 5 channels, 12 months) under
  targets of its regions and of the company. Publishing is from a draft to being in force: its cells are written as
  rows, approved and published. Target: publishing under 3 s. On the page a plan of all target rows in force is raised
  and lowered by 5 % at the top: the change, and each callback in sight after it, asked one after the other (150 ms in
  all), and in Chromium until the last chart in sight stands (400 ms).
"""

#: The cards of the attainment page.
DRILLED = ("attainment", "bridge", "course", "heat", "shares", "closing")


@dataclass
class Measured:
    """All that was measured at one size."""

    size: int
    made_in: float
    starts_in: float
    memory: list[float]
    questions: list[Compared]
    callbacks: list[Answered]
    pages: list[Seen]
    target_rows: int = 0
    drills: list[float] = field(default_factory=list)
    planning: Changed | None = None
    planned_painted: float | None = None
    load: str = field(default_factory=lambda: f"{os.getloadavg()[0]:.1f}")


def write(path: Path, found: Sequence[Measured], *, demo_40k: float | None, planned: Planned | None = None) -> None:
    """Replaces the page."""
    summary = [*_summary(found, demo_40k), *_published(planned), ""]
    page = [HEAD, *_machine(found), *summary, *_planning(planned), *_tables(found)]
    path.write_text("\n".join(page), encoding="utf-8")


def _machine(found: Sequence[Measured]) -> Iterator[str]:
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dash", "plotly", "pandas", "sqlalchemy"))
    loads = ", ".join(f"{one.load} at {one.size:,}" for one in found)
    yield f"Measured {datetime.now(UTC):%d %B %Y} on {os.cpu_count()} cores ({_processor()}), {_memory():.0f} GB; "
    yield f"Python {platform.python_version()}, {packages}. Chromium, server and benchmark share these cores; the"
    yield f"machine's load average at the end of each size was {loads}. A load above 2 means that others used it too,"
    yield "and that absolute times are worse than on a calm machine.\n"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _summary(found: Sequence[Measured], demo_40k: float | None) -> Iterator[str]:
    yield from ("## Against the targets\n", "| what | target | measured | |", "|---|---|---|---|")
    if demo_40k is not None:
        yield _target("Demo company of 40,000 made", 10, demo_40k, "s")
    for one in found:
        at, big = f"at {one.size:,}", one.size >= 1_000_000
        kept = sum(question.is_kept for question in one.questions)
        verdict = _verdict(kept == len(one.questions))
        yield f"| Questions within 1.5 x bare SQL + 10 ms, {at} | all | {kept} of {len(one.questions)} | {verdict} |"
        yield _target(f"Slowest cached callback, {at}", 5, max(c.again for c in one.callbacks), "ms")
        for page in one.pages:
            yield _target(f"Filter change on `{page.path}`, {at}", 400, page.change, "ms")
        for step, took in enumerate(one.drills, 1):
            yield _target(f"Step {step} of a drill painted, {at}", 400, took, "ms")
        drawn = [c for c in one.callbacks if c.name in DRILLED]
        if drawn:
            yield _target(f"Slowest card of a drill step over HTTP, new, {at}", 150, max(c.new for c in drawn), "ms")
        yield from _changed(one, at)
        yield _target(f"Start with data, {at}", 2, one.starts_in, "s")
        yield _target(f"Memory of the larger worker, {at}", 400, max(one.memory), "MB")
        if big:
            yield _target(f"Demo company made, {at}", 90, one.made_in, "s")


def _changed(one: Measured, at: str) -> Iterator[str]:
    if one.planning is not None:
        what = f"A plan of {one.target_rows:,} rows changed at the top"
        yield _target(f"{what}, and all in sight anew over HTTP, {at}", 150, one.planning.in_sight, "ms")
        if one.planned_painted is not None:
            yield _target(f"{what}, painted, {at}", 400, one.planned_painted, "ms")


def _published(planned: Planned | None) -> Iterator[str]:
    for database, took in planned.published if planned else ():
        yield _target(f"A plan of {planned.cells:,} cells published, {database}", 3, took, "s")


def _planning(planned: Planned | None) -> Iterator[str]:
    if planned is None:
        return
    yield from (f"## Planning, {planned.cells:,} cells\n", "| in memory | ms |", "|---|---|")
    yield from (f"| {name} | {took:.0f} |" for name, took in planned.worked)
    yield ""


def _target(what: str, target: float, value: float, unit: str) -> str:
    shown = f"{value:.1f}" if value < 20 else f"{value:.0f}"
    return f"| {what} | {target} {unit} | {shown} {unit} | {_verdict(value <= target)} |"


def _verdict(is_kept: bool) -> str:
    return "kept" if is_kept else "**missed**"


def _tables(found: Sequence[Measured]) -> Iterator[str]:
    for one in found:
        yield f"## {one.size:,} opportunities\n"
        yield f"{one.target_rows:,} target rows are in force for the running year. The company was made in"
        yield f"{one.made_in:.0f} s; the server answers after {one.starts_in:.1f} s; its workers hold"
        yield f"{' and '.join(f'{mb:.0f}' for mb in one.memory)} MB after all that follows.\n"
        yield from ("| page | first load | filter change | whole page |", "|---|---|---|---|")
        yield from (
            f"| `{page.path}` | {page.first:.0f} | {page.change:.0f} | {page.whole:.0f} |" for page in one.pages
        )
        yield from ("", "| question | ms | bare SQL | ratio | |", "|---|---|---|---|---|")
        for q in one.questions:
            ratio, verdict = q.question / q.bare, _verdict(q.is_kept)
            yield f"| {q.name} | {q.question:.1f} | {q.bare:.1f} | {ratio:.1f} | {verdict} |"
        yield from ("", "| callback | new | again | bytes |", "|---|---|---|---|")
        yield from (f"| {c.name} | {c.new:.0f} | {c.again:.1f} | {c.size:,} |" for c in one.callbacks)
        yield ""
