"""What the numbers of a plan come to, by the names that `queries.semantic.plan_numbers` defines."""

from __future__ import annotations

from callbacks.plan_figures import key_figures
from callbacks.plan_view import Showing
from planning.sensitivity import Outlook
from queries import plan_sales
from queries import planning as q

NAN = float("nan")


def outlook_of(shown: Showing) -> Outlook | None:
    """The period as sensitivity takes it."""
    numbers = {name: shown.total[name] for name in ("proposed", "actual", "landing")}
    return q.outlook(shown.slice_, scope=shown.view.scope, **numbers)


def values_of(shown: Showing) -> dict[str, float]:
    """Every number by name: amounts in currency units, shares as fractions, NaN for what cannot be told here."""
    figures, total = key_figures(shown), shown.total
    rate = plan_sales.win_share(shown.slice_, scope=shown.view.scope)
    reach = _reach(shown, rate)
    best = max(figures.landing, reach) if reach == reach else NAN
    outlook = outlook_of(shown)
    return {
        "proposed": figures.proposed,
        "in_force": figures.in_force,
        "target_change": figures.change,
        "last_year_whole": figures.last_year,
        "growth_asked": figures.growth,
        "level_total": figures.level_total,
        "highest_total": figures.highest_total,
        "over_assignment": figures.over,
        "sold_so_far": total["actual"],
        "expected_rest": figures.landing - total["actual"],
        "projection": figures.landing,
        "projected_landing": figures.landing_share,
        "open_in_period": _open(shown),
        "win_rate_year": rate,
        "reach": reach,
        "out_of_reach": figures.proposed / best - 1 if best > 0 else NAN,
        "counted_open": NAN if outlook is None else outlook.open_amount,
        "coming_amount": NAN if outlook is None else outlook.coming_deals * outlook.average_deal,
        "sensitivity": NAN if outlook is None or outlook.attainment is None else outlook.attainment,
        "commission": figures.payout.amount,
        "commission_before": figures.payout.before,
    }


def _open(shown: Showing) -> float:
    """What is open of the period, all members together."""
    return plan_sales.open_by(shown.slice_, scope=shown.view.scope, by="").get("", 0.0)


def _reach(shown: Showing, rate: float) -> float:
    """What there is and what open deals bring; NaN of a period that does not run."""
    assert shown.node.starts_on is not None and shown.node.ends_on is not None
    if not shown.node.starts_on <= shown.view.as_of <= shown.node.ends_on:
        return NAN
    return shown.total["actual"] + _open(shown) * rate
