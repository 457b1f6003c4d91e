"""Commission schemes as data: read from `schemes.toml`, where every one is described, and checked.

Decimals are kept as they are written; a table that cannot be a scheme is a sentence that names file, scheme and field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "schemes.toml"
#: Actuals that a scheme can pay on.
BASES = ("booking", "contract", "invoice", "receipt")
#: Decimals of a rate and of an attainment.
RATE_PLACES, ATTAINMENT_PLACES = 6, 4
_NAMES = {"name", "name_zh", "basis", "kind"}
_OWN = {"flat": {"rate"}, "tiers": {"tiers", "rate_without_target", "threshold", "cap"}}


class SchemeError(ValueError):
    """A file of schemes that cannot be used as it is; the message says where and what to do."""


@dataclass(frozen=True)
class Flat:
    """A rate of every amount, whatever the target."""

    key: str
    name: str
    name_zh: str
    basis: str
    rate: Decimal


@dataclass(frozen=True)
class Tier:
    """From this attainment on, what lies above it is paid for at this rate."""

    since: Decimal
    rate: Decimal


@dataclass(frozen=True)
class Tiered:
    """Rates that change with attainment; nothing below the threshold, nothing for what lies above the cap."""

    key: str
    name: str
    name_zh: str
    basis: str
    tiers: tuple[Tier, ...]
    rate_without_target: Decimal
    threshold: Decimal = Decimal(0)
    cap: Decimal | None = None


Scheme = Flat | Tiered


@cache
def schemes(path: Path = FILE) -> tuple[Scheme, ...]:
    """The schemes of a file, in its order; raises SchemeError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as wrong:
        raise SchemeError(f"{path} cannot be read: {wrong.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SchemeError(f"{path} is not TOML: {wrong}.") from None
    if not tables:
        raise SchemeError(f"{path} has no scheme; a scheme is a table like [contract_flat].")
    return tuple(_Reader(path, key, table).scheme() for key, table in tables.items())


@dataclass(frozen=True)
class _Reader:
    """One table of the file."""

    path: Path
    key: str
    table: Any

    def scheme(self) -> Scheme:
        if not isinstance(self.table, Mapping):
            raise self.wrong("is no table; begin it with a line [" + self.key + "]")
        kind = self.one_of("kind", tuple(_OWN))
        self.check_fields(self.table, _NAMES | _OWN[kind])
        names = (self.key, self.text("name"), self.text("name_zh"), self.one_of("basis", BASES))
        if kind == "flat":
            return Flat(*names, rate=self.rate(self.table, "rate"))
        tiers = self.tiers()
        threshold = self.attainment(self.table, "threshold") if "threshold" in self.table else Decimal(0)
        cap = self.attainment(self.table, "cap") if "cap" in self.table else None
        if cap is not None and (cap <= threshold or cap <= tiers[-1].since):
            raise self.wrong(f"has a cap of {cap}, which must lie above its threshold and its last tier")
        return Tiered(*names, tiers, self.rate(self.table, "rate_without_target"), threshold, cap)

    def tiers(self) -> tuple[Tier, ...]:
        given = self.value(self.table, "tiers")
        if not isinstance(given, list) or not given or not all(isinstance(tier, Mapping) for tier in given):
            raise self.wrong("needs tiers as a list like [{ from = 0, rate = 0.02 }]")
        for tier in given:
            self.check_fields(tier, {"from", "rate"})
        found = tuple(Tier(self.attainment(tier, "from"), self.rate(tier, "rate")) for tier in given)
        since = [tier.since for tier in found]
        if since[0] != 0 or since != sorted(set(since)):
            raise self.wrong("has tiers that do not begin at from = 0 and rise from one to the next")
        return found

    def check_fields(self, table: Mapping[str, Any], known: set[str]) -> None:
        unknown = sorted(set(table) - known)
        if unknown:
            raise self.wrong(f"has no field {unknown[0]}; its fields are {', '.join(sorted(known))}")

    def text(self, field: str) -> str:
        value = self.value(self.table, field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"needs a text as its {field}, not {value!r}")
        return value

    def one_of(self, field: str, known: tuple[str, ...]) -> str:
        value = self.value(self.table, field)
        if value not in known:
            raise self.wrong(f"has the {field} {value!r}; it must be one of {', '.join(known)}")
        return str(value)

    def rate(self, table: Mapping[str, Any], field: str) -> Decimal:
        return self.number(table, field, most=1, places=RATE_PLACES)

    def attainment(self, table: Mapping[str, Any], field: str) -> Decimal:
        return self.number(table, field, most=100, places=ATTAINMENT_PLACES)

    def number(self, table: Mapping[str, Any], field: str, *, most: int, places: int) -> Decimal:
        value = self.value(table, field)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
        if not is_number or not 0 <= value <= most or Decimal(value) != round(Decimal(value), places):
            raise self.wrong(f"has {value} as its {field}; it must be from 0 to {most}, with up to {places} decimals")
        return Decimal(value)

    def value(self, table: Mapping[str, Any], field: str) -> Any:
        if field not in table:
            raise self.wrong(f"has no {field}")
        return table[field]

    def wrong(self, what: str) -> SchemeError:
        return SchemeError(f"{self.path}: the scheme {self.key} {what}.")
