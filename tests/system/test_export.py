"""`web-single export` as users start it: in pipes, broken off, killed, beside a service that writes."""

import csv
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.support.load import count_rows, run_load
from tests.support.predictions import fill, prediction, store
from tests.support.servers import running
from tests.support.waiting import wait_until
from web_single.config import CHECKOUT

pytestmark = pytest.mark.measured

ROWS = int(os.environ.get("ROWS", "100000"))
COMMAND = (sys.executable, "-c", "from web_single.cli.main import main; main()", "export")
NoteFigure = Callable[[str], None]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "predictions.db"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def environment(database: Path, **more: str) -> Mapping[str, str]:
    return {**os.environ, "DB_URL": f"sqlite:///{database}", "PYTHONPATH": str(CHECKOUT)} | more


def export(database: Path, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, env=environment(database, **more), capture_output=True, text=True, check=False)


def start(database: Path, *arguments: str | Path) -> subprocess.Popen[bytes]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.Popen(command, env=environment(database), stderr=subprocess.PIPE)


def test_csv_goes_to_standard_output_and_the_summary_to_stderr(database: Path) -> None:
    store(database, [prediction("a"), prediction(2)])
    ended = export(database)
    assert ended.returncode == 0
    assert [line.split(",")[0] for line in ended.stdout.splitlines()] == ["id", "1", "2"]
    assert ended.stderr == "web-single: 2 predictions in standard output.\n"


@pytest.mark.parametrize("name", ["x.ndjson", "x.JSONL"])
def test_the_form_follows_the_name_of_the_file(database: Path, out: Path, name: str) -> None:
    store(database, [prediction("a")])
    ended = export(database, "--output", out / name)
    assert (ended.returncode, ended.stderr) == (0, f"web-single: 1 prediction in {out / name}.\n")
    assert json.loads((out / name).read_text())["result"] == "a"


def test_a_form_that_is_asked_for_goes_before_the_name_of_the_file(database: Path, out: Path) -> None:
    store(database, [prediction("a")])
    export(database, "--format", "json", "--output", out / "x.csv")
    assert json.loads((out / "x.csv").read_text())[0]["result"] == "a"


def test_a_wide_export_tells_each_of_its_files(database: Path, out: Path) -> None:
    models = {"version-1": ["x", "y"], "version-2": ["x", "z"]}
    store(database, [prediction(), prediction(model_version="version-2")], models)
    ended = export(database, "--wide", "--output", out / "x.csv")
    assert ended.returncode == 0
    told = sorted(ended.stderr.splitlines())
    assert told == sorted(f"web-single: 1 prediction in {path}." for path in out.glob("x-????????.csv"))
    assert len(told) == 2


@pytest.mark.parametrize(
    ("arguments", "given", "code", "told"),
    [
        ([], {}, 4, "There is no database"),
        ([], {"DB_URL": "mysql://x/y"}, 2, "DB_URL: mysql is not supported"),
        (["--wide", "--format", "json"], {}, 2, "--wide is a form of csv, not of json"),
        (["--format", "xml"], {}, 2, "xml"),
        (["--output", "x.xlsx"], {}, 2, "an export is csv, json or ndjson"),
        (["--output", "x.csv.gz"], {}, 2, "x.csv.gz: an export"),
        ([], {"DATABASE_URL": "sqlite:///x.db"}, 4, "DATABASE_URL is no setting; DB_URL is one."),
    ],
    ids=[
        "no database",
        "a wrong DB_URL",
        "wide JSON",
        "an unknown form",
        "an unknown ending",
        "a compressed file",
        "a near-miss",
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence_and_a_code(
    database: Path, arguments: list[str], given: Mapping[str, str], code: int, told: str
) -> None:
    ended = export(database, *arguments, **given)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(database.parent.iterdir()) == []


def test_a_missing_folder_is_told(database: Path, out: Path) -> None:
    store(database)
    ended = export(database, "--output", out / "away/x.csv")
    assert (ended.returncode, ended.stderr) == (
        6,
        f"web-single: {out}/away/x.csv cannot be written: there is no folder {out}/away.\n",
    )


@pytest.fixture
def _without_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may write no file, or is killed, cannot write down its coverage either."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.mark.usefixtures("_without_coverage")
@pytest.mark.parametrize(("rows", "room"), [(5_000, 64), (1, 0)], ids=["found midway", "found at the end"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(database: Path, out: Path, rows: int, room: int) -> None:
    fill(database, rows)
    (out / "x.csv").write_text("old")
    command = shlex.join([*COMMAND, "--output", str(out / "x.csv")])
    limited = f"ulimit -f {room}; exec {command}"  # what a file system that is full does, without one
    ended = subprocess.run(
        ["bash", "-c", limited], env=environment(database), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (6, f"web-single: {out}/x.csv cannot be written: File too large.\n")
    assert list(out.iterdir()) == [out / "x.csv"]
    assert (out / "x.csv").read_text() == "old"


def test_a_closed_standard_output_is_told(database: Path) -> None:
    store(database)
    command = f"exec {shlex.join(COMMAND)} >&-"
    ended = subprocess.run(
        ["bash", "-c", command], env=environment(database), capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (6, "web-single: Standard output is closed; name a file by --output.\n")


def test_a_closed_stderr_keeps_no_export_from_its_file(database: Path, out: Path) -> None:
    store(database, [prediction()])
    command = f"exec {shlex.join([*COMMAND, '--output', str(out / 'x.csv')])} >&- 2>&-"
    ended = subprocess.run(["bash", "-c", command], env=environment(database), check=False)
    assert ended.returncode == 0
    assert (out / "x.csv").read_text().count("\n") == 2


@pytest.mark.parametrize("options", ["", "--format json", "--wide"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(database: Path, options: str) -> None:
    fill(database, 20_000)
    pipe = f"{shlex.join(COMMAND)} {options} | head -n 1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", pipe], env=environment(database), capture_output=True, text=True, check=False)
    assert ended.stdout.splitlines()[1:] == [str(128 + signal.SIGPIPE)]
    assert ended.stderr == ""


def freeze_midway(process: subprocess.Popen[bytes], out: Path) -> None:
    """Stop an export when it has begun to write, and before it has ended."""
    wait_until(lambda: any(path.stat().st_size for path in out.glob(".*.part")), pause_seconds=0.001)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
    assert list(out.glob(".*.part"))


@pytest.mark.usefixtures("_without_coverage")
@pytest.mark.parametrize(
    ("number", "code", "left"),
    [
        (signal.SIGINT, 130, 0),
        pytest.param(signal.SIGTERM, 143, 0, marks=pytest.mark.slow),
        pytest.param(signal.SIGHUP, 129, 0, marks=pytest.mark.slow),
        (signal.SIGKILL, -9, 1),
    ],
    ids=["Ctrl-C", "SIGTERM", "a terminal that is closed", "SIGKILL"],
)
def test_an_export_that_is_broken_off_leaves_the_old_file(
    database: Path, out: Path, number: signal.Signals, code: int, left: int
) -> None:
    fill(database, 200_000)
    (out / "x.csv").write_text("old")
    with start(database, "--output", out / "x.csv") as process:
        freeze_midway(process, out)
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        _, told = process.communicate()
    assert (process.returncode, told) == (code, b"")
    assert (out / "x.csv").read_text() == "old"
    assert len(list(out.iterdir())) == 1 + left


def test_a_bar_is_shown_at_a_terminal_alone(database: Path, out: Path) -> None:
    fill(database, 20_000)
    ours, theirs = pty.openpty()
    command = [*COMMAND, "--output", str(out / "x.csv")]
    with subprocess.Popen(command, env=environment(database, TERM="xterm"), stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while chunk := read_terminal(ours):
            shown += chunk
    os.close(ours)
    assert process.returncode == 0
    assert b"20,000 of 20,000" in shown
    assert shown.rstrip().endswith(f"web-single: 20,000 predictions in {out / 'x.csv'}.".encode())
    assert " of " not in export(database, "--output", out / "x.csv", FORCE_COLOR="1").stderr


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 2**16)
    except OSError:  # how Linux tells that nobody holds the other end any more
        return b""


@pytest.mark.slow
def test_an_export_beside_a_service_that_writes_holds_what_was_committed_when_it_began(
    tmp_path: Path, out: Path
) -> None:
    database = tmp_path / "predictions.db"
    counts = []

    def export_meanwhile() -> None:
        wait_until(lambda: count_rows(database) > 20)
        for number in range(3):
            before = count_rows(database)
            assert export(database, "--output", out / f"{number}.csv").returncode == 0
            counts.append((before, count_rows(database)))

    with running(tmp_path) as server:
        load = run_load(server.url, clients=4, seconds=10, meanwhile=export_meanwhile)
    assert set(load.statuses) == {200}
    for number, (before, after) in enumerate(counts):
        with (out / f"{number}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [int(row["id"]) for row in rows] == list(range(1, len(rows) + 1))
        assert before <= len(rows) <= after
        for row in rows:
            features, result = load.acknowledged[int(row["id"])]
            assert (json.loads(row["features"]), json.loads(row["result"])) == (features, result)


@pytest.mark.slow
@pytest.mark.parametrize("options", ["--format=csv", "--format=json", "--format=ndjson", "--wide"])
def test_memory_does_not_grow_with_the_table(database: Path, out: Path, options: str, note_figure: NoteFigure) -> None:
    fill(database, 1_000)
    small, _ = measure(database, options, "--output", out / "small")
    fill(database, ROWS)
    large, seconds = measure(database, options, "--output", out / "large")
    note_figure(
        f"export {options} of {ROWS:,} rows: {ROWS / seconds:,.0f} rows/s, start and imports included, "
        f"peak {large / 2**20:.0f} MB, of 1,000 rows {small / 2**20:.0f} MB"
    )
    assert large - small < 30 * 2**20


def measure(database: Path, *arguments: str | Path) -> tuple[int, float]:
    """Return the highest resident memory of an export in bytes, and its seconds."""
    began, peak = time.monotonic(), 0
    with start(database, *arguments) as process:
        while process.poll() is None:
            with suppress(psutil.Error):
                peak = max(peak, psutil.Process(process.pid).memory_info().rss)
            time.sleep(0.002)
    assert process.returncode == 0
    return peak, time.monotonic() - began
