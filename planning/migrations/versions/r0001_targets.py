"""Targets, their versions, the audit trail and the ledger's revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEYS = ("country", "region", "office", "manager", "rep", "product_category", "product", "channel_kind", "channel")
_STATES = "state IN ('draft', 'submitted', 'approved', 'published', 'superseded')"
_ORIGINS = "origin IN ('load', 'demo', 'planning')"

_COMMENTS = {
    "target_versions": (
        "One row per version of a fiscal year's targets, numbered from 1 within the year, which is named "
        "after the calendar year in which it ends. `revision` counts its changes; `content_hash` is that of "
        "its rows, `taken_hash` that of the rows as they were taken in from a CRM, null where people began "
        "it."
    ),
    "targets": (
        "One row per version and target: an amount to be reached from `starts_on` to `ends_on`, both "
        "included, by what the row's keys name; without keys by the company."
    ),
    "ledger_revision": (
        "One row: how often the ledger was written to. What was computed from the ledger is kept under it."
    ),
    "audit_trail": ("One row per thing done to a version: what, by whom, when. Rows are only ever added."),
    "taken_in": ("At most one row: whose quotas were taken in last, by the place of the CRM tables and their version."),
}


def upgrade() -> None:
    """Creates the first tables."""
    _create_versions()
    _create_targets()
    revision_table = op.create_table(
        "ledger_revision",
        sa.Column("ledger_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ledger_id", name=op.f("pk_ledger_revision")),
        sa.CheckConstraint("ledger_id = 1", name=op.f("ck_ledger_revision_one_row")),
        comment=_COMMENTS["ledger_revision"],
    )
    op.bulk_insert(revision_table, [{"ledger_id": 1, "revision": 0}])
    op.create_table(
        "audit_trail",
        sa.Column("audit_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer()),
        sa.Column("detail", sa.String()),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_trail")),
        sa.ForeignKeyConstraint(["version_id"], ["target_versions.version_id"], name=op.f("fk_audit_trail_version_id")),
        sqlite_autoincrement=True,
        comment=_COMMENTS["audit_trail"],
    )
    op.create_index(op.f("ix_audit_trail_version_id"), "audit_trail", ["version_id"])
    op.create_table(
        "taken_in",
        sa.Column("ledger_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("data_version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("ledger_id", name=op.f("pk_taken_in")),
        sa.CheckConstraint("ledger_id = 1", name=op.f("ck_taken_in_one_row")),
        comment=_COMMENTS["taken_in"],
    )


def _create_versions() -> None:
    op.create_table(
        "target_versions",
        sa.Column("version_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("based_on", sa.Integer()),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("taken_hash", sa.String()),
        sa.Column("note", sa.String()),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime()),
        sa.Column("superseded_at", sa.DateTime()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_target_versions")),
        sa.ForeignKeyConstraint(["based_on"], ["target_versions.version_id"], name=op.f("fk_target_versions_based_on")),
        sa.UniqueConstraint("fiscal_year", "number", name=op.f("uq_target_versions_fiscal_year_number")),
        sa.CheckConstraint(_STATES, name=op.f("ck_target_versions_state")),
        sa.CheckConstraint(_ORIGINS, name=op.f("ck_target_versions_origin")),
        sqlite_autoincrement=True,
        comment=_COMMENTS["target_versions"],
    )
    published = sa.column("state") == "published"
    op.create_index(
        "one_in_force",
        "target_versions",
        ["fiscal_year"],
        unique=True,
        sqlite_where=published,
        postgresql_where=published,
    )


def _create_targets() -> None:
    op.create_table(
        "targets",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 4).with_variant(sa.BigInteger(), "sqlite"), nullable=False),
        *(sa.Column(name, sa.String()) for name in _KEYS),
        sa.PrimaryKeyConstraint("version_id", "row_number", name=op.f("pk_targets")),
        sa.ForeignKeyConstraint(["version_id"], ["target_versions.version_id"], name=op.f("fk_targets_version_id")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_targets_days")),
        sqlite_with_rowid=False,
        comment=_COMMENTS["targets"],
    )
