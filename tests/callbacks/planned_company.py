"""A tiny company with a plan of three levels, and a person at its planning page, without a browser.

Sales, deals and people are those of `tests.queries.planned`, as of 27 August 2026. Version 1 is in force: each month of
2026 the same.

| a month | company | East | North | r1 (East) | r2 (North) | r4 (North) |
|---------|---------|------|-------|-----------|------------|------------|
|         |     300 |  180 |   120 |       200 |         90 |         30 |

The region tree looks at the plan of the reps, who have 960 in the third quarter where the company has 900: East 600 and
North 360. East sold 360 of it and 200 a year before, North 70 and 1,050, and 10 belong to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

import access
from callbacks import plan_actions, plan_replies, wiring
from callbacks.plan_view import Showing, showing
from components.markup import markup
from components.view import View
from planning.errors import LedgerError
from planning.ledger import Ledger
from planning.rights import Planner
from planning.scenarios import Scenario, Scenarios
from queries.engine import reading
from queries.periods import months_later
from queries.slices import Slice
from queries.warehouse import Warehouse
from settings import Settings
from tests.queries.planned import COMPANY, EAST, NORTH, R1, R2, R4

TABLES = dict(COMPANY)
MONTHLY = (({}, 300), (EAST, 180), (NORTH, 120), (R1, 200), (R2, 90), (R4, 30))
Q3 = "period=2026Q3"
MEI = Planner("Mei Lan")


def put_in_force(folder: Path) -> int:
    """Version 1 in the ledger of a data folder; its id."""
    ledger = Ledger.open(Settings(data_dir=folder))
    starts = [date(2026, month, 1) for month in range(1, 13)]
    rows = [
        {"starts_on": start, "ends_on": months_later(start, 1) - timedelta(days=1), "amount": amount, **keys}
        for keys, amount in MONTHLY
        for start in starts
    ]
    made = ledger.draft(2026, rows, name="Plan", by="Mei Lan")
    for step in (ledger.submit, ledger.approve, ledger.publish):
        step(made, by="Mei Lan", expected_revision=ledger.version(made).revision)
    ledger.close()
    return made


@dataclass
class Person:
    """Somebody at the planning page: what they see, and what they do."""

    server: Flask
    folder: Path
    version: int
    lang: str = "en"
    query: str = Q3
    seen: int = 0
    planner: Planner | None = None
    warehouse: Warehouse | None = None

    def __post_init__(self) -> None:
        self.warehouse = self.warehouse or self.server.extensions["warehouse"]

    @contextmanager
    def looking(self, more: str = "") -> Iterator[View]:
        """The view of the page."""
        cookies = {"Cookie": f"language={self.lang}"}
        query = "&".join(filter(None, (self.query, more)))
        self.server.extensions["warehouse"] = self.warehouse
        with (
            self.server.test_request_context("/planning", headers=cookies),
            reading(wiring.warehouse().database()) as database,
        ):
            yield wiring.view_of(Slice.from_search(query), database, path="/planning")

    @contextmanager
    def showing(self, more: str = "") -> Iterator[Showing]:
        """The plan in sight."""
        with self.looking(more) as view:
            shown = showing(view)
            assert shown is not None
            yield shown

    def does(self, kind: Any, **said: Any) -> str:
        """Does something with the revision seen last, as the browser would; what the page says, if anything."""
        with self.looking() as view:
            found = plan_actions.plans.scenarios()
            assert found is not None
            action = {"kind": kind, "seen": self.seen, **said}
            request = plan_actions.Request(view, found, self.planner or access.viewer().planner, action)
            try:
                done = plan_actions.act_on(request)
            except LedgerError as refused:
                return text_of(plan_replies.refusal(view, action, refused))
            self.seen = done.revision
            if done.opens:
                self.query = f"{Q3}&plan={done.plan_id}"
            return text_of(done.preview or plan_replies.thanks(done.said))

    def rows(self, more: str = "") -> dict[str, float]:
        """What the plan sets for each member in sight, and in all."""
        with self.showing(more) as shown:
            members = dict(zip(shown.members["key"], shown.members["proposed"], strict=True))
            return {**members, "": shown.total["proposed"]}

    def scenario(self) -> Scenario:
        """The plan as the ledger has it."""
        with self.looking() as view:
            found = plan_actions.plans.scenarios()
            assert isinstance(found, Scenarios)
            return found.read(int(view.slice_.option("plan")))


def row(*steps: tuple[str, str]) -> str:
    """A row of the grid by the way to it."""
    return json.dumps([list(step) for step in steps], ensure_ascii=False)


EAST_ROW, NORTH_ROW = row(("region", "East")), row(("region", "North"))


def text_of(tree: Any) -> str:
    """The markup of what the page says."""
    return markup(tree) if tree else ""
