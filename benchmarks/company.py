"""The companies that are measured: demo companies of a fixed day, kept between runs, with how long making them took."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "benchmarks" / ".data"
AS_OF = date(2026, 8, 27)
#: Settings of whoever measures must not reach what is measured.
FOREIGN = ("CRM_DATABASE_URL", "APP_DATABASE_URL", "HOST", "PORT", "WORKERS", "THREADS", "CACHE_MB", "CURRENCY")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment for `dashboard.py` over a data folder."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**kept, "DATA_DIR": str(folder), "AS_OF": AS_OF.isoformat(), **more}


def made(size: int, *, kept: Path = KEPT) -> tuple[Settings, float]:
    """Settings over a demo company of that many opportunities, made where it is not there yet; seconds it took."""
    folder = kept / str(size)
    note = folder / "made.json"
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
        took = make(size, folder)
        note.write_text(json.dumps({"seconds": took}), encoding="utf-8")
    return Settings(data_dir=folder, as_of=AS_OF), float(json.loads(note.read_text(encoding="utf-8"))["seconds"])


def make(size: int, folder: Path) -> float:
    """Makes a demo company as a person does, with `dashboard.py demo`; the seconds from Enter to done."""
    folder.mkdir(parents=True)
    began = time.perf_counter()
    command = [sys.executable, str(ROOT / "dashboard.py"), "demo", "--opportunities", str(size)]
    subprocess.run(command, env=environment(folder), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
