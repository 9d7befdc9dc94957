"""POST /predict, GET /predict and GET /predict/{id}, as clients see them."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

LOW, HIGH = [0.5, 0.25], [4.5, 4]


def store(client: TestClient, count: int) -> None:
    for _ in range(count):
        assert client.post("/predict", json={"features": LOW}).status_code == 200


def test_a_prediction_is_answered_with_its_id_and_exactly_what_the_model_returned(client: TestClient) -> None:
    answer = client.post("/predict", json={"features": LOW})
    assert (answer.status_code, answer.text) == (200, '{"id":1,"result":"low"}')


def test_probabilities_are_added_in_the_order_of_the_classes_when_asked_for(client: TestClient) -> None:
    answer = client.post("/predict?include=probabilities", json={"features": [0, 0.5]}).json()
    assert list(answer) == ["id", "result", "probabilities"]
    assert answer["probabilities"] == [0, 1]  # the classes are high, low, and the row is the centre of low


def test_probabilities_of_a_model_that_has_none_are_refused_and_nothing_is_stored(mischief_client: TestClient) -> None:
    answer = mischief_client.post("/predict?include=probabilities", json={"features": [0, 1]})
    assert (answer.status_code, answer.json()) == (422, {"detail": "This model has no probabilities."})
    assert mischief_client.get("/predict").json() == []


def test_a_stored_prediction_is_read_back_as_it_was_answered(client: TestClient) -> None:
    answered = client.post("/predict", json={"features": HIGH}).json()
    assert client.get(f"/predict/{answered['id']}").json() == answered


def test_detail_adds_what_is_known_of_a_prediction(client: TestClient) -> None:
    client.post("/predict?include=probabilities", json={"features": HIGH})
    store(client, 1)
    asked, not_asked = client.get("/predict?detail=true").json()
    assert list(asked) == ["id", "result", "features", "probabilities", "model_version", "created_at"]
    assert asked["features"] == HIGH
    assert len(asked["probabilities"]) == 2
    assert not_asked["probabilities"] is None
    assert asked["model_version"] == client.get("/model").json()["version"]
    created_at = datetime.fromisoformat(asked["created_at"])
    assert created_at.tzinfo == UTC
    assert abs((datetime.now(UTC) - created_at).total_seconds()) < 60
    assert client.get("/predict/1?detail=true").json() == asked


def test_an_unknown_id_is_404_and_named(client: TestClient) -> None:
    answer = client.get("/predict/77")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is no prediction with id 77."})


@pytest.mark.parametrize("not_an_id", ["0", "-1", "abc", "1.5", str(10**30)])
def test_what_is_no_id_is_422(client: TestClient, not_an_id: str) -> None:
    answer = client.get(f"/predict/{not_an_id}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("id: ")


def test_the_list_of_no_predictions_is_empty(client: TestClient) -> None:
    assert client.get("/predict").text == "[]"


def test_all_predictions_are_listed_in_the_order_of_their_ids(client: TestClient) -> None:
    instances = [LOW] * 1500
    for _ in range(2):
        client.post("/predict/batch", json={"instances": instances[:1000]})
    listed = client.get("/predict").json()
    assert [row["id"] for row in listed] == list(range(1, 2001))
    assert client.get("/predict?after=1998").json() == listed[1998:]


def test_pages_lead_from_one_to_the_next_and_hold_everything_once(client: TestClient) -> None:
    store(client, 5)
    url, pages = "/predict?limit=2&detail=true", []
    while url:
        answer = client.get(url)
        pages.append(answer.json())
        url = answer.links.get("next", {}).get("url", "")
    assert [[row["id"] for row in page] for page in pages] == [[1, 2], [3, 4], [5]]
    assert all("features" in row for page in pages for row in page)


def test_a_page_that_ends_with_the_last_prediction_leads_nowhere(client: TestClient) -> None:
    store(client, 2)
    assert "link" not in client.get("/predict?limit=2").headers
    assert "link" in client.get("/predict?limit=1").headers


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "after=-1", "detail=maybe", "offset=3"])
def test_a_query_that_is_wrong_is_422_and_names_the_parameter(client: TestClient, query: str) -> None:
    answer = client.get(f"/predict?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(query.split("=", maxsplit=1)[0])


def test_ids_grow_and_are_not_given_again(client: TestClient) -> None:
    store(client, 3)
    ids = [row["id"] for row in client.get("/predict").json()]
    assert all(earlier < later for earlier, later in pairwise(ids))
