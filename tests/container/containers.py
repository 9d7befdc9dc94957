"""Container: one run of the image, hardened as compose.yaml has it, and asked from inside its own network."""

import ctypes
import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import psutil

from tests.container.workshop import Workshop
from tests.support.waiting import wait_until

CLONE_NEWNET = 0x40000000
START_SECONDS = 60

# No network but its own: nothing is set up on this machine, and nothing in the image may need one.
HARDENED = ("--network", "none", "--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges")

# How fast a disk is that others use, too, is not what is tested.
PATIENT = ("--env", "WRITE_TIMEOUT_SECONDS=30")

# Who listens on 127.0.0.1 alone does not answer here, and would not answer behind a published port.
ADDRESS = ("127.0.0.2", 8000)


class InsideConnection(HTTPConnection):
    """HTTP with a server in another network, from inside that network."""

    def __init__(self, pid: int) -> None:
        super().__init__(*ADDRESS, timeout=START_SECONDS)
        self._network = Path(f"/proc/{pid}/ns/net")

    def connect(self) -> None:
        """Connect in a thread that moves there; the connection stays there, and the thread ends."""
        with ThreadPoolExecutor(1) as pool:
            self.sock = pool.submit(self._connect_inside).result()

    def _connect_inside(self) -> socket.socket:
        with self._network.open() as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return socket.create_connection(ADDRESS, timeout=START_SECONDS)


class Container:
    """A container that was started; `pid` is its first process, as this machine sees it."""

    def __init__(self, workshop: Workshop, name: str) -> None:
        self._workshop = workshop
        self.name = name
        self.pid = int(self.inspect("{{.State.Pid}}"))

    def inspect(self, template: str) -> str:
        return self._workshop.podman("inspect", "--format", template, self.name)

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Return the status of an answer, and its JSON."""
        connection = InsideConnection(self.pid)
        try:
            connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def predict(self, features: Sequence[float]) -> tuple[int, Any]:
        return self.ask("POST", "/predict", {"features": features})

    def is_ready(self) -> bool:
        try:
            return self.ask("GET", "/health/ready")[0] == 200
        except (OSError, HTTPException):
            return False

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.is_ready() or not self.is_running(), START_SECONDS)
        assert self.is_running(), self.log()

    def is_running(self) -> bool:
        return psutil.pid_exists(self.pid)

    def execute(self, *command: str) -> str:
        """Run a command inside, and return what it prints."""
        return self._workshop.podman("exec", self.name, *command)

    def health_check(self) -> int:
        """Run the image's own health check, and return its exit code."""
        return self._workshop.run("podman", "healthcheck", "run", self.name, check=False).returncode

    def processes(self) -> list[psutil.Process]:
        """Return everything that runs inside."""
        first = psutil.Process(self.pid)
        return [first, *first.children(recursive=True)]

    def runners(self) -> list[psutil.Process]:
        """Return the models' processes, without those that guard them."""
        found = [process for process in self.processes() if "web_single_runner" in " ".join(process.cmdline())]
        return [process for process in found if process.ppid() not in [other.pid for other in found]]

    def stop(self) -> int:
        """Stop it as `docker stop` does, and return its exit code."""
        self._workshop.podman("stop", "--time", "60", self.name)
        return self.exit_code()

    def exit_code(self) -> int:
        """Return how it ended, when it has ended."""
        wait_until(lambda: not self.is_running(), START_SECONDS)
        return int(self._workshop.podman("wait", self.name))

    def log(self) -> str:
        return self._workshop.run("podman", "logs", self.name).stderr


@contextmanager
def started(workshop: Workshop, image: str, *options: str) -> Iterator[Container]:
    """A container of the image, as soon as it has been started; it and its unnamed volumes are removed at the end."""
    name = f"test-{time.monotonic_ns()}"
    workshop.podman("run", "--detach", "--name", name, *HARDENED, *PATIENT, *options, image)
    try:
        yield Container(workshop, name)
    finally:
        workshop.podman("rm", "--force", "--volumes", "--time", "3", name)


@contextmanager
def ready(workshop: Workshop, image: str, *options: str) -> Iterator[Container]:
    """A container whose server is ready."""
    with started(workshop, image, *options) as container:
        container.wait_until_ready()
        yield container
