"""What each operation does to the plan of `tests.planning.planned`, counted by hand; and what holds for any."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from planning.adjustments import Adjustment
from planning.errors import Refused
from planning.plan import Node, Plan
from planning.replay import adjusted, exact, replay
from tests.planning.planned import base_rows, cells, change, in_month, plan_of, row, state

EAST_UP = change("scale", by="region", members="East", share="0.1")
EAST_UP_ALONE = change("scale", by="region", members="East", share="0.1", mode="stays")


def frozen(plan: Plan) -> Plan:
    """A plan whose cells nobody can write to."""
    for array in (*plan.amounts, *plan.locked):
        array.setflags(write=False)
    return plan


def after(*made: Adjustment, of: Plan | None = None) -> Plan:
    return replay(frozen(plan_of()) if of is None else frozen(of), made)


def refused(*made: Adjustment, of: Plan | None = None) -> Refused:
    """Why the last of the adjustments cannot be made."""
    before = frozen(after(*made[:-1], of=of))
    with pytest.raises(Refused) as told:
        adjusted(before, made[-1])
    return told.value


class TestOperations:
    def test_a_region_grows_and_the_company_with_it(self) -> None:
        """66 and 132 for East; its reps stay a tenth above, at 72.6 and 145.2 in whole units."""
        assert state(after(EAST_UP)) == (
            {"": (106, 212)},
            {"East": (66, 132), "West": (40, 80)},
            {"e1": (49, 97), "e2": (24, 48), "w1": (40, 80)},
        )

    def test_a_region_grows_and_its_sibling_gives_way_in_every_month(self) -> None:
        company, regions, reps = state(after(EAST_UP_ALONE))
        assert company == {"": (100, 200)}
        assert regions == {"East": (66, 132), "West": (34, 68)}
        assert reps == {"e1": (49, 97), "e2": (24, 48), "w1": (34, 68)}

    def test_ten_percent_twice_are_twenty_one(self) -> None:
        up = change("scale", "company", share="0.1")
        assert state(after(up, up))[0] == {"": (121, 242)}
        assert cells(after(up, up), "region", "region") == {"East": (73, 145), "West": (48, 97)}

    def test_ten_percent_less(self) -> None:
        assert state(after(change("scale", by="region", members="West", share="-0.1")))[1]["West"] == (36, 72)

    def test_all_can_go(self) -> None:
        company, regions, reps = state(after(change("scale", by="region", members="West", share="-1")))
        assert (company[""], regions["West"], reps["w1"]) == ((60, 120), (0, 0), (0, 0))

    def test_the_total_is_set(self) -> None:
        """330 is a tenth more: every month, region and rep gets it."""
        company, regions, reps = state(after(change("set", "company", amounts=330)))
        assert company == {"": (110, 220)}
        assert regions == {"East": (66, 132), "West": (44, 88)}
        assert reps == {"e1": (49, 97), "e2": (24, 48), "w1": (44, 88)}

    def test_several_members_are_set_each_to_its_own(self) -> None:
        made = change("set", by="region", members=("West", "East"), amounts=(150, 210))
        assert cells(after(made), "region", "region") == {"East": (70, 140), "West": (50, 100)}
        assert state(after(made))[0] == {"": (120, 240)}

    def test_an_amount_is_added_to_each(self) -> None:
        made = change("add", by="region", members=("East", "West"), amounts=30)
        assert cells(after(made), "region", "region") == {"East": (70, 140), "West": (50, 100)}
        less = change("add", by="region", members="West", amounts=-60, mode="stays")
        assert state(after(less))[:2] == ({"": (100, 200)}, {"East": (80, 160), "West": (20, 40)})

    def test_a_month_grows_alone(self) -> None:
        made = change("set", "company", by="month", members="2026-01-01", amounts=150)
        assert state(after(made)) == (
            {"": (150, 200)},
            {"East": (90, 120), "West": (60, 80)},
            {"e1": (66, 88), "e2": (33, 44), "w1": (60, 80)},
        )

    def test_a_month_grows_and_the_others_give_way(self) -> None:
        made = change("set", "company", by="month", members="2026-01-01", amounts=150, mode="stays")
        assert state(after(made))[:2] == ({"": (150, 150)}, {"East": (90, 90), "West": (60, 60)})

    def test_a_part_of_the_period(self) -> None:
        made = change("set", node=in_month(2), by="region", members="East", amounts=150, mode="stays")
        assert state(after(made))[:2] == ({"": (100, 200)}, {"East": (60, 150), "West": (40, 50)})

    def test_cents_appear_only_where_they_are_asked_for(self) -> None:
        """A third more of 180 whole units are 240; 240.50 makes cents, in East alone."""
        odd = after(change("set", by="region", members="East", amounts="240.50"))
        assert cells(odd, "region", "region") == {"East": (80.17, 160.33), "West": (40, 80)}
        assert state(odd)[0] == {"": (120.17, 240.33)}

    def test_risk_is_kept_apart(self) -> None:
        plan = plan_of()
        assert adjusted(plan, change("risk", "company", share="0.9")) is plan

    def test_what_changes_nothing_is_the_same_plan(self) -> None:
        plan = plan_of()
        assert adjusted(plan, change("set", "company", amounts=300)) is plan


class TestAllocation:
    def test_by_weights(self) -> None:
        """The months of the company stay; West, with three parts of four, has three quarters of each."""
        made = change("allocate", by="region", members=("East", "West"), weights=(1.0, 3.0))
        assert state(after(made)) == (
            {"": (100, 200)},
            {"East": (25, 50), "West": (75, 150)},
            {"e1": (19, 37), "e2": (9, 18), "w1": (75, 150)},
        )

    def test_another_total(self) -> None:
        made = change("allocate", by="region", members=("East", "West"), weights=(1.0, 1.0), amounts=600)
        assert state(after(made))[:2] == ({"": (200, 400)}, {"East": (100, 200), "West": (100, 200)})

    def test_evenly_without_weights(self) -> None:
        made = change("allocate", by="region", members=("East", "West"))
        assert state(after(made))[1] == {"East": (50, 100), "West": (50, 100)}

    def test_those_not_named_weigh_nothing(self) -> None:
        made = change("allocate", by="region", members="West", weights=(2.0,))
        assert state(after(made))[1] == {"East": (0, 0), "West": (100, 200)}

    def test_a_floor_and_a_cap(self) -> None:
        floor = change("allocate", by="region", members=("East", "West"), weights=(0.0, 1.0), floors=(30, 0))
        assert state(after(floor))[1] == {"East": (10, 20), "West": (90, 180)}
        cap = change("allocate", by="region", members=("East", "West"), weights=(1.0, 9.0), caps=(300, 150))
        assert state(after(cap))[1] == {"East": (50, 100), "West": (50, 100)}

    def test_a_locked_member_keeps_its_own(self) -> None:
        rows = [row(amount, 1, region=name) for name, amount in (("A", 50), ("B", 30), ("C", 20))]
        lock = change("lock", by="region", members="A")
        made = change("allocate", by="region", members=("A", "B", "C"), weights=(8.0, 1.0, 4.0))
        assert cells(after(lock, made, of=plan_of(rows)), "region", "region") == {"A": (50,), "B": (10,), "C": (40,)}

    def test_a_locked_month_of_a_member_is_its_least(self) -> None:
        """All would go to West, but East keeps its locked January; the company's months stay."""
        lock = change("lock", node=in_month(1), by="region", members="East")
        made = change("allocate", by="region", members=("East", "West"), weights=(0.0, 1.0))
        assert state(after(lock, made))[:2] == ({"": (100, 200)}, {"East": (60, 0), "West": (40, 200)})

    def test_over_months(self) -> None:
        made = change("allocate", "company", by="month", members=("2026-01-01", "2026-02-01"), weights=(2.0, 1.0))
        assert state(after(made))[:2] == ({"": (200, 100)}, {"East": (120, 60), "West": (80, 40)})

    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ({"weights": (0.0, 0.0), "basis": "MTD"}, "no_weights"),
            ({"weights": (float("nan"), 1.0)}, "no_weights"),
            ({"weights": (float("inf"), 1.0)}, "no_weights"),
            ({"weights": (1.0, 1.0), "caps": (100, 100)}, "out_of_range"),
            ({"weights": (1.0, 1.0), "floors": (200, 200)}, "out_of_range"),
            ({"weights": (1.0, 1.0), "amounts": -1}, "negative"),
            ({"weights": (1.0, 1.0), "amounts": "1e30"}, "too_large"),
            ({"weights": (1.0, 1.0), "amounts": "1e17"}, "too_large"),
        ],
    )
    def test_is_refused(self, parts: dict[str, object], reason: str) -> None:
        assert refused(change("allocate", by="region", members=("East", "West"), **parts)).reason == reason


class TestOthersFollow:
    def test_a_rep_moves_its_region_and_the_company_by_as_much_as_the_region(self) -> None:
        """e1 and e2 come to 132 and 264, twice as much: East doubles, and the company grows by what East does."""
        made = change("scale", "rep", by="rep", members=("e1", "e2"), share="1")
        assert state(after(made))[:2] == ({"": (160, 320)}, {"East": (120, 240), "West": (40, 80)})

    def test_over_assignment_stays_what_it_was(self) -> None:
        made = change("set", "rep", by="rep", members="e1", amounts=165)
        company, regions, reps = state(after(made))
        assert reps == {"e1": (55, 110), "e2": (22, 44), "w1": (40, 80)}
        assert regions == {"East": (70, 140), "West": (40, 80)}
        assert company == {"": (110, 220)}

    def test_a_rep_within_its_region_moves_nobody_else(self) -> None:
        made = change("scale", "rep", node=Node.of(region="East"), by="rep", members="e1", share="0.25", mode="stays")
        company, regions, reps = state(after(made))
        assert (company, regions) == state(plan_of())[:2]
        assert reps == {"e1": (55, 110), "e2": (11, 22), "w1": (40, 80)}

    def test_planes_that_share_only_months_follow_month_by_month(self) -> None:
        rows = [*base_rows(), row(30, 1, product="p"), row(70, 1, product="q"), row(200, 2, product="p")]
        made = change("set", node=in_month(1), by="region", members="West", amounts=60)
        assert cells(after(made, of=plan_of(rows)), "product", "product") == {"p": (36, 200), "q": (84,)}

    def test_what_stood_against_nothing_grows_by_as_much(self) -> None:
        rows = [row(0, 1), row(0, 1, region="East"), row(0, 1, region="West")]
        made = change("set", by="region", members="East", amounts=50)
        assert cells(after(made, of=plan_of(rows)), "company", "") == {"": (50,)}

    def test_a_plane_without_the_part_does_not_follow(self) -> None:
        rows = [row(10, 1, region="East"), row(10, 1, region="West"), row(5, 1, region="East", rep="e")]
        made = change("scale", by="region", members="West", share="1")
        assert cells(after(made, of=plan_of(rows)), "rep", "rep") == {"e": (5,)}

    def test_a_part_locked_there_stays(self) -> None:
        """The reps of East are locked: East's own target moves, theirs do not."""
        lock = change("lock", by="rep", members=("e1", "e2"))
        company, regions, reps = state(after(lock, EAST_UP))
        assert (company, regions["East"]) == ({"": (106, 212)}, (66, 132))
        assert reps == state(plan_of())[2]

    def test_beside_a_locked_rep_the_other_takes_it_all(self) -> None:
        lock = change("lock", by="rep", members="e1")
        assert state(after(lock, EAST_UP))[2] == {"e1": (44, 88), "e2": (29, 57), "w1": (40, 80)}


class TestLocks:
    def test_a_locked_region_stays_when_the_company_grows(self) -> None:
        lock = change("lock", by="region", members="East")
        assert state(after(lock, change("set", "company", amounts=330))) == (
            {"": (110, 220)},
            {"East": (60, 120), "West": (50, 100)},
            {"e1": (44, 88), "e2": (22, 44), "w1": (50, 100)},
        )

    def test_unlocked_it_moves_again(self) -> None:
        lock, unlock = (change(one, by="region", members="East") for one in ("lock", "unlock"))
        assert state(after(lock, unlock, EAST_UP)) == state(after(EAST_UP))

    def test_a_locked_month(self) -> None:
        lock = change("lock", "company", by="month", members="2026-01-01")
        assert state(after(lock, EAST_UP))[:2] == ({"": (100, 218)}, {"East": (60, 138), "West": (40, 80)})

    def test_what_is_locked_cannot_be_changed(self) -> None:
        lock = change("lock", by="region", members="East")
        told = refused(lock, EAST_UP)
        assert told.reason == "all_locked" and "East is locked" in str(told)

    def test_everything_locked(self) -> None:
        lock = change("lock", "company")
        assert refused(lock, change("set", "company", amounts=330)).reason == "all_locked"
        assert refused(lock, change("allocate", by="region", members=("East",), amounts=1)).reason == "all_locked"

    def test_locks_above_the_parent(self) -> None:
        lock = change("lock", node=in_month(2), by="region", members="East")
        told = refused(lock, change("set", by="region", members="East", amounts=100))
        assert told.reason == "below_locks"
        assert told.values == {"member": "East", "amount": "100", "locked": "120"}

    def test_siblings_locked(self) -> None:
        assert refused(change("lock", by="region", members="West"), EAST_UP_ALONE).reason == "siblings_locked"

    def test_siblings_short(self) -> None:
        made = change("set", by="region", members="East", amounts=330, mode="stays")
        told = refused(made)
        assert told.reason == "siblings_short"
        assert told.values == {"member": "East", "parent": "the whole plan", "amount": "120", "missing": "30"}

    def test_siblings_locked_in_one_month_only(self) -> None:
        """January cannot stay, as West cannot give way there."""
        lock = change("lock", node=in_month(1), by="region", members="West")
        assert refused(lock, EAST_UP_ALONE).values["missing"] == "6"

    def test_no_siblings(self) -> None:
        made = change("scale", by="region", members=("East", "West"), share="0.1", mode="stays")
        assert refused(made).reason == "no_siblings"


class TestRefusals:
    @pytest.mark.parametrize(
        ("made", "reason"),
        [
            (change("set", by="region", members="East", amounts=-1), "negative"),
            (change("add", by="region", members="East", amounts=-181), "negative"),
            (change("scale", by="region", members="East", share="-1.5"), "negative"),
            (change("set", by="region", members="East", amounts="1e13"), "too_large"),
            (change("set", by="region", members="East", amounts="1e400000"), "too_large"),
            (change("set", by="region", members="East", amounts="NaN"), "not_a_number"),
            (change("set", by="region", members="East", amounts="Infinity"), "not_a_number"),
            (change("scale", "company", share="1e15"), "too_large"),
            (change("scale", "company", share="NaN"), "not_a_number"),
            (change("scale", by="region", members="South", share="0.1"), "no_cells"),
            (change("scale", node=Node.of(region="South"), share="0.1"), "no_cells"),
            (change("scale", node=in_month(7), share="0.1"), "no_cells"),
            (change("scale", by="region", members=(None,), share="0.1"), "no_cells"),
            (change("scale", "channel", share="0.1"), "no_level"),
            (change("scale", by="product", members="p", share="0.1"), "no_level"),
            (change("scale", by="industry", members="p", share="0.1"), "no_level"),
            (change("scale", "company", node=Node.of(region="East"), share="0.1"), "no_level"),
            (change("scale", by="region", share="0.1"), "nothing"),
            (change("lock", by="region", members="South"), "no_cells"),
            (change("unlock", by="channel", members="x"), "no_cells"),
        ],
    )
    def test_a_sentence_and_nothing_changed(self, made: Adjustment, reason: str) -> None:
        told = refused(made)
        assert told.reason == reason
        assert str(told).endswith(".") and "{" not in str(told)

    @pytest.mark.parametrize(
        "made",
        [
            change("set", by="region", members=("East", "East"), amounts=1),
            change("set", by="region", members=("East", "West"), amounts=(1, 2, 3)),
            change("scale", "company", amounts=1, share="0.1"),
            change("scale", "company"),
            change("set", "company", amounts=1, mode="sideways"),
            change("allocate", by="region", members=("East", "West"), weights=(1.0,)),
        ],
    )
    def test_an_adjustment_that_is_none(self, made: Adjustment) -> None:
        with pytest.raises(ValueError, match="adjustment"):
            adjusted(plan_of(), made)

    def test_many_large_targets_are_too_large_together(self) -> None:
        rows = [row(1, 1, region=f"R{number}") for number in range(300)]
        made = change("set", by="region", members=tuple(f"R{number}" for number in range(300)), amounts="1e12")
        assert refused(made, of=plan_of(rows)).reason == "too_large"

    def test_what_follows_may_be_too_large_as_well(self) -> None:
        """The reps are assigned a million times what their region has."""
        rows = [row(1, 1, region="East"), row(1_000_000, 1, region="East", rep="e")]
        made = change("set", by="region", members="East", amounts="1e11")
        assert refused(made, of=plan_of(rows)).reason == "too_large"

    def test_exact(self) -> None:
        assert [exact(Decimal(text)) for text in ("1.23456", "0.00005", "0.00015", "-2")] == [12346, 0, 2, -20_000]


class TestOddBases:
    def test_a_share_of_nothing_is_nothing(self) -> None:
        plan = plan_of([row(0, 1), row(0, 2)])
        assert adjusted(plan, change("scale", "company", share="0.1")) is plan

    def test_nothing_is_filled_evenly(self) -> None:
        made = change("set", "company", amounts=101)
        assert cells(after(made, of=plan_of([row(0, 1), row(0, 2)])), "company", "") == {"": (51, 50)}

    def test_negative_targets_stay_until_they_are_set(self) -> None:
        rows = [row(-50, 1, region="East"), row(100, 1, region="West"), row(50, 1)]
        plan = plan_of(rows)
        west = after(change("scale", by="region", members="West", share="0.1"), of=plan)
        assert state_of_regions(west) == {"East": (-50,), "West": (110,)}
        assert refused(change("scale", by="region", members="East", share="0.1"), of=plan).reason == "negative"
        assert state_of_regions(after(change("set", by="region", members="East", amounts=10), of=plan))["East"] == (10,)

    def test_negative_siblings_do_not_give_way(self) -> None:
        rows = [row(-50, 1, region="East"), row(100, 1, region="West")]
        made = change("scale", by="region", members="West", share="0.1", mode="stays")
        assert refused(made, of=plan_of(rows)).reason == "siblings_short"
        lock = change("lock", by="region", members="East")
        assert refused(lock, made, of=plan_of(rows)).reason == "siblings_locked"

    @pytest.mark.parametrize(
        "make", [lambda n: change("set", "company", amounts=n), lambda n: change("add", amounts=n)]
    )
    def test_no_plan_at_all(self, make: Callable[[int], Adjustment]) -> None:
        assert refused(make(1), of=plan_of([])).reason == "no_level"


def state_of_regions(plan: Plan) -> object:
    return cells(plan, "region", "region")


def test_a_given_plan_is_never_written_to() -> None:
    """Its arrays are read-only here: a write would raise."""
    plan = frozen(plan_of())
    kept = [array.copy() for array in (*plan.amounts, *plan.locked)]
    replay(plan, [EAST_UP, change("lock", by="region", members="East"), change("set", "company", amounts=500)])
    assert all(np.array_equal(*pair) for pair in zip(kept, (*plan.amounts, *plan.locked), strict=True))
