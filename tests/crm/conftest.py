"""What the tests of loading share: the made-up CRM of docs/adding-a-source.md, a data folder, and looking into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from crm import snapshots
from settings import Settings
from tests.conftest import REPO

Rows = list[tuple[Any, ...]]
GUIDE = REPO / "docs" / "adding-a-source.md"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """A folder with every file that the guide shows: `mycrm` is the source, `export` holds its files."""
    for name, text in re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.M | re.S):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def rows(settings: Settings) -> Callable[[str], Rows]:
    """Runs a query on the current snapshot."""

    def run(query: str) -> Rows:
        snapshot = snapshots.current(settings.snapshots_dir)
        assert snapshot is not None, "nothing has been published"
        with duckdb.connect(str(snapshot.path), read_only=True) as connection:
            return connection.execute(query).fetchall()

    return run
