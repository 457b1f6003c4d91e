"""The list of deals over HTTP, as the grid asks for it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from tests.rows import deal

PAGE = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}


def asked(client: FlaskClient, query: str) -> dict[str, Any]:
    """The page of rows that the grid gets."""
    payload = {
        "output": "deals-grid.getRowsResponse",
        "outputs": {"id": "deals-grid", "property": "getRowsResponse"},
        "inputs": [{"id": "deals-grid", "property": "getRowsRequest", "value": PAGE}],
        "state": [
            {"id": "slice", "property": "data", "value": query},
            {"id": "data-version", "property": "data", "value": None},
        ],
        "changedPropIds": ["deals-grid.getRowsRequest"],
    }
    answer = client.post("/_dash-update-component", json=payload)
    assert answer.status_code == 200
    return answer.json["response"]["deals-grid"]["getRowsResponse"]


def test_a_list_opened_again_is_an_answer_of_its_own(served: Any) -> None:
    """The grid was emptied meanwhile, and Dash hands on only what differs from the answer before."""
    client = served(opportunities=[deal("a"), deal("b")]).test_client()
    first, again = (asked(client, "open=opportunity_count&period=all") for _ in range(2))
    assert [row["opportunity_id"] for row in first["rowData"]] == ["a", "b"]
    assert (again["rowData"], again["rowCount"]) == (first["rowData"], 2)
    assert again != first
