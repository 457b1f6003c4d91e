"""The list of deals over HTTP, as the grid asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from callbacks import http
from queries.engine import Unreachable
from tests.rows import deal

PAGE = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}


def asked(client: FlaskClient, query: str, **page: Any) -> TestResponse:
    """The answer to a page of rows."""
    return client.post(f"/api/deals?{query}", json=PAGE | page)


@pytest.fixture
def client(served: Any) -> FlaskClient:
    return served(opportunities=[deal(id_) for id_ in "abc"]).test_client()


def test_rows_come_page_by_page_and_the_last_page_tells_how_many_there_are(client: FlaskClient) -> None:
    pages = [
        asked(client, "open=opportunity_count&period=all", startRow=start, endRow=start + 2).json for start in (0, 2)
    ]
    assert [[row["opportunity_id"] for row in page["rowData"]] for page in pages] == [["a", "b"], ["c"]]
    assert [page["rowCount"] for page in pages] == [None, 3]


def test_rows_are_sorted_and_filtered_in_the_database(client: FlaskClient) -> None:
    page = asked(
        client,
        "open=opportunity_count&period=all",
        sortModel=[{"colId": "name", "sort": "desc"}],
        filterModel={"name": {"filterType": "text", "type": "notEqual", "filter": deal("b")["name"]}},
    ).json
    assert [row["opportunity_id"] for row in page["rowData"]] == ["c", "a"]


@pytest.mark.parametrize(
    ("query", "page", "words"),
    [
        ("period=all", {}, "Say which deals with open="),
        ("open=opportunity_count", {"startRow": "many"}, "Say which rows"),
        ("open=opportunity_count", {"startRow": 5, "endRow": 5}, "Ask for 1 to 500 rows"),
        ("open=opportunity_count", {"startRow": -1}, "Ask for 1 to 500 rows"),
        ("open=opportunity_count", {"endRow": 100_000}, "Ask for 1 to 500 rows"),
        ("open=opportunity_count", {"sortModel": "name"}, "Say which rows"),
        ("open=opportunity_count", {"filterModel": 7}, "Say which rows"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    client: FlaskClient, query: str, page: dict[str, Any], words: str
) -> None:
    answer = asked(client, query, **page)
    assert answer.status_code == 400 and words in answer.json["error"]
    assert client.post(f"/api/deals?{query}", data="{").status_code == 400


def test_what_fails_comes_as_a_message_with_its_reference(client: FlaskClient, monkeypatch: Any) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise Unreachable("The database does not answer.")

    monkeypatch.setattr(http, "page_of_rows", gone)
    answer = asked(client, "open=opportunity_count")
    assert answer.status_code == 503
    assert 'data-copy="R-' in answer.json["message"] and "Traceback" not in answer.json["message"]
