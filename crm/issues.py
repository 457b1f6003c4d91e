"""What a load has to say: issues that it lived with, and the error that it did not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

#: Told the step a load is at, in words, and how much of the whole is done, 0 to 1.
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Issue:
    """One thing that could not be read, mapped or trusted; a row of `load_issues`."""

    table_name: str
    rule: str
    column_name: str | None
    count: int
    example: str | None
    message: str


class LoadError(Exception):
    """Nothing was published; `sentences` say, one by one, what is wrong and what to do."""

    def __init__(self, sentences: str | Iterable[str]) -> None:
        """Takes one sentence or several."""
        self.sentences: Sequence[str] = (sentences,) if isinstance(sentences, str) else tuple(sentences)
        super().__init__("\n".join(self.sentences))


def counted(count: int, noun: str) -> str:
    """`1 row`, `2,000 rows`; for a noun whose plural takes an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def part(progress: Progress, low: float, high: float) -> Progress:
    """Progress of a step that is a part of the whole."""
    return lambda step, share: progress(step, low + (high - low) * share)
