"""The application as a person starts it: `dashboard.py` in a process of its own, on a free port."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.conftest import REPO

#: Settings of whoever runs the tests must not reach the application.
OURS = ("DATA_DIR", "CRM_DATABASE_URL", "APP_DATABASE_URL", "HOST", "PORT", "WORKERS", "AS_OF", "CURRENCY")
PATIENCE = 60.0
#: Without the demo company that a first start makes: what is left when all snapshots are removed.
BARE = (
    "import sys, dashboard; from crm import first_start; first_start.prepare = lambda *_, **__: None; "
    "sys.exit(dashboard.main([]))"
)


class Server:
    """One running application over one data folder; can be killed and started again on the same port."""

    def __init__(self, data: Path, log: Path, *, bare: bool = False, **settings: str) -> None:
        self.data, self.log, self.bare, self.settings = data, log, bare, settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Starts it and waits until it answers; a start that fails says why."""
        env = {name: value for name, value in os.environ.items() if name not in OURS}
        env |= {"DATA_DIR": str(self.data), "PORT": str(self.port), "WORKERS": "2", **self.settings}
        with self.log.open("ab") as log:
            command = [sys.executable, "-c", BARE] if self.bare else [sys.executable, "dashboard.py"]
            self._process = subprocess.Popen(command, cwd=REPO, env=env, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + PATIENCE
        while self.health() is None:
            assert self._process.poll() is None and time.monotonic() < until, self.log.read_text(encoding="utf-8")
            time.sleep(0.05)
        return self

    def kill(self) -> None:
        """Ends it at once, workers included, as a power cut would."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def health(self) -> dict[str, Any] | None:
        """What /healthz says; None while nobody answers."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return json.load(answer)
        except HTTPError as refused:
            return json.load(refused)
        except (URLError, OSError):
            return None


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
