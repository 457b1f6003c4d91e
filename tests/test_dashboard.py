"""The command line: right numbers; a sentence and status 1 for what a person has to put right; quick second starts."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import dashboard
from crm import first_start
from settings import Settings
from tests.conftest import REPO

Run = Callable[..., subprocess.CompletedProcess[str]]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Say:
    """Runs one command in this process over a data folder; status, output and errors."""

    def run(*arguments: str, data: Path | None = None, **settings: str) -> tuple[int, str, str]:
        for name, value in {"DATA_DIR": str(data or tmp_path / "data"), **settings}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("CRM_DATABASE_URL", raising=False)
        status = dashboard.main(list(arguments))
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs `python dashboard.py` as a person does, in a process of its own."""

    def start(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "DATA_DIR": str(tmp_path / "data"), **settings}
        command = [sys.executable, "dashboard.py", *arguments]
        return subprocess.run(command, cwd=REPO, env=env, capture_output=True, text=True, timeout=120, check=False)

    return start


@pytest.fixture(scope="session")
def dynamics(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the Dynamics export."""
    from crm.load import load

    folder = tmp_path_factory.mktemp("dynamics")
    load("dynamics", real_data / "dynamics_regional_sales", settings=Settings(data_dir=folder))
    return folder


def is_one_sentence(text: str) -> bool:
    return bool(text.strip()) and "Traceback" not in text and text.strip()[-1] in ".?)"


def test_golden_numbers_of_dynamics(say: Say, dynamics: Path) -> None:
    asked = ("won_count", "won_amount", "lost_count", "lost_amount", "open_count", "open_amount", "opportunity_count")
    status, out, _ = say("table", *asked, "--json", data=dynamics)
    assert status == 0
    assert json.loads(out) == [
        {
            "won_count": 7_282,
            "won_amount": 26_435_925,
            "lost_count": 7_385,
            "lost_amount": 23_003_910,
            "open_count": 5_333,
            "open_amount": 27_812_381,
            "opportunity_count": 20_000,
        }
    ]


def test_reached_stages_of_dynamics(say: Say, dynamics: Path) -> None:
    _, out, _ = say("table", "reached_count", "--by", "stage", "--csv", data=dynamics)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [int(row["reached_count"]) for row in rows] == [20_000, 11_800, 9_380, 8_054, 7_282]


def test_plain_output_lines_up_and_filters(say: Say, dynamics: Path) -> None:
    _, out, _ = say("table", "won_count", "won_amount", "--by", "region", "--filter", "period=2020", data=dynamics)
    lines = out.splitlines()
    assert lines[0].split() == ["region", "won_count", "won_amount"]
    assert len({len(line) for line in lines}) == 1
    _, everything, _ = say("table", "won_count", "--json", data=dynamics)
    assert sum(int(line.split()[-2].replace(",", "")) for line in lines[1:]) < json.loads(everything)[0]["won_count"]


def test_the_vocabulary_is_listed(say: Say) -> None:
    status, out, _ = say("table", "--list")
    assert status == 0
    assert all(name in out for name in ("Measures", "Dimensions", "won_amount", "win_rate", "region", "sum("))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("won_amont",), "won_amount"),
        (("won_amount", "--by", "regin"), "region"),
        (("won_amount", "--filter", "period=soon"), "period=soon"),
        ((), "won_amount"),
    ],
)
def test_unknown_names_get_a_sentence(say: Say, dynamics: Path, arguments: tuple[str, ...], says: str) -> None:
    status, out, err = say("table", *arguments, data=dynamics)
    assert (status, out) == (1, "")
    assert says in err and is_one_sentence(err)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"PORT": "many"}, "PORT=many"),
        ({"HOST": "0.0.0.0"}, "BEHIND_PROXY=1"),
        ({"AS_OF": "yesterday"}, "AS_OF=yesterday"),
        ({"FISCAL_YEAR_START": "13"}, "FISCAL_YEAR_START=13"),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(say: Say, settings: dict[str, str], says: str) -> None:
    status, _, err = say("serve", **settings)
    assert status == 1
    assert says in err and is_one_sentence(err)


def test_a_taken_port_is_refused_before_anything_is_made(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("serve", PORT=str(port))
    assert refused.returncode == 1
    assert str(port) in refused.stderr and "PORT=" in refused.stderr and is_one_sentence(refused.stderr)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_data_folder_that_cannot_be_written_is_named(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("no folder")
    arguments = [command, "--opportunities", "10"] if command == "demo" else [command]
    refused = run(*arguments, DATA_DIR=str(tmp_path / "file"), PORT="0")
    assert refused.returncode == 1
    assert str(tmp_path / "file") in refused.stderr and is_one_sentence(refused.stderr)


def test_reading_before_the_first_load_is_a_sentence(say: Say) -> None:
    status, _, err = say("table", "won_amount")
    assert status == 1 and is_one_sentence(err)
    assert say("snapshots")[1].startswith("There are no snapshots")
    status, _, err = say("snapshots", "--back")
    assert status == 1 and is_one_sentence(err)


def test_demo_export_load_and_back(run: Run, tmp_path: Path) -> None:
    def done(*arguments: str) -> str:
        made = run(*arguments, AS_OF="2026-08-27")
        assert made.returncode == 0, made.stderr
        return made.stdout

    asked = ("table", "won_amount", "win_rate", "cycle_days", "--by", "region", "--json")
    assert "opportunities" in done("demo", "--opportunities", "300", "--seed", "7")
    first = json.loads(done(*asked))
    assert len(first) > 3
    assert "rows" in done("export", str(tmp_path / "csv"))
    done("demo", "--opportunities", "100", "--seed", "8")
    assert json.loads(done(*asked)) != first
    done("snapshots", "--back")
    assert json.loads(done(*asked)) == first
    done("load", "tables", str(tmp_path / "csv"))
    assert json.loads(done(*asked)) == first
    assert len(done("snapshots").splitlines()) == 3


def test_a_second_start_builds_nothing(say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say("demo", "--opportunities", "50", "--seed", "1")
    before = sorted((tmp_path / "data" / "snapshots").iterdir())
    monkeypatch.setattr(first_start, "_run", lambda *_, **__: pytest.fail("a second start made a company"))
    first_start.prepare(Settings(data_dir=tmp_path / "data"), say=lambda _: None)
    assert sorted((tmp_path / "data" / "snapshots").iterdir()) == before


def test_targets_come_with_the_demo_and_can_be_published(run: Run) -> None:
    def done(*arguments: str) -> list[str]:
        made = run(*arguments, AS_OF="2026-08-27")
        assert made.returncode == 0, made.stderr
        return made.stdout.splitlines()

    assert done("targets") == ["There are no targets yet: load a CRM that has quotas, or make the demo company."]
    assert done("targets", "--take-in") == ["There is no data yet, and so no quotas."]
    said = [line for line in done("demo", "--opportunities", "300", "--seed", "7") if line.startswith("Targets")]
    assert [line.split(": ")[1] for line in said] == [
        *["version 1 is in force"] * 4, "version 1 is a draft, as its year has not begun",
    ]  # fmt: skip
    listed = done("targets")
    assert [line.split()[1:4] for line in listed[1:]] == [
        *([year, "1", "published"] for year in ("2023", "2024", "2025", "2026")), ["2027", "1", "draft"],
    ]  # fmt: skip
    assert all("is as it was" in line for line in done("targets", "--take-in"))
    assert done("targets") == listed
    assert done("targets", "--publish", "5")[0] == "Version 1 of 2027 (Annual targets) is in force."
    assert all("is as it was" in line for line in done("targets", "--take-in"))
    refused = run("targets", "--publish", "99")
    assert refused.returncode == 1 and is_one_sentence(refused.stderr)


def test_a_check_leaves_the_targets_alone(run: Run, real_data: Path, tmp_path: Path) -> None:
    assert run("load", "--check", "adventureworks", str(real_data / "adventureworks")).returncode == 0
    assert not (tmp_path / "data").exists()


def test_a_load_stands_where_targets_cannot_be_kept(run: Run) -> None:
    """The data is published, the reason is said, and the status tells that not all was done."""
    made = run("demo", "--opportunities", "50", APP_DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert made.returncode == 1
    assert "Published as" in made.stdout
    assert "cannot be opened" in made.stderr and is_one_sentence(made.stderr)
    assert run("table", "won_amount").returncode == 0


def test_help_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        dashboard.main(["--help"])
    assert left.value.code == 0
    said = capsys.readouterr().out
    assert all(command in said for command in ("serve", "demo", "load", "snapshots", "targets", "export", "table"))
