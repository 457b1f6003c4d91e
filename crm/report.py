"""What a load reports when it is done, as plain lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from crm.issues import Issue, counted


@dataclass(frozen=True)
class Report:
    """What was loaded, where it went, what was odd about it and how long it took.

    `published` is a snapshot's id or a database's address, and None where nothing was written. Only a check fills
    `absent`, what may be missing and is, and `problems`, with which a load would be refused, both by table.
    """

    source: str
    rows: Mapping[str, int]
    issues: Sequence[Issue]
    seconds: float
    as_of: date
    currency: str
    published: str | None = None
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    absent: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_fine(self) -> bool:
        """Whether a load would go through, or has."""
        return not self.problems

    def lines(self) -> list[str]:
        """The report for people to read, a sentence or a table row a line."""
        width = max(map(len, self.rows), default=0)
        lines = [f"{name:<{width}}  {rows:>12,}" for name, rows in self.rows.items() if rows]
        if empty := [name for name, rows in self.rows.items() if not rows and name not in self.problems]:
            lines.append(f"Empty, as the source has nothing for them: {', '.join(empty)}.")
        for said in (self.absent, self.problems):
            lines += [f"{table}: {sentence}" for table, sentences in said.items() for sentence in sentences]
        lines += [f"! {issue.message}" for issue in self.issues]
        total = sum(self.rows.values())
        lines.append(
            f"{counted(total, 'row')} from {self.source} as of {self.as_of} in {self.currency}, "
            f"{counted(len(self.issues), 'issue')}, {self.seconds:.1f} s."
        )
        if self.published:
            lines.append(f"Published as {self.published}.")
        elif self.problems:
            lines.append("This could not be loaded; nothing was written.")
        else:
            lines.append("This can be loaded; nothing was written.")
        return lines
