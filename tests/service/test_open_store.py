"""Opening the ledger: in the background where the database is away, and not for ever."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.support.waiting import wait_until
from web_single.app import create_app
from web_single.config import Config
from web_single.errors import DatabaseOpenError

MakeConfig = Callable[..., Config]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("COMMIT")
        connection.close()


def test_while_the_database_is_away_requests_get_503_and_then_it_is_opened(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    app = create_app(make_config(write_timeout_seconds=0.1))
    with locked(tmp_path / "predictions.db"):
        client = TestClient(app).__enter__()
        answer = client.post("/predict", json={"features": [0, 0]})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health/live").status_code == 200
    wait_until(lambda: client.get("/health/ready").status_code == 200)
    assert client.post("/predict", json={"features": [0, 0]}).json() == {"id": 1, "result": "low"}
    client.__exit__()


def test_a_ledger_that_is_not_open_yet_is_not_ready_though_its_tables_are_there(
    make_config: MakeConfig, tmp_path: Path
) -> None:
    config = make_config(write_timeout_seconds=0.1)
    with TestClient(create_app(config)) as first:
        assert first.get("/health/ready").status_code == 200
    with closing(sqlite3.connect(tmp_path / "predictions.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with TestClient(create_app(config)) as second:
            answer = second.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"detail": "The database is not open yet."})


def test_a_database_that_stays_away_ends_the_application(make_config: MakeConfig, tmp_path: Path) -> None:
    app = create_app(make_config(write_timeout_seconds=0.1, db_start_timeout_seconds=0.3))
    with locked(tmp_path / "predictions.db"), TestClient(app):
        wait_until(lambda: app.state.failure is not None)
    assert isinstance(app.state.failure, DatabaseOpenError)
    assert "DB_START_TIMEOUT_SECONDS" in app.state.failure.message


def test_a_database_that_cannot_be_opened_fails_the_start(make_config: MakeConfig) -> None:
    app = create_app(make_config(db_url="sqlite:////nowhere/at/all.db"))
    with pytest.raises(DatabaseOpenError, match="there is no folder /nowhere/at"), TestClient(app):
        pass
