"""A made-up company to look at: a maker of medicines and devices in China, at any size.

    connection = duckdb.connect()
    create_tables(connection)
    write_demo(connection, opportunities=2_000, as_of=date(2026, 8, 27))
    derive(connection, as_of=date(2026, 8, 27), fiscal_year_start=1)

Its numbers follow from causes that its reports should be able to find again: `market` and `deals` name them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import duckdb
import numpy as np

from crm.demo.accounts import found_accounts, write_accounts
from crm.demo.clock import clock
from crm.demo.deals import deal_out
from crm.demo.history import record
from crm.demo.members import drop_lookups, make_lookups, write_market, write_staff
from crm.demo.opportunities import write_history, write_opportunities
from crm.demo.paperwork import draw_discounts, write_approvals, write_quotes
from crm.demo.people import hire
from crm.demo.quotas import write_quotas
from crm.demo.reasons import draw_reasons
from crm.demo.sales import sign_contracts, write_contracts, write_sales
from crm.demo.store import prepare
from crm.demo.touches import write_activities, write_reviews


def write_demo(
    connection: duckdb.DuckDBPyConnection,
    *,
    opportunities: int = 40_000,
    seed: int = 1,
    as_of: date,
    fiscal_year_start: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> None:
    """Fills all source tables as they are at the end of `as_of`, with quotas up to the end of the next fiscal year.

    Equal arguments give equal tables. The tables must be there and empty; `crm.derive` does the rest. `progress` is
    told the step and the share of the whole that is done.
    """
    tell = progress or (lambda *_: None)
    rng = np.random.default_rng(seed)
    time = clock(as_of, fiscal_year_start=fiscal_year_start)
    prepare(connection)
    make_lookups(connection)
    tell("Hiring people and finding customers", 0.0)
    staff = hire(rng, first_day=int(time.work[0]), as_of=time.as_of)
    accounts = found_accounts(rng, opportunities)
    write_staff(connection, staff)
    write_market(rng, connection, time=time)
    write_accounts(connection, accounts)
    tell("Running deals", 0.05)
    deals = deal_out(rng, opportunities, accounts=accounts, staff=staff, time=time)
    history = record(rng, deals, staff=staff, time=time)
    state = history.now
    tell("Writing opportunities", 0.35)
    reason, discount = draw_reasons(rng, deals, state), draw_discounts(rng, deals, state)
    write_opportunities(connection, deals, state, reason=reason, discount=discount, staff=staff, time=time)
    tell("Writing history", 0.45)
    write_history(connection, history, staff=staff, time=time)
    tell("Signing contracts", 0.6)
    contracts = sign_contracts(rng, deals, state, time=time)
    write_contracts(connection, contracts, time=time)
    write_sales(rng, connection, contracts, deals=deals, state=state, staff=staff, time=time)
    tell("Setting quotas", 0.78)
    # By chances of their own, so that the rest of the company does not depend on them.
    chances = np.random.default_rng([seed, 1])
    write_quotas(chances, connection, staff=staff, time=time, fiscal_year_start=fiscal_year_start)
    tell("Visiting customers", 0.8)
    write_reviews(rng, connection, deals, state, reason=reason, staff=staff, time=time)
    write_activities(rng, connection, deals, history, staff=staff, time=time)
    quotes = write_quotes(rng, connection, deals, state, discount=discount, time=time)
    write_approvals(rng, connection, quotes, contracts, state=state, staff=staff, time=time)
    drop_lookups(connection)
    tell("Demo company written", 1.0)
