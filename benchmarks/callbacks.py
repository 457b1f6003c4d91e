"""Each callback over HTTP, asked as the browser asks: what nobody asked before, and the same again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from itertools import chain, combinations
from statistics import median
from typing import Any

Json = dict[str, Any]
#: Asks a question of a query; the bytes of the answer.
Ask = Callable[[str], int]

#: What the stores of a page hold besides the query and the data version.
STORES = {"theme": "light", "panel": "", "health": {"state": "ok"}}
ROWS = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}
OPENED = "open=stock"
CALLBACKS = "/_dash-update-component"
PAGES = ("/", "/funnel", "/attainment", "/win-loss")


@dataclass(frozen=True)
class Answered:
    """One callback: milliseconds new and again (medians), and bytes over the wire."""

    name: str
    new: float
    again: float
    size: int


class Client:
    """A browser's connection: kept alive, answers compressed."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.version = self.get("/healthz")["version"]

    def close(self) -> None:
        """Hangs up, so that the server can end at once."""
        self._connection.close()

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return json.loads(self._ask("GET", path, None, {}))

    def post(self, payload: Json, to: str = CALLBACKS) -> int:
        """Asks one callback; the bytes of its compressed answer."""
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip, deflate, br, zstd"}
        return len(self._ask("POST", to, json.dumps(payload), headers))

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        except OSError:  # the server closed an idle connection; a browser opens the next one as well
            self._connection.close()
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
        found = answer.read()
        if answer.status not in {200, 204}:
            raise RuntimeError(f"{path} answered {answer.status} to {body}")
        return found


def unlike(products: list[str]) -> Iterator[str]:
    """Filters that no two requests share and that leave nearly all rows in: everything but two or three products."""
    for some in chain(combinations(products, 2), combinations(products, 3)):
        yield "&".join(f"product=!{one}" for one in some)


def measured(port: int, products: list[str], *, runs: int) -> Iterator[Answered]:
    """All callbacks of all pages, and a page of the list of deals."""
    client = Client(port)
    filters = unlike(products)
    for name, ask in [*_questions(client), ("rows of the list", partial(_ask_rows, client))]:
        for _ in range(4):  # what follows from the data alone is known to both workers afterwards
            ask(next(filters))
        new = [_timed(ask, next(filters))[0] for _ in range(runs)]
        same = next(filters)
        for _ in range(4):
            ask(same)
        again = [_timed(ask, same) for _ in range(4 * runs)]
        yield Answered(name, median(new), median(took for took, _ in again), again[-1][1])
    client.close()


def _timed(ask: Ask, query: str) -> tuple[float, int]:
    began = time.perf_counter()
    size = ask(query)
    return 1000 * (time.perf_counter() - began), size


def _questions(client: Client) -> Iterator[tuple[str, Ask]]:
    """Each callback by name, as what asks it for a query and tells the bytes of the answer."""
    for name, wire, path in _wires(client):
        yield name, partial(_ask_callback, client, wire, path)


def _ask_callback(client: Client, wire: Json, path: str, query: str) -> int:
    return client.post(_payload(wire, query, path, client.version))


def _ask_rows(client: Client, query: str) -> int:
    return client.post({**ROWS, "version": client.version}, f"/api/deals?{query}&{OPENED}")


def _wires(client: Client) -> Iterator[tuple[str, Json, str]]:
    """Name, callback and page; what every page has is asked on each."""
    for wire in client.get("/_dash-dependencies"):
        if wire["clientside_function"] is None:
            name = _name(wire["output"])
            by_page = any(end["id"] == "_pages_location" for end in (*wire["state"], *wire["inputs"]))
            for path in PAGES if by_page else ("/funnel",):
                yield (f"{name} of {path}" if by_page else name), wire, path


def _name(output: str) -> str:
    first, _ = _ends(output)[0]
    return first["card"] if isinstance(first, dict) else first.removeprefix("_")


def _ends(output: str) -> list[tuple[Any, str]]:
    """`..a.b...c.d..` as [(a, b), (c, d)]; ids of several parts as dictionaries."""
    parts = output[2:-2].split("...") if output.startswith("..") else [output]
    pairs = [part.rsplit(".", 1) for part in parts]
    return [(json.loads(id_) if id_.startswith("{") else id_, name) for id_, name in pairs]


def _payload(wire: Json, query: str, path: str, version: str) -> Json:
    ends = [{"id": id_, "property": name} for id_, name in _ends(wire["output"])]
    inputs = [_end(end, query, path, version) for end in wire["inputs"]]
    changed = f"{wire['inputs'][0]['id']}.{wire['inputs'][0]['property']}"
    return {
        "output": wire["output"],
        "outputs": ends if wire["output"].startswith("..") else ends[0],
        "inputs": inputs,
        "changedPropIds": [changed],
        "parsedChangedPropsIds": [changed],
        "state": [_end(end, query, path, version) for end in wire["state"]],
    }


def _end(end: Json, query: str, path: str, version: str) -> Json:
    id_ = json.loads(end["id"]) if end["id"].startswith("{") else end["id"]
    if id_ == "_pages_location":
        value: Any = path if end["property"] == "pathname" else f"?{query}"
    elif id_ == "data-version":
        value = version
    elif id_ in ("slice", "shown"):
        value = f"{query}&{OPENED}"
    else:
        value = STORES.get(end["id"], query)
    return {"id": id_, "property": end["property"], "value": value}
