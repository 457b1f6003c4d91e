"""Numbers as text: the looks' table of numbers, and what happens at its edges."""

import re
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.format import MINUS, Numbers, Unit

EN, ZH = Numbers("en", "CNY"), Numbers("zh", "CNY")
NOT_NUMBERS = [None, float("nan"), float("inf"), Decimal("NaN"), np.nan, pd.NA]


@pytest.mark.parametrize(
    ("amount", "en", "zh"),
    [
        (119_400_000, "¥119.4M", "1.194亿"),
        (31_100_000, "¥31.1M", "3,110万"),
        (1_200_000_000, "¥1.2B", "12.00亿"),
        (1_200_000, "¥1.2M", "120万"),
        (950_000, "¥950K", "95万"),
        (910_000, "¥910K", "91万"),
        (12_345, "¥12.3K", "1.2万"),
        (9_500, "¥9,500", "9,500元"),
        (0, "¥0", "0元"),
        # borders: the digits that come out of rounding decide the unit
        (9_999.4, "¥9,999", "9,999元"),
        (9_999.6, "¥10.0K", "1万"),
        (99_949, "¥99.9K", "10万"),
        (99_950, "¥100K", "10万"),
        (994_999, "¥995K", "99.5万"),
        (999_499, "¥999K", "99.9万"),
        (999_500, "¥1.0M", "100万"),
        (999_950, "¥1.0M", "100万"),
        (99_994_999, "¥100.0M", "9,999万"),
        (99_995_000, "¥100.0M", "1.000亿"),
        (999_949_999, "¥999.9M", "9.999亿"),
        (999_950_000, "¥1.0B", "10.00亿"),
        (12_345_000_000, "¥12.3B", "123.5亿"),
        (123_450_000_000, "¥123.5B", "1,235亿"),
        (1_000_000_000_000, "¥1.0T", "1.000万亿"),
        (10**18, "¥1,000,000.0T", "1,000,000.000万亿"),
        # below zero
        (-800_000, f"{MINUS}¥800K", f"{MINUS}80万"),
        (-2_500_000, f"{MINUS}¥2.5M", f"{MINUS}250万"),
        (-0.4, "¥0", "0元"),
        # whatever type the database gives
        (Decimal("119400000.0000"), "¥119.4M", "1.194亿"),
        (np.int64(950_000), "¥950K", "95万"),
        (np.float64(0.5), "¥1", "1元"),
    ],
)
def test_money_alone(amount, en, zh):
    assert EN.money(amount) == en
    assert ZH.money(amount) == zh


def test_money_in_parts_sets_the_unit_apart():
    assert EN.money_parts(119_400_000) == ("¥119.4", "M")
    assert EN.money_parts(9_500) == ("¥9,500", "")
    assert ZH.money_parts(119_400_000) == ("1.194", "亿")
    assert ZH.money_parts(9_500) == ("9,500", "元")


@pytest.mark.parametrize(
    ("currency", "en", "zh"),
    [
        ("USD", f"{MINUS}$119.4M", f"{MINUS}1.194亿美元"),
        ("EUR", f"{MINUS}€119.4M", f"{MINUS}1.194亿欧元"),
        ("SEK", f"{MINUS}SEK 119.4M", f"{MINUS}1.194亿瑞典克朗"),
    ],
)
def test_other_currencies(currency, en, zh):
    assert Numbers("en", currency).money(-119_400_000) == en
    assert Numbers("zh", currency).money(-119_400_000) == zh


def test_exact_money_shows_cents_only_where_there_are_any():
    assert EN.exact(186_000_000) == "¥186,000,000"
    assert EN.exact(Decimal("180000.5")) == "¥180,000.50"
    assert EN.exact(-1234.999) == f"{MINUS}¥1,235"
    assert ZH.exact(186_000_000) == "186,000,000元"
    assert Numbers("zh", "USD").exact(1) == "1美元"


@pytest.mark.parametrize(
    ("largest", "en", "zh"),
    [
        (9_999, ("¥", "9,999"), ("元", "9,999")),
        (10_000, ("¥ thousand", "10"), ("元", "10,000")),
        (950_000, ("¥ thousand", "950"), ("万元", "95")),
        (9_999_000, ("¥ thousand", "9,999"), ("万元", "1,000")),
        (61_800_000, ("¥ million", "61.8"), ("万元", "6,180")),
        (-437_300_000, ("¥ million", f"{MINUS}437.3"), ("万元", f"{MINUS}43,730")),
        (25_000_000_000, ("¥ billion", "25.0"), ("万元", "2,500,000")),
        (250_000_000_000, ("¥ billion", "250.0"), ("亿元", "2,500.0")),
    ],
)
def test_one_unit_for_a_chart(largest, en, zh):
    for numbers, (label, text) in ((EN, en), (ZH, zh)):
        unit = numbers.unit_for([0, None, largest, float("nan")])
        assert (unit.label, numbers.in_unit(largest, unit)) == (label, text)


def test_a_chart_of_nothing_still_has_a_unit():
    assert EN.unit_for([]) == Unit(1, "¥", 0)
    assert ZH.unit_for([None]) == Unit(1, "元", 0)


def test_shares_points_multiples_days_and_counts():
    assert (EN.share(0.418), EN.share(0.418, 0), ZH.share(0.4185)) == ("41.8%", "42%", "41.9%")
    assert (EN.points(0.019), ZH.points(0.019)) == ("1.9 pp", "1.9个百分点")
    assert (EN.multiple(2.14), ZH.multiple(2.14)) == ("2.1×", "2.1倍")
    assert (EN.days(118), EN.days(1), EN.days(0.5), ZH.days(118)) == ("118 days", "1 day", "1 day", "118天")
    assert (EN.count(2418), ZH.count(np.int64(2418)), EN.count(0)) == ("2,418", "2,418", "0")


@pytest.mark.parametrize(
    ("method", "number", "en", "zh"),
    [
        ("signed_money", 300_000, "+¥300K", "+30万"),
        ("signed_money", -2_500_000, f"{MINUS}¥2.5M", f"{MINUS}250万"),
        ("signed_money", 0.2, "¥0", "0元"),
        ("signed_share", 0.096, "+9.6%", "+9.6%"),
        ("signed_share", -0.041, f"{MINUS}4.1%", f"{MINUS}4.1%"),
        ("signed_share", -0.0004, "0.0%", "0.0%"),
        ("signed_points", 0.019, "+1.9 pp", "+1.9个百分点"),
        ("signed_days", 6, "+6 days", "+6天"),
        ("signed_days", -1, f"{MINUS}1 day", f"{MINUS}1天"),
        ("signed_days", 0, "0 days", "0天"),
        ("signed_count", -1200, f"{MINUS}1,200", f"{MINUS}1,200"),
    ],
)
def test_a_difference_has_a_sign_and_zero_has_none(method, number, en, zh):
    assert getattr(EN, method)(number) == en
    assert getattr(ZH, method)(number) == zh


def test_a_difference_in_a_charts_unit():
    unit = EN.unit_for([61_800_000])
    assert [EN.signed_in_unit(x, unit) for x in (800_000, -2_500_000, 10, None)] == [
        "+0.8",
        f"{MINUS}2.5",
        "0.0",
        "n/a",
    ]


@pytest.mark.parametrize("nothing", NOT_NUMBERS)
def test_what_is_not_a_number_is_a_word(nothing):
    written = ["money", "exact", "share", "points", "count", "days", "multiple"]
    signed = ["signed_money", "signed_share", "signed_points", "signed_days", "signed_count"]
    assert {getattr(EN, method)(nothing) for method in written + signed} == {"n/a"}
    assert ZH.money(nothing) == "不适用"
    assert EN.money_parts(nothing) == ("n/a", "")
    assert EN.in_unit(nothing, Unit(1, "", 0)) == "n/a"


def test_words_for_no_number():
    assert (EN.none("no_target"), ZH.none("no_target")) == ("no target", "未设目标")
    with pytest.raises(KeyError, match="none.maybe"):
        EN.none("maybe")


def test_dates():
    day = date(2026, 9, 7)
    assert (EN.day(day), EN.day(day, year=True)) == ("7 Sep", "7 Sep 2026")
    assert (ZH.day(day), ZH.day(day, year=True)) == ("9月7日", "2026年9月7日")
    assert (EN.month(day), EN.month(day, with_year=True)) == ("Sep", "Sep 2026")
    assert (ZH.month(day), ZH.month(day, with_year=True)) == ("9月", "2026年9月")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_comes_out_finite_and_the_sign_is_right(number):
    for numbers in (EN, ZH):
        text = numbers.signed_money(number)
        if re.search("[1-9]", text):
            assert text.startswith("+" if number > 0 else MINUS)
        assert "-" not in text and "e" not in text.lower()


@given(st.integers(-(10**12), 10**12))
def test_exact_whole_amounts_read_back(amount):
    assert int(EN.exact(amount).replace("¥", "").replace(",", "").replace(MINUS, "-")) == amount
    assert int(ZH.exact(amount).removesuffix("元").replace(",", "").replace(MINUS, "-")) == amount
