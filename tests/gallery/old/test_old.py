"""Deliveries from another time: today's server answers what the environment that made them answers, to the last bit."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.gallery.old.conftest import EVERYTHING, Built, Delivered, Seen
from tests.gallery.old.deliveries import (
    ALL,
    ARTIFACT,
    CONTRADICTING,
    KEPT,
    Answers,
    OldDelivery,
    count_differing,
    exactly,
    make_environment,
)
from tests.support.servers import Server, running

SELECTED = [*ALL, CONTRADICTING] if EVERYTHING else KEPT
CLIENT_SECONDS = 60

every_delivery = pytest.mark.parametrize("old", SELECTED, ids=str)


@every_delivery
def test_an_old_delivery_answers_as_where_it_was_made(
    old: OldDelivery,
    make_old: Callable[[OldDelivery], Delivered],
    build: Callable[[OldDelivery, Path], Built],
    seen: Seen,
    tmp_path: Path,
) -> None:
    delivered = make_old(old)
    built = build(old, delivered.folder)
    start = time.monotonic()
    with serving(tmp_path, MODEL_PATH=delivered.folder, ENVIRONMENT_CACHE_DIR=built.environments) as client:
        predict(client, delivered.rows[0])
        first_answer_seconds = time.monotonic() - start
        answers = answers_of(client, delivered.rows, with_probabilities="probabilities" in delivered.truth)
        model = client.get("/model").json()
    differing = count_differing(answers, delivered.truth)
    seen.note(old, delivered, built, model, differing=differing, first_answer_seconds=first_answer_seconds)
    differing_rows, last_bits = differing
    assert differing_rows == 0
    if old.requirements:
        assert last_bits == 0
    assert model["environment"]["origin"] == "built"
    assert model["scikit_learn"] == {"trained_with": old.scikit_learn, "serving_with": old.scikit_learn}


@every_delivery
def test_an_old_delivery_is_refused_where_no_other_environment_is_allowed(
    old: OldDelivery, make_old: Callable[[OldDelivery], Delivered], tmp_path: Path
) -> None:
    folder = make_old(old).folder
    variables = {"MODEL_PATH": str(folder), "MODEL_PYTHON": "server", "DB_URL": f"sqlite:///{tmp_path}/x.db"}
    server = Server(tmp_path / "server.log", variables)
    try:
        assert server.process.wait(CLIENT_SECONDS) == 3
    finally:
        server.kill_everything()
    reason = f"{ARTIFACT} was made by scikit-learn {old.scikit_learn}, and "
    if old is CONTRADICTING:
        reason = "The server's own libraries are not those of requirements.txt. "
    told = server.log.read_text()
    assert told.startswith(f"web-single: {reason}")
    assert told.endswith("MODEL_PYTHON=auto makes an environment for it.\n")


def test_a_model_in_plain_python_is_served_by_a_python_without_numpy(plain: Path, tmp_path: Path) -> None:
    python = make_environment(tmp_path / "bare", Path(sys.executable))
    with serving(tmp_path, MODEL_PATH=plain, MODEL_PYTHON=python) as client:
        assert predict(client, [4.5, 4.0])["result"] == "high"
        environment = client.get("/model").json()["environment"]
        assert (environment["origin"], environment["packages"]) == ("custom", {})


@contextmanager
def serving(folder: Path, **settings: Any) -> Iterator[httpx2.Client]:  # noqa: ANN401 - values for any settings
    """Serve as in prod, where an environment must have been built before."""
    with (
        running(folder, **settings) as server,
        httpx2.Client(base_url=server.url, timeout=CLIENT_SECONDS) as client,
    ):
        yield client


def predict(client: httpx2.Client, row: list[Any], **params: str) -> dict[str, Any]:
    response = client.post("/predict", json={"features": row}, params=params)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def answers_of(client: httpx2.Client, rows: list[Any], *, with_probabilities: bool) -> Answers:
    """Return what the server answers, in the form in which the delivered `predict` was asked."""
    include = {"include": "probabilities"} if with_probabilities else {}
    alone = [predict(client, row, **include) for row in rows]
    response = client.post("/predict/batch", json={"instances": rows})
    assert response.status_code == 200, response.text
    answers = {
        "together": [exactly(prediction["result"]) for prediction in response.json()["predictions"]],
        "alone": [exactly(prediction["result"]) for prediction in alone],
    }
    if with_probabilities:
        answers["probabilities"] = [[exactly(value) for value in each["probabilities"]] for each in alone]
    return answers
