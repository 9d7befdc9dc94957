"""A process that is frozen while it holds the write lock: requests get 503, are not stored, and the server stops."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.database.test_write_lock import HOLD
from tests.support.load import count_rows
from tests.support.servers import Server, running

pytestmark = pytest.mark.measured

LIMITS: dict[str, Any] = {"WRITE_TIMEOUT_SECONDS": 0.5, "SHUTDOWN_TIMEOUT_SECONDS": 3, "COMPILE": "off"}
INSTANCES = [[1.0, 2.0]]


@contextmanager
def frozen_holder(database: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the write lock of a database and does not run; killed at the end."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGSTOP)
        try:
            yield holder
        finally:
            holder.kill()


def statuses(server: Server) -> list[int]:
    """Return the statuses of a prediction on the group commit and of one on the reference path."""
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        single = client.post("/predict", json={"features": INSTANCES[0]})
        batch = client.post("/predict/batch", json={"instances": INSTANCES})
    return [single.status_code, batch.status_code]


def test_what_got_503_for_a_frozen_lock_is_not_stored_when_the_lock_is_released(tmp_path: Path, plain: Path) -> None:
    with running(tmp_path, MODEL_PATH=plain, **LIMITS) as server:
        with frozen_holder(tmp_path / "predictions.db"):
            assert statuses(server) == [503, 503]
        assert statuses(server) == [200, 200]
        assert server.stop() == 0
    assert count_rows(tmp_path / "predictions.db") == 2


def test_a_server_stops_although_the_lock_is_frozen(tmp_path: Path, plain: Path) -> None:
    with (
        running(tmp_path, MODEL_PATH=plain, **LIMITS) as server,
        frozen_holder(tmp_path / "predictions.db"),
    ):
        assert statuses(server) == [503, 503]
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
    assert count_rows(tmp_path / "predictions.db") == 0
