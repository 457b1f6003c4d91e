"""The demo company's quotas: three plans of the whole that fit each other, the people and what was sold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from crm import demo
from crm.schema import SOURCE_TABLES
from tests.crm.test_demo import made

Ask = Callable[[str], list[tuple[Any, ...]]]
#: Fiscal years begin in April; the company's books begin in February 2023.
YEAR = "year(starts_on) + CAST(month(starts_on) >= 4 AS INTEGER)"
SOLD_YEAR = "year(sold_on) + CAST(month(sold_on) >= 4 AS INTEGER)"
COMPANY, CELLS, REPS = (
    "rep_id IS NULL AND region IS NULL",
    "region IS NOT NULL",
    "rep_id IS NOT NULL",
)


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks a company of 20,000 opportunities, so that no part of a quota is too small for a hundred."""
    connection = made(20_000)
    yield lambda query: connection.execute(query).fetchall()
    connection.close()


def by_year(ask: Ask, where: str) -> dict[int, float]:
    return {year: float(amount) for year, amount in ask(
        f"SELECT {YEAR}, sum(amount) FROM quotas WHERE {where} GROUP BY 1")}  # fmt: skip


def test_the_rest_of_the_company_does_not_depend_on_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def content() -> dict[str, Any]:
        connection = made()
        names = [table.name for table in SOURCE_TABLES if table.name != "quotas"]
        hashes = {name: connection.execute(f"SELECT bit_xor(hash(t)) FROM {name} AS t").fetchone() for name in names}
        connection.close()
        return hashes

    with_quotas = content()
    monkeypatch.setattr(demo, "write_quotas", lambda *_, **__: None)
    assert content() == with_quotas


def test_every_month_from_the_books_to_the_next_year(ask: Ask) -> None:
    assert ask("SELECT min(starts_on), max(ends_on), count(DISTINCT starts_on) FROM quotas") == [
        (date(2023, 2, 1), date(2028, 3, 31), 62)
    ]
    assert ask("SELECT * FROM quotas WHERE day(starts_on) <> 1 OR ends_on <> last_day(starts_on)") == []
    assert ask(f"SELECT count(*) FROM quotas WHERE {COMPANY}") == [(62,)]
    assert ask("SELECT * FROM quotas WHERE amount <= 0 OR amount % 100 <> 0") == []


def test_each_row_is_of_one_level(ask: Ask) -> None:
    """The company; region, product and channel kind; rep and office."""
    levels = """
        SELECT DISTINCT rep_id IS NOT NULL, office_id IS NOT NULL, region IS NOT NULL, product_id IS NOT NULL,
            product_category IS NOT NULL, channel_id IS NOT NULL, channel_kind IS NOT NULL FROM quotas ORDER BY ALL"""
    yes, no = True, False
    assert ask(levels) == [
        (no, no, no, no, no, no, no),
        (no, no, yes, yes, no, no, yes),
        (yes, yes, no, no, no, no, no),
    ]
    cells = f"SELECT count(DISTINCT (region, product_id, channel_kind)) FROM quotas WHERE {CELLS}"
    assert ask(cells) == [(7 * 24 * 3,)]
    assert ask("SELECT count(*) FROM quotas WHERE region NOT IN (SELECT region FROM regions)") == [(0,)]
    assert ask("SELECT count(*) FROM quotas WHERE channel_kind NOT IN (SELECT kind FROM channels)") == [(0,)]


def test_no_level_has_a_target_twice(ask: Ask) -> None:
    keys = "starts_on, rep_id, region, product_id, channel_kind"
    assert ask(f"SELECT {keys} FROM quotas GROUP BY ALL HAVING count(*) > 1") == []


def test_what_is_below_is_given_a_little_more(ask: Ask) -> None:
    company, cells = by_year(ask, COMPANY), by_year(ask, CELLS)
    for year, amount in company.items():
        assert cells[year] / amount == pytest.approx(1.02, abs=0.0005)
    over = ask(f"""
        WITH cells AS (SELECT region, sum(amount) AS amount FROM quotas WHERE {CELLS} GROUP BY 1),
        reps AS (SELECT r.region, sum(amount) AS amount FROM quotas AS q JOIN regions AS r USING (office_id) GROUP BY 1)
        SELECT reps.amount / cells.amount FROM reps JOIN cells USING (region)""")  # fmt: skip
    assert len(over) == 7
    assert all(1.0395 < share < 1.0505 for (share,) in over)


def test_attainment_is_that_of_a_company_that_plans_well(ask: Ask) -> None:
    company = by_year(ask, COMPANY)
    actual = {year: float(amount) for year, amount in ask(
        f"SELECT {SOLD_YEAR}, sum(amount) FROM sales WHERE basis = 'booking' GROUP BY 1")}  # fmt: skip
    assert sorted(company) == [2023, 2024, 2025, 2026, 2027, 2028]
    assert all(0.92 < actual[year] / company[year] < 1.04 for year in (2023, 2024, 2025, 2026))
    assert actual[2023] / company[2023] == pytest.approx(0.97, abs=0.001)
    assert company[2027] < company[2028] < company[2027] * 1.35


def test_regions_and_reps_differ(ask: Ask) -> None:
    regions = ask(f"""
        SELECT actual / sum(q.amount) FROM quotas AS q JOIN (
            SELECT region, sum(amount) AS actual FROM sales JOIN regions USING (office_id)
            WHERE basis = 'booking' AND {SOLD_YEAR} = 2026 GROUP BY 1) USING (region)
        WHERE {YEAR} = 2026 AND {CELLS} GROUP BY region, actual""")  # fmt: skip
    shares = sorted(float(share) for (share,) in regions)
    assert shares[0] < 0.95 < shares[-1]
    reps = ask(f"""
        SELECT coalesce(actual, 0) / sum(q.amount) FROM quotas AS q LEFT JOIN (
            SELECT rep_id, sum(amount) AS actual FROM sales
            WHERE basis = 'booking' AND {SOLD_YEAR} = 2026 GROUP BY 1) USING (rep_id)
        WHERE {YEAR} = 2026 AND {REPS} GROUP BY rep_id, actual HAVING count(*) = 12""")  # fmt: skip
    found = sorted(float(share) for (share,) in reps)
    assert found[len(found) // 10] < 0.65
    assert found[-len(found) // 20] > 1.2
    assert 0.75 < found[len(found) // 2] < 1.05


def test_reps_have_quotas_while_they_are_there(ask: Ask) -> None:
    """In every month of an assignment, in its office; in the month of a move in the new one."""
    overlaps = "a.valid_from <= q.ends_on AND (a.valid_to IS NULL OR a.valid_to > q.starts_on)"
    assert ask(f"""
        SELECT q.* FROM quotas AS q WHERE {REPS} AND NOT EXISTS (
            SELECT 1 FROM rep_assignments AS a
            WHERE a.rep_id = q.rep_id AND a.office_id = q.office_id AND {overlaps})""") == []  # fmt: skip
    assert ask(f"""
        SELECT a.* FROM rep_assignments AS a JOIN reps AS r USING (rep_id)
        JOIN (SELECT DISTINCT starts_on, ends_on FROM quotas) AS q ON {overlaps}
        WHERE r.title = 'Sales representative' AND NOT EXISTS (
            SELECT 1 FROM quotas AS o WHERE o.rep_id = a.rep_id AND o.starts_on = q.starts_on)""") == []  # fmt: skip
    moved = ask("""
        SELECT q.office_id = a.office_id FROM rep_assignments AS a JOIN quotas AS q USING (rep_id)
        WHERE a.valid_from BETWEEN q.starts_on AND q.ends_on""")
    assert len(moved) > 20
    assert all(is_new for (is_new,) in moved)
    assert ask("""
        SELECT count(*) FROM quotas AS q JOIN reps AS r USING (rep_id)
        WHERE q.starts_on > r.left_on OR r.title <> 'Sales representative'""") == [(0,)]  # fmt: skip


def test_who_was_hired_lately_is_given_less(ask: Ask) -> None:
    """Against the others of the region: a new rep's share grows over the first eight months, then it stays."""
    months = ask("""
        WITH shares AS (
            SELECT rep_id, datediff('month', r.hired_on, starts_on) AS months,
                amount / sum(amount) OVER (PARTITION BY g.region, starts_on) AS share, r.hired_on
            FROM quotas AS q JOIN regions AS g USING (office_id) JOIN reps AS r USING (rep_id)),
        tenure AS (
            SELECT months, share / avg(share) FILTER (months BETWEEN 9 AND 20) OVER (PARTITION BY rep_id) AS relative
            FROM shares WHERE hired_on > DATE '2023-06-01')
        SELECT months, median(relative) FROM tenure WHERE months BETWEEN 0 AND 12 GROUP BY 1 ORDER BY 1""")
    relative = {month: float(share) for month, share in months}
    assert relative[0] < 0.2
    assert relative[2] < 0.5
    assert relative[0] < relative[2] < relative[4] < relative[7]
    assert 0.8 < relative[11] < 1.25
