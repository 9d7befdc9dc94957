"""`python -m benchmarks.handover.compare` hands the same deliveries to others and writes RESULTS.md."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import uv

from benchmarks.handover.deliveries import DELIVERIES, OLD, ROWS, Delivered, Style, deliver
from benchmarks.handover.peers import WRITTEN, Attempt, MLflow, MLServer

Peer = type[MLServer | MLflow]

RESULTS = Path(__file__).with_name("RESULTS.md")
LONGEST_ERROR = 200
START_SECONDS = 60
PAUSE_SECONDS = 0.2
ERROR = re.compile(r"\b(?:\w+\.)*\w*(?:Error|Exception|TypesFoundException)\b: .*|.*\w+Error: .*")
FOLDER = re.compile(re.escape(tempfile.gettempdir()) + r"/\w+/")
OF_ITS_TIME = ("scikit-learn==1.3.2", "numpy<2")
HEAD = """\
# What others need

The deliveries that Web Single serves as they are, handed to MLServer and to mlflow on {date}, {rows}.
Each was tried in the shortest way first, until the answers were those of the delivered `predict`.
Errors stand here in their own words, cut where they are long.
"Answers otherwise" is a `200` with other results, and no warning in the answer.
`python -m benchmarks.handover.compare` writes this page; the [README](README.md) says how.

## The least that had to be written

"""


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt."""

    attempt: Attempt
    told: str
    right: bool


def make_environment(folder: Path, packages: tuple[str, ...]) -> Path:
    """Return the interpreter of a new environment."""
    program, python = uv.find_uv_bin(), folder / "bin/python"
    subprocess.run([program, "venv", "--quiet", "--no-config", "--python", "3.11", folder], check=True)
    install = [program, "pip", "install", "--quiet", "--no-config", "--only-binary", ":all:", "--python", str(python)]
    subprocess.run([*install, *packages], check=True)
    return python


def free_ports(count: int) -> list[int]:
    """Return ports that are free on 127.0.0.1."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


@contextlib.contextmanager
def started(command: list[str], folder: Path, variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in a session of its own, with its log in the folder, and end all that it started."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def attempt_it(peer: Peer, attempt: Attempt, delivered: Delivered, folder: Path, python: Path) -> Outcome:
    """Put the files of an attempt beside the delivery, start the peer's server, and ask it."""
    shutil.copytree(delivered.folder, folder)
    shutil.copytree(WRITTEN / attempt.files, folder, dirs_exist_ok=True)
    ports = free_ports(3)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "PYTHONPATH": ".", "PYTHONDONTWRITEBYTECODE": "1"}
    variables |= peer.variables(ports)
    for script in attempt.before:
        done = subprocess.run([python, script], cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode:
            return Outcome(attempt, last_error(done.stderr), right=False)
    command = [str(python.parent / peer.command(ports)[0]), *peer.command(ports)[1:]]
    with started(command, folder, variables) as process:
        url = f"http://127.0.0.1:{ports[0]}"
        if not wait_until_ready(peer, process, url, folder):
            return Outcome(attempt, last_error((folder / "server.log").read_text()), right=False)
        return ask(peer, attempt, delivered, url)


def wait_until_ready(peer: Peer, process: subprocess.Popen[bytes], url: str, folder: Path) -> bool:
    """Return whether it became ready before it gave up."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx2.TransportError):
            if httpx2.get(f"{url}{peer.ready}", timeout=5).status_code == httpx2.codes.OK:
                return True
        if any(words in (folder / "server.log").read_text() for words in peer.given_up):
            time.sleep(1)  # for the rest of its traceback
            return False
        time.sleep(PAUSE_SECONDS)
    return False


def ask(peer: Peer, attempt: Attempt, delivered: Delivered, url: str) -> Outcome:
    """Ask for all rows at once, and compare the answers with those of the delivered `predict`."""
    path, body = peer.request(delivered)
    response = httpx2.post(f"{url}{path}", json=body, timeout=30)
    if response.status_code != httpx2.codes.OK:
        return Outcome(attempt, f"{response.status_code}: {last_error(response.text)}", right=False)
    answers = peer.answers(response.json())
    if len(answers) != len(delivered.truth):
        return Outcome(attempt, f"{len(answers)} answers to {len(delivered.truth)} rows", right=False)
    differing = sum(one != other for one, other in zip(answers, delivered.truth, strict=True))
    if differing:
        return Outcome(attempt, f"answers otherwise: {differing} of {len(answers)} rows differ", right=False)
    return Outcome(attempt, f"answers as the delivered `predict` does, {len(answers)} rows", right=True)


def last_error(text: str) -> str:
    """Return the last error that a log or a body tells, in their own words."""
    found = ERROR.findall(text) or [line for line in text.splitlines() if line.strip()] or ["nothing was said"]
    return f"`{FOLDER.sub('', found[-1].strip())[:LONGEST_ERROR]}`"


def try_all(peer: Peer, work: Path) -> Iterator[tuple[Style, list[Outcome]]]:
    """Hand over each delivery, the shortest way first, until one is answered rightly."""
    python = make_environment(work / "environment", peer.packages)
    for style in DELIVERIES:
        delivered = deliver(style, work, python)
        outcomes = []
        for attempt in peer.attempts:
            outcomes.append(attempt_it(peer, attempt, delivered, work / f"{style.name}-{attempt.files}", python))
            print(peer.name, style.name, attempt.files, outcomes[-1].told, flush=True)
            if outcomes[-1].right:
                break
        if style is OLD and not outcomes[-1].right:
            outcomes.append(attempt_of_its_time(peer, delivered, work))
            print(peer.name, style.name, outcomes[-1].told, flush=True)
        yield style, outcomes


def attempt_of_its_time(peer: Peer, delivered: Delivered, work: Path) -> Outcome:
    """Install the peer's server anew, beside the libraries that made the old delivery."""
    files = peer.attempt_of_its_time
    attempt = Attempt(
        files.files, f"{files.needs}, in an environment with the server and scikit-learn 1.3.2", files.before
    )
    try:
        python = make_environment(work / "of-its-time", (*peer.server, *OF_ITS_TIME))
    except subprocess.CalledProcessError:
        return Outcome(attempt, "the server and scikit-learn 1.3.2 cannot be installed together", right=False)
    return attempt_it(peer, attempt, delivered, work / "of-its-time-folder", python)


def page(results: dict[str, list[tuple[Style, list[Outcome]]]]) -> str:
    """Return RESULTS.md: the least that sufficed, and all that was tried, in the order in which it was tried."""
    text = HEAD.format(date=datetime.now(tz=UTC).date().isoformat(), rows=f"{ROWS} rows each")
    text += row("delivery", *results) + row("---", *["---"] * len(results))
    for tried in zip(*results.values(), strict=True):
        text += row(tried[0][0].special, *(least_that_sufficed(outcomes) for _, outcomes in tried))
    for name, all_tried in results.items():
        text += f"\n## {name}\n\n" + row("delivery", "what was written", "what happened") + row("---", "---", "---")
        for style, outcomes in all_tried:
            for outcome in outcomes:
                happened = f"**right**: {outcome.told}" if outcome.right else outcome.told
                text += row(style.special, outcome.attempt.needs, happened)
    return text


def row(*cells: str) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def least_that_sufficed(outcomes: list[Outcome]) -> str:
    """Return what had to be written before the answers were right."""
    return next((outcome.attempt.needs for outcome in outcomes if outcome.right), "nothing that was tried sufficed")


if __name__ == "__main__":
    seen = {}
    for each in (MLServer, MLflow):
        with tempfile.TemporaryDirectory() as folder:
            seen[each.name] = list(try_all(each, Path(folder)))
    RESULTS.write_text(page(seen))
