"""The pattern in five files: what it answers, stores, and lacks, in process and as a server."""

import importlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from tests.support.model_folders import EXAMPLE
from tests.support.waiting import wait_until
from web_single.config import CHECKOUT

FOLDER = CHECKOUT / "examples" / "straightforward"
MODULES = ("main", "api", "schemas", "database", "config")
SETOSA = [5.1, 3.5, 1.4, 0.2]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The example's application; its modules have plain names and are gone again afterwards."""
    tables = set(SQLModel.metadata.tables)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DB_URL", f"sqlite:///{tmp_path_factory.mktemp('straightforward')}/predictions.db")
        patch.syspath_prepend(FOLDER)
        for name in MODULES:
            patch.delitem(sys.modules, name, raising=False)
        yield importlib.import_module("main").app
        sys.modules["database"].engine.dispose()
        for name in MODULES:
            del sys.modules[name]
    for name in set(SQLModel.metadata.tables) - tables:
        SQLModel.metadata.remove(SQLModel.metadata.tables[name])


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as test_client:
        yield test_client


def test_it_answers_what_the_estimator_predicts(client: TestClient) -> None:
    answers = [
        client.post("/predict", json={"features": row}).json()["result"] for row in (SETOSA, [6.7, 3.0, 5.2, 2.3])
    ]
    assert answers == [0, 2]


def test_a_prediction_is_read_back_by_its_id(client: TestClient) -> None:
    made = client.post("/predict", json={"features": SETOSA}).json()
    assert client.get(f"/predict/{made['id']}").json() == made


def test_all_predictions_are_listed_in_the_order_of_their_ids(client: TestClient) -> None:
    made = [client.post("/predict", json={"features": SETOSA}).json() for _ in range(3)]
    listed = client.get("/predict").json()
    assert listed[-3:] == made
    assert [prediction["id"] for prediction in listed] == list(range(1, len(listed) + 1))


def test_an_id_that_was_not_given_is_not_found(client: TestClient) -> None:
    assert client.get("/predict/1000000").status_code == 404


@pytest.mark.parametrize("body", ["{}", '{"features": "5.1"}', '{"features": [null]}', "5.1"])
def test_what_has_no_list_of_numbers_is_refused(client: TestClient, body: str) -> None:
    assert client.post("/predict", content=body, headers={"Content-Type": "application/json"}).status_code == 422


@pytest.mark.parametrize("body", ['{"features": [5.1]}', '{"features": [1e39, 3.5, 1.4, 0.2]}'])
def test_what_its_page_says_of_wrong_features_is_so(client: TestClient, body: str) -> None:
    assert client.post("/predict", content=body, headers={"Content-Type": "application/json"}).status_code == 500


@pytest.mark.usefixtures("client")
def test_a_commit_survives_a_power_cut() -> None:
    with Session(sys.modules["database"].engine) as session:
        journal, synchronous = (
            session.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        )
    assert (journal, synchronous) == ("delete", 2)


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A real server, with its database `kept.db` in the test's folder."""
    settings = {"MODEL_PATH": str(EXAMPLE / "model.joblib"), "DB_URL": "sqlite:///kept.db", "PORT": "0"}
    path = tmp_path / "server.log"
    with path.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, str(FOLDER / "main.py")],
            cwd=tmp_path,
            env={**os.environ, **settings},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: "running on " in path.read_text() or server.poll() is not None)
        yield re.findall(r"running on (\S+)", path.read_text())[0] + "/predict"
    finally:
        server.kill()
        server.wait()


def test_a_server_stores_the_features_with_the_result_that_it_answers(url: str, tmp_path: Path) -> None:
    assert httpx2.post(url, json={"features": SETOSA}, timeout=30).json() == {"id": 1, "result": 0}
    with closing(sqlite3.connect(tmp_path / "kept.db")) as database:
        (row,) = database.execute("SELECT id, features, result FROM predictionresult")
    assert (row[0], json.loads(row[1]), row[2]) == (1, SETOSA, 0)


@pytest.mark.slow
def test_more_clients_than_threads_are_all_answered(url: str) -> None:
    def predict(_: int) -> int:
        return httpx2.post(url, json={"features": SETOSA}, timeout=60).status_code

    with ThreadPoolExecutor(64) as clients:
        assert set(clients.map(predict, range(128))) == {200}
