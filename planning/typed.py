"""What people type into a cell or beside the grid: amounts, changes of amounts, shares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from planning.errors import Refused

#: What a letter behind the digits multiplies by.
SUFFIXES = {
    "k": 10**3, "千": 10**3, "万": 10**4, "m": 10**6, "百万": 10**6, "亿": 10**8, "b": 10**9, "bn": 10**9,
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<sign>[+=-]?)[¥$€£]?(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,4})?|[0-9]{1,18}(?:\.[0-9]{1,4})?)"
    r"(?P<suffix>k|千|万|百万|m|亿|bn?|)元?(?P<share>%?)",
    re.IGNORECASE,
)
#: Changes beyond this are slips of the finger.
_MOST_SHARE = Decimal(10)
_MOST = Decimal(10) ** 12


@dataclass(frozen=True)
class Typed:
    """A typed change: `set` to an amount, `add` an amount, or `scale` by a share (0.05 is +5 %)."""

    kind: Literal["set", "add", "scale"]
    value: Decimal


def read(text: str, *, unit: int = 1) -> Typed:
    """What a text means; plain digits count in `unit` currency units. Raises Refused.

    `1,250`, `=1,250` and `1.25M` set; `+100` and `-100` add; `+5%`, `-5%` and `5%` scale.
    """
    said = (
        re.sub(r"\s", "", text).replace("\N{MINUS SIGN}", "-").replace("，", ",").replace("＋", "+").replace("％", "%")
    )
    match = _AMOUNT.fullmatch(said)
    if match is None:
        raise Refused("not_a_number", text=text.strip()[:40] or "\N{EM DASH}")
    digits = Decimal(match["digits"].replace(",", ""))
    negative = match["sign"] == "-"
    if match["share"]:
        share = (-digits if negative else digits) / 100
        if match["suffix"] or match["sign"] == "=" or abs(share) > _MOST_SHARE or share < -1:
            raise Refused("not_a_number", text=text.strip()[:40])
        return Typed("scale", share)
    amount = digits * (SUFFIXES[match["suffix"].lower()] if match["suffix"] else unit)
    if amount > _MOST:
        raise Refused("too_large", amount=f"{amount:,.0f}")
    if match["sign"] in ("+", "-"):
        return Typed("add", -amount if negative else amount)
    return Typed("set", amount)


def share(text: str) -> Decimal:
    """A percentage such as `5`, `5%` or `-10 %` as a fraction; raises Refused."""
    typed = read(text if text.strip().endswith(("%", "％")) else f"{text}%")
    return typed.value


def number(text: str) -> Decimal:
    """A plain number that is not negative, such as a weight; raises Refused."""
    typed = read(text)
    if typed.kind != "set":
        raise Refused("not_a_number", text=text.strip()[:40])
    return typed.value
