"""A tree of deals as rows: each split a step further in, each row with its share won, how sure it is, and its deals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from components.links import to
from components.view import View


@dataclass(frozen=True)
class Branch:
    """One node: how deep it lies, its condition in words, its share with interval, its deals, what a click opens.

    `tone` is ahead or behind where the whole interval lies on one side of that of all deals.
    """

    depth: int
    label: str
    share: float
    low: float
    high: float
    deals: int
    opens: str
    is_leaf: bool = False
    tone: str = ""


def outcome_tree(
    view: View, branches: Sequence[Branch], *, heads: tuple[str, str, str], reference: float
) -> html.Table:
    """The branches from the root down; the line in each bar is where all deals together are.

    `heads` stand over condition, share and deals.
    """
    head = html.Tr([html.Th(heads[0]), html.Th(heads[1], className="num"), html.Th("", className="bar"),
                    html.Th(heads[2], className="num")])  # fmt: skip
    most = max((branch.high for branch in branches), default=1.0)
    lines = [_line(view, branch, most=max(most, reference), reference=reference) for branch in branches]
    return html.Table([html.Thead(head), html.Tbody(lines)], className="t outcome-tree")


def _line(view: View, branch: Branch, *, most: float, reference: float) -> html.Tr:
    here = view.slice_.with_option("open", branch.opens)
    share, deals = view.numbers.share(branch.share), view.numbers.count(branch.deals)
    mark = {"ahead": "▲ ", "behind": "▼ "}.get(branch.tone, "")
    return html.Tr(
        [
            html.Td(html.Div(to(branch.label, here), className="branch"), className=f"d{branch.depth}"),
            html.Td(html.B([html.Small(mark), share], className=branch.tone), className="num"),
            html.Td(_bar(branch, most, reference), className="bar", **{"aria-hidden": "true"}),
            html.Td(to(deals, here), className="num"),
        ],
        className="leaf" if branch.is_leaf else "fork",
    )


def _bar(branch: Branch, most: float, reference: float) -> html.Div:
    """The share as a bar, its interval as a line over its end."""

    def at(share: float) -> str:
        return f"{100 * share / most:.2f}%"

    pieces: list[Any] = [
        html.I(className=f"share {branch.tone}", style={"width": at(branch.share)}),
        html.I(className="interval", style={"left": at(branch.low), "width": at(branch.high - branch.low)}),
        html.I(className="reference", style={"left": at(reference)}),
    ]
    return html.Div(pieces, className="share-bar")
