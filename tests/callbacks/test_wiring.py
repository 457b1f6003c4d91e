"""Every wire has two ends: ids of callbacks stand in layouts, cards have callbacks, words have texts."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

import dash
import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component

from callbacks import forecast, funnel, overview, wiring
from callbacks.explain import explanation
from callbacks.frame import PAGES, show_controls, show_drawer, show_findings, show_sheet
from components.cards import Card
from components.view import View
from components.words import words
from queries.engine import reading
from queries.rows import POPULATIONS
from queries.semantic.measures import MEASURES
from queries.slices import Slice
from tests.conftest import REPO
from tests.rows import deal

LANGUAGES = ("en", "zh")
#: What Dash itself keeps on every page, and what a callback's own output brings (the form of a menu, a picker).
OF_DASH = {"_pages_location", "_pages_content", "_pages_store", "_pages_dummy"}


def components(tree: Any) -> Iterator[Component]:
    """A component and everything inside it."""
    if isinstance(tree, list | tuple):
        for one in tree:
            yield from components(one)
    elif isinstance(tree, Component):
        yield tree
        yield from components(getattr(tree, "children", None))


def ids_of(tree: Any) -> list[str]:
    return [key(one.id) for one in components(tree) if getattr(one, "id", None) is not None]


def key(id_: Any) -> str:
    return json.dumps(id_, sort_keys=True) if isinstance(id_, dict) else str(id_)


def layouts(app: Any, lang: str = "en") -> dict[str, Any]:
    """Each page's layout inside the shell, as a viewer of that language gets it."""
    headers = {"Cookie": f"language={lang}"}
    with app.server.test_request_context("/", headers=headers):
        shell = app.layout()
        return {page["path"]: [shell, page["layout"]()] for page in dash.page_registry.values()}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_id_stands_once_on_a_page(served: Any, app: Any, lang: str) -> None:
    served()
    for path, layout in layouts(app, lang).items():
        found = ids_of(layout)
        assert len(found) == len(set(found)), (path, sorted(i for i in found if found.count(i) > 1))


@pytest.mark.usefixtures("app")
def test_layouts_build_as_nobody() -> None:
    for page in dash.page_registry.values():
        assert ids_of(page["layout"](period="nonsense", region=["<b>", "East"]))


def test_every_callback_speaks_to_what_is_there(served: Any, app: Any) -> None:
    served()
    known = {one for layout in layouts(app).values() for one in ids_of(layout)} | OF_DASH
    assert len(app.callback_map) > 20
    for wire in app.callback_map.values():
        for end in (*_outputs(wire), *wire["inputs"], *wire["state"]):
            one = json.loads(end["id"]) if end["id"].startswith("{") else end["id"]
            if isinstance(one, dict) and ["ALL"] in one.values():
                fixed = {name: value for name, value in one.items() if value != ["ALL"]}
                assert any(fixed.items() <= json.loads(i).items() for i in known if i.startswith("{")), one
            else:
                assert key(one) in known, one


def _outputs(wire: dict[str, Any]) -> list[dict[str, Any]]:
    made = wire["output"]
    listed = made if isinstance(made, list | tuple) else [made]
    return [{"id": key(o.component_id), "property": o.component_property} for o in listed]


def test_every_card_has_a_callback_of_its_own(served: Any, app: Any) -> None:
    served()
    made = [o for wire in app.callback_map.values() for o in _outputs(wire) if '"figure"' in o["id"]]
    drawn_into = [o["id"] for o in made if o["property"] == "figure"]
    cards = {
        one.to_plotly_json()["props"]["data-card"]
        for layout in layouts(app).values()
        for one in components(layout)
        if "data-card" in one.to_plotly_json()["props"]
    }
    assert sorted(json.loads(i)["card"] for i in drawn_into) == sorted(cards)


def test_every_word_that_is_used_is_there() -> None:
    missing = []
    for file in [f for folder in ("callbacks", "components", "pages") for f in (REPO / folder).rglob("*.py")]:
        for prefix, whole in _keys(ast.parse(file.read_text(encoding="utf-8"))):
            for lang in LANGUAGES:
                w = words(lang)
                if prefix not in w if whole else not any(text.startswith(prefix) for text in w.texts):
                    missing.append(f"{file.name}: {prefix}{'' if whole else '...'} in {lang}.toml")
    assert not missing, missing


def _keys(tree: ast.AST) -> Iterator[tuple[str, bool]]:
    """What `w(...)` and `view.w(...)` are asked for: whole keys, and beginnings of those put together."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args or not _speaks(node.func):
            continue
        for said in _literals(node.args[0]):
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value, True
            elif isinstance(said, ast.JoinedStr) and isinstance(said.values[0], ast.Constant):
                yield str(said.values[0].value), False


def _literals(node: ast.expr) -> list[ast.expr]:
    return [*_literals(node.body), *_literals(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def _speaks(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in {"w", "words", "view_words"}


def test_families_of_words_are_complete() -> None:
    for lang in LANGUAGES:
        w = words(lang)
        for name in POPULATIONS:
            assert f"behind.{name}" in w
        for measure in MEASURES.values():
            assert measure.date is None or f"date.{measure.date}" in w, measure.name
            assert all(text is None or text[lang] for text in (measure.label, measure.meaning, measure.formula))


ONE_DEAL = {"opportunities": [deal("d1", stage_id="s2", furthest_position=2, expected_close_on=None)]}
WON_DEAL = {"opportunities": [deal("d1", "won", amount=1_234_567)]}


@pytest.mark.parametrize("tables", [{}, ONE_DEAL, WON_DEAL], ids=["empty", "one open deal", "one won deal"])
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_callback_survives(served: Any, lang: str, theme: str, tables: dict[str, Any]) -> None:
    server = served(**tables)
    with server.test_request_context("/", headers={"Cookie": f"language={lang}; theme={theme}"}):
        warehouse = wiring.warehouse()
        with reading(warehouse.database()) as database:
            for path in PAGES:
                view = wiring.view_of(Slice(), database, path=path)
                sentence, numbers, chips = show_findings(view)
                assert sentence.strip() and list(components(numbers)) and chips
                bar, notice = show_controls(view, [])
                assert bar and notice is None
            for draw in CARDS:
                for query in ("", "show=amount&stock=count&method=weighted&by=rep&period=all", "as_of=2026-07-15"):
                    view = wiring.view_of(Slice.from_search(query), database, path="/")
                    assert is_shown(draw(view)), (draw.__name__, query)


#: Whatever makes a Card of a view.
CARDS = [
    made
    for module in (overview, funnel, forecast)
    for made in vars(module).values()
    if callable(made) and getattr(made, "__annotations__", {}) == {"view": "View", "return": "Card"}
]


def is_shown(card: Card) -> bool:
    """A valid figure, a table, or a sentence about why there is neither."""
    if card.figure:
        go.Figure(card.figure)
    return bool(card.figure) or card.body is not None or card.state is not None


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tables", [{}, ONE_DEAL, WON_DEAL], ids=["empty", "one open deal", "one won deal"])
def test_every_explanation_and_list_survives(served: Any, lang: str, tables: dict[str, Any]) -> None:
    server = served(**tables)
    cookies = {"Cookie": f"language={lang}"}
    with server.test_request_context("/", headers=cookies), reading(wiring.warehouse().database()) as database:

        def view(**options: str) -> View:
            chosen = Slice(options=tuple(options.items()))
            return wiring.view_of(chosen, database, path="/funnel")

        for topic in (*MEASURES, "funnel_forecast", "backtest"):
            assert Slice.from_search(f"explain={topic}").option("explain") == topic
            assert len(explanation(view(explain=topic), topic)) > 2, topic
        for name in POPULATIONS:
            of = "quarter:2026-04-01" if name in {"came", "said_funnel", "said_weighted"} else "stage:s1"
            shown, hidden, columns = show_sheet(view(open=f"{name}|{of}"))
            assert shown and not hidden and columns, name
        for panel in ("filter:region", "filter:rep", "filter:stage", "model"):
            content, hidden = show_drawer(view(), panel)
            assert content and not hidden, panel


def test_no_two_things_have_one_id():
    """Two cards of one name would each answer for the other's page."""
    tree = ast.parse((REPO / "components" / "ids.py").read_text(encoding="utf-8"))
    named = [
        node.value.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    ]
    assert sorted(named) == sorted(set(named))
