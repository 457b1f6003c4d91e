"""Competitor questions: against whom we win and lose, where, and who is rising.

A deal with two competitors counts under both, so rows of competitors are never summed. Deals in which none is named are
rows of their own: `nobody` where a close review names none, `unknown` where nobody ever said. From which stage on a
competitor counts as in play the slice says; then only deals that came so far are counted at all.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from queries.breakdown import breakdown, over_periods
from queries.engine import current, question
from queries.headline import as_of_day, period_of
from queries.in_play import in_play, in_play_key
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED, Slice
from queries.winloss import bounds, counted_rate, members_of

#: Whom deals without a named competitor met, and whom lost deals went to of which no winner is recorded.
NOBODY, UNKNOWN, UNDETERMINED = "nobody", "unknown", "undetermined"
PRESENCE_QUARTERS = 8


@question
def reference(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row: won, cases and rate of all deals that competitors are compared with; last_year, last_cases."""
    rate = counted_rate(slice_)
    found = over_periods(rate, periods=_spans(slice_), slice_=slice_, scope=scope, extra=in_play(slice_))
    now, then = found["now"], found.get("then")
    row = pd.DataFrame({"won": now[f"{rate.name}_over"], "cases": now[f"{rate.name}_under"], "rate": now[rate.name]})
    row["last_year"] = np.nan if then is None else then[rate.name]
    row["last_cases"] = np.nan if then is None else then[f"{rate.name}_under"]
    return row


def _spans(slice_: Slice) -> dict[str, Period]:
    period = period_of(slice_)
    spans = {"now": period, "then": period.last_year()}
    return {name: span for name, span in spans.items() if span is not None}


@question
def rivals(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per competitor in play, most deals first, then `nobody` and `unknown` where there are such deals.

    member (competitor, or one of these) with labels, at (where the list behind it is, as in `competitor:V1`), cases,
    won, lost, rate, low, high, last_year (rate, same to-date), last_won, last_cases, cycle_days (median, won),
    average_discount (NaN where not recorded); lost_to_count and lost_to_amount: of lost deals that it won, of
    `nobody` and `unknown` all that were lost.
    """
    found = _against(slice_, scope)
    lost = lost_to(slice_, scope=scope).set_index("member")
    for name in ("lost_to_count", "lost_to_amount"):
        found[name] = found["member"].map(lost[name]).fillna(0.0)
    return found


def _against(slice_: Slice, scope: Scope) -> pd.DataFrame:
    """What `rivals` says but for what was lost to them.

    Where no competitor is named, competition tells nobody and unknown apart; where one is, it has but one value, so
    that both together split no competitor.
    """
    rate = counted_rate(slice_)
    asked = (rate, m.cycle_days, m.average_discount)
    extra, by = in_play(slice_), (d.competitor, d.competition)
    found = over_periods(*asked, periods=_spans(slice_), by=by, slice_=slice_, scope=scope, extra=extra)
    spans = {name: _told_apart(span, _under(rate)) for name, span in found.items()}
    now, then = spans["now"], spans.get("then", pd.DataFrame())
    over, under = now[f"{rate.name}_over"].fillna(0.0), now[_under(rate)]
    table = now[["member", "member_label", "member_label_zh", "at"]].assign(
        cases=under, won=over, lost=under - over, rate=now[rate.name]
    )
    table["at"] += in_play_key(slice_)
    table["low"], table["high"] = bounds(over, under)
    before = then.set_index("member") if len(then) else then
    for name, column in (("last_year", rate.name), ("last_won", f"{rate.name}_over"), ("last_cases", _under(rate))):
        table[name] = np.nan if before.empty else table["member"].map(before[column])
    table["cycle_days"], table["average_discount"] = now["cycle_days"], now["average_discount"]
    return table


def _told_apart(found: pd.DataFrame, cases: str) -> pd.DataFrame:
    """Of an answer by competitor and competition the rows with cases, most first, then nobody and unknown; each with
    its member, labels and where the list behind it is.
    """
    found = found[found[cases] > 0]
    named = found[found["competitor"] != UNASSIGNED].sort_values(cases, ascending=False, kind="stable")
    named = named.assign(at="competitor:" + named["competitor"].astype(str))
    named = named.assign(**{f"member{x}": named[f"competitor{x}"] for x in ("", "_label", "_label_zh")})
    rest = found[(found["competitor"] == UNASSIGNED) & found["competition"].isin([NOBODY, UNKNOWN])]
    rest = rest.assign(at="competition:" + rest["competition"].astype(str))
    rest = rest.assign(**dict.fromkeys(("member", "member_label", "member_label_zh"), rest["competition"]))
    return pd.concat([named, rest.sort_values("competition", kind="stable")], ignore_index=True)


def _under(rate: object) -> str:
    return f"{rate.name}_under"  # type: ignore[attr-defined]


@question
def lost_to(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per competitor that won a lost deal, most money first, then `undetermined` (competitors are named, the
    winner is not), `nobody` and `unknown`: member with labels, at, lost_to_count, lost_to_amount. They add up to all
    lost deals that came to the stage from which on competitors count.
    """
    asked = {"slice_": slice_, "scope": scope, "extra": in_play(slice_)}
    found = breakdown(m.lost_count, m.lost_amount, by=[d.winner, d.competition], **asked)  # type: ignore[arg-type]
    found = found[found["lost_count"] > 0]
    known = found[found["winner"] != UNASSIGNED]
    sums = {"lost_count": "sum", "lost_amount": "sum", "winner_label": "first", "winner_label_zh": "first"}
    winners = known.groupby("winner", sort=False, as_index=False).agg(sums)
    rest = found[found["winner"] == UNASSIGNED]
    names = {"named": UNDETERMINED, NOBODY: NOBODY}
    competition = rest["competition"].astype(str)
    rest = rest.assign(member=competition.map(lambda key: names.get(key, UNKNOWN)))
    rest = rest.assign(at="winner:unassigned|competition:" + competition).sort_values("member", key=_place)
    winners = winners.rename(columns={f"winner{x}": f"member{x}" for x in ("", "_label", "_label_zh")})
    winners = winners.assign(at="winner:" + winners["member"].astype(str))
    both = pd.concat([winners.sort_values("lost_amount", ascending=False, kind="stable"), rest], ignore_index=True)
    both["at"] += in_play_key(slice_)
    both = both.rename(columns={"lost_count": "lost_to_count", "lost_amount": "lost_to_amount"})
    return both[["member", "member_label", "member_label_zh", "at", "lost_to_count", "lost_to_amount"]]


def _place(members: pd.Series) -> pd.Series:
    return members.map({UNDETERMINED: 0, NOBODY: 1, UNKNOWN: 2})


@question
def head_to_head(slice_: Slice, *, scope: Scope, cross: str) -> pd.DataFrame:
    """One row per competitor and member of `cross` with decided deals: competitor and member with labels, won, cases,
    rate; place (of the member: those with most deals first, bands in their order). Competitors with most deals first.
    """
    rate, by = counted_rate(slice_), DIMENSIONS[cross]
    found = breakdown(rate, by=[d.competitor, by], slice_=slice_, scope=scope, extra=in_play(slice_), parts=True)
    found = found[(found["competitor"] != UNASSIGNED) & (found[_under(rate)] > 0)].reset_index(drop=True)
    table = pd.concat(
        [found[["competitor", "competitor_label", "competitor_label_zh"]], members_of(found, cross)], axis=1
    )
    table["won"], table["cases"], table["rate"] = found[f"{rate.name}_over"], found[_under(rate)], found[rate.name]
    rows = table.groupby("competitor")["cases"].transform("sum")
    most = table.groupby("member")["cases"].sum().sort_values(ascending=False, kind="stable")
    columns = sorted(most.index, key=_band_place) if cross in d.BANDS else list(most.index)
    table["place"] = table["member"].map({member: place for place, member in enumerate(columns)}).astype(int)
    order = table.assign(rows=-rows).sort_values(["rows", "competitor", "place"], kind="stable")
    return order.drop(columns="rows").reset_index(drop=True)


def _band_place(member: str) -> tuple[bool, int]:
    """Bands by where they begin; those of no band come last."""
    return not member.isdigit(), int(member) if member.isdigit() else 0


@question
def presence(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per competitor and fiscal quarter, the last eight to the as-of date, oldest first: member with labels,
    quarter (its first day), deals (decided, the competitor in play), cases (all decided), share.

    Competitors with most deals first. A quarter without any decided deal has no share.
    """
    day, measure = as_of_day(slice_), counted_rate(slice_).under
    last = fiscal_start(day, 3, current().first_month)
    starts = [months_later(last, -3 * back) for back in range(PRESENCE_QUARTERS - 1, -1, -1)]
    asked = {"slice_": slice_, "scope": scope, "extra": in_play(slice_), "period": Period("range", starts[0], day, day)}
    found = breakdown(measure, by=[d.competitor, d.quarter], **asked)  # type: ignore[arg-type]
    found = found[found["competitor"] != UNASSIGNED]
    whole = breakdown(measure, by=[d.quarter], **asked)  # type: ignore[arg-type]
    cases = dict(zip(pd.to_datetime(whole["quarter"]).dt.date, whole[measure.name], strict=True))
    deals = {
        (str(key), pd.Timestamp(quarter).date()): value
        for key, quarter, value in found[["competitor", "quarter", measure.name]].itertuples(index=False)
    }
    names = members_of(found, "competitor").drop_duplicates("member")
    total = {key: sum(deals.get((key, start), 0.0) for start in starts) for key in names["member"]}
    names = names.assign(total=names["member"].map(total)).sort_values("total", ascending=False, kind="stable")
    table = names.drop(columns="total").merge(pd.DataFrame({"quarter": starts}), how="cross")
    table["deals"] = [deals.get((r.member, r.quarter), 0.0) for r in table.itertuples()]
    table["cases"] = [float(cases.get(start, 0.0)) for start in table["quarter"]]
    table["share"] = table["deals"] / table["cases"].where(table["cases"] > 0)
    return table
