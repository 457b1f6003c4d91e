"""The application over companies written by hand, without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine

from dashboard import create_app
from queries.separation import separation
from queries.slices import Slice
from queries.training import Asked, State, Trainer
from settings import Settings
from tests import rows

ID = "20260827T060000-0000"


class AtOnce(Trainer):
    """Learns while it is asked, so that a test need not wait; `tests/queries/test_training.py` has the real one."""

    def state(self, asked: Asked) -> State:
        kept = self.folder / f"{asked.name}.json"
        if not kept.exists():
            self.folder.mkdir(exist_ok=True)
            kept.write_text(separation(Slice.from_search(asked.query), scope=asked.scope).to_json(), encoding="utf-8")
        return "ready"


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
        settings = Settings(data_dir=tmp_path)
        app.server.extensions["warehouse"] = Warehouse(settings)
        app.server.extensions["trainer"] = AtOnce(settings)
        return app.server

    return serve


def publish(folder: Path, **tables: Iterable[Mapping[str, Any]]) -> None:
    """Writes a company as the current snapshot."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"duckdb:///{folder / ID}.duckdb")
    rows.filled(engine, tables)
    engine.dispose()
    (folder / "CURRENT").write_text(f"{ID}\n", encoding="ascii")
