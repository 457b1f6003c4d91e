"""The application over companies written by hand, without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine

from dashboard import create_app
from settings import Settings
from tests import rows

ID = "20260827T060000-0000"


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The one Dash application of this process: its pages and callbacks register themselves once."""
    made = create_app(Settings(data_dir=tmp_path_factory.mktemp("nothing")))
    assert made.server.test_client().get("/").status_code == 200  # with which Dash takes the callbacks up
    return made


@pytest.fixture
def served(app: Any, tmp_path: Path) -> Any:
    """`served(opportunities=[...])`: makes the application serve that company, and hands out its Flask server."""
    from queries.warehouse import Warehouse

    def serve(**tables: Iterable[Mapping[str, Any]]) -> Flask:
        publish(tmp_path / "snapshots", **tables)
        app.server.extensions["warehouse"] = Warehouse(Settings(data_dir=tmp_path))
        return app.server

    return serve


def publish(folder: Path, **tables: Iterable[Mapping[str, Any]]) -> None:
    """Writes a company as the current snapshot."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"duckdb:///{folder / ID}.duckdb")
    rows.filled(engine, tables)
    engine.dispose()
    (folder / "CURRENT").write_text(f"{ID}\n", encoding="ascii")
