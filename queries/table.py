"""Any measures by any dimensions, asked for by name: what the command line and `/api/table` answer."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pandas as pd

from queries.attainment import attainment, attainment_by
from queries.breakdown import CannotAnswer, beside, breakdown
from queries.engine import question
from queries.scope import Scope
from queries.semantic.dimensions import DIMENSIONS
from queries.semantic.facts import SALES
from queries.semantic.measures import MEASURES
from queries.semantic.model import AnyMeasure, Dimension
from queries.semantic.planned import OF_THE_WHOLE, PLANNED, Planned
from queries.slices import Slice


def named_measures(names: Iterable[str]) -> list[AnyMeasure]:
    """Measures by name; CannotAnswer says which name is unknown and what comes near."""
    return [_found(name, {**MEASURES, **dict.fromkeys(PLANNED)}, "measure") for name in names]


def named_dimensions(names: Iterable[str]) -> list[Dimension]:
    """Dimensions by name; CannotAnswer says which name is unknown and what comes near."""
    return [_found(name, DIMENSIONS, "dimension") for name in names]


def _found(name: str, known: dict[str, Any], what: str) -> Any:
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"Did you mean {', '.join(near)}?" if near else f"There are: {', '.join(known)}."
    raise CannotAnswer(f"There is no {what} called {name!r}. {hint}")


def slice_for_table(query: str) -> Slice:
    """The filter of a table: as in the address bar, but of all time unless it says otherwise.

    Unlike a page, a table refuses what it does not understand: nobody sees a notice above a spreadsheet.
    """
    slice_ = Slice.from_search(query)
    if slice_.dropped:
        raise CannotAnswer(
            f"The filter says {', '.join(slice_.dropped)}, which is not understood. "
            "It takes period=..., as_of=YYYY-MM-DD, basis=... and DIMENSION=VALUE, joined by &."
        )
    says_when = any(name == "period" for name, _ in parse_qsl(query.lstrip("?")))
    return slice_ if says_when else replace(slice_, period="all")


@question
def table(measures: tuple[str, ...], by: tuple[str, ...], slice_: Slice, *, scope: Scope) -> pd.DataFrame:
    """One row per combination of the dimensions' members, one column each, names instead of keys.

    Money in major units, shares as fractions, NaN where not defined. Raises CannotAnswer.
    """
    if not measures:
        raise CannotAnswer(f"Say which measure. There are: {', '.join([*MEASURES, *PLANNED])}.")
    plain = named_measures(name for name in dict.fromkeys(measures) if name not in PLANNED)
    dimensions = named_dimensions(dict.fromkeys(by))
    planned = [PLANNED[name] for name in dict.fromkeys(measures) if name in PLANNED]
    answer = breakdown(*plain, by=dimensions, slice_=slice_, scope=scope) if plain else None
    if planned:
        held = _planned(planned, dimensions, slice_, scope)
        answer = held if answer is None else _joined(answer, held, [dimension.name for dimension in dimensions])
    assert answer is not None
    for dimension in dimensions:
        if dimension.names is not None:
            answer[dimension.name] = answer[f"{dimension.name}_label"]
    return answer[list(dict.fromkeys([*by, *measures]))]


def _planned(numbers: list[Planned], dimensions: list[Dimension], slice_: Slice, scope: Scope) -> pd.DataFrame:
    """Numbers that hold sales against targets: of the whole, or by the members of one dimension."""
    if not dimensions:
        found = attainment(slice_, scope=scope)
        return found[[one.column for one in numbers]].set_axis([one.name for one in numbers], axis=1)
    only_whole = [one.name for one in numbers if one.name in OF_THE_WHOLE]
    if len(dimensions) > 1 or dimensions[0].of_date or not dimensions[0].fits(SALES) or only_whole:
        what = only_whole[0] if only_whole else numbers[0].name
        raise CannotAnswer(
            f"{what} is told for a whole view{'' if only_whole else ' or by one dimension that sales have'}; "
            "filter for members instead."
        )
    name = dimensions[0].name
    found = attainment_by(slice_, scope=scope, by=name).rename(columns={"label": f"{name}_label"})
    found[f"{name}_label_zh"] = found.pop("label_zh")
    columns = {one.name: found[one.column] for one in numbers}
    return found[[name, f"{name}_label", f"{name}_label_zh"]].assign(**columns)


def _joined(answer: pd.DataFrame, held: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return beside(answer, held, on=by) if by else pd.concat([answer, held], axis=1)


def records(answer: pd.DataFrame, measures: Sequence[str]) -> list[dict[str, Any]]:
    """The table as plain objects: whole counts, rounded money, None where there is no number."""
    return [
        {name: _number(value, name) if name in measures else _member(value) for name, value in row.items()}
        for row in answer.to_dict("records")
    ]


def _number(value: Any, name: str) -> float | int | None:
    if pd.isna(value):
        return None
    measure = PLANNED.get(name) or MEASURES[name]
    if measure.format == "count":
        return int(value)
    return round(float(value), 4) if measure.format == "money" else float(value)


def _member(value: Any) -> Any:
    if isinstance(value, date | pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float):
        return None if pd.isna(value) else int(value)
    return None if value is pd.NaT else value


def vocabulary() -> Iterator[str]:
    """Every measure and dimension with its meaning, a line each."""
    yield "Measures"
    for measure in (*MEASURES.values(), *PLANNED.values()):
        yield f"  {measure.name:<20} {measure.meaning.en}  [{measure.formula.en}]"
    yield "Dimensions"
    for dimension in DIMENSIONS.values():
        yield f"  {dimension.name:<20} {dimension.meaning.en}"


def spelled(rows: list[dict[str, Any]], members: list[str], measures: list[str], *, form: str) -> str:
    """Records as text for a program (`json`, `csv`) or for people (`plain`), ending in a line break."""
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    if form == "plain":
        return "\n".join(_aligned(rows, members, measures)) + "\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=[*members, *measures], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _aligned(rows: list[dict[str, Any]], members: list[str], measures: list[str]) -> Iterator[str]:
    names = [*members, *measures]
    cells = [[str(row[n]) for n in members] + [_readable(row[n]) for n in measures] for row in rows]
    widths = [max(len(line[at]) for line in [names, *cells]) for at in range(len(names))]
    for line in [names, *cells]:
        left = [text.ljust(width) for text, width in zip(line[: len(members)], widths, strict=False)]
        right = [text.rjust(width) for text, width in zip(line[len(members) :], widths[len(members) :], strict=True)]
        yield "  ".join([*left, *right])


def _readable(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.4f}"
