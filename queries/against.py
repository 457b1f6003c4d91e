"""Against one competitor: where we win more or less than elsewhere, what grows, where the competitor rises.

Each comparison is of two shares, tested, and all that were tried are corrected for together (`queries.proportions`).
Which ones are tried depends on the number of cases alone, never on what they say. A deal with two competitors counts
against both, so numbers of competitors are never summed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from queries.breakdown import breakdown, over_periods, over_periods_by_each
from queries.engine import question
from queries.evidence_window import evidence_period, halves
from queries.options import members
from queries.proportions import adjusted, differ, wilson
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.slices import UNASSIGNED, Slice

#: What deals are divided by.
SEGMENTS = (d.region, d.product_category, d.channel_kind, d.industry, d.segment, d.source)
#: Fewer cases on either side are not compared.
FEWEST = 10
#: A share of at most this many of the findings may be chance.
FALSE_SHARE = 0.05
QUADRANTS = ("strengths", "weaknesses", "opportunities", "threats")
COLUMNS = ("kind", "by", "member", "label", "label_zh", "over", "under", "other_over", "other_under", "p", "q")


def rival_of(slice_: Slice, *, scope: Scope) -> str | None:
    """The key of the competitor that the slice names by key or name; None where it names none that has deals here."""
    asked = slice_.option("competitor")
    if not asked:
        return None
    found = rivals_known(scope=scope)
    hit = found[(found["key"] == asked) | (found["label"] == asked) | (found["label_zh"] == asked)]
    return None if hit.empty else str(hit["key"].iloc[0])


def rivals_known(*, scope: Scope) -> pd.DataFrame:
    """One row per competitor that any deal names: key, label, label_zh, rows."""
    found = members(d.competitor.name, scope=scope)
    return found[found["key"] != UNASSIGNED].reset_index(drop=True)


@question
def rivals(slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per competitor, most deals first: competitor with labels, decided, won, rate, low, high, lost_amount.

    Of the deals decided in the evidence's two years in which the competitor was in play. Rows overlap.
    """
    period = evidence_period(slice_)
    found = breakdown(
        m.win_rate, m.lost_amount, by=[d.competitor], slice_=slice_, scope=scope, period=period, parts=True
    )
    found = found[(found["competitor"] != UNASSIGNED) & (found["win_rate_under"] > 0)]
    found = found.rename(columns={"win_rate_over": "won", "win_rate_under": "decided", "win_rate": "rate"})
    bounds = [wilson(won, decided) for won, decided in zip(found["won"], found["decided"], strict=True)]
    found = found.assign(low=[low for low, _ in bounds], high=[high for _, high in bounds])
    return found.sort_values("decided", ascending=False, kind="stable", ignore_index=True)


@question
def facing(slice_: Slice, *, scope: Scope, rival: str) -> pd.DataFrame:
    """One row per span (both, recent, before): decided and won with the competitor in play, all_decided and all_won.

    lost_amount is of the deals lost with the competitor in play, opened of all deals created.
    """
    before, recent = halves(slice_)
    periods, met = {"before": before, "recent": recent}, [("competitor", rival)]
    asked: dict[str, Any] = {"slice_": slice_, "scope": scope}
    faced = over_periods(*_OF_RIVAL, periods=periods, extra=met, **asked)
    whole = over_periods(*_OF_ALL, periods=periods, **asked)
    spans = {span: pd.concat([faced[span].iloc[0], whole[span].iloc[0].rename(_WHOLE)]) for span in periods}
    spans["both"] = spans["before"] + spans["recent"]
    ever = evidence_period(slice_)
    if ever.start is None:
        own = breakdown(*_OF_RIVAL, period=ever, extra=met, **asked).iloc[0]
        spans["both"] = pd.concat([own, breakdown(*_OF_ALL, period=ever, **asked).iloc[0].rename(_WHOLE)])
    told = pd.DataFrame(spans).T.rename(columns={**_FACED, "opportunity_count": "opened"})
    told.index.name = "span"
    return told.loc[["both", "recent", "before"]].fillna(0.0)


_OF_RIVAL = (m.decided_count, m.won_count, m.lost_amount)
_OF_ALL = (m.decided_count, m.won_count, m.opportunity_count)
_WHOLE = {"decided_count": "all_decided", "won_count": "all_won"}
_FACED = {"decided_count": "decided", "won_count": "won"}
_ALL = {"decided_count": "all_decided", "opportunity_count": "opened"}


@question
def comparisons(slice_: Slice, *, scope: Scope, rival: str) -> pd.DataFrame:
    """One row per comparison tried: kind, by, member with labels, over of under, other_over of other_under, p, q.

    kind and its two shares:
    win       won of those decided with the competitor in play; in the member, in all others
    growth    created in the last twelve months of those in both years; in the member, in all others
    presence  the competitor in play of those decided; in the last twelve months, in the twelve before
    losses    lost of those decided with the competitor in play; in the last twelve months, in the twelve before

    `by` and `member` are empty where all deals are compared. q is p adjusted over all rows. `won_share` is our share
    won against the competitor in the member, in both years.
    """
    spans = facing(slice_, scope=scope, rival=rival)
    whole = {f"{name}_{span}": spans.at[span, name] for span in ("recent", "before") for name in spans}
    rows = list(_over_time({"by": "", "member": "", "label": "", "label_zh": ""}, whole))
    for name, found in segments(slice_, scope=scope, rival=rival).items():
        rows += _of_segments(name, found)
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-2], "won_share"])
    tried = table[(table["under"] >= FEWEST) & (table["other_under"] >= FEWEST)].reset_index(drop=True)
    cases = tried[["over", "under", "other_over", "other_under"]].astype(int)
    p_values = [differ(*row) for row in cases.itertuples(index=False)]
    return tried.assign(p=pd.Series(p_values, dtype=float), q=pd.Series(adjusted(p_values), dtype=float))


def _of_segments(name: str, found: pd.DataFrame) -> list[dict[str, Any]]:
    """The comparisons of the members of one dimension; none where all deals are of one member."""
    if len(found) < 2:
        return []
    rows: list[dict[str, Any]] = []
    totals = found.sum(numeric_only=True).to_dict()
    for own in found.to_dict("records"):
        rest = {key: total - own[key] for key, total in totals.items()}
        about = {"by": name, **{key: own[key] for key in ("member", "label", "label_zh")}}
        about["won_share"] = own["won"] / own["decided"] if own["decided"] else float("nan")
        rows.append(_row("win", about, own["won"], own["decided"], rest["won"], rest["decided"]))
        opened, others = (one["opened_recent"] + one["opened_before"] for one in (own, rest))
        rows.append(_row("growth", about, own["opened_recent"], opened, rest["opened_recent"], others))
        rows += _over_time(about, own)
    return rows


def _over_time(about: dict[str, Any], counts: Mapping[Any, float]) -> Iterator[dict[str, Any]]:
    """Presence and losses in the last twelve months against the twelve before; `counts` are by name and span."""
    (met, won, decided), (met_then, won_then, decided_then) = (
        [counts[f"{name}_{span}"] for name in ("decided", "won", "all_decided")] for span in ("recent", "before")
    )
    yield _row("presence", about, met, decided, met_then, decided_then)
    yield _row("losses", about, met - won, met, met_then - won_then, met_then)


def _row(kind: str, about: dict[str, Any], over: float, under: float, other: float, of: float) -> dict[str, Any]:
    return {"kind": kind, **about, "over": over, "under": under, "other_over": other, "other_under": of}


@question
def segments(slice_: Slice, *, scope: Scope, rival: str) -> dict[str, pd.DataFrame]:
    """By the name of each of SEGMENTS one row per member: labels, and for each span decided and won with the
    competitor in play, all decided, opened.

    Columns without a span are of both years, or of all time where the slice asks for that.
    """
    before, recent = halves(slice_)
    asked: dict[str, Any] = {"slice_": slice_, "scope": scope}
    periods, met = {"before": before, "recent": recent}, [("competitor", rival)]
    each: dict[str, Any] = {"periods": periods, "dimensions": SEGMENTS, **asked}
    with_rival = over_periods_by_each(m.decided_count, m.won_count, extra=met, **each)
    whole = over_periods_by_each(m.decided_count, m.opportunity_count, **each)
    ever, found = evidence_period(slice_), {}
    for dimension in SEGMENTS:
        name = dimension.name
        pieces = [_Piece(with_rival[name][span], f"_{span}", _FACED) for span in periods]
        pieces += [_Piece(whole[name][span], f"_{span}", _ALL) for span in periods]
        if ever.start is None:
            own = breakdown(m.decided_count, m.won_count, by=[dimension], period=ever, extra=met, **asked)
            pieces.append(_Piece(own, "", _FACED))
        found[name] = _together(name, pieces)
    return found


class _Piece(NamedTuple):
    """One answer by a dimension's members, and what its columns are called beside the others."""

    answer: pd.DataFrame
    ending: str
    names: Mapping[str, str]


def _together(dimension: str, pieces: Sequence[_Piece]) -> pd.DataFrame:
    """The answers beside each other; a member that one of them lacks has none of its deals."""
    columns = {f"{name}{piece.ending}": 0.0 for piece in pieces for name in piece.names.values()}
    found: dict[str, dict[str, Any]] = {}
    for piece in pieces:
        for row in piece.answer.to_dict("records"):
            key, label, label_zh = (row[f"{dimension}{ending}"] for ending in ("", "_label", "_label_zh"))
            own = found.setdefault(key, {"member": key, "label": label, "label_zh": label_zh, **columns})
            own |= {f"{name}{piece.ending}": float(row[asked] or 0) for asked, name in piece.names.items()}
    for own in found.values():
        for name in ("decided", "won"):
            own.setdefault(name, own[f"{name}_recent"] + own[f"{name}_before"])
    names = ["member", "label", "label_zh", *columns, "decided", "won"]
    return pd.DataFrame(list(found.values()), columns=list(dict.fromkeys(names)))


def quadrants(tried: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What holds of the comparisons, by QUADRANTS, surest first: rows of `comparisons` with share, other and change.

    Strengths and weaknesses are wins that differ; opportunities are members that grow, faster than the others, and
    where we win at least as much against the competitor as over all; threats are presence or losses that rose.
    """
    rows = tried.assign(share=tried["over"] / tried["under"], other=tried["other_over"] / tried["other_under"])
    rows["change"] = rows["share"] - rows["other"]
    sure = rows[rows["q"] <= FALSE_SHARE].sort_values(["q", "p"], kind="stable")
    win = rows[(rows["kind"] == "win")]
    first = win[win["by"] == win["by"].iloc[0]] if len(win) else win
    cases = first["under"].sum()
    usual = first["over"].sum() / cases if cases else float("nan")
    is_, rose = sure["kind"], sure["change"] > 0
    grows = (is_ == "growth") & rose & (sure["over"] > sure["under"] - sure["over"])
    found = {
        "strengths": sure[(is_ == "win") & rose],
        "weaknesses": sure[(is_ == "win") & ~rose],
        "opportunities": sure[grows & (sure["won_share"] >= usual)],
        "threats": sure[is_.isin(("presence", "losses")) & rose],
    }
    return {name: found[name].reset_index(drop=True) for name in QUADRANTS}
