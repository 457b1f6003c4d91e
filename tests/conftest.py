"""What all tests share: where real data may be, and how a missing thing becomes a skip or a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

#: The same examples on every run, and no verdict by the clock: a machine may be busy.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")

REPO = Path(__file__).resolve().parent.parent
REAL_DATA = REPO.parent / "shared" / "data"


def missing(reason: str) -> None:
    """Skips with the reason; with REQUIRE_ALL=1 a skip is a failure."""
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1, yet {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of third-party sample data, beside the repository."""
    if not REAL_DATA.is_dir():
        missing(f"there is no sample data at {REAL_DATA}")
    return REAL_DATA
