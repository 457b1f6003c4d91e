"""Scope: the rows a viewer may see. A required keyword of every question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """Which members a viewer is limited to, by dimension name; `EVERYTHING` limits nothing."""

    limits: tuple[tuple[str, frozenset[str]], ...] = ()

    @classmethod
    def only(cls, **limits: str | list[str]) -> Scope:
        """`Scope.only(region="East")`: the rows of East and no others."""
        return cls(
            tuple(
                (name, frozenset([value] if isinstance(value, str) else value))
                for name, value in sorted(limits.items())
            )
        )


EVERYTHING = Scope()
