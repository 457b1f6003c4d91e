"""Actions of the planning page as adjustments: which rows, which operation, by which weights, within which limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from callbacks.plan_view import Showing, inside, steps_of
from planning import typed
from planning.adjustments import Adjustment, Mode
from planning.bases import limits_by_growth, weights_with_floor
from planning.errors import Refused
from planning.plan import Node
from planning.replay import SCALE
from queries import planning as q
from queries.slices import UNASSIGNED, WEIGHTS

#: A row's way: within which steps, of which dimension, which members.
Rows = tuple[tuple[tuple[str, str], ...], str, tuple[str | None, ...]]
#: What members without a history weigh, as a share of the mean of those that have one.
FLOOR = 0.25


def adjustments_of(shown: Showing, kind: str, said: Mapping[str, Any], fields: Mapping[str, str]) -> list[Adjustment]:
    """The adjustments that an action asks for; raises Refused for what makes no sense."""
    reason = str(said.get("reason") or fields.get("reason", ""))
    rows = _rows(shown, said.get("rows"))
    value = str(said.get("value") or "")
    if kind in ("type", "change"):
        made = _typed(shown, rows, value)
    elif kind == "total":
        made = _typed(shown, [], value)
    elif kind in ("lock", "unlock"):
        made = [_lock(shown, kind, one) for one in rows]
    elif kind == "unlock_all":
        made = [Adjustment("unlock", shown.plane, Node())]
    elif kind == "allocate":
        made = [_allocated(shown, value or fields.get("weigh", ""), fields)]
    elif kind == "history":
        made = [_from_history(shown, fields)]
    elif kind == "risk":
        made = [_risk(shown, fields)]
    elif kind == "take_below":
        made = [_from_below(shown)]
    else:
        raise Refused("unknown", what=kind[:40])
    if not made:
        raise Refused("no_rows")
    return [one.because(reason) for one in made]


def _is_step(shown: Showing, by: str, key: str) -> bool:
    """Whether a row can be reached that way: by a level in sight, months and quarters by their first day."""
    if by not in shown.ways:
        return False
    if by not in q.TIMES:
        return True
    try:
        return date.fromisoformat(key).day == 1
    except ValueError:
        return False


def _rows(shown: Showing, given: Any) -> list[Rows]:
    """Rows of the grid by the part and level they belong to, in order; the total is no row of a level."""
    found: dict[tuple[tuple[tuple[str, str], ...], str], list[str | None]] = {}
    for one in given if isinstance(given, list) else []:
        try:
            steps = steps_of(one)
        except ValueError:
            raise Refused("unknown", what=str(one)[:40]) from None
        if any(not _is_step(shown, by, key) for by, key in steps):
            raise Refused("unknown", what=str(one)[:40])
        if steps:
            *above, (by, key) = steps
            found.setdefault((tuple(above), by), []).append(None if key == UNASSIGNED else key)
    return [(above, by, tuple(members)) for (above, by), members in found.items()]


def _typed(shown: Showing, rows: Sequence[Rows], text: str) -> list[Adjustment]:
    """A typed amount or change, for the rows selected; without any for the whole that is in sight."""
    change = typed.read(text, unit=shown.unit.scale)
    about: dict[str, Any] = {"share": change.value} if change.kind == "scale" else {"amounts": (change.value,)}
    if not rows:
        return [Adjustment(change.kind, shown.plane, shown.node, **about)]
    mode: Mode = "stays" if shown.slice_.option("give") == "stays" else "moves"
    return [
        Adjustment(change.kind, shown.plane, inside(shown, list(above))[0], by, members, mode=mode, **about)
        for above, by, members in rows
    ]


def _lock(shown: Showing, kind: str, row: Rows) -> Adjustment:
    above, by, members = row
    return Adjustment("lock" if kind == "lock" else "unlock", shown.plane, inside(shown, list(above))[0], by, members)


def weights_of(shown: Showing, weigh: str) -> pd.Series:
    """What each member that has targets weighs by a base, by key; members without a history get a stated floor."""
    if weigh not in WEIGHTS:
        raise Refused("unknown", what=weigh[:40])
    members = shown.members[shown.members["proposed"].notna()]
    column = {"last_year": "last_year", "mtd": "mtd", "qtd": "qtd", "ytd": "ytd"}.get(weigh)
    if weigh == "even":
        base = np.ones(len(members))
    elif weigh == "last_target":
        base = _last_target(shown, members)
    else:
        base = members[column].fillna(0).to_numpy(float)
    if not (base > 0).any():
        raise Refused("no_weights", basis=shown.view.w(f"plan.weigh_{weigh}"))
    return pd.Series(np.asarray(weights_with_floor(base, FLOOR), dtype=float), index=members["key"])


def _last_target(shown: Showing, members: pd.DataFrame) -> np.ndarray:
    """What the version in force a year before set for the members; that of the plan's base where there was none."""
    before = q.targets_last_year(shown.slice_, shown.node, shown.by, shown.plane)
    own = [before.get(key, 0.0) for key in members["key"]]
    return np.array(own) if any(own) else members["in_force"].fillna(0).to_numpy(float)


def _allocated(shown: Showing, weigh: str, fields: Mapping[str, str]) -> Adjustment:
    """The whole shared out over the members of the first level: by a base or typed weights, within limits of growth."""
    weights = _typed_weights(fields)
    basis = "typed" if weights is not None else weigh or shown.slice_.option("weigh")
    weights = weights if weights is not None else weights_of(shown, basis)
    keys = [str(key) for key in weights.index]
    total = fields.get("total", "").strip()
    amounts: tuple[Decimal, ...] = ()
    if total:
        change = typed.read(total, unit=shown.unit.scale)
        now = Decimal(str(shown.total["proposed"]))
        amounts = ({"set": change.value, "add": now + change.value, "scale": now * (1 + change.value)}[change.kind],)
    floors, caps = _limits(shown, keys, fields)
    return Adjustment(
        "allocate",
        shown.plane,
        shown.node,
        shown.by,
        tuple(None if key == UNASSIGNED else key for key in keys),
        amounts=amounts,
        weights=tuple(weights.tolist()),
        floors=floors,
        caps=caps,
        basis=basis,
    )


def _typed_weights(fields: Mapping[str, str]) -> pd.Series | None:
    """Weights typed member by member; None where nobody typed any."""
    found = {name.removeprefix("weight:"): text for name, text in fields.items() if name.startswith("weight:")}
    if not any(text.strip() for text in found.values()):
        return None
    return pd.Series({key: float(typed.number(text)) if text.strip() else 0.0 for key, text in found.items()})


def _limits(
    shown: Showing, keys: Sequence[str], fields: Mapping[str, str]
) -> tuple[tuple[Decimal, ...], tuple[Decimal, ...]]:
    """Floors and caps as amounts, from limits of growth on last year; members without a last year have none."""
    low, high = (fields.get(name, "").strip() for name in ("least", "most"))
    if not low and not high:
        return (), ()
    rows = shown.members.set_index("key")
    before = np.rint(rows["last_year"].reindex(keys).fillna(0).to_numpy(float) * SCALE).astype(np.int64)
    floors, caps = limits_by_growth(
        before,
        min_growth=float(typed.share(low)) if low else None,
        max_growth=float(typed.share(high)) if high else None,
    )
    return (
        tuple(Decimal(int(one)) / SCALE for one in floors) if low else (),
        tuple(Decimal(int(one)) / SCALE for one in caps) if high else (),
    )


def _from_history(shown: Showing, fields: Mapping[str, str]) -> Adjustment:
    """The months of the period as a model proposes them, or only its total over the months as they are."""
    proposal = q.proposal(shown.slice_, scope=shown.view.scope, method=fields.get("method", ""))
    if proposal is None:
        raise Refused("no_history")
    known = shown.opened.plan.sums(shown.at, ["month"], shown.node)
    months = [(month, max(amount, 0.0)) for month, amount in proposal if (month,) in known]
    if not months:
        raise Refused("no_history")
    basis = fields.get("method", "")
    if fields.get("curve") == "keep":
        total = Decimal(round(sum(amount for _, amount in months)))
        return Adjustment("set", shown.plane, shown.node, amounts=(total,), basis=basis)
    amounts = tuple(Decimal(round(amount)) for _, amount in months)
    return Adjustment(
        "set", shown.plane, shown.node, "month", tuple(month for month, _ in months), amounts, basis=basis
    )


def _risk(shown: Showing, fields: Mapping[str, str]) -> Adjustment:
    """A coefficient from 0.3 to 1, or a padding; kept apart from the plan."""
    kind = "padding" if fields.get("kind") == "padding" else "coefficient"
    text = fields.get("value", "")
    value = typed.share(text) if kind == "padding" else typed.number(text)
    if kind == "coefficient" and not Decimal("0.3") <= value <= 1:
        raise Refused("risk_range", text=text[:20])
    return Adjustment("risk", shown.plane, shown.node, share=value, basis=kind)


def _from_below(shown: Showing) -> Adjustment:
    """What was entered from below, taken over for the members that have an entry."""
    entered = q.entered(shown.slice_, shown.by, shown.node)
    rows = shown.members[shown.members["proposed"].notna()]
    taken = [(key, entered[key]) for key in rows["key"] if key in entered]
    if not taken:
        raise Refused("no_entries")
    members = tuple(None if key == UNASSIGNED else key for key, _ in taken)
    amounts = tuple(amount for _, amount in taken)
    return Adjustment("set", shown.plane, shown.node, shown.by, members, amounts, basis="entered")


def amount_of(text: str, unit: int) -> Decimal:
    """A typed amount in currency units, which is no change of another; raises Refused."""
    change = typed.read(text, unit=unit)
    if change.kind != "set":
        raise Refused("not_a_number", text=text.strip()[:40])
    return change.value
