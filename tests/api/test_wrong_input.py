"""Whatever a client does wrongly is a 4xx in the one shape, names what is at fault, and stores nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.profiles import scaled
from tests.support.wrong_requests import WRONG_REQUESTS, Wrong
from web_single.app import create_app
from web_single.config import Config

GOOD = b'{"features": [1, 2]}'
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def named_client(trained: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The whole application with a model whose features have names; no test of this file may store with it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('wrong')}/predictions.db"
    config = Config(model_path=trained("named"), db_url=url, access_log="off", compile="off")
    with TestClient(create_app(config)) as client:
        yield client
        assert client.get("/predict").json() == []


def assert_is_refusal(answer: httpx2.Response) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["detail"]
    detail = answer.json()["detail"]
    assert detail[0].isalnum() or detail[0] in '"/'
    assert detail.endswith(".")
    assert not detail.endswith("..")
    assert "Traceback" not in detail


@pytest.mark.parametrize("wrong", WRONG_REQUESTS, ids=lambda wrong: wrong.name)
def test_what_is_wrong_is_said_and_not_stored(named_client: TestClient, wrong: Wrong) -> None:
    answer = named_client.request(wrong.method, wrong.path, content=wrong.body, headers=wrong.headers)
    assert_is_refusal(answer)
    assert answer.status_code == wrong.status, answer.text
    assert wrong.says in answer.json()["detail"]
    assert named_client.get("/predict").json() == []


def test_each_way_to_be_wrong_has_a_name_of_its_own_and_they_are_many() -> None:
    assert len({wrong.name for wrong in WRONG_REQUESTS}) == len(WRONG_REQUESTS)
    assert len(WRONG_REQUESTS) >= 80


def test_a_method_that_is_not_allowed_is_answered_with_those_that_are(named_client: TestClient) -> None:
    assert named_client.delete("/predict").headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; Charset=UTF-8", "application/ld+json"])
def test_json_is_taken_however_its_content_type_is_written(client: TestClient, content_type: str) -> None:
    assert client.post("/predict", content=GOOD, headers={"Content-Type": content_type}).status_code == 200


def test_features_may_be_given_by_name_in_any_order(
    make_config: Callable[..., Config], trained: Callable[[str], Path]
) -> None:
    with TestClient(create_app(make_config(model_path=trained("named")))) as client:
        answers = [
            client.post("/predict", json={"features": features}).json()["result"]
            for features in ([2, 0.5], {"price": 2, "weight": 0.5}, {"weight": 0.5, "price": 2})
        ]
        by_name = [{"weight": 0.5, "price": 2}, [2, 0.5]]
        answers += [
            row["result"] for row in client.post("/predict/batch", json={"instances": by_name}).json()["predictions"]
        ]
        assert answers == [1.0] * 5
        assert [row["features"] for row in client.get("/predict?detail=true").json()] == [[2, 0.5]] * 5


def test_names_are_refused_where_the_model_has_none(client: TestClient) -> None:
    answer = client.post("/predict", json={"features": {"x": 1, "y": 2}})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "This model's features have no names: a list of values is expected."}


def test_a_body_sent_in_chunks_is_not_read_beyond_the_limit(named_client: TestClient) -> None:
    blocks = (b" " * 2**16 for _ in range(100))
    answer = named_client.post("/predict", content=blocks, headers=JSON)
    assert answer.status_code == 413
    assert_is_refusal(answer)


@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
@settings(max_examples=scaled(300))
@given(body=st.one_of(st.binary(max_size=200), st.text().map(lambda text: text.encode(errors="surrogatepass"))))
def test_no_bytes_at_all_make_the_service_fail(named_client: TestClient, path: str, body: bytes) -> None:
    assert_is_refusal(named_client.post(path, content=body, headers=JSON))


def damaged(body: bytes) -> st.SearchStrategy[bytes]:
    """Return good bodies with a piece cut out, repeated or replaced."""
    places = st.integers(0, len(body))
    pieces = st.one_of(
        st.binary(max_size=4), st.sampled_from([b"NaN", b"1e999", b"null", b"[", b"}", b'"', b"\\ud800"])
    )
    return st.builds(
        lambda first, second, piece: body[: min(first, second)] + piece + body[max(first, second) :],
        places,
        places,
        pieces,
    )


@settings(max_examples=scaled(300))
@given(body=damaged(GOOD))
def test_a_damaged_body_is_refused_or_else_answered_and_stored(client: TestClient, body: bytes) -> None:
    before = len(client.get("/predict").json())
    answer = client.post("/predict", content=body, headers=JSON)
    if answer.status_code != 200:
        assert_is_refusal(answer)
    assert len(client.get("/predict").json()) == before + (answer.status_code == 200)
