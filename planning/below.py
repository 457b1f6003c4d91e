"""From below and down again: what members hold to be possible, and whose part has been reviewed and handed down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pandas as pd
from sqlalchemy import delete, func, insert, select

from planning.children import MOST, exact, money
from planning.errors import Refused
from planning.ledger import Ledger
from planning.records import as_draft, read, trimmed
from planning.rights import Planner
from planning.tables import entries, hand_downs

_SHOWN = ("member", "amount", "note", "who", "at")


class FromBelow:
    """What is entered for the parts of scenarios, and handed down to them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

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
        """Enters from below what members hold to be possible in a period; changes nothing in the plan.

        Raises Refused, NotEditable; then none of the amounts is kept.
        """
        viewer.require("plan")
        kept = [(member, _amount(viewer, dimension, member, amount)) for member, amount in amounts]
        if not kept:
            raise Refused("nothing")
        with self.ledger.writing(by=viewer.name) as writer:
            as_draft(read(writer.connection, version_id))
            common = {"version_id": version_id, "dimension": dimension, "starts_on": period[0], "ends_on": period[1]}
            stamp = {"note": trimmed(note), "at": writer.at, "who": viewer.name}
            rows = [{**common, "member": member, "amount": amount, **stamp} for member, amount in kept]
            writer.connection.execute(insert(entries), rows)

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
        columns = [entries.c[name] for name in _SHOWN]
        statement = select(*columns).where(entries.c.entry_id.in_(last)).order_by(entries.c.member)
        with self.ledger.engine.connect() as connection:
            return pd.DataFrame.from_records(connection.execute(statement).fetchall(), columns=list(_SHOWN))

    def hand_down(self, version_id: int, dimension: str, member: str, *, viewer: Planner) -> None:
        """Marks a member's part as reviewed: from here on those below it see their targets."""
        viewer.require("plan")
        viewer.require_member(dimension, member)
        _check_member(member)
        with self.ledger.writing(by=viewer.name) as writer:
            scenario = read(writer.connection, version_id)
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


def _amount(viewer: Planner, dimension: str, member: str, amount: Decimal) -> Decimal:
    """An amount as it is kept, to four decimals on every database; raises Refused."""
    viewer.require_member(dimension, member)
    _check_member(member)
    amount_e4 = exact(amount)
    if amount_e4 < 0:
        raise Refused("negative", member=member, amount=money(amount_e4))
    if amount_e4 > MOST:
        raise Refused("too_large", amount=money(amount_e4))
    return Decimal(amount_e4).scaleb(-4)


def _check_member(member: str) -> None:
    """Raises Refused for what can be no key: nothing, or what databases do not keep as it is."""
    if not trimmed(member) or any(not one.isprintable() for one in member):
        raise Refused("no_cells", member=trimmed(member) or "?")
