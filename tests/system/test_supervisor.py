"""Several workers: what becomes of one that crashes, cannot start, or is frozen."""

import shutil
import signal
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx2
import pytest

from tests.support.load import run_load
from tests.support.model_folders import SLEEP
from tests.support.servers import Server, is_gone, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.measured


def test_a_crash_loop_ends_with_the_last_reason(tmp_path: Path) -> None:
    model_folder = tmp_path / "delivery"
    model_folder.mkdir()
    (model_folder / "model.py").write_text("import time\ntime.sleep(600)")
    (model_folder / "model.joblib").write_text("weights")
    server = Server(tmp_path / "server.log", {"WORKERS": "2", "MODEL_PATH": str(model_folder / "model.joblib")})
    while server.process.poll() is None:
        for worker in server.workers():
            worker.kill()
        time.sleep(0.05)
    assert server.process.returncode == 1
    told = server.log.read_text().splitlines()[-1]
    assert told == "web-single: 5 workers ended while they started; the last one: killed by SIGKILL."


@pytest.mark.slow
def test_a_worker_that_cannot_start_is_tried_again_while_the_other_serves(tmp_path: Path, mischief: Path) -> None:
    model_folder = shutil.copytree(mischief.parent, tmp_path / "delivery")
    with running(tmp_path, workers=2, MODEL_PATH=model_folder / mischief.name) as server:
        (model_folder / "model.py").write_text("another delivery")
        server.workers()[0].kill()
        wait_until(lambda: bool(server.events("worker_not_started")))
        assert "The delivery changed" in server.events("worker_not_started")[0]["reason"]
        load = run_load(server.url, clients=2, seconds=0.5)
        assert load.statuses == {422: load.statuses[422]}  # it answers: two features are expected, and four were sent
        shutil.copy(mischief.parent / "model.py", model_folder / "model.py")
        wait_until(lambda: len(server.events("app_started")) == 3, seconds=60)
        assert server.stop() == 0


def test_workers_end_with_a_supervisor_that_has_not_listened_to_them(tmp_path: Path) -> None:
    server = Server(tmp_path / "server.log", {"WORKERS": "2", "DB_URL": "sqlite:///x.db"})
    try:
        wait_until(lambda: len(server.runners()) == 2)  # the workers have their orders, and load the model
        server.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: len(server.events("app_started")) == 2)
        family = server.family()
        time.sleep(0.5)  # what the workers tell lies unread in the channel
    finally:
        server.process.kill()
        server.process.wait()
    wait_until(lambda: all(is_gone(process) for process in family))


def test_a_failure_with_a_message_beyond_all_measure_ends_the_server_with_its_beginning(tmp_path: Path) -> None:
    model_folder = tmp_path / "delivery"
    model_folder.mkdir()
    (model_folder / "model.py").write_text("raise ValueError('\\U0001f600' * 2_000_000)")
    (model_folder / "model.joblib").write_text("weights")
    server = Server(tmp_path / "server.log", {"WORKERS": "2", "MODEL_PATH": str(model_folder / "model.joblib")})
    try:
        assert server.process.wait(60) == 3
    finally:
        server.kill_everything()
    message = server.log.read_text().splitlines()[-1]
    assert message.startswith("web-single: ")
    assert "ValueError: \U0001f600" in message
    assert message.endswith("… (shortened)")


def test_a_frozen_worker_does_not_keep_the_server_from_ending(tmp_path: Path, plain: Path) -> None:
    with running(tmp_path, workers=2, MODEL_PATH=plain, SHUTDOWN_TIMEOUT_SECONDS=2) as server:
        family = server.family()
        server.workers()[0].suspend()
        assert server.stop() == 0
        wait_until(lambda: all(is_gone(process) for process in family))


def test_a_database_that_stays_away_ends_the_server_with_a_sentence(tmp_path: Path, plain: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        environment = {
            "MODEL_PATH": str(plain),
            "DB_URL": f"sqlite:///{tmp_path}/x.db",
            "WRITE_TIMEOUT_SECONDS": "0.2",
            "DB_START_TIMEOUT_SECONDS": "1",
        }
        server = Server(tmp_path / "server.log", environment)
        assert server.process.wait(60) == 4
    told = server.log.read_text().splitlines()[-1]
    assert told.startswith("web-single: The database was away for 1 seconds (DB_START_TIMEOUT_SECONDS): ")


def test_a_second_ctrl_c_does_not_wait_for_requests_in_flight(tmp_path: Path, mischief: Path) -> None:
    with running(tmp_path, MODEL_PATH=mischief, SHUTDOWN_TIMEOUT_SECONDS=600, PREDICT_TIMEOUT_SECONDS=600) as server:

        def interrupt_twice() -> None:
            for _ in range(2):
                time.sleep(0.5)
                server.process.send_signal(signal.SIGINT)

        with httpx2.Client(timeout=600) as client:
            thread = threading.Thread(target=interrupt_twice)
            thread.start()
            with suppress(httpx2.TransportError):
                client.post(f"{server.url}/predict", json={"features": [SLEEP, 600]})
            thread.join()
        assert server.process.wait(60) == 0
