"""Quotes in their versions, and who approved discounts and contracts."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from crm.demo.clock import Clock
from crm.demo.deals import LOST, OPEN, PAUSED, TERMINATED, WON, Deals
from crm.demo.history import History
from crm.demo.people import Staff
from crm.demo.sales import APPROVAL, DRAFT, Contracts
from crm.demo.store import numbered, put

#: Discounts (per mille) that a manager and a director have to approve, and contracts (cents) that a director has to.
_MANAGER_FROM, _DIRECTOR_FROM, _LARGE = 120, 200, 100_000_000
_VERSIONS = 3
_APPROVED, _REJECTED, _PENDING = range(3)

_QUOTES = """
    SELECT key_of('Q', quote) AS quote_id, key_of('D', deal) AS opportunity_id, version, day_of(quoted) AS quoted_on,
        amount, CAST(discount AS DECIMAL(9, 3)) * CAST(0.001 AS DECIMAL(4, 3)) AS discount,
        ['sent', 'superseded', 'accepted', 'rejected', 'expired'][1 + quote_state] AS status
    FROM made
"""

_APPROVALS = """
    SELECT key_of('N', number) AS approval_id,
        CASE WHEN is_quote THEN 'quote' ELSE 'contract' END AS subject,
        key_of(CASE WHEN is_quote THEN 'Q' ELSE 'K' END, subject) AS subject_id, step,
        member_of('R', approver) AS approver_id, day_of(requested) AS requested_on, day_of(decided) AS decided_on,
        ['approved', 'rejected', 'pending'][1 + answer] AS status
    FROM made
"""


@dataclass(frozen=True)
class Quotes:
    """One entry per version of a quote."""

    deal: np.ndarray
    version: np.ndarray
    when: np.ndarray
    discount: np.ndarray  # per mille
    is_last: np.ndarray


def draw_discounts(rng: np.random.Generator, deals: Deals, state: History) -> np.ndarray:
    """Per mille off the list price, for deals that have come to bidding; large ones get more."""
    usual = rng.lognormal(4.35, 0.55, len(deals)) * (state.amount / 120_000) ** 0.12
    return np.where(state.stage >= 2, np.minimum(np.rint(usual / 5) * 5, 350), 0).astype(np.int64)


def write_quotes(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    deals: Deals,
    state: History,
    *,
    discount: np.ndarray,
    time: Clock,
) -> Quotes:
    """Fills `quotes`: one to three versions for each deal in bidding, cheaper each time."""
    end = np.where(np.isin(state.status, (OPEN, PAUSED)), time.now, state.time)
    bids = np.flatnonzero((deals.reached >= 2) & (deals.entered[:, 2] <= end))
    first = deals.entered[bids, 2] + rng.integers(0, 6, len(bids))
    wanted = 1 + rng.binomial(_VERSIONS - 1, 0.33, len(bids))
    gap = rng.integers(4, 13, len(bids))
    version = np.tile(np.arange(_VERSIONS), len(bids))
    row = np.repeat(np.arange(len(bids)), _VERSIONS)
    when = first[row] + version * gap[row]
    sent = (version < wanted[row]) & (when <= end[bids[row]])
    row, version, when = row[sent], version[sent], when[sent]
    deal = bids[row]
    is_last = np.append(deal[1:] != deal[:-1], True)
    last = version[is_last][np.cumsum(is_last) - is_last]
    less = (last - version) * 25  # what an earlier version gave less
    offered = np.maximum(discount[deal] - less, 0)
    result = np.select([state.status[deal] == s for s in (WON, LOST, TERMINATED)], [2, 3, 4], 0)
    put(
        connection,
        "quotes",
        {
            "quote": np.arange(1, len(deal) + 1), "deal": deal + 1, "version": version + 1, "quoted": time.day(when),
            "amount": np.round(state.amount[deal] * (1 + less / 1000), -2).astype(np.int64), "discount": offered,
            "quote_state": np.where(is_last, result, 1),
        },
        _QUOTES,
    )  # fmt: skip
    return Quotes(deal, version, when, offered, is_last)


def write_approvals(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    quotes: Quotes,
    contracts: Contracts,
    *,
    state: History,
    staff: Staff,
    time: Clock,
) -> None:
    """Fills `approvals`: the manager, and the director for what is large."""
    manager = staff.manager[staff.assigned[state.assignment]]
    director = staff.manager[manager]
    pieces: list[dict[str, np.ndarray]] = []
    for step, approver, limit in ((1, manager, _MANAGER_FROM), (2, director, _DIRECTOR_FROM)):
        some = np.flatnonzero(quotes.discount >= limit)
        requested = quotes.when[some] - 3 + step
        decided = requested + rng.integers(0, 2, len(some))
        refused = ~quotes.is_last[some] & (rng.random(len(some)) < 0.25)
        pieces.append(_asked(some, step, approver[quotes.deal[some]], requested, decided, refused, is_quote=True))
        some = np.flatnonzero((contracts.state != DRAFT) & ((step == 1) | (contracts.cents >= _LARGE)))
        signed = contracts.signed[some]
        requested = np.where(signed >= 0, signed - 4 + step, time.now - 3 + step)
        decided = np.where(contracts.state[some] == APPROVAL, time.now + step, requested + 1)
        refused = np.zeros(len(some), bool)
        pieces.append(_asked(some, step, approver[contracts.deal[some]], requested, decided, refused, is_quote=False))
    made = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    made["answer"] = np.where(made["decided"] > time.now, _PENDING, made["answer"])
    made["decided"] = np.where(made["answer"] == _PENDING, -1, time.day(made["decided"]))
    made["requested"] = time.day(made["requested"])
    put(connection, "approvals", numbered(made, by="requested"), _APPROVALS)


def _asked(
    subject: np.ndarray,
    step: int,
    approver: np.ndarray,
    requested: np.ndarray,
    decided: np.ndarray,
    refused: np.ndarray,
    *,
    is_quote: bool,
) -> dict[str, np.ndarray]:
    """One step of the approval of some quotes or contracts."""
    return {
        "is_quote": np.full(len(subject), is_quote), "subject": subject + 1, "step": np.full(len(subject), step),
        "approver": approver, "requested": requested, "decided": decided,
        "answer": np.where(refused, _REJECTED, _APPROVED),
    }  # fmt: skip
