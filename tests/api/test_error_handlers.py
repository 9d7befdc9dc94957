"""Every error has one shape: a sentence that says what is wrong and where."""

import pytest
from fastapi.testclient import TestClient

from tests.support.model_folders import NAN, OBJECT, RAISE, TOO_FEW


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
