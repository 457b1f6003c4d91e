"""What separates wins from losses: sentence, key numbers, the tree, the odds, and how the predictions came out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.known_words import condition_words, fact_words, term_words
from callbacks.learned import learned, waiting
from components import ids
from components.cards import Card, Delta, Table, key_number
from components.figures.calibration_dots import calibration_dots
from components.figures.odds_dots import height_of, odds_dots
from components.outcome_tree import Branch, outcome_tree
from components.states import empty, state
from components.view import View
from components.wording import period_words
from queries.evidence_window import evidence_period
from queries.known import EARLY_DAYS, FACTS
from queries.learning import FEWEST_DEALS, FEWEST_OF_EACH
from queries.logistic import GROUPS, known_terms
from queries.proportions import wilson
from queries.rules import Condition, Rule, parse_rule, simplified, spelled
from queries.separation import Separation

#: Where the cards are; what else stands on that page is another module's.
PATH = "/what-separates"
KEY_NUMBERS = ("decided_count", "win_rate")
MOST_ODDS = 12


def sentence(view: View) -> str:
    """How the first split of the tree divides the deals; else why there is none."""
    found = learned(view, lambda view, now: view.w(f"separation.title_{now}"))
    if found.verdict != "fine":
        return view.w(f"separation.title_{found.verdict}", days=EARLY_DAYS)
    first = next((branch for branch in branches(view, found) if branch.depth == 1), None)
    condition = _root(found)
    if first is None or condition is None:
        return view.w("separation.title_weak", days=EARLY_DAYS)
    others = (found.won - first.share * first.deals) / max(found.deals - first.deals, 1)
    rule = condition_words(view, condition)
    return view.w(
        "separation.title", rule=rule, share=view.numbers.share(first.share, 0), other=view.numbers.share(others, 0)
    )


def _root(found: Separation) -> Condition | None:
    rule = parse_rule(found.tree["if"]) if found.tree else None
    return rule[0] if rule else None


def words_of(view: View) -> list[Any]:
    """Which deals are looked at."""
    return [period_words(evidence_period(view.slice_), view)]


def key_strip(view: View) -> html.Div:
    """How much was learnt from, how well it ranks, how far it is off, and the share won of all."""
    none = view.w("words.na")
    return _strip(
        view, learned(view, lambda view, now: _strip(view, Separation(now), "…" if now == "waiting" else none)), none
    )


def _strip(view: View, found: Separation, missing: str) -> html.Div:
    """The numbers; `missing` stands for those that are not known."""
    w, share = view.w, view.numbers.share
    ranks, count = found.ranks, view.numbers.count
    notes = {"ranks": "", "tree": ""}
    if ranks is not None:
        notes["ranks"] = w("separation.ranks_note", low=share(ranks[1]), high=share(ranks[2]))
    if found.tree_ranks is not None:
        notes["tree"] = w("separation.ranks_tree", share=share(found.tree_ranks[0]))
    none = (missing, "")
    numbers = [
        ("learnt", (count(found.learnt), "") if found.learnt else none,
         [w("separation.learnt_note", tried=count(found.tried))] if found.learnt else []),
        ("ranks", none if ranks is None else (share(ranks[0]).rstrip("%"), "%"), [notes["ranks"], notes["tree"]]),
        ("off", none if found.off is None else _points(view, found.off), [w("separation.off_note")]),
        ("base", (share(found.won / found.deals).rstrip("%"), "%") if found.deals else none,
         [w("separation.base_note", deals=count(found.deals))]),
    ]  # fmt: skip
    made = [
        key_number(
            w(f"separation.{name}"),
            *value,
            [Delta(0, None, "", said) for said in filter(None, under)],
            view=view,
            explain="separation",
            spark=None,
        )
        for name, value, under in numbers
    ]
    return html.Div(made, className="strip")


def _points(view: View, fraction: float) -> tuple[str, str]:
    """Digits and unit of a distance in points."""
    digits, unit = view.numbers.points(fraction), view.numbers.points(0.0, 0)[1:]
    return digits.removesuffix(unit), unit


def unsupported(view: View, found: Separation) -> html.Div | None:
    """Why the data does not support a model; None where it does."""
    w, count = view.w, view.numbers.count
    if found.verdict == "few":
        said = {"deals": count(FEWEST_DEALS), "days": EARLY_DAYS, "each": count(FEWEST_OF_EACH)}
        why = w("separation.few_why", found=count(found.deals), won=count(found.won), **said)
        if not found.deals:
            return empty(view, w("separation.few"), why=w("separation.few_none", days=EARLY_DAYS))
        return state("empty", w("separation.few"), why, symbol="clipboard-x")
    if found.verdict == "weak":
        share = "–" if found.ranks is None else view.numbers.share(found.ranks[0])
        return state("empty", w("separation.few"), w("separation.weak_why", share=share), symbol="clipboard-x")
    return None


def _of_model(draw: Callable[[View, Separation], Card]) -> Callable[[View], Card]:
    """A card of what was learnt: while it is not there, or does not hold, it says so."""

    def show(view: View) -> Card:
        found = learned(view, lambda view, now: Card(state=waiting(view, now)))
        why_not = unsupported(view, found)
        return draw(view, found) if why_not is None else Card(state=why_not)

    show.__name__, show.__doc__ = draw.__name__, draw.__doc__
    return show


@wiring.card(ids.SEPARATES, path=PATH)
@_of_model
def show_separates(view: View, found: Separation) -> Card:
    """The tree: each split with the share won and the deals; each row opens its deals."""
    w, numbers = view.w, view.numbers
    said = {"deals": numbers.count(found.deals), "share": numbers.share(found.won / found.deals)}
    period = period_words(evidence_period(view.slice_), view)
    sub = "separation.tree_sub" if found.is_dated else "separation.tree_sub_undated"
    subtitle = w(sub, period=period, days=EARLY_DAYS, **said)
    if not found.tree:
        return Card(
            subtitle=subtitle,
            state=state("empty", w("separation.few"), w("separation.tree_none"), symbol="clipboard-x"),
        )
    note = "tree_foot" if found.early else "tree_note"
    foot = [html.Span(w(f"separation.{note}", early=numbers.count(found.early), days=EARLY_DAYS))]
    heads = (w("separation.condition"), w("separation.won"), w("separation.deals"))
    body = outcome_tree(view, branches(view, found), heads=heads, reference=found.won / found.deals)
    return Card(subtitle=subtitle, body=body, foot=foot)


def branches(view: View, found: Separation) -> list[Branch]:
    """The rows of the tree from the root down; a fork has the deals of its leaves together."""
    if not found.tree or not found.deals:
        return []
    leaves = iter(found.leaves)
    return _grown(view, found.tree, (), leaves, found.won / found.deals)


def _grown(view: View, node: dict[str, Any], rule: Rule, leaves: Iterator[dict[str, Any]], base: float) -> list[Branch]:
    here = partial(_branch, view, rule=rule, base=base)
    if not node:
        leaf = next(leaves)
        return [here(deals=leaf["deals"], won=leaf["won"], is_leaf=True)]
    (condition,) = parse_rule(node["if"]) or (None,)
    assert condition is not None
    below = [
        *_grown(view, node["holds"], (*rule, condition), leaves, base),
        *_grown(view, node["fails"], (*rule, condition.opposite), leaves, base),
    ]
    ends = [branch for branch in below if branch.is_leaf]
    deals = sum(branch.deals for branch in ends)
    won = round(sum(branch.share * branch.deals for branch in ends))
    return [here(deals=deals, won=won, is_leaf=False), *below]


def _branch(view: View, *, rule: Rule, deals: int, won: int, base: float, is_leaf: bool) -> Branch:
    label = condition_words(view, rule[-1]) if rule else view.w("separation.all")
    low, high = wilson(won, deals) if deals else (0.0, 0.0)
    tone = "ahead" if low > base else "behind" if 0 < high < base else ""
    share = won / deals if deals else 0.0
    opens = f"separates|rule:{spelled(simplified(rule))}"
    return Branch(
        len(rule), label[:1].upper() + label[1:], share, low, high, deals, opens, is_leaf, tone if rule else ""
    )


@wiring.card(ids.ODDS, path=PATH)
@_of_model
def show_odds(view: View, found: Separation) -> Card:
    """What moves the odds for certain, strongest first; all of them in the table."""
    w, rows = view.w, pd.DataFrame(found.odds)
    sure, subtitle = known_terms(rows), w("separation.odds_sub")
    table = _odds_table(view, rows)
    foot = [html.Span(w("separation.odds_foot", count=len(sure), all=len(rows)))]
    if found.left_out:
        foot.append(html.Span(w("separation.left_out", facts=left_out_words(view, found))))
    if sure.empty:
        return Card(
            subtitle=subtitle,
            table=table,
            state=state("empty", w("separation.odds_none"), "", symbol="clipboard-x"),
            foot=foot,
        )
    sure = sure.head(MOST_ODDS).sort_values("odds", ascending=False, ignore_index=True)
    labels = [term_words(view, row.fact, row.member, row.instead_of) for row in sure.itertuples()]
    drawn = sure.assign(
        label=labels,
        key=[_key_of(row) for row in sure.itertuples()],
        hover=[f"<b>{label}</b>  {_interval(view, row)}" for label, row in zip(labels, sure.itertuples(), strict=True)],
    )
    look: dict[str, Any] = {"compact": view.compact, "theme": view.theme, "numbers": view.numbers}
    figure = odds_dots(drawn, heads=(w("separation.odds_head"), w("separation.odds_same")), **look)
    return Card(figure, subtitle, table=table, foot=foot, height=height_of(len(drawn), view.compact))


def _key_of(row: Any) -> str:
    """The deals of the member, or with the flag; of a number all of them."""
    if row.member:
        return f"separates|rule:{spelled((Condition(row.fact, '=', row.member),))}"
    flag = FACTS[row.fact].kind == "flag"
    return f"separates|rule:{spelled((Condition(row.fact, '=', '1'),)) if flag else 'all'}"


def _interval(view: View, row: Any) -> str:
    odds, low, high = (view.numbers.multiple(value, 2) for value in (row.odds, row.low, row.high))
    return f"{odds} ({low} – {high})"


def _odds_table(view: View, rows: pd.DataFrame) -> Table:
    w, times = view.w, lambda value: view.numbers.multiple(value, 2)
    heads = [w("separation.odds"), w("separation.odds_head"), w("separation.odds_low"), w("separation.odds_high")]
    return heads, [
        [term_words(view, row.fact, row.member, row.instead_of), times(row.odds), times(row.low), times(row.high)]
        for row in rows.itertuples()
    ]


def left_out_words(view: View, found: Separation) -> str:
    """The facts that were not used, each with the reason."""
    said = [view.w(f"separation.left_{why}", fact=fact_words(view, fact)) for fact, why in found.left_out]
    return view.w("words.comma").join(said)


@wiring.card(ids.CALIBRATION, path=PATH)
@_of_model
def show_calibration(view: View, found: Separation) -> Card:
    """Predicted against actual shares, of deals that were not learnt from."""
    w, share, count = view.w, view.numbers.share, view.numbers.count
    rows = pd.DataFrame(found.calibration)
    subtitle = w("separation.calibration_sub", tried=count(found.tried), groups=GROUPS)
    heads = [w(f"separation.{name}") for name in ("predicted", "actual")]
    lines = [
        [share(r.predicted), share(r.rate), share(r.low), share(r.high), count(r.cases)] for r in rows.itertuples()
    ]
    table = ([*heads, w("separation.odds_low"), w("separation.odds_high"), w("separation.deals")], lines)
    drawn = rows.assign(hover=[f"<b>{a}</b> → <b>{b}</b> ({low} – {high})  {n}" for a, b, low, high, n in lines])
    names = (w("separation.calibration_line"), w("separation.actual"))
    figure = calibration_dots(drawn, heads=(heads[0], heads[1]), names=names, theme=view.theme, numbers=view.numbers)
    if found.held_out_from is None:
        foot = w("separation.split_account")
    else:
        foot = w("separation.split_time", day=view.numbers.day(found.held_out_from, year=True))
    return Card(figure, subtitle, table=table, foot=[html.Span(foot)])
