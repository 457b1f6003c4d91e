"""The application's own tables: what each one holds, at which grain, in which types.

`planning/migrations` creates them; a test compares the two. Money is exact everywhere, times are UTC. The keys of a
target are those of the dimensions of the same name in `queries/semantic/dimensions.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

#: How a version comes to be in force and ceases to be.
STATES = ("draft", "submitted", "approved", "published", "superseded")
#: Who made a version: a load of a CRM, the demo company, or people in the application.
ORIGINS = ("load", "demo", "planning")
#: What an adjustment can do to a plan; `planning.adjustments` says what each means.
OPERATIONS = ("set", "add", "scale", "allocate", "lock", "unlock", "risk")
#: What can be done to versions and plans, as their trail calls it; adjustments and amounts from below have tables of
#: their own beside the audit trail.
KINDS = (
    "drafted",
    "taken in",
    "adjusted",
    "entered",
    "changed",
    "renamed",
    "rebased",
    "commented",
    "handed down",
    "submitted",
    "approved",
    "returned",
    "published",
    "superseded",
    "restored",
)
#: The levels a target may be set for. A row has the key of its own level and of all levels above it, the others are
#: null: office > region > country, rep > manager (and the rep's office), product > category, channel > kind.
KEYS = (
    "country",
    "region",
    "office",
    "manager",
    "rep",
    "product_category",
    "product",
    "channel_kind",
    "channel",
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Amount(TypeDecorator[Decimal]):
    """Money with four decimals: NUMERIC(18, 4), and on SQLite, which would make it a float, whole ten-thousandths."""

    impl = Numeric(18, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine:
        """The type that the database keeps."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(18, 4))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        """What is written."""
        return value if value is None or dialect.name != "sqlite" else int(value.scaleb(4))

    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        """What is read."""
        return Decimal(value).scaleb(-4) if value is not None and dialect.name == "sqlite" else value  # type: ignore[return-value]


class Moment(TypeDecorator[datetime]):
    """A time, kept in UTC without saying so, read with it."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What is written; only times that know their zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value} does not say its time zone")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """What is read."""
        return None if value is None else value.replace(tzinfo=UTC)


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


target_versions = Table(
    "target_versions",
    metadata,
    Column("version_id", Integer, primary_key=True, autoincrement=True),
    Column("fiscal_year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("name_zh", String),
    Column("state", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("based_on", Integer, ForeignKey("target_versions.version_id")),
    Column("content_hash", String, nullable=False),
    Column("taken_hash", String),
    Column("note", String),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("published_at", Moment),
    Column("superseded_at", Moment),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("fiscal_year", "number"),
    _one_of("state", STATES),
    _one_of("origin", ORIGINS),
    sqlite_autoincrement=True,
    comment=(
        "One row per version of a fiscal year's targets, numbered from 1 within the year, which is named after the "
        "calendar year in which it ends. `revision` counts its changes; `content_hash` is that of its rows, "
        "`taken_hash` that of the rows as they were taken in from a CRM, null where people began it."
    ),
)
_PUBLISHED = target_versions.c.state == "published"
Index(
    "one_in_force",
    target_versions.c.fiscal_year,
    unique=True,
    sqlite_where=_PUBLISHED,
    postgresql_where=_PUBLISHED,
)

targets = Table(
    "targets",
    metadata,
    Column("version_id", Integer, ForeignKey("target_versions.version_id"), primary_key=True, autoincrement=False),
    Column("row_number", Integer, primary_key=True, autoincrement=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("amount", Amount, nullable=False),
    *(Column(name, String) for name in KEYS),
    CheckConstraint("ends_on >= starts_on", name="days"),
    sqlite_with_rowid=False,
    comment=(
        "One row per version and target: an amount to be reached from `starts_on` to `ends_on`, both included, by what "
        "the row's keys name; without keys by the company."
    ),
)

ledger_revision = Table(
    "ledger_revision",
    metadata,
    Column("ledger_id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    CheckConstraint("ledger_id = 1", name="one_row"),
    comment="One row: how often the ledger was written to. What was computed from the ledger is kept under it.",
)

audit_trail = Table(
    "audit_trail",
    metadata,
    Column("audit_id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("version_id", Integer, ForeignKey("target_versions.version_id"), index=True),
    Column("detail", String),
    sqlite_autoincrement=True,
    comment="One row per thing done to a version: what, by whom, when. Rows are only ever added.",
)

taken_in = Table(
    "taken_in",
    metadata,
    Column("ledger_id", Integer, primary_key=True, autoincrement=False),
    Column("place", String, nullable=False),
    Column("data_version", String, nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("ledger_id = 1", name="one_row"),
    comment="At most one row: whose quotas were taken in last, by the place of the CRM tables and their version.",
)

scenarios = Table(
    "scenarios",
    metadata,
    Column("version_id", Integer, ForeignKey("target_versions.version_id"), primary_key=True, autoincrement=False),
    Column("base_id", Integer, ForeignKey("target_versions.version_id"), nullable=False),
    Column("base_hash", String, nullable=False),
    Column("head", Integer, nullable=False),
    CheckConstraint("head >= 0", name="head"),
    comment=(
        "One row per version that people plan: the version whose rows it begins from, the fingerprint those rows had "
        "then, and how many of its adjustments are in effect (undo lowers that, redo raises it). Until it is submitted "
        "it has no rows of its own: they are replayed from the base."
    ),
)

adjustments = Table(
    "adjustments",
    metadata,
    Column("adjustment_id", Integer, primary_key=True, autoincrement=True),
    Column("version_id", Integer, ForeignKey("scenarios.version_id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("is_discarded", Boolean, nullable=False),
    Column("operation", String, nullable=False),
    Column("content", String, nullable=False),
    Column("reason", String),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    _one_of("operation", OPERATIONS),
    sqlite_autoincrement=True,
    comment=(
        "One row per adjustment of a scenario: what was done (see planning.adjustments), why, by whom and when, in the "
        "order of `position`, and as of which revision of the scenario. One that was undone and then overtaken by "
        "another is discarded, but stays."
    ),
)

entries = Table(
    "entries",
    metadata,
    Column("entry_id", Integer, primary_key=True, autoincrement=True),
    Column("version_id", Integer, ForeignKey("scenarios.version_id"), nullable=False, index=True),
    Column("dimension", String, nullable=False),
    Column("member", String, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("note", String),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    sqlite_autoincrement=True,
    comment=(
        "One row per amount that somebody entered from below for a member and a period: what they hold to be possible. "
        "The last one for a member and period counts; the plan takes it over only by an adjustment."
    ),
)

hand_downs = Table(
    "hand_downs",
    metadata,
    Column("version_id", Integer, ForeignKey("scenarios.version_id"), primary_key=True, autoincrement=False),
    Column("dimension", String, primary_key=True),
    Column("member", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    comment=(
        "One row per member whose part of a scenario was reviewed and handed down: from then on those below it see "
        "their targets."
    ),
)
