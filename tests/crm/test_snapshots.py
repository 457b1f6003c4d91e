"""The snapshot store: what readers see while writers build, publish, fail and go back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crm import snapshots


def published(folder: Path, content: str, *, keep: int = 4) -> snapshots.Snapshot:
    with snapshots.building(folder) as path:
        path.write_text(content)
        return snapshots.publish(path, folder, keep=keep)


def test_nothing_is_current_in_an_empty_or_absent_folder(tmp_path: Path) -> None:
    assert snapshots.current(tmp_path) is None
    assert snapshots.current(tmp_path / "absent") is None
    assert snapshots.listed(tmp_path / "absent") == []


def test_published_snapshot_is_current_and_found_by_id(tmp_path: Path) -> None:
    first = published(tmp_path / "new", "one")
    assert snapshots.current(tmp_path / "new") == first == snapshots.find(tmp_path / "new", first.id)
    assert first.path.read_text() == "one"
    assert [path.name for path in (tmp_path / "new").glob("building-*")] == []


def test_newest_first_and_only_a_few_are_kept(tmp_path: Path) -> None:
    made = [published(tmp_path, str(n), keep=3) for n in range(5)]
    assert snapshots.listed(tmp_path) == made[:1:-1]
    assert snapshots.current(tmp_path) == made[-1]


def test_going_back_and_forth(tmp_path: Path) -> None:
    one, two, three = (published(tmp_path, n) for n in "123")
    assert snapshots.go_back(tmp_path) == two
    assert snapshots.go_back(tmp_path) == one == snapshots.current(tmp_path)
    with pytest.raises(KeyError, match="no snapshot before the current one"):
        snapshots.go_back(tmp_path)
    assert snapshots.go_back(tmp_path, three.id) == three == snapshots.current(tmp_path)
    with pytest.raises(KeyError) as missing:
        snapshots.go_back(tmp_path, "20200101T000000-0000")
    assert str(missing.value).startswith("There is no snapshot 20200101T000000-0000 in")


def test_ids_keep_their_order_when_the_clock_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = published(tmp_path, "one")
    monkeypatch.setattr(snapshots.time, "time_ns", lambda: 0)
    second = published(tmp_path, "two")
    assert second.id > first.id
    assert snapshots.current(tmp_path) == second


@pytest.mark.parametrize("pointer", ["", "nonsense", "../../etc/passwd", "20200101T000000-0000", "\xff"])
def test_a_pointer_to_nothing_is_nothing(tmp_path: Path, pointer: str) -> None:
    (tmp_path / snapshots.POINTER).write_text(pointer, encoding="latin-1")
    assert snapshots.current(tmp_path) is None


def test_a_failed_build_leaves_nothing_and_changes_nothing(tmp_path: Path) -> None:
    first = published(tmp_path, "one")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RuntimeError), snapshots.building(tmp_path) as path:
        path.write_text("half")
        raise RuntimeError
    assert sorted(tmp_path.iterdir()) == before
    assert snapshots.current(tmp_path) == first


def test_an_unfinished_file_is_not_published(tmp_path: Path) -> None:
    with snapshots.building(tmp_path) as path:
        path.write_text("half")
        path.with_name(f"{path.name}.wal").write_text("the other half")
        with pytest.raises(ValueError, match="still being written"):
            snapshots.publish(path, tmp_path)
    assert snapshots.current(tmp_path) is None


def test_leftovers_of_the_dead_are_swept_and_those_of_the_living_stay(tmp_path: Path) -> None:
    die = "import os, sys\nfrom pathlib import Path\nfrom crm import snapshots\n"
    die += "with snapshots.building(Path(sys.argv[1])) as path:\n    path.write_text('half')\n    os._exit(9)\n"
    subprocess.run([sys.executable, "-c", die, str(tmp_path)], check=False, cwd=Path(__file__).parents[2])
    dead = next(tmp_path.glob("building-*"))
    with snapshots.building(tmp_path) as living:
        living.write_text("going on")
        assert not dead.exists()
        with snapshots.building(tmp_path):
            assert living.exists()


def test_the_pointer_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = published(tmp_path, "one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            published(tmp_path, "two")
    assert snapshots.current(tmp_path) == first
