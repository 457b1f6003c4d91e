"""`python -m benchmarks [--sizes 100000 1000000] [--quick]`: measures, and writes benchmarks/README.md."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from statistics import median

from benchmarks import browser, callbacks, company, plan_page, plans, questions, server, targets
from benchmarks.report import Measured, write
from components import drill
from queries import attainment, options
from queries.engine import reading
from queries.scope import EVERYTHING
from queries.slices import Slice
from queries.warehouse import Warehouse
from settings import Settings

SIZES = (100_000, 1_000_000)
QUICK = 5_000


def measured(size: int, *, kept: Path, runs: int, chromium: str | None) -> Measured:
    """Everything at one size."""
    settings, made_in = company.made(size, kept=kept)
    target_rows = targets.publish(settings, rows=targets.ROWS if size >= 100_000 else 10 * size)
    asked = list(questions.compared(settings, runs=runs))
    products = _products(settings)
    starts = []
    for _ in range(max(runs // 2 - 1, 0)):
        with server.serving(settings.data_dir) as running:
            starts.append(running.started_in)
    with server.serving(settings.data_dir) as running:
        starts.append(running.started_in)
        url = f"http://127.0.0.1:{running.port}"
        pages = browser.measured(url, products, chromium=chromium, runs=runs) if chromium else []
        drills = browser.drilled(url, _ways_down(settings), chromium=chromium) if chromium else []
        answered = list(callbacks.measured(running.port, products, runs=runs))
        memory = running.memory()
        planning = plan_page.measured(running.port, runs=runs)
        painted = browser.adjusted(url, planning.query, chromium=chromium, runs=runs) if chromium else None
    return Measured(
        size, made_in, median(starts), memory, asked, answered, pages, target_rows, drills, planning, painted
    )


def _ways_down(settings: Settings) -> list[list[str]]:
    """For some regions the slices of a drill: region, its largest office, that office's largest rep."""
    warehouse = Warehouse(settings)
    try:
        with reading(warehouse.database()):
            ways = []
            for region in attainment.attainment_by(Slice(), scope=EVERYTHING, by="region")["region"].head(7):
                slice_, way = drill.into(Slice(), "region", str(region)), []
                way.append(slice_.to_query())
                for name in ("office", "rep"):
                    members = attainment.attainment_by(slice_, scope=EVERYTHING, by=name)
                    if members.empty:
                        break
                    slice_ = drill.into(slice_, name, str(members.loc[members["actual"].idxmax(), name]))
                    way.append(slice_.to_query())
                ways.append(way)
            return [way for way in ways if len(way) == 3]
    finally:
        warehouse.close()


def _products(settings: Settings) -> list[str]:
    warehouse = Warehouse(settings)
    try:
        with reading(warehouse.database()):
            return list(options.members("product", scope=EVERYTHING)["key"])
    finally:
        warehouse.close()


def demo_40k() -> float:
    """Seconds that the demo company of the first start takes."""
    with tempfile.TemporaryDirectory() as folder:
        return company.make(40_000, Path(folder) / "data")


def main(arguments: list[str] | None = None) -> None:
    """Runs all sizes, one after the other, and writes the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="opportunities")
    parser.add_argument("--quick", action="store_true", help=f"only see that all works, at {QUICK:,}")
    parser.add_argument("--kept", type=Path, default=company.KEPT, help="where the companies are kept between runs")
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "README.md", help="the page to write")
    asked = parser.parse_args(arguments)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    sizes, runs = ((QUICK,), 1) if asked.quick else (asked.sizes, 9)
    if not chromium:
        print("There is no Chromium: pages are left out. `make bench` finds or installs one.")
    first = None if asked.quick else demo_40k()
    planned = plans.measured(runs=runs, size=plans.QUICK if asked.quick else plans.SIZE)
    found = []
    for size in sizes:
        print(f"Measuring at {size:,} ...", flush=True)
        found.append(measured(size, kept=asked.kept, runs=runs, chromium=chromium))
        write(asked.to, found, demo_40k=first, planned=planned)
    print(f"Wrote {asked.to}.")


if __name__ == "__main__":
    main()
