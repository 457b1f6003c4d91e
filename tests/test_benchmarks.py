"""The benchmark says what it means to: bare SQL gives the questions' numbers, and the page holds every part."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import __main__ as bench


def test_a_quick_run_writes_every_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each question is held against its bare SQL before it is timed; one that differs raises."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(bench.shutil, "which", lambda _: None)
    page = tmp_path / "README.md"
    bench.main(["--quick", "--kept", str(tmp_path / "data"), "--to", str(page)])
    text = page.read_text(encoding="utf-8")
    assert "## 5,000 opportunities" in text
    for part in (
        "back-test",
        "deals that decide the quarter",
        "| cohort |",
        "| headline of / |",
        "Memory",
        "sums by region",
        "published, SQLite",
    ):
        assert part in text, part
