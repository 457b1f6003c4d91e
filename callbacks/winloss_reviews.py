"""Close reviews on the win/loss page: who writes them, and what they say, to be searched."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import dcc, html

from callbacks import wiring
from callbacks.winloss import PATH, no_cases
from callbacks.winloss_tables import bars_table, shares_of
from components import ids
from components.cards import Card
from components.figures import parts
from components.figures.interval_dots import interval_dots
from components.links import aria, icon, to
from components.states import empty, not_recorded
from components.view import View
from components.wording import dimension_words, period_words
from queries import reviews

#: Reps that are drawn: those who review least, of those with enough deals to tell.
MOST_REPS = 11
FEWEST_DEALS = 5


@wiring.card(ids.REVIEWS, path=PATH)
def show_reviews(view: View) -> Card:
    """Share of closed deals that got a close review, by rep, least first."""
    w, whole = view.w, reviews.review_share(view.slice_, scope=view.scope).iloc[0]
    subtitle = w("winloss.reviews_sub", period=period_words(view.period, view))
    if not whole["closed"] > 0:
        return Card(subtitle=subtitle, state=no_cases(view, w("winloss.reviews")))
    if whole["reviewed"] == 0:
        n = view.numbers.count(whole["closed"])
        return Card(subtitle=subtitle, state=not_recorded(view, w("winloss.no_reviews", n=n)))
    found = reviews.review_share_by_rep(view.slice_, scope=view.scope)
    told = found[found["closed"] >= FEWEST_DEALS]
    shown = (told if len(told) else found).head(MOST_REPS)
    drawn = pd.DataFrame(
        {
            "label": [view.name(row, "member") for row in shown.itertuples()],
            "key": [f"review_share|rep:{key}" for key in shown["member"]],
            **{
                name: shown[column].to_numpy() for name, column in (("rate", "share"), ("low", "low"), ("high", "high"))
            },
            "cases": shown["closed"].to_numpy(),
        }
    )
    heads = (w("winloss.closed"), w("winloss.reviewed"))
    figure = interval_dots(
        drawn,
        heads=heads,
        reference=float(whole["share"]),
        reference_label=w("winloss.all_reviewed", share=view.numbers.share(whole["share"], 0)),
        compact=view.compact,
        theme=view.theme,
        numbers=view.numbers,
    )
    foot = [html.Span(w("winloss.reviews_foot", shown=len(drawn), n=view.numbers.count(len(found))))]
    closed = (heads[0], "cases", view.numbers.count)
    table = bars_table(
        drawn.assign(text=[view.numbers.share(rate) for rate in drawn["rate"]]),
        dimension_words("rep", view),
        heads[1],
        closed,
        *shares_of(view, (w("winloss.low"), "low"), (w("winloss.high"), "high")),
    )
    return Card(
        figure, subtitle, foot=foot, height=parts.rows_height(len(drawn), compact=view.compact, most=9), table=table
    )


@wiring.card(ids.NOTES, path=PATH)
def show_notes(view: View) -> Card:
    """What the reviews say, newest first, with a field to search them."""
    w, find = view.w, view.slice_.option("find")
    subtitle = w("winloss.notes_sub", period=period_words(view.period, view))
    found = reviews.review_notes(view.slice_, scope=view.scope, find=find)
    tools = [search_form(view, find)]
    if found.empty and not find:
        return Card(subtitle=subtitle, tools=tools, state=not_recorded(view, w("winloss.no_notes")))
    if found.empty:
        everything = to(w("winloss.all_notes"), view.slice_.with_option("find", None), className="btn-q")
        nothing = empty(view, w("winloss.notes"), why=w("winloss.not_found", text=find))
        return Card(
            subtitle=subtitle, tools=tools, state=html.Div([nothing, html.Div(everything, className="row-btns")])
        )
    heads = [w(key) for key in ("winloss.note", "column.close_reason", "column.status", "winloss.reviewed_on")]
    head = html.Tr([html.Th(text) for text in heads])
    body = html.Table(
        [html.Thead(head), html.Tbody([_note(view, row) for row in found.itertuples()])], className="t notes"
    )
    said = w("winloss.notes_foot", shown=len(found), n=view.numbers.count(found.attrs["found"]))
    return Card(subtitle=subtitle, tools=tools, body=body, foot=[html.Span(said)])


def search_form(view: View, find: str) -> html.Form:
    """A field whose text goes into the address on Enter."""
    label = view.w("winloss.search")
    field = dcc.Input(
        id="review-search", name="find", type="text", value=find, placeholder=label, className="field", maxLength=100,
        autoComplete="off", debounce=True,
    )  # fmt: skip
    button = html.Button(icon("search"), type="submit", className="btn-q sm", **aria(label))
    return html.Form([field, button], className="search", **{"data-words": "", "role": "search"})


def _note(view: View, row: Any) -> html.Tr:
    """One review; its status opens nothing, its account names the deal."""
    zh = view.lang == "zh"

    def named(name: str) -> str:
        text = getattr(row, f"{name}_zh" if zh else name)
        return "" if pd.isna(text) else str(text)

    day = "" if pd.isna(row.reviewed_on) else view.numbers.day(pd.Timestamp(row.reviewed_on).date(), year=True)
    status = view.w(f"status.{row.outcome}")
    note = "" if pd.isna(row.note) else str(row.note)
    mark = {"won": "pill ahead", "lost": "pill behind"}.get(row.outcome, "pill")
    about = [text for text in (named("account"), named("rep"), named("rival")) if text]
    said = html.Td(
        [html.B(note, **{"data-quoted": ""}), html.Span(" · ".join(about), className="sub")], className="note-text"
    )
    return html.Tr([said, html.Td(named("reason")), html.Td(html.Span(status, className=mark)), html.Td(day)])
