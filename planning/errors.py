"""What the ledger refuses, each with a sentence that says what, where and what to do, and the facts it is made of."""

from __future__ import annotations

from datetime import datetime


class LedgerError(RuntimeError):
    """Nothing was changed; the message is one or two sentences for the person who asked."""


class VersionMissing(LedgerError):
    """There is no such version of targets."""

    def __init__(self, version_id: int) -> None:
        super().__init__(f"There is no version of targets with the id {version_id}; `dashboard.py targets` lists them.")
        self.version_id = version_id


class BadRows(LedgerError, ValueError):
    """Rows of targets that cannot be kept as they are."""


class NotEditable(LedgerError):
    """The rows of a version that is no draft."""

    def __init__(self, title: str, state: str) -> None:
        super().__init__(
            f"The rows of {title} cannot be changed, because it is {state}. "
            "Return it to draft if it is not published yet, or begin a draft based on it."
        )
        self.state = state


class NotAllowed(LedgerError):
    """A step of the workflow that the version's state does not allow."""

    def __init__(self, title: str, state: str, *, step: str, allowed: str) -> None:
        super().__init__(f"{title} cannot be {step}, because it is {state}; only {allowed} can.")
        self.state, self.step = state, step


class Conflict(LedgerError):
    """Somebody else has changed the version since it was read; says who and when."""

    def __init__(self, title: str, *, version_id: int, changed_by: str, changed_at: datetime, revision: int) -> None:
        super().__init__(
            f"{title} was changed by {changed_by} on {changed_at:%Y-%m-%d} at {changed_at:%H:%M} UTC, after you had "
            "opened it. Nothing of yours was saved over it: look at it anew, then make your change again."
        )
        self.version_id, self.revision = version_id, revision
        self.changed_by, self.changed_at = changed_by, changed_at
