"""Planning: change a target and see at once what it does, compare, submit, approve, publish."""

from __future__ import annotations

from dash import html, register_page

import access
from components import ids
from components.cards import panel
from components.filter_bar import notation
from components.plan_grid import grid_panel, scenario_bar
from components.shell import Page, page
from components.words import words
from queries.slices import Slice

register_page(__name__, path="/planning", order=10, symbol="sliders", title="Sales performance", group="plan")


def layout(**query: str) -> html.Div:
    """The scenario's bar and numbers, the grid of targets, before and after, what moved it, the year, what it costs."""
    w = words(access.language())
    main = html.Div(
        [grid_panel(w), panel(w, ids.PLAN_CURVE, span=12, title=w("plan.curve"), explain="projected_landing")],
        className="plan-main",
    )
    beside = html.Div(
        [
            panel(w, ids.PLAN_BEFORE_AFTER, span=12, title=w("plan.before_after"), explain="proposed"),
            panel(w, ids.PLAN_BRIDGE, span=12, title=w("plan.bridge")),
            panel(w, ids.PLAN_SENSITIVITY, span=12, title=w("plan.sensitivity"), explain="sensitivity"),
        ],
        className="plan-beside",
    )
    cards = [
        main,
        beside,
        panel(w, ids.PLAN_COMMISSION, span=7, title=w("plan.commission"), explain="commission", height=480),
        panel(w, ids.PLAN_CHANGES, span=5, title=w("plan.changes"), height=480),
        panel(w, ids.PLAN_LIST, span=12, title=w("plan.list"), height=260),
    ]
    marks = [notation(w, "actual", "target", "previous", "yours", "ahead", "behind")]
    return page(w, Slice.from_query(query), Page("planning", cards, 5, marks, [scenario_bar(w)]))
