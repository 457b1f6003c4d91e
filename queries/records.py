"""What each rep had won before: the record that is known of whoever takes on a deal."""

from __future__ import annotations

from sqlalchemy import Float, FromClause, and_, cast, func, select

from crm import schema

#: Decided deals below which a rep has no record yet.
FEW = 10


def records() -> FromClause:
    """One row per rep and month: the share won in the twelve months before; none where that were fewer than `FEW`."""
    table, day, month = schema.opportunities.alias("earlier"), schema.calendar.alias("closed_day"), schema.calendar
    by_month = (
        select(
            table.c.rep_id,
            day.c.month_start,
            func.count().label("decided"),
            func.count().filter(table.c.status == "won").label("won"),
        )
        .join(day, day.c.day == table.c.closed_on)
        .where(table.c.status.in_(("won", "lost")))
        .group_by(table.c.rep_id, day.c.month_start)
        .subquery("decided_by_month")
    )
    months = select(month.c.month_start).distinct().subquery("months")
    decided = func.sum(by_month.c.decided)
    return (
        select(
            by_month.c.rep_id,
            months.c.month_start.label("month"),
            (cast(func.sum(by_month.c.won), Float) / cast(decided, Float)).label("share"),
        )
        .join(
            months,
            and_(by_month.c.month_start < months.c.month_start, by_month.c.month_start >= months.c.month_start - 366),
        )
        .group_by(by_month.c.rep_id, months.c.month_start)
        .having(decided >= FEW)
        .subquery("records")
    )


OPENED, RECORDS = schema.calendar.alias("opened"), records()
