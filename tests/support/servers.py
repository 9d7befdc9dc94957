"""Real servers for system tests: started as a user starts them, on a free port, and stopped by their process ids."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.support.waiting import wait_until
from web_single.config import CHECKOUT, Config

START_SECONDS = 60


MAIN = (sys.executable, str(CHECKOUT / "main.py"))


class Server:
    """A running `python main.py`, or what starts it, with a log of JSON lines."""

    def __init__(
        self, log: Path, environment: Mapping[str, str], *, command: Sequence[str] = MAIN, folder: Path | None = None
    ) -> None:
        self.log = log
        settings = {name.upper() for name in Config.model_fields}
        inherited = {name: value for name, value in os.environ.items() if name not in settings}
        given = {
            "APP_ENV": "prod",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "COMPILED_CACHE_DIR": str(log.parent / "compiled"),
            "WRITE_TIMEOUT_SECONDS": "30",  # how fast a disk is that others use, too, is tested where it is set
            "QUEUE_TIMEOUT_SECONDS": "30",
        }
        with log.open("w") as file:
            self.process = subprocess.Popen(
                command,
                cwd=folder or log.parent,
                env={**inherited, **given, **environment},
                stderr=file,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return what it logged so far, an event each."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        events = [json.loads(line) for line in lines]
        return [event for event in events if name in (None, event["event"])]

    @property
    def url(self) -> str:
        wait_until(lambda: bool(self.events("server_listening")) or self.process.poll() is not None, START_SECONDS)
        return str(self.events("server_listening")[0]["url"])

    def wait_until_ready(self, workers: int = 1) -> None:
        """Wait until all workers have started and the one that takes the call is ready."""
        wait_until(lambda: len(self.events("app_started")) >= workers or self.process.poll() is not None, START_SECONDS)
        wait_until(self.is_ready)

    def is_ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    def family(self) -> list[psutil.Process]:
        """Return the server, its workers and their runners."""
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def runners(self) -> list[psutil.Process]:
        """Return the models' processes, without those that guard them."""
        found = [process for process in self.family() if "web_single_runner" in " ".join(command_of(process))]
        return [process for process in found if process.ppid() not in [other.pid for other in found]]

    def workers(self) -> list[psutil.Process]:
        return [process for process in self.family() if "web_single.server.worker" in command_of(process)]

    def kill_everything(self) -> None:
        """End server, workers and runners by SIGKILL, as a machine that loses its power does."""
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(START_SECONDS)


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def all_are_gone(processes: Sequence[psutil.Process]) -> bool:
    return all(is_gone(process) for process in processes)


@contextmanager
def running(folder: Path, *, workers: int = 1, **environment: object) -> Iterator[Server]:
    """A server that is ready, with its log and its database in `folder`; killed at the end if it still runs."""
    variables = {"DB_URL": f"sqlite:///{folder}/predictions.db", "WORKERS": workers} | environment
    server = Server(folder / "server.log", {name: str(value) for name, value in variables.items()})
    try:
        server.wait_until_ready(workers)
        yield server
    finally:
        server.kill_everything()


def start_and_fail(folder: Path, **environment: object) -> tuple[int, str]:
    """Return the exit code and what stands on stderr behind the log."""
    given = {"DB_URL": f"sqlite:///{folder}/predictions.db"} | environment
    server = Server(folder / "server.log", {name: str(value) for name, value in given.items()})
    code = server.process.wait(60)
    lines = [line for line in server.log.read_text().splitlines() if not line.startswith("{")]
    return code, "\n".join(lines)
