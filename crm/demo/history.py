"""What was recorded about deals: one row per interval in which nothing about a deal changed.

Events are gathered as long arrays, sorted by deal and time, and each state is carried on from the event that set it.
Of several events on one day the state at its end is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from crm.demo.clock import Clock
from crm.demo.deals import BACK, LOST, OPEN, PAUSE, PAUSED, REOPEN, WON, Deals
from crm.demo.people import Staff, owners

_STATES = ("stage", "status", "amount", "expected", "assignment")
_UNSET = -1
# A rep who sees the expected day pass moves it, most of the time.
_PUSHES, _PUSH_SHARE = 7, 0.82


@dataclass(frozen=True)
class History:
    """One entry per interval, ordered by deal and day; `last` marks the interval that holds now."""

    deal: np.ndarray
    time: np.ndarray
    stage: np.ndarray
    status: np.ndarray
    amount: np.ndarray
    expected: np.ndarray
    assignment: np.ndarray
    last: np.ndarray

    @property
    def now(self) -> History:
        """The present state of each deal, in the order of the deals."""
        columns = {name: column[self.last] for name, column in vars(self).items()}
        return History(**columns)


@dataclass
class _Events:
    """What happened: deal, time, and the states that were set then."""

    pieces: list[dict[str, np.ndarray]] = field(default_factory=list)

    def add(self, deal: np.ndarray, time: np.ndarray, **states: np.ndarray | int) -> None:
        made = {"deal": deal, "time": time}
        for name in _STATES:
            made[name] = np.broadcast_to(np.asarray(states.get(name, _UNSET)), deal.shape)
        self.pieces.append(made)

    def column(self, name: str) -> np.ndarray:
        return np.concatenate([piece[name] for piece in self.pieces])


def record(rng: np.random.Generator, deals: Deals, *, staff: Staff, time: Clock) -> History:
    """Writes down how the deals went, up to now."""
    events = _Events()
    _stages(events, deals)
    _amounts(rng, events, deals)
    _expectations(rng, events, deals, time)
    _transfers(rng, events, deals, staff=staff, time=time)
    _incidents(events, deals)
    everybody = np.arange(len(deals))
    events.add(everybody, deals.ended, status=deals.outcome, stage=np.where(deals.outcome == WON, 4, deals.reached))
    return _told(events, time)


def _stages(events: _Events, deals: Deals) -> None:
    everybody = np.arange(len(deals))
    events.add(everybody, deals.opened, stage=0, status=OPEN, amount=deals.amount, assignment=deals.assignment)
    for stage in (1, 2, 3):
        some = np.flatnonzero((deals.reached >= stage) & ~(deals.skipped & (stage == 1)))
        events.add(some, deals.entered[some, stage], stage=stage)


def _amounts(rng: np.random.Generator, events: _Events, deals: Deals) -> None:
    """Needs are cut to size before bidding, and prices come down in the negotiation."""
    amount = deals.amount.copy()
    for stage, share, low, high in ((1, 0.10, 0.70, 1.40), (2, 0.34, 0.75, 1.30), (3, 0.30, 0.80, 1.04)):
        some = np.flatnonzero((deals.reached >= stage) & (rng.random(len(deals)) < share))
        changed = np.maximum(np.round(amount[some] * rng.uniform(low, high, len(some)), -2), 1_000).astype(np.int64)
        amount[some] = changed
        events.add(some, deals.entered[some, stage], amount=changed)


def _expectations(rng: np.random.Generator, events: _Events, deals: Deals, time: Clock) -> None:
    """The expected close: a guess at the opening, a better one for the negotiation, and pushes when a day passes."""
    everybody = np.arange(len(deals))
    guess = time.day(deals.opened) + np.maximum(rng.normal(94, 28, len(deals)), 25).astype(int)
    negotiates = deals.reached == 3
    until = np.where(negotiates, deals.entered[:, 3], deals.ended)
    _pushed(rng, events, everybody, deals.opened, _tidy(rng, guess, time), until, time)
    some = np.flatnonzero(negotiates)
    known = time.day(deals.entered[some, 3]) + rng.integers(9, 30, len(some))
    _pushed(rng, events, some, deals.entered[some, 3], _tidy(rng, known, time), deals.ended[some], time)


def _tidy(rng: np.random.Generator, day: np.ndarray, time: Clock) -> np.ndarray:
    """Half of the days that people name are ends of months."""
    at = np.minimum(time.time(day), len(time.work) - 1)
    return np.where(rng.random(len(day)) < 0.5, time.work[time.month_end[at]], time.work[at])


def _pushed(
    rng: np.random.Generator,
    events: _Events,
    deal: np.ndarray,
    since: np.ndarray,
    expected: np.ndarray,
    until: np.ndarray,
    time: Clock,
) -> None:
    """Sets the expected day and moves it on, now and again, while it comes before the end."""
    events.add(deal, since, expected=expected)
    for _ in range(_PUSHES):
        moved = time.time(expected) + rng.integers(-6, 4, len(deal))
        moves = (moved > since) & (moved < until) & (rng.random(len(deal)) < _PUSH_SHARE)
        deal, since, until, expected = deal[moves], moved[moves], until[moves], expected[moves]
        further = np.maximum(expected, time.day(since)) + rng.integers(12, 62, len(deal))
        expected = _tidy(rng, further, time)
        events.add(deal, since, expected=expected)


def _transfers(rng: np.random.Generator, events: _Events, deals: Deals, *, staff: Staff, time: Clock) -> None:
    """Deals of somebody who leaves an office go to somebody there; those that are closed then wait."""
    deal, assignment = np.arange(len(deals)), deals.assignment
    while len(deal):
        until = staff.until[assignment]
        when = time.time(until)
        closed = (deals.incident[deal] == REOPEN) & (when >= deals.incident_from[deal])
        closed &= when <= deals.incident_to[deal]
        when = np.where(closed, deals.incident_to[deal] + 1, when)
        goes = (until >= 0) & (when < deals.ended[deal]) & (when <= time.now)
        deal, when = deal[goes], when[goes]
        assignment, _ = owners(rng, staff, office=deals.office[deal], day=time.day(when))
        events.add(deal, when, assignment=assignment)


def _incidents(events: _Events, deals: Deals) -> None:
    """A pause, a loss that was not the end, or a step back, and the day on which the deal goes on."""
    for kind, status in ((PAUSE, PAUSED), (REOPEN, LOST)):
        some = np.flatnonzero(deals.incident == kind)
        events.add(some, deals.incident_from[some], status=status)
        events.add(some, deals.incident_to[some], status=OPEN)
    some = np.flatnonzero(deals.incident == BACK)
    events.add(some, deals.incident_from[some], stage=deals.incident_stage[some] - 1)
    events.add(some, deals.incident_to[some], stage=deals.incident_stage[some])


def _told(events: _Events, time: Clock) -> History:
    """Sorts the events up to now, carries states on, and keeps the last of each deal and day."""
    deal, when = events.column("deal"), events.column("time")
    come = np.flatnonzero(when <= time.now)
    order = come[np.argsort(deal[come] * (1 << 14) + when[come], kind="stable")]
    deal, when = deal[order], when[order]
    places = np.arange(len(order))
    states = {}
    for name in _STATES:
        state = events.column(name)[order]
        states[name] = state[np.maximum.accumulate(np.where(state != _UNSET, places, 0))]
    newest = np.flatnonzero(np.append((deal[1:] != deal[:-1]) | (when[1:] != when[:-1]), True))
    # What was said about a deal while it was lost was never written down.
    lost = states["status"][newest] == LOST
    again = np.append(False, lost[1:] & lost[:-1] & (deal[newest][1:] == deal[newest][:-1]))
    newest = newest[~again]
    deal, when = deal[newest], when[newest]
    kept = {name: states[name][newest] for name in _STATES}
    return History(deal=deal, time=when, last=np.append(deal[1:] != deal[:-1], True), **kept)
