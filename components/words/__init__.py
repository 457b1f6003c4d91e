"""Every word the application says, in English and Chinese: `en.toml` and `zh.toml`, one table a place it is said.

w = words("en")
w("state.try_again")            # "Try again"
w("funnel.late", count=3)       # English picks `funnel.late.one` or `funnel.late.other`
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """The texts of one language by dotted key; called with a key and what its placeholders stand for."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, key: str, /, **values: Any) -> str:
        """The text with its placeholders filled; KeyError names a key that there is not."""
        found = self.texts.get(key)
        if found is None and "count" in values:
            found = self.texts.get(f"{key}.{self._plural(values['count'])}")
        if found is None:
            raise KeyError(f"no words for {key!r} in {self.lang}.toml")
        return found.format(**values) if values else found

    def __contains__(self, key: str) -> bool:
        """Whether there is such a text, in one or two forms."""
        return key in self.texts or f"{key}.other" in self.texts

    def _plural(self, count: float) -> str:
        return "one" if count == 1 and self.lang == "en" else "other"


@cache
def words(lang: str) -> Words:
    """The words of a language; KeyError for one that there is not."""
    if lang not in LANGUAGES:
        raise KeyError(f"no language {lang!r}; there are {', '.join(LANGUAGES)}")
    text = (Path(__file__).parent / f"{lang}.toml").read_text(encoding="utf-8")
    return Words(lang, dict(_flat(tomllib.loads(text))))


def _flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", str(value)
