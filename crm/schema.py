"""The CRM tables: what each one holds, at which grain, in which types.

Every table carries its grain as its comment. The loader creates them, the demo company fills them, the
questions read them; nothing else defines a CRM table.

Conventions: plural nouns; `*_at` times, `*_on` dates, `is_*` flags, `*_id` keys; money is NUMERIC(18,4) in the
reporting currency (`amount`) with the original beside it. Names are English or the source's own; `*_zh` is the
Chinese name where there is one. A null key means "unassigned", the key `unmapped` means "the source named
something that is not in its own list"; both are members that take part in every total.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, Numeric, String, Table

metadata = MetaData()

#: The member that stands for a key the source uses but does not list.
UNMAPPED = "unmapped"

#: Status of an opportunity; the last three are closed or resting.
STATUSES = ("open", "won", "lost", "paused", "terminated")

#: What is known of the competitors of a deal: some are named, its close review names nobody, nobody ever said.
COMPETITION = ("named", "nobody", "unknown")

#: Reasons, in small letters, with which a lost deal was lost to nobody: the customer bought nothing.
NO_DECISION = (
    "no decision", "no decision made", "no decision / non-responsive", "no purchase", "did not buy", "status quo",
    "客户未决策", "未决策", "暂不采购", "未采购",
)  # fmt: skip

#: The amounts at which bands of deal sizes begin; the days at which bands of silence before a close begin.
SIZE_BANDS = (0, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000)
IDLE_BANDS = (0, 8, 15, 31, 61)

#: What a sales row is credited on.
BASES = ("booking", "contract", "invoice", "receipt")


def money(name: str = "amount") -> Column:
    """An exact amount in the reporting currency."""
    return Column(name, Numeric(18, 4))


def share(name: str) -> Column:
    """A fraction, 0 to 1."""
    return Column(name, Numeric(9, 6))


def named(name: str = "name") -> tuple[Column, Column]:
    """A name and its Chinese form."""
    return Column(name, String), Column(f"{name}_zh", String)


def deal_keys() -> Iterator[Column]:
    """The keys that every fact about a deal carries, so that no question has to join facts to find them."""
    for name in ("account_id", "office_id", "rep_id", "product_id", "channel_id", "campaign_id"):
        yield Column(name, String)


def sourced() -> Iterator[Column]:
    """Where a deal came from and which pipeline it runs in."""
    yield from named("lead_source")
    yield Column("pipeline", String)


regions = Table(
    "regions",
    metadata,
    Column("office_id", String, primary_key=True),
    *named("office"),
    *named("province"),
    *named("region"),
    *named("country"),
    comment="One row per office, the leaf of country > region > province > office.",
)

reps = Table(
    "reps",
    metadata,
    Column("rep_id", String, primary_key=True),
    *named(),
    Column("manager_id", String),
    *named("manager"),
    Column("office_id", String),
    Column("email", String),
    Column("title", String),
    Column("hired_on", Date),
    Column("left_on", Date),
    comment="One row per person who sells or manages sellers, as of now; `manager_id` makes the tree.",
)

rep_assignments = Table(
    "rep_assignments",
    metadata,
    Column("rep_id", String, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("office_id", String),
    comment=("One row per rep and interval in one office; `valid_to` is the first day no longer there, null now."),
)

products = Table(
    "products",
    metadata,
    Column("product_id", String, primary_key=True),
    *named(),
    *named("category"),
    money("list_price"),
    comment="One row per product, the leaf of category > product.",
)

channels = Table(
    "channels",
    metadata,
    Column("channel_id", String, primary_key=True),
    *named(),
    *named("kind"),
    comment="One row per channel partner (or the company itself), the leaf of kind > partner.",
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", String, primary_key=True),
    *named(),
    *named("industry"),
    *named("segment"),
    Column("office_id", String),
    comment="One row per customer.",
)

competitors = Table(
    "competitors",
    metadata,
    Column("competitor_id", String, primary_key=True),
    *named(),
    comment="One row per competitor.",
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", String, primary_key=True),
    *named(),
    *named("kind"),
    Column("starts_on", Date),
    Column("ends_on", Date),
    money("cost"),
    comment="One row per marketing campaign with what it cost.",
)

stages = Table(
    "stages",
    metadata,
    Column("stage_id", String, primary_key=True),
    *named("pipeline"),
    *named(),
    Column("position", Integer),
    share("probability"),
    Column("typical_days", Integer),
    Column("visits_per_week", Numeric(9, 4)),
    Column("is_won", Boolean),
    comment=("One row per pipeline and stage, in order from 1; the last, `is_won`, is what a won deal has reached."),
)

calendar = Table(
    "calendar",
    metadata,
    Column("day", Date, primary_key=True),
    Column("month_start", Date),
    Column("quarter_start", Date),
    Column("year_start", Date),
    Column("fiscal_year", Integer),
    Column("fiscal_quarter", Integer),
    Column("fiscal_month", Integer),
    Column("is_working_day", Boolean),
    *named("holiday"),
    comment=(
        "One row per day; fiscal quarters and years begin in the configured month, a fiscal year is "
        "named after the calendar year in which it ends."
    ),
)

sales = Table(
    "sales",
    metadata,
    Column("sale_id", String, primary_key=True),
    Column("basis", String),
    Column("sold_on", Date),
    Column("opportunity_id", String),
    Column("contract_id", String),
    *deal_keys(),
    share("credit_share"),
    Column("quantity", Numeric(18, 4)),
    money(),
    money("amount_original"),
    Column("currency", String),
    comment=(
        "One row per credited product line of a sale event and basis; splits are applied, so every sum is additive."
    ),
)

opportunities = Table(
    "opportunities",
    metadata,
    Column("opportunity_id", String, primary_key=True),
    *named(),
    *deal_keys(),
    *sourced(),
    Column("stage_id", String),
    Column("status", String),
    money(),
    money("amount_original"),
    Column("currency", String),
    share("probability"),
    share("discount"),
    Column("created_on", Date),
    Column("expected_close_on", Date),
    Column("closed_on", Date),
    *named("close_reason"),
    Column("furthest_position", Integer),
    Column("stage_entered_on", Date),
    Column("active_days_in_stage", Integer),
    Column("cycle_active_days", Integer),
    Column("push_count", Integer),
    Column("is_no_decision", Boolean),
    Column("winner_id", String),
    Column("competition", String),
    Column("is_reviewed", Boolean),
    Column("idle_days", Integer),
    Column("idle_band", Integer),
    Column("size_band", Integer),
    comment=(
        "One row per opportunity, as it stands now. From `furthest_position` on, columns are derived after a load."
    ),
)

opportunity_history = Table(
    "opportunity_history",
    metadata,
    Column("opportunity_id", String, primary_key=True),
    Column("valid_from", DateTime, primary_key=True),
    Column("valid_to", DateTime),
    Column("stage_id", String),
    Column("status", String),
    money(),
    Column("expected_close_on", Date),
    *deal_keys(),
    *sourced(),
    Column("is_derived", Boolean),
    comment=(
        "One row per opportunity and interval [valid_from, valid_to) in which stage, status, amount, "
        "expected close and owner stood still; `is_derived` where the source kept no history and only "
        "creation and close are known."
    ),
)

stage_passages = Table(
    "stage_passages",
    metadata,
    Column("opportunity_id", String, primary_key=True),
    Column("stage_id", String, primary_key=True),
    Column("position", Integer),
    Column("entered_on", Date),
    Column("left_on", Date),
    Column("outcome", String),
    Column("active_days", Integer),
    Column("is_won", Boolean),
    Column("amount", Numeric(18, 4)),
    *deal_keys(),
    *sourced(),
    comment=(
        "One row per opportunity and stage it stood in, derived from the history: re-entries added up, "
        "paused days taken off; outcome advanced, lost, terminated or open."
    ),
)

pipeline_snapshots = Table(
    "pipeline_snapshots",
    metadata,
    Column("snapshot_on", Date, primary_key=True),
    Column("opportunity_id", String, primary_key=True),
    Column("stage_id", String),
    Column("status", String),
    money(),
    share("probability"),
    Column("expected_close_on", Date),
    Column("active_days_in_stage", Integer),
    *deal_keys(),
    *sourced(),
    comment=(
        "One row per month end, the last twenty-five of them, and deal that was open then, as it stood: the pipeline's "
        "past without a walk through the history."
    ),
)

opportunity_competitors = Table(
    "opportunity_competitors",
    metadata,
    Column("opportunity_id", String, primary_key=True),
    Column("competitor_id", String, primary_key=True),
    Column("is_winner", Boolean),
    Column("named_on", Date),
    comment="One row per opportunity and competitor in play.",
)

close_reviews = Table(
    "close_reviews",
    metadata,
    Column("opportunity_id", String, primary_key=True),
    Column("outcome", String),
    *named("reason"),
    Column("competitor_id", String),
    Column("note", String),
    Column("reviewed_on", Date),
    Column("rep_id", String),
    comment="One row per opportunity that was reviewed before it was closed.",
)

activities = Table(
    "activities",
    metadata,
    Column("activity_id", String, primary_key=True),
    Column("opportunity_id", String),
    Column("account_id", String),
    Column("rep_id", String),
    Column("kind", String),
    Column("result", String),
    Column("planned_on", Date),
    Column("done_on", Date),
    money("cost"),
    comment="One row per visit, call or other contact, planned or done.",
)

quotes = Table(
    "quotes",
    metadata,
    Column("quote_id", String, primary_key=True),
    Column("opportunity_id", String),
    Column("version", Integer),
    Column("quoted_on", Date),
    money(),
    share("discount"),
    Column("status", String),
    comment="One row per version of a quote sent for an opportunity.",
)

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", String, primary_key=True),
    Column("subject", String),
    Column("subject_id", String),
    Column("step", Integer),
    Column("approver_id", String),
    Column("requested_on", Date),
    Column("decided_on", Date),
    Column("status", String),
    comment="One row per step of an approval of a quote or contract.",
)

contracts = Table(
    "contracts",
    metadata,
    Column("contract_id", String, primary_key=True),
    Column("opportunity_id", String),
    *deal_keys(),
    Column("version", Integer),
    Column("stage", String),
    Column("status", String),
    Column("signed_on", Date),
    Column("starts_on", Date),
    Column("ends_on", Date),
    money(),
    money("delivered_amount"),
    money("due_amount"),
    money("received_amount"),
    money("amount_original"),
    Column("currency", String),
    share("percent_complete"),
    comment="One row per contract in its latest version.",
)

contract_events = Table(
    "contract_events",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("contract_id", String),
    Column("happened_on", Date),
    Column("kind", String),
    money(),
    Column("note", String),
    comment=(
        "One row per thing that happened to a contract: signed, delivered, invoiced, paid, amended, terminated ..."
    ),
)

quotas = Table(
    "quotas",
    metadata,
    Column("quota_id", String, primary_key=True),
    Column("rep_id", String),
    Column("office_id", String),
    Column("region", String),
    Column("product_id", String),
    Column("product_category", String),
    Column("channel_id", String),
    Column("channel_kind", String),
    Column("starts_on", Date),
    Column("ends_on", Date),
    money(),
    comment=(
        "One row per quota that the source system itself holds, with the first and last day it runs. It is set for "
        "what its keys name: a leaf, or a whole region, category or kind by its name; without keys for the company."
    ),
)

load_issues = Table(
    "load_issues",
    metadata,
    Column("issue_id", Integer, primary_key=True),
    Column("table_name", String),
    Column("rule", String),
    Column("column_name", String),
    Column("count", Integer),
    Column("example", String),
    Column("message", String),
    comment=("One row per table, rule and column that a load could not map or trust, with how often and an example."),
)

load_info = Table(
    "load_info",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String),
    comment=("One row per fact about the load itself: as_of, source, currency, fiscal_year_start, loaded_at, seed ..."),
)


def shape() -> str:
    """A fingerprint of all tables and columns: a snapshot that has another was made by another version of this."""
    said = [
        f"{table.name}.{column.name} {column.type!r}" for table in metadata.sorted_tables for column in table.columns
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


#: Tables that a source may fill; the others are made by the loader.
MADE_BY_LOADER = (calendar, stage_passages, pipeline_snapshots, load_issues, load_info)
SOURCE_TABLES = tuple(t for t in metadata.sorted_tables if t not in MADE_BY_LOADER)
#: Columns that `crm.derive` fills after staging, whatever a source says.
DERIVED_COLUMNS = (
    "furthest_position", "stage_entered_on", "active_days_in_stage", "cycle_active_days", "push_count",
    "is_no_decision", "winner_id", "competition", "is_reviewed", "idle_days", "idle_band", "size_band",
)  # fmt: skip
