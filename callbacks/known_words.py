"""Facts known early, conditions on them and rules in words."""

from __future__ import annotations

from typing import Any

from components.view import View
from components.wording import dimension_words
from queries.funnel import stages
from queries.known import EARLY_DAYS, FACTS
from queries.options import members
from queries.rules import Condition, Rule
from queries.semantic.dimensions import DIMENSIONS
from queries.slices import UNASSIGNED

#: The fact that shares a dimension's name, but is as it was on the early day.
AS_IT_WAS = "stage"


def fact_words(view: View, name: str) -> str:
    """What a fact is called."""
    if name in DIMENSIONS and name != AS_IT_WAS:
        return dimension_words(name, view)
    return view.w(f"known.{name}", days=EARLY_DAYS)


def member_of(view: View, fact: str, key: str) -> str:
    """A member's name."""
    if fact == "stage":
        named = {row.stage: view.name(row) for row in stages(view.slice_, scope=view.scope).itertuples()}
        return named.get(key, key)
    if key == UNASSIGNED:
        return view.w("known.nobody")
    found = members("competitor" if fact == "rival" else fact, scope=view.scope)
    named = dict(zip(found["key"], found["label_zh" if view.lang == "zh" else "label"], strict=True))
    return str(named.get(key, key))


def condition_words(view: View, condition: Condition) -> str:
    """How a condition reads after "deals": "quoted within 30 days", "with region East"."""
    name, w, said = condition.fact, view.w, {"days": EARLY_DAYS}
    kind = FACTS[name].kind
    if kind == "flag":
        return w(f"known.{name}_{'yes' if condition.value == '1' else 'no'}", **said)
    if kind == "number":
        side = "least" if condition.test == ">" else "below"
        return w(f"known.{name}_{side}", value=number_words(view, name, float(condition.value)), **said)
    what = fact_words(view, name)
    what = what[:1].lower() + what[1:] if view.lang == "en" else what
    if condition.value == UNASSIGNED:
        return w("known.none" if condition.test == "=" else "known.some", what=what)
    return w(
        "known.is" if condition.test == "=" else "known.not", what=what, member=member_of(view, name, condition.value)
    )


def number_words(view: View, name: str, value: float) -> str:
    """A number in the format of its fact."""
    writes: dict[str, Any] = {"amount": view.numbers.money, "record": lambda x: view.numbers.share(x, 0)}
    writes |= dict.fromkeys(("expected_days", "tenure"), view.numbers.days)
    return writes.get(name, view.numbers.count)(value)


def rule_words(view: View, rule: Rule) -> str:
    """All conditions of a rule; of none that it is all deals."""
    said = [condition_words(view, condition) for condition in rule]
    return view.w("words.comma").join(said) if said else view.w("separation.all")


def term_words(view: View, fact: str, member: str, instead_of: str) -> str:
    """One row of the odds: "Channel kind: Online, not Direct", "Rep's record, 10 points better"."""
    what = fact_words(view, fact)
    if member:
        said = {"member": member_of(view, fact, member), "other": member_of(view, fact, instead_of)}
        return view.w("known.instead", what=what, **said)
    return view.w(f"known.step_{fact}", what=what) if FACTS[fact].kind == "number" else what
