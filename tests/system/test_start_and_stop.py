"""Starting and stopping: exit codes, sentences, and what becomes of requests in flight."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.support.load import count_rows, lost_or_wrong, read_back, run_load
from tests.support.model_folders import SLEEP
from tests.support.servers import Server, running, start_and_fail
from tests.support.waiting import wait_until
from web_single.config import CHECKOUT

pytestmark = pytest.mark.measured

ROUNDS = int(os.environ.get("ROUNDS", "1"))
WORKERS = [1, pytest.param(2, marks=pytest.mark.slow)]


@pytest.mark.parametrize("workers", WORKERS)
def test_a_missing_model_ends_the_start_with_one_sentence(tmp_path: Path, workers: int) -> None:
    code, told = start_and_fail(tmp_path, MODEL_PATH=tmp_path / "delivery/no.joblib", WORKERS=workers)
    path = tmp_path / "delivery/no.joblib"
    assert (code, told) == (
        3,
        f"web-single: There is no model at {path}: set MODEL_PATH to the delivered artifact.",
    )


@pytest.mark.parametrize("workers", WORKERS)
def test_a_broken_model_ends_the_start_with_one_sentence(tmp_path: Path, workers: int) -> None:
    (tmp_path / "delivery").mkdir()
    (tmp_path / "delivery/model.joblib").write_text("<!DOCTYPE html>")
    code, told = start_and_fail(tmp_path, MODEL_PATH=tmp_path / "delivery/model.joblib", WORKERS=workers)
    assert code == 3
    page = "model.joblib is an HTML page: was it saved from a web site? Download the file itself."
    assert told == f"web-single: {page}"


@pytest.mark.parametrize("workers", WORKERS)
def test_a_database_that_cannot_be_opened_ends_the_start_with_one_sentence(
    tmp_path: Path, plain: Path, workers: int
) -> None:
    url = f"sqlite:///{tmp_path}/nowhere/x.db"
    code, told = start_and_fail(tmp_path, DB_URL=url, MODEL_PATH=plain, WORKERS=workers)
    assert (code, told) == (
        4,
        f"web-single: The database {tmp_path}/nowhere/x.db cannot be opened: there is no folder {tmp_path}/nowhere.",
    )


def test_a_port_in_use_ends_the_start_with_one_sentence(tmp_path: Path, plain: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, told = start_and_fail(tmp_path, MODEL_PATH=plain, PORT=port)
    assert code == 5
    assert told == (
        f"web-single: 127.0.0.1:{port} cannot be listened on: Address already in use. "
        "HOST and PORT name another address."
    )


def test_every_wrong_setting_has_a_sentence(tmp_path: Path) -> None:
    code, told = start_and_fail(tmp_path, PORT="70000", WORKERS="0")
    assert code == 2
    assert [line.split(": ")[:2] for line in told.splitlines()] == [["web-single", "PORT"], ["web-single", "WORKERS"]]


def test_a_wrong_database_url_is_a_wrong_setting(tmp_path: Path, plain: Path) -> None:
    code, told = start_and_fail(tmp_path, DB_URL="nonsense", MODEL_PATH=plain)
    assert (code, told.splitlines()) == (
        2,
        ["web-single: DB_URL: this is no database URL; one is `sqlite:///predictions.db`."],
    )


@pytest.mark.parametrize(
    ("how", "workers"),
    [
        (signal.SIGTERM, 1),
        pytest.param(signal.SIGINT, 2, marks=pytest.mark.slow),
        pytest.param(signal.SIGTERM, 2, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, 1, marks=pytest.mark.slow),
    ],
)
def test_a_stop_under_load_finishes_what_is_in_flight_and_exits_with_0(tmp_path: Path, workers: int, how: int) -> None:
    with running(tmp_path, workers=workers) as server:

        def stop_soon() -> None:
            time.sleep(0.5)
            assert server.stop(how) == 0

        load = run_load(server.url, clients=8, seconds=1, meanwhile=stop_soon)
        assert set(load.statuses) == {200}
        assert server.events("server_stopped")
    assert count_rows(tmp_path / "predictions.db") == len(load.acknowledged)
    with running(tmp_path) as server:
        assert lost_or_wrong(load.acknowledged, read_back(server.url)) == 0


@pytest.mark.parametrize("workers", WORKERS)
def test_a_stop_while_the_model_loads_is_obeyed(tmp_path: Path, workers: int) -> None:
    model_folder = tmp_path / "delivery"
    model_folder.mkdir()
    (model_folder / "model.py").write_text("import time\ntime.sleep(600)")
    (model_folder / "model.joblib").write_text("weights")
    environment = {"MODEL_PATH": model_folder / "model.joblib", "WORKERS": workers, "LOAD_TIMEOUT_SECONDS": 600}
    server = Server(tmp_path / "server.log", {name: str(value) for name, value in environment.items()})
    wait_until(lambda: len(server.runners()) == workers)
    family = server.family()
    assert server.stop() == 0
    wait_until(lambda: not any(process.is_running() for process in family))


def test_a_request_in_flight_is_answered_before_the_end(tmp_path: Path, mischief: Path) -> None:
    with running(tmp_path, MODEL_PATH=mischief) as server:

        def stop_soon() -> None:
            time.sleep(1)
            server.process.send_signal(signal.SIGTERM)

        stopper = threading.Thread(target=stop_soon)
        stopper.start()
        answer = httpx2.post(f"{server.url}/predict", json={"features": [SLEEP, 3]}, timeout=30)
        stopper.join()
        assert (answer.status_code, answer.json()["result"]) == (200, 3)
        assert server.process.wait(30) == 0


def test_a_request_that_takes_longer_than_stopping_may_is_answered_with_503(tmp_path: Path, mischief: Path) -> None:
    with running(tmp_path, MODEL_PATH=mischief, SHUTDOWN_TIMEOUT_SECONDS=2, PREDICT_TIMEOUT_SECONDS=600) as server:
        stopper = threading.Timer(1, server.process.send_signal, [signal.SIGTERM])
        stopper.start()
        answer = httpx2.post(f"{server.url}/predict", json={"features": [SLEEP, 600]}, timeout=60)
        stopper.join()
        assert answer.status_code == 503
        assert list(answer.json()) == ["detail"]
        assert answer.headers["Retry-After"] == "1"
        assert server.process.wait(30) == 0


def test_a_host_that_nobody_knows_is_told(tmp_path: Path, plain: Path) -> None:
    code, told = start_and_fail(tmp_path, MODEL_PATH=plain, HOST="no.such.host.invalid")
    assert code == 5
    assert "no.such.host.invalid" in told
    assert "Unknown error" not in told


def test_two_workers_starting_at_once_do_not_trip_over_each_other(
    tmp_path: Path, plain: Path, note_figure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)  # the sooner they start, the closer they are
    rounds = 2 * ROUNDS - 1
    for number in range(rounds):
        folder = tmp_path / str(number)
        folder.mkdir()
        with running(folder, workers=2, MODEL_PATH=plain, COMPILE="off") as server:  # else a warning that it is not
            assert [event["event"] for event in server.events() if event["level"] in ("warning", "error")] == []
            assert len(server.events("database_opened")) == 2
            assert server.stop() == 0
    note_figure(f"two workers starting at once on a new database, {rounds} rounds: no error, no warning")


def test_it_starts_from_any_folder_on_an_interpreter_without_its_packages(tmp_path: Path, plain: Path) -> None:
    if not (CHECKOUT / ".venv/bin/python").exists():
        pytest.skip("the environment of the checkout is not in .venv")
    base = getattr(sys, "_base_executable", sys.executable)
    environment = {"MODEL_PATH": "delivery/model.pickle", "PORT": "0", "APP_ENV": "prod", "HOST": "127.0.0.1"}
    (tmp_path / "delivery").symlink_to(plain.parent)
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(
            [base, str(CHECKOUT / "main.py")],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "DB_URL": "sqlite:///mine.db"} | environment,
            stderr=log,
        )
    try:
        wait_until(lambda: "app_started" in (tmp_path / "server.log").read_text())
        assert (tmp_path / "mine.db").exists()
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_the_command_of_the_package_says_what_it_can_do() -> None:
    told = subprocess.run(
        [Path(sys.executable).with_name("web-single"), "serve", "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert "Serve the model until Ctrl-C or SIGTERM" in told
    assert "--port" in told


def test_what_is_told_at_the_start_has_what_matters(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        (started,) = server.events("app_started")
        assert len(started["model_version"]) == 12
        assert started["database"] == f"sqlite:///{tmp_path}/predictions.db"
        assert (started["app_env"], started["workers"], started["access_log"]) == ("prod", 1, "errors")
        assert server.stop() == 0
        assert [event["event"] for event in server.events()][-3:] == [
            "server_stopping",
            "app_stopped",
            "server_stopped",
        ]
        (stopped,) = server.events("app_stopped")
        assert stopped["model_version"] == started["model_version"]
        assert stopped["database"] == started["database"]
