"""Every error has one shape: a sentence that says what is wrong and where."""

import pytest
from fastapi.testclient import TestClient

from tests.deliveries import NAN, OBJECT, RAISE, TOO_FEW

WRONG_BODIES = {
    '{"features": [1, "a"]}': "Feature 1: a number is expected, not text.",
    '{"features": [true, 1]}': "Feature 0: a number is expected, not a boolean.",
    '{"features": [1, null]}': "Feature 1: a number is expected, not null.",
    '{"features": [[1], 1]}': "Feature 0: a number is expected, not a list.",
    '{"features": [{}, 1]}': "Feature 0: a number is expected, not an object.",
    '{"features": [NaN, 1]}': "Feature 0: a finite number is expected.",
    '{"features": [1, 1e999]}': "Feature 1: a finite number is expected.",
    '{"features": [1, 9007199254740993]}': "Feature 1: an integer beyond 2^53 is not exact as a float64.",
    '{"features": [1]}': "2 features are expected, not 1.",
    '{"features": []}': "2 features are expected, not 0.",
    '{"features": 1}': "features: Input should be a valid list.",
    '{"feature": [1, 2]}': "features: Field required.",
    '{"features": [1, 2], "more": 1}': "more: Extra inputs are not permitted.",
    "[1, 2]": "the body: Input should be a valid dictionary or object to extract fields from.",
    '{"features": [1, 2': "The body is not JSON: Expecting ',' delimiter at character 18.",
}


@pytest.mark.parametrize(("body", "detail"), WRONG_BODIES.items())
def test_a_wrong_body_is_422_says_why_and_stores_nothing(client: TestClient, body: str, detail: str) -> None:
    answer = client.post("/predict", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (422, {"detail": detail})
    assert client.get("/predict").json() == []


def test_no_body_is_422(client: TestClient) -> None:
    answer = client.post("/predict")
    assert (answer.status_code, answer.json()) == (422, {"detail": "the body: Field required."})


def test_an_exception_of_the_model_is_500_with_an_id_that_is_in_the_log_and_not_told_itself(
    mischief_client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = mischief_client.post("/predict", json={"features": [RAISE, 0]})
    assert answer.status_code == 500
    error_id = answer.json()["detail"].removesuffix(".").split()[-1]
    log = capsys.readouterr()
    assert error_id in log.out + log.err
    assert "a secret of the model" in log.out + log.err
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert mischief_client.get("/predict").json() == []


@pytest.mark.parametrize("kind", [TOO_FEW, OBJECT])
def test_what_is_no_list_of_plain_results_is_the_models_fault(mischief_client: TestClient, kind: int) -> None:
    assert mischief_client.post("/predict", json={"features": [kind, 0]}).status_code == 500


def test_a_result_that_is_not_finite_is_422_and_not_stored(mischief_client: TestClient) -> None:
    answer = mischief_client.post("/predict", json={"features": [NAN, 0]})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "The model gives no finite answer for this input."}
    assert mischief_client.get("/predict").json() == []
