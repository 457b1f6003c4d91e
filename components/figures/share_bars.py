"""Share bars: what each member contributes, month, quarter and year to date below each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from components.figures import parts
from components.figures.parts import Figure, Marks
from components.format import Numbers
from components.theme import colours
from components.words import words

BAR = 0.46  # of a row
MOST = 5  # members with a shade of their own
OTHERS = "others"
KEY_LINE = 18  # px
PLOT, PHONE_PLOT = 420, 232  # px of the usual plot: enough to tell what fits into a segment
FEWEST = 3  # rows


@dataclass(frozen=True)
class _Segment:
    """One member's part of one bar, from start to end of the whole."""

    row: int
    member: int
    start: float
    end: float
    text: str
    key: str
    hover: str


def share_bars(frame: pd.DataFrame, *, compact: bool = False, theme: str, numbers: Numbers) -> Figure:
    """A bar of the whole a span, the five largest members of the last span in shades, the rest as 'others'.

    One row a span and member, spans in order: `span` (its label), `label`, `key`, `share` (fraction of the parent),
    `text` (the share as written); optionally `hover`, and `member` where two may have the same label.
    A negative share cannot be a part of a bar: that member is left out of it and named below it; the others share
    the bar's length, their texts stay what they are.
    """
    members = frame["member"] if "member" in frame else frame["label"]
    known = frame.assign(member=members)[frame["share"].notna()].astype({"share": float})
    positive = known[known["share"] > 0]
    if positive.empty:
        return parts.nothing(theme)
    spans = list(dict.fromkeys(frame["span"]))
    last = positive[positive["span"] == [span for span in spans if span in set(positive["span"])][-1]]
    ranked = last.sort_values("share", ascending=False, kind="stable")["member"].tolist()
    ranked += [member for member in dict.fromkeys(positive["member"]) if member not in ranked]
    labels = dict(zip(positive["member"], parts.plain(positive["label"]), strict=True))
    shown = ranked[:MOST]
    segments = [
        segment
        for row, span in enumerate(spans)
        for segment in _segments(positive[positive["span"] == span], row, shown, numbers)
    ]
    names = [
        *(labels[member] for member in shown),
        *([words(numbers.lang)("figure.others")] if len(ranked) > MOST else []),
    ]
    lines = _key(names, theme, PHONE_PLOT + 60 if compact else PLOT + 60)
    column = parts.Column("", parts.plain(spans), align="left", most=90)
    notes, left = parts.beside([column], "left", range(len(spans)), theme=theme)
    notes.append(_key_note(lines, left, theme))
    notes += _inside(segments, PHONE_PLOT if compact else PLOT, theme)
    notes += _left_out(known[known["share"] < 0], spans, theme, numbers)
    return parts.drawing(
        [_bars([s for s in segments if s.member == member], member, theme) for member in range(len(names))],
        theme=theme,
        barmode="overlay",
        margin={"l": left, "r": 12, "t": KEY_LINE * len(lines) + 10, "b": 4},
        xaxis={"range": [0, 1], "showticklabels": False},
        yaxis={"range": [max(len(spans), FEWEST) - 0.5, -0.5], "showticklabels": False},
        shapes=_joints(segments, theme),
        annotations=notes,
    )


def _segments(of_span: pd.DataFrame, row: int, shown: list[Any], numbers: Numbers) -> list[_Segment]:
    """The parts of one bar, the shown members first, then all others as one."""
    whole, found, at = float(of_span["share"].sum()), [], 0.0
    hovers = parts.hovers(of_span, "span", "label", "text")
    of_member = {member: place for place, member in enumerate(of_span["member"])}
    shares, texts = of_span["share"].tolist(), parts.plain(of_span["text"])
    for member, name in enumerate(shown):
        if name in of_member:
            place = of_member[name]
            end, key = at + shares[place] / whole, str(of_span["key"].iloc[place])
            found.append(_Segment(row, member, at, end, texts[place], key, hovers[place]))
            at = end
    rest = of_span[~of_span["member"].isin(shown)]
    if not rest.empty:
        share = numbers.share(rest["share"].sum(), 0)
        hover = "  ".join([words(numbers.lang)("figure.others"), share])
        found.append(_Segment(row, len(shown), at, 1.0, share, "", hover))
    return found


def _bars(segments: list[_Segment], member: int, theme: str) -> Marks:
    c = colours(theme)
    marker = {"color": _fill(member, theme), "line": {"color": c["surface"], "width": 1}, "cornerradius": 0}
    if member >= MOST:
        marker["line"] = {"color": c["line-strong"], "width": 1}
    return parts.bars(
        [segment.row for segment in segments],
        [segment.end - segment.start for segment in segments],
        width=BAR,
        marker=marker,
        base=[segment.start for segment in segments],
        **parts.answering([segment.key for segment in segments], [segment.hover for segment in segments]),
    )


def _fill(member: int, theme: str) -> str:
    """A shade a member; the others have the ground's own colour in an outline."""
    return colours(theme)[f"shade-{member + 1}" if member < MOST else "surface"]


def _text_on(member: int, theme: str) -> str:
    """What is read easiest on the member's shade; on the middle one of the dark theme that is white alone."""
    c = colours(theme)
    if member >= (3 if theme == "wall" else 2):
        return colours("wall")["ink"] if theme == "dark" and member == 2 else c["ink"]
    return c["on-ink"]


def _inside(segments: list[_Segment], width: int, theme: str) -> list[Marks]:
    """Shares inside the segments that have room for them."""
    return [
        {
            "x": (segment.start + segment.end) / 2,
            "y": segment.row,
            "text": segment.text,
            "font": {"color": _text_on(segment.member, theme), "size": parts.NOTE},
        }
        for segment in segments
        if parts.text_width(segment.text, parts.NOTE) + 6 <= (segment.end - segment.start) * width
    ]


def _joints(segments: list[_Segment], theme: str) -> list[Marks]:
    """Thin lines from where a member's part ends in one bar to where it ends in the next."""
    line = {"color": colours(theme)["line-strong"], "width": 1}
    ends = {(segment.row, segment.member): segment.end for segment in segments if segment.end < 0.9999}
    return [
        {"type": "line", "x0": end, "x1": ends[row + 1, member], "y0": row + BAR / 2, "y1": row + 1 - BAR / 2}
        | {"line": line, "layer": "below"}
        for (row, member), end in ends.items()
        if (row + 1, member) in ends
    ]


def _left_out(negative: pd.DataFrame, spans: list[str], theme: str, numbers: Numbers) -> list[Marks]:
    """Below each bar, who is not part of it."""
    c = colours(theme)
    font = {"color": c["behind-text"], "size": parts.NOTE}
    place = {
        "bgcolor": c["surface"],
        "xref": "paper",
        "x": 0,
        "xanchor": "left",
        "yanchor": "top",
        "yshift": -1,
        "font": font,
    }
    w, found = words(numbers.lang), []
    for row, span in enumerate(spans):
        of_span = negative[negative["span"] == span]
        pairs = zip(parts.plain(of_span["label"]), parts.plain(of_span["text"]), strict=True)
        named = w("words.comma").join(f"{label} {text}" for label, text in pairs)
        if named:
            text = parts.fitted(w("shares.left_out", names=named), PLOT, parts.NOTE)
            found.append({**place, "y": row + BAR / 2, "text": text})
    return found


def _key(names: list[str], theme: str, width: int) -> list[str]:
    """The members in the order of their shades, broken into lines of a width."""
    c, lines = colours(theme), [""]
    for member, name in enumerate(names):
        sign = parts.coloured("■", _fill(member, theme)) if member < MOST else parts.coloured("□", c["ink-3"])
        piece = f"{sign} {parts.fitted(name, width / 3, parts.NOTE)}"
        joined = f"{lines[-1]}   {piece}" if lines[-1] else piece
        if parts.text_width(joined, parts.NOTE) <= width:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def _key_note(lines: list[str], left: int, theme: str) -> Marks:
    font = {"color": colours(theme)["ink-2"], "size": parts.NOTE}
    place = {
        "xref": "paper",
        "x": 0,
        "xshift": 8 - left,
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
    }
    return {**place, "text": "<br>".join(lines), "align": "left", "font": font}
