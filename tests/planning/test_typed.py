"""What people type: amounts, changes of amounts, shares, in the punctuation of both languages; and what is none."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import Refused
from planning.typed import Typed, number, read, share

READ = {
    # an amount, plain digits in the unit of the grid
    "1250": ("set", 1_250_000),
    "1,250": ("set", 1_250_000),
    "1,250,000": ("set", 1_250_000_000),
    "=1,250": ("set", 1_250_000),
    " 12 500 ": ("set", 12_500_000),
    "0": ("set", 0),
    "12.5": ("set", 12_500),
    "12.3456": ("set", Decimal("12345.6")),
    # a suffix says the unit itself
    "1.25M": ("set", 1_250_000),
    "1.25m": ("set", 1_250_000),
    "900k": ("set", 900_000),
    "¥900K": ("set", 900_000),
    "$1.5bn": ("set", 1_500_000_000),
    "1b": ("set", 1_000_000_000),
    "830万": ("set", 8_300_000),
    "830万元": ("set", 8_300_000),
    "5千": ("set", 5_000),
    "2百万": ("set", 2_000_000),
    "1.2亿": ("set", 120_000_000),
    # more or less
    "+200": ("add", 200_000),
    "＋200": ("add", 200_000),
    "-200": ("add", -200_000),
    "\N{MINUS SIGN}1.5M": ("add", -1_500_000),
    "-5万": ("add", -50_000),
    # a share
    "5%": ("scale", Decimal("0.05")),
    "+5 %": ("scale", Decimal("0.05")),
    "-2.5%": ("scale", Decimal("-0.025")),
    "5％": ("scale", Decimal("0.05")),
    "-100%": ("scale", Decimal(-1)),
    "1000%": ("scale", Decimal(10)),
    "，".join(("1", "250")): ("set", 1_250_000),
}


@pytest.mark.parametrize(("text", "means"), READ.items())
def test_what_is_typed_is_read(text, means):
    kind, value = means
    assert read(text, unit=1000) == Typed(kind, Decimal(value))


NO_AMOUNTS = [
    "", " ", "x", "12x", "1.2.3", "1,25", "12,50,000", "--5", "+", "%", "5%%", "=5%", "5k%", "1e9", "０x", "NaN",
    "Infinity", "1/2", "5-", "<b>5</b>", "=SUM(A1)", "-101%", "1001%", "1.23456", "万", "٣", "1 250 x", "0x10",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_is_refused_with_what_was_typed(text):
    with pytest.raises(Refused) as refused:
        read(text)
    assert refused.value.reason == "not_a_number"
    assert refused.value.values["text"] == (text.strip() or "\N{EM DASH}")


def test_a_long_text_is_named_by_its_beginning():
    with pytest.raises(Refused) as refused:
        read("x" * 500)
    assert len(refused.value.values["text"]) == 40


@pytest.mark.parametrize(("text", "unit"), [("1001bn", 1), ("10000000亿", 1), ("1,000,000,001", 1000), ("9" * 18, 1)])
def test_an_amount_beyond_a_million_millions_is_a_slip_of_the_finger(text, unit):
    with pytest.raises(Refused) as refused:
        read(text, unit=unit)
    assert refused.value.reason == "too_large"


def test_the_largest_amount_itself_is_none():
    assert read("1000bn") == Typed("set", Decimal(10) ** 12)


@given(amount=st.integers(0, 10**9), unit=st.sampled_from([1, 1000]))
def test_every_amount_as_the_page_writes_it_is_read_back(amount, unit):
    assert read(f"{amount:,}", unit=unit) == Typed("set", Decimal(amount * unit))


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        found = read(text)
    except Refused as refused:
        assert refused.reason in ("not_a_number", "too_large")
    else:
        assert found.kind in ("set", "add", "scale") and found.value.is_finite()


@pytest.mark.parametrize(
    ("text", "value"), [("5", "0.05"), ("5%", "0.05"), ("-10 %", "-0.1"), ("12.5", "0.125"), ("5％", "0.05")]
)
def test_a_share_needs_no_sign_of_percent(text, value):
    assert share(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "x", "5k", "-101", "1001"])
def test_a_share_that_is_none_is_refused(text):
    with pytest.raises(Refused):
        share(text)


def test_a_weight_is_a_plain_number():
    assert number("12.5") == Decimal("12.5")
    for text in ("", "-5", "+5", "5%", "x"):
        with pytest.raises(Refused):
            number(text)
