"""wrk: the load generator in a closed loop, each client asking again as soon as it is answered."""

import json
import subprocess
from pathlib import Path

from benchmarks.throughput.errors import BenchmarkError
from benchmarks.throughput.records import Load

SCRIPT = Path(__file__).with_name("wrk.lua")
LONGEST_ANSWER_SECONDS = 60
GRACE_SECONDS = 30


def command(wrk: str, *, port: int, path: str, bodies: Path, clients: int, seconds: float) -> list[str]:
    """Return what runs wrk with one thread, since the servers need the other cores."""
    return [
        *(wrk, "--threads", "1", "--connections", str(clients), "--duration", f"{max(1, round(seconds))}s"),
        *("--timeout", f"{LONGEST_ANSWER_SECONDS}s", "--script", str(SCRIPT), f"http://127.0.0.1:{port}{path}"),
        *("--", str(bodies), path),
    ]


def drive(wrk: str, *, port: int, path: str, bodies: Path, clients: int, seconds: float) -> Load:
    """Run wrk, and return what it tells."""
    words = command(wrk, port=port, path=path, bodies=bodies, clients=clients, seconds=seconds)
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=seconds + GRACE_SECONDS)
    if done.returncode:
        raise BenchmarkError(f"wrk ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return parse(done.stdout, clients)


def parse(printed: str, clients: int) -> Load:
    """Return the figures on the last line that wrk's script printed; wrk counts a status from 400 on as an error."""
    lines = [line for line in printed.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchmarkError(f"wrk told no figures: {printed.strip()[-200:]}")
    told = json.loads(lines[-1])
    failed = sum(told[name] for name in ("bad_status", "connect", "read", "write", "timeout"))
    return Load(
        by="wrk",
        clients=clients,
        seconds=told["microseconds"] / 1e6,
        answered=told["requests"] - told["bad_status"],
        failed=failed,
        p50_ms=told["p50"] / 1000,
        p99_ms=told["p99"] / 1000,
        p999_ms=told["p999"] / 1000,
    )
