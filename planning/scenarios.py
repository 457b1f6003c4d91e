"""Scenarios in the ledger: versions that people plan, kept as a base and an ordered list of adjustments.

A scenario is a version of the ledger in state draft without rows of its own. Submitting writes the replayed rows, so
that what is approved is what will be in force; returning it takes them out again. Every call is one transaction, and
names the revision that the caller has seen: if somebody was faster nothing is saved, and `Overtaken` says what they
did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from planning.adjustments import Adjustment, Entry
from planning.errors import Conflict, NotEditable, Refused, VersionMissing
from planning.ledger import Ledger
from planning.plan import Plan
from planning.replay import adjusted
from planning.rights import Planner
from planning.rows import canonical
from planning.tables import adjustments, entries, hand_downs, scenarios, target_versions, targets
from planning.writer import Version, Writer

#: The longest name, reason or comment that is kept.
MOST_TEXT = 500


class Overtaken(Conflict):
    """Somebody else has changed the scenario since it was read; `since` is what they did, the last first."""

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


class Scenarios:
    """The scenarios of one ledger; may be used by many threads and processes."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def listed(self) -> pd.DataFrame:
        """One row per scenario, the last changed first: version columns, `base_id`, `base_number`, `head`."""
        base = target_versions.alias("base")
        statement = (
            select(*target_versions.c, scenarios.c.base_id, base.c.number.label("base_number"), scenarios.c.head)
            .join(scenarios, scenarios.c.version_id == target_versions.c.version_id)
            .join(base, base.c.version_id == scenarios.c.base_id)
            .order_by(target_versions.c.changed_at.desc(), target_versions.c.version_id.desc())
        )
        with self.ledger.engine.connect() as connection:
            result = connection.execute(statement)
            return pd.DataFrame.from_records(result.fetchall(), columns=list(result.keys()))

    def read(self, version_id: int) -> Scenario:
        """The scenario as it is now; raises VersionMissing for what is none."""
        with self.ledger.engine.connect() as connection:
            return _read(connection, version_id)

    def begin(self, base_id: int, *, name: str, viewer: Planner, note: str | None = None) -> Scenario:
        """Begins a scenario from a version that has rows; raises VersionMissing, Refused."""
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            base = writer.find(base_id)
            if not _has_rows(writer.connection, base_id):
                raise Refused("base_gone")
            made = _insert(writer, base, name=name, note=note, detail=f"from version {base.number}")
            return _read(writer.connection, made)

    def duplicate(self, version_id: int, *, name: str, viewer: Planner) -> Scenario:
        """A second scenario with the same base and the adjustments in effect; the first one stays as it is."""
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            first = _read(writer.connection, version_id)
            made = _insert(
                writer, first.base, name=name, note=None, detail=f"as a copy of version {first.version.number}"
            )
            _append(writer, made, [(entry.adjustment, entry.who) for entry in first.done], after=0)
            _set(writer, made, head=len(first.done), base_hash=first.base_hash)
            return _read(writer.connection, made)

    def adjust(
        self, version_id: int, made: Sequence[Adjustment], *, plan: Plan, viewer: Planner, expected_revision: int
    ) -> tuple[Scenario, Plan]:
        """Adds adjustments to a draft whose present state is `plan`; returns it with the plan after them.

        Raises Overtaken, NotEditable, and Refused where one cannot be made; then nothing is kept.
        """
        viewer.require("plan")
        after = plan
        for adjustment in made:
            after = adjusted(after, adjustment)
        viewer.require_change(plan, after)
        if not made:
            raise Refused("nothing")
        with self.ledger.writing(by=viewer.name) as writer:
            before = _expected(writer, version_id, expected_revision)
            connection = writer.connection
            connection.execute(
                update(adjustments)
                .where(
                    adjustments.c.version_id == version_id,
                    adjustments.c.position > len(before.done),
                    adjustments.c.is_discarded.is_(False),
                )
                .values(is_discarded=True)
            )
            _append(writer, version_id, [(one, viewer.name) for one in made], after=len(before.done))
            _set(writer, version_id, head=len(before.done) + len(made))
            _stamp(writer, before.version)
            return _read(connection, version_id), after

    def undo(self, version_id: int, *, viewer: Planner, expected_revision: int, steps: int = 1) -> Scenario:
        """Takes back the last adjustments in effect; they can be redone until another one is made."""
        return self._move(version_id, -steps, viewer=viewer, expected_revision=expected_revision)

    def redo(self, version_id: int, *, viewer: Planner, expected_revision: int, steps: int = 1) -> Scenario:
        """Puts undone adjustments into effect again."""
        return self._move(version_id, steps, viewer=viewer, expected_revision=expected_revision)

    def rename(self, version_id: int, name: str, *, viewer: Planner, expected_revision: int) -> Scenario:
        """Gives a draft another name."""
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            before = _expected(writer, version_id, expected_revision)
            _stamp(writer, before.version, name=_text(name) or before.version.name, name_zh=None)
            writer.note_down("renamed", before.version, before.version.name)
            return _read(writer.connection, version_id)

    def rebase(self, version_id: int, base_id: int, *, viewer: Planner, expected_revision: int) -> Scenario:
        """Lets a draft begin from another version of its year, or from the present rows of the same one.

        The adjustments stay as they are: whoever calls has replayed them over the new base.
        """
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            before, base = _expected(writer, version_id, expected_revision), writer.find(base_id)
            if base.fiscal_year != before.version.fiscal_year or not _has_rows(writer.connection, base_id):
                raise Refused("base_gone")
            _set(writer, version_id, base_id=base_id, base_hash=base.content_hash)
            _stamp(writer, before.version, based_on=base_id)
            writer.note_down("rebased", before.version, f"onto version {base.number}")
            return _read(writer.connection, version_id)

    def comment(self, version_id: int, text: str, *, viewer: Planner) -> None:
        """Adds a comment to the audit trail of a version, whatever its state."""
        said = _text(text)
        if not said:
            raise Refused("nothing")
        with self.ledger.writing(by=viewer.name) as writer:
            writer.note_down("commented", writer.find(version_id), said)

    def submit(
        self, version_id: int, plan: Plan, *, viewer: Planner, expected_revision: int, note: str | None = None
    ) -> Scenario:
        """Hands a draft in for approval with the rows of its plan; from here on they do not change."""
        viewer.require_whole("submit")
        rows = canonical(plan.rows())
        with self.ledger.writing(by=viewer.name) as writer:
            before = _expected(writer, version_id, expected_revision)
            writer.step(writer.replace(before.version, rows), "submitted", note=note)
            return _read(writer.connection, version_id)

    def approve(self, version_id: int, *, viewer: Planner, expected_revision: int, note: str | None = None) -> Scenario:
        """Approves a submitted scenario."""
        viewer.require_whole("approve")
        return self._step(version_id, "approved", viewer, expected_revision, note)

    def return_(self, version_id: int, *, viewer: Planner, expected_revision: int, note: str | None = None) -> Scenario:
        """Makes a submitted or approved scenario a draft again, with a comment; its adjustments are where they were."""
        viewer.require_whole("approve")
        return self._step(version_id, "returned", viewer, expected_revision, note)

    def publish(self, version_id: int, *, viewer: Planner, expected_revision: int, note: str | None = None) -> Scenario:
        """Puts an approved scenario in force, or one again that was; all attainment pages show it from here on."""
        viewer.require_whole("publish")
        return self._step(version_id, "published", viewer, expected_revision, note)

    def put_back(self, version_id: int, *, viewer: Planner) -> Version:
        """Puts a version in force again that was before, whoever made it: how one goes back."""
        viewer.require_whole("publish")
        with self.ledger.writing(by=viewer.name) as writer:
            return writer.step(writer.find(version_id), "published", note=None)

    def enter(
        self,
        version_id: int,
        dimension: str,
        amounts: Sequence[tuple[str, Decimal]],
        period: tuple[date, date],
        *,
        viewer: Planner,
        note: str | None = None,
    ) -> None:
        """Enters from below what members hold to be possible in a period; changes nothing in the plan."""
        viewer.require("plan")
        own = dict(viewer.limits).get(dimension)
        with self.ledger.writing(by=viewer.name) as writer:
            scenario = _read(writer.connection, version_id)
            if not scenario.is_draft:
                raise NotEditable(scenario.version.title, scenario.version.state)
            for member, amount in amounts:
                if own is not None and member not in own:
                    raise Refused("not_yours", what=member)
                if amount < 0:
                    raise Refused("negative", member=member, amount=f"{amount:,.2f}")
                said = {"dimension": dimension, "member": member, "starts_on": period[0], "ends_on": period[1]}
                stamp = {"amount": amount, "note": _text(note), "at": writer.at, "who": viewer.name}
                writer.connection.execute(insert(entries).values(version_id=version_id, **said, **stamp))

    def entered(self, version_id: int, dimension: str, period: tuple[date, date]) -> pd.DataFrame:
        """One row per member with the last amount entered for it and the period: member, amount, note, who, at."""
        last = (
            select(func.max(entries.c.entry_id))
            .where(
                entries.c.version_id == version_id,
                entries.c.dimension == dimension,
                entries.c.starts_on == period[0],
                entries.c.ends_on == period[1],
            )
            .group_by(entries.c.member)
        )
        columns = (entries.c.member, entries.c.amount, entries.c.note, entries.c.who, entries.c.at)
        statement = select(*columns).where(entries.c.entry_id.in_(last)).order_by(entries.c.member)
        with self.ledger.engine.connect() as connection:
            return pd.DataFrame.from_records(
                connection.execute(statement).fetchall(), columns=["member", "amount", "note", "who", "at"]
            )

    def hand_down(self, version_id: int, dimension: str, member: str, *, viewer: Planner) -> None:
        """Marks a member's part as reviewed: from here on those below it see their targets."""
        viewer.require("plan")
        own = dict(viewer.limits).get(dimension)
        if viewer.limits and (own is None or member not in own):
            raise Refused("not_yours", what=member)
        with self.ledger.writing(by=viewer.name) as writer:
            scenario = _read(writer.connection, version_id)
            key = {"version_id": version_id, "dimension": dimension, "member": member}
            held = [hand_downs.c[name] == value for name, value in key.items()]
            writer.connection.execute(delete(hand_downs).where(*held))
            writer.connection.execute(insert(hand_downs).values(**key, at=writer.at, who=viewer.name))
            writer.note_down("handed down", scenario.version, member)

    def handed_down(self, version_id: int, dimension: str) -> dict[str, str]:
        """Who handed down the part of each member of a dimension that was."""
        statement = select(hand_downs.c.member, hand_downs.c.who).where(
            hand_downs.c.version_id == version_id, hand_downs.c.dimension == dimension
        )
        with self.ledger.engine.connect() as connection:
            return {row.member: row.who for row in connection.execute(statement)}

    def _move(self, version_id: int, steps: int, *, viewer: Planner, expected_revision: int) -> Scenario:
        viewer.require("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            before = _expected(writer, version_id, expected_revision)
            head = min(max(len(before.done) + steps, 0), len(before.done) + len(before.undone))
            if head == len(before.done):
                raise Refused("nothing")
            _set(writer, version_id, head=head)
            _stamp(writer, before.version)
            return _read(writer.connection, version_id)

    def _step(
        self, version_id: int, action: str, viewer: Planner, expected_revision: int, note: str | None
    ) -> Scenario:
        with self.ledger.writing(by=viewer.name) as writer:
            before = _expected(writer, version_id, expected_revision, is_draft=False)
            after = writer.step(before.version, action, note=_text(note))
            if action == "returned":
                writer.clear(after)
            return _read(writer.connection, version_id)


def _read(connection: Connection, version_id: int) -> Scenario:
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
    return Entry(row.adjustment_id, row.position, made, row.who, row.at)


def _expected(writer: Writer, version_id: int, revision: int, *, is_draft: bool = True) -> Scenario:
    """The scenario, unchanged since its revision was read; raises Overtaken, NotEditable."""
    now = _read(writer.connection, version_id)
    if now.revision != revision:
        last = now.version
        overtaken = Overtaken(
            last.title, version_id=version_id, changed_by=last.changed_by, changed_at=last.changed_at,
            revision=last.revision,
        )  # fmt: skip
        overtaken.since = now.done[::-1]
        raise overtaken
    if is_draft and not now.is_draft:
        raise NotEditable(now.version.title, now.version.state)
    return now


def _insert(writer: Writer, base: Version, *, name: str, note: str | None, detail: str) -> int:
    """A new version without rows, and its scenario."""
    said = _text(name)
    if not said:
        raise Refused("no_name")
    empty = canonical([])
    columns = {"name": said, "note": _text(note), "based_on": base.version_id, "origin": "planning"}
    made = writer.insert(base.fiscal_year, empty, action="drafted", detail=detail, **columns).version_id
    values = {"version_id": made, "base_id": base.version_id, "base_hash": base.content_hash, "head": 0}
    writer.connection.execute(insert(scenarios).values(**values))
    return made


def _append(writer: Writer, version_id: int, made: Sequence[tuple[Adjustment, str]], *, after: int) -> None:
    rows = [
        {
            "version_id": version_id,
            "position": position,
            "is_discarded": False,
            "operation": one.operation,
            "content": one.to_json(),
            "reason": _text(one.reason),
            "at": writer.at,
            "who": who,
        }
        for position, (one, who) in enumerate(made, after + 1)
    ]
    if rows:
        writer.connection.execute(insert(adjustments), rows)


def _set(writer: Writer, version_id: int, **columns: object) -> None:
    writer.connection.execute(update(scenarios).where(scenarios.c.version_id == version_id).values(**columns))


def _stamp(writer: Writer, version: Version, **columns: object) -> None:
    """Counts a change of a draft. Attainment does not read drafts, so the ledger's own revision stays."""
    stamp = {"changed_at": writer.at, "changed_by": writer.by, "revision": version.revision + 1}
    where = target_versions.c.version_id == version.version_id
    writer.connection.execute(update(target_versions).where(where).values(**{**columns, **stamp}))


def _has_rows(connection: Connection, version_id: int) -> bool:
    return (
        connection.execute(select(targets.c.row_number).where(targets.c.version_id == version_id).limit(1)).first()
        is not None
    )


def _text(text: str | None) -> str | None:
    """What a person typed, without white space around it and not longer than is kept."""
    said = " ".join((text or "").split())
    return said[:MOST_TEXT] or None
