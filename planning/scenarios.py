"""Scenarios in the ledger: versions that people plan, kept as a base and an ordered list of adjustments.

A scenario is a version of the ledger in state draft without rows of its own. Submitting writes the replayed rows, so
that what is approved is what will be in force; returning it takes them out again. Every call is one transaction, and
names the revision that the caller has seen: if somebody was faster nothing is saved, and `Overtaken` says what they
did.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import select

from planning import records
from planning.adjustments import Adjustment
from planning.below import FromBelow
from planning.database import snapshot
from planning.errors import Refused
from planning.plan import Plan
from planning.records import MOST_TEXT, Overtaken, Scenario, expected, expected_draft
from planning.replay import adjusted
from planning.rights import Planner
from planning.rows import canonical
from planning.tables import scenarios, target_versions
from planning.writer import Version

__all__ = ["MOST_TEXT", "Overtaken", "Scenario", "Scenarios"]


class Scenarios(FromBelow):
    """The scenarios of one ledger; may be used by many threads and processes."""

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
        with snapshot(self.ledger.engine) as connection:
            return records.read(connection, version_id)

    def begin(self, base_id: int, *, name: str, viewer: Planner, note: str | None = None) -> Scenario:
        """Begins a scenario from a version that has rows; raises VersionMissing, Refused."""
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            base = writer.find(base_id)
            if not writer.has_rows(base):
                raise Refused("base_gone")
            made = records.begin(writer, base, name=name, note=note, detail=f"from version {base.number}")
            return records.read(writer.connection, made)

    def duplicate(self, version_id: int, *, name: str, viewer: Planner) -> Scenario:
        """A second scenario with the same base and the adjustments in effect; the first one stays as it is."""
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            first = records.read(writer.connection, version_id)
            detail = f"as a copy of version {first.version.number}"
            made = records.begin(writer, first.base, name=name, note=None, detail=detail)
            kept = [(entry.adjustment, entry.who) for entry in first.done]
            records.append(writer, made, kept, after=0, revision=1)
            records.change(writer, made, base_hash=first.base_hash)
            return records.read(writer.connection, made)

    def adjust(
        self, version_id: int, made: Sequence[Adjustment], *, plan: Plan, viewer: Planner, expected_revision: int
    ) -> tuple[Scenario, Plan]:
        """Adds adjustments to a draft whose present state is `plan`; returns it with the plan after them.

        Raises Overtaken, NotEditable, and Refused where one cannot be made; then nothing is kept.
        """
        viewer.require("plan")
        after = plan
        for adjustment in made:
            before, after = after, adjusted(after, adjustment)
            if adjustment.operation == "risk":
                viewer.require_whole("plan")
            else:
                viewer.require_change(before, after)
        if not after.differs(plan) and not any(one.operation == "risk" for one in made):
            raise Refused("nothing")
        with self.ledger.writing(by=viewer.name) as writer:
            now = expected_draft(writer, version_id, expected_revision)
            by = [(one, viewer.name) for one in made]
            records.append(writer, version_id, by, after=len(now.done), revision=now.revision + 1)
            records.stamp(writer, now.version)
            return records.read(writer.connection, version_id), after

    def undo(self, version_id: int, *, viewer: Planner, expected_revision: int, steps: int = 1) -> Scenario:
        """Takes back the last adjustments in effect; they can be redone until another one is made."""
        return self._move(version_id, -steps, viewer=viewer, expected_revision=expected_revision)

    def redo(self, version_id: int, *, viewer: Planner, expected_revision: int, steps: int = 1) -> Scenario:
        """Puts undone adjustments into effect again."""
        return self._move(version_id, steps, viewer=viewer, expected_revision=expected_revision)

    def rename(self, version_id: int, name: str, *, viewer: Planner, expected_revision: int) -> Scenario:
        """Gives a draft another name; raises Refused without one."""
        viewer.require_whole("plan")
        said = records.trimmed(name)
        if not said:
            raise Refused("no_name")
        with self.ledger.writing(by=viewer.name) as writer:
            before = expected_draft(writer, version_id, expected_revision)
            records.stamp(writer, before.version, name=said, name_zh=None)
            writer.note_down("renamed", before.version, before.version.name)
            return records.read(writer.connection, version_id)

    def rebase(self, version_id: int, base_id: int, *, viewer: Planner, expected_revision: int) -> Scenario:
        """Lets a draft begin from another version of its year, or from the present rows of the same one.

        The adjustments stay as they are: whoever calls has replayed them over the new base.
        """
        viewer.require_whole("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            before, base = expected_draft(writer, version_id, expected_revision), writer.find(base_id)
            if base.fiscal_year != before.version.fiscal_year or not writer.has_rows(base):
                raise Refused("base_gone")
            records.change(writer, version_id, base_id=base_id, base_hash=base.content_hash)
            records.stamp(writer, before.version, based_on=base_id)
            writer.note_down("rebased", before.version, f"onto version {base.number}")
            return records.read(writer.connection, version_id)

    def comment(self, version_id: int, text: str, *, viewer: Planner) -> None:
        """Adds a comment to the audit trail of a version, whatever its state."""
        viewer.require_any()
        said = records.trimmed(text)
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
            before = expected_draft(writer, version_id, expected_revision)
            writer.step(writer.replace(before.version, rows), "submitted", note=records.trimmed(note))
            return records.read(writer.connection, version_id)

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

    def _move(self, version_id: int, steps: int, *, viewer: Planner, expected_revision: int) -> Scenario:
        viewer.require("plan")
        with self.ledger.writing(by=viewer.name) as writer:
            before = expected_draft(writer, version_id, expected_revision)
            done, undone = before.done, before.undone
            moved = done[max(len(done) + steps, 0) :] if steps < 0 else undone[:steps]
            if not moved:
                raise Refused("nothing")
            if viewer.limits and (other := next((one.who for one in moved if one.who != viewer.name), None)):
                # Their own changes lie within their limits, there and back; those of others need not.
                raise Refused("not_own", who=other)
            head = len(done) + (len(moved) if steps > 0 else -len(moved))
            records.change(writer, version_id, head=head)
            records.stamp(writer, before.version)
            return records.read(writer.connection, version_id)

    def _step(
        self, version_id: int, action: str, viewer: Planner, expected_revision: int, note: str | None
    ) -> Scenario:
        with self.ledger.writing(by=viewer.name) as writer:
            before = expected(writer, version_id, expected_revision)
            writer.step(before.version, action, note=records.trimmed(note))
            return records.read(writer.connection, version_id)
