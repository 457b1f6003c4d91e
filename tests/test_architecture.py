"""Imports only look down, the environment has one reader, functions fit on a screen: read from the source itself.

| folder     | may import of ours                                        | never                                    |
|------------|-----------------------------------------------------------|------------------------------------------|
| settings   | nothing; the standard library alone                       |                                          |
| access     | queries.scope, planning.rights                            | dash, plotly                             |
| crm        | settings                                                  | dash, plotly, flask                      |
| planning   | settings, crm                                             | dash, plotly, flask                      |
| queries    | settings, crm, planning but for what writes versions      | dash, plotly, flask                      |
| components | the vocabulary: queries.semantic, slices, periods, scope; | sqlalchemy, duckdb, an engine            |
|            | planning.adjustments and the nodes they are made on       |                                          |
| pages      | components, access, queries.slices, queries.options       | pandas, sqlalchemy, callbacks            |
| callbacks  | components, queries, planning, access                     | sqlalchemy, duckdb, pages                |
| dashboard  | everything but pages, which Dash finds                    |                                          |
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import REPO

WEB = {"dash", "dash_ag_grid", "dash_bootstrap_components", "plotly", "flask", "werkzeug"}
DATABASES = {"sqlalchemy", "duckdb", "duckdb_sqlalchemy", "psycopg"}
VOCABULARY = {"queries.semantic", "queries.slices", "queries.periods", "queries.scope"}
OURS = {"settings", "access", "crm", "planning", "queries", "components", "pages", "callbacks", "dashboard"}
#: Reading the ledger, and the arithmetic of plans: all of planning that questions may know.
_PURE = (
    *("ledger", "scenarios", "trail", "errors", "levels", "fiscal", "rows", "tables", "book", "curves", "seasonality"),
    *("exact", "rounding", "allocation", "bases", "forecast", "schemes", "commission", "sensitivity", "projection"),
    *("plan", "adjustments", "replay"),
)
PLANS = {f"planning.{name}" for name in _PURE}
#: What components may know of plans: what is done to them, to say it in words.
CHANGES = {"planning.adjustments", "planning.plan"}
LONGEST_FUNCTION, LONGEST_MODULE = 60, 350


@dataclass(frozen=True)
class Rule:
    """What one folder may import of ours, and what it never imports of others."""

    ours: frozenset[str]
    never: frozenset[str]

    @classmethod
    def of(cls, *, ours: set[str], never: set[str]) -> Rule:
        return cls(frozenset(ours), frozenset(never))


RULES = {
    "settings": Rule.of(ours=set(), never=WEB | DATABASES | {"pandas"}),
    "access": Rule.of(
        ours={"queries.scope", "planning.rights"}, never=(WEB - {"flask", "werkzeug"}) | DATABASES | {"pandas"}
    ),
    "crm": Rule.of(ours={"settings", "crm"}, never=WEB),
    "planning": Rule.of(ours={"settings", "crm", "planning"}, never=WEB),
    "queries": Rule.of(ours={"settings", "crm", "queries"} | PLANS, never=WEB),
    "components": Rule.of(ours={"components"} | VOCABULARY | CHANGES, never=DATABASES | {"flask"}),
    "pages": Rule.of(ours={"components", "access", "queries.slices", "queries.options"}, never=DATABASES | {"pandas"}),
    "callbacks": Rule.of(ours={"callbacks", "components", "queries", "planning", "access"}, never=DATABASES),
    "dashboard": Rule.of(ours=OURS - {"pages"}, never=set()),
}


@dataclass(frozen=True)
class Module:
    """One of our modules: its dotted name, its text, what it says."""

    name: str
    text: str
    tree: ast.Module

    @property
    def folder(self) -> str:
        return self.name.partition(".")[0]


@cache
def modules() -> tuple[Module, ...]:
    files = [REPO / f"{name}.py" for name in OURS if (REPO / f"{name}.py").is_file()]
    files += [path for name in OURS for path in (REPO / name).rglob("*.py")]
    return tuple(_read(path) for path in sorted(files))


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(REPO).with_suffix("").parts).removesuffix(".__init__")
    return Module(name, text, ast.parse(text, filename=str(path)))


def imported(module: Module) -> Iterator[str]:
    """Every module that is imported, wherever in the file, as `package.module` where that is one of ours."""
    known = {m.name for m in modules()}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name} imports relatively; say the whole name"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else str(node.module)


def covered(name: str, allowed: frozenset[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


@pytest.mark.parametrize("folder", sorted(RULES))
def test_imports_only_look_down(folder):
    rule, wrong = RULES[folder], []
    for module in (m for m in modules() if m.folder == folder):
        for name in imported(module):
            top = name.partition(".")[0]
            if (top in OURS and not covered(name, rule.ours)) or top in rule.never:
                wrong.append(f"{module.name} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_settings_need_nothing_but_python():
    (settings,) = (m for m in modules() if m.name == "settings")
    assert {name.partition(".")[0] for name in imported(settings)} <= sys.stdlib_module_names


def test_questions_do_not_import_each_other_in_a_circle():
    graph = {m.name: {n for n in imported(m) if n in {o.name for o in modules()}} for m in modules()}
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " > ".join([*path, name])
        if name not in done:
            for other in graph[name] - {name}:
                follow(other, (*path, name))
            done.add(name)

    for name in graph:
        follow(name, ())


def test_only_settings_read_the_environment():
    readers = {
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv", "environb"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    }
    readers |= {m.name for m in modules() if "from os import" in m.text}
    assert readers <= {"settings"}, readers


def test_functions_fit_on_a_screen():
    long = [
        f"{module.name}.{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


#: Lists of definitions, one after the other: as long as the vocabulary and the tables are.
CATALOGUES = {"queries.semantic.measures", "crm.schema"}


def test_a_module_is_one_thing():
    long = {m.name: n for m in modules() if (n := m.text.count("\n")) > LONGEST_MODULE and m.name not in CATALOGUES}
    assert not long, long


def test_sql_text_is_for_loading_and_holds_names_alone():
    """Questions are SQLAlchemy Core; in crm/, what an f-string puts into `text()` is a quoted name."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"
        if "sqlalchemy" in set(imported(module))
        if module.folder != "crm" or not all(_is_name(part) for part in _put_in(node.args[0]))
    ]
    assert not wrong, wrong


def _put_in(sql: ast.expr) -> list[ast.expr]:
    """What is put into a text: the fields of an f-string; a text built in any other way counts as a whole."""
    if isinstance(sql, ast.JoinedStr):
        return [part.value for part in sql.values if isinstance(part, ast.FormattedValue)]
    return [] if isinstance(sql, ast.Constant) else [sql]


def _is_name(part: ast.expr) -> bool:
    return isinstance(part, ast.Call) and _called(part.func) == "quote"


def _called(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


MUTABLE = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


def test_nothing_at_module_level_changes():
    """A list, dict or set at module level is a constant by its name; and nothing says `global`."""
    wrong = []
    for module in modules():
        for node in module.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, MUTABLE):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                wrong += [f"{module.name}.{name}" for name in names if not name.isupper() and name != "__all__"]
        wrong += [f"{module.name}: global" for node in ast.walk(module.tree) if isinstance(node, ast.Global)]
    assert not wrong, wrong


def test_nobody_swallows_everything():
    """`except Exception` hides what nobody thought of; a failure is caught by its name."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("folder", ["queries", "callbacks"])
def test_no_question_asks_the_clock(folder):
    """ "Today" is the data's as-of date. Only the engine knows how old the data is."""
    asking = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.folder == folder and module.name != "queries.warehouse"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow", "current_date"}
    ]
    assert not asking, asking


def test_no_style_searches_the_page():
    """With `:has()` each mark that Plotly draws makes the browser look at the whole page again: a script says it."""
    ours = [path for path in (REPO / "assets").glob("*.css") if not path.name.startswith("0")]
    assert len(ours) > 5
    assert not [path.name for path in ours if ":has(" in path.read_text(encoding="utf-8")]
