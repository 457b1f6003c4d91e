"""Everything the application can be told from outside, read once, checked, frozen.

This is the only module that reads the environment. `docs/operations.md` lists the variables.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

#: What Chromium is called.
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


class SettingsError(ValueError):
    """A setting that cannot be used; the message says which, why and what to do."""


@dataclass(frozen=True)
class Settings:
    """One frozen set of settings; `from_env` is the way to get one."""

    data_dir: Path = Path("data")
    crm_url: str | None = None  # None: the DuckDB snapshot in data_dir
    app_url: str | None = None  # None: SQLite in data_dir
    host: str = "127.0.0.1"
    port: int = 8050
    workers: int = 2
    threads: int = 8
    fiscal_year_start: int = 1  # month
    currency: str = "CNY"
    as_of: date | None = None  # None: the data's own
    cache_bytes: int = 32 * 2**20
    query_seconds: float = 30.0
    database_megabytes: int = 64
    stale_hours: float = 30.0
    behind_proxy: bool = False
    secret_key: str | None = None
    chromium: str | None = None  # None: the one on PATH, if there is one

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Reads the environment; raises SettingsError with a sentence for anything unusable or unsafe."""
        env = os.environ if env is None else env
        settings = cls(
            data_dir=Path(env.get("DATA_DIR") or "data"),
            crm_url=env.get("CRM_DATABASE_URL") or None,
            app_url=env.get("APP_DATABASE_URL") or None,
            host=env.get("HOST") or "127.0.0.1",
            port=_whole(env, "PORT", 8050, 0, 65535),
            workers=_whole(env, "WORKERS", 2, 1, 64),
            threads=_whole(env, "THREADS", 8, 1, 128),
            fiscal_year_start=_whole(env, "FISCAL_YEAR_START", 1, 1, 12),
            currency=_currency(env),
            as_of=_day(env, "AS_OF"),
            cache_bytes=_whole(env, "CACHE_MB", 32, 1, 65536) * 2**20,
            query_seconds=float(_whole(env, "QUERY_SECONDS", 30, 1, 3600)),
            database_megabytes=_whole(env, "DATABASE_MEMORY_MB", 64, 32, 1 << 20),
            stale_hours=float(_whole(env, "STALE_HOURS", 30, 1, 24 * 365)),
            behind_proxy=_switch(env, "BEHIND_PROXY"),
            secret_key=env.get("SECRET_KEY") or None,
            chromium=_program(env, "CHROMIUM"),
        )
        settings.refuse_unsafe()
        return settings

    def refuse_unsafe(self) -> None:
        """There is no sign-in of our own yet, so only this machine, or a proxy that signs people in, may reach us."""
        if not self.behind_proxy and not _is_loopback(self.host):
            raise SettingsError(
                f"HOST={self.host} would let anybody on the network read the company's numbers. "
                "Leave HOST at 127.0.0.1, or put a proxy that signs people in in front and set BEHIND_PROXY=1."
            )

    @property
    def snapshots_dir(self) -> Path:
        """Where the DuckDB snapshots and their pointer file live."""
        return self.data_dir / "snapshots"

    @property
    def browser(self) -> str | None:
        """The Chromium that draws pages as PDF and PNG; None where there is none."""
        return self.chromium or next(filter(None, map(shutil.which, CHROMIUMS)), None)

    @property
    def own_origin(self) -> str:
        """Where this machine reaches the application, whatever address others use."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name, "")
    if not raw:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) <= len(str(high)) and low <= int(raw) <= high):
        raise SettingsError(f"{name}={raw} is not a whole number from {low} to {high}.")
    return int(raw)


def _switch(env: Mapping[str, str], name: str) -> bool:
    raw = env.get(name, "").lower()
    if raw not in {"", "0", "1", "false", "true", "no", "yes"}:
        raise SettingsError(f"{name}={env[name]} is neither 1 nor 0.")
    return raw in {"1", "true", "yes"}


def _program(env: Mapping[str, str], name: str) -> str | None:
    raw = env.get(name, "")
    if raw and shutil.which(raw) is None:
        raise SettingsError(f"{name}={raw} is no program that can be run. Leave it out where there is none.")
    return shutil.which(raw) if raw else None


def _currency(env: Mapping[str, str]) -> str:
    raw = env.get("CURRENCY") or "CNY"
    if not (len(raw) == 3 and raw.isascii() and raw.isalpha() and raw.isupper()):
        raise SettingsError(f"CURRENCY={raw} is not a currency code like CNY.")
    return raw


def _day(env: Mapping[str, str], name: str) -> date | None:
    raw = env.get(name, "")
    try:
        return date.fromisoformat(raw) if raw else None
    except ValueError as wrong:
        raise SettingsError(f"{name}={raw} is not a date like 2026-08-27.") from wrong
