"""The OpenAPI document: kept, complete, and true down to its examples."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from fastapi.testclient import TestClient

from tests.support.model_folders import EXAMPLE, RAISE
from tests.support.openapi_document import KEPT, ask_for_the_document
from web_single.app import create_app
from web_single.config import Compile, Config
from web_single.predictor.predictor import Predictor, RunnerState

Ask = Callable[[TestClient, str], httpx2.Response]

DOCUMENT = json.loads(KEPT.read_text())
GOOD = {"/predict": {"features": [5.1, 3.5, 1.4, 0.2]}, "/predict/batch": {"instances": [[5.1, 3.5, 1.4, 0.2]]}}
EMPTY = {"/predict": {"features": []}, "/predict/batch": {"instances": [[]]}}
FAILING = {"/predict": {"features": [RAISE, 0]}, "/predict/batch": {"instances": [[0, 0], [RAISE, 0]]}}
JSON = "application/json"
REFUSED_UNREAD = {"slow_headers", "slow_body", "long_headers"}  # tests/system/test_limits.py


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def examples_of(answer: dict[str, Any]) -> dict[str, Any]:
    examples = answer["content"][JSON].get("examples", {})
    return {name: example["value"] for name, example in examples.items()}


class ErrorExample(NamedTuple):
    path: str
    method: str
    status: int
    name: str


def documented_errors() -> Iterator[ErrorExample]:
    for path, method, operation in operations(DOCUMENT):
        for status, answer in operation["responses"].items():
            if status != "200":
                names = examples_of(answer).keys() - REFUSED_UNREAD
                yield from (ErrorExample(path, method, int(status), name) for name in sorted(names))


@pytest.fixture(params=["example", "plain", "named"])
def style_client(
    request: pytest.FixtureRequest, make_config: Callable[..., Config], trained: Callable[[str], Path]
) -> Iterator[TestClient]:
    """The whole application, once with classes that are numbers, once with texts, once with names and no classes."""
    artifact = EXAMPLE / "model.joblib" if request.param == "example" else trained(request.param)
    with TestClient(create_app(make_config(model_path=artifact))) as client:
        yield client


@pytest.fixture(scope="module")
def example_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The whole application with the example model; what a test does to it, it undoes."""
    db_url = f"sqlite:///{tmp_path_factory.mktemp('openapi')}/predictions.db"
    config = Config(model_path=EXAMPLE / "model.joblib", db_url=db_url, compile=Compile.OFF, _env_file=None)
    with TestClient(create_app(config)) as client:
        yield client


def predictor_of(client: TestClient) -> Predictor:
    predictor: Predictor = client.app.state.prediction_service._predictor  # type: ignore[attr-defined]
    return predictor


def test_the_document_that_is_kept_is_that_of_the_server(tmp_path: Path) -> None:
    assert ask_for_the_document(tmp_path) == DOCUMENT, "`make openapi` writes it anew"


def test_everything_is_described() -> None:
    for _, _, operation in operations(DOCUMENT):
        assert operation["summary"]
        assert operation["description"]
        assert all(answer["description"] for answer in operation["responses"].values())
        assert all(parameter.get("description", parameter.get("$ref")) for parameter in operation["parameters"])


def test_every_error_has_the_one_shape() -> None:
    assert "ValidationError" not in KEPT.read_text()
    for _, _, operation in operations(DOCUMENT):
        for status, answer in operation["responses"].items():
            schema = answer["content"][JSON]["schema"]
            assert (schema == {"$ref": "#/components/schemas/ErrorResponse"}) == (status != "200")


def test_every_request_of_the_document_is_answered_with_success(style_client: TestClient) -> None:
    document = style_client.get("/openapi.json").json()
    for path, method, operation in sorted(operations(document), key=lambda told: told[1], reverse=True):  # post first
        bodies = examples_of(operation["requestBody"]).values() if "requestBody" in operation else [None]
        given = [parameter for parameter in operation["parameters"] if parameter.get("in") == "query"]
        queries = [{each["name"]: value} for each in given for value in each["schema"]["examples"]]
        assert len(queries) == len(given)
        for body in bodies:
            for query in [{}, *queries]:
                answer = style_client.request(method, path.replace("{id}", "1"), params=query, json=body)
                assert answer.status_code == 200, (method, path, query, body, answer.text)


def test_every_success_of_the_document_is_what_the_server_answers(style_client: TestClient) -> None:
    document = style_client.get("/openapi.json").json()

    def told(method: str, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
        operation = document["paths"][path][method]
        return examples_of(operation.get("requestBody", {"content": {JSON: {}}})), examples_of(
            operation["responses"]["200"]
        )

    asked, answered = told("post", "/predict/batch")
    assert style_client.post("/predict/batch", json=asked["two_rows"]).json() == answered["two_predictions"]
    _, answered = told("get", "/predict")
    assert style_client.get("/predict").json() == answered["predictions"]
    stored = style_client.get("/predict?detail=true").json()
    assert [row | {"created_at": ""} for row in stored] == [row | {"created_at": ""} for row in answered["with_detail"]]
    _, answered = told("get", "/predict/{id}")
    assert style_client.get("/predict/1").json() == answered["prediction"]
    assert stored[0] | {"created_at": ""} == answered["with_detail"] | {"created_at": ""}
    asked, answered = told("post", "/predict")
    for body in asked.values():
        assert style_client.post("/predict", json=body).json() | {"id": 1} == answered["prediction"]
    if style_client.get("/model").json()["probabilities"]:
        answer = style_client.post("/predict?include=probabilities", json=asked["a_row"]).json()
        assert answer | {"id": 1} == answered["with_probabilities"]
    model, documented = style_client.get("/model").json(), told("get", "/model")[1]["model"]
    model["batching"]["compared"] = documented["batching"]["compared"]
    assert model == documented


WAYS: dict[str, Ask] = {
    "other_method": lambda client, path: client.put(path.replace("{id}", "1")),
    "unknown_parameter": lambda client, path: client.get(f"{path}?page=1"),
    "no_json": lambda client, path: client.post(path, content=b'{"features": [5.1', headers={"Content-Type": JSON}),
    "other_content": lambda client, path: client.post(path, content=b"5.1", headers={"Content-Type": "text/plain"}),
    "long_body": lambda client, path: client.post(path, content=b" " * 2**21, headers={"Content-Type": JSON}),
    "no_features": lambda client, path: client.post(path, json=EMPTY[path]),
    "exception": lambda client, path: client.post(path, json=FAILING[path]),
    "long_page": lambda client, path: client.get(f"{path}?limit=1001"),
    "no_id": lambda client, _: client.get("/predict/one"),
    "unknown_id": lambda client, _: client.get("/predict/77"),
}


def put_away(client: TestClient, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Bring about what no request can."""
    service = client.app.state.prediction_service  # type: ignore[attr-defined]
    if name == "database_unavailable":
        monkeypatch.setattr(service._store._database, "_timeout_seconds", 0)
    if name == "model_away":
        monkeypatch.setattr(service._predictor, "state", RunnerState.RESTARTING)
        monkeypatch.setattr(service._predictor, "error", "The model's process ended: killed by SIGKILL.")
    if name == "overloaded":
        monkeypatch.setattr(service, "_waiting", 1000)


def ask_for_success(client: TestClient, method: str, path: str) -> httpx2.Response:
    return client.request(method, path.replace("{id}", "1"), json=GOOD[path] if method == "post" else None)


def without_numbers(sentence: str) -> str:
    """Return a sentence without the figures that depend on settings, and without the id of an error."""
    return re.sub(r"id [0-9a-f]{12}|[0-9]+", "#", sentence)


@pytest.mark.parametrize("error", list(documented_errors()), ids=lambda error: " ".join(map(str, error)))
def test_every_error_of_the_document_can_be_had(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, error: ErrorExample
) -> None:
    path, method, status, name = error
    client: TestClient = request.getfixturevalue("mischief_client" if name == "exception" else "example_client")
    put_away(client, monkeypatch, name)
    answer = WAYS[name](client, path) if name in WAYS else ask_for_success(client, method, path)
    documented = DOCUMENT["paths"][path][method]["responses"][str(status)]
    assert answer.status_code == status
    assert without_numbers(answer.json()["detail"]) == without_numbers(examples_of(documented)[name]["detail"])
    assert all(header in answer.headers for header in documented["headers"])


def test_names_and_classes_of_the_model_are_told(
    make_config: Callable[..., Config], trained: Callable[[str], Path]
) -> None:
    with TestClient(create_app(make_config(model_path=trained("named")))) as client:
        named = client.get("/openapi.json").json()
    in_order, by_name = named["components"]["schemas"]["Features"]["oneOf"]
    assert (in_order["minItems"], in_order["maxItems"]) == (2, 2)
    assert "`price`, `weight`" in in_order["description"]
    assert by_name["required"] == ["price", "weight"]
    assert "enum" not in named["components"]["schemas"]["PredictionResponse"]["properties"]["result"]
    assert "probabilities" not in str(named["paths"]["/predict"]["post"]["parameters"])
    assert DOCUMENT["components"]["schemas"]["PredictionResponse"]["properties"]["result"]["enum"] == [0, 1, 2]


def test_what_is_read_back_may_be_of_an_earlier_model_with_other_classes() -> None:
    assert "enum" not in str(DOCUMENT["components"]["schemas"]["StoredPrediction"])


def test_the_document_needs_no_model_to_be_there(client: TestClient) -> None:
    first = client.get("/openapi.json").json()
    predictor = predictor_of(client)
    predictor.state = RunnerState.RESTARTING
    assert client.get("/openapi.json").json()["components"] == first["components"]
    predictor.state = RunnerState.READY


def test_the_document_stores_nothing(client: TestClient) -> None:
    client.get("/openapi.json")
    assert client.get("/predict").json() == []
