"""The planning grid: its rows in words and numbers, its columns, its tools."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
from dash import ClientsideFunction, Input, Output, clientside_callback, html

from callbacks import wiring
from callbacks.plan_view import TOTAL, Showing, inside, row_id, showing, toggled, unfolded
from components import ids
from components.cards import switch
from components.fields import field
from components.filter_bar import menu
from components.links import icon
from components.markup import PROPERTY
from components.plan_grid import GridLook, about, act, columns, form, height_of, locked_note
from components.trail_words import who_words
from components.view import View
from queries import planning as q
from queries.planning import TIMES
from queries.slices import WEIGHTS

STEPS = ("-10%", "-5%", "+5%", "+10%")

clientside_callback(ClientsideFunction("planning", "arrived"), Input(ids.PLAN, "data"))


@wiring.part(
    [
        Output(ids.PLAN_GRID, "columnDefs"),
        Output(ids.PLAN_GRID, "rowData"),
        Output(ids.PLAN_GRID, "style"),
        Output(ids.PLAN_ABOUT, PROPERTY),
        Output(ids.PLAN_TOOLS, PROPERTY),
    ]
)
def show_grid(view: View) -> tuple[list[Any], list[Any], dict[str, Any], Any, Any]:
    """Members of the level in sight, with the total first and the parts of unfolded ones below them."""
    shown = showing(view)
    if shown is None:
        return [], [], height_of(0), about(view.w("plan.grid"), view.w("plan.no_level"), _ways(view)), []
    rows = grid_rows(shown)
    look = GridLook(
        first=shown.ways_words,
        last_year=view.w("plan.last_year"),
        share=view.w(f"plan.share_{_weigh(view)}"),
        in_force=view.w("plan.base_head", number=shown.opened.base_version.number),
        is_editable=shown.opened.is_editable,
    )
    subtitle = view.w(
        "plan.grid_sub", unit=shown.unit.label, period=shown.period_words, basis=view.w(f"plan.basis_{_basis(view)}")
    )
    title = view.w("plan.grid_title", levels=shown.ways_words.lower())
    locked = sum(row["is_locked"] for row in rows)
    return columns(view, look), rows, height_of(len(rows)), about(title, subtitle, _ways(view)), _tools(shown, locked)


def _basis(view: View) -> str:
    return view.slice_.option("basis")


def _weigh(view: View) -> str:
    chosen = view.slice_.option("weigh")
    return chosen if chosen in ("mtd", "qtd", "ytd") else "ytd"


def _ways(view: View) -> list[Any]:
    """Which way the plan is taken apart."""
    ways = [(name, view.w(f"plan.tree_{name}")) for name in ("region", "product", "channel", "time")]
    bare = replace(view, slice_=view.slice_.with_option("unfold", None))
    return [switch(bare, "tree", ways)]


def grid_rows(shown: Showing) -> list[dict[str, Any]]:
    """The grid's rows, numbers written out."""
    touched = _touched(shown)
    rows = [_total_row(shown)]
    open_ = unfolded(shown)
    entered = q.entered(shown.slice_, shown.by, shown.node)
    folds = len(shown.ways) > 1
    for row in shown.members.itertuples():
        key = str(row.key)
        made = _row(shown, row, (), shown.by, 0, touched)
        if key in entered:
            made["entered"] = shown.view.numbers.in_unit(float(entered[key]), shown.unit)
        if folds:
            made |= {"fold": toggled(shown, key).to_query(), "is_open": key in open_}
            made["fold_label"] = shown.view.w("plan.fold" if key in open_ else "plan.unfold", member=made["name"])
        rows.append(made)
        if folds and key in open_:
            step = (shown.by, key)
            node, slice_ = inside(shown, [step])
            below = shown.below(shown.ways[1], node, slice_)
            rows += [_row(shown, own, (step,), shown.ways[1], 1, touched) for own in below.itertuples()]
    return rows


def _total_row(shown: Showing) -> dict[str, Any]:
    total = shown.total
    values = pd.Series(
        {
            **total,
            "change": total["proposed"] - total["in_force"],
            "change_share": total["proposed"] / total["in_force"] - 1 if total["in_force"] > 0 else float("nan"),
            "landing_share": total["landing"] / total["proposed"] - 1 if total["proposed"] > 0 else float("nan"),
            "mtd": 1.0,
            "qtd": 1.0,
            "ytd": 1.0,
            "locked": False,
            "reach": float("nan"),
            "is_out_of_reach": False,
        }
    )
    row = _cells(shown, values, TOTAL, _whole_words(shown), -1)
    return row | {"touched": abs(values["change"]) >= 0.005, "can_lock": False}


def _whole_words(shown: Showing) -> str:
    """What all rows together are: all regions, or the member drilled into."""
    members = shown.node.members
    if len(members) == 1 and len(members[0][1]) == 1:
        name, (key,) = members[0]
        return shown.name(name, key or "unassigned")
    return shown.view.w(f"plan.all_{shown.slice_.option('tree')}")


def _row(
    shown: Showing, row: Any, above: tuple[tuple[str, str], ...], by: str, level: int, touched: set[tuple[str, str]]
) -> dict[str, Any]:
    key = str(row.key)
    made = _cells(shown, row._asdict(), row_id(*above, (by, key)), shown.name(by, key), level)
    if by not in TIMES and level == 0:
        made["into"] = shown.slice_.with_filter(by, [key]).with_option("unfold", None).to_query()
    made["touched"] = (by, key) in touched and abs(row.change) >= 0.005
    made["can_lock"] = shown.opened.is_editable and row.proposed == row.proposed
    return made


def _cells(shown: Showing, row: Any, name_of_row: str, name: str, level: int) -> dict[str, Any]:
    """One row as the grid takes it."""
    view, numbers, unit = shown.view, shown.view.numbers, shown.unit
    w = view.w

    def money(amount: float) -> str:
        return "" if pd.isna(amount) else numbers.in_unit(amount, unit)

    share = row[_weigh(view)]
    gap = row["proposed"] - row["actual"]
    has_target = not pd.isna(row["proposed"])
    left = shown.days_left
    landing = "" if pd.isna(row["landing_share"]) else numbers.signed_share(row["landing_share"])
    return {
        "id": name_of_row,
        "name": name,
        "level": level,
        "last_year": money(row["last_year"]),
        "share": "" if pd.isna(share) else numbers.share(share),
        "in_force": money(row["in_force"]),
        "proposed": money(row["proposed"]) if has_target else w("none.no_target"),
        "editable": shown.opened.is_editable and not row["locked"] and has_target,
        "change": "" if pd.isna(row["change"]) else numbers.signed_in_unit(row["change"], unit),
        "change_share": "" if pd.isna(row["change_share"]) else numbers.signed_share(row["change_share"]),
        "landing": landing,
        "landing_share": None if pd.isna(row["landing_share"]) else round(float(row["landing_share"]), 4),
        "landing_title": w("plan.lands", amount=numbers.money(row["landing"])),
        "reach_note": _reach_note(shown, row) if row["is_out_of_reach"] else "",
        "actual": money(row["actual"]),
        "required": money(max(gap, 0) / left) if has_target and left else "",
        "open": money(row["open_amount"]),
        "coverage": _coverage(shown, row["open_amount"], gap),
        **{span: "" if pd.isna(row[span]) else numbers.share(row[span]) for span in ("mtd", "qtd", "ytd")},
        "entered": "",
        "is_locked": bool(row["locked"]),
        "lock_label": w("plan.lock", member=name),
        "unlock_label": w("plan.unlock", member=name),
    }


def _coverage(shown: Showing, open_amount: float, gap: float) -> str:
    if pd.isna(gap) or pd.isna(open_amount) or not shown.days_left:
        return ""
    return shown.view.w("none.met") if gap <= 0 else shown.view.numbers.multiple(open_amount / gap)


def _reach_note(shown: Showing, row: Any) -> str:
    """Why a target is out of reach: what is needed, what the trend and the pipeline bring."""
    numbers = shown.view.numbers
    said = {name: numbers.money(row[name]) for name in ("landing", "reach")}
    return shown.view.w("plan.out_of_reach", amount=numbers.money(row["proposed"]), **said)


def _touched(shown: Showing) -> set[tuple[str, str]]:
    """Members that somebody changed by name."""
    scenario = shown.opened.scenario
    if scenario is None:
        return set()
    return {
        (one.by, "unassigned" if member is None else member)
        for one in scenario.adjustments
        if one.operation in ("set", "add", "scale")
        for member in one.members
    }


def _tools(shown: Showing, locked: int) -> list[Any]:
    """What can be done to what is selected."""
    view, w = shown.view, shown.view.w
    if not shown.opened.is_editable:
        return [_read_only(shown)]
    steps = html.Span(
        [act(step.replace("-", "\N{MINUS SIGN}"), "change", data_value=step) for step in STEPS],
        className="seg",
        role="group",
    )
    typed = form(
        [field("value", w("plan.typed_label"), className="field short", placeholder=w("plan.typed"))],
        "change",
        w("plan.typed_label"),
    )
    gives = switch(view, "give", [("stays", w("plan.stays")), ("moves", w("plan.moves"))])
    return [
        steps,
        typed,
        html.Span(className="rule"),
        _weigh_menu(shown),
        _panels_menu(shown),
        gives,
        field("reason", w("plan.reason"), className="field reason", placeholder=w("plan.reason"), maxlength=300),
        html.Span(w("plan.select_hint"), className="note select-hint"),
        locked_note(view, locked),
    ]


def _weigh_menu(shown: Showing) -> html.Details:
    """Shares the total out by a base; the form says limits of growth."""
    view, w = shown.view, shown.view.w
    names = [name for name in WEIGHTS if shown.by not in TIMES or name in ("last_year", "last_target", "even")]
    items = [act(w(f"plan.weigh_{name}"), "allocate", data_value=name, className="item") for name in names]
    more = html.Button(
        [icon("sliders2"), " ", w("plan.allocate_more")],
        type="button",
        className="item",
        **{"data-panel": "plan:allocate"},
    )
    label = [
        html.Small(w("plan.allocate_by")),
        html.B(w(f"plan.weigh_{view.slice_.option('weigh')}")),
        icon("chevron-down"),
    ]
    return menu(label, [html.Div([*items, html.Hr(), more], className="items")], name="allocate")


def _panels_menu(shown: Showing) -> html.Details:
    """The other ways to a target: the total by a slider, from history, risk, entries from below."""
    w = shown.view.w
    slider = html.Div(
        [
            html.Label([w("plan.slider"), " ", html.B(html.Output("0%"))]),
            field(
                "total", w("plan.slider"), className="", type="range", min=-20, max=20, value=0, data_plan_slider=True
            ),
        ],
        className="slider",
    )
    panels = [
        html.Button(
            [icon(symbol), " ", w(f"plan.panel_{name}")],
            type="button",
            className="item",
            **{"data-panel": f"plan:{name}"},
        )
        for name, symbol in (
            ("history", "graph-up"),
            ("risk", "shield"),
            ("below", "people"),
            ("sheet", "file-earmark-spreadsheet"),
        )
    ]
    unlock = act([icon("unlock"), " ", w("plan.unlock_all")], "unlock_all", className="item")
    return menu(
        [w("plan.more"), icon("chevron-down")],
        [slider, html.Hr(), html.Div([*panels, unlock], className="items")],
        name="plan-more",
    )


def _read_only(shown: Showing) -> html.Span:
    """Why nothing can be changed here, and what to do about it."""
    opened, w = shown.opened, shown.view.w
    if opened.scenario is None:
        return html.Span([icon("lock"), " ", w("plan.read_only_version")], className="note")
    when = shown.view.numbers.day(opened.version.changed_at.astimezone().date(), year=True)
    said = w(f"plan.read_only_{opened.version.state}", who=who_words(shown.view, opened.version.changed_by), when=when)
    return html.Span([icon("lock"), " ", said], className="note")
