"""What has to be there before pages are served: data, and data of this version of the program.

Whatever opens DuckDB runs in a process of its own, because the server's workers are forked from the one that asks.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from crm import snapshots
from crm.issues import LoadError
from crm.schema import shape
from settings import Settings

_PROGRAM = Path(__file__).resolve().parent.parent / "dashboard.py"


def prepare(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Makes a demo company where there is no data, and brings data of an older version up to date; raises LoadError."""
    if settings.crm_url is not None:
        return
    if snapshots.current(settings.snapshots_dir) is None:
        say("There is no data yet: making a demo company to look at.")
        _refuse_unwritable(settings.data_dir)
        _run("demo", refusal="The demo company could not be made; see above.")
    elif is_outdated(settings):
        say("The data was loaded by an older version: bringing it up to date.")
        _refuse_unwritable(settings.data_dir)
        _run("snapshots", "--renew", refusal="The data could not be brought up to date; see above. Load it again.")


def is_outdated(settings: Settings) -> bool:
    """Whether the current snapshot has other tables or columns than this program reads. Opens no database."""
    current = snapshots.current(settings.snapshots_dir) if settings.crm_url is None else None
    return current is not None and snapshots.shape_of(current) != shape()


def _run(*command: str, refusal: str) -> None:
    if subprocess.run([sys.executable, str(_PROGRAM), *command], check=False).returncode:
        raise LoadError(refusal)


def _refuse_unwritable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(13, "no permission to write")
    except OSError as wrong:
        raise LoadError(
            f"The data folder {folder} cannot be written ({wrong.strerror}). Set DATA_DIR to one that can."
        ) from wrong
