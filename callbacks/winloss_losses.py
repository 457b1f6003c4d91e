"""Losses on the win/loss page: in which stage, for which reason, to whom, and after how long a silence."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import html

from callbacks import wiring
from callbacks.winloss import PATH, no_cases
from callbacks.winloss_tables import bars_table, flow_table, shares_of
from components import ids
from components.cards import Card, switch
from components.figures import parts
from components.figures.loss_flow import USUAL, height_of, loss_flow
from components.figures.member_bars import member_bars
from components.figures.pareto_bars import pareto_bars
from components.states import not_recorded
from components.view import View
from components.wording import dimension_words, period_words
from queries import losses, rivals
from queries import winloss_findings as f
from queries.slices import UNASSIGNED

#: Reasons and winners that stand alone in the flow; the smallest are taken together beyond them.
MOST_REASONS, MOST_WINNERS = 7, 9
OTHERS = "others"
#: Reasons that together hold as much of the losses are the vital few.
VITAL = 0.8
LAYERS = ("stage", "close_reason", "winner")
#: Longest address of a list.
LONGEST = 290


def measure_of(view: View, found: pd.DataFrame) -> str:
    """Lost amount, or the count where it is asked for or no lost deal has an amount."""
    return "lost_amount" if view.slice_.option("flow") == "amount" and found["lost_amount"].sum() > 0 else "lost_count"


def flow_switch(view: View) -> html.Span:
    """By amount or by deals."""
    return switch(view, "flow", (("amount", view.w("winloss.amount")), ("count", view.w("winloss.deals"))))


@wiring.card(ids.LOSS_FLOW, path=PATH)
def show_loss_flow(view: View) -> Card:
    """Stage it was lost in, reason, winner; the path that the page's sentence speaks of in orange."""
    w, found = view.w, losses.loss_flow(view.slice_, scope=view.scope)
    measure = measure_of(view, found)
    unit = view.numbers.unit_for(found["lost_amount"])
    what = unit.label if measure == "lost_amount" else w("winloss.deals")
    subtitle = w("winloss.flow_sub", what=what, period=period_words(view.period, view))
    tools = [flow_switch(view)]
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=no_losses(view, w("winloss.flow")))
    links, nodes, paths = flow_frames(view, found, measure)
    heads = (w("winloss.stage_lost"), w("column.close_reason"), w("winloss.won_by"))
    figure = loss_flow(links, nodes, heads=heads, compact=view.compact, theme=view.theme)
    wanted = height_of(nodes)
    foot = [html.Span(text) for text in missing_words(view, found, measure)]
    table = flow_table(paths, heads, what)
    return Card(
        figure, subtitle, tools, foot=foot, height=wanted if wanted > USUAL or view.compact else None, table=table
    )


def no_losses(view: View, title: str) -> Any:
    """Nothing was lost, for whatever reason."""
    return no_cases(view, title)


def missing_words(view: View, found: pd.DataFrame, measure: str) -> list[str]:
    """What the source does not tell of the losses: amounts, reasons, winners."""
    said = []
    if measure == "lost_count" and view.slice_.option("flow") == "amount":
        said.append(view.w("winloss.no_lost_amounts"))
    if (found["close_reason"] == UNASSIGNED).all():
        said.append(view.w("winloss.no_reasons"))
    if found["winner"].isin([rivals.NOBODY, rivals.UNKNOWN]).all():
        said.append(view.w("winloss.no_winners"))
    return said


def flow_frames(view: View, found: pd.DataFrame, measure: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Links, nodes, and the paths they are made of, with names; what is small beyond the most is taken together."""
    paths = found.assign(value=found[measure])
    names = [{key: _name(view, row, layer) for key, row in _rows(paths, layer)} for layer in LAYERS]
    paths["stage_name"], paths["reason_name"], paths["winner_name"] = (
        paths[layer].map(known) for layer, known in zip(LAYERS, names, strict=True)
    )
    write = _writer(view, paths, measure)
    paths["text"] = [write(value) for value in paths["value"]]
    hot = _hot(view, found)
    members = {layer: paths[layer].tolist() for layer in LAYERS}
    for layer, most in (("close_reason", MOST_REASONS), ("winner", MOST_WINNERS)):
        members[layer] = _folded(paths, layer, most)
    folded = paths.assign(**members)
    nodes, place, behind = _nodes(view, paths, folded, names, measure, write, hot)
    rows = []
    for left, right in (("stage", "close_reason"), ("close_reason", "winner")):
        sums = folded.groupby([left, right], sort=False)["value"].sum()
        for (a, b), value in sums.items():
            key = _key(measure, [*behind[left, a], *behind[right, b]])
            is_hot = hot.get(left) == a and hot.get(right) == b
            rows.append((place[left, a], place[right, b], value, write(value), key, is_hot))
    links = pd.DataFrame(rows, columns=["source", "target", "value", "text", "key", "is_hot"])
    return links[links["value"] > 0].reset_index(drop=True), nodes, paths


def _rows(paths: pd.DataFrame, layer: str) -> list[tuple[str, Any]]:
    return [(getattr(row, layer), row) for row in paths.drop_duplicates(layer).itertuples()]


def _name(view: View, row: Any, layer: str) -> str:
    if layer == "winner" and row.winner in {rivals.NOBODY, rivals.UNKNOWN}:
        return view.w(f"winloss.winner_{row.winner}")
    if layer == "close_reason" and row.close_reason == UNASSIGNED:
        return view.w("winloss.no_reason")
    return view.name(row, layer)


def _writer(view: View, paths: pd.DataFrame, measure: str) -> Any:
    if measure == "lost_count":
        return view.numbers.count
    unit = view.numbers.unit_for(paths["value"])
    return lambda value: view.numbers.in_unit(value, unit)


def _folded(paths: pd.DataFrame, layer: str, most: int) -> list[str]:
    """The members of a layer, the smallest as `others` where there are too many; those of nobody stay."""
    sizes = paths.groupby(layer)["value"].sum().drop([rivals.NOBODY, rivals.UNKNOWN, UNASSIGNED], errors="ignore")
    kept = sizes.index if len(sizes) <= most + 1 else sizes.nlargest(most).index
    special = {*kept, rivals.NOBODY, rivals.UNKNOWN, UNASSIGNED}
    return [key if key in special else OTHERS for key in paths[layer]]


def _nodes(
    view: View,
    paths: pd.DataFrame,
    folded: pd.DataFrame,
    names: list[dict[str, str]],
    measure: str,
    write: Any,
    hot: dict[str, str],
) -> tuple[pd.DataFrame, dict[tuple[str, str], int], dict[tuple[str, str], list[tuple[str, str]]]]:
    """A row a node; where each stands; and the members behind each."""
    rows: list[dict[str, Any]] = []
    place: dict[tuple[str, str], int] = {}
    behind: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for column, (layer, known) in enumerate(zip(LAYERS, names, strict=True)):
        sums = folded.groupby(layer, sort=False)["value"].sum()
        last = [OTHERS, UNASSIGNED, rivals.NOBODY, rivals.UNKNOWN]
        order = list(sums.index) if layer == "stage" else sorted(sums.index, key=lambda k: (_rank(k, last), -sums[k]))
        for key in order:
            members = paths.loc[folded[layer] == key, layer].unique() if key == OTHERS else [key]
            behind[layer, key] = [member for one in members for member in _members(layer, str(one))]
            place[layer, key] = len(rows)
            label = view.w("figure.others") if key == OTHERS else known[key]
            is_hot = layer == "winner" and hot.get("winner") == key
            about = {"label": label, "text": write(sums[key]), "key": _key(measure, behind[layer, key])}
            rows.append({**about, "column": column, "is_hot": is_hot, "value": sums[key]})
    return pd.DataFrame(rows), place, behind


def _rank(key: str, last: list[str]) -> int:
    return last.index(key) + 1 if key in last else 0


def _members(layer: str, key: str) -> list[tuple[str, str]]:
    """The members of dimensions that a node's deals have."""
    if layer != "winner" or key not in {rivals.NOBODY, rivals.UNKNOWN}:
        return [(layer, key)]
    if key == rivals.NOBODY:
        return [("winner", UNASSIGNED), ("competition", rivals.NOBODY)]
    return [("winner", UNASSIGNED), ("competition", "named"), ("competition", rivals.UNKNOWN)]


def _key(measure: str, members: list[tuple[str, str]]) -> str | None:
    """The address of the list behind a mark; none where it would be too long to be one."""
    key = "|".join([measure, *(f"{name}:{value}" for name, value in dict.fromkeys(members))])
    return key if len(key) <= LONGEST else None


def _hot(view: View, found: pd.DataFrame) -> dict[str, str]:
    """The path of the competitor that the sentence speaks of, as far as one reason and stage hold its losses."""
    whole = rivals.reference(view.slice_, scope=view.scope)["rate"].iloc[0]
    met = rivals.rivals(view.slice_, scope=view.scope)
    named = met[~met["member"].isin([rivals.NOBODY, rivals.UNKNOWN])]
    feared = f.feared_rival(named, whole) if pd.notna(whole) else None
    if feared is None:
        return {}
    return {"winner": feared.values["member"], **f.main_cause(found, feared.values["member"])}


@wiring.card(ids.REASONS, path=PATH)
def show_reasons(view: View) -> Card:
    """Reasons of lost deals, from the largest down, with the share of all down to each."""
    w, found = view.w, losses.loss_reasons(view.slice_, scope=view.scope)
    measure = measure_of(view, found)
    unit = view.numbers.unit_for(found["lost_amount"])
    what = unit.label if measure == "lost_amount" else w("winloss.deals")
    subtitle = w("winloss.reasons_sub", what=what, period=period_words(view.period, view))
    tools = [flow_switch(view)]
    if found.empty:
        return Card(subtitle=subtitle, tools=tools, state=no_losses(view, w("winloss.reasons")))
    if (found["close_reason"] == UNASSIGNED).all():
        n = view.numbers.count(found["lost_count"].sum())
        return Card(subtitle=subtitle, tools=tools, state=not_recorded(view, w("winloss.no_reasons_of", n=n)))
    drawn = reasons_frame(view, found, measure)
    heads = (what, w("winloss.share"), w("winloss.together"))
    figure = pareto_bars(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=view.numbers)
    vital = int(drawn["is_vital"].sum())
    together = view.numbers.share(drawn.loc[drawn["is_vital"], "share"].sum(), 0)
    foot = [html.Span(w("winloss.vital", count=vital, share=together))] if 0 < vital < len(drawn) else []
    columns = shares_of(view, (heads[1], "share"), (heads[2], "together"))
    table = bars_table(drawn, w("column.close_reason"), what, *columns)
    height = parts.rows_height(len(drawn), compact=view.compact, most=9)
    return Card(figure, subtitle, tools, foot=foot, height=height, table=table)


def reasons_frame(view: View, found: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Reasons as the figure takes them; those not recorded last, whatever they amount to."""
    found = found.assign(last=found["close_reason"] == UNASSIGNED, value=found[measure])
    found = found.sort_values(["last", "value"], ascending=[True, False], kind="stable").reset_index(drop=True)
    write, total = _writer(view, found, measure), found["value"].sum()
    share = found["value"] / total
    together = share.cumsum()
    return pd.DataFrame(
        {
            "label": [_name(view, row, "close_reason") for row in found.itertuples()],
            "key": [f"{measure}|close_reason:{key}" for key in found["close_reason"]],
            "value": found["value"],
            "text": [write(value) for value in found["value"]],
            "share": share,
            "together": together,
            "is_vital": (together - share < VITAL) & ~found["last"],
        }
    )


@wiring.card(ids.SILENCE, path=PATH)
def show_silence(view: View) -> Card:
    """How long lost deals had been left alone, and how often deals are won after as long a silence."""
    w, found = view.w, losses.silence(view.slice_, scope=view.scope)
    median = found.attrs["median"]
    subtitle = w("winloss.silence_sub", period=period_words(view.period, view))
    if found.empty or found["lost_count"].sum() == 0:
        return Card(subtitle=subtitle, state=no_losses(view, w("winloss.silence")))
    if (found["idle_band"] == UNASSIGNED).all():
        return Card(subtitle=subtitle, state=not_recorded(view, w("winloss.no_activities")))
    numbers = view.numbers
    drawn = pd.DataFrame(
        {
            "label": [view.key_words("idle_band", str(band)) for band in found["idle_band"]],
            "key": [f"lost_count|idle_band:{band}" for band in found["idle_band"]],
            "value": found["lost_count"],
            "text": [numbers.count(value) for value in found["lost_count"]],
            "note": [w("words.na") if pd.isna(rate) else numbers.share(rate, 0) for rate in found["win_rate"]],
        }
    )
    heads = (w("winloss.lost"), w("winloss.rate"))
    figure = member_bars(drawn, heads=heads, compact=view.compact, theme=view.theme, numbers=numbers)
    foot = [] if pd.isna(median) else [html.Span(w("winloss.silence_foot", days=numbers.days(median)))]
    table = bars_table(drawn, dimension_words("idle_band", view), heads[0], (heads[1], "note", str))
    height = parts.rows_height(len(drawn), compact=view.compact, most=9)
    return Card(figure, subtitle, foot=foot, height=height, table=table)
