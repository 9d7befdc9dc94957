"""The load on a server: `wrk` where it is installed, else the Python client; an open loop by the Python client."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throughput import wrk
from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.records import Load
from web_single.config import CHECKOUT

ANSWERS_EACH = 5
MOST_TIMES_LONGER = 4
GRACE_SECONDS = 60


@dataclass(frozen=True)
class Target:
    """Where requests go, and the file with their bodies, a line each."""

    port: int
    path: str
    bodies: Path

    def drive(self, *, clients: int, seconds: float) -> Load:
        """Let so many clients ask, each again as soon as it is answered."""
        program = shutil.which("wrk")
        if program is None:
            return self._drive_by_client(clients=clients, seconds=seconds)
        return wrk.drive(program, port=self.port, path=self.path, bodies=self.bodies, clients=clients, seconds=seconds)

    def drive_openly(self, *, rate: float, clients: int, seconds: float) -> Load:
        """Ask so many times a second, whatever becomes of the requests before."""
        return self._drive_by_client("--rate", str(rate), clients=clients, seconds=seconds)

    def _drive_by_client(self, *more: str, clients: int, seconds: float) -> Load:
        where = ["--port", str(self.port), "--path", self.path, "--bodies", str(self.bodies)]
        command = [sys.executable, "-m", "benchmarks.throughput.client", *where, *more]
        command += ["--clients", str(clients), "--seconds", str(seconds)]
        done = subprocess.run(
            command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=seconds + GRACE_SECONDS
        )
        if done.returncode:
            raise BenchmarkError(f"The client ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        return Load.model_validate_json(done.stdout)


def seconds_for(seconds: float, clients: int, rate: float | None) -> float:
    """Return how long to drive, so that at the rate seen before each client is answered a few times.

    Of a slow server only the fast answers would else be in the figures; but it is driven at most four times as long.
    """
    if not rate:
        return seconds
    return min(max(seconds, ANSWERS_EACH * clients / rate), MOST_TIMES_LONGER * seconds)
