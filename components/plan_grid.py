"""The grid of targets: its frame, its columns, its rows; and the frame of the scenario's bar above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html

from components import ids
from components.links import icon
from components.markup import filled
from components.view import View
from components.words import Words

ROW_HEIGHT, SCROLLBAR = 32, 18
#: What a phone shows without a swipe.
FIRST_ON_PHONE = ("name", "lock", "proposed", "change_share")


def scenario_bar(w: Words) -> html.Div:
    """Where the scenario's bar and what became of a change stand; the stores that speak to the server."""
    return html.Div(
        [
            dcc.Store(id=ids.PLAN_ACTION, data=None),
            html.Section(
                id=ids.PLAN_BAR,
                className="scenario",
                **{"aria-label": w("plan.bar"), **filled(html.Span(className="bone headline-bone"))},
            ),
            html.Div(id=ids.PLAN_SAID, className="plan-said", role="status", **{"aria-live": "polite"}),
        ]
    )


def grid_panel(w: Words) -> html.Section:
    """The frame of the grid: title, tools, rows."""
    return html.Section(
        [
            html.Header(id=ids.PLAN_ABOUT),
            html.Div(id=ids.PLAN_TOOLS, className="bar-tools", role="toolbar", **{"aria-label": w("plan.tools")}),
            dag.AgGrid(
                id=ids.PLAN_GRID,
                columnDefs=[],
                rowData=[],
                getRowId="params.data.id",
                columnSize=None,
                dashGridOptions={
                    "theme": "themeQuartz",
                    "rowHeight": ROW_HEIGHT,
                    "headerHeight": ROW_HEIGHT,
                    "rowSelection": {
                        "mode": "multiRow",
                        "checkboxes": False,
                        "headerCheckbox": False,
                        "enableClickSelection": True,
                    },
                    "rowClassRules": {"lv0": "params.data.level === 0", "total": "params.data.level < 0"},
                    "stopEditingWhenCellsLoseFocus": True,
                    "enterNavigatesVerticallyAfterEdit": True,
                    "suppressMovableColumns": True,
                    "suppressScrollOnNewData": True,
                    "ensureDomOrder": True,
                    "getLocaleText": {"function": "localeText(params)"},
                    "suppressNoRowsOverlay": True,
                },
                defaultColDef={"resizable": True, "sortable": False, "suppressHeaderMenuButton": True},
                className="plan-rows",
                style=height_of(0),
            ),
        ],
        className="panel plan-panel",
        **{"aria-label": w("plan.grid")},
    )


def height_of(rows: int) -> dict[str, str]:
    """How high the grid wants to be: as its rows, as far as there is room."""
    return {"width": "auto", "height": f"{(rows + 1) * ROW_HEIGHT + SCROLLBAR}px"}


@dataclass(frozen=True)
class GridLook:
    """What the columns of the grid are called, beside words that never change."""

    first: str
    last_year: str
    share: str
    in_force: str
    is_editable: bool


def columns(view: View, look: GridLook) -> list[dict[str, Any]]:
    """Column definitions: who, last year, share, in force, lock, proposed, change, where it lands, what backs it."""
    w = view.w
    narrow = view.compact
    number = {"type": "rightAligned", "width": 84}
    made: list[dict[str, Any]] = [
        {
            "field": "name",
            "headerName": look.first,
            "minWidth": 148,
            "flex": 1,
            "pinned": "left" if narrow else None,
            "cellRenderer": "PlanName",
        },
        {"field": "last_year", "headerName": look.last_year, **number},
        {"field": "share", "headerName": look.share, **number, "width": 92},
        {"field": "in_force", "headerName": look.in_force, **number},
        {"field": "lock", "headerName": "", "width": 30, "cellRenderer": "PlanLock", "cellClass": "plan-lock-cell"},
        {
            "field": "proposed",
            "headerName": w("plan.proposed"),
            **number,
            "width": 98,
            "cellRenderer": "PlanTarget",
            "cellClass": "plan-target-cell",
            "editable": {"function": "planEditable(params)"} if look.is_editable else False,
            "valueSetter": {"function": "planTyped(params)"},
            "cellEditor": "agTextCellEditor",
        },
        {"field": "change", "headerName": w("plan.change"), **number, "width": 72, "cellRenderer": "PlanChange"},
        {"field": "change_share", "headerName": "%", **number, "width": 72, "cellRenderer": "PlanChange"},
        {"field": "landing", "headerName": w("plan.landing"), "width": 172, "cellRenderer": "PlanLanding"},
        {"field": "actual", "headerName": w("plan.actual"), **number},
        {"field": "required", "headerName": w("plan.required"), **number, "width": 112},
        {"field": "open", "headerName": w("plan.open"), **number, "width": 90},
        {"field": "coverage", "headerName": w("plan.coverage"), **number, "width": 86},
        {"field": "mtd", "headerName": w("plan.share_mtd"), **number, "width": 86},
        {"field": "qtd", "headerName": w("plan.share_qtd"), **number, "width": 86},
        {"field": "ytd", "headerName": w("plan.share_ytd"), **number, "width": 86},
        {"field": "entered", "headerName": w("plan.entered"), **number},
    ]
    if narrow:
        made.sort(key=lambda column: column["field"] not in FIRST_ON_PHONE)
    return [{name: value for name, value in column.items() if value is not None} for column in made]


def about(title: str, subtitle: str, tools: Sequence[Any]) -> list[Any]:
    """The grid's title, subtitle and switches."""
    return [html.Div([html.H2(title), html.P(subtitle)]), html.Div(list(tools), className="tools")]


def act(children: Any, kind: str, **about_: Any) -> html.Button:
    """A button that changes the plan: `assets/55_planning.js` sends what it says, with what is selected in the grid."""
    marks = {name.replace("_", "-"): value for name, value in about_.items() if name.startswith("data_")}
    rest = {name: value for name, value in about_.items() if not name.startswith("data_")}
    return html.Button(children, type="button", **{"data-plan": kind, **marks, **rest})


def form(children: Sequence[Any], kind: str, label: str, **marks: str) -> html.Form:
    """A form whose fields go to the server as one change of the plan."""
    return html.Form(list(children), className="plan-form", **{"data-plan-form": kind, "aria-label": label, **marks})


def locked_note(view: View, count: int) -> Any:
    """How many rows are locked."""
    if not count:
        return None
    return html.Span([icon("lock-fill"), " ", view.w("plan.locked", count=count)], className="note locked-note")
