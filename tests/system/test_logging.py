"""The log of a real server whose reader stalls: requests are served, and SIGTERM ends the server."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.support.servers import MAIN
from tests.support.waiting import wait_until
from web_single.config import Config

pytestmark = pytest.mark.measured

REQUESTS = 600  # their lines are more than a pipe holds


@contextmanager
def running_with_log_in_pipe(folder: Path, model: Path, *, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that logs each request to a pipe, which nobody else reads."""
    settings = {name.upper() for name in Config.model_fields}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    environment |= {"APP_ENV": "prod", "HOST": "127.0.0.1", "PORT": "0", "COMPILE": "off", "ACCESS_LOG": "all"}
    environment |= {"MODEL_PATH": str(model), "DB_URL": f"sqlite:///{folder}/x.db", "WORKERS": str(workers)}
    with subprocess.Popen(MAIN, env=environment, stderr=subprocess.PIPE, start_new_session=True) as server:
        try:
            yield server
        finally:
            if server.poll() is None:
                for process in [*psutil.Process(server.pid).children(recursive=True), psutil.Process(server.pid)]:
                    process.kill()


def address_of(server: subprocess.Popen[bytes], *, workers: int = 1) -> str:
    """Return the address when all workers have started; from then on nobody reads the log."""
    events = events_until(server, "app_started", times=workers)
    return str(next(event["url"] for event in events if event["event"] == "server_listening"))


def events_until(server: subprocess.Popen[bytes], name: str, *, times: int = 1) -> list[dict[str, object]]:
    """Read the log up to the line that tells this event so many times."""
    assert server.stderr is not None
    events: list[dict[str, object]] = []
    while [event["event"] for event in events].count(name) < times:
        events.append(json.loads(server.stderr.readline()))
    return events


@pytest.mark.parametrize("workers", [1, 2])
def test_a_log_that_nobody_reads_blocks_no_request_and_no_stop(tmp_path: Path, plain: Path, workers: int) -> None:
    with running_with_log_in_pipe(tmp_path, plain, workers=workers) as server:
        with httpx2.Client(base_url=address_of(server, workers=workers), timeout=30) as client:
            statuses = {client.get("/health/live").status_code for _ in range(REQUESTS)}
        assert statuses == {200}
        family = psutil.Process(server.pid).children(recursive=True)
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
        wait_until(lambda: not any(process.is_running() for process in family))


def test_a_log_that_is_read_again_has_all_lines_in_their_order(tmp_path: Path, plain: Path) -> None:
    with running_with_log_in_pipe(tmp_path, plain, workers=1) as server:
        with httpx2.Client(base_url=address_of(server), timeout=30) as client:
            for number in range(REQUESTS):
                client.get("/health/live", headers={"X-Request-ID": str(number)})
        server.send_signal(signal.SIGTERM)
        events = events_until(server, "server_stopped")
        assert server.wait(60) == 0
    served = [event["request_id"] for event in events if event["event"] == "request"]
    assert served == [str(number) for number in range(REQUESTS)]
