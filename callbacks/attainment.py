"""The attainment page: its sentence, what it is about in words, and its key numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from components import drill
from components.cards import Delta, key_number
from components.filter_bar import menu
from components.links import icon, to
from components.view import View
from components.wording import member_words, period_words
from queries import attainment as a
from queries import findings as f
from queries.engine import current
from queries.semantic.planned import PLANNED

PATH = "/attainment"
KEY_NUMBERS = ("sales_amount",)
BASES = ("booking", "contract", "invoice", "receipt")
SPREADS = ("working", "linear", "seasonal")


def sentence(view: View) -> str:
    """How the view stands against what was due, and who is behind the most."""
    row = next(a.attainment(view.slice_, scope=view.scope).itertuples())
    if row.actual == 0 and pd.isna(row.target):
        return view.w("finding.empty")
    members = a.attainment_by(view.slice_, scope=view.scope, by=view.slice_.by)
    found = [f.pace(row, is_over=is_over(view)), f.members_behind(members, view.slice_.by)]
    return view.w("finding.and").join(_spoken(view, finding, members) for finding in found if finding is not None)


def _spoken(view: View, finding: f.Finding, members: pd.DataFrame) -> str:
    said: dict[str, Any] = {"place": place_words(view), "period": period_words(view.period, view)}
    for name, value in finding.values.items():
        said[name] = view.numbers.money(value) if name in {"amount", "target"} else value
    if "member" in said:
        row = next(members[members[view.slice_.by] == said["member"]].itertuples())
        said["member"] = label_of(view, row)
    return view.w(f"finding.{finding.name.replace('.', '_')}", **said)


def place_words(view: View) -> str:
    """What is looked at, as the subject of a sentence: the last step of the path, or the company."""
    steps = drill.steps(view.slice_)
    if steps:
        name, key, _ = steps[-1]
        return member_words(view, key, a.labels(name))
    single = [(name, values[0]) for name, values in view.slice_.filters if len(values) == 1]
    if len(view.slice_.filters) == 1 and single and not single[0][1].startswith("!"):
        return member_words(view, single[0][1], a.labels(single[0][0]))
    return view.w("attainment.this_view" if view.slice_.filters else "attainment.company")


def label_of(view: View, row: Any) -> str:
    """A member's label in the language, from a row of `attainment_by`."""
    label = row.label_zh if view.lang == "zh" else row.label
    return view.w("words.unassigned") if label == "unassigned" else str(label)


def is_over(view: View) -> bool:
    """Whether the period has ended at the as-of date."""
    last = view.period.whole_end
    return last is not None and last <= (view.slice_.as_of or view.as_of)


def words_of(view: View) -> list[Any]:
    """Basis, target version and spread: said, and to be changed."""
    return [_basis_menu(view), _version_menu(view), _spread_menu(view)]


def _option_menu(view: View, option: str, label: str, choices: list[tuple[str, str]], title: str) -> html.Details:
    items = [
        to(text, view.slice_.with_option(option, value), className="on" if value == view.slice_.option(option) else "")
        for value, text in choices
    ]
    return menu(
        [label, icon("chevron-down")], [html.Div(items, className="items")], name=option, className="chip", title=title
    )


def _basis_menu(view: View) -> html.Details:
    choices = [(name, view.w(f"attainment.basis_{name}")) for name in BASES]
    label = dict(choices)[view.slice_.option("basis")]
    return _option_menu(view, "basis", label, choices, view.w("attainment.basis_choose"))


def _version_menu(view: View) -> html.Details:
    w, targets = view.w, current().targets
    versions = pd.DataFrame() if targets is None else targets.versions[targets.versions["has_rows"]]
    choices = [("", w("attainment.versions"))]
    for row in versions.sort_values(["fiscal_year", "number"], ascending=False).itertuples() if len(versions) else []:
        state = w(f"attainment.state_{row.state}")
        choices.append(
            (str(row.version_id), w("attainment.version_state", year=row.fiscal_year, number=row.number, state=state))
        )
    chosen = view.slice_.option("target")
    label = dict(choices).get(chosen) if chosen else _in_force(view)
    return _option_menu(view, "target", label or choices[0][1], choices, w("attainment.version_choose"))


def _in_force(view: View) -> str:
    """The versions that answer for the period, by name."""
    w, targets = view.w, current().targets
    levels = a.attainment(view.slice_, scope=view.scope).attrs["levels"]
    if targets is None or not levels:
        return w("attainment.none_in_force")
    used = targets.versions[targets.versions["version_id"].isin(list(levels))]
    named = [w("attainment.version", year=row.fiscal_year, number=row.number) for row in used.itertuples()]
    return w("attainment.in_force", name=w("words.comma").join(named[-2:]) + (" …" if len(named) > 2 else ""))


def _spread_menu(view: View) -> html.Details:
    row = next(a.attainment(view.slice_, scope=view.scope).itertuples())
    done, whole = int(row.days_done), int(row.days_done + row.days_left)
    choices = [(name, view.w(f"attainment.spread_{name}", done=done, all=whole)) for name in SPREADS]
    label = dict(choices)[view.slice_.option("spread")]
    return _option_menu(view, "spread", label, choices, view.w("attainment.spread_choose"))


def key_strip(view: View) -> html.Div:
    """Actual, pace, landing, what is needed a day, and whether the open deals would do."""
    row = next(a.attainment(view.slice_, scope=view.scope).itertuples())
    w, numbers = view.w, view.numbers
    daily = w("attainment.against_daily", amount=numbers.money(row.daily_rate))
    required, rate = row.required_rate, row.daily_rate
    on_target = _money(view, row.landing - row.target, w("attainment.against_target"))
    left = w("attainment.left", count=int(row.days_left)) if row.days_left else w("attainment.over")
    steeper = required / rate - 1 if required and rate > 0 else float("nan")
    needed = (w("attainment.met"), "") if required == 0 else _money_parts(view, required)
    standing = None if pd.isna(row.open_amount) else w("attainment.open_deals", amount=numbers.money(row.open_amount))
    cells = [
        ("actual", *numbers.money_parts(row.actual), _share(view, row.growth, w("against.last_year"))),
        ("pace", *_share_parts(view, row.pace), _money(view, row.variance, w("attainment.against_due"))),
        ("landing", *_money_parts(view, row.landing), on_target),
        ("required_rate", *needed, _share(view, steeper, daily, up_is_good=False) or Delta(0, None, "", left)),
        ("coverage", *_coverage_parts(view, row), Delta(0, None, "", standing or w("attainment.over"))),
    ]
    return html.Div(
        [
            key_number(
                view.say(PLANNED[name].label),
                digits,
                unit,
                [delta or Delta(0, None, "", w("against.nothing"))],
                view=view,
                explain=name,
                spark=None,
            )
            for name, digits, unit, delta in cells
        ],
        className="strip",
    )


def _money_parts(view: View, amount: float) -> tuple[str, str]:
    return (view.w("words.na"), "") if pd.isna(amount) else view.numbers.money_parts(amount)


def _share_parts(view: View, share: float) -> tuple[str, str]:
    return (view.w("words.na"), "") if pd.isna(share) else (view.numbers.share(share).rstrip("%"), "%")


def _coverage_parts(view: View, row: Any) -> tuple[str, str]:
    if pd.isna(row.gap) or pd.isna(row.open_amount):
        return view.w("words.na"), ""
    if row.gap <= 0:
        return view.w("attainment.met"), ""
    text = view.numbers.multiple(row.coverage)
    return text[:-1], text[-1]


def _money(view: View, amount: float, against: str) -> Delta | None:
    if pd.isna(amount):
        return None
    return Delta(_sign(amount), amount > 0 if amount else None, view.numbers.signed_money(amount), against)


def _share(view: View, share: float, against: str, *, up_is_good: bool = True) -> Delta | None:
    if pd.isna(share):
        return None
    return Delta(_sign(share), (share > 0) == up_is_good if share else None, view.numbers.signed_share(share), against)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
