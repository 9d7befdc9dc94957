"""POST /predict/batch."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.support.model_folders import NAN, RAISE
from web_single.app import create_app
from web_single.config import Config


def test_a_batch_is_answered_in_the_order_of_its_instances(client: TestClient) -> None:
    answer = client.post("/predict/batch", json={"instances": [[0, 0], [5, 4], [0, 1]]})
    assert answer.status_code == 200
    assert answer.json() == {
        "predictions": [{"id": 1, "result": "low"}, {"id": 2, "result": "high"}, {"id": 3, "result": "low"}]
    }
    assert client.get("/predict").json() == answer.json()["predictions"]


def test_one_bad_instance_is_named_and_nothing_is_stored(client: TestClient) -> None:
    answer = client.post("/predict/batch", json={"instances": [[0, 0], [5, None]]})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "Instance 1: Feature 1: a number is expected, not null."}
    assert client.get("/predict").json() == []


def test_an_instance_that_the_model_fails_on_is_named_and_nothing_is_stored(mischief_client: TestClient) -> None:
    answer = mischief_client.post("/predict/batch", json={"instances": [[0, 0], [0, 1], [RAISE, 0], [0, 2]]})
    assert answer.status_code == 500
    assert "instance 2" in answer.json()["detail"]
    assert mischief_client.get("/predict").json() == []


def test_an_instance_without_a_finite_result_is_named(mischief_client: TestClient) -> None:
    answer = mischief_client.post("/predict/batch", json={"instances": [[0, 0], [NAN, 0]]})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "Instance 1: the model gives no finite answer for this input."}


def test_no_instances_are_refused(client: TestClient) -> None:
    assert client.post("/predict/batch", json={"instances": []}).status_code == 422


def test_more_instances_than_allowed_are_refused(make_config: Callable[..., Config]) -> None:
    with TestClient(create_app(make_config(max_batch_size=2))) as client:
        assert client.post("/predict/batch", json={"instances": [[0, 0]] * 2}).status_code == 200
        answer = client.post("/predict/batch", json={"instances": [[0, 0]] * 3})
    assert (answer.status_code, answer.json()) == (422, {"detail": "At most 2 instances are taken, not 3."})
