"""View: one person's look at one slice: language, theme, words and number formats in one frozen object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from components.format import Numbers
from components.words import Words, words
from queries.periods import Period
from queries.scope import Scope
from queries.semantic.model import Text
from queries.slices import Slice


@dataclass(frozen=True)
class View:
    """What a page or a card is drawn for."""

    slice_: Slice
    scope: Scope
    lang: str
    theme: str
    path: str
    as_of: date
    currency: str
    first_month: int
    compact: bool = False  # a phone: figures with smaller columns of text

    @property
    def w(self) -> Words:
        """The words of the language."""
        return words(self.lang)

    @property
    def numbers(self) -> Numbers:
        """The number formats of the language."""
        return Numbers(self.lang, self.currency)  # type: ignore[arg-type]

    @property
    def period(self) -> Period:
        """The slice's period in days."""
        return self.slice_.resolved(as_of=self.as_of, first_month=self.first_month)

    def say(self, text: Text | None) -> str:
        """A phrase of the vocabulary in the language."""
        return "" if text is None else text[self.lang]

    def name(self, row: Any, dimension: str = "stage") -> str:
        """A member's label in the language, from a row that carries both."""
        label = getattr(row, f"{dimension}_label_zh" if self.lang == "zh" else f"{dimension}_label", None)
        key = label if label is not None else getattr(row, dimension)
        return self.w("words.unassigned") if key == "unassigned" else str(key)
