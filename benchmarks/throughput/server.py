"""Server: a contender that runs, in a session of its own, until it is stopped by its process ids."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from benchmarks.handover.compare import free_ports
from benchmarks.throughput.contender import Contender
from benchmarks.throughput.deliveries import Delivered
from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.wire import Row
from web_single.config import Config

LONGEST_START_SECONDS = 120
LONGEST_STOP_SECONDS = 15
PAUSE_SECONDS = 0.005
MEBIBYTE = 2**20
# Settings of whoever measures; and without cached bytecode each start would compile all libraries.
FOREIGN = {*(name.upper() for name in Config.model_fields), "COMPILE", "PYTHONDONTWRITEBYTECODE"}


class Server:
    """A contender with a delivery, on a free port of 127.0.0.1, with its log and its database in `folder`."""

    def __init__(self, contender: Contender, delivered: Delivered, folder: Path) -> None:
        self.contender = contender
        self.database = folder / "predictions.db"
        self.log = folder / "server.log"
        ports = free_ports(3)
        self.port = ports[0]
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                filled(contender.command, delivered, self.database, ports),
                cwd=contender.folder or folder,
                env=environment_of(contender, delivered, self.database, ports),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for_answer(self, row: Row) -> float:
        """Return how many seconds after its start it answered its first prediction."""
        end = self._started + LONGEST_START_SECONDS
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise BenchmarkError(f"It ended with code {self._process.returncode}. {self._last_words()}")
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(self.connect()) as first:
                if self.post(first, row)[0] == http.HTTPStatus.OK:
                    return time.monotonic() - self._started
            time.sleep(PAUSE_SECONDS)
        raise BenchmarkError(f"It did not answer within {LONGEST_START_SECONDS} seconds. {self._last_words()}")

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection, which is opened by its first request."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def post(self, connection: http.client.HTTPConnection, row: Row) -> tuple[int, Any]:
        """Ask for one prediction; return the status, and the answer's body as JSON has it."""
        wire = self.contender.wire
        connection.request("POST", wire.path, json.dumps(wire.body(row)), {"Content-Type": "application/json"})
        return read(connection)

    def get(self, connection: http.client.HTTPConnection, path: str) -> tuple[int, Any]:
        """Return the status and the body of what is read."""
        connection.request("GET", path)
        return read(connection)

    def processes(self) -> list[psutil.Process]:
        """Return the server and all that it has started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self._process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def memory(self) -> tuple[float, float | None]:
        """Return the resident memory of all its processes in MiB: as a sum, and with shared pages counted once."""
        infos = [process.memory_full_info() for process in self.processes()]
        shares = [info.pss for info in infos if hasattr(info, "pss")]
        return sum(info.rss for info in infos) / MEBIBYTE, sum(shares) / MEBIBYTE if shares else None

    def stop(self) -> None:
        """Ask it to stop, and end what is left of it."""
        processes = self.processes()
        if processes:
            self._process.send_signal(signal.SIGTERM)
        _, left = psutil.wait_procs(processes, timeout=LONGEST_STOP_SECONDS)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return f"Its log ends with: {lines[-1].strip()[:300]}" if lines else "Its log is empty."


def read(connection: http.client.HTTPConnection) -> tuple[int, Any]:
    """Return the status of an answer, and its body where it is JSON."""
    response = connection.getresponse()
    text = response.read()
    try:
        return response.status, json.loads(text)
    except ValueError:
        return response.status, None


def filled(
    texts: Sequence[str], delivered: Delivered, database: Path | None = None, ports: Sequence[int] = (0, 0, 0)
) -> list[str]:
    """Return texts with what their names in braces stand for."""
    names: dict[str, object] = {"model": delivered.artifact, "delivery": delivered.folder, "database": database}
    names |= dict(zip(("port", "port_2", "port_3"), ports, strict=True))
    for name, value in names.items():
        texts = [text.replace(f"{{{name}}}", str(value)) for text in texts]
    return list(texts)


def environment_of(
    contender: Contender, delivered: Delivered, database: Path | None = None, ports: Sequence[int] = (0, 0, 0)
) -> Mapping[str, str]:
    """Return the environment's variables: ours without settings, and those of the contender."""
    values = filled(list(contender.settings.values()), delivered, database, ports)
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return inherited | dict(zip(contender.settings, values, strict=True))


@contextlib.contextmanager
def running(contender: Contender, delivered: Delivered, folder: Path) -> Iterator[Server]:
    """A contender that is stopped at the end, whatever happens."""
    server = Server(contender, delivered, folder)
    try:
        yield server
    finally:
        server.stop()


def prepare(contender: Contender, delivered: Delivered, folder: Path) -> None:
    """Run what the contender needs before its first start."""
    for command in contender.preparation:
        done = subprocess.run(
            filled(command, delivered),
            cwd=contender.folder or folder,
            env=environment_of(contender, delivered),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
            raise BenchmarkError(f"`{Path(command[0]).name} {command[1]}` ended with {done.returncode}: {said[:300]}")
