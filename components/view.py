"""View: one person's look at one slice: language, theme, words and number formats in one frozen object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from components.format import Numbers
from components.words import Words, words
from queries.periods import Period
from queries.scope import Scope
from queries.semantic.dimensions import BANDS
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
        return self.key_words(dimension, str(key)) or str(key)

    def key_words(self, dimension: str, key: str) -> str | None:
        """What a member without a name of its own is called: bands by their ends, others by the words there are."""
        if key == "unassigned":
            own = f"member.{dimension}_none"
            return self.w(own if own in self.w else "words.unassigned")
        if dimension in BANDS and key.isdigit():
            return self._band(dimension, int(key))
        word = f"member.{dimension}_{key}"
        return self.w(word) if word in self.w else None

    def round_money(self, amount: int) -> str:
        """A round amount without the zeros that others need: ¥10K, 3万."""
        return re.sub(r"\.0+(?=\D|$)", "", self.numbers.money(amount))

    def _band(self, dimension: str, start: int) -> str:
        """ "¥10K – ¥30K", "8 – 14 days", and the first and last of a kind from or up to their one end."""
        following = next((end for end in BANDS[dimension] if end > start), None)
        if dimension == "size_band":
            low, high = self.round_money(start), "" if following is None else self.round_money(following)
        else:
            low, high = str(start), "" if following is None else str(following - 1)
        kind = "last" if following is None else "first" if start == 0 else "between"
        return self.w(f"member.{dimension}_{kind}", low=low, high=high)
