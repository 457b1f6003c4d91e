"""Plain HTTP: headers, foreign posts, health, the table, downloads."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest

from callbacks.http import harmless
from queries.warehouse import Warehouse
from settings import Settings
from tests.rows import deal

DEALS = [
    deal("d1", "won", amount=1_000, name="=cmd|' /C calc'!A0", name_zh="+危险"),
    deal("d2", "won", amount=250, name="Scanner, second"),
    deal("d3", amount=90),
]


def test_no_script_that_is_not_ours_may_run(served: Any) -> None:
    answer = served(opportunities=DEALS).test_client().get("/")
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'self'" and policy["object-src"] == "'none'"
    assert policy["script-src"].startswith("'self' 'sha256-")
    assert not {"'unsafe-inline'", "'unsafe-eval'"} & set(policy["script-src"].split())
    assert answer.headers["X-Frame-Options"] == "DENY" and answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/funnel?region=East", 200), ("/funnel/", 200), ("/no/such", 404), ("/%00", 404)],
)
def test_an_unknown_address_is_a_page_that_was_not_found(served: Any, path: str, status: int) -> None:
    answer = served(opportunities=DEALS).test_client().get(path)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert b"<title>Sales performance</title>" in answer.get_data()
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}, 204),
    ],
    ids=str,
)
def test_posts_of_other_sites_are_refused(served: Any, headers: dict[str, str], status: int) -> None:
    asked = {
        "output": "..headline.children...strip.data-html...chips.data-html..",
        "outputs": [
            {"id": "headline", "property": "children"},
            {"id": "strip", "property": "data-html"},
            {"id": "chips", "property": "data-html"},
        ],
        "inputs": [{"id": i, "property": "data", "value": v} for i, v in (("query", ""), ("theme", ""))]
        + [{"id": i, "property": "data", "value": v} for i, v in (("data-version", ""), ("plan-state", None))],
        "state": [
            {"id": "slice", "property": "data", "value": ""},
            {"id": "_pages_location", "property": "pathname", "value": "/"},
        ],
        "changedPropIds": ["query.data"],
    }
    answer = served(opportunities=DEALS).test_client().post("/_dash-update-component", json=asked, headers=headers)
    assert answer.status_code in ({200, 204} if status == 204 else {status})


def test_health_says_how_things_stand(served: Any, app: Any, tmp_path: Any) -> None:
    client = served(opportunities=DEALS).test_client()
    fresh = client.get("/healthz")
    assert fresh.status_code == 200
    assert fresh.json["state"] == "ok" and fresh.json["as_of"] == "2026-08-27" and fresh.json["version"]
    app.server.extensions["warehouse"] = Warehouse(Settings(data_dir=tmp_path / "nothing"))
    nothing = client.get("/healthz")
    assert (nothing.status_code, nothing.json) == (503, {"state": "empty", "version": None})
    told = client.get("/api/state")
    assert (told.status_code, told.json) == (200, nothing.json)


def test_the_table_answers_as_the_pages_do(served: Any) -> None:
    client = served(opportunities=DEALS).test_client()
    answer = client.get("/api/table?measure=won_amount&measure=won_count&by=region")
    assert answer.json == [{"region": "East", "won_amount": 1250.0, "won_count": 2}]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "measure"),
        ("measure=won_amont", "won_amount"),
        ("measure=won_amount&by=regin", "region"),
        ("measure=won_amount&period=soon", "period=soon"),
        ("measure=won_amount&nonsense=1", "nonsense=1"),
        ("measure=%00&by=%ff", "no measure"),
    ],
)
def test_the_table_refuses_in_a_sentence(served: Any, query: str, says: str) -> None:
    answer = served(opportunities=DEALS).test_client().get(f"/api/table?{query}")
    assert answer.status_code == 400
    assert says in answer.json["error"] and answer.json["error"].endswith((".", "?"))


def test_bytes_that_are_no_text_are_no_error(served: Any) -> None:
    client = served(opportunities=DEALS).test_client()
    environ = {"QUERY_STRING": b"measure=won_amount&region=\xff\xfe".decode("latin-1")}
    assert client.get("/", environ_overrides=environ).status_code == 200
    assert client.get("/api/table", environ_overrides=environ).status_code in {200, 400}
    assert client.get("/download/deals.csv", environ_overrides=environ).status_code == 400


def test_a_download_is_harmless_and_whole(served: Any) -> None:
    client = served(opportunities=DEALS).test_client()
    answer = client.get("/download/deals.csv?open=won_amount&region=East")
    lines = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert "2026-08-27" in lines[0][0] and "East" in lines[0][0]
    names = [row[lines[1].index("Opportunity")] for row in lines[2:]]
    assert names == ["'=cmd|' /C calc'!A0", "Scanner, second"]
    assert "deals-2026-08-27.csv" in answer.headers["Content-Disposition"]


def test_a_chinese_download_speaks_chinese(served: Any) -> None:
    client = served(opportunities=DEALS).test_client()
    client.set_cookie("language", "zh")
    csv_ = client.get("/download/deals.csv?open=won_amount&region=East").get_data().decode("utf-8-sig")
    head, titles, first, *_ = csv.reader(io.StringIO(csv_))
    assert "华东" in head[0] and "East" not in head[0]
    assert titles[1] == "商机" and first[titles.index("商机")] == "'+危险"
    stream = io.BytesIO(client.get("/download/deals.xlsx?open=won_amount").get_data())
    sheet = openpyxl.load_workbook(stream).active
    cells = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert any("商机" in row for row in cells) and any("+危险" in row for row in cells)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize(("path", "status"), [("deals.csv", 400), ("deals.exe?open=won_amount", 404)])
def test_a_download_of_nothing_is_refused(served: Any, path: str, status: int) -> None:
    answer = served(opportunities=DEALS).test_client().get(f"/download/{path}")
    assert answer.status_code == status
    assert b"Traceback" not in answer.get_data()


def test_a_download_before_the_first_load_is_a_sentence(served: Any, app: Any, tmp_path: Any) -> None:
    client = served().test_client()
    app.server.extensions["warehouse"] = Warehouse(Settings(data_dir=tmp_path / "nothing"))
    answer = client.get("/download/deals.csv?open=won_amount")
    assert answer.status_code == 503 and "no data" in answer.get_data(as_text=True)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_formulas_become_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("value", ["East", "", None, -12.5, 0])
def test_what_is_no_formula_stays(value: Any) -> None:
    assert harmless(value) == value
