"""Who is asking: which rows they may see, which language they read, light or dark."""

from __future__ import annotations

from dataclasses import dataclass

from flask import has_request_context, request

from planning.rights import STEPS, Planner
from queries.scope import EVERYTHING, Scope

LANGUAGES = ("en", "zh")
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Viewer:
    """A person, or nobody in particular, with the rows they may see."""

    name: str
    scope: Scope
    may: frozenset[str] = frozenset(STEPS)

    @property
    def planner(self) -> Planner:
        """The person as the ledger checks their rights."""
        return Planner(self.name, self.scope.limits, self.may)


#: Until people sign in, whoever reaches the loopback address sees the whole company.
EVERYBODY = Viewer("everybody", EVERYTHING)


def viewer() -> Viewer:
    """The viewer of the present request."""
    return EVERYBODY


def language() -> str:
    """The viewer's language: their cookie, else what their browser prefers, else English."""
    if not has_request_context():
        return LANGUAGES[0]
    chosen = request.cookies.get("language", "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en") or "en"


def compact() -> bool:
    """Whether the viewer's screen is a phone's, as its cookie says."""
    return has_request_context() and request.cookies.get("compact") == "1"


def theme() -> str:
    """The viewer's theme, as their cookie says; light for nobody in particular."""
    if not has_request_context():
        return THEMES[0]
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else "light"
