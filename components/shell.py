"""The frame around every page: navigation, page slot, messages; and the frame of a page itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html, page_container, page_registry

from components import ids
from components.cards import bones
from components.links import icon
from components.markup import filled
from components.words import Words
from queries.slices import OF_TRAIL, VIEW_ONLY, Slice

#: What pages are for, in the order of the navigation: to look, to plan, to show to others.
GROUPS = ("look", "plan", "show")


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation: words are looked up under `nav.<name>`, those of its group under `nav.<group>`."""

    name: str
    path: str
    symbol: str
    group: str = GROUPS[0]


def items() -> list[NavItem]:
    """The pages that there are, in their order; each registers itself with an icon, its name is its module's.

    `register_page(..., group="plan")` puts it into that group; without it is one to look at.
    """
    found = [page for page in page_registry.values() if "symbol" in page]
    return [
        NavItem(page["module"].rpartition(".")[2], page["path"], page["symbol"], page.get("group", GROUPS[0]))
        for page in found
    ]


def shell(words: Words, *, theme: str, version: str | None, content: Any = page_container) -> html.Div:
    """Everything that stays while pages change. Without a version there are no pages to lead to."""
    links, tabs = (nav_links(words), tab_links(words)) if version else ([], [])
    return html.Div(
        [
            dcc.Store(id=ids.THEME, data=theme),
            dcc.Store(id=ids.VERSION, data=version),
            dcc.Store(id=ids.HEALTH, data=None),
            dcc.Store(id=ids.PLAN, data=None),
            html.A(words("shell.skip"), href="#main", className="skip"),
            html.Div(
                [
                    html.Nav(
                        [
                            html.Div(className="brand", **filled(_brand(words))),
                            html.Div(id=ids.NAV, **filled(links), **{"data-own": " ".join((*VIEW_ONLY, *OF_TRAIL))}),
                            html.Div(className="foot", **filled(_collapse(words))),
                        ],
                        className="side",
                        **{"aria-label": words("shell.navigation")},
                    ),
                    html.Div(content, className="page-slot"),
                ],
                className="shell",
            ),
            html.Nav(id=ids.TABS, className="tabs-low", **filled(tabs), **{"aria-label": words("shell.navigation")}),
            html.Div(
                id="offline",
                className="banner offline",
                hidden=True,
                role="alert",
                **filled([icon("wifi-off"), html.Span(words("banner.offline"))]),
            ),
            html.Div(id=ids.TOASTS, className="toasts", role="status", **{"aria-live": "polite"}),
        ]
    )


def _brand(words: Words) -> list[Any]:
    return [html.I([html.I(), html.I(), html.I()], className="logo"), html.Span(words("shell.name"))]


def _collapse(words: Words) -> html.Button:
    label = words("shell.collapse")
    return html.Button(
        [icon("layout-sidebar"), html.Span(label)],
        type="button",
        className="collapse-nav",
        **{"data-collapse": "", "aria-label": label},
    )


def nav_links(words: Words) -> list[Any]:
    """The navigation, group by group. The page marks where it is, and has each link carry its slice along."""
    found, out = items(), list[Any]()
    for group in GROUPS:
        own = [_nav_link(words, item) for item in found if item.group == group]
        out += [html.H6(words(f"nav.{group}")), *own] if own else []
    return out


def _nav_link(words: Words, item: NavItem) -> dcc.Link:
    label = words(f"nav.{item.name}")
    return dcc.Link([icon(item.symbol), html.Span(label)], href=item.path, title=label)


#: What stands at the foot of a phone's screen; the others are behind the last.
MOST_TABS = 5


def tab_links(words: Words) -> list[Any]:
    """The same at the foot of a phone's screen: the first four, and the others in a menu."""
    links = [one for one in nav_links(words) if isinstance(one, dcc.Link)]
    if len(links) <= MOST_TABS:
        return links
    first, rest = links[: MOST_TABS - 1], links[MOST_TABS - 1 :]
    summary = html.Summary([icon("three-dots"), html.Span(words("nav.more"))])
    return [*first, html.Details([summary, html.Div(rest, className="menu")], className="menu-of more-tabs")]


@dataclass(frozen=True)
class Page:
    """What differs between pages: the name, the cards, the number of key numbers, the notation used.

    `before` stands above the key numbers.
    """

    name: str
    cards: Sequence[Any]
    key_numbers: int
    notation: Sequence[Any] = ()
    before: Sequence[Any] = ()


def page(w: Words, slice_: Slice, spec: Page) -> html.Div:
    """The frame of a page: top bar, sentence, chips, key numbers, cards, and what opens beside and over them.

    Nothing here reads data: callbacks fill the frame, each part as soon as it is known.
    """
    return html.Div(
        [
            dcc.Store(id=ids.SLICE, data=slice_.to_query()),
            dcc.Store(id=ids.QUERY, data=None),
            dcc.Store(id=ids.SHOWN, data=None),
            dcc.Store(id=ids.DROPPED, data=list(slice_.dropped)),
            dcc.Store(id=ids.PANEL, data=""),
            html.Header(id=ids.BAR, className="top"),
            html.Div(id=ids.BANNER),
            html.Div(id=ids.NOTICE),
            html.Main(
                [
                    html.Div(
                        [
                            html.H1(html.Span(className="bone headline-bone"), id=ids.HEADLINE),
                            html.Div([html.Div(id=ids.CHIPS, className="chips"), *spec.notation], className="under"),
                        ],
                        className="lead-line",
                    ),
                    *spec.before,
                    html.Div(
                        [
                            html.Section(id=ids.STRIP, className="panel c12", **filled(bones(spec.key_numbers))),
                            *spec.cards,
                        ],
                        className="grid",
                    ),
                ],
                id="main",
                tabIndex="-1",
            ),
            html.Aside(
                id=ids.DRAWER, className="drawer", hidden=True, tabIndex="-1", **{"aria-label": w("shell.panel")}
            ),
            html.Div(className="ground", **{"data-panel": "", "data-option": "explain="}),
            sheet(w),
        ],
        className=f"page page-{spec.name}",
    )


def sheet(w: Words) -> html.Section:
    """The list of deals behind a number, sliding up from below."""
    return html.Section(
        [
            html.Header(id=ids.SHEET_HEAD),
            dag.AgGrid(
                id=ids.GRID,
                columnDefs=[],
                rowModelType="infinite",
                dashGridOptions={
                    "theme": "themeQuartz",
                    "rowHeight": 32,
                    "headerHeight": 32,
                    "cacheBlockSize": 100,
                    "maxBlocksInCache": 20,
                    "maxConcurrentDatasourceRequests": -1,  # one that is never answered would hold up the others
                    "infiniteInitialRowCount": 12,
                    "rowSelection": {"mode": "multiRow", "checkboxes": False, "headerCheckbox": False},
                    "enableCellTextSelection": True,
                    "ensureDomOrder": True,
                    "getLocaleText": {"function": "localeText(params)"},
                    "rowClassRules": {"coming": "!params.data"},
                },
                defaultColDef={"resizable": True, "sortable": True, "suppressHeaderMenuButton": False},
                className="grid-fill",
            ),
        ],
        id=ids.SHEET,
        className="sheet",
        hidden=True,
        **{"aria-label": w("sheet.label")},
    )


def not_found(w: Words, slice_: Slice) -> html.Div:
    """The page of an address that no page has; its links carry the slice along, as the navigation does."""
    return html.Div(
        [
            dcc.Store(id=ids.SLICE, data=slice_.to_query()),
            html.Main(
                [
                    html.H1(w("notfound.title")),
                    html.P(w("notfound.text")),
                    html.Div(className="ways", **filled(tab_links(w))),
                ],
                id="main",
                className="not-found",
                tabIndex="-1",
            ),
        ]
    )


def no_data(view_words: Words) -> html.Main:
    """The page before the first load."""
    return html.Main(
        [
            html.H1(view_words("nodata.title")),
            html.P(view_words("nodata.text")),
            html.Pre("python dashboard.py demo\npython dashboard.py load dynamics PATH", className="commands"),
        ],
        id="main",
        className="no-data",
    )
