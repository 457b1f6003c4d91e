"""Scenarios as the ledger keeps them: read as of one moment, written within one transaction, texts bounded."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from planning.adjustments import Adjustment, Entry
from planning.errors import Conflict, NotEditable, Refused, VersionMissing
from planning.rows import canonical
from planning.tables import adjustments, scenarios, target_versions
from planning.writer import STATE_WORDS, Version, Writer

#: The longest name, reason or comment that is kept.
MOST_TEXT = 500
#: Turn the direction of what follows, so that a name could pass for another.
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Overtaken(Conflict):
    """Somebody else has changed the scenario since it was read; `since` is what they did, the last first.

    Of what is in effect: who took something back has left nothing there; `changed_by` names them all the same.
    """

    since: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A scenario as it was read: its version, what it begins from, its adjustments in effect and those undone."""

    version: Version
    base: Version
    base_hash: str
    done: tuple[Entry, ...]
    undone: tuple[Entry, ...]

    @property
    def version_id(self) -> int:
        """The id it has as a version of targets."""
        return self.version.version_id

    @property
    def revision(self) -> int:
        """How often it was changed."""
        return self.version.revision

    @property
    def is_draft(self) -> bool:
        """Whether it can be worked on."""
        return self.version.state == "draft"

    @property
    def base_has_moved(self) -> bool:
        """Whether the rows it begins from are others than when it was begun, or rebased."""
        return self.base.content_hash != self.base_hash

    @property
    def adjustments(self) -> tuple[Adjustment, ...]:
        """What is replayed."""
        return tuple(entry.adjustment for entry in self.done)


def read(connection: Connection, version_id: int) -> Scenario:
    """The scenario, by a connection that sees one moment; raises VersionMissing for what is none."""
    own = connection.execute(select(scenarios).where(scenarios.c.version_id == version_id)).one_or_none()
    if own is None:
        raise VersionMissing(version_id)
    wanted = select(target_versions).where(target_versions.c.version_id.in_([version_id, own.base_id]))
    versions = {row.version_id: Version.of(row) for row in connection.execute(wanted)}
    statement = (
        select(adjustments)
        .where(adjustments.c.version_id == version_id, adjustments.c.is_discarded.is_(False))
        .order_by(adjustments.c.position)
    )
    listed = [_entry(row) for row in connection.execute(statement)]
    return Scenario(
        version=versions[version_id],
        base=versions[own.base_id],
        base_hash=own.base_hash,
        done=tuple(listed[: own.head]),
        undone=tuple(listed[own.head :]),
    )


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    made = Adjustment.from_json(row.operation, row.content, row.reason or "")
    return Entry(row.adjustment_id, row.position, made, row.who, row.at, row.revision)


def expected(writer: Writer, version_id: int, revision: int) -> Scenario:
    """The scenario, unchanged since its revision was read; raises Overtaken."""
    now = read(writer.connection, version_id)
    if now.revision != revision:
        last = now.version
        overtaken = Overtaken(
            last.title, version_id=version_id, changed_by=last.changed_by, changed_at=last.changed_at,
            revision=last.revision,
        )  # fmt: skip
        overtaken.since = tuple(entry for entry in now.done[::-1] if entry.revision > revision)
        raise overtaken
    return now


def expected_draft(writer: Writer, version_id: int, revision: int) -> Scenario:
    """As `expected`; raises NotEditable too."""
    return as_draft(expected(writer, version_id, revision))


def as_draft(scenario: Scenario) -> Scenario:
    """The scenario, if it can be worked on; raises NotEditable."""
    if not scenario.is_draft:
        raise NotEditable(scenario.version.title, STATE_WORDS[scenario.version.state])
    return scenario


def begin(writer: Writer, base: Version, *, name: str, note: str | None, detail: str) -> int:
    """A new version without rows, and its scenario; returns its id. Raises Refused without a name."""
    said = trimmed(name)
    if not said:
        raise Refused("no_name")
    columns = {"name": said, "note": trimmed(note), "based_on": base.version_id, "origin": "planning"}
    made = writer.insert(base.fiscal_year, canonical([]), action="drafted", detail=detail, **columns).version_id
    values = {"version_id": made, "base_id": base.version_id, "base_hash": base.content_hash, "head": 0}
    writer.connection.execute(insert(scenarios).values(**values))
    return made


def append(
    writer: Writer, version_id: int, made: Sequence[tuple[Adjustment, str]], *, after: int, revision: int
) -> None:
    """Puts adjustments, with who made each, into effect after the first ones; those that were undone are discarded."""
    gone = (adjustments.c.version_id == version_id, adjustments.c.position > after)
    writer.connection.execute(
        update(adjustments).where(*gone, adjustments.c.is_discarded.is_(False)).values(is_discarded=True)
    )
    rows = [
        {
            "version_id": version_id,
            "position": position,
            "revision": revision,
            "is_discarded": False,
            "operation": one.operation,
            "content": one.to_json(),
            "reason": trimmed(one.reason),
            "at": writer.at,
            "who": who,
        }
        for position, (one, who) in enumerate(made, after + 1)
    ]
    if rows:
        writer.connection.execute(insert(adjustments), rows)
    change(writer, version_id, head=after + len(rows))


def change(writer: Writer, version_id: int, **columns: object) -> None:
    """Writes columns of a scenario."""
    writer.connection.execute(update(scenarios).where(scenarios.c.version_id == version_id).values(**columns))


def stamp(writer: Writer, version: Version, **columns: object) -> None:
    """Counts a change of a draft. Attainment does not read drafts, so the ledger's own revision stays."""
    counted = {"changed_at": writer.at, "changed_by": writer.by, "revision": version.revision + 1}
    where = target_versions.c.version_id == version.version_id
    writer.connection.execute(update(target_versions).where(where).values(**{**columns, **counted}))


def trimmed(typed: str | None) -> str | None:
    """What a person typed, without white space around it and not longer than is kept; None where nothing can be seen.

    Control characters and such as turn the writing direction go: databases refuse some, and a name could pass for
    another by the others.
    """
    kept = (one for one in typed or "" if one.isspace() or not (one in _TURNING or _is_control(one)))
    said = " ".join("".join(kept).split())[:MOST_TEXT].rstrip()
    return said if any(one.isprintable() for one in said) else None


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")
