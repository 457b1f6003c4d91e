"""Scenarios: versions that people plan, their adjustments, what is entered from below, what was handed down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OPERATIONS = "operation IN ('set', 'add', 'scale', 'allocate', 'lock', 'unlock', 'risk')"

_COMMENTS = {
    "scenarios": (
        "One row per version that people plan: the version whose rows it begins from, the fingerprint those rows had "
        "then, and how many of its adjustments are in effect (undo lowers that, redo raises it). Until it is submitted "
        "it has no rows of its own: they are replayed from the base."
    ),
    "adjustments": (
        "One row per adjustment of a scenario: what was done (see planning.adjustments), why, by whom and when, in the "
        "order of `position`, and as of which revision of the scenario. One that was undone and then overtaken by "
        "another is discarded, but stays."
    ),
    "entries": (
        "One row per amount that somebody entered from below for a member and a period: what they hold to be possible. "
        "The last one for a member and period counts; the plan takes it over only by an adjustment."
    ),
    "hand_downs": (
        "One row per member whose part of a scenario was reviewed and handed down: from then on those below it see "
        "their targets."
    ),
}


def upgrade() -> None:
    """Creates the tables that plans are worked on in."""
    op.create_table(
        "scenarios",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=False),
        sa.Column("base_hash", sa.String(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_scenarios")),
        sa.ForeignKeyConstraint(["version_id"], ["target_versions.version_id"], name=op.f("fk_scenarios_version_id")),
        sa.ForeignKeyConstraint(["base_id"], ["target_versions.version_id"], name=op.f("fk_scenarios_base_id")),
        sa.CheckConstraint("head >= 0", name=op.f("ck_scenarios_head")),
        comment=_COMMENTS["scenarios"],
    )
    _create_adjustments()
    _create_entries()
    op.create_table(
        "hand_downs",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", "dimension", "member", name=op.f("pk_hand_downs")),
        sa.ForeignKeyConstraint(["version_id"], ["scenarios.version_id"], name=op.f("fk_hand_downs_version_id")),
        comment=_COMMENTS["hand_downs"],
    )


def _create_adjustments() -> None:
    op.create_table(
        "adjustments",
        sa.Column("adjustment_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_discarded", sa.Boolean(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("adjustment_id", name=op.f("pk_adjustments")),
        sa.ForeignKeyConstraint(["version_id"], ["scenarios.version_id"], name=op.f("fk_adjustments_version_id")),
        sa.CheckConstraint(_OPERATIONS, name=op.f("ck_adjustments_operation")),
        sqlite_autoincrement=True,
        comment=_COMMENTS["adjustments"],
    )
    op.create_index(op.f("ix_adjustments_version_id"), "adjustments", ["version_id"])


def _create_entries() -> None:
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entries")),
        sa.ForeignKeyConstraint(["version_id"], ["scenarios.version_id"], name=op.f("fk_entries_version_id")),
        sqlite_autoincrement=True,
        comment=_COMMENTS["entries"],
    )
    op.create_index(op.f("ix_entries_version_id"), "entries", ["version_id"])
