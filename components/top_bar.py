"""The top bar: where one is, the period, the as-of date, and what the whole page can do."""

from __future__ import annotations

from typing import Any

from dash import html

from components import drill
from components.filter_bar import Labels, as_of_menu, period_menu
from components.links import icon, to
from components.view import View


def top_bar(
    view: View,
    title: str,
    labels: Labels,
    *,
    is_late: bool,
    is_sliced: bool = True,
    downloads: Any = None,
    filters: Any = None,
) -> list[Any]:
    """Breadcrumbs on the left; period, as-of date, link, downloads, theme, language and a phone's filters right.

    A page that is not of deals (`is_sliced=False`) has no period, no as-of date and no way down to it.
    """
    w = view.w
    of_deals = [period_menu(view), as_of_menu(view, is_late=is_late), html.Span(className="rule hide-phone")]
    way = _crumbs(view, title, labels) if is_sliced else [html.B(title)]
    other = "EN" if view.lang == "zh" else "中文"
    return [
        html.Nav(way, className="crumbs" if is_sliced else "crumbs alone", **{"aria-label": w("shell.crumbs")}),
        *(of_deals if is_sliced else []),
        _tool("link-45deg", w("shell.share"), "hide-phone", **{"data-share": w("shell.copied")}),
        downloads,
        _tool("moon" if view.theme == "light" else "sun", w("shell.theme"), "hide-phone", **{"data-theme-switch": ""}),
        html.Button(
            other,
            type="button",
            className="btn-q bare",
            title=w("shell.language"),
            lang="zh-CN" if other == "中文" else "en",
            **{"data-language": "en" if view.lang == "zh" else "zh"},
        ),
        filters,
    ]


def _tool(symbol: str, label: str, more: str, **marks: str) -> html.Button:
    return html.Button(
        icon(symbol), type="button", className=f"btn-q bare {more}", title=label, **{"aria-label": label, **marks}
    )


def _crumbs(view: View, title: str, labels: Labels) -> list[Any]:
    """The way down to what is shown, each step a link back to it; the page's name last."""
    taken = drill.steps(view.slice_)
    if taken:
        named = [(_step_words(view, labels, name, key), back) for name, key, back in taken]
        found = [to(view.w("shell.all_regions"), drill.top(view.slice_), className="hide-phone")]
        found += [to(words, back, className="hide-phone") for words, back in named[:-1]]
        found += [html.Span(named[-1][0], className="hide-phone")]
    else:
        found = _region_crumbs(view, labels)
    chevrons = [piece for step in found for piece in (step, icon("chevron-right"))]
    return [*chevrons, html.B(title)]


def _step_words(view: View, labels: Labels, name: str, key: str) -> str:
    return view.w("words.unassigned") if key == "unassigned" else labels.get(name, {}).get(key, key)


def _region_crumbs(view: View, labels: Labels) -> list[Any]:
    chosen = dict(view.slice_.filters).get("region", ())
    root = view.w("shell.all_regions")
    if not chosen:
        return [html.Span(root, className="hide-phone")]
    found: list[Any] = [to(root, view.slice_.with_filter("region", ()), className="hide-phone")]
    if len(chosen) == 1 and not chosen[0].startswith("!"):
        found.append(html.Span(_step_words(view, labels, "region", chosen[0]), className="hide-phone"))
    return found
