"""The server holds to its own OpenAPI document, whatever is sent that the document allows or forbids."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, Response
from schemathesis.python.asgi import get_client, shutdown_lifespans
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support.model_folders import EXAMPLE
from tests.support.openapi_document import KEPT
from tests.support.profiles import scaled
from web_single.app import create_app
from web_single.config import Compile, Config

FIRST_ERROR_STATUS = 400
BY_ID = "/predict/{id}"

Case = schemathesis.Case[Any]
PATHS = json.loads(KEPT.read_text())["paths"]
OPERATIONS = [(path, method, told) for path, methods in PATHS.items() for method, told in methods.items()]
FITTING = [(path, method, GenerationMode.POSITIVE) for path, method, _ in OPERATIONS]
UNFITTING = [
    (path, method, GenerationMode.NEGATIVE)
    for path, method, told in OPERATIONS
    if "requestBody" in told or any(parameter.get("in") == "query" for parameter in told["parameters"])
]
# How large a number may be depends on the model; a document can only say that it is a number.
NOT_CHECKED: list[Any] = [positive_data_acceptance]


@pytest.fixture(scope="module")
def described_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    db_url = f"sqlite:///{tmp_path_factory.mktemp('conformance')}/predictions.db"
    app = create_app(Config(model_path=EXAMPLE / "model.joblib", db_url=db_url, compile=Compile.OFF, _env_file=None))
    yield schemathesis.openapi.from_asgi("/openapi.json", app)
    shutdown_lifespans()


def stored_ids(server: BaseSchema) -> list[int]:
    with get_client(server.app) as client:
        return [prediction["id"] for prediction in client.get("/predict").json()]


def acknowledged_ids(case: Case, response: Response) -> list[int]:
    if case.method != "POST" or response.status_code != 200:
        return []
    return [prediction["id"] for prediction in response.json().get("predictions", [response.json()])]


def test_the_document_is_valid(described_server: BaseSchema) -> None:
    described_server.validate()


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [
        pytest.param(*one, marks=() if one[:2] == ("/predict", "post") else pytest.mark.slow)
        for one in (*FITTING, *UNFITTING)
    ],
)
def test_every_answer_is_one_that_the_document_tells_and_what_is_refused_is_not_stored(
    described_server: BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    expected = stored_ids(described_server)
    accepted: list[bool] = []

    @settings(max_examples=scaled(40), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described_server[path][method].as_strategy(generation_mode=mode))
    def send(case: Case) -> None:
        response = case.call()
        accepted.append(response.status_code < FIRST_ERROR_STATUS)
        expected.extend(acknowledged_ids(case, response))
        case.validate_response(response, excluded_checks=NOT_CHECKED)

    send()
    assert stored_ids(described_server) == expected
    if mode is GenerationMode.NEGATIVE:
        assert not all(accepted)
    elif path != BY_ID:  # the document does not say which ids there are
        assert any(accepted)
