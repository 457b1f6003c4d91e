"""A plan's grid as a workbook: taken along, changed elsewhere, and read back as adjustments."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import flask
import xlsxwriter
from flask import Response

from callbacks.http import file_of
from callbacks.plan_view import Showing, showing
from components.view import View
from planning.adjustments import Adjustment
from planning.errors import LedgerError
from planning.sheet import (
    IN_FORCE,
    KEY,
    LAST_YEAR,
    NAME,
    TOTAL,
    WHOLE_KEY,
    BadSheet,
    Place,
    adjustments_of,
    amounts_of,
    read_sheet,
)
from queries.planning import TIMES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
routes = flask.Blueprint("plan_sheet", __name__)


@routes.get("/download/plan.xlsx")
def download_plan() -> Response:
    """The level of a plan that the same query shows on the planning page; 404 where there is none."""
    return file_of("/planning", _plan)


def _plan(view: View) -> Response:
    try:
        shown = showing(view)
    except LedgerError as refused:  # its adjustments cannot be made over its base any more
        return Response(str(refused), 409, mimetype="text/plain")
    if shown is None:
        return Response(view.w("plan_sheet.none"), 404, mimetype="text/plain")
    body, number = sheet_bytes(shown), shown.opened.version
    name = f"plan-{number.fiscal_year}-v{number.number}.xlsx"
    return Response(body, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def place_of(shown: Showing) -> Place:
    """What a sheet of the level in sight is of; where months are the level, of the whole node, which is one row."""
    by = "" if shown.by in TIMES else shown.by
    return Place(shown.opened.version.version_id, shown.plane, by, shown.node)


def adjustments_in(shown: Showing, content: bytes, *, reason: str = "") -> list[Adjustment]:
    """What an uploaded workbook changes in the plan in sight; raises BadSheet. Nothing is taken yet."""
    return adjustments_of(read_sheet(content), shown.opened.plan, place_of(shown), reason=reason)


def refusal_words(view: View, refused: BadSheet) -> str:
    """Why a sheet is refused, in the view's language."""
    return view.w(f"sheet_refused.{refused.reason}", **refused.values)


def sheet_bytes(shown: Showing) -> bytes:
    """A workbook of the level in sight: about it, then a row a member with months, total, in force and last year.

    Amounts are in currency units, and values all of them: a text never becomes a formula.
    """
    place = place_of(shown)
    amounts = amounts_of(shown.opened.plan, place)
    months = sorted({month for _, month in amounts})
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(shown.view.w("plan_sheet.tab"))
        bold, small = book.add_format({"bold": True}), book.add_format({"font_color": "#808080", "font_size": 8})
        for at, text in enumerate(_about(shown)):
            sheet.write_string(at, 0, text, bold if at == 0 else None)
        top = len(_about(shown))
        sheet.write_string(top, 0, place.to_text(), small)
        sheet.write_string(top, 1, shown.view.w("plan_sheet.keep"), small)
        for at, (name, head) in enumerate(_columns(shown, months)):
            sheet.write_string(top + 2, at, name, small)
            sheet.write_string(top + 3, at, head, bold)
        cents = any(amount != amount.to_integral_value() for amount in amounts.values())
        money = book.add_format({"num_format": "#,##0.00" if cents else "#,##0"})
        for line, (key, own, in_force, last_year) in enumerate(_rows(shown, place, amounts), top + 4):
            sheet.write_string(line, 0, key)
            sheet.write_string(line, 1, _name(shown, place, key))
            values = [amounts.get((key, month)) for month in months]
            for at, value in enumerate([*values, own, in_force, last_year], 2):
                if value is not None and value == value:
                    sheet.write_number(line, at, float(value), money)
        sheet.set_column(0, 0, 12)
        sheet.set_column(1, 1, 24)
        sheet.set_column(2, len(months) + 4, 14)
        sheet.freeze_panes(top + 4, 2)
    return stream.getvalue()


def _about(shown: Showing) -> list[str]:
    """Name, version with its state, period, level, and what to do with it."""
    version, w = shown.opened.version, shown.view.w
    name = (version.name_zh if shown.view.lang == "zh" else None) or version.name
    state = w(f"plan.state_{version.state}")
    return [
        name,
        w("plan_sheet.version", number=version.number, year=version.fiscal_year, state=state),
        shown.period_words,
        w("plan_sheet.level", level=shown.level_words(shown.by), symbol=shown.view.numbers.symbol),
        w("plan_sheet.how"),
    ]


def _columns(shown: Showing, months: Sequence[date]) -> list[tuple[str, str]]:
    """Names that are read back, with heads for people."""
    w = shown.view.w
    own = [(f"{month:%Y-%m}", shown.view.numbers.month(month, with_year=True)) for month in months]
    named = [(name, w(f"plan_sheet.{name}")) for name in (TOTAL, IN_FORCE, LAST_YEAR)]
    return [*((name, w(f"plan_sheet.{name}")) for name in (KEY, NAME)), *own, *named]


def _rows(shown: Showing, place: Place, amounts: dict[tuple[str, date], Decimal]) -> list[tuple[str, Any, Any, Any]]:
    """Key, total, in force and last year of each member that has cells, in the order of the page."""
    sums: dict[str, Decimal] = {}
    for (key, _), amount in amounts.items():
        sums[key] = sums.get(key, Decimal(0)) + amount
    if not place.by:
        return [(WHOLE_KEY, sums[WHOLE_KEY], shown.total["in_force"], shown.total["last_year"])] if sums else []
    return [
        (row.key, sums[row.key], row.in_force, row.last_year) for row in shown.members.itertuples() if row.key in sums
    ]


def _name(shown: Showing, place: Place, key: str) -> str:
    return shown.name(place.by, key) if place.by else shown.view.w("plan_sheet.whole")
