"""The environment is read once; what is unusable or unsafe is refused with a sentence that says what to do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path

import pytest

from settings import Settings, SettingsError


def test_nothing_said_is_a_safe_default():
    assert Settings.from_env({}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_empty_values_are_as_good_as_none():
    names = ("DATA_DIR", "HOST", "PORT", "CURRENCY", "AS_OF", "CRM_DATABASE_URL", "BEHIND_PROXY", "FISCAL_YEAR_START")
    assert Settings.from_env(dict.fromkeys(names, "")) == Settings()


def test_what_is_said_is_read():
    settings = Settings.from_env(
        {
            "DATA_DIR": "/srv/crm",
            "CRM_DATABASE_URL": "postgresql+psycopg://reader@db/crm",
            "PORT": "9000",
            "FISCAL_YEAR_START": "4",
            "CURRENCY": "USD",
            "AS_OF": "2026-08-27",
            "CACHE_MB": "1",
            "QUERY_SECONDS": "5",
            "DATABASE_MEMORY_MB": "512",
        }
    )
    assert settings.snapshots_dir == Path("/srv/crm/snapshots")
    assert settings.crm_url == "postgresql+psycopg://reader@db/crm"
    assert (settings.port, settings.fiscal_year_start, settings.currency) == (9000, 4, "USD")
    assert (settings.as_of, settings.cache_bytes, settings.query_seconds) == (date(2026, 8, 27), 1 << 20, 5.0)
    assert settings.database_megabytes == 512


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_may_ask(host):
    assert Settings.from_env({"HOST": host}).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.evil.example"])
def test_an_open_door_is_refused(host):
    with pytest.raises(SettingsError, match=r"would let anybody on the network read .* Leave HOST at 127\.0\.0\.1"):
        Settings.from_env({"HOST": host})


@pytest.mark.parametrize("said", ["1", "true", "True", "YES"])
def test_a_proxy_that_signs_people_in_may_stand_in_front(said):
    assert Settings.from_env({"HOST": "0.0.0.0", "BEHIND_PROXY": said}).behind_proxy


def test_a_proxy_switched_off_leaves_the_door_shut():
    with pytest.raises(SettingsError, match="HOST=0.0.0.0"):
        Settings.from_env({"HOST": "0.0.0.0", "BEHIND_PROXY": "0"})


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT=http is not a whole number from 0 to 65535."),
        ("PORT", "-1", "PORT=-1 is not a whole number from 0 to 65535."),
        ("PORT", "65536", "PORT=65536 is not a whole number from 0 to 65535."),
        ("PORT", "8050.0", "PORT=8050.0 is not a whole number"),
        ("PORT", "٨٠٥٠", "is not a whole number"),
        ("PORT", "9" * 5000, "is not a whole number"),
        ("WORKERS", "0", "WORKERS=0 is not a whole number from 1 to 64."),
        ("FISCAL_YEAR_START", "13", "FISCAL_YEAR_START=13 is not a whole number from 1 to 12."),
        ("FISCAL_YEAR_START", "April", "FISCAL_YEAR_START=April is not a whole number from 1 to 12."),
        ("CACHE_MB", "lots", "CACHE_MB=lots is not a whole number"),
        ("AS_OF", "27.8.2026", "AS_OF=27.8.2026 is not a date like 2026-08-27."),
        ("AS_OF", "2026-02-30", "AS_OF=2026-02-30 is not a date like 2026-08-27."),
        ("CURRENCY", "yuan", "CURRENCY=yuan is not a currency code like CNY."),
        ("BEHIND_PROXY", "perhaps", "BEHIND_PROXY=perhaps is neither 1 nor 0."),
        ("CHROMIUM", "/no/such/browser", "CHROMIUM=/no/such/browser is no program that can be run."),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(name, value, sentence):
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({name: value})
    assert sentence in str(refused.value)


def test_the_browser_is_the_one_named_else_the_one_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Settings.from_env({}).browser is None
    program = tmp_path / "chromium-browser"
    program.write_text("#!/bin/sh\n", encoding="ascii")
    program.chmod(0o755)
    assert Settings.from_env({}).browser == str(program)
    assert Settings.from_env({"CHROMIUM": "/bin/sh"}).browser == "/bin/sh"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://127.0.0.1:9000"),
        ("::", "http://[::1]:9000"),
        ("localhost", "http://localhost:9000"),
    ],
)
def test_this_machine_finds_the_application_by_itself(host, origin):
    assert Settings(host=host, port=9000).own_origin == origin


def test_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]
