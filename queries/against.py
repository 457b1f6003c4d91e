"""Against one competitor: where we win more or less than elsewhere, what grows, where the competitor rises.

Each comparison is of two shares, tested, and all that were tried are corrected for together (`queries.proportions`).
Which ones are tried depends on the number of cases alone, never on what they say. A deal with two competitors counts
against both, so numbers of competitors are never summed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from queries.breakdown import breakdown, over_periods
from queries.engine import question
from queries.evidence_window import evidence_period, halves
from queries.options import members
from queries.proportions import adjusted, differ, wilson
from queries.scope import Scope
from queries.semantic import dimensions as d
from queries.semantic import measures as m
from queries.semantic.model import Dimension
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
    periods = {"both": evidence_period(slice_), "recent": recent, "before": before}
    asked: dict[str, Any] = {"slice_": slice_, "scope": scope}
    rows = []
    for name, period in periods.items():
        own = breakdown(
            m.win_rate, m.lost_amount, period=period, extra=[("competitor", rival)], parts=True, **asked
        ).iloc[0]
        whole = breakdown(m.win_rate, m.opportunity_count, period=period, parts=True, **asked).iloc[0]
        rows.append(
            {
                "span": name,
                "decided": own["win_rate_under"],
                "won": own["win_rate_over"],
                "lost_amount": own["lost_amount"],
                "all_decided": whole["win_rate_under"],
                "all_won": whole["win_rate_over"],
                "opened": whole["opportunity_count"],
            }
        )
    return pd.DataFrame(rows).set_index("span")


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
    whole = facing(slice_, scope=scope, rival=rival)
    rows = list(_over_time("", pd.Series({"member": "", "label": "", "label_zh": ""}), whole))
    for dimension in SEGMENTS:
        rows += _of_segments(dimension, slice_, scope=scope, rival=rival)
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-2], "won_share"])
    tried = table[(table["under"] >= FEWEST) & (table["other_under"] >= FEWEST)].reset_index(drop=True)
    cases = tried[["over", "under", "other_over", "other_under"]].astype(int)
    p_values = [differ(*row) for row in cases.itertuples(index=False)]
    return tried.assign(p=pd.Series(p_values, dtype=float), q=pd.Series(adjusted(p_values), dtype=float))


def _of_segments(dimension: Dimension, slice_: Slice, *, scope: Scope, rival: str) -> list[dict[str, Any]]:
    """The comparisons of the members of one dimension; none where all deals are of one member."""
    name = dimension.name
    found = counted(dimension, slice_, scope=scope, rival=rival)
    if len(found) < 2:
        return []
    rows: list[dict[str, Any]] = []
    for _, member in found.iterrows():
        rest = found.sum(numeric_only=True) - member[found.select_dtypes("number").columns]
        about = {"by": name, **{key: member[key] for key in ("member", "label", "label_zh")}}
        about["won_share"] = member["won"] / member["decided"] if member["decided"] else float("nan")
        rows.append(_row("win", about, member["won"], member["decided"], rest["won"], rest["decided"]))
        opened, other = member["opened_recent"], rest["opened_recent"]
        rows.append(
            _row("growth", about, opened, opened + member["opened_before"], other, other + rest["opened_before"])
        )
        spans = {
            span: {key: member[f"{key}_{span}"] for key in ("decided", "won", "all_decided")}
            for span in ("recent", "before")
        }
        rows += _over_time(name, member, pd.DataFrame(spans).T, won_share=about["won_share"])
    return rows


def _over_time(
    by: str, member: pd.Series, spans: pd.DataFrame, won_share: float = float("nan")
) -> Iterator[dict[str, Any]]:
    about = {"by": by, **{key: member[key] for key in ("member", "label", "label_zh")}, "won_share": won_share}
    now, then = spans.loc["recent"], spans.loc["before"]
    yield _row("presence", about, now["decided"], now["all_decided"], then["decided"], then["all_decided"])
    lost, lost_then = now["decided"] - now["won"], then["decided"] - then["won"]
    yield _row("losses", about, lost, now["decided"], lost_then, then["decided"])


def _row(kind: str, about: dict[str, Any], over: float, under: float, other: float, of: float) -> dict[str, Any]:
    return {"kind": kind, **about, "over": over, "under": under, "other_over": other, "other_under": of}


_FACED = {"decided_count": "decided", "won_count": "won"}
_ALL = {"decided_count": "all_decided", "opportunity_count": "opened"}


_FACED = {"decided_count": "decided", "won_count": "won"}
_ALL = {"decided_count": "all_decided", "opportunity_count": "opened"}


def counted(dimension: Dimension, slice_: Slice, *, scope: Scope, rival: str) -> pd.DataFrame:
    """One row per member of the dimension: labels, and for each span decided and won with the competitor, all, opened.

    Columns without a span are of both years, or of all time where the slice asks for that.
    """
    before, recent = halves(slice_)
    asked: dict[str, Any] = {"by": [dimension], "slice_": slice_, "scope": scope}
    periods = {"before": before, "recent": recent}
    with_rival = over_periods(m.decided_count, m.won_count, periods=periods, extra=[("competitor", rival)], **asked)
    whole = over_periods(m.decided_count, m.opportunity_count, periods=periods, **asked)
    pieces = []
    for span in periods:
        pieces.append(_piece(with_rival[span], dimension, span, _FACED))
        pieces.append(_piece(whole[span], dimension, span, _ALL))
    if evidence_period(slice_).start is None:
        ever = breakdown(
            m.decided_count, m.won_count, period=evidence_period(slice_), extra=[("competitor", rival)], **asked
        )
        pieces.append(_piece(ever, dimension, "", _FACED))
    return _together(pieces)


def _piece(found: pd.DataFrame, dimension: Dimension, span: str, names: dict[str, str]) -> pd.DataFrame:
    """One answer by the member's key, its columns named after the span."""
    name = dimension.name
    named = {old: f"{new}_{span}" if span else new for old, new in names.items()}
    about = {name: "member", f"{name}_label": "label", f"{name}_label_zh": "label_zh"}
    return found.rename(columns={**named, **about})[[*about.values(), *named.values()]].set_index("member")


def _together(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The answers beside each other; a member that one of them lacks has none of its deals."""
    labels = pd.concat([piece[["label", "label_zh"]] for piece in pieces])
    labels = labels[~labels.index.duplicated()]
    numbers = pd.concat([piece.drop(columns=["label", "label_zh"]) for piece in pieces], axis=1)
    both = labels.join(numbers.astype(float).fillna(0.0))
    for name in ("decided", "won"):
        if name not in both:
            both[name] = both[f"{name}_recent"] + both[f"{name}_before"]
    return both.reset_index()


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
