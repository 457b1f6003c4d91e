"""A large plan: 240,000 cells adjusted at the top and deep down, summed, handed in and published."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, DropSchema

from benchmarks.timing import interleaved, seconds
from planning.adjustments import Adjustment
from planning.curves import Curve
from planning.ledger import Ledger
from planning.plan import Node, Plan
from planning.replay import adjusted
from planning.rights import Planner
from planning.rows import canonical
from planning.scenarios import Scenario, Scenarios
from settings import Settings

#: Members by dimension, besides the twelve months: 240,000 cells at the deepest level.
SIZE = {"rep": 200, "product": 20, "channel": 5}
QUICK = {"rep": 20, "product": 2, "channel": 2}
REGIONS = 7
YEAR = 2026
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
PLANNER = Planner("benchmark")
CURVE = Curve(date(YEAR, 1, 1), np.ones(365))
TOP = Adjustment("scale", "company", share=Decimal("0.05"))


@dataclass(frozen=True)
class Planned:
    """How many cells; medians in milliseconds by what was done in memory; seconds to publish by database."""

    cells: int
    worked: list[tuple[str, float]]
    published: list[tuple[str, float]]


def measured(*, runs: int, size: dict[str, int]) -> Planned:
    """Everything about one plan, whose company, regions and reps come to the same."""
    rows = canonical(_rows(size))
    plan = Plan.of(rows, CURVE)
    works = {
        "cells from rows": lambda: Plan.of(rows, CURVE),
        "+5 % at the top, spread over all below": lambda: adjusted(plan, TOP),
        "+5 % for a region, the others give way": lambda: adjusted(plan, _region_up()),
        "+5 % for a rep, all above follow": lambda: adjusted(plan, _rep_up(plan)),
        "sums by region": lambda: plan.sums(_deepest(plan), ["region"]),
        "sums by rep and month within a region": lambda: plan.sums(
            _deepest(plan), ["rep", "month"], Node.of(region="Region 1")
        ),
    }
    took = interleaved(list(works.values()), runs=runs)
    published = [(name, _published(url, rows, plan)) for name, url in _databases()]
    return Planned(len(plan.planes[_deepest(plan)]), list(zip(works, took, strict=True)), published)


def _deepest(plan: Plan) -> int:
    return len(plan.planes) - 1


def _region_up() -> Adjustment:
    return Adjustment("scale", "region", by="region", members=("Region 1",), share=Decimal("0.05"), mode="stays")


def _rep_up(plan: Plan) -> Adjustment:
    name = plan.planes[_deepest(plan)].name
    return Adjustment("scale", name, by="rep", members=("Rep 1",), share=Decimal("0.05"))


def _published(url: str, rows: pd.DataFrame, plan: Plan) -> float:
    """Seconds from an adjusted draft to its being in force: handed in with its rows, approved, published."""
    ledger = Ledger.open(Settings(app_url=url))
    try:
        found = Scenarios(ledger)
        base = ledger.draft(YEAR, rows, name="Budget", by=PLANNER.name)
        scenario = found.begin(base, name="What if", viewer=PLANNER)
        scenario, after = found.adjust(
            scenario.version_id, [TOP], plan=plan, viewer=PLANNER, expected_revision=scenario.revision
        )
        return seconds(lambda: _through(found, scenario, after))
    finally:
        ledger.close()


def _through(found: Scenarios, scenario: Scenario, plan: Plan) -> None:
    key = scenario.version_id
    scenario = found.submit(key, plan, viewer=PLANNER, expected_revision=scenario.revision)
    scenario = found.approve(key, viewer=PLANNER, expected_revision=scenario.revision)
    found.publish(key, viewer=PLANNER, expected_revision=scenario.revision)


def _databases() -> Iterator[tuple[str, str]]:
    """SQLite, and PostgreSQL where it answers; each in a place of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield "SQLite", f"sqlite:///{Path(folder) / 'app.sqlite'}"
    try:
        with _schema() as url:
            yield "PostgreSQL", url
    except OperationalError:
        print("PostgreSQL does not answer: publishing there is left out.")


@contextmanager
def _schema() -> Iterator[str]:
    name = f"bench_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRES_URL, poolclass=NullPool, connect_args={"connect_timeout": 2})
    with admin.begin() as connection:
        connection.execute(CreateSchema(name))
    try:
        own = make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={name}"})
        yield own.render_as_string(hide_password=False)
    finally:
        with admin.begin() as connection:
            connection.execute(DropSchema(name, cascade=True))


def _rows(size: dict[str, int]) -> pd.DataFrame:
    """Targets of the company, its regions and its reps by product and channel, by month."""
    names = {key: np.array([f"{key.title()} {number}" for number in range(count)]) for key, count in size.items()}
    place = np.array(list(product(range(12), *(range(count) for count in size.values()))))
    month, parts = place[:, 0], dict(zip(size, place[:, 1:].T, strict=True))
    amounts = 10_000 * np.random.default_rng(YEAR).integers(100, 10_000, len(place))
    region = np.array([f"Region {number}" for number in range(REGIONS)])[parts["rep"] % REGIONS]
    deep = pd.DataFrame({"month": month, "amount_e4": amounts, "region": region})
    deep = deep.assign(**{key: names[key][codes] for key, codes in parts.items()})
    above: list[Any] = [["month"], ["month", "region"]]
    listed = [deep.groupby(keys, as_index=False)["amount_e4"].sum() for keys in above]
    rows = pd.concat([*listed, deep], ignore_index=True)
    starts = np.datetime64(f"{YEAR}-01", "M") + rows.pop("month").to_numpy()
    ends = (starts + 1).astype("datetime64[D]") - 1
    rows = rows.assign(starts_on=starts.astype("datetime64[us]"), ends_on=ends.astype("datetime64[us]"))
    keys = ["region", *size]
    return rows.assign(**{key: rows[key].astype(object).where(rows[key].notna(), None) for key in keys})
