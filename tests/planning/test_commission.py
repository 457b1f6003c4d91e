"""Commission: payouts by hand and in fractions, what a scheme rewards, and files that are no schemes."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.commission import Cost, cost, marginal_rates, payout, payout_at
from planning.schemes import BASES, FILE, Flat, Scheme, SchemeError, Tier, Tiered, schemes

FLAT = Flat("flat", "Flat", "固定", "contract", Decimal("0.03"))
#: 2 % up to four fifths, 3 % up to the target, 5 % beyond; nothing below half, nothing above one and a half.
TIERS = Tiered(
    "tiers", "Tiers", "阶梯", "contract",
    (Tier(Decimal(0), Decimal("0.02")), Tier(Decimal("0.8"), Decimal("0.03")), Tier(Decimal(1), Decimal("0.05"))),
    rate_without_target=Decimal("0.01"), threshold=Decimal("0.5"), cap=Decimal("1.5"),
)  # fmt: skip


def test_a_flat_rate_needs_no_target_and_takes_nothing_back():
    assert payout(FLAT, [1000, 1000, 0, -500], [2000, 0, 10, 10], unit=1).tolist() == [30, 30, 0, 0]


@pytest.mark.parametrize(
    ("actual", "paid"),
    [
        (4_999, 0),  # below the threshold
        (5_000, 100),  # on it: all from the first on
        (8_000, 160),
        (10_000, 220),  # 160 + 2,000 x 3 %
        (12_000, 320),  # 220 + 2,000 x 5 %
        (15_000, 470),
        (99_000, 470),  # the cap
        (-100, 0),
    ],
)
def test_tiers_by_hand(actual: int, paid: int) -> None:
    assert payout(TIERS, [actual], [10_000], unit=1).tolist() == [paid]


def test_without_a_target_there_is_a_rate_of_its_own():
    assert payout(TIERS, [1000, 1000, -1000], [0, -5, 0], unit=1).tolist() == [10, 10, 0]


def test_payouts_are_rounded_once_and_halves_go_up():
    """3 % of 0.50 is 0.015: a cent and a half, two cents. Below it is one."""
    assert payout(FLAT, [5_000, 4_999], [0, 0], unit=100).tolist() == [200, 100]
    assert payout(FLAT, [10**15], [0], unit=100).tolist() == [3 * 10**13]
    assert payout(FLAT, [], []).tolist() == []


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="Every actual needs its target"):
        payout(FLAT, [1, 2], [1])
    with pytest.raises(ValueError, match="too large"):
        payout(FLAT, [2**60], [1])


def by_definition(scheme: Scheme, actual: int, target: int, unit: int) -> int:
    """In fractions; limits of tiers in the smallest unit."""
    sold = Fraction(max(actual, 0))
    if isinstance(scheme, Flat):
        due = sold * Fraction(scheme.rate)
    elif target <= 0:
        due = sold * Fraction(scheme.rate_without_target)
    elif sold < target * Fraction(scheme.threshold):
        due = Fraction(0)
    else:
        since = [math.floor(target * Fraction(tier.since)) for tier in scheme.tiers]
        top = sold if scheme.cap is None else min(sold, Fraction(math.floor(target * Fraction(scheme.cap))))
        until = [*since[1:], None]
        due = Fraction(0)
        for tier, low, high in zip(scheme.tiers, since, until, strict=True):
            due += max((top if high is None else min(top, Fraction(high))) - low, Fraction(0)) * Fraction(tier.rate)
    return math.floor(due / unit + Fraction(1, 2)) * unit


AMOUNTS = st.integers(-(10**10), 10**15)
#: Some are of the same size, so that tiers come into play.
PAIRS = st.one_of(
    st.tuples(AMOUNTS, AMOUNTS),
    st.integers(1, 10**13).flatmap(lambda target: st.tuples(st.integers(0, 2 * target), st.just(target))),
)


@given(st.sampled_from([FLAT, TIERS, *schemes()]), st.lists(PAIRS, max_size=8), st.sampled_from([1, 100, 10_000]))
def test_payouts_are_exact(scheme: Scheme, pairs: list[tuple[int, int]], unit: int) -> None:
    paid = payout(scheme, [actual for actual, _ in pairs], [target for _, target in pairs], unit=unit)
    assert paid.tolist() == [by_definition(scheme, actual, target, unit) for actual, target in pairs]


@given(st.integers(1, 10**13), st.integers(0, 10**14), st.integers(0, 10**13))
def test_who_sells_more_is_paid_no_less(target: int, actual: int, more: int) -> None:
    for scheme in (FLAT, TIERS, *schemes()):
        less, paid = payout(scheme, [actual, actual + more], [target, target]).tolist()
        assert 0 <= less <= paid


def test_marginal_rates():
    at = [0.2, 0.5, 0.79, 0.8, 1, 1.49, 1.5]
    assert marginal_rates(TIERS, at).tolist() == [0, 0.02, 0.02, 0.03, 0.05, 0.05, 0]
    assert marginal_rates(FLAT).tolist() == [0.03] * 3


def test_at_four_fifths_at_the_target_and_beyond():
    points = payout_at(TIERS, 10_000, unit=1)
    assert [(point.actual, point.payout, point.marginal_rate) for point in points] == [
        (8_000, 160, 0.03), (10_000, 220, 0.05), (12_000, 320, 0.05),
    ]  # fmt: skip
    assert points[1].cost_share == 0.022
    assert payout_at(TIERS, 0, unit=1)[0].cost_share is None


def test_what_a_scheme_pays_for():
    """Four reps of 10,000: at 50 %, 80 %, 120 %, and one without a target who sold 1,000.

    Flat pays 3 % of 26,000, more than half of it to who missed, and 60 for the 2,000 beyond a target.
    """
    actual, target = [5_000, 8_000, 12_000, 1_000], [10_000, 10_000, 10_000, 0]
    assert cost(FLAT, actual, target, unit=1) == Cost("flat", 780, 26_000, 0.03, 390 / 780, 60 / 780, 4)
    tiers = 100 + 160 + 320 + 10
    assert cost(TIERS, actual, target, unit=1) == Cost(
        "tiers", tiers, 26_000, tiers / 26_000, 260 / tiers, 100 / tiers, 4
    )
    assert cost(FLAT, [], []) == Cost("flat", 0, 0, None, None, None, 0)
    assert cost(FLAT, [-5], [10]).cost_share is None


def test_the_schemes_there_are():
    found = schemes()
    assert len({scheme.key for scheme in found}) == len(found) >= 3
    assert {type(scheme) for scheme in found} == {Flat, Tiered}
    assert {scheme.basis for scheme in found} <= set(BASES)
    assert all(any("一" <= letter <= "鿿" for letter in scheme.name_zh) for scheme in found)


GOOD_FLAT = 'name = "A"\nname_zh = "甲"\nbasis = "contract"\nkind = "flat"\nrate = 0.03\n'
GOOD_TIERS = (
    'name = "B"\nname_zh = "乙"\nbasis = "receipt"\nkind = "tiers"\nrate_without_target = 0\n'
    "threshold = 0.5\ncap = 2\ntiers = [{ from = 0, rate = 0.1 }, { from = 1, rate = 1 }]\n"
)


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"[a]\n{GOOD_FLAT}[b]\n{GOOD_TIERS}", encoding="utf-8")
    flat, tiers = schemes(path)
    assert flat == Flat("a", "A", "甲", "contract", Decimal("0.03"))
    assert tiers == Tiered("b", "B", "乙", "receipt", (Tier(Decimal(0), Decimal("0.1")), Tier(Decimal(1), Decimal(1))),
                           Decimal(0), Decimal("0.5"), Decimal(2))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no scheme; a scheme is a table"),
        ("[a", "is not TOML: "),
        ("a = 1", "the scheme a is no table; begin it with a line [a]"),
        ("[a]\n" + GOOD_FLAT.replace("rate = 0.03", ""), "the scheme a has no rate"),
        ("[a]\n" + GOOD_FLAT.replace('kind = "flat"', ""), "the scheme a has no kind"),
        ("[a]\n" + GOOD_FLAT.replace('"flat"', '"fixed"'), "the kind 'fixed'; it must be one of flat, tiers"),
        ("[a]\n" + GOOD_FLAT.replace('"contract"', '"gut"'), "the basis 'gut'; it must be one of booking"),
        ("[a]\n" + GOOD_FLAT.replace('"flat"', "[1]"), "the kind [1]; it must be one of"),
        ("[a]\n" + GOOD_FLAT.replace('"甲"', '" "'), "needs a text as its name_zh"),
        ("[a]\n" + GOOD_FLAT + "cap = 2", "the scheme a has no field cap; its fields are basis"),
        *[("[a]\n" + GOOD_FLAT.replace("0.03", rate), "as its rate; it must be from 0 to 1, with up to 6 decimals")
          for rate in ("3", "-0.1", '"3%"', "true", "nan", "0.0000001")],
        ("[b]\n" + GOOD_TIERS.replace("cap = 2", "cap = 1"), "a cap of 1, which must lie above"),
        ("[b]\n" + GOOD_TIERS.replace("threshold = 0.5", "threshold = 0.12345"), "0.12345 as its threshold"),
        ("[b]\n" + GOOD_TIERS.replace("from = 0,", "from = 0.5,"), "do not begin at from = 0"),
        ("[b]\n" + GOOD_TIERS.replace("from = 1,", "from = 0,"), "rise from one to the next"),
        ("[b]\n" + GOOD_TIERS.replace("from = 1, rate", "from = 1, rates"), "has no field rates"),
        ("[b]\n" + GOOD_TIERS.replace("from = 1, ", ""), "the scheme b has no from"),
        ("[b]\n" + GOOD_TIERS.replace("tiers = [", "tiers = [1, "), "needs tiers as a list like"),
    ],
)  # fmt: skip
def test_what_is_no_scheme_is_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemeError) as refused:
        schemes(path)
    assert str(refused.value).startswith(str(path))
    assert says in str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SchemeError, match="cannot be read: No such file"):
        schemes(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("[a]\nname = 'é'".encode("latin-1"))
    with pytest.raises(SchemeError, match="is not TOML"):
        schemes(tmp_path / "latin.toml")


def test_the_file_says_what_there_is():
    """Every field that is read is described at the top of the file."""
    described = "".join(line for line in FILE.read_text(encoding="utf-8").splitlines() if line.startswith("#"))
    for field in ("name_zh", "basis", "kind", "rate", "tiers", "threshold", "cap", "rate_without_target", *BASES):
        assert field in described


def test_many_reps_are_paid_as_each_alone():
    draw = np.random.default_rng(5)
    target = draw.integers(0, 10**10, 5_000)
    actual = (target * draw.uniform(-0.1, 2, 5_000)).astype(np.int64)
    together = payout(TIERS, actual, target)
    for place in range(0, 5_000, 499):
        assert payout(TIERS, actual[place : place + 1], target[place : place + 1]).tolist() == [together[place]]
