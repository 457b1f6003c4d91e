"""What the ledger refuses, each with a sentence that says what, where and what to do, and the facts it is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any


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


class NotWritten(LedgerError):
    """A plan that is worked on has no rows of its own, so that only the page can hand it in."""

    def __init__(self, title: str) -> None:
        super().__init__(
            f"{title} is a plan that is worked on and has no rows yet. Submit it on the planning page, which writes "
            "them, then approve and publish it."
        )


class Conflict(LedgerError):
    """Somebody else has changed the version since it was read; says who and when."""

    def __init__(self, title: str, *, version_id: int, changed_by: str, changed_at: datetime, revision: int) -> None:
        super().__init__(
            f"{title} was changed by {changed_by} on {changed_at:%Y-%m-%d} at {changed_at:%H:%M} UTC, after you had "
            "opened it. Nothing of yours was saved over it: look at it anew, then make your change again."
        )
        self.version_id, self.revision = version_id, revision
        self.changed_by, self.changed_at = changed_by, changed_at


#: What a refusal calls the part that is everything.
WHOLE = "the whole plan"


class Refused(LedgerError):
    """A change of a plan that cannot be made as asked; `reason` and `values` say why, for words in any language."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(REFUSALS[reason].format(**values))
        self.reason, self.values = reason, values


#: Why changes of a plan are refused; pages say the same from their own words (`plan.refused_*`).
REFUSALS = {
    "all_locked": "{member} is locked: nothing in it can change. Unlock it, or choose another part.",
    "below_locks": "{member} cannot come to {amount}: what is locked in it comes to {locked}. Unlock some of it.",
    "negative": "{member} would come to {amount}. A target cannot be below zero; ask for less of a cut.",
    "no_siblings": "There is nothing else to give way to {member} in {parent}. Let the parent move instead.",
    "siblings_locked": "All that could give way to {member} is locked. Unlock some of it, or let the parent move.",
    "siblings_short": "What could give way to {member} comes to {amount}, {missing} too little. Let the parent move.",
    "out_of_range": "The limits leave room for {low} to {high}, not for {amount}. Widen them or ask for another total.",
    "no_cells": "There are no targets for {member} in this plan and period, so nothing can be changed there.",
    "not_a_number": "{text} is no amount. Type digits, such as 1,250,000 or 1.25M; or +5% for a change.",
    "too_large": "{amount} is more than a target can be. Check the number of digits.",
    "no_level": "This plan sets no targets by {by}. Choose another way to split it.",
    "nothing": "That changes nothing.",
    "no_name": "A plan needs a name.",
    "no_plan": "This is a version, not a plan. Begin a plan from it, and change that.",
    "no_rows": "Nothing is selected. Click the rows that are meant, or use the total above them.",
    "no_amounts": "No amount was typed.",
    "no_history": "There is too little history to propose anything from.",
    "no_entries": "Nobody has entered anything from below for this level and period yet.",
    "risk_range": "{text} is no risk coefficient: it lies between 0.3 and 1, such as 0.9 where nine tenths come in.",
    "unknown": "{what} is nothing that can be done to a plan.",
    "not_yours": "{what} is not yours to change.",
    "not_whole": "Only who sees the whole company may do that, as a plan is of the whole.",
    "outside": "That would change what lies outside {members}, which is not yours to change.",
    "not_own": "The last change is by {who}. You can take back your own changes only.",
    "not_allowed": "You may not {step} plans.",
    "no_weights": "There is nothing to allocate by: {basis} is zero everywhere here. Choose another base.",
    "base_gone": "The version that this plan begins from is gone.",
}
