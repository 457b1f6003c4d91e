"""What holds for any plan, any locks and any adjustments: sums, locks, undo, order; and that nothing else breaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.adjustments import Adjustment
from planning.errors import Refused
from planning.plan import Node, Plan
from planning.replay import adjusted, replay
from planning.rows import canonical
from tests.planning.planned import EVENLY, YEAR, row

#: Two regions of two reps and one of one.
REPS = {"e1": "East", "e2": "East", "w1": "West", "w2": "West", "s1": "South"}
PRODUCTS = ("p", "q")
PLANES = ("company", "region", "rep", "product")
WAYS = {
    "company": ("", "month"),
    "region": ("", "month", "quarter", "region"),
    "rep": ("", "month", "region", "rep"),
    "product": ("", "month", "product"),
}
MEMBERS = {
    "region": ("East", "West", "South"),
    "rep": tuple(REPS),
    "product": PRODUCTS,
    "month": tuple(f"{YEAR}-{month:02}-01" for month in (1, 2, 3)),
    "quarter": (f"{YEAR}-01-01",),
}
MONTHS = (1, 2, 3)


def _template() -> Plan:
    """Nothing, for everybody in every month; within each plane month by month."""
    rows = [row(0, month) for month in MONTHS]
    rows += [row(0, month, product=product) for month in MONTHS for product in PRODUCTS]
    rows += [row(0, month, region=region) for month in MONTHS for region in MEMBERS["region"]]
    rows += [row(0, month, region=REPS[rep], rep=rep) for month in MONTHS for rep in REPS]
    return Plan.of(canonical(rows), EVENLY)


TEMPLATE = _template()


def plan_from(amounts: Sequence[int], of_products: Sequence[int]) -> Plan:
    """A plan in ten-thousandths whose planes all come to the same: regions to their reps, products to the company."""
    reps = np.array(amounts, dtype=np.int64).reshape(len(MONTHS), len(REPS))
    total = reps.sum(axis=1)
    first = np.where(total < 0, of_products, np.minimum(of_products, total))
    own = [[place for place, rep in enumerate(REPS) if REPS[rep] == region] for region in MEMBERS["region"]]
    held = {
        "company": total,
        "product": np.stack([first, total - first], axis=1).ravel(),
        "region": np.stack([reps[:, places].sum(axis=1) for places in own], axis=1).ravel(),
        "rep": reps.ravel(),
    }
    for array in held.values():
        array.setflags(write=False)
    return replace(TEMPLATE, amounts=tuple(held[plane.name] for plane in TEMPLATE.planes))


def plans(amounts: st.SearchStrategy[int]) -> st.SearchStrategy[Plan]:
    cells = st.lists(amounts, min_size=len(REPS) * len(MONTHS), max_size=len(REPS) * len(MONTHS))
    return st.builds(plan_from, cells, st.lists(amounts, min_size=3, max_size=3))


NOT_NEGATIVE = plans(
    st.one_of(
        st.just(0),
        st.integers(0, 30),
        st.integers(0, 10**6).map(lambda whole: 10_000 * whole),
        st.integers(0, 10**14),
    )
)
ANY = plans(st.integers(-(10**8), 10**8))
MONEY = st.one_of(
    st.integers(0, 2_000).map(Decimal),
    st.decimals(0, 10**6, places=2),
    st.decimals(0, 10**10, places=4),
    st.decimals(-(10**14), 10**14, places=2),
)
SHARES = st.sampled_from(["0.05", "0.1", "-0.05", "-0.1", "0.333", "-1", "2", "-1.01", "0"]).map(Decimal)
NODES = st.builds(
    lambda region, month: Node(
        (("region", (region,)),) if region else (),
        None if month is None else date(YEAR, month, 1),
        None if month is None else date(YEAR, month, 28),
    ),
    st.sampled_from([None, None, *MEMBERS["region"]]),
    st.sampled_from([None, None, *MONTHS]),
)


@st.composite
def adjustments(draw: st.DrawFn, operations: Sequence[str] = ("set", "add", "scale", "allocate")) -> Adjustment:
    """Well-formed, whether the plan takes it or not."""
    operation = draw(st.sampled_from(operations))
    plane = draw(st.sampled_from(PLANES))
    by = draw(st.sampled_from(WAYS[plane]))
    members = tuple(draw(st.lists(st.sampled_from(MEMBERS[by]), min_size=1, unique=True))) if by else ()
    count = max(len(members), 1)
    parts: dict[str, Any] = {"node": draw(NODES if plane in ("region", "rep") else st.just(Node()))}
    if operation == "scale":
        parts["share"] = draw(SHARES)
    if operation in ("set", "add"):
        parts["amounts"] = tuple(draw(st.lists(MONEY, min_size=count, max_size=count)))
    if operation == "allocate":
        parts["amounts"] = tuple(draw(st.lists(MONEY, max_size=1)))
        weights = st.lists(st.floats(0, 1e6), min_size=count, max_size=count)
        parts["weights"] = tuple(draw(weights | st.just([])))
        parts["floors"] = tuple(draw(st.just([]) | st.lists(MONEY, min_size=count, max_size=count)))
        parts["caps"] = tuple(draw(st.just([]) | st.lists(MONEY, min_size=count, max_size=count)))
    mode = draw(st.sampled_from(["moves", "stays"]))
    return Adjustment(operation, plane, by=by, members=members, mode=mode, **parts)


LISTS = st.lists(adjustments(), min_size=1, max_size=6)
WITH_LOCKS = st.lists(
    adjustments(("set", "add", "scale", "allocate", "lock", "lock", "unlock")), min_size=1, max_size=8
)


def steps(plan: Plan, made: Sequence[Adjustment]) -> list[tuple[Plan, Adjustment, Plan]]:
    """State, adjustment, state: one after the other, those that are refused left out."""
    taken = []
    for adjustment in made:
        kept = [array.copy() for array in plan.amounts]
        try:
            after = adjusted(plan, adjustment)
        except Refused:
            assert all(np.array_equal(*pair) for pair in zip(kept, plan.amounts, strict=True))
            continue
        taken.append((plan, adjustment, after))
        plan = after
    return taken


def same(one: Plan, other: Plan) -> bool:
    return not one.differs(other)


@given(NOT_NEGATIVE, LISTS)
def test_planes_that_agree_go_on_to_agree(plan: Plan, made: list[Adjustment]) -> None:
    """Parents equal the sums of their children, on every level and in every month, to the ten-thousandth."""
    for _, _, after in steps(plan, made):
        company, region, rep, product = (after.index(name) or 0 for name in PLANES)
        months = after.sums(company, ["month"])
        assert after.sums(region, ["month"]) == months
        assert after.sums(rep, ["month"]) == months
        assert after.sums(product, ["month"]) == months
        assert after.sums(rep, ["region", "month"]) == after.sums(region, ["region", "month"])


@given(NOT_NEGATIVE, WITH_LOCKS)
def test_locked_cells_keep_their_value_and_nothing_becomes_negative(plan: Plan, made: list[Adjustment]) -> None:
    for before, _, after in steps(plan, made):
        for was, now, locked in zip(before.amounts, after.amounts, before.locked, strict=True):
            assert np.array_equal(was[locked], now[locked])
            assert (now >= 0).all()


@given(NOT_NEGATIVE, WITH_LOCKS)
def test_members_come_to_what_was_asked(plan: Plan, made: list[Adjustment]) -> None:
    for before, adjustment, after in steps(plan, made):
        if adjustment.operation not in ("set", "add"):
            continue
        at = before.index(adjustment.plane)
        assert at is not None
        by = [adjustment.by] if adjustment.by else []
        was, now = before.sums(at, by, adjustment.node), after.sums(at, by, adjustment.node)
        for member, amount in zip(adjustment.members or [None], adjustment.amounts, strict=True):
            key = (member,) if adjustment.by else ()
            wanted = int(amount * 10_000) + (was[key] if adjustment.operation == "add" else 0)
            assert now[key] == wanted


@given(NOT_NEGATIVE, WITH_LOCKS)
def test_the_parent_stays_in_every_month(plan: Plan, made: list[Adjustment]) -> None:
    for before, adjustment, after in steps(plan, made):
        at = before.index(adjustment.plane)
        if (
            at is None
            or adjustment.mode == "moves"
            or not adjustment.by
            or adjustment.operation not in ("set", "scale")
        ):
            continue
        by = [] if adjustment.by in ("month", "quarter") else ["month"]
        assert before.sums(at, by, adjustment.node) == after.sums(at, by, adjustment.node)
        if by:
            company = before.index("company") or 0
            assert np.array_equal(before.amounts[company], after.amounts[company])


@given(NOT_NEGATIVE, WITH_LOCKS)
def test_an_allocation_comes_to_its_total(plan: Plan, made: list[Adjustment]) -> None:
    for before, adjustment, after in steps(plan, made):
        if adjustment.operation == "allocate":
            at = before.index(adjustment.plane)
            assert at is not None
            total = int(adjustment.amounts[0] * 10_000) if adjustment.amounts else before.total(at, adjustment.node)
            assert after.total(at, adjustment.node) == total


@settings(max_examples=50)
@given(NOT_NEGATIVE, WITH_LOCKS)
def test_undo_restores_every_cell_and_replay_is_the_same_each_time(plan: Plan, made: list[Adjustment]) -> None:
    """What is replayed up to any step is what was there then; also from the adjustments' texts, as the ledger does."""
    taken = steps(plan, made)
    done = [adjustment for _, adjustment, _ in taken]
    read = [Adjustment.from_json(one.operation, one.to_json()) for one in done]
    assert read == done
    for count, (before, _, after) in enumerate(taken):
        assert same(replay(plan, done[:count]), before)
        assert same(replay(plan, read[: count + 1]), after)


@given(ANY, WITH_LOCKS)
def test_whatever_the_plan_holds_there_is_a_plan_or_a_sentence(plan: Plan, made: list[Adjustment]) -> None:
    """Negative targets too: no other error than a refusal, and locked cells stay."""
    for before, _, after in steps(plan, made):
        for was, now, locked in zip(before.amounts, after.amounts, before.locked, strict=True):
            assert np.array_equal(was[locked], now[locked])
