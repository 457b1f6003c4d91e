"""The ledger as questions read it: one revision of it, with the rows of its versions in memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
from sqlalchemy.exc import SQLAlchemyError

from planning.book import Book
from planning.errors import LedgerError
from planning.ledger import Ledger
from queries.desk import Desk
from queries.memory import give_back
from settings import Settings

log = logging.getLogger(__name__)

#: How many sets of rows are kept: the ones in force, before and after a publication, and drafts looked at.
_KEPT = 4


class Shelf:
    """Rows of versions, read once a change. Thread-safe."""

    def __init__(self) -> None:
        self._books: dict[tuple[tuple[int, int], ...], Book] = {}
        self._lock = threading.Lock()

    def book(self, key: tuple[tuple[int, int], ...], ledger: Ledger) -> Book:
        """The rows of versions, each named with its revision."""
        with self._lock:
            found = self._books.pop(key, None)
            if found is None:
                found = Book.of(ledger.rows([version for version, _ in key]))
                give_back()  # reading takes several times what the rows take
            self._books[key] = found
            while len(self._books) > _KEPT:
                self._books.pop(next(iter(self._books)))
            return found


@dataclass(frozen=True, eq=False)
class Targets:
    """The versions of targets there are at one revision of the ledger."""

    revision: int
    versions: pd.DataFrame
    ledger: Ledger
    shelf: Shelf
    desk: Desk = field(default_factory=Desk)

    @cached_property
    def in_force(self) -> dict[int, int]:
        """The published version of each fiscal year that has one."""
        published = self.versions[self.versions["state"] == "published"]
        return dict(zip(published["fiscal_year"].tolist(), published["version_id"].tolist(), strict=True))

    def chosen(self, version: str) -> list[int]:
        """The versions that hold: those in force, one of them replaced by the version asked for by its id."""
        force = self.in_force
        if version.isdigit():
            asked = self.versions[self.versions["version_id"] == int(version)]
            force = force | dict(zip(asked["fiscal_year"].tolist(), asked["version_id"].tolist(), strict=True))
        return list(force.values())

    def book(self, version_ids: Sequence[int]) -> Book:
        """The rows of some versions."""
        return self.shelf.book(tuple((one, self._revisions[one]) for one in sorted(version_ids)), self.ledger)

    @cached_property
    def _revisions(self) -> dict[int, int]:
        return dict(zip(self.versions["version_id"].tolist(), self.versions["revision"].tolist(), strict=True))


class LedgerReader:
    """Looks for changes of the ledger; one for a process. Keeps what it knows while the database is away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ledger: Ledger | None = None
        self._shelf, self._desk = Shelf(), Desk()
        self._newest: Targets | None = None
        self._fails = False

    def look(self) -> Targets | None:
        """The newest revision; the last known one, or None, while it cannot be read."""
        try:
            ledger = self._opened()
            revision = ledger.revision()
            if self._newest is None or self._newest.revision != revision:
                self._newest = Targets(revision, ledger.versions(), ledger, self._shelf, self._desk)
            self._fails = False
        except (LedgerError, SQLAlchemyError, OSError) as failed:
            self._say(failed)
        return self._newest

    def revision(self) -> int | None:
        """The newest revision, without keeping a connection that a fork would share; None where it cannot be read."""
        try:
            return self._opened().revision()
        except (LedgerError, SQLAlchemyError, OSError) as failed:
            self._say(failed)
            return None
        finally:
            self.close()

    def close(self) -> None:
        """Lets go of the connections."""
        if self._ledger is not None:
            self._ledger.close()

    def _say(self, failed: Exception) -> None:
        """Once, not every second."""
        if not self._fails:
            log.warning("the targets cannot be read", exc_info=failed)
        self._fails = True

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger.open(self._settings)
        return self._ledger
