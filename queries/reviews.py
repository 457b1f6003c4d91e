"""Close reviews: who writes them, and what they say."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import ColumnElement, func, or_, select

from crm import schema
from queries.breakdown import breakdown
from queries.engine import frame_of, question
from queries.headline import period_of
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.facts import OPPORTUNITIES
from queries.slices import Slice
from queries.source import Source, conditions
from queries.winloss import bounds, members_of

MOST_NOTES = 60


@question
def review_share(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row: reviewed, closed, share, of the deals closed in the period."""
    found = breakdown(m.review_share, slice_=slice_, scope=scope, parts=True)
    return found.set_axis(["share", "reviewed", "closed"], axis=1)


@question
def review_share_by_rep(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per rep with closed deals: member with labels, reviewed, closed, share, low, high; lowest share first."""
    found = breakdown(m.review_share, by=[d.rep], slice_=slice_, scope=scope, parts=True)
    table = members_of(found, "rep")
    table["share"] = found["review_share"]
    table["reviewed"], table["closed"] = found["review_share_over"], found["review_share_under"]
    table["low"], table["high"] = bounds(table["reviewed"], table["closed"])
    return table.sort_values(["share", "closed"], ascending=[True, False], kind="stable", ignore_index=True)


@question
def review_notes(slice_: Slice, *, scope: Scope, find: str) -> pd.DataFrame:
    """One row per close review of a deal closed in the period that holds the text, newest first, at most sixty.

    Found in the note, the reason in both languages, and the names of deal, account, rep and competitor: opportunity_id,
    reviewed_on, note, and each of reason, name, account, rep, rival with its `_zh`, outcome and amount.
    `attrs["found"]`: how many there are in all.
    """
    source = Source.of(OPPORTUNITIES, slice_, m.closed_count.date)
    review, rival, deal = schema.close_reviews, schema.competitors.alias("reviewed_rivals"), source.table
    account, rep = source.joined(d.account), source.joined(d.rep)
    named: dict[str, ColumnElement[str]] = {
        "reason": review.c.reason,
        "name": deal.c.name,
        "account": account.c.name,
        "rep": rep.c.name,
        "rival": rival.c.name,
    }
    chinese = {
        "reason": review.c.reason_zh,
        "name": deal.c.name_zh,
        "account": account.c.name_zh,
        "rep": rep.c.name_zh,
        "rival": rival.c.name_zh,
    }
    where = conditions(source, slice_=slice_, scope=scope, period=period_of(slice_))
    where.append(m.closed_count.rows(deal))
    if find:
        texts = [review.c.note, *named.values(), *chinese.values()]
        where.append(or_(*(column.icontains(find, autoescape=True) for column in texts)))
    tables = (
        source.joins([d.account, d.rep], names=True)
        .join(review, review.c.opportunity_id == deal.c.opportunity_id)
        .outerjoin(rival, rival.c.competitor_id == review.c.competitor_id)
    )
    columns = [column.label(name) for name, column in named.items()]
    columns += [func.coalesce(chinese[name], column).label(f"{name}_zh") for name, column in named.items()]
    plain = [deal.c.opportunity_id, review.c.reviewed_on, review.c.note, deal.c.status.label("outcome"), deal.c.amount]
    made = select(*plain, *columns).select_from(tables).where(*where)
    newest = made.order_by(review.c.reviewed_on.desc().nulls_last(), deal.c.opportunity_id)
    found = frame_of(newest.limit(MOST_NOTES))
    found.attrs["found"] = len(found)
    if len(found) == MOST_NOTES:
        count = frame_of(select(func.count().label("n")).select_from(tables).where(*where))
        found.attrs["found"] = int(count["n"].iloc[0])
    return found
