"""The planning page over HTTP: one change of a large plan, and all that the page draws anew after it.

`python -m benchmarks.plan_page` measures it alone, over the demo company with a quarter of a million target rows.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks import company, server, targets
from benchmarks.callbacks import Client, Json, _ends, _name, _wires

PATH = "/planning"
PERIOD = "period=2026Q4"
#: Cards in sight on a laptop; the others are asked when they come into sight.
IN_SIGHT = ("plan-before-after", "plan-bridge", "plan-curve")
CARD_OF = "plan-"
PARTS = ("plan-bar", "plan-grid")
ELSEWHERE = ("all-reps", "sheet-head")
RAISE, LOWER = "+5%", "-5%"


@dataclass(frozen=True)
class Changed:
    """Medians in milliseconds: the change itself, each callback after it, and all that is in sight together."""

    change: float
    after: list[tuple[str, float]]
    in_sight: float
    whole: float
    query: str


def measured(port: int, *, runs: int) -> Changed:
    """Begins a plan from the version in force, then raises and lowers its total in turn, asking the page each time."""
    client = Client(port)
    wires = {wire["output"]: (_name(wire["output"]), wire) for _, wire, _ in _wires(client) if _follows(wire)}
    state = _changed(client, {"kind": "begin", "target": _in_force(client), "fields": {"name": "Benchmark"}}, PERIOD)
    query = f"{PERIOD}&plan={state['plan']}"
    changes, after, sights, wholes = [], {}, [], []  # type: ignore[var-annotated]
    for run in range(runs + 2):
        action = {"kind": "total", "value": LOWER if run % 2 else RAISE, "seen": state["revision"], "number": str(run)}
        began = time.perf_counter()
        state = _changed(client, action, query)
        took = {"change": 1000 * (time.perf_counter() - began)}
        for name, wire in wires.values():
            began = time.perf_counter()
            client.post(_payload(wire, query, state, client.version))
            took[name] = 1000 * (time.perf_counter() - began)
        if run < 2:  # each worker knows the base and what was sold from then on
            continue
        changes.append(took.pop("change"))
        for name, one in took.items():
            after.setdefault(name, []).append(one)
        seen = [one for name, one in took.items() if not name.startswith(CARD_OF) or name in (*IN_SIGHT, *PARTS)]
        sights.append(changes[-1] + sum(seen))
        wholes.append(changes[-1] + sum(took.values()))
    client.close()
    slowest = sorted(((name, median(own)) for name, own in after.items()), key=lambda one: -one[1])
    return Changed(median(changes), slowest, median(sights), median(wholes), query)


def _follows(wire: Json) -> bool:
    """Whether a callback of the planning page follows the plan that was changed."""
    first, _ = _ends(wire["output"])[0]
    is_here = first["card"].startswith(CARD_OF) if isinstance(first, dict) else first not in ELSEWHERE
    return is_here and any(end["id"] == "plan-state" for end in wire["inputs"])


def _in_force(client: Client) -> str:
    """The version that plans begin from, as the page's own button names it."""
    wire = next(wire for _, wire, _ in _wires(client) if wire["output"].startswith("plan-bar."))
    answer = _json(client, _payload(wire, PERIOD, {}, client.version))
    text = json.dumps(answer)
    return text.partition("data-target=")[2].strip('\\"').partition("\\")[0]


def _changed(client: Client, action: Json, query: str) -> Json:
    """Makes a change; the state that the page is told. Raises RuntimeError where it is refused."""
    wire = next(wire for _, wire, _ in _wires(client) if "plan-said" in wire["output"])
    answer = _json(client, _payload(wire, query, {}, client.version, action=action))
    state = answer["response"].get("plan-state", {}).get("data", {})
    if "revision" not in state:
        raise RuntimeError(f"The change was refused: {answer}")
    return dict(state)


def _json(client: Client, payload: Json) -> Json:
    headers = {"Content-Type": "application/json"}
    return dict(json.loads(client._ask("POST", "/_dash-update-component", json.dumps(payload), headers)))


def _payload(wire: Json, query: str, state: Json, version: str, *, action: Json | None = None) -> Json:
    """What the browser sends after a change."""
    known: dict[str, Any] = {
        "data-version": version, "plan-state": state, "plan-action": action, "theme": "light", "panel": "",
        "health": {"state": "ok"}, "dropped": [],
    }  # fmt: skip

    def end(one: Json) -> Json:
        id_ = json.loads(one["id"]) if one["id"].startswith("{") else one["id"]
        if id_ == "_pages_location":
            return {"id": id_, "property": one["property"], "value": PATH}
        value = known.get(id_, query) if isinstance(id_, str) else query
        return {"id": id_, "property": one["property"], "value": value}

    outputs = [{"id": id_, "property": name} for id_, name in _ends(wire["output"])]
    changed = "plan-action.data" if action is not None else "plan-state.data"
    return {
        "output": wire["output"],
        "outputs": outputs if wire["output"].startswith("..") else outputs[0],
        "inputs": [end(one) for one in wire["inputs"]],
        "changedPropIds": [changed],
        "parsedChangedPropsIds": [changed],
        "state": [end(one) for one in wire["state"]],
    }


def main() -> None:
    """Measures one size and says it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan_page", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, metavar="N", help="opportunities")
    parser.add_argument("--rows", type=int, default=targets.ROWS, metavar="N", help="target rows")
    parser.add_argument("--runs", type=int, default=9)
    asked = parser.parse_args()
    settings, _ = company.made(asked.size)
    targets.publish(settings, rows=asked.rows)
    with server.serving(settings.data_dir) as running:
        found = measured(running.port, runs=asked.runs)
    print(f"change {found.change:.0f} ms; in sight {found.in_sight:.0f} ms; whole page {found.whole:.0f} ms")
    for name, took in found.after:
        print(f"  {took:6.1f}  {name}")


if __name__ == "__main__":
    main()
