"""GET /health/live, GET /health/ready and GET /model."""

import platform
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.model_folders import EXIT, HEALTHY
from tests.support.waiting import wait_until
from web_single.app import create_app
from web_single.config import Config
from web_single.model_folder import watcher


def test_a_server_with_model_and_database_is_alive_and_ready(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}
    assert client.get("/health/ready").json() == {"status": "ready"}


def test_without_its_model_it_is_alive_and_not_ready_until_the_model_is_back(mischief_client: TestClient) -> None:
    assert mischief_client.post("/predict", json={"features": [EXIT, 3]}).status_code == 503
    answer = mischief_client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert mischief_client.get("/health/live").status_code == 200
    wait_until(lambda: mischief_client.get("/health/ready").status_code == 200)


def test_a_delivery_that_changed_is_told_while_the_old_one_is_served(
    make_config: Callable[..., Config], mischief: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "LOOK_SECONDS", 0.01)
    copy = shutil.copytree(mischief.parent, tmp_path / "copy")
    sentence = "The delivery changed (model.py): restart the server."
    with TestClient(create_app(make_config(model_path=copy))) as client:
        (copy / "model.py").write_text("raise RuntimeError('another delivery')")
        wait_until(lambda: client.get("/health/ready").json() == {"status": "ready", "warning": sentence})
        assert client.get("/model").json()["warning"] == sentence
        assert client.post("/predict", json={"features": [HEALTHY, 7]}).json()["result"] == 7
        assert client.post("/predict", json={"features": [EXIT, 3]}).status_code == 503
        wait_until(lambda: client.get("/health/ready").json() == {"detail": sentence})
        shutil.copy(mischief.parent / "model.py", copy / "model.py")
        wait_until(lambda: client.get("/health/ready").json() == {"status": "ready"})
        assert client.get("/model").json()["warning"] is None


def test_without_its_tables_it_is_not_ready(make_config: Callable[..., Config]) -> None:
    config = make_config()
    with TestClient(create_app(config)) as client:
        with closing(sqlite3.connect(config.db_url.removeprefix("sqlite:///"))) as connection:
            connection.execute("DROP TABLE model")
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"detail": "The database did not take the request."})


def test_the_model_is_described(client: TestClient) -> None:
    description = client.get("/model").json()
    assert description.pop("sha256").startswith(description["version"])
    assert len(description.pop("version")) == 12
    environment = description.pop("environment")
    assert (environment["origin"], environment["python"]) == ("server", platform.python_version())
    assert environment["packages"]["scikit-learn"] == version("scikit-learn")
    assert description == {
        "files": ["model.pickle", "model.py"],
        "modules": ["__main__"],
        "estimator": "model.NearestCentre",
        "feature_count": 2,
        "feature_names": None,
        "features": [{"name": None, "kind": "number", "values": None, "allow_unknown": True, "nullable": False}] * 2,
        "classes": ["high", "low"],
        "probabilities": True,
        "result": {"kind": "label", "outputs": None},
        "input_type": "list",
        "single_row_only": False,
        "batching": {
            "state": "probation",
            "reason": "NearestCentre is not a class of a known library.",
            "compared": 0,
            "checked": 0,
            "mismatches": 0,
            "ids": None,
        },
        "scikit_learn": {"trained_with": None, "serving_with": None},
        "runner": {"state": "ready", "restarts": 0, "error": None},
        "fast_path": True,
        "compiled": {
            "state": "off",
            "reason": "COMPILE is off.",
            "answers": [],
            "engines": [],
            "proof": None,
            "max_batch_rows": 0,
            "max_batch_rows_with_probabilities": 0,
            "answered": 0,
            "fallbacks": 0,
            "verified": 0,
            "differing": 0,
        },
        "warning": None,
    }


@pytest.mark.parametrize("path", ["/health/live", "/model"])
def test_a_method_that_is_not_allowed_is_405_and_says_what_is(client: TestClient, path: str) -> None:
    answer = client.delete(path)
    assert (answer.status_code, answer.json()) == (405, {"detail": f"{path} takes GET, not DELETE."})
    assert answer.headers["Allow"] == "GET"


def test_an_unknown_path_is_404(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.json()) == (404, {"detail": "There is nothing at /nowhere."})
