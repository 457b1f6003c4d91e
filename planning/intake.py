"""Keeping the ledger beside the CRM tables: after each load, and before the pages are served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from crm import snapshots
from crm.issues import counted
from planning.database import migrated_to, open_engine
from planning.errors import LedgerError
from planning.ledger import Ledger
from planning.levels import highest
from planning.migrations import HEAD
from planning.quotas import take_quotas, unusable
from settings import Settings

_STEPS_TO_FORCE = {
    "draft": (Ledger.submit, Ledger.approve, Ledger.publish),
    "submitted": (Ledger.approve, Ledger.publish),
}
#: The place of CRM tables that are snapshots in the data folder.
SNAPSHOTS = "snapshots"


def take_in(settings: Settings, *, url: str | None, by: str) -> list[str]:
    """Migrates the ledger and takes in the quotas at an address, or of the current snapshot; says what became of them.

    Opens DuckDB: never in a process that is forked afterwards. Raises LedgerError.
    """
    from planning.source import read_quotas  # only here: it needs DuckDB

    with _opened(settings) as ledger:
        place = url or snapshots.current(settings.snapshots_dir)
        if place is None:
            return ["There is no data yet, and so no quotas."]
        found = read_quotas(place, settings)
        taken = take_quotas(
            ledger,
            found.rows,
            as_of=found.as_of,
            first_month=found.first_month,
            origin=found.origin,
            by=by,
            data=(_place(url), found.data_version),
        )
    lines = [one.line for one in taken] or ["The data has no quotas: targets are as they were."]
    if count := unusable(found.rows):
        lines.append(
            f"! {counted(count, 'quota')} left out: without a starts_on or an amount, or ending before the start."
        )
    return lines


def is_current(settings: Settings) -> bool:
    """Whether the ledger is migrated and knows the quotas of the data that is served. Opens no DuckDB."""
    engine = open_engine(settings)
    try:
        if migrated_to(engine) != HEAD:
            return False
        served = _served(settings)
        return served is None or Ledger(engine).taken() == served
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def is_usable(settings: Settings) -> bool:
    """Whether the ledger can be read, whatever quotas it knows."""
    engine = open_engine(settings)
    try:
        return migrated_to(engine) == HEAD
    finally:
        engine.dispose()


def _served(settings: Settings) -> tuple[str, str | None] | None:
    """The place and version of the CRM tables that pages read, None where there are none; version None: unknown."""
    if settings.crm_url is None:
        current = snapshots.current(settings.snapshots_dir)
        return None if current is None else (SNAPSHOTS, current.id)
    try:
        is_duckdb = make_url(settings.crm_url).get_backend_name() == "duckdb"
    except ArgumentError:
        is_duckdb = True
    if is_duckdb:
        return _place(settings.crm_url), None
    from planning.source import version_at

    return _place(settings.crm_url), version_at(settings.crm_url)


def _place(url: str | None) -> str:
    """What the ledger calls a place; an address without what must not be written down."""
    return SNAPSHOTS if url is None else make_url(url).render_as_string(hide_password=True)


def listed(settings: Settings) -> Iterator[str]:
    """The versions for people to read, a line each; a total is that of the version's highest level."""
    with _opened(settings) as ledger:
        versions, levels = ledger.versions(), ledger.levels()
    if versions.empty:
        yield "There are no targets yet: load a CRM that has quotas, or make the demo company."
        return
    yield f"{'ID':>4}  {'YEAR':>4}  {'NO':>3}  {'STATE':<10}  {'ROWS':>8}  {'TOTAL':>18}  {'PUBLISHED (UTC)':<16}  NAME"
    for version in versions.itertuples():
        own = levels[levels["version_id"] == version.version_id]
        total = highest(dict(zip(own["level"], own["amount_e4"], strict=True))) / 10_000
        when = "-" if version.published_at != version.published_at else f"{version.published_at:%Y-%m-%d %H:%M}"
        yield (
            f"{version.version_id:>4}  {version.fiscal_year:>4}  {version.number:>3}  {version.state:<10}  "
            f"{own['row_count'].sum():>8,}  {total:>18,.0f}  {when:<16}  {version.name}"
        )


def publish(settings: Settings, version_id: str, *, by: str) -> str:
    """Puts a version in force, step by step from the state it is in; says so. Raises LedgerError."""
    if not (version_id.isascii() and version_id.isdigit() and len(version_id) < 10):
        raise LedgerError(f"{version_id!r} is no id of a version; `dashboard.py targets` lists them.")
    with _opened(settings) as ledger:
        version = ledger.version(int(version_id))
        if version.state == "published":
            return f"{version.title} is in force already."
        revision = version.revision
        for step in _STEPS_TO_FORCE.get(version.state, (Ledger.publish,)):
            revision = step(ledger, version.version_id, by=by, expected_revision=revision)
    return f"{version.title} is in force."


@contextmanager
def _opened(settings: Settings) -> Iterator[Ledger]:
    ledger = Ledger.open(settings)
    try:
        yield ledger
    finally:
        ledger.close()
