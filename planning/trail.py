"""Everything done to versions of targets and to plans, in the order it was done: read from three tables as one list.

The audit trail has the steps, the adjustments what was changed in a plan, the entries what was typed from below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, cast, func, literal, null, select, union_all

from planning.ledger import Ledger
from planning.tables import adjustments, audit_trail, entries, hand_downs, scenarios, target_versions, targets

#: What an adjustment and an amount from below are called, of `planning.tables.KINDS`.
ADJUSTED, ENTERED = "adjusted", "entered"
#: Of an adjustment: in effect, taken back, or taken back and then overtaken by another.
EFFECTS = ("done", "undone", "discarded")
_OWN = ("source", "id", "at", "who", "kind", "version_id", "detail")
_MADE = {
    "operation": adjustments.c.operation,
    "content": adjustments.c.content,
    "reason": adjustments.c.reason,
    "position": adjustments.c.position,
    "is_discarded": adjustments.c.is_discarded,
}
_ENTERED = {
    "dimension": entries.c.dimension,
    "member": entries.c.member,
    "starts_on": entries.c.starts_on,
    "ends_on": entries.c.ends_on,
    "amount": entries.c.amount,
}
COLUMNS = ("at", "who", "kind", "version_id", "detail", *_MADE, *_ENTERED)


@dataclass(frozen=True)
class Asked:
    """Which part of the trail: of one version, by one person, of one kind; all of it where nothing is said."""

    version_id: int | None = None
    who: str | None = None
    kind: str | None = None


def trail(ledger: Ledger, asked: Asked = Asked(), *, limit: int = 100, offset: int = 0) -> pd.DataFrame:  # noqa: B008
    """One row per thing done, the last one first: `COLUMNS`, what of the version is asked for often, and `effect`.

    Of the version: fiscal_year, number, name, name_zh, state, is_scenario, has_rows; all null where the line is of
    none. `effect` is one of `EFFECTS` for adjustments, else null. What a copy of a scenario began with was done in
    the first one, and is not in the list again. `at` is UTC, texts that there are not are None.
    """
    done = _done(asked, limit + offset)
    own = select(targets.c.row_number).where(targets.c.version_id == done.c.version_id)
    statement = (
        select(*done.c)
        .add_columns(
            target_versions.c.fiscal_year,
            target_versions.c.number,
            target_versions.c.name,
            target_versions.c.name_zh,
            target_versions.c.state,
            scenarios.c.version_id.is_not(None).label("is_scenario"),
            own.exists().label("has_rows"),
            scenarios.c.head,
        )
        .outerjoin(target_versions, target_versions.c.version_id == done.c.version_id)
        .outerjoin(scenarios, scenarios.c.version_id == done.c.version_id)
        .order_by(done.c.at.desc(), done.c.source.desc(), done.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    with ledger.engine.connect() as connection:
        result = connection.execute(statement)
        # As objects: what is null stays None, where pandas would make it a number.
        found = pd.DataFrame(result.fetchall(), columns=list(result.keys()), dtype=object)
    found["effect"] = [_effect(row) for row in found.itertuples()]
    whole = dict.fromkeys(("version_id", "fiscal_year", "number"), "Int64")
    kinds = {"at": "datetime64[us, UTC]", "is_scenario": bool, "has_rows": bool, **whole}
    return found.drop(columns=["source", "id", "head"]).astype(kinds)


def counts(ledger: Ledger, asked: Asked = Asked(), *, since: datetime | None = None) -> pd.DataFrame:  # noqa: B008
    """One row per version, person and kind with how often that was done and last when: count, last_at."""
    done = _done()
    keys = (done.c.version_id, done.c.who, done.c.kind)
    wanted = select(*keys, func.count().label("count"), func.max(done.c.at).label("last_at"))
    statement = _of(wanted.select_from(done), done, asked).group_by(*keys)
    if since is not None:
        statement = statement.where(done.c.at >= since)
    with ledger.engine.connect() as connection:
        result = connection.execute(statement)
        found = pd.DataFrame.from_records(result.fetchall(), columns=list(result.keys()))
    return found.astype({"version_id": "Int64", "count": int, "last_at": "datetime64[us, UTC]"})


def mark(ledger: Ledger) -> tuple[int, ...]:
    """What differs whenever the trail does; adjustments of drafts, their undo and comments do not count a data version.

    The last line of each table, and how often versions were changed.
    """
    newest = [func.max(column) for column in (audit_trail.c.audit_id, adjustments.c.adjustment_id, entries.c.entry_id)]
    asked = [*newest, func.sum(target_versions.c.revision)]
    with ledger.engine.connect() as connection:
        return tuple(int(one or 0) for one in connection.execute(select(*map(_alone, asked))).one())


def _alone(asked: ColumnElement[int]) -> ScalarSelect[int]:
    """One number out of its own table, to be asked with others at once."""
    return select(asked).scalar_subquery()


def _done(asked: Asked = Asked(), most: int | None = None) -> Subquery:  # noqa: B008
    """The three tables as one, each with nulls for what only the others have; of each only its last lines, if asked."""
    parts = []
    for source, part in enumerate((_steps(), _adjustments(), _entries()), 1):
        if most is not None:
            whole = part.subquery(f"all_{source}")
            newest = _of(select(*whole.c), whole, asked).order_by(whole.c.at.desc(), whole.c.id.desc()).limit(most)
            part = select(*newest.subquery(f"newest_{source}").c)
        parts.append(part)
    return union_all(*parts).subquery("done")


def _steps() -> Select[Any]:
    dimension = (
        select(func.min(hand_downs.c.dimension))
        .where(hand_downs.c.version_id == audit_trail.c.version_id, hand_downs.c.member == audit_trail.c.detail)
        .scalar_subquery()
    )
    line = audit_trail.c
    own = _named(1, line.audit_id, line.at, line.who, line.action, line.version_id, line.detail)
    return select(*own, *_nulls(_MADE), dimension.label("dimension"), *_nulls(_ENTERED)[1:])


def _adjustments() -> Select[Any]:
    line = adjustments.c
    own = _named(
        2, line.adjustment_id, line.at, line.who, literal(ADJUSTED), line.version_id, cast(null(), line.reason.type)
    )
    made = [column.label(name) for name, column in _MADE.items()]
    copied = target_versions.c.created_at == line.at
    return (
        select(*own, *made, *_nulls(_ENTERED))
        .join(target_versions, target_versions.c.version_id == line.version_id)
        .where(~copied)
    )


def _entries() -> Select[Any]:
    line = entries.c
    own = _named(3, line.entry_id, line.at, line.who, literal(ENTERED), line.version_id, line.note)
    return select(*own, *_nulls(_MADE), *(column.label(name) for name, column in _ENTERED.items()))


def _named(source: int, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    own: list[ColumnElement[Any]] = [literal(source), *columns]
    return [one.label(name) for one, name in zip(own, _OWN, strict=True)]


def _nulls(columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Nulls of the columns' types: without, PostgreSQL would take them for text."""
    return [cast(null(), column.type).label(name) for name, column in columns.items()]


def _of(statement: Select[Any], done: Subquery, asked: Asked) -> Select[Any]:
    wanted = {"version_id": asked.version_id, "who": asked.who, "kind": asked.kind}
    return statement.where(and_(True, *(done.c[name] == value for name, value in wanted.items() if value is not None)))


def _effect(row: Any) -> str | None:
    if row.kind != ADJUSTED:
        return None
    if row.is_discarded:
        return "discarded"
    return "done" if row.position <= row.head else "undone"
