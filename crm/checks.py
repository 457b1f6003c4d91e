"""What is looked at once our tables are filled: keys that lead nowhere, dates and numbers that cannot be.

A check repairs what it can without guessing (an unknown key becomes the `unmapped` member, an impossible date becomes
null) and reports everything; nothing is dropped without a row in `load_issues`.
"""

from __future__ import annotations

from sqlalchemy import Date, DateTime, Numeric, Table

from crm.issues import Issue, counted
from crm.mapping import Mapped
from crm.schema import BASES, SOURCE_TABLES, STATUSES, UNMAPPED, metadata

#: Which table lists the members that a key column names.
DIMENSION_OF = {
    "account_id": "accounts",
    "office_id": "regions",
    "rep_id": "reps",
    "manager_id": "reps",
    "approver_id": "reps",
    "product_id": "products",
    "channel_id": "channels",
    "campaign_id": "campaigns",
    "competitor_id": "competitors",
    "stage_id": "stages",
}
#: Rows that say something about one row of another table and mean nothing without it.
PARENT_OF = {
    "opportunity_history": ("opportunity_id", "opportunities"),
    "opportunity_competitors": ("opportunity_id", "opportunities"),
    "close_reviews": ("opportunity_id", "opportunities"),
    "rep_assignments": ("rep_id", "reps"),
}
#: Deals and contracts that a row may refer to without being part of them.
REFERENCES = {"opportunity_id": "opportunities", "contract_id": "contracts"}
EARLIEST, LATEST = "1970-01-01", "2100-01-01"

# Rows that stay as they are although something about them is odd: table, rule, column, condition, sentence.
_ODD = (
    ("opportunities", "closed_without_date", "closed_on", "status NOT IN ('open', 'paused') AND closed_on IS NULL",
     "closed and have no closed_on, so no period counts them"),
    ("opportunities", "open_with_close_date", "closed_on", "status IN ('open', 'paused') AND closed_on IS NOT NULL",
     "not closed and yet have a closed_on"),
    ("opportunities", "closed_before_created", "closed_on", "closed_on < created_on",
     "closed before they were created"),
    ("opportunities", "without_creation_date", "created_on", "created_on IS NULL", "without a created_on"),
    ("opportunities", "without_status", "status", "status IS NULL", "without a status that can be told"),
    ("opportunities", "without_amount", "amount", "amount IS NULL", "without an amount"),
    ("opportunities", "negative_amount", "amount", "amount < 0", "worth less than nothing"),
    ("sales", "without_date", "sold_on", "sold_on IS NULL", "without a sold_on, so no period counts them"),
    ("quotas", "ends_before_start", "ends_on", "ends_on < starts_on", "ending before they start"),
    ("quotas", "without_date", "starts_on", "starts_on IS NULL", "without a starts_on, so they become no target"),
    ("quotas", "without_amount", "amount", "amount IS NULL", "without an amount, so they become no target"),
    ("quotas", "unknown_level", "region", "region NOT IN (SELECT region FROM regions WHERE region IS NOT NULL)",
     "set for a region that no office is in"),
    ("quotas", "unknown_level", "product_category",
     "product_category NOT IN (SELECT category FROM products WHERE category IS NOT NULL)",
     "set for a category that no product is in"),
    ("quotas", "unknown_level", "channel_kind",
     "channel_kind NOT IN (SELECT kind FROM channels WHERE kind IS NOT NULL)",
     "set for a kind that no channel is of"),
)  # fmt: skip


def check(mapped: Mapped) -> list[Issue]:
    """Repairs and reports what our filled tables hold that cannot be; the tables must not have been derived yet."""
    issues: list[Issue] = []
    for table in SOURCE_TABLES:
        issues += _impossible_dates(mapped, table)
        issues += _impossible_shares(mapped, table)
    issues += _unknown_words(mapped, "opportunities", "status", STATUSES)
    issues += _unknown_words(mapped, "opportunity_history", "status", STATUSES)
    issues += _unknown_words(mapped, "sales", "basis", BASES)
    for name, (column, parent) in PARENT_OF.items():
        issues += _orphans(mapped, name, column, parent)
    for table in SOURCE_TABLES:
        issues += _unknown_references(mapped, table)
        issues += _unknown_members(mapped, table)
    issues += _overlaps(mapped)
    for name, rule, column, condition, words in _ODD:
        issues += _odd(mapped, name, rule=rule, column=column, condition=condition, words=words)
    return issues


def _impossible_dates(mapped: Mapped, table: Table) -> list[Issue]:
    issues = []
    for column in table.columns:
        if not isinstance(column.type, Date | DateTime):
            continue
        outside = f"{column.name} < DATE '{EARLIEST}' OR {column.name} >= DATE '{LATEST}'"
        if column.primary_key:
            count, example = _delete(mapped, table.name, outside, show=column.name)
            done = "the rows were left out"
        else:
            count, example = _clear(mapped, table.name, column.name, outside)
            done = "left empty"
        if count:
            message = (
                f"{counted(count, 'date')} in {table.name}.{column.name} before {EARLIEST[:4]} or after "
                f"{int(LATEST[:4]) - 1} ({example}); {done}. Correct the source."
            )
            issues.append(Issue(table.name, "impossible_date", column.name, count, example, message))
    return issues


def _impossible_shares(mapped: Mapped, table: Table) -> list[Issue]:
    issues = []
    for column in table.columns:
        if isinstance(column.type, Numeric) and column.type.precision == 9 and column.type.scale == 6:
            count, example = _clear(mapped, table.name, column.name, f"{column.name} NOT BETWEEN 0 AND 1")
            if count:
                message = (
                    f"{counted(count, 'value')} in {table.name}.{column.name} outside 0 to 1 ({example}); left empty. "
                    "It must be a fraction: divide by 100 in the mapping if the source has percentages."
                )
                issues.append(Issue(table.name, "not_a_share", column.name, count, example, message))
    return issues


def _unknown_words(mapped: Mapped, table: str, column: str, words: tuple[str, ...]) -> list[Issue]:
    listed = ", ".join(f"'{word}'" for word in words)
    count, example = _clear(mapped, table, column, f"{column} NOT IN ({listed})")
    if not count:
        return []
    message = (
        f"{counted(count, 'row')} of {table} whose {column} is none of {', '.join(words)} ({example}); "
        f"left empty. Map it in {table}.sql."
    )
    return [Issue(table, "unknown_word", column, count, example, message)]


def _orphans(mapped: Mapped, table: str, column: str, parent: str) -> list[Issue]:
    count, example = _delete(mapped, table, f"{column} NOT IN (SELECT {column} FROM {parent})", show=column)
    if not count:
        return []
    message = f"{counted(count, 'row')} of {table} whose {column} is not in {parent} ({example}); left out."
    return [Issue(table, "orphan", column, count, example, message)]


def _unknown_references(mapped: Mapped, table: Table) -> list[Issue]:
    issues = []
    for column, listed in REFERENCES.items():
        if column not in table.c or table.c[column].primary_key or table.name in PARENT_OF:
            continue
        unknown = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {column} FROM {listed})"
        count, example = _clear(mapped, table.name, column, unknown)
        if count:
            message = (
                f"{counted(count, 'row')} of {table.name} whose {column} is not in {listed} ({example}); "
                "the rows stay, the reference was left empty."
            )
            issues.append(Issue(table.name, "unknown_reference", column, count, example, message))
    return issues


def _unknown_members(mapped: Mapped, table: Table) -> list[Issue]:
    """Keys that no row of their dimension has become `unmapped`, which every dimension then has as a member."""
    issues = []
    for column, dimension in DIMENSION_OF.items():
        if column not in table.c or table.c[column].primary_key:
            continue
        key = metadata.tables[dimension].primary_key.columns.keys()[0]
        unknown = f"{column} IS NOT NULL AND {column} NOT IN (SELECT {key} FROM {dimension})"
        count, example = _clear(mapped, table.name, column, unknown, to=f"'{UNMAPPED}'")
        if count:
            _add_unmapped(mapped, metadata.tables[dimension])
            message = (
                f"{counted(count, 'row')} of {table.name} whose {column} is not in {dimension} ({example}); "
                f"they count as Unmapped. Add the missing rows to the source of {dimension}."
            )
            issues.append(Issue(table.name, "unknown_key", column, count, example, message))
    return issues


def _add_unmapped(mapped: Mapped, dimension: Table) -> None:
    """The member that such keys have become, unmapped at every level of its tree: its region, its category, its kind.

    A stage belongs to no pipeline by this, since which one a deal runs in is the deal's own.
    """
    key = dimension.primary_key.columns.keys()[0]
    levels = [c.name for c in dimension.columns if f"{c.name}_zh" in dimension.c and c.name != "pipeline"]
    row = {key: UNMAPPED}
    for name in levels:
        row |= {name: "Unmapped", f"{name}_zh": "未对应"}
    if "manager_id" in dimension.c:
        row["manager_id"] = UNMAPPED
    columns, values = ", ".join(row), ", ".join("?" for _ in row)
    mapped.connection.execute(
        f"INSERT INTO {dimension.name} ({columns}) SELECT {values} "
        f"WHERE '{UNMAPPED}' NOT IN (SELECT {key} FROM {dimension.name})",
        list(row.values()),
    )


def _overlaps(mapped: Mapped) -> list[Issue]:
    """Ends an interval of history where the next one begins, so that at any moment one of them holds."""
    changed = mapped.connection.execute(
        """
        UPDATE opportunity_history AS h SET valid_to = n.following
        FROM (SELECT opportunity_id, valid_from, lead(valid_from) OVER
                     (PARTITION BY opportunity_id ORDER BY valid_from) AS following FROM opportunity_history) AS n
        WHERE n.opportunity_id = h.opportunity_id AND n.valid_from = h.valid_from
          AND n.following IS NOT NULL AND (h.valid_to IS NULL OR h.valid_to > n.following)
        RETURNING h.opportunity_id
        """
    ).fetchall()
    if not changed:
        return []
    example = min(changed)[0]
    message = (
        f"{counted(len(changed), 'interval')} of opportunity_history ended after the next one began ({example}); "
        "each now ends there."
    )
    return [Issue("opportunity_history", "overlap", "valid_to", len(changed), example, message)]


def _odd(mapped: Mapped, table: str, *, rule: str, column: str, condition: str, words: str) -> list[Issue]:
    key = metadata.tables[table].primary_key.columns.keys()[0]
    count, example = _found(mapped, table, condition, show=key)
    if not count:
        return []
    message = f"{counted(count, 'row')} of {table} {words} ({example}). They were kept as they are; look at the source."
    return [Issue(table, rule, column, count, example, message)]


def _clear(mapped: Mapped, table: str, column: str, condition: str, *, to: str = "NULL") -> tuple[int, str | None]:
    """Sets a column where the condition holds; returns how many rows that were, and the least value among them."""
    count, example = _found(mapped, table, condition, show=column)
    if count:
        mapped.connection.execute(f"UPDATE {table} SET {column} = {to} WHERE {condition}")
    return count, example


def _delete(mapped: Mapped, table: str, condition: str, *, show: str) -> tuple[int, str | None]:
    """Deletes where the condition holds; returns how many rows that were, and the least value of `show` among them."""
    count, example = _found(mapped, table, condition, show=show)
    if count:
        mapped.connection.execute(f"DELETE FROM {table} WHERE {condition}")
    return count, example


def _found(mapped: Mapped, table: str, condition: str, *, show: str) -> tuple[int, str | None]:
    """How many rows there are, and an example: the first of them in the source's file, where that can be told."""
    row = mapped.connection.execute(
        f"SELECT count(*), CAST(min({show}) AS VARCHAR) FROM {table} WHERE {condition}"
    ).fetchone()
    count, least = row if row else (0, None)
    return count, (mapped.example(table, condition, show=show) or least) if count else None
