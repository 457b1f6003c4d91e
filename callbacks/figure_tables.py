"""The tables behind the figures: what each drawing shows, in the same words and units, from the same frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from components.cards import Table
from components.format import Unit
from components.view import View
from components.wording import dimension_words

#: A column: its head, its name in the frame, how a value is written; texts of the frame are taken as they are.
Shown = tuple[str, str, Callable[[Any], str]]


def table_of(frame: pd.DataFrame, columns: Iterable[Shown]) -> Table:
    """Heads and texts, a row a row of the frame; columns that the frame lacks are left out, as in the figure."""
    shown = [(head, name, write) for head, name, write in columns if name in frame]
    texts = [[write(None if pd.isna(value) else value) for value in frame[name]] for _, name, write in shown]
    return [head for head, *_ in shown], list(zip(*texts, strict=True))


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _share(view: View) -> Callable[[Any], str]:
    return lambda value: view.numbers.share(value, 0)


def _head(view: View, key: str, unit: str) -> str:
    return _in_unit(view, view.w(key), unit)


def _in_unit(view: View, what: str, unit: str) -> str:
    """ "Last year, ¥ million"; counts have no unit."""
    return view.w("table.in_unit", what=what, unit=unit) if unit else what


def _amount(view: View, key: str, name: str, unit: Unit) -> Shown:
    return _head(view, key, unit.label), name, lambda value: view.numbers.in_unit(value, unit)


def months_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Months, actual beside last year."""
    actual, before = (
        _amount(view, "notation.actual", "actual", unit),
        _amount(view, "notation.previous", "previous", unit),
    )
    return table_of(drawn, [(dimension_words("month", view), "label", _said), actual, before])


def members_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Members of the dimension that is compared by, actual beside last year and the change."""
    columns = [_amount(view, "notation.actual", "value", unit), _amount(view, "notation.previous", "previous", unit)]
    change = (view.w("against.last_year"), "note", _said)
    return table_of(drawn, [(dimension_words(view.slice_.by, view), "label", _said), *columns, change])


def cohort_table(view: View, drawn: pd.DataFrame, what: str) -> Table:
    """Stages: how many reached it, of the stage before and of the first, and what was lost on the way to it."""
    columns: list[Shown] = [
        (dimension_words("stage", view), "label", _said),
        (what, "text", _said),
        (view.w("funnel.of_previous"), "of_previous", _share(view)),
        (view.w("funnel.of_first"), "of_first", _share(view)),
        (view.w("table.dropped"), "dropped_text", _said),
    ]
    return table_of(drawn, columns)


def days_table(view: View, drawn: pd.DataFrame) -> Table:
    """Stages: median, P75 and typical days, how many moved on, of how many."""
    columns: list[Shown] = [(dimension_words("stage", view), "label", _said)]
    days = {"median": "funnel.median", "p75": "funnel.p75", "typical": "table.typical"}
    unit = view.w("words.days_unit").strip()
    columns += [(_head(view, key, unit), name, view.numbers.count) for name, key in days.items()]
    columns.append((view.w("funnel.success"), "success_rate", _share(view)))
    return table_of(drawn, [*columns, (view.w("table.cases"), "cases", view.numbers.count)])


def stock_table(view: View, drawn: pd.DataFrame, heads: tuple[str, str], critical: Sequence[str]) -> Table:
    """Stages: open deals and their amount, and what of the second is critical."""
    columns = [(dimension_words("stage", view), "label", _said)]
    columns += [(heads[0], "other_text", _said), (heads[1], "text", _said)]
    return table_of(
        drawn.assign(critical=critical),
        [*columns, (_in_unit(view, view.w("table.critical"), heads[1]), "critical", _said)],
    )


def compare_table(view: View, drawn: pd.DataFrame, unit: str) -> Table:
    """Members down, stages across, and the share that reached the last."""
    members = [part for _, part in drawn.groupby("member", sort=False)]
    stages = [_in_unit(view, label, unit) for label in members[0]["label"]]
    rows = [
        [part["member_label"].iloc[0], *part["text"], view.numbers.share(part["of_first"].iloc[-1], 0)]
        for part in members
    ]
    return [dimension_words(view.slice_.by, view), *stages, view.w("funnel.of_first")], rows


def forecast_table(view: View, drawn: pd.DataFrame, totals: pd.DataFrame, unit: Unit) -> Table:
    """Months down, stages across, then all of them and the interval where there is one."""
    stages = drawn.drop_duplicates("stage_key")
    wide = totals[["month_key", "label", "total", "low", "high"]].copy()
    columns: list[Shown] = [(dimension_words("month", view), "label", _said)]
    for row in stages.itertuples():
        of_stage = drawn[drawn["stage_key"] == row.stage_key].set_index("month_key")["amount"]
        wide[f"stage {row.stage_key}"] = wide["month_key"].map(of_stage)
        head = _in_unit(view, str(row.stage_label), unit.label)
        columns.append((head, f"stage {row.stage_key}", lambda value: view.numbers.in_unit(value or 0, unit)))
    columns.append(_amount(view, "table.total", "total", unit))
    if totals["low"].notna().any():
        columns += [_amount(view, f"table.{name}", name, unit) for name in ("low", "high")]
    return table_of(wide, columns)


def backtest_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Quarters: what came, and what each method had said."""
    names = ("actual", "funnel", "weighted")
    columns = [_amount(view, f"backtest.{name}", name, unit) for name in names]
    return table_of(drawn, [(dimension_words("quarter", view), "label", _said), *columns])


def attainment_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Members: attainment, actual, target, what was due, last year, where it lands, and the difference both ways."""
    share = (view.w("attainment.rate"), "attainment", _share(view))
    keys = {
        "actual": "notation.actual",
        "target": "notation.target",
        "on_track": "attainment.bridge_due",
        "previous": "notation.previous",
        "forecast": "notation.forecast",
    }
    columns = [_amount(view, key, name, unit) for name, key in keys.items() if drawn[name].notna().any()]
    away = view.w("attainment.variance")
    return table_of(
        drawn,
        [
            (dimension_words(view.slice_.by, view), "label", _said),
            share,
            *columns,
            (_in_unit(view, away, unit.label), "variance", lambda value: view.numbers.signed_in_unit(value, unit)),
            (_in_unit(view, away, "%"), "variance_share", lambda value: view.numbers.signed_share(value, 1)),
        ],
    )


def bridge_table(view: View, drawn: pd.DataFrame, unit: Unit) -> Table:
    """Due, every step with its sign, actual."""
    write = {"step": view.numbers.signed_in_unit}
    texts = [
        write.get(kind, view.numbers.in_unit)(value, unit)
        for kind, value in zip(drawn["kind"], drawn["value"], strict=True)
    ]
    return [view.w("table.step"), unit.label], list(zip(drawn["label"], texts, strict=True))


def course_table(view: View, days: pd.DataFrame, unit: Unit) -> Table:
    """Day by day, cumulative: actual, due, last year, and where the run rate leads with its interval."""
    keys = {
        "actual": "notation.actual",
        "on_track": "attainment.bridge_due",
        "previous": "notation.previous",
        "forecast": "notation.forecast",
        "low": "table.low",
        "high": "table.high",
    }
    columns = [_amount(view, key, name, unit) for name, key in keys.items() if days[name].notna().any()]
    return table_of(days, [(view.w("table.day"), "day", lambda day: view.numbers.day(day, year=True)), *columns])


def shares_table(view: View, drawn: pd.DataFrame) -> Table:
    """Members down, month, quarter and year to date across."""
    spans, members = list(dict.fromkeys(drawn["span"])), list(dict.fromkeys(drawn["key"]))
    cells = drawn.set_index(["key", "span"])["text"]
    named = drawn.drop_duplicates("key").set_index("key")["label"]
    rows = [[named[key], *(cells.get((key, span), "") for span in spans)] for key in members]
    return [dimension_words(view.slice_.by, view), *spans], rows


def plan_table(view: View, drawn: pd.DataFrame, unit: Unit, what: str) -> Table:
    """Members, months or steps of a plan: what is in force, what is proposed, last year, so far, where it lands."""
    columns = [
        _amount(view, "plan.head_in_force", "in_force", unit),
        _amount(view, "plan.proposed", "proposed", unit),
        _amount(view, "plan.last_year", "last_year", unit),
        _amount(view, "plan.actual", "actual", unit),
        _amount(view, "plan.landing", "landing", unit),
    ]
    return table_of(drawn, [(what, "label", _said), *columns])
