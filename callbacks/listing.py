"""The list of deals behind a number: its heading, its columns, its pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import html

from callbacks.known_words import rule_words
from components.cards import plain
from components.links import aria, icon, to
from components.view import View
from components.wording import period_words
from components.words import words
from queries import funnel, options, row_list, rows
from queries.funnel import CRITICAL_INDEX, LATE_INDEX
from queries.in_play import REACHED
from queries.periods import Period
from queries.rows import Behind
from queries.rules import parse_rule
from queries.semantic.dimensions import DIMENSIONS

#: How many rows a page of the list may have.
MOST_ROWS = 500
_WIDE = {"name": 240, "account": 220, "product": 180}


def sheet_head(view: View, behind: Behind) -> tuple[list[Any], list[dict[str, Any]]]:
    """Title with count and sum, downloads, a cross; and the columns that suit these deals."""
    total = row_list.total_behind(behind, view.slice_, scope=view.scope).iloc[0]
    numbers, w, query = view.numbers, view.w, view.slice_.to_query()
    is_weighted = rows.kind_of(behind) == "weighted"
    facts = [
        w(
            "sheet.sales" if rows.kind_of(behind) == "sales" else "sheet.deals",
            count=int(total["deals"]),
            n=numbers.count(total["deals"]),
        ),
        numbers.exact(total["amount"]),
    ]
    if is_weighted:
        facts.append(w("sheet.expected", amount=numbers.exact(total["weight"])))
    head = [
        html.Div([html.H2(title_of(view, behind)), html.P(" · ".join(facts), id="sheet-total")]),
        html.Div(
            [
                html.A(
                    [icon("download"), "CSV"], href=f"/download/deals.csv?{query}", download="", className="btn-q sm"
                ),
                html.A(
                    [icon("download"), "XLSX"], href=f"/download/deals.xlsx?{query}", download="", className="btn-q sm"
                ),
                to(
                    icon("x-lg"),
                    plain(view.slice_),
                    className="btn-q bare",
                    **aria(w("shell.close")),
                ),
            ],
            className="tools",
        ),
    ]
    columns = rows.COLUMNS[rows.kind_of(behind)]
    return head, [column_of(view, name) for name in columns]


def title_of(view: View, behind: Behind) -> str:
    """ "Open deals · Bidding", in words."""
    measure = rows.POPULATIONS.get(behind.population)
    label = view.w(f"behind.{behind.population}") if measure else view.say(rows.measure_of(behind).label)
    parts = [label]
    for name, key in behind.at:
        parts.append(date_label(view, name, key) or reached_label(view, name, key) or member_label(view, name, key))
    return " · ".join(parts)


def reached_label(view: View, name: str, key: str) -> str:
    """ "from Bidding on"; nothing for what is no stage reached."""
    return view.w("winloss.from_stage", stage=stage_at(view, int(key))) if name == REACHED else ""


def stage_at(view: View, position: int) -> str:
    """The stage at a position of the largest pipeline; its number where there is none."""
    found = funnel.stages(view.slice_, scope=view.scope)
    hit = next(found[found["position"] == position].itertuples(), None)
    return str(position) if hit is None else view.name(hit)


def date_label(view: View, name: str, day: Any) -> str:
    """ "Aug 2026", "Q3 2026": a month or quarter by its first day; nothing for what is none."""
    try:
        first = pd.Timestamp(day).date() if name in {"landing", "month", "quarter"} else None
    except ValueError:
        first = None
    if first is None:
        return ""
    if name == "quarter":
        return period_words(Period("quarter", first, first, first), view)
    return view.numbers.month(first, with_year=True)


def member_label(view: View, name: str, key: str) -> str:
    """A member's label from its key or its name."""
    said = view.key_words(name, key)
    if said is not None:
        return said
    if name == "rule":
        return rule_words(view, parse_rule(key) or ())
    if name == "stage":
        found = funnel.stages(view.slice_, scope=view.scope).rename(
            columns={"stage": "key", "stage_label": "label", "stage_label_zh": "label_zh"}
        )
    elif name in DIMENSIONS:
        found = options.members(name, scope=view.scope)
    else:
        return view.w(f"behind.{key}")
    hit = found[(found["key"].astype(str) == key) | (found["label"] == key)]
    return key if hit.empty else str(hit["label_zh" if view.lang == "zh" else "label"].iloc[0])


def column_of(view: View, name: str) -> dict[str, Any]:
    """One AG Grid column: heading in words, right-aligned numbers, a filter of its kind."""
    column: dict[str, Any] = {
        "field": name,
        "headerName": view.w(f"column.{name}"),
        "width": _WIDE.get(name, 130),
        "filter": "agTextColumnFilter",
    }
    if name in rows.SHARES:
        column |= {"filter": False, "type": "rightAligned", "valueFormatter": {"function": "dealShare(params)"}}
    if name in rows.MONEY | rows.DAYS | {"age_index"}:
        column |= {
            "filter": "agNumberColumnFilter",
            "type": "rightAligned",
            "valueFormatter": {"function": f"dealNumber(params, {'1' if name == 'age_index' else '0'})"},
        }
        if name == "age_index":
            column["cellClassRules"] = {
                "behind": f"params.value > {LATE_INDEX}",
                "critical": f"params.value > {CRITICAL_INDEX}",
            }
            said = [(CRITICAL_INDEX, view.w("column.critical")), (LATE_INDEX, view.w("column.late"))]
            column["valueFormatter"] = {"function": f"dealAge(params, {json.dumps(said, ensure_ascii=False)})"}
    if name in rows.DATES | {"status"}:
        column["filter"] = False
        column["width"] = 115
    if name == "name":
        column |= {"pinned": "left", "tooltipField": "name"}
    return column


def localised(frame: pd.DataFrame, lang: str, status: dict[str, str]) -> list[dict[str, Any]]:
    """Rows as the grid takes them: names in the language, dates as ISO text, nulls as None."""
    shown = frame.copy()
    for column in [c for c in shown.columns if c.endswith("_zh")]:
        if lang == "zh":
            shown[column.removesuffix("_zh")] = shown[column]
        shown = shown.drop(columns=column)
    for column in rows.DATES & set(shown.columns):
        shown[column] = [None if pd.isna(value) else pd.Timestamp(value).date().isoformat() for value in shown[column]]
    if "status" in shown:
        shown["status"] = [status.get(value, value) for value in shown["status"]]
    return shown.astype(object).where(shown.notna(), None).to_dict("records")


def page_of_rows(view: View, behind: Behind, asked: PageAsked) -> dict[str, Any]:
    """One page of the list, sorted and filtered in the database, as the grid takes it.

    `rowCount` is None while there is more.
    """
    most = asked.end - asked.start
    found = row_list.deals_behind(
        behind,
        view.slice_,
        scope=view.scope,
        limit=most + 1,
        offset=asked.start,
        sort=asked.sort,
        filters=asked.filters,
    )
    page = found.head(most)
    count = asked.start + len(page) if len(found) <= most else None
    return {"rowData": localised(page, view.lang, status_words(view.lang)), "rowCount": count}


@dataclass(frozen=True)
class PageAsked:
    """The rows from `start` up to, not including, `end`, sorted and filtered as the grid says."""

    start: int
    end: int
    sort: tuple[tuple[str, str], ...]
    filters: Mapping[str, Any]

    @classmethod
    def of(cls, asked: Any) -> PageAsked:
        """What AG Grid asks a data source for (startRow, endRow, sortModel, filterModel); else ValueError."""
        try:
            start, end = int(asked["startRow"]), int(asked["endRow"])
            sort = tuple((str(by["colId"]), str(by["sort"])) for by in asked.get("sortModel") or ())
            filters = dict(asked.get("filterModel") or {})
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            raise ValueError("Say which rows: startRow, endRow, sortModel and filterModel, as JSON.") from wrong
        if not 0 <= start < end <= start + MOST_ROWS:
            raise ValueError(f"Ask for 1 to {MOST_ROWS} rows from startRow on, not for {start} to {end}.")
        return cls(start, end, sort, filters)


def status_words(lang: str) -> dict[str, str]:
    """Status names in the language."""
    w = words(lang)
    return {name: w(f"status.{name}") for name in ("open", "won", "lost", "paused", "terminated")}
