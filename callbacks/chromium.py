"""Chromium without a screen: one tab in a process of its own, driven over a pipe, gone when it is done.

Only what printing a page takes of the DevTools protocol. The pipe is file descriptors 3 and 4 of the browser, so that
no port is open for others on the machine; it gets an empty profile and none of our environment.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

#: The shell puts the pipes where Chromium looks for them; what it prints is of no use to anybody.
_AT_3_AND_4 = 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'
_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-proxy-server",
    "--password-store=basic",
)
_READ = 1 << 20


class BrowserFailed(RuntimeError):
    """Chromium did not start, ended by itself, or refused a command; the message is for the log."""


class BrowserSlow(BrowserFailed):
    """Not done within the time that was allowed."""


@dataclass
class Tab:
    """One open tab; every command counts against the same time limit."""

    process: subprocess.Popen[bytes]
    until: float  # of time.monotonic()
    session: str | None = None
    _sent: int = 0
    _read: bytearray = field(default_factory=bytearray)

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        """Sends a command and waits for its answer; events are passed over."""
        self._sent += 1
        message: dict[str, Any] = {"id": self._sent, "method": method, "params": params}
        if self.session is not None:
            message["sessionId"] = self.session
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\0")
            self.process.stdin.flush()
        except OSError as gone:
            raise BrowserFailed(f"Chromium is gone before {method}") from gone
        while (answer := self._next()).get("id") != self._sent:
            pass
        if "error" in answer:
            raise BrowserFailed(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited if it is a promise."""
        answer = self("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserFailed(f"the page failed at {expression}: {answer['exceptionDetails'].get('exception')}")
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Waits until an expression is true in the page; while it loads there may be no page to ask."""
        while True:
            with contextlib.suppress(BrowserFailed):
                if self.evaluate(expression):
                    return
            if self.process.poll() is not None:
                raise BrowserFailed("Chromium ended by itself")
            if time.monotonic() > self.until:
                raise BrowserSlow(f"still waiting for {expression}")
            time.sleep(0.05)

    def _next(self) -> dict[str, Any]:
        """The next message, whole."""
        assert self.process.stdout is not None
        pipe = self.process.stdout.fileno()
        start = 0
        while (end := self._read.find(b"\0", start)) < 0:
            start = len(self._read)
            left = self.until - time.monotonic()
            readable = select.poll()
            readable.register(pipe, select.POLLIN)
            if left <= 0 or not readable.poll(left * 1000):
                raise BrowserSlow("no answer in time")
            piece = os.read(pipe, _READ)
            if not piece:
                raise BrowserFailed("Chromium ended by itself")
            self._read += piece
        message = bytes(self._read[:end])
        del self._read[: end + 1]
        return json.loads(message)


@contextmanager
def tab(path: str, *, host: str, seconds: float) -> Iterator[Tab]:
    """An empty tab of a Chromium of its own; ended at the latest when the block is left, whatever happened in it.

    `host` is the only one that it reaches, whatever a page might ask for.
    """
    profile = tempfile.mkdtemp(prefix="page-")
    # As root, which containers like to be, Chromium starts in no other way.
    own = [f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    flags = [*_FLAGS, *own, f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {host}", "about:blank"]
    process = subprocess.Popen(
        ["/bin/sh", "-c", _AT_3_AND_4, "sh", path, *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath, "HOME": profile, "XDG_CONFIG_HOME": profile, "XDG_CACHE_HOME": profile},
        cwd=profile,
        start_new_session=True,
    )
    try:
        opened = Tab(process, time.monotonic() + seconds)
        target = opened("Target.createTarget", url="about:blank")["targetId"]
        opened.session = opened("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        yield opened
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        # What it writes while it ends can stand in the way of the first attempt.
        for _ in range(3):
            shutil.rmtree(profile, ignore_errors=True)
