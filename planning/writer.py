"""One write transaction of the ledger: every change of a version, with its line in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from crm.issues import counted
from planning.errors import Conflict, NotAllowed, NotEditable, NotWritten, VersionMissing
from planning.rows import canonical, content_hash, write
from planning.tables import audit_trail, ledger_revision, scenarios, taken_in, target_versions, targets

#: Steps of the workflow: what is done to a version, from which states, to which.
STEPS = {
    "submitted": (("draft",), "submitted"),
    "approved": (("submitted",), "approved"),
    "returned": (("submitted", "approved"), "draft"),
    "published": (("approved", "superseded"), "published"),
}
#: What a sentence calls the states.
STATE_WORDS = {
    "draft": "a draft",
    "submitted": "submitted for approval",
    "approved": "approved",
    "published": "published",
    "superseded": "superseded",
}
_ALLOWED_WORDS = {
    "submitted": "a draft",
    "approved": "a submitted version",
    "returned": "a submitted or approved version",
    "published": "an approved version, or one that was in force before,",
}


@dataclass(frozen=True)
class Version:
    """One version of a fiscal year's targets, as it was read."""

    version_id: int
    fiscal_year: int
    number: int
    name: str
    name_zh: str | None
    state: str
    origin: str
    based_on: int | None
    content_hash: str
    taken_hash: str | None
    note: str | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    published_at: datetime | None
    superseded_at: datetime | None
    revision: int

    @classmethod
    def of(cls, row: Row[Any]) -> Version:
        """The version in a row of `target_versions`."""
        return cls(**row._mapping)

    @property
    def title(self) -> str:
        """What a sentence calls it."""
        return f"Version {self.number} of {self.fiscal_year} ({self.name})"


class Writer:
    """Changes of versions in one transaction, by one person, at one moment; no other writer runs beside it."""

    def __init__(self, connection: Connection, *, by: str) -> None:
        self.connection, self.by, self.at = connection, by, datetime.now(UTC)
        self.has_written = False
        # Holds back every other writer until the end, where the database has no lock of its own for that.
        connection.execute(select(ledger_revision.c.revision).with_for_update())

    def find(self, version_id: int) -> Version:
        """The version of that id; raises VersionMissing."""
        row = self.connection.execute(
            select(target_versions).where(target_versions.c.version_id == version_id)
        ).one_or_none()
        if row is None:
            raise VersionMissing(version_id)
        return Version.of(row)

    def listed(self, **equal: Any) -> list[Version]:
        """Versions whose columns equal the values, the newest of each year last."""
        where = [target_versions.c[name] == value for name, value in equal.items()]
        order = (target_versions.c.fiscal_year, target_versions.c.number)
        return [
            Version.of(row) for row in self.connection.execute(select(target_versions).where(*where).order_by(*order))
        ]

    def expected(self, version_id: int, revision: int) -> Version:
        """The version, unchanged since the revision was read; raises Conflict."""
        version = self.find(version_id)
        if version.revision != revision:
            raise Conflict(
                version.title,
                version_id=version_id,
                changed_by=version.changed_by,
                changed_at=version.changed_at,
                revision=version.revision,
            )
        return version

    def insert(
        self, fiscal_year: int, rows: pd.DataFrame, *, action: str, detail: str | None = None, **columns: Any
    ) -> Version:
        """A new draft of canonical rows, with the year's next number."""
        number = self.connection.scalar(
            select(func.coalesce(func.max(target_versions.c.number), 0) + 1).where(
                target_versions.c.fiscal_year == fiscal_year
            )
        )
        made = {
            "fiscal_year": fiscal_year,
            "number": number,
            "state": "draft",
            "content_hash": content_hash(rows),
            "created_at": self.at,
            "created_by": self.by,
            "changed_at": self.at,
            "changed_by": self.by,
            "revision": 1,
        }
        new = insert(target_versions).values({**made, **columns}).returning(target_versions.c.version_id)
        version = self.find(self.connection.scalars(new).one())
        write(self.connection, version.version_id, rows)
        self.note_down(action, version, detail or counted(len(rows), "row"))
        return version

    def replace(self, version: Version, rows: pd.DataFrame) -> Version:
        """Puts canonical rows in the place of a draft's; raises NotEditable for any other state."""
        if version.state != "draft":
            raise NotEditable(version.title, STATE_WORDS[version.state])
        self.connection.execute(delete(targets).where(targets.c.version_id == version.version_id))
        write(self.connection, version.version_id, rows)
        changed = self._change(version, content_hash=content_hash(rows), origin="planning")
        self.note_down("changed", version, counted(len(rows), "row"))
        return changed

    def has_rows(self, version: Version) -> bool:
        """Whether a version has targets of its own."""
        own = select(targets.c.row_number).where(targets.c.version_id == version.version_id).limit(1)
        return self.connection.execute(own).first() is not None

    def is_scenario(self, version: Version) -> bool:
        """Whether a version is replayed from adjustments while it is a draft."""
        own = select(scenarios.c.version_id).where(scenarios.c.version_id == version.version_id)
        return self.connection.execute(own).first() is not None

    def step(self, version: Version, action: str, *, note: str | None) -> Version:
        """Takes a version one step of the workflow on; raises NotAllowed. Publishing supersedes what is in force.

        A scenario has rows from when it is submitted until it is returned; without them it cannot be (NotWritten).
        """
        states, to = STEPS[action]
        never_in_force = version.state == "superseded" and version.published_at is None
        if version.state not in states or never_in_force:
            raise NotAllowed(version.title, STATE_WORDS[version.state], step=action, allowed=_ALLOWED_WORDS[action])
        if action == "published":
            return self.put_in_force(version, note=note)
        # Who submits a version that was taken in answers for it from then on; no load supersedes it any more.
        changes: dict[str, Any] = {"state": to, **_said(note)}
        if action == "submitted":
            if self.is_scenario(version) and not self.has_rows(version):
                raise NotWritten(version.title)
            changes["origin"] = "planning"
        if action == "returned" and self.is_scenario(version):
            self.connection.execute(delete(targets).where(targets.c.version_id == version.version_id))
            changes["content_hash"] = content_hash(canonical([]))
        changed = self._change(version, **changes)
        self.note_down(action, version, note)
        return changed

    def put_in_force(self, version: Version, *, note: str | None = None) -> Version:
        """Publishes a version of any state, and supersedes the one that was in force until now."""
        for before in self.listed(fiscal_year=version.fiscal_year, state="published"):
            self.supersede(before, f"by version {version.number}")
        changed = self._change(version, state="published", published_at=self.at, superseded_at=None, **_said(note))
        self.note_down("published", version, note)
        return changed

    def supersede(self, version: Version, detail: str) -> Version:
        """Takes a version out of force, or a draft off the table."""
        changed = self._change(version, state="superseded", superseded_at=self.at)
        self.note_down("superseded", version, detail)
        return changed

    def restore(self, version: Version, detail: str) -> Version:
        """Makes a superseded version that was never in force a draft again."""
        changed = self._change(version, state="draft", superseded_at=None)
        self.note_down("restored", version, detail)
        return changed

    def note_down(self, action: str, version: Version | None, detail: str | None = None) -> None:
        """Adds a line to the audit trail."""
        line = {"at": self.at, "who": self.by, "action": action, "detail": detail}
        self.connection.execute(
            insert(audit_trail).values(**line, version_id=None if version is None else version.version_id)
        )
        self.has_written = True

    def remember_taken(self, place: str, data_version: str) -> None:
        """Remembers whose quotas were taken in last; no reader of targets has to notice."""
        self.connection.execute(delete(taken_in))
        values = {"ledger_id": 1, "place": place, "data_version": data_version, "at": self.at}
        self.connection.execute(insert(taken_in).values(**values))

    def end(self) -> None:
        """Counts the transaction, if it has changed anything that readers see."""
        if self.has_written:
            self.connection.execute(update(ledger_revision).values(revision=ledger_revision.c.revision + 1))

    def _change(self, version: Version, **columns: Any) -> Version:
        stamp = {"changed_at": self.at, "changed_by": self.by, "revision": version.revision + 1}
        self.connection.execute(
            update(target_versions)
            .where(target_versions.c.version_id == version.version_id)
            .values({**columns, **stamp})
        )
        return self.find(version.version_id)


def _said(note: str | None) -> dict[str, str]:
    """A note replaces the one before; silence leaves it."""
    return {} if note is None else {"note": note}
