"""How deals go: from which account, through which stages, on which days, and how they end.

A step from one stage to the next succeeds by chance. Its log-odds begin with the stage's own and gather what a reader
of the reports can find again: the rep's skill and experience, competitors in play, channel, lead source, size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crm.demo import market
from crm.demo.accounts import Accounts
from crm.demo.clock import Clock, openings
from crm.demo.people import LEARNING_DAYS, Staff, owners
from crm.demo.places import REGIONS

OPEN, WON, LOST, PAUSED, TERMINATED = range(5)
PAUSE, BACK, REOPEN = 1, 2, 3

#: By stage: share of deals that move on, usual working days, and the share of failures that are terminations.
_ADVANCE = np.array([0.72, 0.70, 0.67, 0.81])
_DAYS = np.array([17.5, 21.5, 20.0, 10.0])
_TERMINATED = np.array([0.62, 0.42, 0.12, 0.08])
# A deal that is going to fail is dropped early from the first stages and drags on in the last ones.
_FAILING_DAYS = np.array([0.34, 0.48, 0.80, 1.05])
_CATEGORY_DAYS = np.array([0.92, 0.84, 1.10, 1.18])
_CATEGORY_ODDS = np.array([0.05, 0.12, -0.05, -0.02])
_REGION_ODDS = np.array([0.08, 0.02, 0.12, -0.05, 0.0, -0.12, -0.06])
# How much competitors, weak channels and size count in each stage.
_RIVALRY = np.array([0.0, 0.35, 1.0, 0.7])
_STUCK_SHARE, _SKIP_SHARE = 0.025, 0.03
_PRICE_CUT_ODDS = -2.3


@dataclass
class Deals:
    """One entry per deal, in the order of their opening; times are working days of the clock, -1 is none."""

    account: np.ndarray
    office: np.ndarray
    region: np.ndarray
    category: np.ndarray
    product: np.ndarray
    channel: np.ndarray
    campaign: np.ndarray
    source: np.ndarray
    assignment: np.ndarray  # of the first owner
    rivals: np.ndarray  # two columns of competitors, -1 where there is none
    amount: np.ndarray  # at the opening, in yuan
    entered: np.ndarray  # one column per open stage and one for the end
    reached: np.ndarray  # the last open stage, from 0
    skipped: np.ndarray  # whether the second stage was jumped over
    outcome: np.ndarray
    incident: np.ndarray  # PAUSE, BACK, REOPEN or 0
    incident_stage: np.ndarray
    incident_from: np.ndarray
    incident_to: np.ndarray

    @property
    def opened(self) -> np.ndarray:
        """When each deal was opened."""
        return self.entered[:, 0]

    @property
    def ended(self) -> np.ndarray:
        """When each deal ends, which may be in the future."""
        return self.entered[:, -1]

    def only(self, rows: np.ndarray) -> Deals:
        """The deals of some rows."""
        return Deals(**{name: column[rows] for name, column in vars(self).items()})

    def __len__(self) -> int:
        """The number of deals."""
        return len(self.account)


def deal_out(rng: np.random.Generator, count: int, *, accounts: Accounts, staff: Staff, time: Clock) -> Deals:
    """Draws as many deals as asked for; of those opened before the books begin, those that were still alive then."""
    drawn = count + count // 8 + 60
    opened = np.sort(_draw(rng, openings(time), drawn))
    account = _draw(rng, accounts.weight, drawn)
    deals = _opened(rng, opened, account, accounts=accounts, staff=staff, time=time)
    _run(rng, deals, staff=staff, time=time)
    alive = np.flatnonzero(deals.ended >= time.live)
    return deals.only(np.sort(rng.permutation(alive)[:count]))


def _draw(rng: np.random.Generator, weight: np.ndarray, count: int) -> np.ndarray:
    """Draws numbers of the weights, each as often as its weight says."""
    reached = np.cumsum(weight, dtype=float)
    return np.searchsorted(reached, rng.random(count) * reached[-1], side="right")


def _opened(
    rng: np.random.Generator, opened: np.ndarray, account: np.ndarray, *, accounts: Accounts, staff: Staff, time: Clock
) -> Deals:
    """The deals as they are on their first day."""
    count = len(opened)
    office = accounts.office[account]
    region = accounts.region[account]
    campaign, source = _origins(rng, time.day(opened), time)
    category = _draw(rng, np.array([share for _, _, share, _ in market.CATEGORIES]), count)
    meant = (campaign >= 0) & (rng.random(count) < market.CAMPAIGN_AIM)
    category = np.where(meant, market.campaign_category(campaign), category)
    product = _products(rng, category)
    none = np.full(count, -1)
    usual = np.array([deal for *_, some in market.CATEGORIES for *_, deal, _ in some])[product]
    spread = rng.lognormal(-0.38, 0.74, count)
    amount = usual * accounts.size[account] * spread * np.exp(0.03 * (time.day(opened) - time.work[0]) / 365.25)
    return Deals(
        account=account,
        office=office,
        region=region,
        category=category,
        product=product,
        channel=_channels(rng, region, category),
        campaign=campaign,
        source=source,
        assignment=owners(rng, staff, office=office, day=time.day(opened))[0],
        rivals=_rivals(rng, region, category, recent=time.day(opened) > time.as_of - market.PRICE_CUT[2] - 60),
        amount=np.maximum(np.round(amount, -2), 2_000).astype(np.int64),
        entered=np.column_stack([opened, *[none] * 4]),
        reached=none.copy(),
        skipped=rng.random(count) < _SKIP_SHARE,
        outcome=none.copy(),
        incident=_draw(rng, np.array([0.86, 0.075, 0.035, 0.03]), count),
        incident_stage=_draw(rng, np.array([0.30, 0.35, 0.25, 0.10]), count),
        incident_from=none.copy(),
        incident_to=none.copy(),
    )


def _products(rng: np.random.Generator, category: np.ndarray) -> np.ndarray:
    first, product = 0, np.zeros(len(category), np.int64)
    for number_, (*_, some) in enumerate(market.CATEGORIES):
        rows = np.flatnonzero(category == number_)
        product[rows] = first + _draw(rng, np.array([share for *_, share in some]), len(rows))
        first += len(some)
    return product


def _origins(rng: np.random.Generator, day: np.ndarray, time: Clock) -> tuple[np.ndarray, np.ndarray]:
    """The campaign (or -1) and the lead source of deals opened on days; campaigns work for four months."""
    weights = np.array([kind[4] for kind in market.CAMPAIGN_KINDS])
    campaign = np.full(len(day), -1)
    since = campaign_starts(time)
    for number_, start in enumerate(since):
        works = (day >= start) & (day < start + 125)
        weight = weights[number_ % len(weights)]
        campaign = np.where(works & (rng.random(len(day)) < 0.31 * weight), number_, campaign)
    campaign = np.where(rng.random(len(day)) < market.CAMPAIGN_SHARE, campaign, -1)
    source = _draw(rng, np.array([share for *_, share, _ in market.LEAD_SOURCES]), len(day))
    return campaign, np.where(campaign >= 0, 1, source)


def campaign_starts(time: Clock) -> np.ndarray:
    """The first days of the campaigns, spread evenly from the first day to a few weeks ago."""
    return np.linspace(time.work[0] + 10, time.as_of - 35, market.CAMPAIGNS).astype(int)


def _channels(rng: np.random.Generator, region: np.ndarray, category: np.ndarray) -> np.ndarray:
    """Devices are mostly sold directly, medicines as often through the two distributors of a region."""
    is_device = category >= 2
    draw = rng.random(len(region))
    kind = np.where(draw < np.where(is_device, 0.55, 0.42), 0, np.where(draw < np.where(is_device, 0.91, 0.88), 1, 2))
    serving = [[n for n, channel in enumerate(market.CHANNELS) if channel[3] == name] for name, *_ in REGIONS]
    second = (rng.random(len(region)) < 0.42).astype(int)
    online = len(market.CHANNELS) - 2 + second
    return np.where(kind == 0, 0, np.where(kind == 1, np.array(serving)[region, second], online))


def strengths() -> np.ndarray:
    """How strong each competitor is, by region and category."""
    table = np.zeros((len(market.COMPETITORS), len(REGIONS), len(market.CATEGORIES)))
    for row, (_, _, by_category, more) in zip(table, market.COMPETITORS, strict=True):
        row += by_category
        for number_, (name, *_) in enumerate(REGIONS):
            row[number_] += more.get(name, 0.0) * (np.array(by_category) > 0.25)
    return table


def _rivals(rng: np.random.Generator, region: np.ndarray, category: np.ndarray, *, recent: np.ndarray) -> np.ndarray:
    """Nobody, one or two competitors for each deal, the strong ones more often; who cut prices is in more deals."""
    table = strengths() ** 2
    name, where, _ = market.PRICE_CUT
    cutter = [n for n, *_ in market.COMPETITORS].index(name)
    place = [n for n, *_ in REGIONS].index(where)
    found = np.full((len(region), 2), -1)
    for column, share in enumerate((0.72, 0.24)):
        weights = table[:, region, category].T
        weights[:, cutter] *= np.where(recent & (region == place), 3.0, 1.0)
        reached = np.cumsum(weights, axis=1)
        drawn = (reached <= rng.random((len(region), 1)) * reached[:, [-1]]).sum(axis=1)
        found[:, column] = np.where(rng.random(len(region)) < share, drawn, -1)
    again = (found[:, 0] < 0) | (found[:, 0] == found[:, 1])
    found[again, 1] = -1
    return found


def _odds(deals: Deals, *, staff: Staff, time: Clock) -> np.ndarray:
    """The log-odds of each deal (rows) to move on from each stage (columns), before anything that happens later."""
    person = staff.assigned[deals.assignment]
    tenure = time.day(deals.opened) - staff.hired[person]
    source = np.array([effect for *_, effect in market.LEAD_SOURCES])[deals.source]
    kinds = np.array([effect for *_, effect in market.CAMPAIGN_KINDS])
    campaign = np.where(deals.campaign >= 0, kinds[deals.campaign % len(kinds)], 0.0)
    steady = staff.skill[person] - 0.48 * (tenure < LEARNING_DAYS) + source + campaign
    steady += _CATEGORY_ODDS[deals.category] + _REGION_ODDS[deals.region]
    steady -= 0.04 * np.log(deals.amount / 120_000)
    table = strengths()
    rivalry = np.zeros(len(deals))
    for column in (0, 1):
        named = deals.rivals[:, column] >= 0
        strength = table[deals.rivals[:, column], deals.region, deals.category]
        rivalry += np.where(named, 0.15 - 1.15 * strength, 0.0)
    weak = [name for name, *_ in market.CHANNELS].index(market.WEAK_CHANNEL)
    online = np.array([kind for _, _, kind, _ in market.CHANNELS])[deals.channel] == market.ONLINE
    channel = -0.9 * (online & (deals.category >= 2)) - 0.75 * (deals.channel == weak)
    base = np.log(_ADVANCE / (1 - _ADVANCE))
    return base + 0.9 * steady[:, None] + (rivalry + channel + 0.35)[:, None] * _RIVALRY


def _run(rng: np.random.Generator, deals: Deals, *, staff: Staff, time: Clock) -> None:
    """Takes the deals through the stages, one after the other, until each has ended."""
    count = len(deals)
    odds = _odds(deals, staff=staff, time=time)
    pace = np.exp(rng.normal(0, 0.33, count)) * _CATEGORY_DAYS[deals.category] * (deals.amount / 120_000) ** 0.02
    stuck = np.where(rng.random(count) < _STUCK_SHARE, rng.integers(0, 4, count), -1)
    deals.outcome[:] = WON
    deals.incident_stage[(deals.incident == BACK) & (deals.incident_stage == 0)] = 1
    alive = np.ones(count, bool)
    cut = _price_cut(deals)
    for stage in range(4):
        chance = odds[:, stage] - 1.6 * (stuck == stage)
        draw = np.log(1 / np.maximum(rng.random(count), 1e-12) - 1)  # logistic: moves on where above minus chance
        fails = draw <= -chance
        days = _DAYS[stage] * pace * np.exp(rng.normal(0, 0.50, count)) * np.where(fails, _FAILING_DAYS[stage], 1.0)
        days = np.where(stuck == stage, days * rng.uniform(3, 6, count), days)
        days = np.maximum(np.rint(days), 1).astype(int)
        jumped = deals.skipped & (stage == 1)
        days[jumped], fails[jumped] = 0, False
        left = deals.entered[:, stage] + days + _incidents(rng, deals, stage, days, alive)
        if stage == 2:
            late = cut & (time.day(left) > time.as_of - market.PRICE_CUT[2])
            fails |= late & (draw <= -(chance + _PRICE_CUT_ODDS))
        deals.reached[alive] = stage
        deals.entered[alive, stage + 1] = left[alive]
        ends = alive & fails
        deals.entered[ends, 4] = left[ends]
        terminated = rng.random(count) < np.where(stuck == stage, 0.75, _TERMINATED[stage])
        deals.outcome[ends] = np.where(terminated, TERMINATED, LOST)[ends]
        alive &= ~fails
    deals.entered[alive, 4] = _signed(rng, deals.entered[alive, 3] + 1, deals.entered[alive, 4], time)
    over = deals.incident_to >= deals.entered[:, 4]
    deals.incident[over | (deals.incident_from < 0)] = 0


def _price_cut(deals: Deals) -> np.ndarray:
    """Which deals meet the competitor that cut its prices."""
    name, where, _ = market.PRICE_CUT
    rival = [n for n, *_ in market.COMPETITORS].index(name)
    return (deals.rivals == rival).any(axis=1) & (deals.region == [n for n, *_ in REGIONS].index(where))


def _incidents(rng: np.random.Generator, deals: Deals, stage: int, days: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Lets the incidents of a stage happen; returns the days that they add to it."""
    count = len(deals)
    lasts = np.select(
        [deals.incident == PAUSE, deals.incident == BACK, deals.incident == REOPEN],
        [
            np.minimum(rng.lognormal(3.1, 0.7, count), 200).astype(int) + 3,
            rng.integers(3, 14, count),
            rng.integers(8, 45, count),
        ],
        0,
    )
    starts = deals.entered[:, stage] + np.maximum((days * rng.uniform(0.2, 0.8, count)).astype(int), 1)
    happens = alive & (deals.incident > 0) & (deals.incident_stage == stage) & (days >= 4)
    deals.incident_from[happens] = starts[happens]
    deals.incident_to[happens] = (starts + lasts)[happens]
    return np.where(happens, lasts, 0)


def _signed(rng: np.random.Generator, earliest: np.ndarray, signed: np.ndarray, time: Clock) -> np.ndarray:
    """Signatures crowd at the ends of months and quarters, most of all of the fiscal year: pulled in or waited for."""
    last = len(time.work) - 1
    signed = np.minimum(signed, last)
    for ends, within, share in ((time.month_end, 6, 0.30), (time.quarter_end, 17, 0.42)):
        end = ends[signed]
        tail = np.minimum(rng.geometric(0.35, len(signed)) - 1, 6)
        strength = share * np.where(time.last_quarter[signed] & (within > 10), 1.5, 1.0)
        waits = (end - signed <= within) & (rng.random(len(signed)) < strength)
        signed = np.where(waits, np.maximum(end - tail, signed), signed)
        start = np.searchsorted(ends, ends[signed])  # the first time of the period
        pulls = (signed - start <= within // 2) & (rng.random(len(signed)) < strength * 0.8)
        signed = np.where(pulls, np.maximum(start - 1 - tail, earliest), signed)
    return np.maximum(signed, earliest)
