"""Rep questions: who the rep is and where, how the reps of a slice rank, and how one's attainment goes by month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, func, select

from crm import schema
from queries.attainment import TOO_EARLY, as_of_day, attainment_by, labels
from queries.breakdown import breakdown
from queries.engine import current, frame_of, question
from queries.options import members
from queries.periods import Period, fiscal_start, months_later
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.model import Fact, Text
from queries.slices import UNASSIGNED, Slice
from queries.source import Source, conditions
from queries.targets import targets_over

#: Who was hired, or moved, within so many days is new there.
NEW_DAYS = 182
MONTHS = 12
#: Months that a trend takes together: a rep's single months jump.
TRAILING = 3
#: Filters that narrow a slice to the rep's own corner; what is beside the rep is looked at without them.
_CORNER = ("rep", "manager", "office", "province")
_ASSIGNED = Fact("assignments", schema.rep_assignments, Text("one row per rep and stay", "每位代表每段任职一行"))
_STAFF = Fact("reps", schema.reps, Text("one row per rep", "每位代表一行"))


def rep_of(slice_: Slice, *, scope: Scope) -> str | None:
    """The key of the one rep that the slice is filtered by, named by key or name; None for none, several or all but."""
    values = dict(slice_.filters).get("rep", ())
    if len(values) != 1 or values[0].startswith("!") or values[0] == UNASSIGNED:
        return None
    known = members("rep", scope=scope)
    if values[0] in set(known["key"]):
        return values[0]
    named = known.loc[known["label"] == values[0], "key"].tolist()
    return str(named[0]) if len(named) == 1 else None


def around(slice_: Slice) -> Slice:
    """The slice of which a rep is a part: without the filters that lead to the rep."""
    for name in _CORNER:
        slice_ = slice_.with_filter(name, ())
    return slice_


@question
def stays(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per rep and stay in an office that slice and scope take in, begun by the as-of day; the latest last.

    Columns: rep, since, until (first day no longer there), office and region with labels. A rep without recorded
    stays has one in the present office.
    """
    plain = Slice(as_of=slice_.as_of, filters=tuple((n, v) for n, v in slice_.filters if n in {"country", "region"}))
    day = as_of_day(slice_)
    recorded = select(schema.rep_assignments.c.rep_id)
    pieces = [
        _stays(_ASSIGNED, ("valid_from", "valid_to"), plain, scope),
        _stays(_STAFF, ("hired_on", "left_on"), plain, scope, schema.reps.c.rep_id.not_in(recorded)),
    ]
    found = pd.concat([piece for piece in pieces if len(piece)] or pieces[:1], ignore_index=True)
    for name in ("since", "until"):
        found[name] = _dates(found[name])
    begun = [since is None or since <= day for since in found["since"]]
    found = found[np.array(begun, dtype=bool)].assign(known=lambda f: [since or date.min for since in f["since"]])
    return found.sort_values(["rep", "known"], kind="stable", ignore_index=True).drop(columns="known")


def _stays(fact: Fact, span: tuple[str, str], slice_: Slice, scope: Scope, *more: ColumnElement[bool]) -> pd.DataFrame:
    """What one table says of who is where; limits that are of deals alone do not hold here."""
    source = Source.of(fact, slice_)
    limits = Scope(tuple((name, allowed) for name, allowed in scope.limits if DIMENSIONS[name].fits(fact)))
    where = [*conditions(source, slice_=slice_, scope=limits, period=None), *more]
    columns = [source.table.c.rep_id.label("rep"), *(source.table.c[name] for name in span)]
    for dimension in (d.office, d.region):
        table, (plain, zh) = source.joined(dimension), dimension.names or ("", "")
        columns += [func.coalesce(table.c[dimension.key], UNASSIGNED).label(dimension.name)]
        columns += [table.c[plain].label(f"{dimension.name}_label")]
        columns += [func.coalesce(table.c[zh], table.c[plain]).label(f"{dimension.name}_label_zh")]
    found = frame_of(select(*columns).select_from(source.joins([d.office, d.region], names=True)).where(*where))
    return found.rename(columns=dict(zip(span, ("since", "until"), strict=True)))


def _dates(column: pd.Series[Any]) -> pd.Series[Any]:
    """Days as dates, None where there is none."""
    return pd.Series([None if pd.isna(one) else pd.Timestamp(one).date() for one in column], column.index, dtype=object)


@question
def staff(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per rep, by key: rep, labels, manager with labels, hired_on, left_on, and the latest of `stays`.

    left_on is None while the rep is there at the as-of day. Of the stay: office and region with labels, since, and
    moved_on, the day of a move from another office that is taken in. Reps whose stays are all elsewhere are not there.
    """
    found, day = stays(slice_, scope=scope), as_of_day(slice_)
    counts = found.groupby("rep").size()
    latest = found.drop_duplicates("rep", keep="last").set_index("rep").drop(columns="until")
    latest["moved_on"] = [row.since if counts[row.Index] > 1 else None for row in latest.itertuples()]
    table = schema.reps
    people = frame_of(
        select(
            table.c.rep_id.label("rep"),
            func.coalesce(table.c.name, table.c.rep_id).label("label"),
            func.coalesce(table.c.name_zh, table.c.name, table.c.rep_id).label("label_zh"),
            table.c.manager_id.label("manager"),
            table.c.manager.label("manager_label"),
            func.coalesce(table.c.manager_zh, table.c.manager).label("manager_label_zh"),
            table.c.hired_on,
            table.c.left_on,
        ).order_by(table.c.rep_id)
    )
    for name in ("hired_on", "left_on"):
        people[name] = _dates(people[name])
    people["left_on"] = [one if one is not None and one <= day else None for one in people["left_on"]]
    joined = people.join(latest, on="rep", how="inner").reset_index(drop=True)
    return joined.astype(dict.fromkeys(("since", "moved_on", "hired_on", "left_on"), object))


def facts(rep: str, slice_: Slice, *, scope: Scope) -> Any | None:
    """The rep's row of `staff`; None for one who is not in it."""
    found = staff(around(slice_), scope=scope)
    return next(found[found["rep"] == rep].itertuples(), None)


@question
def reps_ranked(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per rep with sales, a target or open deals, as `attainment_by` ranks them: furthest behind first.

    Its columns, then open_amount, won_count, decided_count, win_rate (of the period), region with labels, is_new,
    has_moved (both within NEW_DAYS), has_left. What belongs to no rep is in `attrs["unassigned"]`, as its sales.
    """
    ranked = attainment_by(slice_, scope=scope, by="rep")
    about = dict(ranked.attrs)
    deals = breakdown(m.open_amount, m.win_rate, by=[d.rep], slice_=slice_, scope=scope, parts=True)
    deals = deals.rename(columns={"win_rate_over": "won_count", "win_rate_under": "decided_count"})
    waiting = deals[(deals["open_amount"] > 0) & ~deals["rep"].isin(ranked["rep"])]
    names = labels("rep")
    more = pd.DataFrame({"rep": waiting["rep"], "actual": 0.0})
    for suffix in ("label", "label_zh"):
        more[suffix] = [names.get(key, {}).get(suffix, key) for key in waiting["rep"]]
    if len(more):
        ranked = pd.concat([ranked, more], ignore_index=True)
    numbers = ["open_amount", "won_count", "decided_count", "win_rate"]
    ranked = ranked.astype({"rep": object}).merge(deals[["rep", *numbers]], on="rep", how="left")
    ranked[numbers[:3]] = ranked[numbers[:3]].fillna(0.0)
    people, day = staff(around(slice_), scope=scope), as_of_day(slice_)
    places = ["region", "region_label", "region_label_zh"]
    ranked = ranked.merge(people[["rep", *places, "hired_on", "left_on", "moved_on"]], on="rep", how="left")
    for mark, column in (("is_new", "hired_on"), ("has_moved", "moved_on")):
        ranked[mark] = [_is_recent(one, day) for one in ranked[column]]
    ranked["has_left"] = [not pd.isna(one) for one in ranked["left_on"]]
    is_nobody = ranked["rep"] == UNASSIGNED
    is_there = ranked["target"].notna() | (ranked["actual"] != 0) | (ranked["open_amount"] > 0)
    answer = ranked[is_there & ~is_nobody].drop(columns=["hired_on", "left_on", "moved_on"]).reset_index(drop=True)
    answer.attrs = {**about, "unassigned": float(ranked.loc[is_nobody, "actual"].sum())}
    return answer


def _is_recent(on: Any, day: date) -> bool:
    return not pd.isna(on) and day - timedelta(days=NEW_DAYS) < on <= day


@question
def months(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per month of the fiscal year: month, actual (NaN after the as-of day), target, due, last_year, variance.

    due is the part of the target that is due by the as-of day, variance = actual - due; NaN without a target.
    last_year is the whole month's, whatever the day.
    """
    day, first = as_of_day(slice_), current().first_month
    start = fiscal_start(day, 12, first)
    starts = [months_later(start, step) for step in range(12)]
    frame = _by_month(slice_, starts, scope=scope)
    before = _sold(slice_, months_later(start, -12), day, scope=scope).get("", {})
    frame["last_year"] = [before.get(months_later(month, -12), 0.0) for month in starts]
    return frame


def _by_month(slice_: Slice, starts: list[date], *, scope: Scope) -> pd.DataFrame:
    sold = _sold(slice_, starts[0], as_of_day(slice_), scope=scope).get("", {})
    due = _due(slice_, [], starts, scope=scope).get((), [(np.nan, np.nan)] * len(starts))
    frame = pd.DataFrame({"month": pd.Series(starts, dtype=object)})
    come = [month <= as_of_day(slice_) for month in starts]
    frame["actual"] = [
        sold.get(month, 0.0) if has_come else np.nan for month, has_come in zip(starts, come, strict=True)
    ]
    frame["target"], frame["due"] = [whole for whole, _ in due], [part for _, part in due]
    frame["due"] = frame["due"].where(come)
    frame["variance"] = frame["actual"] - frame["due"]
    return frame


def _sold(
    slice_: Slice, since: date, until: date, *, scope: Scope, by_rep: bool = False
) -> dict[str, dict[date, float]]:
    """Sales by month of the days, of the slice (under "") or of each rep."""
    period = Period("range", since, until, until)
    by = [d.rep, d.month] if by_rep else [d.month]
    found = breakdown(m.sales_amount, by=by, slice_=slice_, scope=scope, period=period)
    sold: dict[str, dict[date, float]] = {}
    for row in found.itertuples():
        sold.setdefault(row.rep if by_rep else "", {})[pd.Timestamp(row.month).date()] = float(row.sales_amount)
    return sold


def _due(
    slice_: Slice, by: list[str], starts: list[date], *, scope: Scope
) -> Mapping[tuple[str, ...], list[tuple[float, float]]]:
    """For each month its target and the part of it that is due by the as-of day; NaN where none is set."""
    day = as_of_day(slice_)
    ends = [months_later(start, 1) - timedelta(days=1) for start in starts]
    whole = targets_over(slice_, by, list(zip(starts, ends, strict=True)), scope=scope)
    # A month that has not come has one day here, and is left out again by whoever asks for what is due.
    spans = [(start, max(min(end, day), start)) for start, end in zip(starts, ends, strict=True)]
    part = targets_over(slice_, by, spans, scope=scope)
    return {
        member: [(w, p) if w > 0 else (np.nan, np.nan) for w, p in zip(own, part[member], strict=True)]
        for member, own in whole.items()
    }


@question
def attainment_trend(slice_: Slice, *, scope: Scope, peers: tuple[str, ...]) -> pd.DataFrame:
    """One row per month, the twelve to the as-of day, oldest first: month, attainment, trailing, peers, peer_count.

    attainment is the month's actual over what was due in it, NaN in a month just begun; trailing the same over the last
    three months together, those without a target left out; peers the median of the peers' trailing attainment, where
    three of them have one.
    """
    last = as_of_day(slice_).replace(day=1)
    shown = [months_later(last, -back) for back in range(MONTHS - 1, -1, -1)]
    starts = [months_later(shown[0], -back) for back in range(TRAILING - 1, 0, -1)] + shown
    frame = _by_month(slice_, starts, scope=scope)
    wide = around(slice_)
    sold = _sold(wide, starts[0], as_of_day(slice_), scope=scope, by_rep=True)
    due = _due(wide, ["rep"], starts, scope=scope)
    theirs = np.array(
        [
            _trailing([sold.get(peer, {}).get(month, 0.0) for month in starts], [part for _, part in due[peer,]])
            for peer in peers
            if (peer,) in due
        ]
    ).reshape(-1, len(starts))
    frame["attainment"] = frame["actual"] / frame["due"].where(frame["due"] >= TOO_EARLY * frame["target"])
    frame["trailing"] = _trailing(frame["actual"].tolist(), frame["due"].tolist())
    counts = (~np.isnan(theirs)).sum(axis=0)
    frame["peers"] = [median_of(column) for column in theirs.T] if len(theirs) else np.nan
    frame["peer_count"] = counts
    return frame.iloc[TRAILING - 1 :][["month", "attainment", "trailing", "peers", "peer_count"]].reset_index(drop=True)


def _trailing(actual: list[float], due: list[float]) -> np.ndarray:
    """Sum over sum of each month and the two before it, where something was due; NaN where nothing was in any."""
    owed = np.nan_to_num(np.array(due, dtype=float))
    sold = np.where(owed > 0, np.nan_to_num(np.array(actual, dtype=float)), 0.0)
    sums = [np.convolve(one, np.ones(TRAILING))[: len(one)] for one in (sold, owed)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[1] > 0, sums[0] / sums[1], np.nan)


#: Of fewer others there is no median worth the name.
FEWEST_PEERS = 3


def median_of(values: Any) -> float:
    """The median of what is known, where enough of it is; else NaN."""
    known = np.asarray(values, dtype=float)
    known = known[~np.isnan(known)]
    return float(np.median(known)) if len(known) >= FEWEST_PEERS else float("nan")
