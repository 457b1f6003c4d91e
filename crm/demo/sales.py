"""What comes after a deal is won: contracts, deliveries, payments, and the sales credited to reps and products.

All amounts are whole cents. A part of an amount is the difference of two rounded-down running shares, so that parts
always add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from crm.demo.clock import Clock
from crm.demo.deals import OPEN, WON, Deals
from crm.demo.history import History
from crm.demo.people import Staff, owners
from crm.demo.store import numbered, put

DRAFT, APPROVAL, SIGNED, EXECUTING, COMPLETED, OVERDUE, TERMINATED, EXPIRED = range(8)
#: Stage and status of contracts, in the order of the numbers above.
CONTRACT_STATES = (
    ("drafting", "draft"), ("approval", "in_approval"), ("signed", "signed"), ("execution", "executing"),
    ("closed", "completed"), ("execution", "overdue"), ("closed", "terminated"), ("closed", "expired"),
)  # fmt: skip
_INSTALMENTS = 3
# Working days that customers are given to pay.
_TERM = 43
_NEVER = 1 << 13

_SALES = """
    SELECT
        key_of('S', number) AS sale_id, basis_name AS basis, day_of(sold) AS sold_on,
        o.opportunity_id, key_of('K', contract) AS contract_id,
        o.account_id, member_of('O', office) AS office_id, member_of('R', rep) AS rep_id,
        member_of('P', product) AS product_id, o.channel_id, o.campaign_id,
        CAST(share AS DECIMAL(9, 2)) * CAST(0.01 AS DECIMAL(2, 2)) AS credit_share,
        sign(cents) * greatest(1, round(abs(cents) / 100 / list_price)) AS quantity,
        yuan(cents) AS amount, yuan(cents) AS amount_original, 'CNY' AS currency
    FROM made
    JOIN basis_names USING (basis)
    JOIN prices USING (product)
    JOIN deal_keys AS o USING (deal)
"""

_CONTRACTS = """
    SELECT
        key_of('K', contract) AS contract_id, o.opportunity_id,
        o.account_id, o.office_id, o.rep_id, o.product_id, o.channel_id, o.campaign_id,
        version, contract_stage AS stage, contract_status AS status,
        day_of(signed) AS signed_on, day_of(starts) AS starts_on, day_of(ends) AS ends_on,
        yuan(cents) AS amount, yuan(delivered) AS delivered_amount, yuan(due) AS due_amount,
        yuan(received) AS received_amount, yuan(cents) AS amount_original, 'CNY' AS currency,
        delivered / cents AS percent_complete
    FROM made JOIN contract_states USING (state) JOIN deal_keys AS o USING (deal)
"""

_EVENTS = """
    SELECT key_of('E', number) AS event_id, key_of('K', contract) AS contract_id,
        day_of(day) AS happened_on, kind, yuan(cents) AS amount, note
    FROM made JOIN event_kinds USING (event)
"""


@dataclass(frozen=True)
class Contracts:
    """One entry per contract; instalments are its columns, at times that may never come."""

    deal: np.ndarray
    state: np.ndarray
    signed: np.ndarray  # -1: not signed
    starts: np.ndarray  # days
    ends: np.ndarray
    amended: np.ndarray  # times, or never
    terminated: np.ndarray
    parts: np.ndarray  # cents delivered with each instalment
    delivered: np.ndarray  # times
    paid: np.ndarray
    cents: np.ndarray


def sign_contracts(rng: np.random.Generator, deals: Deals, state: History, *, time: Clock) -> Contracts:
    """Contracts of the won deals, and drafts of half of those under negotiation."""
    drafted = (state.status == OPEN) & (state.stage == 3) & (rng.random(len(deals)) < 0.55)
    deal = np.flatnonzero((state.status == WON) | drafted)
    count, won = len(deal), state.status[deal] == WON
    signed = deals.ended[deal] + np.minimum(rng.geometric(0.22, count) - 1, 25)
    signed = np.where(won & (signed <= time.now), signed, _NEVER)
    terminated = np.where(rng.random(count) < 0.025, signed + rng.integers(15, 120, count), _NEVER)
    cents = state.amount[deal] * 100
    parts, delivered, paid = _instalments(rng, deals.category[deal], cents, signed, terminated)
    starts = time.day(signed) + rng.integers(1, 20, count)
    length = rng.choice([180, 365, 730], count, p=[0.3, 0.55, 0.15])
    ends = np.maximum(starts + length, np.where(delivered < _NEVER, time.day(delivered), 0).max(axis=1) + 10)
    is_signed = signed < _NEVER
    made = Contracts(
        deal=deal,
        state=np.where(won | (rng.random(count) < 0.45), APPROVAL, DRAFT),
        signed=np.where(is_signed, signed, -1),
        starts=np.where(is_signed, starts, -1),
        ends=np.where(is_signed, ends, -1),
        amended=np.where(is_signed & (rng.random(count) < 0.07), signed + rng.integers(10, 90, count), _NEVER),
        terminated=terminated,
        parts=parts,
        delivered=delivered,
        paid=paid,
        cents=cents,
    )
    _judge(made, time)
    return made


def _instalments(
    rng: np.random.Generator, category: np.ndarray, cents: np.ndarray, signed: np.ndarray, terminated: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is delivered in one to three instalments, when, and when it is paid; some is never called off or paid."""
    count = len(cents)
    pieces = 1 + (rng.random(count) < 0.45) + ((cents > 20_000_000) & (rng.random(count) < 0.5))
    running = np.minimum(np.arange(1, _INSTALMENTS + 1) / pieces[:, None], 1.0)
    parts = np.diff(np.floor(cents[:, None] * running).astype(np.int64), axis=1, prepend=0)
    wait = np.where(category[:, None] >= 2, 28, 12) * rng.lognormal(0, 0.45, (count, _INSTALMENTS))
    delivered = signed[:, None] + np.cumsum(np.maximum(wait, 2), axis=1).astype(int)
    fails = (delivered >= terminated[:, None]) | (parts == 0)
    short = (rng.random(count) < 0.06) & (pieces > 1)  # never called off in full
    fails |= short[:, None] & (running == 1.0)
    delivered = np.where(fails, _NEVER, delivered)
    late = np.where(rng.random((count, 1)) < 0.10, rng.integers(20, 120, (count, _INSTALMENTS)), 0)
    paid = delivered + _TERM + rng.integers(-20, 8, (count, _INSTALMENTS)) + late
    return parts, np.minimum(delivered, _NEVER), np.minimum(paid, _NEVER)


def _judge(made: Contracts, time: Clock) -> None:
    """Sets the state of each signed contract as it is now."""
    done = made.parts * (made.delivered <= time.now)
    owed = (made.delivered + _TERM + 10 <= time.now) & (made.paid > time.now)
    whole = (done.sum(axis=1) == made.cents) & ((made.paid <= time.now) | (made.parts == 0)).all(axis=1)
    signed = made.signed >= 0
    for state, holds in (
        (SIGNED, signed),
        (EXECUTING, signed & (done.sum(axis=1) > 0)),
        (EXPIRED, signed & (made.ends <= time.as_of)),
        (COMPLETED, signed & whole),
        (OVERDUE, signed & owed.any(axis=1)),
        (TERMINATED, signed & (made.terminated <= time.now)),
    ):
        made.state[holds] = state


def write_contracts(connection: duckdb.DuckDBPyConnection, made: Contracts, *, time: Clock) -> None:
    """Fills `contracts` and `contract_events`."""
    come, paid = made.delivered <= time.now, made.paid <= time.now
    due = come & (made.delivered + _TERM <= time.now) | paid
    put(
        connection,
        "contracts",
        {
            "contract": np.arange(1, len(made.deal) + 1), "deal": made.deal + 1, "state": made.state,
            "version": 1 + (made.amended <= time.now), "cents": made.cents,
            "signed": np.where(made.signed >= 0, time.day(made.signed), -1), "starts": made.starts, "ends": made.ends,
            "delivered": (made.parts * come).sum(axis=1), "due": (made.parts * due).sum(axis=1),
            "received": (made.parts * paid).sum(axis=1),
        },
        _CONTRACTS,
    )  # fmt: skip
    _write_events(connection, made, come=come, settled=paid, time=time)


def _write_events(
    connection: duckdb.DuckDBPyConnection, made: Contracts, *, come: np.ndarray, settled: np.ndarray, time: Clock
) -> None:
    """Signed, amended, delivered and invoiced on the next day, paid, terminated, expired."""
    nothing = np.zeros_like(made.cents)
    expires = np.where(made.state == EXPIRED, made.ends, -1)
    pieces = [
        (made.signed >= 0, made.signed, made.cents),
        (made.amended <= time.now, made.amended, nothing),
        *((come[:, n], made.delivered[:, n], made.parts[:, n]) for n in range(_INSTALMENTS)),
        *((come[:, n], made.delivered[:, n] + 1, made.parts[:, n]) for n in range(_INSTALMENTS)),
        *((settled[:, n], made.paid[:, n], made.parts[:, n]) for n in range(_INSTALMENTS)),
        (made.terminated <= time.now, made.terminated, nothing),
        (expires >= 0, np.searchsorted(time.work, expires), nothing),
    ]
    kinds = [0, 1, *[2] * _INSTALMENTS, *[3] * _INSTALMENTS, *[4] * _INSTALMENTS, 5, 6]
    rows = [np.flatnonzero(holds & (when <= time.now)) for holds, when, _ in pieces]
    happened = {
        "contract": np.concatenate(rows) + 1,
        "event": np.repeat(kinds, [len(some) for some in rows]),
        "day": time.day(np.concatenate([one[1][some] for one, some in zip(pieces, rows, strict=True)])),
        "cents": np.concatenate([one[2][some] for one, some in zip(pieces, rows, strict=True)]),
    }
    put(connection, "contract_events", numbered(happened, by="day"), _EVENTS)


@dataclass(frozen=True)
class _Lines:
    """One entry per won deal, product and credited rep."""

    contract: np.ndarray
    product: np.ndarray
    assignment: np.ndarray
    share: np.ndarray  # per cent of the line
    # The running share of the contract's amount before and after the line.
    low: np.ndarray
    high: np.ndarray


def _lines(
    rng: np.random.Generator, made: Contracts, deals: Deals, *, state: History, staff: Staff, time: Clock
) -> _Lines:
    """Splits won deals over one to three products of a category, and some of them over two reps, 60 to 40."""
    won = np.flatnonzero(state.status[made.deal] == WON)
    deal = made.deal[won]
    pieces = 1 + (rng.random(len(won)) < 0.36) + (rng.random(len(won)) < 0.16)
    shares = np.array([[1, 1, 1], [0.68, 1, 1], [0.55, 0.85, 1]])[pieces - 1]
    is_split = rng.random(len(won)) < 0.12
    elsewhere = np.where(rng.random(len(won)) < 0.3, rng.permutation(deals.office[deal]), deals.office[deal])
    partner, _ = owners(rng, staff, office=elsewhere, day=time.day(deals.ended[deal]))
    is_split &= staff.assigned[partner] != staff.assigned[state.assignment[deal]]
    first = deals.product[deal] // 6 * 6
    found = []
    for line in range(_INSTALMENTS):
        product = first + (deals.product[deal] - first + line) % 6
        low, high = (shares[:, line - 1] if line else np.zeros(len(won))), shares[:, line]
        middle = np.where(is_split, low + 0.6 * (high - low), high)
        has = pieces > line
        share = np.where(is_split, 60, 100)
        found.append([column[has] for column in (won, product, state.assignment[deal], share, low, middle)])
        has &= is_split
        found.append([column[has] for column in (won, product, partner, np.full(len(won), 40), middle, high)])
    return _Lines(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def write_sales(
    rng: np.random.Generator,
    connection: duckdb.DuckDBPyConnection,
    made: Contracts,
    *,
    deals: Deals,
    state: History,
    staff: Staff,
    time: Clock,
) -> None:
    """Fills `sales`: booked when won, contracted when signed, invoiced when delivered, received when paid.

    Three in a hundred deliveries are sent back in part, as negative invoices.
    """
    lines = _lines(rng, made, deals, state=state, staff=staff, time=time)
    row = lines.contract
    everything = np.arange(len(row))
    pieces = [(0, everything, deals.ended[made.deal[row]], made.cents[row])]
    pieces.append((1, everything, np.where(made.signed[row] >= 0, made.signed[row], _NEVER), made.cents[row]))
    for n in range(_INSTALMENTS):
        pieces.append((2, everything, made.delivered[row, n], made.parts[row, n]))
        pieces.append((3, everything, made.paid[row, n], made.parts[row, n]))
        back = np.flatnonzero(rng.random(len(made.deal))[row] < 0.03)
        returned = -(made.parts[row[back], n] * rng.uniform(0.05, 0.3, len(made.deal))[row[back]]).astype(np.int64)
        sent = np.where(made.delivered[row[back], n] < _NEVER, made.delivered[row[back], n] + 12, _NEVER)
        pieces.append((2, back, sent, returned))
    sold = [(basis, some[when <= time.now], when[when <= time.now], cents[when <= time.now])
            for basis, some, when, cents in pieces]  # fmt: skip
    line = np.concatenate([some for _, some, _, _ in sold])
    whole = np.concatenate([cents for *_, cents in sold])
    part = _floor(whole, lines.high[line]) - _floor(whole, lines.low[line])
    assignment = lines.assignment[line]
    office = np.where(lines.share[line] == 40, staff.assigned_office[assignment], deals.office[made.deal[row[line]]])
    columns = {
        "basis": np.repeat([basis for basis, *_ in sold], [len(some) for _, some, _, _ in sold]),
        "sold": time.day(np.concatenate([when for *_, when, _ in sold])),
        "contract": row[line] + 1, "deal": made.deal[row[line]] + 1, "office": office,
        "rep": staff.assigned[assignment], "product": lines.product[line], "share": lines.share[line], "cents": part,
    }  # fmt: skip
    credited = {name: column[part != 0] for name, column in columns.items()}
    put(connection, "sales", numbered(credited, by="sold"), _SALES)


def _floor(cents: np.ndarray, share: np.ndarray) -> np.ndarray:
    """A share of an amount in whole cents, rounded down; all of it for 1."""
    return np.where(share >= 1, cents, np.floor(cents * share).astype(np.int64))
