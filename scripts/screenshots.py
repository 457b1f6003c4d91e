"""Draws the pictures of the README from the running application, over a demo company of a fixed day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PORT = 8931
# file, address, language, theme, width, height
SHOTS = (
    ("funnel-en-light", "/funnel", "en", "light", 1440, 1000),
    ("overview-zh-dark", "/", "zh", "dark", 1440, 900),
    ("explain-en-light", "/funnel?explain=win_rate", "en", "light", 1440, 900),
    ("funnel-phone-zh", "/funnel", "zh", "light", 390, 844),
    ("attainment-en-light", "/attainment", "en", "light", 1440, 1000),
    ("attainment-zh-dark", "/attainment?region=East&by=rep&path=region", "zh", "dark", 1440, 1000),
)


@contextmanager
def served() -> Iterator[str]:
    """The application over a new demo company, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DATA_DIR": folder, "PORT": str(PORT), "AS_OF": "2026-08-27"}
        server = subprocess.Popen([sys.executable, str(ROOT / "dashboard.py")], env=env, stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{PORT}"
        try:
            _wait(f"{address}/healthz")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"{address} did not answer")


def draw(browser: Browser, address: str, shot: tuple[str, str, str, str, int, int]) -> None:
    """One picture, once all that is in sight has been drawn."""
    name, path, lang, theme, width, height = shot
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in (("language", lang), ("theme", theme))])
    page = context.new_page()
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    page.locator("h1").filter(has_not=page.locator(".bone")).wait_for()
    page.locator(".panel[data-card] .main-svg").first.wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


def main() -> None:
    """All of them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            draw(browser, address, shot)
        browser.close()


if __name__ == "__main__":
    main()
