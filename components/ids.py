"""The id of everything a callback speaks to; one constant or one function each."""

from __future__ import annotations

# What the viewer looks at
SLICE = "slice"  # the canonical query string; the address bar shows it
QUERY = "query"  # the same without what is merely open, so that opening a list redraws no chart
SHOWN = "shown"  # the whole slice again, written once its page stands there, so that what is open opens with it
DROPPED = "dropped"  # what the address said on arrival and nobody understood
THEME = "theme"
VERSION = "data-version"
PLAN = "plan-state"  # which plan was changed last, and its revision: what shows it is drawn anew
HEALTH = "health"
PANEL = "panel"  # which filter or editor is open beside the page: nobody's link needs it

# The page's frame
NAV = "nav"
TABS = "tabs"
BAR = "bar"
CHIPS = "chips"
BANNER = "banner"
NOTICE = "notice"
HEADLINE = "headline"
STRIP = "strip"
TOASTS = "toasts"
DRAWER = "drawer"
SHEET = "sheet"
SHEET_HEAD = "sheet-head"
GRID = "deals-grid"

# Cards of the funnel page
COHORT = "cohort"
STAGE_DAYS = "stage-days"
FORECAST = "forecast"
STOCK = "stock"
COMPARE = "compare"
BACKTEST = "backtest"
HINT = "hint"

# Cards of the overview
MONTHS = "months"
MEMBERS = "members"
DECIDING = "deciding"
PEOPLE = "people"

# Cards of the attainment page
ATTAINMENT = "attainment"
BRIDGE = "bridge"
COURSE = "course"
HEAT = "heat"
SHARES = "shares"
CLOSING = "closing"

# Cards of the reps page: the list of all, and those of one rep
REPS = "reps"
REP_MONTHS = "rep-months"
REP_TREND = "rep-trend"
REP_FUNNEL = "rep-funnel"
REP_MIX = "rep-mix"
REP_DEALS = "rep-deals"
REP_SLIPPING = "rep-slipping"
ALL_REPS = "all-reps"  # what is there while no rep is chosen
ONE_REP = "one-rep"  # ... and while one is
# The planning page: the bar of the scenario, the grid, what a person did to it, and what became of that
PLAN_BAR = "plan-bar"
PLAN_TOOLS = "plan-tools"
PLAN_GRID = "plan-grid"
PLAN_ABOUT = "plan-about"  # the grid's title and subtitle
PLAN_ACTION = "plan-action"
PLAN_SAID = "plan-said"
PLAN_BEFORE_AFTER = "plan-before-after"
PLAN_BRIDGE = "plan-bridge"
PLAN_CURVE = "plan-curve"
PLAN_SENSITIVITY = "plan-sensitivity"
PLAN_COMMISSION = "plan-commission"
PLAN_CHANGES = "plan-changes"
PLAN_LIST = "plan-list"

# The comparison of plans: the bar of those chosen, and its cards
COMPARE_BAR = "compare-bar"
COMPARE_NUMBERS = "compare-numbers"
COMPARE_ROWS = "compare-rows"
COMPARE_MEMBERS = "compare-members"
COMPARE_CHANGES = "compare-changes"

# Card of the audit trail
TRAIL = "trail"

# Cards of the win/loss page
RATE_TREND = "rate-trend"
AGAINST = "against"
HEAD_TO_HEAD = "head-to-head"
LOSS_FLOW = "loss-flow"
RATES_BY = "rates-by"
REASONS = "reasons"
RIVALS = "rivals"
PRESENCE = "presence"
SILENCE = "silence"
REVIEWS = "reviews"
NOTES = "notes"
WIN_BACK = "win-back"

# Cards of what separates wins from losses
SEPARATES = "separates"
ODDS = "odds"
CALIBRATION = "calibration"

# The evidence against a competitor: the list of all, and the four cards of one
OPPONENTS = "opponents"
STRENGTHS = "strengths"
WEAKNESSES = "weaknesses"
OPPORTUNITIES = "opportunities"
THREATS = "threats"
ALL_RIVALS = "all-rivals"  # what is there while no competitor is chosen
ONE_RIVAL = "one-rival"  # ... and while one is

Id = str | dict[str, str]


def figure(card: str) -> Id:
    """The graph of a card."""
    return {"type": "figure", "card": card}


def part(card: str, name: str) -> Id:
    """A part of a card: all are filled but `due`, the query that it is to be drawn for."""
    return {"type": f"card-{name}", "card": card}
