"""Numbers and dates as text, in English and Chinese: the one formatter for cards, charts, hovers and tables.

Compact money keeps three to four digits: ¥119.4M, ¥950K, 1.194亿, 3,110万, 9,500元. In a chart or a column all
amounts share one unit, named once. A difference always has its sign, with a true minus, and zero has none. What is
not a number (None, NaN, infinite) becomes a word, never "nan".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from numbers import Integral, Real
from typing import Any, Literal, NamedTuple

from babel.dates import format_date
from babel.numbers import get_currency_name

from components.words import Words, words

MINUS = "\u2212"

Amount = int | float | Decimal | None

_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}
_CHINESE_NAMES = {"CNY": "元"}


class Unit(NamedTuple):
    """One unit for all amounts of a chart or column: divide by `scale`, write `digits` decimals, say `label` once."""

    scale: int
    label: str
    digits: int


class _Step(NamedTuple):
    """A way to write an amount that holds while the rounded digits stay below `cap`."""

    cap: float
    scale: int
    suffix: str
    digits: int
    keeps_zeros: bool = True


_COMPACT: dict[str, Sequence[_Step]] = {
    "en": (
        _Step(10_000, 1, "", 0),
        _Step(100, 10**3, "K", 1),
        _Step(1000, 10**3, "K", 0),
        _Step(1000, 10**6, "M", 1),
        _Step(1000, 10**9, "B", 1),
        _Step(math.inf, 10**12, "T", 1),
    ),
    "zh": (
        _Step(10_000, 1, "", 0),
        _Step(100, 10**4, "万", 1, keeps_zeros=False),
        _Step(10_000, 10**4, "万", 0),
        _Step(10, 10**8, "亿", 3),
        _Step(100, 10**8, "亿", 2),
        _Step(1000, 10**8, "亿", 1),
        _Step(10_000, 10**8, "亿", 0),
        _Step(math.inf, 10**12, "万亿", 3),
    ),
}

# From which largest amount on a chart counts in which unit: four digits at most before the decimals.
_CHART_UNITS: dict[str, Sequence[tuple[int, int, str, int]]] = {
    "en": ((10**10, 10**9, "billion", 1), (10**7, 10**6, "million", 1), (10**4, 10**3, "thousand", 0)),
    "zh": ((10**11, 10**8, "hundred_million", 1), (10**5, 10**4, "ten_thousand", 0)),
}

_DATES = {
    "en": {"day": "d MMM", "day_of_year": "d MMM y", "month": "MMM", "month_of_year": "MMM y"},
    "zh": {"day": "M月d日", "day_of_year": "y年M月d日", "month": "M月", "month_of_year": "y年M月"},
}

_WIDE = Context(prec=400)  # so that no float is too large to be rounded


@dataclass(frozen=True)
class Numbers:
    """How one language writes numbers, with amounts in one currency (ISO code)."""

    lang: Literal["en", "zh"]
    currency: str = "CNY"

    # -- money --------------------------------------------------------------------------------------------------

    def money(self, amount: Amount) -> str:
        """An amount that stands alone: ¥119.4M, 1.194亿, 9,500元."""
        return "".join(self.money_parts(amount))

    def money_parts(self, amount: Amount) -> tuple[str, str]:
        """The same as digits and unit, for key numbers that set the unit smaller: ("¥119.4", "M")."""
        exact = _decimal(amount)
        if exact is None:
            return self.none(), ""
        step = next(step for step in _COMPACT[self.lang] if abs(_rounded(exact / step.scale, step.digits)) < step.cap)
        digits = _grouped(exact / step.scale, step.digits)
        if not step.keeps_zeros:
            digits = digits.removesuffix(".0")
        if self.lang == "zh":
            name = self.symbol if self.currency != "CNY" or not step.suffix else ""
            return digits, step.suffix + name
        return self._with_symbol(digits), step.suffix

    def exact(self, amount: Amount) -> str:
        """To the yuan, and to the cent where there are cents: ¥186,000,000, 180,000.50元."""
        exact = _decimal(amount)
        if exact is None:
            return self.none()
        cents = _rounded(exact, 2)
        digits = _grouped(cents, 0 if cents == cents.to_integral_value() else 2)
        return digits + self.symbol if self.lang == "zh" else self._with_symbol(digits)

    def unit_for(self, amounts: Iterable[Amount]) -> Unit:
        """The unit in which a chart or column writes all these amounts: "¥ million", "万元"."""
        known = (_decimal(amount) for amount in amounts)
        largest = max((abs(amount) for amount in known if amount is not None), default=Decimal(0))
        for least, scale, name, digits in _CHART_UNITS[self.lang]:
            if largest >= least:
                return Unit(scale, self._words(f"unit.{name}", symbol=self.symbol), digits)
        return Unit(1, self._words("unit.plain", symbol=self.symbol), 0)

    def in_unit(self, amount: Amount, unit: Unit) -> str:
        """An amount in a chart's unit, without naming it: 61.8, 11,940."""
        exact = _decimal(amount)
        return self.none() if exact is None else _grouped(exact / unit.scale, unit.digits)

    @property
    def symbol(self) -> str:
        """The currency as this language writes it beside an amount: ¥, $, SEK; 元, 美元, 瑞典克朗."""
        if self.lang == "zh":
            return _CHINESE_NAMES.get(self.currency) or get_currency_name(self.currency, locale="zh")
        return _SYMBOLS.get(self.currency, self.currency)

    # -- other numbers ------------------------------------------------------------------------------------------

    def share(self, fraction: Amount, digits: int = 1) -> str:
        """A fraction in percent: 0.418 is 41.8%."""
        exact = _decimal(fraction)
        return self.none() if exact is None else f"{_grouped(exact * 100, digits)}%"

    def points(self, fraction: Amount, digits: int = 1) -> str:
        """A difference of two fractions in percentage points: 0.019 is 1.9 pp, 1.9个百分点."""
        exact = _decimal(fraction)
        return self.none() if exact is None else self._words("unit.points", digits=_grouped(exact * 100, digits))

    def count(self, number: Amount) -> str:
        """A whole number: 2,418."""
        exact = _decimal(number)
        return self.none() if exact is None else _grouped(exact, 0)

    def days(self, number: Amount) -> str:
        """Whole days with their unit: 118 days, 118天."""
        exact = _decimal(number)
        if exact is None:
            return self.none()
        whole = _rounded(exact, 0)
        return self._words("unit.days", count=abs(int(whole)), digits=_grouped(whole, 0))

    def multiple(self, number: Amount, digits: int = 1) -> str:
        """How many times: 2.1×, 2.1倍."""
        exact = _decimal(number)
        return self.none() if exact is None else self._words("unit.multiple", digits=_grouped(exact, digits))

    # -- differences --------------------------------------------------------------------------------------------

    def signed_money(self, amount: Amount) -> str:
        """+¥0.3M, −250万."""
        return _signed(amount, self.money)

    def signed_in_unit(self, amount: Amount, unit: Unit) -> str:
        """+0.8, −2.5, in a chart's unit."""
        return _signed(amount, lambda size: self.in_unit(size, unit))

    def signed_share(self, fraction: Amount, digits: int = 1) -> str:
        """A relative change in percent: +9.6%."""
        return _signed(fraction, lambda size: self.share(size, digits))

    def signed_points(self, fraction: Amount, digits: int = 1) -> str:
        """A change of a share: +1.9 pp, −1.9个百分点."""
        return _signed(fraction, lambda size: self.points(size, digits))

    def signed_days(self, number: Amount) -> str:
        """+6 days, −6天."""
        return _signed(number, self.days)

    def signed_count(self, number: Amount) -> str:
        """+12."""
        return _signed(number, self.count)

    # -- dates and words ----------------------------------------------------------------------------------------

    def day(self, day: date, *, year: bool = False) -> str:
        """27 Aug, 27 Aug 2026; 8月27日, 2026年8月27日."""
        return self._dated(day, "day_of_year" if year else "day")

    def month(self, month: date, *, with_year: bool = False) -> str:
        """Aug, Aug 2026; 8月, 2026年8月."""
        return self._dated(month, "month_of_year" if with_year else "month")

    def moment(self, at: datetime) -> str:
        """A day with its time: 27 Aug 2026, 14:05; 2026年8月27日 14:05."""
        return self._words("unit.moment", day=self.day(at.date(), year=True), time=f"{at:%H:%M}")

    def none(self, kind: str = "na") -> str:
        """The word where there is no number: na, no_target, not_meaningful, met, not_recorded, thin."""
        return self._words(f"none.{kind}")

    @property
    def _words(self) -> Words:
        return words(self.lang)

    def _dated(self, day: date, pattern: str) -> str:
        return format_date(day, _DATES[self.lang][pattern], locale=self.lang)

    def _with_symbol(self, digits: str) -> str:
        sign, size = (MINUS, digits[1:]) if digits.startswith(MINUS) else ("", digits)
        gap = "" if len(self.symbol) == 1 else " "
        return f"{sign}{self.symbol}{gap}{size}"


def _decimal(number: Any) -> Decimal | None:
    """Exactly the number written, or None for whatever is not one (None, NaN, infinite, pandas.NA)."""
    if isinstance(number, Decimal):
        return number if number.is_finite() else None
    if isinstance(number, Integral):
        return Decimal(int(number))
    if isinstance(number, Real) and math.isfinite(number):
        return Decimal(repr(float(number)))
    return None


def _rounded(number: Decimal, digits: int) -> Decimal:
    """Half away from zero, as people round."""
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)


def _grouped(number: Decimal, digits: int) -> str:
    """1,234.5 with a true minus; nothing is minus zero."""
    rounded = _rounded(number, digits)
    return f"{abs(rounded):,f}" if rounded >= 0 else f"{MINUS}{abs(rounded):,f}"


def _signed(number: Any, write: Callable[[Decimal | None], str]) -> str:
    exact = _decimal(number)
    if exact is None:
        return write(None)
    size = write(abs(exact))
    if not re.search("[1-9]", size):
        return size
    return ("+" if exact > 0 else MINUS) + size
