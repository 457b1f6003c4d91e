#!/bin/sh
# Prints the path of a Chromium to drive: the system's; else installed by apt where root on Debian; else Playwright's own.
# Usage: scripts/chromium.sh PYTHON
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name"; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium with apt ..." >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk; } >&2 || true
    if command -v chromium; then exit 0; fi
fi
echo "Installing Playwright's own Chromium ..." >&2
"$1" -m playwright install chromium >&2
"$1" -c 'from playwright.sync_api import sync_playwright as p
with p() as w: print(w.chromium.executable_path)'
