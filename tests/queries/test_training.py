"""Learning in a process of its own: once for all, of the right data, and never in a server process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from queries.engine import reading
from queries.scope import EVERYTHING, Scope
from queries.separation import Separation
from queries.slices import Slice
from queries.training import MOST_KEPT, Asked, Trainer, learn
from queries.warehouse import Warehouse
from settings import Settings
from tests.callbacks.conftest import ID, publish
from tests.conftest import REPO
from tests.rows import deal

DEALS = [
    deal(f"d{n}", "won" if n % 2 else "lost", created_on=date(2026, 1, 1), closed_on=date(2026, 3, 1)) for n in range(6)
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    publish(tmp_path / "snapshots", opportunities=DEALS)
    return Settings(data_dir=tmp_path)


@pytest.fixture
def asked(settings: Settings) -> Asked:
    warehouse = Warehouse(settings)
    with reading(warehouse.database()):
        found = Asked.of(Slice(), scope=EVERYTHING)
    warehouse.close()
    return found


def finished(trainer: Trainer, asked: Asked) -> str:
    until = time.monotonic() + 60
    while (state := trainer.state(asked)) == "waiting" and time.monotonic() < until:
        time.sleep(0.1)
    return state


def test_a_result_comes_and_another_process_finds_it(settings: Settings, asked: Asked) -> None:
    trainer = Trainer(settings)
    assert trainer.state(asked) == "waiting" and trainer.result(asked) is None
    assert finished(trainer, asked) == "ready"
    text = trainer.result(asked)
    assert text is not None and Separation.from_json(text) == Separation("few", deals=6, won=3)
    other = Trainer(settings)
    assert other.state(asked) == "ready" and other.result(asked) == text
    assert [path.name for path in trainer.folder.glob(f"{asked.name}*")] == [f"{asked.name}.json"]


def test_what_cannot_be_learnt_has_failed_and_is_not_tried_again_at_once(settings: Settings, asked: Asked) -> None:
    trainer, gone = Trainer(settings), replace(asked, version="20200101T000000-gone")
    assert finished(trainer, gone) == "failed"
    assert trainer.state(gone) == "failed" and trainer.result(gone) is None
    assert finished(trainer, asked) == "ready"  # others are not affected


def test_results_of_other_data_scope_slice_or_day_have_other_names(asked: Asked, settings: Settings) -> None:
    warehouse = Warehouse(settings)
    with reading(warehouse.database()):
        names = [
            Asked.of(slice_, scope=scope).name
            for slice_, scope in (
                (Slice(), EVERYTHING),
                (Slice(), Scope.only(region="East")),
                (Slice().with_filter("region", ["East"]), EVERYTHING),
                (Slice(period="all"), EVERYTHING),
                (Slice(as_of=date(2026, 3, 31)), EVERYTHING),
            )
        ]
        same = {Asked.of(s, scope=EVERYTHING).name for s in (Slice(), Slice(by="rep"), Slice(period="ytd"))}
    warehouse.close()
    names.append(replace(asked, version="other").name)
    assert len(set(names)) == len(names) and same == {asked.name}
    assert asked.version == ID


def test_the_scope_reaches_the_process(settings: Settings, asked: Asked) -> None:
    trainer, north = Trainer(settings), replace(asked, scope=Scope.only(region="North"))
    assert finished(trainer, north) == "ready"
    text = trainer.result(north)
    assert text is not None and Separation.from_json(text).deals == 0


def test_who_comes_second_does_not_learn_again(settings: Settings, asked: Asked) -> None:
    folder = settings.data_dir / "models"
    folder.mkdir()
    (folder / f"{asked.name}.json").write_text("kept", encoding="utf-8")
    learn(asked.to_json(settings), folder, asked.name)
    assert (folder / f"{asked.name}.json").read_text(encoding="utf-8") == "kept"


def test_old_results_and_unfinished_ones_go(settings: Settings, asked: Asked) -> None:
    folder = settings.data_dir / "models"
    folder.mkdir()
    for number in range(MOST_KEPT + 5):
        (folder / f"old{number}.json").write_text("{}", encoding="utf-8")
    (folder / "killed.4711").write_text("half", encoding="utf-8")
    learn(asked.to_json(settings), folder, asked.name)
    assert len(list(folder.glob("*.json"))) == MOST_KEPT and (folder / f"{asked.name}.json").exists()
    assert not (folder / "killed.4711").exists()


def test_passwords_are_no_arguments(settings: Settings, asked: Asked) -> None:
    secret = replace(settings, crm_url="postgresql://crm:secret@127.0.0.1:1/nowhere")
    assert json.loads(asked.to_json(secret))["where"]["crm_url"].count("secret") == 1
    trainer = Trainer(secret)
    trainer.state(asked)
    (run,) = trainer._runs.values()
    assert "secret" not in " ".join(map(str, run.process.args))  # type: ignore[arg-type]
    assert finished(trainer, asked) == "failed"


def test_a_server_process_holds_no_library_that_learns() -> None:
    """Everything that a page asks is imported; what only learning needs is not."""
    program = (
        "import sys; from settings import Settings; from dashboard import create_app; create_app(Settings());"
        "print([name for name in ('sklearn', 'scipy', 'statsmodels') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=REPO, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]", said.stdout
