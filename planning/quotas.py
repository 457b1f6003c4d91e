"""How the quotas of a CRM become versions of targets: one a fiscal year, and a new one only for other quotas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from crm.issues import counted
from planning.fiscal import fiscal_year, year_end, year_start
from planning.ledger import Ledger
from planning.levels import Level, highest, level_of
from planning.rows import canonical, content_hash
from planning.tables import KEYS
from planning.writer import Version, Writer

_NAMES = {"load": ("CRM quotas", "CRM 配额"), "demo": ("Annual targets", "年度目标")}
_SAID_ORIGIN = {"load": "the CRM that was loaded", "demo": "the demo company", "planning": "the application"}


@dataclass(frozen=True)
class Taken:
    """What became of one fiscal year's quotas; `action` is published, again, drafted, kept, unchanged or withdrawn."""

    fiscal_year: int
    version_id: int
    action: str
    line: str


def take_quotas(
    ledger: Ledger,
    quotas: pd.DataFrame | Iterable[Mapping[str, Any]],
    *,
    as_of: date,
    first_month: int,
    origin: str,
    by: str,
    data: tuple[str, str] | None = None,
) -> list[Taken]:
    """Takes in all quotas of a CRM (`starts_on`, `ends_on`, `amount` and keys), by the fiscal year they start in.

    A year that has begun by the as-of date is published, a later one becomes a draft; without an end a quota runs to
    the end of its year. Quotas equal to those of last time change nothing. What people made in the application stays in
    force. Versions that came from another company (a demo before a load, or after) are withdrawn.
    `data` is remembered as what was taken in last: the place of the CRM tables and their version.
    """
    frame = _usable(quotas, first_month)
    years = {int(year): canonical(some.drop(columns="year")) for year, some in frame.groupby("year", sort=True)}
    with ledger.writing(by=by) as writer:
        taken = [_take(writer, year, rows, origin, has_begun=year_start(year, first_month) <= as_of)
                 for year, rows in years.items()]  # fmt: skip
        taken += _withdraw(writer, origin)
        if data is not None:
            writer.remember_taken(*data)
    return sorted(taken, key=lambda one: one.fiscal_year)


def unusable(quotas: pd.DataFrame) -> int:
    """How many quotas become no target: without a first day or an amount, or ending before they start."""
    return int((~_is_usable(quotas)).sum())


def _usable(quotas: pd.DataFrame | Iterable[Mapping[str, Any]], first_month: int) -> pd.DataFrame:
    """The quotas that can be targets, with the fiscal year each starts in and the day each ends on."""
    frame = quotas if isinstance(quotas, pd.DataFrame) else pd.DataFrame(list(quotas), dtype=object)
    frame = frame.reindex(columns=["starts_on", "ends_on", "amount", *KEYS])
    frame = frame[_is_usable(frame)].reset_index(drop=True)
    years = [fiscal_year(day, first_month) for day in pd.to_datetime(frame["starts_on"]).dt.date]
    ends = [
        year_end(year, first_month) if pd.isna(day) else day for year, day in zip(years, frame["ends_on"], strict=True)
    ]
    return frame.assign(year=years, ends_on=pd.Series(ends, dtype=object))


def _is_usable(quotas: pd.DataFrame) -> pd.Series:
    starts, ends = pd.to_datetime(quotas["starts_on"]), pd.to_datetime(quotas["ends_on"])
    return starts.notna() & quotas["amount"].notna() & ~(ends < starts)


def _take(writer: Writer, year: int, rows: pd.DataFrame, origin: str, *, has_begun: bool) -> Taken:
    """Decides about one year: nothing, a new version, or the same one again."""
    content, before = content_hash(rows), writer.listed(fiscal_year=year)
    in_force = next((one for one in before if one.state == "published"), None)
    may_publish = has_begun and (in_force is None or in_force.origin != "planning")
    # People may have gone on from what was taken in: then it is theirs, and its quotas are known all the same.
    known = [one for one in before if one.taken_hash is not None and one.origin in (origin, "planning")]
    what = f"{counted(len(rows), 'quota')}, {_total(rows)}"
    if known and known[-1].taken_hash == content:
        return _take_again(writer, known[-1], in_force, what, origin, may_publish=may_publish)
    for one in before:
        if one.state == "draft" and one.origin == origin:
            writer.supersede(one, "by other quotas")
    name, name_zh = _NAMES[origin]
    made = writer.insert(
        year, rows, action="taken in", name=name, name_zh=name_zh, origin=origin, taken_hash=content
    )  # fmt: skip
    if may_publish:
        writer.put_in_force(made)
        return _taken(made, "published", f"is in force: {what}")
    if has_begun and in_force is not None:
        return _taken(
            made,
            "kept",
            f"was kept as a draft ({what}), because version {in_force.number}, made in the application, is in force; "
            f"`dashboard.py targets --publish {made.version_id}` puts it in force",
        )
    return _taken(made, "drafted", f"is a draft, as its year has not begun: {what}")


def _take_again(
    writer: Writer, version: Version, in_force: Version | None, what: str, origin: str, *, may_publish: bool
) -> Taken:
    """The quotas of last time: what they became stays, unless its year has begun or it had been withdrawn since."""
    is_free = in_force is None or in_force.origin not in (origin, "planning")
    if version.origin == origin and version.state in ("draft", "superseded"):
        if may_publish and is_free:
            writer.put_in_force(version)
            return _taken(version, "again" if version.published_at else "published", f"is in force: {what}")
        if version.state == "superseded" and version.published_at is None:
            writer.restore(version, "the same quotas again")
            return _taken(version, "drafted", f"is a draft again: {what}")
    return _taken(version, "unchanged", f"is as it was ({version.state}): {what}")


def _withdraw(writer: Writer, origin: str) -> list[Taken]:
    """Takes out of force what came with the data of another company."""
    other = "demo" if origin == "load" else "load"
    withdrawn = []
    for state in ("published", "draft"):
        for version in writer.listed(state=state, origin=other):
            writer.supersede(version, f"by the data of {_SAID_ORIGIN[origin]}")
            if state == "published":
                what = f"is no longer in force: it belongs to {_SAID_ORIGIN[other]}"
                withdrawn.append(_taken(version, "withdrawn", what))
    return withdrawn


def _taken(version: Version, action: str, what: str) -> Taken:
    line = f"Targets {version.fiscal_year}: version {version.number} {what}."
    return Taken(version.fiscal_year, version.version_id, action, line)


def _total(rows: pd.DataFrame) -> str:
    """The plan's total in words: that of its highest level."""
    has = pd.DataFrame({name: rows[name].notna() for name in KEYS})
    sums: dict[Level, int] = {}
    for flags, some in rows["amount_e4"].groupby([has[name] for name in KEYS]):
        level = level_of(name for name, is_set in zip(KEYS, flags, strict=True) if is_set)
        sums[level] = sums.get(level, 0) + int(some.sum())
    return f"{highest(sums) / 10_000:,.0f}"
